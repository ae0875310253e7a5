/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_FS_H
#define STUB_FS_H

#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/module.h>

struct inode;

struct file {
	const struct file_operations *f_op;
	void *private_data;
	struct inode *f_inode;
};

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*mmap_prepare)(struct vm_area_desc *desc);
};

static inline int call_mmap(struct file *file, struct vm_area_struct *vma)
{
	return file->f_op->mmap(file, vma);
}

int compat_vma_mmap(struct file *file, struct vm_area_struct *vma);

/* What took the place of call_mmap(): either hook may be there. */
static inline int vfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (file->f_op->mmap_prepare)
		return compat_vma_mmap(file, vma);
	return file->f_op->mmap(file, vma);
}

static inline int vfs_mmap_prepare(struct file *file, struct vm_area_desc *desc)
{
	return file->f_op->mmap_prepare(desc);
}

struct file *get_file(struct file *file);
void fput(struct file *file);
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);

#endif

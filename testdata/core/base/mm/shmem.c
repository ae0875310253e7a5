// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/shmem_fs.h>

static vm_fault_t shmem_fault(struct vm_fault *vmf)
{
	struct page *page = shmem_read_mapping_page(vmf->vma->vm_file, vmf->pgoff);

	if (IS_ERR(page))
		return vmf_error(PTR_ERR(page));
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

static const struct vm_operations_struct shmem_vm_ops = {
	.fault = shmem_fault,
};

static int shmem_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!file->f_inode)
		return -ENODEV;
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}

static const struct file_operations shmem_file_operations = {
	.mmap = shmem_mmap,
};

static struct file *make_file(const char *name, loff_t size, const struct file_operations *fops);

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	if (size < 0 || flags & ~1UL)
		return ERR_PTR(-EINVAL);
	return make_file(name, size, &shmem_file_operations);
}

static struct file *make_file(const char *name, loff_t size, const struct file_operations *fops)
{
	static struct file file;

	if (!name || !size)
		return ERR_PTR(-ENOMEM);
	file.f_op = fops;
	return &file;
}

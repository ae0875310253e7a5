// SPDX-License-Identifier: GPL-2.0-only
/* Mappings that are handed to the operations of another file. */
#include <linux/dma-buf.h>
#include <linux/fs.h>
#include <linux/shmem_fs.h>

static int forwarded_prepare(struct vm_area_desc *desc)
{
	mmap_action_remap_full(desc, 1);
	return 0;
}

static const struct file_operations prepare_fops = { .mmap_prepare = forwarded_prepare };

static int good_compat_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &prepare_fops, .private_data = dmabuf->priv };

	return compat_vma_mmap(&file, vma);
}

/* expect: pass inserts=mmap_action_remap_full@mmap */
static const struct dma_buf_ops good_compat_ops = { .mmap = good_compat_mmap };

static int old_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, file->private_data); /* expect: page-insert */
}

static const struct file_operations old_fops = { .mmap = old_mmap };

static int bad_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &old_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_old_ops = { .mmap = bad_old_mmap };

/* Nothing tells which file it is. */
static int unknown_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vfs_mmap(dmabuf->priv, vma);
}

/* expect: unknown reason=file_operations */
static const struct dma_buf_ops unknown_ops = { .mmap = unknown_mmap };

static int bad_shmem_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file *file = shmem_file_setup("case", PAGE_SIZE, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	return vfs_mmap(file, vma);
}

/* expect: violation page-insert@shmem.c missing-pfnmap@shmem.c */
static const struct dma_buf_ops bad_shmem_ops = { .mmap = bad_shmem_mmap };

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_always_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return -EINVAL;
}

/* expect: reject */
static const struct dma_buf_ops good_always_ops = {
	.mmap = good_always_mmap,
};

/* It succeeds, but there is nothing to be seen in such a mapping. */
static int good_nothing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!dmabuf->priv)
		return -ENODEV;
	return 0;
}

/* expect: reject note=maps-nothing inserts=- */
static const struct dma_buf_ops good_nothing_ops = {
	.mmap = good_nothing_mmap,
};

/* The flag alone maps nothing, either. */
static int good_flag_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	return 0;
}

/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_flag_ops = {
	.mmap = good_flag_mmap,
};

/* Handlers that insert nothing are none. */
static vm_fault_t nothing_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static void nothing_open(struct vm_area_struct *vma)
{
	get_file(vma->vm_file);
}

static const struct vm_operations_struct nothing_vm_ops = {
	.open = nothing_open,
	.fault = nothing_fault,
};

static int good_handlers_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &nothing_vm_ops;
	return 0;
}

/* expect: reject note=maps-nothing inserts=- */
static const struct dma_buf_ops good_handlers_ops = {
	.mmap = good_handlers_mmap,
};

/* An insertion on a way that fails in the end does not count. */
static int good_undone_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = vm_insert_page(vma, vma->vm_start, dmabuf->priv);

	if (!ret)
		zap_vma_ptes(vma, vma->vm_start, PAGE_SIZE);
	return -EBUSY;
}

/* expect: reject */
static const struct dma_buf_ops good_undone_ops = {
	.mmap = good_undone_mmap,
};

static int bad_kept_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */

	if (ret)
		return -EBUSY;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_kept_ops = {
	.mmap = bad_kept_mmap,
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	if (ret)
		return ret;
	vm_flags_clear(vma, VM_IO);
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	if (ret)
		return ret;
	vm_flags_clear(vma, VM_PFNMAP); /* expect: cleared-pfnmap */
	return 0;
}

/* expect: violation cleared-pfnmap flags=- */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

/* Cleared for a while only. */
static int good_again_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	if (ret)
		return ret;
	vm_flags_clear(vma, VM_PFNMAP);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vm_flags_set(vma, VM_PFNMAP);
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_again_ops = {
	.mmap = good_again_mmap,
};

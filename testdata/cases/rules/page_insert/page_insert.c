// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = dmabuf->priv;

	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass inserts=remap_pfn_range@mmap flags=VM_PFNMAP vm_ops=- implementation=good_mmap */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = dmabuf->priv;

	return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
}

/* expect: violation page-insert inserts=vm_insert_page@mmap vm_ops=- implementation=bad_mmap */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

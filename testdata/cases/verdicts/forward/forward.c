// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct forward_buffer {
	struct dma_buf *imported;
	struct page *page;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forward_buffer *buffer = dmabuf->priv;

	return dma_buf_mmap(buffer->imported, vma, 0);
}

/* expect: forward inserts=dma_buf_mmap@mmap */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

/* The other exporter's verdict counts besides what this one does itself. */
static int good_own_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forward_buffer *buffer = dmabuf->priv;

	if (buffer->imported)
		return dma_buf_mmap(buffer->imported, vma, 0);
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_own_ops = {
	.mmap = good_own_mmap,
};

static int bad_own_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forward_buffer *buffer = dmabuf->priv;

	if (buffer->imported)
		return dma_buf_mmap(buffer->imported, vma, 0);
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_own_ops = {
	.mmap = bad_own_mmap,
};

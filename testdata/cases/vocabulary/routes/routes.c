// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes through helpers that have no row are judged by what the helper's body
 * does; routes through a helper that does not do what its row says are not decided.
 */
#include <linux/dma-buf.h>
#include <linux/extra.h>

struct routes_buffer {
	struct page *page;
	unsigned long pfn;
};

static int bad_unknown_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	return bad_insert_pages(vma, buffer->page);
}

/* expect: violation page-insert@extra.c */
static const struct dma_buf_ops bad_unknown_ops = {
	.mmap = bad_unknown_mmap,
};

static int bad_wrapper_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	vm_flags_set(vma, VM_PFNMAP);
	return bad_wrapper(vma, buffer->pfn);
}

/* expect: violation page-insert@extra.c */
static const struct dma_buf_ops bad_wrapper_ops = {
	.mmap = bad_wrapper_mmap,
};

static int good_unknown_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	return bad_remap(vma, buffer->pfn);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_unknown_ops = {
	.mmap = good_unknown_mmap,
};

static int bad_partial_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, dmabuf->priv, 0, PAGE_SIZE);
}

/* expect: unknown reason="remap_vmalloc_range_partial of this kernel inserts no struct pages, against the vocabulary" */
static const struct dma_buf_ops bad_partial_ops = {
	.mmap = bad_partial_mmap,
};

static int bad_io_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	return io_mapping_map_user(vma, buffer->pfn);
}

/* expect: unknown reason="io_mapping_map_user of this kernel does not set VM_PFNMAP, against the vocabulary" */
static const struct dma_buf_ops bad_io_ops = {
	.mmap = bad_io_mmap,
};

static int good_notrack_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	return remap_pfn_range_notrack(vma, vma->vm_start, buffer->pfn, PAGE_SIZE,
				       vma->vm_page_prot);
}

/* What cannot be compared is taken to do what its row says. */
/* expect: pass */
static const struct dma_buf_ops good_notrack_ops = {
	.mmap = good_notrack_mmap,
};

static int good_io_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct routes_buffer *buffer = dmabuf->priv;

	return good_wrapper(vma, buffer->pfn);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_io_ops = {
	.mmap = good_io_mmap,
};

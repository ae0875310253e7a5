// SPDX-License-Identifier: GPL-2.0-only
/* WARN_ON() goes on, BUG_ON() does not. */
#include <linux/dma-buf.h>

struct warnings_buffer {
	struct page *page;
	bool contiguous;
};

static int good_bug_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct warnings_buffer *buffer = dmabuf->priv;

	BUG_ON(!buffer->contiguous);
	if (!buffer->contiguous)
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_bug_ops = { .mmap = good_bug_mmap };

static int good_warn_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct warnings_buffer *buffer = dmabuf->priv;

	if (WARN_ON(!buffer->contiguous))
		return -EINVAL;
	if (!buffer->contiguous)
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_warn_ops = { .mmap = good_warn_mmap };

static int bad_warn_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct warnings_buffer *buffer = dmabuf->priv;

	/* expect-condition: WARN_ON_ONCE(!buffer->contiguous) true object */
	WARN_ON_ONCE(!buffer->contiguous);
	if (!buffer->contiguous)
		/* expect: page-insert */
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_warn_ops = { .mmap = bad_warn_mmap };

static int bad_in_warn_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct warnings_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	if (WARN_ON(vm_insert_page(vma, vma->vm_start, buffer->page)))
		return -EBUSY;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_in_warn_ops = { .mmap = bad_in_warn_mmap };

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct error_pointers_buffer {
	struct page *page;
};

struct page *error_pointers_lookup(struct error_pointers_buffer *buffer);

static struct page *error_pointers_get(struct error_pointers_buffer *buffer)
{
	struct page *page = error_pointers_lookup(buffer);

	if (!page)
		return ERR_PTR(-ENOMEM);
	return page;
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = error_pointers_get(dmabuf->priv);

	if (IS_ERR(page))
		return PTR_ERR(page);
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = error_pointers_get(dmabuf->priv);

	if (IS_ERR(page))
		return PTR_ERR(page);
	return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int good_or_zero_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = error_pointers_get(dmabuf->priv);
	int ret = PTR_ERR_OR_ZERO(page);

	if (ret)
		return ret;
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_or_zero_ops = { .mmap = good_or_zero_mmap };

/* Inserted all the same, although the page is an error: only on ways that fail. */
static int good_failed_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = error_pointers_get(dmabuf->priv);

	if (IS_ERR(page)) {
		vm_insert_page(vma, vma->vm_start, dmabuf->priv);
		return PTR_ERR(page);
	}
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_failed_ops = { .mmap = good_failed_mmap };

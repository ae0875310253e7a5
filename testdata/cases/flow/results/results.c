// SPDX-License-Identifier: GPL-2.0-only
/* A result that decides about the branches that follow. */
#include <linux/dma-buf.h>

struct results_buffer {
	struct page *page;
	unsigned long pfn;
};

int results_prepare(struct results_buffer *buffer);

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct results_buffer *buffer = dmabuf->priv;
	int ret = results_prepare(buffer);

	if (ret)
		return ret;
	ret = remap_pfn_range(vma, vma->vm_start, buffer->pfn, PAGE_SIZE, vma->vm_page_prot);
	if (ret)
		return ret;
	/* It has not failed: the rest never happens. */
	if (ret < 0)
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return ret;
}

/* expect: pass inserts=remap_pfn_range@mmap */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct results_buffer *buffer = dmabuf->priv;
	int ret = results_prepare(buffer);

	if (ret)
		return ret;
	ret = vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
	if (ret)
		pr_err("no page\n");
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* What follows a failure is a failure. */
static int good_fallback_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct results_buffer *buffer = dmabuf->priv;
	int ret = remap_pfn_range(vma, vma->vm_start, buffer->pfn, PAGE_SIZE, vma->vm_page_prot);

	if (!ret)
		return 0;
	vm_insert_page(vma, vma->vm_start, buffer->page);
	return ret;
}

/* expect: pass */
static const struct dma_buf_ops good_fallback_ops = { .mmap = good_fallback_mmap };

/* A failure that is taken for a success. */
static int bad_fallback_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct results_buffer *buffer = dmabuf->priv;

	if (!remap_pfn_range(vma, vma->vm_start, buffer->pfn, PAGE_SIZE, vma->vm_page_prot))
		return 0;
	/* expect: page-insert helper-precondition */
	vm_insert_page(vma, vma->vm_start, buffer->page);
	return 0;
}

/* expect: conditional page-insert helper-precondition */
static const struct dma_buf_ops bad_fallback_ops = { .mmap = bad_fallback_mmap };

static int results_inner(struct results_buffer *buffer, struct vm_area_struct *vma)
{
	if (!buffer->pfn)
		return -ENODEV;
	return remap_pfn_range(vma, vma->vm_start, buffer->pfn, PAGE_SIZE, vma->vm_page_prot);
}

static int good_negative_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = results_inner(dmabuf->priv, vma);

	if (ret < 0)
		return ret;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_negative_ops = { .mmap = good_negative_mmap };

static int good_positive_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return results_inner(dmabuf->priv, vma) ? -EINVAL : 0;
}

/* expect: pass */
static const struct dma_buf_ops good_positive_ops = { .mmap = good_positive_mmap };

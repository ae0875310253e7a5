// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct conditional_buffer {
	struct page **pages;
	unsigned long count;
	bool contiguous;
	struct device *dev;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct conditional_buffer *buffer = dmabuf->priv;

	if (!buffer->contiguous)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->pages[0]), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct conditional_buffer *buffer = dmabuf->priv;

	if (!buffer->contiguous) /* expect-condition: buffer->contiguous false object */
		/* expect: page-insert */
		return vm_map_pages(vma, buffer->pages, buffer->count);
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->pages[0]), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: conditional page-insert inserts=vm_map_pages@mmap,remap_pfn_range@mmap */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int bad_device_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct conditional_buffer *buffer = dmabuf->priv;

	if (buffer->dev->dma_coherent) /* expect-condition: buffer->dev->dma_coherent true device */
		/* expect: page-insert */
		return vm_map_pages(vma, buffer->pages, buffer->count);
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->pages[0]), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_device_ops = {
	.mmap = bad_device_mmap,
};

static bool prefer_pages;

void conditional_prefer(bool value)
{
	prefer_pages = value;
}

static int bad_environment_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct conditional_buffer *buffer = dmabuf->priv;

	if (prefer_pages) /* expect-condition: prefer_pages true environment */
		/* expect: page-insert */
		return vm_map_pages(vma, buffer->pages, buffer->count);
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->pages[0]), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_environment_ops = {
	.mmap = bad_environment_mmap,
};

/* What fails on the other side is no alternative: every mapping that comes about is bad. */
static int bad_only_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct conditional_buffer *buffer = dmabuf->priv;

	if (buffer->contiguous)
		return -EINVAL;
	return vm_map_pages(vma, buffer->pages, buffer->count); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_only_ops = {
	.mmap = bad_only_mmap,
};

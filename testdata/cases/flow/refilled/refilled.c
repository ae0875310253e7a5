// SPDX-License-Identifier: GPL-2.0-only
/* A field that a function fills in between two questions about it. */
#include <linux/dma-buf.h>

struct refilled_buffer {
	struct page **pages;
	unsigned long count;
};

struct page **refilled_allocate(unsigned long count);

static int refilled_get(struct refilled_buffer *buffer)
{
	struct page **pages;

	if (!buffer->count)
		return -EINVAL;
	pages = refilled_allocate(buffer->count);
	if (!pages)
		return -ENOMEM;
	buffer->pages = pages;
	return 0;
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct refilled_buffer *buffer = dmabuf->priv;

	if (!buffer->pages)
		refilled_get(buffer);
	if (!buffer->pages)
		return -ENOMEM;
	return vm_map_pages(vma, buffer->pages, buffer->count); /* expect: page-insert */
}

/* expect: violation page-insert inserts=vm_map_pages@mmap */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int bad_never_before_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct refilled_buffer *buffer = dmabuf->priv;

	if (buffer->pages)
		return -EBUSY;
	if (refilled_get(buffer))
		return -ENOMEM;
	if (buffer->pages) /* expect-condition: buffer->pages true object */
		/* expect: page-insert */
		return vm_map_pages(vma, buffer->pages, buffer->count);
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_never_before_ops = { .mmap = bad_never_before_mmap };

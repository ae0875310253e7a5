// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct compared_buffer {
	unsigned long count;
	int kind;
	struct page **pages;
};

static int compared_pfn(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int compared_page(struct compared_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->pages[0]); /* expect: page-insert */
}

#define COMPARED(name)									\
static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

static int bad_zero_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct compared_buffer *buffer = dmabuf->priv;

	if (buffer->count == 0) /* expect-condition: buffer->count == 0 true object */
		return compared_page(buffer, vma);
	return compared_pfn(vma);
}

COMPARED(bad_zero); /* expect: conditional page-insert */

static int bad_null_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct compared_buffer *buffer = dmabuf->priv;

	if (buffer->pages == NULL) /* expect-condition: buffer->pages == NULL false object */
		return compared_pfn(vma);
	return compared_page(buffer, vma);
}

COMPARED(bad_null); /* expect: conditional page-insert */

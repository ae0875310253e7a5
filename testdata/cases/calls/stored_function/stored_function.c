// SPDX-License-Identifier: GPL-2.0-only
/* A function that is stored in the object itself, not in a table. */
#include <linux/dma-buf.h>

struct stored_function_buffer {
	int (*map)(struct stored_function_buffer *buffer, struct vm_area_struct *vma);
	struct page *page;
};

static int good_map(struct stored_function_buffer *buffer, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}

static int bad_map(struct stored_function_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

void stored_function_init(struct stored_function_buffer *buffer, bool cached)
{
	buffer->map = good_map;
	if (cached)
		buffer->map = bad_map;
}

static int stored_function_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct stored_function_buffer *buffer = dmabuf->priv;

	return buffer->map(buffer, vma);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = stored_function_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Functions that call themselves are followed up to a bound. */
#include <linux/dma-buf.h>

struct recursion_buffer {
	struct recursion_buffer *parent;
	struct page *page;
};

static int recursion_map(struct recursion_buffer *buffer, struct vm_area_struct *vma)
{
	if (buffer->parent) /* expect-condition: buffer->parent false object */
		return recursion_map(buffer->parent, vma);
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return recursion_map(dmabuf->priv, vma);
}

/* expect: unknown page-insert reason='calls nest deeper than the bound at recursion_map' */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

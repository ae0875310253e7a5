// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

enum switched_kind {
	SWITCHED_REGISTERS,
	SWITCHED_PAGES,
};

struct switched_buffer {
	enum switched_kind kind;
	struct page *page;
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct switched_buffer *buffer = dmabuf->priv;

	/* expect-condition: buffer->kind true object */
	switch (buffer->kind) {
	case SWITCHED_REGISTERS:
		return vm_iomap_memory(vma, 4096, PAGE_SIZE);
	case SWITCHED_PAGES:
		return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
	default:
		return -EINVAL;
	}
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

enum switches_kind {
	SWITCHES_REGISTERS,
	SWITCHES_MEMORY,
	SWITCHES_PAGES,
};

struct switches_buffer {
	enum switches_kind kind;
	struct page *page;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct switches_buffer *buffer = dmabuf->priv;

	switch (buffer->kind) {
	case SWITCHES_REGISTERS:
		return vm_iomap_memory(vma, 4096, PAGE_SIZE);
	case SWITCHES_MEMORY:
	case SWITCHES_PAGES:
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	default:
		return -EINVAL;
	}
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

/* One case runs on into the next. */
static int bad_fall_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct switches_buffer *buffer = dmabuf->priv;
	int ret = 0;

	switch (buffer->kind) {
	case SWITCHES_REGISTERS:
		ret = vm_iomap_memory(vma, 4096, PAGE_SIZE);
		fallthrough;
	case SWITCHES_PAGES:
		if (!ret)
			/* expect: page-insert helper-precondition */
			ret = vm_insert_page(vma, vma->vm_start, buffer->page);
		break;
	default:
		ret = -EINVAL;
	}
	return ret;
}

/* expect: violation page-insert helper-precondition */
static const struct dma_buf_ops bad_fall_ops = { .mmap = bad_fall_mmap };

/* The same question twice has the same answer. */
static int good_twice_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct switches_buffer *buffer = dmabuf->priv;

	if (buffer->kind == SWITCHES_PAGES)
		return -EINVAL;
	switch (buffer->kind) {
	case SWITCHES_PAGES:
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	default:
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	}
}

/* expect: pass */
static const struct dma_buf_ops good_twice_ops = { .mmap = good_twice_mmap };

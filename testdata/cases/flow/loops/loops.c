// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct loops_buffer {
	struct page **pages;
	unsigned long count;
};

static int good_pfn_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;
	unsigned long addr = vma->vm_start;
	unsigned long i;

	for (i = 0; i < buffer->count; i++) {
		int ret = remap_pfn_range(vma, addr, page_to_pfn(buffer->pages[i]), PAGE_SIZE,
					  vma->vm_page_prot);

		if (ret)
			return ret;
		addr += PAGE_SIZE;
		if (addr >= vma->vm_end)
			break;
	}
	return 0;
}

/* Not at all means that there is nothing in it. */
/* expect: pass */
static const struct dma_buf_ops good_pfn_ops = { .mmap = good_pfn_mmap };

static int bad_page_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;
	unsigned long addr = vma->vm_start;
	unsigned long i;

	for (i = 0; i < buffer->count && addr < vma->vm_end; i++, addr += PAGE_SIZE) {
		/* expect: page-insert */
		int ret = vm_insert_page(vma, addr, buffer->pages[i]);

		if (ret)
			return ret;
	}
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_page_ops = { .mmap = bad_page_mmap };

static int bad_while_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;
	unsigned long left = buffer->count;
	int ret = 0;

	while (left-- && !ret)
		/* expect: page-insert */
		ret = vm_insert_page(vma, vma->vm_start + left * PAGE_SIZE, buffer->pages[left]);
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_while_ops = { .mmap = bad_while_mmap };

static int bad_do_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;
	unsigned long i = 0;
	int ret;

	do {
		/* expect: page-insert */
		ret = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, buffer->pages[i]);
	} while (!ret && ++i < buffer->count);
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_do_ops = { .mmap = bad_do_mmap };

/* The flag comes with the first turn, what is inserted with all. */
static int bad_after_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;
	unsigned long i;

	for (i = 0; i < buffer->count; i++) {
		if (!buffer->pages[i])
			continue;
		if (vm_insert_page(vma, vma->vm_start, buffer->pages[i])) /* expect: page-insert */
			break;
	}
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_after_ops = { .mmap = bad_after_mmap };

static int good_never_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loops_buffer *buffer = dmabuf->priv;

	for (; ; ) {
		if (buffer->count)
			return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
		return -EINVAL;
	}
}

/* expect: pass */
static const struct dma_buf_ops good_never_ops = { .mmap = good_never_mmap };

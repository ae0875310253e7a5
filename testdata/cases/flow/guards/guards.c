// SPDX-License-Identifier: GPL-2.0-only
/* Locks that are released at the end of a block. */
#include <linux/cleanup.h>
#include <linux/dma-buf.h>

struct guards_buffer {
	struct mutex lock;
	struct page *page;
	bool dead;
};

static int good_guard_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guards_buffer *buffer = dmabuf->priv;

	guard(mutex)(&buffer->lock);
	if (buffer->dead)
		return -ENODEV;
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_guard_ops = { .mmap = good_guard_mmap };

static int bad_guard_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guards_buffer *buffer = dmabuf->priv;

	guard(mutex)(&buffer->lock);
	if (buffer->dead)
		return -ENODEV;
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_guard_ops = { .mmap = bad_guard_mmap };

static int good_scoped_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guards_buffer *buffer = dmabuf->priv;

	scoped_guard(mutex, &buffer->lock) {
		if (buffer->dead)
			return -ENODEV;
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	}
	return -EINVAL;
}

/* expect: pass */
static const struct dma_buf_ops good_scoped_ops = { .mmap = good_scoped_mmap };

static int bad_scoped_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guards_buffer *buffer = dmabuf->priv;
	int ret = -EINVAL;

	scoped_guard(mutex, &buffer->lock) {
		if (buffer->dead)
			return -ENODEV;
		ret = vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
	}
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_scoped_ops = { .mmap = bad_scoped_mmap };

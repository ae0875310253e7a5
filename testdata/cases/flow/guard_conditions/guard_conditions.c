// SPDX-License-Identifier: GPL-2.0-only
/* Locks that may not be had. */
#include <linux/cleanup.h>
#include <linux/dma-buf.h>

struct guard_conditions_buffer {
	struct mutex lock;
	bool dead;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guard_conditions_buffer *buffer = dmabuf->priv;

	scoped_cond_guard(mutex_try, return -EBUSY, &buffer->lock) {
		if (buffer->dead)
			return -ENODEV;
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	}
	return -EINVAL;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guard_conditions_buffer *buffer = dmabuf->priv;
	int ret = -EINVAL;

	scoped_cond_guard(mutex_try, return -EBUSY, &buffer->lock) {
		if (buffer->dead)
			break;
		/* expect: page-insert */
		ret = vm_insert_page(vma, vma->vm_start, (struct page *)buffer);
	}
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* Without the lock, too. */
static int bad_otherwise_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct guard_conditions_buffer *buffer = dmabuf->priv;
	struct page *page = dmabuf->priv;

	/* expect: page-insert */
	/* expect-condition: scoped_cond_guard(mutex_try, return vm_insert_page(vma, vma->vm_start, page), &buffer->lock) false object */
	scoped_cond_guard(mutex_try, return vm_insert_page(vma, vma->vm_start, page), &buffer->lock)
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	return 0;
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_otherwise_ops = { .mmap = bad_otherwise_mmap };

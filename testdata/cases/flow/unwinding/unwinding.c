// SPDX-License-Identifier: GPL-2.0-only
/* goto, as drivers use it. */
#include <linux/dma-buf.h>

struct unwinding_buffer {
	struct mutex lock;
	struct page *page;
	int users;
};

int unwinding_pin(struct unwinding_buffer *buffer);
void unwinding_unpin(struct unwinding_buffer *buffer);

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unwinding_buffer *buffer = dmabuf->priv;
	int ret;

	mutex_lock(&buffer->lock);
	ret = unwinding_pin(buffer);
	if (ret)
		goto err_unlock;
	ret = remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			      vma->vm_page_prot);
	if (ret)
		goto err_unpin;
	mutex_unlock(&buffer->lock);
	return 0;

err_unpin:
	unwinding_unpin(buffer);
	vm_flags_clear(vma, VM_PFNMAP);
err_unlock:
	mutex_unlock(&buffer->lock);
	return ret;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

/* The success path runs on into the clean-up. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unwinding_buffer *buffer = dmabuf->priv;
	int ret;

	mutex_lock(&buffer->lock);
	ret = unwinding_pin(buffer);
	if (ret)
		goto out_unlock;
	ret = remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			      vma->vm_page_prot);
	vm_flags_clear(vma, VM_PFNMAP); /* expect: cleared-pfnmap */
out_unlock:
	mutex_unlock(&buffer->lock);
	return ret;
}

/* expect: violation cleared-pfnmap */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* Backwards. */
static int bad_retry_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unwinding_buffer *buffer = dmabuf->priv;
	int tries = 0;
	int ret;

retry:
	ret = vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
	if (ret == -EAGAIN && tries++ < 3)
		goto retry;
	return ret;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_retry_ops = { .mmap = bad_retry_mmap };

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static void none_release(struct dma_buf *dmabuf)
{
	fput(dmabuf->file);
}

/* expect: no-mmap */
static const struct dma_buf_ops good_left_out_ops = {
	.release = none_release,
};

/* expect: no-mmap */
static const struct dma_buf_ops good_null_ops = {
	.release = none_release,
	.mmap = NULL,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.release = none_release,
	.mmap = bad_mmap,
};

// SPDX-License-Identifier: GPL-2.0-only
/* The name of the type is hidden. */
#include <linux/dma-buf.h>

typedef struct dma_buf_ops hidden_ops_t;

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const hidden_ops_t bad_ops = {
	.mmap = bad_mmap,
};

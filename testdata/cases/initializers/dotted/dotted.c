// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct dotted_ops {
	int number;
	struct dma_buf_ops ops;
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

static const struct dotted_ops bad_dotted = {
	/* expect: violation page-insert */
	.ops.mmap = bad_mmap,
};

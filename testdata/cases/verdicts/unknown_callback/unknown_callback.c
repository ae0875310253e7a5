// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

extern int unknown_callback_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);

/* expect: unknown reason=definition */
static const struct dma_buf_ops bad_ops = {
	.mmap = unknown_callback_mmap,
};

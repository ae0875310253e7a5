// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct copied_device {
	struct dma_buf_ops ops;
	const struct dma_buf_ops *source;
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

void copied_init(struct copied_device *device)
{
	device->ops = bad_ops; /* expect: violation page-insert */
}

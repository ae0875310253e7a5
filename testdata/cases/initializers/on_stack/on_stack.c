// SPDX-License-Identifier: GPL-2.0-only
/* xfail: the text's object and the copy are not known to be one; the place is a member's */
/* An object on the stack that is copied to where it stays. */
#include <linux/dma-buf.h>

struct on_stack_device {
	struct dma_buf_ops ops;
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

void on_stack_init(struct on_stack_device *device)
{
	/* expect: violation page-insert */
	device->ops = (struct dma_buf_ops) {
		.mmap = bad_mmap,
	};
}

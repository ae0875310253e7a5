// SPDX-License-Identifier: GPL-2.0-only
/* Two modules have an object of one name. */
#include <linux/dma-buf.h>
#include <linux/mm.h>

static int twins_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
}

extern const struct dma_buf_ops twin_ops;

/* expect: violation page-insert */
const struct dma_buf_ops twin_ops = {
	.mmap = twins_mmap,
};

void twins_init(struct dma_buf_export_info *info)
{
	info->ops = &twin_ops;
}

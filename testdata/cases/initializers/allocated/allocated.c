// SPDX-License-Identifier: GPL-2.0-only
/* An object on the heap, filled in member by member. */
#include <linux/dma-buf.h>
#include <linux/slab.h>

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

struct dma_buf *allocated_export(void *priv)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct dma_buf_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);

	if (!ops)
		return ERR_PTR(-ENOMEM);
	/* expect: violation page-insert */
	ops->mmap = bad_mmap;
	exp_info.ops = ops;
	exp_info.priv = priv;
	return dma_buf_export(&exp_info);
}

// SPDX-License-Identifier: GPL-2.0-only
/* xfail: an object without a name, behind a pointer, is not seen at all */
#include <linux/dma-buf.h>

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops *const bad_ops = &(const struct dma_buf_ops) { .mmap = bad_mmap };

struct dma_buf *pointer_literal_export(void *priv)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = bad_ops;
	exp_info.priv = priv;
	return dma_buf_export(&exp_info);
}

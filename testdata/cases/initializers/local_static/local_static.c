// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

struct dma_buf *local_static_export(void *priv, bool coherent)
{
	/* expect: pass */
	static const struct dma_buf_ops good_ops = {
		.mmap = good_mmap,
	};
	/* expect: violation page-insert */
	static const struct dma_buf_ops bad_ops = {
		.mmap = bad_mmap,
	};
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = coherent ? &good_ops : &bad_ops;
	exp_info.priv = priv;
	return dma_buf_export(&exp_info);
}

// SPDX-License-Identifier: GPL-2.0-only
/* What the configuration leaves out is in the text, and so is not forgotten. */
#include <linux/dma-buf.h>

#ifdef CONFIG_UNKNOWN_LEFT_OUT
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
}

/* expect: unknown not-in-this-config reason=configuration */
static const struct dma_buf_ops bad_ops = { /* expect: not-in-this-config */
	.mmap = bad_mmap,
};
#endif

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

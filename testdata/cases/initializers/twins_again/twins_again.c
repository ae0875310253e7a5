// SPDX-License-Identifier: GPL-2.0-only
/* Two modules have an object of one name. */
#include <linux/dma-buf.h>
#include <linux/mm.h>

static int twins_again_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

extern const struct dma_buf_ops twin_ops;

/* expect: pass */
const struct dma_buf_ops twin_ops = {
	.mmap = twins_again_mmap,
};

void twins_again_init(struct dma_buf_export_info *info)
{
	info->ops = &twin_ops;
}

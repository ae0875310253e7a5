// SPDX-License-Identifier: GPL-2.0-only
/* What maps stands in a header that another file includes. */
#include <linux/dma-buf.h>
#include <linux/mm.h>

int header_map(struct vm_area_struct *vma, struct page *page);

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return header_map(vma, dmabuf->priv);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

void header_init(struct dma_buf_export_info *info)
{
	info->ops = &bad_ops;
}

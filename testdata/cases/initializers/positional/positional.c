// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static void positional_release(struct dma_buf *dmabuf)
{
	fput(dmabuf->file);
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	true, NULL, NULL, NULL, NULL, positional_release, good_mmap
};

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	true, NULL, NULL, NULL, NULL, positional_release, bad_mmap
};

/* Positions go on behind the member that was named. */
/* expect: violation page-insert */
static const struct dma_buf_ops bad_mixed_ops = {
	.release = positional_release, bad_mmap
};

/* expect: no-mmap */
static const struct dma_buf_ops good_short_ops = {
	true, NULL, NULL
};

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

static const struct dma_buf_ops array_ops[] = {
	{ .mmap = good_mmap },		/* expect: pass */
	{ .mmap = bad_mmap },		/* expect: violation page-insert */
	{ .cache_sgt_mapping = true },	/* expect: no-mmap */
};

enum { ARRAY_FIRST, ARRAY_SECOND };

static const struct dma_buf_ops array_designated_ops[] = {
	[ARRAY_SECOND] = { .mmap = bad_mmap },	/* expect: violation page-insert */
	[ARRAY_FIRST] = { .mmap = good_mmap },	/* expect: pass */
};

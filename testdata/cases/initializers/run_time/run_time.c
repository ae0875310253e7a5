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

/* expect: pass */
static struct dma_buf_ops good_ops;

/* expect: violation page-insert */
static struct dma_buf_ops bad_ops;

/* expect: violation page-insert */
static struct dma_buf_ops bad_patched_ops = {
	.cache_sgt_mapping = true,
};

void run_time_init(void)
{
	good_ops.mmap = good_mmap;
	bad_ops.mmap = bad_mmap;
	bad_patched_ops.mmap = bad_mmap;
}

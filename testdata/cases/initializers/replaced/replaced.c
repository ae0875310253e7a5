// SPDX-License-Identifier: GPL-2.0-only
/* One object, two callbacks: each of them is a route. */
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: pass implementation=good_mmap */
/* expect: violation page-insert implementation=bad_mmap */
static struct dma_buf_ops bad_either_ops = {
	.mmap = good_mmap,
};

void replaced_init(bool coherent)
{
	if (coherent)
		bad_either_ops.mmap = bad_mmap;
}

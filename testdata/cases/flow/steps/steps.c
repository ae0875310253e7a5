// SPDX-License-Identifier: GPL-2.0-only
/* The value of x++ is that of before, that of ++x the one of after. */
#include <linux/dma-buf.h>

static int steps_pfn(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int good_post_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int tries = 0;

	if (tries++)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return steps_pfn(vma);
}

/* expect: pass */
static const struct dma_buf_ops good_post_ops = { .mmap = good_post_mmap };

static int bad_pre_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int tries = -1;

	if (!++tries)
		/* expect: page-insert */
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return steps_pfn(vma);
}

/* The sum is not followed, and so the other way counts too. */
/* expect: violation page-insert */
static const struct dma_buf_ops bad_pre_ops = { .mmap = bad_pre_mmap };

static int bad_post_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int tries = 1;

	if (tries--)
		/* expect: page-insert */
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return steps_pfn(vma);
}

/* expect: violation page-insert inserts=vm_insert_page@mmap */
static const struct dma_buf_ops bad_post_ops = { .mmap = bad_post_mmap };

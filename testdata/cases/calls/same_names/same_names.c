// SPDX-License-Identifier: GPL-2.0-only
/* Two static functions of the same name in two files of the same name. */
#include <linux/dma-buf.h>

int same_names_inner(struct page *page, struct vm_area_struct *vma);

static int insert(struct page *page, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE, vma->vm_page_prot);
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return insert(dmabuf->priv, vma);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return same_names_inner(dmabuf->priv, vma);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Functions that get a mapping and leave it as it is. */
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_set_file(vma, dmabuf->file);
	zap_vma_ptes(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	return 0;
}

/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_set_file(vma, dmabuf->file);
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

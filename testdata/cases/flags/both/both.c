// SPDX-License-Identifier: GPL-2.0-only
/* Both flags: fine with pfns, no excuse for pages. */
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_MIXEDMAP | VM_DONTEXPAND;
	return io_remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass flags=VM_MIXEDMAP,VM_PFNMAP inserts=io_remap_pfn_range@mmap */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP | VM_PFNMAP);
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert flags=VM_MIXEDMAP,VM_PFNMAP */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

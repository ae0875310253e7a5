// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_remap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass inserts=remap_pfn_range@mmap flags=VM_PFNMAP */
static const struct dma_buf_ops good_remap_ops = { .mmap = good_remap_mmap };

static int good_io_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return io_remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass inserts=io_remap_pfn_range@mmap flags=VM_PFNMAP */
static const struct dma_buf_ops good_io_ops = { .mmap = good_io_mmap };

static int good_iomap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_iomap_memory(vma, 4096, PAGE_SIZE);
}

/* expect: pass inserts=vm_iomap_memory@mmap flags=VM_PFNMAP */
static const struct dma_buf_ops good_iomap_ops = { .mmap = good_iomap_mmap };

/* What comes first and what comes after it makes no difference. */
static int bad_both_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	if (ret)
		return ret;
	/* expect: page-insert helper-precondition */
	return vm_insert_page(vma, vma->vm_start + PAGE_SIZE, dmabuf->priv);
}

/* expect: violation page-insert helper-precondition */
static const struct dma_buf_ops bad_both_ops = { .mmap = bad_both_mmap };

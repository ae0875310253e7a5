// SPDX-License-Identifier: GPL-2.0-only
/* Functions of a driver that are called as helpers are, in a kernel that has none of these. */
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct own_names_bo {
	struct page *page;
	unsigned long pfn;
};

/* Is called like what inserts nothing, and maps pfns. */
static int unmap_mapping_range(struct vm_area_struct *vma, struct own_names_bo *bo)
{
	return remap_pfn_range(vma, vma->vm_start, bo->pfn, PAGE_SIZE, vma->vm_page_prot);
}

/* Is called like what maps pfns, and inserts a page. */
static int remap_pfn_range_notrack(struct vm_area_struct *vma, struct own_names_bo *bo)
{
	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, bo->page);
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return unmap_mapping_range(vma, dmabuf->priv);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range_notrack(vma, dmabuf->priv);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

void own_names_init(struct dma_buf_export_info *info, bool bad)
{
	info->ops = bad ? &bad_ops : &good_ops;
}

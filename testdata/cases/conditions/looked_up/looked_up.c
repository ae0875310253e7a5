// SPDX-License-Identifier: GPL-2.0-only
/* What user space finds by an offset: an object has its own mind, pages are many. */
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct looked_up_bo {
	bool cached;
	struct page *page;
};

struct looked_up_bo *looked_up_find(struct looked_up_bo *first, unsigned long offset);
struct page *looked_up_page(struct looked_up_bo *first, unsigned long offset);

static int bo_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct looked_up_bo *bo = looked_up_find(dmabuf->priv, vma->vm_pgoff);

	if (!bo)
		return -ENOENT;
	if (bo->cached) /* expect-condition: bo->cached true object */
		return vm_insert_page(vma, vma->vm_start, bo->page); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bo_ops = {
	.mmap = bo_mmap,
};

static int page_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct page *page = looked_up_page(dmabuf->priv, vma->vm_pgoff);

	if (page->flags)
		return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: violation page-insert */
static const struct dma_buf_ops page_ops = {
	.mmap = page_mmap,
};

void looked_up_init(struct dma_buf_export_info *info, bool page)
{
	info->ops = page ? &page_ops : &bo_ops;
}

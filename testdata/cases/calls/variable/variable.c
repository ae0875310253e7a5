// SPDX-License-Identifier: GPL-2.0-only
/* Calls through variables that are pointers to functions. */
#include <linux/dma-buf.h>

static int insert_pfns(struct vm_area_struct *vma, struct page *page)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(page), PAGE_SIZE,
			       vma->vm_page_prot);
}

static int insert_pages(struct vm_area_struct *vma, struct page *page)
{
	return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
}

static int (*good_pointer)(struct vm_area_struct *vma, struct page *page) = insert_pfns;

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return good_pointer(vma, dmabuf->priv);
}

/* expect: pass inserts=remap_pfn_range@mmap */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int (*const bad_pointer)(struct vm_area_struct *vma, struct page *page) = &insert_pages;

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return (*bad_pointer)(vma, dmabuf->priv);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int good_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int (*pointer)(struct vm_area_struct *vma, struct page *page) = insert_pfns;

	return pointer(vma, dmabuf->priv);
}

/* expect: pass inserts=remap_pfn_range@mmap */
static const struct dma_buf_ops good_local_ops = { .mmap = good_local_mmap };

static int bad_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	static int (*pointer)(struct vm_area_struct *vma, struct page *page) = insert_pages;

	return pointer(vma, dmabuf->priv);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_local_ops = { .mmap = bad_local_mmap };

/* One that is set anew may hold either. */
static int (*chosen_pointer)(struct vm_area_struct *vma, struct page *page) = insert_pfns;

void variable_choose(void)
{
	chosen_pointer = insert_pages;
}

static int bad_chosen_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return chosen_pointer(vma, dmabuf->priv);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_chosen_ops = { .mmap = bad_chosen_mmap };

/* One that is only declared, or is set to what it is handed, may hold anything. */
extern int (*foreign_pointer)(struct vm_area_struct *vma, struct page *page);

static int bad_foreign_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return foreign_pointer(vma, dmabuf->priv);
}

/* expect: unknown reason=foreign_pointer */
static const struct dma_buf_ops bad_foreign_ops = { .mmap = bad_foreign_mmap };

static int (*given_pointer)(struct vm_area_struct *vma, struct page *page) = insert_pfns;

void variable_give(int (*pointer)(struct vm_area_struct *vma, struct page *page))
{
	given_pointer = pointer;
}

static int bad_given_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return given_pointer(vma, dmabuf->priv);
}

/* expect: unknown reason=given_pointer */
static const struct dma_buf_ops bad_given_ops = { .mmap = bad_given_mmap };

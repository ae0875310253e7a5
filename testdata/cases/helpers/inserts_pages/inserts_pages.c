// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct inserts_pages_buffer {
	struct page **pages;
	unsigned long count;
	void *address;
};

static int bad_page_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, buffer->pages[0]);
}

/* expect: violation page-insert inserts=vm_insert_page@mmap */
static const struct dma_buf_ops bad_page_ops = { .mmap = bad_page_mmap };

static int bad_pages_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;
	unsigned long count = buffer->count;

	/* expect: page-insert */
	return vm_insert_pages(vma, vma->vm_start, buffer->pages, &count);
}

/* expect: violation page-insert inserts=vm_insert_pages@mmap */
static const struct dma_buf_ops bad_pages_ops = { .mmap = bad_pages_mmap };

static int bad_map_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	return vm_map_pages(vma, buffer->pages, buffer->count);
}

/* expect: violation page-insert inserts=vm_map_pages@mmap */
static const struct dma_buf_ops bad_map_ops = { .mmap = bad_map_mmap };

static int bad_zero_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	return vm_map_pages_zero(vma, buffer->pages, buffer->count);
}

/* expect: violation page-insert inserts=vm_map_pages_zero@mmap */
static const struct dma_buf_ops bad_zero_ops = { .mmap = bad_zero_mmap };

static int bad_vmalloc_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	return remap_vmalloc_range(vma, buffer->address, vma->vm_pgoff);
}

/* expect: violation page-insert inserts=remap_vmalloc_range@mmap */
static const struct dma_buf_ops bad_vmalloc_ops = { .mmap = bad_vmalloc_mmap };

static int bad_partial_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct inserts_pages_buffer *buffer = dmabuf->priv;

	/* expect: page-insert */
	return remap_vmalloc_range_partial(vma, vma->vm_start, buffer->address, 0, PAGE_SIZE);
}

/* expect: violation page-insert inserts=remap_vmalloc_range_partial@mmap */
static const struct dma_buf_ops bad_partial_ops = { .mmap = bad_partial_mmap };

static vm_fault_t bad_folio_fault(struct vm_fault *vmf, unsigned int order)
{
	/* expect: page-insert */
	return vmf_insert_folio_pmd(vmf, vmf->vma->vm_private_data, false);
}

static const struct vm_operations_struct bad_folio_vm_ops = {
	.huge_fault = bad_folio_fault,
};

static int bad_folio_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &bad_folio_vm_ops;
	vma->vm_private_data = dmabuf->priv;
	return 0;
}

/* expect: violation page-insert inserts=vmf_insert_folio_pmd@huge_fault */
static const struct dma_buf_ops bad_folio_ops = { .mmap = bad_folio_mmap };

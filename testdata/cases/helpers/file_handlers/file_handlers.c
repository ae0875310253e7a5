// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the page cache: the table names helpers. */
#include <linux/dma-buf.h>

static const struct vm_operations_struct bad_vm_ops = {
	.fault = filemap_fault,			/* expect: page-insert */
	.map_pages = filemap_map_pages,		/* expect: page-insert */
	.page_mkwrite = filemap_page_mkwrite,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: violation page-insert missing-pfnmap inserts=filemap_fault@fault,filemap_map_pages@map_pages */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static const struct vm_operations_struct good_vm_ops = {
	.page_mkwrite = filemap_page_mkwrite,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &good_vm_ops;
	return 0;
}

/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

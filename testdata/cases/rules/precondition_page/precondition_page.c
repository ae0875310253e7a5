// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct page *precondition_page(struct dma_buf *dmabuf, pgoff_t index);

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct dma_buf *dmabuf = vmf->vma->vm_private_data;
	struct page *page = precondition_page(dmabuf, vmf->pgoff);

	/* expect: page-insert helper-precondition */
	return vmf_insert_page(vmf->vma, vmf->address, page);
}

static const struct vm_operations_struct page_vm_ops = {
	.fault = bad_fault,
};

/* Under VM_MIXEDMAP the handler may insert pages: it breaks the rule, not the helper. */
static int bad_mixed_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &page_vm_ops;
	vma->vm_private_data = dmabuf;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_mixed_ops = {
	.mmap = bad_mixed_mmap,
};

/* Without it vm_insert_page() sets the flag, and may not: a fault holds the read lock. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &page_vm_ops; /* expect: missing-pfnmap */
	vma->vm_private_data = dmabuf;
	return 0;
}

/* expect: violation page-insert missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int bad_pfnmap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	/* expect: page-insert helper-precondition */
	return vm_insert_page(vma, vma->vm_start, precondition_page(dmabuf, 0));
}

/* expect: violation page-insert helper-precondition */
static const struct dma_buf_ops bad_pfnmap_ops = {
	.mmap = bad_pfnmap_mmap,
};

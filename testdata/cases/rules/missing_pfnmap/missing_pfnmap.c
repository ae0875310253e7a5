// SPDX-License-Identifier: GPL-2.0-only
/* A pfn handler under no flag at all: in the kernel it runs into a BUG_ON, too. */
#include <linux/dma-buf.h>

static vm_fault_t insert_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	/* expect: helper-precondition */
	return vmf_insert_pfn(vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct insert_vm_ops = {
	.fault = insert_fault,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP);
	vma->vm_ops = &insert_vm_ops;
	return 0;
}

/* expect: pass inserts=vmf_insert_pfn@fault flags=VM_PFNMAP vm_ops=insert_vm_ops */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_IO);
	vma->vm_ops = &insert_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: violation missing-pfnmap helper-precondition inserts=vmf_insert_pfn@fault flags=- */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

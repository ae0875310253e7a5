// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static vm_fault_t pfn_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff); /* expect: helper-precondition */
}

static const struct vm_operations_struct pfn_vm_ops = {
	.fault = pfn_fault,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &pfn_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

/* Both flags keep the rule, but vmf_insert_pfn() wants exactly one. */
static int bad_both_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_MIXEDMAP);
	vma->vm_ops = &pfn_vm_ops;
	return 0;
}

/* expect: pass helper-precondition */
static const struct dma_buf_ops bad_both_ops = {
	.mmap = bad_both_mmap,
};

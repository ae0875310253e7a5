// SPDX-License-Identifier: GPL-2.0-only
/* Set in one file, cleared in another one, and set again. */
#include "across.h"

static vm_fault_t across_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct across_vm_ops = {
	.fault = across_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO);
	across_clear(vma);
	across_restore(vma, VM_DONTEXPAND);
	vma->vm_ops = &across_vm_ops;
	return 0;
}

/* expect: violation cleared-pfnmap helper-precondition */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO);
	across_clear(vma);
	across_restore(vma, VM_DONTEXPAND | VM_PFNMAP);
	vma->vm_ops = &across_vm_ops;
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

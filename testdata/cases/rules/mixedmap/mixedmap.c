// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct good_vm_ops = {
	.fault = good_fault,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &good_vm_ops;
	return 0;
}

/* expect: pass inserts=vmf_insert_pfn@fault flags=VM_PFNMAP */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	/* expect: mixedmap */
	return vmf_insert_mixed(vmf->vma, vmf->address, pfn_to_pfn_t(vmf->pgoff));
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: violation mixedmap inserts=vmf_insert_mixed@fault flags=VM_MIXEDMAP */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

/* Both flags: the rule is kept where the architecture has special PTEs. */
static int good_both_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_MIXEDMAP);
	vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: pass inserts=vmf_insert_mixed@fault flags=VM_MIXEDMAP,VM_PFNMAP */
static const struct dma_buf_ops good_both_ops = {
	.mmap = good_both_mmap,
};

/* Pfns alone do not make up for VM_PFNMAP either. */
static vm_fault_t bad_pfn_fault(struct vm_fault *vmf)
{
	/* expect: mixedmap */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct bad_pfn_vm_ops = {
	.fault = bad_pfn_fault,
};

static int bad_pfn_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &bad_pfn_vm_ops;
	return 0;
}

/* expect: violation mixedmap inserts=vmf_insert_pfn@fault flags=VM_MIXEDMAP */
static const struct dma_buf_ops bad_pfn_ops = {
	.mmap = bad_pfn_mmap,
};

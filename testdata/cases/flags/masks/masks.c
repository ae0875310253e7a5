// SPDX-License-Identifier: GPL-2.0-only
/* Flags that come by way of locals, arguments and results. */
#include <linux/dma-buf.h>

#define MASKS_FLAGS (VM_IO | VM_PFNMAP | VM_DONTEXPAND)

static vm_fault_t masks_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct masks_vm_ops = {
	.fault = masks_fault,
};

static int good_macro_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, MASKS_FLAGS);
	vma->vm_ops = &masks_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_macro_ops = { .mmap = good_macro_mmap };

static int good_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long flags = VM_IO;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	flags |= VM_PFNMAP;
	flags |= VM_DONTDUMP;
	vm_flags_set(vma, flags);
	vma->vm_ops = &masks_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_local_ops = { .mmap = good_local_mmap };

static int bad_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long flags = VM_IO | VM_PFNMAP;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	flags &= ~VM_PFNMAP;
	vm_flags_set(vma, flags);
	vma->vm_ops = &masks_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_local_ops = { .mmap = bad_local_mmap };

static int masks_set(struct vm_area_struct *vma, unsigned long flags)
{
	vm_flags_set(vma, flags | VM_DONTDUMP);
	vma->vm_ops = &masks_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

static int good_argument_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	return masks_set(vma, VM_PFNMAP);
}

/* expect: pass */
static const struct dma_buf_ops good_argument_ops = { .mmap = good_argument_mmap };

static int bad_argument_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	return masks_set(vma, VM_IO);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_argument_ops = { .mmap = bad_argument_mmap };

/* Taken out, changed, put back. */
static int good_copy_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_t flags = vma->vm_flags;

	if (is_cow_mapping(flags))
		return -EINVAL;
	flags = (flags | VM_PFNMAP) & ~VM_MIXEDMAP;
	vm_flags_reset(vma, flags);
	vma->vm_ops = &masks_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_copy_ops = { .mmap = good_copy_mmap };

static int bad_copy_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_t before = vma->vm_flags;

	if (is_cow_mapping(before))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vm_flags_reset(vma, before); /* expect: cleared-pfnmap */
	vma->vm_ops = &masks_vm_ops;
	return 0;
}

/* expect: violation cleared-pfnmap helper-precondition */
static const struct dma_buf_ops bad_copy_ops = { .mmap = bad_copy_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Shared and private mappings are told apart by their flags. */
#include <linux/dma-buf.h>

static vm_fault_t kinds_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct kinds_vm_ops = {
	.fault = kinds_fault,
};

/* Private mappings are refused, or cannot be written. */
static int good_refused_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		return -EINVAL;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &kinds_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_refused_ops = { .mmap = good_refused_mmap };

static int good_unwritable_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags &= ~VM_MAYWRITE;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &kinds_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_unwritable_ops = { .mmap = good_unwritable_mmap };

/* What is done to private ones only does not depend on the object. */
static int bad_private_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_private_ops = { .mmap = bad_private_mmap };

static int bad_written_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma) /* expect: cow-pfnmap */
{
	if (vma->vm_flags & VM_WRITE && !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &kinds_vm_ops;
	return 0;
}

/* It can be made writable later. */
/* expect: pass cow-pfnmap */
static const struct dma_buf_ops bad_written_ops = { .mmap = bad_written_mmap };

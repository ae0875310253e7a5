// SPDX-License-Identifier: GPL-2.0-only
/* Flags as drivers wrote them before there were functions for it. */
#include <linux/dma-buf.h>

static vm_fault_t direct_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct direct_vm_ops = {
	.fault = direct_fault,
};

static int good_or_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND;
	vma->vm_ops = &direct_vm_ops;
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_or_ops = { .mmap = good_or_mmap };

static int bad_and_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	vma->vm_flags &= ~VM_PFNMAP; /* expect: cleared-pfnmap */
	return ret;
}

/* expect: violation cleared-pfnmap */
static const struct dma_buf_ops bad_and_ops = { .mmap = bad_and_mmap };

static int good_and_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	vma->vm_flags &= ~VM_DONTCOPY;
	return ret;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_and_ops = { .mmap = good_and_mmap };

static int good_assign_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vma->vm_flags = vma->vm_flags | VM_PFNMAP;
	vma->vm_ops = &direct_vm_ops;
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_assign_ops = { .mmap = good_assign_mmap };

/* The usual way to get an object into the state of drm_gem_mmap() undone. */
static int bad_both_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_flags &= ~VM_PFNMAP; /* expect: cleared-pfnmap */
	vma->vm_flags |= VM_MIXEDMAP;
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert cleared-pfnmap flags=VM_MIXEDMAP */
static const struct dma_buf_ops bad_both_ops = { .mmap = bad_both_mmap };

static int good_hidden_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vma->__vm_flags |= VM_PFNMAP;
	vma->vm_ops = &direct_vm_ops;
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_hidden_ops = { .mmap = good_hidden_mmap };

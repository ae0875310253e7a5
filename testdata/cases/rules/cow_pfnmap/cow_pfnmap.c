// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static vm_fault_t cow_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct cow_vm_ops = {
	.fault = cow_fault,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

/* Private mappings pass. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma) /* expect: cow-pfnmap */
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

/* expect: pass cow-pfnmap */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int good_shared_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if ((vma->vm_flags & VM_SHARED) == 0)
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_shared_ops = {
	.mmap = good_shared_mmap,
};

static int good_mayshare_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_mayshare_ops = {
	.mmap = good_mayshare_mmap,
};

/* A mapping that cannot be written never becomes one that can. */
static int good_readonly_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	vm_flags_clear(vma, VM_MAYWRITE);
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_readonly_ops = {
	.mmap = good_readonly_mmap,
};

/* remap_pfn_range() makes private mappings itself: all of it at once, or not at all. */
static int good_remap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_remap_ops = {
	.mmap = good_remap_mmap,
};

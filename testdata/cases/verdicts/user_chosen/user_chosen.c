// SPDX-License-Identifier: GPL-2.0-only
/* What user space decides does not make a violation conditional. */
#include <linux/dma-buf.h>

static int bad_offset_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff == 1)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_offset_ops = {
	.mmap = bad_offset_mmap,
};

static int good_offset_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff == 1)
		return vm_iomap_memory(vma, 4096, PAGE_SIZE);
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_offset_ops = {
	.mmap = good_offset_mmap,
};

static int bad_size_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start;

	if (size > PAGE_SIZE)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_size_ops = {
	.mmap = bad_size_mmap,
};

static int bad_shared_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_shared_ops = {
	.mmap = bad_shared_mmap,
};

static vm_fault_t bad_address_fault(struct vm_fault *vmf)
{
	if (vmf->address == vmf->vma->vm_start) {
		vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
		return 0;
	}
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct bad_address_vm_ops = {
	.fault = bad_address_fault,
};

static int bad_address_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &bad_address_vm_ops;
	vma->vm_private_data = dmabuf->priv;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_address_ops = {
	.mmap = bad_address_mmap,
};

// SPDX-License-Identifier: GPL-2.0-only
/* Handlers that are filled in only where there are none. */
#include <linux/dma-buf.h>

static vm_fault_t pfn_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct pfn_vm_ops = {
	.fault = pfn_fault,
};

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct page_vm_ops = {
	.fault = page_fault,
};

static int filled_finish(struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	if (!vma->vm_ops)
		vma->vm_ops = &page_vm_ops;
	return 0;
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &pfn_vm_ops;
	return filled_finish(vma);
}

/* expect: pass vm_ops=pfn_vm_ops */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

/* A new mapping has a table, without handlers: include/linux/mm.h, vma_init(). */
static int good_new_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return filled_finish(vma);
}

/* expect: reject note=maps-nothing vm_ops=- */
static const struct dma_buf_ops good_new_ops = { .mmap = good_new_mmap };

static int bad_taken_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &pfn_vm_ops;
	vma->vm_ops = NULL;
	return filled_finish(vma);
}

/* expect: violation page-insert vm_ops=page_vm_ops */
static const struct dma_buf_ops bad_taken_ops = { .mmap = bad_taken_mmap };

struct filled_buffer {
	bool device;
};

static int bad_sometimes_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct filled_buffer *buffer = dmabuf->priv;

	/* expect-condition: buffer->device false object */
	vma->vm_ops = buffer->device ? &pfn_vm_ops : NULL;
	return filled_finish(vma);
}

/* expect: conditional page-insert vm_ops=page_vm_ops,pfn_vm_ops */
static const struct dma_buf_ops bad_sometimes_ops = { .mmap = bad_sometimes_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* A question about the object stays one if the answer comes with a local's address. */
#include <linux/dma-buf.h>

struct out_parameter_device;

struct out_parameter_buffer {
	struct out_parameter_device *device;
	struct page *page;
};

bool out_parameter_enter(struct out_parameter_device *device, int *index);

static vm_fault_t out_parameter_fault(struct vm_fault *vmf)
{
	struct out_parameter_buffer *buffer = vmf->vma->vm_private_data;
	int index;

	/* expect-condition: out_parameter_enter(buffer->device, &index) false object */
	if (out_parameter_enter(buffer->device, &index))
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(buffer->page));
	return vmf_insert_page(vmf->vma, vmf->address, buffer->page); /* expect: page-insert helper-precondition */
}

static const struct vm_operations_struct out_parameter_vm_ops = {
	.fault = out_parameter_fault,
};

static int out_parameter_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &out_parameter_vm_ops;
	return 0;
}

/* expect: conditional page-insert helper-precondition */
static const struct dma_buf_ops bad_ops = { .mmap = out_parameter_mmap };

/* What is in the local is user space's choice here. */
bool out_parameter_find(struct out_parameter_device *device, unsigned long *offset);

static vm_fault_t out_parameter_user_fault(struct vm_fault *vmf)
{
	struct out_parameter_buffer *buffer = vmf->vma->vm_private_data;
	unsigned long offset = vmf->pgoff;

	if (out_parameter_find(buffer->device, &offset))
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(buffer->page));
	return vmf_insert_page(vmf->vma, vmf->address, buffer->page); /* expect: page-insert helper-precondition */
}

static const struct vm_operations_struct out_parameter_user_vm_ops = {
	.fault = out_parameter_user_fault,
};

static int out_parameter_user_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &out_parameter_user_vm_ops;
	return 0;
}

/* expect: violation page-insert helper-precondition */
static const struct dma_buf_ops bad_user_ops = { .mmap = out_parameter_user_mmap };

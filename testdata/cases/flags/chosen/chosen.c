// SPDX-License-Identifier: GPL-2.0-only
/* Which flags are set depends on the object. */
#include <linux/dma-buf.h>

struct chosen_buffer {
	bool special;
	struct page *page;
};

static vm_fault_t chosen_fault(struct vm_fault *vmf)
{
	struct chosen_buffer *buffer = vmf->vma->vm_private_data;

	if (buffer->special)
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(buffer->page));
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct chosen_vm_ops = {
	.fault = chosen_fault,
};

/* The handler asks the same question. */
static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct chosen_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	if (buffer->special)
		vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &chosen_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static vm_fault_t always_fault(struct vm_fault *vmf)
{
	struct chosen_buffer *buffer = vmf->vma->vm_private_data;

	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(buffer->page));
}

static const struct vm_operations_struct always_vm_ops = {
	.fault = always_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct chosen_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	if (buffer->special) /* expect-condition: buffer->special false object */
		vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &always_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: conditional missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

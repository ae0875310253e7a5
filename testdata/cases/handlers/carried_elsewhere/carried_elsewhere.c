// SPDX-License-Identifier: GPL-2.0-only
/* The same field, stored to by a function that the handler calls. */
#include <linux/dma-buf.h>

struct carried_elsewhere_buffer {
	struct page **pages;
	unsigned long pfn;
};

struct page **carried_elsewhere_pages(struct carried_elsewhere_buffer *buffer);

void carried_elsewhere_pin(struct carried_elsewhere_buffer *buffer)
{
	buffer->pages = carried_elsewhere_pages(buffer);
}

static vm_fault_t carried_fault(struct vm_fault *vmf)
{
	struct carried_elsewhere_buffer *buffer = vmf->vma->vm_private_data;

	carried_elsewhere_pin(buffer);
	if (buffer->pages) {
		vmf->page = buffer->pages[vmf->pgoff]; /* expect: page-insert */
		return 0;
	}
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct carried_vm_ops = {
	.fault = carried_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct carried_elsewhere_buffer *buffer = dmabuf->priv;

	if (buffer->pages)
		return -EBUSY;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &carried_vm_ops;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* The same field, but stored to between the question and the handler. */
#include <linux/dma-buf.h>

struct carried_stored_buffer {
	struct page **pages;
	unsigned long pfn;
};

struct page **carried_stored_pin(struct carried_stored_buffer *buffer);

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct carried_stored_buffer *buffer = vmf->vma->vm_private_data;

	if (buffer->pages) { /* expect-condition: buffer->pages true object */
		vmf->page = buffer->pages[vmf->pgoff]; /* expect: page-insert */
		return 0;
	}
	return vmf_insert_pfn(vmf->vma, vmf->address, buffer->pfn + vmf->pgoff);
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct carried_stored_buffer *buffer = dmabuf->priv;

	if (buffer->pages || is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &bad_vm_ops;
	buffer->pages = carried_stored_pin(buffer);
	return 0;
}

/* expect: conditional page-insert inserts=vmf->page@fault,vmf_insert_pfn@fault */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* What mmap has asked about the object holds in the handler, unless it is stored in between. */
#include <linux/dma-buf.h>

struct carried_buffer {
	struct page **pages;
	unsigned long pfn;
};

static vm_fault_t carried_fault(struct vm_fault *vmf)
{
	struct carried_buffer *buffer = vmf->vma->vm_private_data;

	if (buffer->pages)
		/* expect: page-insert */
		return vmf_insert_page(vmf->vma, vmf->address, buffer->pages[vmf->pgoff]);
	return vmf_insert_pfn(vmf->vma, vmf->address, buffer->pfn + vmf->pgoff);
}

static const struct vm_operations_struct carried_vm_ops = {
	.fault = carried_fault,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct carried_buffer *buffer = dmabuf->priv;

	if (buffer->pages || is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &carried_vm_ops;
	return 0;
}

/* expect: pass inserts=vmf_insert_pfn@fault */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct carried_buffer *buffer = dmabuf->priv;

	if (!buffer->pages)
		return -EINVAL;
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &carried_vm_ops;
	return 0;
}

/* expect: violation page-insert inserts=vmf_insert_page@fault */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* Flags and insertion go by the same question. */
static int bad_split_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct carried_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	if (buffer->pages) /* expect-condition: buffer->pages true object */
		vm_flags_set(vma, VM_MIXEDMAP);
	else
		vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = buffer;
	vma->vm_ops = &carried_vm_ops;
	return 0;
}

/* expect: conditional page-insert inserts=vmf_insert_page@fault,vmf_insert_pfn@fault */
static const struct dma_buf_ops bad_split_ops = { .mmap = bad_split_mmap };

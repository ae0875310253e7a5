// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct fault_buffer {
	struct page **pages;
	unsigned long count;
};

static vm_fault_t fault_insert(struct fault_buffer *buffer, struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, buffer->pages[vmf->pgoff]);
}

static vm_fault_t fault_fault(struct vm_fault *vmf)
{
	struct fault_buffer *buffer = vmf->vma->vm_private_data;

	if (vmf->pgoff >= buffer->count)
		return VM_FAULT_SIGBUS;
	return fault_insert(buffer, vmf);
}

static const struct vm_operations_struct fault_vm_ops = {
	.fault = fault_fault,
};

static int fault_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct fault_buffer *buffer = dmabuf->priv;

	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &fault_vm_ops;
	vma->vm_private_data = buffer;
	return 0;
}

static const struct dma_buf_ops fault_ops = {
	.mmap = fault_mmap,
};

struct dma_buf *fault_export(struct fault_buffer *buffer)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = &fault_ops;
	exp_info.priv = buffer;
	return dma_buf_export(&exp_info);
}

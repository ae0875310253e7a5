// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct missing_buffer {
	unsigned long pfn;
	unsigned long count;
};

static vm_fault_t missing_fault(struct vm_fault *vmf)
{
	struct missing_buffer *buffer = vmf->vma->vm_private_data;

	if (vmf->pgoff >= buffer->count)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address, buffer->pfn + vmf->pgoff);
}

static const struct vm_operations_struct missing_vm_ops = {
	.fault = missing_fault,
};

static int missing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &missing_vm_ops;
	return 0;
}

static const struct dma_buf_ops missing_ops = {
	.mmap = missing_mmap,
};

struct dma_buf *missing_export(struct missing_buffer *buffer)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = &missing_ops;
	exp_info.priv = buffer;
	return dma_buf_export(&exp_info);
}

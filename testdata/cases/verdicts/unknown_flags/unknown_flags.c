// SPDX-License-Identifier: GPL-2.0-only
/* Flags that are not constant: nobody knows whether VM_PFNMAP is among them. */
#include <linux/dma-buf.h>

struct unknown_flags_buffer {
	unsigned long vm_flags;
};

static vm_fault_t unknown_flags_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct unknown_flags_vm_ops = {
	.fault = unknown_flags_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unknown_flags_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, buffer->vm_flags);
	vma->vm_ops = &unknown_flags_vm_ops;
	return 0;
}

/* expect: unknown reason='VM_PFNMAP depends on a value' */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

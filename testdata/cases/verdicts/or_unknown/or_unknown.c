// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct or_unknown_buffer {
	unsigned long vm_flags;
};

static vm_fault_t or_unknown_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct or_unknown_vm_ops = {
	.fault = or_unknown_fault,
};

/* Whatever else is set, VM_PFNMAP is. */
static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct or_unknown_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, buffer->vm_flags | VM_PFNMAP);
	vma->vm_ops = &or_unknown_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

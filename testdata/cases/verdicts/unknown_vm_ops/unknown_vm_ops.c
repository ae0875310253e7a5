// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

extern const struct vm_operations_struct unknown_vm_ops;

static int bad_extern_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &unknown_vm_ops;
	return 0;
}

/* expect: unknown reason=table */
static const struct dma_buf_ops bad_extern_ops = {
	.mmap = bad_extern_mmap,
};

static vm_fault_t (*chosen_fault)(struct vm_fault *vmf);

static int bad_handler_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	static struct vm_operations_struct handler_vm_ops;

	handler_vm_ops.fault = chosen_fault;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &handler_vm_ops;
	return 0;
}

/* expect: unknown reason=fault */
static const struct dma_buf_ops bad_handler_ops = {
	.mmap = bad_handler_mmap,
};

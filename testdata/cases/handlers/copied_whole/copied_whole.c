// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct original_vm_ops = {
	.fault = bad_fault,
};

static struct vm_operations_struct whole_vm_ops;

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	whole_vm_ops = original_vm_ops;
	vma->vm_ops = &whole_vm_ops;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static vm_fault_t copied_mkwrite(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct *seen_vm_ops;
static struct vm_operations_struct patched_vm_ops;

static int bad_patched_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &original_vm_ops;
	if (!seen_vm_ops) {
		seen_vm_ops = vma->vm_ops;
		patched_vm_ops = *seen_vm_ops;
		patched_vm_ops.pfn_mkwrite = copied_mkwrite;
	}
	vma->vm_ops = &patched_vm_ops;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_patched_ops = { .mmap = bad_patched_mmap };

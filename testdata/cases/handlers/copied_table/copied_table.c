// SPDX-License-Identifier: GPL-2.0-only
/* A table that is a copy of another one, with a handler of its own. */
#include <linux/dma-buf.h>

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
	return 0;
}

static struct vm_operations_struct bad_vm_ops;

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	bad_vm_ops = *vma->vm_ops;
	bad_vm_ops.fault = bad_fault;
	vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

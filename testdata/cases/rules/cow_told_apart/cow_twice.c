// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static vm_fault_t twice_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct twice_vm_ops = {
	.fault = twice_fault,
};

/* VM_WRITE off says nothing yet: mprotect() puts it back. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma) /* expect: cow-pfnmap */
{
	if (!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_WRITE))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &twice_vm_ops;
	return 0;
}

/* expect: pass cow-pfnmap */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

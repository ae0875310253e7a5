// SPDX-License-Identifier: GPL-2.0-only
/* xfail: functions that compute flags are followed only if they have no branches */
#include <linux/dma-buf.h>

static vm_fault_t computed_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct computed_vm_ops = {
	.fault = computed_fault,
};

static unsigned long computed_flags(bool io)
{
	return io ? VM_PFNMAP | VM_IO : VM_PFNMAP;
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, computed_flags(dmabuf->priv != NULL));
	vma->vm_ops = &computed_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

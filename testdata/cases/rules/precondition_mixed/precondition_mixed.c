// SPDX-License-Identifier: GPL-2.0-only
/* xfail: the helper fails for pfns without struct page only, and so never for certain */
#include <linux/dma-buf.h>

static vm_fault_t mixed_fault(struct vm_fault *vmf)
{
	/* expect: mixedmap helper-precondition */
	return vmf_insert_mixed(vmf->vma, vmf->address, pfn_to_pfn_t(vmf->pgoff));
}

static const struct vm_operations_struct mixed_vm_ops = {
	.fault = mixed_fault,
};

static int bad_set_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &mixed_vm_ops;
	return 0;
}

/* expect: violation mixedmap */
static const struct dma_buf_ops bad_set_ops = {
	.mmap = bad_set_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &mixed_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: violation mixedmap missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

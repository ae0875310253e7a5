// SPDX-License-Identifier: GPL-2.0-only
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

static vm_fault_t lacking_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct lacking_vm_ops = {
	.fault = lacking_fault,
};

static unsigned long lacking_flags(int io)
{
	switch (io) { /* expect-condition: io false object */
	case 1:
		return VM_PFNMAP | VM_IO;
	default:
		return VM_IO;
	}
}

static unsigned long handed_on_flags(int io)
{
	unsigned long flags = lacking_flags(io);

	return flags | VM_DONTEXPAND;
}

static int lacking_set(struct vm_area_struct *vma, unsigned long flags)
{
	vm_flags_set(vma, flags);
	vma->vm_ops = &lacking_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* By way of two functions and an argument. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	return lacking_set(vma, handed_on_flags(dmabuf->priv != NULL));
}

/* expect: conditional missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

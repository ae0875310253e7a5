// SPDX-License-Identifier: GPL-2.0-only
/* The functions that change the flag word. */
#include <linux/dma-buf.h>

static vm_fault_t calls_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct calls_vm_ops = {
	.fault = calls_fault,
};

static int calls_install(struct vm_area_struct *vma)
{
	vma->vm_ops = &calls_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

static int good_set_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	return calls_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_set_ops = { .mmap = good_set_mmap };

static int bad_set_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_IO);
	return calls_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition flags=- */
static const struct dma_buf_ops bad_set_ops = { .mmap = bad_set_mmap };

static int good_mod_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_mod(vma, VM_PFNMAP, VM_MAYWRITE);
	return calls_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_mod_ops = { .mmap = good_mod_mmap };

static int bad_mod_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_mod(vma, VM_IO, VM_PFNMAP);
	return calls_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_mod_ops = { .mmap = bad_mod_mmap };

static int good_init_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_init(vma, VM_READ | VM_SHARED | VM_MAYSHARE | VM_PFNMAP);
	return calls_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_init_ops = { .mmap = good_init_mmap };

static int bad_init_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_init(vma, VM_READ | VM_SHARED | VM_MAYSHARE);
	return calls_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_init_ops = { .mmap = bad_init_mmap };

static int good_reset_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_reset(vma, vma->vm_flags | VM_PFNMAP);
	return calls_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_reset_ops = { .mmap = good_reset_mmap };

static int bad_reset_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_reset(vma, vma->vm_flags | VM_IO);
	return calls_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_reset_ops = { .mmap = bad_reset_mmap };

static int good_clear_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO);
	vm_flags_clear(vma, VM_IO);
	return calls_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_clear_ops = { .mmap = good_clear_mmap };

static int bad_clear_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO);
	vm_flags_clear(vma, VM_IO | VM_PFNMAP); /* expect: cleared-pfnmap */
	return calls_install(vma);
}

/* expect: violation cleared-pfnmap helper-precondition */
static const struct dma_buf_ops bad_clear_ops = { .mmap = bad_clear_mmap };

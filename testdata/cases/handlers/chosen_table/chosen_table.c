// SPDX-License-Identifier: GPL-2.0-only
/* The handlers' table: from a table, by a branch, only if there is none, from another file. */
#include <linux/dma-buf.h>

#include "chosen_table.h"

struct chosen_table_buffer {
	bool cached;
	const struct chosen_table_type *type;
};

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct good_vm_ops = {
	.fault = good_fault,
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};

static int bad_branch_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct chosen_table_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	if (buffer->cached) /* expect-condition: buffer->cached true object */
		vma->vm_ops = &bad_vm_ops;
	else
		vma->vm_ops = &good_vm_ops;
	return 0;
}

/* expect: conditional page-insert vm_ops=bad_vm_ops,good_vm_ops */
static const struct dma_buf_ops bad_branch_ops = { .mmap = bad_branch_mmap };

static int bad_ternary_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct chosen_table_buffer *buffer = dmabuf->priv;

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	/* expect-condition: buffer->cached true object */
	vma->vm_ops = buffer->cached ? &bad_vm_ops : &good_vm_ops;
	return 0;
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_ternary_ops = { .mmap = bad_ternary_mmap };

static int good_if_null_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &good_vm_ops;
	if (!vma->vm_ops)
		vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: pass vm_ops=good_vm_ops */
static const struct dma_buf_ops good_if_null_ops = { .mmap = good_if_null_mmap };

static int bad_if_null_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = NULL;
	if (!vma->vm_ops)
		vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: violation page-insert vm_ops=bad_vm_ops */
static const struct dma_buf_ops bad_if_null_ops = { .mmap = bad_if_null_mmap };

/* mm starts with a table of its own that has no handlers, not with NULL. */
static int good_at_first_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!vma->vm_ops)
		vma->vm_ops = &bad_vm_ops;
	return 0;
}

/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_at_first_ops = { .mmap = good_at_first_mmap };

static int good_elsewhere_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &chosen_table_good_vm_ops;
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_elsewhere_ops = { .mmap = good_elsewhere_mmap };

static int bad_elsewhere_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &chosen_table_bad_vm_ops;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_elsewhere_ops = { .mmap = bad_elsewhere_mmap };

static const struct chosen_table_type bad_type = {
	.vm_ops = &bad_vm_ops,
};

static int bad_member_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = bad_type.vm_ops;
	return 0;
}

/* expect: violation page-insert vm_ops=bad_vm_ops */
static const struct dma_buf_ops bad_member_ops = { .mmap = bad_member_mmap };

/* None at all again. */
static int good_none_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_vm_ops;
	vma->vm_ops = NULL;
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass vm_ops=- */
static const struct dma_buf_ops good_none_ops = { .mmap = good_none_mmap };

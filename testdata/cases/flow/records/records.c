// SPDX-License-Identifier: GPL-2.0-only
/* Objects and arrays on the stack. */
#include <linux/dma-buf.h>

struct records_limits {
	bool cached;
	unsigned long flags;
};

struct records_request {
	struct vm_area_struct *vma;
	struct records_limits limits;
	struct records_limits other;
	struct page *page;
	int (*map)(struct records_request *request);
};

static vm_fault_t records_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct records_vm_ops = {
	.fault = records_fault,
};

static int records_map(struct records_request *request)
{
	struct vm_area_struct *vma = request->vma;

	if (request->limits.cached)
		return vm_insert_page(vma, vma->vm_start, request->page); /* expect: page-insert */
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* What an initialiser leaves out is zero. */
static int good_left_out_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_request request = { .vma = vma, .page = dmabuf->priv };

	return records_map(&request);
}

/* expect: pass */
static const struct dma_buf_ops good_left_out_ops = { .mmap = good_left_out_mmap };

static int bad_named_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_request request = {
		.vma = vma,
		.page = dmabuf->priv,
		.limits.cached = true,
	};

	return records_map(&request);
}

/* expect: violation page-insert inserts=vm_insert_page@mmap */
static const struct dma_buf_ops bad_named_ops = { .mmap = bad_named_mmap };

/* Two members of one type are two. */
static int good_other_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_request request = { .vma = vma, .page = dmabuf->priv };

	request.other.cached = true;
	return records_map(&request);
}

/* expect: pass */
static const struct dma_buf_ops good_other_ops = { .mmap = good_other_mmap };

static int bad_copied_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_limits limits = { .cached = true };
	struct records_request request = { .vma = vma, .page = dmabuf->priv };

	request.limits = limits;
	return records_map(&request);
}

/* expect: violation page-insert inserts=vm_insert_page@mmap */
static const struct dma_buf_ops bad_copied_ops = { .mmap = bad_copied_mmap };

void records_fill(struct records_request *request);

/* What is not followed may store anything. */
static int bad_filled_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_request request = { .limits.cached = false };

	records_fill(&request);
	request.vma = vma;
	return records_map(&request);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_filled_ops = { .mmap = bad_filled_mmap };

static int records_set(struct vm_area_struct *vma, const struct records_limits *limits)
{
	vm_flags_set(vma, limits->flags);
	vma->vm_ops = &records_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

static int good_flags_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_limits limits = { .flags = VM_IO };

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	limits.flags |= VM_PFNMAP;
	return records_set(vma, &limits);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_flags_ops = { .mmap = good_flags_mmap };

static int bad_flags_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct records_limits limits = { .flags = VM_IO | VM_PFNMAP };

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	limits.flags &= ~VM_PFNMAP;
	return records_set(vma, &limits);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_flags_ops = { .mmap = bad_flags_mmap };

static int good_elements_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long flags[] = { VM_IO, [2] = VM_PFNMAP, VM_DONTEXPAND };

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, flags[0] | flags[1] | flags[2]);
	vma->vm_ops = &records_vm_ops;
	return 0;
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_elements_ops = { .mmap = good_elements_mmap };

static int bad_elements_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long flags[4] = { VM_IO, VM_PFNMAP };

	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, flags[0] | flags[3]);
	vma->vm_ops = &records_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_elements_ops = { .mmap = bad_elements_mmap };

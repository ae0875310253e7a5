// SPDX-License-Identifier: GPL-2.0-only
/* vmf->page is an insertion only if the result of the handler says so. */
#include <linux/dma-buf.h>

struct page *stored_page(pgoff_t index);

#define STORED_PAGE(name, handler)							\
static const struct vm_operations_struct name##_vm_ops = { .fault = handler };		\
static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)		\
{											\
	vm_flags_set(vma, VM_PFNMAP);							\
	vma->vm_ops = &name##_vm_ops;							\
	return 0;									\
}											\
static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

static vm_fault_t bad_zero(struct vm_fault *vmf)
{
	vmf->page = stored_page(vmf->pgoff); /* expect: page-insert */
	return 0;
}

/* expect: violation page-insert */
STORED_PAGE(bad_zero, bad_zero);

static vm_fault_t bad_locked(struct vm_fault *vmf)
{
	vmf->page = stored_page(vmf->pgoff); /* expect: page-insert */
	return VM_FAULT_LOCKED;
}

/* expect: violation page-insert */
STORED_PAGE(bad_locked, bad_locked);

static vm_fault_t good_nopage(struct vm_fault *vmf)
{
	vmf->page = stored_page(vmf->pgoff);
	return VM_FAULT_NOPAGE;
}

/* expect: reject note=maps-nothing */
STORED_PAGE(good_nopage, good_nopage);

static vm_fault_t good_sigbus(struct vm_fault *vmf)
{
	vmf->page = stored_page(vmf->pgoff);
	return VM_FAULT_SIGBUS;
}

/* expect: reject note=maps-nothing */
STORED_PAGE(good_sigbus, good_sigbus);

static vm_fault_t good_back(struct vm_fault *vmf)
{
	vmf->page = stored_page(vmf->pgoff);
	if (vmf->page)
		put_page(vmf->page);
	vmf->page = NULL;
	return VM_FAULT_SIGBUS;
}

/* expect: reject note=maps-nothing */
STORED_PAGE(good_back, good_back);

static vm_fault_t bad_unless(struct vm_fault *vmf)
{
	struct page *page = stored_page(vmf->pgoff);

	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page; /* expect: page-insert */
	return 0;
}

/* expect: violation page-insert */
STORED_PAGE(bad_unless, bad_unless);

/* The result by way of a local. */
static vm_fault_t bad_result(struct vm_fault *vmf)
{
	vm_fault_t result = VM_FAULT_SIGBUS;
	struct page *page = stored_page(vmf->pgoff);

	if (page) {
		vmf->page = page; /* expect: page-insert */
		result = 0;
	}
	return result;
}

/* expect: violation page-insert */
STORED_PAGE(bad_result, bad_result);

static vm_fault_t good_result(struct vm_fault *vmf)
{
	vm_fault_t result = 0;
	struct page *page = stored_page(vmf->pgoff);

	if (page) {
		vmf->page = page;
		result = VM_FAULT_NOPAGE;
	} else {
		result = VM_FAULT_SIGBUS;
	}
	return result;
}

/* expect: reject note=maps-nothing */
STORED_PAGE(good_result, good_result);

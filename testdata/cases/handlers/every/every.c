// SPDX-License-Identifier: GPL-2.0-only
/* Each handler that may insert, one at a time. */
#include <linux/dma-buf.h>

struct page *every_page(pgoff_t index);

static vm_fault_t good_pfn(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static vm_fault_t good_huge(struct vm_fault *vmf, unsigned int order)
{
	if (order != 9)
		return VM_FAULT_FALLBACK;
	return vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(vmf->pgoff), false);
}

static vm_fault_t bad_page(struct vm_fault *vmf)
{
	vmf->page = every_page(vmf->pgoff); /* expect: page-insert */
	return 0;
}

static vm_fault_t bad_huge(struct vm_fault *vmf, unsigned int order)
{
	/* expect: page-insert */
	return vmf_insert_folio_pmd(vmf, vmf->vma->vm_private_data, false);
}

static vm_fault_t bad_around(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	/* expect: page-insert helper-precondition */
	if (vm_insert_page(vmf->vma, vmf->address, every_page(vmf->pgoff)))
		return 0;
	return VM_FAULT_NOPAGE;
}

static vm_fault_t bad_mkwrite(struct vm_fault *vmf)
{
	/* expect: page-insert helper-precondition */
	if (vm_insert_page(vmf->vma, vmf->address, every_page(vmf->pgoff)))
		return VM_FAULT_SIGBUS;
	return VM_FAULT_NOPAGE;
}

#define EVERY_CASE(name, members...)							\
static const struct vm_operations_struct name##_vm_ops = { members };			\
static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)		\
{											\
	if (is_cow_mapping(vma->vm_flags))						\
		return -EINVAL;								\
	vm_flags_set(vma, VM_PFNMAP);							\
	vma->vm_ops = &name##_vm_ops;							\
	return 0;									\
}											\
static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

/* expect: pass inserts=vmf_insert_pfn@fault,vmf_insert_pfn_pmd@huge_fault,vmf_insert_pfn@pfn_mkwrite */
EVERY_CASE(good, .fault = good_pfn, .huge_fault = good_huge, .pfn_mkwrite = good_pfn);
/* expect: violation page-insert inserts=vmf->page@fault,vmf_insert_pfn_pmd@huge_fault */
EVERY_CASE(bad_fault, .fault = bad_page, .huge_fault = good_huge);
/* expect: violation page-insert inserts=vmf_insert_pfn@fault,vmf_insert_folio_pmd@huge_fault */
EVERY_CASE(bad_huge, .fault = good_pfn, .huge_fault = bad_huge);
/* expect: violation page-insert helper-precondition */
EVERY_CASE(bad_around, .map_pages = bad_around);
/* expect: violation page-insert helper-precondition */
EVERY_CASE(bad_page_mkwrite, .page_mkwrite = bad_mkwrite);
/* expect: violation page-insert helper-precondition */
EVERY_CASE(bad_pfn_mkwrite, .pfn_mkwrite = bad_mkwrite);

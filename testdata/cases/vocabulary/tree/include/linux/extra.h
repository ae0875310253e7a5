/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers that no release has, and wrappers of them. */
#ifndef STUB_EXTRA_H
#define STUB_EXTRA_H

#include <linux/mm.h>

int bad_insert_pages(struct vm_area_struct *vma, struct page *page);
int good_insert_pages(struct vm_area_struct *vma, struct page *page);
int bad_remap(struct vm_area_struct *vma, unsigned long pfn);
vm_fault_t bad_fault_huge(struct vm_fault *vmf, unsigned long pfn);
int bad_insert_mm(struct mm_struct *mm, unsigned long addr, unsigned long pfn);
int good_look_up(struct vm_area_struct *vma, unsigned long addr);
int good_internal(struct vm_area_struct *vma, unsigned long pfn);
int remap_pfn_range_notrack(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			    unsigned long size, pgprot_t prot);
int io_mapping_map_user(struct vm_area_struct *vma, unsigned long pfn);

/* expect-vocabulary: unknown used inserts struct pages */
static inline int bad_wrapper(struct vm_area_struct *vma, unsigned long pfn)
{
	return bad_insert_mm(vma->vm_mm, vma->vm_start, pfn);
}

static inline int good_wrapper(struct vm_area_struct *vma, unsigned long pfn)
{
	return remap_pfn_range(vma, vma->vm_start, pfn, PAGE_SIZE, vma->vm_page_prot);
}

#endif

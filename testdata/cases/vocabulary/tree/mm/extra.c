// SPDX-License-Identifier: GPL-2.0-only
/* What mm/ of some release might offer beside what the vocabulary has. */
#include <linux/extra.h>
#include <linux/module.h>

static int put_entries(struct mm_struct *mm, unsigned long addr, unsigned long end,
		       unsigned long pfn, pgprot_t prot)
{
	for (; addr < end; addr += PAGE_SIZE)
		set_pte_at(mm, addr, pte_at(mm, addr), pte_mkspecial(pfn_pte(pfn++, prot)));
	return 0;
}

/* expect-vocabulary: unknown used inserts struct pages and sets VM_MIXEDMAP */
int bad_insert_pages(struct vm_area_struct *vma, struct page *page)
{
	pte_t *pte = pte_at(vma->vm_mm, vma->vm_start);

	if (!pte)
		return -ENOMEM;
	get_page(page);
	vm_flags_set(vma, VM_MIXEDMAP);
	set_pte_at(vma->vm_mm, vma->vm_start, pte, pfn_pte(page_to_pfn(page), vma->vm_page_prot));
	return 0;
}
EXPORT_SYMBOL_GPL(bad_insert_pages);

/* What it reaches has a row. */
int good_insert_pages(struct vm_area_struct *vma, struct page *page)
{
	return vm_insert_page(vma, vma->vm_start, page);
}
EXPORT_SYMBOL_GPL(good_insert_pages);

/* The entries are written by functions that get no mapping. */
/* expect-vocabulary: unknown used inserts pfns and sets VM_PFNMAP */
int bad_remap(struct vm_area_struct *vma, unsigned long pfn)
{
	vm_flags_set(vma, VM_PFNMAP);
	return put_entries(vma->vm_mm, vma->vm_start, vma->vm_end, pfn, vma->vm_page_prot);
}
EXPORT_SYMBOL(bad_remap);

/* expect-vocabulary: unknown unused inserts pfns */
vm_fault_t bad_fault_huge(struct vm_fault *vmf, unsigned long pfn)
{
	struct vm_area_struct *vma = vmf->vma;

	if (!(vma->vm_flags & VM_PFNMAP))
		return VM_FAULT_SIGBUS;
	set_pmd_at(vma->vm_mm, vmf->address, pmd_at(vma->vm_mm, vmf->address),
		   pmd_mkspecial(pfn_pmd(pfn, vma->vm_page_prot)));
	return VM_FAULT_NOPAGE;
}
EXPORT_SYMBOL(bad_fault_huge);

/* Not handed a mapping; the wrapper in the header is. */
int bad_insert_mm(struct mm_struct *mm, unsigned long addr, unsigned long pfn)
{
	pgprot_t prot = { 0 };

	set_pte_at(mm, addr, pte_at(mm, addr), pfn_pte(pfn, prot));
	return 0;
}
EXPORT_SYMBOL(bad_insert_mm);

/* Writes nothing. */
int good_look_up(struct vm_area_struct *vma, unsigned long addr)
{
	return pte_at(vma->vm_mm, addr) ? 0 : -ENOENT;
}
EXPORT_SYMBOL(good_look_up);

/* Not for drivers. */
int good_internal(struct vm_area_struct *vma, unsigned long pfn)
{
	return put_entries(vma->vm_mm, vma->vm_start, vma->vm_end, pfn, vma->vm_page_prot);
}

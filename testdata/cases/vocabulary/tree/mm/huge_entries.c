// SPDX-License-Identifier: GPL-2.0-only
#include <linux/extra.h>
#include <linux/module.h>

/* Which of the two it is follows from what the callers leave out. */
struct folio_or_pfn {
	struct page *page;
	unsigned long pfn;
	bool is_page;
};

static vm_fault_t put_huge(struct vm_fault *vmf, struct folio_or_pfn what)
{
	struct vm_area_struct *vma = vmf->vma;
	pmd_t entry;

	if (what.is_page) {
		entry = pfn_pmd(page_to_pfn(what.page), vma->vm_page_prot);
	} else {
		entry = pfn_pmd(what.pfn, vma->vm_page_prot);
		entry = pmd_mkspecial(entry);
	}
	set_pmd_at(vma->vm_mm, vmf->address, pmd_at(vma->vm_mm, vmf->address), entry);
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_folio_pmd(struct vm_fault *vmf, struct folio *folio, bool write)
{
	struct folio_or_pfn what = {
		.page = (struct page *)folio,
		.is_page = true,
	};

	return put_huge(vmf, what);
}
EXPORT_SYMBOL_GPL(vmf_insert_folio_pmd);

vm_fault_t vmf_insert_pfn_pmd_prot(struct vm_fault *vmf, unsigned long pfn, pgprot_t prot);

vm_fault_t vmf_insert_pfn_pmd_prot(struct vm_fault *vmf, unsigned long pfn, pgprot_t prot)
{
	struct folio_or_pfn what = {
		.pfn = pfn,
	};

	BUG_ON(!(vmf->vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)));
	return put_huge(vmf, what);
}
EXPORT_SYMBOL_GPL(vmf_insert_pfn_pmd_prot);

/* expect-vocabulary: contradiction unused inserts entries that are not special */
vm_fault_t vmf_insert_pfn_pud(struct vm_fault *vmf, pfn_t pfn, bool write)
{
	struct vm_area_struct *vma = vmf->vma;

	BUG_ON(!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)));
	set_pud_at(vma->vm_mm, vmf->address, pud_at(vma->vm_mm, vmf->address),
		   pfn_pud(pfn.val, vma->vm_page_prot));
	return VM_FAULT_NOPAGE;
}
EXPORT_SYMBOL_GPL(vmf_insert_pfn_pud);

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/extra.h>
#include <linux/module.h>

/* A body that is not understood. */
/* expect-vocabulary: undecided used remap_pfn_range_notrack is not understood: a computed goto */
int remap_pfn_range_notrack(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			    unsigned long size, pgprot_t prot)
{
	static void *const places[] = { &&out, &&again };

again:
	if (size)
		goto *places[size & 1];
out:
	return remap_pfn_range(vma, addr, pfn, PAGE_SIZE, prot);
}
EXPORT_SYMBOL_GPL(remap_pfn_range_notrack);

vm_fault_t vmf_insert_pfn_pud_prot(struct vm_fault *vmf, unsigned long pfn, pgprot_t prot);

/* Likewise, but nobody calls it. */
/* expect-vocabulary: undecided unused vmf_insert_pfn_pud_prot is not understood: a computed goto */
vm_fault_t vmf_insert_pfn_pud_prot(struct vm_fault *vmf, unsigned long pfn, pgprot_t prot)
{
	static void *const places[] = { &&out, &&again };

again:
	if (pfn)
		goto *places[pfn & 1];
out:
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn, prot);
}
EXPORT_SYMBOL_GPL(vmf_insert_pfn_pud_prot);

/* expect-vocabulary: contradiction used does not set VM_PFNMAP */
int io_mapping_map_user(struct vm_area_struct *vma, unsigned long pfn)
{
	unsigned long addr;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
		set_pte_at(vma->vm_mm, addr, pte_at(vma->vm_mm, addr),
			   pte_mkspecial(pfn_pte(pfn++, vma->vm_page_prot)));
	return 0;
}
EXPORT_SYMBOL_GPL(io_mapping_map_user);

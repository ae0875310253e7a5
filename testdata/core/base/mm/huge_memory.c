// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

vm_fault_t vmf_insert_pfn_pmd(struct vm_fault *vmf, pfn_t pfn, bool write)
{
	struct vm_area_struct *vma = vmf->vma;

	BUG_ON(!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)));
	BUG_ON((vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) == (VM_PFNMAP | VM_MIXEDMAP));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));

	if (!pfn.val || !write)
		return VM_FAULT_SIGBUS;
	set_pmd_at(vma->vm_mm, vmf->address, pmd_at(vma->vm_mm, vmf->address),
		   pmd_mkspecial(pfn_pmd(pfn.val, vma->vm_page_prot)));
	return VM_FAULT_NOPAGE;
}

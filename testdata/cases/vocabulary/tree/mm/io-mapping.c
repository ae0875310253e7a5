// SPDX-License-Identifier: GPL-2.0-only
#include <linux/extra.h>
#include <linux/module.h>

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

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/extra.h>
#include <linux/module.h>

/* expect-vocabulary: contradiction unused inserts nothing that can be seen */
vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	return vmf->pgoff ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}
EXPORT_SYMBOL(filemap_fault);

vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma = vmf->vma;

	for (; start < end; start++)
		set_pte_at(vma->vm_mm, vmf->address, pte_at(vma->vm_mm, vmf->address),
			   pfn_pte(start, vma->vm_page_prot));
	return VM_FAULT_NOPAGE;
}
EXPORT_SYMBOL(filemap_map_pages);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The preconditions are those of the kernel: what each helper does with a
 * mapping in the wrong state.
 */
#include <linux/mm.h>
#include <linux/module.h>

static int put_page_entry(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (!page || addr >= vma->vm_end)
		return -EBUSY;
	set_pte_at(vma->vm_mm, addr, pte_at(vma->vm_mm, addr),
		   pfn_pte(page_to_pfn(page), vma->vm_page_prot));
	return 0;
}

static vm_fault_t put_pfn_entry(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	if (!pfn || addr >= vma->vm_end)
		return VM_FAULT_OOM;
	set_pte_at(vma->vm_mm, addr, pte_at(vma->vm_mm, addr),
		   pte_mkspecial(pfn_pte(pfn, vma->vm_page_prot)));
	return VM_FAULT_NOPAGE;
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (addr < vma->vm_start || addr >= vma->vm_end)
		return -EFAULT;
	if (!page_count(page))
		return -EINVAL;
	if (!(vma->vm_flags & VM_MIXEDMAP)) {
		BUG_ON(mmap_read_trylock(vma->vm_mm));
		BUG_ON(vma->vm_flags & VM_PFNMAP);
		vm_flags_set(vma, VM_MIXEDMAP);
	}
	return put_page_entry(vma, addr, page);
}
EXPORT_SYMBOL(vm_insert_page);

int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages,
		    unsigned long *num)
{
	const unsigned long last = addr + (*num * PAGE_SIZE) - 1;
	int ret = 0;

	if (addr < vma->vm_start || last >= vma->vm_end)
		return -EFAULT;
	if (!(vma->vm_flags & VM_MIXEDMAP)) {
		BUG_ON(mmap_read_trylock(vma->vm_mm));
		BUG_ON(vma->vm_flags & VM_PFNMAP);
		vm_flags_set(vma, VM_MIXEDMAP);
	}
	while (*num && !ret) {
		ret = put_page_entry(vma, addr, *pages++);
		addr += PAGE_SIZE;
		--*num;
	}
	return ret;
}
EXPORT_SYMBOL(vm_insert_pages);

int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	unsigned long count = vma_pages(vma);
	unsigned long i;
	int ret;

	if (vma->vm_pgoff >= num || count > num - vma->vm_pgoff)
		return -ENXIO;
	for (i = 0; i < count; i++) {
		ret = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, pages[vma->vm_pgoff + i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}
EXPORT_SYMBOL(vm_map_pages);

int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	unsigned long count = vma_pages(vma);
	unsigned long i;
	int ret;

	if (count > num)
		return -ENXIO;
	for (i = 0; i < count; i++) {
		ret = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, pages[i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}
EXPORT_SYMBOL(vm_map_pages_zero);

static int remap_ptes(struct mm_struct *mm, unsigned long addr, unsigned long end,
		      unsigned long pfn, pgprot_t prot)
{
	while (addr < end) {
		pte_t *pte = pte_at(mm, addr);

		if (!pte)
			return -ENOMEM;
		set_pte_at(mm, addr, pte, pte_mkspecial(pfn_pte(pfn++, prot)));
		addr += PAGE_SIZE;
	}
	return 0;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	if (WARN_ON_ONCE(addr & (PAGE_SIZE - 1)))
		return -EINVAL;
	if (is_cow_mapping(vma->vm_flags)) {
		if (addr != vma->vm_start || addr + size != vma->vm_end)
			return -EINVAL;
		vma->vm_pgoff = pfn;
	}
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	return remap_ptes(vma->vm_mm, addr, addr + size, pfn, prot);
}
EXPORT_SYMBOL(remap_pfn_range);

int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len)
{
	unsigned long pfn = start >> PAGE_SHIFT;

	if (start + len < start || vma->vm_pgoff > len >> PAGE_SHIFT)
		return -EINVAL;
	return io_remap_pfn_range(vma, vma->vm_start, pfn + vma->vm_pgoff,
				  vma->vm_end - vma->vm_start, vma->vm_page_prot);
}
EXPORT_SYMBOL(vm_iomap_memory);

vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			       pgprot_t pgprot)
{
	BUG_ON(!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)));
	BUG_ON((vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) == (VM_PFNMAP | VM_MIXEDMAP));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));
	BUG_ON((vma->vm_flags & VM_MIXEDMAP) && pfn_valid(pfn));

	if (addr < vma->vm_start || addr >= vma->vm_end)
		return VM_FAULT_SIGBUS;
	return pgprot.pgprot ? put_pfn_entry(vma, addr, pfn) : VM_FAULT_SIGBUS;
}
EXPORT_SYMBOL(vmf_insert_pfn_prot);

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
}
EXPORT_SYMBOL(vmf_insert_pfn);

static bool may_be_mixed(struct vm_area_struct *vma, pfn_t pfn)
{
	if (vma->vm_flags & VM_MIXEDMAP)
		return true;
	return pfn.val == 0;
}

static vm_fault_t insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn,
			       bool write)
{
	if (!may_be_mixed(vma, pfn))
		return VM_FAULT_SIGBUS;
	if (addr < vma->vm_start || addr >= vma->vm_end)
		return VM_FAULT_SIGBUS;
	return write && !pfn.val ? VM_FAULT_NOPAGE : put_pfn_entry(vma, addr, pfn_t_to_pfn(pfn));
}

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return insert_mixed(vma, addr, pfn, false);
}
EXPORT_SYMBOL(vmf_insert_mixed);

vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return insert_mixed(vma, addr, pfn, true);
}

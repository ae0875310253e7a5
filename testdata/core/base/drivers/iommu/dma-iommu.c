// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-map-ops.h>
#include <linux/mm.h>

bool is_vmalloc_addr(const void *addr);
struct page **dma_common_find_pages(void *cpu_addr);

int iommu_dma_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	unsigned long count = PAGE_ALIGN(size) >> PAGE_SHIFT;
	unsigned long pfn = dma_addr >> PAGE_SHIFT;

	if (vma->vm_pgoff >= count || vma_pages(vma) > count - vma->vm_pgoff)
		return -ENXIO;
	if (is_vmalloc_addr(cpu_addr)) {
		struct page **pages = dma_common_find_pages(cpu_addr);

		if (pages)
			return vm_map_pages(vma, pages, count);
		pfn = page_to_pfn(vmalloc_to_page(cpu_addr));
	}
	return remap_pfn_range(vma, vma->vm_start, pfn + vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

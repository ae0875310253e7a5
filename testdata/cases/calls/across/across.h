/* SPDX-License-Identifier: GPL-2.0-only */
struct across_buffer {
	struct page *page;
	bool cached;
};

int across_map(struct across_buffer *buffer, struct vm_area_struct *vma, bool pages);
int across_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);

static inline int across_inline(struct across_buffer *buffer, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}

// SPDX-License-Identifier: GPL-2.0-only
/* not-c: it is no file of its own */
#ifdef INCLUDED_BAD
static int INCLUDED_MMAP(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = INCLUDED_MMAP,
};
#else
static int INCLUDED_MMAP(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = INCLUDED_MMAP,
};
#endif

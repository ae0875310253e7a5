// SPDX-License-Identifier: GPL-2.0-only
/* not-c: it needs what the file that includes it has defined before */
static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, included_pfn(dmabuf), PAGE_SIZE,
			       vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!included_pfn(dmabuf))
		return -EINVAL;
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

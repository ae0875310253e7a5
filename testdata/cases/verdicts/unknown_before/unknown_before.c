// SPDX-License-Identifier: GPL-2.0-only
/* A function that nobody knows was handed the mapping: it may have set the flag, or refused. */
#include <linux/dma-buf.h>

extern int unknown_before_prepare(struct vm_area_struct *vma);

static vm_fault_t unknown_before_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct unknown_before_vm_ops = {
	.fault = unknown_before_fault,
};

static int unknown_before_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = unknown_before_prepare(vma);

	if (ret)
		return ret;
	vma->vm_ops = &unknown_before_vm_ops;
	return 0;
}

/* expect: unknown reason=unknown_before_prepare */
static const struct dma_buf_ops bad_ops = {
	.mmap = unknown_before_mmap,
};

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	struct page *page = vmf->vma->vm_private_data;

	get_page(page);
	vmf->page = page; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct page_vm_ops = {
	.fault = page_fault,
};

static int page_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = unknown_before_prepare(vma);

	if (ret)
		return ret;
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &page_vm_ops;
	return 0;
}

/* Whatever it did, pages are pages: that is found, though it may have refused. */
/* expect: unknown page-insert reason=unknown_before_prepare */
static const struct dma_buf_ops page_ops = {
	.mmap = page_mmap,
};

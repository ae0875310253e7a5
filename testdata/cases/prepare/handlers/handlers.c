// SPDX-License-Identifier: GPL-2.0-only
/* Handlers that a description of a mapping names. */
#include <linux/dma-buf.h>
#include <linux/fs.h>

struct handlers_buffer {
	struct folio *folio;
	struct page *page;
	bool large;
};

#define HANDLERS_OPS(name)                                                           \
	static const struct file_operations name##_fops = {                          \
		.mmap_prepare = name##_prepare,                                      \
	};                                                                           \
	static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)   \
	{                                                                            \
		struct file file = { .f_op = &name##_fops, .private_data = dmabuf->priv }; \
                                                                                     \
		return vfs_mmap(&file, vma);                                         \
	}

static vm_fault_t pfn_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static vm_fault_t pfn_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return VM_FAULT_FALLBACK;
}

static const struct vm_operations_struct good_vm_ops = {
	.fault = pfn_fault,
	.huge_fault = pfn_huge_fault,
};

static int good_prepare(struct vm_area_desc *desc)
{
	if (!vma_desc_test_any(desc, VMA_SHARED_BIT))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_PFNMAP_BIT);
	desc->private_data = desc->file->private_data;
	desc->vm_ops = &good_vm_ops;
	return 0;
}

HANDLERS_OPS(good)
/* expect: pass vm_ops=good_vm_ops inserts=vmf_insert_pfn@fault */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static vm_fault_t folio_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct handlers_buffer *buffer = vmf->vma->vm_private_data;

	if (order == 9)
		return vmf_insert_folio_pmd(vmf, buffer->folio, false); /* expect: page-insert */
	return vmf_insert_folio_pud(vmf, buffer->folio, false); /* expect: page-insert */
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = pfn_fault,
	.huge_fault = folio_huge_fault,
};

static int bad_prepare(struct vm_area_desc *desc)
{
	if (!vma_desc_test_any(desc, VMA_SHARED_BIT))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_PFNMAP_BIT);
	desc->private_data = desc->file->private_data;
	desc->vm_ops = &bad_vm_ops;
	return 0;
}

HANDLERS_OPS(bad)
/* expect: violation page-insert vm_ops=bad_vm_ops */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static vm_fault_t write_fault(struct vm_fault *vmf)
{
	struct handlers_buffer *buffer = vmf->vma->vm_private_data;

	/* expect: page-insert */
	return vmf_insert_page_mkwrite(vmf, buffer->page, true);
}

static const struct vm_operations_struct chosen_vm_ops = {
	.fault = write_fault,
};

static int bad_chosen_prepare(struct vm_area_desc *desc)
{
	struct handlers_buffer *buffer = desc->file->private_data;

	if (!vma_desc_test_any(desc, VMA_SHARED_BIT))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_PFNMAP_BIT);
	/* expect-condition: buffer->large false object */
	desc->vm_ops = buffer->large ? &good_vm_ops : &chosen_vm_ops;
	return 0;
}

HANDLERS_OPS(bad_chosen)
/* expect: conditional page-insert vm_ops=chosen_vm_ops,good_vm_ops */
static const struct dma_buf_ops bad_chosen_ops = { .mmap = bad_chosen_mmap };

/* The handlers that were there before are gone. */
static int none_prepare(struct vm_area_desc *desc)
{
	return 0;
}

static const struct file_operations none_fops = { .mmap_prepare = none_prepare };

static int good_none_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &none_fops, .private_data = dmabuf->priv };

	vma->vm_ops = &bad_vm_ops;
	return vfs_mmap(&file, vma);
}

/* expect: reject note=maps-nothing vm_ops=- */
static const struct dma_buf_ops good_none_ops = { .mmap = good_none_mmap };

/* A description has none to begin with. */
static int bad_filled_prepare(struct vm_area_desc *desc)
{
	if (!vma_desc_test_any(desc, VMA_SHARED_BIT))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_PFNMAP_BIT);
	if (!desc->vm_ops)
		desc->vm_ops = &bad_vm_ops;
	return 0;
}

HANDLERS_OPS(bad_filled)
/* expect: violation page-insert vm_ops=bad_vm_ops */
static const struct dma_buf_ops bad_filled_ops = { .mmap = bad_filled_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Flags of a mapping that is described before it is made. */
#include <linux/dma-buf.h>
#include <linux/fs.h>

static vm_fault_t flags_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct flags_vm_ops = {
	.fault = flags_fault,
};

static int good_bits_prepare(struct vm_area_desc *desc)
{
	if (vma_desc_is_cow_mapping(desc))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_IO_BIT, VMA_PFNMAP_BIT, VMA_DONTEXPAND_BIT);
	desc->vm_ops = &flags_vm_ops;
	return 0;
}

static const struct file_operations good_bits_fops = { .mmap_prepare = good_bits_prepare };

static int good_bits_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &good_bits_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: pass flags=VM_PFNMAP vm_ops=flags_vm_ops inserts=vmf_insert_pfn@fault */
static const struct dma_buf_ops good_bits_ops = { .mmap = good_bits_mmap };

static int bad_bits_prepare(struct vm_area_desc *desc)
{
	if (vma_desc_is_cow_mapping(desc))
		return -EINVAL;
	vma_desc_set_flags(desc, VMA_IO_BIT, VMA_DONTEXPAND_BIT);
	desc->vm_ops = &flags_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

static const struct file_operations bad_bits_fops = { .mmap_prepare = bad_bits_prepare };

static int bad_bits_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &bad_bits_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_bits_ops = { .mmap = bad_bits_mmap };

static int bad_cleared_prepare(struct vm_area_desc *desc)
{
	if (vma_desc_test_any(desc, VMA_MAYWRITE_BIT) && !vma_desc_test_all(desc, VMA_SHARED_BIT))
		return -EINVAL;
	vma_desc_set_flags_mask(desc, VMA_REMAP_FLAGS);
	vma_desc_clear_flags(desc, VMA_PFNMAP_BIT); /* expect: cleared-pfnmap */
	desc->vm_ops = &flags_vm_ops;
	return 0;
}

static const struct file_operations bad_cleared_fops = { .mmap_prepare = bad_cleared_prepare };

static int bad_cleared_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &bad_cleared_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: violation cleared-pfnmap helper-precondition */
static const struct dma_buf_ops bad_cleared_ops = { .mmap = bad_cleared_mmap };

/* As the description was when it still had the flags as one word. */
static int good_word_prepare(struct vm_area_desc *desc)
{
	if (is_cow_mapping(desc->vm_flags))
		return -EINVAL;
	desc->vm_flags |= VM_PFNMAP | VM_IO;
	desc->vm_ops = &flags_vm_ops;
	return 0;
}

static const struct file_operations good_word_fops = { .mmap_prepare = good_word_prepare };

static int good_word_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &good_word_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_word_ops = { .mmap = good_word_mmap };

static int bad_word_prepare(struct vm_area_desc *desc)
{
	if (is_cow_mapping(desc->vm_flags))
		return -EINVAL;
	desc->vm_flags |= VM_PFNMAP | VM_IO;
	desc->vm_flags &= ~VM_PFNMAP; /* expect: cleared-pfnmap */
	desc->vm_ops = &flags_vm_ops;
	return 0;
}

static const struct file_operations bad_word_fops = { .mmap_prepare = bad_word_prepare };

static int bad_word_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct file file = { .f_op = &bad_word_fops, .private_data = dmabuf->priv };

	return vfs_mmap(&file, vma);
}

/* expect: violation cleared-pfnmap helper-precondition */
static const struct dma_buf_ops bad_word_ops = { .mmap = bad_word_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Flags as bitmaps, in mappings and in locals. */
#include <linux/dma-buf.h>

static vm_fault_t words_fault(struct vm_fault *vmf)
{
	/* expect: helper-precondition */
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct words_vm_ops = {
	.fault = words_fault,
};

static int words_install(struct vm_area_struct *vma)
{
	vma->vm_ops = &words_vm_ops; /* expect: missing-pfnmap */
	return 0;
}

static int good_set_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!vma_test(vma, VMA_SHARED_BIT))
		return -EINVAL;
	vma_set_flags(vma, VMA_PFNMAP_BIT, VMA_IO_BIT);
	return words_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_set_ops = { .mmap = good_set_mmap };

static int bad_set_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!vma_test(vma, VMA_SHARED_BIT))
		return -EINVAL;
	vma_set_flags(vma, VMA_DONTEXPAND_BIT, VMA_IO_BIT);
	return words_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_set_ops = { .mmap = bad_set_mmap };

static int good_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = mk_vma_flags(VMA_IO_BIT);

	if (!vma_test_all(vma, VMA_SHARED_BIT, VMA_MAYSHARE_BIT))
		return -EINVAL;
	vma_flags_set(&flags, VMA_PFNMAP_BIT);
	vma_set_flags_mask(vma, flags);
	return words_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_local_ops = { .mmap = good_local_mmap };

static int bad_local_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = mk_vma_flags(VMA_IO_BIT, VMA_PFNMAP_BIT);

	if (!vma_test_all(vma, VMA_SHARED_BIT, VMA_MAYSHARE_BIT))
		return -EINVAL;
	vma_flags_clear(&flags, VMA_PFNMAP_BIT);
	vma_set_flags_mask(vma, flags);
	return words_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_local_ops = { .mmap = bad_local_mmap };

static int good_appended_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = EMPTY_VMA_FLAGS;

	if (!vma_flags_test_any(&vma->flags, VMA_SHARED_BIT))
		return -EINVAL;
	flags = append_vma_flags(flags, VMA_PFNMAP_BIT);
	if (vma_flags_test(&flags, VMA_PFNMAP_BIT))
		vma->flags = append_vma_flags(vma->flags, VMA_IO_BIT, VMA_PFNMAP_BIT);
	return words_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_appended_ops = { .mmap = good_appended_mmap };

static int bad_appended_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = EMPTY_VMA_FLAGS;

	if (!vma_flags_test_any(&vma->flags, VMA_SHARED_BIT))
		return -EINVAL;
	flags = append_vma_flags(flags, VMA_IO_BIT);
	if (vma_flags_test(&flags, VMA_PFNMAP_BIT))
		vma->flags = append_vma_flags(vma->flags, VMA_IO_BIT, VMA_PFNMAP_BIT);
	return words_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_appended_ops = { .mmap = bad_appended_mmap };

static int good_legacy_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = legacy_to_vma_flags(VM_PFNMAP | VM_IO);

	if (!(vma_flags_to_legacy(vma->flags) & VM_SHARED))
		return -EINVAL;
	vma_flags_set_mask(&vma->flags, flags);
	return words_install(vma);
}

/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_legacy_ops = { .mmap = good_legacy_mmap };

static int bad_legacy_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma_flags_t flags = legacy_to_vma_flags(VM_PFNMAP | VM_IO);

	if (!(vma_flags_to_legacy(vma->flags) & VM_SHARED))
		return -EINVAL;
	vma_flags_clear_all(&flags);
	vma_flags_set_flag(&flags, VMA_IO_BIT);
	vma_flags_set_mask(&vma->flags, flags);
	return words_install(vma);
}

/* expect: violation missing-pfnmap helper-precondition */
static const struct dma_buf_ops bad_legacy_ops = { .mmap = bad_legacy_mmap };

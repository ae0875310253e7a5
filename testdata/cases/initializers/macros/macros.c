// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

#define MACROS_DEFINE_OPS(kind) \
	static const struct dma_buf_ops kind##_ops = { .mmap = kind##_mmap }

MACROS_DEFINE_OPS(good);	/* expect: pass */
MACROS_DEFINE_OPS(bad);		/* expect: violation page-insert */

#define MACROS_MEMBERS(function) .cache_sgt_mapping = true, .mmap = function

/* expect: violation page-insert */
static const struct dma_buf_ops bad_members_ops = {
	MACROS_MEMBERS(bad_mmap),
};

#define MACROS_CALLBACK bad_mmap

/* expect: violation page-insert */
static const struct dma_buf_ops bad_callback_ops = {
	.mmap = MACROS_CALLBACK,
};

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct nested_ops {
	int (*get_uuid)(struct dma_buf *dmabuf);
	struct dma_buf_ops ops;
};

struct nested_outer {
	int number;
	struct nested_ops inner;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

static const struct nested_ops good_nested = {
	/* expect: pass */
	.ops = {
		.mmap = good_mmap,
	},
};

static const struct nested_ops bad_nested = {
	/* expect: violation page-insert */
	.ops = {
		.mmap = bad_mmap,
	},
};

static const struct nested_outer bad_deep = {
	.number = 1,
	.inner = {
		/* expect: violation page-insert */
		.ops = { .mmap = bad_mmap },
	},
};

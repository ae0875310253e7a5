// SPDX-License-Identifier: GPL-2.0-only
/*
 * More conditions that depend on one another than can be told apart: the verdict
 * stands all the same, since none of them matters for it.
 */
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct points_bo {
	struct page *page;
	unsigned long pfn;
	bool f0;
	bool f1;
	bool f2;
	bool f3;
	bool f4;
	bool f5;
	bool f6;
	bool f7;
	bool f8;
	bool f9;
	bool f10;
	bool f11;
	bool f12;
	bool f13;
	bool f14;
	bool f15;
	bool f16;
	bool f17;
};

static int points_count(struct points_bo *bo, struct vm_area_struct *vma)
{
	int total = vma->vm_ops ? 1 : 2;

	if (bo->f0)
		total += 0;
	if (bo->f1)
		total += 1;
	if (bo->f2)
		total += 2;
	if (bo->f3)
		total += 3;
	if (bo->f4)
		total += 4;
	if (bo->f5)
		total += 5;
	if (bo->f6)
		total += 6;
	if (bo->f7)
		total += 7;
	if (bo->f8)
		total += 8;
	if (bo->f9)
		total += 9;
	if (bo->f10)
		total += 10;
	if (bo->f11)
		total += 11;
	if (bo->f12)
		total += 12;
	if (bo->f13)
		total += 13;
	if (bo->f14)
		total += 14;
	if (bo->f15)
		total += 15;
	if (bo->f16)
		total += 16;
	if (bo->f17)
		total += 17;
	return total;
}

static int points_again(struct points_bo *bo, struct vm_area_struct *vma)
{
	int total = vma->vm_ops ? 1 : 2;

	if (bo->f0)
		total += 0;
	if (bo->f1)
		total += 1;
	if (bo->f2)
		total += 2;
	if (bo->f3)
		total += 3;
	if (bo->f4)
		total += 4;
	if (bo->f5)
		total += 5;
	if (bo->f6)
		total += 6;
	if (bo->f7)
		total += 7;
	if (bo->f8)
		total += 8;
	if (bo->f9)
		total += 9;
	if (bo->f10)
		total += 10;
	if (bo->f11)
		total += 11;
	if (bo->f12)
		total += 12;
	if (bo->f13)
		total += 13;
	if (bo->f14)
		total += 14;
	if (bo->f15)
		total += 15;
	if (bo->f16)
		total += 16;
	if (bo->f17)
		total += 17;
	return total;
}

static int points_size(struct points_bo *bo, struct vm_area_struct *vma)
{
	return points_count(bo, vma) + points_again(bo, vma);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct points_bo *bo = dmabuf->priv;

	if (points_size(bo, vma) < 0)
		return -EINVAL;
	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, bo->page);
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct points_bo *bo = dmabuf->priv;

	if (points_size(bo, vma) < 0)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, bo->pfn, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

void points_init(struct dma_buf_export_info *info, bool bad)
{
	info->ops = bad ? &bad_ops : &good_ops;
}

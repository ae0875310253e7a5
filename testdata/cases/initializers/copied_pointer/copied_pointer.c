// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct copied_pointer_device {
	struct dma_buf_ops ops;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
}

static struct dma_buf *copied_pointer_init(struct copied_pointer_device *device,
					   const struct dma_buf_ops *ops)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	/* expect: pass implementation=good_mmap */
	/* expect: violation page-insert implementation=bad_mmap */
	device->ops = *ops;
	device->ops.mmap = bad_mmap;
	exp_info.ops = &device->ops;
	exp_info.priv = device;
	return dma_buf_export(&exp_info);
}

struct dma_buf *copied_pointer_export(struct copied_pointer_device *device)
{
	return copied_pointer_init(device, &good_ops);
}

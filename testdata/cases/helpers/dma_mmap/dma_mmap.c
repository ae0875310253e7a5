// SPDX-License-Identifier: GPL-2.0-only
/* What the DMA layer does depends on the device. */
#include <linux/dma-buf.h>

struct dma_mmap_buffer {
	struct device *dev;
	void *address;
	dma_addr_t handle;
	struct page *page;
};

static int bad_attrs_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct dma_mmap_buffer *buffer = dmabuf->priv;

	return dma_mmap_attrs(buffer->dev, vma, buffer->address, buffer->handle, dmabuf->size, 0);
}

/* expect: conditional page-insert@dma-iommu.c */
/* expect-condition: goes_direct(dev, ops) false device@mapping.c */
/* expect-condition: is_vmalloc_addr(cpu_addr) true object@dma-iommu.c */
/* expect-condition: pages true object@dma-iommu.c */
static const struct dma_buf_ops bad_attrs_ops = { .mmap = bad_attrs_mmap };

static int good_pages_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct dma_mmap_buffer *buffer = dmabuf->priv;

	return dma_mmap_pages(buffer->dev, vma, dmabuf->size, buffer->page);
}

/* expect: pass */
static const struct dma_buf_ops good_pages_ops = { .mmap = good_pages_mmap };

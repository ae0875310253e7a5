// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/mm.h>

struct loop_buffer {
	struct page **pages;
	unsigned long count;
};

static int loop_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct loop_buffer *buffer = dmabuf->priv;
	unsigned long address = vma->vm_start;
	unsigned long i;
	int err;

	if (vma_pages(vma) > buffer->count)
		return -EINVAL;

	for (i = 0; i < vma_pages(vma); i++, address += PAGE_SIZE) {
		err = vm_insert_page(vma, address, buffer->pages[i]);
		if (err)
			return err;
	}
	return 0;
}

static const struct dma_buf_ops loop_ops = {
	.mmap = loop_mmap,
};

struct dma_buf *loop_export(struct loop_buffer *buffer)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = &loop_ops;
	exp_info.priv = buffer;
	return dma_buf_export(&exp_info);
}

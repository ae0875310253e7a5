// SPDX-License-Identifier: GPL-2.0-only
/* The object has a table of its own: each of its tables is a route. */
#include <linux/dma-buf.h>

struct second_table_buffer;

struct second_table_memory_ops {
	int (*mmap)(struct second_table_buffer *buffer, struct vm_area_struct *vma);
	void (*put)(struct second_table_buffer *buffer);
};

struct second_table_buffer {
	const struct second_table_memory_ops *ops;
	struct page *page;
};

static int good_contiguous(struct second_table_buffer *buffer, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}

static int bad_pages(struct second_table_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

static void second_table_put(struct second_table_buffer *buffer)
{
	put_page(buffer->page);
}

static const struct second_table_memory_ops good_contiguous_ops = {
	.mmap = good_contiguous,
	.put = second_table_put,
};

static const struct second_table_memory_ops bad_pages_ops = {
	.mmap = bad_pages,
	.put = second_table_put,
};

/* No way to map: the callback fails for these. */
static const struct second_table_memory_ops good_foreign_ops = {
	.put = second_table_put,
};

void second_table_init(struct second_table_buffer *buffer, int kind)
{
	buffer->ops = kind == 0 ? &good_contiguous_ops : kind == 1 ? &bad_pages_ops :
								     &good_foreign_ops;
}

static int second_table_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct second_table_buffer *buffer = dmabuf->priv;

	if (!buffer->ops->mmap)
		return -EINVAL;
	return buffer->ops->mmap(buffer, vma);
}

/* expect: pass table=good_contiguous_ops implementation=good_contiguous */
/* expect: violation page-insert table=bad_pages_ops implementation=bad_pages */
/* expect: reject table=good_foreign_ops */
static const struct dma_buf_ops bad_ops = { .mmap = second_table_mmap };

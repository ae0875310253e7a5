// SPDX-License-Identifier: GPL-2.0-only
/* A mapping that is handed to code which nobody can name. */
#include <linux/dma-buf.h>

struct unknown_pointer_buffer {
	int (*map)(struct unknown_pointer_buffer *buffer, struct vm_area_struct *vma);
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unknown_pointer_buffer *buffer = dmabuf->priv;

	return buffer->map(buffer, vma);
}

/* expect: unknown reason=unknown_pointer_buffer::map */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

int unknown_pointer_elsewhere(struct vm_area_struct *vma);

static int bad_undefined_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return unknown_pointer_elsewhere(vma);
}

/* expect: unknown reason=unknown_pointer_elsewhere */
static const struct dma_buf_ops bad_undefined_ops = {
	.mmap = bad_undefined_mmap,
};

/* The same call where the rest of the function fails in any case. */
static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unknown_pointer_elsewhere(vma);
	return -EINVAL;
}

/* expect: reject */
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

/* What is proved stays proved beside what is not known. */
static int bad_beside_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct unknown_pointer_buffer *buffer = dmabuf->priv;

	if (vma->vm_pgoff)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv); /* expect: page-insert */
	return buffer->map(buffer, vma);
}

/* expect: unknown page-insert reason=unknown_pointer_buffer::map */
static const struct dma_buf_ops bad_beside_ops = {
	.mmap = bad_beside_mmap,
};

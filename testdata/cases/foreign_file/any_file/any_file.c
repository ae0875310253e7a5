// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

struct any_file_buffer {
	struct file *file;
};

void any_file_set(struct any_file_buffer *buffer, struct file *file)
{
	buffer->file = file;
}

/* A file from anywhere may be any file. */
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct any_file_buffer *buffer = dmabuf->priv;

	return call_mmap(buffer->file, vma);
}

/* expect: unknown reason=file_operations */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

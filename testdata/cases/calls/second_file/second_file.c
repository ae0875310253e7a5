// SPDX-License-Identifier: GPL-2.0-only
/* The table of the object is in a file of its own. */
#include <linux/dma-buf.h>

#include "second_file.h"

static int second_file_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct second_file_buffer *buffer = dmabuf->priv;

	return buffer->type->ops->map(buffer, vma);
}

/* expect: pass table=second_file_good */
/* expect: violation page-insert table=second_file_bad */
static const struct dma_buf_ops bad_ops = { .mmap = second_file_mmap };

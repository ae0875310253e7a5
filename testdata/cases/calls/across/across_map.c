// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

#include "across.h"

static int across_page(struct across_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

int across_map(struct across_buffer *buffer, struct vm_area_struct *vma, bool pages)
{
	if (pages)
		return across_page(buffer, vma);
	return across_inline(buffer, vma);
}

int across_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return across_page(dmabuf->priv, vma);
}

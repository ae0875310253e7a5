// SPDX-License-Identifier: GPL-2.0-only
/* The insertion is in another file, at the end of a chain of calls. */
#include <linux/dma-buf.h>

#include "across.h"

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return across_map(dmabuf->priv, vma, false);
}

/* expect: pass */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return across_map(dmabuf->priv, vma, true);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* expect: violation page-insert */
static const struct dma_buf_ops bad_extern_ops = { .mmap = across_mmap };

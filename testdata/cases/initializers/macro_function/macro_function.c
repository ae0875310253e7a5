// SPDX-License-Identifier: GPL-2.0-only
/* The callback itself comes out of a macro: everything is on the line of its use. */
#include <linux/dma-buf.h>

#define MACRO_FUNCTION(name, insert)							\
static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)		\
{											\
	return insert;									\
}											\
static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

/* expect: pass */
MACRO_FUNCTION(good, remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot));
/* expect: violation page-insert */
/* expect: page-insert */
MACRO_FUNCTION(bad, vm_insert_page(vma, vma->vm_start, dmabuf->priv));

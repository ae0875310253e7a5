// SPDX-License-Identifier: GPL-2.0-only
/* not-c: a header that is not there, and what it would have defined */
/* expect-failed: unknown_parse_error_missing.h */
#include "unknown_parse_error_missing.h"
#include <linux/dma-buf.h>

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);

	if (ret)
		return ret;
	vm_flags_clear(vma, UNKNOWN_PARSE_ERROR_FLAGS);
	return 0;
}

/* expect: unknown reason='a compile error' */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

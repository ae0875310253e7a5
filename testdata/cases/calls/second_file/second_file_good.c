// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

#include "second_file.h"

static int good_map(struct second_file_buffer *buffer, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}

const struct second_file_ops second_file_good = {
	.map = good_map,
};

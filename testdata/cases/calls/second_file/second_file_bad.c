// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

#include "second_file.h"

static int bad_map(struct second_file_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->page); /* expect: page-insert */
}

const struct second_file_ops second_file_bad = {
	.map = bad_map,
};

void second_file_use(struct second_file_type *type)
{
	type->ops = &second_file_bad;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

int same_names_inner(struct page *page, struct vm_area_struct *vma);

static int insert(struct page *page, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
}

int same_names_inner(struct page *page, struct vm_area_struct *vma)
{
	return insert(page, vma);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Included once: a function with a body, for other files. */
int header_map(struct vm_area_struct *vma, struct page *page)
{
	return vm_insert_page(vma, vma->vm_start, page); /* expect: page-insert */
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of what the vocabulary names.
 */
#include <linux/dma-buf.h>

struct helpers {
	int (*vm_insert_page)(struct vm_area_struct *vma, unsigned long address, struct page *page);
};

static const struct dma_buf_ops ops = { .flags = 1 }; /* is: ops-object */

int vm_insert_page_of_mine(struct vm_area_struct *vma);
int my_set_pte_at(struct mm_struct *mm);

static int special(pte_t *pte, unsigned long address, void *data)
{
	set_pte_at(data, address, pte, pte_mkspecial(*pte)); /* is: pte-writer-call */
	return my_set_pte_at(data);
}

static int ordinary(pte_t *pte, unsigned long address, void *data)
{
	*pte = *(pte_t *)data;
	return 0;
}

#define INSERT(vma) vm_insert_page(vma, (vma)->vm_start, NULL)
#define CALL(function, argument) function(argument, 0, 0)
#define TWICE(statement) statement; statement

static int insert(struct vm_area_struct *vma, const struct helpers *helpers, struct dma_buf *buffer) /* is: mapping-parameter */
{
	int (*alias)(struct vm_area_struct *vma, unsigned long address, struct page *page) =
		vm_insert_page;
	int sum = 0;

	vm_flags_set(vma, VM_PFNMAP); /* is: helper-call mapping-call */
	sum += remap_pfn_range(vma, vma->vm_start, 1, 2, 3); /* is: helper-call mapping-call */
	sum += (vm_insert_page)(vma, 0, NULL); /* is: helper-call mapping-call */
	sum += (*vm_insert_page)(vma, 0, NULL); /* is: helper-call mapping-call */
	sum += helpers->vm_insert_page(vma, 0, NULL); /* is: field-call mapping-call */
	sum += alias(vma, 0, NULL); /* is: mapping-call */
	sum += vm_insert_page_of_mine(vma); /* is: mapping-call */
	sum += vmf_insert_pfn(vma, 0, 0); /* is: helper-call mapping-call */
	sum += apply_to_page_range(vma->vm_mm, 0, 1, special, vma->vm_mm); /* is: helper-call */
	sum += apply_to_page_range(vma->vm_mm, 0, 1, ordinary, NULL); /* is: helper-call */
	sum += dma_buf_mmap(buffer, vma, 0); /* is: helper-call mapping-call */
	sum += sizeof(vm_insert_page(vma, 0, NULL));
	zap_vma_ptes(vma, 0, 1); /* is: mapping-call */
	sum += INSERT(vma); /* is: helper-call mapping-call */
	sum += CALL(vm_insert_page, vma); /* is: helper-call mapping-call */
	sum += CALL(vmf_insert_pfn, /* is: helper-call mapping-call */
		    vma);
	TWICE(vm_flags_set(vma, VM_PFNMAP)); /* is: helper-call mapping-call */
	return sum;
}

static struct file *make(void)
{
	struct file *file = anon_file("object");

	file = shmem_file_setup("object", 1, 0); /* is: file-maker-call */
	return file ? file : shmem_file_setup("other", 1, 0); /* is: file-maker-call */
}

static struct dma_buf *export(struct dma_buf_export_info *info)
{
	struct dma_buf *(*alias)(const struct dma_buf_export_info *info) = dma_buf_export;

	info->ops = &ops; /* is: ops-store table-store */
	return info->size ? dma_buf_export(info) : alias(info); /* is: export-call */
}

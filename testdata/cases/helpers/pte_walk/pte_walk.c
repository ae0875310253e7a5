// SPDX-License-Identifier: GPL-2.0-only
/* PTEs by hand. */
#include <linux/dma-buf.h>

struct pte_walk {
	struct mm_struct *mm;
	unsigned long pfn;
	pgprot_t prot;
};

static int good_pte(pte_t *pte, unsigned long addr, void *data)
{
	struct pte_walk *walk = data;

	set_pte_at(walk->mm, addr, pte, pte_mkspecial(pfn_pte(walk->pfn, walk->prot)));
	walk->pfn++;
	return 0;
}

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pte_walk walk = { .mm = vma->vm_mm, .pfn = 1, .prot = vma->vm_page_prot };

	vm_flags_set(vma, VM_PFNMAP);
	return apply_to_page_range(vma->vm_mm, vma->vm_start, PAGE_SIZE, good_pte, &walk);
}

/* expect: pass inserts=apply_to_page_range@mmap */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int bad_pte(pte_t *pte, unsigned long addr, void *data)
{
	struct pte_walk *walk = data;

	set_pte_at(walk->mm, addr, pte, pfn_pte(walk->pfn, walk->prot));
	walk->pfn++;
	return 0;
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pte_walk walk = { .mm = vma->vm_mm, .pfn = 1, .prot = vma->vm_page_prot };

	vm_flags_set(vma, VM_PFNMAP);
	/* expect: page-insert */
	return apply_to_page_range(vma->vm_mm, vma->vm_start, PAGE_SIZE, bad_pte, &walk);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int bad_flag_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pte_walk walk = { .mm = vma->vm_mm, .pfn = 1, .prot = vma->vm_page_prot };

	/* expect: missing-pfnmap */
	return apply_to_page_range(vma->vm_mm, vma->vm_start, PAGE_SIZE, good_pte, &walk);
}

/* expect: violation missing-pfnmap */
static const struct dma_buf_ops bad_flag_ops = { .mmap = bad_flag_mmap };

/* It reads only. */
static int good_look(pte_t *pte, unsigned long addr, void *data)
{
	struct pte_walk *walk = data;

	walk->pfn += pte->pte;
	return 0;
}

static int good_look_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pte_walk walk = { .mm = vma->vm_mm };

	return apply_to_page_range(vma->vm_mm, vma->vm_start, PAGE_SIZE, good_look, &walk);
}

/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_look_ops = { .mmap = good_look_mmap };

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_PGTABLE_H
#define STUB_PGTABLE_H

#include <linux/mm_types.h>

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	pte_t pte = { pfn << 12 | prot.pgprot };

	return pte;
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	pte.pte |= 0x200;
	return pte;
}

static inline void set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte)
{
	*ptep = pte;
}

pte_t *pte_at(struct mm_struct *mm, unsigned long addr);
pmd_t *pmd_at(struct mm_struct *mm, unsigned long addr);
pud_t *pud_at(struct mm_struct *mm, unsigned long addr);

static inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	pmd_t pmd = { pfn << 12 | prot.pgprot };

	return pmd;
}

static inline pmd_t pmd_mkspecial(pmd_t pmd)
{
	pmd.pmd |= 0x200;
	return pmd;
}

static inline void set_pmd_at(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp, pmd_t pmd)
{
	*pmdp = pmd;
}

static inline pud_t pfn_pud(unsigned long pfn, pgprot_t prot)
{
	pud_t pud = { pfn << 12 | prot.pgprot };

	return pud;
}

static inline void set_pud_at(struct mm_struct *mm, unsigned long addr, pud_t *pudp, pud_t pud)
{
	*pudp = pud;
}

static inline pgprot_t pgprot_writecombine(pgprot_t prot)
{
	prot.pgprot |= 8;
	return prot;
}

static inline pgprot_t pgprot_noncached(pgprot_t prot)
{
	prot.pgprot |= 16;
	return prot;
}

#endif

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

// SPDX-License-Identifier: GPL-2.0-only
#include "across.h"

void across_clear(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP); /* expect: cleared-pfnmap */
}

void across_restore(struct vm_area_struct *vma, unsigned long flags)
{
	vm_flags_set(vma, flags);
}

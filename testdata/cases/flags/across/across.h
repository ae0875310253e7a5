/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/dma-buf.h>

void across_clear(struct vm_area_struct *vma);
void across_restore(struct vm_area_struct *vma, unsigned long flags);

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_SLAB_H
#define STUB_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL 0xcc0u
#define GFP_NOWAIT 0x800u

void *kzalloc(size_t size, gfp_t flags);
void *kmalloc(size_t size, gfp_t flags);
void kfree(const void *object);

#endif

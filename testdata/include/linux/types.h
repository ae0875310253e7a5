/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_TYPES_H
#define STUB_TYPES_H

#define NULL ((void *)0)
#define true 1
#define false 0

typedef _Bool bool;
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef long loff_t;
typedef long ssize_t;
typedef unsigned int gfp_t;
typedef unsigned int umode_t;
typedef unsigned long pgoff_t;
typedef unsigned long long dma_addr_t;
typedef unsigned long long phys_addr_t;

#endif

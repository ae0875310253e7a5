// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

#define INCLUDED_MMAP good_mmap
#include "included_body.c"
#undef INCLUDED_MMAP

#define INCLUDED_BAD
#define INCLUDED_MMAP bad_mmap
#include "included_body.c"

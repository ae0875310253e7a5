/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_KERNEL_H
#define STUB_KERNEL_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kconfig.h>
#include <linux/types.h>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

void pr_err(const char *format, ...);

#endif

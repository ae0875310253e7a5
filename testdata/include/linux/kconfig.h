/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of this tree's kernel that the cases touch, and no more. */
#ifndef STUB_KCONFIG_H
#define STUB_KCONFIG_H

#if __has_include(<generated/autoconf.h>)
#include <generated/autoconf.h>
#endif

#define STUB_SECOND(first, second, ...) second
#define STUB_PICK(junk) STUB_SECOND(junk 1, 0)
#define STUB_IS_SET(value) STUB_IS_SET_TOO(value)
#define STUB_IS_SET_TOO(value) STUB_PICK(STUB_COMMA_##value)
#define STUB_COMMA_1 0,
#define IS_ENABLED(option) STUB_IS_SET(option)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_BUG_H
#define STUB_BUG_H

#include <linux/compiler.h>

#define BUG() do {									\
	asm volatile("ud2");								\
	__builtin_unreachable();							\
} while (0)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)

#define __WARN() do { asm volatile("ud2"); } while (0)
#define WARN_ON(condition) ({								\
	int __was_true = !!(condition);							\
	if (unlikely(__was_true))							\
		__WARN();								\
	unlikely(__was_true);								\
})
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, format...) WARN_ON(condition)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_WARN_ON_ONCE(condition) ((void)WARN_ON(condition))

#endif

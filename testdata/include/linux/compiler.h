/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_COMPILER_H
#define STUB_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define __must_check __attribute__((__warn_unused_result__))
#define __always_unused __attribute__((__unused__))
#define __maybe_unused __attribute__((__unused__))
#define __init
#define fallthrough __attribute__((__fallthrough__))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(pointer, type, member) ({						\
	void *__inside = (void *)(pointer);						\
	((type *)(__inside - offsetof(type, member))); })

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_CLEANUP_H
#define STUB_CLEANUP_H

#include <linux/mutex.h>

#define STUB_PASTE_TOO(a, b) a##b
#define STUB_PASTE(a, b) STUB_PASTE_TOO(a, b)
#define __UNIQUE_ID(prefix) STUB_PASTE(__UNIQUE_ID_##prefix, __COUNTER__)

typedef struct mutex *class_mutex_t;

static inline class_mutex_t class_mutex_constructor(struct mutex *lock)
{
	mutex_lock(lock);
	return lock;
}

static inline void class_mutex_destructor(class_mutex_t *lock)
{
	if (*lock)
		mutex_unlock(*lock);
}

static inline void *class_mutex_lock_ptr(class_mutex_t *lock)
{
	return (void *)(unsigned long)*lock;
}

/* The lock may not be had: then there is no pointer to it. */
static inline class_mutex_t class_mutex_try_constructor(struct mutex *lock)
{
	return mutex_trylock(lock) ? lock : NULL;
}

typedef class_mutex_t class_mutex_try_t;
#define class_mutex_try_destructor class_mutex_destructor
#define class_mutex_try_lock_ptr class_mutex_lock_ptr

#define CLASS(name, variable)								\
	class_##name##_t variable __attribute__((__cleanup__(class_##name##_destructor))) = \
		class_##name##_constructor

#define guard(name) CLASS(name, __UNIQUE_ID(guard))

#define scoped_guard(name, args...) __scoped_guard(name, STUB_PASTE(__scope_done, __COUNTER__), args)
#define __scoped_guard(name, label, args...)						\
	for (CLASS(name, scope)(args);							\
	     class_##name##_lock_ptr(&scope);						\
	     ({ goto label; }))								\
		if (0) {								\
label:											\
			break;								\
		} else

#define scoped_cond_guard(name, otherwise, args...) \
	__scoped_cond_guard(name, otherwise, STUB_PASTE(__scope_done, __COUNTER__), args)
#define __scoped_cond_guard(name, otherwise, label, args...)				\
	for (CLASS(name, scope)(args); true; ({ goto label; }))				\
		if (!class_##name##_lock_ptr(&scope)) {					\
			otherwise;							\
label:											\
			break;								\
		} else

#endif

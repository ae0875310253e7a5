/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_MUTEX_H
#define STUB_MUTEX_H

#include <linux/types.h>

struct mutex {
	int owner;
};

void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
int mutex_lock_interruptible(struct mutex *lock);
bool mutex_trylock(struct mutex *lock);

#endif

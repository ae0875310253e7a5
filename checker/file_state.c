// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of files: file_state.h says what for.
 */
#include "file_state.h"

#include <time.h>

/* The coarsest clock of a file system, FAT's, ticks every two seconds. */
#define RECENT (2 * NANOSECONDS)

static gint64 nanoseconds(const struct timespec *time)
{
	return time->tv_sec * NANOSECONDS + time->tv_nsec;
}

gint64 file_state_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return nanoseconds(&now);
}

struct file_state file_state_of(const struct stat *stat)
{
	return (struct file_state){
		.size = stat->st_size,
		.mtime = nanoseconds(&stat->st_mtim),
		.inode = (gint64)stat->st_ino,
		.ctime = nanoseconds(&stat->st_ctim),
	};
}

bool file_state_same(const struct file_state *a, const struct file_state *b)
{
	return a->size == b->size && a->mtime == b->mtime && a->inode == b->inode &&
	       a->ctime == b->ctime;
}

bool file_state_is_recent(gint64 changed, gint64 now)
{
	return now - changed < RECENT;
}

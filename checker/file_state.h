/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_state: what of a file changes when it does, without reading it.
 *
 * A state proves that a file is what it was only if nothing was written to it
 * for a while before it was read: a second change within one tick of the clock
 * might leave all of it alone.
 */
#ifndef PFNCHECK_FILE_STATE_H
#define PFNCHECK_FILE_STATE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

#define NANOSECONDS G_GINT64_CONSTANT(1000000000)

/* Times are in nanoseconds. */
struct file_state {
	gint64 size;
	gint64 mtime;
	gint64 inode;
	gint64 ctime;
};

/* The clock that the kernel stamps files with, in nanoseconds. */
gint64 file_state_now(void);
struct file_state file_state_of(const struct stat *stat);
bool file_state_same(const struct file_state *a, const struct file_state *b);
/* Whether a change at that time is too close to a reading that began at now. */
bool file_state_is_recent(gint64 changed, gint64 now);

#endif

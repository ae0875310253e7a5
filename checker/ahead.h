/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahead: extracts files that a survey is going to ask for while the tree is still being
 * scanned.  What it did not ask for in the end is given up.
 */
#ifndef PFNCHECK_AHEAD_H
#define PFNCHECK_AHEAD_H

#include <glib.h>

#include "survey.h"
#include "workers.h"

struct ahead;

/*
 * Begins with those of the files (const char *) whose flags are known, whose facts the
 * store does not have, and with which no precompiled headers go that are still to be
 * made; NULL if there are none.  The tree must not move, and no other
 * workers run, until ahead_join().
 */
struct ahead *ahead_start(const struct survey *survey, guint config, const GPtrArray *files);
/* Waits until all are done; returns the peak of the largest worker in KiB. */
long ahead_join(struct ahead *ahead);
/* The result for a file, once; false if there is none.  Its reply is the caller's. */
bool ahead_take(struct ahead *ahead, const char *path, struct workers_result *result);
void ahead_free(struct ahead *ahead);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replay: which files an analysis asked for when it had certain facts, so that the
 * next run with the same facts need not analyse to find out.
 *
 * What is asked for rests on the sources, the facts and this program; all of them
 * are in the question that the store is asked.  Without a cache of the scan nothing
 * is known of the sources, and nothing is kept.
 */
#ifndef PFNCHECK_REPLAY_H
#define PFNCHECK_REPLAY_H

#include <stdbool.h>

#include "facts.h"
#include "scan.h"
#include "store.h"
#include "vocabulary.h"

struct replay;

/* The scan and the store have to live as long. */
struct replay *replay_new(const struct scan *scan, struct store *store, bool no_kbuild);
void replay_free(struct replay *replay);

void replay_add_values(struct replay *replay, const struct vm_values *values);
/* The facts that a file brought; to be told before the program has them changed. */
void replay_add_facts(struct replay *replay, const struct facts *facts, const char *text,
		      gsize size);

/*
 * What was asked for with these facts, when those records were known to have more tables
 * than are extracted: files and, behind an empty string, all such records from then
 * on.  NULL if that is not known; the caller frees it.
 */
char **replay_get(struct replay *replay, GHashTable *incomplete);
/* Keeps the answer to the last question. */
void replay_put(struct replay *replay, const GPtrArray *files, GHashTable *incomplete);

#endif

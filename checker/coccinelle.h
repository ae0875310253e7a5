/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coccinelle: what the semantic patches of pfncheck report on the files of a tree
 * that they can match in, by spatch, beside everything else that goes on.
 *
 * Knows which of them there are and how their reports read; the rule is theirs.
 */
#ifndef PFNCHECK_COCCINELLE_H
#define PFNCHECK_COCCINELLE_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "audit.h"
#include "scan.h"
#include "store.h"

/* What the semantic patch that lists objects is called; the others are called after a rule. */
#define COCCINELLE_LIST "exporters"

/* One line of a report. */
struct coccinelle_report {
	const char *script; /* COCCINELLE_LIST or a rule */
	const char *record; /* of an object: "dma_buf_ops", "drm_gem_object_funcs"; else NULL */
	const char *name;   /* of the object as the source has it, or of the function */
	struct place at;
	const char *text; /* what it says */
};

struct coccinelle_options {
	const char *root; /* of the tree, absolute */
	unsigned int jobs;
	const volatile sig_atomic_t *stop;
};

struct coccinelle;

/*
 * Takes what the store has and begins to run spatch on the rest.  The scan and the
 * store have to live as long; the caller frees the result with coccinelle_free(),
 * which ends what is still running.
 */
struct coccinelle *coccinelle_start(const struct coccinelle_options *options,
				    const struct scan *scan, struct store *store);
void coccinelle_free(struct coccinelle *coccinelle);

/* The files that are looked at: const char *, sorted. */
const GPtrArray *coccinelle_files(const struct coccinelle *coccinelle);
/*
 * Waits for the end, has the store keep what is new, and describes the run in
 * audit->coverage.coccinelle.
 */
void coccinelle_join(struct coccinelle *coccinelle, struct audit *audit);
/* After coccinelle_join(): struct coccinelle_report, by place. */
const GPtrArray *coccinelle_reports(const struct coccinelle *coccinelle);

#endif

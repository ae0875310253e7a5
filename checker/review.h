/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * review: what commits or patches change for exporters: the audits of both sides,
 * compared.
 *
 * Both sides are looked at in a directory of ours (snapshot); the repository and its
 * work tree are only read.  make is run for the base alone, unless the
 * caller trusts the tree: flags and generated headers are those of the base.
 */
#ifndef PFNCHECK_REVIEW_H
#define PFNCHECK_REVIEW_H

#include "audit.h"
#include "diff_lines.h"
#include "pipeline.h"

/* What goes with a review to a writer; zeroed before. */
struct review_result {
	char *root;		  /* the directory whose lines its places mean, or NULL */
	struct diff_lines *lines; /* of the head, that the base does not have, or NULL */
};

/*
 * Reviews what the options of the pipeline ask for.  The result, which the caller
 * frees, holds what changed.  NULL with one line in error.
 */
struct audit *review(struct pipeline *pipeline, struct review_result *result, GError **error);
void review_result_clear(struct review_result *result);

/* The changes that are known of a head that was stopped: of what it lacks nobody knows. */
#define REVIEW_OF_HALF (1u << CHANGE_NEW | 1u << CHANGE_WORSE)

/* Leaves changes of some kinds only: a bit for each enum change. */
void review_keep_only(struct audit *audit, guint only);

#endif

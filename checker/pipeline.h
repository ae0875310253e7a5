/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pipeline: the stages in their order, from a path to an audit.  Brings them
 * together; knows neither C nor kernels nor formats.
 */
#ifndef PFNCHECK_PIPELINE_H
#define PFNCHECK_PIPELINE_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "audit.h"
#include "coccinelle.h"
#include "explain.h"
#include "left_out.h"
#include "options.h"
#include "progress.h"
#include "reconcile.h"
#include "report.h"
#include "scan.h"
#include "store.h"
#include "suppress.h"
#include "survey.h"
#include "tree.h"
#include "unseen.h"

/* One state of one tree. Zeroed but for what comes first; pipeline_clear() releases the rest. */
struct pipeline {
	const struct options *options;
	struct progress *progress;
	const volatile sig_atomic_t *stop; /* becomes a signal: to end with what is known */
	/* How to report that the time is over before anything is known; NULL: in one line. */
	const struct report_options *early;
	/* Adds to such a report what the run is about; NULL: nothing. */
	void (*describe)(struct audit *audit, void *data);
	void *describe_data;
	/* Whose routes to prove, with a place for struct proof *; both NULL: none. */
	const struct explain_query *query;
	GPtrArray *proofs;
	GString *dump; /* what options->dump asks for is appended */
	/* States that differ in little and are still to come: for those much is kept. */
	guint to_come;
	/* A file that is built, of a tree of tree_open_compiled(); NULL: any tree. */
	const char *only_built;

	char *cache;
	struct suppress *suppress; /* what options->allow holds, or NULL */
	struct tree *tree;
	struct scan *scan;
	struct store *store;
	struct unseen *unseen;
	struct left_out *left_out;
	struct coccinelle *coccinelle; /* NULL: left out */
	struct reconcile *reconcile;   /* likewise */
	struct program_past *past;     /* of the states before this one, or NULL */
	struct trace_memory *traces;
	struct pch *pch;
	struct ahead *ahead;
	struct survey survey;
	struct audit *audit; /* the result: complete, sorted and counted */
};

/* The cache directory, made if need be; NULL with one line in error. */
const char *pipeline_cache(struct pipeline *pipeline, GError **error);
/* Opens the tree at path, which configures it if need be, in a sandbox if so wanted. */
bool pipeline_open(struct pipeline *pipeline, const char *path, bool sandbox, GError **error);
/*
 * Begins to extract files (const char *) that the audit is likely to need, as long as
 * the tree stays what it is.
 */
void pipeline_begin(struct pipeline *pipeline, const GPtrArray *files);
/* Reads the tree, for what it is now. */
bool pipeline_scan(struct pipeline *pipeline, GError **error);
/* Opens the store, which pipeline_judge() does if need be. */
bool pipeline_store(struct pipeline *pipeline, GError **error);
/* From the scan to the verdicts. */
bool pipeline_judge(struct pipeline *pipeline, GError **error);
/* Marks what is allowed in an audit of the tree that is at root. */
void pipeline_suppress(const struct pipeline *pipeline, struct audit *audit, const char *root);
/* What a run is in that ends before anything is known, from now on: it is reported so. */
void pipeline_early(const struct pipeline *pipeline, const char *stage);
/* Why the run is to end, as reports have it; NULL: it is not. */
const char *pipeline_stopped(const struct pipeline *pipeline);
/* Appends what there is once in a run to what options->dump asks for. */
void pipeline_dump(struct pipeline *pipeline);
/* Forgets the scan and all that follows from it; the tree and the cache directory stay. */
void pipeline_reset(struct pipeline *pipeline);
/* Forgets the tree as well. */
void pipeline_close(struct pipeline *pipeline);
void pipeline_clear(struct pipeline *pipeline);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * suppress: marks what an audit found and somebody allows, for a reason: the
 * caller by a file of entries, the tree by comments, if the caller says that those
 * count.  Takes nothing away.
 *
 * An entry of the file is lines "NAME: value", and an empty line ends it; lines
 * that begin with '#' are comments, those that begin with a blank go on with the
 * value above:
 *
 *	exporter: [FILE:]NAME	the ops object
 *	table: NAME		one of the route's tables
 *	file: PATH		that the finding is in
 *	rule: RULE		of a finding, or "unknown" for verdicts
 *	reason: TEXT
 *	who: TEXT
 *	until: YYYY-MM-DD	the last day that it holds
 *
 * A rule, a reason and one of the first three have to be there.
 *
 * A comment stands beside what it allows, or alone above it: at the place of the
 * finding, at the definition of the ops object, or at that of a table of the route.
 */
#ifndef PFNCHECK_SUPPRESS_H
#define PFNCHECK_SUPPRESS_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"

struct suppress;

enum suppress_comment_use {
	COMMENTS_IGNORED, /* not even read */
	COMMENTS_NAMED,	  /* a note names those that would allow something */
	COMMENTS_HONOURED,
};

/* A comment that begins with "pfncheck:". */
struct suppress_comment {
	guint line;   /* that it begins on, from 1 */
	guint about;  /* the line that it allows something of */
	char *rule;   /* NULL if it names none */
	char *reason; /* on one line; NULL if it gives none */
	char *fault;  /* why it allows nothing; NULL: it does */
};

#define SUPPRESS_ERROR (suppress_error_quark())
GQuark suppress_error_quark(void);

enum suppress_error {
	SUPPRESS_ERROR_READ,
	SUPPRESS_ERROR_ENTRY,
};

/* The comments of a C text (struct suppress_comment), in its order; the caller's. */
GPtrArray *suppress_comments(const char *text, gsize length);

/*
 * Those of the text after that the text before has not: what a patch to a file adds,
 * whatever lines it moves.  One that is there twice and was once is added, too.
 */
GPtrArray *suppress_added(const char *before, gsize before_length, const char *after,
			  gsize after_length);

/* Reads a file of entries.  NULL with one line in error that names the line at fault. */
struct suppress *suppress_load(const char *file, GError **error);
void suppress_free(struct suppress *suppress);

/*
 * Marks findings and routes of a merged audit.  suppress may be NULL: no entries.
 * files: where to look for comments, beside the files of the findings, or NULL; their
 * names are relative to root.  What allows nothing, has expired or is not understood is
 * added to the notes of the coverage.
 */
void suppress_apply(struct suppress *suppress, struct audit *audit,
		    enum suppress_comment_use comments, const char *root, const GPtrArray *files);

#endif

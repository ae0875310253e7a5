/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_item: what a report has to tell, one thing at a time, for all formats
 * that list findings.
 */
#ifndef PFNCHECK_REPORT_ITEM_H
#define PFNCHECK_REPORT_ITEM_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"
#include "report.h"

/* In the order in which they are told. */
enum item_kind {
	ITEM_FINDING,  /* of a route */
	ITEM_UNKNOWN,  /* a route that is not decided */
	ITEM_VERDICT,  /* a route whose verdict counts, or changed, with no finding to tell it */
	ITEM_LEFT_OUT, /* a finding on no route */
};

struct report_item {
	enum item_kind kind;
	const char *rule; /* of a finding, or "unknown" or "verdict" */
	enum level level; /* a note at most if it is good news */
	const char *message;
	struct place at; /* where to point at, by report_options.diff too */
	/* The finding's own place; the same as at unless the diff touches a step of the path. */
	struct place own;
	enum change change;
	enum verdict before; /* of the base; VERDICTS if change is neither worse nor better */
	const char *commit;
	const char *suppressed;
	const char *suppressor;
	bool by_comment;
	const struct audit_finding *finding; /* NULL: it is about a verdict */
	const struct audit_route *route;     /* the one to show in full; NULL: none */
	GPtrArray *also; /* const struct audit_route *: the others that have it */
	char *text;	 /* what message points to, if it was made */
};

/*
 * All that there is to tell (struct report_item *), the same finding of several
 * routes as one: bad news before good, then by kind, level and place.  The caller
 * frees the array, which refers to the audit.  options may be NULL.
 */
GPtrArray *report_items(const struct audit *audit, const struct report_options *options);

/* Whether it is told at all: what is suppressed only with -v. */
bool report_item_shown(const struct report_item *item, const struct report_options *options);

/* The path of the finding (struct path_step *), or NULL. */
const GPtrArray *report_item_path(const struct report_item *item);

/* Whether it was moved from the finding's own place to one that the diff touches. */
bool report_item_anchored(const struct report_item *item);

/* Whether a change is not to be held against anybody. */
bool report_change_good(enum change change);

/* What is fixed is nowhere but in the base: its place, and those of its path, are there. */
#define REPORT_OF_BASE "(lines of the base)"

/*
 * "new: ", "worse: was pass: ", "fixed (lines of the base): ", ... or "", in a new
 * string; before: the verdict of the base or VERDICTS.
 */
char *report_change_words(enum change change, enum verdict before);

/*
 * "findings: 2 new, 1 fixed; verdicts: 1 worse" of what a review found and is not
 * suppressed, as much of it as there is, in a new string.
 */
char *report_change_counts(const struct audit *audit, const GPtrArray *items);
/* How many findings, and routes that are not decided, are suppressed. */
guint report_suppressed_count(const GPtrArray *items);

/* "1 error, 2 warnings" of the items that are not suppressed, or "", in a new string. */
char *report_level_counts(const GPtrArray *items);

/* Why the run was stopped, and whether that left nothing to tell, in a new string, or NULL. */
char *report_stopped(const struct audit *audit);

/* What to say instead of counts if there is nothing to count. */
const char *report_nothing(const struct audit *audit, const GPtrArray *items);

/* The counts of an audit or a review, or that there is nothing, in a new string. */
char *report_headline(const struct audit *audit, const GPtrArray *items);

/* "BASE..HEAD" of a review, in a new string. */
char *report_review_range(const struct audit *audit);

/*
 * A commit in a few words: the first 12 digits of its hash, with its subject if it is
 * known, in a new string.  Not escaped.
 */
char *report_commit_words(const struct audit *audit, const char *commit);

/* "exporter > table > table", in a new string. */
char *report_route_words(const struct audit_route *route);

#endif

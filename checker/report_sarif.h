/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_sarif: what the files of the SARIF writer share.
 */
#ifndef PFNCHECK_REPORT_SARIF_H
#define PFNCHECK_REPORT_SARIF_H

#include <glib.h>
#include <jansson.h>

#include "report.h"
#include "report_item.h"
#include "report_source.h"

/* The name of the base of all paths, and of those that begin with "build:". */
#define SARIF_ROOT "%SRCROOT%"
#define SARIF_BUILD "%BUILDROOT%"
/* Where in a kernel tree is what has no place: GitHub takes no log with a location without a file. */
#define SARIF_NOWHERE "Makefile"

/* One writing of one report. */
struct sarif {
	const struct audit *audit;
	const struct report_options *options;
	struct report_source *source;
	GHashTable *hashes; /* file -> GPtrArray of its report_line_hashes(), or NULL */
	GHashTable *seen;   /* fingerprint -> how often it came up to now */
	bool suppressing;   /* something is suppressed */
};

/* All that return a value return a new reference. */

/* {"text": s}, escaped so that it reads as it is and holds no link. */
json_t *sarif_message(const char *s);
/* A string, escaped as well; null for NULL. */
json_t *sarif_text(const char *s);

/* artifactLocation of a file. */
json_t *sarif_artifact(const char *file);
/*
 * A location: the place, or SARIF_NOWHERE if it has no file, the function and the message, if there are any.
 * quote: the tree still has that line, so that the region can end where a word does.
 */
json_t *sarif_location(struct sarif *sarif, const struct place *at, const char *function,
		       const char *message, bool quote);

/* A result, in report_sarif_result.c. */
json_t *sarif_result(struct sarif *sarif, const struct report_item *item);

#endif

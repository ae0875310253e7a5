/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_gap: what a report does not cover, one file at a time, for all formats that
 * list it.
 */
#ifndef PFNCHECK_REPORT_GAP_H
#define PFNCHECK_REPORT_GAP_H

#include <glib.h>

#include "audit.h"

enum gap_kind {
	GAP_NOT_ANALYSED,
	GAP_NOT_REACHED,   /* the run was stopped before */
	GAP_NO_COCCINELLE, /* what is known of the file is libclang's alone */
};

struct report_gap {
	enum gap_kind kind;
	struct place at; /* where it failed, or the start of the file */
	/*
	 * Why; where it begins with the file and a line of it, these are in at alone, so
	 * that the text is the same in another version.
	 */
	const char *reason;
};

/*
 * All gaps (struct report_gap *), by kind, in the order of the audit; the caller frees
 * the array, which refers to the audit.
 */
GPtrArray *report_gaps(const struct audit *audit);

/* "not analysed", "not reached", "without Coccinelle" */
const char *report_gap_words(enum gap_kind kind);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_line: findings as lines in the shape of compilers, for the formats that
 * consist of them or quote them.
 */
#ifndef PFNCHECK_REPORT_LINE_H
#define PFNCHECK_REPORT_LINE_H

#include "report_item.h"

/*
 * Appends "FILE:LINE:COLUMN: "; what is not known of it is 1, as readers ask for all three,
 * and "(unknown)".
 */
void report_line_place(GString *out, const struct place *at);

/* Appends "new: MESSAGE", escaped. */
void report_line_message(GString *out, const struct report_item *item);

/* "error", "warning" or "note". */
const char *report_line_level(enum level level);

/*
 * Appends "FILE:LINE:COLUMN: error: MESSAGE [pfncheck:RULE]" and, as notes, the path,
 * the commit and the other exporters, a line each.
 */
void report_line_item(GString *out, const struct audit *audit, const struct report_item *item);

/* Appends a line for each of report_gaps(), and one if the run was stopped. */
void report_line_gaps(GString *out, const struct audit *audit);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_line_hash: the hash by which GitHub's code scanning knows a line again
 * after the file around it has changed (primaryLocationLineHash).
 */
#ifndef PFNCHECK_REPORT_LINE_HASH_H
#define PFNCHECK_REPORT_LINE_HASH_H

#include <glib.h>

/*
 * The hashes of all lines of a text, as "HEX:N" (char *), the first line first: of the
 * 100 characters from the start of the line on that are neither blanks nor tabs, with how
 * often that has come up to there.  The caller frees the array.
 */
GPtrArray *report_line_hashes(const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_source: lines of the kernel tree, for reports to quote.
 */
#ifndef PFNCHECK_REPORT_SOURCE_H
#define PFNCHECK_REPORT_SOURCE_H

#include <glib.h>

#include "audit.h"

struct report_source;

/* root: the tree, or NULL: nothing can be quoted. */
struct report_source *report_source_new(const char *root);
/* NULL is ignored. */
void report_source_free(struct report_source *source);

/* The whole text of a file, which source owns, or NULL as below. */
const char *report_source_text(struct report_source *source, const char *file);

/*
 * The line that at names, without its end, as a new string.  NULL if it is not
 * there, or the file is no text of the tree.
 */
char *report_source_line(struct report_source *source, const struct place *at);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_lines: the lines of the new files that a diff adds or changes, and those of the
 * old files that it takes away.
 */
#ifndef PFNCHECK_DIFF_LINES_H
#define PFNCHECK_DIFF_LINES_H

#include <glib.h>
#include <stdbool.h>

struct diff_lines;

/* Holds nothing yet; diff_lines_free() releases it, NULL is ignored. */
struct diff_lines *diff_lines_new(void);
void diff_lines_free(struct diff_lines *lines);

/*
 * Adds the lines first to last, both of them included, of a file whose name is
 * relative to the kernel tree.  Ranges may come in any order and overlap; one that
 * ends before it begins is empty.
 */
void diff_lines_add(struct diff_lines *lines, const char *file, unsigned int first,
		    unsigned int last);

/*
 * Adds that the lines first to last of the old file are gone; at: the line of the new one
 * that is there instead, or before it.
 */
void diff_lines_remove(struct diff_lines *lines, const char *file, unsigned int first,
		       unsigned int last, unsigned int at);
/* Where in the new file a line of the old one is gone; 0: it is not, or nobody knows. */
unsigned int diff_lines_instead(const struct diff_lines *lines, const char *file,
				unsigned int line);

/* Whether the line was added; never for a NULL file or NULL lines. */
bool diff_lines_has(const struct diff_lines *lines, const char *file, unsigned int line);

#endif

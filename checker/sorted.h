/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sorted: the orders that all stages share.  Names by their bytes, places by file,
 * then line.
 */
#ifndef PFNCHECK_SORTED_H
#define PFNCHECK_SORTED_H

#include <glib.h>

/* Sorts an array of strings. */
void sort_strings(GPtrArray *strings);
/* Sorts, and keeps one of each; the elements must not be owned by the array. */
void sort_unique_strings(GPtrArray *strings);
/* The keys of a table of strings, sorted; the caller frees the array, the table has the keys. */
GPtrArray *sorted_keys(GHashTable *table);
/* Negative, 0 or positive, as the first place is before, at or behind the second. */
int compare_lines(const char *file, unsigned int line, const char *other_file,
		  unsigned int other_line);

#endif

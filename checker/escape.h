/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape: text of unknown origin (file names, source lines, arguments) made fit
 * to be shown.
 */
#ifndef PFNCHECK_ESCAPE_H
#define PFNCHECK_ESCAPE_H

#include <glib.h>

/*
 * Appends s (NULL: nothing) to out so that it prints as it reads and on one
 * line: control and formatting characters become \x1b or \u202e, bytes that are
 * not UTF-8 become \xff.  Everything else, backslashes included, stays.
 */
void escape_append(GString *out, const char *s);

/* The same as a new string; the caller frees it. */
char *escape_string(const char *s);

#endif

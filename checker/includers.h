/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * includers: which .c files include a .c file, so that it can be read as part
 * of what is compiled.  Looks at directive lines only, in the file's directory
 * and the ones around it.
 */
#ifndef PFNCHECK_INCLUDERS_H
#define PFNCHECK_INCLUDERS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Files (char *, relative to root, sorted, owned) that include the file path by
 * name in quotes; empty if none does.
 */
GPtrArray *includers_of(const char *root, const char *path);

#endif

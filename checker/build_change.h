/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * build_change: which sources may be compiled otherwise, or not at all, once some
 * Makefiles, Kconfig files or scripts have another text.
 *
 * Texts are read, nothing is run.  What is understood: lists of objects and
 * directories in Makefiles, options in Kconfig files.  Of other changes the whole directory
 * below is taken to be affected, and of those at the top the whole tree.
 */
#ifndef PFNCHECK_BUILD_CHANGE_H
#define PFNCHECK_BUILD_CHANGE_H

#include <glib.h>
#include <stdbool.h>

struct build_change;

struct build_change *build_change_new(void);
void build_change_free(struct build_change *change);

/* Whether a path (relative to the tree) may have a part in how others are compiled. */
bool build_change_is_build_file(const char *path);

/* Notes that a build file has another text; NULL: it is not there on that side. */
void build_change_add(struct build_change *change, const char *path, const char *before,
		      const char *after);

/* Whether nothing is affected. */
bool build_change_is_empty(const struct build_change *change);
/*
 * The build file by whose change a source is affected, or NULL.  root is where the tree
 * is, with the new texts.
 */
const char *build_change_affects(struct build_change *change, const char *root, const char *file);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * needs: what an audit depends on, kept beside it, so that whether a change of a
 * file can matter to it is known without another audit.
 */
#ifndef PFNCHECK_NEEDS_H
#define PFNCHECK_NEEDS_H

#include <glib.h>
#include <stdbool.h>

#include "scan.h"
#include "store.h"

struct needs;

/*
 * Those of an audit that was made of these and is complete; NULL if they are not known.
 * texts: further files (const char *) that were read.
 */
struct needs *needs_new(const struct scan *scan, const struct store *store, const GPtrArray *texts);
void needs_free(struct needs *needs);

bool needs_save(const struct needs *needs, const char *file, GError **error);
/* NULL if the file cannot be read or is none of ours. */
struct needs *needs_load(const char *file);

/*
 * Whether an audit may differ if the file at path had another text; NULL: no such
 * file.  False is a proof, but for how the file is compiled: of Makefiles and the like
 * it knows nothing.
 */
bool needs_touched(const struct needs *needs, const char *path, const char *before,
		   const char *after);

#endif

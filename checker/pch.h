/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pch: precompiled headers, one for each kind of file of a configuration: what is
 * compiled into the kernel, and modules.  They are kept as long as the headers that
 * they hold are what they were, and speed up whatever is extracted until then.  The one
 * for the kind of most files stays in the build directory of its configuration for later
 * runs.
 */
#ifndef PFNCHECK_PCH_H
#define PFNCHECK_PCH_H

#include <glib.h>

#include "tree.h"
#include "workers.h"

struct pch;

/*
 * versions: of all that has a part in what is in a file, in words; later runs use what
 * those with the same words left.  NULL: nothing is left and nothing used.
 */
struct pch *pch_new(const char *versions);
/* Removes the files that are not for later runs. */
void pch_free(struct pch *pch);
/* Takes what earlier runs left for the configurations of a tree, where there is nothing yet. */
void pch_load(struct pch *pch, const struct tree *tree);

/*
 * The requests (GBytes) to extract which make what is worth while: for files (const
 * char *) that are to be extracted next, and more besides that are to be expected
 * later.  What is there and outdated is removed.  known: files with whose flags those
 * to come are compiled, more or less.
 */
GPtrArray *pch_requests(struct pch *pch, const struct tree *tree, guint config,
			const GPtrArray *files, guint more, const GPtrArray *known);
/*
 * Whether it would make or remove the one of a kind, if n files of that are to be
 * extracted next.
 */
bool pch_is_due(const struct pch *pch, guint config, bool module, guint n, guint more);
/* Takes the result of one of the last requests. */
void pch_made(struct pch *pch, const struct tree *tree, const struct workers_result *result);

/* The one that goes with a file of a configuration, or NULL. */
const char *pch_path(const struct pch *pch, guint config, const struct tree_file *file);
/* The headers in it (NULL-terminated, absolute), or NULL. */
const char *const *pch_headers(const struct pch *pch, guint config, const struct tree_file *file);

#endif

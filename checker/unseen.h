/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unseen: ops objects that the text of the tree has and no facts hold.  None of
 * them is dropped: each becomes a route with the verdict unknown.
 */
#ifndef PFNCHECK_UNSEEN_H
#define PFNCHECK_UNSEEN_H

#include "audit.h"
#include "program.h"
#include "scan.h"
#include "tree.h"

struct unseen;

/* The scan has to live as long; the caller frees the result with unseen_free(). */
struct unseen *unseen_new(const struct scan *scan);
void unseen_free(struct unseen *unseen);

/*
 * Takes note of what a configuration's program has.  What it lacks of a file that
 * it builds is a route of the audit at once; stopped: the run was, so that much
 * may be missing.
 */
void unseen_look(struct unseen *unseen, struct audit *audit, const struct tree *tree, guint config,
		 const struct program *program, bool stopped);
/* After the last configuration: adds what none of them has. */
void unseen_judge(struct unseen *unseen, struct audit *audit);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot: a directory of ours that holds one tree of a repository, and moves
 * from one tree to another by writing only what differs.
 *
 * It never has what a build makes (.config, compile_commands.json, generated headers): who
 * commits that does not say how the kernel is compiled.
 *
 * The time of a file follows from its content, so that whoever goes by size
 * and time finds a file unchanged when it comes back.
 */
#ifndef PFNCHECK_SNAPSHOT_H
#define PFNCHECK_SNAPSHOT_H

#include <glib.h>
#include <stdbool.h>

#include "git.h"

struct snapshot;

/*
 * A snapshot below directory, which exists; one that another process has is waited
 * for, or another one taken.  message, which may be NULL, gets a line about what takes
 * long.  The repository has to live as long.  NULL with one line in error.
 */
struct snapshot *snapshot_open(struct git *git, const char *directory, guint jobs,
			       void (*message)(const char *text, void *data), void *data,
			       GError **error);
/* What it holds stays for the next one. */
void snapshot_close(struct snapshot *snapshot);

/* Whether a path is not written, whatever the tree has there. */
bool snapshot_leaves_out(const char *path);

/* Where it is: absolute. */
const char *snapshot_path(const struct snapshot *snapshot);
/* Makes it hold a tree. */
bool snapshot_move(struct snapshot *snapshot, const char *tree, GError **error);

#endif

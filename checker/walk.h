/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * walk: a kernel tree in, the text of each of its sources out, once, in
 * parallel.
 *
 * Knows directories and files, not what is in them.  Nothing outside of the tree
 * is read, and no file can stop the walk: what cannot be read is handed over
 * with the reason.
 */
#ifndef PFNCHECK_WALK_H
#define PFNCHECK_WALK_H

#include "file_state.h"

/* Larger files are not read. */
#define WALK_FILE_LIMIT (64u << 20)

#define WALK_PADDING 8

struct walk_options {
	const char *root;	   /* absolute path */
	const char *const *arches; /* NULL-terminated; NULL for all */
	/*
	 * Whether a file in that state need not be read again; NULL if each has to be.
	 * Files that are found by a symlink are not asked for.
	 */
	bool (*known)(void *worker, const char *path, const struct file_state *state);
	/*
	 * Called for each source; path is relative.  The text is the callee's to
	 * write to until it returns; WALK_PADDING NUL bytes are behind it and none in it.
	 * A file is in state from now on until it is changed; NULL if that is not
	 * certain.
	 */
	void (*read)(void *worker, const char *path, char *text, gsize length,
		     const struct file_state *state);
	/* Called instead for what cannot be read; both strings may go away. */
	void (*fail)(void *worker, const char *path, const char *reason);
};

/*
 * Walks the tree with one thread for each of count workers (at least one), which
 * are handed to the callbacks; no two calls have the same worker at one time.
 * False, with error set, if the tree's top cannot be read.
 */
bool walk_tree(const struct walk_options *options, void *const *workers, guint count,
	       GError **error);

/* The same for these files (const char *, relative) only, in this thread. */
bool walk_files(const struct walk_options *options, const GPtrArray *files, void *worker,
		GError **error);

/* Whether the name of a file (relative path) is that of a source, wherever it is. */
bool walk_is_source(const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of git share: the repository and the calls of the program.
 */
#ifndef PFNCHECK_GIT_PRIVATE_H
#define PFNCHECK_GIT_PRIVATE_H

#include <gio/gio.h>

#include "git.h"

struct git {
	char *directory; /* where git runs */
	char *scratch;	 /* ours: objects/, and whatever else is written */
	char **environment;
};

/* Starts git; input: a file for its standard input, or NULL. */
GSubprocess *git_spawn(struct git *git, GSubprocessFlags flags, const char *input,
		       const char *const *arguments, GError **error);
/*
 * Runs git to its end.  What it printed, a new string, or NULL with one line in
 * error, of that code if git itself failed.
 */
char *git_run(struct git *git, const char *input, const char *const *arguments, gsize *size,
	      enum git_error code, GError **error);

#endif

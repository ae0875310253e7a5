/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_arguments: the words that kbuild calls a checker with in; the sources, the
 * compiler's arguments and the directories that these tell of out.
 *
 * kbuild's call is "CHECK CHECKFLAGS C_FLAGS FILE": what is for sparse comes first,
 * what the compiler is given begins with the option for its dependency file.
 * Nothing is an error: what is not understood is passed by.
 */
#ifndef PFNCHECK_CHECK_ARGUMENTS_H
#define PFNCHECK_CHECK_ARGUMENTS_H

#include <glib.h>

struct check_arguments {
	GPtrArray *files;     /* char *: the sources, as they were given */
	GPtrArray *arguments; /* char *: the compiler's, NULL-terminated */
	char *output;	      /* its dependency file, or NULL */
	char *root;	      /* of the kernel's sources, absolute; NULL if nothing tells */
	char *build;	      /* directory of the build, absolute, or NULL */
	char *srcarch;	      /* directory below arch/, or NULL */
};

/* words: NULL-terminated; relative paths begin at directory.  check_arguments_clear() releases it. */
void check_arguments_parse(struct check_arguments *out, const char *const *words,
			   const char *directory);
void check_arguments_clear(struct check_arguments *arguments);

#endif

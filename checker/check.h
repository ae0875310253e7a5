/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check: what a kernel build calls for each file that it compiles, as it does sparse
 * and smatch: "make C=1 CHECK=pfncheck".
 *
 * A file that can matter has its facts put into the store.  If it defines what routes
 * are made of, or an earlier call wanted it, the routes are traced as far as the files
 * that were compiled up to then tell, and warnings about those of this file go to
 * standard error.
 */
#ifndef PFNCHECK_CHECK_H
#define PFNCHECK_CHECK_H

#include "options.h"

/* Checks the files that options->words name.  A build must not fail by it: there is no result. */
void check_compiled(const struct options *options);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reconcile: what libclang's side has, and what Coccinelle reports, in; how they
 * differ, out.  Code that is not compiled only Coccinelle sees, and that is a
 * finding; where the code is compiled, libclang's word stands, and the other one
 * is told beside it.
 */
#ifndef PFNCHECK_RECONCILE_H
#define PFNCHECK_RECONCILE_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"
#include "facts.h"

struct reconcile;

/* files: const char *, those that Coccinelle looks at.  The caller frees the result. */
struct reconcile *reconcile_new(const GPtrArray *files);
void reconcile_free(struct reconcile *reconcile);

/* Takes note of what a configuration has of these files, by the facts of any file. */
void reconcile_look(struct reconcile *reconcile, const struct facts *facts);
/*
 * After the last configuration, with all routes and findings in the audit: adds
 * what only Coccinelle has (reports: struct coccinelle_report) to audit->left_out,
 * unless that place is told already, and both lists of differences to
 * audit->coverage.coccinelle.
 */
void reconcile_judge(const struct reconcile *reconcile, const GPtrArray *reports,
		     struct audit *audit);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helpers: compares the vocabulary with the mm/ of the analysed tree.  Each row
 * of a helper that inserts is held against the helper's body, and what mm/ offers
 * to drivers is searched for helpers that have no row.
 */
#ifndef PFNCHECK_HELPERS_H
#define PFNCHECK_HELPERS_H

#include "audit.h"
#include "program.h"
#include "scan.h"

/* The files that helpers_check() has to have in the program: const char *, the scan's. */
GPtrArray *helpers_files(const struct scan *scan);

/* Adds what it finds to audit->vocabulary; routes (struct trace_route *) tell what is in use. */
void helpers_check(struct program *program, const struct scan *scan, const GPtrArray *routes,
		   struct audit *audit);

#endif

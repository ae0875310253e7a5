/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * left_out: places of drivers that export dma-bufs, or hold the tables that are
 * exported, which matter to the rule but are in code that no analysed
 * configuration compiles: calls of helpers that insert, tables with callbacks for
 * mappings.  By tokens; "#if 0" is no code.
 */
#ifndef PFNCHECK_LEFT_OUT_H
#define PFNCHECK_LEFT_OUT_H

#include "audit.h"
#include "facts.h"
#include "scan.h"

struct left_out;

/*
 * Reads the candidates that lie beside an exporter or an exported table.  The scan
 * has to live as long; the caller frees the result with left_out_free().
 */
struct left_out *left_out_new(const char *root, const struct scan *scan);
void left_out_free(struct left_out *left_out);

/* The files with such places (const char *, sorted): whether they are built matters. */
const GPtrArray *left_out_files(const struct left_out *left_out);
/* Whether some of the file's places depend on #if, so that its facts matter too. */
bool left_out_is_partial(const struct left_out *left_out, const char *file);

/*
 * Takes note of how a configuration has a file: built or not, and its facts, NULL
 * if they are not known.
 */
void left_out_look(struct left_out *left_out, const char *file, bool built,
		   const struct facts *facts);
/*
 * After the last configuration: adds what none of them compiles to the audit,
 * unless a route says so already.
 */
void left_out_judge(const struct left_out *left_out, struct audit *audit);

#endif

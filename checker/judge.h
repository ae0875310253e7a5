/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge: what the paths of a route mean: its verdict, its findings, and the
 * conditions under which it breaks the rule.  The only stage with opinions.
 */
#ifndef PFNCHECK_JUDGE_H
#define PFNCHECK_JUDGE_H

#include "audit.h"
#include "trace.h"

/* Adds a route of a configuration to the audit, which owns it; returns it. */
struct audit_route *judge_route(struct audit *audit, struct program *program,
				const struct trace_route *route, guint config);

/*
 * Adds an unknown route for an ops object that the text has and no facts hold.
 * left_out: the configurations (guint) are why.
 */
void judge_unseen(struct audit *audit, const char *file, unsigned int line, const char *name,
		  const char *reason, bool left_out, const GArray *configs);

/* One line for each route: exporter, tables, verdict, outcome sets. */
void judge_dump(const struct audit *audit, GString *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain: which exporters and routes "[FILE:]EXPORTER[:TABLE...]" means, and what
 * to say if it means none.
 */
#ifndef PFNCHECK_EXPLAIN_H
#define PFNCHECK_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"

struct explain_query {
	char *file;	/* that the ops object is in, or NULL for any */
	char *exporter; /* name of an ops object, "" for any */
	char **tables;	/* each is one of the route's, in any order; NULL-terminated */
};

/* False with one line in error if the text is no query; explain_query_clear() releases it. */
bool explain_query_parse(struct explain_query *query, const char *text, GError **error);
void explain_query_clear(struct explain_query *query);

/* Whether an ops object is asked for. */
bool explain_wants_ops(const struct explain_query *query, const char *file, const char *name);
/* Whether a route is asked for. */
bool explain_wants(const struct explain_query *query, const struct audit_route *route);
/* "exporter:table:table", with "file:" before it if several files have the name: a query, new. */
char *explain_argument(const struct audit *audit, const struct audit_route *route);

/* One line about a query that nothing in the audit answers, as a new string. */
char *explain_nothing(const struct explain_query *query, const struct audit *audit);

#endif

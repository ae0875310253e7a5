/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * merge: the routes of several configurations as one list.  Knows the rule by
 * way of outcome only.
 */
#ifndef PFNCHECK_MERGE_H
#define PFNCHECK_MERGE_H

#include "audit.h"

/*
 * Folds the routes of an audit that have the same exporter and tables, each
 * judged in one configuration, into one.  A configuration that does not build the
 * files of a route has no say in it if another one does.  To be called once,
 * before anything is sorted or counted.
 */
void merge_routes(struct audit *audit);

#endif

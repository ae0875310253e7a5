/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * baseline: a saved audit, and what another one has that it has not.
 */
#ifndef PFNCHECK_BASELINE_H
#define PFNCHECK_BASELINE_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"

#define BASELINE_ERROR (baseline_error_quark())
GQuark baseline_error_quark(void);

enum baseline_error {
	BASELINE_ERROR_READ,  /* the file cannot be read */
	BASELINE_ERROR_JSON,  /* it is not JSON */
	BASELINE_ERROR_AUDIT, /* it is JSON, but no audit of this schema */
};

/*
 * Reads what the JSON writer wrote, by this version or by another one: a field
 * that is not there is empty, one that is not known is passed over.  The caller
 * frees the audit.  NULL with one line in error if file is no such audit, or one
 * that is itself a comparison and so lacks most of what was found.
 */
struct audit *baseline_load(const char *file, GError **error);

/*
 * Leaves in audit what saved does not have: findings whose fingerprint is new,
 * routes that are new or whose verdict is worse than it was, and the routes of
 * new findings, which are marked as known.  The coverage stays.  file is what
 * the report calls the saved audit.
 */
void baseline_subtract(struct audit *audit, const struct audit *saved, const char *file);

#endif

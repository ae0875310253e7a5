/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of suppress share. */
#ifndef PFNCHECK_SUPPRESS_PRIVATE_H
#define PFNCHECK_SUPPRESS_PRIVATE_H

#include "explain.h"
#include "suppress.h"

/* One entry of the caller's file. */
struct suppress_entry {
	guint line;		    /* that it begins on */
	struct explain_query query; /* the routes; of any exporter and table if it names none */
	char *file;		    /* of the finding, or NULL for any */
	char *rule;
	char *reason;
	char *who;   /* or NULL */
	guint until; /* YYYYMMDD; 0: for ever */
	bool used;   /* it allowed something */
};

struct suppress {
	char *file;
	GPtrArray *entries; /* struct suppress_entry */
};

#endif

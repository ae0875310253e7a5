/* SPDX-License-Identifier: GPL-2.0-only */
/* program: what its files share: the steps of linking. */
#ifndef PFNCHECK_PROGRAM_PRIVATE_H
#define PFNCHECK_PROGRAM_PRIVATE_H

#include "program.h"

/* Appends a value to the array of a key. */
void program_multi_add(GHashTable *table, const char *key, void *value);

/* program_effects.c */

/* Fills effects and entry_writers; the functions have to be there. */
void program_find_effects(struct program *p);

/* program_exporters.c */

/* Adds the exporters that a table holds; all stores have to be there. */
void program_find_table_exporters(struct program *p, const struct fact_table *t);
/* Adds those that are filled at run time; those of tables have to be there. */
void program_find_run_time_exporters(struct program *p);
/* The order of p->exporters. */
gint program_compare_exporters(gconstpointer a, gconstpointer b);
void program_exporter_free(void *exporter);

#endif

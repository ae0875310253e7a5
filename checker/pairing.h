/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pairing: which driver goes with which object table: the one whose callbacks
 * or ioctls come to a function that stores the table, else the one of the same
 * module.
 */
#ifndef PFNCHECK_PAIRING_H
#define PFNCHECK_PAIRING_H

#include "program.h"

struct pair {
	const struct fact_table *owner;
	const char *why; /* lives as long as the program's past; equal ones are one */
};

/*
 * The owners (struct pair *, owned, by file and line) that objects with a table
 * may belong to.  Files with more of them are asked for.
 */
GPtrArray *pairing_owners(struct program *program, const struct pairing *pairing,
			  const struct fact_table *table);

/*
 * Whether a table whose initialiser could not be read may name, as far as tokens tell, a
 * function that comes to one which uses another table.
 */
bool pairing_may_come_to(struct program *program, const struct fact_table *table,
			 const struct fact_table *used);

/*
 * Whether a table is stored only on the way of a hook that imports dma-bufs: an
 * object with it is exported again as the dma-buf it came from.
 */
bool pairing_import_only(struct program *program, const struct fact_table *table);

#endif

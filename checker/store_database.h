/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What store_database.c (the file as a whole) and store_rows.c (what is in it)
 * share.  Only they include SQLite.
 */
#ifndef PFNCHECK_STORE_DATABASE_H
#define PFNCHECK_STORE_DATABASE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store_private.h"

enum statement {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,
	ROLLBACK,
	FIND_MANIFEST,
	FIND_HEADER,
	FIND_FACTS,
	FIND_FILE,
	INSERT_HEADER,
	HEADER_ID,
	INSERT_FACTS,
	FACTS_ID,
	INSERT_PACKED,
	DELETE_SAME,
	INSERT_MANIFEST,
	DELETE_OLDEST,
	TOUCH_MANIFEST,
	INSERT_FILE,
	STATEMENTS,
};

struct store_database {
	struct store *store;
	char *path;
	char *lock_path;
	int lock;	 /* descriptor, -1 when not held */
	sqlite3 *sqlite; /* NULL: there is no file to be had */
	sqlite3_stmt *statements[STATEMENTS];
	dev_t device; /* of the file that sqlite has open */
	ino_t inode;
	bool reading;	       /* store_database_find() began a transaction */
	bool complained;       /* about reading */
	bool read_only;	       /* writing has failed */
	GHashTable *by_id;     /* gint64 -> struct store_header */
	GHashTable *ids;       /* struct store_header -> gint64; while rows are written */
	gint64 last_id;	       /* of headers; while rows are written */
	GHashTable *touched;   /* gint64: manifests that were of use */
	struct store_hash key; /* of the search under way */
};

/* What an SQLite result means to the store. */
enum store_status store_database_judge(int result);
/* Says so, once, and has nothing written from now on. */
void store_database_cannot_write(struct store_database *database, const char *reason);
/* Steps a statement with everything bound and resets it. */
enum store_status store_database_step(struct store_database *database, enum statement which);
/* Runs SQL that gives at most one row; *value gets its first column.  An SQLite result. */
int store_database_sql(struct store_database *database, const char *sql, gint64 *value);

#endif

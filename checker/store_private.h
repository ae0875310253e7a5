/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the stage store share: store.c (keys, and which row is
 * valid), store_files.c (hashes of files, and what would hide them) and
 * store_database.c (SQLite, which no other file includes).
 */
#ifndef PFNCHECK_STORE_PRIVATE_H
#define PFNCHECK_STORE_PRIVATE_H

#include "file_state.h"
#include "store.h"

struct store_hash {
	guint8 bytes[32]; /* SHA-256 */
};

struct store_file {
	char *path; /* absolute */
	struct file_state state;
	struct store_hash hash;
	const char *hex;    /* of hash, NULL until asked for */
	bool readable;	    /* else there is no hash */
	bool recent;	    /* was changed so shortly before it was read that state proves little */
	bool to_be_written; /* is in store->states */
};

/*
 * A header with the content that it had when it was read.  One for each of both.
 * A hash of zeros stands for a place where one was looked for in vain.
 */
struct store_header {
	char *name;	    /* "T:" in the tree, "B:" in the build directory, "A:" elsewhere */
	const char *folder; /* of name, interned: compare pointers */
	const char *base;   /* behind the last slash of name */
	struct store_hash hash;
	guint64 checked; /* by build: whether it was compared with the present file, */
	guint64 same;	 /* and whether they are the same */
};

/* One extraction: a row of the database, or one on its way there. */
struct store_row {
	struct store_hash key;
	GPtrArray *headers; /* struct store_header of the store, sorted by name, each once */
	struct store_hash shadows;
	GBytes *packed;		/* facts, compressed if that makes them smaller */
	struct store_hash hash; /* of packed */
	gsize size;		/* of facts */
};

/* Where the includes of one source file are looked for. */
struct store_search;

struct store_database;

struct store {
	char *root;
	char *versions;
	guint64 limit;
	void (*message)(const char *text, void *data);
	void *message_data;

	struct store_database *database; /* NULL: everything stays in memory */
	GHashTable *rows;		 /* key -> GPtrArray of struct store_row, newest last */
	GPtrArray *unwritten;		 /* struct store_row of rows */
	gsize unwritten_bytes;
	GPtrArray *states; /* struct store_file of files that the database should have */

	GHashTable *files;    /* absolute path -> struct store_file */
	GHashTable *headers;  /* struct store_header by name and hash, to itself */
	GHashTable *listings; /* directory -> GHashTable, a set of names; empty if there is none */
	GHashTable *searches; /* build, directory and -I flags -> struct store_search */
	GStringChunk *strings;
	GPtrArray *builds;  /* char *: build directories seen, absolute */
	GHashTable *asked;  /* struct store_hash -> struct asked of store.c */
	GHashTable *served; /* struct store_hash -> struct served of store.c */
	GHashTable *unkept; /* char *: files of the tree on which facts rest that are not kept */
	bool untold;	    /* there are others that nobody knows */
};

void store_message(const struct store *store, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The header of that name and content, owned by the store. */
struct store_header *store_header(struct store *store, const char *name,
				  const struct store_hash *hash);

/* SHA-256 over the parts and their lengths; ends with a NULL part. */
struct store_hash store_hash_parts(gconstpointer part, gsize size, ...) G_GNUC_NULL_TERMINATED;
struct store_hash store_hash_bytes(GBytes *bytes);

/* store_files.c */

/*
 * A file and its hash.  fresh: as it is now, else as it was at some time of this
 * run.  Never NULL; readable says whether there is a hash.
 */
const struct store_file *store_find_file(struct store *store, const char *absolute, bool fresh);
void store_file_free(gpointer file);
/* Where the file in directory, compiled with flags, looks for includes.  The store's. */
struct store_search *store_find_search(struct store *store, const char *directory,
				       const char *const *flags, const char *build);
void store_search_free(gpointer search);
/*
 * A hash over the names of files that exist where they are found before one of
 * headers, if spelled like it.
 */
struct store_hash store_shadows(struct store *store, struct store_search *search,
				const GPtrArray *headers);
/*
 * Where the compiler may have looked for a file to be included by that name: GPtrArray
 * of char *, absolute, with the directories of the headers (struct store_header) that
 * were read.
 */
GPtrArray *store_places(struct store *store, const struct store_search *search, const char *name,
			const GPtrArray *headers);
/* A path without "//", "/./" and a slash at its end; one with ".." as it is. */
char *store_clean(const char *path);
/* The name of a header or folder by its absolute path. */
char *store_shorten(const struct store *store, const char *build, const char *path);
/* The absolute path of the name of a header or folder. */
char *store_resolve(const struct store *store, const char *build, const char *name);

/* store_database.c */

enum store_status {
	STORE_OK,
	STORE_NONE,    /* there is no such row */
	STORE_DAMAGED, /* what was read cannot be trusted */
	STORE_FAILED,  /* could not be read or written, as was said */
};

/* A row as store_database_next() finds it. */
struct store_found {
	gint64 id;
	gint64 used;
	gint64 facts;
	GPtrArray *headers; /* struct store_header of the store */
	struct store_hash shadows;
	struct store_hash hash; /* of what store_database_facts() gives */
	gsize size;
};

/* NULL if there can be none, as was said. */
struct store_database *store_database_open(struct store *store, const char *directory);
void store_database_close(struct store_database *database);
/* Sets the present file aside, if it is still there, and begins a new one. */
void store_database_replace(struct store_database *database, const char *reason);
/* Begins to look for rows of key; store_database_done() after the last one, whatever happened. */
enum store_status store_database_find(struct store_database *database,
				      const struct store_hash *key);
/* The next row, newest first.  found->headers belongs to the caller. */
enum store_status store_database_next(struct store_database *database, struct store_found *found);
/* The packed facts of a row; the caller's. */
enum store_status store_database_facts(struct store_database *database,
				       const struct store_found *found, GBytes **packed);
void store_database_done(struct store_database *database);
/* Notes that a row was of use. */
void store_database_touch(struct store_database *database, const struct store_found *found);
/* The hash of a file that had state; STORE_NONE if that is not known. */
enum store_status store_database_state(struct store_database *database, const char *path,
				       const struct file_state *state, struct store_hash *hash);
/* Writes store->unwritten and store->states, and drops old rows above the limit. */
enum store_status store_database_write(struct store_database *database);

#endif

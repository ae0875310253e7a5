/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather: what source found in one file after the other, kept small: one thread's
 * share of a scan.
 *
 * Of every file that the cache does not have its functions, variables, references and
 * uses of macros are kept
 * as entries of a file_index, and how its types are made of others.  Of files that
 * matter, names and lines are kept, too.
 */
#ifndef PFNCHECK_GATHER_H
#define PFNCHECK_GATHER_H

#include "file_state.h"
#include "source.h"
#include "text_hash.h"

struct gathered_function {
	const char *name;
	guint line;
	guint first_call; /* in calls; up to the next function's */
	bool macro;
	bool mapping; /* its parameters name a type that a mapping passes through */
};

struct gathered_table {
	const char *type; /* tag or typedef's name; "" for a record without a tag */
	const char *name;
	guint64 type_hash;
	guint line;
	guint first_path; /* in paths */
	guint path_count;
	bool alias;
	bool initialised;
	bool nested; /* inside of the initialiser of the variable called name */
};

struct gathered_use {
	guint64 macro;
	const char *name;			 /* of the macro */
	const char *arguments[SOURCE_ARGUMENTS]; /* NULL where there is none */
	guint line;
};

struct gathered_piece {
	const char *word;
	int argument; /* negative: word it is */
};

struct gathered_macro {
	guint64 macro;
	guint64 type; /* 0: it uses another one */
	guint64 use;
	int argument;
	bool initialised;
	guint piece_count;
	struct gathered_piece pieces[SOURCE_PIECES];
};

/* One file; its rows in the arrays end where those of the next one begin. */
struct gathered_file {
	const char *path;
	guint number;
	guint mentions; /* enum source_mention */
	bool detailed;
	bool rust;   /* a Rust file that may have tables of interest */
	bool proven; /* it does not change without its state */
	struct file_state state;
	struct text_hash hash; /* of its text, if there is a cache */
	/*
	 * Its first rows; but for macros and mapping types there are some only if it is
	 * detailed.
	 */
	guint macros, mapping_types, functions, calls, tables, paths, uses;
};

struct gathered_failure {
	char *path;
	char *reason;
};

struct gather {
	struct source *source;
	gint *next_number;	  /* of files; shared */
	struct scan_cache *cache; /* shared, may be NULL */
	bool all_detailed;	  /* not only of files that matter */
	bool frozen;		  /* files and relations are in order already */

	GStringChunk *strings;
	GHashTable *interned; /* guint64, hash of a word -> const char * */
	GArray *files;	      /* struct gathered_file */
	GArray *failures;     /* struct gathered_failure */

	/* Of every file */
	GArray *function_entries; /* guint64 */
	GArray *table_entries;
	GArray *reference_entries;
	GArray *use_entries;
	GArray *relations;	  /* struct source_relation */
	GArray *macros;		  /* struct gathered_macro */
	GPtrArray *mapping_types; /* const char * */

	/* Of files that matter */
	GArray *functions; /* struct gathered_function */
	GPtrArray *calls;  /* const char *, "name" or "->name" */
	GArray *tables;	   /* struct gathered_table */
	GArray *paths;	   /* struct source_path */
	GArray *uses;	   /* struct gathered_use */

	guint64 *recent; /* entries that need not be repeated */
};

/* A file whose rows come next; all else is zero. */
static inline struct gathered_file gather_next_file(const struct gather *gather)
{
	return (struct gathered_file){
		.macros = gather->macros->len,
		.mapping_types = gather->mapping_types->len,
		.functions = gather->functions->len,
		.calls = gather->calls->len,
		.tables = gather->tables->len,
		.paths = gather->paths->len,
		.uses = gather->uses->len,
	};
}

/*
 * The caller frees it with gather_free(); next_number has to live as long, and the
 * cache, if there is one.
 */
struct gather *gather_new(gint *next_number, struct scan_cache *cache, bool all_detailed);
void gather_free(struct gather *gather);

/* For walk: data is a struct gather. */
bool gather_knows(void *data, const char *path, const struct file_state *state);
void gather_read(void *data, const char *path, char *text, gsize length,
		 const struct file_state *state);
void gather_fail(void *data, const char *path, const char *reason);

#endif

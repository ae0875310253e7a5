/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of scan share: what a scan holds.
 */
#ifndef PFNCHECK_SCAN_PRIVATE_H
#define PFNCHECK_SCAN_PRIVATE_H

#include "scan.h"

#include "file_index.h"
#include "gather.h"
#include "walk.h"

struct scan_function {
	const char *name;
	guint file;
	guint line;
	guint first_call;
	guint call_count;
	guint next; /* function of that name, G_MAXUINT for none */
	bool macro;
	bool mapping; /* its parameters name a type that a mapping passes through */
};

struct scan_table {
	const struct gathered_table *table;
	const struct source_path *paths; /* table->path_count of them */
	guint file;
};

struct scan_use {
	const struct gathered_use *use;
	guint file;
};

/* A variable that a use of a macro defines. */
struct expansion {
	guint64 type;
	bool initialised;
	guint piece_count;
	struct gathered_piece pieces[SOURCE_PIECES];
};

struct scan {
	struct scan_cache *cache; /* NULL: there is none; owns names, too */
	char *digest;		  /* NULL: there is no cache, or a file changed meanwhile */
	GPtrArray *gathers;	  /* struct gather: own all names */
	gint next_number;	  /* of files */

	GPtrArray *paths;    /* file -> const char *, sorted */
	guint *numbers;	     /* a gathered file's number -> file, or FILE_INDEX_NONE */
	GPtrArray *failures; /* struct scan_failure */
	GPtrArray *candidates;
	GPtrArray *exporters;
	GPtrArray *objects; /* struct scan_object */
	GPtrArray *mapping_types;
	GPtrArray *rust_files;
	GPtrArray *exports; /* struct scan_export */

	struct file_index *function_files;
	struct file_index *table_files;
	struct file_index *reference_files;
	struct file_index *use_files;

	GArray *relations;	 /* struct source_relation, by the inner type */
	GHashTable *expansions;	 /* guint64, macro -> GArray of struct expansion */
	GHashTable *type_macros; /* guint64, type -> GArray of guint64, macros */

	GArray *functions;	    /* struct scan_function, by file and place */
	GPtrArray *calls;	    /* const char * */
	GHashTable *function_names; /* const char * -> index of the first one, plus 1 */
	GArray *tables;		    /* struct scan_table, by file and place */
	GArray *uses;		    /* struct scan_use, by file and place */
	GPtrArray *object_names;    /* char *: names put together from a macro's pieces */

	GHashTable *
		callers; /* const char *, a name -> GArray of guint, functions; NULL until needed */
	GMutex lock;	 /* of answers, bodies and callers */
	GHashTable *answers; /* char *, a question -> GPtrArray of const char *, perhaps NULL */
	GHashTable *bodies;  /* char *: functions of which was asked what they take or call */
};

/* A file, and whose share it is in. */
struct share {
	const struct gather *gather;
	guint index; /* in gather->files */
};

static inline const struct gathered_file *share_file(const struct share *share)
{
	return &g_array_index(share->gather->files, struct gathered_file, share->index);
}

/* The end of a file's rows in an array of its gather: where the next one's begin. */
#define SHARE_END(share, field)                                                          \
	((share)->index + 1 < (share)->gather->files->len ? share_file(share)[1].field : \
							    (share)->gather->field->len)

/* The type whose objects are counted, and what is made of it. */
struct ops_types {
	guint64 ops;
	GArray *types; /* guint64: ops and the types made of it */
	GArray *chain; /* struct source_relation, by the outer type */
};

static inline const char *scan_path(const struct scan *scan, guint file)
{
	return g_ptr_array_index(scan->paths, file);
}

/* scan */

/* Remembers for scan_each_body() that it was asked of the functions of that name. */
void scan_note_body(const struct scan *scan, const char *name);

/* scan_types */

/* The order of scan->relations. */
int scan_compare_relations(const void *a, const void *b);
/*
 * The type and all types that are made of it: typedefs of it, and those with a
 * member of such a type.  The caller frees the array of guint64.  If chain is given,
 * the relations that lead there are added to it.
 */
GArray *scan_types_made_of(const struct scan *scan, guint64 type, GArray *chain);
/*
 * Finds out which macros (struct gathered_macro) define variables, by themselves
 * or by others.
 */
void scan_find_expansions(struct scan *scan, const GArray *macros);

/* scan_objects */

/* Fills types, for which scan->relations has to be there; clear it after use. */
void ops_types_init(struct ops_types *types, const struct scan *scan);
void ops_types_clear(struct ops_types *types);
/* Fills scan->objects. */
void scan_find_objects(struct scan *scan, const struct ops_types *types);

/* scan_merge */

/*
 * Puts the gathers together.  Files of which more has to be known are read again;
 * false, with error set, if the tree is not there any more.
 */
bool scan_merge(struct scan *scan, const struct walk_options *options, GError **error);

#endif

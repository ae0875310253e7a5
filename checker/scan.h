/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan: one read of every source of the tree, by tokens: which files can
 * matter, and where functions and tables that can matter are defined.
 *
 * Knows tokens, not C: comments and strings are skipped, macros are known only
 * as far as they define variables, every #if branch but "#if 0" is read.  What
 * it says is a superset of what a compiler sees; the counts of ops objects are
 * the check on extract.
 *
 * All strings and arrays belong to the scan.  Paths are relative to the tree, and
 * in the order of strcmp() wherever there are several.  Queries may come from
 * several threads.
 */
#ifndef PFNCHECK_SCAN_H
#define PFNCHECK_SCAN_H

#include <glib.h>
#include <stdbool.h>

#include "text_hash.h"

struct scan;

struct scan_options {
	const char *root;	   /* absolute path of the tree */
	const char *const *arches; /* NULL-terminated; arch/ of others is left out; NULL: all */
	unsigned int jobs;	   /* 0: as many as there are processors */
	const char *cache;	   /* directory, which exists; NULL: every file is read */
	/* For one-line messages about the cache, may be NULL. */
	void (*message)(const char *text, void *data);
	void *message_data;
};

/* An object of type struct dma_buf_ops that the text defines. */
struct scan_object {
	const char *file;
	unsigned int line;
	const char *name; /* of the outermost variable */
	bool nested;	  /* inside another struct's initialiser */
};

/* A function that the text exports to modules. */
struct scan_export {
	const char *file;
	const char *name;
};

struct scan_failure {
	const char *file;
	const char *reason;
};

/* Reads the tree.  NULL, with error set (G_FILE_ERROR), if its top cannot be read. */
struct scan *scan_tree(const struct scan_options *options, GError **error);
void scan_free(struct scan *scan);

guint scan_files_read(const struct scan *scan);
/*
 * A word for the content of all that was read, the same as long as the cache is, or
 * NULL if there is no cache; and the hash of another text by the same key.
 */
const char *scan_digest(const struct scan *scan);
struct text_hash scan_text_hash(const struct scan *scan, const char *text, gsize length);
/* Files that could not be read: struct scan_failure, sorted. */
const GPtrArray *scan_failures(const struct scan *scan);

/*
 * Files (const char *, .c and .h) whose text names one of the types that a mapping
 * passes through (vm_area_struct, vm_fault, vm_area_desc, vm_operations_struct), or
 * what dma-bufs are exported with (dma_buf_ops, dma_buf_export_info, the functions).
 */
const GPtrArray *scan_candidates(const struct scan *scan);
/* Candidates that define dma_buf_ops objects or, .c files only, export dma-bufs. */
const GPtrArray *scan_exporters(const struct scan *scan);
/* struct scan_object, sorted by file and line. */
const GPtrArray *scan_objects(const struct scan *scan);
/*
 * Record types (const char *, tags) with a callback that takes a vm_area_struct, a
 * vm_fault or a vm_area_desc.
 */
const GPtrArray *scan_mapping_types(const struct scan *scan);
/* Files that define a function called name (const char *), or NULL. */
const GPtrArray *scan_function_files(const struct scan *scan, const char *name);
/*
 * Files that define a variable of type struct record, or of a type that embeds one
 * or is a typedef of one, array elements and those made by macros included, or NULL.
 */
const GPtrArray *scan_table_files(const struct scan *scan, const char *record);
/* Files that define an initialised variable called name, of some struct type, or NULL. */
const GPtrArray *scan_variable_files(const struct scan *scan, const char *name);
/* Files in which the identifier occurs as "&name" or "= name", tables' users, or NULL. */
const GPtrArray *scan_reference_files(const struct scan *scan, const char *name);
/*
 * What the functions of that name call, and what macros of that name that take
 * arguments spell (const char *, sorted): "name", or "->name" for a call through a
 * field.  Known for candidates, for files that name dma_buf, drm_driver and the
 * like, and for core code that maps.  NULL if there is no such function.
 */
const GPtrArray *scan_callees(const struct scan *scan, const char *function);
/* The functions that come to a certain one by calls, as far as tokens tell. */
struct scan_reach;

/* Those that come to the function which a file defines, itself included. */
struct scan_reach *scan_reach_to(const struct scan *scan, const char *file, const char *function);
void scan_reach_free(struct scan_reach *reach);
/* Whether the function that a name means in a file is one of them. */
bool scan_reach_from(const struct scan_reach *reach, const char *file, const char *function);
/* Whether one of them stands in the directory of a file, or below it. */
bool scan_reach_from_directory(const struct scan_reach *reach, const char *file);
/*
 * Whether a file may make one of them a member of a table: whether one stands in its
 * directory, or is stored in it, or in any header, which may be what it makes tables with.
 */
bool scan_reach_member(const struct scan_reach *reach, const char *file);
/*
 * Those ("path:name", owned, sorted) which nobody calls by name, or whose name is
 * stored somewhere: where the ways begin.
 */
GPtrArray *scan_reach_entries(struct scan_reach *reach);
/*
 * Whether a function of that name, of those whose calls are known, names in its
 * parameters a type that a mapping passes through.
 */
bool scan_takes_mapping(const struct scan *scan, const char *function);
/* The exports of the files whose calls are known: struct scan_export, sorted. */
const GPtrArray *scan_exports(const struct scan *scan);
/* .rs files that mention gem or dma_buf tables: const char *. */
const GPtrArray *scan_rust_files(const struct scan *scan);

/* The names that the scan was asked for so far, in no order, perhaps several times. */
void scan_each_question(const struct scan *scan, void (*each)(const char *name, void *data),
			void *data);

/*
 * Likewise the functions of which was asked what they take, or what they call, or who calls
 * them: with the same functions of these names, and the same calls from and to these, the
 * scan gives the same answers.
 */
void scan_each_body(const struct scan *scan, void (*each)(const char *name, void *data),
		    void *data);

/* All of the above but for the references, as sorted lines with tabs between the fields. */
void scan_dump(const struct scan *scan, GString *out);

#endif

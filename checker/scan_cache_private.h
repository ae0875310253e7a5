/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scan_cache.c (files) and scan_freeze.c (what is in them) share: the layout of a
 * file.
 *
 * A header, then sections, each an array at a multiple of eight bytes.  Strings are
 * offsets into the section STRINGS.  Files are in the order of their paths, and the rows of
 * a file end where those of the next one begin; relations are in their own order,
 * and an index in that of file_index.
 */
#ifndef PFNCHECK_SCAN_CACHE_PRIVATE_H
#define PFNCHECK_SCAN_CACHE_PRIVATE_H

#include "file_index.h"
#include "scan_cache.h"
#include "source.h"

#include <string.h>

enum section {
	SECTION_STRINGS,       /* char, NUL-terminated */
	SECTION_FILES,	       /* struct frozen_file, and one behind the last that has the ends */
	SECTION_SLOTS,	       /* guint32: a hash table of files by path; G_MAXUINT32 is free */
	SECTION_RELATIONS,     /* struct source_relation */
	SECTION_MACROS,	       /* struct frozen_macro */
	SECTION_MAPPING_TYPES, /* guint32, string */
	SECTION_FUNCTIONS,     /* struct frozen_function */
	SECTION_CALLS,	       /* guint32, string */
	SECTION_TABLES,	       /* struct frozen_table */
	SECTION_PATHS,	       /* struct source_path */
	SECTION_USES,	       /* struct frozen_use */
	SECTION_STARTS,	       /* guint, of the index CACHED_FUNCTIONS */
	SECTION_ENTRIES = SECTION_STARTS + CACHED_INDEXES, /* guint64, of the same */
	SECTIONS = SECTION_ENTRIES + CACHED_INDEXES
};

/* Kinds of rows that belong to one file. */
enum frozen_rows {
	ROWS_MACROS,
	ROWS_MAPPING_TYPES,
	ROWS_FUNCTIONS,
	ROWS_CALLS,
	ROWS_TABLES,
	ROWS_PATHS,
	ROWS_USES,
	ROWS_KINDS
};

enum frozen_flag {
	FROZEN_DETAILED = 1 << 0,
	FROZEN_RUST = 1 << 1,
	FROZEN_PROVEN = 1 << 2, /* state proves that the file did not change */
};

struct frozen_file {
	guint32 path;
	guint32 mentions;
	guint32 flags;
	guint32 rows[ROWS_KINDS];
	struct file_state state;
	struct text_hash hash;
};

struct frozen_function {
	guint32 name;
	guint32 line;
	guint32 first_call;
	guint16 macro;
	guint16 mapping;
};

struct frozen_table {
	guint32 type;
	guint32 name;
	guint64 type_hash;
	guint32 line;
	guint32 first_path;
	guint32 path_count;
	guint8 alias;
	guint8 initialised;
	guint8 nested;
	guint8 unused;
};

struct frozen_use {
	guint64 macro;
	guint32 name;
	guint32 arguments[SOURCE_ARGUMENTS]; /* NO_STRING where there is none */
	guint32 line;
};

#define NO_STRING G_MAXUINT32

struct frozen_macro {
	guint64 macro;
	guint64 type;
	guint64 use;
	gint32 argument;
	guint32 initialised;
	guint32 piece_count;
	guint32 words[SOURCE_PIECES];
	gint32 arguments[SOURCE_PIECES];
	guint32 unused;
};

struct frozen_section {
	guint64 offset;
	guint64 count;
};

struct frozen_header {
	char magic[8];
	guint32 schema;
	guint32 layout;	      /* what differs between machines */
	guint64 size;	      /* of the file */
	struct text_hash sum; /* of all that follows */
	guint64 points[2];    /* of the key to the hashes */
	guint32 root;
	guint32 unused;
	struct frozen_section sections[SECTIONS];
};

struct scan_cache {
	char *directory;
	char *path;
	char *root;
	guint64 limit;
	void (*message)(const char *text, void *data);
	void *message_data;

	guint64 points[2];
	struct text_hash_key key;
	char *bytes;			    /* NULL: there is nothing */
	const struct frozen_header *header; /* in bytes */
	bool own;			    /* of this tree: states mean something */
	struct file_index_part indexes[CACHED_INDEXES];

	guint8 *seen;		   /* file -> whether what is kept of it holds */
	guint8 *fresh;		   /* file -> whether it has a state that is not kept yet */
	struct file_state *states; /* file -> that state */
};

static inline const void *frozen_section(const struct scan_cache *cache, enum section section)
{
	return cache->bytes + cache->header->sections[section].offset;
}

static inline const struct frozen_file *frozen_files(const struct scan_cache *cache)
{
	return frozen_section(cache, SECTION_FILES);
}

/* Where to look for a file first, among that many slots. */
static inline guint frozen_slot(const char *path, guint slots)
{
	return (guint)(word_hash(path, strlen(path)) >> 32) % slots;
}

static inline const char *frozen_string(const struct scan_cache *cache, guint32 string)
{
	return (const char *)frozen_section(cache, SECTION_STRINGS) + string;
}

/* scan_freeze.c */

/* Whether bytes of that size, at a multiple of eight, are a file: else why not. */
const char *frozen_check(const char *bytes, gsize size);
/* The file for what a scan has gathered. */
GByteArray *scan_freeze(const struct scan_cache *cache, const struct scan *scan,
			const GArray *shares);

#endif

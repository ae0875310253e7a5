/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan_cache: what was gathered from the files of a tree, kept between runs, so
 * that only those are read again which may have changed.
 *
 * One file below the cache directory for each tree.  A source whose state is what it
 * was is not opened; one whose content is what it was is read, but not understood
 * again.  A tree without a file of its own begins with that of the tree that was
 * scanned last, of which the contents count only: another work tree of one kernel
 * has most of them.
 *
 * What a scan says is the same whatever the cache holds.  A file that is damaged
 * is set aside, with a message.  Files are replaced as a whole, so that several
 * processes may use them at one time.
 */
#ifndef PFNCHECK_SCAN_CACHE_H
#define PFNCHECK_SCAN_CACHE_H

#include "file_state.h"
#include "text_hash.h"

/* Raised whenever what is kept of a file, or what source finds in it, changes. */
#define SCAN_SCHEMA 1

/* Begins the name of each file. */
#define SCAN_CACHE_PREFIX "scan-"
/* What the files of all trees may take together; those used last stay. */
#define SCAN_CACHE_LIMIT (128u << 20)

struct gather;
struct scan;
struct scan_cache;

struct scan_cache_options {
	const char *directory; /* exists */
	const char *root;      /* absolute path of the tree */
	guint64 limit;	       /* bytes; 0: SCAN_CACHE_LIMIT */
	/* For one-line messages ("... set aside"), may be NULL. */
	void (*message)(const char *text, void *data);
	void *message_data;
};

/* Never NULL; strings are copied. */
struct scan_cache *scan_cache_open(const struct scan_cache_options *options);
void scan_cache_free(struct scan_cache *cache);

/* How many files it has; they are numbered from 0 on. */
guint scan_cache_count(const struct scan_cache *cache);
/*
 * Whether what is kept of a file holds, by its state, or by the hash of what was
 * read.  If so, it is part of scan_cache_thaw().  A state of NULL proves nothing.
 * Each file may be asked for by one thread.
 */
bool scan_cache_knows(struct scan_cache *cache, const char *path, const struct file_state *state);
bool scan_cache_has(struct scan_cache *cache, const char *path, const struct text_hash *hash,
		    const struct file_state *state);
struct text_hash scan_cache_hash(const struct scan_cache *cache, const char *text, gsize length);

/*
 * What is kept of the files that hold, in the order of their paths, but for the
 * entries of file_index.  Strings belong to the cache.
 */
struct gather *scan_cache_thaw(struct scan_cache *cache, gint *next_number);

/* The entries of one index of all files, whether they hold or not. */
enum scan_cache_index {
	CACHED_FUNCTIONS,
	CACHED_TABLES,
	CACHED_REFERENCES,
	CACHED_USES,
	CACHED_INDEXES
};

struct file_index_part;
const struct file_index_part *scan_cache_index(const struct scan_cache *cache,
					       enum scan_cache_index which);

/*
 * Keeps what is known of the files (struct share, by path), unless that is about
 * what there is already.
 */
void scan_cache_save(struct scan_cache *cache, const struct scan *scan, const GArray *shares);

#endif

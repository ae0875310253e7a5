/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_index: word -> the files it occurs in, for every word of a kernel, in
 * eight bytes an occurrence.
 *
 * An entry holds 44 bits of the word's hash and 20 bits of the file's number.  Two
 * words of one kernel share 44 bits about never; if they do, a lookup gives a
 * file too many.
 */
#ifndef PFNCHECK_FILE_INDEX_H
#define PFNCHECK_FILE_INDEX_H

#include <glib.h>

#define FILE_NUMBER_BITS 20
#define FILE_NUMBER_LIMIT (1u << FILE_NUMBER_BITS)

/* The buckets of an index, by the upper bits of the hash. */
#define FILE_INDEX_BITS 16
#define FILE_INDEX_BUCKETS (1u << FILE_INDEX_BITS)

struct file_index;

/* Entries by their buckets. */
struct file_index_part {
	const guint *starts; /* bucket -> its first entry; the next one's is the end */
	const guint64 *entries;
};

/* The number of a file that is left out. */
#define FILE_INDEX_NONE G_MAXUINT

/* An entry to put in an array that file_index_new() takes. */
static inline guint64 file_index_entry(guint64 hash, guint file)
{
	return (hash & ~(guint64)(FILE_NUMBER_LIMIT - 1)) | file;
}

/*
 * An index of the entries in arrays (GArrays of guint64, which stay the caller's) and
 * of a part that was made before, if there is one.  File n is called numbers[n].  The
 * part and numbers have to live as long.
 */
struct file_index *file_index_new(const GPtrArray *arrays, const guint *numbers,
				  const struct file_index_part *part);
void file_index_free(struct file_index *index);

/* Adds the numbers of the word's files to files (guint), in no order, perhaps twice. */
void file_index_lookup(const struct file_index *index, guint64 hash, GArray *files);

/*
 * All of it as a part, in which files have the numbers that file_index_lookup() gives:
 * FILE_INDEX_BUCKETS + 1 starts (guint) and the entries (guint64).
 */
void file_index_freeze(const struct file_index *index, GArray *starts, GArray *entries);

#endif

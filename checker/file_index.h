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

struct file_index;

/* An entry to put in an array that file_index_new() takes. */
static inline guint64 file_index_entry(guint64 hash, guint file)
{
	return (hash & ~(guint64)(FILE_NUMBER_LIMIT - 1)) | file;
}

/*
 * An index of the entries in arrays (GArrays of guint64, which stay the caller's),
 * in which file n is called numbers[n].
 */
struct file_index *file_index_new(const GPtrArray *arrays, const guint *numbers);
void file_index_free(struct file_index *index);

/* Adds the numbers of the word's files to files (guint), in no order, perhaps twice. */
void file_index_lookup(const struct file_index *index, guint64 hash, GArray *files);

#endif

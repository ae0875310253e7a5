// SPDX-License-Identifier: GPL-2.0-only
/*
 * file_index: entries are put in buckets by the upper bits of their hash, by
 * counting, which takes two passes and no comparison.
 */
#include "file_index.h"

#define BUCKET_BITS 16
#define BUCKETS (1u << BUCKET_BITS)

struct file_index {
	guint64 *entries;
	guint *starts; /* bucket -> its first entry; the next one's is the end */
};

static inline guint bucket_of(guint64 entry)
{
	return entry >> (64 - BUCKET_BITS);
}

struct file_index *file_index_new(const GPtrArray *arrays, const guint *numbers)
{
	struct file_index *index = g_new(struct file_index, 1);
	guint *fill = g_new0(guint, BUCKETS + 1);
	guint total = 0, i, j;

	for (i = 0; i < arrays->len; i++) {
		const GArray *array = g_ptr_array_index(arrays, i);

		for (j = 0; j < array->len; j++)
			fill[bucket_of(g_array_index(array, guint64, j))]++;
	}
	index->starts = g_new(guint, BUCKETS + 1);
	for (i = 0; i <= BUCKETS; i++) {
		guint count = fill[i];

		index->starts[i] = total;
		fill[i] = total;
		total += count;
	}
	index->entries = g_new(guint64, total);
	for (i = 0; i < arrays->len; i++) {
		const GArray *array = g_ptr_array_index(arrays, i);

		for (j = 0; j < array->len; j++) {
			guint64 entry = g_array_index(array, guint64, j);
			guint file = numbers[entry & (FILE_NUMBER_LIMIT - 1)];

			index->entries[fill[bucket_of(entry)]++] = file_index_entry(entry, file);
		}
	}
	g_free(fill);
	return index;
}

void file_index_free(struct file_index *index)
{
	if (!index)
		return;
	g_free(index->entries);
	g_free(index->starts);
	g_free(index);
}

void file_index_lookup(const struct file_index *index, guint64 hash, GArray *files)
{
	guint bucket = bucket_of(hash);
	guint i;

	for (i = index->starts[bucket]; i < index->starts[bucket + 1]; i++) {
		guint file = index->entries[i] & (FILE_NUMBER_LIMIT - 1);

		if (index->entries[i] == file_index_entry(hash, file))
			g_array_append_val(files, file);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * file_index: entries are put in buckets by the upper bits of their hash, by
 * counting, which takes two passes and no comparison.
 */
#include "file_index.h"

struct file_index {
	guint64 *entries;
	guint *starts; /* bucket -> its first entry; the next one's is the end */
	const struct file_index_part *part; /* or NULL */
	const guint *numbers;		    /* of the part's files */
};

static inline guint bucket_of(guint64 entry)
{
	return entry >> (64 - FILE_INDEX_BITS);
}

static inline guint file_of(guint64 entry)
{
	return entry & (FILE_NUMBER_LIMIT - 1);
}

struct file_index *file_index_new(const GPtrArray *arrays, const guint *numbers,
				  const struct file_index_part *part)
{
	struct file_index *index = g_new(struct file_index, 1);
	guint *fill = g_new0(guint, FILE_INDEX_BUCKETS + 1);
	guint total = 0, i, j;

	index->part = part;
	index->numbers = numbers;
	for (i = 0; i < arrays->len; i++) {
		const GArray *array = g_ptr_array_index(arrays, i);

		for (j = 0; j < array->len; j++)
			fill[bucket_of(g_array_index(array, guint64, j))]++;
	}
	index->starts = g_new(guint, FILE_INDEX_BUCKETS + 1);
	for (i = 0; i <= FILE_INDEX_BUCKETS; i++) {
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
			guint file = numbers[file_of(entry)];

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
	const struct file_index_part *part = index->part;
	guint bucket = bucket_of(hash);
	guint i;

	for (i = index->starts[bucket]; i < index->starts[bucket + 1]; i++) {
		guint file = file_of(index->entries[i]);

		if (index->entries[i] == file_index_entry(hash, file))
			g_array_append_val(files, file);
	}
	for (i = part ? part->starts[bucket] : 0; part && i < part->starts[bucket + 1]; i++) {
		guint file = file_of(part->entries[i]);

		if (part->entries[i] != file_index_entry(hash, file))
			continue;
		file = index->numbers[file];
		if (file != FILE_INDEX_NONE)
			g_array_append_val(files, file);
	}
}

void file_index_freeze(const struct file_index *index, GArray *starts, GArray *entries)
{
	const struct file_index_part *part = index->part;
	guint bucket, i;

	for (bucket = 0; bucket < FILE_INDEX_BUCKETS; bucket++) {
		g_array_append_val(starts, entries->len);
		for (i = part ? part->starts[bucket] : 0; part && i < part->starts[bucket + 1];
		     i++) {
			guint file = index->numbers[file_of(part->entries[i])];
			guint64 entry = file_index_entry(part->entries[i], file);

			if (file != FILE_INDEX_NONE)
				g_array_append_val(entries, entry);
		}
		g_array_append_vals(entries, index->entries + index->starts[bucket],
				    index->starts[bucket + 1] - index->starts[bucket]);
	}
	g_array_append_val(starts, entries->len);
}

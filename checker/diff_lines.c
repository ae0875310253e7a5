// SPDX-License-Identifier: GPL-2.0-only
#include "diff_lines.h"

struct range {
	unsigned int first;
	unsigned int last;
};

struct diff_lines {
	GHashTable *files; /* name -> GArray of struct range */
};

static void ranges_free(void *data)
{
	g_array_unref(data);
}

struct diff_lines *diff_lines_new(void)
{
	struct diff_lines *lines = g_new0(struct diff_lines, 1);

	lines->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ranges_free);
	return lines;
}

void diff_lines_free(struct diff_lines *lines)
{
	if (!lines)
		return;
	g_hash_table_unref(lines->files);
	g_free(lines);
}

void diff_lines_add(struct diff_lines *lines, const char *file, unsigned int first,
		    unsigned int last)
{
	const struct range range = { first, last };
	GArray *ranges = g_hash_table_lookup(lines->files, file);

	if (!ranges) {
		ranges = g_array_new(FALSE, FALSE, sizeof(struct range));
		g_hash_table_insert(lines->files, g_strdup(file), ranges);
	}
	g_array_append_val(ranges, range);
}

bool diff_lines_has(const struct diff_lines *lines, const char *file, unsigned int line)
{
	const GArray *ranges = lines && file ? g_hash_table_lookup(lines->files, file) : NULL;

	for (guint i = 0; ranges && i < ranges->len; i++) {
		const struct range *range = &g_array_index(ranges, struct range, i);

		if (range->first <= line && line <= range->last)
			return true;
	}
	return false;
}

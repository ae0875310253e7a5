// SPDX-License-Identifier: GPL-2.0-only
#include "diff_lines.h"

struct range {
	unsigned int first;
	unsigned int last;
	unsigned int at; /* of lines that are gone: in the new file */
};

struct diff_lines {
	GHashTable *files; /* name -> GArray of struct range */
	GHashTable *gone;  /* likewise */
};

static void ranges_free(void *data)
{
	g_array_unref(data);
}

struct diff_lines *diff_lines_new(void)
{
	struct diff_lines *lines = g_new0(struct diff_lines, 1);

	lines->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ranges_free);
	lines->gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ranges_free);
	return lines;
}

void diff_lines_free(struct diff_lines *lines)
{
	if (!lines)
		return;
	g_hash_table_unref(lines->files);
	g_hash_table_unref(lines->gone);
	g_free(lines);
}

static void add_range(GHashTable *files, const char *file, struct range range)
{
	GArray *ranges = g_hash_table_lookup(files, file);

	if (!ranges) {
		ranges = g_array_new(FALSE, FALSE, sizeof(struct range));
		g_hash_table_insert(files, g_strdup(file), ranges);
	}
	g_array_append_val(ranges, range);
}

static const struct range *range_of(GHashTable *files, const char *file, unsigned int line)
{
	const GArray *ranges = file ? g_hash_table_lookup(files, file) : NULL;

	for (guint i = 0; ranges && i < ranges->len; i++) {
		const struct range *range = &g_array_index(ranges, struct range, i);

		if (range->first <= line && line <= range->last)
			return range;
	}
	return NULL;
}

void diff_lines_add(struct diff_lines *lines, const char *file, unsigned int first,
		    unsigned int last)
{
	add_range(lines->files, file, (struct range){ first, last, 0 });
}

void diff_lines_remove(struct diff_lines *lines, const char *file, unsigned int first,
		       unsigned int last, unsigned int at)
{
	add_range(lines->gone, file, (struct range){ first, last, at });
}

bool diff_lines_has(const struct diff_lines *lines, const char *file, unsigned int line)
{
	return lines && range_of(lines->files, file, line);
}

unsigned int diff_lines_instead(const struct diff_lines *lines, const char *file, unsigned int line)
{
	const struct range *range = lines ? range_of(lines->gone, file, line) : NULL;

	return range ? range->at : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * sorted: the orders that all stages share.
 */
#include <string.h>

#include "sorted.h"

static gint compare_strings(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void sort_strings(GPtrArray *strings)
{
	g_ptr_array_sort(strings, compare_strings);
}

void sort_unique_strings(GPtrArray *strings)
{
	guint i, kept = 0;

	sort_strings(strings);
	for (i = 0; i < strings->len; i++)
		if (!kept || strcmp(strings->pdata[kept - 1], strings->pdata[i]))
			strings->pdata[kept++] = strings->pdata[i];
	g_ptr_array_set_size(strings, kept);
}

GPtrArray *sorted_keys(GHashTable *table)
{
	GPtrArray *keys = g_ptr_array_new();
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(keys, key);
	sort_strings(keys);
	return keys;
}

int compare_lines(const char *file, unsigned int line, const char *other_file,
		  unsigned int other_line)
{
	int order = g_strcmp0(file, other_file);

	return order ? order : (line > other_line) - (line < other_line);
}

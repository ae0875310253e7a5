// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_line_hash: a polynomial hash modulo 2^64 over a window of UTF-16 units.
 * Lines end with \n, \r or \r\n, all of which count as \n; after the text come one
 * unit 0xffff and then zeros.
 */
#include "report_line_hash.h"

#define WINDOW 100
#define FACTOR 37
#define END_OF_TEXT 0xffff

/* The units of the text that count, the end included, with WINDOW zeros after it. */
static GArray *read_units(const char *text)
{
	GArray *units = g_array_new(FALSE, FALSE, sizeof(guint16));
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	glong count;
	g_autofree gunichar2 *utf16 = g_utf8_to_utf16(valid, -1, NULL, &count, NULL);
	const guint16 end = END_OF_TEXT;

	for (glong i = 0; i < count; i++) {
		guint16 unit = utf16[i];

		if (unit == ' ' || unit == '\t' || (unit == '\n' && i && utf16[i - 1] == '\r'))
			continue;
		if (unit == '\r')
			unit = '\n';
		g_array_append_val(units, unit);
	}
	g_array_append_val(units, end);
	g_array_set_size(units, units->len + WINDOW);
	for (guint i = units->len - WINDOW; i < units->len; i++)
		g_array_index(units, guint16, i) = 0;
	return units;
}

/* "HEX:N"; counts: hash -> how often it came before. */
static char *describe(guint64 hash, GHashTable *counts)
{
	guint64 *key = g_memdup2(&hash, sizeof(hash));
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) + 1;

	g_hash_table_insert(counts, key, GUINT_TO_POINTER(count));
	return g_strdup_printf("%" G_GINT64_MODIFIER "x:%u", hash, count);
}

GPtrArray *report_line_hashes(const char *text)
{
	GPtrArray *hashes = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) counts =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g_autoptr(GArray) units = read_units(text);
	guint64 hash = 0, leaving = 1;
	guint last = units->len - WINDOW - 1; /* of the text */

	for (guint i = 0; i < WINDOW; i++)
		leaving *= FACTOR;
	/* hash is always of the window that begins with the unit i. */
	for (guint i = 0; i < WINDOW; i++)
		hash = hash * FACTOR + g_array_index(units, guint16, i);
	for (guint i = 0; i <= last; i++) {
		if (!i || g_array_index(units, guint16, i - 1) == '\n')
			g_ptr_array_add(hashes, describe(hash, counts));
		hash = hash * FACTOR + g_array_index(units, guint16, i + WINDOW) -
		       leaving * g_array_index(units, guint16, i);
	}
	return hashes;
}

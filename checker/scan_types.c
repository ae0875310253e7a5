// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which types are made of which, and which macros define variables, across files.
 */
#include "scan_private.h"

#include <string.h>

/* How deep macros are followed; no kernel comes near. */
#define ROUNDS 8

/* The most variables that one macro may define. */
#define EXPANSIONS 64

int scan_compare_relations(const void *a, const void *b)
{
	const struct source_relation *first = a, *second = b;

	if (first->inner != second->inner)
		return first->inner < second->inner ? -1 : 1;
	if (first->outer != second->outer)
		return first->outer < second->outer ? -1 : 1;
	if (first->member != second->member)
		return first->member < second->member ? -1 : 1;
	return (int)first->kind - (int)second->kind;
}

/* The first relation whose inner type is that, or where it would be. */
static guint first_relation(const struct scan *scan, guint64 inner)
{
	guint low = 0, high = scan->relations->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(scan->relations, struct source_relation, middle).inner < inner)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

GArray *scan_types_made_of(const struct scan *scan, guint64 type, GArray *chain)
{
	GArray *types = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint i, j;

	g_array_append_val(types, type);
	g_hash_table_add(known, g_memdup2(&type, sizeof(type)));
	for (i = 0; i < types->len; i++) {
		guint64 inner = g_array_index(types, guint64, i);

		for (j = first_relation(scan, inner); j < scan->relations->len; j++) {
			struct source_relation relation =
				g_array_index(scan->relations, struct source_relation, j);

			if (relation.inner != inner)
				break;
			if (relation.kind == RELATION_POINTS)
				continue;
			if (chain)
				g_array_append_val(chain, relation);
			if (g_hash_table_contains(known, &relation.outer))
				continue;
			g_hash_table_add(known, g_memdup2(&relation.outer, sizeof(guint64)));
			g_array_append_val(types, relation.outer);
		}
	}
	return types;
}

/* The array of elements of that size under the key, which is made if need be. */
static GArray *array_of_key(GHashTable *table, guint64 key, guint size)
{
	GArray *array = g_hash_table_lookup(table, &key);

	if (!array) {
		array = g_array_new(FALSE, FALSE, size);
		g_hash_table_insert(table, g_memdup2(&key, sizeof(key)), array);
	}
	return array;
}

static void add_expansion(struct scan *scan, guint64 macro, const struct expansion *expansion)
{
	GArray *expansions = array_of_key(scan->expansions, macro, sizeof(*expansion));
	GArray *macros = array_of_key(scan->type_macros, expansion->type, sizeof(guint64));

	if (expansions->len == EXPANSIONS)
		return;
	g_array_append_val(expansions, *expansion);
	g_array_append_val(macros, macro);
}

/* What a macro that uses another one, whose expansion that is, defines. */
static struct expansion derive_expansion(const struct gathered_macro *macro,
					 const struct expansion *used)
{
	struct expansion expansion = *used;
	guint i, count = 0;

	for (i = 0; i < used->piece_count; i++) {
		struct gathered_piece piece = used->pieces[i];

		if (piece.argument > 0)
			continue;
		if (piece.argument == 0) {
			if (macro->argument < 0)
				continue;
			piece.argument = macro->argument;
		}
		expansion.pieces[count++] = piece;
	}
	expansion.piece_count = count;
	return expansion;
}

void scan_find_expansions(struct scan *scan, const GArray *macros)
{
	g_autoptr(GHashTable) settled =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint round, i, j;

	for (i = 0; i < macros->len; i++) {
		const struct gathered_macro *macro =
			&g_array_index(macros, struct gathered_macro, i);
		struct expansion expansion = {
			.type = macro->type,
			.initialised = macro->initialised,
			.piece_count = macro->piece_count,
		};

		if (!macro->type)
			continue;
		memcpy(expansion.pieces, macro->pieces, sizeof(expansion.pieces));
		add_expansion(scan, macro->macro, &expansion);
		g_hash_table_add(settled, g_memdup2(&macro->macro, sizeof(guint64)));
	}
	for (round = 0; round < ROUNDS; round++) {
		g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(guint64));

		for (i = 0; i < macros->len; i++) {
			const struct gathered_macro *macro =
				&g_array_index(macros, struct gathered_macro, i);
			const GArray *used;

			if (macro->type || !g_hash_table_contains(settled, &macro->use) ||
			    g_hash_table_contains(settled, &macro->macro))
				continue;
			used = g_hash_table_lookup(scan->expansions, &macro->use);
			for (j = 0; j < used->len; j++) {
				struct expansion expansion = derive_expansion(
					macro, &g_array_index(used, struct expansion, j));

				add_expansion(scan, macro->macro, &expansion);
			}
			g_array_append_val(fresh, macro->macro);
		}
		if (!fresh->len)
			break;
		for (i = 0; i < fresh->len; i++)
			g_hash_table_add(settled, g_memdup2(&g_array_index(fresh, guint64, i),
							    sizeof(guint64)));
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The objects of type struct dma_buf_ops in the text.  One inside of another
 * variable is found by the members that lead to it: from each type that embeds
 * dma_buf_ops, however deep, back along the designators of the initialiser.
 */
#include "scan_private.h"
#include "sorted.h"

#include <string.h>

#define OPS_TYPE "dma_buf_ops"

/* How deep types are followed; no kernel comes near. */
#define NESTING 8

static int compare_outer(const void *a, const void *b)
{
	const struct source_relation *first = a, *second = b;

	return (first->outer > second->outer) - (first->outer < second->outer);
}

/* The first relation of the chain whose outer type is that, or where it would be. */
static guint first_in_chain(const struct ops_types *types, guint64 outer)
{
	guint low = 0, high = types->chain->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(types->chain, struct source_relation, middle).outer < outer)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether the type is ops or made of it. */
static bool is_made_of_ops(const struct ops_types *types, guint64 type)
{
	guint i = first_in_chain(types, type);

	return type == types->ops ||
	       (i < types->chain->len &&
		g_array_index(types->chain, struct source_relation, i).outer == type);
}

void ops_types_init(struct ops_types *types, const struct scan *scan)
{
	types->ops = word_hash(OPS_TYPE, strlen(OPS_TYPE));
	types->chain = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	types->types = scan_types_made_of(scan, types->ops, types->chain);
	g_array_sort(types->chain, compare_outer);
}

void ops_types_clear(struct ops_types *types)
{
	g_array_unref(types->types);
	g_array_unref(types->chain);
}

static bool is_ops(const struct ops_types *types, guint64 type, guint depth)
{
	guint i;

	if (type == types->ops)
		return true;
	if (depth == NESTING)
		return false;
	for (i = first_in_chain(types, type); i < types->chain->len; i++) {
		const struct source_relation *relation =
			&g_array_index(types->chain, struct source_relation, i);

		if (relation->outer != type)
			break;
		if (relation->kind == RELATION_NAMES && is_ops(types, relation->inner, depth + 1))
			return true;
	}
	return false;
}

/* Whether the members of the path, from a variable of that type on, lead to ops. */
static bool leads_to_ops(const struct ops_types *types, guint64 type, const guint64 *members,
			 guint length, guint depth)
{
	guint i;

	if (type == types->ops)
		return true;
	if (depth == NESTING)
		return false;
	for (i = first_in_chain(types, type); i < types->chain->len; i++) {
		const struct source_relation *relation =
			&g_array_index(types->chain, struct source_relation, i);
		guint step = relation->member ? 1 : 0;

		if (relation->outer != type)
			break;
		if (step && (!length || (members[0] && members[0] != relation->member)))
			continue;
		if (leads_to_ops(types, relation->inner, members + step, length - step, depth + 1))
			return true;
	}
	/* Braces without a designator may be those of an array's element. */
	return length && !members[0] &&
	       leads_to_ops(types, type, members + 1, length - 1, depth + 1);
}

static void add_object(struct scan *scan, guint file, guint line, const char *name, bool nested)
{
	struct scan_object *object = g_new(struct scan_object, 1);

	*object = (struct scan_object){ scan_path(scan, file), line, name, nested };
	g_ptr_array_add(scan->objects, object);
}

static void find_table_objects(struct scan *scan, const struct ops_types *types)
{
	guint i, j;

	for (i = 0; i < scan->tables->len; i++) {
		const struct scan_table *entry = &g_array_index(scan->tables, struct scan_table, i);
		const struct gathered_table *table = entry->table;

		if (!table->initialised || !is_made_of_ops(types, table->type_hash))
			continue;
		if (is_ops(types, table->type_hash, 0)) {
			add_object(scan, entry->file, table->line, table->name, table->nested);
			continue;
		}
		for (j = 0; j < table->path_count; j++) {
			const struct source_path *path = &entry->paths[j];

			if (!leads_to_ops(types, table->type_hash, path->members, path->length, 0))
				continue;
			add_object(scan, entry->file, table->line, table->name, true);
			break;
		}
	}
}

/* The name of the variable that a use of a macro defines; scan owns it. */
static const char *expanded_name(struct scan *scan, const struct gathered_use *use,
				 const struct expansion *expansion)
{
	GString *name = g_string_new(NULL);
	char *string;
	guint i;

	for (i = 0; i < expansion->piece_count; i++) {
		const struct gathered_piece *piece = &expansion->pieces[i];

		if (piece->argument < 0)
			g_string_append(name, piece->word);
		else if (piece->argument < SOURCE_ARGUMENTS && use->arguments[piece->argument])
			g_string_append(name, use->arguments[piece->argument]);
	}
	if (!name->len)
		g_string_append(name, use->name);
	string = g_string_free(name, FALSE);
	g_ptr_array_add(scan->object_names, string);
	return string;
}

static void find_use_objects(struct scan *scan, const struct ops_types *types)
{
	guint i, j;

	for (i = 0; i < scan->uses->len; i++) {
		const struct scan_use *entry = &g_array_index(scan->uses, struct scan_use, i);
		const struct gathered_use *use = entry->use;
		const GArray *expansions = g_hash_table_lookup(scan->expansions, &use->macro);

		for (j = 0; expansions && j < expansions->len; j++) {
			const struct expansion *expansion =
				&g_array_index(expansions, struct expansion, j);

			if (expansion->initialised && is_made_of_ops(types, expansion->type))
				add_object(scan, entry->file, use->line,
					   expanded_name(scan, use, expansion),
					   !is_ops(types, expansion->type, 0));
		}
	}
}

static int compare_objects(const void *a, const void *b)
{
	const struct scan_object *first = *(const struct scan_object *const *)a;
	const struct scan_object *second = *(const struct scan_object *const *)b;
	int order = compare_lines(first->file, first->line, second->file, second->line);

	return order ? order : strcmp(first->name, second->name);
}

void scan_find_objects(struct scan *scan, const struct ops_types *types)
{
	find_table_objects(scan, types);
	find_use_objects(scan, types);
	g_ptr_array_sort(scan->objects, compare_objects);
}

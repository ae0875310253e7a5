// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: what may be asked of one that is linked.  What is asked for in vain is
 * noted.
 */
#include <string.h>

#include "program_private.h"
#include "sorted.h"

const char *id_name(const char *id)
{
	const char *colon = strrchr(id, ':');

	return colon ? colon + 1 : id;
}

static bool has_object(const struct program *p, const char *id)
{
	const struct fact_table *t = g_hash_table_lookup(p->tables, id);

	/* A declaration elsewhere is not the object. */
	return t && t->has_initializer;
}

static void note_missing(struct program *p, GHashTable *set, const char *id)
{
	g_rec_mutex_lock(&p->lock);
	if (!g_hash_table_contains(set, id))
		g_hash_table_add(set, g_strdup(id));
	g_rec_mutex_unlock(&p->lock);
}

void program_want_file(struct program *p, const char *file)
{
	if (!g_hash_table_contains(p->files, file))
		note_missing(p, p->missing_files, file);
}

const char *program_string(struct program *p, const char *s)
{
	const char *copy;

	g_rec_mutex_lock(&p->lock);
	copy = g_string_chunk_insert_const(p->strings, s);
	g_rec_mutex_unlock(&p->lock);
	return copy;
}

const struct fact_function *program_function(struct program *p, const char *id, bool note)
{
	const GPtrArray *variants = g_hash_table_lookup(p->functions, id);

	if (variants)
		return variants->pdata[0];
	if (note)
		note_missing(p, p->missing_functions, id);
	return NULL;
}

const struct fact_table *program_table(struct program *p, const char *id)
{
	if (!strchr(id, ':') && !has_object(p, id))
		note_missing(p, p->missing_variables, id);
	return g_hash_table_lookup(p->tables, id);
}

const GPtrArray *program_tables_of(struct program *p, const char *record, const char *near)
{
	g_autofree char *wanted = g_strconcat(record, " ", near ? near : "", NULL);

	note_missing(p, p->missing_tables, wanted);
	return g_hash_table_lookup(p->records, record);
}

const GPtrArray *program_stores(const struct program *p, const char *field)
{
	return g_hash_table_lookup(p->stores, field);
}

const struct expr *program_member(const struct fact_table *t, const char *path, const char *field,
				  bool *present)
{
	gsize prefix = strlen(path);
	const char *name = strstr(field, "::");

	*present = false;
	name = name ? name + 2 : field;
	for (unsigned int i = t->n_members; i-- > 0;) {
		const struct fact_member *m = &t->members[i];
		const char *rest;

		if (strncmp(m->path, path, prefix) || strcmp(m->field, field))
			continue;
		rest = m->path + prefix;
		if (prefix && *rest++ != '.')
			continue;
		if (strcmp(rest, name))
			continue;
		*present = true;
		return m->value;
	}
	return NULL;
}

static bool same_directory_or_above(const char *a, const char *b)
{
	const char *slash = strrchr(a, '/');
	gsize n = slash ? (gsize)(slash - a) + 1 : 0;

	return !strncmp(a, b, n);
}

bool program_same_module(const struct facts *a, const struct facts *b)
{
	if (a->module && b->module)
		return !strcmp(a->module, b->module);
	if (a->module || b->module)
		return same_directory_or_above(a->file, b->file) &&
		       same_directory_or_above(b->file, a->file);
	return same_directory_or_above(a->file, b->file) ||
	       same_directory_or_above(b->file, a->file);
}

void program_dump(const struct program *p, GString *out)
{
	static const char *const effects[] = { "none", "reads", "writes" };
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *key, *value;

	for (unsigned int i = 0; i < p->exporters->len; i++) {
		const struct exporter *e = p->exporters->pdata[i];
		g_autoptr(GString) s = g_string_new(NULL);

		g_string_printf(s, "exporter\t%s\t%s:%u", e->name, e->file, e->line);
		for (unsigned int k = 0; k < e->callbacks->len; k++)
			g_string_append_printf(s, "\t%s", (char *)e->callbacks->pdata[k]);
		g_ptr_array_add(lines, g_strdup(s->str));
	}
	g_hash_table_iter_init(&iter, p->tables);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct fact_table *t = value;

		g_ptr_array_add(lines, g_strdup_printf("table\t%s\t%s\t%s:%u", t->record, t->id,
						       t->file, t->line));
	}
	g_hash_table_iter_init(&iter, p->functions);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct fact_function *f = ((GPtrArray *)value)->pdata[0];

		g_ptr_array_add(lines, g_strdup_printf("function\t%s\t%s:%u\t%s", f->id, f->file,
						       f->line, effects[program_effect(p, f)]));
	}
	g_hash_table_iter_init(&iter, p->stores);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		for (unsigned int i = 0; i < ((GPtrArray *)value)->len; i++) {
			const struct field_store *s = ((GPtrArray *)value)->pdata[i];
			const struct expr *from = expr_strip_casts(s->value);

			if (from->kind != EXPR_FUNCTION && !expr_root_global(from))
				continue;
			g_ptr_array_add(lines, g_strdup_printf("store\t%s\t%s\t%s:%u", (char *)key,
							       from->kind == EXPR_FUNCTION ?
								       from->name :
								       expr_root_global(from)->name,
							       s->function->file, s->node->line));
		}
	}
	sort_strings(lines);
	for (unsigned int i = 0; i < lines->len; i++) {
		g_string_append(out, lines->pdata[i]);
		g_string_append_c(out, '\n');
	}
}

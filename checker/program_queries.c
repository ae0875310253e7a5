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

/* Of this thread: struct program_wants, or NULL. */
static GPrivate noting;

struct program_wants *program_wants_new(void)
{
	struct program_wants *wants = g_new(struct program_wants, 1);

	wants->functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	wants->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	wants->tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	wants->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return wants;
}

void program_wants_free(struct program_wants *wants)
{
	if (!wants)
		return;
	g_hash_table_unref(wants->functions);
	g_hash_table_unref(wants->variables);
	g_hash_table_unref(wants->tables);
	g_hash_table_unref(wants->files);
	g_free(wants);
}

void program_wants_begin(struct program_wants *wants)
{
	g_private_set(&noting, wants);
}

static void add_keys(GHashTable *to, GHashTable *from)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, from);
	while (g_hash_table_iter_next(&iter, &key, &value))
		if (!g_hash_table_contains(to, key))
			g_hash_table_insert(to, g_strdup(key), value);
}

void program_wants_add(const struct program_wants *wants)
{
	struct program_wants *own = g_private_get(&noting);

	if (!own)
		return;
	add_keys(own->functions, wants->functions);
	add_keys(own->variables, wants->variables);
	add_keys(own->tables, wants->tables);
	add_keys(own->files, wants->files);
}

static guint count_tables(const struct program *p, const char *record)
{
	const GPtrArray *tables = g_hash_table_lookup(p->records, record);

	return tables ? tables->len : 0;
}

static bool has_object(const struct program *p, const char *id)
{
	const struct fact_table *t = g_hash_table_lookup(p->tables, id);

	/* A declaration elsewhere is not the object. */
	return t && t->has_initializer;
}

bool program_wants_met(const struct program *p, const struct program_wants *wants)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, wants->functions);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (g_hash_table_contains(p->functions, key))
			return true;
	g_hash_table_iter_init(&iter, wants->variables);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (has_object(p, key))
			return true;
	g_hash_table_iter_init(&iter, wants->files);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (g_hash_table_contains(p->files, key))
			return true;
	g_hash_table_iter_init(&iter, wants->tables);
	while (g_hash_table_iter_next(&iter, &key, &value))
		if (count_tables(p, key) + 1 != GPOINTER_TO_UINT(value))
			return true;
	return false;
}

static void note_missing(struct program *p, GHashTable *set, GHashTable *wanted, const char *id)
{
	if (wanted && !g_hash_table_contains(wanted, id))
		g_hash_table_add(wanted, g_strdup(id));
	g_rec_mutex_lock(&p->lock);
	if (!g_hash_table_contains(set, id))
		g_hash_table_add(set, g_strdup(id));
	g_rec_mutex_unlock(&p->lock);
}

void program_want_file(struct program *p, const char *file)
{
	struct program_wants *wants = g_private_get(&noting);

	if (!g_hash_table_contains(p->files, file))
		note_missing(p, p->missing_files, wants ? wants->files : NULL, file);
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
	const struct program_wants *wants = variants || !note ? NULL : g_private_get(&noting);

	if (variants)
		return variants->pdata[0];
	if (note)
		note_missing(p, p->missing_functions, wants ? wants->functions : NULL, id);
	return NULL;
}

const struct fact_table *program_table(struct program *p, const char *id)
{
	const struct program_wants *wants = g_private_get(&noting);

	if (!strchr(id, ':') && !has_object(p, id))
		note_missing(p, p->missing_variables, wants ? wants->variables : NULL, id);
	return g_hash_table_lookup(p->tables, id);
}

const GPtrArray *program_tables_of(struct program *p, const char *record, const char *near)
{
	g_autofree char *wanted = g_strconcat(record, " ", near ? near : "", NULL);
	struct program_wants *wants = g_private_get(&noting);

	if (wants && !g_hash_table_contains(wants->tables, record))
		g_hash_table_insert(wants->tables, g_strdup(record),
				    GUINT_TO_POINTER(count_tables(p, record) + 1));
	note_missing(p, p->missing_tables, NULL, wanted);
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: what may be asked of one that is linked.  What is asked for in vain is
 * noted.
 */
#include <string.h>

#include "program_private.h"
#include "questions.h"
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

guint program_round(const struct program *p)
{
	return questions_round(program_past_questions(p->past));
}

/* ---- answers as numbers ---- */

guint64 program_mix_function(guint64 mix, const struct fact_function *f)
{
	if (!f)
		return question_mix(mix, 0);
	/* Those that a program changed are not like any others. */
	if (f->facts->renamed)
		mix = question_mix_pointer(question_mix(mix, f->facts->renamed), f);
	return question_mix(mix, f->identity);
}

guint64 program_mix_table(guint64 mix, const struct fact_table *t)
{
	if (!t)
		return question_mix(mix, 0);
	if (t->facts->renamed)
		mix = question_mix_pointer(question_mix(mix, t->facts->renamed), t);
	return question_mix(mix, t->identity);
}

guint64 program_mix_tables(const GPtrArray *tables)
{
	guint64 mix = tables ? tables->len : 0;

	for (unsigned int i = 0; tables && i < tables->len; i++)
		mix = program_mix_table(mix, tables->pdata[i]);
	return mix;
}

static guint64 mix_store(guint64 mix, const struct field_store *s)
{
	return question_mix(program_mix_function(mix, s->function),
			    (guint64)(s->node - s->function->nodes));
}

static guint64 mix_stores(const GPtrArray *stores)
{
	guint64 mix = stores ? stores->len : 0;

	for (unsigned int i = 0; stores && i < stores->len; i++)
		mix = mix_store(mix, stores->pdata[i]);
	return mix;
}

/* ---- functions and tables ---- */

static guint64 ask_function(struct program *p, const char *id, const void *object)
{
	(void)object;
	return program_mix_function(0, program_function(p, id, false));
}

static guint64 ask_wanted_function(struct program *p, const char *id, const void *object)
{
	(void)object;
	return program_mix_function(0, program_function(p, id, true));
}

const struct fact_function *program_function(struct program *p, const char *id, bool note)
{
	const GPtrArray *variants = g_hash_table_lookup(p->functions, id);
	const struct fact_function *f = variants ? variants->pdata[0] : NULL;

	if (!f && note)
		note_missing(p, p->missing_functions, id);
	if (question_logging())
		question_note(note ? ask_wanted_function : ask_function, id, NULL,
			      program_mix_function(0, f));
	return f;
}

static guint64 ask_table(struct program *p, const char *id, const void *object)
{
	(void)object;
	return program_mix_table(0, program_table(p, id));
}

const struct fact_table *program_table(struct program *p, const char *id)
{
	const struct fact_table *t = g_hash_table_lookup(p->tables, id);

	if (!strchr(id, ':') && !has_object(p, id))
		note_missing(p, p->missing_variables, id);
	if (question_logging())
		question_note(ask_table, id, NULL, program_mix_table(0, t));
	return t;
}

static guint64 ask_tables_have(struct program *p, const char *field, const void *object)
{
	(void)object;
	return program_tables_have(p, field);
}

bool program_tables_have(struct program *p, const char *field)
{
	g_autofree char *record = g_strndup(field, (gsize)(strstr(field, "::") - field));
	const GPtrArray *tables = g_hash_table_lookup(p->records, record);
	bool present = false;

	for (unsigned int i = 0; tables && i < tables->len && !present; i++)
		program_member(tables->pdata[i], "", field, &present);
	question_note(ask_tables_have, field, NULL, present);
	return present;
}

/* wanted is a record and, behind a blank, the file that they are to be near to. */
static const GPtrArray *wanted_tables(struct program *p, const char *wanted)
{
	g_autofree char *record = g_strndup(wanted, strcspn(wanted, " "));

	note_missing(p, p->missing_tables, wanted);
	return g_hash_table_lookup(p->records, record);
}

static guint64 ask_wanted_tables(struct program *p, const char *wanted, const void *object)
{
	(void)object;
	return program_mix_tables(wanted_tables(p, wanted));
}

/* Takes those that are near to a table out of others; the caller's. */
static GPtrArray *near_tables(const GPtrArray *tables, const struct fact_table *to)
{
	GPtrArray *near = g_ptr_array_new();

	for (unsigned int i = 0; tables && i < tables->len; i++) {
		struct fact_table *t = tables->pdata[i];

		if (program_same_module(to->facts, t->facts))
			g_ptr_array_add(near, t);
	}
	return near;
}

/* "id record" */
static guint64 ask_near_tables(struct program *p, const char *name, const void *object)
{
	const char *blank = strrchr(name, ' ');
	g_autofree char *id = g_strndup(name, (gsize)(blank - name));
	const struct fact_table *to = g_hash_table_lookup(p->tables, id);
	g_autoptr(GPtrArray) near = to ? program_tables_near(p, blank + 1, to) : NULL;

	(void)object;
	return program_mix_tables(near);
}

GPtrArray *program_tables_near(struct program *p, const char *record, const struct fact_table *to)
{
	g_autofree char *wanted = g_strconcat(record, " ", to->file, NULL);
	GPtrArray *near = near_tables(wanted_tables(p, wanted), to);

	if (question_logging()) {
		g_autofree char *name = g_strconcat(to->id, " ", record, NULL);

		question_note(ask_near_tables, name, NULL, program_mix_tables(near));
	}
	return near;
}

static guint64 ask_wants_tables(struct program *p, const char *record, const void *object)
{
	(void)object;
	return program_wants_tables(p, record);
}

bool program_wants_tables(struct program *p, const char *record)
{
	g_autofree char *wanted = g_strconcat(record, " ", NULL);
	bool some = wanted_tables(p, wanted);

	question_note(ask_wants_tables, record, NULL, some);
	return some;
}

const GPtrArray *program_tables_of(struct program *p, const char *record, const char *near)
{
	g_autofree char *wanted = g_strconcat(record, " ", near ? near : "", NULL);
	const GPtrArray *tables = wanted_tables(p, wanted);

	if (question_logging())
		question_note(ask_wanted_tables, wanted, NULL, program_mix_tables(tables));
	return tables;
}

static guint64 ask_incomplete(struct program *p, const char *record, const void *object)
{
	(void)object;
	return program_is_incomplete(p, record);
}

bool program_is_incomplete(struct program *p, const char *record)
{
	bool incomplete = g_hash_table_contains(p->incomplete, record);

	question_note(ask_incomplete, record, NULL, incomplete);
	return incomplete;
}

void program_note_incomplete(struct program *p, const char *record)
{
	if (g_hash_table_add(p->incomplete, g_strdup(record)))
		questions_outdate(program_past_questions(p->past));
}

/* ---- fields ---- */

static guint64 ask_stores(struct program *p, const char *field, const void *object)
{
	(void)object;
	return mix_stores(program_stores(p, field));
}

const GPtrArray *program_stores(struct program *p, const char *field)
{
	const GPtrArray *stores = g_hash_table_lookup(p->stores, field);

	if (question_logging())
		question_note(ask_stores, field, NULL, mix_stores(stores));
	return stores;
}

static guint64 mix_stores_in(const GPtrArray *stores, const char *id)
{
	guint64 mix = 0;

	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];

		if (!strcmp(s->function->id, id))
			mix = mix_store(mix, s);
	}
	return mix;
}

/* "id field" */
static guint64 ask_stores_in(struct program *p, const char *name, const void *object)
{
	const char *blank = strrchr(name, ' ');
	g_autofree char *id = g_strndup(name, (gsize)(blank - name));

	(void)object;
	return mix_stores_in(g_hash_table_lookup(p->stores, blank + 1), id);
}

const GPtrArray *program_stores_in(struct program *p, const char *field,
				   const struct fact_function *f)
{
	const GPtrArray *stores = g_hash_table_lookup(p->stores, field);

	if (question_logging()) {
		g_autofree char *name = g_strconcat(f->id, " ", field, NULL);

		question_note(ask_stores_in, name, NULL, mix_stores_in(stores, f->id));
	}
	return stores;
}

static guint64 ask_global_stores(struct program *p, const char *id, const void *object)
{
	(void)object;
	return mix_stores(program_global_stores(p, id));
}

const GPtrArray *program_global_stores(struct program *p, const char *id)
{
	const GPtrArray *stores = g_hash_table_lookup(p->global_stores, id);

	if (question_logging())
		question_note(ask_global_stores, id, NULL, mix_stores(stores));
	return stores;
}

static guint64 ask_holds_mapping(struct program *p, const char *field, const void *object)
{
	(void)object;
	return program_holds_mapping(p, field);
}

bool program_holds_mapping(struct program *p, const char *field)
{
	bool holds = g_hash_table_contains(p->mapping_fields, field);

	question_note(ask_holds_mapping, field, NULL, holds);
	return holds;
}

static guint64 ask_record_holds_mapping(struct program *p, const char *record, const void *object)
{
	(void)object;
	return program_record_holds_mapping(p, record);
}

bool program_record_holds_mapping(struct program *p, const char *record)
{
	bool holds = false;
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, p->mapping_fields);
	while (!holds && g_hash_table_iter_next(&iter, &key, NULL))
		holds = g_str_has_prefix(key, record) &&
			g_str_has_prefix((char *)key + strlen(record), "::");
	question_note(ask_record_holds_mapping, record, NULL, holds);
	return holds;
}

static guint64 ask_tests_again(struct program *p, const char *field, const void *object)
{
	(void)object;
	return program_tests_again(p, field);
}

bool program_tests_again(struct program *p, const char *field)
{
	bool again = GPOINTER_TO_UINT(g_hash_table_lookup(p->tested, field)) > 1;

	question_note(ask_tests_again, field, NULL, again);
	return again;
}

/* ---- what is on its own ---- */

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

void program_dump(struct program *p, GString *out)
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

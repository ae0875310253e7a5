// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: the dma_buf_ops objects: tables, parts of tables, and those that are
 * filled at run time.
 */
#include <string.h>

#include "program_private.h"
#include "sorted.h"

void program_exporter_free(void *data)
{
	struct exporter *e = data;

	g_ptr_array_unref(e->callbacks);
	g_free(e);
}

static struct exporter *add_exporter(struct program *p, const char *name, const char *file,
				     unsigned int line, unsigned int column)
{
	struct exporter *e = g_new0(struct exporter, 1);

	e->name = program_string(p, name);
	e->file = file;
	e->line = line;
	e->column = column;
	e->path = "";
	e->callbacks = g_ptr_array_new();
	g_ptr_array_add(p->exporters, e);
	return e;
}

static void add_callback(struct exporter *e, const struct expr *value)
{
	value = expr_strip_casts(value);
	if (!value || (value->kind == EXPR_INT && !value->value))
		return;
	if (value->kind != EXPR_FUNCTION) {
		e->callback_unknown = "the callback is not a function by name";
		return;
	}
	for (unsigned int i = 0; i < e->callbacks->len; i++)
		if (!strcmp(e->callbacks->pdata[i], value->name))
			return;
	g_ptr_array_add(e->callbacks, (void *)value->name);
}

static void add_table_exporter(struct program *p, const struct fact_table *t, const char *path,
			       unsigned int line, unsigned int column)
{
	g_autofree char *name = *path ? g_strconcat(t->name, *path == '[' ? "" : ".", path, NULL) :
					g_strdup(t->name);
	struct exporter *e = add_exporter(p, name, t->file, line, column);
	const GPtrArray *late = g_hash_table_lookup(p->global_stores, t->id);
	bool present;

	e->table = t;
	e->path = program_string(p, path);
	add_callback(e, program_member(t, path, "dma_buf_ops::mmap", &present));
	for (unsigned int i = 0; late && i < late->len; i++) {
		const struct field_store *s = late->pdata[i];

		if (s->target->kind == EXPR_FIELD && !strcmp(s->target->name, "dma_buf_ops::mmap"))
			add_callback(e, s->value);
	}
}

/* Objects that static storage holds: tables, array elements and nested ones. */
void program_find_table_exporters(struct program *p, const struct fact_table *t)
{
	if (!strcmp(t->record, "dma_buf_ops")) {
		bool array = t->n_members && t->members[0].path[0] == '[';

		if (!array && (t->has_initializer || g_hash_table_lookup(p->global_stores, t->id)))
			add_table_exporter(p, t, "", t->line, t->column);
	}
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		if (!m->value && !strcmp(m->type, "dma_buf_ops"))
			add_table_exporter(p, t, m->path, m->line, m->column);
	}
}

/* "struct.field" of the field that holds a dma_buf_ops object in each of some run-time objects. */
static char *run_time_name(const char *field)
{
	const char *colons = strstr(field, "::");

	return g_strdup_printf("%.*s.%s", (int)(colons - field), field, colons + 2);
}

static struct exporter *run_time_exporter(struct program *p, const char *field,
					  const struct field_store *s)
{
	g_autofree char *name = run_time_name(field);
	struct exporter *e;

	for (unsigned int i = 0; i < p->exporters->len; i++) {
		e = p->exporters->pdata[i];
		if (e->field && !strcmp(e->field, field))
			return e;
	}
	e = add_exporter(p, name, s->function->file, s->node->line, s->node->column);
	e->field = field;
	return e;
}

/* What a pointer parameter may point to, by what the callers pass: tables only. */
static void copied_callbacks(struct program *p, struct exporter *e, const struct field_store *s)
{
	const struct expr *from = expr_strip_casts(s->value);
	const struct expr *object = from->kind == EXPR_DEREF ? expr_strip_casts(from->a) : from;
	bool found = false;

	if (from->kind == EXPR_GLOBAL || (object->kind == EXPR_ADDRESS)) {
		const struct expr *global = expr_root_global(object);
		const struct fact_table *t = global ? program_table(p, global->name) : NULL;
		bool present;

		if (t) {
			add_callback(e, program_member(t, "", "dma_buf_ops::mmap", &present));
			return;
		}
	}
	/* Any object of the type that is not itself made at run time may be the source. */
	for (unsigned int i = 0; i < p->exporters->len; i++) {
		const struct exporter *o = p->exporters->pdata[i];
		const struct facts *home = o->table ? o->table->facts : NULL;

		if (!home || !program_same_module(home, s->function->facts))
			continue;
		found = true;
		for (unsigned int k = 0; k < o->callbacks->len; k++) {
			struct expr f = { .kind = EXPR_FUNCTION, .name = o->callbacks->pdata[k] };

			add_callback(e, &f);
		}
	}
	if (!found)
		e->callback_unknown = "what is copied into it is not known";
}

/* An object that a local points to: named after the function and the local. */
static void add_local_exporter(struct program *p, const struct field_store *s, gint64 local)
{
	g_autofree char *field =
		g_strdup_printf("%s::%s", s->function->name, s->function->locals[local].name);

	add_callback(run_time_exporter(p, program_string(p, field), s), s->value);
}

void program_find_run_time_exporters(struct program *p)
{
	g_autoptr(GPtrArray) keys = sorted_keys(p->stores);

	for (unsigned int k = 0; k < keys->len; k++) {
		const GPtrArray *stores = g_hash_table_lookup(p->stores, keys->pdata[k]);

		for (unsigned int i = 0; i < stores->len; i++) {
			const struct field_store *s = stores->pdata[i];
			const struct expr *to = s->target;

			if (expr_root_global(to))
				continue;
			if (!strcmp(to->name, "dma_buf_ops::mmap") &&
			    expr_strip_casts(to->a)->kind == EXPR_LOCAL) {
				add_local_exporter(p, s, expr_strip_casts(to->a)->value);
				continue;
			}
			if (!strcmp(to->type, "dma_buf_ops"))
				copied_callbacks(p, run_time_exporter(p, to->name, s), s);
			else if (!strcmp(to->name, "dma_buf_ops::mmap") &&
				 expr_strip_casts(to->a)->kind == EXPR_FIELD &&
				 !strcmp(expr_strip_casts(to->a)->type, "dma_buf_ops"))
				add_callback(run_time_exporter(p, expr_strip_casts(to->a)->name, s),
					     s->value);
		}
	}
}

gint program_compare_exporters(gconstpointer a, gconstpointer b)
{
	const struct exporter *x = *(const struct exporter *const *)a;
	const struct exporter *y = *(const struct exporter *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	return order ? order : strcmp(x->name, y->name);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_member: what members of static objects, fields and variables may hold, by
 * all initialisers and stores of the program, whatever the state is.
 */
#include <string.h>

#include "bounds.h"
#include "questions.h"
#include "sorted.h"
#include "trace_private.h"

const struct value *trace_global(struct tracer *t, const char *name, const char *path)
{
	struct value v = {
		.kind = VALUE_GLOBAL, .origin = ORIGIN_ENVIRONMENT, .name = name, .path = path
	};

	return pool_value(t->pool, &v);
}

char *trace_record_of_key(const char *key)
{
	const char *colons = strstr(key, "::");

	return colons ? g_strndup(key, (gsize)(colons - key)) : g_strdup("");
}

/* ---- members of static objects ---- */

/* What a constant expression of an initialiser stands for. */
static const struct value *eval_static(struct tracer *t, const struct expr *e)
{
	if (!e)
		return value_unknown(t->pool, ORIGIN_ENVIRONMENT);
	switch (e->kind) {
	case EXPR_INT:
		return value_int(t->pool, e->value);
	case EXPR_FUNCTION:
		return value_simple(t->pool, VALUE_FUNCTION, e->name, ORIGIN_ENVIRONMENT);
	case EXPR_CAST:
		return eval_static(t, e->a);
	case EXPR_ADDRESS:
		if (e->a->kind == EXPR_GLOBAL)
			return trace_global(t, e->a->name, "");
		if (e->a->kind == EXPR_FIELD) {
			const struct value *base = eval_static(
				t,
				&(struct expr){ .kind = EXPR_ADDRESS, .type = "*", .a = e->a->a });
			const char *name = strstr(e->a->name, "::") + 2;
			g_autofree char *path = NULL;

			if (base->kind != VALUE_GLOBAL)
				return base;
			path = *base->path ? g_strconcat(base->path, ".", name, NULL) :
					     g_strdup(name);
			return trace_global(t, base->name, path);
		}
		return value_unknown(t->pool, ORIGIN_ENVIRONMENT);
	default:
		return value_unknown(t->pool, ORIGIN_ENVIRONMENT);
	}
}

static void member_values(struct tracer *t, const struct value *object, const char *field,
			  unsigned int depth, GPtrArray *out);

static bool add_pointees(struct tracer *t, const struct fact_function *f, const struct expr *e,
			 const char *except, unsigned int depth, GPtrArray *out);

static bool add_stored_pointees(struct tracer *t, const GPtrArray *stores,
				const struct fact_function *in, const char *except,
				unsigned int depth, GPtrArray *out)
{
	bool known = true;

	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];

		if (!in || s->function == in)
			known &= add_pointees(t, s->function, s->value, except, depth, out);
	}
	return known;
}

/*
 * The static objects (const struct value *) that a pointer may point to by what
 * is stored to it anywhere, or in its function if it is the mapping's; false if
 * there may be others.
 */
static bool add_pointees(struct tracer *t, const struct fact_function *f, const struct expr *e,
			 const char *except, unsigned int depth, GPtrArray *out)
{
	const GPtrArray *stores;

	e = expr_strip_casts(e);
	if (e->kind == EXPR_INT)
		return true;
	if (e->kind == EXPR_ADDRESS && e->a->kind == EXPR_GLOBAL) {
		if (strcmp(e->a->name, except))
			g_ptr_array_add(out, (void *)trace_global(t, e->a->name, ""));
		return true;
	}
	if (depth >= BOUND_COPIES)
		return false;
	if (e->kind == EXPR_GLOBAL) {
		stores = program_global_stores(t->program, e->name);
		return stores && add_stored_pointees(t, stores, NULL, except, depth + 1, out);
	}
	if (e->kind == EXPR_FIELD && field_role(e->name) == FIELD_VM_OPS)
		return add_stored_pointees(t, program_stores_in(t->program, e->name, f), f, except,
					   depth + 1, out) &&
		       out->len;
	return false;
}

/* The values of a member of the object that a struct copy takes over. */
static void copied_values(struct tracer *t, const struct field_store *store, const char *target,
			  const char *field, unsigned int depth, GPtrArray *out)
{
	g_autoptr(GPtrArray) objects = g_ptr_array_new();
	const struct value *taken = t->copies ? value_member(t->copies, target) : NULL;
	const struct expr *from = expr_strip_casts(store->value);
	bool known = true;

	if (taken && taken->kind == VALUE_GLOBAL)
		g_ptr_array_add(objects, (void *)taken);
	else if (from->kind == EXPR_GLOBAL)
		g_ptr_array_add(objects, (void *)trace_global(t, from->name, ""));
	else
		known = from->kind == EXPR_DEREF &&
			add_pointees(t, store->function, from->a, target, 0, objects);
	known &= depth < BOUND_COPIES;
	for (unsigned int i = 0; known && i < objects->len; i++) {
		const struct value *object = objects->pdata[i];

		if (!strcmp(object->name, TRACE_NO_VM_OPS))
			g_ptr_array_add(out, (void *)value_int(t->pool, 0));
		else
			member_values(t, object, field, depth + 1, out);
	}
	if (!known || !objects->len)
		g_ptr_array_add(out, (void *)value_unknown(t->pool, ORIGIN_ENVIRONMENT));
}

/* What a member may hold: as initialised, as stored at run time, as copied from elsewhere. */
static void member_values(struct tracer *t, const struct value *object, const char *field,
			  unsigned int depth, GPtrArray *out)
{
	const struct fact_table *table = program_table(t->program, object->name);
	const GPtrArray *stores = program_global_stores(t->program, object->name);
	const struct expr *member = NULL;
	bool present = false, touched = false;

	if (table)
		member = program_member(table, object->path, field, &present);
	if (present)
		g_ptr_array_add(out, (void *)eval_static(t, member));
	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];

		touched = true;
		if (s->target->kind == EXPR_FIELD && !strcmp(s->target->name, field))
			g_ptr_array_add(out, (void *)eval_static(t, expr_strip_casts(s->value)));
	}
	/* A member that is stored to by itself replaces what was copied. */
	for (unsigned int i = 0; stores && !out->len && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];

		if (s->target->kind == EXPR_GLOBAL)
			copied_values(t, s, object->name, field, depth, out);
	}
	if (out->len)
		return;
	/* Static storage that nothing is stored to is zero; a mere declaration tells nothing. */
	if (table && !table->unread && (table->has_initializer || table->is_static || touched))
		g_ptr_array_add(out, (void *)value_int(t->pool, 0));
	else
		g_ptr_array_add(out, (void *)value_symbol(t->pool, field, ORIGIN_ENVIRONMENT, true,
							  object));
}

/* Notes that the route rests on something of its owner's table; field "": on which one it is. */
void trace_note_owner(struct tracer *t, const struct value *v, const char *field)
{
	for (unsigned int i = 0; t->owner_reads && i < t->bindings->len; i++) {
		const struct fact_table *table =
			g_array_index(t->bindings, struct trace_binding, i).table;

		if (v->kind == VALUE_GLOBAL && pairing_of_owner(table->record) &&
		    !strcmp(table->id, v->name))
			g_hash_table_add(t->owner_reads, g_strdup_printf("%s %s", v->path, field));
	}
}

GPtrArray *trace_member_values(struct tracer *t, const struct value *object, const char *field)
{
	GPtrArray *out = g_ptr_array_new();

	trace_note_owner(t, object, field);

	if (!strcmp(object->name, TRACE_NO_VM_OPS))
		g_ptr_array_add(out, (void *)value_int(t->pool, 0));
	else
		member_values(t, object, field, 0, out);
	return out;
}

/* ---- where a struct file comes from ---- */

static const char *maker_of_local(const struct fact_function *f, gint64 local, unsigned int depth);

/* The file_operations of a file expression; "" for none at all, NULL if unknown. */
static const char *maker_of(const struct fact_function *f, const struct expr *e, unsigned int depth)
{
	e = expr_strip_casts(e);
	if (e->kind == EXPR_INT)
		return "";
	if (e->kind == EXPR_LOCAL && depth < 6)
		return maker_of_local(f, e->value, depth + 1);
	return NULL;
}

static const char *maker_of_local(const struct fact_function *f, gint64 local, unsigned int depth)
{
	const char *found = "";

	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const char *maker = NULL;

		if (n->kind == NODE_CALL && n->result == local) {
			const struct word *word =
				n->a->kind == EXPR_FUNCTION ? word_of_id(n->a->name) : NULL;

			if (word && word->class == WORD_FILE)
				maker = word->table;
		} else if (n->kind == NODE_ASSIGN && n->a->kind == EXPR_LOCAL &&
			   n->a->value == local) {
			maker = maker_of(f, n->b, depth);
		} else {
			continue;
		}
		if (!maker)
			return NULL;
		if (*found && *maker && strcmp(found, maker))
			return NULL;
		if (*maker)
			found = maker;
	}
	return found;
}

static const char *file_maker(struct program *program, const char *field)
{
	const GPtrArray *stores = program_stores(program, field);
	const char *found = NULL;

	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];
		const char *maker = maker_of(s->function, s->value, 0);

		if (!maker || (*maker && found && strcmp(found, maker)))
			return NULL;
		if (*maker)
			found = maker;
	}
	return found;
}

static guint64 ask_file_maker(struct program *program, const char *field, const void *object)
{
	(void)object;
	return question_mix_string(0, file_maker(program, field));
}

/* The file_operations of every file that is ever stored in a field, if they are one. */
const char *trace_file_maker(struct tracer *t, const char *field)
{
	void *log = question_log_pause();
	const char *found = file_maker(t->program, field);

	question_log_resume(log);
	if (question_logging())
		question_note(ask_file_maker, field, NULL, question_mix_string(0, found));
	return found;
}

/* ---- functions behind pointers ---- */

/* Adds what is stored if it is a function; false if that cannot be told. */
static bool add_stored(const struct expr *e, GPtrArray *out)
{
	e = expr_strip_casts(e);
	if (e && e->kind == EXPR_ADDRESS)
		e = e->a;
	if (!e || (e->kind != EXPR_FUNCTION && !(e->kind == EXPR_INT && !e->value)))
		return false;
	if (e->kind == EXPR_FUNCTION && !g_ptr_array_find(out, e->name, NULL))
		g_ptr_array_add(out, (void *)e->name);
	return true;
}

GPtrArray *trace_variable_functions(struct tracer *t, const char *id)
{
	const struct fact_table *table = program_table(t->program, id);
	const GPtrArray *stores = program_global_stores(t->program, id);
	g_autoptr(GPtrArray) out = g_ptr_array_new();

	if (!table || (!table->is_static && !table->has_initializer && !stores))
		return NULL;
	for (unsigned int i = 0; i < table->n_members; i++)
		if (!add_stored(table->members[i].value, out))
			return NULL;
	for (unsigned int i = 0; stores && i < stores->len; i++)
		if (!add_stored(((const struct field_store *)stores->pdata[i])->value, out))
			return NULL;
	sort_strings(out);
	return g_steal_pointer(&out);
}

GPtrArray *trace_field_functions(struct tracer *t, const char *field)
{
	g_autofree char *record = trace_record_of_key(field);
	const GPtrArray *tables = program_tables_of(t->program, record, NULL);
	const GPtrArray *stores = program_stores(t->program, field);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *out = g_ptr_array_new();

	for (unsigned int i = 0; tables && i < tables->len; i++) {
		const struct fact_table *table = tables->pdata[i];

		for (unsigned int k = 0; k < table->n_members; k++) {
			const struct expr *e = expr_strip_casts(table->members[k].value);

			if (e && e->kind == EXPR_FUNCTION &&
			    !strcmp(table->members[k].field, field) &&
			    g_hash_table_add(seen, (void *)e->name))
				g_ptr_array_add(out, (void *)e->name);
		}
	}
	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct expr *e =
			expr_strip_casts(((const struct field_store *)stores->pdata[i])->value);

		if (e->kind == EXPR_FUNCTION && g_hash_table_add(seen, (void *)e->name))
			g_ptr_array_add(out, (void *)e->name);
	}
	sort_strings(out);
	return out;
}

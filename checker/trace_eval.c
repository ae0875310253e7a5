// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_eval: values of expressions in a state, and which tables they are read from.
 */
#include <string.h>

#include "trace_private.h"

const char *trace_type(const struct state *s, const struct expr *e)
{
	if (e->kind == EXPR_LOCAL)
		return s->frame->function->locals[e->value].type;
	return e->type;
}

static const struct trace_binding *find_binding(const struct tracer *t, const char *field)
{
	for (unsigned int i = 0; i < t->bindings->len; i++) {
		const struct trace_binding *b =
			&g_array_index(t->bindings, struct trace_binding, i);

		if (!strcmp(b->field, field))
			return b;
	}
	return NULL;
}

static const struct value *cell(struct tracer *t, const struct state *s, gint64 local)
{
	struct value v = { .kind = VALUE_CELL,
			   .origin = ORIGIN_LOCAL,
			   .n = local,
			   .mask = s->frame->depth,
			   .path = "" };

	return pool_value(t->pool, &v);
}

/* The member of an object in a local; step is its key, or "[n]". */
static const struct value *cell_inside(struct tracer *t, const struct value *cell, const char *step)
{
	struct value v = *cell;
	g_autofree char *path =
		g_strconcat(cell->path, *cell->path && *step != '[' ? "." : "", step, NULL);

	v.path = path;
	return pool_value(t->pool, &v);
}

static const struct value *cell_element(struct tracer *t, const struct state *s,
					const struct value *cell, const struct expr *index)
{
	const struct value *n = trace_eval(t, s, index);
	g_autofree char *step = n->kind == VALUE_INT ?
					g_strdup_printf("[%" G_GINT64_FORMAT "]", n->n) :
					g_strdup("[?]");

	return cell_inside(t, cell, step);
}

const struct value *trace_load(const struct state *s, const struct value *cell)
{
	const struct frame *frame = s->frame;

	while (frame && frame->depth > cell->mask)
		frame = frame->up;
	if (!frame || cell->n >= (gint64)frame->n_locals || !frame->locals[cell->n])
		return NULL;
	return *cell->path ? value_member(frame->locals[cell->n], cell->path) :
			     frame->locals[cell->n];
}

void trace_store(struct tracer *t, struct state *s, const struct value *cell,
		 const struct value *value)
{
	struct value whole = *cell;
	const struct value *old;

	/* What it points to does not live as long as the local. */
	if (value->kind == VALUE_CELL && value->mask > cell->mask)
		value = value_simple(t->pool, VALUE_NONNULL, NULL, ORIGIN_LOCAL);
	if (*cell->path) {
		whole.path = "";
		old = trace_load(s, &whole);
		value = value_with_member(t->pool, old ? old : value_unknown(t->pool, ORIGIN_LOCAL),
					  cell->path, value);
	}
	state_set_local(t->pool, s, (unsigned int)cell->mask, (int)cell->n, value);
}

/* Whether a symbol stands for exactly one field: a key that a binding can have. */
static bool is_field_symbol(const struct value *v)
{
	return v->kind == VALUE_SYMBOL && strstr(v->name, "::") && !strpbrk(v->name, "(&~-");
}

static const struct value *eval_member(struct tracer *t, const struct value *object,
				       const char *field)
{
	g_autoptr(GPtrArray) values = trace_member_values(t, object, field);

	/* What is stored last is what counts. */
	return values->pdata[values->len - 1];
}

/* ---- bindings ---- */

/* Asks for the table that the object behind a symbol is to be taken for. */
static void need_table(struct tracer *t, const struct value *object, const char *record,
		       unsigned int depth)
{
	g_autofree char *any = g_strconcat("*", record, NULL);

	if (is_field_symbol(object) && object->base && object->base->kind == VALUE_SYMBOL &&
	    depth < 8) {
		g_autofree char *outer = trace_record_of_key(object->name);

		/* A static table that points to it decides. */
		if (strcmp(outer, record) && (program_tables_have(t->program, object->name) ||
					      !strcmp(record, "file_operations"))) {
			need_table(t, object->base, outer, depth + 1);
			return;
		}
	}
	t->need_field = pool_string(t->pool, is_field_symbol(object) ? object->name : any);
	t->need_record = pool_string(t->pool, record);
}

/* Whether what is read from the table decides about the mapping. */
static bool passes_mapping(const char *type)
{
	return !strcmp(type, "fn(vma)") || !strcmp(type, "*vm_operations_struct");
}

static const struct value *bound_object(struct tracer *t, const struct value *object,
					const char *record)
{
	if (object->kind != VALUE_SYMBOL && object->kind != VALUE_UNKNOWN)
		return NULL;
	for (unsigned int i = 0; i < t->bindings->len; i++) {
		const struct trace_binding *b =
			&g_array_index(t->bindings, struct trace_binding, i);

		if (*b->field == '*' && !strcmp(b->field + 1, record))
			return trace_global(t, b->table->id, "");
	}
	return NULL;
}

/* ---- fields ---- */

static enum origin field_origin(const struct value *object, const char *key, const char *type)
{
	if (!strcmp(type, "*device") || !strcmp(type, "*drm_device") ||
	    g_str_has_prefix(key, "device::"))
		return object->origin == ORIGIN_USER ? ORIGIN_USER : ORIGIN_DEVICE;
	if (object->origin == ORIGIN_CONSTANT || object->origin == ORIGIN_LOCAL)
		return ORIGIN_OBJECT;
	return object->origin;
}

static const struct value *mapping_field(struct tracer *t, const struct state *s,
					 const struct value *object, const char *key)
{
	switch (field_role(key)) {
	case FIELD_FLAGS:
		return value_flags(t->pool, s->ones, s->zeros);
	case FIELD_VM_OPS:
		return s->vm_ops;
	case FIELD_VMA:
		return value_simple(t->pool, VALUE_MAPPING, "vm_area_struct", ORIGIN_USER);
	case FIELD_VM_FILE:
		return s->file ? s->file : value_symbol(t->pool, key, ORIGIN_OBJECT, true, NULL);
	case FIELD_PRIVATE:
		return value_symbol(t->pool, key, ORIGIN_OBJECT, true, NULL);
	default:
		return value_symbol(t->pool, key, ORIGIN_USER, false, object);
	}
}

static const struct value *file_operations_of(struct tracer *t, const struct value *file,
					      const char *key)
{
	const char *maker = NULL;

	if (file->kind == VALUE_FILE)
		maker = file->name;
	else if (is_field_symbol(file))
		maker = trace_file_maker(t, file->name);
	if (!maker)
		return value_symbol(t->pool, key, ORIGIN_OBJECT, true, file);
	if (!program_table(t->program, maker)) {
		g_autofree char *file_path = g_strndup(maker, strcspn(maker, ":"));

		program_tables_of(t->program, "file_operations", file_path);
	}
	return trace_global(t, maker, "");
}

/* The value of field key of an object; type is that of the field. */
static const struct value *read_field(struct tracer *t, const struct state *s,
				      const struct value *object, const char *key, const char *type)
{
	const struct trace_binding *b;
	const struct value *bound;
	g_autofree char *record = NULL;

	if (object->kind == VALUE_MAPPING)
		return mapping_field(t, s, object, key);
	if (object->kind == VALUE_CELL) {
		const struct value *member = trace_load(s, cell_inside(t, object, key));

		if (member)
			return member;
	}
	if (type_is_mapping(type) &&
	    (object->kind == VALUE_CELL || program_holds_mapping(t->program, key)))
		return value_simple(t->pool, VALUE_MAPPING, type_pointee(type), ORIGIN_USER);
	if (object->kind == VALUE_GLOBAL)
		return eval_member(t, object, key);
	if (object->kind == VALUE_INT && g_str_has_prefix(key, "vm_operations_struct::"))
		return value_int(t->pool, 0);
	b = find_binding(t, key);
	if (b)
		return trace_global(t, b->table->id, "");
	if (field_role(key) == FIELD_FILE)
		return file_operations_of(t, object, key);
	if (object->kind == VALUE_CELL) {
		g_autofree char *name = g_strdup_printf("cell:%s.%" G_GINT64_FORMAT "%s.%s",
							s->frame->function->name, object->n,
							object->path, key);

		return value_symbol(t->pool, name, ORIGIN_LOCAL, false, NULL);
	}
	record = trace_record_of_key(key);
	bound = bound_object(t, object, record);
	if (bound)
		return eval_member(t, bound, key);
	if (t->mode != MODE_EXPORT && passes_mapping(type) && !record_is_environment(record) &&
	    strcmp(record, "vm_operations_struct") &&
	    (object->kind == VALUE_SYMBOL || object->kind == VALUE_UNKNOWN)) {
		bool is_file_ops = !strcmp(record, "file_operations");

		if (!is_file_ops || (is_field_symbol(object) &&
				     field_role(object->name) != FIELD_FILE && object->base))
			if (is_file_ops || program_wants_tables(t->program, record))
				need_table(t, object, record, 0);
	}
	return value_symbol(t->pool, key, field_origin(object, key, type), true, object);
}

const struct value *trace_place(struct tracer *t, const struct state *s, const struct expr *e)
{
	const struct value *base;
	const char *name;
	bool pointer;
	g_autofree char *path = NULL;

	switch (e->kind) {
	case EXPR_LOCAL:
		name = trace_type(s, e);
		/* There is one mapping: a description of it, or of a fault in it, stands for it. */
		if (record_is_mapping_copy(name))
			return value_simple(t->pool, VALUE_MAPPING, name, ORIGIN_USER);
		return cell(t, s, e->value);
	case EXPR_GLOBAL:
		return trace_global(t, e->name, "");
	case EXPR_DEREF:
		return trace_eval(t, s, e->a);
	case EXPR_CAST:
		return trace_place(t, s, e->a);
	case EXPR_INDEX:
		pointer = *trace_type(s, e->a) == '*';
		base = pointer ? trace_eval(t, s, e->a) : trace_place(t, s, e->a);
		if (base->kind != VALUE_CELL)
			return base;
		/* From one element to another. */
		if (pointer && g_str_has_suffix(base->path, "]"))
			return cell_inside(t, base, "[?]");
		return cell_element(t, s, base, e->b);
	case EXPR_FIELD:
		base = *trace_type(s, e->a) == '*' || e->a->kind == EXPR_ADDRESS ?
			       trace_eval(t, s, e->a) :
			       trace_place(t, s, e->a);
		if (base->kind == VALUE_GLOBAL) {
			name = strstr(e->name, "::") + 2;
			path = *base->path ? g_strconcat(base->path, ".", name, NULL) :
					     g_strdup(name);
			return trace_global(t, base->name, path);
		}
		if (base->kind == VALUE_CELL)
			return cell_inside(t, base, e->name);
		if (base->kind == VALUE_MAPPING)
			return base;
		return value_symbol(t->pool, e->name, field_origin(base, e->name, e->type), true,
				    base);
	default:
		return trace_eval(t, s, e);
	}
}

static const struct value *eval_local(struct tracer *t, const struct state *s, gint64 index)
{
	const struct value *v = s->frame->locals[index];

	return v ? v : value_unknown(t->pool, ORIGIN_LOCAL);
}

static const struct value *eval_deref(struct tracer *t, const struct state *s, const struct expr *e)
{
	const struct value *p = trace_eval(t, s, e->a);
	const struct value *v;

	if (p->kind != VALUE_CELL)
		return value_unknown(t->pool, p->origin);
	v = trace_load(s, p);
	return v ? v : value_unknown(t->pool, ORIGIN_LOCAL);
}

const struct value *trace_eval(struct tracer *t, const struct state *s, const struct expr *e)
{
	const struct value *a, *b;

	switch (e->kind) {
	case EXPR_UNKNOWN:
		return value_unknown(t->pool, ORIGIN_CONSTANT);
	case EXPR_INT:
		return value_int(t->pool, e->value);
	case EXPR_LOCAL:
		if (*trace_type(s, e) == '[')
			return cell(t, s, e->value);
		return eval_local(t, s, e->value);
	case EXPR_GLOBAL:
		if (*e->type == '[')
			return trace_global(t, e->name, "");
		return value_symbol(t->pool, e->name, ORIGIN_ENVIRONMENT, true, NULL);
	case EXPR_FUNCTION:
		return value_simple(t->pool, VALUE_FUNCTION, e->name, ORIGIN_ENVIRONMENT);
	case EXPR_FIELD:
		a = *trace_type(s, e->a) == '*' || e->a->kind == EXPR_ADDRESS ?
			    trace_eval(t, s, e->a) :
			    trace_place(t, s, e->a);
		return read_field(t, s, a, e->name, e->type);
	case EXPR_INDEX:
		a = trace_place(t, s, e);
		b = a->kind == VALUE_CELL ? trace_load(s, a) : NULL;
		if (b)
			return b;
		a = trace_eval(t, s, e->a);
		b = trace_eval(t, s, e->b);
		return value_unknown(t->pool, MAX(a->origin, b->origin));
	case EXPR_DEREF:
		return eval_deref(t, s, e);
	case EXPR_ADDRESS:
		return trace_place(t, s, e->a);
	case EXPR_CAST:
		a = trace_eval(t, s, e->a);
		if (type_is_mapping(e->type) && a->kind == VALUE_UNKNOWN)
			return value_simple(t->pool, VALUE_MAPPING, type_pointee(e->type),
					    ORIGIN_USER);
		return a;
	case EXPR_UNARY:
		return value_unary(t->pool, e->op, trace_eval(t, s, e->a));
	case EXPR_BINARY:
		a = trace_eval(t, s, e->a);
		b = trace_eval(t, s, e->b);
		if (a->kind == VALUE_GLOBAL && b->kind == VALUE_GLOBAL) {
			trace_note_owner(t, a, "");
			trace_note_owner(t, b, "");
		}
		return value_binary(t->pool, e->op, a, b);
	}
	return value_unknown(t->pool, ORIGIN_CONSTANT);
}

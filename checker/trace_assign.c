// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_assign: what is stored in locals, in fields and in the flags of the mapping.
 */
#include <string.h>

#include "trace_private.h"

void trace_set_flags(struct tracer *t, struct state *s, guint64 ones, guint64 zeros)
{
	s->ones = ones;
	s->zeros = zeros & ~ones;
	if (ones & t->program->values.pfnmap)
		s->set_before = true;
}

void trace_kind_bits(const struct tracer *t, enum mapping_kind kind, guint64 *ones, guint64 *zeros)
{
	const struct vm_values *v = &t->program->values;
	guint64 all = v->shared | v->mayshare | v->maywrite;

	switch (kind) {
	case MAPPING_SHARED:
		*ones = all;
		break;
	case MAPPING_READ_ONLY:
		*ones = v->mayshare;
		break;
	case MAPPING_PRIVATE:
		*ones = v->maywrite;
		break;
	case MAPPING_ANY:
		all = 0;
		*ones = 0;
		break;
	}
	*zeros = all & ~*ones;
}

void trace_store_flags(struct tracer *t, struct state *s, const struct value *v)
{
	if (v->kind == VALUE_FLAGS)
		trace_set_flags(t, s, v->ones, v->zeros);
	else if (v->kind == VALUE_INT)
		trace_set_flags(t, s, (guint64)v->n, ~(guint64)v->n);
	else
		trace_set_flags(t, s, 0, 0);
}

/* What is asked for by number, see enum mmap_action_type of the kernel. */
static void store_action(struct tracer *t, struct state *s, const struct fact_node *n,
			 const struct value *v)
{
	const struct vm_values *values = &t->program->values;
	guint64 type = (guint64)v->n;

	if (v->kind != VALUE_INT)
		s->action = INSERT_UNKNOWN;
	else if (!type)
		s->action = 0;
	else if (type == values->action_remap || type == values->action_io_remap ||
		 type == values->action_simple_io_remap)
		s->action = INSERT_PFN;
	else
		s->action = type == values->action_pages ? INSERT_PAGE : INSERT_UNKNOWN;
	s->action_function = s->action ? s->frame->function : NULL;
	s->action_node = s->action ? n : NULL;
}

static bool is_arithmetic(const struct expr *e)
{
	return e->kind == EXPR_BINARY && (e->op == OP_ADD || e->op == OP_SUB || e->op == OP_SHL ||
					  e->op == OP_SHR || e->op == OP_MUL);
}

/* What is kept of a value in a local object: what a table, a mapping or flags may come from. */
static const struct value *kept(struct tracer *t, const struct expr *from, const struct value *v)
{
	/* A counter would make every turn of a loop a new state. */
	if (is_arithmetic(from) || v->kind == VALUE_SYMBOL || v->kind == VALUE_TEST ||
	    v->kind == VALUE_ERROR || v->kind == VALUE_NONNULL || v->kind == VALUE_FLAG_TEST)
		return value_unknown(t->pool, v->origin);
	return v;
}

static void store_field(struct tracer *t, struct state *s, const struct fact_node *n,
			const struct expr *to, const struct value *v)
{
	enum field_role role = field_role(to->name);
	const struct value *object;
	g_autofree char *test = NULL;

	object = *trace_type(s, to->a) == '*' || to->a->kind == EXPR_ADDRESS ?
			 trace_eval(t, s, to->a) :
			 trace_place(t, s, to->a);
	if (role == FIELD_OPS) {
		s->ops = v;
		if (object->kind == VALUE_CELL)
			trace_store(t, s, trace_place(t, s, to), v);
		return;
	}
	if (object->kind == VALUE_MAPPING) {
		if (role == FIELD_FLAGS)
			trace_store_flags(t, s, v);
		else if (role == FIELD_VM_OPS)
			s->vm_ops = v;
		else if (role == FIELD_VM_FILE)
			s->file = v;
		else if (role == FIELD_ACTION)
			store_action(t, s, n, v);
		else if (role == FIELD_PAGE && t->fault)
			s->inserts = v->kind == VALUE_INT && !v->n ?
					     s->inserts & ~(unsigned int)INSERT_STORED_PAGE :
					     s->inserts | INSERT_STORED_PAGE;
		return;
	}
	/* What was assumed about the field is no longer so. */
	state_forget(t->pool, s, to->name);
	if (object->kind == VALUE_CELL) {
		trace_store(t, s, trace_place(t, s, to), kept(t, n->b, v));
		return;
	}
	if (v->kind == VALUE_INT)
		state_assume(t->pool, s, to->name, v->n != 0, true);
	else if (value_is_nonzero(v))
		state_assume(t->pool, s, to->name, true, true);
}

void trace_begin_description(struct tracer *t, struct state *s)
{
	s->vm_ops = value_int(t->pool, 0);
	s->action = 0;
	s->action_function = NULL;
	s->action_node = NULL;
}

/* Whether a local, or what it points to, is counted up or down. */
static bool is_counting(const struct expr *to, const struct expr *from)
{
	const struct expr *x = to, *y = from->a;

	if (!is_arithmetic(from))
		return false;
	if (x->kind == EXPR_DEREF && y->kind == EXPR_DEREF) {
		x = x->a;
		y = y->a;
	}
	return x->kind == EXPR_LOCAL && y->kind == EXPR_LOCAL && x->value == y->value;
}

/* A table of handlers is made a copy of another one. */
static void copy_handlers(struct tracer *t, struct state *s, const struct expr *to,
			  const struct expr *from)
{
	const struct value *source;

	from = expr_strip_casts(from);
	source = trace_place(t, s, from);
	if (source->kind != VALUE_GLOBAL)
		source = value_unknown(t->pool, ORIGIN_ENVIRONMENT);
	s->copies = value_with_member(t->pool, s->copies ? s->copies : value_int(t->pool, 1),
				      to->name, source);
}

void trace_assign(struct tracer *t, int from, const struct fact_node *n)
{
	struct state s = *trace_point(t, from)->state;
	const struct expr *to = n->a;
	const struct value *v = trace_eval(t, &s, n->b);

	to = expr_strip_casts(to);
	/* Counters would make every turn of a loop a new state. */
	if (is_counting(to, n->b))
		v = value_unknown(t->pool, MAX(v->origin, ORIGIN_LOCAL));
	if (to->kind == EXPR_LOCAL) {
		if (!strcmp(trace_type(&s, to), "vm_area_desc") && v->kind == VALUE_INT)
			trace_begin_description(t, &s);
		else
			state_set_local(t->pool, &s, s.frame->depth, (int)to->value,
					trace_kept(t, v));
	} else if (to->kind == EXPR_FIELD) {
		store_field(t, &s, n, to, v);
	} else if (to->kind == EXPR_GLOBAL && !strcmp(to->type, "vm_operations_struct")) {
		copy_handlers(t, &s, to, n->b);
	} else if (to->kind == EXPR_DEREF || to->kind == EXPR_INDEX) {
		const struct value *p = trace_place(t, &s, to);

		if (p->kind == VALUE_CELL)
			trace_store(t, &s, p, *p->path ? kept(t, n->b, v) : v);
	}
	trace_advance(t, from, &s, n->next[0], -1);
}

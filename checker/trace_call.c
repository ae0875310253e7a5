// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_call: what a call does: a helper of the vocabulary (see trace_word), a
 * function to be followed, alternatives behind a field, or something that leaves
 * mappings alone.
 */
#include <string.h>

#include "bounds.h"
#include "trace_private.h"

static enum origin join_origins(const struct call *c)
{
	enum origin origin = ORIGIN_ENVIRONMENT;

	for (unsigned int i = 0; i < c->args->len; i++) {
		const struct value *v = c->args->pdata[i];

		/* Not where a local is tells who decides, but what is in it. */
		if (v->kind == VALUE_CELL)
			v = trace_load(c->state, v);
		if (v && v->kind != VALUE_INT && v->kind != VALUE_FUNCTION &&
		    v->kind != VALUE_GLOBAL)
			origin = MAX(origin, v->origin);
	}
	return origin;
}

static bool is_getter(const char *type)
{
	return !strcmp(type, "b");
}

const char *call_result_type(const struct call *c)
{
	return c->n->result >= 0 ? c->state->frame->function->locals[c->n->result].type : "v";
}

/*
 * Who decides about the result.  User space finds an object by its offset, but what
 * the object holds is not its choice; of pages it has many to choose from.
 */
static enum origin result_origin(const struct call *c)
{
	const char *record = type_pointee(call_result_type(c));
	enum origin origin = join_origins(c);

	return record && !record_is_page(record) ? MIN(origin, ORIGIN_OBJECT) : origin;
}

/* A symbol for the result of a call that is not followed. */
const struct value *call_opaque_result(const struct call *c, const char *name, struct state *s)
{
	const struct fact_function *f = c->state->frame->function;
	g_autoptr(GString) key = g_string_new(NULL);

	/* A question with the same arguments has the same answer. */
	if (name && is_getter(call_result_type(c))) {
		bool carried = true;

		g_string_printf(key, "%s(", id_name(name));
		for (unsigned int i = 0; i < c->args->len; i++) {
			const struct value *v = c->args->pdata[i];
			g_autofree char *arg = value_key(v);

			carried &= (v->kind == VALUE_SYMBOL && v->carried) ||
				   v->kind == VALUE_INT || v->kind == VALUE_GLOBAL;
			g_string_append_printf(key, "%s%s", i ? "," : "", arg);
		}
		g_string_append_c(key, ')');
		if (carried)
			return value_symbol(c->t->pool, key->str, result_origin(c), true, NULL);
	}
	g_string_printf(key, "call:%s:%d;", f->id, (int)(c->n - f->nodes));
	state_forget(c->t->pool, s, key->str);
	return value_symbol(c->t->pool, key->str, result_origin(c), false, NULL);
}

/* Whether code that is not followed may store to a field: by its body, or by its arguments. */
static bool may_write(const struct call *c, const struct fact_function *f, const char *field)
{
	if (f)
		return program_writes(c->t->program, f, field);
	for (unsigned int i = 0; i < c->n->n_args; i++) {
		const char *record = type_pointee(trace_type(c->state, c->n->args[i]));

		if (record && g_str_has_prefix(field, record) &&
		    g_str_has_prefix(field + strlen(record), "::"))
			return true;
	}
	return false;
}

/* What was assumed about fields that code which is not followed may store to is forgotten. */
static void forget_written(const struct call *c, const char *id, struct state *s)
{
	const struct assumptions *a = s->assumed;
	const struct fact_function *f = id ? program_function(c->t->program, id, false) : NULL;
	const struct word *word = id ? word_of_id(id) : NULL;

	if (word)
		return;
	for (unsigned int i = 0; a && i < a->n; i++) {
		const char *key = a->list[i].key;
		g_autofree char *field = NULL;
		const char *start, *end, *colons = strstr(key, "::");

		if (!colons || !a->list[i].carried)
			continue;
		for (start = colons;
		     start > key && (g_ascii_isalnum(start[-1]) || start[-1] == '_');)
			start--;
		for (end = colons + 2; g_ascii_isalnum(*end) || *end == '_';)
			end++;
		field = g_strndup(start, (gsize)(end - start));
		if (may_write(c, f, field))
			state_forget(c->t->pool, s, field);
	}
}

static void havoc_cell(const struct call *c, const struct value *cell, struct state *s,
		       unsigned int depth)
{
	struct value whole = *cell;
	const struct value *old;

	whole.path = "";
	old = trace_load(s, &whole);
	state_set_local(c->t->pool, s, (unsigned int)cell->mask, (int)cell->n,
			value_unknown(c->t->pool, join_origins(c)));
	for (; old && old->kind == VALUE_RECORD && depth < BOUND_POINTED; old = old->base)
		if (old->held->kind == VALUE_CELL)
			havoc_cell(c, old->held, s, depth + 1);
}

/* Locals whose addresses are handed to code that is not followed may change. */
void call_havoc(const struct call *c, const char *id, struct state *s)
{
	forget_written(c, id, s);
	for (unsigned int i = 0; i < c->args->len; i++) {
		const struct value *v = c->args->pdata[i];

		if (v->kind == VALUE_CELL)
			havoc_cell(c, v, s, 0);
	}
}

void call_finish(const struct call *c, struct state *s, const struct value *result)
{
	if (c->n->result >= 0)
		state_set_local(c->t->pool, s, s->frame->depth, c->n->result,
				trace_kept(c->t, result));
	trace_advance(c->t, c->from, s, c->n->next[0], -1);
}

void call_opaque(const struct call *c, const char *name)
{
	struct state s = *c->state;

	call_havoc(c, name, &s);
	call_finish(c, &s, call_opaque_result(c, name, &s));
}

void call_undecided(const struct call *c, const char *why, const char *name)
{
	struct state s = *c->state;

	trace_undecided(c->t, &s, "%s %s", why, name);
	call_havoc(c, NULL, &s);
	call_finish(c, &s, call_opaque_result(c, NULL, &s));
}

const struct value *call_argument(const struct call *c, unsigned int i)
{
	return i < c->args->len ? c->args->pdata[i] : value_unknown(c->t->pool, ORIGIN_LOCAL);
}

static unsigned int frames_of(const struct state *s, const struct fact_function *f)
{
	unsigned int n = 0;

	for (const struct frame *frame = s->frame; frame; frame = frame->up)
		n += frame->function == f;
	return n;
}

/* A body without branches and calls, evaluated to see through getters. */
static bool is_small(const struct fact_function *f)
{
	if (f->n_nodes > BOUND_SMALL || f->truncated)
		return false;
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		enum node_kind kind = f->nodes[i].kind;

		if (kind == NODE_CALL && f->nodes[i].a->kind == EXPR_FUNCTION &&
		    !word_of_id(f->nodes[i].a->name))
			return false;
		if (kind != NODE_ASSIGN && kind != NODE_RETURN && kind != NODE_END &&
		    kind != NODE_NOP && kind != NODE_CALL)
			return false;
	}
	return true;
}

static void enter(const struct call *c, const struct fact_function *f)
{
	struct state s = *c->state;
	g_autofree struct frame *frame =
		g_malloc0(sizeof(*frame) + f->n_locals * sizeof(frame->locals[0]));

	if (s.frame->depth + 1 >= BOUND_DEPTH || frames_of(&s, f) >= BOUND_RECURSION) {
		call_undecided(c, "calls nest deeper than the bound at", f->name);
		return;
	}
	frame->function = f;
	frame->up = s.frame;
	frame->depth = s.frame->depth + 1;
	frame->return_node = c->n->next[0];
	frame->result = c->n->result;
	frame->n_locals = f->n_locals;
	for (unsigned int i = 0; i < f->n_params; i++)
		frame->locals[i] = trace_kept(c->t, call_argument(c, i));
	if (f->truncated)
		trace_undecided(c->t, &s, "%s is not understood: %s", f->name, f->truncated);
	s.frame = pool_frame(c->t->pool, frame);
	trace_point(c->t, c->from)->callee = f;
	trace_advance(c->t, c->from, &s, 0, -1);
	/* Of a body that is not all here the end may be what is missing. */
	if (f->truncated) {
		struct state end = *c->state;

		end.undecided = s.undecided;
		call_havoc(c, NULL, &end);
		call_finish(c, &end, call_opaque_result(c, NULL, &end));
	}
}

/* Whether a function can have to do with exporting, by its signature. */
static bool handles_export(const struct fact_function *f)
{
	if (type_is_export(f->type))
		return true;
	for (unsigned int i = 0; i < f->n_params; i++)
		if (type_is_export(f->locals[i].type))
			return true;
	return false;
}

static bool holds_mapping(const struct call *c, const struct fact_function *f)
{
	if (c->mapping)
		return true;
	for (unsigned int i = 0; i < f->n_params; i++) {
		const char *record = type_pointee(f->locals[i].type);

		if (record && program_record_holds_mapping(c->t->program, record))
			return true;
	}
	return false;
}

static bool has_flags(const struct call *c)
{
	for (unsigned int i = 0; i < c->args->len; i++)
		if (((const struct value *)c->args->pdata[i])->kind == VALUE_FLAGS)
			return true;
	return false;
}

/* Whether what a function returns is the flags of a mapping to be; frees the way for branches. */
static bool computes_flags(const struct call *c, const struct fact_function *f)
{
	return f->n_nodes <= BOUND_READER && (*f->type == 'i' || !strcmp(f->type, "vma_flags_t")) &&
	       trace_flows_to_flags(c->t, c->state->frame, c->n->result);
}

/* Whether the function writes page-table entries of an address space that it is handed. */
static bool writes_entries(const struct call *c, const struct fact_function *f)
{
	if (!program_writes_entries(c->t->program, f))
		return false;
	for (unsigned int i = 0; i < f->n_params; i++)
		if (!strcmp(f->locals[i].type, "*mm_struct"))
			return true;
	return false;
}

/* Whether the function can change the mapping, or answers a question about it. */
static bool touches_mapping(const struct call *c, const struct fact_function *f)
{
	if (writes_entries(c, f))
		return true;
	switch (program_effect(c->t->program, f)) {
	case EFFECT_WRITES:
		return holds_mapping(c, f) || has_flags(c);
	case EFFECT_READS:
		return (c->mapping && f->n_nodes <= BOUND_READER) || has_flags(c);
	case EFFECT_NONE:
		return has_flags(c);
	}
	return false;
}

static void by_function(const struct call *c, const char *id)
{
	const struct word *word = word_of_id(id);
	bool export = c->t->mode == MODE_EXPORT;
	const struct fact_function *f;

	if (word && trace_in_helper(c->t) && word_inserts(word) && c->mapping) {
		f = program_function(c->t->program, id, false);
		if (f)
			enter(c, f);
		else if (c->t->mode == MODE_EFFECT)
			call_word(c, word, id);
		else
			call_opaque(c, id);
		return;
	}
	if (word) {
		call_word(c, word, id);
		return;
	}
	if (trace_in_helper(c->t)) {
		f = program_function(c->t->program, id, false);
		if (f && (is_small(f) || has_flags(c) ||
			  (c->mapping && program_effect(c->t->program, f)) ||
			  (c->t->mode == MODE_EFFECT && program_writes_entries(c->t->program, f))))
			enter(c, f);
		else
			call_opaque(c, id);
		return;
	}
	f = program_function(c->t->program, id, c->mapping && !export);
	if (f && export && handles_export(f)) {
		enter(c, f);
	} else if (f && is_small(f)) {
		enter(c, f);
	} else if (f && !export && (touches_mapping(c, f) || computes_flags(c, f))) {
		enter(c, f);
	} else if (!f && export) {
		/* Functions that are only declared may yet be found. */
		if (c->n->result >= 0 && type_is_export(call_result_type(c)))
			program_function(c->t->program, id, true);
		call_opaque(c, id);
	} else if (!f && c->mapping) {
		call_undecided(c, "no definition was found of", id_name(id));
	} else {
		call_opaque(c, id);
	}
}

static void by_each(const struct call *c, const GPtrArray *ids)
{
	struct trace_point *p;

	for (unsigned int i = 0; i < ids->len; i++)
		by_function(c, ids->pdata[i]);
	if (ids->len > 1) {
		p = trace_point(c->t, c->from);
		p->fork = FORK_UNION;
		p->origin = ORIGIN_ENVIRONMENT;
		p->callee = NULL;
	}
}

/* Through a variable; one that is never set is NULL, and that is no way on. */
static void by_variable(const struct call *c, const char *id)
{
	g_autoptr(GPtrArray) ids = trace_variable_functions(c->t, id);

	if (ids)
		by_each(c, ids);
	else
		call_undecided(c, "it is not known what is stored in", id_name(id));
}

static void by_alternatives(const struct call *c, const char *field)
{
	g_autoptr(GPtrArray) ids = trace_field_functions(c->t, field);
	g_autofree char *record = trace_record_of_key(field);

	/* Any file has file_operations: which file it is would have to be known. */
	if (g_str_has_prefix(field, "file_operations::")) {
		call_undecided(c, "it is not known which file's operations are called through",
			       field);
		return;
	}
	if (program_is_incomplete(c->t->program, record)) {
		call_undecided(c, "there are more tables than the bound for", field);
		return;
	}
	if (!ids->len) {
		call_undecided(c, "nothing is known to be stored in", field);
		return;
	}
	by_each(c, ids);
}

/* The variable that a call goes through, as p() or as (*p)(); NULL if it goes through none. */
static const char *called_variable(const struct expr *e)
{
	while (e->kind == EXPR_CAST || e->kind == EXPR_DEREF)
		e = e->a;
	return e->kind == EXPR_GLOBAL ? e->name : NULL;
}

/* A call through a table that is NULL is no way on either. */
static bool through_null(struct tracer *t, const struct state *s, const struct expr *e)
{
	const struct value *table;

	if (e->kind != EXPR_FIELD || *trace_type(s, e->a) != '*')
		return false;
	table = trace_eval(t, s, e->a);
	return table->kind == VALUE_INT && !table->n;
}

void trace_call(struct tracer *t, int from, const struct fact_node *n)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	struct call c = { t, from, n, trace_point(t, from)->state, args, false };
	const struct value *callee;

	for (unsigned int i = 0; i < n->n_args; i++) {
		const struct value *v = trace_eval(t, c.state, n->args[i]);

		g_ptr_array_add(args, (void *)v);
		c.mapping |= v->kind == VALUE_MAPPING;
	}
	if (t->need_field)
		return;
	callee = trace_eval(t, c.state, n->a);
	if (t->need_field || through_null(t, c.state, n->a))
		return;
	if (callee->kind != VALUE_FUNCTION && trace_in_helper(t))
		call_opaque(&c, NULL);
	else if (callee->kind == VALUE_FUNCTION)
		by_function(&c, callee->name);
	else if (callee->kind == VALUE_INT)
		return; /* a call of NULL is no way on */
	else if (!c.mapping || t->mode == MODE_EXPORT)
		call_opaque(&c, NULL);
	else if (n->a->kind == EXPR_FIELD)
		by_alternatives(&c, n->a->name);
	else if (called_variable(n->a))
		by_variable(&c, called_variable(n->a));
	else
		call_undecided(&c, "a mapping is handed to a function pointer in",
			       c.state->frame->function->name);
}

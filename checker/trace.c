// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace: explores points breadth first.  Two ways that meet at one place in
 * equal states are one from there on, so loops end when nothing new is learnt.
 *
 * What a node does: trace_assign, trace_branch, trace_call; what is kept of a
 * state: trace_live.
 */
#include <stdarg.h>
#include <string.h>

#include "trace_private.h"

void tracer_begin(struct tracer *t, struct program *program, struct pool *pool, GArray *bindings)
{
	memset(t, 0, sizeof(*t));
	t->program = program;
	t->pool = pool;
	t->bindings = bindings;
	t->liveness = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	t->remembered = g_hash_table_new(g_str_hash, g_str_equal);
	t->flows = g_hash_table_new(NULL, NULL);
}

void tracer_end(struct tracer *t)
{
	g_hash_table_unref(t->flows);
	g_hash_table_unref(t->remembered);
	g_hash_table_unref(t->liveness);
}

static guint point_hash(gconstpointer a)
{
	const struct trace_point *p = a;

	return (guint)((guintptr)p->state >> 4) * 31 + (guint)p->node;
}

static gboolean point_equal(gconstpointer a, gconstpointer b)
{
	const struct trace_point *x = a, *y = b;

	return x->state == y->state && x->node == y->node;
}

void trace_graph_free(struct trace_graph *graph)
{
	if (!graph)
		return;
	g_ptr_array_unref(graph->points);
	g_free(graph);
}

struct trace_point *trace_point(struct tracer *t, int index)
{
	return t->graph->points->pdata[index];
}

void trace_undecided(struct tracer *t, struct state *s, const char *format, ...)
{
	g_autofree char *reason = NULL;
	va_list args;

	if (s->undecided)
		return;
	va_start(args, format);
	reason = g_strdup_vprintf(format, args);
	va_end(args);
	s->undecided = pool_string(t->pool, reason);
}

static void add_edge(struct tracer *t, struct trace_point *p, int to, int truth)
{
	/* Room for 2, 4, 8, ... edges. */
	if (!p->n_edges || (p->n_edges >= 2 && !(p->n_edges & (p->n_edges - 1)))) {
		struct trace_edge *old = p->edges;

		p->edges = pool_alloc(t->pool, MAX(2, 2 * p->n_edges) * sizeof(*old));
		if (old)
			memcpy(p->edges, old, p->n_edges * sizeof(*old));
	}
	p->edges[p->n_edges].to = to;
	p->edges[p->n_edges++].truth = truth;
}

void trace_push(struct tracer *t, int from, const struct state *s, int node, int truth)
{
	struct trace_point key = { .state = pool_state(t->pool, s), .node = node };
	int index = GPOINTER_TO_INT(g_hash_table_lookup(t->index, &key)) - 1;

	if (index < 0) {
		struct trace_point *p;

		if (t->graph->points->len >= BOUND_NODES) {
			t->overflow = "points of a graph";
			return;
		}
		p = pool_alloc(t->pool, sizeof(*p));
		p->state = key.state;
		p->node = node;
		p->parent = from;
		index = (int)t->graph->points->len;
		g_ptr_array_add(t->graph->points, p);
		g_hash_table_insert(t->index, p, GINT_TO_POINTER(index + 1));
	}
	if (from >= 0)
		add_edge(t, trace_point(t, from), index, truth);
}

/* What is known of a value by assumption, as a value of its own. */
static const struct value *resolved(struct tracer *t, const struct state *s, const struct value *v,
				    const char *type)
{
	g_autofree char *key = NULL;
	g_autofree char *err = NULL;
	int known;

	if (v->kind != VALUE_SYMBOL && v->kind != VALUE_TEST)
		return v;
	key = value_key(v);
	known = state_assumed(s, key);
	err = g_strdup_printf("IS_ERR(%s)", key);
	if (state_assumed(s, err) == 1)
		return value_simple(t->pool, VALUE_ERROR, NULL, v->origin);
	if (known == 0)
		return value_int(t->pool, 0);
	if (known == 1 && v->kind == VALUE_TEST)
		return value_int(t->pool, 1);
	if (known == 1 && !v->carried && *type != '*')
		return value_simple(t->pool, VALUE_ERROR, NULL, v->origin);
	return v;
}

/* The address of a local of a function that is left means nothing. */
static const struct value *without_addresses(struct tracer *t, const struct value *v,
					     unsigned int depth)
{
	if (v->kind == VALUE_CELL && v->mask >= depth)
		return value_simple(t->pool, VALUE_NONNULL, NULL, ORIGIN_LOCAL);
	for (const struct value *m = v; m->kind == VALUE_RECORD; m = m->base)
		if (m->held != without_addresses(t, m->held, depth))
			return value_unknown(t->pool, ORIGIN_LOCAL);
	return v;
}

static void step_return(struct tracer *t, int from, const struct expr *e)
{
	struct state s = *trace_point(t, from)->state;
	const struct frame *frame = s.frame;
	const struct value *v = e ? trace_eval(t, &s, e) : value_unknown(t->pool, ORIGIN_LOCAL);

	v = resolved(t, &s, v, frame->function->type);
	v = without_addresses(t, v, frame->depth);
	s.frame = frame->up;
	if (!frame->up) {
		s.result = v;
		state_sweep(t->pool, &s, v, trace_remembered, t);
		trace_push(t, from, &s, -1, -1);
		return;
	}
	if (frame->result >= 0)
		state_set_local(t->pool, &s, s.frame->depth, frame->result, trace_kept(t, v));
	trace_advance(t, from, &s, frame->return_node, -1);
}

/* ---- exploring ---- */

static void step(struct tracer *t, int index)
{
	struct trace_point *p = trace_point(t, index);
	const struct fact_node *n;
	struct state s;

	if (p->node < 0)
		return;
	s = *p->state;
	n = &s.frame->function->nodes[p->node];
	switch (n->kind) {
	case NODE_NOP:
	case NODE_LOOP:
	case NODE_WARN:
		trace_advance(t, index, &s, n->next[0], -1);
		break;
	case NODE_ASSIGN:
		trace_assign(t, index, n);
		break;
	case NODE_CALL:
		trace_call(t, index, n);
		break;
	case NODE_BRANCH:
		trace_branch(t, index, trace_eval(t, &s, n->a), n->next[0], n->next[1]);
		break;
	case NODE_SWITCH:
		trace_switch(t, index, n);
		break;
	case NODE_RETURN:
		step_return(t, index, n->a);
		break;
	case NODE_END:
		step_return(t, index, NULL);
		break;
	case NODE_BUG:
		break;
	}
}

static const struct frame *root_frame(struct tracer *t, const struct fact_function *f)
{
	g_autofree struct frame *frame =
		g_malloc0(sizeof(*frame) + f->n_locals * sizeof(frame->locals[0]));

	frame->function = f;
	frame->return_node = -1;
	frame->result = -1;
	frame->n_locals = f->n_locals;
	for (unsigned int i = 0; i < f->n_params; i++) {
		const char *type = f->locals[i].type;
		const char *record = type_pointee(type);

		if (type_is_mapping(type)) {
			frame->locals[i] =
				value_simple(t->pool, VALUE_MAPPING, record, ORIGIN_USER);
		} else if (t->mode == MODE_HANDLER) {
			frame->locals[i] = value_unknown(t->pool, ORIGIN_USER);
		} else {
			g_autofree char *key = g_strdup_printf("param:%s", record ? record : "-");

			frame->locals[i] = value_symbol(t->pool, key, ORIGIN_OBJECT, true, NULL);
		}
	}
	return pool_frame(t->pool, frame);
}

static struct trace_graph *explore(struct tracer *t, const struct fact_function *f,
				   const struct state *initial)
{
	struct trace_graph *graph = g_new0(struct trace_graph, 1);
	g_autoptr(GHashTable) index = g_hash_table_new(point_hash, point_equal);
	const struct trace_point *p = NULL;
	struct state s = *initial;

	graph->root = f;
	graph->points = g_ptr_array_new();
	t->graph = graph;
	t->index = index;
	s.frame = root_frame(t, f);
	if (f->truncated)
		trace_undecided(t, &s, "%s is not understood: %s", f->name, f->truncated);
	trace_push(t, -1, &s, 0, -1);
	/* Of a body that is not all here the end may be what is missing. */
	if (f->truncated) {
		struct state end = s;

		end.frame = NULL;
		end.result = value_unknown(t->pool, ORIGIN_LOCAL);
		trace_push(t, 0, &end, -1, -1);
	}
	for (unsigned int i = 0; i < graph->points->len && !t->need_field && !t->overflow; i++) {
		p = graph->points->pdata[i];
		step(t, (int)i);
	}
	t->graph = NULL;
	t->index = NULL;
	if (t->need_field && p) {
		t->need_in = p->state->frame->function;
		t->need_at = &t->need_in->nodes[p->node];
	}
	if (t->need_field || t->overflow) {
		trace_graph_free(graph);
		return NULL;
	}
	return graph;
}

struct trace_graph *trace_explore(struct tracer *t, const struct fact_function *f,
				  const struct state *initial)
{
	struct trace_graph *graph = explore(t, f, initial);

	if (!t->overflow)
		return graph;
	t->coarse = initial;
	t->overflow = NULL;
	pool_forget_sweeps(t->pool);
	graph = explore(t, f, initial);
	if (graph)
		graph->coarse = true;
	pool_forget_sweeps(t->pool);
	t->coarse = NULL;
	return graph;
}

int trace_failed(const struct state *exit)
{
	const struct value *v = exit->result;
	g_autofree char *key = NULL;
	g_autofree char *negative = NULL;
	int known;

	if (!v)
		return -1;
	if (v->kind == VALUE_INT)
		return v->n != 0;
	if (v->kind == VALUE_ERROR)
		return 1;
	key = value_key(v);
	known = state_assumed(exit, key);
	if (known == 0)
		return 0;
	negative = g_strdup_printf("(%s<0)", key);
	if (state_assumed(exit, negative) == 0)
		return 0;
	return known == 1 ? 1 : -1;
}

bool trace_has_handlers(const struct state *s)
{
	if (s->vm_ops->kind == VALUE_INT)
		return s->vm_ops->n != 0;
	return s->vm_ops->kind != VALUE_GLOBAL || strcmp(s->vm_ops->name, TRACE_NO_VM_OPS);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace: explores points breadth first.  Two ways that meet at one place in
 * equal states are one from there on, so loops end when nothing new is learnt.
 */
#include <stdarg.h>
#include <string.h>

#include "trace_private.h"

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

/* ---- liveness ---- */

static void mark_uses(const struct expr *e, guint64 *set)
{
	if (!e)
		return;
	if (e->kind == EXPR_LOCAL)
		set[e->value / 64] |= (guint64)1 << (e->value % 64);
	mark_uses(e->a, set);
	mark_uses(e->b, set);
}

/* Locals whose address is taken, or that are records, live throughout. */
static void mark_addressed(const struct expr *e, guint64 *set)
{
	if (!e)
		return;
	if (e->kind == EXPR_ADDRESS || e->kind == EXPR_INDEX)
		mark_uses(e->a, set);
	mark_addressed(e->a, set);
	mark_addressed(e->b, set);
}

static void mark_node(const struct fact_node *n, guint64 *set)
{
	if (n->kind != NODE_ASSIGN || n->a->kind != EXPR_LOCAL)
		mark_uses(n->a, set);
	mark_uses(n->b, set);
	for (unsigned int i = 0; i < n->n_args; i++)
		mark_uses(n->args[i], set);
}

static bool merge_live(guint64 *live, const guint64 *from, unsigned int words)
{
	bool changed = false;

	for (unsigned int i = 0; i < words; i++) {
		changed |= (from[i] & ~live[i]) != 0;
		live[i] |= from[i];
	}
	return changed;
}

static bool live_step(const struct fact_function *f, unsigned int i, guint64 *live,
		      unsigned int words, guint64 *scratch)
{
	const struct fact_node *n = &f->nodes[i];
	gint64 defined = n->kind == NODE_CALL				    ? n->result :
			 n->kind == NODE_ASSIGN && n->a->kind == EXPR_LOCAL ? n->a->value :
									      -1;

	memset(scratch, 0, words * sizeof(*scratch));
	for (int s = 0; s < 2; s++)
		if (n->next[s] >= 0)
			merge_live(scratch, live + (gsize)n->next[s] * words, words);
	for (unsigned int k = 0; k < n->n_cases; k++)
		merge_live(scratch, live + (gsize)n->cases[k].next * words, words);
	if (defined >= 0)
		scratch[defined / 64] &= ~((guint64)1 << (defined % 64));
	mark_node(n, scratch);
	return merge_live(live + (gsize)i * words, scratch, words);
}

/* For each node the set of locals that are read at it or after it. */
static const guint64 *liveness(struct tracer *t, const struct fact_function *f, unsigned int *words)
{
	guint64 *live = g_hash_table_lookup(t->liveness, f);
	g_autofree guint64 *scratch = NULL;
	bool changed = true;

	*words = (f->n_locals + 63) / 64 + 1;
	if (live)
		return live;
	live = g_new0(guint64, (gsize)*words * f->n_nodes);
	scratch = g_new0(guint64, *words);
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		mark_addressed(f->nodes[i].a, scratch);
		mark_addressed(f->nodes[i].b, scratch);
		for (unsigned int k = 0; k < f->nodes[i].n_args; k++)
			mark_addressed(f->nodes[i].args[k], scratch);
	}
	for (unsigned int i = 0; i < f->n_nodes; i++)
		memcpy(live + (gsize)i * *words, scratch, *words * sizeof(*live));
	while (changed) {
		changed = false;
		for (unsigned int i = f->n_nodes; i-- > 0;)
			changed |= live_step(f, i, live, *words, scratch);
	}
	g_hash_table_insert(t->liveness, (void *)f, live);
	return live;
}

static const struct frame *live_frame(struct tracer *t, const struct frame *frame, int node)
{
	unsigned int words;
	const guint64 *live = liveness(t, frame->function, &words) + 0;
	g_autofree struct frame *copy = NULL;

	live += (gsize)node * words;
	for (unsigned int i = 0; i < frame->n_locals; i++) {
		if (!frame->locals[i] || (live[i / 64] >> (i % 64) & 1))
			continue;
		if (!copy)
			copy = g_memdup2(frame, sizeof(*frame) +
							frame->n_locals * sizeof(frame->locals[0]));
		copy->locals[i] = NULL;
	}
	return copy ? pool_frame(t->pool, copy) : frame;
}

/* Whether a field of the key is asked about in more than one place. */
static bool asked_again(const struct program *program, const char *key)
{
	const char *colons = key;
	bool fields = false;

	while ((colons = strstr(colons, "::"))) {
		const char *start = colons;
		const char *end = colons + 2;
		g_autofree char *field = NULL;

		while (start > key && (g_ascii_isalnum(start[-1]) || start[-1] == '_'))
			start--;
		while (g_ascii_isalnum(*end) || *end == '_')
			end++;
		field = g_strndup(start, (gsize)(end - start));
		if (GPOINTER_TO_UINT(g_hash_table_lookup(program->tested, field)) > 1)
			return true;
		fields = true;
		colons = end;
	}
	return !fields;
}

static bool remembered(const char *key, void *data)
{
	struct tracer *t = data;
	gpointer known;

	if (t->mode == MODE_EFFECT)
		return false;
	if (t->coarse)
		return state_assumed(t->coarse, key) >= 0;
	known = g_hash_table_lookup(t->remembered, key);
	if (!known) {
		known = GINT_TO_POINTER(asked_again(t->program, key) ? 1 : 2);
		g_hash_table_insert(t->remembered, (void *)pool_string(t->pool, key), known);
	}
	return GPOINTER_TO_INT(known) == 1;
}

const struct value *trace_kept(const struct tracer *t, const struct value *v)
{
	if (t->mode == MODE_EFFECT && (v->kind == VALUE_SYMBOL || v->kind == VALUE_TEST ||
				       v->kind == VALUE_UNKNOWN || v->kind == VALUE_NONNULL))
		return value_unknown(t->pool, ORIGIN_LOCAL);
	return v;
}

void trace_advance(struct tracer *t, int from, struct state *s, int node, int truth)
{
	if (node < 0)
		return;
	s->frame = live_frame(t, s->frame, node);
	state_sweep(t->pool, s, NULL, remembered, t);
	trace_push(t, from, s, node, truth);
}

/* ---- flags ---- */

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

/* ---- branches ---- */

struct branching {
	struct tracer *t;
	int from;
	const struct state *state;
	int next[2];
	bool inverted; /* the condition is the opposite of the value that is looked at */
};

static void take(const struct branching *b, struct state *s, bool truth)
{
	trace_advance(b->t, b->from, s, b->next[truth ? 0 : 1], truth != b->inverted);
}

static void fork_both(const struct branching *b, const struct value *v, enum origin origin,
		      const char *key)
{
	struct trace_point *p = trace_point(b->t, b->from);

	p->fork = origin == ORIGIN_USER || origin == ORIGIN_LOCAL ? FORK_JOIN : FORK_UNION;
	p->origin = origin;
	for (int truth = 1; truth >= 0; truth--) {
		struct state s = *b->state;

		if (key)
			state_assume(b->t->pool, &s, key, truth, v->carried);
		take(b, &s, truth);
	}
}

/* ((flags & mask) == n): bits that the kind of mapping decides make kinds. */
static void branch_on_flags(const struct branching *b, const struct value *v)
{
	const struct vm_values *values = &b->t->program->values;
	guint64 kind_bits = values->shared | values->mayshare | values->maywrite;
	enum mapping_kind first = b->state->kind, last = b->state->kind;
	struct trace_point *p = trace_point(b->t, b->from);

	if (!(v->mask & kind_bits)) {
		g_autofree char *key = value_key(v);

		fork_both(b, v, ORIGIN_USER, key);
		return;
	}
	if (b->state->kind == MAPPING_ANY) {
		first = MAPPING_SHARED;
		last = MAPPING_PRIVATE;
	}
	p->fork = FORK_JOIN;
	p->origin = ORIGIN_USER;
	for (int kind = (int)first; kind <= (int)last; kind++) {
		struct state s = *b->state;
		guint64 ones, zeros, open, wanted = (guint64)v->n;
		bool differs;

		trace_kind_bits(b->t, (enum mapping_kind)kind, &ones, &zeros);
		s.kind = (enum mapping_kind)kind;
		s.ones |= ones & ~s.zeros;
		s.zeros |= zeros & ~s.ones;
		differs = ((ones & v->mask) & ~wanted) || ((zeros & v->mask) & wanted);
		open = v->mask & ~(ones | zeros);
		if (differs || !open) {
			take(b, &s, differs == (v->op == OP_NE));
		} else {
			struct state other = s;

			take(b, &s, true);
			take(b, &other, false);
		}
	}
}

/* What follows from a test of a symbol for the symbol itself: -1 nothing. */
static int implied_truth(const struct value *v, bool truth)
{
	gint64 zero;

	if (v->op == OP_NONE)
		return truth ? 1 : -1;
	if (v->op == OP_EQ && truth)
		return v->n != 0;
	if (v->op == OP_NE && !truth)
		return v->n != 0;
	if (!expr_fold(v->op, 0, v->n, &zero))
		return -1;
	/* 0 would have given the other answer. */
	return (bool)zero != truth ? 1 : -1;
}

static void branch_on_value(const struct branching *b, const struct value *v);

static void branch_on_test(const struct branching *b, const struct value *v)
{
	const struct value *base = v->base;
	struct trace_point *p = trace_point(b->t, b->from);
	g_autofree char *key = NULL;
	g_autofree char *base_key = value_key(base);
	int known = state_assumed(b->state, base_key);
	gint64 n;

	/* "x == 0" and "x != 0" are the truth of x. */
	if (v->op == OP_EQ && v->n == 0) {
		struct branching other = {
			b->t, b->from, b->state, { b->next[1], b->next[0] }, !b->inverted
		};

		branch_on_value(&other, base);
		return;
	}
	if (v->op == OP_NE && v->n == 0) {
		branch_on_value(b, base);
		return;
	}
	key = value_key(v);
	if (state_assumed(b->state, key) >= 0) {
		struct state s = *b->state;

		take(b, &s, state_assumed(b->state, key));
		return;
	}
	if (known == 0 && v->op != OP_NONE && expr_fold(v->op, 0, v->n, &n)) {
		struct state s = *b->state;

		take(b, &s, n != 0);
		return;
	}
	if (known == 0 && v->op == OP_NONE) {
		struct state s = *b->state;

		take(b, &s, false);
		return;
	}
	p->fork = v->origin == ORIGIN_USER || v->origin == ORIGIN_LOCAL ? FORK_JOIN : FORK_UNION;
	p->origin = v->origin;
	for (int truth = 1; truth >= 0; truth--) {
		struct state s = *b->state;
		int implied = implied_truth(v, truth);

		if (implied >= 0 && known >= 0 && implied != known)
			continue;
		state_assume(b->t->pool, &s, key, truth, v->carried);
		if (implied >= 0)
			state_assume(b->t->pool, &s, base_key, implied, v->carried);
		take(b, &s, truth);
	}
}

static void branch_on_value(const struct branching *b, const struct value *v)
{
	struct state s = *b->state;
	int known;

	if (v->kind == VALUE_INT) {
		take(b, &s, v->n != 0);
	} else if (value_is_nonzero(v)) {
		take(b, &s, true);
	} else if (v->kind == VALUE_FLAGS) {
		const struct value *test =
			value_binary(b->t->pool, OP_NE, v, value_int(b->t->pool, 0));

		if (test->kind == VALUE_FLAG_TEST)
			branch_on_flags(b, test);
		else
			take(b, &s, test->n != 0);
	} else if (v->kind == VALUE_FLAG_TEST) {
		g_autofree char *key = value_key(v);

		known = state_assumed(b->state, key);
		if (known >= 0)
			take(b, &s, known == (v->op == OP_EQ));
		else
			branch_on_flags(b, v);
	} else if (v->kind == VALUE_SYMBOL) {
		known = state_assumed(b->state, v->name);
		if (known >= 0)
			take(b, &s, known);
		else
			fork_both(b, v, v->origin, v->name);
	} else if (v->kind == VALUE_TEST) {
		branch_on_test(b, v);
	} else {
		fork_both(b, v, v->origin, NULL);
	}
}

void trace_branch(struct tracer *t, int from, const struct value *v, int yes, int no)
{
	struct branching b = { t, from, trace_point(t, from)->state, { yes, no }, false };

	branch_on_value(&b, v);
}

static void step_switch(struct tracer *t, int from, const struct fact_node *n)
{
	struct trace_point *p = trace_point(t, from);
	const struct state *state = p->state;
	const struct value *v = trace_eval(t, state, n->a);
	struct branching b = { t, from, state, { -1, -1 }, false };

	if (v->kind == VALUE_INT) {
		struct state s = *state;

		for (unsigned int i = 0; i < n->n_cases; i++) {
			const struct fact_case *c = &n->cases[i];

			if (c->low > c->high || (v->n >= c->low && v->n <= c->high)) {
				trace_advance(t, from, &s, c->next, -1);
				if (c->low <= c->high)
					return;
			}
		}
		trace_advance(t, from, &s, n->next[0], -1);
		return;
	}
	p->fork = v->origin == ORIGIN_USER || v->origin == ORIGIN_LOCAL ? FORK_JOIN : FORK_UNION;
	p->origin = v->origin;
	for (unsigned int i = 0; i < n->n_cases; i++) {
		const struct fact_case *c = &n->cases[i];
		const struct value *test =
			value_binary(t->pool, OP_EQ, v, value_int(t->pool, c->low));
		struct state s = *state;

		if (c->low == c->high && test->kind == VALUE_TEST) {
			g_autofree char *key = value_key(test);

			if (state_assumed(state, key) == 0)
				continue;
			state_assume(t->pool, &s, key, true, v->carried);
		}
		b.next[0] = c->next;
		take(&b, &s, true);
	}
	if (n->next[0] >= 0) {
		struct state s = *state;

		b.next[1] = n->next[0];
		take(&b, &s, false);
	}
}

/* ---- assignments ---- */

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

	while (from->kind == EXPR_CAST)
		from = from->a;
	source = trace_place(t, s, from);
	if (source->kind != VALUE_GLOBAL)
		source = value_unknown(t->pool, ORIGIN_ENVIRONMENT);
	s->copies = value_with_member(t->pool, s->copies ? s->copies : value_int(t->pool, 1),
				      to->name, source);
}

static void step_assign(struct tracer *t, int from, const struct fact_node *n)
{
	struct state s = *trace_point(t, from)->state;
	const struct expr *to = n->a;
	const struct value *v = trace_eval(t, &s, n->b);

	while (to->kind == EXPR_CAST)
		to = to->a;
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

/* ---- returns ---- */

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
		state_sweep(t->pool, &s, v, remembered, t);
		trace_push(t, from, &s, -1, -1);
		return;
	}
	if (frame->result >= 0)
		state_set_local(t->pool, &s, s.frame->depth, frame->result, trace_kept(t, v));
	s.frame = live_frame(t, s.frame, frame->return_node);
	state_sweep(t->pool, &s, NULL, remembered, t);
	trace_push(t, from, &s, frame->return_node, -1);
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
		step_assign(t, index, n);
		break;
	case NODE_CALL:
		trace_call(t, index, n);
		break;
	case NODE_BRANCH:
		trace_branch(t, index, trace_eval(t, &s, n->a), n->next[0], n->next[1]);
		break;
	case NODE_SWITCH:
		step_switch(t, index, n);
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

/* ---- exits ---- */

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

const struct state *trace_leftover(struct pool *pool, const struct program *program,
				   const struct state *exit)
{
	struct state s = { 0 };
	const struct assumptions *a = exit->assumed;

	s.ones = exit->ones;
	s.zeros = exit->zeros;
	s.kind = exit->kind;
	s.set_before = exit->set_before;
	s.vm_ops = exit->vm_ops;
	s.file = exit->file;
	s.copies = exit->copies;
	/* A question that is asked only once need not be remembered. */
	for (unsigned int i = 0; a && i < a->n; i++)
		if (a->list[i].carried && asked_again(program, a->list[i].key))
			state_assume(pool, &s, a->list[i].key, a->list[i].truth, true);
	return pool_state(pool, &s);
}

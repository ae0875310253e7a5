// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_branch: what is learnt from a condition on either side of a branch.
 */
#include "trace_private.h"

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

void trace_switch(struct tracer *t, int from, const struct fact_node *n)
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

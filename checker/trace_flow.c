// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_flow: which locals of a function end up in the flags of a mapping, so
 * that the functions that compute them are worth following.  By the text of the
 * functions alone: assignments, arguments and results.
 */
#include "trace_private.h"

struct flow {
	guint64 *flags;	  /* locals that end up in flags */
	guint64 *results; /* locals that end up in what the function returns */
};

static bool has(const guint64 *set, gint64 local)
{
	return set[local / 64] >> (local % 64) & 1;
}

/* Adds the locals of an expression; true if there was a new one. */
static bool add_uses(guint64 *set, const struct expr *e)
{
	bool added = false;

	if (!e)
		return false;
	if (e->kind == EXPR_LOCAL && !has(set, e->value)) {
		set[e->value / 64] |= (guint64)1 << (e->value % 64);
		added = true;
	}
	added |= add_uses(set, e->a);
	return add_uses(set, e->b) || added;
}

static bool changes_flags(const struct word *word)
{
	switch (word->class) {
	case WORD_FLAGS_SET:
	case WORD_FLAGS_CLEAR:
	case WORD_FLAGS_MOD:
	case WORD_FLAGS_RESET:
	case WORD_FLAGS_SET_BIT:
		return true;
	default:
		return false;
	}
}

static const struct flow *flow_of(struct tracer *t, const struct fact_function *f);

static bool add_arguments(struct tracer *t, const struct fact_node *n, guint64 *set)
{
	const struct word *word;
	const struct fact_function *callee;
	const struct flow *flow;
	bool added = false;

	if (n->a->kind != EXPR_FUNCTION)
		return false;
	word = word_of_id(n->a->name);
	if (word) {
		for (unsigned int i = 1; changes_flags(word) && i < n->n_args; i++)
			added |= add_uses(set, n->args[i]);
		return added;
	}
	callee = program_function(t->program, n->a->name, false);
	flow = callee ? flow_of(t, callee) : NULL;
	for (unsigned int i = 0; flow && i < n->n_args && i < callee->n_params; i++)
		if (has(flow->flags, i))
			added |= add_uses(set, n->args[i]);
	return added;
}

static bool flow_step(struct tracer *t, const struct fact_node *n, struct flow *flow)
{
	bool added = false;

	switch (n->kind) {
	case NODE_CALL:
		return add_arguments(t, n, flow->flags);
	case NODE_RETURN:
		return add_uses(flow->results, n->a);
	case NODE_ASSIGN:
		if (n->a->kind == EXPR_FIELD && field_role(n->a->name) == FIELD_FLAGS)
			return add_uses(flow->flags, n->b);
		if (n->a->kind != EXPR_LOCAL)
			return false;
		if (has(flow->flags, n->a->value))
			added |= add_uses(flow->flags, n->b);
		if (has(flow->results, n->a->value))
			added |= add_uses(flow->results, n->b);
		return added;
	default:
		return false;
	}
}

static const struct flow *flow_of(struct tracer *t, const struct fact_function *f)
{
	struct flow *flow = g_hash_table_lookup(t->flows, f);
	gsize size = (f->n_locals / 64 + 1) * sizeof(guint64);
	bool changed = true;

	if (flow)
		return flow;
	flow = pool_alloc(t->pool, sizeof(*flow));
	flow->flags = pool_alloc(t->pool, size);
	flow->results = pool_alloc(t->pool, size);
	/* Before it is whole: functions that call one another see what is known so far. */
	g_hash_table_insert(t->flows, (void *)f, flow);
	while (changed) {
		changed = false;
		for (unsigned int i = f->n_nodes; i-- > 0;)
			changed |= flow_step(t, &f->nodes[i], flow);
	}
	return flow;
}

bool trace_flows_to_flags(struct tracer *t, const struct frame *frame, int local)
{
	for (; frame && local >= 0; frame = frame->up) {
		const struct flow *flow = flow_of(t, frame->function);

		if (has(flow->flags, local))
			return true;
		if (!has(flow->results, local))
			return false;
		local = frame->result;
	}
	return false;
}

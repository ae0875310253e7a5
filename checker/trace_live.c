// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_live: what is kept of a state from one point to the next: locals that are
 * read later, assumptions that are asked for again.  States that differ in nothing
 * else are one.
 */
#include <string.h>

#include "trace_private.h"

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
static bool asked_again(struct program *program, const char *key)
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
		if (program_tests_again(program, field))
			return true;
		fields = true;
		colons = end;
	}
	return !fields;
}

bool trace_remembered(const char *key, void *data)
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
	state_sweep(t->pool, s, NULL, trace_remembered, t);
	trace_push(t, from, s, node, truth);
}

const struct state *trace_leftover(struct pool *pool, struct program *program,
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_helper: what a helper does, by its body in the analysed tree: what it stops
 * on, what it does to mappings, and whether that is what its row in the vocabulary
 * says.
 */
#include <string.h>

#include "questions.h"
#include "trace_private.h"

/* ---- preconditions ---- */

/* The branch that leads to a point of the same function, or NULL. */
static const struct trace_point *controlling_branch(const struct trace_graph *graph,
						    const struct trace_point *p)
{
	const struct frame *frame = p->state->frame;

	for (int at = p->parent; at >= 0;) {
		const struct trace_point *q = graph->points->pdata[at];

		if (!q->state->frame || q->state->frame->function != frame->function)
			return NULL;
		if (q->state->frame->function->nodes[q->node].kind == NODE_BRANCH)
			return q;
		at = q->parent;
	}
	return NULL;
}

/* Whether a BUG or WARN is certain: the flags, or the kind of mapping, decide. */
static unsigned int stop_at(const struct trace_graph *graph, const struct trace_point *p)
{
	const struct fact_node *n = &p->state->frame->function->nodes[p->node];
	const struct trace_point *branch;

	if (n->kind != NODE_BUG && n->kind != NODE_WARN)
		return 0;
	branch = controlling_branch(graph, p);
	if (!branch || (branch->fork != FORK_NONE && branch->state->kind == p->state->kind))
		return 0;
	if (n->kind == NODE_WARN)
		return STOP_WARN;
	return ((const struct trace_point *)graph->points->pdata[0])->state->kind !=
			       p->state->kind ?
		       STOP_BUG_PRIVATE :
		       STOP_BUG;
}

unsigned int trace_precondition(struct program *program, const char *helper, const struct state *at,
				bool in_handler, const struct fact_function **in,
				const struct fact_node **node)
{
	const struct fact_function *f = program_function(program, helper, false);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));
	struct pool *pool;
	struct trace_graph *graph;
	struct tracer t;
	struct state s = { 0 };
	unsigned int found = 0;
	bool ends = false, succeeds = false;

	if (!f)
		return STOP_UNKNOWN;
	pool = pool_new();
	tracer_begin(&t, program, pool, none);
	t.mode = MODE_CHECK;
	t.in_handler = in_handler;
	s.ones = at->ones;
	s.zeros = at->zeros;
	s.kind = at->kind;
	s.vm_ops = value_unknown(pool, ORIGIN_OBJECT);
	graph = trace_explore(&t, f, &s);
	for (unsigned int i = 0; graph && i < graph->points->len; i++) {
		const struct trace_point *p = graph->points->pdata[i];
		const struct value *v = p->state->result;
		unsigned int stop;

		if (p->node < 0) {
			ends = true;
			succeeds |= !v || v->kind != VALUE_INT ||
				    !((guint64)v->n & program->values.fault_error);
			continue;
		}
		stop = stop_at(graph, p);
		if (!stop || (found & stop))
			continue;
		/* The worst one names the place. */
		if (!found || stop == STOP_BUG) {
			if (in)
				*in = p->state->frame->function;
			if (node)
				*node = &p->state->frame->function->nodes[p->node];
		}
		found |= stop;
	}
	if (ends && !succeeds && word_find(helper) && g_str_has_prefix(helper, "vmf_"))
		found |= STOP_FAILS;
	trace_graph_free(graph);
	tracer_end(&t);
	pool_free(pool);
	return found;
}

/* ---- effects ---- */

/* Takes over what the ways from one state have inserted. */
static void add_graph(const struct tracer *t, const struct trace_graph *graph,
		      struct trace_effect *effect, bool fresh)
{
	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *p = graph->points->pdata[i];
		const struct state *s = p->state;

		if (p->node >= 0)
			continue;
		if (s->undecided && !effect->unknown)
			effect->unknown = program_string(t->program, s->undecided);
		if (!s->inserts)
			continue;
		effect->inserts |= s->inserts;
		if (!fresh)
			continue;
		effect->sets = effect->fresh ? effect->sets & s->ones : s->ones;
		effect->fresh = true;
	}
}

struct trace_effect trace_effect(struct program *program, const struct fact_function *f)
{
	const guint64 pfnmap = program->values.pfnmap, mixedmap = program->values.mixedmap;
	const guint64 ones[] = { 0, pfnmap, mixedmap };
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));
	struct trace_effect effect = { 0 };
	struct pool *pool = pool_new();
	struct tracer t;

	tracer_begin(&t, program, pool, none);
	t.mode = MODE_EFFECT;
	t.fault = true;
	for (unsigned int i = 0; i < G_N_ELEMENTS(ones) && !effect.unknown; i++) {
		struct state s = { .ones = ones[i], .zeros = (pfnmap | mixedmap) & ~ones[i] };
		struct trace_graph *graph;

		s.vm_ops = value_unknown(pool, ORIGIN_OBJECT);
		graph = trace_explore(&t, f, &s);
		if (graph)
			add_graph(&t, graph, &effect, !ones[i]);
		else
			effect.unknown = t.overflow ? "it has more points than the bound" :
						      "it depends on a table";
		trace_graph_free(graph);
	}
	effect.sets &= pfnmap | mixedmap;
	tracer_end(&t);
	pool_free(pool);
	return effect;
}

/* ---- doubts ---- */

static char *doubt_class(const struct word *word, const struct trace_effect *effect)
{
	unsigned int pages = effect->inserts & (INSERT_PAGE | INSERT_STORED_PAGE);

	if (!effect->inserts)
		return g_strdup("inserts nothing that can be seen");
	if (pages && (word->class == WORD_PFN || word->class == WORD_PFN_SETS))
		return g_strdup("inserts entries that are not special");
	if (!pages && word->class == WORD_PAGE)
		return g_strdup("inserts no struct pages");
	return NULL;
}

/* The first flag that the body and the row do not agree on. */
static char *doubt_flags(const struct program *program, const struct word *word,
			 const struct trace_effect *effect)
{
	const struct {
		const char *name;
		guint64 value;
		bool claimed;
	} flags[] = {
		{ "VM_PFNMAP", program->values.pfnmap, word->sets & WORD_VM_PFNMAP },
		{ "VM_MIXEDMAP", program->values.mixedmap, word->sets & WORD_VM_MIXEDMAP },
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(flags) && effect->fresh; i++) {
		bool set = effect->sets & flags[i].value;

		if (set != flags[i].claimed)
			return g_strconcat(set ? "sets " : "does not set ", flags[i].name, NULL);
	}
	return NULL;
}

/* A row held against a body. */
struct comparison {
	const char *doubt;
	const char *unknown;
};

static struct comparison *compare(struct program *program, const struct word *word,
				  const struct fact_function *f)
{
	struct comparison *c = g_new0(struct comparison, 1);
	struct trace_effect effect = trace_effect(program, f);
	g_autofree char *doubt = NULL;

	c->unknown = effect.unknown;
	if (!c->unknown)
		doubt = doubt_class(word, &effect);
	if (!c->unknown && !doubt)
		doubt = doubt_flags(program, word, &effect);
	c->doubt = doubt ? program_string(program, doubt) : NULL;
	return c;
}

static guint64 ask_doubt(struct program *program, const char *id, const void *word)
{
	return question_mix_string(0, trace_doubt(program, word, id, NULL));
}

const char *trace_doubt(struct program *program, const struct word *word, const char *id,
			const char **unknown)
{
	const struct fact_function *f = program_function(program, id, false);
	struct comparison *c;
	void *log;

	if (unknown)
		*unknown = f ? NULL : "its body is not known";
	if (!f || !word_inserts(word) || word->class == WORD_FORWARD)
		return NULL;
	log = question_log_pause();
	g_rec_mutex_lock(&program->lock);
	c = g_hash_table_lookup(program->doubts, f->id);
	if (!c) {
		c = compare(program, word, f);
		g_hash_table_insert(program->doubts, (void *)f->id, c);
	}
	g_rec_mutex_unlock(&program->lock);
	question_log_resume(log);
	if (question_logging())
		question_note(ask_doubt, id, word, question_mix_string(0, c->doubt));
	if (unknown)
		*unknown = c->unknown;
	return c->doubt;
}

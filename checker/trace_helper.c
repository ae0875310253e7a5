// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_helper: what a helper does to mappings, by its body in the analysed tree,
 * and whether that is what its row in the vocabulary says.
 */
#include <string.h>

#include "trace_private.h"

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

const char *trace_doubt(struct program *program, const struct word *word, const char *id,
			const char **unknown)
{
	const struct fact_function *f = program_function(program, id, false);
	struct comparison *c;

	if (unknown)
		*unknown = f ? NULL : "its body is not known";
	if (!f || !word_inserts(word) || word->class == WORD_FORWARD)
		return NULL;
	g_rec_mutex_lock(&program->lock);
	c = g_hash_table_lookup(program->doubts, f->id);
	if (!c) {
		c = compare(program, word, f);
		g_hash_table_insert(program->doubts, (void *)f->id, c);
	}
	g_rec_mutex_unlock(&program->lock);
	if (unknown)
		*unknown = c->unknown;
	return c->doubt;
}

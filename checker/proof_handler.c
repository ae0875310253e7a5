// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof_handler: what the handlers that a way through mmap leaves behind insert.
 */
#include <string.h>

#include "proof_private.h"

void proof_tell_vm_ops(struct prover *p, const struct state *after)
{
	const struct fact_table *t;
	g_autoptr(GString) absent = g_string_new(NULL);

	if (!trace_has_handlers(after) || after->vm_ops->kind != VALUE_GLOBAL)
		return;
	t = program_table(p->j.program, after->vm_ops->name);
	if (!t)
		return;
	for (const struct handler *h = vm_handlers; h->name; h++)
		if (!proof_find_member(t, after->vm_ops->path ? after->vm_ops->path : "", h->field))
			g_string_append_printf(absent, "%s%s", absent->len ? ", " : "", h->name);
	proof_add(p, proof_table_place(p, t), NULL,
		  absent->len ? judge_text(&p->j, "%s, which has no %s", t->name, absent->str) :
				judge_text(&p->j, "%s", t->name));
}

static void tell_handler_start(struct prover *p, const struct trace_handler *h)
{
	const struct fact_table *t = program_table(p->j.program, h->after->vm_ops->name);
	const char *vm_ops = id_name(h->after->vm_ops->name);
	const struct fact_member *m = proof_find_member(
		t, h->after->vm_ops->path ? h->after->vm_ops->path : "", h->handler->field);
	const struct trace_graph *graph = h->graph;
	struct place at = { 0 };
	const char *note;
	struct proof_step *step;

	if (m)
		at = proof_member_place(p, t, m);
	else if (graph && graph->root)
		at = proof_place(p, graph->root->file, graph->root->line, graph->root->column);
	else if (t)
		at = proof_table_place(p, t);
	if (h->unknown)
		note = judge_text(&p->j, "the %s handler of %s %s", h->handler->name, vm_ops,
				  h->unknown);
	else if (graph && graph->root)
		note = judge_text(&p->j, "later, on a fault, %s runs as %s of %s",
				  graph->root->name, h->handler->name, vm_ops);
	else
		note = judge_text(&p->j, "the %s handler of %s", h->handler->name, vm_ops);
	step = proof_add(p, at, NULL, note);
	step->tone = h->unknown ? TONE_OPEN : TONE_PLAIN;
}

/* Something that a handler inserts or gets lost at; false if it was told before. */
static bool is_new(struct prover *p, GHashTable *told, const struct trace_handler *h,
		   const struct trace_point *at, unsigned int bits)
{
	struct place place = judge_place_of(&p->j, at);
	char *key = g_strdup_printf("%s %s:%u:%u %u %s", h->handler->name,
				    place.file ? place.file : "", place.line, place.column, bits,
				    proof_state_key(p, at->state));

	return g_hash_table_add(told, key);
}

/* The insertions of a handler, each with the way to it. */
static bool tell_insertions(struct prover *p, const struct trace_handler *h, GHashTable *told,
			    bool started)
{
	const struct trace_graph *graph = h->graph;

	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *at = judge_point_at(graph, (int)i);

		for (unsigned int k = 0; k < at->n_edges; k++) {
			int to = at->edges[k].to;
			const struct trace_point *next = judge_point_at(graph, to);
			unsigned int bits = judge_inserted_between(at, next);
			bool lost = !at->state->undecided && next->state->undecided;
			g_autoptr(GArray) way = NULL;

			if (!lost && (!bits || ((bits & INSERT_STORED_PAGE) &&
						!(outcomes_at(p->j.o, graph, to) & OUTCOME_BAD))))
				continue;
			if (!is_new(p, told, h, at, lost ? 0 : bits))
				continue;
			if (!started)
				tell_handler_start(p, h);
			else
				proof_add(p,
					  proof_place(p, graph->root->file, graph->root->line,
						      graph->root->column),
					  NULL,
					  judge_text(&p->j, "another way through %s",
						     graph->root->name));
			started = true;
			way = judge_way_to(graph, (int)i);
			g_array_append_val(way, to);
			proof_tell_way(p, graph, way, NULL);
		}
	}
	return started;
}

/* A handler that is a helper of mm itself. */
static void tell_helper_handler(struct prover *p, const struct trace_handler *h)
{
	const struct trace_point *at = judge_point_at(h->graph, 0);
	unsigned int bits = at->state->inserts;
	struct proof_step *step;

	tell_handler_start(p, h);
	step = p->part->steps->pdata[p->part->steps->len - 1];
	step->note = judge_text(&p->j, "%s is %s, which inserts %s (%s)", step->note,
				at->word->name, judge_insert_words(bits), at->word->source);
	step->tone = judge_offence(&p->j, bits, at->state) ? TONE_BAD : TONE_GOOD;
}

void proof_tell_handlers(struct prover *p, const GArray *exits)
{
	const struct trace_graph *graph = p->j.r->graph;
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	/* Names of handlers that were told, or insert nothing. */
	g_autoptr(GHashTable) started = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) idle = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	for (unsigned int i = 0; i < exits->len; i++) {
		const struct state *exit =
			judge_point_at(graph, g_array_index(exits, int, i))->state;
		g_autoptr(GPtrArray) handlers = outcomes_handlers(p->j.o, exit);

		for (unsigned int k = 0; k < handlers->len; k++) {
			const struct trace_handler *h = handlers->pdata[k];
			const char *name = h->handler->name;
			bool before = g_hash_table_contains(started, name);

			if (h->unknown || (h->graph && !h->graph->root)) {
				if (!before && h->unknown)
					tell_handler_start(p, h);
				else if (!before)
					tell_helper_handler(p, h);
				g_hash_table_add(started, (void *)name);
			} else if (h->graph && tell_insertions(p, h, told, before)) {
				g_hash_table_add(started, (void *)name);
			} else if (g_hash_table_add(idle, (void *)name)) {
				g_ptr_array_add(order, (void *)h);
			}
		}
	}
	for (unsigned int i = 0; i < order->len; i++) {
		const struct trace_handler *h = order->pdata[i];
		struct proof_step *step;

		if (g_hash_table_contains(started, h->handler->name))
			continue;
		tell_handler_start(p, h);
		step = p->part->steps->pdata[p->part->steps->len - 1];
		step->note = judge_text(&p->j, "%s and inserts nothing", step->note);
	}
}

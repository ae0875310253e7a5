// SPDX-License-Identifier: GPL-2.0-only
/*
 * outcome: sets of outcomes, computed backwards over graphs of points.
 *
 * In a loop a point may depend on itself; a side that is not known yet is left
 * out of joins, and the sets are computed anew until nothing changes.
 */
#include <string.h>

#include "bounds.h"
#include "outcome.h"

enum verdict outcome_verdict(unsigned int set)
{
	if (set & OUTCOME_UNDECIDED)
		return VERDICT_UNKNOWN;
	if (set & OUTCOME_BAD)
		return set & OUTCOME_GOOD ? VERDICT_CONDITIONAL : VERDICT_VIOLATION;
	if (set & OUTCOME_GOOD)
		return VERDICT_PASS;
	return set & OUTCOME_FORWARD ? VERDICT_FORWARD : VERDICT_REJECT;
}

unsigned int outcome_of_verdict(enum verdict verdict)
{
	static const unsigned int outcomes[VERDICTS] = {
		[VERDICT_PASS] = OUTCOME_GOOD,
		[VERDICT_VIOLATION] = OUTCOME_BAD,
		[VERDICT_CONDITIONAL] = OUTCOME_BAD | OUTCOME_GOOD,
		[VERDICT_FORWARD] = OUTCOME_FORWARD,
		[VERDICT_REJECT] = OUTCOME_NOTHING,
		[VERDICT_NO_MMAP] = 0,
		[VERDICT_UNKNOWN] = OUTCOME_UNDECIDED,
	};

	return outcomes[verdict];
}

enum level outcome_level(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_VIOLATION:
		return LEVEL_ERROR;
	case VERDICT_CONDITIONAL:
	case VERDICT_UNKNOWN:
		return LEVEL_WARNING;
	default:
		return LEVEL_NONE;
	}
}

unsigned int outcome_join(unsigned int a, unsigned int b)
{
	unsigned int out = 0;

	if (!a || !b)
		return a | b;
	/* Who decides does not choose to get nothing. */
	a = a & ~(unsigned int)OUTCOME_NOTHING ? a & ~(unsigned int)OUTCOME_NOTHING : a;
	b = b & ~(unsigned int)OUTCOME_NOTHING ? b & ~(unsigned int)OUTCOME_NOTHING : b;
	for (unsigned int x = OUTCOME_NOTHING; x <= OUTCOME_BAD; x <<= 1)
		for (unsigned int y = OUTCOME_NOTHING; y <= OUTCOME_BAD; y <<= 1)
			if ((a & x) && (b & y))
				out |= MAX(x, y) | ((x | y) & OUTCOME_UNDECIDED);
	return out;
}

unsigned int outcome_of_state(struct program *program, const struct state *s, unsigned int inserts)
{
	bool set = s->ones & program->values.pfnmap;
	bool clear = s->zeros & program->values.pfnmap;

	if (inserts & INSERT_PAGE)
		return OUTCOME_BAD;
	if (inserts & (INSERT_PFN | INSERT_MIXED)) {
		/* What was not understood may have set the flag. */
		if (clear)
			return s->undecided ? OUTCOME_UNDECIDED : OUTCOME_BAD;
		return set && !s->undecided ? OUTCOME_GOOD : OUTCOME_UNDECIDED;
	}
	if (s->undecided)
		return OUTCOME_UNDECIDED;
	return inserts & INSERT_FORWARD ? OUTCOME_FORWARD : OUTCOME_NOTHING;
}

unsigned int outcome_handler_inserts(struct program *program, const struct state *exit)
{
	const struct vm_values *v = &program->values;
	const struct value *result = exit->result;
	unsigned int inserts = exit->inserts & ~(unsigned int)INSERT_STORED_PAGE;

	if (!(exit->inserts & INSERT_STORED_PAGE))
		return inserts;
	if (result && result->kind == VALUE_INT &&
	    ((guint64)result->n & (v->fault_error | v->fault_nopage | v->fault_retry)))
		return inserts;
	return inserts | INSERT_PAGE;
}

GPtrArray *outcomes_handlers(const struct outcomes *o, const struct state *exit)
{
	const struct state *after = trace_leftover(o->route->pool, o->program, exit);
	GPtrArray *out = g_ptr_array_new();

	for (unsigned int i = 0; i < o->route->handlers->len; i++) {
		struct trace_handler *h = o->route->handlers->pdata[i];

		if (h->after == after)
			g_ptr_array_add(out, h);
	}
	return out;
}

unsigned int outcomes_at(const struct outcomes *o, const struct trace_graph *graph, int point)
{
	const guint8 *sets = g_hash_table_lookup(o->sets, graph);

	return sets ? sets[point] : 0;
}

static unsigned int handler_outcomes(const struct outcomes *o, const struct trace_handler *h)
{
	if (h->unknown)
		return OUTCOME_UNDECIDED;
	return h->graph ? outcomes_at(o, h->graph, 0) : OUTCOME_NOTHING;
}

/* An exit of mmap: what it inserted itself, joined with what its handlers may insert. */
static unsigned int exit_outcomes(const struct outcomes *o, const struct state *exit)
{
	int failed = trace_failed(exit);
	unsigned int set;

	if (failed == 1)
		return OUTCOME_NOTHING;
	set = outcome_of_state(o->program, exit, exit->inserts);
	if (trace_has_handlers(exit) && exit->vm_ops->kind != VALUE_GLOBAL) {
		set = outcome_join(set, OUTCOME_UNDECIDED);
	} else {
		g_autoptr(GPtrArray) handlers = outcomes_handlers(o, exit);

		for (unsigned int i = 0; i < handlers->len; i++)
			set = outcome_join(set, handler_outcomes(o, handlers->pdata[i]));
	}
	return failed < 0 ? set | OUTCOME_NOTHING : set;
}

static void side_sets(const struct trace_point *p, const guint8 *sets, unsigned int sides[3])
{
	sides[0] = sides[1] = sides[2] = 0;
	for (unsigned int i = 0; i < p->n_edges; i++) {
		const struct trace_edge *e = &p->edges[i];
		unsigned int set = sets[e->to];

		/* Index 2: edges that are no branch's; several of a side are user space's. */
		if (e->truth < 0)
			sides[2] |= set;
		else
			sides[e->truth] = p->fork == FORK_JOIN ?
						  outcome_join(sides[e->truth], set) :
						  sides[e->truth] | set;
	}
}

static unsigned int point_outcomes(const struct trace_point *p, const guint8 *sets)
{
	unsigned int sides[3];

	side_sets(p, sets, sides);
	if (p->fork == FORK_JOIN)
		return outcome_join(outcome_join(sides[0], sides[1]), sides[2]);
	return sides[0] | sides[1] | sides[2];
}

static void compute(struct outcomes *o, const struct trace_graph *graph, bool is_mmap)
{
	unsigned int n = graph->points->len;
	guint8 *sets = g_new0(guint8, n);
	bool changed = true;

	for (unsigned int i = 0; i < n; i++) {
		const struct trace_point *p = graph->points->pdata[i];

		if (p->node >= 0)
			continue;
		sets[i] = (guint8)(is_mmap ? exit_outcomes(o, p->state) :
					     outcome_of_state(o->program, p->state,
							      outcome_handler_inserts(o->program,
										      p->state)));
	}
	for (unsigned int round = 0; changed && round < BOUND_OUTCOME_ROUNDS; round++) {
		changed = false;
		for (unsigned int i = n; i-- > 0;) {
			const struct trace_point *p = graph->points->pdata[i];
			unsigned int set;

			if (p->node < 0)
				continue;
			set = point_outcomes(p, sets);
			/* Should it not settle, what was seen once stays. */
			if (round > BOUND_OUTCOME_ROUNDS / 2)
				set |= sets[i];
			changed |= set != sets[i];
			sets[i] = (guint8)set;
		}
	}
	g_hash_table_insert(o->sets, (void *)graph, sets);
}

struct outcomes *outcomes_new(struct program *program, const struct trace_route *route)
{
	struct outcomes *o = g_new0(struct outcomes, 1);

	o->route = route;
	o->program = program;
	o->sets = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	for (unsigned int i = 0; i < route->handlers->len; i++) {
		const struct trace_handler *h = route->handlers->pdata[i];

		if (h->graph)
			compute(o, h->graph, false);
	}
	if (route->graph)
		compute(o, route->graph, true);
	return o;
}

void outcomes_free(struct outcomes *o)
{
	if (!o)
		return;
	g_hash_table_unref(o->sets);
	g_free(o);
}

bool outcomes_sides(const struct outcomes *o, const struct trace_graph *graph, int point,
		    unsigned int sides[2])
{
	const struct trace_point *p = graph->points->pdata[point];
	unsigned int all[3];

	if (p->fork == FORK_NONE)
		return false;
	side_sets(p, g_hash_table_lookup(o->sets, graph), all);
	sides[0] = all[0];
	sides[1] = all[1];
	return sides[0] && sides[1];
}

/* Whether two cases of a switch come to different outcomes that weigh. */
static bool switch_decides(const struct outcomes *o, const struct trace_graph *graph,
			   const struct trace_point *p)
{
	unsigned int first = 0;

	for (unsigned int i = 0; i < p->n_edges; i++) {
		unsigned int set = outcomes_at(o, graph, p->edges[i].to) & OUTCOME_WEIGHS;

		if (set && first && set != first)
			return true;
		first = first ? first : set;
	}
	return false;
}

bool outcomes_decides(const struct outcomes *o, const struct trace_graph *graph, int point)
{
	const struct trace_point *p = graph->points->pdata[point];
	unsigned int sides[2];

	if (p->fork != FORK_UNION)
		return false;
	if (p->node >= 0 && p->state->frame->function->nodes[p->node].kind == NODE_SWITCH)
		return switch_decides(o, graph, p);
	if (!outcomes_sides(o, graph, point, sides))
		return false;
	sides[0] &= OUTCOME_WEIGHS;
	sides[1] &= OUTCOME_WEIGHS;
	return sides[0] && sides[1] && sides[0] != sides[1];
}

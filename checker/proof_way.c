// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof_way: the steps of one way through the points of a graph, and the places
 * at which other ways leave it for good.
 */
#include <string.h>

#include "proof_private.h"

/* Direct calls of smaller functions are not told if they leave the mapping alone. */
#define NODES_UNTOLD 8

/* ---- steps of a way ---- */

static const struct trace_edge *edge_to(const struct trace_point *p, int to)
{
	for (unsigned int i = 0; i < p->n_edges; i++)
		if (p->edges[i].to == to)
			return &p->edges[i];
	return NULL;
}

/* What the edges of a point other than those to one side come to. */
static unsigned int other_side(const struct prover *p, const struct trace_graph *graph,
			       const struct trace_point *at, int truth)
{
	unsigned int set = 0;

	for (unsigned int i = 0; i < at->n_edges; i++)
		if (at->edges[i].truth != truth)
			set |= outcomes_at(p->j.o, graph, at->edges[i].to);
	return set;
}

static const char *origin_words(enum origin origin)
{
	switch (origin) {
	case ORIGIN_USER:
	case ORIGIN_LOCAL:
		return "user space decides";
	case ORIGIN_DEVICE:
		return "the device decides";
	case ORIGIN_ENVIRONMENT:
		return "the environment decides";
	default:
		return "the object decides";
	}
}

/* How a branch was taken, or NULL if it makes no difference. */
static const char *branch_note(struct prover *p, const struct trace_graph *graph, int index, int to,
			       bool handler, enum proof_tone *tone)
{
	const struct trace_point *at = judge_point_at(graph, index);
	const struct fact_node *n = judge_node_of(at);
	const struct trace_edge *e = edge_to(at, to);
	bool decides = outcomes_decides(p->j.o, graph, index);
	unsigned int here, other;
	const char *taken;

	if (!e || !n->text)
		return NULL;
	taken = n->kind == NODE_SWITCH ?
			judge_text(&p->j, "`%s` has the value of this case", n->text) :
			judge_text(&p->j, "`%s` is %s", n->text, e->truth ? "true" : "false");
	if (at->fork == FORK_NONE)
		return n->kind == NODE_SWITCH ? taken :
						judge_text(&p->j, "`%s` is known to be %s", n->text,
							   e->truth ? "true" : "false");
	here = outcomes_at(p->j.o, graph, to);
	other = other_side(p, graph, at, e->truth);
	if (decides) {
		*tone = TONE_OPEN;
		return judge_text(&p->j, "%s; %s: this way %s, else %s", taken,
				  origin_words(at->origin), proof_outcomes(p, here, handler),
				  proof_outcomes(p, other, handler));
	}
	/* Where nothing weighs the way to the error is what there is to tell. */
	if (outcomes_at(p->j.o, graph, 0) == OUTCOME_NOTHING && !handler)
		return taken;
	if ((here & OUTCOME_WEIGHS) == (other & OUTCOME_WEIGHS))
		return NULL;
	return judge_text(&p->j, "%s; else %s", taken, proof_outcomes(p, other, handler));
}

static const char *call_note(struct prover *p, const struct trace_point *at,
			     const struct fact_node *n, const struct fact_function *callee)
{
	if (n->a->kind != EXPR_FIELD)
		return judge_text(&p->j, "calls %s", callee->name);
	if (at->fork == FORK_UNION)
		return judge_text(&p->j, "calls %s, one of those that %s may hold", callee->name,
				  n->a->name);
	return judge_text(&p->j, "calls %s through %s", callee->name, n->a->name);
}

/* What an insertion means under the flags that count for it. */
static const char *insert_note(struct prover *p, const struct trace_point *at, unsigned int bits,
			       const struct state *flags, const char *sets, enum proof_tone *tone)
{
	unsigned int offence = judge_offence(&p->j, bits, flags);
	const char *what = judge_insert_note(&p->j, at, bits);
	const char *class = at->word ? judge_text(&p->j, " (%s)%s%s", at->word->source,
						  sets ? ", which " : "", sets ? sets : "") :
				       "";

	if (bits & INSERT_FORWARD)
		return judge_text(&p->j,
				  "hands the mapping to another exporter with %s (%s), whose "
				  "verdict counts",
				  at->word->name, at->word->source);
	if (bits & (INSERT_PAGE | INSERT_STORED_PAGE)) {
		*tone = TONE_BAD;
		return judge_text(&p->j, "%s%s: that breaks the rule", what, class);
	}
	if (offence) {
		*tone = TONE_BAD;
		return judge_text(&p->j, "%s%s without VM_PFNMAP: that breaks the rule", what,
				  class);
	}
	if (!(flags->ones & p->j.program->values.pfnmap)) {
		*tone = TONE_OPEN;
		return judge_text(&p->j, "%s%s, and whether VM_PFNMAP is set is not known", what,
				  class);
	}
	*tone = TONE_GOOD;
	return judge_text(&p->j, "%s%s%s: that keeps the rule", what, class,
			  sets ? "" : " under VM_PFNMAP");
}

static const char *result_note(struct prover *p, const struct state *exit)
{
	const struct value *v = exit->result;
	int failed = trace_failed(exit);

	if (v && v->kind == VALUE_INT)
		return judge_text(&p->j, "returns %" G_GINT64_FORMAT, v->n);
	return failed == 1 ? "returns an error" :
	       failed == 0 ? "returns success" :
			     "returns success or an error";
}

static const char *kind_note(struct prover *p, const struct state *a, const struct state *b)
{
	return a->kind == b->kind ? "" : judge_text(&p->j, ", for %s", proof_kind(b->kind));
}

/* The value that a step takes back to a caller, or NULL if that is not known. */
static const struct value *returned(const struct trace_point *at, const struct trace_point *next)
{
	const struct frame *frame = at->state->frame;
	const struct fact_node *n = judge_node_of(at);

	if (n->kind != NODE_RETURN || !next->state->frame || frame->result < 0 ||
	    next->state->frame->depth >= frame->depth)
		return NULL;
	return next->state->frame->locals[frame->result];
}

/* Whether a step takes an error back to a caller, on a way that fails. */
static bool returns_error(const struct trace_point *at, const struct trace_point *next,
			  const struct state *after)
{
	const struct value *v = returned(at, next);

	return v && after && trace_failed(after) == 1 &&
	       (v->kind == VALUE_ERROR || (v->kind == VALUE_INT && v->n));
}

static bool is_last_place(const struct prover *p, const struct place *place)
{
	const GPtrArray *steps = p->part->steps;

	return steps->len &&
	       !place_compare(&((struct proof_step *)steps->pdata[steps->len - 1])->at, place);
}

/* Whether a node is there to change the flags of a mapping. */
static bool changes_flags(const struct fact_node *n)
{
	const struct word *word;

	if (n->kind == NODE_ASSIGN)
		return n->a->kind == EXPR_FIELD && field_role(n->a->name) == FIELD_FLAGS;
	if (n->kind != NODE_CALL || n->a->kind != EXPR_FUNCTION)
		return false;
	word = word_of_id(n->a->name);
	return word && (word->class == WORD_FLAGS_SET || word->class == WORD_FLAGS_CLEAR ||
			word->class == WORD_FLAGS_MOD || word->class == WORD_FLAGS_RESET);
}

/* The way's step from one point to the next, if there is anything to be said about it. */
static void tell_step(struct prover *p, const struct trace_graph *graph, const GArray *way,
		      unsigned int i, const struct state *after)
{
	int index = g_array_index(way, int, i);
	int to = g_array_index(way, int, i + 1);
	const struct trace_point *at = judge_point_at(graph, index);
	const struct trace_point *next = judge_point_at(graph, to);
	const struct fact_node *n = judge_node_of(at);
	unsigned int bits = judge_inserted_between(at, next);
	const char *flags = n->kind == NODE_CALL || n->kind == NODE_ASSIGN ?
				    proof_flag_note(p, at->state, next->state) :
				    NULL;
	const char *state = proof_state(p, next->state);
	const char *function = audit_string(p->j.audit, at->state->frame->function->name);
	struct place place = judge_place_of(&p->j, at);
	enum proof_tone tone = TONE_PLAIN;
	bool entered = judge_is_entered(at, next);
	g_autoptr(GPtrArray) notes = g_ptr_array_new();
	bool changed = strcmp(state, proof_state(p, at->state)) != 0;
	const char *field = NULL; /* that a file is read from */

	if (n->kind == NODE_BRANCH || n->kind == NODE_SWITCH) {
		const char *note = branch_note(p, graph, index, to, !after, &tone);
		const char *kind = kind_note(p, at->state, next->state);

		/* A macro may ask the same thing several times. */
		if (note && at->fork == FORK_NONE && is_last_place(p, &place))
			note = NULL;
		if (!note && *kind)
			note = judge_text(&p->j, "`%s` is looked at", n->text ? n->text : "");
		if (note)
			g_ptr_array_add(notes, (void *)judge_text(&p->j, "%s%s", note, kind));
	}
	if (entered)
		g_ptr_array_add(notes, (void *)call_note(p, at, n, next->state->frame->function));
	if (bits)
		g_ptr_array_add(notes, (void *)insert_note(p, at, bits, after ? after : at->state,
							   flags, &tone));
	else if (flags && !entered)
		g_ptr_array_add(notes, (void *)flags);
	else if (!entered && changes_flags(n))
		g_ptr_array_add(notes, (void *)"leaves these flags as they are");
	if (at->state->vm_ops != next->state->vm_ops && trace_has_handlers(next->state))
		g_ptr_array_add(notes, (void *)judge_vm_ops_note(&p->j, next->state));
	if (!at->state->undecided && next->state->undecided) {
		tone = TONE_OPEN;
		g_ptr_array_add(notes, (void *)judge_text(&p->j, "not decided: %s",
							  next->state->undecided));
	}
	if (next->node < 0 && after)
		g_ptr_array_add(notes, (void *)result_note(p, next->state));
	if (returns_error(at, next, after))
		g_ptr_array_add(notes, (void *)"returns an error");
	if (!notes->len && changed)
		g_ptr_array_add(notes, (void *)"changes the mapping");
	/* Its operations are those of what made it. */
	for (unsigned int k = 0; entered && k < n->n_args; k++)
		if (n->args[k]->kind == EXPR_FIELD && !strcmp(n->args[k]->type, "*file"))
			field = n->args[k]->name;
	for (unsigned int k = 0; k < notes->len; k++) {
		struct proof_step *step = proof_add(p, place, function, notes->pdata[k]);

		step->tone = tone;
		if (k + 1 == notes->len && (changed || bits || (next->node < 0 && after)))
			step->state = state;
	}
	if (field)
		proof_tell_files(p, field);
}

/* Whether a frame that is entered on a way does or asks anything that counts. */
static bool is_told(struct prover *p, const struct trace_graph *graph, const GArray *way,
		    unsigned int entry, const struct state *after)
{
	unsigned int depth =
		judge_point_at(graph, g_array_index(way, int, entry))->state->frame->depth;

	if (judge_frame_is_told(graph, way, entry))
		return true;
	for (unsigned int i = entry + 1; i + 1 < way->len; i++) {
		int index = g_array_index(way, int, i);
		const struct trace_point *at = judge_point_at(graph, index);
		enum proof_tone tone;

		if (at->state->frame->depth <= depth)
			return false;
		if (returns_error(at, judge_point_at(graph, g_array_index(way, int, i + 1)), after))
			return true;
		if (at->fork != FORK_NONE &&
		    branch_note(p, graph, index, g_array_index(way, int, i + 1), false, &tone))
			return true;
	}
	return false;
}

void proof_tell_way(struct prover *p, const struct trace_graph *graph, const GArray *way,
		    const struct state *after)
{
	int hidden_below = -1;

	for (unsigned int i = 0; i + 1 < way->len; i++) {
		const struct trace_point *at = judge_point_at(graph, g_array_index(way, int, i));
		const struct trace_point *next =
			judge_point_at(graph, g_array_index(way, int, i + 1));
		int depth = (int)at->state->frame->depth;

		if (hidden_below >= 0 && depth > hidden_below)
			continue;
		hidden_below = -1;
		if (judge_is_entered(at, next) && !is_told(p, graph, way, i, after)) {
			hidden_below = depth;
			if (judge_node_of(at)->a->kind == EXPR_FIELD ||
			    next->state->frame->function->n_nodes > NODES_UNTOLD)
				proof_add(p, judge_place_of(&p->j, at),
					  audit_string(p->j.audit,
						       at->state->frame->function->name),
					  judge_text(&p->j, "%s, which leaves the mapping alone",
						     call_note(p, at, judge_node_of(at),
							       next->state->frame->function)));
			continue;
		}
		tell_step(p, graph, way, i, after);
	}
}

/* ---- where other ways leave ---- */

struct leaving {
	const struct trace_point *at;
	guint count;
	const char *note;
	struct place place;
	struct place then;
};

enum {
	ENDS_FAIL = 1,
	ENDS_NOTHING = 2,
	ENDS_FORWARD = 4,
	ENDS_STOP = 8,
};

/* How all ways from a point end, and the nearest return that belongs to its function. */
static unsigned int ends_from(struct prover *p, const struct trace_graph *graph, int start,
			      unsigned int depth, struct place *then)
{
	g_autofree bool *seen = g_new0(bool, graph->points->len);
	g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(int));
	unsigned int ends = 0;

	g_array_append_val(queue, start);
	seen[start] = true;
	for (unsigned int i = 0; i < queue->len; i++) {
		const struct trace_point *at = judge_point_at(graph, g_array_index(queue, int, i));
		const struct fact_node *n = judge_node_of(at);

		if (!n) {
			int failed = trace_failed(at->state);

			if (at->state->inserts & INSERT_FORWARD)
				ends |= ENDS_FORWARD;
			ends |= failed == 1 ? ENDS_FAIL : ENDS_NOTHING;
			continue;
		}
		if (n->kind == NODE_BUG)
			ends |= ENDS_STOP;
		if (!then->file && (n->kind == NODE_RETURN || n->kind == NODE_BUG) &&
		    at->state->frame->depth <= depth)
			*then = judge_place_of(&p->j, at);
		for (unsigned int k = 0; k < at->n_edges; k++) {
			int to = at->edges[k].to;

			if (!seen[to])
				g_array_append_val(queue, to);
			seen[to] = true;
		}
	}
	return ends;
}

static const char *ends_words(unsigned int ends, bool handler)
{
	if (!ends)
		return "there is no way on";
	if (ends == ENDS_STOP)
		return "stops the kernel";
	if (ends & ENDS_FORWARD)
		return "another exporter maps, which does not weigh here";
	if (handler)
		return "inserts nothing";
	ends &= ~(unsigned int)ENDS_STOP;
	if (ends == ENDS_FAIL)
		return "fails, so there is no mapping";
	if (ends == ENDS_NOTHING)
		return "succeeds and maps nothing";
	return "fails, or maps nothing";
}

static const char *leaving_words(struct prover *p, const struct trace_graph *graph,
				 const struct trace_point *at, const struct trace_edge *e)
{
	const struct fact_node *n = judge_node_of(at);
	const struct trace_point *next = judge_point_at(graph, e->to);

	if (n->kind == NODE_BRANCH && n->text)
		return judge_text(&p->j, "when `%s` is %s", n->text, e->truth ? "true" : "false");
	if (n->kind == NODE_SWITCH && n->text)
		return judge_text(&p->j, "in other cases of `%s`", n->text);
	if (at->word)
		return judge_text(&p->j, "when %s fails", at->word->name);
	if (judge_is_entered(at, next))
		return judge_text(&p->j, "when it calls %s", next->state->frame->function->name);
	return "when it calls another function";
}

static gint compare_leavings(gconstpointer a, gconstpointer b)
{
	const struct leaving *x = *(const struct leaving *const *)a;
	const struct leaving *y = *(const struct leaving *const *)b;
	int order = place_compare(&x->place, &y->place);

	return order ? order : strcmp(x->note, y->note);
}

/* Whether there is but one way on from a point. */
static bool is_decided(const struct trace_graph *graph, int point)
{
	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *at = judge_point_at(graph, point);

		if (at->n_edges != 1)
			return !at->n_edges;
		point = at->edges[0].to;
	}
	return false;
}

void proof_tell_others(struct prover *p, const struct trace_graph *graph, const char *name)
{
	unsigned int route = outcomes_at(p->j.o, graph, 0);
	unsigned int mask = route & OUTCOME_WEIGHS  ? OUTCOME_WEIGHS :
			    route & OUTCOME_FORWARD ? OUTCOME_FORWARD :
						      0;
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	/* place and note -> struct leaving */
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *at = judge_point_at(graph, (int)i);

		if (at->node < 0 ||
		    (mask ? !(outcomes_at(p->j.o, graph, (int)i) & mask) : at->n_edges < 2))
			continue;
		for (unsigned int k = 0; k < at->n_edges; k++) {
			const struct trace_edge *e = &at->edges[k];
			struct place place = judge_place_of(&p->j, at), then = { 0 };
			struct leaving *l;
			const char *note;
			char *key;
			unsigned int ends;

			if (mask ? outcomes_at(p->j.o, graph, e->to) & mask :
				   !is_decided(graph, e->to))
				continue;
			ends = ends_from(p, graph, e->to, at->state->frame->depth, &then);
			note = judge_text(&p->j, "%s%s: %s", name ? name : "",
					  leaving_words(p, graph, at, e),
					  ends_words(ends, name != NULL));
			key = g_strdup_printf("%s:%u:%u:%s", place.file, place.line, place.column,
					      note);
			l = g_hash_table_lookup(known, key);
			if (!l) {
				l = g_new0(struct leaving, 1);
				l->at = at;
				l->note = note;
				l->place = place;
				l->then = then;
				g_ptr_array_add(list, l);
				g_hash_table_insert(known, g_strdup(key), l);
			}
			l->count++;
			g_free(key);
		}
	}
	g_ptr_array_sort(list, compare_leavings);
	for (unsigned int i = 0; i < list->len; i++) {
		const struct leaving *l = list->pdata[i];
		const char *note = l->count == 1 ?
					   l->note :
					   judge_text(&p->j, "%s (on %u ways)", l->note, l->count);
		struct proof_step *step = proof_add(
			p, l->place, audit_string(p->j.audit, l->at->state->frame->function->name),
			note);

		step->then = l->then;
	}
}

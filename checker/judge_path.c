// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge_path: ways through the graphs of a route, told step by step, and the
 * conditions that they are under.
 */
#include <string.h>

#include "judge_private.h"

/* A way through a graph: points from the entry on. */
GArray *judge_way_to(const struct trace_graph *graph, int point)
{
	GArray *way = g_array_new(FALSE, FALSE, sizeof(int));

	for (; point >= 0; point = ((struct trace_point *)graph->points->pdata[point])->parent)
		g_array_prepend_val(way, point);
	return way;
}

const struct trace_point *judge_point_at(const struct trace_graph *graph, int i)
{
	return graph->points->pdata[i];
}

const struct fact_node *judge_node_of(const struct trace_point *p)
{
	return p->node < 0 ? NULL : &p->state->frame->function->nodes[p->node];
}

struct place judge_place_of(struct judging *j, const struct trace_point *p)
{
	const struct fact_function *f = judge_function_of(p);
	const struct fact_node *n = p->at_node ? p->at_node : judge_node_of(p);
	struct place at = { 0 };

	if (!n)
		return at;
	at.file = audit_string(j->audit, f->file);
	at.line = n->line ? n->line : f->line;
	at.column = n->line ? n->column : f->column;
	return at;
}

const struct fact_function *judge_function_of(const struct trace_point *p)
{
	if (p->at_function)
		return p->at_function;
	return p->state->frame ? p->state->frame->function : NULL;
}

const char *judge_text(struct judging *j, const char *format, ...)
{
	g_autofree char *s = NULL;
	va_list args;

	va_start(args, format);
	s = g_strdup_vprintf(format, args);
	va_end(args);
	return audit_string(j->audit, s);
}

/* ---- insertions ---- */

const char *judge_class_name(unsigned int inserts)
{
	if (inserts & (INSERT_PAGE | INSERT_STORED_PAGE))
		return "page";
	if (inserts & INSERT_MIXED)
		return "mixed";
	return inserts & INSERT_PFN ? "pfn" : "forward";
}

/* What a step from one point to the next inserts: bits of enum insert_bit. */
unsigned int judge_inserted_between(const struct trace_point *from, const struct trace_point *to)
{
	static const unsigned int bits[] = {
		[WORD_PFN_SETS] = INSERT_PFN,	 [WORD_PFN] = INSERT_PFN,
		[WORD_PAGE] = INSERT_PAGE,	 [WORD_MIXED] = INSERT_MIXED,
		[WORD_FORWARD] = INSERT_FORWARD,
	};
	const struct fact_node *n = judge_node_of(from);

	if (from->word && from->word->class <= WORD_FORWARD)
		return to->state->inserts & bits[from->word->class];
	if (from->at_node)
		return to->state->inserts & from->state->action;
	if (from->word && (from->word->class == WORD_WALKER || from->word->class == WORD_PTE_SET))
		return to->state->inserts & (INSERT_PFN | INSERT_PAGE);
	if (n && n->kind == NODE_ASSIGN && n->a->kind == EXPR_FIELD &&
	    field_role(n->a->name) == FIELD_PAGE && (to->state->inserts & INSERT_STORED_PAGE))
		return INSERT_STORED_PAGE;
	return 0;
}

const char *judge_helper_name(const struct trace_point *p)
{
	return p->word ? p->word->name : "vmf->page";
}

/* The offending part of what is inserted in a state, by the rule; 0 if it is fine. */
unsigned int judge_offence(const struct judging *j, unsigned int bits, const struct state *flags)
{
	guint64 pfnmap = j->program->values.pfnmap;

	if (bits & (INSERT_PAGE | INSERT_STORED_PAGE))
		return bits & (INSERT_PAGE | INSERT_STORED_PAGE);
	/* What was not understood may have set the flag. */
	if ((flags->zeros & pfnmap) && !flags->undecided)
		return bits & (INSERT_PFN | INSERT_MIXED);
	return 0;
}

/* ---- paths ---- */

void judge_add_step(struct audit_finding *f, struct place at, const char *function,
		    const char *note)
{
	struct path_step *step;

	if (!at.file)
		return;
	step = audit_add_step(f);
	step->at = at;
	step->function = function;
	step->note = note;
}

static const char *flag_note(struct judging *j, const struct state *a, const struct state *b)
{
	const struct {
		guint64 bit;
		const char *name;
	} flags[] = {
		{ j->program->values.pfnmap, "VM_PFNMAP" },
		{ j->program->values.mixedmap, "VM_MIXEDMAP" },
	};
	g_autoptr(GString) note = g_string_new(NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(flags); i++) {
		const char *verb = NULL;

		if (!(a->ones & flags[i].bit) && (b->ones & flags[i].bit))
			verb = "sets";
		else if ((a->ones & flags[i].bit) && (b->zeros & flags[i].bit))
			verb = "clears";
		else if ((a->zeros & flags[i].bit) && !((b->ones | b->zeros) & flags[i].bit))
			verb = "may set";
		if (verb)
			g_string_append_printf(note, "%s%s %s", note->len ? " and " : "", verb,
					       flags[i].name);
	}
	return note->len ? audit_string(j->audit, note->str) : NULL;
}

/* Frames on the way that later do something worth telling are told, others are not. */
bool judge_frame_is_told(const struct trace_graph *graph, const GArray *way, unsigned int at)
{
	const struct trace_point *p = judge_point_at(graph, g_array_index(way, int, at));
	unsigned int depth = p->state->frame->depth;

	for (unsigned int i = at + 1; i + 1 < way->len; i++) {
		const struct trace_point *q = judge_point_at(graph, g_array_index(way, int, i));
		const struct trace_point *next =
			judge_point_at(graph, g_array_index(way, int, i + 1));

		if (!q->state->frame || q->state->frame->depth <= depth)
			return false;
		if (q->state->ones != next->state->ones || q->state->zeros != next->state->zeros ||
		    q->state->vm_ops != next->state->vm_ops || judge_inserted_between(q, next))
			return true;
	}
	/* The way ends inside of the frame. */
	return true;
}

bool judge_is_entered(const struct trace_point *p, const struct trace_point *next)
{
	const struct fact_node *n = judge_node_of(p);

	return n && n->kind == NODE_CALL && next->state->frame && p->state->frame &&
	       next->state->frame->depth > p->state->frame->depth;
}

const char *judge_insert_words(unsigned int bits)
{
	return bits & (INSERT_PAGE | INSERT_STORED_PAGE) ? "struct pages" :
	       bits & INSERT_MIXED			 ? "pages or pfns" :
	       bits & INSERT_PFN			 ? "pfns" :
							   "nothing itself: forwards";
}

const char *judge_insert_note(struct judging *j, const struct trace_point *p, unsigned int bits)
{
	if (bits & INSERT_STORED_PAGE)
		return "hands a struct page to the fault as vmf->page";
	return judge_text(j, "inserts %s with %s", judge_insert_words(bits), judge_helper_name(p));
}

const char *judge_vm_ops_note(struct judging *j, const struct state *s)
{
	return s->vm_ops->kind != VALUE_GLOBAL ?
		       "installs vm_ops" :
		       judge_text(j, "installs %s", id_name(s->vm_ops->name));
}

static void tell_step(struct judging *j, struct audit_finding *f, const struct trace_graph *graph,
		      const GArray *way, unsigned int i)
{
	int index = g_array_index(way, int, i);
	const struct trace_point *p = judge_point_at(graph, index);
	const struct trace_point *next = judge_point_at(graph, g_array_index(way, int, i + 1));
	const char *function = p->state->frame ? judge_function_of(p)->name : NULL;
	const struct fact_node *n = judge_node_of(p);
	const char *flags = flag_note(j, p->state, next->state);
	unsigned int bits = judge_inserted_between(p, next);
	bool entered = judge_is_entered(p, next);

	if (!n)
		return;
	function = audit_string(j->audit, function);
	if (outcomes_decides(j->o, graph, index)) {
		for (unsigned int k = 0; k < p->n_edges; k++) {
			const struct trace_edge *e = &p->edges[k];

			if (e->to != g_array_index(way, int, i + 1) || e->truth < 0 || !n->text)
				continue;
			judge_add_step(f, judge_place_of(j, p), function,
				       judge_text(j, "when '%s' is %s", n->text,
						  e->truth ? "true" : "false"));
		}
	}
	if (entered && judge_frame_is_told(graph, way, i))
		judge_add_step(f, judge_place_of(j, p), function,
			       judge_text(j, "calls %s", next->state->frame->function->name));
	if (bits)
		judge_add_step(f, judge_place_of(j, p), function, judge_insert_note(j, p, bits));
	if (flags && !entered)
		judge_add_step(f, judge_place_of(j, p), function,
			       bits ? judge_text(j, "%s %s", judge_helper_name(p), flags) : flags);
	if (p->state->vm_ops != next->state->vm_ops && trace_has_handlers(next->state))
		judge_add_step(f, judge_place_of(j, p), function,
			       judge_vm_ops_note(j, next->state));
}

static void tell_way(struct judging *j, struct audit_finding *f, const struct trace_graph *graph,
		     const GArray *way)
{
	for (unsigned int i = 0; i + 1 < way->len; i++)
		tell_step(j, f, graph, way, i);
}

/* Where the exporter is and which tables are bound: every path begins with it. */
static void tell_route(struct judging *j, struct audit_finding *f)
{
	const struct trace_route *r = j->r;

	judge_add_step(f, j->out->ops.at, NULL,
		       judge_text(j, "%s is the mmap callback of %s", id_name(r->mmap_id),
				  r->exporter->name));
	for (unsigned int i = 0; i < r->bindings->len; i++) {
		const struct trace_binding *b =
			&g_array_index(r->bindings, struct trace_binding, i);
		struct place at = { audit_string(j->audit, b->table->file), b->table->line,
				    b->table->column };

		judge_add_step(f, at, NULL,
			       b->why ? judge_text(j, "with %s as %s: %s", b->table->name, b->field,
						   b->why) :
					judge_text(j, "with %s as %s", b->table->name, b->field));
	}
}

static void note_setting(struct judging *j, int index)
{
	const struct trace_graph *graph = j->r->graph;
	const struct trace_point *p = judge_point_at(graph, index);
	guint64 pfnmap = j->program->values.pfnmap;

	for (unsigned int k = 0; k < p->n_edges; k++) {
		const struct trace_point *next = judge_point_at(graph, p->edges[k].to);
		struct path_step step = { 0 };

		if ((p->state->ones & pfnmap) || !(next->state->ones & pfnmap) ||
		    judge_is_entered(p, next) ||
		    !(outcomes_at(j->o, graph, p->edges[k].to) & OUTCOME_WEIGHS))
			continue;
		step.at = judge_place_of(j, p);
		if (!step.at.file)
			continue;
		step.function = audit_string(j->audit, judge_function_of(p)->name);
		step.note = judge_inserted_between(p, next) ?
				    judge_text(j, "%s sets VM_PFNMAP", judge_helper_name(p)) :
				    "sets VM_PFNMAP";
		audit_add_step_once(j->out->settings, &step);
	}
}

void judge_note_settings(struct judging *j)
{
	for (unsigned int i = 0; i < j->r->graph->points->len; i++) {
		if (judge_node_of(judge_point_at(j->r->graph, (int)i)))
			note_setting(j, (int)i);
	}
}

/* ---- conditions ---- */

static enum condition_kind kind_of(enum origin origin)
{
	switch (origin) {
	case ORIGIN_DEVICE:
		return CONDITION_DEVICE;
	case ORIGIN_ENVIRONMENT:
		return CONDITION_ENVIRONMENT;
	default:
		return CONDITION_OBJECT;
	}
}

/* Appends the deciding branches on a way. */
static void add_conditions(struct judging *j, const struct trace_graph *graph, const GArray *way,
			   GPtrArray *out)
{
	for (unsigned int i = 0; i + 1 < way->len; i++) {
		int index = g_array_index(way, int, i);
		const struct trace_point *p = judge_point_at(graph, index);
		const struct fact_node *n = judge_node_of(p);
		struct audit_condition c = { 0 };

		if (!n || !n->text || !outcomes_decides(j->o, graph, index))
			continue;
		c.expr = audit_string(j->audit, n->text);
		c.at = judge_place_of(j, p);
		c.function = audit_string(j->audit, p->state->frame->function->name);
		c.kind = kind_of(p->origin);
		for (unsigned int k = 0; k < p->n_edges; k++) {
			const struct trace_edge *e = &p->edges[k];

			if (e->to == g_array_index(way, int, i + 1))
				c.breaks_when = e->truth == 1;
		}
		if (!audit_has_condition(out, &c))
			*audit_add_condition(out) = c;
	}
}

void judge_condition_list_free(void *data)
{
	struct condition_list *list = data;

	g_ptr_array_unref(list->conditions);
	g_free(list);
}

static void way_conditions(struct judging *j, const struct full_way *way, GPtrArray *out)
{
	add_conditions(j, j->r->graph, way->mmap, out);
	if (way->inside)
		add_conditions(j, way->handler->graph, way->inside, out);
}

/* Notes a way that breaks the rule, for the conditions of the route. */
void judge_breaks(struct judging *j, const struct full_way *way)
{
	struct condition_list *list = g_new0(struct condition_list, 1);

	list->length = way->mmap->len + (way->inside ? way->inside->len : 0);
	list->conditions = g_ptr_array_new_with_free_func(g_free);
	way_conditions(j, way, list->conditions);
	g_ptr_array_add(j->ways, list);
}

/* The shortest way's conditions are the route's, what others add are guards. */
void judge_set_conditions(struct judging *j)
{
	const struct condition_list *best = NULL;

	for (unsigned int i = 0; i < j->ways->len; i++) {
		const struct condition_list *list = j->ways->pdata[i];

		if (!best || list->length < best->length)
			best = list;
	}
	for (unsigned int i = 0; best && i < best->conditions->len; i++)
		*audit_add_condition(j->out->conditions) =
			*(struct audit_condition *)best->conditions->pdata[i];
	for (unsigned int i = 0; i < j->ways->len; i++) {
		const struct condition_list *list = j->ways->pdata[i];

		for (unsigned int k = 0; k < list->conditions->len; k++) {
			const struct audit_condition *c = list->conditions->pdata[k];

			if (!audit_has_condition(j->out->conditions, c) &&
			    !audit_has_condition(j->out->guards, c))
				*audit_add_condition(j->out->guards) = *c;
		}
	}
}

void judge_tell(struct judging *j, struct audit_finding *f, const struct full_way *way)
{
	if (j->r->graph->coarse || (way->handler && way->handler->graph->coarse))
		f->confidence = "likely";
	way_conditions(j, way, f->conditions);
	tell_route(j, f);
	tell_way(j, f, j->r->graph, way->mmap);
	if (way->handler) {
		const struct fact_function *root = way->handler->graph->root;

		if (root) {
			struct place at = { audit_string(j->audit, root->file), root->line,
					    root->column };

			judge_add_step(f, at, audit_string(j->audit, root->name),
				       judge_text(j, "later the %s handler runs",
						  way->handler->handler->name));
		}
		tell_way(j, f, way->handler->graph, way->inside);
	}
}

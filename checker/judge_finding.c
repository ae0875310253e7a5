// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge_finding: the rules: what of a way through a route breaks one, and what is
 * found on the way to it.
 */
#include <string.h>

#include "judge_private.h"

static const char *fingerprint(struct judging *j, const char *rule, const char *where,
			       const char *what)
{
	g_autoptr(GString) s = g_string_new(rule);
	g_autofree char *sum = NULL;

	g_string_append_printf(s, "|%s|%s|%s|%s", j->out->ops.at.file, j->out->ops.name, where,
			       what);
	for (unsigned int i = 0; i < j->out->tables->len; i++) {
		const struct audit_object *table = j->out->tables->pdata[i];

		if (!table->any)
			g_string_append_printf(s, "|%s", table->name);
	}
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, s->str, (gssize)s->len);
	sum[32] = '\0';
	return audit_string(j->audit, sum);
}

/* A finding at a place, once for each rule, function and helper; NULL if it is there already. */
static struct audit_finding *new_finding(struct judging *j, const char *rule, enum level level,
					 struct place at, const char *function, const char *what,
					 const char *message)
{
	struct audit_finding *f;
	char *key = g_strdup_printf("%s|%s|%u|%s", rule, at.file ? at.file : "", at.line, what);

	if (!g_hash_table_add(j->seen, key))
		return NULL;
	f = audit_add_finding(j->out);
	f->rule = rule;
	f->level = level;
	f->confidence = "proved";
	f->at = at;
	f->message = message;
	g_array_append_vals(f->configs, j->out->configs->data, j->out->configs->len);
	f->fingerprint = fingerprint(j, rule, function ? function : "", what);
	return f;
}

static enum level rule_level(const struct judging *j)
{
	return j->out->verdict == VERDICT_VIOLATION ? LEVEL_ERROR : LEVEL_WARNING;
}

/* The last point on a way at which the flags became what they are, for lack of VM_PFNMAP. */
static const struct trace_point *clearing_point(const struct judging *j, const GArray *way)
{
	guint64 pfnmap = j->program->values.pfnmap;
	const struct trace_point *found = NULL;

	for (unsigned int i = 0; i + 1 < way->len; i++) {
		const struct trace_point *p =
			judge_point_at(j->r->graph, g_array_index(way, int, i));
		const struct trace_point *q =
			judge_point_at(j->r->graph, g_array_index(way, int, i + 1));

		if ((p->state->ones & pfnmap) && !(q->state->ones & pfnmap))
			found = p;
	}
	return found;
}

/* Where a way that sets no flag is best pointed at: where it installs handlers, or inserts. */
static const struct trace_point *leaving_point(const struct judging *j, const GArray *way)
{
	const struct trace_point *found = judge_point_at(j->r->graph, 0);

	for (unsigned int i = 0; i + 1 < way->len; i++) {
		const struct trace_point *p =
			judge_point_at(j->r->graph, g_array_index(way, int, i));
		const struct trace_point *q =
			judge_point_at(j->r->graph, g_array_index(way, int, i + 1));

		if ((p->state->vm_ops != q->state->vm_ops && trace_has_handlers(q->state)) ||
		    judge_inserted_between(p, q))
			found = p;
	}
	return found;
}

static const char *where_from(const struct full_way *way)
{
	return way->handler ? way->handler->handler->name : "mmap";
}

/* Where the table of a handler names it: the place of a helper that is the handler itself. */
static struct place handler_place(struct judging *j, const struct trace_handler *h)
{
	const struct value *ops = h->after->vm_ops;
	const struct fact_table *t = program_table(j->program, ops->name);
	struct place at = { 0 };

	for (unsigned int i = 0; t && i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		if (strcmp(m->field, h->handler->field) || !g_str_has_prefix(m->path, ops->path))
			continue;
		at.file = audit_string(j->audit, t->file);
		at.line = m->line;
		at.column = m->column;
	}
	return at;
}

/* Findings about an insertion that breaks the rule. after: the flags that mmap left behind. */
static void find_at_insertion(struct judging *j, const struct full_way *way,
			      const struct trace_point *p, unsigned int bits,
			      const struct state *after)
{
	const struct vm_values *v = &j->program->values;
	/* A helper that is the handler itself is in no function of the driver's. */
	const char *function = p->state->frame ?
				       judge_function_of(p)->name :
				       judge_text(j, "the %s handler of %s", where_from(way),
						  id_name(after->vm_ops->name));
	const char *helper = judge_helper_name(p);
	struct place at = judge_place_of(j, p);
	const struct trace_point *clearing = clearing_point(j, way->mmap);
	struct audit_finding *f = NULL;

	if (!at.file && way->handler)
		at = handler_place(j, way->handler);
	if (!at.file)
		at = j->out->implementation.at;
	if (bits & (INSERT_PAGE | INSERT_STORED_PAGE)) {
		f = new_finding(
			j, "page-insert", rule_level(j), at, function, helper,
			judge_text(j,
				   bits & INSERT_STORED_PAGE ?
					   "%s hands struct pages to user space through %s: "
					   "get_user_pages() works on this dma-buf mapping" :
					   "%s inserts struct pages with %s: get_user_pages() "
					   "works on this dma-buf mapping",
				   function, helper));
		if (f)
			judge_tell(j, f, way);
	} else if ((bits & INSERT_MIXED) || (!clearing && (after->ones & v->mixedmap))) {
		f = new_finding(j, "mixedmap", rule_level(j), at, function, helper,
				judge_text(j,
					   "%s inserts with %s under VM_MIXEDMAP, which is no "
					   "substitute for VM_PFNMAP in a dma-buf mapping",
					   function, helper));
		if (f)
			judge_tell(j, f, way);
	}
	/* Nobody knows what the flags are behind what was not understood. */
	if (after->undecided)
		return;
	if (clearing) {
		const char *by = clearing->state->frame->function->name;

		f = new_finding(
			j, "cleared-pfnmap", rule_level(j), judge_place_of(j, clearing), by,
			where_from(way),
			judge_text(j,
				   "%s clears VM_PFNMAP on a dma-buf mapping and nothing sets it "
				   "again",
				   by));
		if (f)
			judge_tell(j, f, way);
	} else if (!((after->ones | ~after->zeros) & (v->pfnmap | v->mixedmap))) {
		const struct trace_point *q = leaving_point(j, way->mmap);
		const char *by = q->state->frame->function->name;

		f = new_finding(j, "missing-pfnmap", rule_level(j), judge_place_of(j, q), by,
				where_from(way),
				judge_text(j, "%s leaves a dma-buf mapping without VM_PFNMAP", by));
		if (f)
			judge_tell(j, f, way);
	}
}

static void note_insert(struct judging *j, const struct trace_point *p, unsigned int bits,
			const struct trace_handler *h)
{
	const char *from = h ? h->handler->name : "mmap";
	struct place at = !judge_node_of(p) && h ? handler_place(j, h) : judge_place_of(j, p);
	char *key = g_strdup_printf("insert|%s|%u|%s|%s", at.file ? at.file : "-", at.line,
				    judge_helper_name(p), from);
	struct audit_insert *insert;

	if (!g_hash_table_add(j->seen, key))
		return;
	insert = audit_add_insert(j->out);
	insert->class = judge_class_name(bits);
	insert->helper = judge_helper_name(p);
	insert->at = at.file ? at : j->out->implementation.at;
	insert->from = from;
}

static bool is_cow_helper(const struct trace_point *p)
{
	return p->word && p->word->class == WORD_PFN;
}

/* Whether a private mapping that may be written can be in this state. */
static bool admits_private(const struct judging *j, const struct state *s)
{
	const struct vm_values *v = &j->program->values;

	return (s->kind == MAPPING_ANY || s->kind == MAPPING_PRIVATE) && !s->undecided &&
	       !(s->zeros & v->maywrite) && !(s->ones & v->shared) && (s->ones & v->pfnmap);
}

/* The BUG or WARN that a path ends at. */
static void tell_stop(struct judging *j, struct audit_finding *f, const struct fact_function *in,
		      const struct fact_node *node)
{
	struct place at = { 0 };

	if (!node)
		return;
	at.file = audit_string(j->audit, in->file);
	at.line = node->line;
	at.column = node->column;
	judge_add_step(f, at, audit_string(j->audit, in->name),
		       judge_text(j, "runs into %s", node->text ? node->text : "BUG"));
}

/* A helper that is reached in a state in which its own body stops the kernel. */
static void find_precondition(struct judging *j, const struct full_way *way,
			      const struct trace_point *p)
{
	const struct vm_values *v = &j->program->values;
	struct state flags = *p->state;
	const char *helper = p->word ? p->word->name : NULL;
	const struct fact_function *in = NULL;
	const struct fact_node *stop_at = NULL;
	const char *function = p->state->frame ? p->state->frame->function->name : "";
	struct audit_finding *f;
	unsigned int stop;

	if (!p->word || !word_has_preconditions(p->word) || !p->state->frame || p->state->undecided)
		return;
	/* What only private mappings run into is another finding. */
	if (flags.kind == MAPPING_PRIVATE) {
		flags.kind = MAPPING_SHARED;
		flags.ones |= v->shared | v->mayshare | v->maywrite;
		flags.zeros &= ~(v->shared | v->mayshare | v->maywrite);
	}
	stop = trace_precondition(j->program, p->helper_id, &flags, way->handler != NULL, &in,
				  &stop_at);
	if (!(stop & (STOP_BUG | STOP_WARN | STOP_FAILS)))
		return;
	f = new_finding(j, "helper-precondition", stop & STOP_BUG ? LEVEL_WARNING : LEVEL_NOTE,
			judge_place_of(j, p), function, helper,
			stop & (STOP_BUG | STOP_WARN) ?
				judge_text(j,
					   "%s calls %s on a mapping whose flags it does not take: "
					   "%s in %s",
					   function, helper,
					   stop_at && stop_at->text ? stop_at->text : "BUG",
					   helper) :
				judge_text(j,
					   "%s calls %s on a mapping whose flags it does not take: "
					   "it can only fail",
					   function, helper));
	if (!f)
		return;
	judge_tell(j, f, way);
	if (stop & (STOP_BUG | STOP_WARN))
		tell_stop(j, f, in, stop_at);
}

static void find_cow(struct judging *j, const struct full_way *way, const struct trace_point *p)
{
	const char *name = j->out->implementation.name;
	struct audit_finding *f;
	struct state cow = *p->state;
	const struct fact_function *in = NULL;
	const struct fact_node *stop_at = NULL;
	unsigned int stop;

	/* Where the body of the helper is known it has the last word. */
	cow.kind = MAPPING_PRIVATE;
	cow.ones |= j->program->values.maywrite;
	cow.zeros |= j->program->values.shared | j->program->values.mayshare;
	stop = trace_precondition(j->program, p->helper_id, &cow, way->handler != NULL, &in,
				  &stop_at);
	if (!(stop & (STOP_BUG | STOP_UNKNOWN)))
		return;

	f = new_finding(
		j, "cow-pfnmap", LEVEL_WARNING, j->out->implementation.at, name,
		judge_helper_name(p),
		judge_text(j,
			   "%s lets private mappings through and %s is reached on them: user "
			   "space reaches the BUG_ON for copy-on-write of VM_PFNMAP",
			   name, judge_helper_name(p)));
	if (!f)
		return;
	judge_tell(j, f, way);
	judge_add_step(f, judge_place_of(j, p),
		       audit_string(j->audit, p->state->frame->function->name),
		       judge_text(j, "calls %s", judge_helper_name(p)));
	tell_stop(j, f, in, stop_at);
}

/* As judge_offence(): what mmap did not understand, its handlers do not know either. */
static unsigned int handler_offence(const struct judging *j, unsigned int bits,
				    const struct state *flags, const struct state *after)
{
	unsigned int bad = judge_offence(j, bits, flags);

	return after->undecided ? bad & (INSERT_PAGE | INSERT_STORED_PAGE) : bad;
}

/* Visits what a handler inserts after an exit of mmap. */
static void judge_handler(struct judging *j, const struct trace_handler *h, int exit)
{
	const struct state *after = judge_point_at(j->r->graph, exit)->state;
	g_autoptr(GArray) before = judge_way_to(j->r->graph, exit);

	if (!h->graph)
		return;
	for (unsigned int i = 0; i < h->graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(h->graph, (int)i);

		if (p->node < 0 && p->word) {
			g_autoptr(GArray) inside = judge_way_to(h->graph, (int)i);
			struct full_way way = { before, h, inside };
			unsigned int bad = handler_offence(j, p->state->inserts, p->state, after);

			note_insert(j, p, p->state->inserts, h);
			if (bad) {
				find_at_insertion(j, &way, p, bad, after);
				judge_breaks(j, &way);
			}
			continue;
		}
		for (unsigned int k = 0; k < p->n_edges; k++) {
			int to = p->edges[k].to;
			const struct trace_point *q = judge_point_at(h->graph, to);
			unsigned int bits = judge_inserted_between(p, q);
			unsigned int bad = handler_offence(j, bits, p->state, after);
			g_autoptr(GArray) inside = NULL;
			struct full_way way = { before, h, NULL };

			/* A page that the handler takes back is none. */
			if (!bits || ((bits & INSERT_STORED_PAGE) &&
				      !(outcomes_at(j->o, h->graph, to) & OUTCOME_BAD)))
				continue;
			note_insert(j, p, bits, h);
			inside = judge_way_to(h->graph, (int)i);
			g_array_append_val(inside, to);
			way.inside = inside;
			if (!after->undecided)
				find_precondition(j, &way, p);
			if (bad) {
				find_at_insertion(j, &way, p, bad, after);
				judge_breaks(j, &way);
			}
			if (is_cow_helper(p) && !after->undecided && admits_private(j, p->state)) {
				g_array_set_size(inside, inside->len - 1);
				find_cow(j, &way, p);
			}
		}
	}
}

/* An exit of mmap that can be reached from a point, nearest first; -1 if none is bad. */
static int bad_exit_from(const struct judging *j, int start, GArray *way)
{
	const struct trace_graph *graph = j->r->graph;
	g_autofree int *parent = g_new(int, graph->points->len);
	g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(int));
	int found = -1;

	for (unsigned int i = 0; i < graph->points->len; i++)
		parent[i] = -2;
	parent[start] = -1;
	g_array_append_val(queue, start);
	for (unsigned int i = 0; i < queue->len && found < 0; i++) {
		int at = g_array_index(queue, int, i);
		const struct trace_point *p = judge_point_at(graph, at);

		if (p->node < 0 && (outcomes_at(j->o, graph, at) & OUTCOME_BAD))
			found = at;
		for (unsigned int k = 0; k < p->n_edges; k++) {
			int to = p->edges[k].to;

			if (parent[to] == -2) {
				parent[to] = at;
				g_array_append_val(queue, to);
			}
		}
	}
	if (found >= 0) {
		unsigned int here = way->len;

		for (int at = found; at != start; at = parent[at])
			g_array_insert_val(way, here, at);
	}
	return found;
}

/* Visits what mmap inserts itself on ways that succeed. */
void judge_own_inserts(struct judging *j)
{
	const struct trace_graph *graph = j->r->graph;

	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(graph, (int)i);

		for (unsigned int k = 0; k < p->n_edges; k++) {
			int to = p->edges[k].to;
			unsigned int bits = judge_inserted_between(p, judge_point_at(graph, to));
			g_autoptr(GArray) way = NULL;
			struct full_way full = { 0 };
			int exit;

			if (!bits ||
			    !(outcomes_at(j->o, graph, to) & ~(unsigned int)OUTCOME_NOTHING))
				continue;
			note_insert(j, p, bits, NULL);
			way = judge_way_to(graph, (int)i);
			full.mmap = way;
			find_precondition(j, &full, p);
			if (is_cow_helper(p) && admits_private(j, p->state))
				find_cow(j, &full, p);
			if (!(outcomes_at(j->o, graph, to) & OUTCOME_BAD))
				continue;
			g_array_append_val(way, to);
			exit = bad_exit_from(j, to, way);
			if (exit >= 0 &&
			    judge_offence(j, bits, judge_point_at(graph, exit)->state)) {
				find_at_insertion(j, &full, p, bits,
						  judge_point_at(graph, exit)->state);
				judge_breaks(j, &full);
			}
		}
	}
}

void judge_exits(struct judging *j)
{
	const struct trace_graph *graph = j->r->graph;

	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(graph, (int)i);
		g_autoptr(GPtrArray) handlers = NULL;

		if (p->node >= 0 || trace_failed(p->state) == 1)
			continue;
		handlers = outcomes_handlers(j->o, p->state);
		for (unsigned int k = 0; k < handlers->len; k++)
			judge_handler(j, handlers->pdata[k], (int)i);
	}
}

/* What the configuration leaves out was read all the same, and is said to be so. */
void judge_not_built(struct judging *j)
{
	const struct trace_route *r = j->r;
	const struct fact_table *t = r->exporter->table;
	struct place at = j->out->ops.at;
	struct audit_finding *f;

	j->out->built = true;
	for (unsigned int i = 0; i < r->bindings->len && (!t || t->facts->built); i++) {
		t = g_array_index(r->bindings, struct trace_binding, i).table;
		at.file = audit_string(j->audit, t->file);
		at.line = t->line;
		at.column = t->column;
	}
	if (!t || t->facts->built)
		return;
	j->out->built = false;
	f = new_finding(j, "not-in-this-config", LEVEL_NOTE, at, t->name, t->name,
			judge_text(j, "%s is in a file that the configuration does not build",
				   t->name));
	if (f)
		judge_add_step(f, at, NULL, judge_text(j, "%s is defined here", t->name));
}

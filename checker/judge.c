// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge: verdicts, findings and their paths.  Messages name what is wrong and
 * hold no line numbers and no counts, so that they can be compared as text.
 */
#include <string.h>

#include "judge_private.h"

/* Whether a route is told from others by a table that it binds: an owner may be one of many. */
static bool table_identifies(const struct trace_route *r, unsigned int binding)
{
	const struct fact_table *t =
		g_array_index(r->bindings, struct trace_binding, binding).table;

	return r->owner_matters || !pairing_of_owner(t->record);
}

static void add_name(GPtrArray *names, const char *name)
{
	for (unsigned int i = 0; i < names->len; i++)
		if (!strcmp(names->pdata[i], name))
			return;
	g_ptr_array_add(names, (void *)name);
}

/* Flags and handlers that ways which weigh leave behind. */
static void summarise_exits(struct judging *j)
{
	const struct trace_graph *graph = j->r->graph;
	const struct vm_values *v = &j->program->values;

	bool set = false, cleared = false, lacking = false;

	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(graph, (int)i);
		const struct state *s = p->state;

		if (p->node >= 0 || !(outcomes_at(j->o, graph, (int)i) & OUTCOME_WEIGHS))
			continue;
		if (s->ones & v->pfnmap)
			add_name(j->out->flags_set, "VM_PFNMAP");
		set |= (s->ones & v->pfnmap) != 0;
		lacking |= !(s->ones & v->pfnmap);
		cleared |= (s->zeros & v->pfnmap) && s->set_before;
		if (s->ones & v->mixedmap)
			add_name(j->out->flags_set, "VM_MIXEDMAP");
		if (s->vm_ops->kind == VALUE_GLOBAL && trace_has_handlers(s))
			add_name(j->out->vm_ops, audit_string(j->audit, id_name(s->vm_ops->name)));
	}
	/* Cleared on all ways, or set on some ways only. */
	if (cleared || (lacking && set))
		add_name(j->out->flags_clear, "VM_PFNMAP");
}

/* The driver's own function: the last one that is called through a table on the route. */
static void find_implementation(struct judging *j)
{
	const struct trace_graph *graph = j->r->graph;
	const struct fact_function *f = j->r->mmap;

	for (unsigned int i = 0; graph && i < graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(graph, (int)i);
		const struct fact_node *n = judge_node_of(p);

		if (n && n->kind == NODE_CALL && p->callee && n->a->kind == EXPR_FIELD &&
		    p->callee->type[0] == 'i' && j->r->bindings->len)
			f = p->callee;
	}
	j->out->implementation.name = audit_string(j->audit, f->name);
	j->out->implementation.at.file = audit_string(j->audit, f->file);
	j->out->implementation.at.line = f->line;
	j->out->implementation.at.column = f->column;
}

static const char *first_reason(const struct judging *j)
{
	const struct trace_route *r = j->r;

	for (unsigned int g = 0; g <= r->handlers->len; g++) {
		const struct trace_handler *h = g ? r->handlers->pdata[g - 1] : NULL;
		const struct trace_graph *graph = h ? h->graph : r->graph;

		if (h && h->unknown)
			return judge_text((struct judging *)j, "the %s handler of %s %s",
					  h->handler->name, id_name(h->after->vm_ops->name),
					  h->unknown);
		for (unsigned int i = 0; graph && i < graph->points->len; i++) {
			const struct trace_point *p = judge_point_at(graph, (int)i);

			if (p->node < 0 && p->state->undecided)
				return audit_string(j->audit, p->state->undecided);
			if (p->node < 0 && !h && trace_failed(p->state) != 1 &&
			    trace_has_handlers(p->state) && p->state->vm_ops->kind != VALUE_GLOBAL)
				return "which vm_ops it installs is not known";
		}
	}
	return "VM_PFNMAP depends on a value that is not constant";
}

static void set_verdict(struct judging *j)
{
	unsigned int set = j->r->graph ? outcomes_at(j->o, j->r->graph, 0) : 0;
	struct audit_route *out = j->out;

	if (j->r->import_only) {
		out->verdict = VERDICT_FORWARD;
		add_name(out->notes, "import-only");
	} else if (j->r->unknown || (set & OUTCOME_UNDECIDED)) {
		out->verdict = VERDICT_UNKNOWN;
		out->reason = j->r->unknown ? audit_string(j->audit, j->r->unknown) :
					      first_reason(j);
	} else if (!j->r->mmap_id) {
		out->verdict = VERDICT_NO_MMAP;
	} else {
		out->verdict = outcome_verdict(set);
	}
	out->level = outcome_level(out->verdict);
}

/* A way that succeeds without mapping anything is told apart from one that always fails. */
static void note_nothing(struct judging *j)
{
	const struct trace_graph *graph = j->r->graph;

	if (j->out->verdict != VERDICT_REJECT || !graph)
		return;
	for (unsigned int i = 0; i < graph->points->len; i++) {
		const struct trace_point *p = judge_point_at(graph, (int)i);

		if (p->node < 0 && trace_failed(p->state) != 1) {
			add_name(j->out->notes, "maps-nothing");
			return;
		}
	}
}

static void set_object(struct judging *j, struct audit_object *object, const struct fact_table *t)
{
	object->at.file = audit_string(j->audit, t->file);
	object->at.line = t->line;
	object->at.column = t->column;
	object->name = audit_string(j->audit, t->name);
	object->type = audit_string(j->audit, t->record);
}

static void set_identity(struct judging *j, guint config)
{
	const struct trace_route *r = j->r;
	struct audit_route *out = j->out;
	g_autoptr(GString) id = g_string_new(NULL);
	g_autofree char *sum = NULL;

	out->ops.at.file = audit_string(j->audit, r->exporter->file);
	out->ops.at.line = r->exporter->line;
	out->ops.at.column = r->exporter->column;
	out->ops.name = audit_string(j->audit, r->exporter->name);
	out->ops.type = "dma_buf_ops";
	if (r->mmap_id)
		out->mmap = audit_string(j->audit, id_name(r->mmap_id));
	g_array_append_val(out->configs, config);
	g_string_printf(id, "%s|%s|%s", out->ops.at.file, out->ops.name,
			out->mmap ? out->mmap : "");
	for (unsigned int i = 0; i < r->bindings->len; i++) {
		const struct fact_table *t =
			g_array_index(r->bindings, struct trace_binding, i).table;

		struct audit_object *table = audit_add_table(out);

		set_object(j, table, t);
		table->any = !table_identifies(r, i);
		if (!table->any)
			g_string_append_printf(id, "|%s:%s", t->file, t->name);
	}
	for (unsigned int i = 0; i < r->alike->len; i++)
		set_object(j, audit_add_alike(out), r->alike->pdata[i]);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id->str, (gssize)id->len);
	sum[16] = '\0';
	out->id = audit_string(j->audit, sum);
}

struct audit_route *judge_route(struct audit *audit, struct program *program,
				const struct trace_route *route, guint config)
{
	struct judging j = { audit, program, route, audit_add_route(audit), NULL, NULL, NULL };

	j.ways = g_ptr_array_new_with_free_func(judge_condition_list_free);
	j.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	j.o = outcomes_new(program, route);
	set_identity(&j, config);
	if (route->mmap)
		find_implementation(&j);
	set_verdict(&j);
	if (route->graph) {
		/* What user space maps is the dma-buf that the object was imported from. */
		if (!route->import_only) {
			judge_own_inserts(&j);
			judge_exits(&j);
		}
		summarise_exits(&j);
		judge_note_settings(&j);
	}
	/* Without good ways there is nothing that the conditions tell apart. */
	if (j.out->verdict == VERDICT_CONDITIONAL || j.out->verdict == VERDICT_UNKNOWN)
		judge_set_conditions(&j);
	note_nothing(&j);
	judge_not_built(&j);
	outcomes_free(j.o);
	g_ptr_array_unref(j.ways);
	g_hash_table_unref(j.seen);
	return j.out;
}

void judge_unseen(struct audit *audit, const char *file, unsigned int line, const char *name,
		  const char *reason, bool left_out, const GArray *configs)
{
	struct audit_finding *f;
	g_autofree char *message =
		g_strdup_printf("%s is left out by %s", name,
				configs->len > 1 ? "every configuration" : "the configuration");
	struct audit_route *out = audit_add_route(audit);
	g_autofree char *id = g_strdup_printf("%s|%s|", file, name);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);

	sum[16] = '\0';
	out->id = audit_string(audit, sum);
	out->ops.at.file = audit_string(audit, file);
	out->ops.at.line = line;
	out->ops.at.column = 1;
	out->ops.name = audit_string(audit, name);
	out->ops.type = "dma_buf_ops";
	out->verdict = VERDICT_UNKNOWN;
	out->level = LEVEL_WARNING;
	out->reason = audit_string(audit, reason);
	out->built = !left_out;
	g_array_append_vals(out->configs, configs->data, configs->len);
	if (!left_out)
		return;
	f = audit_add_finding(out);
	f->rule = "not-in-this-config";
	f->level = LEVEL_NOTE;
	f->confidence = "proved";
	f->at = out->ops.at;
	f->message = audit_string(audit, message);
	f->fingerprint = out->id;
	g_array_append_vals(f->configs, configs->data, configs->len);
}

void judge_dump(const struct audit *audit, GString *out)
{
	for (unsigned int i = 0; i < audit->routes->len; i++) {
		const struct audit_route *r = audit->routes->pdata[i];

		g_string_append_printf(out, "route\t%s\t%s", r->ops.at.file, r->ops.name);
		for (unsigned int k = 0; k < r->tables->len; k++)
			g_string_append_printf(out, "%s%s", k ? " > " : "\t",
					       ((struct audit_object *)r->tables->pdata[k])->name);
		if (!r->tables->len)
			g_string_append(out, "\t-");
		g_string_append_printf(out, "\t%s", verdict_name(r->verdict));
		for (unsigned int k = 0; k < r->findings->len; k++)
			g_string_append_printf(
				out, "\t%s", ((struct audit_finding *)r->findings->pdata[k])->rule);
		if (r->reason)
			g_string_append_printf(out, "\t%s", r->reason);
		g_string_append_c(out, '\n');
	}
}

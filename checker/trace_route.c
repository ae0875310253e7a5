// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_route: the routes of an exporter: which handlers run after which way through
 * mmap.  A route that needs another table bound is split, see trace_bind.
 */
#include "pairing.h"
#include "trace_private.h"

static void handler_free(void *data)
{
	struct trace_handler *h = data;

	trace_graph_free(h->graph);
	g_free(h);
}

struct trace_route *trace_route_new(const struct exporter *e, const GArray *bindings)
{
	struct trace_route *r = g_new0(struct trace_route, 1);

	r->exporter = e;
	r->bindings = g_array_copy((GArray *)bindings);
	r->pool = pool_new();
	r->handlers = g_ptr_array_new_with_free_func(handler_free);
	r->alike = g_ptr_array_new();
	r->owner_reads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return r;
}

void trace_route_free(struct trace_route *r)
{
	if (!r)
		return;
	trace_graph_free(r->graph);
	g_ptr_array_unref(r->handlers);
	g_ptr_array_unref(r->alike);
	g_hash_table_unref(r->owner_reads);
	g_array_unref(r->bindings);
	pool_free(r->pool);
	g_free(r);
}

/*
 * A mapping as mm hands it over: none of the flags that matter are set, and its
 * vm_ops are a table without handlers (include/linux/mm.h, vma_init()).
 */
static struct state fresh_mapping(struct tracer *t)
{
	struct state s = { 0 };

	s.zeros = t->program->values.pfnmap | t->program->values.mixedmap;
	s.vm_ops = value_simple(t->pool, VALUE_GLOBAL, TRACE_NO_VM_OPS, ORIGIN_CONSTANT);
	return s;
}

/* A handler that is a helper of the vocabulary: one point, at which it has inserted. */
static struct trace_graph *helper_graph(struct tracer *t, const struct state *after,
					const struct word *word)
{
	struct trace_graph *graph = g_new0(struct trace_graph, 1);
	struct trace_point *p = pool_alloc(t->pool, sizeof(*p));
	struct state s = *after;

	s.inserts = word->class == WORD_MIXED ? INSERT_MIXED :
		    word->class == WORD_PAGE  ? INSERT_PAGE :
						INSERT_PFN;
	p->state = pool_state(t->pool, &s);
	p->node = -1;
	p->parent = -1;
	p->word = word;
	graph->points = g_ptr_array_new();
	g_ptr_array_add(graph->points, p);
	return graph;
}

static void trace_handler(struct tracer *t, struct trace_handler *h, const struct value *v)
{
	const struct word *word;
	const struct fact_function *f;

	if (v->kind != VALUE_FUNCTION) {
		const struct fact_table *table = program_table(t->program, h->after->vm_ops->name);

		h->unknown = table && table->unread ?
				     "belongs to a table with a compile error in it" :
			     table && (table->has_initializer || table->is_static) ?
				     "is not a function by name" :
				     "belongs to a table whose definition was not found";
		return;
	}
	word = word_of_id(v->name);
	if (word && word_inserts(word))
		h->graph = helper_graph(t, h->after, word);
	if (word)
		return;
	f = program_function(t->program, v->name, true);
	if (!f) {
		h->unknown = "has a definition that was not found";
		return;
	}
	h->graph = trace_explore(t, f, h->after);
	if (t->overflow)
		h->unknown = "reaches more than the bound of points";
}

/* Traces what a handler of the vm_ops that mmap left behind may be. */
static void trace_handler_of(struct tracer *t, struct trace_route *r, const struct state *after,
			     const struct handler *handler)
{
	g_autoptr(GPtrArray) values = NULL;

	t->copies = after->copies;
	values = trace_member_values(t, after->vm_ops, handler->field);
	t->copies = NULL;
	t->mode = MODE_HANDLER;
	t->in_handler = true;
	t->fault = handler->returns_page;
	for (unsigned int i = 0; i < values->len && !t->need_field; i++) {
		const struct value *v = values->pdata[i];
		struct trace_handler *h;

		if (v->kind == VALUE_INT && !v->n)
			continue;
		h = g_new0(struct trace_handler, 1);
		h->handler = handler;
		h->after = after;
		g_ptr_array_add(r->handlers, h);
		t->overflow = NULL;
		trace_handler(t, h, v);
	}
}

static void trace_handlers(struct tracer *t, struct trace_route *r)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

	for (unsigned int i = 0; i < r->graph->points->len && !t->need_field; i++) {
		const struct trace_point *p = r->graph->points->pdata[i];
		const struct state *after;

		if (p->node >= 0 || trace_failed(p->state) == 1)
			continue;
		after = trace_leftover(r->pool, t->program, p->state);
		if (after->vm_ops->kind != VALUE_GLOBAL || !trace_has_handlers(after) ||
		    !g_hash_table_add(seen, (void *)after))
			continue;
		for (const struct handler *h = vm_handlers; h->name && !t->need_field; h++)
			trace_handler_of(t, r, after, h);
	}
}

static bool is_import_only(struct program *program, const GArray *bindings)
{
	for (unsigned int i = 0; i < bindings->len; i++) {
		const struct fact_table *table =
			g_array_index(bindings, struct trace_binding, i).table;

		if (!pairing_of_owner(table->record) && pairing_import_only(program, table))
			return true;
	}
	return false;
}

void trace_bound(struct program *program, const struct exporter *e, const char *id,
		 GArray *bindings, GPtrArray *out)
{
	struct trace_route *r = trace_route_new(e, bindings);
	struct tracer t;

	r->mmap_id = id;
	r->mmap = program_function(program, id, true);
	tracer_begin(&t, program, r->pool, r->bindings);
	t.mode = MODE_MMAP;
	t.owner_reads = r->owner_reads;
	if (!r->mmap) {
		r->unknown = "the callback's definition was not found";
	} else {
		struct state s = fresh_mapping(&t);

		r->graph = trace_explore(&t, r->mmap, &s);
		if (t.overflow)
			r->unknown = "bound hit: points of a graph";
		if (r->graph)
			trace_handlers(&t, r);
	}
	if (t.need_field) {
		trace_split(program, e, id, bindings, &t, out);
		trace_route_free(r);
	} else {
		r->import_only = is_import_only(program, r->bindings);
		g_ptr_array_add(out, r);
	}
	tracer_end(&t);
}

void trace_exporter(struct program *program, const struct exporter *e, GPtrArray *out)
{
	g_autoptr(GArray) bindings = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));

	for (unsigned int i = 0; i < e->callbacks->len; i++)
		trace_bound(program, e, e->callbacks->pdata[i], bindings, out);
	if (!e->callbacks->len) {
		struct trace_route *r = trace_route_new(e, bindings);

		r->unknown = e->callback_unknown;
		g_ptr_array_add(out, r);
	}
}

/* ---- dump ---- */

static void dump_graph(const struct trace_route *r, const struct trace_graph *graph,
		       const char *entry, GString *out)
{
	for (unsigned int i = 0; graph && i < graph->points->len; i++) {
		const struct trace_point *p = graph->points->pdata[i];
		const struct frame *f = p->state->frame;
		const struct assumptions *a = p->state->assumed;

		g_string_append_printf(out, "point\t%s", r->exporter->name);
		for (unsigned int k = 0; k < r->bindings->len; k++)
			g_string_append_printf(
				out, ">%s",
				g_array_index(r->bindings, struct trace_binding, k).table->name);
		g_string_append_printf(out, "\t%s\t%u\t%s\t%d", entry, i,
				       f ? f->function->name : "exit",
				       f ? (int)f->function->nodes[p->node].line : 0);
		g_string_append_printf(out, "\tones=%" G_GINT64_MODIFIER "x\tinserts=%u\tvm_ops=%s",
				       p->state->ones, p->state->inserts,
				       p->state->vm_ops && p->state->vm_ops->name ?
					       id_name(p->state->vm_ops->name) :
					       "?");
		if (p->state->undecided)
			g_string_append_printf(out, "\tundecided=%s", p->state->undecided);
		for (unsigned int k = 0; a && k < a->n; k++)
			g_string_append_printf(out, "\t%s%s", a->list[k].truth ? "" : "!",
					       a->list[k].key);
		for (unsigned int k = 0; k < p->n_edges; k++)
			g_string_append_printf(out, "\t>%d", p->edges[k].to);
		g_string_append_c(out, '\n');
	}
}

void trace_dump(const struct trace_route *r, GString *out)
{
	dump_graph(r, r->graph, "mmap", out);
	for (unsigned int i = 0; i < r->handlers->len; i++) {
		const struct trace_handler *h = r->handlers->pdata[i];

		if (h->unknown)
			g_string_append_printf(out, "handler\t%s\t%s\t%s\t%s\n", r->exporter->name,
					       id_name(h->after->vm_ops->name), h->handler->name,
					       h->unknown);
		dump_graph(r, h->graph, h->handler->name, out);
	}
}

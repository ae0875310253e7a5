// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_route: the routes of an exporter: which tables they bind, which handlers
 * run after which way through mmap, and what the helpers themselves stop on.
 */
#include <string.h>

#include "pairing.h"
#include "sorted.h"
#include "trace_private.h"

/* ---- preconditions ---- */

void tracer_begin(struct tracer *t, struct program *program, struct pool *pool, GArray *bindings)
{
	memset(t, 0, sizeof(*t));
	t->program = program;
	t->pool = pool;
	t->bindings = bindings;
	t->liveness = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	t->remembered = g_hash_table_new(g_str_hash, g_str_equal);
	t->flows = g_hash_table_new(NULL, NULL);
}

void tracer_end(struct tracer *t)
{
	g_hash_table_unref(t->flows);
	g_hash_table_unref(t->remembered);
	g_hash_table_unref(t->liveness);
}

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

/* ---- routes ---- */

static void handler_free(void *data)
{
	struct trace_handler *h = data;

	trace_graph_free(h->graph);
	g_free(h);
}

static struct trace_route *route_new(const struct exporter *e, const GArray *bindings)
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

/* The dma_buf_ops objects that an export function leaves behind (value keys). */
static GPtrArray *find_exported_ops(struct program *program, const char *function)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
	const struct fact_function *f = program_function(program, function, true);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));
	struct pool *pool = pool_new();
	struct state s = { 0 };
	struct tracer t;

	tracer_begin(&t, program, pool, none);
	t.mode = MODE_EXPORT;
	if (f) {
		struct trace_graph *graph = trace_explore(&t, f, &s);

		for (unsigned int i = 0; graph && i < graph->points->len; i++) {
			const struct trace_point *p = graph->points->pdata[i];
			const struct value *v = p->state->result;

			if (p->node >= 0 || !p->state->ops || p->state->ops->kind != VALUE_GLOBAL)
				continue;
			if (v && (v->kind == VALUE_ERROR || (v->kind == VALUE_INT && v->n <= 0)))
				continue;
			g_ptr_array_add(out, value_key(p->state->ops));
		}
		trace_graph_free(graph);
	}
	tracer_end(&t);
	pool_free(pool);
	return out;
}

static const GPtrArray *exported_ops(struct program *program, const char *function)
{
	GPtrArray *known;

	g_rec_mutex_lock(&program->lock);
	known = g_hash_table_lookup(program->exports, function);
	if (!known) {
		known = find_exported_ops(program, function);
		g_hash_table_insert(program->exports, (void *)program_string(program, function),
				    known);
	}
	g_rec_mutex_unlock(&program->lock);
	return known;
}

static bool leads_to(struct program *program, const char *function, const struct exporter *e)
{
	const GPtrArray *keys = exported_ops(program, function);
	g_autofree char *wanted = e->table ? g_strdup_printf("&%s.%s", e->table->id, e->path) :
					     g_strdup("");

	for (unsigned int i = 0; i < keys->len; i++)
		if (!strcmp(keys->pdata[i], wanted))
			return true;
	return false;
}

/* Whether objects with this table are exported with these ops. */
static bool table_exports(struct program *program, const struct fact_table *table,
			  const struct exporter *e)
{
	const struct export_hook *hook;
	const struct expr *member;
	bool present;

	for (hook = export_hooks; hook->record; hook++)
		if (!strcmp(hook->record, table->record))
			break;
	if (!hook->record || table->unread)
		return true;
	member = program_member(table, "", hook->field, &present);
	while (member && member->kind == EXPR_CAST)
		member = member->a;
	if (!present || !member || member->kind == EXPR_INT)
		return leads_to(program, hook->fallback, e);
	return member->kind != EXPR_FUNCTION || leads_to(program, member->name, e);
}

static const struct fact_table *bound_table(const GArray *bindings, const char *field)
{
	for (unsigned int i = 0; i < bindings->len; i++) {
		const struct trace_binding *b = &g_array_index(bindings, struct trace_binding, i);

		if (!strcmp(b->field, field))
			return b->table;
	}
	return NULL;
}

static void add_candidate(GArray *out, const struct fact_table *table, const char *why)
{
	struct trace_binding b = { .table = table, .why = why };

	g_array_append_val(out, b);
}

/* The tables of the owner of objects with a table. */
static void owners(struct program *program, const struct pairing *pairing,
		   const struct fact_table *object, GArray *out)
{
	g_autoptr(GPtrArray) pairs = pairing_owners(program, pairing, object);

	for (unsigned int i = 0; i < pairs->len; i++) {
		const struct pair *pair = pairs->pdata[i];

		add_candidate(out, pair->owner, pair->why);
	}
}

/* Tables of the module of the one that was bound first, or any if it is the first. */
static void tables_of_module(struct program *program, const struct exporter *e,
			     const GArray *bindings, const char *record, GArray *out)
{
	const struct fact_table *bound =
		bindings->len ? g_array_index(bindings, struct trace_binding, 0).table : NULL;
	const GPtrArray *tables = program_tables_of(program, record, bound ? bound->file : NULL);

	for (unsigned int i = 0; tables && i < tables->len; i++) {
		const struct fact_table *table = tables->pdata[i];

		if ((table->has_initializer || table->unread) &&
		    (!bound || program_same_module(bound->facts, table->facts)) &&
		    table_exports(program, table, e))
			add_candidate(out, table, bound ? "both stand in the same module" : NULL);
	}
}

/* The tables (struct trace_binding, the field left out) that a field may hold on this route. */
static GArray *candidates(struct program *program, const struct exporter *e, const GArray *bindings,
			  const char *record)
{
	GArray *out = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));
	const struct pairing *pairing = pairing_of_owner(record);
	const struct fact_table *object = pairing ? bound_table(bindings, pairing->field) : NULL;

	if (object)
		owners(program, pairing, object, out);
	else
		tables_of_module(program, e, bindings, record, out);
	return out;
}

/* Of an object and its owner, the object's table is bound first: it is the one that is exported. */
static const struct pairing *object_first(const GArray *bindings, const char *record)
{
	const struct pairing *pairing = pairing_of_owner(record);

	return pairing && !bound_table(bindings, pairing->field) ? pairing : NULL;
}

static void trace_bound(struct program *program, const struct exporter *e, const char *id,
			GArray *bindings, GPtrArray *out);

/* A route that cannot be traced; takes why over. */
static void add_unknown(struct program *program, const struct exporter *e, const char *id,
			GArray *bindings, GPtrArray *out, const struct tracer *t, char *why)
{
	struct trace_route *r = route_new(e, bindings);

	r->mmap_id = id;
	r->mmap = program_function(program, id, true);
	r->unknown = program_string(program, why);
	r->unknown_in = t->need_in;
	r->unknown_at = t->need_at;
	g_ptr_array_add(out, r);
	g_free(why);
}

/* The routes that are left out are one that is not decided. */
static void add_overflow(struct program *program, const struct exporter *e, const char *id,
			 GArray *bindings, GPtrArray *out, const struct tracer *t)
{
	const char *why = program_string(program, "bound hit: routes of an exporter");

	for (unsigned int i = 0; i < out->len; i++)
		if (((struct trace_route *)out->pdata[i])->unknown == why)
			return;
	add_unknown(program, e, id, bindings, out, t, g_strdup(why));
}

/* ---- owners alike ---- */

static bool same_member(const struct fact_table *a, const struct fact_table *b, const char *read)
{
	const char *blank = strchr(read, ' ');
	g_autofree char *path = g_strndup(read, (gsize)(blank - read));
	g_autoptr(GString) text_a = g_string_new(NULL);
	g_autoptr(GString) text_b = g_string_new(NULL);
	bool in_a, in_b;
	const struct expr *x = program_member(a, path, blank + 1, &in_a);
	const struct expr *y = program_member(b, path, blank + 1, &in_b);

	if (!blank[1] || in_a != in_b || !x != !y)
		return false;
	if (x) {
		expr_print(x, text_a);
		expr_print(y, text_b);
	}
	return g_string_equal(text_a, text_b);
}

/* Whether routes from first on, which rest on an owner's table, are the same with another one. */
static bool is_alike(const struct program *program, const GPtrArray *routes, unsigned int first,
		     unsigned int end, const struct fact_table *a, const struct fact_table *b)
{
	if (a->unread || b->unread || g_hash_table_contains(program->global_stores, a->id) ||
	    g_hash_table_contains(program->global_stores, b->id))
		return false;
	for (unsigned int i = first; i < end; i++) {
		const struct trace_route *r = routes->pdata[i];
		GHashTableIter iter;
		void *read;

		g_hash_table_iter_init(&iter, r->owner_reads);
		while (g_hash_table_iter_next(&iter, &read, NULL))
			if (!same_member(a, b, read))
				return false;
	}
	return true;
}

/* Routes that were traced with one owner. */
struct owner_routes {
	const struct fact_table *owner;
	unsigned int first;
	unsigned int end;
};

/* Adds an owner to those routes that are the same with it; false if there are none. */
static bool join_alike(const struct program *program, GPtrArray *routes, const GArray *traced,
		       const struct fact_table *owner)
{
	for (unsigned int i = 0; i < traced->len; i++) {
		const struct owner_routes *of = &g_array_index(traced, struct owner_routes, i);

		if (!is_alike(program, routes, of->first, of->end, of->owner, owner))
			continue;
		for (unsigned int k = of->first; k < of->end; k++) {
			struct trace_route *r = routes->pdata[k];

			g_ptr_array_add(r->alike, (void *)owner);
		}
		return true;
	}
	return false;
}

static gint compare_built(gconstpointer a, gconstpointer b)
{
	const struct fact_table *x = ((const struct trace_binding *)a)->table;
	const struct fact_table *y = ((const struct trace_binding *)b)->table;

	if (x->facts->built != y->facts->built)
		return x->facts->built ? -1 : 1;
	return compare_lines(x->file, x->line, y->file, y->line);
}

/* Routes with each of the tables bound next. */
static void split_tables(struct program *program, const struct exporter *e, const char *id,
			 GArray *bindings, const char *field, GArray *tables, bool owners,
			 const struct tracer *t, GPtrArray *out)
{
	g_autoptr(GArray) traced = g_array_new(FALSE, FALSE, sizeof(struct owner_routes));
	unsigned int first = out->len;

	if (owners)
		g_array_sort(tables, compare_built);
	for (unsigned int i = 0; i < tables->len; i++) {
		struct trace_binding b = g_array_index(tables, struct trace_binding, i);
		struct owner_routes of = { b.table, out->len, 0 };

		if (out->len >= BOUND_ROUTES) {
			add_overflow(program, e, id, bindings, out, t);
			break;
		}
		if (owners && join_alike(program, out, traced, b.table))
			continue;
		b.field = program_string(program, field);
		if (!strcmp(field, t->need_field)) {
			b.asked_in = t->need_in;
			b.asked_at = t->need_at;
		}
		g_array_append_val(bindings, b);
		if (b.table->unread)
			add_unknown(program, e, id, bindings, out, t,
				    g_strdup_printf("%s has a compile error in it", b.table->name));
		else
			trace_bound(program, e, id, bindings, out);
		g_array_set_size(bindings, bindings->len - 1);
		of.end = out->len;
		g_array_append_val(traced, of);
	}
	for (unsigned int i = first; owners && traced->len > 1 && i < out->len; i++)
		((struct trace_route *)out->pdata[i])->owner_matters = true;
}

static void split(struct program *program, const struct exporter *e, const char *id,
		  GArray *bindings, const struct tracer *t, GPtrArray *out)
{
	g_autofree char *field = g_strdup(t->need_field);
	g_autofree char *record = g_strdup(t->need_record);
	const struct pairing *pairing = object_first(bindings, record);
	g_autoptr(GArray) tables =
		candidates(program, e, bindings, pairing ? pairing->object : record);

	if (pairing && tables->len) {
		g_free(field);
		field = g_strdup(pairing->field);
		g_free(record);
		record = g_strdup(pairing->object);
	} else if (pairing) {
		g_array_unref(tables);
		tables = candidates(program, e, bindings, record);
	}
	split_tables(program, e, id, bindings, field, tables, pairing_of_owner(record), t, out);
	if (!tables->len)
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("no %s is known that %s could hold on this route",
					    record, field));
	else if (g_hash_table_contains(program->incomplete, record))
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("there are more tables of %s than the bound", record));
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

static void trace_bound(struct program *program, const struct exporter *e, const char *id,
			GArray *bindings, GPtrArray *out)
{
	struct trace_route *r = route_new(e, bindings);
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
		split(program, e, id, bindings, &t, out);
		trace_route_free(r);
	} else {
		r->import_only = is_import_only(program, r->bindings);
		g_ptr_array_add(out, r);
	}
	tracer_end(&t);
}

GPtrArray *trace_exporter(struct program *program, const struct exporter *e)
{
	GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)trace_route_free);
	g_autoptr(GArray) bindings = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));

	for (unsigned int i = 0; i < e->callbacks->len; i++)
		trace_bound(program, e, e->callbacks->pdata[i], bindings, out);
	if (!e->callbacks->len) {
		struct trace_route *r = route_new(e, bindings);

		r->unknown = e->callback_unknown;
		g_ptr_array_add(out, r);
	}
	return out;
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

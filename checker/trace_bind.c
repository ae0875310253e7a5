// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_bind: binds tables: which ones a field may hold on a route, by what is
 * exported with them and whose objects they are, and which owners make no
 * difference.
 */
#include <string.h>

#include "pairing.h"
#include "questions.h"
#include "sorted.h"
#include "trace_private.h"

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

static guint64 mix_keys(const GPtrArray *keys)
{
	guint64 mix = keys->len;

	for (unsigned int i = 0; i < keys->len; i++)
		mix = question_mix_string(mix, keys->pdata[i]);
	return mix;
}

static const GPtrArray *exported_ops(struct program *program, const char *function);

static guint64 ask_exported_ops(struct program *program, const char *function, const void *object)
{
	(void)object;
	return mix_keys(exported_ops(program, function));
}

static const GPtrArray *exported_ops(struct program *program, const char *function)
{
	void *log = question_log_pause();
	GPtrArray *known;

	g_rec_mutex_lock(&program->lock);
	known = g_hash_table_lookup(program->exports, function);
	if (!known) {
		known = find_exported_ops(program, function);
		g_hash_table_insert(program->exports, (void *)program_string(program, function),
				    known);
	}
	g_rec_mutex_unlock(&program->lock);
	question_log_resume(log);
	if (question_logging())
		question_note(ask_exported_ops, function, NULL, mix_keys(known));
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

enum hook_state {
	HOOK_NONE, /* there is none: what comes next is asked */
	HOOK_NO,   /* it leaves other ops behind */
	HOOK_YES,
};

/* What a hook of a table has to do with these ops; what is not understood may be them. */
static enum hook_state hook_exports(struct program *program, const struct fact_table *table,
				    const char *field, const struct exporter *e)
{
	bool present;
	const struct expr *member = expr_strip_casts(program_member(table, "", field, &present));

	if (!present || !member || member->kind == EXPR_INT)
		return HOOK_NONE;
	if (member->kind != EXPR_FUNCTION)
		return HOOK_YES;
	return leads_to(program, member->name, e) ? HOOK_YES : HOOK_NO;
}

static const struct export_hook *hook_of(const struct fact_table *table)
{
	const struct export_hook *hook;

	for (hook = export_hooks; hook->record; hook++)
		if (!strcmp(hook->record, table->record))
			return hook;
	return NULL;
}

/* Whether objects of an owner, without a hook of their own, are exported with these ops. */
static bool owner_exports(struct program *program, const struct export_hook *hook,
			  const struct fact_table *owner, const struct exporter *e)
{
	enum hook_state state = hook_exports(program, owner, hook->owner, e);

	return state == HOOK_YES || (state == HOOK_NONE && leads_to(program, hook->fallback, e));
}

/* Whether some owner has a hook: newer kernels have none. */
static bool owners_have_hooks(struct program *program, const struct export_hook *hook)
{
	return program_tables_have(program, hook->owner);
}

/* Whether objects with this table are exported with these ops. */
static bool table_exports(struct program *program, const struct fact_table *table,
			  const struct exporter *e)
{
	const struct export_hook *hook = hook_of(table);
	g_autoptr(GPtrArray) pairs = NULL;
	enum hook_state state;

	if (!hook)
		return true;
	/* Its hook is not known, and that it has one is not. */
	if (table->unread && (!e->table || pairing_may_come_to(program, table, e->table)))
		return true;
	state = hook_exports(program, table, hook->field, e);
	if (state != HOOK_NONE)
		return state == HOOK_YES;
	if (!owners_have_hooks(program, hook))
		return leads_to(program, hook->fallback, e);
	for (const struct pairing *pairing = pairings; pairing->owner && !pairs; pairing++)
		if (!strcmp(pairing->object, table->record))
			pairs = pairing_owners(program, pairing, table);
	for (unsigned int i = 0; pairs && i < pairs->len; i++)
		if (owner_exports(program, hook, ((struct pair *)pairs->pdata[i])->owner, e))
			return true;
	return !(pairs && pairs->len) && leads_to(program, hook->fallback, e);
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

/* The tables of the owner of objects with a table: those with which it is exported so. */
static void owners(struct program *program, const struct exporter *e, const struct pairing *pairing,
		   const struct fact_table *object, GArray *out)
{
	g_autoptr(GPtrArray) pairs = pairing_owners(program, pairing, object);
	const struct export_hook *hook = hook_of(object);

	if (hook && (object->unread || hook_exports(program, object, hook->field, e) != HOOK_NONE))
		hook = NULL;
	for (unsigned int i = 0; i < pairs->len; i++) {
		const struct pair *pair = pairs->pdata[i];

		if (!hook || owner_exports(program, hook, pair->owner, e))
			add_candidate(out, pair->owner, pair->why);
	}
}

static bool could_be_exported(struct program *program, const struct fact_table *table,
			      const struct exporter *e)
{
	return (table->has_initializer || table->unread) && table_exports(program, table, e);
}

static GPtrArray *exported_tables(struct program *program, const char *record,
				  const struct exporter *e);

/* "file:name record" */
static guint64 ask_exported_tables(struct program *program, const char *name, const void *object)
{
	(void)object;
	for (unsigned int i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];
		g_autofree char *own = g_strdup_printf("%s:%s ", e->file, e->name);
		g_autoptr(GPtrArray) tables = NULL;

		if (!g_str_has_prefix(name, own))
			continue;
		tables = exported_tables(program, name + strlen(own), e);
		return program_mix_tables(tables);
	}
	return 0;
}

/* The tables of a record whose objects may be exported with these ops: one question. */
static GPtrArray *exported_tables(struct program *program, const char *record,
				  const struct exporter *e)
{
	void *log = question_log_pause();
	const GPtrArray *all = program_tables_of(program, record, NULL);
	GPtrArray *tables = g_ptr_array_new();

	for (unsigned int i = 0; all && i < all->len; i++)
		if (could_be_exported(program, all->pdata[i], e))
			g_ptr_array_add(tables, all->pdata[i]);
	question_log_resume(log);
	if (question_logging()) {
		g_autofree char *name = g_strdup_printf("%s:%s %s", e->file, e->name, record);

		question_note(ask_exported_tables, name, NULL, program_mix_tables(tables));
	}
	return tables;
}

/* Tables of the module of the one that was bound first, or any if it is the first. */
static void tables_of_module(struct program *program, const struct exporter *e,
			     const GArray *bindings, const char *record, GArray *out)
{
	const struct fact_table *bound =
		bindings->len ? g_array_index(bindings, struct trace_binding, 0).table : NULL;
	g_autoptr(GPtrArray) tables = bound ? program_tables_near(program, record, bound) :
					      exported_tables(program, record, e);

	for (unsigned int i = 0; i < tables->len; i++)
		if (!bound || could_be_exported(program, tables->pdata[i], e))
			add_candidate(out, tables->pdata[i],
				      bound ? "both stand in the same module" : NULL);
}

/* The tables (struct trace_binding, the field left out) that a field may hold on this route. */
static GArray *candidates(struct program *program, const struct exporter *e, const GArray *bindings,
			  const char *record)
{
	GArray *out = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));
	const struct pairing *pairing = pairing_of_owner(record);
	const struct fact_table *object = pairing ? bound_table(bindings, pairing->field) : NULL;

	if (object)
		owners(program, e, pairing, object, out);
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

/* A route that cannot be traced; takes why over. */
static void add_unknown(struct program *program, const struct exporter *e, const char *id,
			GArray *bindings, GPtrArray *out, const struct tracer *t, char *why)
{
	struct trace_route *r = trace_route_new(e, bindings);

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
static bool is_alike(struct program *program, const GPtrArray *routes, unsigned int first,
		     unsigned int end, const struct fact_table *a, const struct fact_table *b)
{
	if (a->unread || b->unread || program_global_stores(program, a->id) ||
	    program_global_stores(program, b->id))
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
static bool join_alike(struct program *program, GPtrArray *routes, const GArray *traced,
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

/* What the field that was asked for is bound to next. */
static struct trace_binding next_binding(struct program *program, const struct tracer *t,
					 const struct trace_binding *table, const char *field)
{
	struct trace_binding b = *table;

	b.field = program_string(program, field);
	if (!strcmp(field, t->need_field)) {
		b.asked_in = t->need_in;
		b.asked_at = t->need_at;
	}
	return b;
}

static void trace_table(struct program *program, const struct exporter *e, const char *id,
			GArray *bindings, const struct tracer *t, GPtrArray *out)
{
	const struct fact_table *table =
		g_array_index(bindings, struct trace_binding, bindings->len - 1).table;

	if (table->unread)
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("%s has a compile error in it", table->name));
	else
		trace_bound(program, e, id, bindings, out);
}

void trace_part(struct program *program, const struct exporter *e, const struct trace_part *part,
		GPtrArray *out)
{
	const struct tracer asked = { .need_in = part->need_in, .need_at = part->need_at };
	g_autoptr(GArray) bindings = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));

	g_array_append_val(bindings, part->binding);
	trace_table(program, e, part->id, bindings, &asked, out);
}

/*
 * Routes with each of the first tables to be bound, as parts: one exporter can have
 * most of the routes of a kernel.  False if they come near the bound, which counts in
 * order.
 */
static bool split_in_parts(struct program *program, const struct exporter *e, const char *id,
			   const char *field, const GArray *tables, const struct tracer *t,
			   GPtrArray *out)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct trace_binding));

	for (unsigned int i = 0; i < tables->len; i++) {
		struct trace_binding b = next_binding(
			program, t, &g_array_index(tables, struct trace_binding, i), field);

		g_ptr_array_add(parts, trace_part_new(program, e, id, &b, t));
	}
	if (out->len + trace_parts(program, e, parts) >= BOUND_ROUTES) {
		trace_memory_forget();
		return false;
	}
	while (parts->len) {
		struct trace_route *place = trace_route_new(e, none);

		place->part = g_ptr_array_steal_index(parts, 0);
		g_ptr_array_add(out, place);
	}
	return true;
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
	else if (!bindings->len && tables->len > 1 &&
		 split_in_parts(program, e, id, field, tables, t, out))
		return;
	for (unsigned int i = 0; i < tables->len; i++) {
		struct trace_binding b = g_array_index(tables, struct trace_binding, i);
		struct owner_routes of = { b.table, out->len, 0 };

		if (out->len >= BOUND_ROUTES) {
			add_overflow(program, e, id, bindings, out, t);
			break;
		}
		if (owners && join_alike(program, out, traced, b.table))
			continue;
		b = next_binding(program, t, &b, field);
		g_array_append_val(bindings, b);
		trace_table(program, e, id, bindings, t, out);
		g_array_set_size(bindings, bindings->len - 1);
		of.end = out->len;
		g_array_append_val(traced, of);
	}
	for (unsigned int i = first; owners && traced->len > 1 && i < out->len; i++)
		((struct trace_route *)out->pdata[i])->owner_matters = true;
}

void trace_split(struct program *program, const struct exporter *e, const char *id,
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
	/* The table that answers the question is there, and leaves it open. */
	if (bound_table(bindings, field)) {
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("%s, as bound on this route, is not understood",
					    field));
		return;
	}
	split_tables(program, e, id, bindings, field, tables, pairing_of_owner(record), t, out);
	if (!tables->len)
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("no %s is known that %s could hold on this route",
					    record, field));
	else if (program_is_incomplete(program, record))
		add_unknown(program, e, id, bindings, out, t,
			    g_strdup_printf("there are more tables of %s than the bound", record));
}

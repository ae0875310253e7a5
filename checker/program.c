// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: links the facts of all files.  Everything is keyed by strings and
 * kept in sorted arrays, so that the order in which files come does not matter.
 *
 * program_exporters finds what is exported, program_effects what functions do to
 * mappings, program_queries answers the stages behind.
 */
#include <string.h>

#include "program_private.h"
#include "questions.h"
#include "scan.h"
#include "sorted.h"

struct program *program_new(struct program_past *past)
{
	struct program *p = g_new0(struct program, 1);

	p->past = past;
	p->facts = g_ptr_array_new_with_free_func((GDestroyNotify)facts_free);
	p->missing_files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->incomplete = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->reaches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)scan_reach_free);
	g_rec_mutex_init(&p->lock);
	return p;
}

static void unlink_all(struct program *p)
{
	g_clear_pointer(&p->functions, g_hash_table_unref);
	g_clear_pointer(&p->tables, g_hash_table_unref);
	g_clear_pointer(&p->records, g_hash_table_unref);
	g_clear_pointer(&p->stores, g_hash_table_unref);
	g_clear_pointer(&p->global_stores, g_hash_table_unref);
	g_clear_pointer(&p->tested, g_hash_table_unref);
	g_clear_pointer(&p->effects, g_hash_table_unref);
	g_clear_pointer(&p->mapping_fields, g_hash_table_unref);
	g_clear_pointer(&p->entry_writers, g_hash_table_unref);
	g_clear_pointer(&p->doubts, g_hash_table_unref);
	g_clear_pointer(&p->exporters, g_ptr_array_unref);
	g_clear_pointer(&p->users, g_hash_table_unref);
	g_clear_pointer(&p->importers, g_hash_table_unref);
	g_clear_pointer(&p->files, g_hash_table_unref);
	g_clear_pointer(&p->exports, g_hash_table_unref);
	g_clear_pointer(&p->writes, g_hash_table_unref);
}

void program_free(struct program *p)
{
	if (!p)
		return;
	unlink_all(p);
	g_ptr_array_unref(p->facts);
	g_hash_table_unref(p->missing_files);
	g_hash_table_unref(p->missing_functions);
	g_hash_table_unref(p->incomplete);
	g_hash_table_unref(p->missing_variables);
	g_hash_table_unref(p->missing_tables);
	g_hash_table_unref(p->reaches);
	g_rec_mutex_clear(&p->lock);
	g_free(p);
}

void program_add(struct program *p, struct facts *facts)
{
	g_ptr_array_add(p->facts, facts);
}

void program_multi_add(GHashTable *table, const char *key, void *value)
{
	GPtrArray *array = g_hash_table_lookup(table, key);

	if (!array) {
		array = g_ptr_array_new();
		g_hash_table_insert(table, (void *)key, array);
	}
	g_ptr_array_add(array, value);
}

static GHashTable *multi_new(GDestroyNotify free_array)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_array);
}

static void stores_free(void *data)
{
	GPtrArray *array = data;

	g_ptr_array_set_free_func(array, g_free);
	g_ptr_array_unref(array);
}

static gint compare_facts(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const struct facts *const *)a)->file,
		      (*(const struct facts *const *)b)->file);
}

static bool functions_equal(const struct fact_function *a, const struct fact_function *b)
{
	return !strcmp(a->file, b->file) && a->line == b->line && !strcmp(a->hash, b->hash);
}

static void index_functions(struct program *p, const struct facts *facts)
{
	for (unsigned int i = 0; i < facts->functions->len; i++) {
		struct fact_function *f = facts->functions->pdata[i];
		GPtrArray *known = g_hash_table_lookup(p->functions, f->id);
		bool same = false;

		/* One row of a header inline is enough. */
		for (unsigned int k = 0; known && k < known->len && !same; k++)
			same = functions_equal(known->pdata[k], f);
		if (!same)
			program_multi_add(p->functions, f->id, f);
	}
}

static void index_importers(struct program *p, const struct fact_table *t)
{
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];
		const struct expr *e = field_imports(m->field) ? expr_strip_casts(m->value) : NULL;

		if (e && e->kind == EXPR_FUNCTION)
			g_hash_table_add(p->importers, (void *)e->name);
	}
}

static void index_tables(struct program *p, const struct facts *facts)
{
	for (unsigned int i = 0; i < facts->tables->len; i++) {
		struct fact_table *t = facts->tables->pdata[i];
		const struct fact_table *known = g_hash_table_lookup(p->tables, t->id);

		index_importers(p, t);
		/* A tentative definition or a declaration gives way to the initialised one. */
		if (!known || (!known->has_initializer && (t->has_initializer || t->unread)))
			g_hash_table_insert(p->tables, (void *)t->id, t);
	}
}

static void index_store(struct program *p, const struct fact_function *f, const struct fact_node *n)
{
	const struct expr *to = expr_strip_casts(n->a);
	const struct expr *global;
	struct field_store *store;

	if (to->kind != EXPR_FIELD && to->kind != EXPR_GLOBAL)
		return;
	global = expr_root_global(to);
	store = g_new0(struct field_store, 1);
	store->function = f;
	store->node = n;
	store->value = n->b;
	store->target = to;
	if (to->kind == EXPR_FIELD) {
		program_multi_add(p->stores, to->name, store);
		if (type_is_mapping(to->type) && field_role(to->name) == FIELD_NONE)
			g_hash_table_add(p->mapping_fields, (void *)to->name);
		store = global ? g_memdup2(store, sizeof(*store)) : NULL;
	}
	if (store && global)
		program_multi_add(p->global_stores, global->name, store);
	else
		g_free(store);
}

static void count_fields(struct program *p, const struct expr *e)
{
	if (!e)
		return;
	if (e->kind == EXPR_FIELD) {
		gpointer n = g_hash_table_lookup(p->tested, e->name);

		g_hash_table_insert(p->tested, (void *)e->name,
				    GUINT_TO_POINTER(GPOINTER_TO_UINT(n) + 1));
	}
	count_fields(p, e->a);
	count_fields(p, e->b);
}

/* The global whose address, or that of something in it, an expression is; or NULL. */
static const char *address_within(const struct expr *e)
{
	e = expr_strip_casts(e);
	e = e && e->kind == EXPR_ADDRESS ? expr_strip_casts(e->a) : NULL;
	while (e && e->kind == EXPR_FIELD)
		e = expr_strip_casts(e->a);
	return e && e->kind == EXPR_GLOBAL ? e->name : NULL;
}

/* Notes the function as one that takes the addresses in an expression. */
static void index_user(struct program *p, const struct fact_function *f, const struct expr *e)
{
	const char *id = address_within(e);
	const GPtrArray *known = id ? g_hash_table_lookup(p->users, id) : NULL;

	if (id && (!known || known->pdata[known->len - 1] != f))
		program_multi_add(p->users, id, (void *)f);
}

static void index_users(struct program *p, const struct fact_function *f, const struct fact_node *n)
{
	if (n->kind == NODE_ASSIGN)
		index_user(p, f, n->b);
	if (n->kind == NODE_RETURN)
		index_user(p, f, n->a);
	for (unsigned int i = 0; i < n->n_args; i++)
		index_user(p, f, n->args[i]);
}

static void index_nodes(struct program *p, const struct fact_function *f)
{
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];

		index_users(p, f, n);
		if (n->kind == NODE_ASSIGN)
			index_store(p, f, n);
		else if (n->kind == NODE_BRANCH || n->kind == NODE_SWITCH)
			count_fields(p, n->a);
	}
}

static gint compare_tables(gconstpointer a, gconstpointer b)
{
	const struct fact_table *x = *(const struct fact_table *const *)a;
	const struct fact_table *y = *(const struct fact_table *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	return order ? order : strcmp(x->id, y->id);
}

static gint compare_variants(gconstpointer a, gconstpointer b)
{
	const struct fact_function *x = *(const struct fact_function *const *)a;
	const struct fact_function *y = *(const struct fact_function *const *)b;
	int order;

	if (x->facts->built != y->facts->built)
		return x->facts->built ? -1 : 1;
	order = compare_lines(x->file, x->line, y->file, y->line);
	return order ? order : strcmp(x->hash, y->hash);
}

/* ---- objects of one name ---- */

/* Objects of several modules can have one name: those of all but one get an id of their own. */
static void rename_twins(struct program *p, const struct fact_table *first,
			 const struct fact_table *twin)
{
	g_autofree char *id = g_strdup(twin->id);
	g_autofree char *name = g_strconcat(twin->file, ":", twin->name, NULL);

	for (unsigned int i = 0; i < p->facts->len; i++) {
		struct facts *facts = p->facts->pdata[i];

		if (facts == twin->facts || (program_same_module(facts, twin->facts) &&
					     !program_same_module(facts, first->facts)))
			facts_rename_global(facts, id, name);
	}
}

static void find_twins(struct program *p, const struct facts *facts, GHashTable *known)
{
	for (unsigned int i = 0; i < facts->tables->len; i++) {
		struct fact_table *t = facts->tables->pdata[i];
		const struct fact_table *first;

		if (t->is_static || !t->has_initializer)
			continue;
		first = g_hash_table_lookup(known, t->id);
		if (!first)
			g_hash_table_insert(known, (void *)t->id, t);
		else if (strcmp(first->file, t->file))
			rename_twins(p, first, t);
	}
}

/* The name stays with what is built. */
static void tell_twins_apart(struct program *p)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	for (int built = 1; built >= 0; built--) {
		for (unsigned int i = 0; i < p->facts->len; i++) {
			const struct facts *facts = p->facts->pdata[i];

			if (facts->built == built)
				find_twins(p, facts, known);
		}
	}
}

static void index_records(struct program *p)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, p->tables);
	while (g_hash_table_iter_next(&iter, &key, &value))
		program_multi_add(p->records, ((struct fact_table *)value)->record, value);
	g_hash_table_iter_init(&iter, p->records);
	while (g_hash_table_iter_next(&iter, &key, &value))
		g_ptr_array_sort(value, compare_tables);
}

void program_link(struct program *p)
{
	GHashTableIter iter;
	void *key, *value;

	unlink_all(p);
	questions_outdate(program_past_questions(p->past));
	p->functions = multi_new((GDestroyNotify)g_ptr_array_unref);
	p->tables = g_hash_table_new(g_str_hash, g_str_equal);
	p->records = multi_new((GDestroyNotify)g_ptr_array_unref);
	p->stores = multi_new(stores_free);
	p->global_stores = multi_new(stores_free);
	p->tested = g_hash_table_new(g_str_hash, g_str_equal);
	p->effects = g_hash_table_new(NULL, NULL);
	p->mapping_fields = g_hash_table_new(g_str_hash, g_str_equal);
	p->entry_writers = g_hash_table_new(NULL, NULL);
	p->doubts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	p->exporters = g_ptr_array_new_with_free_func(program_exporter_free);
	p->writes = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
	p->users = multi_new((GDestroyNotify)g_ptr_array_unref);
	p->importers = g_hash_table_new(g_str_hash, g_str_equal);
	p->files = g_hash_table_new(g_str_hash, g_str_equal);
	p->exports = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					   (GDestroyNotify)g_ptr_array_unref);
	g_ptr_array_sort(p->facts, compare_facts);
	tell_twins_apart(p);
	for (unsigned int i = 0; i < p->facts->len; i++) {
		g_hash_table_add(p->files, (void *)((struct facts *)p->facts->pdata[i])->file);
		index_functions(p, p->facts->pdata[i]);
		index_tables(p, p->facts->pdata[i]);
	}
	g_hash_table_iter_init(&iter, p->functions);
	while (g_hash_table_iter_next(&iter, &key, &value))
		g_ptr_array_sort(value, compare_variants);
	for (unsigned int i = 0; i < p->facts->len; i++) {
		const struct facts *facts = p->facts->pdata[i];

		for (unsigned int k = 0; k < facts->functions->len; k++) {
			const struct fact_function *f = facts->functions->pdata[k];
			GPtrArray *known = g_hash_table_lookup(p->functions, f->id);

			if (g_ptr_array_find(known, f, NULL))
				index_nodes(p, f);
		}
	}
	index_records(p);
	program_find_effects(p);
	for (unsigned int i = 0; i < p->facts->len; i++) {
		const struct facts *facts = p->facts->pdata[i];

		for (unsigned int k = 0; k < facts->tables->len; k++) {
			const struct fact_table *t = facts->tables->pdata[k];

			if (g_hash_table_lookup(p->tables, t->id) == t)
				program_find_table_exporters(p, t);
		}
	}
	program_find_run_time_exporters(p);
	g_ptr_array_sort(p->exporters, program_compare_exporters);
}

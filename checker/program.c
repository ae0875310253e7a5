// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: links the facts of all files.  Everything is keyed by strings and
 * kept in sorted arrays, so that the order in which files come does not matter.
 */
#include <string.h>

#include "matchers.h"
#include "program.h"
#include "scan.h"
#include "sorted.h"

struct program *program_new(void)
{
	struct program *p = g_new0(struct program, 1);

	p->facts = g_ptr_array_new_with_free_func((GDestroyNotify)facts_free);
	p->missing_files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->incomplete = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->missing_tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->strings = g_string_chunk_new(4096);
	g_rec_mutex_init(&p->lock);
	return p;
}

static void exporter_free(void *data)
{
	struct exporter *e = data;

	g_ptr_array_unref(e->callbacks);
	g_free(e);
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
	g_clear_pointer(&p->reaches, g_hash_table_unref);
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
	g_string_chunk_free(p->strings);
	g_rec_mutex_clear(&p->lock);
	g_free(p);
}

void program_add(struct program *p, struct facts *facts)
{
	g_ptr_array_add(p->facts, facts);
}

const char *id_name(const char *id)
{
	const char *colon = strrchr(id, ':');

	return colon ? colon + 1 : id;
}

/* ---- indices ---- */

static void multi_add(GHashTable *table, const char *key, void *value)
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
			multi_add(p->functions, f->id, f);
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
		multi_add(p->stores, to->name, store);
		if (type_is_mapping(to->type) && field_role(to->name) == FIELD_NONE)
			g_hash_table_add(p->mapping_fields, (void *)to->name);
		store = global ? g_memdup2(store, sizeof(*store)) : NULL;
	}
	if (store && global)
		multi_add(p->global_stores, global->name, store);
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

/* Notes the function as one that takes the addresses in an expression. */
static void index_user(struct program *p, const struct fact_function *f, const struct expr *e)
{
	GPtrArray *known;

	for (e = expr_strip_casts(e); e && e->kind == EXPR_ADDRESS; e = expr_strip_casts(e->a))
		if (expr_strip_casts(e->a)->kind == EXPR_GLOBAL)
			break;
	if (!e || e->kind != EXPR_ADDRESS)
		return;
	e = expr_strip_casts(e->a);
	known = g_hash_table_lookup(p->users, e->name);
	if (!known || known->pdata[known->len - 1] != f)
		multi_add(p->users, e->name, (void *)f);
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

/* ---- effects ---- */

/* What is done at a match; of calls that depends on whether the function is known. */
static enum effect match_effect(const struct program *p, const struct fact_match *m)
{
	const struct word *word = word_of_id(m->bound);

	if (strcmp(m->pattern, matcher_mapping_call)) {
		enum matcher_effect effect = matcher_effect(m->pattern);

		return effect == MATCHER_WRITES ? EFFECT_WRITES :
		       effect == MATCHER_READS	? EFFECT_READS :
						  EFFECT_NONE;
	}
	/* By way of a field or of a pointer. */
	if (!*m->bound || strstr(m->bound, "::"))
		return EFFECT_WRITES;
	if (word && (word->class == WORD_FLAGS_TEST_ANY || word->class == WORD_FLAGS_TEST_ALL ||
		     word->class == WORD_FLAGS_TEST_BIT))
		return EFFECT_READS;
	if (word || g_str_has_prefix(m->bound, "__builtin_") ||
	    g_hash_table_contains(p->functions, m->bound))
		return EFFECT_NONE;
	return EFFECT_WRITES;
}

static void raise_effect(struct program *p, struct fact_function *f, enum effect effect,
			 GPtrArray *work)
{
	if (effect <= program_effect(p, f))
		return;
	g_hash_table_insert(p->effects, f, GINT_TO_POINTER(effect));
	g_ptr_array_add(work, f);
}

/* Whether what a function is called at the match writes page-table entries. */
static bool match_writes_entries(const struct fact_match *m)
{
	const struct word *word = word_of_id(m->bound);

	return matcher_effect(m->pattern) == MATCHER_WRITES && word && word_writes_entries(word);
}

static void add_entry_writer(struct program *p, struct fact_function *f, GPtrArray *work)
{
	if (g_hash_table_add(p->entry_writers, f))
		g_ptr_array_add(work, f);
}

/* The effects that functions have by themselves, as the matches in them say. */
static void find_own_effects(struct program *p, const struct facts *facts, GPtrArray *work,
			     GPtrArray *writers)
{
	g_autoptr(GHashTable) functions = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned int i = 0; i < facts->functions->len; i++) {
		struct fact_function *f = facts->functions->pdata[i];

		g_hash_table_insert(functions, (void *)f->id, f);
	}
	for (unsigned int i = 0; i < facts->matches->len; i++) {
		const struct fact_match *m = facts->matches->pdata[i];
		struct fact_function *f = g_hash_table_lookup(functions, m->function);

		if (!f)
			continue;
		raise_effect(p, f, match_effect(p, m), work);
		if (match_writes_entries(m))
			add_entry_writer(p, f, writers);
	}
}

/* Enters the function with each known one that it calls: those pass their effects on to it. */
static void find_callees(const struct program *p, struct fact_function *f, GHashTable *callers)
{
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];

		if (n->kind == NODE_CALL && n->a->kind == EXPR_FUNCTION &&
		    !word_of_id(n->a->name) && g_hash_table_contains(p->functions, n->a->name))
			multi_add(callers, n->a->name, f);
	}
}

static void find_effects(struct program *p)
{
	g_autoptr(GHashTable) callers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
							      (GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GPtrArray) work = g_ptr_array_new();
	g_autoptr(GPtrArray) writers = g_ptr_array_new();
	GHashTableIter iter;
	void *id, *variants;

	for (unsigned int i = 0; i < p->facts->len; i++)
		find_own_effects(p, p->facts->pdata[i], work, writers);
	g_hash_table_iter_init(&iter, p->functions);
	while (g_hash_table_iter_next(&iter, &id, &variants))
		for (unsigned int i = 0; i < ((GPtrArray *)variants)->len; i++)
			find_callees(p, ((GPtrArray *)variants)->pdata[i], callers);
	while (work->len) {
		struct fact_function *f = g_ptr_array_steal_index_fast(work, work->len - 1);
		GPtrArray *up = g_hash_table_lookup(callers, f->id);

		for (unsigned int i = 0; up && i < up->len; i++)
			raise_effect(p, up->pdata[i], program_effect(p, f), work);
	}
	while (writers->len) {
		struct fact_function *f = g_ptr_array_steal_index_fast(writers, writers->len - 1);
		GPtrArray *up = g_hash_table_lookup(callers, f->id);

		for (unsigned int i = 0; up && i < up->len; i++)
			add_entry_writer(p, up->pdata[i], writers);
	}
}

bool program_writes_entries(const struct program *p, const struct fact_function *f)
{
	return g_hash_table_contains(p->entry_writers, f);
}

enum effect program_effect(const struct program *p, const struct fact_function *f)
{
	return (enum effect)GPOINTER_TO_INT(g_hash_table_lookup(p->effects, f));
}

/* ---- exporters ---- */

static struct exporter *add_exporter(struct program *p, const char *name, const char *file,
				     unsigned int line, unsigned int column)
{
	struct exporter *e = g_new0(struct exporter, 1);

	e->name = program_string(p, name);
	e->file = file;
	e->line = line;
	e->column = column;
	e->path = "";
	e->callbacks = g_ptr_array_new();
	g_ptr_array_add(p->exporters, e);
	return e;
}

static void add_callback(struct exporter *e, const struct expr *value)
{
	value = expr_strip_casts(value);
	if (!value || (value->kind == EXPR_INT && !value->value))
		return;
	if (value->kind != EXPR_FUNCTION) {
		e->callback_unknown = "the callback is not a function by name";
		return;
	}
	for (unsigned int i = 0; i < e->callbacks->len; i++)
		if (!strcmp(e->callbacks->pdata[i], value->name))
			return;
	g_ptr_array_add(e->callbacks, (void *)value->name);
}

static void add_table_exporter(struct program *p, const struct fact_table *t, const char *path,
			       unsigned int line, unsigned int column)
{
	g_autofree char *name = *path ? g_strconcat(t->name, *path == '[' ? "" : ".", path, NULL) :
					g_strdup(t->name);
	struct exporter *e = add_exporter(p, name, t->file, line, column);
	const GPtrArray *late = g_hash_table_lookup(p->global_stores, t->id);
	bool present;

	e->table = t;
	e->path = program_string(p, path);
	add_callback(e, program_member(t, path, "dma_buf_ops::mmap", &present));
	for (unsigned int i = 0; late && i < late->len; i++) {
		const struct field_store *s = late->pdata[i];

		if (s->target->kind == EXPR_FIELD && !strcmp(s->target->name, "dma_buf_ops::mmap"))
			add_callback(e, s->value);
	}
}

/* Objects that static storage holds: tables, array elements and nested ones. */
static void find_table_exporters(struct program *p, const struct fact_table *t)
{
	if (!strcmp(t->record, "dma_buf_ops")) {
		bool array = t->n_members && t->members[0].path[0] == '[';

		if (!array && (t->has_initializer || g_hash_table_lookup(p->global_stores, t->id)))
			add_table_exporter(p, t, "", t->line, t->column);
	}
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		if (!m->value && !strcmp(m->type, "dma_buf_ops"))
			add_table_exporter(p, t, m->path, m->line, m->column);
	}
}

/* "struct.field" of the field that holds a dma_buf_ops object in each of some run-time objects. */
static char *run_time_name(const char *field)
{
	const char *colons = strstr(field, "::");

	return g_strdup_printf("%.*s.%s", (int)(colons - field), field, colons + 2);
}

static struct exporter *run_time_exporter(struct program *p, const char *field,
					  const struct field_store *s)
{
	g_autofree char *name = run_time_name(field);
	struct exporter *e;

	for (unsigned int i = 0; i < p->exporters->len; i++) {
		e = p->exporters->pdata[i];
		if (e->field && !strcmp(e->field, field))
			return e;
	}
	e = add_exporter(p, name, s->function->file, s->node->line, s->node->column);
	e->field = field;
	return e;
}

/* What a pointer parameter may point to, by what the callers pass: tables only. */
static void copied_callbacks(struct program *p, struct exporter *e, const struct field_store *s)
{
	const struct expr *from = expr_strip_casts(s->value);
	const struct expr *object = from->kind == EXPR_DEREF ? expr_strip_casts(from->a) : from;
	bool found = false;

	if (from->kind == EXPR_GLOBAL || (object->kind == EXPR_ADDRESS)) {
		const struct expr *global = expr_root_global(object);
		const struct fact_table *t = global ? program_table(p, global->name) : NULL;
		bool present;

		if (t) {
			add_callback(e, program_member(t, "", "dma_buf_ops::mmap", &present));
			return;
		}
	}
	/* Any object of the type that is not itself made at run time may be the source. */
	for (unsigned int i = 0; i < p->exporters->len; i++) {
		const struct exporter *o = p->exporters->pdata[i];
		const struct facts *home = o->table ? o->table->facts : NULL;

		if (!home || !program_same_module(home, s->function->facts))
			continue;
		found = true;
		for (unsigned int k = 0; k < o->callbacks->len; k++) {
			struct expr f = { .kind = EXPR_FUNCTION, .name = o->callbacks->pdata[k] };

			add_callback(e, &f);
		}
	}
	if (!found)
		e->callback_unknown = "what is copied into it is not known";
}

/* An object that a local points to: named after the function and the local. */
static void add_local_exporter(struct program *p, const struct field_store *s, gint64 local)
{
	g_autofree char *field =
		g_strdup_printf("%s::%s", s->function->name, s->function->locals[local].name);

	add_callback(run_time_exporter(p, program_string(p, field), s), s->value);
}

static void find_run_time_exporters(struct program *p)
{
	g_autoptr(GPtrArray) keys = sorted_keys(p->stores);

	for (unsigned int k = 0; k < keys->len; k++) {
		const GPtrArray *stores = g_hash_table_lookup(p->stores, keys->pdata[k]);

		for (unsigned int i = 0; i < stores->len; i++) {
			const struct field_store *s = stores->pdata[i];
			const struct expr *to = s->target;

			if (expr_root_global(to))
				continue;
			if (!strcmp(to->name, "dma_buf_ops::mmap") &&
			    expr_strip_casts(to->a)->kind == EXPR_LOCAL) {
				add_local_exporter(p, s, expr_strip_casts(to->a)->value);
				continue;
			}
			if (!strcmp(to->type, "dma_buf_ops"))
				copied_callbacks(p, run_time_exporter(p, to->name, s), s);
			else if (!strcmp(to->name, "dma_buf_ops::mmap") &&
				 expr_strip_casts(to->a)->kind == EXPR_FIELD &&
				 !strcmp(expr_strip_casts(to->a)->type, "dma_buf_ops"))
				add_callback(run_time_exporter(p, expr_strip_casts(to->a)->name, s),
					     s->value);
		}
	}
}

static gint compare_exporters(gconstpointer a, gconstpointer b)
{
	const struct exporter *x = *(const struct exporter *const *)a;
	const struct exporter *y = *(const struct exporter *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	return order ? order : strcmp(x->name, y->name);
}

/* ---- linking ---- */

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

static void index_records(struct program *p)
{
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, p->tables);
	while (g_hash_table_iter_next(&iter, &key, &value))
		multi_add(p->records, ((struct fact_table *)value)->record, value);
	g_hash_table_iter_init(&iter, p->records);
	while (g_hash_table_iter_next(&iter, &key, &value))
		g_ptr_array_sort(value, compare_tables);
}

void program_link(struct program *p)
{
	GHashTableIter iter;
	void *key, *value;

	unlink_all(p);
	p->round++;
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
	p->exporters = g_ptr_array_new_with_free_func(exporter_free);
	p->writes = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
	p->users = multi_new((GDestroyNotify)g_ptr_array_unref);
	p->importers = g_hash_table_new(g_str_hash, g_str_equal);
	p->files = g_hash_table_new(g_str_hash, g_str_equal);
	p->reaches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)scan_reach_free);
	p->exports = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					   (GDestroyNotify)g_ptr_array_unref);
	g_ptr_array_sort(p->facts, compare_facts);
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
	find_effects(p);
	for (unsigned int i = 0; i < p->facts->len; i++) {
		const struct facts *facts = p->facts->pdata[i];

		for (unsigned int k = 0; k < facts->tables->len; k++) {
			const struct fact_table *t = facts->tables->pdata[k];

			if (g_hash_table_lookup(p->tables, t->id) == t)
				find_table_exporters(p, t);
		}
	}
	find_run_time_exporters(p);
	g_ptr_array_sort(p->exporters, compare_exporters);
}

/* ---- queries ---- */

static void note_missing(struct program *p, GHashTable *set, const char *id)
{
	g_rec_mutex_lock(&p->lock);
	g_hash_table_add(set, g_strdup(id));
	p->misses++;
	g_rec_mutex_unlock(&p->lock);
}

void program_want_file(struct program *p, const char *file)
{
	g_rec_mutex_lock(&p->lock);
	if (!g_hash_table_contains(p->files, file) &&
	    g_hash_table_add(p->missing_files, g_strdup(file)))
		p->misses++;
	g_rec_mutex_unlock(&p->lock);
}

const char *program_string(struct program *p, const char *s)
{
	const char *copy;

	g_rec_mutex_lock(&p->lock);
	copy = g_string_chunk_insert_const(p->strings, s);
	g_rec_mutex_unlock(&p->lock);
	return copy;
}

const struct fact_function *program_function(struct program *p, const char *id, bool note)
{
	const GPtrArray *variants = g_hash_table_lookup(p->functions, id);

	if (variants)
		return variants->pdata[0];
	if (note)
		note_missing(p, p->missing_functions, id);
	return NULL;
}

const struct fact_table *program_table(struct program *p, const char *id)
{
	const struct fact_table *t = g_hash_table_lookup(p->tables, id);

	/* A declaration elsewhere is not the object. */
	if ((!t || !t->has_initializer) && !strchr(id, ':'))
		note_missing(p, p->missing_variables, id);
	return t;
}

const GPtrArray *program_tables_of(struct program *p, const char *record, const char *near)
{
	char *wanted = g_strconcat(record, " ", near ? near : "", NULL);
	gpointer round;

	g_rec_mutex_lock(&p->lock);
	round = g_hash_table_lookup(p->missing_tables, wanted);
	if (!round || GPOINTER_TO_UINT(round) == p->round)
		p->misses++;
	g_hash_table_insert(p->missing_tables, wanted, round ? round : GUINT_TO_POINTER(p->round));
	g_rec_mutex_unlock(&p->lock);
	return g_hash_table_lookup(p->records, record);
}

const GPtrArray *program_stores(const struct program *p, const char *field)
{
	return g_hash_table_lookup(p->stores, field);
}

const struct expr *program_member(const struct fact_table *t, const char *path, const char *field,
				  bool *present)
{
	gsize prefix = strlen(path);
	const char *name = strstr(field, "::");

	*present = false;
	name = name ? name + 2 : field;
	for (unsigned int i = t->n_members; i-- > 0;) {
		const struct fact_member *m = &t->members[i];
		const char *rest;

		if (strncmp(m->path, path, prefix) || strcmp(m->field, field))
			continue;
		rest = m->path + prefix;
		if (prefix && *rest++ != '.')
			continue;
		if (strcmp(rest, name))
			continue;
		*present = true;
		return m->value;
	}
	return NULL;
}

/* Deeper calls than this are not looked into for what they store. */
#define WRITES_DEPTH 8
#define WRITES_FUNCTIONS 400

static void collect_writes(const struct program *p, const struct fact_function *f,
			   GHashTable *fields, GHashTable *seen, unsigned int depth)
{
	if (depth > WRITES_DEPTH || g_hash_table_size(seen) > WRITES_FUNCTIONS ||
	    !g_hash_table_add(seen, (void *)f))
		return;
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const GPtrArray *callees;

		if (n->kind == NODE_ASSIGN && n->a->kind == EXPR_FIELD)
			g_hash_table_add(fields, (void *)n->a->name);
		if (n->kind != NODE_CALL || n->a->kind != EXPR_FUNCTION)
			continue;
		callees = g_hash_table_lookup(p->functions, n->a->name);
		if (callees)
			collect_writes(p, callees->pdata[0], fields, seen, depth + 1);
	}
}

bool program_writes(struct program *p, const struct fact_function *f, const char *field)
{
	GHashTable *fields;
	bool found;

	g_rec_mutex_lock(&p->lock);
	fields = g_hash_table_lookup(p->writes, f);
	if (!fields) {
		g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

		fields = g_hash_table_new(g_str_hash, g_str_equal);
		collect_writes(p, f, fields, seen, 0);
		g_hash_table_insert(p->writes, (void *)f, fields);
	}
	found = g_hash_table_contains(fields, field);
	g_rec_mutex_unlock(&p->lock);
	return found;
}

static bool same_directory_or_above(const char *a, const char *b)
{
	const char *slash = strrchr(a, '/');
	gsize n = slash ? (gsize)(slash - a) + 1 : 0;

	return !strncmp(a, b, n);
}

bool program_same_module(const struct facts *a, const struct facts *b)
{
	if (a->module && b->module)
		return !strcmp(a->module, b->module);
	if (a->module || b->module)
		return same_directory_or_above(a->file, b->file) &&
		       same_directory_or_above(b->file, a->file);
	return same_directory_or_above(a->file, b->file) ||
	       same_directory_or_above(b->file, a->file);
}

/* ---- dump ---- */

void program_dump(const struct program *p, GString *out)
{
	static const char *const effects[] = { "none", "reads", "writes" };
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *key, *value;

	for (unsigned int i = 0; i < p->exporters->len; i++) {
		const struct exporter *e = p->exporters->pdata[i];
		g_autoptr(GString) s = g_string_new(NULL);

		g_string_printf(s, "exporter\t%s\t%s:%u", e->name, e->file, e->line);
		for (unsigned int k = 0; k < e->callbacks->len; k++)
			g_string_append_printf(s, "\t%s", (char *)e->callbacks->pdata[k]);
		g_ptr_array_add(lines, g_strdup(s->str));
	}
	g_hash_table_iter_init(&iter, p->tables);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct fact_table *t = value;

		g_ptr_array_add(lines, g_strdup_printf("table\t%s\t%s\t%s:%u", t->record, t->id,
						       t->file, t->line));
	}
	g_hash_table_iter_init(&iter, p->functions);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct fact_function *f = ((GPtrArray *)value)->pdata[0];

		g_ptr_array_add(lines, g_strdup_printf("function\t%s\t%s:%u\t%s", f->id, f->file,
						       f->line, effects[program_effect(p, f)]));
	}
	g_hash_table_iter_init(&iter, p->stores);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		for (unsigned int i = 0; i < ((GPtrArray *)value)->len; i++) {
			const struct field_store *s = ((GPtrArray *)value)->pdata[i];
			const struct expr *from = expr_strip_casts(s->value);

			if (from->kind != EXPR_FUNCTION && !expr_root_global(from))
				continue;
			g_ptr_array_add(lines, g_strdup_printf("store\t%s\t%s\t%s:%u", (char *)key,
							       from->kind == EXPR_FUNCTION ?
								       from->name :
								       expr_root_global(from)->name,
							       s->function->file, s->node->line));
		}
	}
	sort_strings(lines);
	for (unsigned int i = 0; i < lines->len; i++) {
		g_string_append(out, lines->pdata[i]);
		g_string_append_c(out, '\n');
	}
}

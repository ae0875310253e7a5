// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: what functions do to a mapping, by the matches in them and in what
 * they call.
 */
#include <string.h>

#include "bounds.h"
#include "matchers.h"
#include "program_private.h"
#include "questions.h"

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

/* Enters the function with the variants that it calls: those pass their effects on to it. */
static void find_callees(const struct program *p, struct fact_function *f, GHashTable *callers)
{
	for (unsigned int i = 0; i < f->n_callees; i++) {
		const GPtrArray *variants = g_hash_table_lookup(p->functions, f->callees[i]);
		GPtrArray *known = variants ? g_hash_table_lookup(callers, variants) : NULL;

		if (variants && !known) {
			known = g_ptr_array_new();
			g_hash_table_insert(callers, (void *)variants, known);
		}
		if (variants)
			g_ptr_array_add(known, f);
	}
}

static GPtrArray *callers_of(const struct program *p, const struct fact_function *f,
			     GHashTable *callers)
{
	const GPtrArray *variants = g_hash_table_lookup(p->functions, f->id);

	return variants ? g_hash_table_lookup(callers, variants) : NULL;
}

void program_find_effects(struct program *p)
{
	g_autoptr(GHashTable) callers =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
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
		GPtrArray *up = callers_of(p, f, callers);

		for (unsigned int i = 0; up && i < up->len; i++)
			raise_effect(p, up->pdata[i], program_effect(p, f), work);
	}
	while (writers->len) {
		struct fact_function *f = g_ptr_array_steal_index_fast(writers, writers->len - 1);
		GPtrArray *up = callers_of(p, f, callers);

		for (unsigned int i = 0; up && i < up->len; i++)
			add_entry_writer(p, up->pdata[i], writers);
	}
}

/* The function that an id names, as program_function() has it. */
static const struct fact_function *function_of(const struct program *p, const char *id)
{
	const GPtrArray *variants = g_hash_table_lookup(p->functions, id);

	return variants ? variants->pdata[0] : NULL;
}

static guint64 ask_writes_entries(struct program *p, const char *id, const void *object)
{
	const struct fact_function *f = function_of(p, id);

	(void)object;
	return f && program_writes_entries(p, f);
}

bool program_writes_entries(struct program *p, const struct fact_function *f)
{
	bool writes = g_hash_table_contains(p->entry_writers, f);

	question_note(ask_writes_entries, f->id, NULL, writes);
	return writes;
}

static guint64 ask_effect(struct program *p, const char *id, const void *object)
{
	const struct fact_function *f = function_of(p, id);

	(void)object;
	return f ? program_effect(p, f) : EFFECT_NONE;
}

enum effect program_effect(struct program *p, const struct fact_function *f)
{
	enum effect effect = (enum effect)GPOINTER_TO_INT(g_hash_table_lookup(p->effects, f));

	question_note(ask_effect, f->id, NULL, effect);
	return effect;
}

/* Stands for every field. */
#define ANY_FIELD "*"

static void collect_writes(const struct program *p, const struct fact_function *f,
			   GHashTable *fields)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(GPtrArray) work = g_ptr_array_new();

	g_hash_table_add(seen, (void *)f);
	g_ptr_array_add(work, (void *)f);
	for (unsigned int k = 0; k < work->len; k++) {
		f = work->pdata[k];
		for (unsigned int i = 0; i < f->n_nodes; i++) {
			const struct fact_node *n = &f->nodes[i];
			const GPtrArray *callees;

			if (n->kind == NODE_ASSIGN && n->a->kind == EXPR_FIELD)
				g_hash_table_add(fields, (void *)n->a->name);
			if (n->kind != NODE_CALL || n->a->kind != EXPR_FUNCTION)
				continue;
			callees = g_hash_table_lookup(p->functions, n->a->name);
			if (callees && g_hash_table_add(seen, callees->pdata[0]))
				g_ptr_array_add(work, callees->pdata[0]);
		}
		if (work->len > BOUND_STORE_FUNCTIONS) {
			g_hash_table_add(fields, (void *)ANY_FIELD);
			return;
		}
	}
}

/* "id field" */
static guint64 ask_writes(struct program *p, const char *name, const void *object)
{
	const char *blank = strrchr(name, ' ');
	g_autofree char *id = g_strndup(name, (gsize)(blank - name));
	const struct fact_function *f;

	(void)object;
	f = function_of(p, id);
	return f && program_writes(p, f, blank + 1);
}

bool program_writes(struct program *p, const struct fact_function *f, const char *field)
{
	GHashTable *fields;
	bool found;

	g_rec_mutex_lock(&p->lock);
	fields = g_hash_table_lookup(p->writes, f);
	if (!fields) {
		fields = g_hash_table_new(g_str_hash, g_str_equal);
		collect_writes(p, f, fields);
		g_hash_table_insert(p->writes, (void *)f, fields);
	}
	found = g_hash_table_contains(fields, field) || g_hash_table_contains(fields, ANY_FIELD);
	g_rec_mutex_unlock(&p->lock);
	if (question_logging()) {
		g_autofree char *name = g_strconcat(f->id, " ", field, NULL);

		question_note(ask_writes, name, NULL, found);
	}
	return found;
}

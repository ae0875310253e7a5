// SPDX-License-Identifier: GPL-2.0-only
/*
 * program: what outlives one.  Facts are never given up before the past is: what was
 * asked may point to them.
 */
#include <string.h>

#include "program_private.h"
#include "questions.h"
#include "text_hash.h"
#include "vocabulary.h"

struct program_past {
	GStringChunk *strings;
	struct questions *questions;
	struct text_hash_key hash_key;
	GHashTable *facts; /* char * -> struct facts *, of kept */
	GPtrArray *kept;   /* struct facts * */
};

static guint64 random_number(void)
{
	return (guint64)g_random_int() << 32 | g_random_int();
}

struct program_past *program_past_new(void)
{
	struct program_past *past = g_new0(struct program_past, 1);

	past->strings = g_string_chunk_new(4096);
	past->questions = questions_new();
	past->hash_key = text_hash_key((const guint64[]){ random_number(), random_number() });
	past->facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	past->kept = g_ptr_array_new_with_free_func((GDestroyNotify)facts_free);
	return past;
}

void program_past_free(struct program_past *past)
{
	if (!past)
		return;
	questions_free(past->questions);
	g_hash_table_unref(past->facts);
	g_ptr_array_unref(past->kept);
	g_string_chunk_free(past->strings);
	g_free(past);
}

/* ---- identities ---- */

/* What functions and tables have in common with all others of their file. */
static guint64 mix_file(const struct facts *facts)
{
	guint64 mix = question_mix_string(question_mix(0, facts->built), facts->module);

	return question_mix_string(mix, facts->file);
}

static guint64 mix_place(guint64 mix, const char *id, const char *file, unsigned int line,
			 unsigned int column)
{
	mix = question_mix_string(question_mix_string(mix, id), file);
	return question_mix(question_mix(mix, line), column);
}

static guint64 mix_table(guint64 mix, const struct fact_table *t)
{
	g_autoptr(GString) value = g_string_new(NULL);

	mix = mix_place(mix, t->id, t->file, t->line, t->column);
	mix = question_mix_string(mix, t->record);
	mix = question_mix(mix, (guint64)(t->is_static | t->has_initializer << 1 | t->unread << 2));
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		g_string_truncate(value, 0);
		if (m->value)
			expr_print(m->value, value);
		mix = question_mix_string(question_mix_string(mix, m->path), m->field);
		mix = question_mix_string(question_mix_string(mix, m->type), value->str);
		mix = question_mix(question_mix(mix, m->line), !m->value);
	}
	return mix;
}

static void identify(struct facts *facts)
{
	guint64 mix = mix_file(facts);

	for (unsigned int i = 0; i < facts->functions->len; i++) {
		struct fact_function *f = facts->functions->pdata[i];

		f->identity = question_mix_string(
			mix_place(mix, f->id, f->file, f->line, f->column), f->hash);
	}
	for (unsigned int i = 0; i < facts->tables->len; i++) {
		struct fact_table *t = facts->tables->pdata[i];

		t->identity = mix_table(mix, t);
	}
}

static void find_callees(struct facts *facts, struct fact_function *f)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *name;

	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];

		if (n->kind == NODE_CALL && n->a->kind == EXPR_FUNCTION && !word_of_id(n->a->name))
			g_hash_table_add(names, (void *)n->a->name);
	}
	f->callees = facts_alloc(facts, g_hash_table_size(names) * sizeof(*f->callees));
	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		f->callees[f->n_callees++] = name;
}

/* ---- reading ---- */

/* The facts of a text, with all that does not rest on others; NULL with *why. */
static struct facts *read_facts(const struct facts_key *key, const char **why)
{
	struct facts *facts = facts_parse(key->text, key->size, why);

	if (!facts)
		return NULL;
	facts->module = facts_string(facts, key->module);
	facts->built = key->built;
	identify(facts);
	for (unsigned int i = 0; i < facts->functions->len; i++)
		find_callees(facts, facts->functions->pdata[i]);
	return facts;
}

static void run_reading(void *data, void *unused)
{
	struct facts_reading *reading = data;

	(void)unused;
	reading->facts = read_facts(&reading->key, &reading->why);
}

static char *name_of(const struct program_past *past, const struct facts_key *key)
{
	struct text_hash hash = text_hash(&past->hash_key, key->text, key->size);

	return g_strdup_printf("%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x %d %s %s",
			       hash.halves[0], hash.halves[1], key->built,
			       key->module ? key->module : "", key->path);
}

void program_past_read(struct program_past *past, GArray *readings)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GThreadPool *threads = NULL;

	for (guint i = 0; i < readings->len; i++) {
		struct facts_reading *reading = &g_array_index(readings, struct facts_reading, i);
		struct facts *known;

		g_ptr_array_add(names, name_of(past, &reading->key));
		known = g_hash_table_lookup(past->facts, names->pdata[i]);
		/* A program may have changed them. */
		reading->facts = known && !known->renamed ? facts_ref(known) : NULL;
		if (reading->facts) {
			g_clear_pointer((char **)&names->pdata[i], g_free);
		} else if (readings->len == 1) {
			run_reading(reading, NULL);
		} else {
			if (!threads)
				threads = g_thread_pool_new(run_reading, NULL,
							    (int)g_get_num_processors(), FALSE,
							    NULL);
			g_thread_pool_push(threads, reading, NULL);
		}
	}
	if (threads)
		g_thread_pool_free(threads, FALSE, TRUE);
	for (guint i = 0; i < readings->len; i++) {
		struct facts *facts = g_array_index(readings, struct facts_reading, i).facts;

		if (!facts || !names->pdata[i])
			continue;
		g_hash_table_insert(past->facts, g_steal_pointer(&names->pdata[i]), facts);
		g_ptr_array_add(past->kept, facts_ref(facts));
	}
}

struct facts *program_past_facts(struct program_past *past, const struct facts_key *key,
				 const char **why)
{
	g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(struct facts_reading));
	struct facts_reading reading = { .key = *key };

	g_array_append_val(one, reading);
	program_past_read(past, one);
	reading = g_array_index(one, struct facts_reading, 0);
	*why = reading.why;
	return reading.facts;
}

guint program_past_size(const struct program_past *past)
{
	return past->kept->len;
}

struct questions *program_past_questions(struct program_past *past)
{
	return past->questions;
}

const char *program_string(struct program *p, const char *s)
{
	const char *copy;

	g_rec_mutex_lock(&p->lock);
	copy = g_string_chunk_insert_const(p->past->strings, s);
	g_rec_mutex_unlock(&p->lock);
	return copy;
}

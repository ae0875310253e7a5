// SPDX-License-Identifier: GPL-2.0-only
/*
 * questions: see questions.h.  Each question is there once, with its last answer, since
 * most of them are asked by many.
 */
#include "questions.h"

#include <string.h>

struct question {
	question_answer answer;
	const char *name; /* or NULL */
	const void *object;
	guint round; /* in which it got this answer */
	guint64 got;
};

struct questions {
	GHashTable *all; /* set of struct question */
	guint round;
	GMutex lock;
};

struct entry {
	struct question *question;
	guint64 got;
};

struct question_log {
	GArray *entries; /* struct entry */
};

/* What a thread asks: questions of its own, not in struct questions yet. */
struct asking {
	GHashTable *seen;   /* set of struct question */
	GPtrArray *ordered; /* the same */
};

static _Thread_local struct asking *asking;

static guint question_hash(gconstpointer a)
{
	const struct question *q = a;
	guint hash = q->name ? g_str_hash(q->name) : 0;

	return hash * 31 + (guint)((guintptr)q->object >> 4) + (guint)(guintptr)q->answer;
}

static gboolean question_equal(gconstpointer a, gconstpointer b)
{
	const struct question *x = a, *y = b;

	return x->answer == y->answer && x->object == y->object && !g_strcmp0(x->name, y->name);
}

static void question_free(void *data)
{
	struct question *q = data;

	g_free((char *)q->name);
	g_free(q);
}

struct questions *questions_new(void)
{
	struct questions *questions = g_new0(struct questions, 1);

	questions->all = g_hash_table_new_full(question_hash, question_equal, question_free, NULL);
	questions->round = 1;
	g_mutex_init(&questions->lock);
	return questions;
}

void questions_free(struct questions *questions)
{
	if (!questions)
		return;
	g_hash_table_unref(questions->all);
	g_mutex_clear(&questions->lock);
	g_free(questions);
}

void questions_outdate(struct questions *questions)
{
	questions->round++;
}

guint questions_round(const struct questions *questions)
{
	return questions->round;
}

/* ---- asking ---- */

void question_log_begin(void)
{
	g_assert(!asking);
	asking = g_new0(struct asking, 1);
	asking->seen = g_hash_table_new_full(question_hash, question_equal, question_free, NULL);
	asking->ordered = g_ptr_array_new();
}

/* The one that stands for all that are equal. */
static struct question *intern(struct questions *questions, const struct question *asked)
{
	struct question *known = g_hash_table_lookup(questions->all, asked);

	if (!known) {
		known = g_memdup2(asked, sizeof(*asked));
		known->name = g_strdup(asked->name);
		g_hash_table_add(questions->all, known);
	}
	known->round = questions->round;
	known->got = asked->got;
	return known;
}

struct question_log *question_log_end(struct questions *questions)
{
	struct question_log *log = g_new0(struct question_log, 1);
	struct asking *done = asking;

	asking = NULL;
	log->entries =
		g_array_sized_new(FALSE, FALSE, sizeof(struct entry), MAX(1, done->ordered->len));
	g_mutex_lock(&questions->lock);
	for (guint i = 0; i < done->ordered->len; i++) {
		const struct question *asked = done->ordered->pdata[i];
		struct entry entry = { intern(questions, asked), asked->got };

		g_array_append_val(log->entries, entry);
	}
	g_mutex_unlock(&questions->lock);
	g_ptr_array_unref(done->ordered);
	g_hash_table_unref(done->seen);
	g_free(done);
	return log;
}

void question_log_free(struct question_log *log)
{
	if (!log)
		return;
	g_array_unref(log->entries);
	g_free(log);
}

bool question_logging(void)
{
	return asking;
}

void question_note(question_answer answer, const char *name, const void *object, guint64 got)
{
	struct question key = { .answer = answer, .name = name, .object = object };
	struct question *asked;

	if (!asking || g_hash_table_contains(asking->seen, &key))
		return;
	asked = g_memdup2(&key, sizeof(key));
	asked->name = g_strdup(name);
	asked->got = got;
	g_hash_table_add(asking->seen, asked);
	g_ptr_array_add(asking->ordered, asked);
}

void *question_log_pause(void)
{
	struct asking *paused = asking;

	asking = NULL;
	return paused;
}

void question_log_resume(void *paused)
{
	asking = paused;
}

/* ---- asking again ---- */

static guint64 answer_now(struct questions *questions, struct program *program, struct question *q)
{
	guint64 got;

	g_mutex_lock(&questions->lock);
	if (q->round == questions->round) {
		got = q->got;
		g_mutex_unlock(&questions->lock);
		return got;
	}
	g_mutex_unlock(&questions->lock);
	/* Two threads may both find out: they come to the same. */
	got = q->answer(program, q->name, q->object);
	g_mutex_lock(&questions->lock);
	q->got = got;
	q->round = questions->round;
	g_mutex_unlock(&questions->lock);
	return got;
}

bool question_log_holds(const struct question_log *log, struct questions *questions,
			struct program *program)
{
	for (guint i = 0; i < log->entries->len; i++) {
		const struct entry *e = &g_array_index(log->entries, struct entry, i);

		if (answer_now(questions, program, e->question) != e->got)
			return false;
	}
	return true;
}

guint64 question_mix_string(guint64 mix, const char *s)
{
	if (!s)
		return question_mix(mix, 1);
	for (; *s; s++)
		mix = question_mix(mix, (guchar)*s);
	return question_mix(mix, 0);
}

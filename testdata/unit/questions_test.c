// SPDX-License-Identifier: GPL-2.0-only
/*
 * questions: a log holds as long as each of its questions has its answer, in their
 * order; and the facts that programs share.
 */
#include "questions.h"

#include <string.h>

#include "program.h"

/* What questions are about: digits, by their names. */
static const char *world;
static guint asked;

static guint64 ask_digit(struct program *program, const char *name, const void *object)
{
	const char *at = strchr(world, *name);

	(void)program;
	(void)object;
	asked++;
	question_note(ask_digit, name, NULL, at ? (guint64)(at[1] - '0') : 0);
	return at ? (guint64)(at[1] - '0') : 0;
}

/* Asks for a, then for b or c, as a says. */
static struct question_log *work(struct questions *questions)
{
	question_log_begin();
	g_assert_true(question_logging());
	ask_digit(NULL, "a", NULL);
	ask_digit(NULL, ask_digit(NULL, "a", NULL) ? "b" : "c", NULL);
	return question_log_end(questions);
}

static void turn(struct questions *questions, const char *now)
{
	world = now;
	questions_outdate(questions);
	asked = 0;
}

static void test_answers(void)
{
	struct questions *questions = questions_new();
	struct question_log *log;

	turn(questions, "a1b1c1");
	log = work(questions);
	g_assert_false(question_logging());
	asked = 0;
	/* In the same round there is nothing to be asked again. */
	g_assert_true(question_log_holds(log, questions, NULL));
	g_assert_cmpuint(asked, ==, 0);
	turn(questions, "a1b1c2");
	g_assert_true(question_log_holds(log, questions, NULL));
	g_assert_cmpuint(asked, ==, 2);
	turn(questions, "a1b2c1");
	g_assert_false(question_log_holds(log, questions, NULL));
	/* What would not have been asked now is not asked. */
	turn(questions, "a0b1c1");
	g_assert_false(question_log_holds(log, questions, NULL));
	g_assert_cmpuint(asked, ==, 1);
	turn(questions, "a1b1c1");
	g_assert_true(question_log_holds(log, questions, NULL));
	question_log_free(log);
	questions_free(questions);
}

/* Names, objects and kinds of questions tell them apart. */
static guint64 ask_other(struct program *program, const char *name, const void *object)
{
	(void)program;
	(void)name;
	return object ? 7 : 0;
}

static void test_identity(void)
{
	struct questions *questions = questions_new();
	struct question_log *log;
	void *paused;

	turn(questions, "a1");
	question_log_begin();
	ask_digit(NULL, "a", NULL);
	question_note(ask_other, "a", NULL, 0);
	question_note(ask_other, "a", questions, 7);
	question_note(ask_other, NULL, questions, 7);
	paused = question_log_pause();
	g_assert_false(question_logging());
	question_note(ask_other, "not noted", NULL, 1);
	question_log_resume(paused);
	log = question_log_end(questions);
	turn(questions, "a1");
	g_assert_true(question_log_holds(log, questions, NULL));
	question_log_free(log);
	question_log_begin();
	question_note(ask_other, "a", NULL, 7);
	log = question_log_end(questions);
	turn(questions, "a1");
	g_assert_false(question_log_holds(log, questions, NULL));
	question_log_free(log);
	questions_free(questions);
}

static void test_mixes(void)
{
	g_assert_cmpuint(question_mix_string(0, NULL), !=, question_mix_string(0, ""));
	g_assert_cmpuint(question_mix_string(question_mix_string(0, "ab"), "c"), !=,
			 question_mix_string(question_mix_string(0, "a"), "bc"));
	g_assert_cmpuint(question_mix(question_mix(0, 1), 2), !=,
			 question_mix(question_mix(0, 2), 1));
}

static void test_facts(void)
{
	struct program_past *past = program_past_new();
	struct facts *empty = facts_new("a.c");
	g_autoptr(GString) text = g_string_new(NULL);
	struct facts_key key = { .path = "a.c", .built = true };
	struct facts *first, *second;
	const char *why;

	facts_print(empty, text);
	facts_free(empty);
	key.text = text->str;
	key.size = text->len;
	first = program_past_facts(past, &key, &why);
	g_assert_nonnull(first);
	second = program_past_facts(past, &key, &why);
	g_assert_true(first == second);
	g_assert_cmpuint(program_past_size(past), ==, 1);
	facts_free(second);
	key.built = false;
	second = program_past_facts(past, &key, &why);
	g_assert_true(first != second);
	facts_free(second);
	/* Those that a program changed are of no use to another one. */
	key.built = true;
	facts_rename_global(first, "x", "a.c:x");
	second = program_past_facts(past, &key, &why);
	g_assert_true(first != second);
	g_assert_cmpuint(second->renamed, ==, 0);
	facts_free(second);
	facts_free(first);
	key.size = 1;
	g_assert_null(program_past_facts(past, &key, &why));
	g_assert_nonnull(why);
	program_past_free(past);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/questions/answers", test_answers);
	g_test_add_func("/questions/identity", test_identity);
	g_test_add_func("/questions/mixes", test_mixes);
	g_test_add_func("/questions/facts", test_facts);
	return g_test_run();
}

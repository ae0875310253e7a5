/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * questions: what a piece of work asked of a program, and what it was answered, so
 * that it need not be done again as long as the answers are the same.
 *
 * An answer is a number: a pointer, a truth, or a mix of all that it consists of.
 * Objects that questions are about, or that answers point to, have to live as long as
 * the questions do, or else two could be taken for one.
 */
#ifndef PFNCHECK_QUESTIONS_H
#define PFNCHECK_QUESTIONS_H

#include <glib.h>
#include <stdbool.h>

struct program;

/* Answers a question about a name, an object (NULL: none) or both. */
typedef guint64 (*question_answer)(struct program *program, const char *name, const void *object);

struct questions;
struct question_log;

struct questions *questions_new(void);
void questions_free(struct questions *questions);
/* From here on answers may be others. */
void questions_outdate(struct questions *questions);
/* How often that was said. */
guint questions_round(const struct questions *questions);

/* Begins a log of what this thread asks, each question once, until it is ended. */
void question_log_begin(void);
/* The caller's; in the order in which the questions were first asked. */
struct question_log *question_log_end(struct questions *questions);
void question_log_free(struct question_log *log);
/*
 * Whether all would be answered as they were; those behind the first that is not are
 * not asked.  Work that does the same with the same answers would have asked each.
 */
bool question_log_holds(const struct question_log *log, struct questions *questions,
			struct program *program);

/* Whether what this thread asks is to be noted: by question_note(). */
bool question_logging(void);
void question_note(question_answer answer, const char *name, const void *object, guint64 got);
/* Stops noting what this thread asks, for what is one question on the whole. */
void *question_log_pause(void);
void question_log_resume(void *paused);

static inline guint64 question_mix(guint64 mix, guint64 number)
{
	mix = (mix ^ number) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
	return mix ^ mix >> 29;
}

static inline guint64 question_mix_pointer(guint64 mix, const void *pointer)
{
	return question_mix(mix, (guint64)(guintptr)pointer);
}

/* NULL is a string of its own. */
guint64 question_mix_string(guint64 mix, const char *s);

#endif

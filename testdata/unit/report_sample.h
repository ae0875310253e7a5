/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_sample: audits made by hand, for the tests of what prints them.
 */
#ifndef PFNCHECK_REPORT_SAMPLE_H
#define PFNCHECK_REPORT_SAMPLE_H

#include <glib.h>

#include "audit.h"
#include "report.h"

/* A directory for the files of one test, and the tree that source lines come from. */
struct fixture {
	char *directory;
};

/* For g_test_add(). */
void sample_set_up(struct fixture *fixture, gconstpointer data);
void sample_tear_down(struct fixture *fixture, gconstpointer data);

/* The path of a file of the fixture, its content: new strings; and write it. */
char *sample_path(const struct fixture *fixture, const char *name);
char *sample_read(const struct fixture *fixture, const char *name);
void sample_write(const struct fixture *fixture, const char *name, const char *text);

/* What an audit is made of. */
struct audit *sample_new(void);
struct place sample_place(const char *file, unsigned int line, unsigned int column);
struct audit_route *sample_route(struct audit *audit, const char *file, unsigned int line,
				 const char *ops, const char *implementation, enum verdict verdict);
/* Adds a table (NULL: none) and makes the id, so that every route needs one call at least. */
void sample_table(struct audit *audit, struct audit_route *route, const char *name);
void sample_insert(struct audit_route *route, const char *class, const char *helper,
		   const char *from, struct place at);
void sample_condition(GPtrArray *conditions, const char *expr, bool breaks_when, struct place at);
struct audit_finding *sample_finding(struct audit *audit, struct audit_route *route,
				     const char *rule, enum level level, struct place at,
				     const char *message);
/* Sorts and counts. */
void sample_finish(struct audit *audit);

/* Whole audits: one of everything, a good one, and one whose every text is hostile. */
struct audit *sample_full(void);
struct audit *sample_clean(void);
struct audit *sample_hostile(void);
/* Reviews: one of every change, one without any, and a hostile one. */
struct audit *sample_review(void);
struct audit *sample_quiet(void);
struct audit *sample_hostile_review(void);
/* Stopped early: an audit that knows of something, a review that knows of nothing. */
struct audit *sample_partial(void);
struct audit *sample_nothing(void);

/* The report as a new string. */
char *sample_report(const struct fixture *fixture, const struct audit *audit, const char *format,
		    bool verbose, enum report_colour colour);

/*
 * Compares a text with a file of golden/; with PFNCHECK_UPDATE_GOLDENS=1 writes the file
 * instead.
 */
void sample_check(const char *name, const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * matchers: the patterns that are looked for in the trees of functions and
 * variables.  What a pattern finds becomes a match row of the facts.
 */
#ifndef PFNCHECK_MATCHERS_H
#define PFNCHECK_MATCHERS_H

struct ast;
struct ast_function;
struct ast_unit;
struct facts;

/* Appends to the matches of the facts what the patterns find in a function. */
void matchers_function(struct facts *facts, struct ast_unit *unit, const struct ast_function *f);

/* As above, in a variable that is not local to a function. */
void matchers_variable(struct facts *facts, struct ast_unit *unit, const struct ast *var,
		       const char *file);

/* Puts the matches of the facts in order: by place, then by pattern. */
void matchers_sort(struct facts *facts);

/* What is done at a match to the state of a mapping, or to what is exported. */
enum matcher_effect {
	MATCHER_NONE,
	MATCHER_READS,
	MATCHER_WRITES,
};

enum matcher_effect matcher_effect(const char *pattern);

/* The pattern of calls that hand a mapping over; they bind what is called. */
extern const char matcher_mapping_call[];

#endif

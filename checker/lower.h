/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lower: turns the tree of a function into a graph of events, and the
 * initialiser of a variable into rows of members.  See facts.h for the rows.
 */
#ifndef PFNCHECK_LOWER_H
#define PFNCHECK_LOWER_H

#include "ast.h"
#include "facts.h"

/* Appends the function to the facts. Static variables in it become tables. */
void lower_function(struct facts *facts, struct ast_unit *unit, const struct ast_function *f);

/* Appends the variable to the tables of the facts if it is a record or an array of them. */
void lower_variable(struct facts *facts, struct ast_unit *unit, const struct ast *var,
		    const char *id, const char *file);

#endif

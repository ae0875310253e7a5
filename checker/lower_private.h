/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of lower share: the graph while it is built, and who lowers what.
 */
#ifndef PFNCHECK_LOWER_PRIVATE_H
#define PFNCHECK_LOWER_PRIVATE_H

#include "lower.h"

struct edge {
	int node;
	int slot; /* of next[] */
};

struct lower {
	struct facts *facts;
	struct ast_unit *unit;
	const struct ast_function *function;
	GArray *nodes;		 /* struct fact_node */
	GArray *locals;		 /* struct fact_local */
	GHashTable *local_index; /* local identity -> index + 1 */
	GArray *pending;	 /* struct edge: lead to the next node */
	GHashTable *labels;	 /* name -> node index + 1 */
	GHashTable *gotos;	 /* name -> GArray of struct edge */
	GArray *asms;		 /* int: nodes of inline assembly */
	struct jump *jump;	 /* of lower_statement.c */
	unsigned int depth;
	const char *truncated;
};

/* lower_graph.c */

void lower_begin(struct lower *l, struct facts *facts, struct ast_unit *unit,
		 const struct ast_function *f);
void lower_end(struct lower *l);

GArray *lower_edges_new(void);
void lower_edge_add(GArray *edges, int node, int slot);
/* Appends the edges of from to those of to; from is empty afterwards. */
void lower_edges_move(GArray *to, GArray *from);
/* Leads the edges to a node. */
void lower_patch(struct lower *l, const GArray *edges, int target);

/* A node by its index; valid until the next one is appended. */
struct fact_node *lower_node(struct lower *l, int index);
/* Appends a node that all pending edges lead to; nothing is pending afterwards. */
int lower_emit(struct lower *l, enum node_kind kind, const struct ast *a);
/* As lower_emit(), with the node's next edge pending. */
int lower_emit_step(struct lower *l, enum node_kind kind, const struct ast *a);
void lower_emit_assign(struct lower *l, struct expr *to, struct expr *from, const struct ast *a);

/* The index of a new local. */
int lower_add_local(struct lower *l, const char *name, const char *type);
/* The index of the local that the tree declares or names. */
int lower_local(struct lower *l, const struct ast *a);

struct expr *lower_make_int(struct lower *l, gint64 value);
struct expr *lower_make_local(struct lower *l, int index);
struct expr *lower_make_unknown(struct lower *l, const char *type);
struct expr *lower_make_named(struct lower *l, enum expr_kind kind, const char *name,
			      const char *type, struct expr *a);
struct expr *lower_make_binary(struct lower *l, enum expr_op op, struct expr *a, struct expr *b);
struct expr *lower_make_unary(struct lower *l, enum expr_op op, struct expr *a);
struct expr *lower_make_deref(struct lower *l, struct expr *a, const char *type);
struct expr *lower_make_address(struct lower *l, struct expr *a);
/* Pointers to records keep their type through a cast; other casts say nothing. */
struct expr *lower_make_cast(struct lower *l, struct expr *a, const char *type);

/* lower_expression.c */

/* What an expression does becomes nodes; its value. */
struct expr *lower_value(struct lower *l, const struct ast *a);
/* An expression that stands for what it does, not for its value. */
void lower_effect(struct lower *l, const struct ast *a);
/* A condition: the edges on which it holds are added to yes, the others to no. */
void lower_condition(struct lower *l, const struct ast *a, GArray *yes, GArray *no);
/* A node for a macro that warns, if the tree comes from one. */
void lower_emit_warn(struct lower *l, const struct ast *a);

/* lower_init.c */

/* Assigns the members that an initialiser list names to those of an object. */
void lower_init(struct lower *l, struct expr *target, const struct ast *init);
/* As lower_init(), of a whole local: what the list leaves out is zero. */
void lower_local_init(struct lower *l, struct expr *target, const struct ast *init);
/* What a variable is set to where it is declared, or NULL. */
const struct ast *lower_initializer(const struct ast *var);
/* The type if it is one of objects, not of pointers or arrays; else NULL. */
const char *lower_record_of(const char *type);
/* The tree below parentheses and casts. */
const struct ast *lower_skip_parens(const struct ast *a);

/* lower_statement.c */

void lower_statement(struct lower *l, const struct ast *a);

#endif

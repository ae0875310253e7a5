// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: the graph while it is built: its nodes, edges and locals, and the
 * expressions that stand in nodes.  Constants are folded as these are made.
 */
#include <string.h>

#include "bounds.h"
#include "lower_private.h"

struct fact_node *lower_node(struct lower *l, int index)
{
	return &g_array_index(l->nodes, struct fact_node, index);
}

void lower_patch(struct lower *l, const GArray *edges, int target)
{
	for (unsigned int i = 0; i < edges->len; i++) {
		const struct edge *e = &g_array_index(edges, struct edge, i);

		lower_node(l, e->node)->next[e->slot] = target;
	}
}

void lower_edges_move(GArray *to, GArray *from)
{
	g_array_append_vals(to, from->data, from->len);
	g_array_set_size(from, 0);
}

GArray *lower_edges_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct edge));
}

void lower_edge_add(GArray *edges, int node, int slot)
{
	struct edge e = { node, slot };

	g_array_append_val(edges, e);
}

/* Appends a node that all pending edges lead to; nothing is pending afterwards. */
int lower_emit(struct lower *l, enum node_kind kind, const struct ast *a)
{
	struct fact_node node = { .kind = kind, .next = { -1, -1 }, .result = -1 };
	int index = (int)l->nodes->len;

	if (l->nodes->len >= BOUND_EVENTS) {
		l->truncated = "more than the bound of events";
		return 0;
	}
	if (a) {
		node.line = a->line;
		node.column = a->column;
	}
	g_array_append_val(l->nodes, node);
	lower_patch(l, l->pending, index);
	g_array_set_size(l->pending, 0);
	return index;
}

/* As lower_emit(), with the node's next edge pending. */
int lower_emit_step(struct lower *l, enum node_kind kind, const struct ast *a)
{
	int index = lower_emit(l, kind, a);

	lower_edge_add(l->pending, index, 0);
	return index;
}

int lower_add_local(struct lower *l, const char *name, const char *type)
{
	/* Names made with __COUNTER__ depend on what was read before. */
	if (g_str_has_prefix(name, "__UNIQUE_ID"))
		name = "__UNIQUE_ID";
	struct fact_local local = { facts_string(l->facts, name),
				    facts_string(l->facts, type ? type : "-") };

	g_array_append_val(l->locals, local);
	return (int)l->locals->len - 1;
}

int lower_local(struct lower *l, const struct ast *a)
{
	guint index =
		GPOINTER_TO_UINT(g_hash_table_lookup(l->local_index, GUINT_TO_POINTER(a->local)));

	if (!index) {
		index = (guint)lower_add_local(l, a->name ? a->name : "", a->type) + 1;
		g_hash_table_insert(l->local_index, GUINT_TO_POINTER(a->local),
				    GUINT_TO_POINTER(index));
	}
	return (int)index - 1;
}

/* ---- expressions ---- */

struct expr *lower_make_int(struct lower *l, gint64 value)
{
	struct expr *e = facts_expr(l->facts, EXPR_INT, "i");

	e->value = value;
	return e;
}

struct expr *lower_make_local(struct lower *l, int index)
{
	struct expr *e = facts_expr(l->facts, EXPR_LOCAL,
				    g_array_index(l->locals, struct fact_local, index).type);

	e->value = index;
	return e;
}

struct expr *lower_make_unknown(struct lower *l, const char *type)
{
	return facts_expr(l->facts, EXPR_UNKNOWN, type);
}

struct expr *lower_make_named(struct lower *l, enum expr_kind kind, const char *name,
			      const char *type, struct expr *a)
{
	struct expr *e = facts_expr(l->facts, kind, type);

	e->name = facts_string(l->facts, name);
	e->a = a;
	return e;
}

void lower_emit_assign(struct lower *l, struct expr *to, struct expr *from, const struct ast *a)
{
	struct fact_node *n;

	if (to->kind == EXPR_UNKNOWN)
		return;
	n = lower_node(l, lower_emit_step(l, NODE_ASSIGN, a));
	n->a = to;
	n->b = from;
}

struct expr *lower_make_binary(struct lower *l, enum expr_op op, struct expr *a, struct expr *b)
{
	struct expr *e;
	gint64 value;

	if (op == OP_NONE)
		return lower_make_unknown(l, "i");
	if (a->kind == EXPR_INT && b->kind == EXPR_INT && expr_fold(op, a->value, b->value, &value))
		return lower_make_int(l, value);
	e = facts_expr(l->facts, EXPR_BINARY, "i");
	e->op = op;
	e->a = a;
	e->b = b;
	return e;
}

struct expr *lower_make_unary(struct lower *l, enum expr_op op, struct expr *a)
{
	struct expr *e;

	if (a->kind == EXPR_INT)
		return lower_make_int(l, op == OP_NOT	     ? !a->value :
					 op == OP_COMPLEMENT ? ~a->value :
							       (gint64)(0 - (guint64)a->value));
	e = facts_expr(l->facts, EXPR_UNARY, "i");
	e->op = op;
	e->a = a;
	return e;
}

struct expr *lower_make_deref(struct lower *l, struct expr *a, const char *type)
{
	if (a->kind == EXPR_ADDRESS)
		return a->a;
	return lower_make_named(l, EXPR_DEREF, NULL, type, a);
}

struct expr *lower_make_address(struct lower *l, struct expr *a)
{
	g_autofree char *type = NULL;

	if (a->kind == EXPR_DEREF)
		return a->a;
	if (a->kind == EXPR_UNKNOWN || a->kind == EXPR_INT || a->kind == EXPR_FUNCTION)
		return a->kind == EXPR_FUNCTION ? a : lower_make_unknown(l, "*");
	type = a->type && g_ascii_isalpha(*a->type) && a->type[1] ?
		       g_strconcat("*", a->type, NULL) :
		       g_strdup("*");
	return lower_make_named(l, EXPR_ADDRESS, NULL, type, a);
}

/* Pointers to records keep their type through a cast; other casts say nothing. */
struct expr *lower_make_cast(struct lower *l, struct expr *a, const char *type)
{
	if (!type_pointee(type) || a->kind == EXPR_INT || !g_strcmp0(a->type, type))
		return a;
	return lower_make_named(l, EXPR_CAST, NULL, type, a);
}

void lower_begin(struct lower *l, struct facts *facts, struct ast_unit *unit,
		 const struct ast_function *f)
{
	memset(l, 0, sizeof(*l));
	l->facts = facts;
	l->unit = unit;
	l->function = f;
	l->nodes = g_array_new(FALSE, FALSE, sizeof(struct fact_node));
	l->locals = g_array_new(FALSE, FALSE, sizeof(struct fact_local));
	l->local_index = g_hash_table_new(NULL, NULL);
	l->pending = lower_edges_new();
	l->asms = g_array_new(FALSE, FALSE, sizeof(int));
	l->labels = g_hash_table_new(g_str_hash, g_str_equal);
	l->gotos =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
}

void lower_end(struct lower *l)
{
	g_hash_table_unref(l->gotos);
	g_hash_table_unref(l->labels);
	g_array_unref(l->asms);
	g_array_unref(l->pending);
	g_hash_table_unref(l->local_index);
	g_array_unref(l->locals);
	g_array_unref(l->nodes);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: the statements of a function: branches, loops, switches and jumps become
 * edges.
 */
#include <string.h>

#include "lower_private.h"

/* What "break" and "continue" lead to. */
struct jump {
	GArray *breaks;	   /* struct edge, or NULL for a switch's own */
	GArray *continues; /* struct edge; NULL in a switch */
	GArray *cases;	   /* struct fact_case, of a switch */
	int default_node;
	struct jump *outer;
};

static void lower_if(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *then = cond ? cond->next : NULL;
	const struct ast *otherwise = then ? then->next : NULL;
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	g_autoptr(GArray) after = lower_edges_new();

	if (!then)
		return;
	lower_condition(l, cond, yes, no);
	lower_edges_move(l->pending, yes);
	lower_statement(l, then);
	lower_edges_move(after, l->pending);
	lower_edges_move(l->pending, no);
	if (otherwise)
		lower_statement(l, otherwise);
	lower_edges_move(l->pending, after);
}

static void jump_enter(struct lower *l, struct jump *jump, bool loop)
{
	jump->breaks = lower_edges_new();
	jump->continues = loop ? lower_edges_new() : NULL;
	jump->cases = loop ? NULL : g_array_new(FALSE, FALSE, sizeof(struct fact_case));
	jump->default_node = -1;
	jump->outer = l->jump;
	l->jump = jump;
}

static void jump_leave(struct lower *l, struct jump *jump)
{
	l->jump = jump->outer;
	lower_edges_move(l->pending, jump->breaks);
	g_array_unref(jump->breaks);
	if (jump->continues)
		g_array_unref(jump->continues);
	if (jump->cases)
		g_array_unref(jump->cases);
}

static void loop_back(struct lower *l, int head)
{
	if (l->pending->len)
		lower_node(l, head)->kind = NODE_LOOP;
	lower_patch(l, l->pending, head);
	g_array_set_size(l->pending, 0);
}

static void lower_while(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *body = cond ? cond->next : NULL;
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	int head;

	if (!body)
		return;
	head = lower_emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	lower_condition(l, cond, yes, no);
	lower_edges_move(l->pending, yes);
	lower_statement(l, body);
	lower_edges_move(l->pending, jump.continues);
	loop_back(l, head);
	lower_edges_move(l->pending, no);
	jump_leave(l, &jump);
}

static void lower_do(struct lower *l, const struct ast *a)
{
	const struct ast *body = a->first;
	const struct ast *cond = body ? body->next : NULL;
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	int head;

	if (!cond)
		return;
	head = lower_emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	lower_statement(l, body);
	lower_edges_move(l->pending, jump.continues);
	lower_condition(l, cond, yes, no);
	lower_edges_move(l->pending, yes);
	loop_back(l, head);
	lower_edges_move(l->pending, no);
	jump_leave(l, &jump);
}

static void lower_for(struct lower *l, const struct ast *a)
{
	unsigned int parts = ast_for_parts(l->unit, a);
	const struct ast *child = a->first;
	const struct ast *cond = NULL, *step = NULL;
	const struct ast *body = ast_last_child(a);
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	int head;

	if (!body)
		return;
	if (parts & 1 && child != body) {
		lower_statement(l, child);
		child = child->next;
	}
	if (parts & 2 && child != body) {
		cond = child;
		child = child->next;
	}
	if (parts & 4 && child != body)
		step = child;
	head = lower_emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	if (cond) {
		lower_condition(l, cond, yes, no);
		lower_edges_move(l->pending, yes);
	}
	lower_statement(l, body);
	lower_edges_move(l->pending, jump.continues);
	if (step)
		lower_effect(l, step);
	loop_back(l, head);
	lower_edges_move(l->pending, no);
	jump_leave(l, &jump);
}

static void lower_switch(struct lower *l, const struct ast *a)
{
	const struct ast *value = a->first;
	const struct ast *body = value ? value->next : NULL;
	struct jump jump = { 0 };
	struct fact_node *n;
	struct expr *e;
	int index;

	if (!body)
		return;
	e = lower_value(l, value);
	index = lower_emit(l, NODE_SWITCH, a);
	n = lower_node(l, index);
	n->a = e;
	n->text = facts_string(l->facts, ast_text(l->unit, value));
	jump_enter(l, &jump, false);
	lower_statement(l, body);
	n = lower_node(l, index);
	n->n_cases = jump.cases->len;
	n->cases = facts_alloc(l->facts, jump.cases->len * sizeof(*n->cases));
	if (jump.cases->len)
		memcpy(n->cases, jump.cases->data, jump.cases->len * sizeof(*n->cases));
	if (jump.default_node >= 0)
		n->next[0] = jump.default_node;
	else
		lower_edge_add(l->pending, index, 0);
	jump_leave(l, &jump);
}

static struct jump *innermost(struct lower *l, bool loop)
{
	struct jump *jump = l->jump;

	while (jump && loop && !jump->continues)
		jump = jump->outer;
	return jump;
}

static void lower_case(struct lower *l, const struct ast *a)
{
	struct jump *jump = l->jump;
	int node;

	while (jump && !jump->cases)
		jump = jump->outer;
	node = lower_emit_step(l, NODE_NOP, a);
	if (jump && a->kind == AST_DEFAULT) {
		jump->default_node = node;
	} else if (jump && a->first) {
		const struct ast *high = a->n_children == 3 ? a->first->next : a->first;
		struct expr *low_value = lower_value(l, a->first);
		struct expr *high_value = lower_value(l, high);
		/* A case that is not a constant here may always be taken. */
		struct fact_case c = { 1, 0, node };

		if (low_value->kind == EXPR_INT && high_value->kind == EXPR_INT) {
			c.low = low_value->value;
			c.high = high_value->value;
		}
		g_array_append_val(jump->cases, c);
	}
	if (a->first)
		lower_statement(l, ast_last_child(a));
}

static void lower_goto(struct lower *l, const struct ast *a)
{
	GArray *edges;

	if (!a->name) {
		l->truncated = "a computed goto";
		g_array_set_size(l->pending, 0);
		return;
	}
	edges = g_hash_table_lookup(l->gotos, a->name);
	if (!edges) {
		edges = lower_edges_new();
		g_hash_table_insert(l->gotos, (void *)a->name, edges);
	}
	lower_edges_move(edges, l->pending);
}

static void lower_declaration(struct lower *l, const struct ast *var)
{
	const struct ast *init = lower_initializer(var);
	const struct ast *inner = lower_skip_parens(init);

	if (var->is_static) {
		g_autofree char *id = g_strconcat(l->function->file, ":", l->function->name, ".",
						  var->name, NULL);

		lower_variable(l->facts, l->unit, var, id, l->function->file);
		return;
	}
	if (!init) {
		lower_local(l, var);
		return;
	}
	if (inner->kind == AST_COMPOUND_LITERAL && inner->first && lower_record_of(inner->type))
		init = inner->first;
	if (init->kind == AST_INIT_LIST)
		lower_local_init(l, lower_make_local(l, lower_local(l, var)), init);
	else
		lower_emit_assign(l, lower_make_local(l, lower_local(l, var)), lower_value(l, init),
				  var);
}

static void lower_return(struct lower *l, const struct ast *a)
{
	struct expr *value = a->first ? lower_value(l, a->first) : NULL;
	struct fact_node *n = lower_node(l, lower_emit(l, NODE_RETURN, a));

	n->a = value;
}

static void lower_jump(struct lower *l, const struct ast *a)
{
	struct jump *jump = innermost(l, a->kind == AST_CONTINUE);

	if (jump)
		lower_edges_move(a->kind == AST_CONTINUE ? jump->continues : jump->breaks,
				 l->pending);
	g_array_set_size(l->pending, 0);
}

void lower_statement(struct lower *l, const struct ast *a)
{
	int index;

	switch (a->kind) {
	case AST_COMPOUND:
		for (const struct ast *child = a->first; child; child = child->next)
			lower_statement(l, child);
		break;
	case AST_IF:
		lower_if(l, a);
		break;
	case AST_SWITCH:
		lower_switch(l, a);
		break;
	case AST_CASE:
	case AST_DEFAULT:
		lower_case(l, a);
		break;
	case AST_WHILE:
		lower_while(l, a);
		break;
	case AST_DO:
		lower_do(l, a);
		break;
	case AST_FOR:
		lower_for(l, a);
		break;
	case AST_GOTO:
		lower_goto(l, a);
		break;
	case AST_CONTINUE:
	case AST_BREAK:
		lower_jump(l, a);
		break;
	case AST_RETURN:
		lower_return(l, a);
		break;
	case AST_LABEL:
		g_hash_table_insert(l->labels, (void *)a->name,
				    GINT_TO_POINTER(lower_emit_step(l, NODE_NOP, a) + 1));
		if (a->first)
			lower_statement(l, ast_last_child(a));
		break;
	case AST_DECL:
		for (const struct ast *child = a->first; child; child = child->next)
			if (child->kind == AST_VAR)
				lower_declaration(l, child);
		break;
	case AST_ASM:
		lower_emit_warn(l, a);
		index = lower_emit_step(l, NODE_SWITCH, a);
		lower_node(l, index)->a = lower_make_unknown(l, "i");
		lower_node(l, index)->text = facts_string(l->facts, "asm");
		g_array_append_val(l->asms, index);
		break;
	case AST_NULL:
		break;
	case AST_OTHER:
		/* An attributed statement. */
		for (const struct ast *child = a->first; child; child = child->next)
			lower_statement(l, child);
		break;
	case AST_VAR:
		lower_declaration(l, a);
		break;
	case AST_PARAM:
		break;
	default:
		lower_effect(l, a);
		break;
	}
}

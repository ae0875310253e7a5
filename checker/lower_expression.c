// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: the expressions of a function.  What an expression does becomes nodes,
 * in the order of the source; what is left of it is a value without effects.
 */
#include <string.h>

#include "bounds.h"
#include "lower_private.h"

static void lower_children(struct lower *l, const struct ast *a)
{
	for (const struct ast *child = a->first; child; child = child->next)
		lower_value(l, child);
}

static bool refers_to(const struct ast *a, const char *name)
{
	return a && a->kind == AST_REF && a->to == AST_TO_FUNCTION && !strcmp(a->name, name);
}

static bool is_call_of(const struct ast *a, const char *name)
{
	return a->kind == AST_CALL && refers_to(a->first, name);
}

static void emit_end_of_world(struct lower *l, const struct ast *a)
{
	const char *macro = ast_macro(l->unit, a);
	struct fact_node *n = lower_node(l, lower_emit(l, NODE_BUG, a));

	n->text = facts_string(l->facts, macro ? macro : "unreachable");
}

static bool is_warn_macro(const char *macro)
{
	return macro && (g_str_has_prefix(macro, "WARN") || g_str_has_prefix(macro, "VM_WARN"));
}

void lower_emit_warn(struct lower *l, const struct ast *a)
{
	const char *macro = ast_macro(l->unit, a);
	struct fact_node *n;

	if (!is_warn_macro(macro))
		return;
	n = lower_node(l, lower_emit_step(l, NODE_WARN, a));
	n->text = facts_string(l->facts, macro);
}

static struct expr *lower_call(struct lower *l, const struct ast *a)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	const struct ast *callee = a->first;
	struct expr *target;
	struct fact_node *n;
	int result = -1, index;

	if (!callee)
		return lower_make_unknown(l, a->type);
	if (refers_to(callee, "__builtin_expect") ||
	    refers_to(callee, "__builtin_expect_with_probability"))
		return callee->next ? lower_value(l, callee->next) : lower_make_unknown(l, "i");
	if (refers_to(callee, "__builtin_constant_p"))
		return lower_make_int(l, 0);
	if (refers_to(callee, "__builtin_unreachable") || refers_to(callee, "__builtin_trap") ||
	    refers_to(callee, "panic")) {
		emit_end_of_world(l, a);
		return lower_make_unknown(l, a->type);
	}
	if (refers_to(callee, "__warn_printk") || refers_to(callee, "warn_slowpath_fmt"))
		lower_emit_warn(l, a);
	if (callee->kind == AST_REF && callee->name &&
	    g_str_has_prefix(callee->name, "__builtin_") &&
	    !g_str_has_prefix(callee->name, "__builtin_mem")) {
		lower_children(l, a);
		return lower_make_unknown(l, a->type);
	}
	target = lower_value(l, callee);
	/* (*f)(x) is f(x). */
	if (target->kind == EXPR_DEREF && target->a->kind == EXPR_FIELD)
		target = target->a;
	for (const struct ast *arg = callee->next; arg; arg = arg->next)
		g_ptr_array_add(args, lower_value(l, arg));
	if (g_strcmp0(a->type, "v"))
		result = lower_add_local(l, "", a->type);
	index = lower_emit_step(l, NODE_CALL, a);
	n = lower_node(l, index);
	n->a = target;
	n->result = result;
	n->n_args = args->len;
	n->args = facts_alloc(l->facts, args->len * sizeof(*n->args));
	for (unsigned int i = 0; i < args->len; i++)
		n->args[i] = args->pdata[i];
	return result >= 0 ? lower_make_local(l, result) : lower_make_unknown(l, "v");
}

/* The truth of a condition, as a local that is 0 or 1. */
static struct expr *lower_truth(struct lower *l, const struct ast *a)
{
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	g_autoptr(GArray) both = lower_edges_new();
	int local;

	lower_condition(l, a, yes, no);
	if (!no->len || !yes->len) {
		bool truth = yes->len > 0;

		lower_edges_move(l->pending, truth ? yes : no);
		return lower_make_int(l, truth);
	}
	local = lower_add_local(l, "", "b");
	lower_edges_move(l->pending, yes);
	lower_emit_assign(l, lower_make_local(l, local), lower_make_int(l, 1), a);
	lower_edges_move(both, l->pending);
	lower_edges_move(l->pending, no);
	lower_emit_assign(l, lower_make_local(l, local), lower_make_int(l, 0), a);
	lower_edges_move(l->pending, both);
	return lower_make_local(l, local);
}

static struct expr *lower_conditional(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *then = cond ? cond->next : NULL;
	const struct ast *otherwise = then ? then->next : NULL;
	g_autoptr(GArray) yes = lower_edges_new();
	g_autoptr(GArray) no = lower_edges_new();
	g_autoptr(GArray) both = lower_edges_new();
	int local;

	if (!otherwise)
		return lower_make_unknown(l, a->type);
	lower_condition(l, cond, yes, no);
	if (!no->len || !yes->len) {
		bool truth = yes->len > 0;

		lower_edges_move(l->pending, truth ? yes : no);
		return lower_value(l, truth ? then : otherwise);
	}
	local = lower_add_local(l, "", a->type);
	lower_edges_move(l->pending, yes);
	lower_emit_assign(l, lower_make_local(l, local), lower_value(l, then), then);
	lower_edges_move(both, l->pending);
	lower_edges_move(l->pending, no);
	lower_emit_assign(l, lower_make_local(l, local), lower_value(l, otherwise), otherwise);
	lower_edges_move(l->pending, both);
	return lower_make_local(l, local);
}

/* x++ and its kin; the value is that of before or after, and of no use to a statement. */
static struct expr *lower_step(struct lower *l, const struct ast *a, bool used)
{
	bool up = a->op == AST_UNARY_INCREMENT || a->op == AST_UNARY_POST_INCREMENT;
	bool post = a->op == AST_UNARY_POST_INCREMENT || a->op == AST_UNARY_POST_DECREMENT;
	struct expr *place = lower_value(l, a->first);
	struct expr *value = place;

	if (used && post && place->kind != EXPR_UNKNOWN) {
		value = lower_make_local(l, lower_add_local(l, "", a->type));
		lower_emit_assign(l, value, place, a);
	}
	lower_emit_assign(l, place,
			  lower_make_binary(l, up ? OP_ADD : OP_SUB, place, lower_make_int(l, 1)),
			  a);
	return value;
}

/* An expression that stands for what it does, not for its value. */
void lower_effect(struct lower *l, const struct ast *a)
{
	while (a->kind == AST_PAREN && a->first)
		a = a->first;
	if (a->kind == AST_COMMA && a->n_children == 2) {
		lower_effect(l, a->first);
		lower_effect(l, a->first->next);
	} else if (a->kind == AST_UNARY && a->first && a->op >= AST_UNARY_INCREMENT) {
		lower_step(l, a, false);
	} else {
		lower_value(l, a);
	}
}

static struct expr *lower_unary(struct lower *l, const struct ast *a)
{
	struct expr *value;

	if (!a->first)
		return lower_make_unknown(l, a->type);
	if (a->op == AST_UNARY_NOT) {
		const struct ast *inner = a->first;

		while (inner->kind == AST_PAREN && inner->first)
			inner = inner->first;
		if (inner->kind == AST_LOGICAL_AND || inner->kind == AST_LOGICAL_OR)
			return lower_truth(l, a);
	}
	if (a->op >= AST_UNARY_INCREMENT)
		return lower_step(l, a, true);
	value = lower_value(l, a->first);
	switch ((enum ast_unary)a->op) {
	case AST_UNARY_NOT:
		return lower_make_unary(l, OP_NOT, value);
	case AST_UNARY_COMPLEMENT:
		return lower_make_unary(l, OP_COMPLEMENT, value);
	case AST_UNARY_MINUS:
		return lower_make_unary(l, OP_MINUS, value);
	case AST_UNARY_PLUS:
		return value;
	case AST_UNARY_DEREF:
		return lower_make_deref(l, value, a->type);
	case AST_UNARY_ADDRESS:
		return lower_make_address(l, value);
	default:
		break;
	}
	return lower_make_unknown(l, a->type);
}

static struct expr *lower_assign(struct lower *l, const struct ast *a)
{
	const struct ast *right = a->first ? a->first->next : NULL;
	const struct ast *inner = lower_skip_parens(right);
	struct expr *to, *from;

	if (!right)
		return lower_make_unknown(l, a->type);
	to = lower_value(l, a->first);
	if (a->kind == AST_ASSIGN && inner && inner->kind == AST_COMPOUND_LITERAL && inner->first &&
	    inner->first->kind == AST_INIT_LIST && to->kind != EXPR_UNKNOWN) {
		if (to->kind == EXPR_LOCAL) {
			lower_local_init(l, to, inner->first);
		} else {
			lower_emit_assign(l, to, lower_make_unknown(l, inner->type), a);
			lower_init(l, to, inner->first);
		}
		return to;
	}
	from = lower_value(l, right);
	if (a->kind == AST_COMPOUND_ASSIGN)
		from = lower_make_binary(l, (enum expr_op)a->op, to, from);
	lower_emit_assign(l, to, from, a);
	return to->kind == EXPR_LOCAL ? to : from;
}

static struct expr *lower_statement_expression(struct lower *l, const struct ast *a)
{
	const struct ast *body = a->first;
	const struct ast *child;
	struct expr *value = lower_make_unknown(l, a->type);

	if (!body || body->kind != AST_COMPOUND)
		return value;
	for (child = body->first; child; child = child->next) {
		if (child->next || child->kind < AST_INT)
			lower_statement(l, child);
		else
			value = lower_value(l, child);
	}
	return value;
}

static struct expr *lower_reference(struct lower *l, const struct ast *a)
{
	switch (a->to) {
	case AST_TO_LOCAL:
		return lower_make_local(l, lower_local(l, a));
	case AST_TO_GLOBAL:
		return lower_make_named(l, EXPR_GLOBAL, a->name, a->type, NULL);
	case AST_TO_FUNCTION:
		return lower_make_named(l, EXPR_FUNCTION, a->name, "fn", NULL);
	case AST_TO_CONSTANT:
		return lower_make_int(l, a->value);
	case AST_TO_NOTHING:
		break;
	}
	return lower_make_unknown(l, a->type);
}

static struct expr *lower_compound_literal(struct lower *l, const struct ast *a)
{
	const struct ast *init = a->first;
	int local = lower_add_local(l, "", a->type);
	struct expr *to = lower_make_local(l, local);

	if (init && init->kind == AST_INIT_LIST)
		lower_local_init(l, to, init);
	return to;
}

static struct expr *lower_kind(struct lower *l, const struct ast *a)
{
	struct expr *x, *y;

	switch (a->kind) {
	case AST_INT:
		return a->constant ? lower_make_int(l, a->value) : lower_make_unknown(l, "i");
	case AST_SIZEOF:
		return a->constant ? lower_make_int(l, a->value) : lower_make_unknown(l, "i");
	case AST_STRING:
		return lower_make_unknown(l, "*");
	case AST_REF:
		return lower_reference(l, a);
	case AST_PAREN:
		return a->first ? lower_value(l, a->first) : lower_make_unknown(l, NULL);
	case AST_CAST:
		return a->first ? lower_make_cast(l, lower_value(l, a->first), a->type) :
				  lower_make_unknown(l, a->type);
	case AST_MEMBER:
		if (!a->first || !a->field)
			return lower_make_unknown(l, a->type);
		x = lower_value(l, a->first);
		return lower_make_named(l, EXPR_FIELD, a->field, a->type, x);
	case AST_SUBSCRIPT:
		if (a->n_children < 2)
			return lower_make_unknown(l, a->type);
		x = lower_value(l, a->first);
		y = lower_value(l, a->first->next);
		x = lower_make_named(l, EXPR_INDEX, NULL, a->type, x);
		x->b = y;
		return x;
	case AST_UNARY:
		return lower_unary(l, a);
	case AST_BINARY:
		if (a->n_children < 2)
			return lower_make_unknown(l, "i");
		x = lower_value(l, a->first);
		y = lower_value(l, a->first->next);
		return lower_make_binary(l, (enum expr_op)a->op, x, y);
	case AST_ASSIGN:
	case AST_COMPOUND_ASSIGN:
		return lower_assign(l, a);
	case AST_COMMA:
		if (a->n_children < 2)
			return lower_make_unknown(l, NULL);
		lower_effect(l, a->first);
		return lower_value(l, a->first->next);
	case AST_LOGICAL_AND:
	case AST_LOGICAL_OR:
		return lower_truth(l, a);
	case AST_CONDITIONAL:
		return lower_conditional(l, a);
	case AST_CALL:
		return lower_call(l, a);
	case AST_STMT_EXPR:
		return lower_statement_expression(l, a);
	case AST_COMPOUND_LITERAL:
		return lower_compound_literal(l, a);
	case AST_INIT_LIST:
	case AST_DESIGNATED:
		lower_children(l, a);
		return lower_make_unknown(l, a->type);
	case AST_OTHER:
		if (a->constant)
			return lower_make_int(l, a->value);
		lower_children(l, a);
		return lower_make_unknown(l, a->type);
	case AST_MEMBER_REF:
		return lower_make_unknown(l, "i");
	default:
		if (a->kind < AST_VAR)
			lower_statement(l, a);
		return lower_make_unknown(l, NULL);
	}
}

struct expr *lower_value(struct lower *l, const struct ast *a)
{
	struct expr *value;

	if (l->depth >= BOUND_EXPR_DEPTH) {
		l->truncated = "nested deeper than the bound";
		return lower_make_unknown(l, a->type);
	}
	l->depth++;
	value = lower_kind(l, a);
	l->depth--;
	return value;
}

void lower_condition(struct lower *l, const struct ast *a, GArray *yes, GArray *no)
{
	g_autoptr(GArray) middle = NULL;
	struct expr *value;
	struct fact_node *n;
	const char *text;
	int index;

	while ((a->kind == AST_PAREN && a->first) ||
	       (is_call_of(a, "__builtin_expect") && a->first->next))
		a = a->kind == AST_PAREN ? a->first : a->first->next;
	if (a->kind == AST_UNARY && a->op == AST_UNARY_NOT && a->first) {
		lower_condition(l, a->first, no, yes);
		return;
	}
	if ((a->kind == AST_LOGICAL_AND || a->kind == AST_LOGICAL_OR) && a->n_children == 2) {
		bool and = a->kind == AST_LOGICAL_AND;

		middle = lower_edges_new();
		lower_condition(l, a->first, and? middle : yes, and? no : middle);
		lower_edges_move(l->pending, middle);
		lower_condition(l, a->first->next, yes, no);
		return;
	}
	text = ast_text(l->unit, a);
	value = lower_value(l, a);
	if (value->kind == EXPR_INT) {
		lower_edges_move(value->value ? yes : no, l->pending);
		return;
	}
	index = lower_emit(l, NODE_BRANCH, a);
	n = lower_node(l, index);
	n->a = value;
	n->text = facts_string(l->facts, text);
	lower_edge_add(yes, index, 0);
	lower_edge_add(no, index, 1);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts: one expression: its text form, constants, and what it comes down to.
 */
#include "facts_private.h"

static const char *const op_names[] = {
	[OP_NONE] = "none", [OP_NOT] = "!",  [OP_COMPLEMENT] = "~", [OP_MINUS] = "-",
	[OP_ADD] = "+",	    [OP_SUB] = "-",  [OP_MUL] = "*",	    [OP_DIV] = "/",
	[OP_REM] = "%",	    [OP_SHL] = "<<", [OP_SHR] = ">>",	    [OP_AND] = "&",
	[OP_OR] = "|",	    [OP_XOR] = "^",  [OP_EQ] = "==",	    [OP_NE] = "!=",
	[OP_LT] = "<",	    [OP_GT] = ">",   [OP_LE] = "<=",	    [OP_GE] = ">=",
};

const char *expr_op_name(enum expr_op op)
{
	return op_names[op];
}

void facts_print_name(const char *name, GString *out)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c <= ' ' || c == '%' || c == 0x7f)
			g_string_append_printf(out, "%%%02x", c);
		else
			g_string_append_c(out, *name);
	}
}

void expr_print(const struct expr *expr, GString *out)
{
	switch (expr->kind) {
	case EXPR_UNKNOWN:
		g_string_append_printf(out, "?%s", expr->type);
		return;
	case EXPR_INT:
		g_string_append_printf(out, "#%" G_GINT64_FORMAT, expr->value);
		return;
	case EXPR_LOCAL:
		g_string_append_printf(out, "%%%" G_GINT64_FORMAT, expr->value);
		return;
	case EXPR_GLOBAL:
		g_string_append_c(out, '$');
		facts_print_name(expr->name, out);
		g_string_append_printf(out, " %s", expr->type);
		return;
	case EXPR_FUNCTION:
		g_string_append_c(out, '!');
		facts_print_name(expr->name, out);
		return;
	case EXPR_FIELD:
		g_string_append_c(out, '.');
		facts_print_name(expr->name, out);
		break;
	case EXPR_INDEX:
		g_string_append_c(out, '[');
		break;
	case EXPR_DEREF:
		g_string_append_c(out, '*');
		break;
	case EXPR_ADDRESS:
		g_string_append_c(out, '&');
		break;
	case EXPR_CAST:
		g_string_append_c(out, '(');
		break;
	case EXPR_UNARY:
		g_string_append_printf(out, "u%s ", op_names[expr->op]);
		expr_print(expr->a, out);
		return;
	case EXPR_BINARY:
		g_string_append_printf(out, "b%s ", op_names[expr->op]);
		expr_print(expr->a, out);
		g_string_append_c(out, ' ');
		expr_print(expr->b, out);
		return;
	}
	g_string_append_printf(out, " %s ", expr->type);
	expr_print(expr->a, out);
	if (expr->kind == EXPR_INDEX) {
		g_string_append_c(out, ' ');
		expr_print(expr->b, out);
	}
}

const struct expr *expr_strip_casts(const struct expr *e)
{
	while (e && e->kind == EXPR_CAST)
		e = e->a;
	return e;
}

const struct expr *expr_root_global(const struct expr *e)
{
	while (e && (e->kind == EXPR_FIELD || e->kind == EXPR_INDEX || e->kind == EXPR_CAST ||
		     e->kind == EXPR_ADDRESS || e->kind == EXPR_DEREF))
		e = e->a;
	return e && e->kind == EXPR_GLOBAL ? e : NULL;
}

bool expr_fold(enum expr_op op, gint64 a, gint64 b, gint64 *out)
{
	guint64 ua = (guint64)a, ub = (guint64)b;

	switch (op) {
	case OP_ADD:
		*out = (gint64)(ua + ub);
		return true;
	case OP_SUB:
		*out = (gint64)(ua - ub);
		return true;
	case OP_MUL:
		*out = (gint64)(ua * ub);
		return true;
	case OP_DIV:
		if (!b || (b == -1 && a == G_MININT64))
			return false;
		*out = a / b;
		return true;
	case OP_REM:
		if (!b || (b == -1 && a == G_MININT64))
			return false;
		*out = a % b;
		return true;
	case OP_SHL:
		if (b < 0 || b > 63)
			return false;
		*out = (gint64)(ua << b);
		return true;
	case OP_SHR:
		if (b < 0 || b > 63)
			return false;
		*out = (gint64)(ua >> b);
		return true;
	case OP_AND:
		*out = a & b;
		return true;
	case OP_OR:
		*out = a | b;
		return true;
	case OP_XOR:
		*out = a ^ b;
		return true;
	case OP_EQ:
		*out = a == b;
		return true;
	case OP_NE:
		*out = a != b;
		return true;
	case OP_LT:
		*out = a < b;
		return true;
	case OP_GT:
		*out = a > b;
		return true;
	case OP_LE:
		*out = a <= b;
		return true;
	case OP_GE:
		*out = a >= b;
		return true;
	default:
		return false;
	}
}

const char *expr_address_of(const struct expr *e)
{
	e = expr_strip_casts(e);
	e = e && e->kind == EXPR_ADDRESS ? expr_strip_casts(e->a) : NULL;
	return e && e->kind == EXPR_GLOBAL ? e->name : NULL;
}

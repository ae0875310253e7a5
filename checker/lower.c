// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: function trees to graphs of events.
 *
 * The C API of libclang has no control-flow graph, so this builds one: every
 * call, assignment, branch and return is a node, expressions are free of side
 * effects.  "&&", "||", "!", "?:" and statement expressions become edges, so a
 * branch always tests one thing.  Constant conditions leave no branch; what
 * cannot be reached is dropped.
 *
 * "asm goto" may go on at any label that no goto names, since libclang does not
 * tell which labels are its own.
 *
 * Not handled: computed gotos (the function is marked truncated), destructors of __cleanup variables, volatile and atomic access.
 */
#include <string.h>

#include "lower.h"

#define EXPR_DEPTH_MAX 120
#define NODES_MAX 20000
/* Longer arrays are not followed element by element. */
#define ELEMENTS_MAX 64

struct edge {
	int node;
	int slot; /* of next[] */
};

struct jump {
	GArray *breaks;	   /* struct edge, or NULL for a switch's own */
	GArray *continues; /* struct edge; NULL in a switch */
	GArray *cases;	   /* struct fact_case, of a switch */
	int default_node;
	struct jump *outer;
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
	struct jump *jump;
	unsigned int depth;
	const char *truncated;
};

static struct expr *lower_value(struct lower *l, const struct ast *a);
static void lower_statement(struct lower *l, const struct ast *a);
static void lower_condition(struct lower *l, const struct ast *a, GArray *yes, GArray *no);
static void lower_init(struct lower *l, struct expr *target, const struct ast *init);
static void lower_local_init(struct lower *l, struct expr *target, const struct ast *init);

/* ---- graph ---- */

static struct fact_node *node_at(struct lower *l, int index)
{
	return &g_array_index(l->nodes, struct fact_node, index);
}

static void patch(struct lower *l, const GArray *edges, int target)
{
	for (unsigned int i = 0; i < edges->len; i++) {
		const struct edge *e = &g_array_index(edges, struct edge, i);

		node_at(l, e->node)->next[e->slot] = target;
	}
}

static void edges_move(GArray *to, GArray *from)
{
	g_array_append_vals(to, from->data, from->len);
	g_array_set_size(from, 0);
}

static GArray *edges_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct edge));
}

static void edge_add(GArray *edges, int node, int slot)
{
	struct edge e = { node, slot };

	g_array_append_val(edges, e);
}

/* Appends a node that all pending edges lead to; nothing is pending afterwards. */
static int emit(struct lower *l, enum node_kind kind, const struct ast *a)
{
	struct fact_node node = { .kind = kind, .next = { -1, -1 }, .result = -1 };
	int index = (int)l->nodes->len;

	if (l->nodes->len >= NODES_MAX) {
		l->truncated = "more than the bound of events";
		return 0;
	}
	if (a) {
		node.line = a->line;
		node.column = a->column;
	}
	g_array_append_val(l->nodes, node);
	patch(l, l->pending, index);
	g_array_set_size(l->pending, 0);
	return index;
}

/* As emit(), with the node's next edge pending. */
static int emit_step(struct lower *l, enum node_kind kind, const struct ast *a)
{
	int index = emit(l, kind, a);

	edge_add(l->pending, index, 0);
	return index;
}

static int add_local(struct lower *l, const char *name, const char *type)
{
	/* Names made with __COUNTER__ depend on what was read before. */
	if (g_str_has_prefix(name, "__UNIQUE_ID"))
		name = "__UNIQUE_ID";
	struct fact_local local = { facts_string(l->facts, name),
				    facts_string(l->facts, type ? type : "-") };

	g_array_append_val(l->locals, local);
	return (int)l->locals->len - 1;
}

static int local_of(struct lower *l, const struct ast *a)
{
	guint index =
		GPOINTER_TO_UINT(g_hash_table_lookup(l->local_index, GUINT_TO_POINTER(a->local)));

	if (!index) {
		index = (guint)add_local(l, a->name ? a->name : "", a->type) + 1;
		g_hash_table_insert(l->local_index, GUINT_TO_POINTER(a->local),
				    GUINT_TO_POINTER(index));
	}
	return (int)index - 1;
}

/* ---- expressions ---- */

static struct expr *make_int(struct lower *l, gint64 value)
{
	struct expr *e = facts_expr(l->facts, EXPR_INT, "i");

	e->value = value;
	return e;
}

static struct expr *make_local(struct lower *l, int index)
{
	struct expr *e = facts_expr(l->facts, EXPR_LOCAL,
				    g_array_index(l->locals, struct fact_local, index).type);

	e->value = index;
	return e;
}

static struct expr *make_unknown(struct lower *l, const char *type)
{
	return facts_expr(l->facts, EXPR_UNKNOWN, type);
}

static struct expr *make_named(struct lower *l, enum expr_kind kind, const char *name,
			       const char *type, struct expr *a)
{
	struct expr *e = facts_expr(l->facts, kind, type);

	e->name = facts_string(l->facts, name);
	e->a = a;
	return e;
}

static void emit_assign(struct lower *l, struct expr *to, struct expr *from, const struct ast *a)
{
	struct fact_node *n;

	if (to->kind == EXPR_UNKNOWN)
		return;
	n = node_at(l, emit_step(l, NODE_ASSIGN, a));
	n->a = to;
	n->b = from;
}

static struct expr *make_binary(struct lower *l, enum expr_op op, struct expr *a, struct expr *b)
{
	struct expr *e;
	gint64 value;

	if (op == OP_NONE)
		return make_unknown(l, "i");
	if (a->kind == EXPR_INT && b->kind == EXPR_INT && expr_fold(op, a->value, b->value, &value))
		return make_int(l, value);
	e = facts_expr(l->facts, EXPR_BINARY, "i");
	e->op = op;
	e->a = a;
	e->b = b;
	return e;
}

static struct expr *make_unary(struct lower *l, enum expr_op op, struct expr *a)
{
	struct expr *e;

	if (a->kind == EXPR_INT)
		return make_int(l, op == OP_NOT	       ? !a->value :
				   op == OP_COMPLEMENT ? ~a->value :
							 (gint64)(0 - (guint64)a->value));
	e = facts_expr(l->facts, EXPR_UNARY, "i");
	e->op = op;
	e->a = a;
	return e;
}

static struct expr *make_deref(struct lower *l, struct expr *a, const char *type)
{
	if (a->kind == EXPR_ADDRESS)
		return a->a;
	return make_named(l, EXPR_DEREF, NULL, type, a);
}

static struct expr *make_address(struct lower *l, struct expr *a)
{
	g_autofree char *type = NULL;

	if (a->kind == EXPR_DEREF)
		return a->a;
	if (a->kind == EXPR_UNKNOWN || a->kind == EXPR_INT || a->kind == EXPR_FUNCTION)
		return a->kind == EXPR_FUNCTION ? a : make_unknown(l, "*");
	type = a->type && g_ascii_isalpha(*a->type) && a->type[1] ?
		       g_strconcat("*", a->type, NULL) :
		       g_strdup("*");
	return make_named(l, EXPR_ADDRESS, NULL, type, a);
}

/* Pointers to records keep their type through a cast; other casts say nothing. */
static struct expr *make_cast(struct lower *l, struct expr *a, const char *type)
{
	if (!type_pointee(type) || a->kind == EXPR_INT || !g_strcmp0(a->type, type))
		return a;
	return make_named(l, EXPR_CAST, NULL, type, a);
}

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
	struct fact_node *n = node_at(l, emit(l, NODE_BUG, a));

	n->text = facts_string(l->facts, macro ? macro : "unreachable");
}

static bool is_warn_macro(const char *macro)
{
	return macro && (g_str_has_prefix(macro, "WARN") || g_str_has_prefix(macro, "VM_WARN"));
}

static void emit_warn(struct lower *l, const struct ast *a)
{
	const char *macro = ast_macro(l->unit, a);
	struct fact_node *n;

	if (!is_warn_macro(macro))
		return;
	n = node_at(l, emit_step(l, NODE_WARN, a));
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
		return make_unknown(l, a->type);
	if (refers_to(callee, "__builtin_expect") ||
	    refers_to(callee, "__builtin_expect_with_probability"))
		return callee->next ? lower_value(l, callee->next) : make_unknown(l, "i");
	if (refers_to(callee, "__builtin_constant_p"))
		return make_int(l, 0);
	if (refers_to(callee, "__builtin_unreachable") || refers_to(callee, "__builtin_trap") ||
	    refers_to(callee, "panic")) {
		emit_end_of_world(l, a);
		return make_unknown(l, a->type);
	}
	if (refers_to(callee, "__warn_printk") || refers_to(callee, "warn_slowpath_fmt"))
		emit_warn(l, a);
	if (callee->kind == AST_REF && callee->name &&
	    g_str_has_prefix(callee->name, "__builtin_") &&
	    !g_str_has_prefix(callee->name, "__builtin_mem")) {
		lower_children(l, a);
		return make_unknown(l, a->type);
	}
	target = lower_value(l, callee);
	/* (*f)(x) is f(x). */
	if (target->kind == EXPR_DEREF && target->a->kind == EXPR_FIELD)
		target = target->a;
	for (const struct ast *arg = callee->next; arg; arg = arg->next)
		g_ptr_array_add(args, lower_value(l, arg));
	if (g_strcmp0(a->type, "v"))
		result = add_local(l, "", a->type);
	index = emit_step(l, NODE_CALL, a);
	n = node_at(l, index);
	n->a = target;
	n->result = result;
	n->n_args = args->len;
	n->args = facts_alloc(l->facts, args->len * sizeof(*n->args));
	for (unsigned int i = 0; i < args->len; i++)
		n->args[i] = args->pdata[i];
	return result >= 0 ? make_local(l, result) : make_unknown(l, "v");
}

/* The truth of a condition, as a local that is 0 or 1. */
static struct expr *lower_truth(struct lower *l, const struct ast *a)
{
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
	g_autoptr(GArray) both = edges_new();
	int local;

	lower_condition(l, a, yes, no);
	if (!no->len || !yes->len) {
		bool truth = yes->len > 0;

		edges_move(l->pending, truth ? yes : no);
		return make_int(l, truth);
	}
	local = add_local(l, "", "b");
	edges_move(l->pending, yes);
	emit_assign(l, make_local(l, local), make_int(l, 1), a);
	edges_move(both, l->pending);
	edges_move(l->pending, no);
	emit_assign(l, make_local(l, local), make_int(l, 0), a);
	edges_move(l->pending, both);
	return make_local(l, local);
}

static struct expr *lower_conditional(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *then = cond ? cond->next : NULL;
	const struct ast *otherwise = then ? then->next : NULL;
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
	g_autoptr(GArray) both = edges_new();
	int local;

	if (!otherwise)
		return make_unknown(l, a->type);
	lower_condition(l, cond, yes, no);
	if (!no->len || !yes->len) {
		bool truth = yes->len > 0;

		edges_move(l->pending, truth ? yes : no);
		return lower_value(l, truth ? then : otherwise);
	}
	local = add_local(l, "", a->type);
	edges_move(l->pending, yes);
	emit_assign(l, make_local(l, local), lower_value(l, then), then);
	edges_move(both, l->pending);
	edges_move(l->pending, no);
	emit_assign(l, make_local(l, local), lower_value(l, otherwise), otherwise);
	edges_move(l->pending, both);
	return make_local(l, local);
}

/* x++ and its kin; the value is that of before or after, and of no use to a statement. */
static struct expr *lower_step(struct lower *l, const struct ast *a, bool used)
{
	bool up = a->op == AST_UNARY_INCREMENT || a->op == AST_UNARY_POST_INCREMENT;
	bool post = a->op == AST_UNARY_POST_INCREMENT || a->op == AST_UNARY_POST_DECREMENT;
	struct expr *place = lower_value(l, a->first);
	struct expr *value = place;

	if (used && post && place->kind != EXPR_UNKNOWN) {
		value = make_local(l, add_local(l, "", a->type));
		emit_assign(l, value, place, a);
	}
	emit_assign(l, place, make_binary(l, up ? OP_ADD : OP_SUB, place, make_int(l, 1)), a);
	return value;
}

/* An expression that stands for what it does, not for its value. */
static void lower_effect(struct lower *l, const struct ast *a)
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
		return make_unknown(l, a->type);
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
		return make_unary(l, OP_NOT, value);
	case AST_UNARY_COMPLEMENT:
		return make_unary(l, OP_COMPLEMENT, value);
	case AST_UNARY_MINUS:
		return make_unary(l, OP_MINUS, value);
	case AST_UNARY_PLUS:
		return value;
	case AST_UNARY_DEREF:
		return make_deref(l, value, a->type);
	case AST_UNARY_ADDRESS:
		return make_address(l, value);
	default:
		break;
	}
	return make_unknown(l, a->type);
}

static const struct ast *skip_parens(const struct ast *a)
{
	while (a && (a->kind == AST_PAREN || a->kind == AST_CAST) && a->first)
		a = a->first;
	return a;
}

static struct expr *lower_assign(struct lower *l, const struct ast *a)
{
	const struct ast *right = a->first ? a->first->next : NULL;
	const struct ast *inner = skip_parens(right);
	struct expr *to, *from;

	if (!right)
		return make_unknown(l, a->type);
	to = lower_value(l, a->first);
	if (a->kind == AST_ASSIGN && inner && inner->kind == AST_COMPOUND_LITERAL && inner->first &&
	    inner->first->kind == AST_INIT_LIST && to->kind != EXPR_UNKNOWN) {
		if (to->kind == EXPR_LOCAL) {
			lower_local_init(l, to, inner->first);
		} else {
			emit_assign(l, to, make_unknown(l, inner->type), a);
			lower_init(l, to, inner->first);
		}
		return to;
	}
	from = lower_value(l, right);
	if (a->kind == AST_COMPOUND_ASSIGN)
		from = make_binary(l, (enum expr_op)a->op, to, from);
	emit_assign(l, to, from, a);
	return to->kind == EXPR_LOCAL ? to : from;
}

static struct expr *lower_statement_expression(struct lower *l, const struct ast *a)
{
	const struct ast *body = a->first;
	const struct ast *child;
	struct expr *value = make_unknown(l, a->type);

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
		return make_local(l, local_of(l, a));
	case AST_TO_GLOBAL:
		return make_named(l, EXPR_GLOBAL, a->name, a->type, NULL);
	case AST_TO_FUNCTION:
		return make_named(l, EXPR_FUNCTION, a->name, "fn", NULL);
	case AST_TO_CONSTANT:
		return make_int(l, a->value);
	case AST_TO_NOTHING:
		break;
	}
	return make_unknown(l, a->type);
}

static struct expr *lower_compound_literal(struct lower *l, const struct ast *a)
{
	const struct ast *init = a->first;
	int local = add_local(l, "", a->type);
	struct expr *to = make_local(l, local);

	if (init && init->kind == AST_INIT_LIST)
		lower_local_init(l, to, init);
	return to;
}

static struct expr *lower_kind(struct lower *l, const struct ast *a)
{
	struct expr *x, *y;

	switch (a->kind) {
	case AST_INT:
		return a->constant ? make_int(l, a->value) : make_unknown(l, "i");
	case AST_SIZEOF:
		return a->constant ? make_int(l, a->value) : make_unknown(l, "i");
	case AST_STRING:
		return make_unknown(l, "*");
	case AST_REF:
		return lower_reference(l, a);
	case AST_PAREN:
		return a->first ? lower_value(l, a->first) : make_unknown(l, NULL);
	case AST_CAST:
		return a->first ? make_cast(l, lower_value(l, a->first), a->type) :
				  make_unknown(l, a->type);
	case AST_MEMBER:
		if (!a->first || !a->field)
			return make_unknown(l, a->type);
		x = lower_value(l, a->first);
		return make_named(l, EXPR_FIELD, a->field, a->type, x);
	case AST_SUBSCRIPT:
		if (a->n_children < 2)
			return make_unknown(l, a->type);
		x = lower_value(l, a->first);
		y = lower_value(l, a->first->next);
		x = make_named(l, EXPR_INDEX, NULL, a->type, x);
		x->b = y;
		return x;
	case AST_UNARY:
		return lower_unary(l, a);
	case AST_BINARY:
		if (a->n_children < 2)
			return make_unknown(l, "i");
		x = lower_value(l, a->first);
		y = lower_value(l, a->first->next);
		return make_binary(l, (enum expr_op)a->op, x, y);
	case AST_ASSIGN:
	case AST_COMPOUND_ASSIGN:
		return lower_assign(l, a);
	case AST_COMMA:
		if (a->n_children < 2)
			return make_unknown(l, NULL);
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
		return make_unknown(l, a->type);
	case AST_OTHER:
		if (a->constant)
			return make_int(l, a->value);
		lower_children(l, a);
		return make_unknown(l, a->type);
	case AST_MEMBER_REF:
		return make_unknown(l, "i");
	default:
		if (a->kind < AST_VAR)
			lower_statement(l, a);
		return make_unknown(l, NULL);
	}
}

static struct expr *lower_value(struct lower *l, const struct ast *a)
{
	struct expr *value;

	if (l->depth >= EXPR_DEPTH_MAX) {
		l->truncated = "nested deeper than the bound";
		return make_unknown(l, a->type);
	}
	l->depth++;
	value = lower_kind(l, a);
	l->depth--;
	return value;
}

static void lower_condition(struct lower *l, const struct ast *a, GArray *yes, GArray *no)
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

		middle = edges_new();
		lower_condition(l, a->first, and? middle : yes, and? no : middle);
		edges_move(l->pending, middle);
		lower_condition(l, a->first->next, yes, no);
		return;
	}
	text = ast_text(l->unit, a);
	value = lower_value(l, a);
	if (value->kind == EXPR_INT) {
		edges_move(value->value ? yes : no, l->pending);
		return;
	}
	index = emit(l, NODE_BRANCH, a);
	n = node_at(l, index);
	n->a = value;
	n->text = facts_string(l->facts, text);
	edge_add(yes, index, 0);
	edge_add(no, index, 1);
}

/* ---- initialisers ---- */

static const char *record_of(const char *type)
{
	return type && *type != '*' && *type != '[' ? type : NULL;
}

/* The member that the next positional initialiser is for. */
static char *positional_key(struct lower *l, const struct ast *init, unsigned int index,
			    const char **name)
{
	const char *const *fields = record_of(init->type) ? ast_record_fields(l->unit, init) : NULL;
	char *key = NULL;

	*name = NULL;
	for (unsigned int i = 0; fields && fields[i]; i++) {
		if (i == index) {
			*name = fields[i];
			key = g_strconcat(init->type, "::", fields[i], NULL);
			break;
		}
	}
	g_free((void *)fields);
	return key;
}

static unsigned int field_position(struct lower *l, const struct ast *init, const char *name)
{
	const char *const *fields = ast_record_fields(l->unit, init);
	unsigned int i;

	for (i = 0; fields && fields[i] && strcmp(fields[i], name); i++)
		;
	g_free((void *)fields);
	return i;
}

static const struct ast *last_child(const struct ast *a)
{
	const struct ast *child = a->first;

	while (child && child->next)
		child = child->next;
	return child;
}

static void lower_init_value(struct lower *l, struct expr *target, const struct ast *value)
{
	const struct ast *inner = skip_parens(value);

	if (value->kind == AST_INIT_LIST)
		lower_init(l, target, value);
	else if (inner->kind == AST_COMPOUND_LITERAL && inner->first &&
		 inner->first->kind == AST_INIT_LIST && record_of(inner->type))
		lower_init(l, target, inner->first);
	else
		emit_assign(l, target, lower_value(l, value), value);
}

/* The element that an initialiser of an array is for; -1 if it is not known. */
static gint64 element_index(const struct ast *child, gint64 next, const struct ast **value)
{
	*value = child;
	/* "[X] = value" comes as an unnamed expression over both. */
	if (child->kind != AST_OTHER || child->n_children != 2)
		return next;
	*value = child->first->next;
	return child->first->constant ? child->first->value : -1;
}

static void lower_elements(struct lower *l, struct expr *target, const struct ast *init)
{
	const char *type = g_str_has_prefix(init->type, "[]") ? init->type + 2 : NULL;
	gint64 next = 0;

	for (const struct ast *child = init->first; child; child = child->next) {
		const struct ast *value;
		gint64 index = element_index(child, next, &value);
		struct expr *to;

		if (index < 0 || init->n_children > ELEMENTS_MAX) {
			lower_value(l, value);
			continue;
		}
		to = make_named(l, EXPR_INDEX, NULL, type, target);
		to->b = make_int(l, index);
		lower_init_value(l, to, value);
		next = index + 1;
	}
}

/* Assigns the members that an initialiser list names to those of an object. */
static void lower_init(struct lower *l, struct expr *target, const struct ast *init)
{
	unsigned int index = 0;

	if (init->type && *init->type == '[') {
		lower_elements(l, target, init);
		return;
	}
	for (const struct ast *child = init->first; child; child = child->next) {
		if (child->kind == AST_DESIGNATED) {
			const struct ast *value = last_child(child);
			struct expr *to = target;

			for (const struct ast *step = child->first; step != value;
			     step = step->next) {
				if (step->kind != AST_MEMBER_REF || !step->field)
					continue;
				to = make_named(l, EXPR_FIELD, step->field, step->type, to);
				if (step == child->first && step->name && record_of(init->type))
					index = field_position(l, init, step->name) + 1;
			}
			lower_init_value(l, to, value);
		} else {
			const char *name;
			g_autofree char *key = positional_key(l, init, index++, &name);

			if (key)
				lower_init_value(
					l, make_named(l, EXPR_FIELD, key, child->type, target),
					child);
			else
				lower_value(l, child);
		}
	}
}

static bool all_elements_known(const struct ast *init)
{
	const struct ast *value;

	if (!init->type || *init->type != '[')
		return true;
	for (const struct ast *child = init->first; child; child = child->next)
		if (element_index(child, 0, &value) < 0)
			return false;
	return init->n_children <= ELEMENTS_MAX;
}

/* As lower_init(), of a whole local: what the list leaves out is zero. */
static void lower_local_init(struct lower *l, struct expr *target, const struct ast *init)
{
	emit_assign(l, target,
		    all_elements_known(init) ? make_int(l, 0) : make_unknown(l, init->type), init);
	lower_init(l, target, init);
}

/* ---- statements ---- */

static void lower_if(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *then = cond ? cond->next : NULL;
	const struct ast *otherwise = then ? then->next : NULL;
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
	g_autoptr(GArray) after = edges_new();

	if (!then)
		return;
	lower_condition(l, cond, yes, no);
	edges_move(l->pending, yes);
	lower_statement(l, then);
	edges_move(after, l->pending);
	edges_move(l->pending, no);
	if (otherwise)
		lower_statement(l, otherwise);
	edges_move(l->pending, after);
}

static void jump_enter(struct lower *l, struct jump *jump, bool loop)
{
	jump->breaks = edges_new();
	jump->continues = loop ? edges_new() : NULL;
	jump->cases = loop ? NULL : g_array_new(FALSE, FALSE, sizeof(struct fact_case));
	jump->default_node = -1;
	jump->outer = l->jump;
	l->jump = jump;
}

static void jump_leave(struct lower *l, struct jump *jump)
{
	l->jump = jump->outer;
	edges_move(l->pending, jump->breaks);
	g_array_unref(jump->breaks);
	if (jump->continues)
		g_array_unref(jump->continues);
	if (jump->cases)
		g_array_unref(jump->cases);
}

static void loop_back(struct lower *l, int head)
{
	if (l->pending->len)
		node_at(l, head)->kind = NODE_LOOP;
	patch(l, l->pending, head);
	g_array_set_size(l->pending, 0);
}

static void lower_while(struct lower *l, const struct ast *a)
{
	const struct ast *cond = a->first;
	const struct ast *body = cond ? cond->next : NULL;
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
	int head;

	if (!body)
		return;
	head = emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	lower_condition(l, cond, yes, no);
	edges_move(l->pending, yes);
	lower_statement(l, body);
	edges_move(l->pending, jump.continues);
	loop_back(l, head);
	edges_move(l->pending, no);
	jump_leave(l, &jump);
}

static void lower_do(struct lower *l, const struct ast *a)
{
	const struct ast *body = a->first;
	const struct ast *cond = body ? body->next : NULL;
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
	int head;

	if (!cond)
		return;
	head = emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	lower_statement(l, body);
	edges_move(l->pending, jump.continues);
	lower_condition(l, cond, yes, no);
	edges_move(l->pending, yes);
	loop_back(l, head);
	edges_move(l->pending, no);
	jump_leave(l, &jump);
}

static void lower_for(struct lower *l, const struct ast *a)
{
	unsigned int parts = ast_for_parts(l->unit, a);
	const struct ast *child = a->first;
	const struct ast *cond = NULL, *step = NULL;
	const struct ast *body = last_child(a);
	struct jump jump = { 0 };
	g_autoptr(GArray) yes = edges_new();
	g_autoptr(GArray) no = edges_new();
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
	head = emit_step(l, NODE_NOP, a);
	jump_enter(l, &jump, true);
	if (cond) {
		lower_condition(l, cond, yes, no);
		edges_move(l->pending, yes);
	}
	lower_statement(l, body);
	edges_move(l->pending, jump.continues);
	if (step)
		lower_effect(l, step);
	loop_back(l, head);
	edges_move(l->pending, no);
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
	index = emit(l, NODE_SWITCH, a);
	n = node_at(l, index);
	n->a = e;
	n->text = facts_string(l->facts, ast_text(l->unit, value));
	jump_enter(l, &jump, false);
	lower_statement(l, body);
	n = node_at(l, index);
	n->n_cases = jump.cases->len;
	n->cases = facts_alloc(l->facts, jump.cases->len * sizeof(*n->cases));
	if (jump.cases->len)
		memcpy(n->cases, jump.cases->data, jump.cases->len * sizeof(*n->cases));
	if (jump.default_node >= 0)
		n->next[0] = jump.default_node;
	else
		edge_add(l->pending, index, 0);
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
	node = emit_step(l, NODE_NOP, a);
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
		lower_statement(l, last_child(a));
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
		edges = edges_new();
		g_hash_table_insert(l->gotos, (void *)a->name, edges);
	}
	edges_move(edges, l->pending);
}

/* Parameters of the type of a pointer to functions come before what it is set to. */
static const struct ast *initializer_of(const struct ast *var)
{
	const struct ast *init = var->first;

	while (init && init->kind == AST_PARAM)
		init = init->next;
	return init;
}

static void lower_declaration(struct lower *l, const struct ast *var)
{
	const struct ast *init = initializer_of(var);
	const struct ast *inner = skip_parens(init);

	if (var->is_static) {
		g_autofree char *id = g_strconcat(l->function->file, ":", l->function->name, ".",
						  var->name, NULL);

		lower_variable(l->facts, l->unit, var, id, l->function->file);
		return;
	}
	if (!init) {
		local_of(l, var);
		return;
	}
	if (inner->kind == AST_COMPOUND_LITERAL && inner->first && record_of(inner->type))
		init = inner->first;
	if (init->kind == AST_INIT_LIST)
		lower_local_init(l, make_local(l, local_of(l, var)), init);
	else
		emit_assign(l, make_local(l, local_of(l, var)), lower_value(l, init), var);
}

static void lower_return(struct lower *l, const struct ast *a)
{
	struct expr *value = a->first ? lower_value(l, a->first) : NULL;
	struct fact_node *n = node_at(l, emit(l, NODE_RETURN, a));

	n->a = value;
}

static void lower_jump(struct lower *l, const struct ast *a)
{
	struct jump *jump = innermost(l, a->kind == AST_CONTINUE);

	if (jump)
		edges_move(a->kind == AST_CONTINUE ? jump->continues : jump->breaks, l->pending);
	g_array_set_size(l->pending, 0);
}

static void lower_statement(struct lower *l, const struct ast *a)
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
				    GINT_TO_POINTER(emit_step(l, NODE_NOP, a) + 1));
		if (a->first)
			lower_statement(l, last_child(a));
		break;
	case AST_DECL:
		for (const struct ast *child = a->first; child; child = child->next)
			if (child->kind == AST_VAR)
				lower_declaration(l, child);
		break;
	case AST_ASM:
		emit_warn(l, a);
		index = emit_step(l, NODE_SWITCH, a);
		node_at(l, index)->a = make_unknown(l, "i");
		node_at(l, index)->text = facts_string(l->facts, "asm");
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

/* ---- functions ---- */

/* The node that an edge to index ends at when empty nodes are passed over. */
static int skip_empty(struct lower *l, int index)
{
	for (unsigned int steps = 0; index >= 0 && steps < l->nodes->len; steps++) {
		const struct fact_node *n = node_at(l, index);

		if (n->kind != NODE_NOP || n->next[0] < 0)
			break;
		index = n->next[0];
	}
	return index;
}

static void mark_reachable(struct lower *l, int start, int *numbers)
{
	g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(int));

	g_array_append_val(stack, start);
	while (stack->len) {
		int index = g_array_index(stack, int, stack->len - 1);
		const struct fact_node *n;

		g_array_set_size(stack, stack->len - 1);
		if (index < 0 || numbers[index])
			continue;
		numbers[index] = 1;
		n = node_at(l, index);
		g_array_append_val(stack, n->next[0]);
		g_array_append_val(stack, n->next[1]);
		for (unsigned int i = 0; i < n->n_cases; i++)
			g_array_append_val(stack, n->cases[i].next);
	}
}

/* Drops nodes that nothing leads to and empty ones; the entry becomes the first. */
static void compact(struct lower *l, struct fact_function *f)
{
	g_autofree int *numbers = g_new0(int, l->nodes->len);
	int entry = skip_empty(l, 0);
	int count = 0;

	for (unsigned int i = 0; i < l->nodes->len; i++) {
		struct fact_node *n = node_at(l, (int)i);

		n->next[0] = skip_empty(l, n->next[0]);
		n->next[1] = skip_empty(l, n->next[1]);
		for (unsigned int k = 0; k < n->n_cases; k++)
			n->cases[k].next = skip_empty(l, n->cases[k].next);
	}
	mark_reachable(l, entry, numbers);
	/* The entry is the first node, or what the first ones lead to. */
	for (unsigned int i = 0; i < l->nodes->len; i++)
		numbers[i] = numbers[i] && (int)i != entry ? ++count : (int)i == entry ? 0 : -1;
	f->n_nodes = (unsigned int)count + 1;
	f->nodes = facts_alloc(l->facts, f->n_nodes * sizeof(*f->nodes));
	for (unsigned int i = 0; i < l->nodes->len; i++) {
		struct fact_node *n = node_at(l, (int)i);

		if (numbers[i] < 0)
			continue;
		for (int s = 0; s < 2; s++)
			if (n->next[s] >= 0)
				n->next[s] = numbers[n->next[s]];
		for (unsigned int k = 0; k < n->n_cases; k++)
			n->cases[k].next = numbers[n->cases[k].next];
		f->nodes[numbers[i]] = *n;
	}
}

static gint compare_cases(gconstpointer a, gconstpointer b)
{
	return ((const struct fact_case *)a)->next - ((const struct fact_case *)b)->next;
}

static void patch_gotos(struct lower *l)
{
	GHashTableIter iter;
	void *name, *edges;

	g_hash_table_iter_init(&iter, l->gotos);
	while (g_hash_table_iter_next(&iter, &name, &edges)) {
		int target = GPOINTER_TO_INT(g_hash_table_lookup(l->labels, name)) - 1;

		if (target < 0) {
			l->truncated = "a goto without its label";
			continue;
		}
		patch(l, edges, target);
		for (unsigned int i = 0; i < ((GArray *)edges)->len; i++)
			if (g_array_index((GArray *)edges, struct edge, i).node >= target)
				node_at(l, target)->kind = NODE_LOOP;
	}
}

/* Lets inline assembly go on at labels that no goto names; drops its nodes if there are none. */
static void patch_asms(struct lower *l)
{
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fact_case));
	GHashTableIter iter;
	void *name, *label;

	g_hash_table_iter_init(&iter, l->labels);
	while (g_hash_table_iter_next(&iter, &name, &label)) {
		struct fact_case c = { 1, 0, GPOINTER_TO_INT(label) - 1 };

		if (!g_hash_table_contains(l->gotos, name))
			g_array_append_val(cases, c);
	}
	g_array_sort(cases, compare_cases);
	for (unsigned int i = 0; i < l->asms->len; i++) {
		struct fact_node *n = node_at(l, g_array_index(l->asms, int, i));

		if (!cases->len) {
			n->kind = NODE_NOP;
			continue;
		}
		n->n_cases = cases->len;
		n->cases = facts_alloc(l->facts, cases->len * sizeof(*n->cases));
		memcpy(n->cases, cases->data, cases->len * sizeof(*n->cases));
	}
}

static void lower_begin(struct lower *l, struct facts *facts, struct ast_unit *unit,
			const struct ast_function *f)
{
	memset(l, 0, sizeof(*l));
	l->facts = facts;
	l->unit = unit;
	l->function = f;
	l->nodes = g_array_new(FALSE, FALSE, sizeof(struct fact_node));
	l->locals = g_array_new(FALSE, FALSE, sizeof(struct fact_local));
	l->local_index = g_hash_table_new(NULL, NULL);
	l->pending = edges_new();
	l->asms = g_array_new(FALSE, FALSE, sizeof(int));
	l->labels = g_hash_table_new(g_str_hash, g_str_equal);
	l->gotos =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
}

static void lower_end(struct lower *l)
{
	g_hash_table_unref(l->gotos);
	g_hash_table_unref(l->labels);
	g_array_unref(l->asms);
	g_array_unref(l->pending);
	g_hash_table_unref(l->local_index);
	g_array_unref(l->locals);
	g_array_unref(l->nodes);
}

void lower_function(struct facts *facts, struct ast_unit *unit, const struct ast_function *f)
{
	struct fact_function *out = facts_alloc(facts, sizeof(*out));
	struct lower l;

	lower_begin(&l, facts, unit, f);
	out->facts = facts;
	out->id = facts_string(facts, f->id);
	out->name = facts_string(facts, f->name);
	out->file = facts_string(facts, f->file);
	out->line = f->line;
	out->column = f->column;
	out->linkage = !f->is_static ? LINKAGE_EXTERN :
		       f->in_header  ? LINKAGE_INLINE :
				       LINKAGE_STATIC;
	out->type = facts_string(facts, f->type);
	out->n_params = f->n_params;
	for (unsigned int i = 0; i < f->n_params; i++)
		local_of(&l, f->params[i]);
	emit_step(&l, NODE_NOP, NULL);
	lower_statement(&l, f->body);
	emit(&l, NODE_END, NULL);
	patch_gotos(&l);
	patch_asms(&l);
	if (f->too_deep)
		l.truncated = "nested deeper than the bound";
	out->truncated = facts_string(facts, l.truncated);
	compact(&l, out);
	out->n_locals = l.locals->len;
	out->locals = facts_alloc(facts, l.locals->len * sizeof(*out->locals));
	if (l.locals->len)
		memcpy(out->locals, l.locals->data, l.locals->len * sizeof(*out->locals));
	g_ptr_array_add(facts->functions, out);
	lower_end(&l);
}

/* ---- variables ---- */

struct members {
	struct lower l;
	GArray *rows; /* struct fact_member */
	bool in_array;
};

static void member_row(struct members *m, const char *path, const char *field, const char *type,
		       struct expr *value, const struct ast *a)
{
	/* "a.b = 1, a.c = 2" begins the record a only once. */
	for (unsigned int i = 0; !value && i < m->rows->len; i++)
		if (!strcmp(g_array_index(m->rows, struct fact_member, i).path, path))
			return;
	struct fact_member row = {
		.path = facts_string(m->l.facts, path),
		.field = facts_string(m->l.facts, field ? field : ""),
		.type = facts_string(m->l.facts, type ? type : "-"),
		.value = value,
		.line = a->line,
		.column = a->column,
	};

	g_array_append_val(m->rows, row);
}

static bool is_symbol(const struct expr *e)
{
	while (e && (e->kind == EXPR_CAST || e->kind == EXPR_ADDRESS || e->kind == EXPR_INDEX ||
		     e->kind == EXPR_FIELD))
		e = e->a;
	return e && (e->kind == EXPR_FUNCTION || e->kind == EXPR_GLOBAL);
}

static void lower_members(struct members *m, const struct ast *init, const char *prefix);

static void lower_member_value(struct members *m, const struct ast *value, const char *path,
			       const char *field, const char *type)
{
	const struct ast *inner = skip_parens(value);

	if (inner->kind == AST_COMPOUND_LITERAL && inner->first && record_of(inner->type))
		value = inner->first;
	if (value->kind == AST_INIT_LIST) {
		if (record_of(value->type))
			member_row(m, path, field, value->type, NULL, value);
		lower_members(m, value, path);
		return;
	}
	m->l.depth = 0;
	struct expr *e = lower_value(&m->l, value);

	/* Tables of identifiers and the like are long; only what points somewhere counts. */
	if (m->in_array && !is_symbol(e))
		return;
	member_row(m, path, field, type, e, value);
}

static void lower_members(struct members *m, const struct ast *init, const char *prefix)
{
	bool record = record_of(init->type) != NULL;
	unsigned int index = 0;

	for (const struct ast *child = init->first; child; child = child->next) {
		g_autoptr(GString) path = g_string_new(prefix);
		const struct ast *value = child;
		const char *field = NULL, *type = child->type;
		g_autofree char *key = NULL;

		if (child->kind == AST_DESIGNATED) {
			value = last_child(child);
			for (const struct ast *s = child->first; s != value; s = s->next) {
				if (s->kind != AST_MEMBER_REF)
					continue;
				if (path->len)
					g_string_append_c(path, '.');
				g_string_append(path, s->name);
				field = s->field;
				type = s->type;
				if (s->next != value && record_of(type))
					member_row(m, path->str, field, type, NULL, s);
				if (s == child->first && record)
					index = field_position(&m->l, init, s->name) + 1;
			}
		} else if (record) {
			const char *name;

			key = positional_key(&m->l, init, index++, &name);
			field = key;
			if (path->len)
				g_string_append_c(path, '.');
			g_string_append(path, name ? name : "?");
		} else {
			/* "[X] = value" comes as an unnamed expression over both. */
			if (child->kind == AST_OTHER && child->n_children == 2)
				value = last_child(child);
			g_string_append_printf(path, "[%u]", index++);
			m->in_array = true;
		}
		lower_member_value(m, value, path->str, field, type);
	}
}

void lower_variable(struct facts *facts, struct ast_unit *unit, const struct ast *var,
		    const char *id, const char *file)
{
	struct members m = { 0 };
	struct fact_table *t;
	const struct ast *init = initializer_of(var);
	bool is_pointer = !strcmp(var->type, "fn(vma)");
	struct ast_function none = { .file = file, .name = var->name };

	if (!is_pointer &&
	    (!record_of(var->record) || !strcmp(var->record, "i") || !strcmp(var->record, "b") ||
	     !strcmp(var->record, "-") || g_str_has_prefix(var->record, "fn")))
		return;
	lower_begin(&m.l, facts, unit, &none);
	m.rows = g_array_new(FALSE, FALSE, sizeof(struct fact_member));
	emit_step(&m.l, NODE_NOP, NULL);
	if (init && skip_parens(init)->kind == AST_COMPOUND_LITERAL)
		init = skip_parens(init)->first;
	if (init && init->kind == AST_INIT_LIST)
		lower_members(&m, init, "");
	else if (init && is_pointer)
		lower_member_value(&m, init, "", NULL, var->type);
	t = facts_alloc(facts, sizeof(*t));
	t->facts = facts;
	t->id = facts_string(facts, id);
	t->name = facts_string(facts, var->name);
	t->record = facts_string(facts, var->record);
	t->file = facts_string(facts, file);
	t->line = var->line;
	t->column = var->column;
	t->is_static = var->is_static;
	t->has_initializer = init != NULL;
	t->n_members = m.rows->len;
	t->members = facts_alloc(facts, m.rows->len * sizeof(*t->members));
	if (m.rows->len)
		memcpy(t->members, m.rows->data, m.rows->len * sizeof(*t->members));
	g_ptr_array_add(facts->tables, t);
	g_array_unref(m.rows);
	lower_end(&m.l);
}

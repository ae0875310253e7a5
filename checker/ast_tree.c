// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: cursors to trees.
 *
 * Trees are built by nested clang_visitChildren() calls, bounded by BOUND_TREE_DEPTH:
 * libclang's own recursion is what may overflow the stack of a worker.
 */
#include <string.h>

#include "bounds.h"
#include "ast_private.h"

struct ast_block {
	struct ast nodes[256];
	CXCursor cursors[256];
};

void ast_queue_function(struct ast_unit *unit, CXCursor decl, const char *id)
{
	CXCursor definition = clang_getCursorDefinition(decl);
	struct queued *q;

	if (clang_Cursor_isNull(definition) || g_hash_table_contains(unit->queued, id))
		return;
	if (ast_file_is_source(unit, ast_cursor_place(definition, NULL, NULL)))
		return;
	g_hash_table_add(unit->queued, (void *)id);
	q = g_new0(struct queued, 1);
	q->cursor = definition;
	q->id = id;
	g_ptr_array_add(unit->queue, q);
}

const struct ast *ast_last_child(const struct ast *node)
{
	const struct ast *child = node->first;

	while (child && child->next)
		child = child->next;
	return child;
}

static struct ast *new_node(struct ast_unit *unit, CXCursor cursor)
{
	struct ast_block *block;
	guint i = unit->arena_used % 256;
	struct ast *node;

	if (unit->arena_used / 256 >= unit->arena->len)
		g_ptr_array_add(unit->arena, g_new(struct ast_block, 1));
	block = unit->arena->pdata[unit->arena_used / 256];
	unit->arena_used++;
	block->cursors[i] = cursor;
	node = &block->nodes[i];
	memset(node, 0, sizeof(*node));
	node->cursor = &block->cursors[i];
	return node;
}

static enum ast_unary unary_op(CXCursor cursor)
{
	switch (clang_getCursorUnaryOperatorKind(cursor)) {
	case CXUnaryOperator_LNot:
		return AST_UNARY_NOT;
	case CXUnaryOperator_Not:
		return AST_UNARY_COMPLEMENT;
	case CXUnaryOperator_Minus:
		return AST_UNARY_MINUS;
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
		return AST_UNARY_PLUS;
	case CXUnaryOperator_Deref:
		return AST_UNARY_DEREF;
	case CXUnaryOperator_AddrOf:
		return AST_UNARY_ADDRESS;
	case CXUnaryOperator_PreInc:
		return AST_UNARY_INCREMENT;
	case CXUnaryOperator_PreDec:
		return AST_UNARY_DECREMENT;
	case CXUnaryOperator_PostInc:
		return AST_UNARY_POST_INCREMENT;
	case CXUnaryOperator_PostDec:
		return AST_UNARY_POST_DECREMENT;
	default:
		return AST_UNARY_OTHER;
	}
}

static void set_binary(struct ast *node, CXCursor cursor)
{
	static const enum expr_op ops[] = {
		[CXBinaryOperator_Mul] = OP_MUL,       [CXBinaryOperator_Div] = OP_DIV,
		[CXBinaryOperator_Rem] = OP_REM,       [CXBinaryOperator_Add] = OP_ADD,
		[CXBinaryOperator_Sub] = OP_SUB,       [CXBinaryOperator_Shl] = OP_SHL,
		[CXBinaryOperator_Shr] = OP_SHR,       [CXBinaryOperator_LT] = OP_LT,
		[CXBinaryOperator_GT] = OP_GT,	       [CXBinaryOperator_LE] = OP_LE,
		[CXBinaryOperator_GE] = OP_GE,	       [CXBinaryOperator_EQ] = OP_EQ,
		[CXBinaryOperator_NE] = OP_NE,	       [CXBinaryOperator_And] = OP_AND,
		[CXBinaryOperator_Xor] = OP_XOR,       [CXBinaryOperator_Or] = OP_OR,
		[CXBinaryOperator_MulAssign] = OP_MUL, [CXBinaryOperator_DivAssign] = OP_DIV,
		[CXBinaryOperator_RemAssign] = OP_REM, [CXBinaryOperator_AddAssign] = OP_ADD,
		[CXBinaryOperator_SubAssign] = OP_SUB, [CXBinaryOperator_ShlAssign] = OP_SHL,
		[CXBinaryOperator_ShrAssign] = OP_SHR, [CXBinaryOperator_AndAssign] = OP_AND,
		[CXBinaryOperator_XorAssign] = OP_XOR, [CXBinaryOperator_OrAssign] = OP_OR,
	};
	enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);

	if (cursor.kind == CXCursor_CompoundAssignOperator)
		node->kind = AST_COMPOUND_ASSIGN;
	else if (kind == CXBinaryOperator_Assign)
		node->kind = AST_ASSIGN;
	else if (kind == CXBinaryOperator_Comma)
		node->kind = AST_COMMA;
	else if (kind == CXBinaryOperator_LAnd)
		node->kind = AST_LOGICAL_AND;
	else if (kind == CXBinaryOperator_LOr)
		node->kind = AST_LOGICAL_OR;
	else
		node->kind = AST_BINARY;
	if ((size_t)kind < G_N_ELEMENTS(ops))
		node->op = (int)ops[kind];
}

/* Sets a constant's value if the library can tell it. */
static void evaluate(struct ast *node, CXCursor cursor)
{
	CXEvalResult result = clang_Cursor_Evaluate(cursor);

	if (!result)
		return;
	if (clang_EvalResult_getKind(result) == CXEval_Int) {
		node->constant = true;
		node->value = clang_EvalResult_isUnsignedInt(result) ?
				      (gint64)clang_EvalResult_getAsUnsigned(result) :
				      (gint64)clang_EvalResult_getAsLongLong(result);
	}
	clang_EvalResult_dispose(result);
}

static void set_reference(struct ast_unit *unit, struct ast *node, CXCursor cursor)
{
	CXCursor decl = clang_getCursorReferenced(cursor);

	node->kind = AST_REF;
	node->type = ast_short_type(unit, clang_getCursorType(cursor));
	switch (decl.kind) {
	case CXCursor_FunctionDecl:
		node->to = AST_TO_FUNCTION;
		node->name = ast_symbol_id(unit, decl);
		ast_queue_function(unit, decl, node->name);
		break;
	case CXCursor_EnumConstantDecl:
		node->to = AST_TO_CONSTANT;
		node->constant = true;
		node->value = clang_getEnumConstantDeclValue(decl);
		break;
	case CXCursor_ParmDecl:
		node->to = AST_TO_LOCAL;
		node->local = ast_local_id(unit, decl);
		break;
	case CXCursor_VarDecl:
		if (ast_cursor_is_local(decl) &&
		    clang_Cursor_getStorageClass(decl) != CX_SC_Static &&
		    clang_Cursor_getStorageClass(decl) != CX_SC_Extern) {
			node->to = AST_TO_LOCAL;
			node->local = ast_local_id(unit, decl);
		} else {
			node->to = AST_TO_GLOBAL;
			node->name = ast_symbol_id(unit, decl);
		}
		break;
	default:
		node->kind = AST_OTHER;
		break;
	}
}

static void set_variable(struct ast_unit *unit, struct ast *node, CXCursor cursor)
{
	CXType type = clang_getCursorType(cursor);
	const char *record;

	node->kind = AST_VAR;
	node->name = ast_take_string(unit, clang_getCursorSpelling(cursor));
	node->type = ast_short_type(unit, type);
	for (record = node->type; g_str_has_prefix(record, "[]");)
		record += 2;
	node->record = record;
	node->is_static = clang_Cursor_getStorageClass(cursor) == CX_SC_Static;
	if (!node->is_static)
		node->local = ast_local_id(unit, cursor);
}

struct children {
	struct ast_unit *unit;
	struct ast *parent;
	struct ast *last;
	unsigned int depth;
};

static enum CXChildVisitResult add_child(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct children *c = data;
	struct ast *child;

	(void)parent;
	/* Types and attributes say nothing that the short types do not. */
	if (cursor.kind == CXCursor_TypeRef || clang_isAttribute(cursor.kind))
		return CXChildVisit_Continue;
	child = ast_build(c->unit, cursor, c->depth + 1);
	if (!child)
		return CXChildVisit_Continue;
	if (c->last)
		c->last->next = child;
	else
		c->parent->first = child;
	c->last = child;
	c->parent->n_children++;
	return CXChildVisit_Continue;
}

static void build_children(struct ast_unit *unit, struct ast *node, CXCursor cursor,
			   unsigned int depth)
{
	struct children c = { unit, node, NULL, depth };

	if (depth >= BOUND_TREE_DEPTH) {
		unit->too_deep = true;
		return;
	}
	clang_visitChildren(cursor, add_child, &c);
}

/*
 * An expression that the C API does not name: an implicit cast (one child), a
 * designated initialiser, a builtin.  Implicit casts are dropped.
 */
static struct ast *build_unexposed(struct ast_unit *unit, struct ast *node, CXCursor cursor,
				   unsigned int depth)
{
	build_children(unit, node, cursor, depth);
	if (!node->first) {
		set_reference(unit, node, cursor);
		if (node->kind == AST_OTHER)
			evaluate(node, cursor);
		return node;
	}
	if (node->first->kind == AST_MEMBER_REF) {
		node->kind = AST_DESIGNATED;
		return node;
	}
	if (node->n_children == 1) {
		struct ast *only = node->first;

		only->next = NULL;
		return only;
	}
	node->type = ast_short_type(unit, clang_getCursorType(cursor));
	return node;
}

static void set_statement_kind(struct ast *node, enum CXCursorKind kind)
{
	switch (kind) {
	case CXCursor_CompoundStmt:
		node->kind = AST_COMPOUND;
		break;
	case CXCursor_IfStmt:
		node->kind = AST_IF;
		break;
	case CXCursor_SwitchStmt:
		node->kind = AST_SWITCH;
		break;
	case CXCursor_CaseStmt:
		node->kind = AST_CASE;
		break;
	case CXCursor_DefaultStmt:
		node->kind = AST_DEFAULT;
		break;
	case CXCursor_WhileStmt:
		node->kind = AST_WHILE;
		break;
	case CXCursor_DoStmt:
		node->kind = AST_DO;
		break;
	case CXCursor_ForStmt:
		node->kind = AST_FOR;
		break;
	case CXCursor_GotoStmt:
	case CXCursor_IndirectGotoStmt:
		node->kind = AST_GOTO;
		break;
	case CXCursor_ContinueStmt:
		node->kind = AST_CONTINUE;
		break;
	case CXCursor_BreakStmt:
		node->kind = AST_BREAK;
		break;
	case CXCursor_ReturnStmt:
		node->kind = AST_RETURN;
		break;
	case CXCursor_LabelStmt:
		node->kind = AST_LABEL;
		break;
	case CXCursor_DeclStmt:
		node->kind = AST_DECL;
		break;
	case CXCursor_NullStmt:
		node->kind = AST_NULL;
		break;
	case CXCursor_GCCAsmStmt:
		node->kind = AST_ASM;
		break;
	default:
		node->kind = AST_OTHER;
		break;
	}
}

/* In a cast to typeof(x) the library visits x too, before what is cast. */
static void drop_type_operands(struct ast *node)
{
	while (node->first && node->first->next)
		node->first = node->first->next;
	node->n_children = node->first != NULL;
}

static struct ast *build_expression(struct ast_unit *unit, struct ast *node, CXCursor cursor,
				    unsigned int depth)
{
	CXCursor decl;

	switch (cursor.kind) {
	case CXCursor_IntegerLiteral:
	case CXCursor_CharacterLiteral:
		node->kind = AST_INT;
		evaluate(node, cursor);
		return node;
	case CXCursor_StringLiteral:
	case CXCursor_FloatingLiteral:
		node->kind = AST_STRING;
		return node;
	case CXCursor_DeclRefExpr:
		set_reference(unit, node, cursor);
		return node;
	case CXCursor_MemberRef:
		decl = clang_getCursorReferenced(cursor);
		node->kind = AST_MEMBER_REF;
		node->name = ast_take_string(unit, clang_getCursorSpelling(cursor));
		if (decl.kind == CXCursor_FieldDecl) {
			node->field = ast_field_key(unit, decl);
			node->type = ast_short_type(unit, clang_getCursorType(decl));
		}
		return node;
	case CXCursor_MemberRefExpr:
		decl = clang_getCursorReferenced(cursor);
		node->kind = AST_MEMBER;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		if (decl.kind == CXCursor_FieldDecl)
			node->field = ast_field_key(unit, decl);
		break;
	case CXCursor_CallExpr:
		node->kind = AST_CALL;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_UnaryOperator:
		node->kind = AST_UNARY;
		node->op = (int)unary_op(cursor);
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		set_binary(node, cursor);
		break;
	case CXCursor_ConditionalOperator:
		node->kind = AST_CONDITIONAL;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_CStyleCastExpr:
		node->kind = AST_CAST;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_ParenExpr:
		node->kind = AST_PAREN;
		break;
	case CXCursor_ArraySubscriptExpr:
		node->kind = AST_SUBSCRIPT;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_InitListExpr:
		node->kind = AST_INIT_LIST;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_CompoundLiteralExpr:
		node->kind = AST_COMPOUND_LITERAL;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_StmtExpr:
		node->kind = AST_STMT_EXPR;
		node->type = ast_short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_UnaryExpr:
		node->kind = AST_SIZEOF;
		evaluate(node, cursor);
		return node;
	default:
		return build_unexposed(unit, node, cursor, depth);
	}
	build_children(unit, node, cursor, depth);
	if (node->kind == AST_CAST || node->kind == AST_COMPOUND_LITERAL)
		drop_type_operands(node);
	/* Members of an unnamed struct or union are members of the record around it. */
	if (node->kind == AST_MEMBER && node->field && strchr(node->field, '(') && node->first)
		return node->first;
	return node;
}

struct ast *ast_build(struct ast_unit *unit, CXCursor cursor, unsigned int depth)
{
	struct ast *node;

	if (clang_isDeclaration(cursor.kind)) {
		if (cursor.kind != CXCursor_VarDecl)
			return NULL;
		node = new_node(unit, cursor);
		ast_cursor_place(cursor, &node->line, &node->column);
		set_variable(unit, node, cursor);
		cursor = clang_Cursor_getVarDeclInitializer(cursor);
		if (!clang_Cursor_isNull(cursor) && !clang_isInvalid(cursor.kind)) {
			node->first = ast_build(unit, cursor, depth + 1);
			node->n_children = node->first != NULL;
		}
		return node;
	}
	node = new_node(unit, cursor);
	ast_cursor_place(cursor, &node->line, &node->column);
	if (cursor.kind == CXCursor_LabelRef) {
		node->name = ast_take_string(unit, clang_getCursorSpelling(cursor));
		return node;
	}
	if (clang_isExpression(cursor.kind) || cursor.kind == CXCursor_MemberRef)
		return build_expression(unit, node, cursor, depth);
	set_statement_kind(node, cursor.kind);
	if (node->kind == AST_LABEL)
		node->name = ast_take_string(unit, clang_getCursorSpelling(cursor));
	build_children(unit, node, cursor, depth);
	if (node->kind == AST_GOTO && node->first)
		node->name = node->first->name;
	return node;
}

void ast_release_trees(struct ast_unit *unit)
{
	/* The blocks are kept for the next tree. */
	unit->arena_used = 0;
}

void ast_build_function(struct ast_unit *unit, CXCursor cursor,
			void (*visit)(struct ast_unit *unit, const struct ast_function *f,
				      void *data),
			void *data)
{
	struct ast_function f = { 0 };
	int n = clang_Cursor_getNumArguments(cursor);
	CXFile file = ast_cursor_place(cursor, &f.line, &f.column);
	g_autofree struct ast **params = g_new0(struct ast *, n > 0 ? n : 1);
	struct ast holder = { 0 };
	struct children c = { unit, &holder, NULL, 0 };

	ast_release_trees(unit);
	f.id = ast_symbol_id(unit, cursor);
	f.name = ast_take_string(unit, clang_getCursorSpelling(cursor));
	f.file = ast_file_path(unit, file);
	f.is_static = clang_getCursorLinkage(cursor) != CXLinkage_External;
	f.in_header = !ast_file_is_source(unit, file);
	f.type = ast_short_type(unit, clang_getCursorResultType(cursor));
	for (int i = 0; i < n; i++) {
		CXCursor param = clang_Cursor_getArgument(cursor, (unsigned int)i);

		params[i] = new_node(unit, param);
		ast_cursor_place(param, &params[i]->line, &params[i]->column);
		set_variable(unit, params[i], param);
		params[i]->kind = AST_PARAM;
	}
	f.params = params;
	f.n_params = n > 0 ? (unsigned int)n : 0;
	unit->too_deep = false;
	clang_visitChildren(cursor, add_child, &c);
	for (struct ast *child = holder.first; child; child = child->next)
		if (child->kind == AST_COMPOUND)
			f.body = child;
	f.too_deep = unit->too_deep;
	if (f.body)
		visit(unit, &f, data);
}

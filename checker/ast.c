// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: wraps libclang.  No other file includes its headers; every string of the
 * library is copied and released where it is born.
 *
 * Trees are built by nested clang_visitChildren() calls, bounded by DEPTH_MAX:
 * libclang's own recursion is what may overflow the stack of a worker.
 */
#include <clang-c/Index.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "facts.h"

#define DEPTH_MAX 300
#define TEXT_MAX 400
#define ERRORS_MAX 20

struct ast_unit {
	CXIndex index;
	CXTranslationUnit tu;
	CXFile main_file;
	char *root;
	char *build;
	GStringChunk *strings;
	GPtrArray *errors; /* const char * */
	bool fatal;
	GPtrArray *inclusions; /* char * */
	GHashTable *paths;     /* CXFile -> const char * (relative path) */
	GHashTable *sources;   /* CXFile -> itself, if functions of it count as the file's own */
	GHashTable *types;     /* CXType -> const char * (short type) */
	GHashTable *cursors;   /* CXCursor of a declaration -> const char * (id or field key) */
	GHashTable *locals;    /* CXCursor of a local -> guint */
	GHashTable *queued;    /* ids of header functions seen so far */
	GPtrArray *queue;      /* struct queued *: not handed out yet */
	GPtrArray *arena;      /* struct ast blocks of the current tree */
	gsize arena_used;
	bool too_deep;
};

struct queued {
	CXCursor cursor;
	const char *id;
};

struct ast_block {
	struct ast nodes[256];
	CXCursor cursors[256];
};

const char *ast_version(void)
{
	static char version[64];
	CXString s;
	const char *digits;

	if (*version)
		return version;
	s = clang_getClangVersion();
	digits = strstr(clang_getCString(s), "version ");
	digits = digits ? digits + strlen("version ") : clang_getCString(s);
	g_strlcpy(version, digits, sizeof(version));
	for (char *c = version; *c; c++) {
		if (!g_ascii_isdigit(*c) && *c != '.') {
			*c = '\0';
			break;
		}
	}
	clang_disposeString(s);
	return version;
}

const char *ast_check_version(void)
{
#ifdef PFNCHECK_LIBCLANG_MAJOR
	if (atoi(ast_version()) != PFNCHECK_LIBCLANG_MAJOR)
		return "libclang is of another version than its headers; rebuild pfncheck";
#endif
	return NULL;
}

/* ---- keys of tables ---- */

static guint cursor_key_hash(gconstpointer key)
{
	return clang_hashCursor(*(const CXCursor *)key);
}

static gboolean cursor_key_equal(gconstpointer a, gconstpointer b)
{
	return clang_equalCursors(*(const CXCursor *)a, *(const CXCursor *)b) != 0;
}

static guint type_key_hash(gconstpointer key)
{
	const CXType *type = key;

	return g_direct_hash(type->data[0]) ^ (guint)type->kind;
}

static gboolean type_key_equal(gconstpointer a, gconstpointer b)
{
	return clang_equalTypes(*(const CXType *)a, *(const CXType *)b) != 0;
}

static const char *unit_string(struct ast_unit *unit, const char *s)
{
	return g_string_chunk_insert_const(unit->strings, s ? s : "");
}

/* Takes the library's string over. */
static const char *take_string(struct ast_unit *unit, CXString s)
{
	const char *copy = unit_string(unit, clang_getCString(s));

	clang_disposeString(s);
	return copy;
}

/* ---- files and places ---- */

static const char *relative_path(struct ast_unit *unit, const char *path)
{
	gsize n = strlen(unit->root);

	while (g_str_has_prefix(path, "./"))
		path += 2;
	if (!strncmp(path, unit->root, n) && path[n] == '/')
		return unit_string(unit, path + n + 1);
	if (unit->build) {
		n = strlen(unit->build);
		if (!strncmp(path, unit->build, n) && path[n] == '/') {
			g_autofree char *s = g_strconcat("build:", path + n + 1, NULL);

			return unit_string(unit, s);
		}
	}
	return unit_string(unit, path);
}

/* The canonical form of a path, without "a/../"; symbolic links are kept. */
static const char *file_path(struct ast_unit *unit, CXFile file)
{
	const char *known;
	CXString name;
	g_autofree char *canonical = NULL;

	if (!file)
		return "";
	known = g_hash_table_lookup(unit->paths, file);
	if (known)
		return known;
	name = clang_getFileName(file);
	canonical = g_canonicalize_filename(clang_getCString(name), unit->root);
	clang_disposeString(name);
	known = relative_path(unit, canonical);
	g_hash_table_insert(unit->paths, file, (void *)known);
	return known;
}

/* Whether definitions in the file count as the unit's own: itself and included .c files. */
static bool file_is_source(struct ast_unit *unit, CXFile file)
{
	const char *path;

	if (!file)
		return false;
	if (file == unit->main_file || g_hash_table_contains(unit->sources, file))
		return true;
	path = file_path(unit, file);
	if (!g_str_has_suffix(path, ".c"))
		return false;
	g_hash_table_add(unit->sources, file);
	return true;
}

static CXFile cursor_place(CXCursor cursor, unsigned int *line, unsigned int *column)
{
	CXFile file = NULL;

	clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, line, column, NULL);
	return file;
}

/* ---- types and names ---- */

static CXCursor named_record(CXCursor record)
{
	/* Members of unnamed structs and unions belong to the record around them. */
	for (int i = 0; i < 16; i++) {
		CXCursor parent;

		if (!clang_Cursor_isAnonymous(record))
			break;
		parent = clang_getCursorSemanticParent(record);
		if (parent.kind != CXCursor_StructDecl && parent.kind != CXCursor_UnionDecl)
			break;
		record = parent;
	}
	return record;
}

static const char *record_name(struct ast_unit *unit, CXCursor record)
{
	const char *known;
	CXCursor named = named_record(record);
	CXString s;
	const char *text;
	const char *blank;

	known = g_hash_table_lookup(unit->cursors, &named);
	if (known)
		return known;
	/* Unnamed records with a typedef are spelled as the typedef. */
	s = clang_getTypeSpelling(clang_getCursorType(named));
	text = clang_getCString(s);
	blank = strrchr(text, ' ');
	if (strchr(text, '(')) {
		unsigned int line = 0, column = 0;
		CXFile file = cursor_place(named, &line, &column);
		g_autofree char *base = g_path_get_basename(file_path(unit, file));
		g_autofree char *made = g_strdup_printf("anon@%s:%u:%u", base, line, column);

		known = unit_string(unit, made);
	} else {
		known = unit_string(unit, blank ? blank + 1 : text);
	}
	clang_disposeString(s);
	g_hash_table_insert(unit->cursors, g_memdup2(&named, sizeof(named)), (void *)known);
	return known;
}

static bool is_mapping_pointer(struct ast_unit *unit, CXType type);

static const char *short_type(struct ast_unit *unit, CXType type)
{
	CXType canonical = clang_getCanonicalType(type);
	const char *known = g_hash_table_lookup(unit->types, &canonical);
	CXType inner;
	g_autofree char *made = NULL;

	if (known)
		return known;
	switch (canonical.kind) {
	case CXType_Invalid:
		return "-";
	case CXType_Void:
		known = "v";
		break;
	case CXType_Bool:
		known = "b";
		break;
	case CXType_Record:
		known = record_name(unit, clang_getTypeDeclaration(canonical));
		break;
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray:
		made = g_strconcat("[]", short_type(unit, clang_getArrayElementType(canonical)),
				   NULL);
		known = unit_string(unit, made);
		break;
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		known = "fn";
		for (int i = 0; i < clang_getNumArgTypes(canonical); i++)
			if (is_mapping_pointer(unit, clang_getArgType(canonical, (unsigned int)i)))
				known = "fn(vma)";
		break;
	case CXType_Pointer:
		inner = clang_getCanonicalType(clang_getPointeeType(canonical));
		if (inner.kind == CXType_Record) {
			made = g_strconcat("*", short_type(unit, inner), NULL);
			known = unit_string(unit, made);
		} else if (inner.kind == CXType_FunctionProto ||
			   inner.kind == CXType_FunctionNoProto) {
			known = short_type(unit, inner);
		} else {
			known = "*";
		}
		break;
	default:
		known = canonical.kind == CXType_Enum || (canonical.kind >= CXType_Bool &&
							  canonical.kind <= CXType_Int128) ?
				"i" :
				"-";
		break;
	}
	g_hash_table_insert(unit->types, g_memdup2(&canonical, sizeof(canonical)), (void *)known);
	return known;
}

static bool is_mapping_pointer(struct ast_unit *unit, CXType type)
{
	return type_is_mapping(short_type(unit, type));
}

static const char *field_key(struct ast_unit *unit, CXCursor field)
{
	const char *known = g_hash_table_lookup(unit->cursors, &field);
	g_autofree char *made = NULL;
	CXString name;

	if (known)
		return known;
	name = clang_getCursorSpelling(field);
	made = g_strconcat(record_name(unit, clang_getCursorSemanticParent(field)),
			   "::", clang_getCString(name), NULL);
	clang_disposeString(name);
	known = unit_string(unit, made);
	g_hash_table_insert(unit->cursors, g_memdup2(&field, sizeof(field)), (void *)known);
	return known;
}

static bool cursor_is_function_local(CXCursor decl)
{
	CXCursor parent = clang_getCursorSemanticParent(decl);

	return parent.kind == CXCursor_FunctionDecl;
}

/* The id of a function or a variable that is not automatic; see facts.h. */
static const char *symbol_id(struct ast_unit *unit, CXCursor decl)
{
	const char *known = g_hash_table_lookup(unit->cursors, &decl);
	g_autofree char *made = NULL;
	CXString name;
	CXCursor place = decl;

	if (known)
		return known;
	name = clang_getCursorSpelling(decl);
	if (decl.kind == CXCursor_VarDecl && cursor_is_function_local(decl)) {
		CXCursor parent = clang_getCursorSemanticParent(decl);
		CXString function = clang_getCursorSpelling(parent);
		CXFile file = cursor_place(decl, NULL, NULL);

		made = g_strconcat(file_path(unit, file), ":", clang_getCString(function), ".",
				   clang_getCString(name), NULL);
		clang_disposeString(function);
	} else if (clang_getCursorLinkage(decl) == CXLinkage_External) {
		made = g_strdup(clang_getCString(name));
	} else {
		CXCursor definition = clang_getCursorDefinition(decl);

		if (!clang_Cursor_isNull(definition))
			place = definition;
		made = g_strconcat(file_path(unit, cursor_place(place, NULL, NULL)), ":",
				   clang_getCString(name), NULL);
	}
	clang_disposeString(name);
	known = unit_string(unit, made);
	g_hash_table_insert(unit->cursors, g_memdup2(&decl, sizeof(decl)), (void *)known);
	return known;
}

static guint local_id(struct ast_unit *unit, CXCursor decl)
{
	guint id = GPOINTER_TO_UINT(g_hash_table_lookup(unit->locals, &decl));

	if (!id) {
		id = g_hash_table_size(unit->locals) + 1;
		g_hash_table_insert(unit->locals, g_memdup2(&decl, sizeof(decl)),
				    GUINT_TO_POINTER(id));
	}
	return id;
}

/* Notes a header function that a tree refers to. */
static void queue_header_function(struct ast_unit *unit, CXCursor decl, const char *id)
{
	CXCursor definition = clang_getCursorDefinition(decl);
	struct queued *q;

	if (clang_Cursor_isNull(definition) || g_hash_table_contains(unit->queued, id))
		return;
	if (file_is_source(unit, cursor_place(definition, NULL, NULL)))
		return;
	g_hash_table_add(unit->queued, (void *)id);
	q = g_new0(struct queued, 1);
	q->cursor = definition;
	q->id = id;
	g_ptr_array_add(unit->queue, q);
}

/* ---- trees ---- */

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
	node->type = short_type(unit, clang_getCursorType(cursor));
	switch (decl.kind) {
	case CXCursor_FunctionDecl:
		node->to = AST_TO_FUNCTION;
		node->name = symbol_id(unit, decl);
		queue_header_function(unit, decl, node->name);
		break;
	case CXCursor_EnumConstantDecl:
		node->to = AST_TO_CONSTANT;
		node->constant = true;
		node->value = clang_getEnumConstantDeclValue(decl);
		break;
	case CXCursor_ParmDecl:
		node->to = AST_TO_LOCAL;
		node->local = local_id(unit, decl);
		break;
	case CXCursor_VarDecl:
		if (cursor_is_function_local(decl) &&
		    clang_Cursor_getStorageClass(decl) != CX_SC_Static &&
		    clang_Cursor_getStorageClass(decl) != CX_SC_Extern) {
			node->to = AST_TO_LOCAL;
			node->local = local_id(unit, decl);
		} else {
			node->to = AST_TO_GLOBAL;
			node->name = symbol_id(unit, decl);
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
	node->name = take_string(unit, clang_getCursorSpelling(cursor));
	node->type = short_type(unit, type);
	for (record = node->type; g_str_has_prefix(record, "[]");)
		record += 2;
	node->record = record;
	node->is_static = clang_Cursor_getStorageClass(cursor) == CX_SC_Static;
	if (!node->is_static)
		node->local = local_id(unit, cursor);
}

struct children {
	struct ast_unit *unit;
	struct ast *parent;
	struct ast *last;
	unsigned int depth;
};

static struct ast *build(struct ast_unit *unit, CXCursor cursor, unsigned int depth);

static enum CXChildVisitResult add_child(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct children *c = data;
	struct ast *child;

	(void)parent;
	/* Types and attributes say nothing that the short types do not. */
	if (cursor.kind == CXCursor_TypeRef || clang_isAttribute(cursor.kind))
		return CXChildVisit_Continue;
	child = build(c->unit, cursor, c->depth + 1);
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

	if (depth >= DEPTH_MAX) {
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
	node->type = short_type(unit, clang_getCursorType(cursor));
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
		node->name = take_string(unit, clang_getCursorSpelling(cursor));
		if (decl.kind == CXCursor_FieldDecl) {
			node->field = field_key(unit, decl);
			node->type = short_type(unit, clang_getCursorType(decl));
		}
		return node;
	case CXCursor_MemberRefExpr:
		decl = clang_getCursorReferenced(cursor);
		node->kind = AST_MEMBER;
		node->type = short_type(unit, clang_getCursorType(cursor));
		if (decl.kind == CXCursor_FieldDecl)
			node->field = field_key(unit, decl);
		break;
	case CXCursor_CallExpr:
		node->kind = AST_CALL;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_UnaryOperator:
		node->kind = AST_UNARY;
		node->op = (int)unary_op(cursor);
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		set_binary(node, cursor);
		break;
	case CXCursor_ConditionalOperator:
		node->kind = AST_CONDITIONAL;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_CStyleCastExpr:
		node->kind = AST_CAST;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_ParenExpr:
		node->kind = AST_PAREN;
		break;
	case CXCursor_ArraySubscriptExpr:
		node->kind = AST_SUBSCRIPT;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_InitListExpr:
		node->kind = AST_INIT_LIST;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_CompoundLiteralExpr:
		node->kind = AST_COMPOUND_LITERAL;
		node->type = short_type(unit, clang_getCursorType(cursor));
		break;
	case CXCursor_StmtExpr:
		node->kind = AST_STMT_EXPR;
		node->type = short_type(unit, clang_getCursorType(cursor));
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

static struct ast *build(struct ast_unit *unit, CXCursor cursor, unsigned int depth)
{
	struct ast *node;

	if (clang_isDeclaration(cursor.kind)) {
		if (cursor.kind != CXCursor_VarDecl)
			return NULL;
		node = new_node(unit, cursor);
		cursor_place(cursor, &node->line, &node->column);
		set_variable(unit, node, cursor);
		cursor = clang_Cursor_getVarDeclInitializer(cursor);
		if (!clang_Cursor_isNull(cursor) && !clang_isInvalid(cursor.kind)) {
			node->first = build(unit, cursor, depth + 1);
			node->n_children = node->first != NULL;
		}
		return node;
	}
	node = new_node(unit, cursor);
	cursor_place(cursor, &node->line, &node->column);
	if (cursor.kind == CXCursor_LabelRef) {
		node->name = take_string(unit, clang_getCursorSpelling(cursor));
		return node;
	}
	if (clang_isExpression(cursor.kind) || cursor.kind == CXCursor_MemberRef)
		return build_expression(unit, node, cursor, depth);
	set_statement_kind(node, cursor.kind);
	if (node->kind == AST_LABEL)
		node->name = take_string(unit, clang_getCursorSpelling(cursor));
	build_children(unit, node, cursor, depth);
	if (node->kind == AST_GOTO && node->first)
		node->name = node->first->name;
	return node;
}

static void release_trees(struct ast_unit *unit)
{
	/* The blocks are kept for the next tree. */
	unit->arena_used = 0;
}

static void visit_function(struct ast_unit *unit, CXCursor cursor,
			   void (*visit)(struct ast_unit *unit, const struct ast_function *f,
					 void *data),
			   void *data)
{
	struct ast_function f = { 0 };
	int n = clang_Cursor_getNumArguments(cursor);
	CXFile file = cursor_place(cursor, &f.line, &f.column);
	g_autofree struct ast **params = g_new0(struct ast *, n > 0 ? n : 1);
	struct ast holder = { 0 };
	struct children c = { unit, &holder, NULL, 0 };

	release_trees(unit);
	f.id = symbol_id(unit, cursor);
	f.name = take_string(unit, clang_getCursorSpelling(cursor));
	f.file = file_path(unit, file);
	f.is_static = clang_getCursorLinkage(cursor) != CXLinkage_External;
	f.in_header = !file_is_source(unit, file);
	f.type = short_type(unit, clang_getCursorResultType(cursor));
	for (int i = 0; i < n; i++) {
		CXCursor param = clang_Cursor_getArgument(cursor, (unsigned int)i);

		params[i] = new_node(unit, param);
		cursor_place(param, &params[i]->line, &params[i]->column);
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

struct top_level {
	struct ast_unit *unit;
	void (*function)(struct ast_unit *unit, const struct ast_function *f, void *data);
	void (*variable)(struct ast_unit *unit, const struct ast *var, const char *id,
			 const char *file, void *data);
	void *data;
};

static enum CXChildVisitResult visit_top_level(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct top_level *t = data;
	CXFile file;

	(void)parent;
	if (cursor.kind != CXCursor_FunctionDecl && cursor.kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	file = cursor_place(cursor, NULL, NULL);
	if (!file_is_source(t->unit, file))
		return CXChildVisit_Continue;
	if (cursor.kind == CXCursor_FunctionDecl) {
		if (t->function && clang_isCursorDefinition(cursor))
			visit_function(t->unit, cursor, t->function, t->data);
	} else if (t->variable) {
		struct ast *var;

		release_trees(t->unit);
		var = build(t->unit, cursor, 0);
		if (var)
			t->variable(t->unit, var, symbol_id(t->unit, cursor),
				    file_path(t->unit, file), t->data);
	}
	return CXChildVisit_Continue;
}

void ast_each_function(struct ast_unit *unit,
		       void (*visit)(struct ast_unit *unit, const struct ast_function *f,
				     void *data),
		       void *data)
{
	struct top_level t = { unit, visit, NULL, data };

	clang_visitChildren(clang_getTranslationUnitCursor(unit->tu), visit_top_level, &t);
}

void ast_each_variable(struct ast_unit *unit,
		       void (*visit)(struct ast_unit *unit, const struct ast *var, const char *id,
				     const char *file, void *data),
		       void *data)
{
	struct top_level t = { unit, NULL, visit, data };

	clang_visitChildren(clang_getTranslationUnitCursor(unit->tu), visit_top_level, &t);
}

void ast_each_skipped(struct ast_unit *unit,
		      void (*visit)(const char *file, unsigned int first, unsigned int last,
				    void *data),
		      void *data)
{
	CXSourceRangeList *list = clang_getSkippedRanges(unit->tu, unit->main_file);

	for (unsigned int i = 0; list && i < list->count; i++) {
		unsigned int first = 0, last = 0;

		clang_getExpansionLocation(clang_getRangeStart(list->ranges[i]), NULL, &first, NULL,
					   NULL);
		clang_getExpansionLocation(clang_getRangeEnd(list->ranges[i]), NULL, &last, NULL,
					   NULL);
		visit(file_path(unit, unit->main_file), first, last, data);
	}
	if (list)
		clang_disposeSourceRangeList(list);
}

static enum CXChildVisitResult count_children(CXCursor cursor, CXCursor parent, CXClientData data)
{
	unsigned int *n = data;

	(void)cursor;
	(void)parent;
	return ++*n > 3 ? CXChildVisit_Break : CXChildVisit_Continue;
}

static enum CXChildVisitResult find_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
	(void)parent;
	if (cursor.kind != CXCursor_CompoundStmt)
		return CXChildVisit_Continue;
	clang_visitChildren(cursor, count_children, data);
	return CXChildVisit_Break;
}

static bool is_export_type(const char *type)
{
	const char *record = type_pointee(type);

	return record && (!strcmp(record, "dma_buf") || !strcmp(record, "dma_buf_export_info"));
}

bool ast_each_header_function(
	struct ast_unit *unit, bool (*want)(const struct ast_header_function *h, void *data),
	void (*visit)(struct ast_unit *unit, const struct ast_function *f, void *data), void *data)
{
	g_autoptr(GPtrArray) batch = NULL;

	if (!unit->queue->len)
		return false;
	batch = unit->queue;
	unit->queue = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < batch->len; i++) {
		struct queued *q = batch->pdata[i];
		struct ast_header_function h = { .id = q->id };
		unsigned int statements = 0;
		int n = clang_Cursor_getNumArguments(q->cursor);

		h.name = take_string(unit, clang_getCursorSpelling(q->cursor));
		h.takes_export =
			is_export_type(short_type(unit, clang_getCursorResultType(q->cursor)));
		for (int k = 0; k < n; k++) {
			CXCursor param = clang_Cursor_getArgument(q->cursor, (unsigned int)k);
			const char *type = short_type(unit, clang_getCursorType(param));

			h.takes_mapping |= type_is_mapping(type);
			h.takes_export |= is_export_type(type);
		}
		clang_visitChildren(q->cursor, find_body, &statements);
		h.is_small = statements == 1;
		if (want(&h, data))
			visit_function(unit, q->cursor, visit, data);
	}
	return true;
}

/* ---- text ---- */

static const char *file_content(struct ast_unit *unit, CXFile file, size_t *size)
{
	*size = 0;
	return file ? clang_getFileContents(unit->tu, file, size) : NULL;
}

static bool is_name_character(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* The end of an identifier with its parenthesised arguments, if any. */
static size_t end_of_invocation(const char *text, size_t size, size_t at)
{
	int depth = 0;

	while (at < size && is_name_character(text[at]))
		at++;
	if (at >= size || text[at] != '(')
		return at;
	for (; at < size; at++) {
		if (text[at] == '(')
			depth++;
		else if (text[at] == ')' && --depth == 0)
			return at + 1;
	}
	return at;
}

/* The end of the shortest extension of [start, end) with balanced parentheses. */
static size_t balance(const char *text, size_t size, size_t start, size_t end)
{
	int depth = 0;
	size_t at;

	for (at = start; at < end; at++)
		depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
	for (; depth > 0 && at < size && at < start + TEXT_MAX * 4; at++)
		depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
	return at;
}

/*
 * Of text that ends with a macro's expansion inside of another macro's argument the
 * library gives the beginning of that macro as the end.
 */
static size_t skip_last_macro(const char *text, size_t size, size_t end)
{
	if (end < size && is_name_character(text[end]) && !is_name_character(text[end - 1]))
		return end_of_invocation(text, size, end);
	return end;
}

const char *ast_text(struct ast_unit *unit, const struct ast *node)
{
	CXSourceRange range = clang_getCursorExtent(*(const CXCursor *)node->cursor);
	CXFile file = NULL, end_file = NULL;
	unsigned int start = 0, end = 0;
	g_autoptr(GString) out = g_string_new(NULL);
	const char *content;
	size_t size, stop;
	bool blank = false;

	clang_getFileLocation(clang_getRangeStart(range), &file, NULL, NULL, &start);
	clang_getFileLocation(clang_getRangeEnd(range), &end_file, NULL, NULL, &end);
	content = file_content(unit, file, &size);
	if (!content || start >= size)
		return "";
	if (file != end_file || end <= start || end > size)
		stop = end_of_invocation(content, size, start);
	else
		stop = balance(content, size, start, skip_last_macro(content, size, end));
	for (size_t i = start; i < stop && out->len < TEXT_MAX; i++) {
		char c = content[i];

		if (c == '\\' && i + 1 < stop && content[i + 1] == '\n')
			c = ' ';
		if (g_ascii_isspace(c)) {
			blank = out->len > 0;
			continue;
		}
		if (blank)
			g_string_append_c(out, ' ');
		blank = false;
		g_string_append_c(out, c);
	}
	return unit_string(unit, out->str);
}

const char *ast_macro(struct ast_unit *unit, const struct ast *node)
{
	CXSourceLocation at = clang_getCursorLocation(*(const CXCursor *)node->cursor);
	CXFile file = NULL, spelled_file = NULL;
	unsigned int offset = 0, spelled = 0;
	const char *content;
	size_t size, end;
	g_autofree char *name = NULL;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	if (file == spelled_file && offset == spelled)
		return NULL;
	content = file_content(unit, file, &size);
	if (!content)
		return NULL;
	for (end = offset; end < size && is_name_character(content[end]);)
		end++;
	name = g_strndup(content + offset, end - offset);
	return *name ? unit_string(unit, name) : NULL;
}

static bool is_assignment(const struct ast *node)
{
	while (node && node->kind == AST_COMMA)
		node = node->first;
	return node && (node->kind == AST_ASSIGN || node->kind == AST_DECL);
}

static bool is_step(const struct ast *node)
{
	return node->kind == AST_ASSIGN || node->kind == AST_COMPOUND_ASSIGN ||
	       node->kind == AST_COMMA ||
	       (node->kind == AST_UNARY && node->op >= AST_UNARY_INCREMENT);
}

unsigned int ast_for_parts(struct ast_unit *unit, const struct ast *node)
{
	CXSourceLocation at = clang_getCursorLocation(*(const CXCursor *)node->cursor);
	CXFile file = NULL;
	unsigned int offset = 0, parts = 0, part = 0;
	const char *content;
	size_t size;
	int depth = 0;

	if (node->n_children >= 4)
		return 7;
	if (!ast_macro(unit, node)) {
		clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
		content = file_content(unit, file, &size);
		for (size_t i = offset; content && i < size; i++) {
			char c = content[i];

			if (c == '(') {
				if (depth++ == 0)
					continue;
			} else if (c == ')') {
				if (--depth == 0)
					break;
			} else if (c == ';' && depth == 1) {
				part++;
				continue;
			}
			if (depth && !g_ascii_isspace(c) && part < 3)
				parts |= 1u << part;
		}
		if (part == 2 &&
		    (parts & 1) + (parts >> 1 & 1) + (parts >> 2 & 1) == node->n_children - 1)
			return parts;
	}
	/* By the look of the children: their order is fixed, the last one is the body. */
	parts = 0;
	for (const struct ast *child = node->first; child && child->next; child = child->next) {
		if (!parts && is_assignment(child) && child == node->first)
			parts |= 1;
		else if (is_step(child) || (parts & 2))
			parts |= 4;
		else
			parts |= 2;
	}
	return parts;
}

static enum CXVisitorResult add_field(CXCursor cursor, CXClientData data)
{
	GPtrArray *names = data;
	CXString s = clang_getCursorSpelling(cursor);

	g_ptr_array_add(names, g_strdup(clang_getCString(s)));
	clang_disposeString(s);
	return CXVisit_Continue;
}

const char *const *ast_record_fields(struct ast_unit *unit, const struct ast *node)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(*(const CXCursor *)node->cursor));
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char **copy;

	if (type.kind != CXType_Record)
		return NULL;
	clang_Type_visitFields(type, add_field, names);
	copy = g_new0(const char *, names->len + 1);
	for (unsigned int i = 0; i < names->len; i++)
		copy[i] = unit_string(unit, names->pdata[i]);
	return copy;
}

/* ---- units ---- */

static void collect_errors(struct ast_unit *unit)
{
	unsigned int n = clang_getNumDiagnostics(unit->tu);

	for (unsigned int i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(unit->tu, i);
		enum CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(d);

		if (severity >= CXDiagnostic_Error && unit->errors->len < ERRORS_MAX) {
			CXFile file = NULL;
			unsigned int line = 0;
			CXString s = clang_getDiagnosticSpelling(d);
			g_autofree char *text = NULL;

			clang_getExpansionLocation(clang_getDiagnosticLocation(d), &file, &line,
						   NULL, NULL);
			text = g_strdup_printf("%s:%u: %s", file_path(unit, file), line,
					       clang_getCString(s));
			g_ptr_array_add(unit->errors, (void *)unit_string(unit, text));
			clang_disposeString(s);
		}
		unit->fatal |= severity == CXDiagnostic_Fatal;
		clang_disposeDiagnostic(d);
	}
}

struct ast_unit *ast_parse(const struct ast_options *options, char **why)
{
	struct ast_unit *unit = g_new0(struct ast_unit, 1);
	struct CXUnsavedFile unsaved = { options->file, options->content,
					 options->content ? strlen(options->content) : 0 };
	/* Skipped ranges are part of the preprocessing record. */
	unsigned int flags = CXTranslationUnit_KeepGoing |
			     CXTranslationUnit_DetailedPreprocessingRecord;
	enum CXErrorCode code;

	if (options->for_pch)
		flags |= CXTranslationUnit_ForSerialization | CXTranslationUnit_Incomplete;
	unit->index = clang_createIndex(1, 0);
	unit->root = g_strdup(options->root);
	unit->build = g_strdup(options->build);
	unit->strings = g_string_chunk_new(65536);
	unit->errors = g_ptr_array_new();
	unit->paths = g_hash_table_new(NULL, NULL);
	unit->sources = g_hash_table_new(NULL, NULL);
	unit->types = g_hash_table_new_full(type_key_hash, type_key_equal, g_free, NULL);
	unit->cursors = g_hash_table_new_full(cursor_key_hash, cursor_key_equal, g_free, NULL);
	unit->locals = g_hash_table_new_full(cursor_key_hash, cursor_key_equal, g_free, NULL);
	unit->queued = g_hash_table_new(g_str_hash, g_str_equal);
	unit->queue = g_ptr_array_new_with_free_func(g_free);
	unit->arena = g_ptr_array_new_with_free_func(g_free);
	code = clang_parseTranslationUnit2(unit->index, options->file,
					   (const char *const *)options->flags,
					   (int)g_strv_length((char **)options->flags), &unsaved,
					   options->content ? 1 : 0, flags, &unit->tu);
	if (code != CXError_Success || !unit->tu) {
		*why = g_strdup(code == CXError_Crashed ? "crashes the compiler library" :
							  "cannot be parsed");
		ast_close(unit);
		return NULL;
	}
	unit->main_file = clang_getFile(unit->tu, options->file);
	collect_errors(unit);
	return unit;
}

void ast_close(struct ast_unit *unit)
{
	if (!unit)
		return;
	g_ptr_array_unref(unit->arena);
	g_ptr_array_unref(unit->queue);
	g_hash_table_unref(unit->queued);
	g_hash_table_unref(unit->locals);
	g_hash_table_unref(unit->cursors);
	g_hash_table_unref(unit->types);
	g_hash_table_unref(unit->sources);
	g_hash_table_unref(unit->paths);
	g_clear_pointer(&unit->inclusions, g_ptr_array_unref);
	g_ptr_array_unref(unit->errors);
	g_string_chunk_free(unit->strings);
	if (unit->tu)
		clang_disposeTranslationUnit(unit->tu);
	clang_disposeIndex(unit->index);
	g_free(unit->root);
	g_free(unit->build);
	g_free(unit);
}

const GPtrArray *ast_errors(const struct ast_unit *unit, bool *fatal)
{
	*fatal = unit->fatal;
	return unit->errors;
}

static void add_inclusion(CXFile file, CXSourceLocation *stack, unsigned int depth,
			  CXClientData data)
{
	GHashTable *set = data;
	CXString name = clang_getFileName(file);

	(void)stack;
	(void)depth;
	g_hash_table_add(set, g_canonicalize_filename(clang_getCString(name), NULL));
	clang_disposeString(name);
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const GPtrArray *ast_inclusions(struct ast_unit *unit)
{
	g_autoptr(GHashTable) set = NULL;
	GHashTableIter iter;
	void *path;

	if (unit->inclusions)
		return unit->inclusions;
	set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	clang_getInclusions(unit->tu, add_inclusion, set);
	unit->inclusions = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &path, NULL))
		g_ptr_array_add(unit->inclusions, g_strdup(path));
	g_ptr_array_sort(unit->inclusions, compare_paths);
	return unit->inclusions;
}

bool ast_save(struct ast_unit *unit, const char *path)
{
	return clang_saveTranslationUnit(unit->tu, path, clang_defaultSaveOptions(unit->tu)) ==
	       CXSaveError_None;
}

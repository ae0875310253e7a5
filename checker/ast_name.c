// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: what types, fields, symbols and places of a unit are called in facts.
 */
#include <string.h>

#include "ast_private.h"

const char *ast_unit_string(struct ast_unit *unit, const char *s)
{
	return g_string_chunk_insert_const(unit->strings, s ? s : "");
}

/* Takes the library's string over. */
const char *ast_take_string(struct ast_unit *unit, CXString s)
{
	const char *copy = ast_unit_string(unit, clang_getCString(s));

	clang_disposeString(s);
	return copy;
}

static const char *relative_path(struct ast_unit *unit, const char *path)
{
	gsize n = strlen(unit->root);

	while (g_str_has_prefix(path, "./"))
		path += 2;
	if (!strncmp(path, unit->root, n) && path[n] == '/')
		return ast_unit_string(unit, path + n + 1);
	if (unit->build) {
		n = strlen(unit->build);
		if (!strncmp(path, unit->build, n) && path[n] == '/') {
			g_autofree char *s = g_strconcat("build:", path + n + 1, NULL);

			return ast_unit_string(unit, s);
		}
	}
	return ast_unit_string(unit, path);
}

/* The canonical form of a path, without "a/../"; symbolic links are kept. */
const char *ast_file_path(struct ast_unit *unit, CXFile file)
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
bool ast_file_is_source(struct ast_unit *unit, CXFile file)
{
	const char *path;

	if (!file)
		return false;
	if (file == unit->main_file || g_hash_table_contains(unit->sources, file))
		return true;
	path = ast_file_path(unit, file);
	if (!g_str_has_suffix(path, ".c"))
		return false;
	g_hash_table_add(unit->sources, file);
	return true;
}

CXFile ast_cursor_place(CXCursor cursor, unsigned int *line, unsigned int *column)
{
	CXFile file = NULL;

	clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, line, column, NULL);
	return file;
}

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
		CXFile file = ast_cursor_place(named, &line, &column);
		g_autofree char *base = g_path_get_basename(ast_file_path(unit, file));
		g_autofree char *made = g_strdup_printf("anon@%s:%u:%u", base, line, column);

		known = ast_unit_string(unit, made);
	} else {
		known = ast_unit_string(unit, blank ? blank + 1 : text);
	}
	clang_disposeString(s);
	g_hash_table_insert(unit->cursors, g_memdup2(&named, sizeof(named)), (void *)known);
	return known;
}

static bool is_mapping_pointer(struct ast_unit *unit, CXType type);

const char *ast_short_type(struct ast_unit *unit, CXType type)
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
		made = g_strconcat("[]", ast_short_type(unit, clang_getArrayElementType(canonical)),
				   NULL);
		known = ast_unit_string(unit, made);
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
			made = g_strconcat("*", ast_short_type(unit, inner), NULL);
			known = ast_unit_string(unit, made);
		} else if (inner.kind == CXType_FunctionProto ||
			   inner.kind == CXType_FunctionNoProto) {
			known = ast_short_type(unit, inner);
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
	return type_is_mapping(ast_short_type(unit, type));
}

const char *ast_field_key(struct ast_unit *unit, CXCursor field)
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
	known = ast_unit_string(unit, made);
	g_hash_table_insert(unit->cursors, g_memdup2(&field, sizeof(field)), (void *)known);
	return known;
}

bool ast_cursor_is_local(CXCursor decl)
{
	CXCursor parent = clang_getCursorSemanticParent(decl);

	return parent.kind == CXCursor_FunctionDecl;
}

/* The id of a function or a variable that is not automatic; see facts.h. */
const char *ast_symbol_id(struct ast_unit *unit, CXCursor decl)
{
	const char *known = g_hash_table_lookup(unit->cursors, &decl);
	g_autofree char *made = NULL;
	CXString name;
	CXCursor place = decl;

	if (known)
		return known;
	name = clang_getCursorSpelling(decl);
	if (decl.kind == CXCursor_VarDecl && ast_cursor_is_local(decl)) {
		CXCursor parent = clang_getCursorSemanticParent(decl);
		CXString function = clang_getCursorSpelling(parent);
		CXFile file = ast_cursor_place(decl, NULL, NULL);

		made = g_strconcat(ast_file_path(unit, file), ":", clang_getCString(function), ".",
				   clang_getCString(name), NULL);
		clang_disposeString(function);
	} else if (clang_getCursorLinkage(decl) == CXLinkage_External) {
		made = g_strdup(clang_getCString(name));
	} else {
		CXCursor definition = clang_getCursorDefinition(decl);

		if (!clang_Cursor_isNull(definition))
			place = definition;
		made = g_strconcat(ast_file_path(unit, ast_cursor_place(place, NULL, NULL)), ":",
				   clang_getCString(name), NULL);
	}
	clang_disposeString(name);
	known = ast_unit_string(unit, made);
	g_hash_table_insert(unit->cursors, g_memdup2(&decl, sizeof(decl)), (void *)known);
	return known;
}

guint ast_local_id(struct ast_unit *unit, CXCursor decl)
{
	guint id = GPOINTER_TO_UINT(g_hash_table_lookup(unit->locals, &decl));

	if (!id) {
		id = g_hash_table_size(unit->locals) + 1;
		g_hash_table_insert(unit->locals, g_memdup2(&decl, sizeof(decl)),
				    GUINT_TO_POINTER(id));
	}
	return id;
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
		copy[i] = ast_unit_string(unit, names->pdata[i]);
	return copy;
}

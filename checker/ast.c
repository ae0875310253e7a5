// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: translation units: parsed, their errors and the files they read.
 *
 * What is in one: ast_visit hands out its definitions, ast_tree builds their
 * trees, ast_name names types, fields and symbols, ast_text gives the source
 * text of a tree.  Only these files include the headers of libclang; every string
 * of the library is copied and released where it is born.
 */
#include <stdlib.h>
#include <string.h>

#include "ast_private.h"
#include "sorted.h"

#define ERRORS_MAX 20

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

static void free_content(void *data)
{
	struct ast_content *content = data;

	g_free(content->own);
	g_free(content);
}

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
			text = g_strdup_printf("%s:%u: %s", ast_file_path(unit, file), line,
					       clang_getCString(s));
			g_ptr_array_add(unit->errors, (void *)ast_unit_string(unit, text));
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
	unsigned int flags = CXTranslationUnit_KeepGoing;
	enum CXErrorCode code;

	/* Skipped ranges are part of the preprocessing record; those of headers are not asked for. */
	flags |= options->for_pch ?
			 CXTranslationUnit_ForSerialization | CXTranslationUnit_Incomplete :
			 CXTranslationUnit_DetailedPreprocessingRecord;
	unit->index = clang_createIndex(1, 0);
	unit->root = g_strdup(options->root);
	unit->build = g_strdup(options->build);
	unit->strings = g_string_chunk_new(65536);
	unit->errors = g_ptr_array_new();
	unit->paths = g_hash_table_new(NULL, NULL);
	unit->sources = g_hash_table_new(NULL, NULL);
	unit->contents = g_hash_table_new_full(NULL, NULL, NULL, free_content);
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
	g_hash_table_unref(unit->contents);
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
	sort_strings(unit->inclusions);
	return unit->inclusions;
}

bool ast_save(struct ast_unit *unit, const char *path)
{
	return clang_saveTranslationUnit(unit->tu, path, clang_defaultSaveOptions(unit->tu)) ==
	       CXSaveError_None;
}

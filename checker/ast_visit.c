// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: the definitions of a unit, handed out one at a time, and the ranges that
 * the configuration leaves out.
 */
#include "ast_private.h"

struct top_level {
	struct ast_unit *unit;
	void (*function)(struct ast_unit *unit, const struct ast_function *f, void *data);
	void (*variable)(struct ast_unit *unit, const struct ast *var, const char *id,
			 const char *file, void *data);
	void *data;
};

/* Whether other units can call what a header of a driver defines: it is not inline. */
static bool is_defined_in_header(struct ast_unit *unit, CXCursor cursor, CXFile file)
{
	return cursor.kind == CXCursor_FunctionDecl && file &&
	       !strstr(ast_file_path(unit, file), "include/") && clang_isCursorDefinition(cursor) &&
	       clang_getCursorLinkage(cursor) == CXLinkage_External &&
	       !clang_Cursor_isFunctionInlined(cursor);
}

static enum CXChildVisitResult visit_top_level(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct top_level *t = data;
	CXFile file;

	(void)parent;
	if (cursor.kind != CXCursor_FunctionDecl && cursor.kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	file = ast_cursor_place(cursor, NULL, NULL);
	if (!ast_file_is_source(t->unit, file)) {
		if (t->function && is_defined_in_header(t->unit, cursor, file))
			ast_queue_function(t->unit, cursor, ast_symbol_id(t->unit, cursor));
		return CXChildVisit_Continue;
	}
	if (cursor.kind == CXCursor_FunctionDecl) {
		if (t->function && clang_isCursorDefinition(cursor))
			ast_build_function(t->unit, cursor, t->function, t->data);
	} else if (t->variable) {
		struct ast *var;

		ast_release_trees(t->unit);
		var = ast_build(t->unit, cursor, 0);
		if (var)
			t->variable(t->unit, var, ast_symbol_id(t->unit, cursor),
				    ast_file_path(t->unit, file), t->data);
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
		visit(ast_file_path(unit, unit->main_file), first, last, data);
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

		h.name = ast_take_string(unit, clang_getCursorSpelling(q->cursor));
		h.takes_export =
			type_is_export(ast_short_type(unit, clang_getCursorResultType(q->cursor)));
		for (int k = 0; k < n; k++) {
			CXCursor param = clang_Cursor_getArgument(q->cursor, (unsigned int)k);
			const char *type = ast_short_type(unit, clang_getCursorType(param));

			h.takes_mapping |= type_is_mapping(type);
			h.takes_export |= type_is_export(type);
		}
		clang_visitChildren(q->cursor, find_body, &statements);
		h.is_small = statements == 1;
		if (want(&h, data))
			ast_build_function(unit, q->cursor, visit, data);
	}
	return true;
}

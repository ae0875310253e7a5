// SPDX-License-Identifier: GPL-2.0-only
/*
 * ast: what only the source text tells: the text of a condition, the macro that a
 * tree comes from, and which parts a "for" has.
 */
#include "ast_private.h"

#define TEXT_MAX 400

/*
 * To find a file of a precompiled header, the library reads what that knows of all of
 * them: headers are read here.
 */
static struct ast_content *read_content(struct ast_unit *unit, CXFile file)
{
	struct ast_content *content = g_new0(struct ast_content, 1);
	CXString name;

	if (file != unit->main_file) {
		name = clang_getFileName(file);
		if (g_file_get_contents(clang_getCString(name), &content->own, &content->size,
					NULL))
			content->text = content->own;
		clang_disposeString(name);
	}
	if (!content->text)
		content->text = clang_getFileContents(unit->tu, file, &content->size);
	return content;
}

static const char *file_content(struct ast_unit *unit, CXFile file, size_t *size)
{
	struct ast_content *content;

	*size = 0;
	if (!file)
		return NULL;
	content = g_hash_table_lookup(unit->contents, file);
	if (!content) {
		content = read_content(unit, file);
		g_hash_table_insert(unit->contents, file, content);
	}
	*size = content->size;
	return content->text;
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
	return ast_unit_string(unit, out->str);
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
	return *name ? ast_unit_string(unit, name) : NULL;
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

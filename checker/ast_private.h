/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of ast share: a unit, and libclang.  Only these files include it.
 */
#ifndef PFNCHECK_AST_PRIVATE_H
#define PFNCHECK_AST_PRIVATE_H

#include <clang-c/Index.h>

#include "ast.h"
#include "facts.h"

/* The text of a file; NULL if it has none. */
struct ast_content {
	const char *text;
	char *own; /* the same, unless it is the library's */
	size_t size;
};

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
	GHashTable *contents;  /* CXFile -> struct ast_content * */
	GHashTable *types;     /* CXType -> const char * (short type) */
	GHashTable *cursors;   /* CXCursor of a declaration -> const char * (id or field key) */
	GHashTable *locals;    /* CXCursor of a local -> guint */
	GHashTable *queued;    /* ids of header functions seen so far */
	GPtrArray *queue;      /* struct queued *: not handed out yet */
	GPtrArray *arena;      /* struct ast_block of the current tree */
	gsize arena_used;
	bool too_deep;
};

/* A header function that a tree refers to, or that other units may. */
struct queued {
	CXCursor cursor;
	const char *id;
};

/* ast_name.c.  Strings are the unit's. */

const char *ast_unit_string(struct ast_unit *unit, const char *s);
/* Takes the library's string over. */
const char *ast_take_string(struct ast_unit *unit, CXString s);
/* The path of a file, relative to the tree; "" for NULL. */
const char *ast_file_path(struct ast_unit *unit, CXFile file);
/* Whether definitions in the file count as the unit's own: itself and included .c files. */
bool ast_file_is_source(struct ast_unit *unit, CXFile file);
/* The expansion location of a cursor. */
CXFile ast_cursor_place(CXCursor cursor, unsigned int *line, unsigned int *column);
/* A type as facts spell it. */
const char *ast_short_type(struct ast_unit *unit, CXType type);
/* "record::field" */
const char *ast_field_key(struct ast_unit *unit, CXCursor field);
/* The identity of a function or variable. */
const char *ast_symbol_id(struct ast_unit *unit, CXCursor decl);
/* The identity of a local. */
guint ast_local_id(struct ast_unit *unit, CXCursor decl);
/* Whether it is declared in a function. */
bool ast_cursor_is_local(CXCursor decl);

/* ast_tree.c */

/* The tree of a cursor, until ast_release_trees(); NULL beyond the bound of depth. */
struct ast *ast_build(struct ast_unit *unit, CXCursor cursor, unsigned int depth);
/* Calls back with the function that a cursor defines.  Trees built before are released. */
void ast_build_function(struct ast_unit *unit, CXCursor cursor,
			void (*visit)(struct ast_unit *unit, const struct ast_function *f,
				      void *data),
			void *data);
void ast_release_trees(struct ast_unit *unit);
/* Notes a function, if a header defines it, for ast_each_header_function(). */
void ast_queue_function(struct ast_unit *unit, CXCursor decl, const char *id);

#endif

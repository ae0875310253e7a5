/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ast: the one place that knows libclang.  Parses a translation unit and hands
 * out functions and variables as plain trees, one at a time.
 *
 * A tree lives until the next one is handed out; strings until ast_close().
 */
#ifndef PFNCHECK_AST_H
#define PFNCHECK_AST_H

#include <glib.h>
#include <stdbool.h>

enum ast_kind {
	AST_OTHER, /* children are visited, nothing is known */
	/* statements */
	AST_COMPOUND,
	AST_IF,
	AST_SWITCH,
	AST_CASE,
	AST_DEFAULT,
	AST_WHILE,
	AST_DO,
	AST_FOR,
	AST_GOTO,
	AST_CONTINUE,
	AST_BREAK,
	AST_RETURN,
	AST_LABEL,
	AST_DECL,
	AST_NULL,
	AST_ASM,
	/* declarations */
	AST_VAR,
	AST_PARAM,
	/* expressions */
	AST_INT,
	AST_STRING,
	AST_REF,
	AST_MEMBER,
	AST_CALL,
	AST_UNARY,
	AST_BINARY,
	AST_ASSIGN,
	AST_COMPOUND_ASSIGN,
	AST_CONDITIONAL,
	AST_CAST,
	AST_PAREN,
	AST_SUBSCRIPT,
	AST_INIT_LIST,
	AST_DESIGNATED,
	AST_MEMBER_REF,
	AST_COMPOUND_LITERAL,
	AST_STMT_EXPR,
	AST_SIZEOF,
	AST_COMMA,
	AST_LOGICAL_AND,
	AST_LOGICAL_OR,
};

enum ast_unary {
	AST_UNARY_OTHER,
	AST_UNARY_NOT,
	AST_UNARY_COMPLEMENT,
	AST_UNARY_MINUS,
	AST_UNARY_PLUS,
	AST_UNARY_DEREF,
	AST_UNARY_ADDRESS,
	AST_UNARY_INCREMENT,
	AST_UNARY_DECREMENT,
	AST_UNARY_POST_INCREMENT,
	AST_UNARY_POST_DECREMENT,
};

enum ast_referent {
	AST_TO_NOTHING,
	AST_TO_LOCAL,
	AST_TO_GLOBAL,
	AST_TO_FUNCTION,
	AST_TO_CONSTANT,
};

struct ast {
	enum ast_kind kind;
	int op;		      /* enum ast_unary, or enum expr_op of a binary operator */
	enum ast_referent to; /* of AST_REF */
	const char *name;     /* variable, label, member; id of a function or global */
	const char *field;    /* "record::member" of a member or designator */
	const char *type;     /* short type, see facts.h; NULL where it is not asked for */
	const char *record;   /* of a variable: its record, or that of its elements */
	gint64 value;	      /* of AST_INT and constants; index of a designator */
	bool constant;	      /* value is known */
	bool is_static;	      /* of AST_VAR */
	guint local;	      /* identity of a local variable, from 1 */
	unsigned int line;    /* expansion location in the file of the function */
	unsigned int column;
	struct ast *first;
	struct ast *next;
	unsigned int n_children;
	const void *cursor; /* of the library, for ast_text() */
};

struct ast_function {
	const char *id;
	const char *name;
	const char *file;
	unsigned int line;
	unsigned int column;
	bool is_static;
	bool in_header;
	const char *type; /* of the result */
	struct ast **params;
	unsigned int n_params;
	struct ast *body;
	bool too_deep; /* nested beyond the bound: the body is not all here */
};

struct ast_options {
	const char *file;  /* absolute path */
	const char *root;  /* of the tree, absolute */
	const char *build; /* build directory, absolute, or NULL */
	const char *const *flags;
	const char *content; /* instead of the file's, or NULL */
	bool for_pch;
};

struct ast_unit;

/* The version of the library in use ("19.1.7"); static. */
const char *ast_version(void);
/* NULL with a static reason if the library and the headers we were built with differ. */
const char *ast_check_version(void);

/* NULL with *why (to be freed) if nothing can be made of the file. */
struct ast_unit *ast_parse(const struct ast_options *options, char **why);
void ast_close(struct ast_unit *unit);

/* Fatal errors and errors, one line each (const char *); *fatal if there is a fatal one. */
const GPtrArray *ast_errors(const struct ast_unit *unit, bool *fatal);
/* Absolute paths of every file read (const char *, sorted). */
const GPtrArray *ast_inclusions(struct ast_unit *unit);
/* True if the unit was written as a precompiled header to path. */
bool ast_save(struct ast_unit *unit, const char *path);

/* Calls back for each definition in the file itself, or in a .c file that it includes. */
void ast_each_function(struct ast_unit *unit,
		       void (*visit)(struct ast_unit *unit, const struct ast_function *f,
				     void *data),
		       void *data);
void ast_each_variable(struct ast_unit *unit,
		       void (*visit)(struct ast_unit *unit, const struct ast *var, const char *id,
				     const char *file, void *data),
		       void *data);
/* Calls back for ranges that the preprocessor skipped in the file itself. */
void ast_each_skipped(struct ast_unit *unit,
		      void (*visit)(const char *file, unsigned int first, unsigned int last,
				    void *data),
		      void *data);

/*
 * Header functions that the trees handed out so far refer to and that were not
 * handed out yet.  Calls back for those that want() asks for; what these refer
 * to can be asked for by the next call.  False if there were none.
 */
struct ast_header_function {
	const char *id;
	const char *name;
	bool takes_mapping; /* a vma, vmf or vm_area_desc among its parameters */
	bool takes_export;  /* a dma_buf or dma_buf_export_info in its signature */
	bool is_small;	    /* the body is one statement */
};

bool ast_each_header_function(
	struct ast_unit *unit, bool (*want)(const struct ast_header_function *h, void *data),
	void (*visit)(struct ast_unit *unit, const struct ast_function *f, void *data), void *data);

/* The last child of a node, or NULL. */
const struct ast *ast_last_child(const struct ast *node);
/* The source text of a node, as written at its expansion; blanks are folded. "" if none. */
const char *ast_text(struct ast_unit *unit, const struct ast *node);
/* The macro whose expansion the node comes from, or NULL. */
const char *ast_macro(struct ast_unit *unit, const struct ast *node);
/*
 * Which parts a for statement has: bit 0 initialiser, bit 1 condition, bit 2
 * increment.  Absent ones have no child, so this tells its children apart.
 */
unsigned int ast_for_parts(struct ast_unit *unit, const struct ast *node);
/* Names of the fields of a record, in order (NULL-terminated), or NULL. */
const char *const *ast_record_fields(struct ast_unit *unit, const struct ast *node);

#endif

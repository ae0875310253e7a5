/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts: what one source file says, as plain rows: functions lowered to graphs
 * of events, initialised tables, places that match a pattern, and the lines that
 * the preprocessor skipped.
 * Facts hold no opinions and no libclang objects; locations are expansion
 * locations, paths are relative to the kernel tree ("build:" before those of
 * the build directory).
 *
 * The text form is the form of the store, of worker replies and of
 * --dump=extract; facts_parse() and facts_print() are inverse.
 */
#ifndef PFNCHECK_FACTS_H
#define PFNCHECK_FACTS_H

#include <glib.h>
#include <stdbool.h>

/* Part of the store's key: to be raised whenever the text form or its meaning changes. */
#define FACTS_SCHEMA 16

/*
 * Short types: "*rec" pointer to a record, "rec" a record, "i" an integer or
 * enum, "b" a boolean, "v" void, "fn" pointer to a function, "fn(vma)" pointer
 * to a function that takes a vm_area_struct, vm_fault or vm_area_desc, "[]T"
 * an array, "*" any other pointer, "-" not known.
 */

enum expr_kind {
	EXPR_UNKNOWN,  /* something that is not followed */
	EXPR_INT,      /* value */
	EXPR_LOCAL,    /* value: index into the function's locals */
	EXPR_GLOBAL,   /* name: id of a variable; the object itself, not its address */
	EXPR_FUNCTION, /* name: id of a function */
	EXPR_FIELD,    /* name: "record::field", a: the object or the pointer to it */
	EXPR_INDEX,    /* a[b] */
	EXPR_DEREF,    /* *a */
	EXPR_ADDRESS,  /* &a */
	EXPR_CAST,     /* a, as type */
	EXPR_UNARY,    /* op: one of ! ~ - */
	EXPR_BINARY,   /* op: one of expr_op */
};

enum expr_op {
	OP_NONE,
	OP_NOT,
	OP_COMPLEMENT,
	OP_MINUS,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_REM,
	OP_SHL,
	OP_SHR,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_GT,
	OP_LE,
	OP_GE,
};

/* Expressions are trees without side effects: calls and assignments are nodes. */
struct expr {
	enum expr_kind kind;
	enum expr_op op;
	gint64 value;
	const char *name;
	const char *type;
	struct expr *a;
	struct expr *b;
};

enum node_kind {
	NODE_NOP,    /* joins */
	NODE_LOOP,   /* head of a loop */
	NODE_ASSIGN, /* a = b */
	NODE_CALL,   /* local result = a(args) */
	NODE_BRANCH, /* if (a) next[0] else next[1]; text: the condition as written */
	NODE_SWITCH, /* switch (a): cases; next[0]: default; text */
	NODE_RETURN, /* return a, or NULL */
	NODE_BUG,    /* does not return; text: the macro */
	NODE_WARN,   /* text: the macro */
	NODE_END,    /* falls off the end of the function */
};

struct fact_case {
	gint64 low;
	gint64 high;
	int next;
};

struct fact_node {
	enum node_kind kind;
	unsigned int line;
	unsigned int column;
	int next[2]; /* node indices, -1: none */
	int result;  /* of a call: index of a local, or -1 */
	struct expr *a;
	struct expr *b;
	struct expr **args;
	unsigned int n_args;
	struct fact_case *cases;
	unsigned int n_cases;
	const char *text;
};

enum linkage {
	LINKAGE_EXTERN,
	LINKAGE_STATIC,
	LINKAGE_INLINE, /* defined in a header */
};

struct fact_local {
	const char *name; /* "" for what lowering added */
	const char *type;
};

struct fact_function {
	const char *id; /* "name", or "path:name" if static or inline */
	const char *name;
	const char *file;
	unsigned int line;
	unsigned int column;
	enum linkage linkage;
	const char *type;      /* of the result */
	unsigned int n_params; /* the first locals are the parameters */
	struct fact_local *locals;
	unsigned int n_locals;
	struct fact_node *nodes; /* the first one is the entry */
	unsigned int n_nodes;
	const char *truncated; /* why the body is not all here, or NULL */
	const char *hash;      /* of the rows below, tells variants of a header inline apart */
	const struct facts *facts;
	/* Set by the program stage: of all that it says and where it comes from; */
	guint64 identity;
	/* and the functions that it calls by name, each once, without those of the vocabulary. */
	const char **callees;
	unsigned int n_callees;
};

/* One member of an initialised object; nested records come before their members. */
struct fact_member {
	const char *path;  /* "ops.mmap", "[2].func" */
	const char *field; /* "record::field" of the last step, "" for array elements */
	const char *type;
	struct expr *value; /* NULL: a nested record begins */
	unsigned int line;
	unsigned int column;
};

/* A table, or a pointer to functions that take a mapping: its record is its type then. */
struct fact_table {
	const char *id; /* "name", or "path:name" if static */
	const char *name;
	const char *record; /* record type of the variable or of its elements */
	const char *file;
	unsigned int line;
	unsigned int column;
	bool is_static;
	bool has_initializer;
	bool unread; /* a compile error took its initializer away */
	struct fact_member *members;
	unsigned int n_members;
	const struct facts *facts;
	guint64 identity; /* likewise */
};

/* A place that a pattern of the matchers finds. */
struct fact_match {
	const char *pattern;
	const char *file;
	unsigned int line;
	unsigned int column;
	const char *function; /* id of the one it is in, "" outside of functions */
	const char *bound;    /* names, ids and fields that the pattern binds, or "" */
	const char *value;
};

/* Lines that the configuration left out. */
struct fact_skipped {
	const char *file;
	unsigned int first;
	unsigned int last;
};

struct facts {
	GStringChunk *strings; /* interned; owns every string */
	const char *file;      /* the translation unit */
	GPtrArray *functions;  /* struct fact_function, by file and line */
	GPtrArray *tables;     /* struct fact_table, by file and line */
	GPtrArray *matches;    /* struct fact_match, by place */
	GPtrArray *skipped;    /* struct fact_skipped */
	GPtrArray *errors;     /* const char *: what the compiler could not make sense of */
	GPtrArray *blocks;     /* memory of expressions and nodes */
	const char *module;    /* set by the program stage; not part of the text */
	bool built;
	guint renamed; /* how often a global got another id */
	guint references;
};

struct facts *facts_new(const char *file);
/* Holds the facts once more. */
struct facts *facts_ref(struct facts *facts);
/* Lets go of them, as the last one for good. */
void facts_free(struct facts *facts);

/* A copy of s that lives as long as the facts. */
const char *facts_string(struct facts *facts, const char *s);
/* Zeroed memory that lives as long as the facts. */
void *facts_alloc(struct facts *facts, gsize size);
struct expr *facts_expr(struct facts *facts, enum expr_kind kind, const char *type);

/* Appends the text form to out. */
void facts_print(const struct facts *facts, GString *out);
/* One expression, in the text form; a function's locals give names, may be NULL. */
void expr_print(const struct expr *expr, GString *out);
/* Sets the hash of every function from its rows. */
void facts_seal(struct facts *facts);
/* The facts of a text, or NULL with *why set to a static string if it is not one. */
struct facts *facts_parse(const char *text, gsize size, const char **why);

/* The expression below casts; NULL for NULL. */
const struct expr *expr_strip_casts(const struct expr *e);
/* The id of the global that an expression is the address of, or NULL. */
const char *expr_address_of(const struct expr *expr);
/* The global that a chain of members starts at, if the chain stays inside of it; else NULL. */
const struct expr *expr_root_global(const struct expr *e);
/* Gives a global another id, in every expression and table that names it. */
void facts_rename_global(struct facts *facts, const char *id, const char *name);

/* The value of a binary operation on constants; false if it has none. */
bool expr_fold(enum expr_op op, gint64 a, gint64 b, gint64 *out);
const char *node_kind_name(enum node_kind kind);
const char *expr_op_name(enum expr_op op);

/* The record of a "*rec" type, or NULL. */
const char *type_pointee(const char *type);
/* Whether the type is a pointer to one of the records that a mapping passes through. */
bool type_is_mapping(const char *type);
/* Whether it is one to what is exported, or to how. */
bool type_is_export(const char *type);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of source share: the state of reading one text.
 */
#ifndef PFNCHECK_SOURCE_PRIVATE_H
#define PFNCHECK_SOURCE_PRIVATE_H

#include "source.h"

/* What is open deeper than that is only counted. */
#define LEVELS 256
#define CONDITIONS 64
#define GROUPS 8

enum word_class {
	WORD_PLAIN = 0,
	WORD_MENTION, /* plain, too; number is an enum source_mention */
	WORD_RECORD,  /* struct, union */
	WORD_ENUM,
	WORD_TYPEDEF,
	WORD_EXTERN,
	WORD_STORAGE,
	WORD_TYPE, /* a type that is no record */
	WORD_ATTRIBUTE,
	WORD_CONTROL, /* statements and operators that are words */
};

/* Numbers of single words. */
enum word_number {
	WORD_STATIC = 1, /* of WORD_STORAGE */
	WORD_RETURN,	 /* of WORD_CONTROL */
};

/* What a pair of braces is. */
enum scope {
	SCOPE_FILE, /* extern "C", too */
	SCOPE_BODY, /* of a function, or a block in it */
	SCOPE_RECORD,
	SCOPE_TABLE, /* an initialiser */
	SCOPE_OTHER,
};

/* How far "struct TAG {" has come. */
enum tag {
	TAG_NONE,
	TAG_EXPECTED,
	TAG_GIVEN,
	TAG_ENUM,
};

/* How far "(struct TAG) {" has come. */
enum cast {
	CAST_NONE,
	CAST_OPEN,
	CAST_RECORD,
	CAST_NAMED,
	CAST_CLOSED,
};

/* What the words since the last ';', '{' or '}' have said. */
struct statement {
	struct source_word record; /* hash 0 if no record was named */
	struct source_word type;   /* the first other word, perhaps a typedef's name */
	struct source_word name;   /* the last word of the declarator */
	guint64 designators[SOURCE_PATH_LENGTH];
	guint designator_count;
	guint parens;
	guint brackets;
	enum tag tag;
	bool typed; /* a type that is no record was named */
	bool is_pointer;
	bool assigned;
	bool defines; /* the record's members stood here */
	bool emitted; /* the variable has been recorded */
	bool is_typedef;
	bool is_extern;
};

/* "word(...)" at file scope: a function's name, a macro or an attribute. */
struct group {
	struct source_word word;
	struct source_word arguments[SOURCE_ARGUMENTS];
	guint argument_count; /* commas met */
	bool declared;	      /* a type stands before the word */
	bool plain;	      /* the arguments are words and commas only */
	bool followed;	      /* by a word that is no attribute */
	bool mapping;	      /* an argument names a type that a mapping passes through */
};

struct level {
	enum scope scope;
	struct source_word record; /* SCOPE_RECORD: whose members stand here */
	guint table;		   /* SCOPE_TABLE: of which variable, or G_MAXUINT */
	struct source_path path;   /* SCOPE_TABLE */
	struct statement outer;	   /* goes on behind the '}' */
};

/* The state in which an #if was met. */
struct condition {
	guint depth;
	bool in_function;
	guint function; /* index */
	guint function_depth;
	guint parens;
	guint brackets;
	struct statement statement;
};

/* Tokens of a macro that are looked at. */
#define MACRO_TOKENS 2048

struct source_reader {
	struct source *source;
	char *text;
	struct tokens tokens;
	guint64 salt;	/* of the file */
	guint untagged; /* records without a tag so far */

	struct level levels[LEVELS];
	guint depth;
	guint overflow; /* braces open beyond LEVELS */
	struct condition conditions[CONDITIONS];
	guint condition_count; /* may be more than CONDITIONS */

	struct statement statement;
	struct group groups[GROUPS];
	guint group_count;
	bool split;		      /* an #else stood inside of the statement */
	struct source_word old_style; /* "name(a, b) int a;" came before */

	enum cast cast;
	struct source_word cast_type;
	bool cast_alias;

	bool in_function;
	guint function;	      /* index */
	guint function_depth; /* of its body */

	struct token recent[3];
	struct token *last;   /* the token before the current one */
	struct token *before; /* the one before last */

	struct token *macro; /* MACRO_TOKENS of them */
};

/* The words that get a class, and how many there are. */
extern const struct token_word source_vocabulary[];
extern const gsize source_vocabulary_size;

static inline struct source_word word_of(const struct token *token)
{
	return (struct source_word){ token->text, token->hash, token->length };
}

static inline bool is_plain(const struct token *token)
{
	return token->kind == TOKEN_WORD && token->class <= WORD_MENTION;
}

static inline enum scope reader_scope(const struct source_reader *r)
{
	return r->depth ? r->levels[r->depth - 1].scope : SCOPE_FILE;
}

static inline bool in_first_column(const struct source_reader *r, const struct token *token)
{
	return token->text == r->tokens.begin || token->text[-1] == '\n';
}

/* What comes next, behind space, in the same or in a later line. */
static inline const char *reader_ahead(const struct source_reader *r)
{
	const char *at = r->tokens.at;

	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
	return at;
}

static inline bool starts_with_underscores(const struct token *token)
{
	return token->length > 2 && token->text[0] == '_' && token->text[1] == '_';
}

/* source_declarations */

/* At the end of a statement of file scope: what was no declaration was a macro. */
void reader_flush_groups(struct source_reader *r);
/* A new group of the statement, all empty; the oldest may be dropped for it. */
struct group *reader_add_group(struct source_reader *r);
void reader_add_function(struct source_reader *r, struct source_word name, bool macro);
/*
 * At the '{' of a function: the name is the last word before parentheses that has
 * a type before it; else that of a macro, whose first argument is taken instead.
 */
void reader_open_function(struct source_reader *r);
/* More calls of the function at index come, though another one came between. */
void reader_resume_function(struct source_reader *r, guint index);
/* Records a variable; returns its index. */
guint reader_add_table(struct source_reader *r, struct source_word type, bool alias,
		       struct source_word name, bool initialised);
/* Whether the statement declares a variable of a record or of a named type. */
bool statement_declares(const struct statement *s);
/* Records the variable that the statement declares; returns its index. */
guint reader_declare_variable(struct source_reader *r, bool initialised);
/* Records the way to a nested initialiser, unless it is one of the last ones. */
void reader_add_path(struct source_reader *r, const struct source_path *path);
/* The path of what the designators of the statement, but for the last skip ones, name. */
struct source_path reader_designated_path(struct source_reader *r, guint skip);
/* At the ';' or ',' behind a member of a record. */
void reader_end_member(struct source_reader *r);
/* At the ';' or ',' behind a declarator. */
void reader_end_declarator(struct source_reader *r);

/* source_statements: any token but a directive. */
void reader_read_token(struct source_reader *r, const struct token *token);

/* source_directives: a preprocessor line. */
void reader_read_directive(struct source_reader *r, const struct token *token);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tokens: a C text in, its tokens out, one at a time.
 *
 * Comments are skipped, a preprocessor line with all its continuations is one
 * token.  Nothing is expanded and nothing is copied: tokens point into the text.
 * No input is an error: a string that its line does not close ends with the
 * line, a comment that nothing closes ends with the text.
 */
#ifndef PFNCHECK_TOKENS_H
#define PFNCHECK_TOKENS_H

#include <glib.h>
#include <stdbool.h>

/* Bytes behind a text that have to be readable; the first one is NUL. */
#define TOKENS_PADDING 8

/* Punctuation of one character is its own kind. */
enum token_kind {
	TOKEN_END = 0,
	TOKEN_STRING = '"', /* what stands in single quotes too */
	TOKEN_DIRECTIVE = '#',
	TOKEN_NUMBER = '0',
	TOKEN_WORD = 'a',  /* identifier or keyword */
	TOKEN_ARROW = 128, /* -> */
	TOKEN_PASTE,	   /* ##, in the body of a macro */
	TOKEN_OPERATOR,	   /* any other operator of two characters or more */
};

struct token {
	const char *text;
	guint64 hash; /* of a word: word_hash() of it, else 0 */
	guint length;
	guint8 kind;
	guint8 class;  /* of a word that is among the token_words, else 0 */
	guint8 number; /* likewise */
};

/* A word that the reader of the tokens wants to know when it comes. */
struct token_word {
	const char *text;
	guint8 class; /* not 0 */
	guint8 number;
};

struct token_words;

struct tokens {
	const char *at; /* behind the last token */
	const char *begin;
	const char *end;
	const char *comment;	 /* the last comment, */
	const char *comment_end; /* and the end of it */
	const struct token_words *words;
	bool macro; /* a macro's body: '#' opens no directive */
};

/* The hash of a word.  Equal hashes are taken for equal words. */
guint64 word_hash(const char *text, gsize length);

/*
 * The words that get a class; the array stays the caller's and has to live as
 * long.  The caller frees the result with token_words_free().
 */
struct token_words *token_words_new(const struct token_word *array, gsize count);
void token_words_free(struct token_words *words);

/* Starts on a text of that length, with TOKENS_PADDING behind it. */
void tokens_init(struct tokens *tokens, const struct token_words *words, const char *text,
		 gsize length, bool macro);
/* The next token; false, with the kind TOKEN_END, at the end of the text. */
bool tokens_next(struct tokens *tokens, struct token *token);

#endif

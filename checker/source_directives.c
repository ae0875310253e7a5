// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preprocessor lines: conditions, of which each branch starts from the state that
 * the #if was met in, and macros that define variables or call functions.
 */
#include "source_private.h"

#include <string.h>

#define MACRO_PARAMETERS 16

/* The index of a parameter of the macro, or -1. */
static int macro_parameter(const struct source_word *parameters, guint count,
			   const struct token *token)
{
	guint i;

	for (i = 0; i < count; i++)
		if (parameters[i].hash == token->hash)
			return i;
	return -1;
}

/*
 * The variable that "struct TAG" at index i of the macro's tokens begins, if it
 * does: words pasted together, perhaps an array, then '=' or the end.
 */
static void read_macro_variable(struct source_reader *r, const struct source_word *parameters,
				guint parameter_count, struct source_macro *macro, guint i,
				guint count)
{
	const struct token *t = r->macro;

	macro->type = word_of(&t[i + 1]);
	macro->piece_count = 0;
	for (i += 2; i < count; i++) {
		struct source_piece piece;

		if (t[i].kind == TOKEN_PASTE)
			continue;
		if (t[i].kind != TOKEN_WORD)
			break;
		if (t[i].class == WORD_STORAGE || t[i].class == WORD_ATTRIBUTE)
			continue;
		if (!is_plain(&t[i]))
			break;
		if (macro->piece_count && t[i - 1].kind != TOKEN_PASTE) {
			if (starts_with_underscores(&t[i]))
				continue;
			macro->piece_count = 0;
		}
		piece.word = word_of(&t[i]);
		piece.argument = macro_parameter(parameters, parameter_count, &t[i]);
		if (macro->piece_count < SOURCE_PIECES)
			macro->pieces[macro->piece_count++] = piece;
	}
	if (!macro->piece_count)
		return;
	while (i < count &&
	       (t[i].kind == '[' || t[i].kind == ']' || t[i].kind == '(' || t[i].kind == ')' ||
		t[i].kind == TOKEN_NUMBER || t[i].kind == TOKEN_STRING ||
		(t[i].kind == TOKEN_WORD && t[i].class != WORD_RECORD)))
		i++;
	macro->initialised = i < count && t[i].kind == '=';
	if (macro->initialised || i == count || t[i].kind == ';')
		g_array_append_val(r->source->macros, *macro);
}

static void read_macro(struct source_reader *r, struct source_word name, bool function_like,
		       const struct source_word *parameters, guint parameter_count, guint count)
{
	const struct token *t = r->macro;
	guint depth = 0, i;

	if (function_like)
		reader_add_function(r, name, true);
	/* else no calls are recorded */
	for (i = 0; i < count; i++) {
		struct source_macro macro = { .macro = name, .argument = -1 };
		bool starts = !i || t[i - 1].kind == ';' || t[i - 1].kind == '}' ||
			      t[i - 1].class == WORD_STORAGE;

		if (t[i].class == WORD_MENTION)
			r->source->mentions |= t[i].number;
		if (t[i].kind == '{' || t[i].kind == '(')
			depth++;
		else if ((t[i].kind == '}' || t[i].kind == ')') && depth)
			depth--;
		if (i + 1 == count)
			break;
		if (t[i].class == WORD_RECORD && is_plain(&t[i + 1])) {
			read_macro_variable(r, parameters, parameter_count, &macro, i, count);
		} else if (is_plain(&t[i]) && t[i + 1].kind == '(') {
			if (function_like) {
				struct source_call call = { .name = word_of(&t[i]) };

				call.member =
					i && (t[i - 1].kind == TOKEN_ARROW || t[i - 1].kind == '.');
				g_array_append_val(r->source->calls, call);
			}
			if (depth || !starts)
				continue;
			macro.use = t[i].hash;
			if (i + 2 < count && is_plain(&t[i + 2]))
				macro.argument =
					macro_parameter(parameters, parameter_count, &t[i + 2]);
			g_array_append_val(r->source->macros, macro);
		}
	}
}

/* "name(a, b) text" or "name text", from behind "#define" to end. */
static void read_define(struct source_reader *r, const char *at, const char *end)
{
	struct source_word parameters[MACRO_PARAMETERS];
	guint parameter_count = 0, count = 0;
	struct tokens tokens;
	struct token token;
	struct source_word name;
	bool function_like = memchr(at, '(', end - at);
	char *stop = r->text + (end - r->text);
	char saved = *stop;

	/* Most macros are numbers. */
	if (!function_like && !memchr(at, '{', end - at))
		return;
	*stop = '\0';
	tokens_init(&tokens, r->source->words, at, end - at, true);
	if (!tokens_next(&tokens, &token) || token.kind != TOKEN_WORD)
		goto out;
	name = word_of(&token);
	function_like = *tokens.at == '(';
	if (!function_like && !memchr(tokens.at, '{', end - tokens.at))
		goto out;
	if (function_like) {
		tokens_next(&tokens, &token);
		while (tokens_next(&tokens, &token) && token.kind != ')')
			if (token.kind == TOKEN_WORD && parameter_count < MACRO_PARAMETERS)
				parameters[parameter_count++] = word_of(&token);
	}
	while (count < MACRO_TOKENS && tokens_next(&tokens, &r->macro[count]))
		count++;
	read_macro(r, name, function_like, parameters, parameter_count, count);
	if (r->in_function)
		reader_resume_function(r, r->function);
out:
	*stop = saved;
}

/* Conditions */

static void open_condition(struct source_reader *r)
{
	if (r->condition_count < CONDITIONS)
		r->conditions[r->condition_count] = (struct condition){
			.depth = r->depth,
			.in_function = r->in_function,
			.function = r->function,
			.function_depth = r->function_depth,
			.parens = r->statement.parens,
			.brackets = r->statement.brackets,
			.statement = r->statement,
		};
	r->condition_count++;
}

/* At an #else or #elif: back to the state at the #if. */
static void next_branch(struct source_reader *r)
{
	const struct condition *c;

	if (!r->condition_count || r->condition_count > CONDITIONS)
		return;
	c = &r->conditions[r->condition_count - 1];
	if (c->depth == r->depth) {
		r->split = reader_scope(r) == SCOPE_FILE;
		r->statement.parens = c->parens;
		r->statement.brackets = c->brackets;
		return;
	}
	r->depth = c->depth;
	r->overflow = 0;
	r->statement = c->statement;
	r->in_function = c->in_function;
	r->function_depth = c->function_depth;
	if (c->in_function)
		reader_resume_function(r, c->function);
}

static bool directive_is(const char *at, const char *end, const char *name)
{
	gsize length = strlen(name);

	return (gsize)(end - at) >= length && !memcmp(at, name, length) &&
	       (at + length == end || !(g_ascii_isalnum(at[length]) || at[length] == '_'));
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\f' || *at == '\v'))
		at++;
	return at;
}

/* Whether the directive is a condition that is never true. */
static bool is_never(const char *at, const char *end)
{
	if (!directive_is(at, end, "if"))
		return false;
	at = skip_blanks(at + 2, end);
	return directive_is(at, end, "0") &&
	       (at + 1 == end || !strchr("&|=<>?.xX+-*", *skip_blanks(at + 1, end)));
}

/* What is between "#if 0" and its #else or #endif is no part of the file. */
static void skip_branch(struct source_reader *r)
{
	guint nested = 0;
	struct token token;

	while (tokens_next(&r->tokens, &token)) {
		const char *end = token.text + token.length;
		const char *at;

		if (token.kind != TOKEN_DIRECTIVE)
			continue;
		at = skip_blanks(token.text + 1, end);
		if (directive_is(at, end, "endif")) {
			if (!nested--) {
				r->condition_count--;
				return;
			}
		} else if (!strncmp(at, "if", 2)) {
			nested++;
		} else if (!nested && !strncmp(at, "el", 2)) {
			return;
		}
	}
}

void reader_read_directive(struct source_reader *r, const struct token *token)
{
	const char *end = token->text + token->length;
	const char *at = skip_blanks(token->text + 1, end);

	if (at == end)
		return;
	if (at[0] == 'd') {
		if (directive_is(at, end, "define"))
			read_define(r, at + strlen("define"), end);
	} else if (at[0] == 'i' && at[1] == 'f') {
		open_condition(r);
		if (is_never(at, end))
			skip_branch(r);
	} else if (at[0] == 'e' && at[1] == 'l') {
		next_branch(r);
	} else if (directive_is(at, end, "endif") && r->condition_count) {
		r->condition_count--;
	}
}

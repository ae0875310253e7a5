// SPDX-License-Identifier: GPL-2.0-only
/*
 * source: one file's tokens in, its definitions out.
 *
 * Not handled: function definitions inside of functions, macros that define
 * variables used inside of functions, and variables whose type is given by typeof()
 * or as a macro's argument.
 */
#include "source_private.h"

#include <string.h>

void source_read(struct source *source, char *text, gsize length, guint64 salt)
{
	struct source_reader *r = source->reader;
	struct token *token = &r->recent[0], *free;

	source->mentions = 0;
	g_array_set_size(source->functions, 0);
	g_array_set_size(source->calls, 0);
	g_array_set_size(source->tables, 0);
	g_array_set_size(source->paths, 0);
	g_array_set_size(source->relations, 0);
	g_array_set_size(source->uses, 0);
	g_array_set_size(source->macros, 0);
	g_array_set_size(source->references, 0);
	g_array_set_size(source->mapping_types, 0);

	r->source = source;
	r->text = text;
	r->salt = salt;
	r->untagged = 0;
	r->depth = 0;
	r->overflow = 0;
	r->condition_count = 0;
	r->statement = (struct statement){ 0 };
	r->group_count = 0;
	r->split = false;
	r->old_style = (struct source_word){ 0 };
	r->cast = CAST_NONE;
	r->in_function = false;
	memset(r->recent, 0, sizeof(r->recent));
	r->last = &r->recent[1];
	r->before = &r->recent[2];
	tokens_init(&r->tokens, source->words, text, length, false);

	while (tokens_next(&r->tokens, token)) {
		if (token->kind == TOKEN_DIRECTIVE) {
			reader_read_directive(r, token);
			continue;
		}
		reader_read_token(r, token);
		/* What was before the last one is not needed any more. */
		free = r->before;
		r->before = r->last;
		r->last = token;
		token = free;
	}
	reader_flush_groups(r);
}

struct source *source_new(void)
{
	struct source *source = g_new0(struct source, 1);

	source->functions = g_array_new(FALSE, FALSE, sizeof(struct source_function));
	source->calls = g_array_new(FALSE, FALSE, sizeof(struct source_call));
	source->tables = g_array_new(FALSE, FALSE, sizeof(struct source_table));
	source->paths = g_array_new(FALSE, FALSE, sizeof(struct source_path));
	source->relations = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	source->uses = g_array_new(FALSE, FALSE, sizeof(struct source_use));
	source->macros = g_array_new(FALSE, FALSE, sizeof(struct source_macro));
	source->references = g_array_new(FALSE, FALSE, sizeof(guint64));
	source->mapping_types = g_array_new(FALSE, FALSE, sizeof(struct source_word));
	source->words = token_words_new(source_vocabulary, source_vocabulary_size);
	source->reader = g_new0(struct source_reader, 1);
	source->reader->macro = g_new(struct token, MACRO_TOKENS);
	return source;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	g_array_unref(source->functions);
	g_array_unref(source->calls);
	g_array_unref(source->tables);
	g_array_unref(source->paths);
	g_array_unref(source->relations);
	g_array_unref(source->uses);
	g_array_unref(source->macros);
	g_array_unref(source->references);
	g_array_unref(source->mapping_types);
	token_words_free(source->words);
	g_free(source->reader->macro);
	g_free(source->reader);
	g_free(source);
}

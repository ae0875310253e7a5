// SPDX-License-Identifier: GPL-2.0-only
/*
 * tokens: texts, and the tokens they are made of.
 */
#include "tokens.h"

#include <string.h>

static const struct token_word word_list[] = {
	{ "struct", 1, 0 },
	{ "a_word_that_is_long", 2, 7 },
};

/* The tokens of a text, "|" between them; a directive is put in angle brackets. */
static char *list_tokens(const char *text, bool macro)
{
	struct token_words *words = token_words_new(word_list, G_N_ELEMENTS(word_list));
	GString *list = g_string_new(NULL);
	gsize length = strlen(text);
	/* Not a byte more than what has to be there. */
	g_autofree char *copy = g_malloc0(length + TOKENS_PADDING);
	struct tokens tokens;
	struct token token;

	memcpy(copy, text, length);
	tokens_init(&tokens, words, copy, length, macro);
	while (tokens_next(&tokens, &token)) {
		g_assert_cmpuint(token.length, >, 0);
		if (list->len)
			g_string_append_c(list, '|');
		if (token.kind == TOKEN_DIRECTIVE)
			g_string_append_c(list, '<');
		g_string_append_len(list, token.text, token.length);
		if (token.kind == TOKEN_DIRECTIVE)
			g_string_append_c(list, '>');
		g_assert_true(!token.hash == (token.kind != TOKEN_WORD));
		if (token.kind == TOKEN_WORD)
			g_assert_cmpuint(token.hash, ==, word_hash(token.text, token.length));
	}
	g_assert_cmpint(token.kind, ==, TOKEN_END);
	g_assert_false(tokens_next(&tokens, &token));
	token_words_free(words);
	return g_string_free(list, FALSE);
}

static void assert_tokens(const char *text, const char *expected)
{
	g_autofree char *list = list_tokens(text, false);

	g_assert_cmpstr(list, ==, expected);
}

static void test_words(void)
{
	assert_tokens("", "");
	assert_tokens(" \t\n\v\f\r\n", "");
	assert_tokens("a", "a");
	assert_tokens("int a_1=0x1fUL;", "int|a_1|=|0x1fUL|;");
	assert_tokens("eight_by eight_byt eight_b", "eight_by|eight_byt|eight_b");
	assert_tokens("                 far", "far");
	assert_tokens("a\\\nb", "a|b");
	assert_tokens("\xef\xbb\xbf"
		      "int",
		      "int");
	assert_tokens("gr\xc3\xbc\xc3\x9f"
		      "e @ `",
		      "gr\xc3\xbc\xc3\x9f"
		      "e|@|`");
}

static void test_operators(void)
{
	assert_tokens("a->b.c...", "a|->|b|.|c|...");
	assert_tokens("a==b=c!=d<=e<<=f>>g&&h&i", "a|==|b|=|c|!=|d|<=|e|<<=|f|>>|g|&&|h|&|i");
	assert_tokens("*p++ - --q*=-1", "*|p|++|-|--|q|*=|-|1");
	assert_tokens("a/b/=c", "a|/|b|/=|c");
	assert_tokens("x ? y : (z)[0], {~!w};", "x|?|y|:|(|z|)|[|0|]|,|{|~|!|w|}|;");
}

static void test_comments(void)
{
	assert_tokens("a/* b */c//d\ne", "a|c|e");
	assert_tokens("a /***/ b /*/ c */ d", "a|b|d");
	assert_tokens("a // b \\\n c\nd", "a|d");
	assert_tokens("a /* b", "a");
	assert_tokens("a // b", "a");
	assert_tokens("a /*", "a");
	assert_tokens("\"/*\" a '\"' // b\n\"\\\"//\" c", "\"/*\"|a|'\"'|\"\\\"//\"|c");
}

static void test_strings(void)
{
	assert_tokens("\"a\\\\\" b", "\"a\\\\\"|b");
	assert_tokens("'\\'' b", "'\\''|b");
	assert_tokens("\"open\nb", "\"open|b");
	assert_tokens("\"a\\\nb\" c", "\"a\\\nb\"|c");
	assert_tokens("\"open", "\"open");
	assert_tokens("\"open\\", "\"open\\");
	assert_tokens("'", "'");
}

static void test_directives(void)
{
	assert_tokens("#if 1\na\n #  else\nb\n#endif", "<#if 1>|a|<#  else>|b|<#endif>");
	assert_tokens("#define a b \\\n c \\\r\n d\ne", "<#define a b \\\n c \\\r\n d>|e");
	assert_tokens("#define a /* b\n c */ d\ne", "<#define a /* b\n c */ d>|e");
	assert_tokens("#define a \"/*\" // /*\ne", "<#define a \"/*\" // /*>|e");
	assert_tokens("#error don't\ne", "<#error don't>|e");
	assert_tokens("/* a\n */ #define b\nc", "<#define b>|c");
	assert_tokens("a # b", "a|#|b");
	assert_tokens("#define a /* b", "<#define a /* b>");
	assert_tokens("#", "<#>");
}

static void test_macro(void)
{
	g_autofree char *list = list_tokens("a ## b \\\n #c, # d", true);

	g_assert_cmpstr(list, ==, "a|##|b|#|c|,|#|d");
}

static void test_classes(void)
{
	static const char text[] = "struct a_word_that_is_long structs\0\0\0\0\0\0\0";
	struct token_words *words = token_words_new(word_list, G_N_ELEMENTS(word_list));
	struct tokens tokens;
	struct token token;

	tokens_init(&tokens, words, text, strlen(text), false);
	g_assert_true(tokens_next(&tokens, &token));
	g_assert_cmpuint(token.class, ==, 1);
	g_assert_true(tokens_next(&tokens, &token));
	g_assert_cmpuint(token.class, ==, 2);
	g_assert_cmpuint(token.number, ==, 7);
	g_assert_true(tokens_next(&tokens, &token));
	g_assert_cmpuint(token.class, ==, 0);
	token_words_free(words);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tokens/words", test_words);
	g_test_add_func("/tokens/operators", test_operators);
	g_test_add_func("/tokens/comments", test_comments);
	g_test_add_func("/tokens/strings", test_strings);
	g_test_add_func("/tokens/directives", test_directives);
	g_test_add_func("/tokens/macro", test_macro);
	g_test_add_func("/tokens/classes", test_classes);
	return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * suppress_comment: a C text in, the comments in it that allow something out.
 */
#include <string.h>

#include "suppress.h"

#define MARK "pfncheck:"
#define REASON_MAX 400 /* bytes of a reason that are kept */

static void comment_free(void *data)
{
	struct suppress_comment *comment = data;

	g_free(comment->rule);
	g_free(comment->reason);
	g_free(comment->fault);
	g_free(comment);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* What is in a comment as one line: without the stars at the edge, blanks as one. */
static char *comment_words(const char *begin, const char *end)
{
	GString *words = g_string_new(NULL);
	bool edge = true, blank = false;

	for (const char *s = begin; s < end; s++) {
		if (*s == '\n' || *s == '\0' || is_blank(*s)) {
			edge |= *s == '\n';
			blank = true;
		} else if (!edge || *s != '*') {
			if (blank && words->len)
				g_string_append_c(words, ' ');
			g_string_append_c(words, *s);
			edge = blank = false;
		}
	}
	return g_string_free(words, FALSE);
}

static char *shortened(const char *text)
{
	gsize length = strlen(text);

	if (length <= REASON_MAX)
		return g_strdup(text);
	/* Not in the middle of a character. */
	for (length = REASON_MAX; length && (text[length] & 0xc0) == 0x80; length--)
		;
	return g_strdup_printf("%.*s...", (int)length, text);
}

/* words: what follows the mark. */
static void read_words(struct suppress_comment *comment, const char *words)
{
	gsize length;

	while (*words == ' ')
		words++;
	if (!g_str_has_prefix(words, "allow ")) {
		comment->fault = g_strdup("it is not of the form 'pfncheck: allow RULE: REASON'");
		return;
	}
	words += strlen("allow ");
	length = strcspn(words, ": ");
	comment->rule = g_strndup(words, length);
	words += length;
	while (*words == ' ')
		words++;
	if (*words == ':') {
		for (words++; *words == ' '; words++)
			;
		if (*words)
			comment->reason = shortened(words);
	}
	if (!rule_exists(comment->rule)) {
		g_autofree char *name = shortened(comment->rule);

		comment->fault = g_strdup_printf("there is no rule '%s'", name);
	} else if (!comment->reason) {
		comment->fault = g_strdup("it gives no reason");
	}
}

/* Where the string or character that begins at s ends. */
static const char *skip_literal(const char *s, const char *end)
{
	char quote = *s;

	for (s++; s < end && *s != quote && *s != '\n'; s++)
		if (*s == '\\' && s + 1 < end)
			s++;
	return s < end && *s == quote ? s + 1 : s;
}

/* Where the comment that begins at s ends. */
static const char *skip_comment(const char *s, const char *end)
{
	if (s[1] == '*') {
		const char *close = memmem(s + 2, (gsize)(end - s - 2), "*/", 2);

		return close ? close + 2 : end;
	}
	for (s += 2; s < end && *s != '\n'; s++)
		if (*s == '\\' && s + 1 < end)
			s++;
	return s;
}

static guint count_lines(const char *begin, const char *end)
{
	guint lines = 0;

	while ((begin = memchr(begin, '\n', (gsize)(end - begin)))) {
		lines++;
		begin++;
	}
	return lines;
}

static bool only_blanks(const char *begin, const char *end)
{
	while (begin < end && is_blank(*begin))
		begin++;
	return begin == end || *begin == '\n';
}

/* A comment from begin to end, the first one of its line if first is set. */
static struct suppress_comment *read_comment(const char *begin, const char *end,
					     const char *text_end, bool first, guint line)
{
	bool block = begin[1] == '*' && end - begin >= 4 && end[-1] == '/';
	g_autofree char *words = comment_words(begin + 2, block ? end - 2 : end);
	struct suppress_comment *comment;

	if (!g_str_has_prefix(words, MARK))
		return NULL;
	comment = g_new0(struct suppress_comment, 1);
	comment->line = line;
	comment->about = line + count_lines(begin, end);
	if (first && only_blanks(end, text_end))
		comment->about++;
	read_words(comment, words + strlen(MARK));
	return comment;
}

GPtrArray *suppress_comments(const char *text, gsize length)
{
	GPtrArray *comments = g_ptr_array_new_with_free_func(comment_free);
	const char *end = text + length;
	const char *line_begin = text;
	guint line = 1;

	if (!length || !memmem(text, length, MARK, strlen(MARK)))
		return comments;
	for (const char *s = text; s < end;) {
		const char *next = s + 1;

		if (*s == '\n') {
			line++;
			line_begin = next;
		} else if (*s == '"' || *s == '\'') {
			next = skip_literal(s, end);
		} else if (*s == '/' && next < end && (*next == '*' || *next == '/')) {
			struct suppress_comment *comment;

			next = skip_comment(s, end);
			comment = read_comment(s, next, end, only_blanks(line_begin, s), line);
			if (comment)
				g_ptr_array_add(comments, comment);
		}
		if (next > s + 1) {
			const char *last = memrchr(s, '\n', (gsize)(next - s));

			line += count_lines(s, next);
			line_begin = last ? last + 1 : line_begin;
		}
		s = next;
	}
	/* Several above one another are about the same line. */
	for (guint i = comments->len; i-- > 1;) {
		struct suppress_comment *above = comments->pdata[i - 1];
		const struct suppress_comment *below = comments->pdata[i];

		if (above->about == below->line && below->about > below->line)
			above->about = below->about;
	}
	return comments;
}

static bool same_comment(const void *first, const void *second)
{
	const struct suppress_comment *a = first, *b = second;

	return !g_strcmp0(a->rule, b->rule) && !g_strcmp0(a->reason, b->reason) &&
	       !g_strcmp0(a->fault, b->fault);
}

GPtrArray *suppress_added(const char *before, gsize before_length, const char *after,
			  gsize after_length)
{
	g_autoptr(GPtrArray) old = suppress_comments(before, before_length);
	GPtrArray *added = suppress_comments(after, after_length);

	for (guint i = 0; i < added->len;) {
		guint found = 0;

		while (found < old->len && !same_comment(old->pdata[found], added->pdata[i]))
			found++;
		if (found < old->len) {
			g_ptr_array_remove_index(old, found);
			g_ptr_array_remove_index(added, i);
		} else {
			i++;
		}
	}
	return added;
}

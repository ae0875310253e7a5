// SPDX-License-Identifier: GPL-2.0-only
/*
 * tokens: a text in, its tokens out.  Every source of a kernel, a gigabyte, goes
 * through tokens_next(); it looks at each byte about once.
 *
 * Not handled: trigraphs, and a line that is continued inside of a word.
 */
#include "tokens.h"

#include <string.h>

#define WORD_FACTOR G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)
#define SLOT_BITS 10
#define SLOTS (1 << SLOT_BITS)

struct token_words {
	struct {
		guint64 hash;
		const struct token_word *word;
	} slots[SLOTS];
};

enum byte_class {
	BYTE_OTHER, /* a token of its own */
	BYTE_WORD,
	BYTE_DIGIT,
	BYTE_SPACE,
	BYTE_QUOTE,
	BYTE_SLASH,
	BYTE_HASH,
	BYTE_OPERATOR, /* may be one of several characters */
};

/* A byte -> its class; bytes from 0x80 are taken for letters. */
static const guint8 byte_classes[256] = {
	['\0'] = BYTE_SPACE,   ['\t' ... '\r'] = BYTE_SPACE, [' '] = BYTE_SPACE,
	['\\'] = BYTE_SPACE,   ['0' ... '9'] = BYTE_DIGIT,   ['A' ... 'Z'] = BYTE_WORD,
	['_'] = BYTE_WORD,     ['a' ... 'z'] = BYTE_WORD,    [0x80 ... 0xff] = BYTE_WORD,
	['"'] = BYTE_QUOTE,    ['\''] = BYTE_QUOTE,	     ['#'] = BYTE_HASH,
	['/'] = BYTE_SLASH,    ['!'] = BYTE_OPERATOR,	     ['%'] = BYTE_OPERATOR,
	['&'] = BYTE_OPERATOR, ['*'] = BYTE_OPERATOR,	     ['+'] = BYTE_OPERATOR,
	['-'] = BYTE_OPERATOR, ['.'] = BYTE_OPERATOR,	     ['<'] = BYTE_OPERATOR,
	['='] = BYTE_OPERATOR, ['>'] = BYTE_OPERATOR,	     ['^'] = BYTE_OPERATOR,
	['|'] = BYTE_OPERATOR,
};

static inline unsigned int byte_class(const char *at)
{
	return byte_classes[(guint8)*at];
}

static inline bool is_word_byte(const char *at)
{
	return byte_class(at) == BYTE_WORD || byte_class(at) == BYTE_DIGIT;
}

/*
 * Eight bytes are looked at at once; the first one is the lowest.  In a mask, the
 * upper bit of a byte says yes.
 */
#define EACH_BYTE(byte) (G_GUINT64_CONSTANT(0x0101010101010101) * (byte))

static inline guint64 load_bytes(const char *at)
{
	guint64 bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return GUINT64_FROM_LE(bytes);
}

/* How many bytes are below the lowest one of the mask, which is not 0. */
static inline guint bytes_below(guint64 mask)
{
	return __builtin_ctzll(mask) / 8;
}

/* The bytes that are neither space nor control characters. */
static inline guint64 visible_bytes(guint64 bytes)
{
	return (((bytes & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f - ' ')) | bytes) & EACH_BYTE(0x80);
}

/* The bytes below 0x80 that are between first and last, given the lower seven bits. */
static inline guint64 bytes_between(guint64 bytes, guint first, guint last)
{
	return (bytes + EACH_BYTE(0x80 - first)) & ~(bytes + EACH_BYTE(0x7f - last));
}

/* The bytes that cannot be part of a word. */
static inline guint64 word_ends(guint64 bytes)
{
	guint64 low = bytes & EACH_BYTE(0x7f);
	guint64 word = bytes_between(low | EACH_BYTE(0x20), 'a', 'z') |
		       bytes_between(low, '0', '9') | bytes_between(low, '_', '_') | bytes;

	return ~word & EACH_BYTE(0x80);
}

/* One step of the hash: eight bytes of the word, or its end filled up with zeros. */
static inline guint64 hash_step(guint64 hash, guint64 bytes)
{
	hash = (hash ^ bytes) * WORD_FACTOR;
	return hash ^ hash >> 29;
}

static inline guint64 hash_end(guint64 hash)
{
	hash *= WORD_FACTOR;
	return hash ^ hash >> 32;
}

guint64 word_hash(const char *text, gsize length)
{
	char end[sizeof(guint64)] = { 0 };
	guint64 hash = 0;

	for (; length >= sizeof(end); length -= sizeof(end), text += sizeof(end))
		hash = hash_step(hash, load_bytes(text));
	if (length) {
		memcpy(end, text, length);
		hash = hash_step(hash, load_bytes(end));
	}
	return hash_end(hash);
}

/* The slot of a hash: that of its word, or the free one where it belongs. */
static inline gsize word_slot(const struct token_words *words, guint64 hash)
{
	gsize slot = hash & (SLOTS - 1);

	while (words->slots[slot].word && words->slots[slot].hash != hash)
		slot = (slot + 1) & (SLOTS - 1);
	return slot;
}

struct token_words *token_words_new(const struct token_word *array, gsize count)
{
	struct token_words *words = g_new0(struct token_words, 1);
	gsize i;

	g_assert(count < SLOTS / 2);
	for (i = 0; i < count; i++) {
		guint64 hash = word_hash(array[i].text, strlen(array[i].text));
		gsize slot = word_slot(words, hash);

		words->slots[slot].hash = hash;
		words->slots[slot].word = &array[i];
	}
	return words;
}

void token_words_free(struct token_words *words)
{
	g_free(words);
}

void tokens_init(struct tokens *tokens, const struct token_words *words, const char *text,
		 gsize length, bool macro)
{
	*tokens = (struct tokens){
		.at = text,
		.begin = text,
		.end = text + length,
		.words = words,
		.macro = macro,
	};
	if (!macro && length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		tokens->at += 3;
}

static const char *skip_comment(struct tokens *tokens, const char *at)
{
	const char *p = at + 2;

	tokens->comment = at;
	for (;;) {
		p = memchr(p, '*', tokens->end - p);
		if (!p) {
			p = tokens->end;
			break;
		}
		if (*++p == '/') {
			p++;
			break;
		}
	}
	tokens->comment_end = p;
	return p;
}

/* The end of the line that at is in, its continuations included. */
static const char *line_end(const struct tokens *tokens, const char *at)
{
	for (;;) {
		const char *p = memchr(at, '\n', tokens->end - at);

		if (!p)
			return tokens->end;
		if (p[-1] != '\\' && !(p[-1] == '\r' && p - at > 1 && p[-2] == '\\'))
			return p;
		at = p + 1;
	}
}

static const char *skip_string(const struct tokens *tokens, const char *at)
{
	char quote = *at++;

	while (at < tokens->end && *at != quote && *at != '\n') {
		if (*at == '\\' && at + 1 < tokens->end)
			at++;
		at++;
	}
	return at < tokens->end && *at == quote ? at + 1 : at;
}

/*
 * The end of the directive that is in the line from at to end, in which there is
 * a comment or a string: a comment may continue it.
 */
static const char *commented_end(const struct tokens *tokens, const char *at, const char *end)
{
	struct tokens scratch = *tokens;

	while (at < end) {
		if (*at == '"' || *at == '\'') {
			at = skip_string(tokens, at);
		} else if (*at == '/' && at[1] == '/') {
			return end;
		} else if (*at == '/' && at[1] == '*') {
			at = skip_comment(&scratch, at);
			if (at > end)
				end = line_end(tokens, at);
		} else {
			at++;
		}
	}
	return end;
}

static const char *directive_end(const struct tokens *tokens, const char *at)
{
	const char *end = line_end(tokens, at);

	return memchr(at, '/', end - at) ? commented_end(tokens, at, end) : end;
}

/* Whether only space and comments are between the start of the line and at. */
static bool opens_line(const struct tokens *tokens, const char *at)
{
	while (at > tokens->begin) {
		if (at == tokens->comment_end)
			at = tokens->comment;
		else if (at[-1] == '\n')
			return true;
		else if (byte_class(at - 1) == BYTE_SPACE || (guint8)at[-1] >= 0x80)
			at--;
		else
			return false;
	}
	return true;
}

static inline const char *read_word(const struct tokens *tokens, const char *at,
				    struct token *token)
{
	guint64 hash = 0;
	gsize slot;

	for (;;) {
		guint64 bytes = load_bytes(at);
		guint64 ends = word_ends(bytes);
		guint length;

		if (!ends) {
			hash = hash_step(hash, bytes);
			at += sizeof(bytes);
			continue;
		}
		length = bytes_below(ends);
		if (length)
			hash = hash_step(hash, bytes & ~(~G_GUINT64_CONSTANT(0) << 8 * length));
		at += length;
		break;
	}
	hash = hash_end(hash);

	token->hash = hash;
	slot = word_slot(tokens->words, hash);
	if (tokens->words->slots[slot].word) {
		token->class = tokens->words->slots[slot].word->class;
		token->number = tokens->words->slots[slot].word->number;
	}
	return at;
}

/* An operator's kind in *kind; the end of it is returned. */
static inline const char *read_operator(const char *at, guint8 *kind)
{
	char c = *at, next = at[1];

	if (c == '-' && next == '>') {
		*kind = TOKEN_ARROW;
		return at + 2;
	}
	if (c == '.') {
		if (next != '.' || at[2] != '.')
			return at + 1;
		*kind = TOKEN_OPERATOR;
		return at + 3;
	}
	if (next == '=') {
		*kind = TOKEN_OPERATOR;
		return at + 2;
	}
	if (next == c && strchr("&|<>+-", c)) {
		*kind = TOKEN_OPERATOR;
		return at[2] == '=' && (c == '<' || c == '>') ? at + 3 : at + 2;
	}
	return at + 1;
}

/*
 * Reads from at, which is no word's start.  The end of what is there is returned;
 * token->kind is TOKEN_END if that is no token.
 */
static const char *read_other(struct tokens *tokens, const char *at, struct token *token)
{
	token->kind = *at;
	switch (byte_class(at)) {
	case BYTE_DIGIT:
		token->kind = TOKEN_NUMBER;
		do {
			at++;
		} while (is_word_byte(at));
		return at;
	case BYTE_QUOTE:
		token->kind = TOKEN_STRING;
		return skip_string(tokens, at);
	case BYTE_SLASH:
		if (at[1] == '*') {
			token->kind = TOKEN_END;
			return skip_comment(tokens, at);
		}
		if (at[1] == '/') {
			token->kind = TOKEN_END;
			tokens->comment = at;
			tokens->comment_end = line_end(tokens, at);
			return tokens->comment_end;
		}
		return read_operator(at, &token->kind);
	case BYTE_HASH:
		if (tokens->macro && at[1] == '#') {
			token->kind = TOKEN_PASTE;
			return at + 2;
		}
		if (!tokens->macro && opens_line(tokens, at)) {
			token->kind = TOKEN_DIRECTIVE;
			return directive_end(tokens, at);
		}
		token->kind = TOKEN_OPERATOR;
		return at + 1;
	case BYTE_OPERATOR:
		return read_operator(at, &token->kind);
	case BYTE_SPACE:
		token->kind = TOKEN_END;
		return at + 1;
	default:
		return at + 1;
	}
}

bool tokens_next(struct tokens *tokens, struct token *token)
{
	const char *at = tokens->at;

	token->hash = 0;
	token->class = 0;
	do {
		guint64 visible = visible_bytes(load_bytes(at));

		at += visible ? bytes_below(visible) : sizeof(visible);
		if (at >= tokens->end) {
			token->text = tokens->end;
			token->length = 0;
			token->kind = TOKEN_END;
			tokens->at = tokens->end;
			return false;
		}
		token->kind = TOKEN_END;
		if (!visible)
			continue;
		token->text = at;
		if (byte_class(at) == BYTE_WORD) {
			token->kind = TOKEN_WORD;
			at = read_word(tokens, at, token);
			break;
		}
		at = read_other(tokens, at, token);
	} while (token->kind == TOKEN_END);
	token->length = at - token->text;
	tokens->at = at;
	return true;
}

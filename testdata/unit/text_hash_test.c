// SPDX-License-Identifier: GPL-2.0-only
/*
 * text_hash: what differs has another hash, wherever it differs, and nothing behind a
 * text is read.
 */
#include "text_hash.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LENGTH 200

static const guint64 points[2] = { G_GUINT64_CONSTANT(0x123456789abcdef1), 42 };

static bool same(const struct text_hash *a, const struct text_hash *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static void test_bits(void)
{
	struct text_hash_key key = text_hash_key(points);
	guint8 text[LENGTH];

	for (guint length = 1; length < LENGTH; length++) {
		struct text_hash before, after;

		for (guint i = 0; i < length; i++)
			text[i] = (guint8)(i * 37 + length);
		before = text_hash(&key, text, length);
		for (guint bit = 0; bit < 8 * length; bit++) {
			text[bit / 8] ^= (guint8)(1 << bit % 8);
			after = text_hash(&key, text, length);
			g_assert_false(same(&before, &after));
			text[bit / 8] ^= (guint8)(1 << bit % 8);
		}
		after = text_hash(&key, text, length);
		g_assert_true(same(&before, &after));
	}
}

/* NUL bytes count, too; and so does the order. */
static void test_lengths(void)
{
	struct text_hash_key key = text_hash_key(points);
	static const char zeros[LENGTH];
	struct text_hash hashes[LENGTH];
	struct text_hash one, other;

	for (guint i = 0; i < LENGTH; i++) {
		hashes[i] = text_hash(&key, zeros, i);
		for (guint k = 0; k < i; k++)
			g_assert_false(same(&hashes[i], &hashes[k]));
	}
	one = text_hash(&key, "1234567abcdefgABCDEFG7654321+", 29);
	other = text_hash(&key, "abcdefg1234567ABCDEFG7654321+", 29);
	g_assert_false(same(&one, &other));
}

static void test_keys(void)
{
	static const guint64 others[][2] = { { 0, 0 }, { 1, 1 }, { G_MAXUINT64, 7 }, { 7, 42 } };
	struct text_hash_key key = text_hash_key(points);
	struct text_hash one = text_hash(&key, "some text", 9);

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		struct text_hash_key other = text_hash_key(others[i]);
		struct text_hash first = text_hash(&other, "some text", 9);
		struct text_hash second = text_hash(&other, "some texs", 9);

		g_assert_false(same(&one, &first));
		g_assert_cmpuint(first.halves[0], !=, second.halves[0]);
		g_assert_cmpuint(first.halves[1], !=, second.halves[1]);
	}
}

/* The text ends where memory does. */
static void test_end(void)
{
	struct text_hash_key key = text_hash_key(points);
	gsize page = (gsize)sysconf(_SC_PAGESIZE);
	char *memory =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	g_assert_true(memory != MAP_FAILED);
	g_assert_cmpint(mprotect(memory + page, page, PROT_NONE), ==, 0);
	memset(memory, 'x', page);
	for (guint length = 0; length < LENGTH; length++) {
		struct text_hash at_end = text_hash(&key, memory + page - length, length);
		struct text_hash inside = text_hash(&key, memory + 1, length);

		g_assert_true(same(&at_end, &inside));
	}
	munmap(memory, 2 * page);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text_hash/bits", test_bits);
	g_test_add_func("/text_hash/lengths", test_lengths);
	g_test_add_func("/text_hash/keys", test_keys);
	g_test_add_func("/text_hash/end", test_end);
	return g_test_run();
}

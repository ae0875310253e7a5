// SPDX-License-Identifier: GPL-2.0-only
/*
 * text_hash: seven bytes are one coefficient.  Four of them at a time need one
 * reduction, which is what takes the time.
 */
#include "text_hash.h"

#include <string.h>

#define PRIME ((G_GUINT64_CONSTANT(1) << 61) - 1)
#define STEP 7
#define GROUP (4 * STEP)

__extension__ typedef unsigned __int128 wide;

/* Congruent, and below 2^62. */
static guint64 reduce(wide value)
{
	guint64 sum = ((guint64)value & PRIME) + (guint64)(value >> 61);

	return (sum & PRIME) + (sum >> 61);
}

static guint64 coefficient(const guint8 *text)
{
	guint64 bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return GUINT64_FROM_LE(bytes) & ((G_GUINT64_CONSTANT(1) << (8 * STEP)) - 1);
}

struct text_hash_key text_hash_key(const guint64 points[2])
{
	struct text_hash_key key;

	for (int i = 0; i < 2; i++) {
		guint64 *powers = key.powers[i];

		/* Zero and one would not tell texts apart. */
		powers[0] = points[i] % (PRIME - 2) + 2;
		for (int k = 1; k < 4; k++)
			powers[k] = reduce((wide)powers[k - 1] * powers[0]);
	}
	return key;
}

static void add_group(const struct text_hash_key *key, struct text_hash *hash, const guint8 *text)
{
	guint64 a = coefficient(text), b = coefficient(text + STEP);
	guint64 c = coefficient(text + 2 * STEP), d = coefficient(text + 3 * STEP);

	for (int i = 0; i < 2; i++) {
		const guint64 *powers = key->powers[i];

		hash->halves[i] =
			reduce((wide)(hash->halves[i] + a) * powers[3] + (wide)b * powers[2] +
			       (wide)c * powers[1] + (wide)d * powers[0]);
	}
}

struct text_hash text_hash(const struct text_hash_key *key, const void *text, gsize length)
{
	const guint8 *at = text;
	struct text_hash hash = { { 0 } };
	guint8 rest[2 * GROUP] = { 0 };
	gsize left = length;

	/* One byte more is read than is used. */
	for (; left > GROUP; left -= GROUP, at += GROUP)
		add_group(key, &hash, at);
	if (left)
		memcpy(rest, at, left);
	add_group(key, &hash, rest);
	/* The length tells what was appended from what was there. */
	memset(rest, 0, sizeof(rest));
	for (int i = 0; i < STEP; i++)
		rest[i] = (guint8)((guint64)length >> (8 * i));
	add_group(key, &hash, rest);
	for (int i = 0; i < 2; i++)
		hash.halves[i] %= PRIME;
	return hash;
}

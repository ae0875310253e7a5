/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_hash: whether two texts are the same, faster than they can be read.
 *
 * A polynomial over the text modulo 2^61 - 1, twice, at points that are secret.
 * Whoever does not know the key cannot make two texts with one hash: for texts of
 * n bytes they are alike with a probability below (n / 7 / 2^61)^2.
 */
#ifndef PFNCHECK_TEXT_HASH_H
#define PFNCHECK_TEXT_HASH_H

#include <glib.h>

struct text_hash {
	guint64 halves[2];
};

/* The powers of the two points. */
struct text_hash_key {
	guint64 powers[2][4];
};

/* A key by two numbers, which are best drawn at random. */
struct text_hash_key text_hash_key(const guint64 points[2]);
/* text needs no alignment, and nothing behind it. */
struct text_hash text_hash(const struct text_hash_key *key, const void *text, gsize length);

#endif

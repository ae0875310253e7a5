/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proof: what the verdict of one route rests on, step by step and in an order in
 * which it can be checked against the source.  Plain data for a writer.
 */
#ifndef PFNCHECK_PROOF_H
#define PFNCHECK_PROOF_H

#include <glib.h>

#include "audit.h"
#include "trace.h"

enum proof_tone {
	TONE_PLAIN,
	TONE_GOOD,
	TONE_BAD,
	TONE_OPEN, /* not decided, or what decides */
};

struct proof_step {
	struct place at;      /* file NULL: it is at no place */
	const char *function; /* that it is in, or NULL */
	const char *note;
	const char *state; /* of the mapping after it, or NULL if that is as before */
	struct place then; /* where that leads to; file NULL: nowhere else */
	enum proof_tone tone;
};

struct proof_part {
	const char *title;
	enum proof_tone tone;
	GPtrArray *steps; /* struct proof_step */
};

struct proof {
	struct audit_route *route; /* the audit's */
	GPtrArray *parts;	   /* struct proof_part */
};

/*
 * The proof of a route that judge_route() has judged.  traced is NULL for an ops
 * object that only the text has.  Strings are the audit's; proof_free() releases
 * the rest.
 */
struct proof *proof_new(struct audit *audit, struct program *program,
			const struct trace_route *traced, struct audit_route *route);
void proof_free(struct proof *proof);

/* Makes one of proofs (struct proof *) that differ in their configuration alone. */
void proof_merge(GPtrArray *proofs);

#endif

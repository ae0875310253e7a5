/* SPDX-License-Identifier: GPL-2.0-only */
/* proof: what its files share. */
#ifndef PFNCHECK_PROOF_PRIVATE_H
#define PFNCHECK_PROOF_PRIVATE_H

#include "judge_private.h"
#include "proof.h"

struct prover {
	struct judging j;
	struct proof *proof;
	struct proof_part *part; /* the one that steps are added to */
};

/* Begins a part. */
void proof_begin(struct prover *p, enum proof_tone tone, const char *title);
/* Adds a step to the part; what is zero may be filled in. */
struct proof_step *proof_add(struct prover *p, struct place at, const char *function,
			     const char *note);
/* "set: ...; clear: ...; open: ...; vm_ops: ..." */
const char *proof_state(struct prover *p, const struct state *state);
/* "sets VM_PFNMAP; clears VM_MAYWRITE", or NULL if nothing changes from a to b. */
const char *proof_flag_note(struct prover *p, const struct state *a, const struct state *b);
/* The same without what follows from the kind of mapping alone. */
const char *proof_state_key(struct prover *p, const struct state *state);
struct place proof_place(struct prover *p, const char *file, unsigned int line,
			 unsigned int column);
/* "keeps the rule", "breaks the rule or keeps the rule", ...: a set of outcomes. */
const char *proof_outcomes(struct prover *p, unsigned int set, bool handler);
/* "a private mapping", ... */
const char *proof_kind(enum mapping_kind kind);

struct place proof_table_place(struct prover *p, const struct fact_table *t);
/* The member of the object at a path of a table, as far as it has an initialiser; or NULL. */
const struct fact_member *proof_find_member(const struct fact_table *t, const char *path,
					    const char *field);
struct place proof_member_place(struct prover *p, const struct fact_table *t,
				const struct fact_member *m);
/* The places at which a table is stored in a field. */
void proof_tell_stores(struct prover *p, const char *field, const struct fact_table *t);
/* The calls that a table is handed to, in the file it is in. */
void proof_tell_uses(struct prover *p, const struct fact_table *t);
/* The places at which a file is stored in a field, if it is known what made it. */
void proof_tell_files(struct prover *p, const char *field);

/*
 * The steps of a way through a graph; after: the state under which its own
 * insertions are judged, NULL for handlers (each under its own).
 */
void proof_tell_way(struct prover *p, const struct trace_graph *graph, const GArray *way,
		    const struct state *after);
/* Which handlers the vm_ops of a state have. */
void proof_tell_vm_ops(struct prover *p, const struct state *after);
/* What all handlers of exits of mmap (int: points) insert, each place once. */
void proof_tell_handlers(struct prover *p, const GArray *exits);
/*
 * The branches after which no outcome that weighs is left, or if there never is one
 * the last branches.  name: of a handler, or NULL.
 */
void proof_tell_others(struct prover *p, const struct trace_graph *graph, const char *name);

#endif

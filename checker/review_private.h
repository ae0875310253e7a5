/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of review share: the review itself and the states it compares.
 */
#ifndef PFNCHECK_REVIEW_PRIVATE_H
#define PFNCHECK_REVIEW_PRIVATE_H

#include "build_change.h"
#include "git.h"
#include "review.h"
#include "snapshot.h"

/* A state to look at. */
struct state {
	char tree[GIT_OID_SIZE];
	char *id; /* as in audit_commit */
	char *subject;
	/* A state before it, from which it differs in nothing that matters; NULL: none known. */
	const struct state *same;
	struct build_change *build; /* against the base; NULL: not known yet */
};

struct review {
	struct pipeline *pipeline;
	const struct options *options;
	char *directory; /* in the cache */
	char *audits;	 /* saved ones, in it */
	struct git *git;
	struct snapshot *snapshot; /* NULL until something has to be looked at */
	struct state *base;
	char configured[GIT_OID_SIZE]; /* a tree with the build files of the base */
	GPtrArray *known;	       /* struct state: of earlier reviews */
	GHashTable *made;	       /* char *: trees whose audits this run saved */
	GPtrArray *states;	       /* struct state: after each commit, oldest first */
	const struct state *current;   /* that is being looked at */
	char *words[2];		       /* what base and head are called */
};

/* review.c */

/* Puts a state where it can be looked at: at snapshot_path(review->snapshot). */
bool review_go_to(struct review *review, const struct state *state, GError **error);

struct state *review_state_new(const char *tree, const char *id, const char *subject);

/* review_saved.c */

/* Sets review->configured, and the state of an earlier review that the base is the same as. */
bool review_find_known(struct review *review, GError **error);
/* The saved audit of a state, the caller's, or NULL. */
struct audit *review_load(const struct review *review, const struct state *state);
/* Saves the audit that the pipeline has as that of a state. */
bool review_save(struct review *review, const struct state *state, GError **error);
/* Where is kept what the audit of a state needs: a new string. */
char *review_needs_file(const struct review *review, const struct state *state);
/* Removes the saved audits that were not used for longest. */
void review_prune(const struct review *review);

/* review_changes.c */

/* Finds out whether after differs from before in something that matters: after->same. */
bool review_find_same(struct review *review, const struct state *before, struct state *after,
		      GError **error);
/*
 * Marks the routes of a state's audit whose sources may be compiled otherwise than in
 * the base: what is not a violation by the flags of the base is unknown.
 */
bool review_mark_build(struct review *review, struct state *state, struct audit *audit,
		       GError **error);
/*
 * Adds a note for each allow comment that the head has and the base has not, and those
 * of the files that changed which neither side could analyse.
 */
bool review_note_coverage(struct review *review, const struct state *head, struct audit *audit,
			  GError **error);
/* The lines of the head that the base does not have. */
struct diff_lines *review_diff_lines(struct review *review, const struct state *head,
				     GError **error);

#endif

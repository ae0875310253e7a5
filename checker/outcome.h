/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outcome: what the ways on from each point of a graph can come to.
 *
 * Outcomes are ordered: of two that user space can choose between, the greater
 * one counts, but what is undecided stays beside it.  What the object, the device or the environment decide stays
 * apart, so a point has a set of outcomes.
 */
#ifndef PFNCHECK_OUTCOME_H
#define PFNCHECK_OUTCOME_H

#include "audit.h"
#include "trace.h"

enum outcome {
	OUTCOME_NOTHING = 1, /* fails, or maps nothing and leaves no handler that would */
	OUTCOME_FORWARD = 2,
	OUTCOME_GOOD = 4,
	OUTCOME_UNDECIDED = 8,
	OUTCOME_BAD = 16,
};

/* The outcomes that weigh: they decide about verdicts and conditions. */
#define OUTCOME_WEIGHS (OUTCOME_GOOD | OUTCOME_UNDECIDED | OUTCOME_BAD)

/* Outcomes of a route: of every point of every graph. */
struct outcomes {
	const struct trace_route *route;
	struct program *program;
	GHashTable *sets; /* struct trace_graph * -> guint8[] by point */
};

/* The verdict that outcomes come to, those of all paths or of all configurations. */
enum verdict outcome_verdict(unsigned int set);
/* The outcomes that a verdict stands for; 0 where there is no callback to have any. */
unsigned int outcome_of_verdict(enum verdict verdict);
/* How loud a verdict is. */
enum level outcome_level(enum verdict verdict);

struct outcomes *outcomes_new(struct program *program, const struct trace_route *route);
void outcomes_free(struct outcomes *outcomes);

/* The set of a point: bits of enum outcome. */
unsigned int outcomes_at(const struct outcomes *outcomes, const struct trace_graph *graph,
			 int point);
/* What both sides of a fork that user space decides come to. */
unsigned int outcome_join(unsigned int a, unsigned int b);
/* The sets of the two sides of a branch; false if the point is none. */
bool outcomes_sides(const struct outcomes *outcomes, const struct trace_graph *graph, int point,
		    unsigned int sides[2]);
/* Whether the branch at a point decides between outcomes that weigh. */
bool outcomes_decides(const struct outcomes *outcomes, const struct trace_graph *graph, int point);
/* Handlers of an exit of mmap (struct trace_handler *); free with g_ptr_array_unref(). */
GPtrArray *outcomes_handlers(const struct outcomes *outcomes, const struct state *exit);
/* What the insertions of a state come to by themselves. */
unsigned int outcome_of_state(struct program *program, const struct state *state,
			      unsigned int inserts);
/* The insertions of a handler that ended in a state: vmf->page counts if it says so. */
unsigned int outcome_handler_inserts(struct program *program, const struct state *exit);

#endif

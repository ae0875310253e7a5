/* SPDX-License-Identifier: GPL-2.0-only */
/* judge: what its files share: ways through graphs and how they are told. */
#ifndef PFNCHECK_JUDGE_PRIVATE_H
#define PFNCHECK_JUDGE_PRIVATE_H

#include "judge.h"
#include "outcome.h"

struct judging {
	struct audit *audit;
	struct program *program;
	const struct trace_route *r;
	struct audit_route *out;
	struct outcomes *o;
	GHashTable *seen; /* keys of inserts and findings */
	GPtrArray *ways;  /* struct condition_list *: of the ways that break the rule */
};

struct condition_list {
	guint length;	       /* of the way */
	GPtrArray *conditions; /* struct audit_condition */
};

/* The whole way to an insertion: through mmap, then through a handler if it is one's. */
struct full_way {
	GArray *mmap; /* to the exit, or to the insertion and what follows it */
	const struct trace_handler *handler;
	GArray *inside;
};

/* A way through a graph (int): points from the entry on. To be unreffed. */
GArray *judge_way_to(const struct trace_graph *graph, int point);
const struct trace_point *judge_point_at(const struct trace_graph *graph, int i);
/* The event of a point, NULL for exits. */
const struct fact_node *judge_node_of(const struct trace_point *p);
/* The function that what happens at a point is put down to; NULL outside of functions. */
const struct fact_function *judge_function_of(const struct trace_point *p);
struct place judge_place_of(struct judging *j, const struct trace_point *p);
/* Formatted text that lives as long as the audit. */
const char *judge_text(struct judging *j, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* "page", "mixed", "pfn" or "forward", by bits of enum insert_bit. */
const char *judge_class_name(unsigned int inserts);
/* What a step from one point to the next inserts: bits of enum insert_bit. */
unsigned int judge_inserted_between(const struct trace_point *from, const struct trace_point *to);
const char *judge_helper_name(const struct trace_point *p);
/* The offending part of what is inserted under flags, by the rule; 0 if it is fine. */
unsigned int judge_offence(const struct judging *j, unsigned int bits, const struct state *flags);
/* Whether the call at a point is followed to the next one, in the function that is called. */
bool judge_is_entered(const struct trace_point *p, const struct trace_point *next);
/* Whether the frame that is entered at an index of a way does anything worth telling. */
bool judge_frame_is_told(const struct trace_graph *graph, const GArray *way, unsigned int at);
/* "struct pages", "pfns", ... by bits of enum insert_bit. */
const char *judge_insert_words(unsigned int bits);
/* "inserts struct pages with vm_insert_page" */
const char *judge_insert_note(struct judging *j, const struct trace_point *p, unsigned int bits);
/* "installs foo_vm_ops" */
const char *judge_vm_ops_note(struct judging *j, const struct state *s);
void judge_add_step(struct audit_finding *f, struct place at, const char *function,
		    const char *note);
/* Where a point of mmap's graph sets VM_PFNMAP on ways that weigh: the route's settings. */
void judge_note_settings(struct judging *j);
/* Notes a way that breaks the rule, for the conditions of the route. */
void judge_breaks(struct judging *j, const struct full_way *way);
/* The shortest noted way's conditions become the route's, what others add its guards. */
void judge_set_conditions(struct judging *j);
/* Gives a finding its path and conditions. */
void judge_tell(struct judging *j, struct audit_finding *f, const struct full_way *way);
void judge_condition_list_free(void *data);

/* judge_finding.c */

/* What is found at insertions on the way through mmap. */
void judge_own_inserts(struct judging *j);
/* What is found at and behind its exits. */
void judge_exits(struct judging *j);
/* Notes a route whose code the configuration does not build. */
void judge_not_built(struct judging *j);

#endif

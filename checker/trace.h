/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace: the feasible paths of an exporter.  For each route it gives the graph
 * of points that are reached from dma_buf_ops.mmap, and those of the handlers
 * that each successful way through it leaves behind.
 *
 * A point is a place in the code together with a state.  Calls are followed
 * into; a point's state holds the frames, so one graph has it all.  What a path
 * means is for judge to say.
 */
#ifndef PFNCHECK_TRACE_H
#define PFNCHECK_TRACE_H

#include <glib.h>
#include <stdbool.h>

#include "program.h"
#include "state.h"

/* A field that holds a table on this route, and which one. */
struct trace_binding {
	const char *field; /* "struct::field", or "*record" for any pointer to one */
	const struct fact_table *table;
	const char *why; /* why it goes with the ones before it, or NULL: any of its record may */
	/* Where the field is read first; NULL if that is not known. */
	const struct fact_function *asked_in;
	const struct fact_node *asked_at;
};

enum trace_fork {
	FORK_NONE,
	FORK_UNION, /* object, device or environment decide */
	FORK_JOIN,  /* user space decides, or it happens all the same */
};

struct trace_edge {
	int to;
	int truth; /* of the branch taken, -1 if it is not one */
};

struct trace_point {
	const struct state *state;
	int node;   /* of state->frame->function; -1: after the outermost return */
	int parent; /* on a shortest way from the entry; -1 for the entry */
	enum trace_fork fork;
	enum origin origin; /* of what decides a fork */
	const char *helper_id;
	const struct word *word;	    /* helper that is called here, or NULL */
	const struct word *doubted;	    /* likewise, one that does not do what its row says */
	const struct fact_function *callee; /* function that is entered here, or NULL */
	/* What is done here was asked for there; or NULL. */
	const struct fact_function *at_function;
	const struct fact_node *at_node;
	struct trace_edge *edges;
	unsigned int n_edges;
};

struct trace_graph {
	const struct fact_function *root;
	GPtrArray *points; /* struct trace_point *, the route's pool's; the first is the entry */
	bool coarse;	   /* conditions that depend on one another were not told apart */
};

/* A handler as it runs after some successful ways through mmap. */
struct trace_handler {
	const struct handler *handler;
	const struct state *after; /* state of the exits it belongs to */
	struct trace_graph *graph; /* NULL: see unknown */
	const char *unknown;	   /* why there is no graph, or NULL */
};

struct trace_route {
	const struct exporter *exporter;
	const struct fact_function *mmap; /* NULL if its definition is not known */
	const char *mmap_id;		  /* NULL if the object has no callback */
	GArray *bindings; /* struct trace_binding, in the order they were asked for */
	struct pool *pool;
	struct trace_graph *graph; /* NULL if there is no function to trace */
	GPtrArray *handlers;	   /* struct trace_handler *, owned */
	/* Other owners (struct fact_table *) with which the route is the same. */
	GPtrArray *alike;
	bool owner_matters;	 /* with some other owner it is not */
	GHashTable *owner_reads; /* set of "path field": what it rests on of the owner's table */
	bool import_only;	 /* objects with these tables are those of other exporters */
	const char *unknown;	 /* why the route could not be traced at all, or NULL */
	/* Where that was found out; NULL if it is no place in the code. */
	const struct fact_function *unknown_in;
	const struct fact_node *unknown_at;
	/* Routes of which this one keeps the place; NULL: it is a route itself. */
	const struct trace_part *part;
};

void trace_route_free(struct trace_route *route);

/*
 * Routes that were traced, with the questions that they rest on: what would come out
 * again is not traced again, neither when more is known of a program nor for another
 * one with the same past, which has to live longer.
 */
struct trace_memory *trace_memory_new(struct program_past *past);
void trace_memory_free(struct trace_memory *memory);

/* Traces all exporters, which asks for what is missing; for survey_program(). */
void trace_exporters(struct program *program, void *unused);
/*
 * All routes (const struct trace_route *), in the order of the exporters, by what was
 * traced last.  They are the memory's, until something is traced again.
 */
GPtrArray *trace_routes(struct program *program);

/* Whether a function that ends in this state reports failure: 0 no, 1 yes, -1 either. */
int trace_failed(const struct state *exit);
/* Whether the mapping has vm_ops, known ones or not. */
bool trace_has_handlers(const struct state *state);
/* State after mmap that handlers of it depend on: equal pointers, equal handlers. */
const struct state *trace_leftover(struct pool *pool, struct program *program,
				   const struct state *exit);

enum trace_stop {
	STOP_BUG = 1,	      /* for every mapping in this state */
	STOP_BUG_PRIVATE = 2, /* for private ones */
	STOP_WARN = 4,
	STOP_FAILS = 8,	   /* it can only return an error */
	STOP_UNKNOWN = 16, /* its body is not known */
};

/*
 * What the body of a helper, in the analysed tree, does when it is reached in a
 * state: bits of enum trace_stop.  *in and *node get the worst BUG or WARN if
 * there is one, and are left alone otherwise; both may be NULL.
 */
unsigned int trace_precondition(struct program *program, const char *helper, const struct state *at,
				bool in_handler, const struct fact_function **in,
				const struct fact_node **node);

/* What a function does to mappings, by its body in the analysed tree. */
struct trace_effect {
	unsigned int inserts; /* enum insert_bit, of all ways */
	bool fresh;	      /* it inserts into a mapping without VM_PFNMAP and VM_MIXEDMAP */
	guint64 sets;	      /* then these are set on every way that has inserted */
	const char *unknown;  /* why that is not all, or NULL; the program's */
};

struct trace_effect trace_effect(struct program *program, const struct fact_function *function);

/*
 * What in the body of a helper speaks against its row, as "does not set VM_PFNMAP", or
 * NULL.  *unknown, which may be NULL, gets the reason why the two cannot be compared, or
 * NULL; so it does if the body is not known.
 */
const char *trace_doubt(struct program *program, const struct word *word, const char *id,
			const char **unknown);

/* One text line for each point. */
void trace_dump(const struct trace_route *route, GString *out);

#endif

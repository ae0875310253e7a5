/* SPDX-License-Identifier: GPL-2.0-only */
/* trace: what its files share. */
#ifndef PFNCHECK_TRACE_PRIVATE_H
#define PFNCHECK_TRACE_PRIVATE_H

#include "trace.h"

enum trace_mode {
	MODE_MMAP, /* under the write lock of mmap */
	MODE_HANDLER,
	MODE_EXPORT, /* which dma_buf_ops an export function leaves behind */
	MODE_CHECK,  /* what a helper itself does; words are followed into */
	MODE_EFFECT, /* likewise, page-table entries included; only flags and constants are kept */
};

struct tracer {
	struct program *program;
	struct pool *pool;
	enum trace_mode mode;
	bool in_handler;	/* runs in a fault, under the read lock of mmap */
	bool fault;		/* the handler is one that may return vmf->page */
	GArray *bindings;	/* struct trace_binding */
	GHashTable *liveness;	/* struct fact_function * -> guint64[] */
	GHashTable *flows;	/* struct fact_function * -> what of it ends up in flags */
	GHashTable *remembered; /* key -> 1: worth remembering, 2: not */
	struct trace_graph *graph;
	GHashTable *index; /* point key -> index + 1 */
	/* A bound was hit: only what this state assumes already is remembered; or NULL. */
	const struct state *coarse;
	const struct value *copies; /* of the state whose handlers are asked for, or NULL */
	const char *need_field;	    /* a binding without which the trace cannot go on */
	const char *need_record;
	const struct fact_function *need_in; /* where it was asked for */
	const struct fact_node *need_at;
	GHashTable *owner_reads; /* "path field" of an owner's table that the route rests on */
	const char *overflow;	 /* name of the bound that was hit, or NULL */
};

#define TRACE_NO_VM_OPS "(none)"

void tracer_begin(struct tracer *t, struct program *program, struct pool *pool, GArray *bindings);
void tracer_end(struct tracer *t);

/* Whether the tracer looks into helpers of the vocabulary. */
static inline bool trace_in_helper(const struct tracer *t)
{
	return t->mode == MODE_CHECK || t->mode == MODE_EFFECT;
}

/* Value of an expression; may set need_*. */
const struct value *trace_eval(struct tracer *t, const struct state *s, const struct expr *e);
/* The object that an lvalue names, as the value of its address. */
const struct value *trace_place(struct tracer *t, const struct state *s, const struct expr *e);
/* What the local, or member of one, behind a VALUE_CELL holds; NULL if it is not known. */
const struct value *trace_load(const struct state *s, const struct value *cell);
/* Stores to it. */
void trace_store(struct tracer *t, struct state *s, const struct value *cell,
		 const struct value *value);
const char *trace_type(const struct state *s, const struct expr *e);
/* The point for a state, new or known; edges of from lead to it. */
void trace_push(struct tracer *t, int from, const struct state *s, int node, int truth);

/* trace_member.c */

/* A static object, or what is in it at a path. */
const struct value *trace_global(struct tracer *t, const char *name, const char *path);
/* The record of a "record::field"; "" for other keys. */
char *trace_record_of_key(const char *key);
/* Values (const struct value *) that a member of a static object may hold; never empty. */
GPtrArray *trace_member_values(struct tracer *t, const struct value *object, const char *field);
/* Notes that the route rests on something of its owner's table; field "": on which one it is. */
void trace_note_owner(struct tracer *t, const struct value *v, const char *field);
/* The file_operations of every file that is ever stored in a field, if they are one; or NULL. */
const char *trace_file_maker(struct tracer *t, const char *field);
/* Functions that a field may hold, in tables or by assignment (ids, sorted, unique). */
GPtrArray *trace_field_functions(struct tracer *t, const char *field);
/* Those that a variable may hold, by its id; NULL if that cannot be told. */
GPtrArray *trace_variable_functions(struct tracer *t, const char *id);

/* trace_live.c */

/* What is kept of a value that a local gets. */
const struct value *trace_kept(const struct tracer *t, const struct value *v);
/* Whether an assumption is kept; data is the tracer.  For state_sweep(). */
bool trace_remembered(const char *key, void *data);
/* Leads on to a node of the topmost frame; dead locals are dropped. */
void trace_advance(struct tracer *t, int from, struct state *s, int node, int truth);

/* What nodes do; from is the point of the node. */

void trace_assign(struct tracer *t, int from, const struct fact_node *n);
/* Steps over a call. */
void trace_call(struct tracer *t, int from, const struct fact_node *n);
/* Forks over the truth of a value: advances to the nodes of a branch. */
void trace_branch(struct tracer *t, int from, const struct value *v, int yes, int no);
void trace_switch(struct tracer *t, int from, const struct fact_node *n);

/* trace_call.c and trace_word.c */

/* A call that is stepped over. */
struct call {
	struct tracer *t;
	int from;
	const struct fact_node *n;
	const struct state *state;
	GPtrArray *args; /* const struct value * */
	bool mapping;	 /* a mapping is among the arguments */
};

/* An argument, or what is not known if there are fewer. */
const struct value *call_argument(const struct call *c, unsigned int i);
const char *call_result_type(const struct call *c);
/* A symbol for the result of a call that is not followed. */
const struct value *call_opaque_result(const struct call *c, const char *name, struct state *s);
/* Locals whose addresses are handed to code that is not followed may change. */
void call_havoc(const struct call *c, const char *id, struct state *s);
/* Goes on behind the call. */
void call_finish(const struct call *c, struct state *s, const struct value *result);
/* The call is not followed, and leaves mappings alone. */
void call_opaque(const struct call *c, const char *name);
/* The call is not followed, and may do anything to mappings. */
void call_undecided(const struct call *c, const char *why, const char *name);
/* The call is one of a helper of the vocabulary. */
void call_word(const struct call *c, const struct word *word, const char *id);

/* Whether a local of the frame ends up in the flags of a mapping, by the text of the code. */
bool trace_flows_to_flags(struct tracer *t, const struct frame *frame, int local);

/*
 * The graph of a function from a state (whose frame is set here).  NULL if a
 * binding is needed first (need_field) or a bound was hit (overflow).  When the
 * points are too many, fewer conditions are told apart before that is given up.
 */
struct trace_graph *trace_explore(struct tracer *t, const struct fact_function *f,
				  const struct state *initial);
/* The points are the pool's. NULL is ignored. */
void trace_graph_free(struct trace_graph *graph);
struct trace_point *trace_point(struct tracer *t, int index);
/* Sets the flag word of the mapping. */
void trace_set_flags(struct tracer *t, struct state *s, guint64 ones, guint64 zeros);
/* Bits that are set or clear for a kind of mapping. */
void trace_kind_bits(const struct tracer *t, enum mapping_kind kind, guint64 *ones, guint64 *zeros);
/* Sets the flag word of the mapping to what a value says. */
void trace_store_flags(struct tracer *t, struct state *s, const struct value *v);
/* A vm_area_desc is filled: it begins without handlers and actions; flags are stored later. */
void trace_begin_description(struct tracer *t, struct state *s);
void trace_undecided(struct tracer *t, struct state *s, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* trace_route.c */

void trace_exporter(struct program *program, const struct exporter *e, GPtrArray *out);
struct trace_route *trace_route_new(const struct exporter *e, const GArray *bindings);
/* Adds the routes of a callback with these bindings. */
void trace_bound(struct program *program, const struct exporter *e, const char *id,
		 GArray *bindings, GPtrArray *out);

/* trace_memory.c */

/* The routes of an exporter's callback with one table bound. */
struct trace_part {
	const char *id; /* of the callback */
	struct trace_binding binding;
	/* Where the table was asked for. */
	const struct fact_function *need_in;
	const struct fact_node *need_at;
	struct trace_unit *unit; /* what is known of it */
};

/* The caller's, to be freed by g_free(). */
struct trace_part *trace_part_new(struct program *program, const struct exporter *e, const char *id,
				  const struct trace_binding *binding, const struct tracer *t);
/*
 * Traces parts (struct trace_part *), side by side, as far as they would not be what
 * they were; returns how many routes they have.
 */
guint trace_parts(struct program *program, const struct exporter *e, const GPtrArray *parts);
/* What is being traced rests on more than its questions: it is not to be kept. */
void trace_memory_forget(void);

/* trace_bind.c */

/* Adds the routes of a part. */
void trace_part(struct program *program, const struct exporter *e, const struct trace_part *part,
		GPtrArray *out);

/* Adds the routes with each of the tables that the field which t needs may hold. */
void trace_split(struct program *program, const struct exporter *e, const char *id,
		 GArray *bindings, const struct tracer *t, GPtrArray *out);

#endif

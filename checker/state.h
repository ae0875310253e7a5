/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state: what is known at one point of a path: abstract values, the mapping's
 * flags, what was inserted, what was assumed, and the frames of the calls.
 *
 * Values, frames and states are immutable and interned in a pool: two are equal
 * exactly if their pointers are.
 */
#ifndef PFNCHECK_STATE_H
#define PFNCHECK_STATE_H

#include <glib.h>
#include <stdbool.h>

#include "bounds.h"
#include "facts.h"

/* Where a value comes from; the order is that of joining: the greatest one wins. */
enum origin {
	ORIGIN_CONSTANT,
	ORIGIN_ENVIRONMENT, /* globals */
	ORIGIN_DEVICE,	    /* struct device */
	ORIGIN_OBJECT,	    /* the exported object */
	ORIGIN_LOCAL,	    /* counters and the like */
	ORIGIN_USER,	    /* the vma, the address, the page: what user space chooses */
};

enum value_kind {
	VALUE_UNKNOWN,
	VALUE_INT,	 /* n */
	VALUE_ERROR,	 /* a negative error code or an error pointer */
	VALUE_NONNULL,	 /* a pointer to something */
	VALUE_SYMBOL,	 /* name: a key that stands for the same value wherever it occurs */
	VALUE_TEST,	 /* base op n, or op OP_NONE: IS_ERR(base) */
	VALUE_MAPPING,	 /* name: the record, "vm_area_struct" and so on */
	VALUE_FLAGS,	 /* a flag word: ones, zeros, the rest as at first */
	VALUE_FLAG_TEST, /* ((flags & mask) == n) op OP_EQ or OP_NE; ones and zeros of flags */
	VALUE_GLOBAL,	 /* the address of name, inside of it at path */
	VALUE_FUNCTION,	 /* name: id */
	VALUE_CELL,   /* the address of local n of the frame of depth mask, inside of it at path */
	VALUE_FILE,   /* a struct file whose file_operations have the id name */
	VALUE_RECORD, /* an object: its member name is held, the others are in base */
};

struct value {
	enum value_kind kind;
	enum origin origin;
	enum expr_op op;
	bool carried; /* a symbol that means the same in another function */
	const char *name;
	const char *path;
	gint64 n;
	guint64 mask;
	guint64 ones;
	guint64 zeros;
	const struct value *base; /* of a field's symbol: what it was read from */
	const struct value *held; /* of a record: the value of the member */
};

struct assumption {
	const char *key;
	bool truth;
	bool carried;
};

struct assumptions {
	unsigned int n;
	struct assumption list[];
};

struct frame {
	const struct fact_function *function;
	const struct frame *up;
	unsigned int depth; /* of the outermost frame: 0 */
	int return_node;    /* in the caller */
	int result;	    /* local of the caller, or -1 */
	unsigned int n_locals;
	const struct value *locals[];
};

/* How a mapping was asked for; the bits of mm/mmap.c, do_mmap(). */
enum mapping_kind {
	MAPPING_ANY,	   /* not looked at yet */
	MAPPING_SHARED,	   /* VM_SHARED, VM_MAYSHARE, VM_MAYWRITE */
	MAPPING_READ_ONLY, /* MAP_SHARED of a file opened read-only: VM_MAYSHARE */
	MAPPING_PRIVATE,   /* VM_MAYWRITE */
};

enum insert_bit {
	INSERT_PFN = 1,
	INSERT_PAGE = 2,
	INSERT_MIXED = 4,
	INSERT_FORWARD = 8,
	INSERT_STORED_PAGE = 16, /* vmf->page, which counts if the handler says so */
	INSERT_UNKNOWN = 32,	 /* of an action: it is not known which one */
};

struct state {
	guint64 ones;  /* flags known to be set */
	guint64 zeros; /* flags known to be clear */
	enum mapping_kind kind;
	unsigned int inserts; /* enum insert_bit */
	unsigned int action;  /* what a vm_area_desc asks to be inserted later: enum insert_bit */
	const struct fact_function *action_function; /* where it asks */
	const struct fact_node *action_node;
	bool set_before; /* VM_PFNMAP was set at some time */
	bool special;	 /* a special PTE was made by hand */
	const struct value *vm_ops;
	const struct value *file;   /* the mapping's file, or NULL */
	const struct value *copies; /* record: id of a table of handlers -> the one it is a copy of */
	const struct value *ops;    /* last store to dma_buf::ops */
	const char *undecided;	    /* the first reason, or NULL */
	const struct value *result; /* after the outermost return */
	const struct assumptions *assumed;
	const struct frame *frame;
};

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *pool);

/* Zeroed memory that lives as long as the pool. */
void *pool_alloc(struct pool *pool, gsize size);
const char *pool_string(struct pool *pool, const char *s);
const struct value *pool_value(struct pool *pool, const struct value *value);
const struct frame *pool_frame(struct pool *pool, const struct frame *frame);
const struct state *pool_state(struct pool *pool, const struct state *state);

const struct value *value_unknown(struct pool *pool, enum origin origin);
const struct value *value_int(struct pool *pool, gint64 n);
const struct value *value_simple(struct pool *pool, enum value_kind kind, const char *name,
				 enum origin origin);
const struct value *value_symbol(struct pool *pool, const char *key, enum origin origin,
				 bool carried, const struct value *base);
const struct value *value_flags(struct pool *pool, guint64 ones, guint64 zeros);
/* Whether the value is an address or an error for certain, so that it is not 0. */
bool value_is_nonzero(const struct value *value);
/* The key of a value inside of other keys; never NULL. */
char *value_key(const struct value *value);

/*
 * A record with the member at path set; old may be any value of an object.  The
 * path holds what is on the way from the object: "rec::in.in::x", "[2]".
 */
const struct value *value_with_member(struct pool *pool, const struct value *old, const char *path,
				      const struct value *member);
/* The member at path of a value of an object; NULL if it is not known. */
const struct value *value_member(const struct value *object, const char *path);

const struct value *value_binary(struct pool *pool, enum expr_op op, const struct value *a,
				 const struct value *b);
const struct value *value_unary(struct pool *pool, enum expr_op op, const struct value *a);
const struct value *value_is_err(struct pool *pool, const struct value *a);

/* -1: nothing is assumed about the key. */
int state_assumed(const struct state *state, const char *key);
/* Into *state, which is not interned yet. */
void state_assume(struct pool *pool, struct state *state, const char *key, bool truth,
		  bool carried);
/* Forgets all that was assumed about keys that contain key. */
void state_forget(struct pool *pool, struct state *state, const char *key);
/*
 * Keeps what is carried and to be remembered, and what a value of one of the
 * frames, or keep, rests on.
 */
void state_sweep(struct pool *pool, struct state *state, const struct value *keep,
		 bool (*remembered)(const char *key, void *data), void *data);
/* To be called when what is remembered changes. */
void pool_forget_sweeps(struct pool *pool);
/* Sets a local of a frame at some depth, with the frames above it made anew. */
void state_set_local(struct pool *pool, struct state *state, unsigned int depth, int local,
		     const struct value *value);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * state: values, frames and states, interned by content.  Keys of symbols are
 * strings; "call:" begins those of call results, which mean something only as
 * long as a local holds them.
 */
#include <string.h>

#include "state.h"

#define CHUNK_SIZE 262144

struct pool {
	GPtrArray *chunks; /* memory of all that is interned */
	gsize used;	   /* of the last chunk */
	GStringChunk *strings;
	GHashTable *values;
	GHashTable *frames;
	GHashTable *states;
	GHashTable *assumptions;
	GHashTable *sweeps; /* struct sweep -> itself: what sweeping came to */
};

struct sweep {
	const struct assumptions *from;
	const struct frame *frame;
	const struct assumptions *to;
};

static guint hash_bytes(const void *data, gsize size)
{
	const guint64 *words = data;
	guint64 h = 1469598103934665603u;

	/* Whole words: every structure here holds pointers. */
	for (gsize i = 0; i < size / sizeof(*words); i++)
		h = (h ^ words[i] ^ (h >> 29)) * 1099511628211u;
	return (guint)(h ^ (h >> 32));
}

static guint value_hash(gconstpointer v)
{
	return hash_bytes(v, sizeof(struct value));
}

static gboolean value_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct value));
}

static gsize frame_size(const struct frame *f)
{
	return sizeof(*f) + f->n_locals * sizeof(f->locals[0]);
}

static guint frame_hash(gconstpointer f)
{
	return hash_bytes(f, frame_size(f));
}

static gboolean frame_equal(gconstpointer a, gconstpointer b)
{
	gsize size = frame_size(a);

	return size == frame_size(b) && !memcmp(a, b, size);
}

static guint state_hash(gconstpointer s)
{
	return hash_bytes(s, sizeof(struct state));
}

static gboolean state_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct state));
}

static gsize assumptions_size(const struct assumptions *a)
{
	return sizeof(*a) + a->n * sizeof(a->list[0]);
}

static guint assumptions_hash(gconstpointer a)
{
	return hash_bytes(a, assumptions_size(a));
}

static gboolean assumptions_equal(gconstpointer a, gconstpointer b)
{
	gsize size = assumptions_size(a);

	return size == assumptions_size(b) && !memcmp(a, b, size);
}

static guint sweep_hash(gconstpointer a)
{
	const struct sweep *s = a;

	return (guint)((guintptr)s->from >> 4) * 31 + (guint)((guintptr)s->frame >> 4);
}

static gboolean sweep_equal(gconstpointer a, gconstpointer b)
{
	const struct sweep *x = a, *y = b;

	return x->from == y->from && x->frame == y->frame;
}

struct pool *pool_new(void)
{
	struct pool *pool = g_new0(struct pool, 1);

	pool->strings = g_string_chunk_new(4096);
	pool->chunks = g_ptr_array_new_with_free_func(g_free);
	pool->values = g_hash_table_new(value_hash, value_equal);
	pool->frames = g_hash_table_new(frame_hash, frame_equal);
	pool->states = g_hash_table_new(state_hash, state_equal);
	pool->assumptions = g_hash_table_new(assumptions_hash, assumptions_equal);
	pool->sweeps = g_hash_table_new(sweep_hash, sweep_equal);
	return pool;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	g_hash_table_unref(pool->values);
	g_hash_table_unref(pool->frames);
	g_hash_table_unref(pool->states);
	g_hash_table_unref(pool->assumptions);
	g_hash_table_unref(pool->sweeps);
	g_string_chunk_free(pool->strings);
	g_ptr_array_unref(pool->chunks);
	g_free(pool);
}

void *pool_alloc(struct pool *pool, gsize size)
{
	char *memory;

	size = (size + 15) & ~(gsize)15;
	if (size > CHUNK_SIZE / 4) {
		/* Goes before the chunk that is being filled. */
		memory = g_malloc0(size);
		g_ptr_array_insert(pool->chunks, 0, memory);
		return memory;
	}
	if (!pool->used || pool->used + size > CHUNK_SIZE) {
		g_ptr_array_add(pool->chunks, g_malloc0(CHUNK_SIZE));
		pool->used = 0;
	}
	memory = (char *)pool->chunks->pdata[pool->chunks->len - 1] + pool->used;
	pool->used += size;
	return memory;
}

static const void *intern(struct pool *pool, GHashTable *table, const void *data, gsize size)
{
	void *known = g_hash_table_lookup(table, data);

	if (!known) {
		known = pool_alloc(pool, size);
		memcpy(known, data, size);
		g_hash_table_add(table, known);
	}
	return known;
}

const char *pool_string(struct pool *pool, const char *s)
{
	return g_string_chunk_insert_const(pool->strings, s);
}

const struct value *pool_value(struct pool *pool, const struct value *value)
{
	struct value copy;

	memset(&copy, 0, sizeof(copy));
	copy.kind = value->kind;
	copy.origin = value->origin;
	copy.op = value->op;
	copy.carried = value->carried;
	copy.name = value->name ? pool_string(pool, value->name) : NULL;
	copy.path = value->path ? pool_string(pool, value->path) : NULL;
	copy.n = value->n;
	copy.mask = value->mask;
	copy.ones = value->ones;
	copy.zeros = value->zeros;
	copy.base = value->base;
	copy.held = value->held;
	return intern(pool, pool->values, &copy, sizeof(copy));
}

const struct frame *pool_frame(struct pool *pool, const struct frame *frame)
{
	return intern(pool, pool->frames, frame, frame_size(frame));
}

const struct state *pool_state(struct pool *pool, const struct state *s)
{
	struct state copy;

	memset(&copy, 0, sizeof(copy));
	copy.ones = s->ones;
	copy.zeros = s->zeros;
	copy.kind = s->kind;
	copy.inserts = s->inserts;
	copy.action = s->action;
	copy.action_function = s->action_function;
	copy.action_node = s->action_node;
	copy.set_before = s->set_before;
	copy.special = s->special;
	copy.vm_ops = s->vm_ops;
	copy.file = s->file;
	copy.copies = s->copies;
	copy.ops = s->ops;
	copy.undecided = s->undecided ? pool_string(pool, s->undecided) : NULL;
	copy.result = s->result;
	copy.assumed = s->assumed;
	copy.frame = s->frame;
	return intern(pool, pool->states, &copy, sizeof(copy));
}

/* ---- values ---- */

const struct value *value_unknown(struct pool *pool, enum origin origin)
{
	struct value v = { .kind = VALUE_UNKNOWN, .origin = origin };

	return pool_value(pool, &v);
}

const struct value *value_int(struct pool *pool, gint64 n)
{
	struct value v = { .kind = VALUE_INT, .n = n };

	return pool_value(pool, &v);
}

const struct value *value_simple(struct pool *pool, enum value_kind kind, const char *name,
				 enum origin origin)
{
	struct value v = { .kind = kind, .name = name, .origin = origin };

	if (kind == VALUE_GLOBAL)
		v.path = "";
	return pool_value(pool, &v);
}

const struct value *value_symbol(struct pool *pool, const char *key, enum origin origin,
				 bool carried, const struct value *base)
{
	struct value v = {
		.kind = VALUE_SYMBOL,
		.name = key,
		.origin = origin,
		.carried = carried,
		.base = base,
	};

	if (strlen(key) > BOUND_KEY)
		return value_unknown(pool, origin);
	return pool_value(pool, &v);
}

const struct value *value_flags(struct pool *pool, guint64 ones, guint64 zeros)
{
	struct value v = { .kind = VALUE_FLAGS, .origin = ORIGIN_USER };

	v.ones = ones;
	v.zeros = zeros;
	return pool_value(pool, &v);
}

bool value_is_nonzero(const struct value *v)
{
	switch (v->kind) {
	case VALUE_INT:
		return v->n != 0;
	case VALUE_ERROR:
	case VALUE_NONNULL:
	case VALUE_MAPPING:
	case VALUE_GLOBAL:
	case VALUE_FUNCTION:
	case VALUE_CELL:
	case VALUE_FILE:
		return true;
	default:
		return false;
	}
}

char *value_key(const struct value *v)
{
	g_autofree char *base = NULL;

	switch (v->kind) {
	case VALUE_INT:
		return g_strdup_printf("%" G_GINT64_FORMAT, v->n);
	case VALUE_SYMBOL:
		return g_strdup(v->name);
	case VALUE_GLOBAL:
	case VALUE_FUNCTION:
	case VALUE_FILE:
		return g_strdup_printf("&%s.%s", v->name, v->path ? v->path : "");
	case VALUE_MAPPING:
		return g_strdup(v->name);
	case VALUE_TEST:
		base = value_key(v->base);
		if (v->op == OP_NONE)
			return g_strdup_printf("IS_ERR(%s)", base);
		return g_strdup_printf("(%s%s%" G_GINT64_FORMAT ")", base, expr_op_name(v->op),
				       v->n);
	case VALUE_FLAGS:
		return g_strdup("flags");
	case VALUE_FLAG_TEST:
		return g_strdup_printf("(flags&%" G_GINT64_MODIFIER "x==%" G_GINT64_FORMAT ")",
				       v->mask, v->n);
	default:
		return g_strdup("?");
	}
}

/* ---- objects ---- */

/* Whether the member at path is, or is inside of, the one at outer. */
static bool is_inside(const char *path, const char *outer)
{
	gsize n = strlen(outer);

	return !strncmp(path, outer, n) && (!path[n] || path[n] == '.' || path[n] == '[');
}

/* Members are kept in order, so that equal objects are one value. */
static const struct value *record_of_members(struct pool *pool, const GPtrArray *members,
					     const struct value *rest)
{
	for (unsigned int i = members->len; i-- > 0;) {
		struct value v = *(const struct value *)members->pdata[i];

		v.base = rest;
		rest = pool_value(pool, &v);
	}
	return rest;
}

const struct value *value_member(const struct value *object, const char *path)
{
	const struct value *outer = NULL;

	if (strstr(path, "[?]"))
		return NULL;
	for (; object->kind == VALUE_RECORD; object = object->base) {
		/* The innermost one around it is the last in order. */
		if (is_inside(path, object->name))
			outer = object;
		else if (is_inside(object->name, path))
			return NULL;
	}
	if (outer) {
		path += strlen(outer->name);
		return *path ? value_member(outer->held, *path == '.' ? path + 1 : path) :
			       outer->held;
	}
	return object->kind == VALUE_INT && !object->n ? object : NULL;
}

const struct value *value_with_member(struct pool *pool, const struct value *old, const char *path,
				      const struct value *member)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new();
	struct value new = {
		.kind = VALUE_RECORD, .origin = ORIGIN_LOCAL, .name = path, .held = member
	};
	bool added = false;

	/* Which element it is is not known: it may be any. */
	if (strstr(path, "[?]"))
		return value_unknown(pool, ORIGIN_LOCAL);
	if (member->kind == VALUE_UNKNOWN && !value_member(old, path) && old->kind != VALUE_RECORD)
		return old;
	for (; old->kind == VALUE_RECORD; old = old->base) {
		int order = strcmp(old->name, path);

		if (!added && order >= 0) {
			g_ptr_array_add(members, &new);
			added = true;
		}
		if (!is_inside(old->name, path))
			g_ptr_array_add(members, (void *)old);
	}
	if (!added)
		g_ptr_array_add(members, &new);
	if (members->len > BOUND_MEMBERS)
		return value_unknown(pool, ORIGIN_LOCAL);
	return record_of_members(pool, members, old);
}

static bool has_key(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_SYMBOL || v->kind == VALUE_GLOBAL ||
	       v->kind == VALUE_TEST;
}

static bool is_carried(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_GLOBAL || v->carried ||
	       (v->base && v->kind == VALUE_TEST && is_carried(v->base));
}

static const struct value *flags_binary(struct pool *pool, enum expr_op op,
					const struct value *flags, guint64 c)
{
	struct value v = *flags;

	switch (op) {
	case OP_AND:
		v.ones &= c;
		v.zeros |= ~c;
		return pool_value(pool, &v);
	case OP_OR:
		v.ones |= c;
		v.zeros &= ~c;
		return pool_value(pool, &v);
	case OP_EQ:
	case OP_NE: {
		guint64 open = ~(v.ones | v.zeros);
		bool differs = (v.ones & ~c) || (v.zeros & c);

		if (differs || !open)
			return value_int(pool, differs == (op == OP_NE));
		v.kind = VALUE_FLAG_TEST;
		v.op = op;
		v.mask = open;
		v.n = (gint64)(c & open);
		return pool_value(pool, &v);
	}
	default:
		return value_unknown(pool, ORIGIN_USER);
	}
}

static enum expr_op swapped(enum expr_op op)
{
	switch (op) {
	case OP_LT:
		return OP_GT;
	case OP_GT:
		return OP_LT;
	case OP_LE:
		return OP_GE;
	case OP_GE:
		return OP_LE;
	default:
		return op;
	}
}

static bool is_comparison(enum expr_op op)
{
	return op >= OP_EQ;
}

/* A comparison of something that is not 0 with 0; -1 if it cannot be told. */
static int compare_nonzero(const struct value *v, enum expr_op op)
{
	if (op == OP_EQ)
		return 0;
	if (op == OP_NE)
		return 1;
	if (v->kind != VALUE_ERROR)
		return -1;
	return op == OP_LT || op == OP_LE;
}

static const struct value *compare_symbol(struct pool *pool, enum expr_op op, const struct value *a,
					  gint64 n)
{
	struct value v = {
		.kind = VALUE_TEST,
		.op = op,
		.n = n,
		.base = a,
		.origin = a->origin,
		.carried = a->carried,
	};

	return pool_value(pool, &v);
}

/* The truth of a test, as a value, compared with a constant: itself or its opposite. */
static const struct value *compare_test(struct pool *pool, enum expr_op op, const struct value *a,
					gint64 n)
{
	static const enum expr_op opposite[] = {
		[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE,
		[OP_GT] = OP_LE, [OP_LE] = OP_GT, [OP_GE] = OP_LT,
	};
	struct value v = *a;
	bool same = (op == OP_NE && n == 0) || (op == OP_EQ && n == 1);
	bool inverse = (op == OP_EQ && n == 0) || (op == OP_NE && n == 1);

	if (same)
		return a;
	if (!inverse)
		return value_unknown(pool, a->origin);
	if (a->kind == VALUE_TEST && a->op == OP_NONE)
		return compare_symbol(pool, OP_EQ, a, 0);
	v.op = opposite[a->op];
	return pool_value(pool, &v);
}

const struct value *value_binary(struct pool *pool, enum expr_op op, const struct value *a,
				 const struct value *b)
{
	enum origin origin = MAX(a->origin, b->origin);
	g_autofree char *left = NULL;
	g_autofree char *right = NULL;
	g_autofree char *key = NULL;
	gint64 n;

	if (a->kind == VALUE_INT && b->kind == VALUE_INT)
		return expr_fold(op, a->n, b->n, &n) ? value_int(pool, n) :
						       value_unknown(pool, ORIGIN_CONSTANT);
	if (a->kind == VALUE_INT)
		return value_binary(pool, swapped(op), b, a)->kind != VALUE_UNKNOWN &&
				       (is_comparison(op) || op == OP_AND || op == OP_OR ||
					op == OP_ADD) ?
			       value_binary(pool, swapped(op), b, a) :
			       value_unknown(pool, origin);
	if (a->kind == VALUE_FLAGS && b->kind == VALUE_INT)
		return flags_binary(pool, op, a, (guint64)b->n);
	if (a->kind == VALUE_FLAGS && b->kind == VALUE_FLAGS && op == OP_OR)
		return value_flags(pool, a->ones | b->ones, a->zeros & b->zeros);
	if (a->kind == VALUE_FLAGS && b->kind == VALUE_FLAGS && op == OP_AND)
		return value_flags(pool, a->ones & b->ones, a->zeros | b->zeros);
	if (is_comparison(op) && b->kind == VALUE_INT) {
		if (b->n == 0 && value_is_nonzero(a) && compare_nonzero(a, op) >= 0)
			return value_int(pool, compare_nonzero(a, op));
		if ((a->kind == VALUE_TEST || a->kind == VALUE_FLAG_TEST))
			return compare_test(pool, op, a, b->n);
		if (a->kind == VALUE_SYMBOL)
			return compare_symbol(pool, op, a, b->n);
	}
	if ((op == OP_EQ || op == OP_NE) && a == b && has_key(a))
		return value_int(pool, op == OP_EQ);
	if (!has_key(a) || !has_key(b))
		return value_unknown(pool, origin);
	left = value_key(a);
	right = value_key(b);
	key = g_strdup_printf("(%s%s%s)", left, expr_op_name(op), right);
	return value_symbol(pool, key, origin, is_carried(a) && is_carried(b), NULL);
}

const struct value *value_unary(struct pool *pool, enum expr_op op, const struct value *a)
{
	g_autofree char *inner = NULL;
	g_autofree char *key = NULL;

	if (op == OP_NOT) {
		if (a->kind == VALUE_INT)
			return value_int(pool, !a->n);
		if (value_is_nonzero(a))
			return value_int(pool, 0);
		if (a->kind == VALUE_FLAGS)
			return flags_binary(pool, OP_EQ, a, 0);
		if (a->kind == VALUE_TEST || a->kind == VALUE_FLAG_TEST)
			return compare_test(pool, OP_EQ, a, 0);
		if (a->kind == VALUE_SYMBOL)
			return compare_symbol(pool, OP_EQ, a, 0);
		return value_unknown(pool, a->origin);
	}
	if (a->kind == VALUE_INT)
		return value_int(pool, op == OP_COMPLEMENT ? ~a->n : (gint64)(0 - (guint64)a->n));
	if (op == OP_MINUS && a->kind == VALUE_ERROR)
		return value_simple(pool, VALUE_NONNULL, NULL, a->origin);
	if (!has_key(a))
		return value_unknown(pool, a->origin);
	inner = value_key(a);
	key = g_strdup_printf("%s%s", expr_op_name(op), inner);
	return value_symbol(pool, key, a->origin, is_carried(a), NULL);
}

const struct value *value_is_err(struct pool *pool, const struct value *a)
{
	struct value v = {
		.kind = VALUE_TEST,
		.op = OP_NONE,
		.base = a,
		.origin = a->origin,
		.carried = a->carried,
	};

	if (a->kind == VALUE_ERROR || (a->kind == VALUE_INT && a->n < 0))
		return value_int(pool, 1);
	if (a->kind == VALUE_INT || a->kind == VALUE_MAPPING || a->kind == VALUE_GLOBAL ||
	    a->kind == VALUE_FUNCTION || a->kind == VALUE_CELL || a->kind == VALUE_NONNULL)
		return value_int(pool, 0);
	if (a->kind != VALUE_SYMBOL)
		return value_unknown(pool, a->origin);
	return pool_value(pool, &v);
}

/* ---- assumptions ---- */

int state_assumed(const struct state *state, const char *key)
{
	const struct assumptions *a = state->assumed;

	for (unsigned int i = 0; a && i < a->n; i++)
		if (!strcmp(a->list[i].key, key))
			return a->list[i].truth;
	return -1;
}

static const struct assumptions *pool_assumptions(struct pool *pool, const GArray *list)
{
	g_autofree struct assumptions *a = NULL;

	if (!list->len)
		return NULL;
	a = g_malloc0(sizeof(*a) + list->len * sizeof(a->list[0]));
	a->n = list->len;
	/* Member by member: padding counts when bytes are compared. */
	for (unsigned int i = 0; i < list->len; i++) {
		const struct assumption *from = &g_array_index(list, struct assumption, i);

		a->list[i].key = from->key;
		a->list[i].truth = from->truth;
		a->list[i].carried = from->carried;
	}
	return intern(pool, pool->assumptions, a, assumptions_size(a));
}

static struct assumption make_assumption(struct pool *pool, const char *key, bool truth,
					 bool carried)
{
	struct assumption a = { pool_string(pool, key), truth, carried };

	return a;
}

void state_assume(struct pool *pool, struct state *state, const char *key, bool truth, bool carried)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct assumption));
	const struct assumptions *old = state->assumed;
	struct assumption new = make_assumption(pool, key, truth, carried);
	bool added = false;

	if (old && old->n >= BOUND_ASSUMPTIONS && state_assumed(state, key) < 0)
		return;
	for (unsigned int i = 0; old && i < old->n; i++) {
		int order = strcmp(old->list[i].key, key);

		if (!added && order >= 0) {
			g_array_append_val(list, new);
			added = true;
		}
		if (order)
			g_array_append_val(list, old->list[i]);
	}
	if (!added)
		g_array_append_val(list, new);
	state->assumed = pool_assumptions(pool, list);
}

void state_forget(struct pool *pool, struct state *state, const char *key)
{
	g_autoptr(GArray) list = NULL;
	const struct assumptions *old = state->assumed;
	bool found = false;

	for (unsigned int i = 0; old && i < old->n && !found; i++)
		found = strstr(old->list[i].key, key) != NULL;
	if (!found)
		return;
	list = g_array_new(FALSE, FALSE, sizeof(struct assumption));
	for (unsigned int i = 0; i < old->n; i++)
		if (!strstr(old->list[i].key, key))
			g_array_append_val(list, old->list[i]);
	state->assumed = pool_assumptions(pool, list);
}

static bool rests_on(const struct value *v, const char *key)
{
	for (; v; v = v->base)
		if ((v->name && v->kind == VALUE_SYMBOL && strstr(key, v->name)) ||
		    (v->held && rests_on(v->held, key)))
			return true;
	return false;
}

void pool_forget_sweeps(struct pool *pool)
{
	g_hash_table_remove_all(pool->sweeps);
}

void state_sweep(struct pool *pool, struct state *state, const struct value *keep,
		 bool (*remembered)(const char *key, void *data), void *data)
{
	g_autoptr(GArray) list = NULL;
	const struct assumptions *old = state->assumed;
	struct sweep key = { old, state->frame, NULL };
	struct sweep *known;

	if (!old)
		return;
	known = keep ? NULL : g_hash_table_lookup(pool->sweeps, &key);
	if (known) {
		state->assumed = known->to;
		return;
	}
	for (unsigned int i = 0; i < old->n; i++) {
		const struct assumption *a = &old->list[i];
		bool wanted = (a->carried && remembered(a->key, data)) || rests_on(keep, a->key);

		for (const struct frame *f = state->frame; f && !wanted; f = f->up)
			for (unsigned int k = 0; k < f->n_locals && !wanted; k++)
				wanted = f->locals[k] && rests_on(f->locals[k], a->key);
		/* Most often all are kept: the list is made at the first one that is not. */
		if (!wanted && !list) {
			list = g_array_new(FALSE, FALSE, sizeof(struct assumption));
			g_array_append_vals(list, old->list, i);
		} else if (wanted && list) {
			g_array_append_val(list, *a);
		}
	}
	if (list)
		state->assumed = pool_assumptions(pool, list);
	if (!keep) {
		known = pool_alloc(pool, sizeof(*known));
		*known = key;
		known->to = state->assumed;
		g_hash_table_add(pool->sweeps, known);
	}
}

/* ---- frames ---- */

static const struct frame *frame_with(struct pool *pool, const struct frame *frame,
				      unsigned int depth, int local, const struct value *value)
{
	g_autofree struct frame *copy = NULL;

	if (!frame || frame->depth < depth)
		return frame;
	copy = g_memdup2(frame, frame_size(frame));
	if (frame->depth > depth)
		copy->up = frame_with(pool, frame->up, depth, local, value);
	else if (local >= 0 && (unsigned int)local < frame->n_locals)
		copy->locals[local] = value;
	return pool_frame(pool, copy);
}

void state_set_local(struct pool *pool, struct state *state, unsigned int depth, int local,
		     const struct value *value)
{
	state->frame = frame_with(pool, state->frame, depth, local, value);
}

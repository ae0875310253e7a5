// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_call: what a call does: a helper of the vocabulary, a function to be
 * followed, alternatives behind a field, or something that leaves mappings alone.
 */
#include <string.h>

#include "trace_private.h"

/* Longest body that is evaluated in place of an opaque result. */
#define SMALL_NODES 8
/* Longest body that is followed for the sake of a question about the mapping's flags. */
#define READER_NODES 60

struct call {
	struct tracer *t;
	int from;
	const struct fact_node *n;
	const struct state *state;
	GPtrArray *args; /* const struct value * */
	bool mapping;	 /* a mapping is among the arguments */
};

static enum origin join_origins(const struct call *c)
{
	enum origin origin = ORIGIN_ENVIRONMENT;

	for (unsigned int i = 0; i < c->args->len; i++) {
		const struct value *v = c->args->pdata[i];

		/* Not where a local is tells who decides, but what is in it. */
		if (v->kind == VALUE_CELL)
			v = trace_load(c->state, v);
		if (v && v->kind != VALUE_INT && v->kind != VALUE_FUNCTION &&
		    v->kind != VALUE_GLOBAL)
			origin = MAX(origin, v->origin);
	}
	return origin;
}

static bool is_getter(const char *type)
{
	return !strcmp(type, "b");
}

static const char *result_type(const struct call *c)
{
	return c->n->result >= 0 ? c->state->frame->function->locals[c->n->result].type : "v";
}

/*
 * Who decides about the result.  User space finds an object by its offset, but what
 * the object holds is not its choice; of pages it has many to choose from.
 */
static enum origin result_origin(const struct call *c)
{
	const char *record = type_pointee(result_type(c));
	enum origin origin = join_origins(c);

	return record && !record_is_page(record) ? MIN(origin, ORIGIN_OBJECT) : origin;
}

/* A symbol for the result of a call that is not followed. */
static const struct value *opaque_result(const struct call *c, const char *name, struct state *s)
{
	const struct fact_function *f = c->state->frame->function;
	g_autoptr(GString) key = g_string_new(NULL);

	/* A question with the same arguments has the same answer. */
	if (name && is_getter(result_type(c))) {
		bool carried = true;

		g_string_printf(key, "%s(", id_name(name));
		for (unsigned int i = 0; i < c->args->len; i++) {
			const struct value *v = c->args->pdata[i];
			g_autofree char *arg = value_key(v);

			carried &= (v->kind == VALUE_SYMBOL && v->carried) ||
				   v->kind == VALUE_INT || v->kind == VALUE_GLOBAL;
			g_string_append_printf(key, "%s%s", i ? "," : "", arg);
		}
		g_string_append_c(key, ')');
		if (carried)
			return value_symbol(c->t->pool, key->str, result_origin(c), true, NULL);
	}
	g_string_printf(key, "call:%s:%d;", f->id, (int)(c->n - f->nodes));
	state_forget(c->t->pool, s, key->str);
	return value_symbol(c->t->pool, key->str, result_origin(c), false, NULL);
}

/* Whether code that is not followed may store to a field: by its body, or by its arguments. */
static bool may_write(const struct call *c, const struct fact_function *f, const char *field)
{
	if (f)
		return program_writes(c->t->program, f, field);
	for (unsigned int i = 0; i < c->n->n_args; i++) {
		const char *record = type_pointee(trace_type(c->state, c->n->args[i]));

		if (record && g_str_has_prefix(field, record) &&
		    g_str_has_prefix(field + strlen(record), "::"))
			return true;
	}
	return false;
}

/* What was assumed about fields that code which is not followed may store to is forgotten. */
static void forget_written(const struct call *c, const char *id, struct state *s)
{
	const struct assumptions *a = s->assumed;
	const struct fact_function *f = id ? program_function(c->t->program, id, false) : NULL;
	const struct word *word = id ? word_of_id(id) : NULL;

	if (word)
		return;
	for (unsigned int i = 0; a && i < a->n; i++) {
		const char *key = a->list[i].key;
		g_autofree char *field = NULL;
		const char *start, *end, *colons = strstr(key, "::");

		if (!colons || !a->list[i].carried)
			continue;
		for (start = colons;
		     start > key && (g_ascii_isalnum(start[-1]) || start[-1] == '_');)
			start--;
		for (end = colons + 2; g_ascii_isalnum(*end) || *end == '_';)
			end++;
		field = g_strndup(start, (gsize)(end - start));
		if (may_write(c, f, field))
			state_forget(c->t->pool, s, field);
	}
}

/* Objects that point to one another are looked into this far. */
#define HAVOC_DEPTH 3

static void havoc_cell(const struct call *c, const struct value *cell, struct state *s,
		       unsigned int depth)
{
	struct value whole = *cell;
	const struct value *old;

	whole.path = "";
	old = trace_load(s, &whole);
	state_set_local(c->t->pool, s, (unsigned int)cell->mask, (int)cell->n,
			value_unknown(c->t->pool, join_origins(c)));
	for (; old && old->kind == VALUE_RECORD && depth < HAVOC_DEPTH; old = old->base)
		if (old->held->kind == VALUE_CELL)
			havoc_cell(c, old->held, s, depth + 1);
}

/* Locals whose addresses are handed to code that is not followed may change. */
static void havoc(const struct call *c, const char *id, struct state *s)
{
	forget_written(c, id, s);
	for (unsigned int i = 0; i < c->args->len; i++) {
		const struct value *v = c->args->pdata[i];

		if (v->kind == VALUE_CELL)
			havoc_cell(c, v, s, 0);
	}
}

static void finish(const struct call *c, struct state *s, const struct value *result)
{
	if (c->n->result >= 0)
		state_set_local(c->t->pool, s, s->frame->depth, c->n->result,
				trace_kept(c->t, result));
	trace_advance(c->t, c->from, s, c->n->next[0], -1);
}

static void opaque(const struct call *c, const char *name)
{
	struct state s = *c->state;

	havoc(c, name, &s);
	finish(c, &s, opaque_result(c, name, &s));
}

static void undecided_call(const struct call *c, const char *why, const char *name)
{
	struct state s = *c->state;

	trace_undecided(c->t, &s, "%s %s", why, name);
	havoc(c, NULL, &s);
	finish(c, &s, opaque_result(c, NULL, &s));
}

/* ---- helpers ---- */

static const struct value *arg_at(const struct call *c, unsigned int i)
{
	return i < c->args->len ? c->args->pdata[i] : value_unknown(c->t->pool, ORIGIN_LOCAL);
}

static guint64 flag_bits(const struct tracer *t, unsigned int bits)
{
	return (bits & WORD_VM_PFNMAP ? t->program->values.pfnmap : 0) |
	       (bits & WORD_VM_MIXEDMAP ? t->program->values.mixedmap : 0);
}

static bool returns_fault(const char *name)
{
	return g_str_has_prefix(name, "vmf_") || g_str_has_prefix(name, "filemap_");
}

static void set_word_flags(const struct call *c, const struct word *word, struct state *s)
{
	guint64 bits = flag_bits(c->t, word->sets);

	/* vm_insert_page() leaves a vma alone that has VM_MIXEDMAP; it cannot have VM_PFNMAP. */
	if (word->class != WORD_PFN_SETS && (s->ones & c->t->program->values.pfnmap))
		return;
	trace_set_flags(c->t, s, s->ones | bits, s->zeros & ~bits);
}

static void insert(const struct call *c, const struct word *word, const char *id)
{
	static const unsigned int bits[] = {
		[WORD_PFN_SETS] = INSERT_PFN,	 [WORD_PFN] = INSERT_PFN,
		[WORD_PAGE] = INSERT_PAGE,	 [WORD_MIXED] = INSERT_MIXED,
		[WORD_FORWARD] = INSERT_FORWARD,
	};
	struct state done = *c->state, failed = *c->state;
	struct trace_point *p = trace_point(c->t, c->from);
	const char *doubt = trace_in_helper(c->t) ? NULL :
						    trace_doubt(c->t->program, word, id, NULL);

	if (doubt) {
		g_autofree char *why =
			g_strdup_printf("%s of this kernel %s, against", word->name, doubt);

		p->doubted = word;
		undecided_call(c, why, "the vocabulary");
		return;
	}
	p->word = word;
	/* Its preconditions are read from its body. */
	if (word_has_preconditions(word)) {
		p->helper_id = pool_string(c->t->pool, id);
		program_function(c->t->program, id, true);
		/* Inline ones lead to this one. */
		if (word->class == WORD_PAGE)
			program_function(c->t->program, "vm_insert_page", true);
	}
	done.inserts |= bits[word->class];
	set_word_flags(c, word, &done);
	if (word->class == WORD_FORWARD) {
		/* From here on it is the other exporter's mapping. */
		done.vm_ops =
			value_simple(c->t->pool, VALUE_GLOBAL, TRACE_NO_VM_OPS, ORIGIN_CONSTANT);
		trace_set_flags(c->t, &done, done.ones & ~flag_bits(c->t, WORD_VM_PFNMAP), 0);
	}
	if (returns_fault(word->name) || !strcmp(result_type(c), "v")) {
		finish(c, &done, opaque_result(c, NULL, &done));
		return;
	}
	/* It fails, or it has inserted and returns 0. */
	p->fork = FORK_UNION;
	p->origin = ORIGIN_ENVIRONMENT;
	if (word->class == WORD_PFN_SETS)
		set_word_flags(c, word, &failed);
	finish(c, &done, value_int(c->t->pool, 0));
	finish(c, &failed, value_simple(c->t->pool, VALUE_ERROR, NULL, ORIGIN_ENVIRONMENT));
}

/* The flag word that an argument is, is the address of, or belongs to. */
static const struct value *flags_at(const struct call *c, unsigned int i)
{
	const struct value *v = arg_at(c, i);
	const struct value *held = v->kind == VALUE_CELL ? trace_load(c->state, v) : v;

	if (v->kind == VALUE_MAPPING)
		return value_flags(c->t->pool, c->state->ones, c->state->zeros);
	return held ? held : value_unknown(c->t->pool, ORIGIN_LOCAL);
}

static void store_flags(const struct call *c, struct state *s, const struct value *v)
{
	const struct value *place = arg_at(c, 0);

	if (place->kind == VALUE_MAPPING)
		trace_store_flags(c->t, s, v);
	else
		trace_store(c->t, s, place, v);
	finish(c, s, value_unknown(c->t->pool, ORIGIN_LOCAL));
}

/* Bits that are set whatever else an expression holds. */
static guint64 known_ones(const struct call *c, const struct expr *e)
{
	const struct value *v;

	if (e->kind == EXPR_BINARY && e->op == OP_OR)
		return known_ones(c, e->a) | known_ones(c, e->b);
	v = trace_eval(c->t, c->state, e);
	if (v->kind == VALUE_CELL)
		v = trace_load(c->state, v);
	return !v ? 0 : v->kind == VALUE_INT ? (guint64)v->n : v->kind == VALUE_FLAGS ? v->ones : 0;
}

/* The bit with a number; 0 if it is not known. */
static guint64 bit_of(const struct value *n)
{
	return n->kind == VALUE_INT && n->n >= 0 && n->n < 64 ? (guint64)1 << n->n : 0;
}

static void change_flags(const struct call *c, const struct word *word)
{
	struct pool *pool = c->t->pool;
	const struct value *x = c->args->len > 1 ? flags_at(c, 1) : value_int(pool, 0);
	const struct value *flags = flags_at(c, 0);
	guint64 bit = bit_of(x);
	struct state s = *c->state;

	if (arg_at(c, 0)->kind != VALUE_MAPPING && arg_at(c, 0)->kind != VALUE_CELL) {
		opaque(c, NULL);
		return;
	}
	switch (word->class) {
	case WORD_FLAGS_SET_BIT:
		x = bit ? value_int(pool, (gint64)bit) : value_unknown(pool, x->origin);
		flags = value_binary(pool, OP_OR, flags, x);
		break;
	case WORD_FLAGS_SET:
		if (x->kind != VALUE_INT && x->kind != VALUE_FLAGS && flags->kind == VALUE_FLAGS)
			flags = value_flags(pool, flags->ones | known_ones(c, c->n->args[1]), 0);
		else
			flags = value_binary(pool, OP_OR, flags, x);
		break;
	case WORD_FLAGS_CLEAR:
		flags = value_binary(pool, OP_AND, flags, value_unary(pool, OP_COMPLEMENT, x));
		break;
	case WORD_FLAGS_MOD:
		flags = value_binary(pool, OP_AND, flags,
				     value_unary(pool, OP_COMPLEMENT, flags_at(c, 2)));
		flags = value_binary(pool, OP_OR, flags, x);
		break;
	default:
		flags = x;
		break;
	}
	store_flags(c, &s, flags);
}

static void test_flags(const struct call *c, const struct word *word)
{
	struct pool *pool = c->t->pool;
	const struct value *flags = flags_at(c, 0);
	const struct value *mask = flags_at(c, 1);
	const struct value *wanted = value_int(pool, 0);
	struct state s = *c->state;

	if (word->class == WORD_FLAGS_TEST_BIT)
		mask = value_int(pool, (gint64)bit_of(mask));
	if (mask->kind != VALUE_INT || !mask->n) {
		opaque(c, NULL);
		return;
	}
	flags = value_binary(pool, OP_AND, flags, mask);
	if (word->class == WORD_FLAGS_TEST_ALL)
		wanted = mask;
	finish(c, &s,
	       value_binary(pool, word->class == WORD_FLAGS_TEST_ALL ? OP_EQ : OP_NE, flags,
			    wanted));
}

/* A flag word of a list of numbers of bits: ([flags,] count, numbers). */
static void make_flags(const struct call *c)
{
	struct pool *pool = c->t->pool;
	unsigned int last = c->args->len ? c->args->len - 1 : 0;
	const struct value *flags = last > 1 ? flags_at(c, 0) : value_int(pool, 0);
	const struct value *count = arg_at(c, last ? last - 1 : 0);
	const struct value *bits = arg_at(c, last);
	struct state s = *c->state;

	for (gint64 i = 0; i < MIN(count->n, 64) || count->kind != VALUE_INT; i++) {
		g_autofree char *path = NULL;
		const struct value *n = NULL;
		guint64 bit;

		if (count->kind == VALUE_INT && bits->kind == VALUE_CELL) {
			struct value element = *bits;

			path = g_strdup_printf("%s[%" G_GINT64_FORMAT "]", bits->path, i);
			element.path = path;
			n = trace_load(&s, &element);
		}
		bit = n ? bit_of(n) : 0;
		if (!bit) {
			flags = value_unknown(pool, ORIGIN_LOCAL);
			break;
		}
		flags = value_binary(pool, OP_OR, flags, value_int(pool, (gint64)bit));
	}
	finish(c, &s, flags);
}

/* ---- descriptions of mappings ---- */

static void ask_for_action(const struct call *c, const struct word *word)
{
	struct state s = *c->state;

	s.action = word->sets & WORD_VM_PFNMAP ? INSERT_PFN : INSERT_PAGE;
	s.action_function = s.frame->function;
	s.action_node = c->n;
	finish(c, &s, opaque_result(c, NULL, &s));
}

/* What was asked for is done once all else has succeeded: an insertion, at the place that asked. */
static void do_action(const struct call *c)
{
	struct state done = *c->state, failed;
	struct trace_point *p = trace_point(c->t, c->from);
	const struct fact_node *n = done.action_node;
	const struct word *word = n && n->kind == NODE_CALL ? word_of_id(n->a->name) : NULL;
	unsigned int bits = done.action;
	guint64 flags = flag_bits(c->t, bits & INSERT_PFN ? WORD_VM_PFNMAP : WORD_VM_MIXEDMAP);

	done.action = 0;
	done.action_function = NULL;
	done.action_node = NULL;
	failed = done;
	if (bits & INSERT_UNKNOWN)
		trace_undecided(c->t, &done, "it is not known which action %s asks for",
				c->state->action_function->name);
	if (bits & (INSERT_PFN | INSERT_PAGE)) {
		p->word = word ? word : word_of_id(c->n->a->name);
		p->at_function = c->state->action_function;
		p->at_node = n;
		done.inserts |= bits;
		trace_set_flags(c->t, &done, done.ones | flags, done.zeros & ~flags);
	}
	if (bits) {
		p->fork = FORK_UNION;
		p->origin = ORIGIN_ENVIRONMENT;
	}
	finish(c, &done, value_int(c->t->pool, 0));
	if (bits)
		finish(c, &failed, value_simple(c->t->pool, VALUE_ERROR, NULL, ORIGIN_ENVIRONMENT));
}

static void set_file(const struct call *c)
{
	struct state s = *c->state;

	if (arg_at(c, 0)->kind == VALUE_MAPPING)
		s.file = arg_at(c, 1);
	finish(c, &s, value_unknown(c->t->pool, ORIGIN_LOCAL));
}

/* What a pte_fn_t writes, by the helpers that its body calls. */
static unsigned int pte_writes(struct tracer *t, const struct fact_function *f, unsigned int depth,
			       bool *special)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const struct word *word;
		const struct fact_function *callee;

		if (n->kind != NODE_CALL || n->a->kind != EXPR_FUNCTION)
			continue;
		word = word_of_id(n->a->name);
		if (word && word->class == WORD_PTE_SPECIAL)
			*special = true;
		else if (word && word->class == WORD_PTE_SET)
			bits = INSERT_PAGE;
		else if (!word && depth < 3) {
			callee = program_function(t->program, n->a->name, false);
			if (callee)
				bits |= pte_writes(t, callee, depth + 1, special);
		}
	}
	return bits;
}

static void walk_ptes(const struct call *c, const struct word *word)
{
	const struct value *fn = arg_at(c, 3);
	const struct fact_function *f =
		fn->kind == VALUE_FUNCTION ? program_function(c->t->program, fn->name, true) : NULL;
	struct state s = *c->state;
	bool special = false;
	unsigned int bits;

	if (!f) {
		undecided_call(c, "cannot tell what is called for every PTE by", word->name);
		return;
	}
	bits = pte_writes(c->t, f, 0, &special);
	if (bits) {
		s.inserts |= special ? (unsigned int)INSERT_PFN : bits;
		trace_point(c->t, c->from)->word = word;
	}
	finish(c, &s, opaque_result(c, NULL, &s));
}

static void by_word(const struct call *c, const struct word *word, const char *id)
{
	struct state s = *c->state;
	const struct value *x = arg_at(c, 0);
	struct pool *pool = c->t->pool;

	switch (word->class) {
	case WORD_PFN_SETS:
	case WORD_PFN:
	case WORD_PAGE:
	case WORD_MIXED:
	case WORD_FORWARD:
		if (c->mapping)
			insert(c, word, id);
		else
			opaque(c, word->name);
		break;
	case WORD_FLAGS_SET:
	case WORD_FLAGS_CLEAR:
	case WORD_FLAGS_MOD:
	case WORD_FLAGS_RESET:
	case WORD_FLAGS_SET_BIT:
		change_flags(c, word);
		break;
	case WORD_FLAGS_TEST_ANY:
	case WORD_FLAGS_TEST_ALL:
	case WORD_FLAGS_TEST_BIT:
		test_flags(c, word);
		break;
	case WORD_FLAGS_MAKE:
		make_flags(c);
		break;
	case WORD_ZERO:
		if (x->kind == VALUE_MAPPING && !strcmp(x->name, "vm_area_desc"))
			trace_begin_description(c->t, &s);
		havoc(c, NULL, &s);
		finish(c, &s, x);
		break;
	case WORD_SAME:
		finish(c, &s, x);
		break;
	case WORD_SET_FILE:
		set_file(c);
		break;
	case WORD_ACTION:
		ask_for_action(c, word);
		break;
	case WORD_ACTION_DONE:
		do_action(c);
		break;
	case WORD_WALKER:
		walk_ptes(c, word);
		break;
	case WORD_PTE_SPECIAL:
		s.special = true;
		finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_PTE_DEVICE:
		/* Neither counted nor special: no help to a driver, no fault of a helper. */
		s.special |= c->t->mode == MODE_EFFECT;
		finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_PTE_SET:
		s.inserts |= s.special ? (unsigned int)INSERT_PFN : (unsigned int)INSERT_PAGE;
		trace_point(c->t, c->from)->word = word;
		finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_FILE:
		finish(c, &s, value_simple(pool, VALUE_FILE, word->table, ORIGIN_OBJECT));
		break;
	case WORD_IS_ERR:
		finish(c, &s, value_is_err(pool, x));
		break;
	case WORD_IS_ERR_OR_NULL:
		if (x->kind == VALUE_INT || x->kind == VALUE_ERROR)
			finish(c, &s, value_int(pool, x->kind == VALUE_ERROR || x->n <= 0));
		else
			finish(c, &s, value_is_err(pool, x));
		break;
	case WORD_PTR_ERR: {
		const struct value *err = value_is_err(pool, x);
		g_autofree char *key = value_key(err);

		if ((err->kind == VALUE_INT && err->n) || state_assumed(&s, key) == 1)
			finish(c, &s, value_simple(pool, VALUE_ERROR, NULL, x->origin));
		else if (err->kind == VALUE_INT || state_assumed(&s, key) == 0)
			finish(c, &s, value_int(pool, 0));
		else
			finish(c, &s, err);
		break;
	}
	case WORD_ERR_PTR:
		finish(c, &s, value_simple(pool, VALUE_ERROR, NULL, x->origin));
		break;
	case WORD_READ_TRYLOCK:
		finish(c, &s, value_int(pool, c->t->in_handler));
		break;
	case WORD_NOTHING:
	case WORD_EXPORT:
		opaque(c, word->name);
		break;
	}
}

/* ---- functions ---- */

static unsigned int frames_of(const struct state *s, const struct fact_function *f)
{
	unsigned int n = 0;

	for (const struct frame *frame = s->frame; frame; frame = frame->up)
		n += frame->function == f;
	return n;
}

/* A body without branches and calls, evaluated to see through getters. */
static bool is_small(const struct fact_function *f)
{
	if (f->n_nodes > SMALL_NODES || f->truncated)
		return false;
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		enum node_kind kind = f->nodes[i].kind;

		if (kind == NODE_CALL && f->nodes[i].a->kind == EXPR_FUNCTION &&
		    !word_of_id(f->nodes[i].a->name))
			return false;
		if (kind != NODE_ASSIGN && kind != NODE_RETURN && kind != NODE_END &&
		    kind != NODE_NOP && kind != NODE_CALL)
			return false;
	}
	return true;
}

static void enter(const struct call *c, const struct fact_function *f)
{
	struct state s = *c->state;
	g_autofree struct frame *frame =
		g_malloc0(sizeof(*frame) + f->n_locals * sizeof(frame->locals[0]));

	if (s.frame->depth + 1 >= BOUND_DEPTH || frames_of(&s, f) >= BOUND_RECURSION) {
		undecided_call(c, "calls nest deeper than the bound at", f->name);
		return;
	}
	frame->function = f;
	frame->up = s.frame;
	frame->depth = s.frame->depth + 1;
	frame->return_node = c->n->next[0];
	frame->result = c->n->result;
	frame->n_locals = f->n_locals;
	for (unsigned int i = 0; i < f->n_params; i++)
		frame->locals[i] = trace_kept(c->t, arg_at(c, i));
	if (f->truncated)
		trace_undecided(c->t, &s, "%s is not understood: %s", f->name, f->truncated);
	s.frame = pool_frame(c->t->pool, frame);
	trace_point(c->t, c->from)->callee = f;
	trace_advance(c->t, c->from, &s, 0, -1);
	/* Of a body that is not all here the end may be what is missing. */
	if (f->truncated) {
		struct state end = *c->state;

		end.undecided = s.undecided;
		havoc(c, NULL, &end);
		finish(c, &end, opaque_result(c, NULL, &end));
	}
}

/* Whether a function can have to do with exporting, by its signature. */
static bool handles_export(const struct fact_function *f)
{
	if (type_is_export(f->type))
		return true;
	for (unsigned int i = 0; i < f->n_params; i++)
		if (type_is_export(f->locals[i].type))
			return true;
	return false;
}

static bool holds_mapping(const struct call *c, const struct fact_function *f)
{
	GHashTableIter iter;
	void *key;

	if (c->mapping)
		return true;
	for (unsigned int i = 0; i < f->n_params; i++) {
		const char *record = type_pointee(f->locals[i].type);

		if (!record)
			continue;
		g_hash_table_iter_init(&iter, c->t->program->mapping_fields);
		while (g_hash_table_iter_next(&iter, &key, NULL))
			if (g_str_has_prefix(key, record) &&
			    g_str_has_prefix((char *)key + strlen(record), "::"))
				return true;
	}
	return false;
}

static bool has_flags(const struct call *c)
{
	for (unsigned int i = 0; i < c->args->len; i++)
		if (((const struct value *)c->args->pdata[i])->kind == VALUE_FLAGS)
			return true;
	return false;
}

/* Whether what a function returns is the flags of a mapping to be; frees the way for branches. */
static bool computes_flags(const struct call *c, const struct fact_function *f)
{
	return f->n_nodes <= READER_NODES && (*f->type == 'i' || !strcmp(f->type, "vma_flags_t")) &&
	       trace_flows_to_flags(c->t, c->state->frame, c->n->result);
}

/* Whether the function writes page-table entries of an address space that it is handed. */
static bool writes_entries(const struct call *c, const struct fact_function *f)
{
	if (!program_writes_entries(c->t->program, f))
		return false;
	for (unsigned int i = 0; i < f->n_params; i++)
		if (!strcmp(f->locals[i].type, "*mm_struct"))
			return true;
	return false;
}

/* Whether the function can change the mapping, or answers a question about it. */
static bool touches_mapping(const struct call *c, const struct fact_function *f)
{
	if (writes_entries(c, f))
		return true;
	switch (program_effect(c->t->program, f)) {
	case EFFECT_WRITES:
		return holds_mapping(c, f) || has_flags(c);
	case EFFECT_READS:
		return (c->mapping && f->n_nodes <= READER_NODES) || has_flags(c);
	case EFFECT_NONE:
		return has_flags(c);
	}
	return false;
}

static void by_function(const struct call *c, const char *id)
{
	const struct word *word = word_of_id(id);
	bool export = c->t->mode == MODE_EXPORT;
	const struct fact_function *f;

	if (word && trace_in_helper(c->t) && word_inserts(word) && c->mapping) {
		f = program_function(c->t->program, id, false);
		if (f)
			enter(c, f);
		else if (c->t->mode == MODE_EFFECT)
			by_word(c, word, id);
		else
			opaque(c, id);
		return;
	}
	if (word) {
		by_word(c, word, id);
		return;
	}
	if (trace_in_helper(c->t)) {
		f = program_function(c->t->program, id, false);
		if (f && (is_small(f) || has_flags(c) ||
			  (c->mapping && program_effect(c->t->program, f)) ||
			  (c->t->mode == MODE_EFFECT && program_writes_entries(c->t->program, f))))
			enter(c, f);
		else
			opaque(c, id);
		return;
	}
	f = program_function(c->t->program, id, c->mapping && !export);
	if (f && export && handles_export(f)) {
		enter(c, f);
	} else if (f && is_small(f)) {
		enter(c, f);
	} else if (f && !export && (touches_mapping(c, f) || computes_flags(c, f))) {
		enter(c, f);
	} else if (!f && export) {
		/* Functions that are only declared may yet be found. */
		if (c->n->result >= 0 && type_is_export(result_type(c)))
			program_function(c->t->program, id, true);
		opaque(c, id);
	} else if (!f && c->mapping) {
		undecided_call(c, "no definition was found of", id_name(id));
	} else {
		opaque(c, id);
	}
}

static void by_each(const struct call *c, const GPtrArray *ids)
{
	struct trace_point *p;

	for (unsigned int i = 0; i < ids->len; i++)
		by_function(c, ids->pdata[i]);
	if (ids->len > 1) {
		p = trace_point(c->t, c->from);
		p->fork = FORK_UNION;
		p->origin = ORIGIN_ENVIRONMENT;
		p->callee = NULL;
	}
}

/* Through a variable; one that is never set is NULL, and that is no way on. */
static void by_variable(const struct call *c, const char *id)
{
	g_autoptr(GPtrArray) ids = trace_variable_functions(c->t, id);

	if (ids)
		by_each(c, ids);
	else
		undecided_call(c, "it is not known what is stored in", id_name(id));
}

static void by_alternatives(const struct call *c, const char *field)
{
	g_autoptr(GPtrArray) ids = trace_field_functions(c->t, field);

	/* Any file has file_operations: which file it is would have to be known. */
	if (g_str_has_prefix(field, "file_operations::")) {
		undecided_call(c, "it is not known which file's operations are called through",
			       field);
		return;
	}
	if (!ids->len) {
		undecided_call(c, "nothing is known to be stored in", field);
		return;
	}
	by_each(c, ids);
}

/* The variable that a call goes through, as p() or as (*p)(); NULL if it goes through none. */
static const char *called_variable(const struct expr *e)
{
	while (e->kind == EXPR_CAST || e->kind == EXPR_DEREF)
		e = e->a;
	return e->kind == EXPR_GLOBAL ? e->name : NULL;
}

/* A call through a table that is NULL is no way on either. */
static bool through_null(struct tracer *t, const struct state *s, const struct expr *e)
{
	const struct value *table;

	if (e->kind != EXPR_FIELD || *trace_type(s, e->a) != '*')
		return false;
	table = trace_eval(t, s, e->a);
	return table->kind == VALUE_INT && !table->n;
}

void trace_call(struct tracer *t, int from, const struct fact_node *n)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	struct call c = { t, from, n, trace_point(t, from)->state, args, false };
	const struct value *callee;

	for (unsigned int i = 0; i < n->n_args; i++) {
		const struct value *v = trace_eval(t, c.state, n->args[i]);

		g_ptr_array_add(args, (void *)v);
		c.mapping |= v->kind == VALUE_MAPPING;
	}
	if (t->need_field)
		return;
	callee = trace_eval(t, c.state, n->a);
	if (t->need_field || through_null(t, c.state, n->a))
		return;
	if (callee->kind != VALUE_FUNCTION && trace_in_helper(t))
		opaque(&c, NULL);
	else if (callee->kind == VALUE_FUNCTION)
		by_function(&c, callee->name);
	else if (callee->kind == VALUE_INT)
		return; /* a call of NULL is no way on */
	else if (!c.mapping || t->mode == MODE_EXPORT)
		opaque(&c, NULL);
	else if (n->a->kind == EXPR_FIELD)
		by_alternatives(&c, n->a->name);
	else if (called_variable(n->a))
		by_variable(&c, called_variable(n->a));
	else
		undecided_call(&c, "a mapping is handed to a function pointer in",
			       c.state->frame->function->name);
}

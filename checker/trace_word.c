// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_word: what the helpers of the vocabulary do to a mapping.
 */
#include <string.h>

#include "trace_private.h"

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
		call_undecided(c, why, "the vocabulary");
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
	if (returns_fault(word->name) || !strcmp(call_result_type(c), "v")) {
		call_finish(c, &done, call_opaque_result(c, NULL, &done));
		return;
	}
	/* It fails, or it has inserted and returns 0. */
	p->fork = FORK_UNION;
	p->origin = ORIGIN_ENVIRONMENT;
	if (word->class == WORD_PFN_SETS)
		set_word_flags(c, word, &failed);
	call_finish(c, &done, value_int(c->t->pool, 0));
	call_finish(c, &failed, value_simple(c->t->pool, VALUE_ERROR, NULL, ORIGIN_ENVIRONMENT));
}

/* The flag word that an argument is, is the address of, or belongs to. */
static const struct value *flags_at(const struct call *c, unsigned int i)
{
	const struct value *v = call_argument(c, i);
	const struct value *held = v->kind == VALUE_CELL ? trace_load(c->state, v) : v;

	if (v->kind == VALUE_MAPPING)
		return value_flags(c->t->pool, c->state->ones, c->state->zeros);
	return held ? held : value_unknown(c->t->pool, ORIGIN_LOCAL);
}

static void store_flags(const struct call *c, struct state *s, const struct value *v)
{
	const struct value *place = call_argument(c, 0);

	if (place->kind == VALUE_MAPPING)
		trace_store_flags(c->t, s, v);
	else
		trace_store(c->t, s, place, v);
	call_finish(c, s, value_unknown(c->t->pool, ORIGIN_LOCAL));
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

	if (call_argument(c, 0)->kind != VALUE_MAPPING && call_argument(c, 0)->kind != VALUE_CELL) {
		call_opaque(c, NULL);
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
		call_opaque(c, NULL);
		return;
	}
	flags = value_binary(pool, OP_AND, flags, mask);
	if (word->class == WORD_FLAGS_TEST_ALL)
		wanted = mask;
	call_finish(c, &s,
		    value_binary(pool, word->class == WORD_FLAGS_TEST_ALL ? OP_EQ : OP_NE, flags,
				 wanted));
}

/* A flag word of a list of numbers of bits: ([flags,] count, numbers). */
static void make_flags(const struct call *c)
{
	struct pool *pool = c->t->pool;
	unsigned int last = c->args->len ? c->args->len - 1 : 0;
	const struct value *flags = last > 1 ? flags_at(c, 0) : value_int(pool, 0);
	const struct value *count = call_argument(c, last ? last - 1 : 0);
	const struct value *bits = call_argument(c, last);
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
	call_finish(c, &s, flags);
}

static void ask_for_action(const struct call *c, const struct word *word)
{
	struct state s = *c->state;

	s.action = word->sets & WORD_VM_PFNMAP ? INSERT_PFN : INSERT_PAGE;
	s.action_function = s.frame->function;
	s.action_node = c->n;
	call_finish(c, &s, call_opaque_result(c, NULL, &s));
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
	call_finish(c, &done, value_int(c->t->pool, 0));
	if (bits)
		call_finish(c, &failed,
			    value_simple(c->t->pool, VALUE_ERROR, NULL, ORIGIN_ENVIRONMENT));
}

static void set_file(const struct call *c)
{
	struct state s = *c->state;

	if (call_argument(c, 0)->kind == VALUE_MAPPING)
		s.file = call_argument(c, 1);
	call_finish(c, &s, value_unknown(c->t->pool, ORIGIN_LOCAL));
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
	const struct value *fn = call_argument(c, 3);
	const struct fact_function *f =
		fn->kind == VALUE_FUNCTION ? program_function(c->t->program, fn->name, true) : NULL;
	struct state s = *c->state;
	bool special = false;
	unsigned int bits;

	if (!f) {
		call_undecided(c, "cannot tell what is called for every PTE by", word->name);
		return;
	}
	bits = pte_writes(c->t, f, 0, &special);
	if (bits) {
		s.inserts |= special ? (unsigned int)INSERT_PFN : bits;
		trace_point(c->t, c->from)->word = word;
	}
	call_finish(c, &s, call_opaque_result(c, NULL, &s));
}

void call_word(const struct call *c, const struct word *word, const char *id)
{
	struct state s = *c->state;
	const struct value *x = call_argument(c, 0);
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
			call_opaque(c, word->name);
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
		call_havoc(c, NULL, &s);
		call_finish(c, &s, x);
		break;
	case WORD_SAME:
		call_finish(c, &s, x);
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
		call_finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_PTE_DEVICE:
		/* Neither counted nor special: no help to a driver, no fault of a helper. */
		s.special |= c->t->mode == MODE_EFFECT;
		call_finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_PTE_SET:
		s.inserts |= s.special ? (unsigned int)INSERT_PFN : (unsigned int)INSERT_PAGE;
		trace_point(c->t, c->from)->word = word;
		call_finish(c, &s, value_unknown(pool, ORIGIN_USER));
		break;
	case WORD_FILE:
		call_finish(c, &s, value_simple(pool, VALUE_FILE, word->table, ORIGIN_OBJECT));
		break;
	case WORD_IS_ERR:
		call_finish(c, &s, value_is_err(pool, x));
		break;
	case WORD_IS_ERR_OR_NULL:
		if (x->kind == VALUE_INT || x->kind == VALUE_ERROR)
			call_finish(c, &s, value_int(pool, x->kind == VALUE_ERROR || x->n <= 0));
		else
			call_finish(c, &s, value_is_err(pool, x));
		break;
	case WORD_PTR_ERR: {
		const struct value *err = value_is_err(pool, x);
		g_autofree char *key = value_key(err);

		if ((err->kind == VALUE_INT && err->n) || state_assumed(&s, key) == 1)
			call_finish(c, &s, value_simple(pool, VALUE_ERROR, NULL, x->origin));
		else if (err->kind == VALUE_INT || state_assumed(&s, key) == 0)
			call_finish(c, &s, value_int(pool, 0));
		else
			call_finish(c, &s, err);
		break;
	}
	case WORD_ERR_PTR:
		call_finish(c, &s, value_simple(pool, VALUE_ERROR, NULL, x->origin));
		break;
	case WORD_READ_TRYLOCK:
		call_finish(c, &s, value_int(pool, c->t->in_handler));
		break;
	case WORD_NOTHING:
	case WORD_EXPORT:
		call_opaque(c, word->name);
		break;
	}
}

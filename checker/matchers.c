// SPDX-License-Identifier: GPL-2.0-only
/*
 * matchers: one table of patterns, and the walk that tries them on every node.
 *
 * In: the trees that ast hands out.  Out: rows (pattern, place, what is bound).
 * A row of the table says of which kinds a node is, where it stands and what its
 * parts are; each part that is asked for is bound, in the order of the row.  The
 * same pattern, as a matcher of Clang's, is testdata/matchers/NAME.query.
 *
 * Not seen: operands of sizeof and typeof, parameters without a name.
 */
#include <string.h>

#include "ast.h"
#include "facts.h"
#include "matchers.h"
#include "sorted.h"
#include "vocabulary.h"

#define TESTS_MAX 2

/* Where the node stands. */
enum place {
	PLACE_ANY,
	PLACE_STATIC,	  /* an object with static storage */
	PLACE_NESTED,	  /* a list inside another initialiser */
	PLACE_POSITIONAL, /* the value of a member that is not named */
	PLACE_READ,	  /* neither assigned to nor what a function is called through */
};

enum part {
	PART_NONE,
	PART_SELF,
	PART_TARGET, /* of an assignment or of a designated initialiser */
	PART_VALUE,  /* of an assignment or an initialiser; of "a ? b : c", b or c */
	PART_CALLEE,
	PART_ARGUMENT,	  /* one of them */
	PART_CONDITION,	  /* something in it */
	PART_INITIALIZER, /* something in it */
};

enum shape {
	SHAPE_ANY,
	SHAPE_FIELD,	/* names: roles */
	SHAPE_FUNCTION, /* names: word classes */
	SHAPE_TABLE,	/* the address of a static object, or of a part of one */
};

/* Short types (see facts.h), or one of these. */
static const char mapping[] = "mapping";
static const char record[] = "record";

struct test {
	enum part part;
	enum shape shape;
	const char *type;   /* NULL: any */
	unsigned int names; /* bits; 0: any */
};

struct matcher {
	const char *name;
	guint64 kinds; /* bits of enum ast_kind; 0: any */
	enum place place;
	enum matcher_effect effect;
	struct test tests[TESTS_MAX];
};

#define KIND(kind) (G_GUINT64_CONSTANT(1) << (kind))
#define ASSIGNMENTS (KIND(AST_ASSIGN) | KIND(AST_COMPOUND_ASSIGN))
#define BRANCHES                                                                            \
	(KIND(AST_IF) | KIND(AST_WHILE) | KIND(AST_DO) | KIND(AST_FOR) | KIND(AST_SWITCH) | \
	 KIND(AST_CONDITIONAL))

#define NAME(role_or_class) (1u << (role_or_class))
#define STATES (NAME(FIELD_FLAGS) | NAME(FIELD_VM_OPS) | NAME(FIELD_OPS))
#define HELPERS                                                                      \
	(NAME(WORD_PFN_SETS) | NAME(WORD_PFN) | NAME(WORD_PAGE) | NAME(WORD_MIXED) | \
	 NAME(WORD_FORWARD) | NAME(WORD_FLAGS_SET) | NAME(WORD_FLAGS_CLEAR) |        \
	 NAME(WORD_FLAGS_MOD) | NAME(WORD_FLAGS_RESET) | NAME(WORD_FLAGS_SET_BIT) |  \
	 NAME(WORD_SET_FILE) | NAME(WORD_ACTION) | NAME(WORD_ACTION_DONE) | NAME(WORD_WALKER))
#define PTE_WRITERS (NAME(WORD_PTE_SPECIAL) | NAME(WORD_PTE_SET))

const char matcher_mapping_call[] = "mapping-call";

/* clang-format off */
static const struct matcher matchers[] = {
	{ "export-call", KIND(AST_CALL), PLACE_ANY, MATCHER_NONE,
	  { { PART_CALLEE, SHAPE_FUNCTION, NULL, NAME(WORD_EXPORT) } } },
	{ "field-call", KIND(AST_CALL), PLACE_ANY, MATCHER_NONE,
	  { { PART_CALLEE, SHAPE_FIELD, NULL, 0 } } },
	{ "file-maker-call", KIND(AST_CALL), PLACE_ANY, MATCHER_NONE,
	  { { PART_CALLEE, SHAPE_FUNCTION, NULL, NAME(WORD_FILE) } } },
	{ "file-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_FIELD, "*file", 0 }, { PART_VALUE, SHAPE_ANY, NULL, 0 } } },
	{ "flags-condition", BRANCHES, PLACE_ANY, MATCHER_READS,
	  { { PART_CONDITION, SHAPE_FIELD, NULL, NAME(FIELD_FLAGS) } } },
	{ "flags-store", ASSIGNMENTS, PLACE_ANY, MATCHER_WRITES,
	  { { PART_TARGET, SHAPE_FIELD, NULL, NAME(FIELD_FLAGS) } } },
	{ "function-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_FIELD, NULL, 0 }, { PART_VALUE, SHAPE_FUNCTION, NULL, 0 } } },
	{ "helper-call", KIND(AST_CALL), PLACE_ANY, MATCHER_WRITES,
	  { { PART_CALLEE, SHAPE_FUNCTION, NULL, HELPERS } } },
	{ matcher_mapping_call, KIND(AST_CALL), PLACE_ANY, MATCHER_NONE,
	  { { PART_CALLEE, SHAPE_ANY, NULL, 0 }, { PART_ARGUMENT, SHAPE_ANY, mapping, 0 } } },
	{ "mapping-parameter", KIND(AST_PARAM), PLACE_ANY, MATCHER_NONE,
	  { { PART_SELF, SHAPE_ANY, mapping, 0 } } },
	{ "mapping-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_FIELD, mapping, 0 } } },
	{ "member", KIND(AST_DESIGNATED), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_FIELD, NULL, 0 }, { PART_VALUE, SHAPE_FUNCTION, NULL, 0 } } },
	{ "ops-copy", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_ANY, "dma_buf_ops", 0 } } },
	{ "ops-member", KIND(AST_DESIGNATED), PLACE_ANY, MATCHER_WRITES,
	  { { PART_TARGET, SHAPE_FIELD, NULL, NAME(FIELD_OPS) }, { PART_VALUE, SHAPE_ANY, NULL, 0 } } },
	{ "ops-nested", KIND(AST_INIT_LIST), PLACE_NESTED, MATCHER_NONE,
	  { { PART_SELF, SHAPE_ANY, "dma_buf_ops", 0 } } },
	{ "ops-object", KIND(AST_VAR), PLACE_ANY, MATCHER_NONE,
	  { { PART_SELF, SHAPE_ANY, "dma_buf_ops", 0 }, { PART_INITIALIZER, SHAPE_ANY, NULL, 0 } } },
	{ "ops-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_WRITES,
	  { { PART_TARGET, SHAPE_FIELD, NULL, NAME(FIELD_OPS) }, { PART_VALUE, SHAPE_ANY, NULL, 0 } } },
	{ "page-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_WRITES,
	  { { PART_TARGET, SHAPE_FIELD, NULL, NAME(FIELD_PAGE) } } },
	{ "positional-member", 0, PLACE_POSITIONAL, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_ANY, NULL, 0 }, { PART_VALUE, SHAPE_FUNCTION, NULL, 0 } } },
	{ "pte-writer-call", KIND(AST_CALL), PLACE_ANY, MATCHER_WRITES,
	  { { PART_CALLEE, SHAPE_FUNCTION, NULL, PTE_WRITERS } } },
	{ "state-read", KIND(AST_MEMBER), PLACE_READ, MATCHER_READS,
	  { { PART_SELF, SHAPE_FIELD, NULL, STATES } } },
	{ "table", KIND(AST_VAR), PLACE_STATIC, MATCHER_NONE,
	  { { PART_SELF, SHAPE_ANY, record, 0 }, { PART_INITIALIZER, SHAPE_FUNCTION, NULL, 0 } } },
	{ "table-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_NONE,
	  { { PART_TARGET, SHAPE_FIELD, NULL, 0 }, { PART_VALUE, SHAPE_TABLE, NULL, 0 } } },
	{ "vm-ops-store", KIND(AST_ASSIGN), PLACE_ANY, MATCHER_WRITES,
	  { { PART_TARGET, SHAPE_FIELD, NULL, NAME(FIELD_VM_OPS) }, { PART_VALUE, SHAPE_ANY, NULL, 0 } } },
};
/* clang-format on */

/* A node and what is around it. */
struct spot {
	const struct ast *node;
	const struct ast *parent; /* NULL at the top */
	bool is_static;		  /* of a variable */
	bool is_target;		  /* of a plain assignment */
	bool is_callee;		  /* called, or called through */
	bool is_positional;
};

struct walk {
	struct facts *facts;
	struct ast_unit *unit;
	const char *file;
	const char *function; /* id, "" outside of functions */
};

/* What a test found: a node, or a name where there is no node for it. */
struct binding {
	const struct ast *node;
	char *name;
};

/* ---- parts ---- */

static const struct ast *skip_parens(const struct ast *a)
{
	while (a && a->kind == AST_PAREN && a->first)
		a = a->first;
	return a;
}

static const struct ast *skip_casts(const struct ast *a)
{
	while (a && (a->kind == AST_PAREN || a->kind == AST_CAST) && a->first)
		a = ast_last_child(a);
	return a;
}

/* What is assigned to: *(volatile T *)&x is x. */
static const struct ast *lvalue(const struct ast *a)
{
	const struct ast *inner;

	for (a = skip_parens(a); a && a->kind == AST_UNARY && a->op == AST_UNARY_DEREF;) {
		inner = skip_casts(a->first);
		if (!inner || inner->kind != AST_UNARY || inner->op != AST_UNARY_ADDRESS)
			break;
		a = skip_parens(inner->first);
	}
	return a;
}

/* The member that a designated initialiser is for. */
static const struct ast *designator(const struct ast *a)
{
	const struct ast *found = NULL;

	for (const struct ast *child = a->first; child && child->next; child = child->next)
		if (child->kind == AST_MEMBER_REF)
			found = child;
	return found;
}

static const struct ast *condition(struct walk *w, const struct ast *a)
{
	unsigned int parts;

	if (a->kind == AST_DO)
		return ast_last_child(a);
	if (a->kind != AST_FOR)
		return a->first;
	parts = ast_for_parts(w->unit, a);
	if (!(parts & 2) || !a->first)
		return NULL;
	return parts & 1 ? a->first->next : a->first;
}

/* What is called: (*f)(x) calls f. */
static const struct ast *callee(const struct ast *call)
{
	const struct ast *a = skip_casts(call->first);

	if (a && a->kind == AST_UNARY && a->op == AST_UNARY_DEREF)
		a = skip_casts(a->first);
	return a;
}

static const struct ast *part_of(struct walk *w, const struct spot *spot, enum part part)
{
	const struct ast *a = spot->node;

	switch (part) {
	case PART_TARGET:
		return a->kind == AST_DESIGNATED ? designator(a) : lvalue(a->first);
	case PART_VALUE:
		if (a->kind == AST_DESIGNATED)
			return ast_last_child(a);
		return a->kind == AST_ASSIGN && a->first ? a->first->next : a;
	case PART_CALLEE:
		return callee(a);
	case PART_ARGUMENT:
		return a->first ? a->first->next : NULL;
	case PART_CONDITION:
		return condition(w, a);
	case PART_INITIALIZER:
		return a->first;
	case PART_SELF:
	case PART_NONE:
		break;
	}
	return a;
}

/* ---- tests ---- */

static bool has_type(const struct ast *a, const char *wanted)
{
	const char *type = a->kind == AST_VAR ? a->record : a->type;

	if (!type)
		return false;
	if (wanted == mapping)
		return type_is_mapping(type);
	if (wanted == record)
		return g_ascii_isalpha(*type) && strcmp(type, "i") && strcmp(type, "b") &&
		       !g_str_has_prefix(type, "fn");
	return !strcmp(type, wanted);
}

static bool has_name(const struct ast *a, enum shape shape, unsigned int names)
{
	const struct word *word;

	if (!names)
		return true;
	if (shape == SHAPE_FIELD)
		return names & NAME(field_role(a->field));
	word = word_of_id(a->name);
	return word && names & NAME(word->class);
}

static bool is_pointer(const struct ast *a)
{
	return a && a->type && *a->type == '*';
}

/* The static object that an lvalue is, or is inside of. */
static const struct ast *static_object(const struct ast *a)
{
	for (a = skip_parens(a); a; a = skip_parens(a->first)) {
		if (a->kind == AST_REF)
			return a->to == AST_TO_GLOBAL ? a : NULL;
		if ((a->kind != AST_MEMBER && a->kind != AST_SUBSCRIPT) ||
		    is_pointer(skip_parens(a->first)))
			return NULL;
	}
	return NULL;
}

/* The node that has the shape: a itself, but for parentheses and casts. */
static const struct ast *find_shape(const struct ast *a, enum shape shape)
{
	if (shape == SHAPE_ANY)
		return a;
	if (shape == SHAPE_FIELD)
		return (a->kind == AST_MEMBER || a->kind == AST_MEMBER_REF) && a->field ? a : NULL;
	a = skip_casts(a);
	if (a && a->kind == AST_UNARY && a->op == AST_UNARY_ADDRESS) {
		if (shape == SHAPE_TABLE)
			return static_object(a->first);
		a = skip_parens(a->first);
	}
	return shape == SHAPE_FUNCTION && a && a->kind == AST_REF && a->to == AST_TO_FUNCTION ?
		       a :
		       NULL;
}

static const struct ast *test_node(const struct test *test, const struct ast *a)
{
	const struct ast *found = find_shape(a, test->shape);

	if (!found || (test->type && !has_type(found, test->type)) ||
	    !has_name(found, test->shape, test->names))
		return NULL;
	return found;
}

static const struct ast *test_inside(const struct test *test, const struct ast *a)
{
	const struct ast *found = test_node(test, a);

	a = a->kind == AST_CAST || a->kind == AST_COMPOUND_LITERAL ? ast_last_child(a) : a->first;
	for (; a && !found; a = a->next)
		found = test_inside(test, a);
	return found;
}

/* A value, or one of those that a condition chooses from. */
static const struct ast *test_value(const struct test *test, const struct ast *a)
{
	const struct ast *found = test_node(test, a);
	const struct ast *inner = skip_casts(a);

	if (!found && inner->kind == AST_CONDITIONAL && inner->n_children == 3) {
		found = test_node(test, inner->first->next);
		if (!found)
			found = test_node(test, inner->first->next->next);
	}
	return found;
}

/* An argument, or what it is before a cast. */
static const struct ast *test_argument(const struct test *test, const struct ast *a)
{
	const struct ast *found = test_node(test, a);

	while (!found && (a->kind == AST_PAREN || a->kind == AST_CAST) && a->first) {
		a = ast_last_child(a);
		found = test_node(test, a);
	}
	return found;
}

/* "record::field" of the member that a value without a name is for. */
static char *positional_field(struct walk *w, const struct spot *spot)
{
	const char *const *fields = ast_record_fields(w->unit, spot->parent);
	guint n = fields ? g_strv_length((char **)fields) : 0;
	char *key = NULL;
	guint index = 0;

	for (const struct ast *a = spot->parent->first; a && a != spot->node; a = a->next) {
		if (a->kind == AST_DESIGNATED)
			for (index = 0; index < n && strcmp(fields[index], a->first->name);)
				index++;
		index++;
	}
	if (index < n)
		key = g_strconcat(spot->parent->type, "::", fields[index], NULL);
	g_free((void *)fields);
	return key;
}

static bool run_test(struct walk *w, const struct test *test, const struct spot *spot,
		     struct binding *bound)
{
	const struct ast *a = part_of(w, spot, test->part);

	if (spot->is_positional && test->part == PART_TARGET) {
		bound->name = positional_field(w, spot);
		return true;
	}
	if (!a)
		return false;
	if (test->part == PART_CONDITION || test->part == PART_INITIALIZER)
		bound->node = test_inside(test, a);
	else if (test->part == PART_VALUE)
		bound->node = test_value(test, a);
	else if (test->part != PART_ARGUMENT)
		bound->node = test_node(test, a);
	for (; test->part == PART_ARGUMENT && a && !bound->node; a = a->next)
		bound->node = test_argument(test, a);
	return bound->node != NULL;
}

/* ---- rows ---- */

static const char *binding_text(const struct binding *bound)
{
	const struct ast *a = skip_casts(bound->node);

	if (bound->name || !a)
		return bound->name ? bound->name : "";
	if (a->kind == AST_UNARY && a->op == AST_UNARY_ADDRESS)
		a = static_object(a->first);
	if (!a)
		return "";
	switch (a->kind) {
	case AST_VAR:
	case AST_PARAM:
		return a->name;
	case AST_REF:
		return a->to == AST_TO_FUNCTION || a->to == AST_TO_GLOBAL ? a->name : "";
	case AST_MEMBER:
	case AST_MEMBER_REF:
		return a->field ? a->field : "";
	case AST_INIT_LIST:
		return a->type;
	default:
		return "";
	}
}

static void add_row(struct walk *w, const struct matcher *m, const struct ast *a,
		    const struct binding *bound)
{
	struct fact_match *row = facts_alloc(w->facts, sizeof(*row));

	row->pattern = facts_string(w->facts, m->name);
	row->file = facts_string(w->facts, w->file);
	row->line = a->line;
	row->column = a->column;
	row->function = facts_string(w->facts, w->function);
	row->bound = facts_string(w->facts, binding_text(&bound[0]));
	row->value = facts_string(w->facts, binding_text(&bound[1]));
	g_ptr_array_add(w->facts->matches, row);
}

static bool stands_at(enum place place, const struct spot *spot)
{
	switch (place) {
	case PLACE_ANY:
		return true;
	case PLACE_STATIC:
		return spot->is_static;
	case PLACE_NESTED:
		return spot->parent && spot->parent->kind != AST_VAR &&
		       spot->parent->kind != AST_COMPOUND_LITERAL;
	case PLACE_POSITIONAL:
		return spot->is_positional;
	case PLACE_READ:
		return !spot->is_target && !spot->is_callee;
	}
	return false;
}

static void try_matcher(struct walk *w, const struct matcher *m, const struct spot *spot)
{
	struct binding bound[TESTS_MAX] = { 0 };
	bool ok = stands_at(m->place, spot);

	for (unsigned int i = 0; ok && i < TESTS_MAX && m->tests[i].part != PART_NONE; i++)
		ok = run_test(w, &m->tests[i], spot, &bound[i]);
	if (ok)
		add_row(w, m, spot->node, bound);
	for (unsigned int i = 0; i < TESTS_MAX; i++)
		g_free(bound[i].name);
}

/* ---- walk ---- */

static bool is_record_list(const struct ast *a)
{
	return a->kind == AST_INIT_LIST && has_type(a, record);
}

static void walk_node(struct walk *w, const struct spot *spot)
{
	const struct ast *a = spot->node;
	/* What parentheses, casts and members hand on to what they are made of. */
	bool wraps = a->kind == AST_PAREN || a->kind == AST_CAST;
	/* The operand of a typeof stands before what is cast to it. */
	bool typed = a->kind == AST_CAST || a->kind == AST_COMPOUND_LITERAL;
	const struct ast *start = typed ? ast_last_child(a) : a->first;
	bool through = wraps || a->kind == AST_MEMBER || a->kind == AST_SUBSCRIPT ||
		       a->kind == AST_UNARY;

	for (unsigned int i = 0; i < G_N_ELEMENTS(matchers); i++)
		if (!matchers[i].kinds || matchers[i].kinds & KIND(a->kind))
			try_matcher(w, &matchers[i], spot);
	for (const struct ast *child = start; child; child = child->next) {
		bool first = child == start;
		struct spot inner = {
			.node = child,
			.parent = a,
			.is_static = child->kind == AST_VAR && child->is_static,
			.is_target = first && (a->kind == AST_ASSIGN || (wraps && spot->is_target)),
			.is_callee = first && (a->kind == AST_CALL || (through && spot->is_callee)),
			.is_positional = is_record_list(a) && child->kind != AST_DESIGNATED,
		};

		walk_node(w, &inner);
	}
}

void matchers_function(struct facts *facts, struct ast_unit *unit, const struct ast_function *f)
{
	struct walk w = { facts, unit, f->file, f->id };
	struct spot body = { .node = f->body };

	for (unsigned int i = 0; i < f->n_params; i++) {
		struct spot param = { .node = f->params[i] };

		if (*f->params[i]->name)
			walk_node(&w, &param);
	}
	walk_node(&w, &body);
}

void matchers_variable(struct facts *facts, struct ast_unit *unit, const struct ast *var,
		       const char *file)
{
	struct walk w = { facts, unit, file, "" };
	struct spot spot = { .node = var, .is_static = true };

	walk_node(&w, &spot);
}

static gint compare_matches(gconstpointer a, gconstpointer b)
{
	const struct fact_match *x = *(const struct fact_match *const *)a;
	const struct fact_match *y = *(const struct fact_match *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	if (order)
		return order;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	order = strcmp(x->pattern, y->pattern);
	if (!order)
		order = strcmp(x->function, y->function);
	if (!order)
		order = strcmp(x->bound, y->bound);
	return order ? order : strcmp(x->value, y->value);
}

void matchers_sort(struct facts *facts)
{
	g_ptr_array_sort(facts->matches, compare_matches);
}

enum matcher_effect matcher_effect(const char *pattern)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(matchers); i++)
		if (!strcmp(matchers[i].name, pattern))
			return matchers[i].effect;
	return MATCHER_NONE;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of facts: the text form and its reading, of any text.
 */
#include "facts.h"

#include <string.h>

/* Everything that a row can hold; what is not a name stands as it is printed. */
static struct facts *make_facts(void)
{
	struct facts *facts = facts_new("drivers/a b/100%.c");
	struct fact_skipped *skipped = facts_alloc(facts, sizeof(*skipped));
	struct fact_match *match = facts_alloc(facts, sizeof(*match));
	struct fact_match *elsewhere = facts_alloc(facts, sizeof(*elsewhere));
	struct fact_table *table = facts_alloc(facts, sizeof(*table));
	struct expr *e;

	g_ptr_array_add(facts->errors, (void *)facts_string(facts, "a.c:3: \t'x'\n undeclared"));
	*skipped = (struct fact_skipped){ "a\tb.h", 3, 5 };
	g_ptr_array_add(facts->skipped, skipped);
	*match = (struct fact_match){
		.pattern = "member",
		.file = facts->file,
		.line = 3,
		.column = 4,
		.function = "",
		.bound = "a::b",
		.value = "drivers/a b/100%.c:f",
	};
	g_ptr_array_add(facts->matches, match);
	*elsewhere = (struct fact_match){
		.pattern = "field-call",
		.file = "include/x.h",
		.line = 1,
		.column = 1,
		.function = "include/x.h:f",
		.bound = "",
		.value = "",
	};
	g_ptr_array_add(facts->matches, elsewhere);

	e = facts_expr(facts, EXPR_CAST, "fn");
	e->a = facts_expr(facts, EXPR_FUNCTION, "fn");
	e->a->name = "x.c:f g";
	table->facts = facts;
	table->id = "a b.c:ops";
	table->name = "ops";
	table->record = "rec";
	table->file = facts->file;
	table->line = 9;
	table->column = 1;
	table->is_static = true;
	table->has_initializer = true;
	table->n_members = 2;
	table->members = facts_alloc(facts, 2 * sizeof(*table->members));
	table->members[0] = (struct fact_member){ "in", "rec::in", "in", NULL, 10, 2 };
	table->members[1] = (struct fact_member){ "in.run", "in::run", "fn", e, 11, 3 };
	g_ptr_array_add(facts->tables, table);
	return facts;
}

static struct expr *make_expr(struct facts *facts, enum expr_kind kind, const char *name,
			      struct expr *a, struct expr *b)
{
	struct expr *e = facts_expr(facts, kind, "*rec");

	e->name = name;
	e->a = a;
	e->b = b;
	return e;
}

/* A function with a node of each kind and an expression of each kind. */
static void add_function(struct facts *facts)
{
	struct fact_function *f = facts_alloc(facts, sizeof(*f));
	struct expr *local = facts_expr(facts, EXPR_LOCAL, "i");
	struct expr *number = facts_expr(facts, EXPR_INT, "i");
	struct expr *global = make_expr(facts, EXPR_GLOBAL, "a%b c", NULL, NULL);
	struct expr *field = make_expr(facts, EXPR_FIELD, "rec::x", global, NULL);
	struct expr *address = make_expr(facts, EXPR_ADDRESS, NULL, field, NULL);
	struct expr *element = make_expr(facts, EXPR_INDEX, NULL, address, local);
	struct expr *deref = make_expr(facts, EXPR_DEREF, NULL, element, NULL);
	struct expr *unary = facts_expr(facts, EXPR_UNARY, "i");
	struct expr *binary = facts_expr(facts, EXPR_BINARY, "i");
	struct fact_node *nodes = facts_alloc(facts, 10 * sizeof(*nodes));

	local->value = 1;
	number->value = G_MININT64;
	unary->op = OP_COMPLEMENT;
	unary->a = deref;
	binary->op = OP_SHL;
	binary->a = unary;
	binary->b = number;
	for (int i = 0; i < 10; i++) {
		nodes[i].kind = (enum node_kind)i;
		nodes[i].line = (unsigned int)i + 1;
		nodes[i].next[0] = i < 9 ? i + 1 : -1;
		nodes[i].next[1] = i == NODE_BRANCH ? 0 : -1;
		nodes[i].result = -1;
		nodes[i].text = "a ==\n\"b\"";
	}
	nodes[NODE_ASSIGN].a = local;
	nodes[NODE_ASSIGN].b = binary;
	nodes[NODE_CALL].a = make_expr(facts, EXPR_FUNCTION, "g", NULL, NULL);
	nodes[NODE_CALL].result = 1;
	nodes[NODE_CALL].n_args = 2;
	nodes[NODE_CALL].args = facts_alloc(facts, 2 * sizeof(struct expr *));
	nodes[NODE_CALL].args[0] = make_expr(facts, EXPR_UNKNOWN, NULL, NULL, NULL);
	nodes[NODE_CALL].args[1] = number;
	nodes[NODE_BRANCH].a = local;
	nodes[NODE_SWITCH].a = local;
	nodes[NODE_SWITCH].n_cases = 2;
	nodes[NODE_SWITCH].cases = facts_alloc(facts, 2 * sizeof(struct fact_case));
	nodes[NODE_SWITCH].cases[0] = (struct fact_case){ G_MININT64, -1, 3 };
	nodes[NODE_SWITCH].cases[1] = (struct fact_case){ 0, G_MAXINT64, 4 };

	f->facts = facts;
	f->id = "x.c:f";
	f->name = "f";
	f->file = "x.c";
	f->line = 4;
	f->column = 5;
	f->linkage = LINKAGE_INLINE;
	f->type = "*rec";
	f->n_params = 1;
	f->n_locals = 2;
	f->locals = facts_alloc(facts, 2 * sizeof(*f->locals));
	f->locals[0] = (struct fact_local){ "a", "*rec" };
	f->locals[1] = (struct fact_local){ "", "i" };
	f->n_nodes = 10;
	f->nodes = nodes;
	f->truncated = "not all of it";
	g_ptr_array_add(facts->functions, f);
	facts_seal(facts);
}

static char *text_of(const struct facts *facts)
{
	GString *text = g_string_new(NULL);

	facts_print(facts, text);
	return g_string_free(text, FALSE);
}

static void test_round_trip(void)
{
	struct facts *facts = make_facts();
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	const struct fact_function *f;
	const struct fact_match *m;
	struct facts *again;
	const char *why;

	add_function(facts);
	first = text_of(facts);
	again = facts_parse(first, strlen(first), &why);
	g_assert_nonnull(again);
	second = text_of(again);
	g_assert_cmpstr(first, ==, second);

	g_assert_cmpstr(again->file, ==, "drivers/a b/100%.c");
	g_assert_cmpstr(again->errors->pdata[0], ==, "a.c:3: \t'x'\n undeclared");
	g_assert_cmpstr(((struct fact_skipped *)again->skipped->pdata[0])->file, ==, "a\tb.h");
	m = again->matches->pdata[0];
	g_assert_cmpstr(m->pattern, ==, "member");
	g_assert_cmpstr(m->file, ==, again->file);
	g_assert_cmpuint(m->line, ==, 3);
	g_assert_cmpuint(m->column, ==, 4);
	g_assert_cmpstr(m->function, ==, "");
	g_assert_cmpstr(m->bound, ==, "a::b");
	g_assert_cmpstr(m->value, ==, "drivers/a b/100%.c:f");
	m = again->matches->pdata[1];
	g_assert_cmpstr(m->file, ==, "include/x.h");
	g_assert_cmpstr(m->function, ==, "include/x.h:f");
	f = again->functions->pdata[0];
	g_assert_cmpstr(f->truncated, ==, "not all of it");
	g_assert_cmpstr(f->hash, ==, ((struct fact_function *)facts->functions->pdata[0])->hash);
	g_assert_cmpint(f->linkage, ==, LINKAGE_INLINE);
	for (unsigned int i = 0; i < f->n_nodes; i++)
		g_assert_cmpint(f->nodes[i].kind, ==, i);
	g_assert_cmpstr(f->nodes[NODE_BRANCH].text, ==, "a ==\n\"b\"");
	g_assert_true(f->nodes[NODE_SWITCH].cases[0].low == G_MININT64);
	g_assert_true(f->nodes[NODE_SWITCH].cases[1].high == G_MAXINT64);
	g_assert_true(f->nodes[NODE_CALL].args[1]->value == G_MININT64);
	facts_free(again);
	facts_free(facts);
}

static void test_empty(void)
{
	struct facts *facts = facts_new("x.c");
	g_autofree char *text = text_of(facts);
	const char *why;
	struct facts *again = facts_parse(text, strlen(text), &why);

	g_assert_nonnull(again);
	g_assert_cmpuint(again->functions->len, ==, 0);
	g_assert_cmpuint(again->matches->len, ==, 0);
	facts_free(again);
	facts_free(facts);
}

static void test_other_version(void)
{
	g_autofree char *text = g_strdup_printf("facts\t%d\tx.c\nend\n", FACTS_SCHEMA + 1);
	const char *why;

	g_assert_null(facts_parse(text, strlen(text), &why));
	g_assert_cmpstr(why, ==, "facts of another version");
	g_assert_null(facts_parse("facts\n", 6, &why));
	g_assert_null(facts_parse("fact\t4\tx.c\nend\n", 15, &why));
	g_assert_cmpstr(why, ==, "not a fact text");
	g_assert_null(facts_parse("", 0, &why));
}

/* Rows that are wrong, each by itself in an otherwise good text. */
static void test_bad_rows(void)
{
	static const char *const rows[] = {
		"nonsense",
		"match",
		"match\tmember\t-\t3\tf\ta\tb",
		"match\tmember\t-\t3:4\tf\ta",
		"skipped\ta.c\tx\t3",
		"table\tt\tt\trec\ta.c\t1:1\tstatic\tinitialized\t1000000000",
		"table\tt\tt\trec\ta.c\t1:1\tstatic\tinitialized\t1",
		"table\tt\tt\trec\ta.c\t1:1\tstatic\tinitialized\t-1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t0\t-\t0",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t1\t0\t1\t-\t0\nnode\t0\tend\t0:0\t-1\t-1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t-1\t0\t1\t-\t0\nnode\t0\tend\t0:0\t-1\t-1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\tnop\t0:0\t1\t-1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\tnop\t0:0\t0\t7",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t1\tend\t0:0\t-1\t-1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\tcall\t0:0\t-1\t-1\t0\t!g",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\tassign\t0:0\t-1\t-1\t#1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\n"
		"node\t0\tswitch\t0:0\t-1\t-1\t#1\ta\t1:2:3",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\treturn\t0:0\t-1\t-1\tb+ #1",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\treturn\t0:0\t-1\t-1\tx",
		"function\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\nnode\t0\treturn\t0:0\t-1\t-1\tu@ #1",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("facts\t%d\tx.c\n%s\nend\n", FACTS_SCHEMA, rows[i]);
		const char *why;

		g_test_message("%s", rows[i]);
		g_assert_null(facts_parse(text, strlen(text), &why));
		g_assert_cmpstr(why, ==, "damaged fact text");
	}
}

/* An expression that nests without end is refused, not followed. */
static void test_deep_expression(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *why;

	g_string_printf(text,
			"facts\t%d\tx.c\nfunction\tf\tf\ta.c\t1:1\tstatic\tv\t0\t0\t1\t-\t0\n"
			"node\t0\treturn\t0:0\t-1\t-1\t",
			FACTS_SCHEMA);
	for (int i = 0; i < 200000; i++)
		g_string_append(text, "u! ");
	g_string_append(text, "#1\nend\n");
	g_assert_null(facts_parse(text->str, text->len, &why));
}

/* What stops anywhere is refused: only the whole text is one. */
static void test_truncated(void)
{
	struct facts *facts = make_facts();
	g_autofree char *text = NULL;
	const char *why;

	add_function(facts);
	text = text_of(facts);
	for (gsize size = 0; size < strlen(text); size++) {
		/* A copy of just that size, so that reading beyond it is seen. */
		g_autofree char *part = g_memdup2(text, size);

		g_assert_null(facts_parse(part, size, &why));
	}
	facts_free(facts);
}

/* Damages a text in some places; *size may change. */
static void damage(GRand *rand, char *text, gsize *size)
{
	static const char bytes[] = "\t\n -:%#!$.[*&(ub?0123456789ax\xff";
	int count = g_rand_int_range(rand, 1, 6);

	for (int i = 0; i < count && *size; i++) {
		gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)*size);
		gsize n = (gsize)g_rand_int_range(rand, 1, 40);

		switch (g_rand_int_range(rand, 0, 4)) {
		case 0:
			text[at] = bytes[g_rand_int_range(rand, 0, sizeof(bytes))];
			break;
		case 1:
			text[at] = (char)g_rand_int_range(rand, 0, 256);
			break;
		case 2: /* takes some out */
			n = MIN(n, *size - at);
			memmove(text + at, text + at + n, *size - at - n);
			*size -= n;
			break;
		default: /* copies some over others */
			n = MIN(n, *size - at);
			memmove(text + at,
				text + g_rand_int_range(rand, 0, (gint32)(*size - n + 1)), n);
			break;
		}
	}
}

/* A damaged text is refused, or it is a text: what is read can be printed and read again. */
static void test_mutations(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20221122);
	struct facts *facts = make_facts();
	g_autofree char *text = NULL;
	gsize size;
	guint taken = 0;

	add_function(facts);
	text = text_of(facts);
	size = strlen(text);
	for (int i = 0; i < 40000; i++) {
		gsize left = size;
		g_autofree char *bad = g_memdup2(text, size);
		const char *why;
		struct facts *read;

		damage(rand, bad, &left);
		read = facts_parse(bad, left, &why);
		if (read) {
			g_autofree char *first = text_of(read);
			struct facts *again = facts_parse(first, strlen(first), &why);

			taken++;
			facts_free(again);
			facts_free(read);
		}
	}
	g_test_message("%u damaged texts can still be read", taken);
	facts_free(facts);
}

static void test_fold(void)
{
	gint64 value;

	g_assert_true(expr_fold(OP_ADD, G_MAXINT64, 1, &value));
	g_assert_true(value == G_MININT64);
	g_assert_true(expr_fold(OP_MUL, G_MININT64, -1, &value));
	g_assert_true(value == G_MININT64);
	g_assert_true(expr_fold(OP_DIV, 7, -2, &value));
	g_assert_cmpint(value, ==, -3);
	g_assert_true(expr_fold(OP_SHL, 1, 63, &value));
	g_assert_true(value == G_MININT64);
	g_assert_true(expr_fold(OP_GE, -1, 0, &value));
	g_assert_cmpint(value, ==, 0);
	g_assert_false(expr_fold(OP_DIV, 1, 0, &value));
	g_assert_false(expr_fold(OP_REM, G_MININT64, -1, &value));
	g_assert_false(expr_fold(OP_SHL, 1, 64, &value));
	g_assert_false(expr_fold(OP_SHR, 1, -1, &value));
	g_assert_false(expr_fold(OP_NONE, 1, 1, &value));
}

static void test_types(void)
{
	g_assert_cmpstr(type_pointee("*rec"), ==, "rec");
	g_assert_null(type_pointee("*"));
	g_assert_null(type_pointee("**"));
	g_assert_null(type_pointee("rec"));
	g_assert_null(type_pointee(NULL));
	g_assert_true(type_is_mapping("*vm_area_struct"));
	g_assert_true(type_is_mapping("*vm_fault"));
	g_assert_true(type_is_mapping("*vm_area_desc"));
	g_assert_false(type_is_mapping("vm_area_struct"));
	g_assert_false(type_is_mapping("*vm_area_struct_copy"));
	g_assert_false(type_is_mapping(NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/facts/round-trip", test_round_trip);
	g_test_add_func("/facts/empty", test_empty);
	g_test_add_func("/facts/other-version", test_other_version);
	g_test_add_func("/facts/bad-rows", test_bad_rows);
	g_test_add_func("/facts/deep-expression", test_deep_expression);
	g_test_add_func("/facts/truncated", test_truncated);
	g_test_add_func("/facts/mutations", test_mutations);
	g_test_add_func("/facts/fold", test_fold);
	g_test_add_func("/facts/types", test_types);
	return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * suppress: which comments a text holds and what they are about, which files of
 * entries are taken and which line of the others is at fault.
 */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "suppress.h"

struct comment_row {
	const char *text;
	/* The only comment; line 0: there is none. */
	guint line, about;
	const char *rule, *reason, *fault; /* fault: a part of it */
};

static const struct comment_row comment_rows[] = {
	{ "", 0, 0, NULL, NULL, NULL },
	{ "int a; /* pfncheck is a tool */\n", 0, 0, NULL, NULL, NULL },
	{ "a(); /* pfncheck: allow page-insert: tests */\n", 1, 1, "page-insert", "tests", NULL },
	{ "\n\ta(); // pfncheck: allow mixedmap: tests\nb();\n", 2, 2, "mixedmap", "tests", NULL },
	{ "// pfncheck: allow mixedmap: tests\nb();\n", 1, 2, "mixedmap", "tests", NULL },
	{ "/*\n * pfncheck: allow unknown: a\n *   long  reason\n */\nb();\n", 1, 5, "unknown",
	  "a long reason", NULL },
	{ "\t/* pfncheck: allow page-insert: it ends */ b();\n", 1, 1, "page-insert", "it ends",
	  NULL },
	{ "/* pfncheck: allow page-insert : a: b */\r\n", 1, 2, "page-insert", "a: b", NULL },
	{ "/* pfncheck: allow page-insert: never closed", 1, 2, "page-insert", "never closed",
	  NULL },
	{ "/* pfncheck: allow page-insert: */\n", 1, 2, "page-insert", NULL, "no reason" },
	{ "/* pfncheck: allow page-insert */\n", 1, 2, "page-insert", NULL, "no reason" },
	{ "/* pfncheck: allow page-insert because */\n", 1, 2, "page-insert", NULL, "no reason" },
	{ "/* pfncheck: allow pages: so */\n", 1, 2, "pages", "so", "no rule 'pages'" },
	{ "/* pfncheck: allow : so */\n", 1, 2, "", "so", "no rule ''" },
	{ "/* pfncheck: ignore this */\n", 1, 2, NULL, NULL, "form" },
	{ "/* pfncheck:*/\n", 1, 2, NULL, NULL, "form" },
	{ "s = \"/* pfncheck: allow page-insert: no */\";\n", 0, 0, NULL, NULL, NULL },
	{ "s = \"\\\"/* pfncheck: allow page-insert: no */\";\n", 0, 0, NULL, NULL, NULL },
	{ "c = '\"'; /* pfncheck: allow page-insert: yes */\n", 1, 1, "page-insert", "yes", NULL },
	{ "// a \\\n/* pfncheck: allow page-insert: no */\n", 0, 0, NULL, NULL, NULL },
	{ "/* // */ /* pfncheck: allow page-insert: yes */\n", 1, 1, "page-insert", "yes", NULL },
	{ "/* see pfncheck: allow page-insert: no */\n", 0, 0, NULL, NULL, NULL },
	{ "#error don't\n/* pfncheck: allow page-insert: yes */\n", 2, 3, "page-insert", "yes",
	  NULL },
	{ "/*/ pfncheck: allow page-insert: no */\n", 0, 0, NULL, NULL, NULL },
	{ "/", 0, 0, NULL, NULL, NULL },
	{ "/* pfncheck: allow", 1, 2, NULL, NULL, "form" },
	{ "\"pfncheck:\\", 0, 0, NULL, NULL, NULL },
	{ "//pfncheck:\\", 1, 2, NULL, NULL, "form" },
};

static void test_comments(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(comment_rows); i++) {
		const struct comment_row *row = &comment_rows[i];
		/* Nothing behind the text may be read. */
		g_autofree char *text = g_memdup2(row->text, strlen(row->text));
		g_autoptr(GPtrArray) comments = suppress_comments(text, strlen(row->text));
		const struct suppress_comment *comment;

		g_test_message("%s", row->text);
		g_assert_cmpuint(comments->len, ==, row->line ? 1 : 0);
		if (!row->line)
			continue;
		comment = comments->pdata[0];
		g_assert_cmpuint(comment->line, ==, row->line);
		g_assert_cmpuint(comment->about, ==, row->about);
		g_assert_cmpstr(comment->rule, ==, row->rule);
		g_assert_cmpstr(comment->reason, ==, row->reason);
		if (row->fault)
			g_assert_nonnull(strstr(comment->fault, row->fault));
		else
			g_assert_null(comment->fault);
	}
}

/* Comments above one another are about what follows all of them. */
static void test_stack(void)
{
	static const char text[] = "/* pfncheck: allow page-insert: one */\n"
				   "/* pfncheck: allow cow-pfnmap: two */\n"
				   "a(); /* pfncheck: allow mixedmap: three */\n"
				   "/* pfncheck: allow page-insert: four */\n"
				   "\n"
				   "/* pfncheck: allow page-insert: five */\n"
				   "b();\n";
	static const guint about[] = { 3, 3, 3, 5, 7 };
	g_autoptr(GPtrArray) comments = suppress_comments(text, strlen(text));

	g_assert_cmpuint(comments->len, ==, G_N_ELEMENTS(about));
	for (gsize i = 0; i < G_N_ELEMENTS(about); i++) {
		const struct suppress_comment *comment = comments->pdata[i];

		g_assert_cmpuint(comment->about, ==, about[i]);
	}
}

static void test_added(void)
{
	static const char one[] = "/* pfncheck: allow page-insert: one */\n";
	static const char two[] = "\n\n// pfncheck: allow mixedmap: two\n";
	static const char odd[] = "/* pfncheck: off */\n";
	static const struct {
		const char *before[3], *after[3]; /* NULL: nothing */
		guint count;
		guint line; /* of the first one */
	} added_rows[] = {
		{ { NULL }, { NULL }, 0, 0 },
		{ { NULL }, { one }, 1, 1 },
		{ { one }, { NULL }, 0, 0 },
		{ { one, two }, { two, one }, 0, 0 },
		{ { one }, { one, one }, 1, 2 },
		{ { one }, { two, one }, 1, 3 },
		{ { one }, { "/* pfncheck: allow page-insert: other */\n" }, 1, 1 },
		{ { one }, { one, odd }, 1, 2 },
		{ { odd }, { odd, two, one }, 2, 4 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(added_rows); i++) {
		g_autoptr(GString) before = g_string_new(NULL);
		g_autoptr(GString) after = g_string_new(NULL);
		g_autoptr(GPtrArray) added = NULL;

		for (gsize k = 0; k < G_N_ELEMENTS(added_rows[i].before); k++) {
			g_string_append(before,
					added_rows[i].before[k] ? added_rows[i].before[k] : "");
			g_string_append(after,
					added_rows[i].after[k] ? added_rows[i].after[k] : "");
		}
		added = suppress_added(before->str, before->len, after->str, after->len);
		g_assert_cmpuint(added->len, ==, added_rows[i].count);
		if (added->len)
			g_assert_cmpuint(((struct suppress_comment *)added->pdata[0])->line, ==,
					 added_rows[i].line);
	}
}

static void test_long_reason(void)
{
	g_autoptr(GString) text = g_string_new("// pfncheck: allow page-insert: ");
	g_autoptr(GPtrArray) comments = NULL;
	const struct suppress_comment *comment;

	for (int i = 0; i < 5000; i++)
		g_string_append(text, "\xc3\xa4\xe2\x82\xac");
	comments = suppress_comments(text->str, text->len);
	comment = comments->pdata[0];
	g_assert_cmpuint(strlen(comment->reason), <, 500);
	g_assert_true(g_utf8_validate(comment->reason, -1, NULL));
}

struct entry_row {
	const char *text;
	guint line;	   /* that is at fault; 0: none */
	const char *fault; /* a part of what is said */
};

#define GOOD "exporter: a_ops\nrule: page-insert\nreason: so\n"

static const struct entry_row entry_rows[] = {
	{ "", 0, NULL },
	{ "# nothing yet\n\n\n", 0, NULL },
	{ GOOD, 0, NULL },
	{ GOOD "who: A. Person <a@example.org>\nuntil: 2030-02-28\n\n\n" GOOD, 0, NULL },
	{ "exporter: drivers/a/a.c:a_ops\r\ntable: t\r\nrule: unknown\r\nreason: so\r\n", 0, NULL },
	{ "file: drivers/a/a.c\nrule: not-in-this-config\nreason: a\n long\n\tone\n", 0, NULL },
	{ "table: t\n# why not\nrule: mixedmap\nreason: so", 0, NULL },
	{ "exporter: a_ops\nrule: page-insert\n", 1, "no 'reason:'" },
	{ GOOD "\nexporter: a_ops\nreason: so\n", 5, "no 'rule:'" },
	{ "rule: page-insert\nreason: so\n", 1, "exporter" },
	{ "exporter: a_ops\nrule: pages\nreason: so\n", 1, "page-insert" },
	{ "exporter: a_ops\nreason:\n", 2, "no value" },
	{ "exporter: a_ops\nowner: me\n", 2, "'owner:'" },
	{ "exporter: a_ops\nexporter: b_ops\n", 2, "second" },
	{ "exporter: a_ops\njust words\n", 2, "just words" },
	{ " reason: so\n", 1, "above" },
	{ GOOD "\n so\n", 5, "above" },
	{ "exporter: a/b\nrule: page-insert\nreason: so\n", 1, "[FILE:]NAME" },
	{ "exporter: a b\nrule: page-insert\nreason: so\n", 1, "[FILE:]NAME" },
	{ GOOD "until: 2030-02-30\n", 1, "2030-02-30" },
	{ GOOD "until: 2030-2-3\n", 1, "2030-2-3" },
	{ GOOD "until: 20300203\n", 1, "YYYY-MM-DD" },
	{ GOOD "until: 2030-02-03 or so\n", 1, "YYYY-MM-DD" },
	{ GOOD "until: 0000-00-00\n", 1, "YYYY-MM-DD" },
	{ "\xff\n", 1, "UTF-8" },
	{ "\001\n", 1, "NAME: value" },
};

static void test_entries(void)
{
	g_autofree char *directory = g_dir_make_tmp("pfncheck-suppress-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(directory, "allow", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_null(suppress_load(file, &error));
	g_assert_error(error, SUPPRESS_ERROR, SUPPRESS_ERROR_READ);
	g_assert_nonnull(strstr(error->message, file));
	for (gsize i = 0; i < G_N_ELEMENTS(entry_rows); i++) {
		const struct entry_row *row = &entry_rows[i];
		g_autofree char *place = g_strdup_printf("%s:%u: ", file, row->line);
		struct suppress *suppress;

		g_test_message("%s", row->text);
		g_clear_error(&error);
		g_assert_true(g_file_set_contents(file, row->text, -1, NULL));
		suppress = suppress_load(file, &error);
		if (row->line) {
			g_assert_null(suppress);
			g_assert_error(error, SUPPRESS_ERROR, SUPPRESS_ERROR_ENTRY);
			g_assert_true(g_str_has_prefix(error->message, place));
			g_assert_nonnull(strstr(error->message, row->fault));
		} else {
			g_assert_no_error(error);
			g_assert_nonnull(suppress);
		}
		suppress_free(suppress);
	}
	g_unlink(file);
	g_rmdir(directory);
}

/* A route with a finding of each rule, at lines 10, 11, ... of a file. */
static struct audit_route *add_route(struct audit *audit, const char *const *rules)
{
	struct audit_route *route = audit_add_route(audit);

	route->ops = (struct audit_object){ .at = { "d/a.c", 3, 1 }, .name = "a_ops" };
	route->verdict = VERDICT_VIOLATION;
	route->level = LEVEL_ERROR;
	for (guint i = 0; rules[i]; i++) {
		struct audit_finding *finding = audit_add_finding(route);

		finding->rule = rules[i];
		finding->level = LEVEL_ERROR;
		finding->at = (struct place){ "d/a.c", 10 + i, 1 };
	}
	return route;
}

/* A verdict counts as long as one of the findings that make it bad does. */
static void test_verdict(void)
{
	static const char *const rules[] = { "page-insert", "missing-pfnmap", "cow-pfnmap", NULL };
	static const char both[] = GOOD "\nexporter: a_ops\nrule: missing-pfnmap\nreason: so\n";
	g_autofree char *directory = g_dir_make_tmp("pfncheck-suppress-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(directory, "allow", NULL);
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	for (int all = 0; all < 2; all++) {
		struct audit *audit = audit_new();
		struct audit_route *route = add_route(audit, rules);
		const struct audit_finding *cow = route->findings->pdata[2];
		struct suppress *suppress;

		g_assert_true(g_file_set_contents(file, all ? both : GOOD, -1, NULL));
		suppress = suppress_load(file, NULL);
		suppress_apply(suppress, audit, COMMENTS_IGNORED, directory, files);
		g_assert_cmpstr(((struct audit_finding *)route->findings->pdata[0])->suppressed, ==,
				"so");
		g_assert_null(cow->suppressed);
		g_assert_cmpstr(route->suppressed, ==, all ? "so" : NULL);
		g_assert_cmpint(audit_worst(audit), ==, LEVEL_ERROR);
		g_ptr_array_remove_index(route->findings, 2);
		g_assert_cmpint(audit_worst(audit), ==, all ? LEVEL_NONE : LEVEL_ERROR);
		suppress_free(suppress);
		audit_free(audit);
	}
	g_unlink(file);
	g_rmdir(directory);
}

/* A comment at the definition of a table is about the routes that bind it. */
static void test_table(void)
{
	static const char *const rules[] = { "page-insert", NULL };
	static const char text[] = "\n/* pfncheck: allow page-insert: so */\nstruct funcs f = {\n";
	g_autofree char *root = g_dir_make_tmp("pfncheck-suppress-XXXXXX", NULL);
	g_autofree char *directory = g_build_filename(root, "d", NULL);
	g_autofree char *file = g_build_filename(directory, "t.c", NULL);
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	g_assert_cmpint(g_mkdir(directory, 0777), ==, 0);
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
	for (int use = COMMENTS_IGNORED; use <= COMMENTS_HONOURED; use++) {
		const char *by = use == COMMENTS_HONOURED ? "d/t.c:2" : NULL;
		struct audit *audit = audit_new();
		struct audit_route *with = add_route(audit, rules);
		struct audit_route *without = add_route(audit, rules);

		*audit_add_table(with) = (struct audit_object){ .at = { "d/t.c", 3, 14 },
								.name = "f",
								.type = "funcs" };
		suppress_apply(NULL, audit, use, root, files);
		g_assert_cmpstr(with->suppressor, ==, by);
		g_assert_cmpstr(((struct audit_finding *)with->findings->pdata[0])->suppressor, ==,
				by);
		g_assert_null(without->suppressor);
		g_assert_null(((struct audit_finding *)without->findings->pdata[0])->suppressor);
		g_assert_cmpuint(audit->coverage.notes->len, ==, use == COMMENTS_NAMED ? 1 : 0);
		audit_free(audit);
	}
	g_unlink(file);
	g_rmdir(directory);
	g_rmdir(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/suppress/comments", test_comments);
	g_test_add_func("/suppress/stack", test_stack);
	g_test_add_func("/suppress/added", test_added);
	g_test_add_func("/suppress/long-reason", test_long_reason);
	g_test_add_func("/suppress/entries", test_entries);
	g_test_add_func("/suppress/verdict", test_verdict);
	g_test_add_func("/suppress/table", test_table);
	return g_test_run();
}

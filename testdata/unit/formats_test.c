// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every format of report against goldens, for an audit, for a review and for hostile
 * texts, and where each points with a diff at hand.
 *
 * With PFNCHECK_UPDATE_GOLDENS=1 the goldens are written instead.
 */
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "audit.h"
#include "diff_lines.h"
#include "report.h"
#include "report_line_hash.h"
#include "report_rules.h"
#include "report_sample.h"

static const struct {
	const char *name;
	struct audit *(*make)(void);
	bool verbose;
} samples[] = {
	{ "full", sample_full, false },	      { "clean", sample_clean, false },
	{ "hostile", sample_hostile, true },  { "review", sample_review, false },
	{ "quiet", sample_quiet, false },     { "hostile-review", sample_hostile_review, true },
	{ "partial", sample_partial, false }, { "nothing", sample_nothing, false },
};

/* The suffixes of the goldens. */
static const struct {
	const char *format;
	const char *suffix;
	bool ascii;
} formats[] = {
	{ "text", "txt", false },  { "json", "json", true },	   { "gcc", "txt", false },
	{ "junit", "xml", false }, { "checkstyle", "xml", false }, { "markdown", "md", false },
	{ "b4", "json", true },	   { "sarif", "json", true },	   { "checkpatch", "txt", false },
};

/* report_test.c has the others. */
static bool has_golden(const char *format, const char *sample)
{
	return (strcmp(format, "text") && strcmp(format, "json")) || strstr(sample, "review") ||
	       !strcmp(sample, "quiet") || !strcmp(sample, "partial") || !strcmp(sample, "nothing");
}

static void test_goldens(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct audit *audit = samples[i].make();

		for (guint k = 0; k < G_N_ELEMENTS(formats); k++) {
			g_autofree char *text = sample_report(fixture, audit, formats[k].format,
							      samples[i].verbose, COLOUR_ALWAYS);
			g_autofree char *again = sample_report(fixture, audit, formats[k].format,
							       samples[i].verbose, COLOUR_ALWAYS);
			g_autofree char *plain = sample_report(fixture, audit, formats[k].format,
							       samples[i].verbose, COLOUR_NEVER);
			g_autofree char *name = g_strdup_printf("format-%s-%s.%s",
								formats[k].format, samples[i].name,
								formats[k].suffix);

			g_assert_cmpstr(text, ==, again);
			/* Only the text is for terminals. */
			if (strcmp(formats[k].format, "text"))
				g_assert_cmpstr(text, ==, plain);
			if (has_golden(formats[k].format, samples[i].name))
				sample_check(name, plain);
		}
		audit_free(audit);
	}
}

/* Nothing that a terminal or a reader of lines could take for something else. */
static void test_hostile(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct audit *audit = samples[i].make();

		for (guint k = 0; k < G_N_ELEMENTS(formats); k++) {
			g_autofree char *text = sample_report(fixture, audit, formats[k].format,
							      true, COLOUR_NEVER);

			for (const char *c = text; *c; c++)
				g_assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f) ||
					      (*c < 0 && !formats[k].ascii));
			g_assert_true(g_utf8_validate(text, -1, NULL));
			g_assert_null(strstr(text, "\xe2\x80\xae"));
			g_assert_null(strstr(text, "\xc2\x9b"));
			if (g_str_has_suffix(formats[k].suffix, "ml") ||
			    !strcmp(formats[k].suffix, "md")) {
				g_assert_null(strstr(text, "<script"));
				g_assert_null(strstr(text, "]]>"));
			}
		}
		audit_free(audit);
	}
}

/* The lines of the report that hold the needle, in a new string. */
static char *lines_with(const char *text, const char *needle)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *found = g_string_new(NULL);

	for (guint i = 0; lines[i]; i++) {
		if (strstr(lines[i], needle))
			g_string_append_printf(found, "%s\n", lines[i]);
	}
	return g_string_free(found, FALSE);
}

static char *anchored(const struct fixture *fixture, const struct audit *audit, const char *format,
		      const struct diff_lines *diff)
{
	g_autofree char *output = sample_path(fixture, "report");
	const struct report_options options = {
		.format = format, .output = output, .root = fixture->directory, .diff = diff
	};

	g_assert_true(report_write(audit, &options, NULL));
	return sample_read(fixture, "report");
}

/* A finding at line 6 whose path goes by lines 10, 6 and 4. */
static void test_anchor(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		unsigned int first, last; /* lines that the diff adds */
		const char *place;	  /* that is pointed at */
		bool note;		  /* the finding's own place is told beside it */
	} cases[] = {
		{ 0, 0, "drivers/foo/foo.c:6:", false },
		{ 6, 6, "drivers/foo/foo.c:6:", false },
		{ 1, 20, "drivers/foo/foo.c:6:", false },
		{ 4, 4, "drivers/foo/foo.c:4:", true },
		{ 10, 12, "drivers/foo/foo.c:10:", true },
		{ 7, 9, "drivers/foo/foo.c:6:", false },
		/* The last step of several. */
		{ 4, 5, "drivers/foo/foo.c:4:", true },
	};
	struct audit *audit = sample_review();

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct diff_lines *diff = diff_lines_new();
		g_autofree char *gcc = NULL;
		g_autofree char *checkpatch = NULL;
		g_autofree char *found = NULL;

		if (cases[i].first)
			diff_lines_add(diff, "drivers/foo/foo.c", cases[i].first, cases[i].last);
		diff_lines_add(diff, "drivers/foo/better.c", 60, 60);
		gcc = anchored(fixture, audit, "gcc", diff);
		found = lines_with(gcc, "error: new: foo_mmap inserts");
		g_assert_true(g_str_has_prefix(found, cases[i].place));
		g_assert_cmpint(strstr(gcc, "drivers/foo/foo.c:6:9: note: here: foo_mmap") != NULL,
				==, cases[i].note);
		checkpatch = anchored(fixture, audit, "checkpatch", diff);
		g_assert_nonnull(strstr(checkpatch, cases[i].place));
		g_assert_cmpint(strstr(checkpatch, "drivers/foo/foo.c:6: note: here\n") != NULL, ==,
				cases[i].note);
		diff_lines_free(diff);
	}
	audit_free(audit);
}

/* What mmap leaves behind is not told at a handler: at line 6, on a path by 10, 6, 4 and 2. */
static void test_anchor_of_flags(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *rule;
		unsigned int line; /* that the diff adds */
		const char *place;
	} cases[] = {
		{ "missing-pfnmap", 2, "drivers/foo/foo.c:6:" },
		{ "missing-pfnmap", 4, "drivers/foo/foo.c:6:" },
		{ "missing-pfnmap", 6, "drivers/foo/foo.c:6:" },
		{ "missing-pfnmap", 10, "drivers/foo/foo.c:10:" },
		{ "cleared-pfnmap", 2, "drivers/foo/foo.c:6:" },
		{ "page-insert", 2, "drivers/foo/foo.c:2:" },
	};

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct audit *audit = sample_review();
		struct audit_route *route = sample_route(audit, "drivers/foo/foo.c", 10, "own_ops",
							 "own_mmap", VERDICT_VIOLATION);
		struct diff_lines *diff = diff_lines_new();
		struct audit_finding *finding;
		g_autofree char *gcc = NULL;
		g_autofree char *found = NULL;

		sample_table(audit, route, NULL);
		finding = sample_finding(audit, route, cases[i].rule, LEVEL_ERROR,
					 sample_place("drivers/foo/foo.c", 6, 9), "leaves it");
		finding->change = CHANGE_NEW;
		*audit_add_step(finding) =
			(struct path_step){ sample_place("drivers/foo/foo.c", 4, 6), "own_fault",
					    "later the fault handler runs" };
		*audit_add_step(finding) =
			(struct path_step){ sample_place("drivers/foo/foo.c", 2, 6), "own_fault",
					    "inserts pfns" };
		diff_lines_add(diff, "drivers/foo/foo.c", cases[i].line, cases[i].line);
		gcc = anchored(fixture, audit, "gcc", diff);
		found = lines_with(gcc, "error: new: leaves it");
		g_assert_true(g_str_has_prefix(found, cases[i].place));
		diff_lines_free(diff);
		audit_free(audit);
	}
}

static void test_diff_lines(void)
{
	struct diff_lines *diff = diff_lines_new();

	g_assert_false(diff_lines_has(NULL, "a.c", 1));
	g_assert_false(diff_lines_has(diff, "a.c", 1));
	diff_lines_add(diff, "a.c", 10, 12);
	diff_lines_add(diff, "a.c", 3, 3);
	diff_lines_add(diff, "b.c", 5, 4);
	diff_lines_remove(diff, "a.c", 1, 0, 7);
	diff_lines_remove(diff, "a.c", 4, 5, 3);
	g_assert_cmpuint(diff_lines_instead(NULL, "a.c", 4), ==, 0);
	g_assert_cmpuint(diff_lines_instead(diff, NULL, 4), ==, 0);
	g_assert_cmpuint(diff_lines_instead(diff, "b.c", 4), ==, 0);
	for (unsigned int line = 0; line < 15; line++) {
		g_assert_cmpint(diff_lines_has(diff, "a.c", line), ==,
				line == 3 || (line >= 10 && line <= 12));
		g_assert_cmpuint(diff_lines_instead(diff, "a.c", line), ==,
				 line == 4 || line == 5 ? 3 : 0);
		g_assert_false(diff_lines_has(diff, "b.c", line));
	}
	g_assert_false(diff_lines_has(diff, NULL, 3));
	diff_lines_free(diff);
	diff_lines_free(NULL);
}

/* What is pointed at and the finding's own place, in SARIF. */
static void test_sarif_anchor(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_review();
	struct diff_lines *diff = diff_lines_new();
	json_t *before, *after;
	const char *path = "{s:[{s:[{s:[{s:{s:{s:i, s:i}}}], s:[{s:{s:{s:i}}}], s:o}]}]}";
	const json_t *prints;
	g_autofree char *plain = anchored(fixture, audit, "sarif", NULL);
	g_autofree char *moved = NULL;
	int line, column, own;

	(void)data;
	diff_lines_add(diff, "drivers/foo/foo.c", 4, 4);
	moved = anchored(fixture, audit, "sarif", diff);
	before = json_loads(plain, 0, NULL);
	after = json_loads(moved, 0, NULL);
	g_assert_cmpint(json_unpack(before, path, "runs", "results", "locations",
				    "physicalLocation", "region", "startLine", &line, "startColumn",
				    &column, "relatedLocations", "physicalLocation", "region",
				    "startLine", &own, "partialFingerprints", &prints),
			==, 0);
	g_assert_cmpint(line, ==, 6);
	g_assert_cmpint(column, ==, 9);
	/* The path begins with the exporter. */
	g_assert_cmpint(own, ==, 10);
	g_assert_cmpint(json_unpack(after, path, "runs", "results", "locations", "physicalLocation",
				    "region", "startLine", &line, "startColumn", &column,
				    "relatedLocations", "physicalLocation", "region", "startLine",
				    &own, "partialFingerprints", &prints),
			==, 0);
	g_assert_cmpint(line, ==, 4);
	g_assert_cmpint(column, ==, 6);
	g_assert_cmpint(own, ==, 6);
	/* It is the same finding, at another line. */
	g_assert_nonnull(strstr(plain, json_string_value(json_object_get(prints, "pfncheck/v1"))));
	g_assert_null(strstr(
		plain, json_string_value(json_object_get(prints, "primaryLocationLineHash"))));
	json_decref(before);
	json_decref(after);
	diff_lines_free(diff);
	audit_free(audit);
}

/* More than what reads the formats takes. */
static void test_limits(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_new();
	struct audit_route *route = sample_route(audit, "a.c", 1, "ops", "mmap", VERDICT_VIOLATION);
	g_autofree char *long_name = g_strnfill(3000, 'x');
	g_autofree char *markdown = NULL;
	g_autofree char *sarif = NULL;
	json_t *log, *related, *steps;

	(void)data;
	sample_table(audit, route, NULL);
	for (guint i = 0; i < 200; i++) {
		struct audit_finding *finding =
			sample_finding(audit, route, "page-insert", LEVEL_ERROR,
				       sample_place("a.c", i + 1, 1), "inserts struct pages");

		for (guint k = 0; i == 0 && k < 1500; k++)
			*audit_add_step(finding) =
				(struct path_step){ sample_place("a.c", k + 1, 1), "f", "a step" };
	}
	for (guint i = 0; i < 500; i++) {
		g_autofree char *file = g_strdup_printf("%u/%s.c", i, long_name);

		audit_add_failure(audit, file, long_name);
	}
	sample_finish(audit);
	markdown = sample_report(fixture, audit, "markdown", false, COLOUR_NEVER);
	g_assert_cmpuint(strlen(markdown), <, 65536);
	g_assert_nonnull(strstr(markdown, "\n100 more do not fit here.\n"));
	g_assert_nonnull(strstr(markdown, " more\n"));
	sarif = sample_report(fixture, audit, "sarif", false, COLOUR_NEVER);
	log = json_loads(sarif, 0, NULL);
	g_assert_cmpint(json_unpack(log, "{s:[{s:[{s:o, s:[{s:[{s:o}]}]}]}]}", "runs", "results",
				    "relatedLocations", &related, "codeFlows", "threadFlows",
				    "locations", &steps),
			==, 0);
	g_assert_cmpuint(json_array_size(related), ==, 1000);
	g_assert_cmpuint(json_array_size(steps), ==, 1502);
	json_decref(log);
	audit_free(audit);
}

/* By the definition: a sum over the first 100 units from the start of each line. */
static void test_line_hash(void)
{
	static const struct {
		const char *text;
		const char *hashes;
	} cases[] = {
		{ "", "c129715d7a2bc9a3:1" },
		{ "\tvma->vm_ops = &ops;\n\r\n  caf\xc3\xa9 \xf0\x9f\x98\x80\r\tx",
		  "ba6837e7e6428684:1 4eba6afad36187bb:1 68d1503a8df80b9d:1 638816509450efbf:1" },
	};
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autoptr(GPtrArray) many = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) hashes = report_line_hashes(cases[i].text);
		g_autofree char *all = NULL;

		g_ptr_array_add(hashes, NULL);
		all = g_strjoinv(" ", (char **)hashes->pdata);
		g_assert_cmpstr(all, ==, cases[i].hashes);
	}
	/* The same line again and again, blanks not counted. */
	for (guint i = 0; i < 10; i++)
		g_string_append_printf(lines, "%*sabcdefghij klmnopqrst\n", i, "");
	many = report_line_hashes(lines->str);
	g_assert_cmpuint(many->len, ==, 11);
	for (guint i = 1; i < 5; i++) {
		g_autofree char *suffix = g_strdup_printf(":%u", i + 1);

		g_assert_true(g_str_has_suffix(many->pdata[i], suffix));
	}
	g_assert_cmpstr(many->pdata[10], ==, "c129715d7a2bc9a3:1");
}

static void test_rules(void)
{
	for (guint i = 0; rule_name(i); i++)
		g_assert_cmpint(report_rule_find(rule_name(i)), >=, 0);
	for (guint i = 0; i < report_rule_count; i++) {
		const struct report_rule *rule = &report_rules[i];

		g_assert_true(!i || strcmp(report_rules[i - 1].id, rule->id) < 0);
		g_assert_cmpint(report_rule_find(rule->id), ==, i);
		g_assert_cmpuint(strlen(rule->brief), <=, 1024);
		g_assert_cmpuint(strlen(rule->full), <=, 1024);
		g_assert_true(g_ascii_strcasecmp(rule->id, rule->name) != 0);
	}
	g_assert_cmpint(report_rule_find("no-such-rule"), ==, -1);
	g_assert_cmpint(report_rule_find(NULL), ==, -1);
}

/* Of a review that found nothing there is one line for people, and nothing for editors. */
static void test_quiet(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_quiet();
	g_autofree char *text = sample_report(fixture, audit, "text", false, COLOUR_NEVER);
	g_autofree char *gcc = sample_report(fixture, audit, "gcc", false, COLOUR_NEVER);
	g_autofree char *checkpatch =
		sample_report(fixture, audit, "checkpatch", false, COLOUR_NEVER);

	(void)data;
	g_assert_cmpstr(text, ==, "pfncheck: v6.12..topic: no change for any exporter\n");
	g_assert_cmpstr(gcc, ==, "");
	g_assert_cmpstr(checkpatch, ==, "");
	audit_free(audit);
}

/* A review of whose changes none counts. */
static void test_suppressed(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_review();
	g_autofree char *text = NULL;
	g_autofree char *verbose = NULL;
	g_autofree char *gcc = NULL;
	g_autofree char *junit = NULL;

	(void)data;
	for (guint i = audit->routes->len; i-- > 0;) {
		const struct audit_route *route = audit->routes->pdata[i];

		if (strcmp(route->ops.name, "allowed") != 0)
			g_ptr_array_remove_index(audit->routes, i);
	}
	g_ptr_array_set_size(audit->coverage.files_failed, 0);
	text = sample_report(fixture, audit, "text", false, COLOUR_NEVER);
	verbose = sample_report(fixture, audit, "text", true, COLOUR_NEVER);
	gcc = sample_report(fixture, audit, "gcc", false, COLOUR_NEVER);
	junit = sample_report(fixture, audit, "junit", false, COLOUR_NEVER);
	g_assert_cmpstr(text, ==,
			"pfncheck: v6.12..topic: no change that counts; 1 suppressed (-v shows "
			"them)\n");
	g_assert_nonnull(strstr(verbose, "new: allowed (drivers/foo/allowed.c:40): violation\n"
					 "    suppressed: the pages are pinned "
					 "(drivers/foo/allowed.c:49)\n"));
	g_assert_cmpstr(gcc, ==, "");
	g_assert_nonnull(strstr(junit, " tests=\"1\" failures=\"0\" errors=\"0\" "));
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	audit_free(audit);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct fixture *fixture, gconstpointer data);
	} tests[] = {
		{ "/formats/goldens", test_goldens },
		{ "/formats/hostile", test_hostile },
		{ "/formats/anchor", test_anchor },
		{ "/formats/anchor-of-flags", test_anchor_of_flags },
		{ "/formats/sarif-anchor", test_sarif_anchor },
		{ "/formats/quiet", test_quiet },
		{ "/formats/suppressed", test_suppressed },
		{ "/formats/limits", test_limits },
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, sample_set_up, tests[i].test,
			   sample_tear_down);
	g_test_add_func("/formats/diff-lines", test_diff_lines);
	g_test_add_func("/formats/line-hash", test_line_hash);
	g_test_add_func("/formats/rules", test_rules);
	return g_test_run();
}

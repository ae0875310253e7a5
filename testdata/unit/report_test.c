// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: the writers against goldens, hostile input, output files, exit
 * statuses, and the comparison with a saved audit.
 *
 * With PFNCHECK_UPDATE_GOLDENS=1 the goldens are written instead.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "audit.h"
#include "baseline.h"
#include "report.h"
#include "report_sample.h"

static void test_text(struct fixture *fixture, gconstpointer data)
{
	struct audit *full = sample_full();
	struct audit *clean = sample_clean();
	struct audit *empty = sample_new();
	g_autofree char *plain = sample_report(fixture, full, "text", false, COLOUR_AUTO);
	g_autofree char *verbose = sample_report(fixture, full, "text", true, COLOUR_NEVER);
	g_autofree char *colour = sample_report(fixture, full, "text", false, COLOUR_ALWAYS);
	g_autofree char *nothing = sample_report(fixture, clean, "text", false, COLOUR_NEVER);
	g_autofree char *none = sample_report(fixture, empty, "text", false, COLOUR_NEVER);
	g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);

	(void)data;
	sample_check("report-full.txt", plain);
	sample_check("report-verbose.txt", verbose);
	sample_check("report-colour.txt", colour);
	sample_check("report-clean.txt", nothing);
	sample_check("report-empty.txt", none);
	g_assert_null(strchr(plain, '\033'));
	/* The table fits. */
	for (guint i = 0; lines[i] && !strchr(lines[i], '['); i++) {
		g_assert_cmpuint(strlen(lines[i]), <=, 120);
		g_assert_false(g_str_has_suffix(lines[i], " "));
	}
	audit_free(full);
	audit_free(clean);
	audit_free(empty);
}

static void test_json(struct fixture *fixture, gconstpointer data)
{
	struct audit *full = sample_full();
	struct audit *clean = sample_clean();
	g_autofree char *text = sample_report(fixture, full, "json", false, COLOUR_ALWAYS);
	g_autofree char *small = sample_report(fixture, clean, "json", false, COLOUR_NEVER);

	(void)data;
	sample_check("report-full.json", text);
	sample_check("report-clean.json", small);
	audit_free(full);
	audit_free(clean);
}

static void test_hostile(struct fixture *fixture, gconstpointer data)
{
	static const char *const formats[] = { "text", "json" };
	struct audit *audit = sample_hostile();

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *text =
			sample_report(fixture, audit, formats[i], true, COLOUR_NEVER);
		g_autofree char *name = g_strdup_printf("report-hostile.%s", i ? "json" : "txt");

		for (const char *c = text; *c; c++)
			g_assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f) || *c < 0);
		g_assert_true(g_utf8_validate(text, -1, NULL));
		g_assert_null(strstr(text, "\xe2\x80\xae"));
		g_assert_null(strstr(text, "root:"));
		sample_check(name, text);
	}
	audit_free(audit);
}

/* The order in which things were added leaves no trace. */
static void test_order(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_full();
	g_autofree char *before = sample_report(fixture, audit, "json", false, COLOUR_NEVER);
	g_autofree char *text_before = sample_report(fixture, audit, "text", true, COLOUR_NEVER);
	g_autofree char *after = NULL;
	g_autofree char *text_after = NULL;
	GPtrArray *routes = audit->routes;

	(void)data;
	for (guint i = 0; i < routes->len / 2; i++) {
		void *swapped = routes->pdata[i];

		routes->pdata[i] = routes->pdata[routes->len - 1 - i];
		routes->pdata[routes->len - 1 - i] = swapped;
	}
	sample_finish(audit);
	after = sample_report(fixture, audit, "json", false, COLOUR_NEVER);
	text_after = sample_report(fixture, audit, "text", true, COLOUR_NEVER);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpstr(text_before, ==, text_after);
	audit_free(audit);
}

/* Reading back what was written loses nothing. */
static void test_round_trip(struct fixture *fixture, gconstpointer data)
{
	struct audit *audits[] = { sample_full(), sample_clean(), sample_hostile() };

	(void)data;
	/* Of a run that was stopped nothing is read back. */
	audits[2]->stopped = NULL;
	for (guint i = 0; i < G_N_ELEMENTS(audits); i++) {
		g_autofree char *text =
			sample_report(fixture, audits[i], "json", false, COLOUR_NEVER);
		g_autofree char *path = sample_path(fixture, "report");
		g_autofree char *again = NULL;
		g_autoptr(GError) error = NULL;
		struct audit *loaded = baseline_load(path, &error);

		g_assert_no_error(error);
		again = sample_report(fixture, loaded, "json", false, COLOUR_NEVER);
		g_assert_cmpstr(text, ==, again);
		audit_free(loaded);
		audit_free(audits[i]);
	}
}

static void test_quote(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_new();
	struct audit_route *route = sample_route(audit, "drivers/foo/foo.c", 7, "foo_ops",
						 "foo_mmap", VERDICT_VIOLATION);
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *text = NULL;

	(void)data;
	for (int i = 0; i < 300; i++)
		g_string_append(line, "\xc3\xa9 ");
	sample_write(fixture, "drivers/foo/wide.c", line->str);
	sample_table(audit, route, NULL);
	/* a tab, two tabs, past the end, a line that is cut, in the middle of a character */
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 4, 2), "a");
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 5, 10), "b");
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 7, 9), "c");
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/wide.c", 1, 300), "d");
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/wide.c", 1, 5), "e");
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 3, 0), "f");
	sample_finish(audit);
	text = sample_report(fixture, audit, "text", false, COLOUR_NEVER);
	g_assert_nonnull(strstr(text, "\n    4 |         if (foo->pages)\n"
				      "      |         ^\n"));
	g_assert_nonnull(strstr(text, "\n      |                        ^\n"));
	g_assert_nonnull(strstr(text, "\n    7 | }\n    exporter"));
	g_assert_nonnull(strstr(text, "\n    3 | {\n    exporter"));
	g_assert_nonnull(strstr(text, ": e [pfncheck:page-insert]\n    1 | \xc3\xa9 \xc3\xa9"));
	g_assert_nonnull(strstr(text, "\n      |   ^\n"));
	audit_free(audit);
}

/* Files */

static void test_output(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *output;
		const char *error;
	} failures[] = {
		{ "missing/report", "No such file or directory" },
		{ "drivers", "Is a directory" },
		{ "drivers/foo/foo.c/report", "Not a directory" },
		{ "/dev/full", "No space left on device" },
	};
	struct audit *audit = sample_clean();
	g_autofree char *link = sample_path(fixture, "link");
	g_autofree char *text = NULL;
	struct report_options options = { .format = "json" };
	struct stat st;
	mode_t mask = umask(022);
	GDir *directory;
	guint files = 0;

	(void)data;
	sample_write(fixture, "target", "old");
	g_assert_cmpint(symlink("target", link), ==, 0);
	options.output = link;
	g_assert_true(report_write(audit, &options, NULL));
	text = sample_read(fixture, "target");
	g_assert_true(g_str_has_prefix(text, "{\n \"schema\": 1,\n"));
	g_assert_true(g_str_has_suffix(text, "\n}\n"));
	g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	g_assert_cmpint(stat(link, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0644);
	umask(mask);

	options.output = "/dev/null";
	g_assert_true(report_write(audit, &options, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(failures); i++) {
		g_autofree char *path = failures[i].output[0] == '/' ?
						g_strdup(failures[i].output) :
						sample_path(fixture, failures[i].output);
		g_autoptr(GError) error = NULL;

		options.output = path;
		g_assert_false(report_write(audit, &options, &error));
		g_assert_error(error, REPORT_ERROR, REPORT_ERROR_WRITE);
		g_assert_nonnull(strstr(error->message, path));
		g_assert_nonnull(strstr(error->message, failures[i].error));
		g_assert_null(strchr(error->message, '\n'));
	}
	/* No temporary file is left: drivers, target, link. */
	directory = g_dir_open(fixture->directory, 0, NULL);
	while (g_dir_read_name(directory))
		files++;
	g_dir_close(directory);
	g_assert_cmpuint(files, ==, 3);
	audit_free(audit);
}

static void test_format(void)
{
	struct audit *audit = sample_new();
	const struct report_options options = { .format = "xml" };
	g_autoptr(GError) error = NULL;
	g_autofree char *names = report_writer_names();

	g_assert_false(report_write(audit, &options, &error));
	g_assert_error(error, REPORT_ERROR, REPORT_ERROR_FORMAT);
	g_assert_true(g_str_has_prefix(error->message, "there is no format 'xml', only text, "));
	g_assert_true(g_str_has_suffix(error->message, names));
	g_assert_true(g_str_has_prefix(names, "text, json, "));
	g_assert_true(report_find_writer("json") == &report_json);
	g_assert_null(report_find_writer(""));
	audit_free(audit);
}

static void test_exit_status(void)
{
	struct audit *audit = sample_new();
	struct audit_route *route;

	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	route = sample_route(audit, "a.c", 1, "ops", "m", VERDICT_PASS);
	sample_table(audit, route, NULL);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	sample_finding(audit, route, "cow-pfnmap", LEVEL_WARNING, sample_place("a.c", 2, 1), "m");
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==, 1);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 1);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NONE), ==, 0);
	route->level = LEVEL_ERROR;
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 1);
	route->known = true;
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 0);
	g_ptr_array_set_size(audit->routes, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	audit_add_left_out(audit)->level = LEVEL_NOTE;
	g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 1);
	audit->stopped = "interrupted";
	g_assert_cmpint(report_exit_status(audit, LEVEL_NONE), ==, 3);
	audit_free(audit);
}

/* Comparison */

static void test_known(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_full();
	struct audit *saved = sample_full();
	g_autofree char *text = NULL;
	g_autofree char *json = NULL;

	(void)data;
	baseline_subtract(audit, saved, "saved.json");
	g_assert_cmpuint(audit->routes->len, ==, 0);
	g_assert_cmpuint(audit->baseline.findings, ==, 8);
	g_assert_cmpuint(audit->baseline.routes, ==, saved->routes->len);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	text = sample_report(fixture, audit, "text", false, COLOUR_NEVER);
	json = sample_report(fixture, audit, "json", false, COLOUR_NEVER);
	sample_check("report-known.txt", text);
	sample_check("report-known.json", json);
	audit_free(audit);
	audit_free(saved);
}

static void test_new(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = sample_full();
	struct audit *saved = sample_full();
	g_autofree char *text = NULL;
	g_autofree char *json = NULL;

	(void)data;
	/* One route is new, one has a new finding, one was decided before. */
	for (guint i = saved->routes->len; i-- > 0;) {
		struct audit_route *route = saved->routes->pdata[i];

		if (strcmp(route->id, "xe_dmabuf_ops/xe_gem_object_funcs") == 0)
			g_ptr_array_set_size(route->findings, 0);
		else if (strcmp(route->id, "rust_dmabuf_ops/-") == 0)
			route->verdict = VERDICT_PASS;
		else if (strcmp(route->id, "vb2_dma_sg_dmabuf_ops/-") == 0)
			g_ptr_array_remove_index(saved->routes, i);
	}
	baseline_subtract(audit, saved, "saved.json");
	g_assert_cmpuint(audit->routes->len, ==, 3);
	g_assert_cmpuint(audit->baseline.findings, ==, 5);
	text = sample_report(fixture, audit, "text", false, COLOUR_NEVER);
	json = sample_report(fixture, audit, "json", false, COLOUR_NEVER);
	sample_check("report-new.txt", text);
	sample_check("report-new.json", json);
	audit_free(audit);
	audit_free(saved);
}

/* Which change of a verdict counts. */
static void test_worse(void)
{
	/* [before][now]: '+' counts */
	static const char *const worse[VERDICTS] = {
		/*                  pass, violation, conditional, forward, reject, no-mmap, unknown */
		[VERDICT_PASS] = ".++...+",	   [VERDICT_VIOLATION] = "......+",
		[VERDICT_CONDITIONAL] = ".+....+", [VERDICT_FORWARD] = ".++...+",
		[VERDICT_REJECT] = ".++...+",	   [VERDICT_NO_MMAP] = ".++...+",
		[VERDICT_UNKNOWN] = ".++....",
	};

	for (int before = 0; before < VERDICTS; before++) {
		for (int now = 0; now < VERDICTS; now++) {
			struct audit *saved = sample_new();
			struct audit *audit = sample_new();

			sample_table(saved, sample_route(saved, "a.c", 1, "o", "m", before), NULL);
			sample_table(audit, sample_route(audit, "a.c", 9, "o", "m", now), NULL);
			baseline_subtract(audit, saved, "f");
			g_assert_cmpuint(audit->routes->len, ==, worse[before][now] == '+');
			g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==,
					worse[before][now] == '+');
			audit_free(saved);
			audit_free(audit);
		}
	}
}

static void test_load(struct fixture *fixture, gconstpointer data)
{
#define ROUTE "{\"schema\":1,\"routes\":[{\"id\":\"a\","
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ "", "is not JSON at line 1: " },
		{ "{\n\n\"schema\" 1}", "is not JSON at line 3: " },
		{ "{} x", "is not JSON at line 1: " },
		{ "[1]", "it has no 'schema' and 'routes'" },
		{ "{}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":1}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":\"1\",\"routes\":[]}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":2,\"routes\":[]}", "its schema is 2, this pfncheck knows 1" },
		{ "{\"schema\":1,\"routes\":[],\"against\":{}}", "it was made with --against" },
		{ "{\"schema\":1,\"routes\":[],\"review\":{}}", "it was made by a review" },
		{ "{\"schema\":1,\"routes\":[],\"stopped\":\"time limit\"}",
		  "it is of a run that was stopped" },
		{ "{\"schema\":1,\"routes\":[1]}",
		  "'routes' holds something that is not an object" },
		{ ROUTE "\"verdict\":\"fine\"}]}", "there is no verdict 'fine'" },
		{ ROUTE "\"level\":\"fatal\"}]}", "there is no level 'fatal'" },
		{ ROUTE "\"level\":3}]}", "'level' is not a string" },
		{ ROUTE "\"ops\":[]}]}", "'ops' is not an object" },
		{ ROUTE "\"ops\":{\"line\":-1}}]}", "'line' is not a number from 0 to 4294967295" },
		{ ROUTE "\"ops\":{\"line\":4294967296}}]}",
		  "'line' is not a number from 0 to 4294967295" },
		{ ROUTE "\"known\":1}]}", "'known' is neither true nor false" },
		{ ROUTE "\"configs\":[null]}]}", "'configs' holds something that is not a number" },
		{ ROUTE "\"vm_ops\":[null]}]}", "'vm_ops' holds something that is not a string" },
		{ ROUTE "\"findings\":{}}]}", "'findings' is not an array" },
		{ ROUTE "\"conditions\":[{\"kind\":\"moon\"}]}]}",
		  "there is no kind of condition 'moon'" },
	};
#undef ROUTE
	g_autofree char *path = sample_path(fixture, "saved.json");
	g_autofree char *missing = sample_path(fixture, "missing.json");
	g_autofree char *deep = g_strnfill(1000000, '[');
	g_autoptr(GError) error = NULL;

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) fault = NULL;

		sample_write(fixture, "saved.json", cases[i].text);
		g_assert_null(baseline_load(path, &fault));
		g_assert_true(fault->domain == BASELINE_ERROR);
		g_assert_nonnull(strstr(fault->message, path));
		g_assert_nonnull(strstr(fault->message, cases[i].error));
		g_assert_null(strchr(fault->message, '\n'));
	}
	sample_write(fixture, "saved.json", deep);
	g_assert_null(baseline_load(path, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_JSON);
	g_clear_error(&error);
	g_assert_null(baseline_load(missing, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_READ);
	g_assert_true(g_str_has_suffix(error->message, "missing.json: No such file or directory"));
	g_clear_error(&error);
	g_assert_null(baseline_load(fixture->directory, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_READ);
}

/* What an older or a newer version wrote, with less and with more in it. */
static void test_tolerance(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *path = sample_path(fixture, "saved.json");
	g_autoptr(GError) error = NULL;
	struct audit *saved;
	struct audit *audit = sample_clean();
	g_autofree char *text = NULL;

	(void)data;
	sample_write(fixture, "saved.json",
		     "{\"schema\": 1, \"extra\": [{}], \"routes\": ["
		     "{\"id\": \"udmabuf_ops/-\", \"verdict\": \"pass\", \"extra\": null},"
		     "{\"findings\": [{\"fingerprint\": \"x\"}]}, {}]}");
	saved = baseline_load(path, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(saved->routes->len, ==, 3);
	baseline_subtract(audit, saved, path);
	g_assert_cmpuint(audit->routes->len, ==, 0);
	/* And it can be shown. */
	sample_finish(saved);
	text = sample_report(fixture, saved, "text", true, COLOUR_NEVER);
	g_assert_nonnull(strstr(text, "3 routes of 1 exporter: 2 unknown, 1 pass;"));
	audit_free(saved);
	audit_free(audit);
}

static void test_names(void)
{
	enum verdict verdict = VERDICT_PASS;
	enum level level = LEVEL_NONE;

	g_assert_true(verdict_parse("no-mmap", &verdict));
	g_assert_cmpint(verdict, ==, VERDICT_NO_MMAP);
	g_assert_false(verdict_parse("bad", &verdict));
	g_assert_false(verdict_parse(NULL, &verdict));
	g_assert_cmpint(verdict, ==, VERDICT_NO_MMAP);
	g_assert_true(level_parse("warning", &level));
	g_assert_cmpint(level, ==, LEVEL_WARNING);
	g_assert_false(level_parse("Warning", &level));
	g_assert_true(rule_breaks("page-insert"));
	g_assert_false(rule_breaks("cow-pfnmap"));
	audit_free(NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct fixture *fixture, gconstpointer data);
	} tests[] = {
		{ "/report/text", test_text },
		{ "/report/json", test_json },
		{ "/report/hostile", test_hostile },
		{ "/report/order", test_order },
		{ "/report/quote", test_quote },
		{ "/report/output", test_output },
		{ "/baseline/round-trip", test_round_trip },
		{ "/baseline/known", test_known },
		{ "/baseline/new", test_new },
		{ "/baseline/load", test_load },
		{ "/baseline/tolerance", test_tolerance },
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, sample_set_up, tests[i].test,
			   sample_tear_down);
	g_test_add_func("/report/format", test_format);
	g_test_add_func("/report/exit-status", test_exit_status);
	g_test_add_func("/baseline/worse", test_worse);
	g_test_add_func("/audit/names", test_names);
	return g_test_run();
}

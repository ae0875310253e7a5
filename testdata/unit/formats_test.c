// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every format of report against goldens, for an audit, for a review and for hostile
 * texts, and where each points with a diff at hand.
 *
 * With PFNCHECK_UPDATE_GOLDENS=1 the goldens are written instead.
 */
#include <string.h>

#include <glib.h>

#include "audit.h"
#include "diff_lines.h"
#include "report.h"
#include "report_sample.h"

static const struct {
	const char *name;
	struct audit *(*make)(void);
	bool verbose;
} samples[] = {
	{ "full", sample_full, false },	     { "clean", sample_clean, false },
	{ "hostile", sample_hostile, true }, { "review", sample_review, false },
	{ "quiet", sample_quiet, false },    { "hostile-review", sample_hostile_review, true },
};

/* The suffixes of the goldens. */
static const struct {
	const char *format;
	const char *suffix;
	bool ascii;
} formats[] = {
	{ "text", "txt", false },  { "json", "json", true },	   { "gcc", "txt", false },
	{ "junit", "xml", false }, { "checkstyle", "xml", false }, { "markdown", "md", false },
	{ "b4", "json", true },	   { "checkpatch", "txt", false },
};

/* report_test.c has the others. */
static bool has_golden(const char *format, const char *sample)
{
	return (strcmp(format, "text") && strcmp(format, "json")) || strstr(sample, "review") ||
	       !strcmp(sample, "quiet");
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

static void test_diff_lines(void)
{
	struct diff_lines *diff = diff_lines_new();

	g_assert_false(diff_lines_has(NULL, "a.c", 1));
	g_assert_false(diff_lines_has(diff, "a.c", 1));
	diff_lines_add(diff, "a.c", 10, 12);
	diff_lines_add(diff, "a.c", 3, 3);
	diff_lines_add(diff, "b.c", 5, 4);
	for (unsigned int line = 0; line < 15; line++) {
		g_assert_cmpint(diff_lines_has(diff, "a.c", line), ==,
				line == 3 || (line >= 10 && line <= 12));
		g_assert_false(diff_lines_has(diff, "b.c", line));
	}
	g_assert_false(diff_lines_has(diff, NULL, 3));
	diff_lines_free(diff);
	diff_lines_free(NULL);
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

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct fixture *fixture, gconstpointer data);
	} tests[] = {
		{ "/formats/goldens", test_goldens },
		{ "/formats/hostile", test_hostile },
		{ "/formats/anchor", test_anchor },
		{ "/formats/quiet", test_quiet },
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, sample_set_up, tests[i].test,
			   sample_tear_down);
	g_test_add_func("/formats/diff-lines", test_diff_lines);
	return g_test_run();
}

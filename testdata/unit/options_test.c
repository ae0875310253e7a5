// SPDX-License-Identifier: GPL-2.0-only
/*
 * options: what the command line means, and what is said when it means nothing.
 */
#include <string.h>

#include <glib.h>

#include "options.h"

/* Parses line, split at blanks ('' is an empty argument), after the program's name. */
static bool parse(struct options *options, const char *line, GError **error)
{
	g_autofree char *all = g_strconcat("pfncheck ", line, NULL);
	g_auto(GStrv) argv = NULL;
	g_auto(GStrv) before = NULL;
	int argc;
	bool ok;

	g_assert_true(g_shell_parse_argv(all, &argc, &argv, NULL));
	before = g_strdupv(argv);
	ok = options_parse(options, argc, argv, error);
	g_assert_true(g_strv_equal((const char *const *)before, (const char *const *)argv));
	return ok;
}

static void must_parse(struct options *options, const char *line)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(parse(options, line, &error));
	g_assert_no_error(error);
}

static void test_defaults(void)
{
	struct options options;

	must_parse(&options, "audit");
	g_assert_cmpint(options.command, ==, COMMAND_AUDIT);
	g_assert_cmpstr(options.tree, ==, ".");
	g_assert_cmpstr(options.format, ==, "text");
	g_assert_null(options.output);
	g_assert_null(options.against);
	g_assert_null(options.build);
	g_assert_null(options.config);
	g_assert_null(options.arches);
	g_assert_null(options.cache);
	g_assert_null(options.stats);
	g_assert_cmpint(options.colour, ==, COLOUR_AUTO);
	g_assert_cmpint(options.fail_on, ==, LEVEL_WARNING);
	g_assert_cmpint(options.dump, ==, STAGE_NONE);
	g_assert_cmpuint(options.jobs, ==, g_get_num_processors());
	g_assert_false(options.no_cache || options.no_kbuild || options.verbose);
	options_clear(&options);
}

static void test_all(void)
{
	struct options options;

	must_parse(&options, "audit --against a --format json --output=o --color=always linux "
			     "--fail-on=none --dump trace --config c --arch=x86,arm64 "
			     "--cache=d --no-cache --no-kbuild -vj12 --stats=s");
	g_assert_cmpstr(options.tree, ==, "linux");
	g_assert_cmpstr(options.against, ==, "a");
	g_assert_cmpstr(options.format, ==, "json");
	g_assert_cmpstr(options.output, ==, "o");
	g_assert_cmpint(options.colour, ==, COLOUR_ALWAYS);
	g_assert_cmpint(options.fail_on, ==, LEVEL_NONE);
	g_assert_cmpint(options.dump, ==, STAGE_TRACE);
	g_assert_cmpstr(options.config, ==, "c");
	g_assert_cmpuint(g_strv_length(options.arches), ==, 2);
	g_assert_cmpstr(options.arches[0], ==, "x86");
	g_assert_cmpstr(options.arches[1], ==, "arm64");
	g_assert_cmpstr(options.cache, ==, "d");
	g_assert_cmpstr(options.stats, ==, "s");
	g_assert_cmpuint(options.jobs, ==, 12);
	g_assert_true(options.no_cache && options.no_kbuild && options.verbose);
	options_clear(&options);
}

/* The last one counts; -- ends the options; a lone - is a name. */
static void test_repeated(void)
{
	struct options options;

	must_parse(&options, "audit --output=a --output=- --format=json --format=text --arch=x86 "
			     "--arch=arm --against x --against y -j 3 -j 2 --build=b -- --tree");
	g_assert_cmpstr(options.output, ==, "-");
	g_assert_cmpstr(options.format, ==, "text");
	g_assert_cmpstr(options.arches[0], ==, "arm");
	g_assert_cmpstr(options.against, ==, "y");
	g_assert_cmpstr(options.build, ==, "b");
	g_assert_cmpuint(options.jobs, ==, 2);
	g_assert_cmpstr(options.tree, ==, "--tree");
	options_clear(&options);
}

static void test_explain(void)
{
	struct options options;

	must_parse(&options, "explain foo_ops");
	g_assert_cmpint(options.command, ==, COMMAND_EXPLAIN);
	g_assert_cmpstr(options.query, ==, "foo_ops");
	g_assert_cmpstr(options.tree, ==, ".");
	options_clear(&options);
	must_parse(&options, "explain -v a.c:foo_ops:foo_funcs --jobs=3 tree -o out");
	g_assert_cmpstr(options.query, ==, "a.c:foo_ops:foo_funcs");
	g_assert_cmpstr(options.tree, ==, "tree");
	g_assert_cmpstr(options.output, ==, "out");
	g_assert_cmpuint(options.jobs, ==, 3);
	g_assert_true(options.verbose);
	options_clear(&options);
}

static void test_review(void)
{
	struct options options;

	must_parse(&options, "review");
	g_assert_cmpint(options.command, ==, COMMAND_REVIEW);
	g_assert_null(options.commits);
	g_assert_cmpuint(options.only, ==, 0);
	g_assert_cmpstr(options.tree, ==, ".");
	options_clear(&options);
	must_parse(&options, "review a..b tree --each --only new,worse --timeout 30");
	g_assert_cmpstr(options.commits, ==, "a..b");
	g_assert_cmpstr(options.tree, ==, "tree");
	g_assert_true(options.each);
	g_assert_cmpuint(options.only, ==, 1u << CHANGE_NEW | 1u << CHANGE_WORSE);
	g_assert_cmpuint(options.timeout, ==, 30);
	options_clear(&options);
	/* There the only argument is the tree. */
	must_parse(&options, "review --patch - --base v1 tree");
	g_assert_null(options.commits);
	g_assert_cmpstr(options.tree, ==, "tree");
	g_assert_cmpstr(options.patch, ==, "-");
	g_assert_cmpstr(options.base, ==, "v1");
	options_clear(&options);
}

static void test_commands(void)
{
	static const struct {
		const char *line;
		enum command command;
		const char *topic;
	} cases[] = {
		{ "help", COMMAND_HELP, NULL },
		{ "--help", COMMAND_HELP, NULL },
		{ "-h", COMMAND_HELP, NULL },
		{ "help audit", COMMAND_HELP, "audit" },
		{ "audit --help", COMMAND_HELP, "audit" },
		{ "audit tree -h --no-kbuild", COMMAND_HELP, "audit" },
		{ "help --help", COMMAND_HELP, "help" },
		{ "--version", COMMAND_VERSION, NULL },
		{ "-V", COMMAND_VERSION, NULL },
		{ "help explain", COMMAND_HELP, "explain" },
		{ "explain --help", COMMAND_HELP, "explain" },
		{ "worker", COMMAND_WORKER, NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct options options;

		must_parse(&options, cases[i].line);
		g_assert_cmpint(options.command, ==, cases[i].command);
		g_assert_cmpstr(options.topic, ==, cases[i].topic);
		options_clear(&options);
	}
}

static void test_errors(void)
{
	static const struct {
		const char *line;
		const char *error;
	} cases[] = {
		{ "", "no command; see 'pfncheck help'" },
		{ "''", "no command; see 'pfncheck help'" },
		{ "adit", "there is no command 'adit'; see 'pfncheck help'" },
		{ "help adit", "there is no command 'adit'; see 'pfncheck help'" },
		{ "help worker", "there is no command 'worker'; see 'pfncheck help'" },
		{ "--format=json audit",
		  "the command comes before its options: pfncheck audit --format=json" },
		{ "--version audit", "--version stands alone" },
		{ "--help audit", "--help stands alone; see 'pfncheck help'" },
		{ "worker x", "worker takes no argument" },
		{ "audit a b", "audit takes one TREE, but there is 'b' besides 'a'" },
		{ "audit ''", "audit takes a TREE, not nothing" },
		{ "explain", "explain takes EXPORTER; see 'pfncheck help explain'" },
		{ "explain --no-kbuild", "explain takes EXPORTER; see 'pfncheck help explain'" },
		{ "explain ''", "explain takes an EXPORTER, not nothing" },
		{ "explain a ''", "explain takes a TREE, not nothing" },
		{ "explain a b c", "explain takes one TREE, but there is 'c' besides 'b'" },
		{ "explain a --against=b",
		  "there is no option '--against=b'; see 'pfncheck help explain'" },
		{ "audit --foo", "there is no option '--foo'; see 'pfncheck help audit'" },
		{ "audit -x", "there is no option '-x'; see 'pfncheck help audit'" },
		{ "audit -vx", "there is no option '-x'; see 'pfncheck help audit'" },
		{ "audit --no", "there is no option '--no'; see 'pfncheck help audit'" },
		{ "audit --format", "--format takes a value: --format=FORMAT" },
		{ "audit --format=",
		  "there is no format ''; --format takes text, json, gcc, sarif, junit, checkstyle, markdown, b4, checkpatch" },
		{ "audit --format=xml",
		  "there is no format 'xml'; --format takes text, json, gcc, sarif, junit, checkstyle, markdown, b4, checkpatch" },
		{ "audit --color=red", "--color takes auto, always or never, not 'red'" },
		{ "audit --fail-on=bad",
		  "--fail-on takes none, note, warning or error, not 'bad'" },
		{ "audit --dump=none",
		  "there is no stage 'none'; --dump takes tree, scan, extract, "
		  "store, program, trace or judge" },
		{ "audit -j", "--jobs takes a value: --jobs=N" },
		{ "audit -j0", "-j takes a number from 1 to 1024, not '0'" },
		{ "audit -j -4", "-j takes a number from 1 to 1024, not '-4'" },
		{ "audit -j 4x", "-j takes a number from 1 to 1024, not '4x'" },
		{ "audit -j 99999999999999999999",
		  "-j takes a number from 1 to 1024, not '99999999999999999999'" },
		{ "audit --jobs=", "-j takes a number from 1 to 1024, not ''" },
		{ "audit --arch=", "--arch takes names of arch/ with commas between them, such as "
				   "x86,arm64, not ''" },
		{ "audit --arch=x86,", "--arch takes names of arch/ with commas between them, such "
				       "as x86,arm64, not 'x86,'" },
		{ "audit --arch=../x", "--arch takes names of arch/ with commas between them, such "
				       "as x86,arm64, not '../x'" },
		{ "audit --output=", "--output takes a file name, not nothing" },
		{ "audit --cache=", "--cache takes a directory, not nothing" },
		{ "audit --no-cache=1", "--no-cache takes no value" },
		{ "audit --help=1", "--help takes no value" },
		{ "audit --build=b --config=c",
		  "--build brings its own configuration: leave out --config" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct options options;
		g_autoptr(GError) error = NULL;

		g_assert_false(parse(&options, cases[i].line, &error));
		g_assert_error(error, OPTIONS_ERROR, OPTIONS_ERROR_USAGE);
		g_assert_cmpstr(error->message, ==, cases[i].error);
		g_assert_null(options.tree);
		g_assert_false(parse(&options, cases[i].line, NULL));
	}
}

static void test_help(void)
{
	g_autofree char *all = options_help(NULL);
	g_autofree char *audit = options_help("audit");
	g_autofree char *explain = options_help("explain");
	g_autofree char *help = options_help("help");
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "golden", "help.txt", NULL);
	g_autofree char *text = g_strconcat(all, "\n", audit, "\n", explain, "\n", help, NULL);
	g_autofree char *wanted = NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	g_assert_null(options_help("worker"));
	g_assert_null(options_help("adit"));
	for (guint i = 0; lines[i]; i++)
		g_assert_cmpuint(strlen(lines[i]), <=, 100);
	if (g_getenv("PFNCHECK_UPDATE_GOLDENS"))
		g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_true(g_file_get_contents(path, &wanted, NULL, NULL));
	g_assert_cmpstr(text, ==, wanted);
}

static void test_version(void)
{
	g_autofree char *version = options_version("19.1.7");

	g_assert_cmpstr(version, ==, "pfncheck " PFNCHECK_VERSION ", libclang 19.1.7\n");
	g_assert_cmpstr(stage_name(STAGE_JUDGE), ==, "judge");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/options/defaults", test_defaults);
	g_test_add_func("/options/all", test_all);
	g_test_add_func("/options/repeated", test_repeated);
	g_test_add_func("/options/explain", test_explain);
	g_test_add_func("/options/review", test_review);
	g_test_add_func("/options/commands", test_commands);
	g_test_add_func("/options/errors", test_errors);
	g_test_add_func("/options/help", test_help);
	g_test_add_func("/options/version", test_version);
	return g_test_run();
}

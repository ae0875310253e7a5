// SPDX-License-Identifier: GPL-2.0-only
/*
 * options: one table of commands, each with one table of options, drives both
 * the parsing, by getopt_long(), and the help texts.
 *
 * A value that is a file name is passed on as it is; whether it can be used is
 * found out by the stage that uses it.
 */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 26
#define JOBS_MAX 1024
#define ARGUMENTS_MAX 2
#define TIMEOUT_MAX (7 * 24 * 60 * 60)
#define FIRST_LONG 256 /* what getopt_long() returns for the first row */

/* One option: a value that set() understands, or a string or switch that is kept as it is. */
struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* what help calls it; NULL for a switch */
	const char *help;     /* may have several lines */
	/* False with a message if it does not take the value; NULL: stored at offset. */
	bool (*set)(struct options *options, const char *value, GError **error);
	gsize offset; /* of a char * or a bool in struct options */
};

struct command_row {
	const char *name;
	enum command command;
	struct {
		const char *name; /* as help calls it; NULL: there is none */
		gsize offset;	  /* of the char * for it in struct options */
		bool needed;
	} arguments[ARGUMENTS_MAX];
	const char *help; /* NULL: not shown; further lines in the command's own help only */
	const struct option_row *options; /* ends with a NULL name */
};

static const char *const stage_names[] = {
	[STAGE_NONE] = "none",	     [STAGE_TREE] = "tree",   [STAGE_SCAN] = "scan",
	[STAGE_EXTRACT] = "extract", [STAGE_STORE] = "store", [STAGE_PROGRAM] = "program",
	[STAGE_TRACE] = "trace",     [STAGE_JUDGE] = "judge",
};

static const char *const colour_names[] = {
	[COLOUR_AUTO] = "auto",
	[COLOUR_ALWAYS] = "always",
	[COLOUR_NEVER] = "never",
};

G_DEFINE_QUARK(pfncheck_options_error, options_error)

static bool G_GNUC_PRINTF(2, 3) usage(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_clear_error(error);
	if (error)
		*error = g_error_new_valist(OPTIONS_ERROR, OPTIONS_ERROR_USAGE, format, args);
	va_end(args);
	return false;
}

static bool set_format(struct options *options, const char *value, GError **error)
{
	g_autofree char *names = report_writer_names();

	if (!report_find_writer(value))
		return usage(error, "there is no format '%s'; --format takes %s", value, names);
	g_free(options->format);
	options->format = g_strdup(value);
	return true;
}

static bool set_colour(struct options *options, const char *value, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(colour_names); i++) {
		if (strcmp(colour_names[i], value) == 0) {
			options->colour = i;
			return true;
		}
	}
	return usage(error, "--color takes auto, always or never, not '%s'", value);
}

static bool set_fail_on(struct options *options, const char *value, GError **error)
{
	if (!level_parse(value, &options->fail_on))
		return usage(error, "--fail-on takes none, note, warning or error, not '%s'",
			     value);
	return true;
}

static bool set_dump(struct options *options, const char *value, GError **error)
{
	for (gsize i = STAGE_NONE + 1; i < G_N_ELEMENTS(stage_names); i++) {
		if (strcmp(stage_names[i], value) == 0) {
			options->dump = i;
			return true;
		}
	}
	return usage(error,
		     "there is no stage '%s'; --dump takes tree, scan, extract, store, "
		     "program, trace or judge",
		     value);
}

static bool set_jobs(struct options *options, const char *value, GError **error)
{
	guint64 jobs;

	if (!g_ascii_string_to_unsigned(value, 10, 1, JOBS_MAX, &jobs, NULL))
		return usage(error, "-j takes a number from 1 to %d, not '%s'", JOBS_MAX, value);
	options->jobs = jobs;
	return true;
}

static bool set_arches(struct options *options, const char *value, GError **error)
{
	g_auto(GStrv) arches = g_strsplit(value, ",", -1);

	for (char **arch = arches; *arch || arch == arches; arch++) {
		if (!*arch || !**arch ||
		    strspn(*arch, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(*arch))
			return usage(error,
				     "--arch takes names of arch/ with commas between them, "
				     "such as x86,arm64, not '%s'",
				     value);
	}
	g_strfreev(options->arches);
	options->arches = g_steal_pointer(&arches);
	return true;
}

static bool set_timeout(struct options *options, const char *value, GError **error)
{
	guint64 seconds;

	if (!g_ascii_string_to_unsigned(value, 10, 1, TIMEOUT_MAX, &seconds, NULL))
		return usage(error, "--timeout takes seconds, from 1 to %d, not '%s'", TIMEOUT_MAX,
			     value);
	options->timeout = seconds;
	return true;
}

static bool set_only(struct options *options, const char *value, GError **error)
{
	g_auto(GStrv) words = g_strsplit(value, ",", -1);

	options->only = 0;
	for (char **word = words; *word || word == words; word++) {
		enum change change = CHANGE_NONE + 1;

		while (*word && change < CHANGES && strcmp(change_name(change), *word) != 0)
			change++;
		if (!*word || change == CHANGES)
			return usage(error,
				     "--only takes new, fixed, worse, better and moved, with "
				     "commas between them, not '%s'",
				     value);
		options->only |= 1u << change;
	}
	return true;
}

static bool set_anchor(struct options *options, const char *value, GError **error)
{
	options->anchor_diff = strcmp(value, "diff") == 0;
	return options->anchor_diff || strcmp(value, "finding") == 0 ||
	       usage(error, "--anchor takes finding or diff, not '%s'", value);
}

#define KEPT(member) NULL, offsetof(struct options, member)

/* clang-format off */

#define ALLOW_OPTIONS \
	{ "allow", 0, "FILE", "what may be found, and why: entries in FILE", KEPT(allow) }, \
	{ "allow-comments", 0, NULL, \
	  "let comments of the tree silence findings:\n" \
	  "/* pfncheck: allow RULE: reason */", KEPT(allow_comments) }

/* Rows of every command that reads a tree. */
#define TREE_OPTIONS \
	{ "build", 0, "DIR", "use the kernel build directory DIR (O=)", KEPT(build) }, \
	{ "config", 0, "FILE", "configure with FILE instead of allmodconfig", KEPT(config) }, \
	{ "arch", 0, "LIST", \
	  "architectures, such as x86,arm64 (default x86): each is\n" \
	  "configured with clang alone, all are in one report", set_arches, 0 }, \
	{ "no-kbuild", 0, NULL, "run nothing of the tree's; guess the compile flags", \
	  KEPT(no_kbuild) }, \
	{ "no-pch", 0, NULL, "read every header anew for every file (slower)", KEPT(no_pch) }, \
	{ "cache", 0, "DIR", "keep results in DIR (default ~/.cache/pfncheck)", KEPT(cache) }, \
	{ "no-cache", 0, NULL, "take no result from an earlier run and keep none", \
	  KEPT(no_cache) }, \
	ALLOW_OPTIONS, \
	{ "timeout", 0, "SECONDS", "end after that time, with what is known (exit status 3)", \
	  set_timeout, 0 }, \
	{ "jobs", 'j', "N", "run N processes (default: one for each processor)", set_jobs, 0 }

#define COLOR_OPTION { "color", 0, "WHEN", "auto (default), always or never", set_colour, 0 }
#define OUTPUT_OPTION(what) { "output", 'o', "FILE", "write the " what " to FILE", KEPT(output) }

/* clang-format on */

static const struct option_row audit_options[] = {
	{ "against", 0, "FILE", "report only what is not in FILE, a saved JSON audit",
	  KEPT(against) },
	{ "format", 0, "FORMAT", "how to write the report:", set_format, 0 },
	OUTPUT_OPTION("report"),
	COLOR_OPTION,
	{ "fail-on", 0, "LEVEL",
	  "exit with 1 from this level on: note, warning (default),\n"
	  "error, or none for never",
	  set_fail_on, 0 },
	TREE_OPTIONS,
	{ "no-coccinelle", 0, NULL, "leave out the semantic patches, which spatch runs",
	  KEPT(no_coccinelle) },
	{ "dump", 0, "STAGE",
	  "print what a stage found instead of the report: tree, scan,\n"
	  "extract, store, program, trace or judge",
	  set_dump, 0 },
	{ "stats", 0, "FILE", "write times and sizes of the run to FILE", KEPT(stats) },
	{ "verbose", 'v', NULL, "say more, also about what takes time", KEPT(verbose) },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

static const struct option_row explain_options[] = {
	OUTPUT_OPTION("proofs"),
	COLOR_OPTION,
	TREE_OPTIONS,
	{ "stats", 0, "FILE", "write times and sizes of the run to FILE", KEPT(stats) },
	{ "verbose", 'v', NULL, "all proofs, however many; also what takes time", KEPT(verbose) },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

static const struct option_row review_options[] = {
	{ "patch", 0, "FILE",
	  "review the patches of a mailbox, of git format-patch or b4 am\n"
	  "(- for standard input), applied to the base",
	  KEPT(patch) },
	{ "base", 0, "COMMIT", "what the patches apply to (default HEAD)", KEPT(base) },
	{ "against", 0, "FILE", "compare the tree with FILE, a saved JSON audit, without git",
	  KEPT(against) },
	{ "each", 0, NULL, "report what every commit changes, not only the whole", KEPT(each) },
	{ "anchor", 0, "WHERE",
	  "what a finding's place is: finding (default), or diff: the\n"
	  "step of its path that the changes touch",
	  set_anchor, 0 },
	{ "trust-tree", 0, NULL,
	  "configure the head too, in a sandbox: without network, and\n"
	  "with nothing to write to",
	  KEPT(trust_tree) },
	{ "only", 0, "LIST", "report some changes only: new, worse, fixed, better, moved", set_only,
	  0 },
	{ "format", 0, "FORMAT", "how to write the report:", set_format, 0 },
	OUTPUT_OPTION("report"),
	COLOR_OPTION,
	{ "fail-on", 0, "LEVEL",
	  "exit with 1 if something new or worse has this level: note,\n"
	  "warning (default), error, or none for never",
	  set_fail_on, 0 },
	TREE_OPTIONS,
	{ "stats", 0, "FILE", "write times and sizes of the run to FILE", KEPT(stats) },
	{ "verbose", 'v', NULL, "say more, also about what takes time", KEPT(verbose) },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

/* Those that come before the words of the build. */
static const struct option_row check_options[] = {
	{ "cache", 0, "DIR", "keep results in DIR (default ~/.cache/pfncheck)", KEPT(cache) },
	ALLOW_OPTIONS,
	{ "verbose", 0, NULL, "notes as well, and what is not decided yet", KEPT(verbose) },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

static const struct option_row no_options[] = {
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

/* clang-format off */
#define ARGUMENT(name, member) { name, offsetof(struct options, member), false }
#define NEEDED(name, member) { name, offsetof(struct options, member), true }
/* clang-format on */

static const struct command_row commands[] = {
	{ "audit",
	  COMMAND_AUDIT,
	  { ARGUMENT("TREE", tree) },
	  "check every dma-buf exporter of a kernel tree (default: .)",
	  audit_options },
	{ "explain",
	  COMMAND_EXPLAIN,
	  { NEEDED("EXPORTER", query), ARGUMENT("TREE", tree) },
	  "prove the verdict on an exporter, step by step\n\n"
	  "EXPORTER is [FILE:]NAME[:TABLE...]: NAME as in the report, all routes or those\n"
	  "with these tables; \":TABLE\" for any exporter with this table.  The exit status is\n"
	  "0 whatever the verdict.",
	  explain_options },
	{ "review",
	  COMMAND_REVIEW,
	  { ARGUMENT("COMMITS", commits), ARGUMENT("TREE", tree) },
	  "tell what commits or patches change for exporters\n\n"
	  "COMMITS is BASE..HEAD, or one commit (default: HEAD), in the git repository at\n"
	  "TREE (default: .).  With --patch or --against there is a TREE only.  What is not\n"
	  "committed does not count; a merge is compared with its first parent.  Neither the\n"
	  "repository nor its work tree is written to, and nothing of the head is run, unless\n"
	  "--trust-tree says so: the base alone is configured.",
	  review_options },
	{ "check",
	  COMMAND_CHECK,
	  { { NULL, 0, false } },
	  "check one file, as make C=1 CHECK=pfncheck asks for\n\n"
	  "What follows the options is for the compiler, and the file.  The word check may\n"
	  "be left out before such an argument.  The exit status is 0 whatever happens.",
	  check_options },
	{ "help", COMMAND_HELP, { ARGUMENT("COMMAND", topic) }, "explain a command", no_options },
	{ "worker", COMMAND_WORKER, { { NULL, 0, false } }, NULL, no_options },
};

static const struct command_row *find_command(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* Stores an option's value; value is NULL for a switch. */
static bool set_option(struct options *options, const struct option_row *row, const char *value,
		       GError **error)
{
	void *member = (char *)options + row->offset;
	char **string = member;

	if (row->set)
		return row->set(options, value, error);
	if (!row->argument) {
		*(bool *)member = true;
		return true;
	}
	if (!*value)
		return usage(error, "--%s takes a %s, not nothing", row->name,
			     strcmp(row->argument, "DIR") == 0 ? "directory" : "file name");
	g_free(*string);
	*string = g_strdup(value);
	return true;
}

/* The row that getopt_long() means by value, or NULL. */
static const struct option_row *find_option(const struct option_row *rows, int value)
{
	for (int i = 0; rows[i].name; i++) {
		if (value == FIRST_LONG + i || (value && value == rows[i].letter))
			return &rows[i];
	}
	return NULL;
}

/* What to say when getopt_long() returned '?' or ':', after which word of argv. */
static bool refuse_option(const struct command_row *command, int value, const char *word,
			  GError **error)
{
	const struct option_row *row = find_option(command->options, optopt);

	if (value == ':')
		return usage(error, "--%s takes a value: --%s=%s", row->name, row->name,
			     row->argument);
	if (row || optopt == FIRST_LONG - 1)
		return usage(error, "--%s takes no value", row ? row->name : "help");
	if (optopt)
		return usage(error, "there is no option '-%c'; see 'pfncheck help %s'", optopt,
			     command->name);
	return usage(error, "there is no option '%s'; see 'pfncheck help %s'", word, command->name);
}

/* What is left besides options. */
static bool take_arguments(struct options *options, const struct command_row *command, char **words,
			   int count, GError **error)
{
	int i;

	for (i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++) {
		const char *name = command->arguments[i].name;

		if (i >= count && command->arguments[i].needed)
			return usage(error, "%s takes %s; see 'pfncheck help %s'", command->name,
				     name, command->name);
		if (i >= count)
			return true;
		if (!*words[i])
			return usage(error, "%s takes %s %s, not nothing", command->name,
				     strchr("AEIOU", *name) ? "an" : "a", name);
		*(char **)((char *)options + command->arguments[i].offset) = g_strdup(words[i]);
	}
	if (count > i && !i)
		return usage(error, "%s takes no argument", command->name);
	if (count > i)
		return usage(error, "%s takes one %s, but there is '%s' besides '%s'",
			     command->name, command->arguments[i - 1].name, words[i], words[i - 1]);
	return true;
}

/* argv[0] is the command. */
static bool parse_options(struct options *options, const struct command_row *command, int argc,
			  char **argv, GError **error)
{
	g_autoptr(GArray) longs = g_array_new(TRUE, TRUE, sizeof(struct option));
	g_autoptr(GString) shorts = g_string_new(":h");
	const struct option_row *rows = command->options;
	const struct option help = { "help", no_argument, NULL, FIRST_LONG - 1 };
	bool explain = false;
	int value;

	for (int i = 0; rows[i].name; i++) {
		int kind = rows[i].argument ? required_argument : no_argument;
		struct option option = { rows[i].name, kind, NULL, FIRST_LONG + i };

		g_array_append_val(longs, option);
		if (rows[i].letter)
			g_string_append_printf(shorts, "%c%s", rows[i].letter,
					       rows[i].argument ? ":" : "");
	}
	g_array_append_val(longs, help);

	opterr = 0;
	optind = 0;
	while ((value = getopt_long(argc, argv, shorts->str, (void *)longs->data, NULL)) != -1) {
		if (value == '?' || value == ':')
			return refuse_option(command, value, argv[optind - 1], error);
		if (value == 'h' || value == FIRST_LONG - 1)
			explain = true;
		else if (!set_option(options, find_option(rows, value), optarg, error))
			return false;
	}
	if (explain) {
		options->command = COMMAND_HELP;
		options->topic = g_strdup(command->name);
		return true;
	}
	return take_arguments(options, command, argv + optind, argc - optind, error);
}

/* Which arguments go with which options. */
static bool check_review(struct options *options, GError **error)
{
	if (options->patch && options->against)
		return usage(error, "--patch and --against do not go together");
	if (options->base && !options->patch)
		return usage(error, "--base goes with --patch; else give BASE..HEAD");
	if (options->each && options->against)
		return usage(error, "--each takes commits or --patch, not --against");
	if (options->trust_tree && options->against)
		return usage(error, "--trust-tree takes commits or --patch, not --against");
	if (options->build && !options->against)
		return usage(error, "review configures the base by itself: leave out --build");
	if ((options->patch || options->against) && options->tree)
		return usage(error,
			     "with --patch and --against there is a TREE only, but there "
			     "are '%s' and '%s'",
			     options->commits, options->tree);
	if (options->patch || options->against)
		options->tree = g_steal_pointer(&options->commits);
	return true;
}

/* Whether a word is for a compiler: then the build calls us as it does sparse. */
static bool is_for_compiler(const char *word)
{
	return (word[0] == '-' && word[1] && strchr("DIUWfimns", word[1])) || word[0] == '@' ||
	       g_str_has_suffix(word, ".c");
}

/* Options of ours first, all else is the build's; nothing is wrong. */
static void parse_check(struct options *options, char **words)
{
	for (; *words; words++) {
		const struct option_row *row = check_options;
		const char *name = *words + 2;
		gsize length = strcspn(name, "=");

		if (strncmp(*words, "--", 2))
			break;
		while (row->name && (strncmp(row->name, name, length) || row->name[length]))
			row++;
		if (!row->name || (row->argument && !name[length] && !words[1]) ||
		    (!row->argument && name[length]))
			break;
		if (!set_option(options, row,
				!row->argument ? NULL :
				name[length]   ? name + length + 1 :
						 *++words,
				NULL))
			break;
	}
	options->words = g_strdupv(words);
}

static bool parse(struct options *options, int argc, char **argv, GError **error)
{
	const struct command_row *command;
	const char *word = argc > 1 ? argv[1] : "";

	if (!*word)
		return usage(error, "no command; see 'pfncheck help'");
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		options->command = COMMAND_VERSION;
		return argc == 2 || usage(error, "%s stands alone", word);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		options->command = COMMAND_HELP;
		return argc == 2 || usage(error, "%s stands alone; see 'pfncheck help'", word);
	}
	command = find_command(word);
	if (!command && is_for_compiler(word)) {
		options->command = COMMAND_CHECK;
		parse_check(options, argv + 1);
		return true;
	}
	if (!command && *word == '-')
		return usage(error, "the command comes before its options: pfncheck audit %s",
			     word);
	if (!command)
		return usage(error, "there is no command '%s'; see 'pfncheck help'", word);
	options->command = command->command;
	if (command->command == COMMAND_CHECK &&
	    !(argc == 3 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")))) {
		parse_check(options, argv + 2);
		return true;
	}
	if (!parse_options(options, command, argc - 1, argv + 1, error))
		return false;
	if (options->topic &&
	    (!find_command(options->topic) || !find_command(options->topic)->help))
		return usage(error, "there is no command '%s'; see 'pfncheck help'",
			     options->topic);
	if (options->command == COMMAND_REVIEW && !check_review(options, error))
		return false;
	if (options->build && options->config)
		return usage(error, "--build brings its own configuration: leave out --config");
	return true;
}

bool options_parse(struct options *options, int argc, char **argv, GError **error)
{
	/* getopt_long() moves options before the rest. */
	g_autofree char **ordered = g_memdup2(argv, (argc + 1) * sizeof(*argv));

	memset(options, 0, sizeof(*options));
	options->fail_on = LEVEL_WARNING;
	if (!parse(options, argc, ordered, error)) {
		options_clear(options);
		return false;
	}
	if (!options->tree)
		options->tree = g_strdup(".");
	if (!options->format)
		options->format = g_strdup(report_writers()[0]->name);
	if (!options->jobs)
		options->jobs = MIN(g_get_num_processors(), JOBS_MAX);
	return true;
}

void options_clear(struct options *options)
{
	g_free(options->topic);
	g_free(options->query);
	g_free(options->tree);
	g_strfreev(options->words);
	g_free(options->against);
	g_free(options->commits);
	g_free(options->base);
	g_free(options->patch);
	g_free(options->format);
	g_free(options->output);
	g_free(options->build);
	g_free(options->config);
	g_strfreev(options->arches);
	g_free(options->cache);
	g_free(options->allow);
	g_free(options->stats);
	memset(options, 0, sizeof(*options));
}

/* Appends left, and text from the help column on; further lines of text below. */
static void append_help(GString *out, const char *left, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++)
		g_string_append_printf(out, "  %-*s %s\n", HELP_COLUMN, i ? "" : left, lines[i]);
}

/* The formats, as further lines of their option's help. */
static void append_formats(GString *out)
{
	const struct report_writer *const *writers = report_writers();
	int width = 0;

	for (gsize i = 0; writers[i]; i++)
		width = MAX(width, (int)strlen(writers[i]->name));
	for (gsize i = 0; writers[i]; i++) {
		g_autofree char *line = g_strdup_printf("%-*s %s%s", width, writers[i]->name,
							writers[i]->help, i ? "" : " (default)");

		append_help(out, "", line);
	}
}

static void append_arguments(GString *out, const struct command_row *command)
{
	for (int i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
		g_string_append_printf(out, command->arguments[i].needed ? " %s" : " [%s]",
				       command->arguments[i].name);
}

static void help_command(GString *out, const struct command_row *command)
{
	const struct option_row *rows = command->options;

	g_string_append_printf(out, "usage: pfncheck %s%s", command->name,
			       rows->name ? " [OPTION...]" : "");
	append_arguments(out, command);
	g_string_append_printf(out, "\n\n%s\n", command->help);
	if (rows->name)
		g_string_append(out, "\nOptions:\n");
	for (const struct option_row *row = rows; row->name; row++) {
		g_autofree char *letter = row->letter ? g_strdup_printf("-%c, ", row->letter) :
							g_strdup("    ");
		g_autofree char *left = g_strdup_printf("%s--%s%s%s", letter, row->name,
							row->argument ? "=" : "",
							row->argument ? row->argument : "");

		append_help(out, left, row->help);
		if (row->set == set_format)
			append_formats(out);
	}
}

static void help_all(GString *out)
{
	g_string_append(out, "usage: pfncheck COMMAND [OPTION...] [ARGUMENT]\n\n"
			     "Checks that mappings of Linux dma-bufs are VM_PFNMAP.\n\n"
			     "Commands:\n");
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		const char *help = commands[i].help;
		g_autoptr(GString) left = g_string_new(commands[i].name);
		g_autofree char *line = help ? g_strndup(help, strcspn(help, "\n")) : NULL;

		append_arguments(left, &commands[i]);
		if (help)
			append_help(out, left->str, line);
	}
	append_help(out, "--version", "print the versions of pfncheck and libclang");
}

char *options_help(const char *command)
{
	const struct command_row *row = command ? find_command(command) : NULL;
	GString *out;

	if (command && (!row || !row->help))
		return NULL;
	out = g_string_new(NULL);
	if (row)
		help_command(out, row);
	else
		help_all(out);
	g_string_append(out, "\nExit status: 0 nothing found, 1 findings, 2 it could not run, "
			     "3 it stopped early.\n");
	return g_string_free(out, FALSE);
}

char *options_version(const char *libclang)
{
	return g_strdup_printf("pfncheck " PFNCHECK_VERSION ", libclang %s\n", libclang);
}

const char *stage_name(enum stage stage)
{
	return stage_names[stage];
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: see check.h.
 *
 * Beside the notes of tree_record.c stands a list of files that are worth a trace
 * when they are compiled: what the last trace wanted in vain, and where it had
 * something to say.  Calls at the same time may lose a line of it, which costs a
 * warning in this build and none in the next.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_arguments.h"
#include "escape.h"
#include "pipeline.h"
#include "sorted.h"
#include "source.h"

#define SOURCE_MAX (16 << 20) /* larger files are not read */
#define WORTHWHILE "worthwhile"

struct check {
	struct options options;
	struct pipeline pipeline;
	const char *given;  /* the file as the build calls it */
	const char *path;   /* the same, relative to root */
	char *root;	    /* of the kernel, or of a module outside of it; real */
	bool defines;	    /* it defines what routes are made of */
	GPtrArray *lines;   /* char *: what is printed, each with a sort key before it */
	GHashTable *worth;  /* char *: files that are worth a trace */
	char *worth_file;   /* where these are kept */
	char *worth_before; /* what is there */
};

static const volatile sig_atomic_t never;

static void say(const struct check *c, const char *text)
{
	g_autofree char *safe = escape_string(text);
	g_autofree char *file = escape_string(c->given);

	fprintf(stderr, "pfncheck: %s: %s\n", file, safe);
}

static void whisper(const struct check *c, const char *text)
{
	if (c->options.verbose)
		say(c, text);
}

static void say_error(const struct check *c, GError **error)
{
	if (*error)
		say(c, (*error)->message);
	g_clear_error(error);
}

/* ---- where the file belongs ---- */

static char *real_path(const char *path)
{
	char *real = path ? realpath(path, NULL) : NULL;
	char *copy = g_strdup(real);

	free(real);
	return copy;
}

/* What is behind "directory/", or NULL if the path is not below it. */
static const char *below(const char *path, const char *directory)
{
	gsize length = strlen(directory);

	return !strncmp(path, directory, length) && path[length] == '/' ? path + length + 1 : NULL;
}

/* Finds the tree that a file is of: the kernel's, or that of a module outside of it. */
static bool find_place(struct check *c, const char *file, const char *kernel)
{
	g_autofree char *external = real_path(g_getenv("KBUILD_EXTMOD"));

	if (below(file, kernel))
		c->root = g_strdup(kernel);
	else if (external && below(file, external))
		c->root = g_strdup(external);
	else
		c->root = g_path_get_dirname(file);
	c->path = below(file, c->root);
	return c->path != NULL;
}

/* Which words the text holds that matter; 0: none, so that the file cannot. */
static guint read_source(struct check *c, const char *file)
{
	g_autofree char *text = NULL;
	struct source *source;
	struct stat st;
	guint mentions;
	gsize length;

	if (stat(file, &st)) {
		say(c, g_strerror(errno));
		return 0;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > SOURCE_MAX ||
	    !g_file_get_contents(file, &text, &length, NULL)) {
		say(c, "not a file that can be read");
		return 0;
	}
	text = g_realloc(text, length + TOKENS_PADDING);
	memset(text + length, 0, TOKENS_PADDING);
	source = source_new();
	source_read(source, text, length, 0);
	mentions = source->mentions;
	c->defines = (mentions & MENTIONS_EXPORT) || source_defines_neighbour(source);
	source_free(source);
	return mentions;
}

/* ---- what is worth a trace ---- */

static void worth_load(struct check *c)
{
	g_auto(GStrv) lines = NULL;

	c->worth_file = g_build_filename(tree_records(c->pipeline.tree), WORTHWHILE, NULL);
	c->worth = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!g_file_get_contents(c->worth_file, &c->worth_before, NULL, NULL))
		return;
	lines = g_strsplit(c->worth_before, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		if (*lines[i])
			g_hash_table_add(c->worth, g_strdup(lines[i]));
}

static void worth_add(struct check *c, const char *file)
{
	if (file && *file && !strchr(file, '\n'))
		g_hash_table_add(c->worth, g_strdup(file));
}

static void worth_save(struct check *c)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	g_autoptr(GString) text = g_string_new(NULL);
	GHashTableIter iter;
	void *file;

	g_hash_table_remove_all(c->worth);
	if (c->pipeline.survey.absent) {
		g_hash_table_iter_init(&iter, c->pipeline.survey.absent);
		while (g_hash_table_iter_next(&iter, &file, NULL))
			worth_add(c, file);
	}
	for (guint i = 0; i < c->pipeline.audit->routes->len; i++) {
		const struct audit_route *route = c->pipeline.audit->routes->pdata[i];

		for (guint k = 0; k < route->findings->len; k++)
			worth_add(
				c,
				((const struct audit_finding *)route->findings->pdata[k])->at.file);
	}
	g_hash_table_iter_init(&iter, c->worth);
	while (g_hash_table_iter_next(&iter, &file, NULL))
		g_ptr_array_add(files, file);
	sort_strings(files);
	for (guint i = 0; i < files->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)files->pdata[i]);
	/* Without it only a later warning is lost, and the notes said already why. */
	if (g_strcmp0(text->str, c->worth_before))
		g_file_set_contents_full(c->worth_file, text->str, (gssize)text->len,
					 G_FILE_SET_CONTENTS_CONSISTENT, 0666, NULL);
}

/* ---- warnings ---- */

static bool is_ours(const struct check *c, const struct place *at)
{
	return at->line && !g_strcmp0(at->file, c->path);
}

/* The table of a route that the file defines; the ops object if there are no tables; or NULL. */
static const struct place *own_object(const struct check *c, const struct audit_route *route)
{
	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		if (is_ours(c, &table->at))
			return &table->at;
	}
	return !route->tables->len && is_ours(c, &route->ops.at) ? &route->ops.at : NULL;
}

/* Where to show a finding in this file; NULL if it is another file's. */
static const struct place *find_shown(const struct check *c, const struct audit_route *route,
				      const struct audit_finding *finding)
{
	const struct place *object = own_object(c, route);

	if (is_ours(c, &finding->at))
		return &finding->at;
	for (guint i = finding->path->len; object && i-- > 0;) {
		const struct path_step *step = finding->path->pdata[i];

		if (is_ours(c, &step->at))
			return &step->at;
	}
	return object;
}

static void add_line(struct check *c, const struct place *at, const char *level, const char *rule,
		     const char *message)
{
	g_autofree char *file = escape_string(c->given);
	g_autofree char *safe = escape_string(message);
	char *line = g_strdup_printf("%010u %010u %s:%u:%u: %s: %s [pfncheck:%s]\n", at->line,
				     at->column, file, at->line, MAX(at->column, 1), level, safe,
				     rule);

	if (g_ptr_array_find_with_equal_func(c->lines, line, g_str_equal, NULL))
		g_free(line);
	else
		g_ptr_array_add(c->lines, line);
}

/*
 * Whether a finding holds whatever the files that were not compiled yet will add.  A
 * function that nobody saw may set any flag, but it does not take an insertion back.
 */
static bool holds(const struct audit_route *route, const struct audit_finding *finding)
{
	return route->verdict != VERDICT_UNKNOWN || !strcmp(finding->rule, "page-insert");
}

static void show_route(struct check *c, const struct audit_route *route)
{
	for (guint i = 0; i < route->findings->len; i++) {
		const struct audit_finding *finding = route->findings->pdata[i];
		const struct place *at = holds(route, finding) ? find_shown(c, route, finding) :
								 NULL;
		bool warns = finding->level >= LEVEL_WARNING;

		if (at && !finding->suppressed && (warns || c->options.verbose))
			add_line(c, at, warns ? "warning" : "note", finding->rule,
				 finding->message);
	}
	if (c->options.verbose && route->verdict == VERDICT_UNKNOWN && own_object(c, route)) {
		g_autofree char *message =
			g_strdup_printf("%s: not decided: %s", route->ops.name, route->reason);

		add_line(c, own_object(c, route), "note", RULE_UNKNOWN, message);
	}
}

static void show(struct check *c)
{
	for (guint i = 0; i < c->pipeline.audit->routes->len; i++)
		show_route(c, c->pipeline.audit->routes->pdata[i]);
	sort_strings(c->lines);
	for (guint i = 0; i < c->lines->len; i++) {
		const char *line = c->lines->pdata[i];

		/* In one go: others write at the same time. */
		fputs(line + strlen("0123456789 0123456789 "), stderr);
	}
}

/* ---- stages ---- */

static bool contribute(struct check *c, GError **error)
{
	struct pipeline *p = &c->pipeline;
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	struct survey survey = {
		.tree = p->tree,
		.progress = p->progress,
		.audit = audit_new(),
		.jobs = 1,
		.no_pch = true,
		.stop = p->stop,
	};
	bool ok = pipeline_store(p, error);

	g_ptr_array_add(files, (void *)c->path);
	survey.store = p->store;
	ok = ok && survey_contribute(&survey, 0, files, error);
	for (guint i = 0; i < survey.audit->coverage.files_failed->len; i++) {
		const struct audit_failure *f = survey.audit->coverage.files_failed->pdata[i];

		whisper(c, f->reason);
	}
	audit_free(survey.audit);
	survey_clear(&survey);
	return ok;
}

/* Follows the routes through all that was compiled so far. */
static bool trace(struct check *c, GError **error)
{
	struct pipeline *p = &c->pipeline;

	tree_load_compiled(p->tree);
	p->only_built = c->path;
	return pipeline_scan(p, error) && pipeline_judge(p, error);
}

static void check_place(struct check *c, const struct check_arguments *arguments,
			const char *directory)
{
	struct pipeline *p = &c->pipeline;
	g_autoptr(GError) error = NULL;
	g_autofree char *build = real_path(arguments->build);

	if (c->options.allow && !(p->suppress = suppress_load(c->options.allow, &error)))
		say_error(c, &error);
	if (!pipeline_cache(p, &error)) {
		/* Then there is nothing but this file to go by. */
		say_error(c, &error);
		c->options.no_cache = true;
	}
	p->tree = tree_open_compiled(c->root, build ? build : directory,
				     arguments->srcarch ? arguments->srcarch : "x86",
				     p->cache ? p->cache : g_get_tmp_dir());
	if (p->cache)
		worth_load(c);
	if (!tree_add_compiled(p->tree, c->path, (const char *const *)arguments->arguments->pdata,
			       directory, arguments->output, p->cache ? &error : NULL) &&
	    p->cache)
		say_error(c, &error);
	if (!c->defines && !(c->worth && g_hash_table_contains(c->worth, c->path))) {
		if (!c->options.no_cache && !contribute(c, &error))
			say_error(c, &error);
		return;
	}
	if (!trace(c, &error)) {
		say_error(c, &error);
		return;
	}
	pipeline_suppress(p, p->audit, c->root);
	if (c->worth)
		worth_save(c);
	show(c);
}

static void check_file(const struct options *options, const struct check_arguments *arguments,
		       const char *given)
{
	struct check c = { .options = *options, .given = given };
	g_autofree char *directory = g_get_current_dir();
	g_autofree char *absolute = g_canonicalize_filename(given, directory);
	g_autofree char *file = real_path(absolute);
	g_autofree char *kernel = real_path(arguments->root);

	/* A kernel has 20,000 files that end here. */
	if (!read_source(&c, absolute) || !g_str_has_suffix(given, ".c"))
		return;
	if (!file || !kernel || !find_place(&c, file, kernel)) {
		whisper(&c, "its compile flags do not tell where the kernel is");
		return;
	}
	c.options.jobs = 1;
	c.lines = g_ptr_array_new_with_free_func(g_free);
	c.pipeline.options = &c.options;
	c.pipeline.stop = &never;
	c.pipeline.progress = progress_new(STDERR_FILENO, false, false);
	check_place(&c, arguments, directory);
	progress_free(c.pipeline.progress);
	pipeline_clear(&c.pipeline);
	g_ptr_array_unref(c.lines);
	if (c.worth)
		g_hash_table_unref(c.worth);
	g_free(c.worth_file);
	g_free(c.worth_before);
	g_free(c.root);
}

void check_compiled(const struct options *options)
{
	struct check_arguments arguments;
	g_autofree char *directory = g_get_current_dir();

	check_arguments_parse(&arguments, (const char *const *)options->words, directory);
	if (!arguments.files->len)
		fputs("pfncheck: no file to check\n", stderr);
	for (guint i = 0; i < arguments.files->len; i++)
		check_file(options, &arguments, arguments.files->pdata[i]);
	check_arguments_clear(&arguments);
}

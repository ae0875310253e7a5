// SPDX-License-Identifier: GPL-2.0-only
/*
 * survey: see survey.h.  A file that cannot be extracted is listed in the audit
 * and costs nothing else.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ahead.h"
#include "bounds.h"
#include "extract.h"
#include "helpers.h"
#include "includers.h"
#include "pch.h"
#include "replay.h"
#include "sorted.h"
#include "survey.h"

#define PROBE_FILE "pfncheck-probe.c"
/* What the values are kept for: the file that they are read from. */
#define VALUES_FILE "include/linux/mm.h"

#define JOBS_MAX 200
#define SECONDS_VARIABLE "PFNCHECK_WORKER_SECONDS"
#define MEGABYTES_VARIABLE "PFNCHECK_WORKER_MEGABYTES"

struct round {
	struct survey *survey;
	guint config;
	struct program *program;
	GHashTable *done; /* paths that were wanted before */
	struct replay *replay;
	const struct tree_file *probe; /* whose flags the values are read with */
	GPtrArray *extra;	       /* char *: files that include others which were wanted */
	GPtrArray *pending;	       /* const char *: files of this round that are to be parsed */
	bool aside;		       /* facts are for left_out only */
	guint total;
	guint finished;
};

/* ---- jobs ---- */

static unsigned int bound(const char *variable, unsigned int otherwise)
{
	guint64 value;

	if (g_ascii_string_to_unsigned(g_getenv(variable) ? g_getenv(variable) : "", 10, 1,
				       otherwise, &value, NULL))
		return (unsigned int)value;
	return otherwise;
}

static bool is_stopped(const struct survey *s)
{
	return s->stop && *s->stop;
}

struct worker_limits survey_limits(const struct survey *s)
{
	return (struct worker_limits){
		.seconds = bound(SECONDS_VARIABLE, BOUND_SECONDS),
		.megabytes = bound(MEGABYTES_VARIABLE, BOUND_MEGABYTES),
		.jobs = JOBS_MAX,
		.stop = s->stop,
	};
}

static GPtrArray *run_requests(struct survey *s, GPtrArray *requests,
			       void (*done)(const struct workers_result *result, void *data),
			       void *data, GError **error)
{
	const struct worker_limits bounds = survey_limits(s);
	long peak = 0;

	if (!workers_run(requests, s->jobs, &bounds, done, data, &peak, error))
		return NULL;
	s->worker_peak = MAX(s->worker_peak, peak);
	return requests;
}

GBytes *survey_request(const struct survey *s, guint config, const struct tree_file *file)
{
	struct extract_request request = {
		.path = file->path,
		.root = tree_root(s->tree),
		.build = tree_config_build(s->tree, config),
		.flags = file->flags,
		.pch = s->no_pch ? NULL : pch_path(s->pch, config, file),
	};

	return extract_request_pack(&request);
}

/* Likewise of a text with the flags of a file. */
static GBytes *probe_request(const struct round *r, const struct tree_file *file,
			     const char *content)
{
	const struct survey *s = r->survey;
	struct extract_request request = {
		.path = PROBE_FILE,
		.root = tree_root(s->tree),
		.build = tree_config_build(s->tree, r->config),
		.flags = file->flags,
		.content = content,
	};

	return extract_request_pack(&request);
}

/* ---- precompiled headers ---- */

static void pch_done(const struct workers_result *result, void *data)
{
	const struct survey *s = ((struct round *)data)->survey;

	pch_made(s->pch, s->tree, result);
}

static void make_pchs(struct round *r)
{
	struct survey *s = r->survey;
	g_autoptr(GPtrArray) known = NULL;
	g_autoptr(GPtrArray) requests = NULL;

	if (s->no_pch)
		return;
	known = r->done ? sorted_keys(r->done) : g_ptr_array_new();
	requests = pch_requests(s->pch, s->tree, r->config, r->pending, s->expected, known);
	run_requests(s, requests, pch_done, r, NULL);
}

/* ---- rounds ---- */

static struct facts_key key_of(const struct round *r, const char *path, const char *text,
			       gsize size)
{
	const struct tree_file *file = tree_file(r->survey->tree, r->config, path);

	return (struct facts_key){
		.path = path,
		.module = file ? file->module : NULL,
		.built = file && file->built,
		.text = text,
		.size = size,
	};
}

/* Takes the facts over.  What the store served tells itself why it is not whole. */
static void add_facts(struct round *r, const struct facts_reading *reading, bool served)
{
	struct facts *facts = reading->facts;
	const char *path = reading->key.path;

	if (!facts) {
		audit_add_failure(r->survey->audit, path, reading->why);
		return;
	}
	if (served && extract_fatal_error(facts->errors))
		audit_add_failure(r->survey->audit, path, extract_fatal_error(facts->errors));
	if (!r->survey->used)
		r->survey->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(r->survey->used, g_strdup(path));
	if (r->survey->left_out)
		left_out_look(r->survey->left_out, path, reading->key.built, facts);
	if (r->survey->reconcile)
		reconcile_look(r->survey->reconcile, facts);
	if (r->aside) {
		facts_free(facts);
		return;
	}
	replay_add_facts(r->replay, facts, reading->key.text, reading->key.size);
	program_add(r->program, facts);
}

/*
 * The headers for want of which a file cannot be read, if that is all: the same facts
 * will come until there are such headers.
 */
static char **missing_headers(const struct extract_reply *reply)
{
	const char *why;
	struct facts *facts = facts_parse(reply->facts, reply->size, &why);
	char **missing = NULL;

	if (facts && !g_strcmp0(extract_fatal_error(facts->errors), reply->fatal))
		missing = extract_missing_headers(facts->errors);
	facts_free(facts);
	return missing;
}

/* Headers that the file read, those of the precompiled header included. */
static char **all_headers(struct round *r, const struct extract_reply *reply,
			  const struct tree_file *file)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	const char *const *extra = reply->used_pch ? pch_headers(r->survey->pch, r->config, file) :
						     NULL;

	for (unsigned int i = 0; reply->headers[i]; i++)
		g_ptr_array_add(all, g_strdup(reply->headers[i]));
	for (unsigned int i = 0; extra && extra[i]; i++)
		if (!g_strv_contains((const char *const *)reply->headers, extra[i]))
			g_ptr_array_add(all, g_strdup(extra[i]));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&all), FALSE);
}

static void file_done(const struct workers_result *result, void *data)
{
	struct round *r = data;
	struct survey *s = r->survey;
	const char *path = r->pending->pdata[result->job];
	const struct tree_file *file = tree_file(s->tree, r->config, path);
	const char *build = tree_config_build(s->tree, r->config);
	struct extract_reply reply;

	progress_update(s->progress, ++r->finished, r->total);
	if (!result->reply) {
		/* That the run was stopped is no failure of the files not reached. */
		if (!is_stopped(s))
			audit_add_failure(s->audit, path, result->failure);
		store_note_read(s->store, path, build, NULL);
		return;
	}
	if (!extract_reply_unpack(&reply, result->reply, result->size)) {
		audit_add_failure(s->audit, path, "the worker's reply makes no sense");
		store_note_read(s->store, path, build, NULL);
		return;
	}
	s->files_parsed++;
	if (reply.fatal)
		audit_add_failure(s->audit, path, reply.fatal);
	if (reply.size) {
		g_auto(GStrv) headers = all_headers(r, &reply, file);
		g_auto(GStrv) missing = reply.fatal ? missing_headers(&reply) : NULL;
		struct facts_reading reading = { 0 };

		reading.key = key_of(r, path, reply.facts, reply.size);
		reading.facts = program_past_facts(s->past, &reading.key, &reading.why);
		add_facts(r, &reading, false);
		if (!reply.fatal || missing)
			store_put_without(s->store, path, file->flags, build,
					  (const char *const *)headers,
					  (const char *const *)missing, reply.facts, reply.size);
		else
			store_note_read(s->store, path, build, (const char *const *)headers);
	} else {
		store_note_read(s->store, path, build, NULL);
	}
	extract_reply_clear(&reply);
}

/* Whether a file is among those that include another one. */
static bool is_includer(const char *root, const char *file, const char *of)
{
	g_autoptr(GPtrArray) files = includers_of(root, of);

	return g_ptr_array_find_with_equal_func(files, file, g_str_equal, NULL);
}

/*
 * A file that others include is read as part of them; false if there are none,
 * or if they go round in a circle.
 */
static bool want_includers(struct round *r, const char *path)
{
	const char *root = tree_root(r->survey->tree);
	g_autoptr(GPtrArray) files = includers_of(root, path);

	for (unsigned int i = 0; i < files->len; i++)
		if (!strcmp(files->pdata[i], path) || is_includer(root, path, files->pdata[i]))
			return false;
	for (unsigned int i = 0; i < files->len; i++)
		g_ptr_array_add(r->extra, g_strdup(files->pdata[i]));
	return files->len > 0;
}

/*
 * The flags of files, in every configuration: which of them build a file that this
 * one leaves out has to be known, and the others will ask for the same files.
 */
static bool load_flags(struct round *r, const GPtrArray *files, GError **error)
{
	struct survey *s = r->survey;

	for (guint i = r->config; i < tree_config_count(s->tree); i++)
		if (!tree_load_flags(s->tree, i, files, error))
			return false;
	for (guint i = 0; i < r->config; i++)
		if (!tree_load_flags(s->tree, i, files, error))
			return false;
	return true;
}

/* Whether the file is in the directory of an architecture other than the configuration's. */
static bool is_foreign(const struct round *r, const char *path)
{
	const char *arch = tree_config_srcarch(r->survey->tree, r->config);
	gsize n = strlen(arch);

	return g_str_has_prefix(path, "arch/") &&
	       (strncmp(path + 5, arch, n) || path[5 + n] != '/');
}

/* Whether the file is better left to another configuration. */
static bool belongs_elsewhere(const struct round *r, const struct tree_file *file)
{
	const struct tree *tree = r->survey->tree;

	if (tree_config_count(tree) < 2)
		return false;
	if (is_foreign(r, file->path) && (!file->built || r->survey->no_kbuild))
		return true;
	if (file->built)
		return false;
	for (guint i = 0; i < tree_config_count(tree); i++) {
		const struct tree_file *other = tree_file(tree, i, file->path);

		if (other && other->built)
			return true;
	}
	return false;
}

struct sized {
	const char *path;
	gint64 size;
};

static gint compare_sizes(gconstpointer a, gconstpointer b)
{
	const struct sized *x = a, *y = b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* What takes longest begins first, lest one worker be at it when all others are done. */
static void sort_longest_first(struct survey *s, GPtrArray *files)
{
	g_autofree struct sized *sized = g_new(struct sized, files->len);

	for (unsigned int i = 0; i < files->len; i++) {
		g_autofree char *path = g_build_filename(tree_root(s->tree), files->pdata[i], NULL);
		struct stat st;

		sized[i] = (struct sized){ files->pdata[i], stat(path, &st) ? 0 : st.st_size };
	}
	if (files->len)
		qsort(sized, files->len, sizeof(*sized), compare_sizes);
	for (unsigned int i = 0; i < files->len; i++)
		files->pdata[i] = (void *)sized[i].path;
}

/* Takes those out of the files that were extracted ahead. */
static void take_ahead(struct round *r, GPtrArray *files)
{
	g_autoptr(GPtrArray) taken = g_ptr_array_new();

	r->pending = taken;
	for (guint i = 0; r->survey->ahead && i < files->len; i++) {
		struct workers_result result;

		if (!ahead_take(r->survey->ahead, files->pdata[i], &result))
			continue;
		result.job = taken->len;
		g_ptr_array_add(taken, g_ptr_array_steal_index(files, i--));
		r->total++;
		file_done(&result, r);
	}
}

/* Texts of facts that are read side by side may be as large as this together. */
#define SERVED_BYTES (8 << 20)

/* Puts a text, which is taken over, with those to be read; returns how large they are. */
static gsize serve(const struct round *r, GArray *served, const char *path, char *text, gsize size)
{
	struct facts_reading reading = { .key = key_of(r, path, text, size) };
	gsize total = 0;

	g_array_append_val(served, reading);
	for (guint i = 0; i < served->len; i++)
		total += g_array_index(served, struct facts_reading, i).key.size;
	return total;
}

static void take_served(struct round *r, GArray *served)
{
	program_past_read(r->survey->past, served);
	for (guint i = 0; i < served->len; i++) {
		struct facts_reading *reading = &g_array_index(served, struct facts_reading, i);

		add_facts(r, reading, true);
		g_free((char *)reading->key.text);
	}
	g_array_set_size(served, 0);
}

/* Takes the facts of files from the store, or has them extracted. */
static bool run_round(struct round *r, GPtrArray *files, GError **error)
{
	struct survey *s = r->survey;
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(GPtrArray) pending = g_ptr_array_new();
	g_autoptr(GArray) served = g_array_new(FALSE, FALSE, sizeof(struct facts_reading));
	static const char *const none[] = { NULL };

	if (!load_flags(r, files, error))
		return false;
	for (unsigned int i = 0; i < files->len; i++) {
		const char *path = files->pdata[i];
		const struct tree_file *file = tree_file(s->tree, r->config, path);
		g_autofree char *text = NULL;
		gsize size;

		if (!file) {
			audit_add_failure(s->audit, path, "its compile flags are not known");
			store_note_read(s->store, path, tree_config_build(s->tree, r->config),
					none);
			continue;
		}
		if (s->only_built && !file->built) {
			if (!s->absent)
				s->absent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
								  NULL);
			g_hash_table_add(s->absent, g_strdup(path));
			continue;
		}
		if (belongs_elsewhere(r, file))
			continue;
		if ((!file->built || s->no_kbuild) && want_includers(r, path))
			continue;
		text = store_get(s->store, path, file->flags, tree_config_build(s->tree, r->config),
				 &size);
		if (!text)
			g_ptr_array_add(pending, (void *)path);
		else if (serve(r, served, path, g_steal_pointer(&text), size) >= SERVED_BYTES)
			take_served(r, served);
	}
	take_served(r, served);
	take_ahead(r, pending);
	sort_longest_first(s, pending);
	r->pending = pending;
	r->total += pending->len;
	make_pchs(r);
	for (unsigned int i = 0; i < pending->len; i++)
		g_ptr_array_add(requests,
				survey_request(s, r->config,
					       tree_file(s->tree, r->config, pending->pdata[i])));
	return run_requests(s, requests, file_done, r, error) != NULL;
}

static void want(struct round *r, GPtrArray *files, const char *path)
{
	if (g_str_has_suffix(path, ".c") && g_hash_table_add(r->done, g_strdup(path)))
		g_ptr_array_add(files, (void *)path);
}

/* A function of a driver's header is part of whatever includes that. */
static void want_header(struct round *r, GPtrArray *files, const char *path)
{
	if (strstr(path, "include/") || !g_hash_table_add(r->done, g_strdup(path)))
		return;
	want_includers(r, path);
	for (unsigned int i = 0; i < r->extra->len; i++)
		want(r, files, r->extra->pdata[i]);
}

/* The files that define a function: sources, or else headers by way of what includes them. */
static void want_function(struct round *r, GPtrArray *files, const char *id)
{
	const GPtrArray *in = scan_function_files(r->survey->scan, id_name(id));
	bool source = false;

	for (unsigned int i = 0; in && i < in->len; i++) {
		source |= g_str_has_suffix(in->pdata[i], ".c");
		want(r, files, in->pdata[i]);
	}
	for (unsigned int i = 0; in && !source && !strchr(id, ':') && i < in->len; i++)
		want_header(r, files, in->pdata[i]);
}

/* Whether one of the files lies in the directory of the other or below. */
static bool is_near(const char *a, const char *b)
{
	const char *slash_a = strrchr(a, '/');
	const char *slash_b = strrchr(b, '/');
	gsize x = slash_a ? (gsize)(slash_a - a) + 1 : 0;
	gsize y = slash_b ? (gsize)(slash_b - b) + 1 : 0;

	return !strncmp(a, b, MIN(x, y));
}

/* What the analysis asked for in vain, as files. */
static GPtrArray *wanted_files(struct round *r)
{
	const struct scan *scan = r->survey->scan;
	GPtrArray *files = g_ptr_array_new();
	g_autoptr(GPtrArray) plain = sorted_keys(r->program->missing_files);
	g_autoptr(GPtrArray) functions = sorted_keys(r->program->missing_functions);
	g_autoptr(GPtrArray) tables = sorted_keys(r->program->missing_tables);
	g_autoptr(GPtrArray) variables = sorted_keys(r->program->missing_variables);

	for (unsigned int i = 0; i < r->extra->len; i++)
		want(r, files, r->extra->pdata[i]);
	for (unsigned int i = 0; i < plain->len; i++)
		want(r, files, plain->pdata[i]);
	for (unsigned int i = 0; i < functions->len; i++)
		want_function(r, files, functions->pdata[i]);
	for (unsigned int i = 0; i < variables->len; i++) {
		const GPtrArray *in = scan_variable_files(scan, variables->pdata[i]);

		for (unsigned int k = 0; in && k < in->len; k++)
			want(r, files, in->pdata[k]);
	}
	for (unsigned int i = 0; i < tables->len; i++) {
		const char *wanted = tables->pdata[i];
		const char *blank = strchr(wanted, ' ');
		g_autofree char *record = g_strndup(wanted, (gsize)(blank - wanted));
		const GPtrArray *in = scan_table_files(scan, record);

		/* What was traced before this was known does not hold any more. */
		if (in && !blank[1] && in->len > BOUND_TABLE_FILES)
			program_note_incomplete(r->program, record);
		for (unsigned int k = 0; in && k < in->len; k++)
			if ((blank[1] && is_near(blank + 1, in->pdata[k])) ||
			    (!blank[1] && in->len <= BOUND_TABLE_FILES))
				want(r, files, in->pdata[k]);
	}
	sort_strings(files);
	return files;
}

/* What was asked for when there were the same facts, as files; none if nobody knows. */
static GPtrArray *replayed_files(struct round *r)
{
	g_auto(GStrv) answer = replay_get(r->replay, r->program->incomplete);
	GPtrArray *files = g_ptr_array_new();
	char **line;

	for (line = answer; line && *line && **line; line++)
		want(r, files, program_string(r->program, *line));
	for (line += line && *line; line && *line; line++)
		program_note_incomplete(r->program, *line);
	return files;
}

/* ---- values of flags ---- */

/* The flags under which the store keeps the values: of the file that they are for. */
static GPtrArray *probe_flags(const struct tree_file *file)
{
	GPtrArray *flags = g_ptr_array_new();

	for (unsigned int i = 0; file->flags[i]; i++)
		g_ptr_array_add(flags, (void *)file->flags[i]);
	g_ptr_array_add(flags, (void *)"-DPFNCHECK_VALUES");
	g_ptr_array_add(flags, NULL);
	return flags;
}

static void take_values(struct round *r, const char *text, gsize size)
{
	const char *why;
	struct facts *facts = facts_parse(text, size, &why);

	for (unsigned int i = 0; facts && i < facts->functions->len; i++) {
		const struct fact_function *f = facts->functions->pdata[i];
		const struct fact_node *n = &f->nodes[0];

		if (n->kind == NODE_RETURN && n->a && n->a->kind == EXPR_INT)
			vm_values_set(&r->program->values, f->name, n->a->value);
	}
	facts_free(facts);
}

static void probe_done(const struct workers_result *result, void *data)
{
	struct round *r = data;
	struct survey *s = r->survey;
	struct extract_reply reply;
	g_autoptr(GPtrArray) flags = probe_flags(r->probe);

	if (!result->reply || !extract_reply_unpack(&reply, result->reply, result->size))
		return;
	take_values(r, reply.facts, reply.size);
	if (!reply.fatal)
		store_put(s->store, VALUES_FILE, (const char *const *)flags->pdata,
			  tree_config_build(s->tree, r->config), reply.headers, reply.facts,
			  reply.size);
	extract_reply_clear(&reply);
}

static bool find_values(struct round *r, const GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	const struct tree_file *file = NULL;

	if (!tree_load_flags(r->survey->tree, r->config, files, error))
		return false;
	for (unsigned int i = 0; i < files->len && (!file || !file->built); i++)
		file = tree_file(r->survey->tree, r->config, files->pdata[i]);
	if (r->survey->only_built && (!file || !file->built))
		file = tree_file(r->survey->tree, r->config, r->survey->only_built);
	if (file) {
		g_autoptr(GPtrArray) flags = probe_flags(file);
		g_autofree char *text = NULL;
		gsize size;

		r->probe = file;
		text = store_get(r->survey->store, VALUES_FILE, (const char *const *)flags->pdata,
				 tree_config_build(r->survey->tree, r->config), &size);
		if (text)
			take_values(r, text, size);
		else
			g_ptr_array_add(requests, probe_request(r, file, vm_values_source));
		if (!run_requests(r->survey, requests, probe_done, r, error))
			return false;
	}
	if (r->program->values.pfnmap || is_stopped(r->survey))
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "cannot read the values of the VM_ flags from include/linux/mm.h of %s: is the "
		    "tree complete?",
		    tree_root(r->survey->tree));
	return false;
}

/* ---- what is left out ---- */

/* The files to begin with, and those of which only has to be known how they are built. */
static bool load_first_flags(struct round *r, const GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	const GPtrArray *more = r->survey->left_out ? left_out_files(r->survey->left_out) : none;

	for (unsigned int i = 0; i < files->len; i++)
		g_ptr_array_add(all, files->pdata[i]);
	for (unsigned int i = 0; i < more->len; i++)
		if (!g_hash_table_contains(r->done, more->pdata[i]))
			g_ptr_array_add(all, more->pdata[i]);
	return load_flags(r, all, error);
}

/* Whether the configuration compiles a file, be it as a part of another one. */
static bool is_compiled(const struct round *r, const char *path)
{
	const struct tree *tree = r->survey->tree;
	const struct tree_file *file = tree_file(tree, r->config, path);
	g_autoptr(GPtrArray) files = NULL;

	if (file && file->built)
		return true;
	files = includers_of(tree_root(tree), path);
	for (unsigned int i = 0; i < files->len; i++) {
		file = tree_file(tree, r->config, files->pdata[i]);
		if (file && file->built)
			return true;
	}
	return false;
}

/* Tells left_out which files there are, and analyses what there was no need for so far. */
static bool look_aside(struct round *r, GError **error)
{
	struct survey *s = r->survey;
	const GPtrArray *all = left_out_files(s->left_out);
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	r->aside = true;
	for (unsigned int i = 0; i < all->len; i++) {
		const char *path = all->pdata[i];
		const struct tree_file *file = tree_file(s->tree, r->config, path);

		left_out_look(s->left_out, path, is_compiled(r, path), NULL);
		if (file && file->built && left_out_is_partial(s->left_out, path))
			want(r, files, path);
	}
	return !files->len || run_round(r, files, error);
}

/* What was wanted and neither analysed nor given up, when a run is stopped. */
static void note_not_reached(const struct round *r)
{
	const struct survey *s = r->survey;
	const GPtrArray *failed = s->audit->coverage.files_failed;
	g_autoptr(GHashTable) given_up = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter each;
	void *path;

	for (guint i = 0; i < failed->len; i++)
		g_hash_table_add(given_up,
				 (void *)((struct audit_failure *)failed->pdata[i])->file);
	g_hash_table_iter_init(&each, r->done);
	while (g_hash_table_iter_next(&each, &path, NULL))
		if (!g_hash_table_contains(given_up, path) &&
		    (!s->used || !g_hash_table_contains(s->used, path)))
			g_ptr_array_add(s->audit->coverage.not_reached,
					(void *)audit_string(s->audit, path));
}

guint survey_files_used(const struct survey *s)
{
	return s->used ? g_hash_table_size(s->used) : 0;
}

void survey_clear(struct survey *s)
{
	g_clear_pointer(&s->used, g_hash_table_unref);
	g_clear_pointer(&s->absent, g_hash_table_unref);
}

struct program *survey_program(struct survey *s, guint config,
			       void (*ask)(struct program *program, void *data), void *data,
			       GError **error)
{
	struct round r = { .survey = s, .config = config };
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	guint asked;
	bool ok = true;

	/* From here on the tree may be moved for kbuild. */
	if (s->ahead)
		s->worker_peak = MAX(s->worker_peak, ahead_join(s->ahead));
	r.program = program_new(s->past);
	r.program->traces = s->traces;
	r.program->scan = s->scan;
	r.replay = replay_new(s->scan, s->store, s->no_kbuild);
	program_link(r.program);
	r.extra = g_ptr_array_new_with_free_func(g_free);
	r.done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned int i = 0; i < scan_exporters(s->scan)->len; i++)
		want(&r, files, scan_exporters(s->scan)->pdata[i]);
	if (files->len) {
		g_autoptr(GPtrArray) helpers = helpers_files(s->scan);

		for (unsigned int i = 0; i < helpers->len; i++)
			want(&r, files, helpers->pdata[i]);
	}
	/* Even of no file: what was stubbed before is known with them. */
	ok = load_first_flags(&r, files, error);
	if (ok && files->len)
		ok = find_values(&r, files, error);
	replay_add_values(r.replay, &r.program->values);
	while (ok && files->len && !is_stopped(s)) {
		ok = run_round(&r, files, error);
		if (!ok)
			break;
		g_ptr_array_unref(files);
		files = replayed_files(&r);
		if (files->len)
			continue;
		program_link(r.program);
		do {
			asked = program_round(r.program);
			ask(r.program, data);
			g_ptr_array_unref(files);
			files = wanted_files(&r);
		} while (!files->len && program_round(r.program) != asked);
		/* Of a run that was told to stop, there may be no answer to rest on. */
		if (!is_stopped(s))
			replay_put(r.replay, files, r.program->incomplete);
	}
	replay_free(r.replay);
	if (ok && !is_stopped(s) && s->left_out)
		ok = look_aside(&r, error);
	/* Whatever fails because we were told to stop, such as kbuild, is no error. */
	if (!ok && is_stopped(s)) {
		g_clear_error(error);
		ok = true;
	}
	store_commit(s->store);
	if (is_stopped(s))
		note_not_reached(&r);
	g_ptr_array_unref(r.extra);
	g_hash_table_unref(r.done);
	if (!ok)
		g_clear_pointer(&r.program, program_free);
	return r.program;
}

bool survey_contribute(struct survey *s, guint config, const GPtrArray *files, GError **error)
{
	struct round r = { .survey = s, .config = config, .aside = true };
	g_autoptr(GPtrArray) wanted = g_ptr_array_new();
	bool ok;

	s->past = program_past_new();
	r.extra = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < files->len; i++)
		g_ptr_array_add(wanted, files->pdata[i]);
	ok = run_round(&r, wanted, error);
	store_commit(s->store);
	g_ptr_array_unref(r.extra);
	g_clear_pointer(&s->past, program_past_free);
	return ok;
}

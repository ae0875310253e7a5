// SPDX-License-Identifier: GPL-2.0-only
/*
 * pfncheck: which dma-buf exporters hand user space mappings that are not
 * VM_PFNMAP?  The stages in their order, one call each.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ast.h"
#include "baseline.h"
#include "escape.h"
#include "explain.h"
#include "extract.h"
#include "helpers.h"
#include "judge.h"
#include "left_out.h"
#include "merge.h"
#include "options.h"
#include "progress.h"
#include "proof.h"
#include "report.h"
#include "report_proof.h"
#include "survey.h"
#include "unseen.h"
#include "workers.h"

#define EXIT_CANNOT_RUN 2
#define EXIT_STOPPED 3

static volatile sig_atomic_t stopped;
/* From now on there is a partial answer to give. */
static volatile sig_atomic_t has_answer;

struct run {
	struct options options;
	struct progress *progress;
	char *cache;
	struct tree *tree;
	struct scan *scan;
	struct store *store;
	struct audit *audit;
	struct unseen *unseen;
	struct left_out *left_out;
	struct survey survey;
	GString *dump; /* what --dump asks for */
	struct explain_query query;
	GPtrArray *
		proofs; /* struct proof *, of the routes that are asked for; NULL: not to explain */
};

/*
 * The first signal ends the run with what is known so far, at once if that is
 * nothing; children die with us.  The second one is not handled.
 */
static void on_signal(int signal)
{
	static const char message[] = "\r\033[Kpfncheck: interrupted, nothing is known yet\n";
	const char *text = isatty(STDERR_FILENO) ? message : strchr(message, 'p');

	(void)signal;
	stopped = 1;
	if (has_answer)
		return;
	if (write(STDERR_FILENO, text, strlen(text)) < 0) {
		/* Nobody is there to read it. */
	}
	_exit(EXIT_CANNOT_RUN);
}

static int fail(const char *message)
{
	g_autofree char *safe = escape_string(message);

	fprintf(stderr, "pfncheck: %s\n", safe);
	return EXIT_CANNOT_RUN;
}

/* The directory that everything is cached in, made if need be. */
static char *cache_directory(const struct options *options, GError **error)
{
	char *path = options->cache ? g_strdup(options->cache) :
				      g_build_filename(g_get_user_cache_dir(), "pfncheck", NULL);

	if (g_mkdir_with_parents(path, 0777)) {
		g_set_error(
			error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"cannot make the cache directory %s (%s): choose another one with --cache",
			path, g_strerror(errno));
		g_clear_pointer(&path, g_free);
	}
	return path;
}

/* The routes of one exporter, kept while what it depends on is still coming in. */
struct traced {
	GPtrArray *routes; /* struct trace_route *, or NULL: not traced yet */
	bool open;	   /* something was asked for in vain */
	guint round;
};

static void traced_free(void *data)
{
	struct traced *traced = data;

	g_clear_pointer(&traced->routes, g_ptr_array_unref);
	g_free(traced);
}

struct trace_task {
	struct program *program;
	const struct exporter *exporter;
	struct traced *traced;
};

static void trace_one(void *data, void *unused)
{
	struct trace_task *task = data;
	struct traced *traced = task->traced;
	guint misses = task->program->misses;

	(void)unused;
	g_clear_pointer(&traced->routes, g_ptr_array_unref);
	traced->routes = trace_exporter(task->program, task->exporter);
	/* What others missed meanwhile counts too: that costs time, not truth. */
	traced->open = task->program->misses != misses;
	traced->round = task->program->round;
}

/*
 * Traces the exporters that still miss something; with all set also those that
 * were traced before the last facts came, since these may concern them.
 */
static void trace_all(struct program *program, bool all, void *data)
{
	GHashTable *known = data;
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_free);
	GThreadPool *threads =
		g_thread_pool_new(trace_one, NULL, (int)g_get_num_processors(), FALSE, NULL);

	for (unsigned int i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];
		g_autofree char *key = g_strdup_printf("%s:%s", e->file, e->name);
		struct traced *traced = g_hash_table_lookup(known, key);
		struct trace_task *task;

		if (!traced) {
			traced = g_new0(struct traced, 1);
			g_hash_table_insert(known, g_steal_pointer(&key), traced);
		}
		if (traced->routes && (all ? traced->round == program->round : !traced->open))
			continue;
		task = g_new0(struct trace_task, 1);
		task->program = program;
		task->exporter = e;
		task->traced = traced;
		g_ptr_array_add(tasks, task);
		g_thread_pool_push(threads, task, NULL);
	}
	g_thread_pool_free(threads, FALSE, TRUE);
}

/* All routes in the order of the exporters. */
static GPtrArray *collect_routes(const struct program *program, GHashTable *known)
{
	GPtrArray *routes = g_ptr_array_new_with_free_func((GDestroyNotify)trace_route_free);

	for (unsigned int i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];
		g_autofree char *key = g_strdup_printf("%s:%s", e->file, e->name);
		struct traced *traced = g_hash_table_lookup(known, key);

		g_ptr_array_set_free_func(traced->routes, NULL);
		for (unsigned int k = 0; k < traced->routes->len; k++)
			g_ptr_array_add(routes, traced->routes->pdata[k]);
		g_clear_pointer(&traced->routes, g_ptr_array_unref);
	}
	return routes;
}

static bool open_tree(struct run *r, GError **error)
{
	const struct options *o = &r->options;
	struct tree_options options = {
		.path = o->tree,
		.build = o->build,
		.config = o->config,
		.arches = (const char *const *)o->arches,
		.cache = r->cache,
		.clang = PFNCHECK_CLANG,
		.no_kbuild = o->no_kbuild,
		.jobs = o->jobs,
		.progress = progress_message,
		.progress_data = r->progress,
	};

	progress_stage(r->progress, "tree");
	r->tree = tree_open(&options, error);
	return r->tree != NULL;
}

static bool read_tree(struct run *r, GError **error)
{
	g_autoptr(GPtrArray) arches = g_ptr_array_new();
	struct scan_options options = { .root = tree_root(r->tree), .jobs = r->options.jobs };

	for (guint i = 0; i < tree_config_count(r->tree); i++)
		g_ptr_array_add(arches, (void *)tree_config_srcarch(r->tree, i));
	g_ptr_array_add(arches, NULL);
	options.arches = (const char *const *)arches->pdata;
	progress_stage(r->progress, "scan");
	r->scan = scan_tree(&options, error);
	return r->scan != NULL;
}

static bool open_store(struct run *r, GError **error)
{
	g_autofree char *versions = g_strdup_printf("pfncheck %s facts %d libclang %s",
						    PFNCHECK_VERSION, FACTS_SCHEMA, ast_version());
	struct store_options options = {
		.directory = r->options.no_cache ? NULL : r->cache,
		.root = tree_root(r->tree),
		.versions = versions,
		.message = progress_message,
		.message_data = r->progress,
	};

	r->store = store_open(&options, error);
	return r->store != NULL;
}

static void describe_run(struct run *r)
{
	const GPtrArray *failures = scan_failures(r->scan);

	r->audit->libclang = audit_string(r->audit, ast_version());
	r->audit->release = audit_string(r->audit, tree_release(r->tree));
	for (guint i = 0; i < tree_config_count(r->tree); i++) {
		struct audit_config *config = audit_add_config(r->audit);

		config->arch = audit_string(r->audit, tree_config_arch(r->tree, i));
		config->config = audit_string(r->audit, tree_config_name(r->tree, i));
	}
	for (unsigned int i = 0; i < failures->len; i++) {
		const struct scan_failure *f = failures->pdata[i];

		audit_add_failure(r->audit, f->file, f->reason);
	}
}

/* Known once the flags of all files are. */
static void note_stubs(struct run *r)
{
	const GPtrArray *stubs = tree_stubs(r->tree);

	for (unsigned int i = 0; i < stubs->len; i++) {
		g_autofree char *note =
			g_strdup_printf("stubbed header: %s", (char *)stubs->pdata[i]);

		g_ptr_array_add(r->audit->coverage.notes, (void *)audit_string(r->audit, note));
	}
}

/* ---- dumps ---- */

/* Of what one configuration came to. */
static void dump_config(struct run *r, const struct program *program, const GPtrArray *routes)
{
	switch (r->options.dump) {
	case STAGE_EXTRACT:
		for (unsigned int i = 0; i < program->facts->len; i++)
			facts_print(program->facts->pdata[i], r->dump);
		break;
	case STAGE_PROGRAM:
		program_dump(program, r->dump);
		break;
	case STAGE_TRACE:
		for (unsigned int i = 0; i < routes->len; i++)
			trace_dump(routes->pdata[i], r->dump);
		break;
	default:
		break;
	}
}

/* Of what there is once in a run. */
static void dump_run(struct run *r)
{
	switch (r->options.dump) {
	case STAGE_TREE:
		tree_dump(r->tree, r->dump);
		break;
	case STAGE_SCAN:
		scan_dump(r->scan, r->dump);
		break;
	case STAGE_STORE:
		store_dump(r->store, r->dump);
		break;
	case STAGE_JUDGE:
		judge_dump(r->audit, r->dump);
		break;
	default:
		break;
	}
}

/* ---- configurations ---- */

/*
 * Extracts and traces until nothing new is asked for, and judges what came of it.
 * The program is gone afterwards: there is one at a time.
 */
static bool analyse_config(struct run *r, guint config, GError **error)
{
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, traced_free);
	g_autoptr(GPtrArray) routes = NULL;
	struct program *program;

	progress_stage(r->progress, "extract");
	program = survey_program(&r->survey, config, trace_all, known, error);
	if (!program)
		return false;
	progress_stage(r->progress, "judge");
	routes = collect_routes(program, known);
	for (unsigned int i = 0; i < routes->len; i++) {
		struct audit_route *route =
			judge_route(r->audit, program, routes->pdata[i], config);

		if (r->proofs && explain_wants(&r->query, route))
			g_ptr_array_add(r->proofs,
					proof_new(r->audit, program, routes->pdata[i], route));
	}
	/* What helpers do is no part of a proof. */
	if (!r->proofs)
		helpers_check(program, r->scan, routes, r->audit);
	unseen_look(r->unseen, r->audit, r->tree, config, program, stopped);
	dump_config(r, program, routes);
	g_clear_pointer(&routes, g_ptr_array_unref);
	program_free(program);
	return true;
}

static bool analyse(struct run *r, GError **error)
{
	for (guint i = 0; i < tree_config_count(r->tree); i++)
		if ((!i || !stopped) && !analyse_config(r, i, error))
			return false;
	unseen_judge(r->unseen, r->audit);
	/* A proof is of one configuration. */
	if (!r->proofs)
		merge_routes(r->audit);
	/* Of a run that was stopped nobody knows. */
	if (!stopped)
		left_out_judge(r->left_out, r->audit);
	return true;
}

/* ---- statistics ---- */

static void add_seconds(const char *stage, double seconds, void *data)
{
	g_autofree char *key =
		g_strdup_printf("%s_s", !strcmp(stage, "tree") ? "configure" : stage);

	json_object_set_new(data, key, json_real(seconds));
}

static bool write_stats(struct run *r, gint64 start, GError **error)
{
	json_t *stats = json_object();
	struct rusage usage;
	g_autoptr(GString) content = NULL;
	char *text;

	getrusage(RUSAGE_SELF, &usage);
	progress_each(r->progress, add_seconds, stats);
	json_object_set_new(stats, "total_s",
			    json_real((double)(g_get_monotonic_time() - start) / 1e6));
	json_object_set_new(stats, "parent_peak_kib", json_integer(usage.ru_maxrss));
	json_object_set_new(stats, "worker_peak_kib", json_integer(r->survey.worker_peak));
	json_object_set_new(stats, "files_scanned", json_integer(scan_files_read(r->scan)));
	json_object_set_new(stats, "files_parsed", json_integer(survey_files_used(&r->survey)));
	json_object_set_new(stats, "files_extracted", json_integer(r->survey.files_parsed));
	text = json_dumps(stats, JSON_INDENT(1));
	json_decref(stats);
	content = g_string_new(text);
	free(text);
	g_string_append_c(content, '\n');
	return report_output(content, r->options.stats, error);
}

/* ---- audit ---- */

static int finish_audit(struct run *r, struct audit *baseline, gint64 start, GError **error)
{
	const struct options *o = &r->options;
	struct report_options report = {
		.format = o->format,
		.output = o->output,
		.colour = o->colour,
		.verbose = o->verbose,
		.root = tree_root(r->tree),
	};
	int status;

	r->audit->coverage.files_scanned = scan_files_read(r->scan);
	r->audit->coverage.files_parsed = survey_files_used(&r->survey);
	note_stubs(r);
	if (stopped)
		r->audit->stopped = "interrupted";
	audit_sort(r->audit);
	audit_count(r->audit);
	if (baseline)
		baseline_subtract(r->audit, baseline, o->against);
	progress_stage(r->progress, NULL);
	if (stopped)
		progress_message("interrupted: what follows is what was known so far", r->progress);
	if (o->stats && !write_stats(r, start, error))
		return EXIT_CANNOT_RUN;
	if (o->dump != STAGE_NONE) {
		dump_run(r);
		status = stopped ? EXIT_STOPPED : 0;
		return report_output(r->dump, o->output, error) ? status : EXIT_CANNOT_RUN;
	}
	status = report_exit_status(r->audit, o->fail_on);
	return report_write(r->audit, &report, error) ? status : EXIT_CANNOT_RUN;
}

/* Whether a file can be made there: better known now than after the work. */
static bool check_output(const char *output, GError **error)
{
	g_autofree char *directory = NULL;

	if (!output || !strcmp(output, "-") || !access(output, F_OK))
		return true;
	directory = g_path_get_dirname(output);
	if (!access(directory, W_OK | X_OK))
		return true;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
		    "cannot write to %s: %s: %s", output, directory, g_strerror(errno));
	return false;
}

/* Everything up to the verdicts. */
static bool judge_tree(struct run *r, GError **error)
{
	r->cache = cache_directory(&r->options, error);
	if (!r->cache || !open_tree(r, error) || !read_tree(r, error) || !open_store(r, error))
		return false;
	r->audit = audit_new();
	describe_run(r);
	r->survey = (struct survey){
		.tree = r->tree,
		.scan = r->scan,
		.store = r->store,
		.progress = r->progress,
		.audit = r->audit,
		.jobs = r->options.jobs,
		.no_pch = r->options.no_pch,
		.no_kbuild = r->options.no_kbuild,
		.stop = &stopped,
	};
	r->unseen = unseen_new(r->scan);
	r->left_out = left_out_new(tree_root(r->tree), r->scan);
	r->survey.left_out = r->left_out;
	has_answer = 1;
	return analyse(r, error);
}

static int audit(struct run *r, GError **error)
{
	gint64 start = g_get_monotonic_time();
	struct audit *baseline = NULL;
	int status = EXIT_CANNOT_RUN;

	if (r->options.against) {
		baseline = baseline_load(r->options.against, error);
		if (!baseline)
			goto out;
	}
	if (!check_output(r->options.output, error) || !check_output(r->options.stats, error))
		goto out;
	if (judge_tree(r, error))
		status = finish_audit(r, baseline, start, error);
out:
	audit_free(baseline);
	return status;
}

/* ---- explain ---- */

/* What only the text has is told too, though there is little to tell. */
static void prove_the_unseen(struct run *r)
{
	g_autoptr(GHashTable) proved = g_hash_table_new(NULL, NULL);

	for (unsigned int i = 0; i < r->proofs->len; i++)
		g_hash_table_add(proved,
				 (void *)((const struct proof *)r->proofs->pdata[i])->route);
	for (unsigned int i = 0; i < r->audit->routes->len; i++) {
		struct audit_route *route = r->audit->routes->pdata[i];

		if (explain_wants(&r->query, route) && !g_hash_table_contains(proved, route))
			g_ptr_array_add(r->proofs, proof_new(r->audit, NULL, NULL, route));
	}
}

static int finish_explain(struct run *r, gint64 start, GError **error)
{
	struct report_options options = {
		.output = r->options.output,
		.colour = r->options.colour,
		.verbose = r->options.verbose,
		.root = tree_root(r->tree),
	};

	options.colour = report_use_colour(&options);
	progress_stage(r->progress, NULL);
	if (stopped) {
		progress_message("interrupted before there was a proof", r->progress);
		return EXIT_STOPPED;
	}
	if (r->options.stats && !write_stats(r, start, error))
		return EXIT_CANNOT_RUN;
	prove_the_unseen(r);
	proof_merge(r->proofs);
	if (!r->proofs->len) {
		g_autofree char *nothing = explain_nothing(&r->query, r->audit);

		return fail(nothing);
	}
	report_proof(r->audit, r->proofs, &options, r->dump);
	return report_output(r->dump, options.output, error) ? 0 : EXIT_CANNOT_RUN;
}

static int explain(struct run *r, GError **error)
{
	gint64 start = g_get_monotonic_time();

	if (!explain_query_parse(&r->query, r->options.query, error) ||
	    !check_output(r->options.output, error) || !check_output(r->options.stats, error))
		return EXIT_CANNOT_RUN;
	r->proofs = g_ptr_array_new_with_free_func((GDestroyNotify)proof_free);
	return judge_tree(r, error) ? finish_explain(r, start, error) : EXIT_CANNOT_RUN;
}

/* Runs a command that reads a tree. */
static int run_command(struct options *options, int (*command)(struct run *r, GError **error))
{
	struct run r = { .options = *options };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	g_autoptr(GError) error = NULL;
	const char *version = ast_check_version();
	int status;

	if (version)
		return fail(version);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	r.progress = progress_new(STDERR_FILENO, isatty(STDERR_FILENO), options->verbose);
	r.dump = g_string_new(NULL);
	status = command(&r, &error);
	progress_free(r.progress);
	if (error)
		status = fail(error->message);
	g_string_free(r.dump, TRUE);
	left_out_free(r.left_out);
	unseen_free(r.unseen);
	survey_clear(&r.survey);
	g_clear_pointer(&r.proofs, g_ptr_array_unref);
	explain_query_clear(&r.query);
	audit_free(r.audit);
	store_close(r.store);
	scan_free(r.scan);
	tree_close(r.tree);
	g_free(r.cache);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int status = 0;

	if (!options_parse(&options, argc, argv, &error))
		return fail(error->message);
	switch (options.command) {
	case COMMAND_AUDIT:
		status = run_command(&options, audit);
		break;
	case COMMAND_EXPLAIN:
		status = run_command(&options, explain);
		break;
	case COMMAND_HELP:
		text = options_help(options.topic);
		if (text)
			fputs(text, stdout);
		else
			status = fail("no help on that: see 'pfncheck help'");
		break;
	case COMMAND_VERSION:
		text = options_version(ast_version());
		fputs(text, stdout);
		break;
	case COMMAND_WORKER:
		status = worker_main(extract_handle);
		break;
	}
	options_clear(&options);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pfncheck: which dma-buf exporters hand user space mappings that are not
 * VM_PFNMAP?  The commands.
 */
#include <glib.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ast.h"
#include "baseline.h"
#include "check.h"
#include "compare.h"
#include "escape.h"
#include "explain.h"
#include "extract.h"
#include "options.h"
#include "pipeline.h"
#include "progress.h"
#include "proof.h"
#include "report.h"
#include "report_proof.h"
#include "review.h"
#include "sandbox.h"
#include "stop.h"
#include "suppress.h"
#include "workers.h"

struct run {
	struct options options;
	struct pipeline pipeline;
	struct report_options report;
	gint64 start; /* microseconds, monotonic */
};

static int fail(const char *message)
{
	g_autofree char *safe = escape_string(message);

	fprintf(stderr, "pfncheck: %s\n", safe);
	return EXIT_CANNOT_RUN;
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

/* ---- statistics ---- */

static void add_seconds(const char *stage, double seconds, void *data)
{
	g_autofree char *key =
		g_strdup_printf("%s_s", !strcmp(stage, "tree") ? "configure" : stage);

	json_object_set_new(data, key, json_real(seconds));
}

static bool write_stats(struct run *r, GError **error)
{
	struct pipeline *p = &r->pipeline;
	json_t *stats = json_object();
	struct rusage usage;
	g_autoptr(GString) content = NULL;
	char *text;

	getrusage(RUSAGE_SELF, &usage);
	progress_each(p->progress, add_seconds, stats);
	json_object_set_new(stats, "total_s",
			    json_real((double)(g_get_monotonic_time() - r->start) / 1e6));
	json_object_set_new(stats, "parent_peak_kib", json_integer(usage.ru_maxrss));
	json_object_set_new(stats, "worker_peak_kib", json_integer(p->survey.worker_peak));
	json_object_set_new(stats, "files_scanned",
			    json_integer(p->scan ? scan_files_read(p->scan) : 0));
	json_object_set_new(stats, "files_parsed",
			    json_integer(p->survey.used ? survey_files_used(&p->survey) : 0));
	json_object_set_new(stats, "files_extracted", json_integer(p->survey.files_parsed));
	text = json_dumps(stats, JSON_INDENT(1));
	json_decref(stats);
	content = g_string_new(text);
	free(text);
	g_string_append_c(content, '\n');
	return report_output(content, r->options.stats, error);
}

/* ---- audit ---- */

/* Everything up to the verdicts. */
static bool judge_tree(struct run *r, GError **error)
{
	struct pipeline *p = &r->pipeline;

	if (!pipeline_open(p, r->options.tree, false, error) || !pipeline_scan(p, error))
		return false;
	stop_has_answer();
	if (!pipeline_judge(p, error))
		return false;
	pipeline_suppress(p, p->audit, tree_root(p->tree));
	return true;
}

static int finish_audit(struct run *r, struct audit *baseline, GError **error)
{
	const struct options *o = &r->options;
	struct pipeline *p = &r->pipeline;
	struct report_options report = r->report;
	int stopped = *stop_flag();
	int status;

	report.root = tree_root(p->tree);
	if (baseline)
		baseline_subtract(p->audit, baseline, o->against);
	if (stopped == SIGALRM)
		progress_message(
			"the time of --timeout is over: what follows is what was known so far",
			p->progress);
	else if (stopped)
		progress_message("interrupted: what follows is what was known so far", p->progress);
	if (o->stats && !write_stats(r, error))
		return EXIT_CANNOT_RUN;
	if (o->dump != STAGE_NONE) {
		pipeline_dump(p);
		status = stopped ? EXIT_STOPPED : 0;
		return report_output(p->dump, o->output, error) ? status : EXIT_CANNOT_RUN;
	}
	status = report_exit_status(p->audit, o->fail_on);
	return report_write(p->audit, &report, error) ? status : EXIT_CANNOT_RUN;
}

static void describe_audit(struct audit *audit, void *data)
{
	const struct options *o = data;

	audit->baseline.file = audit_string(audit, o->against);
}

static int audit(struct run *r, GError **error)
{
	struct audit *baseline = NULL;
	int status = EXIT_CANNOT_RUN;

	if (r->options.against) {
		baseline = baseline_load(r->options.against, error);
		if (!baseline)
			return EXIT_CANNOT_RUN;
	}
	r->pipeline.describe = describe_audit;
	r->pipeline.describe_data = &r->options;
	if (judge_tree(r, error))
		status = finish_audit(r, baseline, error);
	audit_free(baseline);
	return status;
}

/* ---- explain ---- */

/* What only the text has is told too, though there is little to tell. */
static void prove_the_unseen(struct pipeline *p)
{
	g_autoptr(GHashTable) proved = g_hash_table_new(NULL, NULL);

	for (unsigned int i = 0; i < p->proofs->len; i++)
		g_hash_table_add(proved,
				 (void *)((const struct proof *)p->proofs->pdata[i])->route);
	for (unsigned int i = 0; i < p->audit->routes->len; i++) {
		struct audit_route *route = p->audit->routes->pdata[i];

		if (explain_wants(p->query, route) && !g_hash_table_contains(proved, route))
			g_ptr_array_add(p->proofs, proof_new(p->audit, NULL, NULL, route));
	}
}

static int finish_explain(struct run *r, GError **error)
{
	struct pipeline *p = &r->pipeline;
	struct report_options options = {
		.output = r->options.output,
		.colour = r->options.colour,
		.verbose = r->options.verbose,
		.root = tree_root(p->tree),
	};

	options.colour = report_use_colour(&options);
	if (*stop_flag()) {
		progress_message("interrupted before there was a proof", p->progress);
		return EXIT_STOPPED;
	}
	if (r->options.stats && !write_stats(r, error))
		return EXIT_CANNOT_RUN;
	prove_the_unseen(p);
	proof_merge(p->proofs);
	if (!p->proofs->len) {
		g_autofree char *nothing = explain_nothing(p->query, p->audit);

		return fail(nothing);
	}
	report_proof(p->audit, p->proofs, &options, p->dump);
	return report_output(p->dump, options.output, error) ? 0 : EXIT_CANNOT_RUN;
}

static int explain(struct run *r, GError **error)
{
	struct explain_query query = { 0 };
	int status = EXIT_CANNOT_RUN;

	if (!explain_query_parse(&query, r->options.query, error))
		return EXIT_CANNOT_RUN;
	r->pipeline.query = &query;
	r->pipeline.proofs = g_ptr_array_new_with_free_func((GDestroyNotify)proof_free);
	if (judge_tree(r, error))
		status = finish_explain(r, error);
	g_clear_pointer(&r->pipeline.proofs, g_ptr_array_unref);
	explain_query_clear(&query);
	return status;
}

/* ---- review ---- */

static void describe_against(struct audit *audit, void *data)
{
	const struct options *o = data;

	audit->review.base = audit_string(audit, o->against);
	audit->review.head = audit_string(audit, o->tree);
}

/* Without git: what the tree changes against a saved audit. */
static struct audit *review_against(struct run *r, struct review_result *result, GError **error)
{
	struct pipeline *p = &r->pipeline;
	struct audit *saved = baseline_load(r->options.against, error);
	struct audit *head;

	p->describe = describe_against;
	p->describe_data = &r->options;
	if (!saved || !judge_tree(r, error)) {
		audit_free(saved);
		return NULL;
	}
	head = g_steal_pointer(&p->audit);
	compare_audits(head, saved);
	if (head->stopped)
		review_keep_only(head, REVIEW_OF_HALF);
	describe_against(head, &r->options);
	result->root = g_strdup(tree_root(p->tree));
	return head;
}

static int review_command(struct run *r, GError **error)
{
	const struct options *o = &r->options;
	struct review_result result = { 0 };
	struct report_options report = r->report;
	struct audit *changes = o->against ? review_against(r, &result, error) :
					     review(&r->pipeline, &result, error);
	int status = EXIT_CANNOT_RUN;

	if (!changes) {
		review_result_clear(&result);
		return status;
	}
	progress_stage(r->pipeline.progress, NULL);
	report.root = result.root;
	if (o->anchor_diff)
		report.diff = result.lines;
	if (o->only)
		review_keep_only(changes, o->only);
	audit_count(changes);
	if ((!o->stats || write_stats(r, error)) && report_write(changes, &report, error))
		status = report_exit_status(changes, o->fail_on);
	audit_free(changes);
	review_result_clear(&result);
	return status;
}

/* Runs a command that reads a tree. */
static int run_command(struct options *options, int (*command)(struct run *r, GError **error))
{
	struct run r = { .options = *options, .start = g_get_monotonic_time() };
	struct pipeline *p = &r.pipeline;
	g_autoptr(GError) error = NULL;
	const char *version = ast_check_version();
	int status = EXIT_CANNOT_RUN;

	if (version)
		return fail(version);
	r.report = (struct report_options){
		.format = options->format,
		.output = options->output,
		.colour = options->colour,
		.verbose = options->verbose,
	};
	stop_begin(options->timeout);
	p->options = &r.options;
	p->stop = stop_flag();
	if (options->command != COMMAND_EXPLAIN && options->dump == STAGE_NONE)
		p->early = &r.report;
	p->progress = progress_new(STDERR_FILENO, isatty(STDERR_FILENO), options->verbose);
	p->dump = g_string_new(NULL);
	if (options->allow)
		p->suppress = suppress_load(options->allow, &error);
	if (!error && check_output(options->output, &error) && check_output(options->stats, &error))
		status = command(&r, &error);
	stop_end();
	progress_free(p->progress);
	if (error)
		status = fail(error->message);
	g_string_free(p->dump, TRUE);
	pipeline_clear(p);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int status = 0;

	if (argc > 1 && !strcmp(argv[1], SANDBOX_COMMAND))
		return sandbox_main(argv + 2);
	if (!options_parse(&options, argc, argv, &error))
		return fail(error->message);
	switch (options.command) {
	case COMMAND_AUDIT:
		status = run_command(&options, audit);
		break;
	case COMMAND_CHECK:
		check_compiled(&options);
		break;
	case COMMAND_EXPLAIN:
		status = run_command(&options, explain);
		break;
	case COMMAND_REVIEW:
		status = run_command(&options, review_command);
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

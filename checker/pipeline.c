// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipeline: the stages in their order, one call each.
 */
#include "pipeline.h"

#include <errno.h>

#include "ahead.h"
#include "ast.h"
#include "facts.h"
#include "helpers.h"
#include "judge.h"
#include "merge.h"
#include "pch.h"
#include "proof.h"
#include "report.h"
#include "stop.h"
#include "trace.h"

const char *pipeline_cache(struct pipeline *p, GError **error)
{
	g_autofree char *path = NULL;

	if (p->cache)
		return p->cache;
	path = p->options->cache ? g_strdup(p->options->cache) :
				   g_build_filename(g_get_user_cache_dir(), "pfncheck", NULL);
	if (g_mkdir_with_parents(path, 0777)) {
		g_set_error(
			error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"cannot make the cache directory %s (%s): choose another one with --cache",
			path, g_strerror(errno));
		return NULL;
	}
	p->cache = g_steal_pointer(&path);
	return p->cache;
}

/* What a report says of the tree, as far as it is known. */
static void describe_tree(const struct pipeline *p, struct audit *audit)
{
	audit->libclang = audit_string(audit, ast_version());
	if (!p->tree)
		return;
	audit->release = audit_string(audit, tree_release(p->tree));
	for (guint i = 0; i < tree_config_count(p->tree); i++) {
		struct audit_config *config = audit_add_config(audit);

		config->arch = audit_string(audit, tree_config_arch(p->tree, i));
		config->config = audit_string(audit, tree_config_name(p->tree, i));
	}
}

void pipeline_early(const struct pipeline *p, const char *stage)
{
	struct audit *audit;

	if (!p->early)
		return;
	audit = audit_new();
	describe_tree(p, audit);
	audit->stopped = "time limit";
	audit->stopped_in = stage;
	if (p->describe)
		p->describe(audit, p->describe_data);
	stop_report_early(audit, p->early);
}

static void begin_stage(struct pipeline *p, const char *stage)
{
	progress_stage(p->progress, stage);
	pipeline_early(p, stage);
}

bool pipeline_open(struct pipeline *p, const char *path, bool sandbox, GError **error)
{
	const struct options *o = p->options;
	struct tree_options options = {
		.path = path,
		.build = o->build,
		.config = o->config,
		.arches = (const char *const *)o->arches,
		.clang = PFNCHECK_CLANG,
		.no_kbuild = o->no_kbuild,
		.sandbox = sandbox,
		.jobs = o->jobs,
		.progress = progress_message,
		.progress_data = p->progress,
	};

	options.cache = pipeline_cache(p, error);
	if (!options.cache)
		return false;
	begin_stage(p, "tree");
	p->tree = tree_open(&options, error);
	return p->tree != NULL;
}

bool pipeline_scan(struct pipeline *p, GError **error)
{
	g_autoptr(GPtrArray) arches = g_ptr_array_new();
	struct scan_options options = {
		.root = tree_root(p->tree),
		.jobs = p->options->jobs,
		.cache = p->options->no_cache ? NULL : p->cache,
		.message = progress_message,
		.message_data = p->progress,
	};

	for (guint i = 0; i < tree_config_count(p->tree); i++)
		g_ptr_array_add(arches, (void *)tree_config_srcarch(p->tree, i));
	g_ptr_array_add(arches, NULL);
	options.arches = (const char *const *)arches->pdata;
	begin_stage(p, "scan");
	p->scan = scan_tree(&options, error);
	return p->scan != NULL;
}

/* What has a part in all that is kept of files, as a new string. */
static char *versions_in_words(void)
{
	return g_strdup_printf("pfncheck %s facts %d libclang %s", PFNCHECK_VERSION, FACTS_SCHEMA,
			       ast_version());
}

bool pipeline_store(struct pipeline *p, GError **error)
{
	g_autofree char *versions = versions_in_words();
	struct store_options options = {
		.directory = p->options->no_cache ? NULL : p->cache,
		.root = tree_root(p->tree),
		.versions = versions,
		.message = progress_message,
		.message_data = p->progress,
	};

	if (!p->store)
		p->store = store_open(&options, error);
	return p->store != NULL;
}

static void describe_run(struct pipeline *p)
{
	const GPtrArray *failures = scan_failures(p->scan);

	describe_tree(p, p->audit);
	for (unsigned int i = 0; i < failures->len; i++) {
		const struct scan_failure *f = failures->pdata[i];

		audit_add_failure(p->audit, f->file, f->reason);
	}
}

/* Known once the flags of all files are. */
static void note_stubs(struct pipeline *p)
{
	const GPtrArray *stubs = tree_stubs(p->tree);

	for (unsigned int i = 0; i < stubs->len; i++) {
		g_autofree char *note =
			g_strdup_printf("stubbed header: %s", (char *)stubs->pdata[i]);

		g_ptr_array_add(p->audit->coverage.notes, (void *)audit_string(p->audit, note));
	}
}

/* ---- dumps ---- */

/* Of what one configuration came to. */
static void dump_config(struct pipeline *p, struct program *program, const GPtrArray *routes)
{
	switch (p->options->dump) {
	case STAGE_EXTRACT:
		for (unsigned int i = 0; i < program->facts->len; i++)
			facts_print(program->facts->pdata[i], p->dump);
		break;
	case STAGE_PROGRAM:
		program_dump(program, p->dump);
		break;
	case STAGE_TRACE:
		for (unsigned int i = 0; i < routes->len; i++)
			trace_dump(routes->pdata[i], p->dump);
		break;
	default:
		break;
	}
}

void pipeline_dump(struct pipeline *p)
{
	switch (p->options->dump) {
	case STAGE_TREE:
		tree_dump(p->tree, p->dump);
		break;
	case STAGE_SCAN:
		scan_dump(p->scan, p->dump);
		break;
	case STAGE_STORE:
		store_dump(p->store, p->dump);
		break;
	case STAGE_JUDGE:
		judge_dump(p->audit, p->dump);
		break;
	default:
		break;
	}
}

/* ---- configurations ---- */

static struct pch *begin_pch(struct pipeline *p)
{
	g_autofree char *versions = p->options->no_cache ? NULL : versions_in_words();

	if (!p->pch)
		p->pch = pch_new(versions);
	pch_load(p->pch, p->tree);
	return p->pch;
}

/* Beyond as many facts of files the next state is looked at without those before it. */
#define FACTS_KEPT 1024

static void forget(struct pipeline *p)
{
	g_clear_pointer(&p->traces, trace_memory_free);
	g_clear_pointer(&p->past, program_past_free);
	g_clear_pointer(&p->pch, pch_free);
}

/*
 * Extracts and traces until nothing new is asked for, and judges what came of it.
 * The program is gone afterwards: there is one at a time.
 */
static bool analyse_config(struct pipeline *p, guint config, GError **error)
{
	g_autoptr(GPtrArray) routes = NULL;
	struct program *program;

	if (!p->past) {
		p->past = program_past_new();
		p->traces = trace_memory_new(p->past);
	}
	begin_stage(p, "extract");
	p->survey.past = p->past;
	p->survey.traces = p->traces;
	p->survey.pch = begin_pch(p);
	program = survey_program(&p->survey, config, trace_exporters, NULL, error);
	if (!program)
		return false;
	begin_stage(p, "judge");
	routes = trace_routes(program);
	for (unsigned int i = 0; i < routes->len; i++) {
		struct audit_route *route =
			judge_route(p->audit, program, routes->pdata[i], config);

		if (p->proofs && explain_wants(p->query, route))
			g_ptr_array_add(p->proofs,
					proof_new(p->audit, program, routes->pdata[i], route));
	}
	/* What helpers do is no part of a proof. */
	if (!p->proofs)
		helpers_check(program, p->scan, routes, p->audit);
	unseen_look(p->unseen, p->audit, p->tree, config, program, *p->stop);
	dump_config(p, program, routes);
	program_free(program);
	if (!p->to_come || program_past_size(p->past) > FACTS_KEPT ||
	    tree_config_count(p->tree) > 1)
		forget(p);
	return true;
}

static bool analyse(struct pipeline *p, GError **error)
{
	for (guint i = 0; i < tree_config_count(p->tree); i++)
		if ((!i || !*p->stop) && !analyse_config(p, i, error))
			return false;
	unseen_judge(p->unseen, p->audit);
	/* A proof is of one configuration. */
	if (!p->proofs)
		merge_routes(p->audit);
	/* Of a run that was *p->stop nobody knows. */
	if (!*p->stop && p->left_out)
		left_out_judge(p->left_out, p->audit);
	return true;
}

/* Has spatch run beside everything that follows, if it is wanted. */
static void start_coccinelle(struct pipeline *p)
{
	const struct coccinelle_options options = {
		.root = tree_root(p->tree),
		.jobs = p->options->jobs,
		.stop = p->stop,
	};

	if (p->options->command != COMMAND_AUDIT || p->options->no_coccinelle ||
	    p->options->dump != STAGE_NONE)
		return;
	p->coccinelle = coccinelle_start(&options, p->scan, p->store);
	p->reconcile = reconcile_new(coccinelle_files(p->coccinelle));
	p->survey.reconcile = p->reconcile;
}

static void join_coccinelle(struct pipeline *p)
{
	if (!p->coccinelle)
		return;
	progress_stage(p->progress, "coccinelle");
	coccinelle_join(p->coccinelle, p->audit);
	/* Of a run that was stopped nobody knows. */
	if (!*p->stop)
		reconcile_judge(p->reconcile, coccinelle_reports(p->coccinelle), p->audit);
}

/* What a survey has before there is a scan. */
static struct survey begin_survey(struct pipeline *p)
{
	return (struct survey){
		.tree = p->tree,
		.store = p->store,
		.progress = p->progress,
		.jobs = p->options->jobs,
		.no_pch = p->options->no_pch,
		.pch = begin_pch(p),
		.expected = p->to_come,
		.no_kbuild = p->options->no_kbuild,
		.only_built = p->only_built,
		.stop = p->stop,
	};
}

void pipeline_begin(struct pipeline *p, const GPtrArray *files)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	struct survey survey;

	/* What the cache has of flags, without asking for more. */
	if (!files->len || tree_config_count(p->tree) > 1 || !pipeline_store(p, NULL) ||
	    !tree_load_flags(p->tree, 0, none, NULL))
		return;
	survey = begin_survey(p);
	p->ahead = ahead_start(&survey, 0, files);
}

bool pipeline_judge(struct pipeline *p, GError **error)
{
	if (!pipeline_store(p, error))
		return false;
	p->audit = audit_new();
	describe_run(p);
	p->survey = begin_survey(p);
	p->survey.scan = p->scan;
	p->survey.audit = p->audit;
	p->survey.ahead = p->ahead;
	p->unseen = unseen_new(p->scan);
	/* What was not compiled so far is not left out. */
	if (!p->only_built)
		p->left_out = left_out_new(tree_root(p->tree), p->scan);
	p->survey.left_out = p->left_out;
	start_coccinelle(p);
	if (!analyse(p, error))
		return false;
	join_coccinelle(p);
	p->audit->coverage.files_scanned = scan_files_read(p->scan);
	p->audit->coverage.files_parsed = survey_files_used(&p->survey);
	note_stubs(p);
	p->audit->stopped = pipeline_stopped(p);
	audit_sort(p->audit);
	audit_number(p->audit);
	audit_count(p->audit);
	progress_stage(p->progress, NULL);
	return true;
}

void pipeline_suppress(const struct pipeline *p, struct audit *audit, const char *root)
{
	suppress_apply(p->suppress, audit,
		       p->options->allow_comments ? COMMENTS_HONOURED :
		       p->options->verbose	  ? COMMENTS_NAMED :
						    COMMENTS_IGNORED,
		       root, p->scan ? scan_candidates(p->scan) : NULL);
}

const char *pipeline_stopped(const struct pipeline *p)
{
	return !*p->stop ? NULL : *p->stop == SIGALRM ? "time limit" : "interrupted";
}

void pipeline_reset(struct pipeline *p)
{
	g_clear_pointer(&p->ahead, ahead_free);
	g_clear_pointer(&p->coccinelle, coccinelle_free);
	g_clear_pointer(&p->reconcile, reconcile_free);
	g_clear_pointer(&p->left_out, left_out_free);
	g_clear_pointer(&p->unseen, unseen_free);
	survey_clear(&p->survey);
	g_clear_pointer(&p->audit, audit_free);
	g_clear_pointer(&p->store, store_close);
	g_clear_pointer(&p->scan, scan_free);
}

void pipeline_close(struct pipeline *p)
{
	pipeline_reset(p);
	g_clear_pointer(&p->tree, tree_close);
}

void pipeline_clear(struct pipeline *p)
{
	pipeline_close(p);
	forget(p);
	g_clear_pointer(&p->suppress, suppress_free);
	g_clear_pointer(&p->cache, g_free);
}

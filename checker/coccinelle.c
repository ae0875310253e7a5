// SPDX-License-Identifier: GPL-2.0-only
/*
 * coccinelle: see coccinelle.h.
 *
 * spatch is given copies of the files, called by numbers, in a directory of its
 * own: no name of a file, and no .cocciconfig of a tree, can mean anything to it.
 * Files go in batches; of a batch that fails, each file is tried by itself, so
 * that one file costs no more than itself.
 */
#include "coccinelle_private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bounds.h"
#include "sorted.h"
#include "walk.h"

#define SECONDS_VARIABLE "PFNCHECK_SPATCH_SECONDS"
#define BATCH_MIN 12 /* files for which a process is worth its start */
#define GIVE_UP 3    /* files in a row that fail, with no success before */
/* Part of the store's key: raised whenever what is kept, or its meaning, changes. */
#define FORMAT "reports 1"

static void script_free(void *data)
{
	struct script *script = data;

	g_free(script->path);
	g_free(script->hash);
	g_free(script);
}

static void task_free(void *data)
{
	struct task *task = data;

	g_free(task->text);
	g_free(task->failure);
	g_free(task);
}

static void batch_free(void *data)
{
	struct batch *batch = data;

	g_ptr_array_unref(batch->tasks);
	g_free(batch);
}

/* ---- the semantic patches ---- */

/* Beside the program as it was built, or where both were installed to; NULL: nowhere. */
static char *find_scripts(void)
{
	static const char *const places[] = { "semantic-patches",
					      PFNCHECK_DATA "/semantic-patches" };
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *beside = g_path_get_dirname(self ? self : "/");

	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_build_filename(beside, places[i], NULL);
		g_autofree char *list = g_build_filename(path, COCCINELLE_LIST ".cocci", NULL);

		if (g_file_test(list, G_FILE_TEST_IS_REGULAR))
			return g_canonicalize_filename(path, "/");
	}
	return NULL;
}

static bool add_script(struct coccinelle *c, const char *directory, const struct script_row *row)
{
	g_autofree char *name = g_strconcat(row->name, ".cocci", NULL);
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *text = NULL;
	struct script *script;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, NULL))
		return false;
	script = g_new0(struct script, 1);
	script->row = row;
	script->path = g_steal_pointer(&path);
	script->hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text, length);
	g_ptr_array_add(c->scripts, script);
	return true;
}

static bool load_scripts(struct coccinelle *c)
{
	g_autofree char *directory = find_scripts();
	bool ok = directory != NULL;

	for (guint i = 0; ok && script_rows[i].name; i++)
		ok = add_script(c, directory, &script_rows[i]);
	if (!ok)
		c->why = g_strdup("the semantic patches of pfncheck are not where they were built "
				  "or installed: install it anew");
	return ok;
}

/* ---- the store ---- */

static void make_key(const struct coccinelle *c, const struct task *task, const char *flags[6])
{
	flags[0] = "spatch";
	flags[1] = c->program.version;
	flags[2] = task->script->row->name;
	flags[3] = task->script->hash;
	flags[4] = FORMAT;
	flags[5] = NULL;
}

static void take_kept(struct coccinelle *c)
{
	const char *flags[6];
	gsize size;

	for (guint i = 0; i < c->tasks->len; i++) {
		struct task *task = c->tasks->pdata[i];

		make_key(c, task, flags);
		task->text = store_get(c->store, task->file, flags, NULL, &size);
		task->cached = task->text != NULL;
	}
}

static void keep_new(struct coccinelle *c)
{
	static const char *const no_headers[] = { NULL };
	const char *flags[6];

	for (guint i = 0; i < c->tasks->len; i++) {
		const struct task *task = c->tasks->pdata[i];

		if (task->cached || !task->text)
			continue;
		make_key(c, task, flags);
		store_put(c->store, task->file, flags, NULL, no_headers, task->text,
			  strlen(task->text));
	}
	store_commit(c->store);
}

/* ---- running ---- */

static struct batch *add_batch(struct coccinelle *c, const struct script *script)
{
	struct batch *batch = g_new0(struct batch, 1);

	batch->coccinelle = c;
	batch->script = script;
	batch->tasks = g_ptr_array_new();
	g_ptr_array_add(c->batches, batch);
	return batch;
}

static bool write_file(struct coccinelle *c, const char *name, const char *text, gsize length)
{
	g_autofree char *path = g_build_filename(c->directory, name, NULL);

	g_ptr_array_add(c->names, g_strdup(name));
	return g_file_set_contents_full(path, text, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600,
					NULL);
}

/* The job of a batch: each file a group of its own.  NULL if its list cannot be written. */
static struct spatch_job *make_job(struct batch *batch)
{
	struct coccinelle *c = batch->coccinelle;
	g_autofree char *name = g_strdup_printf("%u.list", c->groups++);
	g_autoptr(GString) list = g_string_new(NULL);
	const char *const argv[] = { "-D",
				     "report",
				     "--no-show-diff",
				     "--very-quiet",
				     "--no-includes",
				     "--cocci-file",
				     batch->script->path,
				     "--file-groups",
				     name,
				     NULL };

	for (guint i = 0; i < batch->tasks->len; i++)
		g_string_append_printf(list, "%u.c\n\n",
				       ((const struct task *)batch->tasks->pdata[i])->number);
	return write_file(c, name, list->str, list->len) ? spatch_job_new(argv, batch) : NULL;
}

static void fail_task(struct coccinelle *c, struct task *task, const char *failure)
{
	g_clear_pointer(&task->text, g_free);
	task->failure = g_strdup(failure);
	if (g_atomic_int_get(&c->cancelled) || (c->options.stop && *c->options.stop))
		return;
	c->failures++;
	if (c->succeeded || c->failures < GIVE_UP)
		return;
	c->why = g_strdup_printf("spatch fails on every file: it %s", failure);
	g_atomic_int_set(&c->cancelled, 1);
}

struct running {
	struct coccinelle *coccinelle;
	GPtrArray *jobs;
};

/* Each of them by itself. */
static void split_batch(struct running *running, const struct batch *batch)
{
	for (guint i = 0; i < batch->tasks->len; i++) {
		struct task *task = batch->tasks->pdata[i];
		struct batch *single = add_batch(running->coccinelle, batch->script);
		struct spatch_job *job;

		g_clear_pointer(&task->text, g_free);
		g_ptr_array_add(single->tasks, task);
		job = make_job(single);
		if (job)
			g_ptr_array_add(running->jobs, job);
		else
			task->failure = g_strdup("no room for temporary files");
	}
}

static void job_done(struct spatch_job *job, void *data)
{
	struct running *running = data;
	const struct batch *batch = job->data;
	const char *failure = job->failure ? job->failure : coccinelle_read_output(batch, job);

	if (!failure) {
		running->coccinelle->succeeded = true;
		running->coccinelle->failures = 0;
	} else if (batch->tasks->len == 1) {
		fail_task(running->coccinelle, batch->tasks->pdata[0], failure);
	} else {
		split_batch(running, batch);
	}
}

static unsigned int seconds_for_file(void)
{
	const char *value = g_getenv(SECONDS_VARIABLE);
	guint64 seconds;

	if (g_ascii_string_to_unsigned(value ? value : "", 10, 1, BOUND_SPATCH_SECONDS, &seconds,
				       NULL))
		return (unsigned int)seconds;
	return BOUND_SPATCH_SECONDS;
}

static void *run_batches(void *data)
{
	struct coccinelle *c = data;
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(spatch_job_free);
	struct running running = { c, jobs };
	const struct spatch_bounds bounds = {
		.processes = c->options.jobs,
		.seconds = seconds_for_file(),
		.megabytes = BOUND_MEGABYTES,
		.stop = c->options.stop,
		.cancelled = &c->cancelled,
	};
	guint batches = c->batches->len;

	for (guint i = 0; i < batches; i++) {
		struct batch *batch = c->batches->pdata[i];
		struct spatch_job *job = make_job(batch);

		if (job)
			g_ptr_array_add(jobs, job);
		else
			for (guint k = 0; k < batch->tasks->len; k++)
				((struct task *)batch->tasks->pdata[k])->failure =
					g_strdup("no room for temporary files");
	}
	spatch_run(&c->program, c->directory, jobs, &bounds, job_done, &running);
	return NULL;
}

/* The tasks of each semantic patch that the store cannot answer, in batches. */
static void make_batches(struct coccinelle *c)
{
	for (guint i = 0; i < c->scripts->len; i++) {
		const struct script *script = c->scripts->pdata[i];
		g_autoptr(GPtrArray) pending = g_ptr_array_new();
		guint count, first = c->batches->len;

		for (guint k = 0; k < c->tasks->len; k++) {
			struct task *task = c->tasks->pdata[k];

			if (task->script == script && task->copied)
				g_ptr_array_add(pending, task);
		}
		count = MIN(MAX(1, pending->len / BATCH_MIN), c->options.jobs);
		for (guint k = 0; pending->len && k < count; k++)
			add_batch(c, script);
		for (guint k = 0; k < pending->len; k++) {
			struct batch *batch = c->batches->pdata[first + k % count];

			g_ptr_array_add(batch->tasks, pending->pdata[k]);
		}
	}
}

static void copy_file(void *data, const char *path, char *text, gsize length,
		      const struct file_state *state)
{
	struct coccinelle *c = data;
	g_autofree char *name = NULL;
	guint number = 0;
	bool copied;

	(void)state;
	while (strcmp(c->files->pdata[number], path))
		number++;
	name = g_strdup_printf("%u.c", number);
	copied = write_file(c, name, text, length);
	for (guint i = 0; i < c->tasks->len; i++) {
		struct task *task = c->tasks->pdata[i];

		task->copied |= copied && task->number == number && !task->text;
	}
}

/* Copies what the store does not answer for; false if there is no need to, or no place. */
static bool copy_files(struct coccinelle *c)
{
	const struct walk_options walk = { .root = c->options.root,
					   .read = copy_file,
					   .fail = coccinelle_ignore_failure };
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	for (guint i = 0; i < c->tasks->len; i++) {
		const struct task *task = c->tasks->pdata[i];

		if (!task->text)
			g_ptr_array_add(files, (void *)task->file);
	}
	if (!files->len)
		return false;
	c->directory = g_dir_make_tmp("pfncheck-XXXXXX", NULL);
	if (!c->directory) {
		c->why = g_strdup("there is no room for temporary files: set TMPDIR");
		return false;
	}
	sort_unique_strings(files);
	return walk_files(&walk, files, c, NULL);
}

struct coccinelle *coccinelle_start(const struct coccinelle_options *options,
				    const struct scan *scan, struct store *store)
{
	struct coccinelle *c = g_new0(struct coccinelle, 1);

	c->options = *options;
	c->options.jobs = MAX(1, options->jobs);
	c->store = store;
	c->scripts = g_ptr_array_new_with_free_func(script_free);
	c->files = g_ptr_array_new();
	c->tasks = g_ptr_array_new_with_free_func(task_free);
	c->batches = g_ptr_array_new_with_free_func(batch_free);
	c->names = g_ptr_array_new_with_free_func(g_free);
	c->strings = g_string_chunk_new(4096);
	c->reports = g_ptr_array_new_with_free_func(g_free);
	if (!spatch_find(&c->program, &c->why) || !load_scripts(c))
		return c;
	coccinelle_choose(c, scan);
	take_kept(c);
	if (!copy_files(c))
		return c;
	make_batches(c);
	if (c->batches->len)
		c->thread = g_thread_new("coccinelle", run_batches, c);
	return c;
}

static void end_thread(struct coccinelle *c)
{
	if (c->thread)
		g_thread_join(g_steal_pointer(&c->thread));
	for (guint i = 0; c->directory && i < c->names->len; i++) {
		g_autofree char *path = g_build_filename(c->directory, c->names->pdata[i], NULL);

		g_unlink(path);
	}
	if (c->directory)
		g_rmdir(c->directory);
	g_clear_pointer(&c->directory, g_free);
}

void coccinelle_free(struct coccinelle *c)
{
	if (!c)
		return;
	g_atomic_int_set(&c->cancelled, 1);
	end_thread(c);
	spatch_program_clear(&c->program);
	g_free(c->why);
	g_ptr_array_unref(c->batches);
	g_ptr_array_unref(c->tasks);
	g_ptr_array_unref(c->files);
	g_ptr_array_unref(c->scripts);
	g_ptr_array_unref(c->names);
	g_ptr_array_unref(c->reports);
	g_string_chunk_free(c->strings);
	g_free(c);
}

const GPtrArray *coccinelle_files(const struct coccinelle *c)
{
	return c->files;
}

const GPtrArray *coccinelle_reports(const struct coccinelle *c)
{
	return c->reports;
}

/* ---- results ---- */

static int compare_reports(gconstpointer first, gconstpointer second)
{
	const struct coccinelle_report *a = *(const struct coccinelle_report *const *)first;
	const struct coccinelle_report *b = *(const struct coccinelle_report *const *)second;
	int order = place_compare(&a->at, &b->at);

	if (!order)
		order = strcmp(a->script, b->script);
	return order ? order : strcmp(a->text, b->text);
}

static void add_report(struct coccinelle *c, const struct task *task, const char *line)
{
	g_autofree char *record = NULL, *name = NULL;
	struct coccinelle_report *report;
	const char *text;
	char *at;
	guint row = (guint)g_ascii_strtoull(line, &at, 10);
	guint column = (guint)g_ascii_strtoull(at, &at, 10);

	if (*at != ' ' || !coccinelle_read_message(task->script, at + 1, &record, &name, &text))
		return;
	report = g_new0(struct coccinelle_report, 1);
	report->script = task->script->row->name;
	report->record = record ? g_string_chunk_insert_const(c->strings, record) : NULL;
	report->name = g_string_chunk_insert_const(c->strings, name);
	report->at = (struct place){ task->file, row, column };
	report->text = g_string_chunk_insert_const(c->strings, text);
	g_ptr_array_add(c->reports, report);
}

/* Its reports, or how it failed. */
static void take_result(struct coccinelle *c, const struct task *task,
			struct audit_coccinelle *result, struct audit *audit)
{
	const char *failure = task->failure;

	if (!failure && !task->text)
		failure = c->why ? c->why : "could not be copied for spatch";
	if (!failure && *task->text == '!')
		failure = task->text + 1;
	if (failure) {
		g_autofree char *reason =
			g_strdup_printf("%s.cocci: %s", task->script->row->name, failure);

		audit_add_failure_to(audit, result->failed, task->file, reason);
		return;
	}
	for (const char *at = task->text; *at;) {
		const char *end = strchrnul(at, '\n');
		g_autofree char *line = g_strndup(at, (gsize)(end - at));

		add_report(c, task, line);
		at = *end ? end + 1 : end;
	}
}

void coccinelle_join(struct coccinelle *c, struct audit *audit)
{
	struct audit_coccinelle *result = &audit->coverage.coccinelle;

	end_thread(c);
	keep_new(c);
	result->asked = true;
	result->version = audit_string(audit, c->program.version);
	result->reason = audit_string(audit, c->why);
	result->files = c->files->len;
	for (guint i = 0; i < c->tasks->len; i++)
		take_result(c, c->tasks->pdata[i], result, audit);
	g_ptr_array_sort(c->reports, compare_reports);
}

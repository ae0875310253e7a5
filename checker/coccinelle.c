// SPDX-License-Identifier: GPL-2.0-only
/*
 * coccinelle: see coccinelle.h.
 *
 * spatch is given copies of the files, called by numbers, in a directory of its
 * own: no name of a file, and no .cocciconfig of a tree, can mean anything to it.
 * Files go in batches; of a batch that fails, each file is tried by itself, so
 * that one file costs no more than itself.
 */
#include "coccinelle.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bounds.h"
#include "sorted.h"
#include "spatch.h"
#include "vocabulary.h"
#include "walk.h"

#define SECONDS_VARIABLE "PFNCHECK_SPATCH_SECONDS"
#define BATCH_MIN 12 /* files for which a process is worth its start */
#define GIVE_UP 3    /* files in a row that fail, with no success before */
/* Part of the store's key: raised whenever what is kept, or its meaning, changes. */
#define FORMAT "reports 1"

/* What the text of a file has, as far as the semantic patches ask for it. */
enum {
	HAS_OBJECT = 1 << 0,
	HAS_PAGES = 1 << 1, /* a helper that inserts them */
	HAS_PFNS = 1 << 2,  /* likewise */
	HAS_FAULT = 1 << 3,
	HAS_PAGE_MEMBER = 1 << 4,
	HAS_MIXEDMAP = 1 << 5,
	HAS_PFNMAP = 1 << 6,
};

/* A semantic patch, and what a file has to have for it to match there: one of these sets. */
static const struct script_row {
	const char *name;
	unsigned int needs[2];
} script_rows[] = {
	{ COCCINELLE_LIST, { HAS_OBJECT, HAS_OBJECT } },
	{ "cleared-pfnmap", { HAS_OBJECT | HAS_PFNMAP, HAS_OBJECT | HAS_PFNMAP } },
	{ "cow-pfnmap", { HAS_OBJECT | HAS_PFNS, HAS_OBJECT | HAS_PFNS } },
	{ "missing-pfnmap", { HAS_OBJECT | HAS_PFNS, HAS_OBJECT | HAS_PFNS } },
	{ "mixedmap", { HAS_OBJECT | HAS_MIXEDMAP, HAS_OBJECT | HAS_MIXEDMAP } },
	{ "page-insert", { HAS_OBJECT | HAS_PAGES, HAS_OBJECT | HAS_FAULT | HAS_PAGE_MEMBER } },
};

/* Identifiers; helpers are in the vocabulary. */
static const struct {
	const char *name;
	unsigned int has;
} marks[] = {
	{ "VM_MIXEDMAP", HAS_MIXEDMAP }, { "VM_PFNMAP", HAS_PFNMAP },
	{ "dma_buf_ops", HAS_OBJECT },	 { "drm_gem_object_funcs", HAS_OBJECT },
	{ "map_dma_buf", HAS_OBJECT },	 { "vm_fault", HAS_FAULT },
};

struct script {
	const struct script_row *row;
	char *path;
	char *hash;
};

/* One file for one semantic patch. */
struct task {
	const struct script *script;
	const char *file;
	guint number; /* of the copy */
	char *text;   /* "LINE COLUMN MESSAGE" lines, or "!REASON"; NULL: not known */
	char *failure;
	bool cached;
	bool copied; /* its file is in the directory */
};

struct batch {
	struct coccinelle *coccinelle;
	const struct script *script;
	GPtrArray *tasks; /* struct task */
};

struct coccinelle {
	struct coccinelle_options options;
	struct store *store;
	struct spatch_program program;
	char *why; /* why spatch does not run, or does not work; else NULL */
	GPtrArray *scripts;
	GPtrArray *files;
	GPtrArray *tasks;
	GPtrArray *batches;
	char *directory; /* for copies, or NULL */
	GThread *thread;
	int cancelled;
	guint failures;	  /* in a row */
	bool succeeded;	  /* once, in this run */
	guint groups;	  /* files that list a batch */
	GPtrArray *names; /* char *: what is in the directory */
	GStringChunk *strings;
	GPtrArray *reports;
};

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

static bool load_scripts(struct coccinelle *c)
{
	g_autofree char *directory = find_scripts();

	for (guint i = 0; directory && i < G_N_ELEMENTS(script_rows); i++) {
		g_autofree char *name = g_strconcat(script_rows[i].name, ".cocci", NULL);
		g_autofree char *path = g_build_filename(directory, name, NULL);
		g_autofree char *text = NULL;
		struct script *script;
		gsize length;

		if (!g_file_get_contents(path, &text, &length, NULL))
			break;
		script = g_new0(struct script, 1);
		script->row = &script_rows[i];
		script->path = g_steal_pointer(&path);
		script->hash =
			g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text, length);
		g_ptr_array_add(c->scripts, script);
	}
	if (c->scripts->len == G_N_ELEMENTS(script_rows))
		return true;
	c->why = g_strdup("the semantic patches of pfncheck are not where they were built or "
			  "installed: install it anew");
	return false;
}

/* ---- which files ---- */

static unsigned int has_word(const char *text, gsize length, bool member)
{
	g_autofree char *name = g_strndup(text, length);
	const struct word *word = word_find(name);

	if (member && !strcmp(name, "page"))
		return HAS_PAGE_MEMBER;
	for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
		if (!strcmp(name, marks[i].name))
			return marks[i].has;
	if (word && word->class == WORD_PAGE)
		return HAS_PAGES;
	return word && word->class == WORD_PFN ? HAS_PFNS : 0;
}

/* Every word counts, be it in a comment or in a macro. */
static void look_at_words(void *data, const char *path, char *text, gsize length,
			  const struct file_state *state)
{
	GHashTable *has = data;
	unsigned int found = 0;
	bool member = false;

	(void)state;
	for (gsize i = 0; i < length;) {
		gsize begin = i;

		while (i < length && (g_ascii_isalnum(text[i]) || text[i] == '_'))
			i++;
		if (i > begin) {
			/* No shorter one is of interest. */
			if (i - begin >= strlen("page"))
				found |= has_word(text + begin, i - begin, member);
			member = false;
			continue;
		}
		if (!g_ascii_isspace(text[i]))
			member = text[i] == '.' || text[i] == '>';
		i++;
	}
	g_hash_table_insert(has, g_strdup(path), GUINT_TO_POINTER(found));
}

/* Scan has told already. */
static void ignore_failure(void *data, const char *path, const char *reason)
{
	(void)data;
	(void)path;
	(void)reason;
}

static void add_all(GPtrArray *to, const GPtrArray *files)
{
	for (guint i = 0; files && i < files->len; i++)
		g_ptr_array_add(to, files->pdata[i]);
}

/* The files that define one of the objects, or make one at run time. */
static void find_files(struct coccinelle *c, const struct scan *scan)
{
	const GPtrArray *objects = scan_objects(scan);

	for (guint i = 0; i < objects->len; i++)
		g_ptr_array_add(c->files,
				(void *)((const struct scan_object *)objects->pdata[i])->file);
	add_all(c->files, scan_exporters(scan));
	for (const struct export_hook *hook = export_hooks; hook->record; hook++)
		add_all(c->files, scan_table_files(scan, hook->record));
	sort_unique_strings(c->files);
}

static bool can_match(const struct script_row *row, unsigned int has)
{
	return !(row->needs[0] & ~has) || !(row->needs[1] & ~has);
}

static void add_tasks(struct coccinelle *c)
{
	const struct walk_options walk = { .root = c->options.root,
					   .read = look_at_words,
					   .fail = ignore_failure };
	g_autoptr(GHashTable) has = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	walk_files(&walk, c->files, has, NULL);
	for (guint i = 0; i < c->scripts->len; i++) {
		const struct script *script = c->scripts->pdata[i];

		for (guint k = 0; k < c->files->len; k++) {
			const char *file = c->files->pdata[k];
			struct task *task;

			if (!can_match(script->row,
				       GPOINTER_TO_UINT(g_hash_table_lookup(has, file))))
				continue;
			task = g_new0(struct task, 1);
			task->script = script;
			task->file = file;
			task->number = k;
			g_ptr_array_add(c->tasks, task);
		}
	}
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

/* ---- what spatch says ---- */

/* The number at *at, which moves behind it and the byte after it. */
static bool read_number(const char **at, char after, guint64 *number)
{
	char *end;

	if (!g_ascii_isdigit(**at))
		return false;
	*number = g_ascii_strtoull(*at, &end, 10);
	if (*end != after || *number > G_MAXUINT / 2)
		return false;
	*at = end + 1;
	return true;
}

static struct task *find_task(const struct batch *batch, guint64 number)
{
	for (guint i = 0; i < batch->tasks->len; i++) {
		struct task *task = batch->tasks->pdata[i];

		if (task->number == number)
			return task;
	}
	return NULL;
}

/* "NUMBER.c": the task of the batch, or NULL; *at moves behind it and the byte after. */
static struct task *read_file_name(const struct batch *batch, const char **at, char after)
{
	guint64 number;

	if (!read_number(at, '.', &number) || (*at)[0] != 'c' || (*at)[1] != after)
		return NULL;
	*at += after ? 2 : 1;
	return find_task(batch, number);
}

/* What stands between text and the first end; NULL if there is none. */
static char *text_before(const char *text, const char *end)
{
	const char *at = strstr(text, end);

	return at && at != text ? g_strndup(text, (gsize)(at - text)) : NULL;
}

/* Splits a message by what its semantic patch prints; false if it is none of those. */
static bool read_message(const struct script *script, const char *message, char **record,
			 char **name, const char **text)
{
	static const char *const records[] = { "dma_buf_ops", "drm_gem_object_funcs" };
	static const char *const levels[] = { "WARNING: ", "ERROR: " };

	*record = *name = NULL;
	*text = message;
	if (!strcmp(script->row->name, COCCINELLE_LIST)) {
		for (guint i = 0; i < G_N_ELEMENTS(records) && !*name; i++) {
			gsize length = strlen(records[i]);

			if (strncmp(message, records[i], length) || message[length] != ' ')
				continue;
			*name = text_before(message + length + 1, ": ");
			*record = *name ? g_strdup(records[i]) : NULL;
		}
		return *name != NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(levels) && !*name; i++) {
		if (!g_str_has_prefix(message, levels[i]))
			continue;
		*text = message + strlen(levels[i]);
		*name = text_before(*text, "() ");
	}
	return *name != NULL;
}

static bool is_message(const struct script *script, const char *message)
{
	g_autofree char *record = NULL, *name = NULL;
	const char *text;

	return g_utf8_validate(message, -1, NULL) &&
	       read_message(script, message, &record, &name, &text);
}

/* "NUMBER.c:LINE:COLUMN-COLUMN: MESSAGE", to be added to the text of its task. */
static bool read_report(const struct batch *batch, const char *line, GPtrArray *lines)
{
	const char *at = line;
	const struct task *task = read_file_name(batch, &at, ':');
	guint64 row, column, end;

	if (!task || !read_number(&at, ':', &row) || !read_number(&at, '-', &column) ||
	    !read_number(&at, ':', &end) || *at != ' ' || !row || end < column ||
	    !is_message(task->script, at + 1))
		return false;
	/* By task, then by place, so that the order of the lines is that of the file. */
	g_ptr_array_add(lines, g_strdup_printf("%10u %10u %10u %s", task->number, (guint)row,
					       (guint)column + 1, at + 1));
	return true;
}

/* "EXN: REASON in NUMBER.c": an exception that cost spatch one file. */
static bool read_exception(const struct batch *batch, const char *line)
{
	const char *in = g_strrstr(line, " in ");
	const char *at = in ? in + strlen(" in ") : "";
	struct task *task = read_file_name(batch, &at, '\0');

	if (!task)
		return false;
	g_free(task->text);
	line += strlen("EXN: ");
	task->text = in > line ? g_strdup_printf("!%.*s", (int)(in - line), line) :
				 g_strdup("!an exception");
	return g_utf8_validate(task->text, -1, NULL);
}

static bool read_exceptions(const struct batch *batch, const char *messages)
{
	g_auto(GStrv) lines = g_strsplit(messages, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		const char *exception = strstr(lines[i], "EXN: ");

		if (exception && !read_exception(batch, g_strchomp((char *)exception)))
			return false;
	}
	return true;
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes the output of a batch in; NULL, or what is wrong with it. */
static const char *read_output(const struct batch *batch, const struct spatch_job *job)
{
	static const char nonsense[] = "printed what is no report";
	g_auto(GStrv) lines = g_strsplit(job->out->str, "\n", -1);
	g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func(g_free);

	if (strlen(job->out->str) != job->out->len || !read_exceptions(batch, job->messages->str))
		return nonsense;
	for (guint i = 0; lines[i]; i++)
		if (*lines[i] && !read_report(batch, lines[i], reports))
			return nonsense;
	g_ptr_array_sort(reports, compare_texts);
	for (guint i = 0; i < batch->tasks->len; i++) {
		struct task *task = batch->tasks->pdata[i];
		g_autoptr(GString) text = g_string_new(NULL);

		for (guint k = 0; k < reports->len; k++) {
			const char *report = reports->pdata[k];

			if (g_ascii_strtoull(report, NULL, 10) == task->number)
				g_string_append_printf(text, "%s\n", report + 11);
		}
		if (!task->text)
			task->text = g_string_free(g_steal_pointer(&text), FALSE);
	}
	return NULL;
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
	const char *failure = job->failure ? job->failure : read_output(batch, job);

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
					   .fail = ignore_failure };
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
	find_files(c, scan);
	add_tasks(c);
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

	if (*at != ' ' || !read_message(task->script, at + 1, &record, &name, &text))
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

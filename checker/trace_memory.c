// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_memory: what was traced once.  A unit is what is traced on its own: an exporter,
 * or a part of one with many routes.  A trial is how it went with certain answers.
 *
 * Of a trial nothing has to be kept but its questions to know what is asked for with
 * those answers: all were asked while it ran, and asking them again asks for the same.
 * Its routes are kept for as long as it is the unit's last one.
 */
#include <string.h>

#include "bounds.h"
#include "questions.h"
#include "trace_private.h"

/* Of a unit; each round of a survey makes one, as long as it adds what the unit asks for. */
#define TRIALS_KEPT 12

struct trial {
	char *subject;		  /* what is traced, but for the program */
	struct question_log *log; /* NULL: never to be taken for another one */
	GPtrArray *routes;	  /* struct trace_route *, or NULL: given up */
	GPtrArray *parts;	  /* struct trace_part *, for which routes keep the place */
	guint own;		  /* how many routes it has besides */
};

struct trace_unit {
	GPtrArray *trials; /* struct trial *, the last one made last */
	struct trial *now; /* of the round that was traced last */
};

struct trace_memory {
	struct program_past *past;
	GHashTable *units; /* char * -> struct trace_unit * */
	GMutex lock;
};

/* Whether what this thread traces is to be kept. */
static _Thread_local bool keeps;

static void trial_free(void *data)
{
	struct trial *trial = data;

	g_free(trial->subject);
	question_log_free(trial->log);
	g_clear_pointer(&trial->routes, g_ptr_array_unref);
	g_ptr_array_unref(trial->parts);
	g_free(trial);
}

static void unit_free(void *data)
{
	struct trace_unit *unit = data;

	g_ptr_array_unref(unit->trials);
	g_free(unit);
}

struct trace_memory *trace_memory_new(struct program_past *past)
{
	struct trace_memory *memory = g_new0(struct trace_memory, 1);

	memory->past = past;
	memory->units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unit_free);
	g_mutex_init(&memory->lock);
	return memory;
}

void trace_memory_free(struct trace_memory *memory)
{
	if (!memory)
		return;
	g_hash_table_unref(memory->units);
	g_mutex_clear(&memory->lock);
	g_free(memory);
}

void trace_memory_forget(void)
{
	keeps = false;
}

static struct trace_unit *unit_of(struct trace_memory *memory, const char *key)
{
	struct trace_unit *unit;

	g_mutex_lock(&memory->lock);
	unit = g_hash_table_lookup(memory->units, key);
	if (!unit) {
		unit = g_new0(struct trace_unit, 1);
		unit->trials = g_ptr_array_new_with_free_func(trial_free);
		g_hash_table_insert(memory->units, g_strdup(key), unit);
	}
	g_mutex_unlock(&memory->lock);
	return unit;
}

/* ---- subjects ---- */

static void append_table(GString *s, const struct fact_table *table)
{
	g_string_append_printf(s, "|%" G_GINT64_MODIFIER "x", program_mix_table(0, table));
}

static void append_place(GString *s, const struct fact_function *in, const struct fact_node *at)
{
	g_string_append_printf(s, "|%" G_GINT64_MODIFIER "x %td", program_mix_function(0, in),
			       in && at ? at - in->nodes : -1);
}

static void append_string(GString *s, const char *string)
{
	g_string_append_printf(s, "|%s", string ? string : "\n");
}

static char *exporter_subject(const struct exporter *e)
{
	g_autoptr(GString) s = g_string_new(NULL);

	g_string_printf(s, "%s|%s|%u|%u", e->file, e->name, e->line, e->column);
	append_table(s, e->table);
	append_string(s, e->path);
	append_string(s, e->field);
	append_string(s, e->callback_unknown);
	for (guint i = 0; i < e->callbacks->len; i++)
		append_string(s, e->callbacks->pdata[i]);
	return g_strdup(s->str);
}

static char *part_subject(const struct exporter *e, const struct trace_part *part)
{
	g_autofree char *exporter = exporter_subject(e);
	g_autoptr(GString) s = g_string_new(exporter);

	append_string(s, part->id);
	append_string(s, part->binding.field);
	append_table(s, part->binding.table);
	append_string(s, part->binding.why);
	append_place(s, part->binding.asked_in, part->binding.asked_at);
	append_place(s, part->need_in, part->need_at);
	return g_strdup(s->str);
}

/* ---- parts ---- */

struct trace_part *trace_part_new(struct program *program, const struct exporter *e, const char *id,
				  const struct trace_binding *binding, const struct tracer *t)
{
	struct trace_part *part = g_new0(struct trace_part, 1);
	g_autofree char *key = g_strdup_printf("%s:%s|%s|%s|%s", e->file, e->name, id,
					       binding->field, binding->table->id);

	part->id = id;
	part->binding = *binding;
	part->need_in = t->need_in;
	part->need_at = t->need_at;
	part->unit = unit_of(program->traces, key);
	return part;
}

struct task {
	struct program *program;
	const struct exporter *exporter;
	const struct trace_part *part; /* NULL: the exporter */
	struct trace_unit *unit;
};

static void run_unit(struct task *task);

static void run_task(void *task, void *unused)
{
	(void)unused;
	run_unit(task);
}

/* Runs tasks (struct task *) side by side. */
static void run_tasks(const GPtrArray *tasks)
{
	GThreadPool *threads =
		g_thread_pool_new(run_task, NULL, (int)g_get_num_processors(), FALSE, NULL);

	for (guint i = 0; i < tasks->len; i++)
		g_thread_pool_push(threads, tasks->pdata[i], NULL);
	g_thread_pool_free(threads, FALSE, TRUE);
}

/* How many routes a trial has on the whole. */
static guint count_routes(const struct trial *trial)
{
	guint total = trial->own;

	for (guint i = 0; i < trial->parts->len; i++) {
		const struct trace_part *part = trial->parts->pdata[i];

		total += count_routes(part->unit->now);
	}
	return total;
}

guint trace_parts(struct program *program, const struct exporter *e, const GPtrArray *parts)
{
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_free);
	guint total = 0;

	for (guint i = 0; i < parts->len; i++) {
		const struct trace_part *part = parts->pdata[i];
		struct task *task = g_new0(struct task, 1);

		*task = (struct task){ program, e, part, part->unit };
		g_ptr_array_add(tasks, task);
	}
	run_tasks(tasks);
	for (guint i = 0; i < parts->len; i++)
		total += count_routes(((const struct trace_part *)parts->pdata[i])->unit->now);
	return total;
}

/* ---- trials ---- */

/* The trial of a unit that would go the same way again, or NULL. */
static struct trial *find_trial(const struct task *task, const char *subject)
{
	struct questions *questions = program_past_questions(task->program->traces->past);
	GPtrArray *trials = task->unit->trials;

	for (guint i = trials->len; i-- > 0;) {
		struct trial *trial = trials->pdata[i];

		if (!trial->log || strcmp(trial->subject, subject) ||
		    !question_log_holds(trial->log, questions, task->program))
			continue;
		/* What is used least goes first. */
		g_ptr_array_add(trials, g_ptr_array_steal_index(trials, i));
		return trial;
	}
	return NULL;
}

static struct trial *make_trial(const struct task *task, const char *subject)
{
	struct trial *trial = g_new0(struct trial, 1);
	GPtrArray *trials = task->unit->trials;

	for (guint i = 0; i < trials->len; i++)
		g_clear_pointer(&((struct trial *)trials->pdata[i])->routes, g_ptr_array_unref);
	trial->subject = g_strdup(subject);
	trial->routes = g_ptr_array_new_with_free_func((GDestroyNotify)trace_route_free);
	trial->parts = g_ptr_array_new_with_free_func(g_free);
	keeps = true;
	question_log_begin();
	if (task->part)
		trace_part(task->program, task->exporter, task->part, trial->routes);
	else
		trace_exporter(task->program, task->exporter, trial->routes);
	trial->log = question_log_end(program_past_questions(task->program->traces->past));
	if (!keeps)
		g_clear_pointer(&trial->log, question_log_free);
	for (guint i = 0; i < trial->routes->len; i++) {
		const struct trace_route *route = trial->routes->pdata[i];

		if (route->part)
			g_ptr_array_add(trial->parts, (void *)route->part);
		else
			trial->own++;
	}
	g_ptr_array_add(trials, trial);
	if (trials->len > TRIALS_KEPT)
		g_ptr_array_remove_index(trials, 0);
	return trial;
}

static char *subject_of(const struct task *task)
{
	return task->part ? part_subject(task->exporter, task->part) :
			    exporter_subject(task->exporter);
}

static void run_unit(struct task *task)
{
	g_autofree char *subject = subject_of(task);
	struct trial *trial = find_trial(task, subject);

	if (trial && trial->parts->len) {
		trace_parts(task->program, task->exporter, trial->parts);
		/* Near the bound it goes another way. */
		if (count_routes(trial) >= BOUND_ROUTES)
			trial = NULL;
	}
	task->unit->now = trial ? trial : make_trial(task, subject);
}

void trace_exporters(struct program *program, void *unused)
{
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_free);

	(void)unused;
	for (guint i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];
		g_autofree char *key = g_strdup_printf("%s:%s", e->file, e->name);
		struct task *task = g_new0(struct task, 1);

		*task = (struct task){ program, e, NULL, unit_of(program->traces, key) };
		g_ptr_array_add(tasks, task);
	}
	run_tasks(tasks);
}

/* Adds the routes of a unit, which are traced again if they were given up. */
static void add_routes(const struct task *task, GPtrArray *out)
{
	const GPtrArray *routes;

	if (!task->unit->now->routes) {
		g_autofree char *subject = subject_of(task);

		task->unit->now = make_trial(task, subject);
	}
	routes = task->unit->now->routes;
	for (guint i = 0; i < routes->len; i++) {
		struct trace_route *route = routes->pdata[i];

		if (route->part) {
			const struct task part = { task->program, task->exporter, route->part,
						   route->part->unit };

			add_routes(&part, out);
		} else {
			/* The object that an earlier program had for it is gone. */
			route->exporter = task->exporter;
			g_ptr_array_add(out, route);
		}
	}
}

GPtrArray *trace_routes(struct program *program)
{
	GPtrArray *routes = g_ptr_array_new();

	for (guint i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];
		g_autofree char *key = g_strdup_printf("%s:%s", e->file, e->name);
		const struct task task = { program, e, NULL, unit_of(program->traces, key) };

		add_routes(&task, routes);
	}
	return routes;
}

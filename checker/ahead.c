// SPDX-License-Identifier: GPL-2.0-only
/*
 * ahead: see ahead.h.  A thread of its own runs the workers, which end with it.
 */
#include "ahead.h"

#include <string.h>

#include "pch.h"

struct ahead {
	GThread *thread; /* NULL once it was joined */
	GPtrArray *paths;
	GPtrArray *requests;
	GPtrArray *results; /* struct workers_result *, in the order in which they came */
	struct worker_limits limits;
	guint jobs;
	long peak;
};

static void result_free(void *data)
{
	struct workers_result *result = data;

	g_free(result->reply);
	g_free((char *)result->failure);
	g_free(result);
}

static void keep_result(const struct workers_result *result, void *data)
{
	struct ahead *ahead = data;
	struct workers_result *kept = g_memdup2(result, sizeof(*result));

	kept->failure = g_strdup(result->failure);
	kept->detail = NULL;
	g_ptr_array_add(ahead->results, kept);
}

static void *run(void *data)
{
	struct ahead *ahead = data;

	/* Whoever cannot start a worker now will say so when it is asked for. */
	workers_run(ahead->requests, ahead->jobs, &ahead->limits, keep_result, ahead, &ahead->peak,
		    NULL);
	return NULL;
}

static bool is_stored(const struct survey *s, guint config, const struct tree_file *file)
{
	gsize size;
	g_autofree char *text = store_get(s->store, file->path, file->flags,
					  tree_config_build(s->tree, config), &size);

	return text;
}

/* The files to be extracted: const struct tree_file *. */
static GPtrArray *wanted_files(const struct survey *s, guint config, const GPtrArray *files)
{
	GPtrArray *wanted = g_ptr_array_new();
	guint count[2] = { 0 };

	for (guint i = 0; i < files->len; i++) {
		const struct tree_file *file = tree_file(s->tree, config, files->pdata[i]);

		if (!file || !file->built || is_stored(s, config, file))
			continue;
		g_ptr_array_add(wanted, (void *)file);
		count[file->is_module]++;
	}
	/* With precompiled headers they are done sooner, even if that begins later. */
	for (int module = 0; module < 2 && !s->no_pch; module++) {
		if (!pch_is_due(s->pch, config, module, count[module], s->expected))
			continue;
		for (guint i = wanted->len; i-- > 0;)
			if (((const struct tree_file *)wanted->pdata[i])->is_module == module)
				g_ptr_array_remove_index(wanted, i);
	}
	return wanted;
}

struct ahead *ahead_start(const struct survey *s, guint config, const GPtrArray *files)
{
	g_autoptr(GPtrArray) wanted = wanted_files(s, config, files);
	struct ahead *ahead;

	if (!wanted->len)
		return NULL;
	ahead = g_new0(struct ahead, 1);
	ahead->paths = g_ptr_array_new_with_free_func(g_free);
	ahead->requests = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	ahead->results = g_ptr_array_new_with_free_func(result_free);
	ahead->limits = survey_limits(s);
	ahead->jobs = s->jobs;
	for (guint i = 0; i < wanted->len; i++) {
		const struct tree_file *file = wanted->pdata[i];

		g_ptr_array_add(ahead->paths, g_strdup(file->path));
		g_ptr_array_add(ahead->requests, survey_request(s, config, file));
	}
	ahead->thread = g_thread_new("ahead", run, ahead);
	return ahead;
}

long ahead_join(struct ahead *ahead)
{
	g_clear_pointer(&ahead->thread, g_thread_join);
	return ahead->peak;
}

bool ahead_take(struct ahead *ahead, const char *path, struct workers_result *result)
{
	for (guint i = 0; i < ahead->results->len; i++) {
		struct workers_result *kept = ahead->results->pdata[i];

		if (strcmp(ahead->paths->pdata[kept->job], path) || !kept->reply)
			continue;
		*result = *kept;
		kept->reply = NULL;
		return true;
	}
	return false;
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	ahead_join(ahead);
	g_ptr_array_unref(ahead->paths);
	g_ptr_array_unref(ahead->requests);
	g_ptr_array_unref(ahead->results);
	g_free(ahead);
}

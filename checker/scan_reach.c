// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan_reach: what can be called, however deep, from some functions.
 *
 * A name that the caller's file defines means that definition; else those of the
 * caller's directory if there are any, else every one.  Calls through fields are
 * not followed.
 */
#include "scan_private.h"

#include <string.h>

struct scan_reach {
	const struct scan *scan;
	guint8 *reached; /* by index of scan->functions */
	GArray *work;	 /* guint: indices whose calls are still to be followed */
};

struct scan_reach *scan_reach_new(const struct scan *scan)
{
	struct scan_reach *reach = g_new0(struct scan_reach, 1);

	reach->scan = scan;
	reach->reached = g_new0(guint8, MAX(scan->functions->len, 1));
	reach->work = g_array_new(FALSE, FALSE, sizeof(guint));
	return reach;
}

void scan_reach_free(struct scan_reach *reach)
{
	if (!reach)
		return;
	g_array_unref(reach->work);
	g_free(reach->reached);
	g_free(reach);
}

static const struct scan_function *function_at(const struct scan *scan, guint index)
{
	return &g_array_index(scan->functions, struct scan_function, index);
}

static guint first_of_name(const struct scan *scan, const char *name)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(scan->function_names, name)) - 1;
}

static void enter(struct scan_reach *reach, guint index)
{
	if (reach->reached[index])
		return;
	reach->reached[index] = 1;
	g_array_append_val(reach->work, index);
}

/* How near a definition is to the file that names it: 2 in it, 1 in its directory. */
static unsigned int nearness(const char *from, const char *file)
{
	const char *slash = strrchr(from, '/');
	gsize length = slash ? (gsize)(slash - from) + 1 : 0;

	if (!strcmp(from, file))
		return 2;
	return !strncmp(from, file, length) && !strchr(file + length, '/');
}

static void enter_name(struct scan_reach *reach, const char *from, const char *name)
{
	const struct scan *scan = reach->scan;
	unsigned int nearest = 0;

	for (guint i = first_of_name(scan, name); from && i != G_MAXUINT;
	     i = function_at(scan, i)->next)
		nearest = MAX(nearest, nearness(from, scan_path(scan, function_at(scan, i)->file)));
	for (guint i = first_of_name(scan, name); i != G_MAXUINT; i = function_at(scan, i)->next)
		if (!nearest ||
		    nearness(from, scan_path(scan, function_at(scan, i)->file)) == nearest)
			enter(reach, i);
}

static void follow(struct scan_reach *reach)
{
	const struct scan *scan = reach->scan;

	while (reach->work->len) {
		guint index = g_array_index(reach->work, guint, reach->work->len - 1);
		const struct scan_function *f = function_at(scan, index);

		g_array_set_size(reach->work, reach->work->len - 1);
		for (guint i = 0; i < f->call_count; i++) {
			const char *name = g_ptr_array_index(scan->calls, f->first_call + i);

			if (*name != '-')
				enter_name(reach, scan_path(scan, f->file), name);
		}
	}
}

void scan_reach_from(struct scan_reach *reach, const char *file, const char *function)
{
	enter_name(reach, file, function);
	follow(reach);
}

void scan_reach_from_directory(struct scan_reach *reach, const char *file)
{
	const struct scan *scan = reach->scan;
	const char *slash = strrchr(file, '/');
	gsize length = slash ? (gsize)(slash - file) + 1 : 0;

	for (guint i = 0; i < scan->functions->len; i++)
		if (!strncmp(scan_path(scan, function_at(scan, i)->file), file, length))
			enter(reach, i);
	follow(reach);
}

bool scan_reach_has(const struct scan_reach *reach, const char *file, const char *function)
{
	const struct scan *scan = reach->scan;

	for (guint i = first_of_name(scan, function); i != G_MAXUINT;
	     i = function_at(scan, i)->next)
		if (reach->reached[i] && !strcmp(scan_path(scan, function_at(scan, i)->file), file))
			return true;
	return false;
}

/* ---- the other way round ---- */

/* Which functions call a name; const char * of any of the shares' -> GArray of guint. */
static GHashTable *find_callers(const struct scan *scan)
{
	GHashTable *callers =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

	for (guint i = 0; i < scan->functions->len; i++) {
		const struct scan_function *f = function_at(scan, i);

		for (guint k = 0; k < f->call_count; k++) {
			char *name = g_ptr_array_index(scan->calls, f->first_call + k);
			GArray *of = g_hash_table_lookup(callers, name);

			if (*name == '-')
				continue;
			if (!of) {
				of = g_array_new(FALSE, FALSE, sizeof(guint));
				g_hash_table_insert(callers, name, of);
			}
			g_array_append_val(of, i);
		}
	}
	return callers;
}

static const GArray *callers_of(const struct scan *scan, const char *name)
{
	/* Made when it is first asked for; not part of what the scan says. */
	struct scan *memory = (struct scan *)scan;

	g_mutex_lock(&memory->lock);
	if (!memory->callers)
		memory->callers = find_callers(scan);
	g_mutex_unlock(&memory->lock);
	return g_hash_table_lookup(memory->callers, name);
}

/* Whether a call of its name in a file can mean the definition. */
static bool can_mean(const struct scan *scan, const char *from, guint definition)
{
	const struct scan_function *f = function_at(scan, definition);
	unsigned int near = nearness(from, scan_path(scan, f->file));

	if (near == 2)
		return true;
	for (guint i = first_of_name(scan, f->name); i != G_MAXUINT; i = function_at(scan, i)->next)
		if (nearness(from, scan_path(scan, function_at(scan, i)->file)) > near)
			return false;
	return true;
}

/* Enters the functions that call a definition; false if there are none. */
static bool enter_callers(struct scan_reach *reach, guint definition)
{
	const struct scan *scan = reach->scan;
	const GArray *of = callers_of(scan, function_at(scan, definition)->name);
	bool any = false;

	for (guint i = 0; of && i < of->len; i++) {
		guint caller = g_array_index(of, guint, i);

		if (caller == definition ||
		    !can_mean(scan, scan_path(scan, function_at(scan, caller)->file), definition))
			continue;
		any = true;
		enter(reach, caller);
	}
	return any;
}

GPtrArray *scan_entries(const struct scan *scan, const char *file, const char *function)
{
	struct scan_reach *reach = scan_reach_new(scan);
	GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);

	for (guint i = first_of_name(scan, function); i != G_MAXUINT;
	     i = function_at(scan, i)->next)
		if (!strcmp(scan_path(scan, function_at(scan, i)->file), file))
			enter(reach, i);
	while (reach->work->len) {
		guint index = g_array_index(reach->work, guint, reach->work->len - 1);
		const struct scan_function *f = function_at(scan, index);
		const GPtrArray *stored = scan_reference_files(scan, f->name);

		g_array_set_size(reach->work, reach->work->len - 1);
		if (!enter_callers(reach, index) || (stored && stored->len))
			g_ptr_array_add(entries, g_strdup_printf("%s:%s", scan_path(scan, f->file),
								 f->name));
	}
	scan_reach_free(reach);
	scan_sort_strings(entries);
	return entries;
}

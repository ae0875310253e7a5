// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan_reach: from where a function can be come to, by calls, however deep.
 *
 * A name that the caller's file defines means that definition; else those of the
 * caller's directory if there are any, else every one.  Calls through fields are
 * not followed.
 */
#include "scan_private.h"
#include "sorted.h"

#include <string.h>

struct scan_reach {
	const struct scan *scan;
	GHashTable *reaching; /* set of indices of scan->functions, plus 1 */
	GArray *work;	      /* guint: all of them, in the order they were found */
};

static const struct scan_function *function_at(const struct scan *scan, guint index)
{
	return &g_array_index(scan->functions, struct scan_function, index);
}

static const char *file_of(const struct scan *scan, guint index)
{
	return scan_path(scan, function_at(scan, index)->file);
}

static guint first_of_name(const struct scan *scan, const char *name)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(scan->function_names, name)) - 1;
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

/* Whether a call of its name in a file can mean the definition. */
static bool can_mean(const struct scan *scan, const char *from, guint definition)
{
	const struct scan_function *f = function_at(scan, definition);
	unsigned int near = nearness(from, scan_path(scan, f->file));

	if (near == 2)
		return true;
	for (guint i = first_of_name(scan, f->name); i != G_MAXUINT; i = function_at(scan, i)->next)
		if (nearness(from, file_of(scan, i)) > near)
			return false;
	return true;
}

/* Which functions call a name: const char * -> GArray of guint. */
static GHashTable *find_callers(const struct scan *scan)
{
	GHashTable *callers =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

	for (guint i = 0; i < scan->functions->len; i++) {
		const struct scan_function *f = function_at(scan, i);

		for (guint k = 0; k < f->call_count; k++) {
			char *name = g_ptr_array_index(scan->calls, f->first_call + k);
			GArray *of;

			if (*name == '-' || first_of_name(scan, name) == G_MAXUINT)
				continue;
			of = g_hash_table_lookup(callers, name);
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

static void enter(struct scan_reach *reach, guint index)
{
	if (!g_hash_table_add(reach->reaching, GUINT_TO_POINTER(index + 1)))
		return;
	g_array_append_val(reach->work, index);
	scan_note_body(reach->scan, function_at(reach->scan, index)->name);
}

static bool has(const struct scan_reach *reach, guint index)
{
	return g_hash_table_contains(reach->reaching, GUINT_TO_POINTER(index + 1));
}

/* Enters the functions that call a definition; false if there are none. */
static bool enter_callers(struct scan_reach *reach, guint definition)
{
	const struct scan *scan = reach->scan;
	const GArray *of = callers_of(scan, function_at(scan, definition)->name);
	bool any = false;

	for (guint i = 0; of && i < of->len; i++) {
		guint caller = g_array_index(of, guint, i);

		if (caller == definition || !can_mean(scan, file_of(scan, caller), definition))
			continue;
		any = true;
		enter(reach, caller);
	}
	return any;
}

struct scan_reach *scan_reach_to(const struct scan *scan, const char *file, const char *function)
{
	struct scan_reach *reach = g_new0(struct scan_reach, 1);

	reach->scan = scan;
	scan_note_body(scan, function);
	reach->reaching = g_hash_table_new(NULL, NULL);
	reach->work = g_array_new(FALSE, FALSE, sizeof(guint));
	for (guint i = first_of_name(scan, function); i != G_MAXUINT;
	     i = function_at(scan, i)->next)
		if (!strcmp(file_of(scan, i), file))
			enter(reach, i);
	for (guint i = 0; i < reach->work->len; i++)
		enter_callers(reach, g_array_index(reach->work, guint, i));
	return reach;
}

void scan_reach_free(struct scan_reach *reach)
{
	if (!reach)
		return;
	g_hash_table_unref(reach->reaching);
	g_array_unref(reach->work);
	g_free(reach);
}

bool scan_reach_from(const struct scan_reach *reach, const char *file, const char *function)
{
	scan_note_body(reach->scan, function);
	for (guint i = first_of_name(reach->scan, function); i != G_MAXUINT;
	     i = function_at(reach->scan, i)->next)
		if (has(reach, i) && can_mean(reach->scan, file, i))
			return true;
	return false;
}

bool scan_reach_from_directory(const struct scan_reach *reach, const char *file)
{
	const char *slash = strrchr(file, '/');
	gsize length = slash ? (gsize)(slash - file) + 1 : 0;

	for (guint i = 0; i < reach->work->len; i++)
		if (!strncmp(file_of(reach->scan, g_array_index(reach->work, guint, i)), file,
			     length))
			return true;
	return false;
}

/* Whether a function may be a member of a table that a file makes. */
static bool may_be_member(const struct scan *scan, const struct scan_function *f, const char *file)
{
	const char *path = scan_path(scan, f->file);
	const GPtrArray *in = scan_reference_files(scan, f->name);

	if (nearness(file, path) || g_str_has_suffix(path, ".h"))
		return true;
	for (guint i = 0; in && i < in->len; i++)
		if (!strcmp(in->pdata[i], file) || g_str_has_suffix(in->pdata[i], ".h"))
			return true;
	return false;
}

bool scan_reach_member(const struct scan_reach *reach, const char *file)
{
	for (guint i = 0; i < reach->work->len; i++)
		if (may_be_member(reach->scan,
				  function_at(reach->scan, g_array_index(reach->work, guint, i)),
				  file))
			return true;
	return false;
}

GPtrArray *scan_reach_entries(struct scan_reach *reach)
{
	GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < reach->work->len; i++) {
		guint index = g_array_index(reach->work, guint, i);
		const struct scan_function *f = function_at(reach->scan, index);
		const GPtrArray *stored = scan_reference_files(reach->scan, f->name);

		if (!enter_callers(reach, index) || (stored && stored->len))
			g_ptr_array_add(entries,
					g_strdup_printf("%s:%s", scan_path(reach->scan, f->file),
							f->name));
	}
	sort_strings(entries);
	return entries;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan: the tree in, what can matter out.  walk reads, source finds, gather keeps;
 * here the threads' shares are put together in the order of the paths, types are
 * followed across files, and questions are answered.
 */
#include "scan.h"

#include "escape.h"
#include "scan_cache.h"
#include "scan_private.h"
#include "sorted.h"

#include <string.h>

static void gather_free_data(void *gather)
{
	gather_free(gather);
}

static void array_unref(void *array)
{
	g_array_unref(array);
}

static void answer_unref(void *answer)
{
	if (answer)
		g_ptr_array_unref(answer);
}

static void open_cache(struct scan *scan, const struct scan_options *options)
{
	struct scan_cache_options cache = {
		.directory = options->cache,
		.root = options->root,
		.message = options->message,
		.message_data = options->message_data,
	};

	if (!options->cache)
		return;
	scan->cache = scan_cache_open(&cache);
	scan->next_number = (gint)scan_cache_count(scan->cache);
}

struct scan *scan_tree(const struct scan_options *options, GError **error)
{
	struct walk_options walk = {
		.root = options->root,
		.arches = options->arches,
		.known = options->cache ? gather_knows : NULL,
		.read = gather_read,
		.fail = gather_fail,
	};
	guint jobs = options->jobs ? options->jobs : g_get_num_processors();
	struct scan *scan = g_new0(struct scan, 1);
	guint i;

	scan->gathers = g_ptr_array_new_with_free_func(gather_free_data);
	scan->paths = g_ptr_array_new();
	scan->failures = g_ptr_array_new_with_free_func(g_free);
	scan->candidates = g_ptr_array_new();
	scan->exporters = g_ptr_array_new();
	scan->objects = g_ptr_array_new_with_free_func(g_free);
	scan->mapping_types = g_ptr_array_new();
	scan->rust_files = g_ptr_array_new();
	scan->exports = g_ptr_array_new_with_free_func(g_free);
	scan->relations = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	scan->expansions = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, array_unref);
	scan->type_macros = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, array_unref);
	scan->functions = g_array_new(FALSE, FALSE, sizeof(struct scan_function));
	scan->calls = g_ptr_array_new();
	scan->function_names = g_hash_table_new(g_str_hash, g_str_equal);
	scan->tables = g_array_new(FALSE, FALSE, sizeof(struct scan_table));
	scan->uses = g_array_new(FALSE, FALSE, sizeof(struct scan_use));
	scan->object_names = g_ptr_array_new_with_free_func(g_free);
	scan->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_unref);
	scan->bodies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_mutex_init(&scan->lock);

	open_cache(scan, options);
	for (i = 0; i < jobs; i++)
		g_ptr_array_add(scan->gathers, gather_new(&scan->next_number, scan->cache, false));
	if (!walk_tree(&walk, scan->gathers->pdata, jobs, error))
		goto fail;
	if (scan->cache)
		g_ptr_array_add(scan->gathers, scan_cache_thaw(scan->cache, &scan->next_number));
	if (!scan_merge(scan, &walk, error))
		goto fail;
	return scan;
fail:
	scan_free(scan);
	return NULL;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	g_ptr_array_unref(scan->gathers);
	g_ptr_array_unref(scan->paths);
	g_free(scan->numbers);
	g_ptr_array_unref(scan->failures);
	g_ptr_array_unref(scan->candidates);
	g_ptr_array_unref(scan->exporters);
	g_ptr_array_unref(scan->objects);
	g_ptr_array_unref(scan->mapping_types);
	g_ptr_array_unref(scan->rust_files);
	g_ptr_array_unref(scan->exports);
	file_index_free(scan->function_files);
	file_index_free(scan->table_files);
	file_index_free(scan->reference_files);
	file_index_free(scan->use_files);
	g_array_unref(scan->relations);
	g_hash_table_unref(scan->expansions);
	g_hash_table_unref(scan->type_macros);
	g_array_unref(scan->functions);
	g_ptr_array_unref(scan->calls);
	g_hash_table_unref(scan->function_names);
	g_array_unref(scan->tables);
	g_array_unref(scan->uses);
	g_ptr_array_unref(scan->object_names);
	g_hash_table_unref(scan->answers);
	g_hash_table_unref(scan->bodies);
	g_clear_pointer(&scan->callers, g_hash_table_unref);
	scan_cache_free(scan->cache);
	g_free(scan->digest);
	g_mutex_clear(&scan->lock);
	g_free(scan);
}

/* Questions */

guint scan_files_read(const struct scan *scan)
{
	return scan->paths->len;
}

const char *scan_digest(const struct scan *scan)
{
	return scan->digest;
}

struct text_hash scan_text_hash(const struct scan *scan, const char *text, gsize length)
{
	return scan_cache_hash(scan->cache, text, length);
}

const GPtrArray *scan_failures(const struct scan *scan)
{
	return scan->failures;
}

const GPtrArray *scan_candidates(const struct scan *scan)
{
	return scan->candidates;
}

const GPtrArray *scan_exporters(const struct scan *scan)
{
	return scan->exporters;
}

const GPtrArray *scan_objects(const struct scan *scan)
{
	return scan->objects;
}

const GPtrArray *scan_mapping_types(const struct scan *scan)
{
	return scan->mapping_types;
}

const GPtrArray *scan_exports(const struct scan *scan)
{
	return scan->exports;
}

void scan_note_body(const struct scan *scan, const char *name)
{
	/* Not part of what the scan says. */
	struct scan *memory = (struct scan *)scan;

	g_mutex_lock(&memory->lock);
	if (!g_hash_table_contains(memory->bodies, name))
		g_hash_table_add(memory->bodies, g_strdup(name));
	g_mutex_unlock(&memory->lock);
}

bool scan_takes_mapping(const struct scan *scan, const char *name)
{
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(scan->function_names, name)) - 1;

	scan_note_body(scan, name);
	while (index != G_MAXUINT) {
		const struct scan_function *function =
			&g_array_index(scan->functions, struct scan_function, index);

		if (function->mapping)
			return true;
		index = function->next;
	}
	return false;
}

const GPtrArray *scan_rust_files(const struct scan *scan)
{
	return scan->rust_files;
}

static int compare_numbers(const void *a, const void *b)
{
	const guint *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* The paths of the files, sorted, or NULL if there are none. */
static GPtrArray *paths_of(const struct scan *scan, GArray *files)
{
	GPtrArray *paths;
	guint i;

	if (!files->len)
		return NULL;
	g_array_sort(files, compare_numbers);
	paths = g_ptr_array_new();
	for (i = 0; i < files->len; i++) {
		guint file = g_array_index(files, guint, i);

		if (!i || file != g_array_index(files, guint, i - 1))
			g_ptr_array_add(paths, g_ptr_array_index(scan->paths, file));
	}
	return paths;
}

static GPtrArray *find_word_files(const struct scan *scan, const struct file_index *index,
				  const char *word)
{
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(guint));

	file_index_lookup(index, word_hash(word, strlen(word)), files);
	return paths_of(scan, files);
}

static GPtrArray *find_function_files(const struct scan *scan, const char *name)
{
	return find_word_files(scan, scan->function_files, name);
}

static GPtrArray *find_reference_files(const struct scan *scan, const char *name)
{
	return find_word_files(scan, scan->reference_files, name);
}

static GPtrArray *find_table_files(const struct scan *scan, const char *record)
{
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autoptr(GArray) types = scan_types_made_of(scan, word_hash(record, strlen(record)), NULL);
	guint i, j;

	for (i = 0; i < types->len; i++) {
		guint64 type = g_array_index(types, guint64, i);
		const GArray *macros = g_hash_table_lookup(scan->type_macros, &type);

		file_index_lookup(scan->table_files, type, files);
		for (j = 0; macros && j < macros->len; j++)
			file_index_lookup(scan->use_files, g_array_index(macros, guint64, j),
					  files);
	}
	return paths_of(scan, files);
}

static GPtrArray *find_variable_files(const struct scan *scan, const char *name)
{
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(guint));
	guint i;

	for (i = 0; i < scan->tables->len; i++) {
		const struct scan_table *entry = &g_array_index(scan->tables, struct scan_table, i);

		if (entry->table->initialised && !strcmp(entry->table->name, name))
			g_array_append_val(files, entry->file);
	}
	return paths_of(scan, files);
}

static GPtrArray *find_callees(const struct scan *scan, const char *name)
{
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(scan->function_names, name)) - 1;
	GPtrArray *callees;
	guint i;

	if (index == G_MAXUINT)
		return NULL;
	callees = g_ptr_array_new();
	while (index != G_MAXUINT) {
		const struct scan_function *function =
			&g_array_index(scan->functions, struct scan_function, index);

		for (i = 0; i < function->call_count; i++)
			g_ptr_array_add(callees,
					g_ptr_array_index(scan->calls, function->first_call + i));
		index = function->next;
	}
	sort_unique_strings(callees);
	return callees;
}

/* The answer of find for the name, which is looked for once only. */
static const GPtrArray *answer(const struct scan *scan, char question, const char *name,
			       GPtrArray *(*find)(const struct scan *scan, const char *name))
{
	/* Answers are not part of what the scan says, only of how fast. */
	struct scan *memory = (struct scan *)scan;
	g_autofree char *key = g_strdup_printf("%c%s", question, name);
	gpointer found;

	g_mutex_lock(&memory->lock);
	if (!g_hash_table_lookup_extended(memory->answers, key, NULL, &found)) {
		found = find(scan, name);
		g_hash_table_insert(memory->answers, g_steal_pointer(&key), found);
	}
	g_mutex_unlock(&memory->lock);
	return found;
}

const GPtrArray *scan_function_files(const struct scan *scan, const char *name)
{
	return answer(scan, 'f', name, find_function_files);
}

const GPtrArray *scan_table_files(const struct scan *scan, const char *record)
{
	return answer(scan, 't', record, find_table_files);
}

const GPtrArray *scan_variable_files(const struct scan *scan, const char *name)
{
	return answer(scan, 'v', name, find_variable_files);
}

const GPtrArray *scan_reference_files(const struct scan *scan, const char *name)
{
	return answer(scan, 'r', name, find_reference_files);
}

const GPtrArray *scan_callees(const struct scan *scan, const char *function)
{
	scan_note_body(scan, function);
	return answer(scan, 'c', function, find_callees);
}

/* Calls back with the keys of a set, each from its character first on. */
static void each_key(const struct scan *scan, GHashTable *set, guint first,
		     void (*each)(const char *name, void *data), void *data)
{
	struct scan *memory = (struct scan *)scan;
	GHashTableIter iter;
	void *key;

	g_mutex_lock(&memory->lock);
	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		each((const char *)key + first, data);
	g_mutex_unlock(&memory->lock);
}

void scan_each_question(const struct scan *scan, void (*each)(const char *name, void *data),
			void *data)
{
	each_key(scan, scan->answers, 1, each, data);
}

void scan_each_body(const struct scan *scan, void (*each)(const char *name, void *data), void *data)
{
	each_key(scan, scan->bodies, 0, each, data);
}

/* The dump */

static void G_GNUC_PRINTF(2, 3) add_line(GPtrArray *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(lines, g_strdup_vprintf(format, args));
	va_end(args);
}

static void dump_files(const GPtrArray *files, const char *kind, GPtrArray *lines)
{
	guint i;

	for (i = 0; i < files->len; i++) {
		g_autofree char *path = escape_string(g_ptr_array_index(files, i));

		add_line(lines, "%s\t%s", kind, path);
	}
}

static void dump_functions(const struct scan *scan, GPtrArray *lines)
{
	GHashTableIter iter;
	gpointer name;
	guint i;

	for (i = 0; i < scan->functions->len; i++) {
		const struct scan_function *function =
			&g_array_index(scan->functions, struct scan_function, i);
		g_autofree char *path = escape_string(scan_path(scan, function->file));

		if (!function->macro)
			add_line(lines, "function\t%s\t%s:%u", function->name, path,
				 function->line);
	}
	g_hash_table_iter_init(&iter, scan->function_names);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_autoptr(GPtrArray) callees = find_callees(scan, name);

		for (i = 0; i < callees->len; i++)
			add_line(lines, "call\t%s\t%s", (const char *)name,
				 (const char *)g_ptr_array_index(callees, i));
	}
}

void scan_dump(const struct scan *scan, GString *out)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	guint i;

	add_line(lines, "files-read\t%u", scan_files_read(scan));
	dump_files(scan->candidates, "candidate", lines);
	dump_files(scan->exporters, "exporter", lines);
	dump_files(scan->rust_files, "rust", lines);
	dump_functions(scan, lines);
	for (i = 0; i < scan->exports->len; i++) {
		const struct scan_export *export = g_ptr_array_index(scan->exports, i);
		g_autofree char *path = escape_string(export->file);

		if (scan_takes_mapping(scan, export->name))
			add_line(lines, "export\t%s\t%s", export->name, path);
	}
	for (i = 0; i < scan->mapping_types->len; i++)
		add_line(lines, "mapping-type\t%s",
			 (const char *)g_ptr_array_index(scan->mapping_types, i));
	for (i = 0; i < scan->failures->len; i++) {
		const struct scan_failure *failure = g_ptr_array_index(scan->failures, i);
		g_autofree char *path = escape_string(failure->file);

		add_line(lines, "failure\t%s\t%s", path, failure->reason);
	}
	for (i = 0; i < scan->objects->len; i++) {
		const struct scan_object *object = g_ptr_array_index(scan->objects, i);
		g_autofree char *path = escape_string(object->file);

		add_line(lines, "object\t%s:%u\t%s%s", path, object->line, object->name,
			 object->nested ? "\tnested" : "");
	}
	for (i = 0; i < scan->tables->len; i++) {
		const struct scan_table *entry = &g_array_index(scan->tables, struct scan_table, i);
		g_autofree char *path = escape_string(scan_path(scan, entry->file));

		if (entry->table->initialised)
			add_line(lines, "table\t%s\t%s\t%s:%u", entry->table->type,
				 entry->table->name, path, entry->table->line);
	}
	sort_strings(lines);
	for (i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);

		/* Functions that were met in several pieces repeat themselves. */
		if (!i || strcmp(line, g_ptr_array_index(lines, i - 1)))
			g_string_append_printf(out, "%s\n", line);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads' shares are put together in the order of the paths, so that what a
 * scan says does not depend on how many there were.
 */
#include "scan_cache.h"
#include "scan_private.h"
#include "sorted.h"

#include <string.h>

/* include/linux/export.h: how the names of all macros begin that export a function. */
#define EXPORT_MACRO "EXPORT_SYMBOL"

static int compare_shares(const void *a, const void *b)
{
	return strcmp(share_file(a)->path, share_file(b)->path);
}

/* Puts the elements of two sorted arrays of one kind in one; both are freed. */
static GArray *merge_sorted(GArray *a, GArray *b, int (*compare)(const void *a, const void *b))
{
	guint size = g_array_get_element_size(a);
	GArray *merged;
	guint i = 0, k = 0;

	if (!a->len || !b->len) {
		merged = g_array_ref(a->len ? a : b);
	} else {
		merged = g_array_sized_new(FALSE, FALSE, size, a->len + b->len);
		while (i < a->len && k < b->len) {
			const char *left = a->data + (gsize)i * size;
			const char *right = b->data + (gsize)k * size;
			bool first = compare(left, right) <= 0;

			g_array_append_vals(merged, first ? left : right, 1);
			i += first;
			k += !first;
		}
		g_array_append_vals(merged, a->data + (gsize)i * size, a->len - i);
		g_array_append_vals(merged, b->data + (gsize)k * size, b->len - k);
	}
	g_array_unref(a);
	g_array_unref(b);
	return merged;
}

static int compare_failures(const void *a, const void *b)
{
	const struct scan_failure *first = *(const struct scan_failure *const *)a;
	const struct scan_failure *second = *(const struct scan_failure *const *)b;
	int order = strcmp(first->file, second->file);

	return order ? order : strcmp(first->reason, second->reason);
}

static void add_functions(struct scan *scan, const struct share *share, guint file)
{
	const struct gather *gather = share->gather;
	guint end = SHARE_END(share, functions), calls_end = SHARE_END(share, calls);
	guint i, j;

	for (i = share_file(share)->functions; i < end; i++) {
		const struct gathered_function *gathered =
			&g_array_index(gather->functions, struct gathered_function, i);
		guint stop = i + 1 < end ? gathered[1].first_call : calls_end;
		struct scan_function function = {
			.name = gathered->name,
			.file = file,
			.line = gathered->line,
			.first_call = scan->calls->len,
			.next = G_MAXUINT,
			.macro = gathered->macro,
			.mapping = gathered->mapping,
		};
		gpointer first = g_hash_table_lookup(scan->function_names, gathered->name);

		for (j = gathered->first_call; j < stop; j++)
			g_ptr_array_add(scan->calls, g_ptr_array_index(gather->calls, j));
		function.call_count = scan->calls->len - function.first_call;
		if (first)
			function.next = GPOINTER_TO_UINT(first) - 1;
		g_array_append_val(scan->functions, function);
		g_hash_table_insert(scan->function_names, (void *)gathered->name,
				    GUINT_TO_POINTER(scan->functions->len));
	}
}

static void add_details(struct scan *scan, const struct share *share, guint file)
{
	const struct gather *gather = share->gather;
	guint end, i;

	add_functions(scan, share, file);
	end = SHARE_END(share, tables);
	for (i = share_file(share)->tables; i < end; i++) {
		struct scan_table table = { .file = file };

		table.table = &g_array_index(gather->tables, struct gathered_table, i);
		table.paths =
			&g_array_index(gather->paths, struct source_path, table.table->first_path);
		g_array_append_val(scan->tables, table);
	}
	end = SHARE_END(share, uses);
	for (i = share_file(share)->uses; i < end; i++) {
		struct scan_use use = { .file = file };

		use.use = &g_array_index(gather->uses, struct gathered_use, i);
		g_array_append_val(scan->uses, use);
	}
}

/* The files of all shares, by path; the caller frees the array of struct share. */
static GArray *sort_files(const struct scan *scan)
{
	GArray *shares = g_array_new(FALSE, FALSE, sizeof(struct share));
	GArray *frozen = g_array_new(FALSE, FALSE, sizeof(struct share));
	guint i, j;

	for (i = 0; i < scan->gathers->len; i++) {
		const struct gather *gather = g_ptr_array_index(scan->gathers, i);

		for (j = 0; j < gather->files->len; j++) {
			struct share share = { gather, j };

			g_array_append_val(gather->frozen ? frozen : shares, share);
		}
	}
	g_array_sort(shares, compare_shares);
	return merge_sorted(shares, frozen, compare_shares);
}

static struct file_index *index_entries(const struct scan *scan, size_t member,
					enum scan_cache_index which)
{
	g_autoptr(GPtrArray) arrays = g_ptr_array_new();
	struct file_index *index;
	guint i;

	for (i = 0; i < scan->gathers->len; i++) {
		char *gather = g_ptr_array_index(scan->gathers, i);

		g_ptr_array_add(arrays, *(GArray **)(gather + member));
	}
	index = file_index_new(arrays, scan->numbers, scan_cache_index(scan->cache, which));
	for (i = 0; i < arrays->len; i++)
		g_array_set_size(g_ptr_array_index(arrays, i), 0);
	return index;
}

static void merge_types(struct scan *scan, const GArray *shares)
{
	g_autoptr(GArray) macros = g_array_new(FALSE, FALSE, sizeof(struct gathered_macro));
	GArray *frozen = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	guint i, j;

	for (i = 0; i < scan->gathers->len; i++) {
		const struct gather *gather = g_ptr_array_index(scan->gathers, i);

		g_array_append_vals(gather->frozen ? frozen : scan->relations,
				    gather->relations->data, gather->relations->len);
		for (j = 0; j < gather->mapping_types->len; j++)
			g_ptr_array_add(scan->mapping_types, gather->mapping_types->pdata[j]);
	}
	g_array_sort(scan->relations, scan_compare_relations);
	scan->relations = merge_sorted(scan->relations, frozen, scan_compare_relations);
	sort_unique_strings(scan->mapping_types);

	for (i = 0; i < shares->len; i++) {
		const struct share *share = &g_array_index(shares, struct share, i);
		guint first = share_file(share)->macros;
		guint end = SHARE_END(share, macros);

		if (first < end)
			g_array_append_vals(macros,
					    &g_array_index(share->gather->macros,
							   struct gathered_macro, first),
					    end - first);
	}
	scan_find_expansions(scan, macros);
}

static void merge_failures(struct scan *scan)
{
	guint i, j;

	for (i = 0; i < scan->gathers->len; i++) {
		const struct gather *gather = g_ptr_array_index(scan->gathers, i);

		for (j = 0; j < gather->failures->len; j++) {
			const struct gathered_failure *gathered =
				&g_array_index(gather->failures, struct gathered_failure, j);
			struct scan_failure *failure = g_new(struct scan_failure, 1);

			*failure = (struct scan_failure){ gathered->path, gathered->reason };
			g_ptr_array_add(scan->failures, failure);
		}
		for (j = 0; j < gather->files->len; j++) {
			const struct gathered_file *file =
				&g_array_index(gather->files, struct gathered_file, j);

			if (file->rust)
				g_ptr_array_add(scan->rust_files, (void *)file->path);
		}
	}
	g_ptr_array_sort(scan->failures, compare_failures);
	sort_strings(scan->rust_files);
}

/*
 * Files that may have objects inside of other variables, or by macros, of which the
 * details were not kept, since they mention nothing that matters: const char *.
 */
static GPtrArray *files_to_detail(const struct scan *scan, const GArray *shares,
				  const struct ops_types *types)
{
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(guint));
	GPtrArray *paths = g_ptr_array_new();
	guint i, j;

	for (i = 0; i < types->types->len; i++) {
		guint64 type = g_array_index(types->types, guint64, i);
		const GArray *macros = g_hash_table_lookup(scan->type_macros, &type);

		file_index_lookup(scan->table_files, type, files);
		for (j = 0; macros && j < macros->len; j++)
			file_index_lookup(scan->use_files, g_array_index(macros, guint64, j),
					  files);
	}
	for (i = 0; i < files->len; i++) {
		const struct share *share =
			&g_array_index(shares, struct share, g_array_index(files, guint, i));

		if (!share_file(share)->detailed)
			g_ptr_array_add(paths, (void *)share_file(share)->path);
	}
	sort_unique_strings(paths);
	return paths;
}

/*
 * Reads these files again, and puts the new shares in the place of the old ones; *same
 * tells whether they still have the content that they had.
 */
static bool detail_files(struct scan *scan, const struct walk_options *options, GArray *shares,
			 const GPtrArray *paths, bool *same, GError **error)
{
	struct gather *gather = gather_new(&scan->next_number, scan->cache, true);
	guint i, j;

	*same = true;
	g_ptr_array_add(scan->gathers, gather);
	if (!walk_files(options, paths, gather, error))
		return false;
	*same = gather->files->len == paths->len;
	for (i = 0, j = 0; i < shares->len && j < gather->files->len; i++) {
		struct share *share = &g_array_index(shares, struct share, i);
		struct share fresh = { gather, j };

		if (strcmp(share_file(share)->path, share_file(&fresh)->path))
			continue;
		if (memcmp(&share_file(share)->hash, &share_file(&fresh)->hash,
			   sizeof(struct text_hash)))
			*same = false;
		*share = fresh;
		j++;
	}
	return true;
}

static void number_files(struct scan *scan, const GArray *shares)
{
	guint i;

	gsize size = sizeof(guint) * MAX((gsize)scan->next_number, 1);

	scan->numbers = g_malloc(size);
	memset(scan->numbers, 0xff, size);
	for (i = 0; i < shares->len; i++) {
		const struct gathered_file *file =
			share_file(&g_array_index(shares, struct share, i));

		scan->numbers[file->number] = i;
		g_ptr_array_add(scan->paths, (void *)file->path);
	}
}

static int compare_exports(const void *a, const void *b)
{
	const struct scan_export *first = *(const struct scan_export *const *)a;
	const struct scan_export *second = *(const struct scan_export *const *)b;
	int order = strcmp(first->file, second->file);

	return order ? order : strcmp(first->name, second->name);
}

static void find_exports(struct scan *scan)
{
	for (guint i = 0; i < scan->uses->len; i++) {
		const struct scan_use *entry = &g_array_index(scan->uses, struct scan_use, i);
		struct scan_export *export;

		if (!g_str_has_prefix(entry->use->name, EXPORT_MACRO) || !entry->use->arguments[0])
			continue;
		export = g_new(struct scan_export, 1);
		*export = (struct scan_export){ scan_path(scan, entry->file),
						entry->use->arguments[0] };
		g_ptr_array_add(scan->exports, export);
	}
	g_ptr_array_sort(scan->exports, compare_exports);
}

/* Of the content of every file, and of what could not be read. */
static char *make_digest(const struct scan *scan, const struct walk_options *options,
			 const GArray *shares)
{
	g_autoptr(GString) all = g_string_new(NULL);
	struct text_hash hash;
	guint i;

	for (i = 0; options->arches && options->arches[i]; i++)
		g_string_append_printf(all, "%s\n", options->arches[i]);
	for (i = 0; i < scan->failures->len; i++) {
		const struct scan_failure *failure = g_ptr_array_index(scan->failures, i);

		g_string_append_printf(all, "%s %s\n", failure->file, failure->reason);
	}
	for (i = 0; i < shares->len; i++) {
		const struct gathered_file *file =
			share_file(&g_array_index(shares, struct share, i));

		g_string_append_len(all, file->path, (gssize)strlen(file->path) + 1);
		g_string_append_len(all, (const char *)&file->hash, sizeof(file->hash));
	}
	hash = scan_cache_hash(scan->cache, all->str, all->len);
	return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
			       hash.halves[0], hash.halves[1]);
}

bool scan_merge(struct scan *scan, const struct walk_options *options, GError **error)
{
	struct ops_types types;
	g_autoptr(GArray) shares = sort_files(scan);
	g_autoptr(GPtrArray) again = NULL;
	g_autoptr(GHashTable) with_objects = g_hash_table_new(g_str_hash, g_str_equal);
	bool same = true;
	guint i;

	number_files(scan, shares);
	scan->function_files =
		index_entries(scan, offsetof(struct gather, function_entries), CACHED_FUNCTIONS);
	scan->table_files =
		index_entries(scan, offsetof(struct gather, table_entries), CACHED_TABLES);
	scan->reference_files =
		index_entries(scan, offsetof(struct gather, reference_entries), CACHED_REFERENCES);
	scan->use_files = index_entries(scan, offsetof(struct gather, use_entries), CACHED_USES);
	merge_types(scan, shares);
	if (scan->cache)
		scan_cache_save(scan->cache, scan, shares);

	ops_types_init(&types, scan);
	again = files_to_detail(scan, shares, &types);
	if (again->len && !detail_files(scan, options, shares, again, &same, error)) {
		ops_types_clear(&types);
		return false;
	}
	merge_failures(scan);
	if (scan->cache && same)
		scan->digest = make_digest(scan, options, shares);

	for (i = 0; i < shares->len; i++) {
		const struct share *share = &g_array_index(shares, struct share, i);

		if (share_file(share)->detailed)
			add_details(scan, share, i);
	}
	scan_find_objects(scan, &types);
	ops_types_clear(&types);
	find_exports(scan);

	for (i = 0; i < scan->objects->len; i++) {
		const struct scan_object *object = g_ptr_array_index(scan->objects, i);

		g_hash_table_add(with_objects, (void *)object->file);
	}
	for (i = 0; i < shares->len; i++) {
		guint mentions = share_file(&g_array_index(shares, struct share, i))->mentions;
		char *path = g_ptr_array_index(scan->paths, i);
		bool exports = (mentions & MENTIONS_EXPORT) && g_str_has_suffix(path, ".c");

		if (g_hash_table_contains(with_objects, path))
			exports = true;
		if (exports || (mentions & (MENTIONS_MAPPING | MENTIONS_EXPORT)))
			g_ptr_array_add(scan->candidates, path);
		if (exports)
			g_ptr_array_add(scan->exporters, path);
	}
	return true;
}

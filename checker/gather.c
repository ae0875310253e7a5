// SPDX-License-Identifier: GPL-2.0-only
/*
 * gather: from the pieces of a text that source points to, to what stays when the
 * text is gone.
 */
#include "gather.h"

#include "file_index.h"
#include "scan_cache.h"

#include <string.h>

/* What was seen lately in the same file is not recorded again. */
#define RECENT 4096

/* The mark of a call through a field, for the hash of "->name". */
#define MEMBER_MARK G_GUINT64_CONSTANT(0x27d4eb2f165667c5)

/* Core code that maps: its calls are known, whatever its files mention. */
static const char *const core_directories[] = {
	"drivers/dma-buf/",
	"drivers/iommu/",
	"kernel/dma/",
	"mm/",
};

/* A Rust file that may have tables of a GEM driver or of an exporter. */
static const char *const rust_words[] = {
	"dma_buf",
	"drm_driver",
	"drm_gem",
	"gem::",
};

/* A place in a text, and the line it is in. */
struct line_counter {
	const char *at;
	guint line;
};

/* The farthest place that was asked for, and the last one before that. */
struct text_lines {
	struct line_counter farthest;
	struct line_counter earlier;
};

/*
 * The line of a place.  Places come in about their order, with one that comes again
 * and again at most: so nothing is counted often, however the text is made.
 */
static guint line_of(struct text_lines *lines, const char *at)
{
	struct line_counter *counter = at < lines->farthest.at ? &lines->earlier : &lines->farthest;
	const char *p;

	for (p = counter->at; p < at && (p = memchr(p, '\n', at - p)); p++)
		counter->line++;
	for (p = counter->at; p > at && (p = memrchr(at, '\n', p - at));)
		counter->line--;
	counter->at = at;
	return counter->line;
}

/* The word as a string that lives as long as gather, prefixed for a member. */
static const char *intern_word(struct gather *gather, const struct source_word *word, bool member)
{
	guint64 hash = member ? word->hash ^ MEMBER_MARK : word->hash;
	const char *string = g_hash_table_lookup(gather->interned, &hash);
	guint64 *key;

	if (string)
		return string;
	if (member) {
		g_autofree char *text = g_strdup_printf("->%.*s", (int)word->length, word->text);

		string = g_string_chunk_insert(gather->strings, text);
	} else {
		string = g_string_chunk_insert_len(gather->strings, word->text, word->length);
	}
	key = g_new(guint64, 1);
	*key = hash;
	g_hash_table_insert(gather->interned, key, (void *)string);
	return string;
}

static const char *intern_any(struct gather *gather, const struct source_word *word)
{
	return word->text ? intern_word(gather, word, false) : NULL;
}

/* Adds an entry, unless it was the last one in its place. */
static void add_entry(struct gather *gather, GArray *entries, guint64 hash, guint file)
{
	guint64 entry = file_index_entry(hash, file);
	guint64 *recent = &gather->recent[(hash >> 40) % RECENT];

	if (*recent == (entry ^ (guintptr)entries))
		return;
	*recent = entry ^ (guintptr)entries;
	g_array_append_val(entries, entry);
}

static void gather_entries(struct gather *gather, guint file)
{
	const struct source *source = gather->source;
	guint i;

	for (i = 0; i < source->functions->len; i++) {
		const struct source_function *function =
			&g_array_index(source->functions, struct source_function, i);

		if (!function->macro)
			add_entry(gather, gather->function_entries, function->name.hash, file);
	}
	for (i = 0; i < source->tables->len; i++)
		add_entry(gather, gather->table_entries,
			  g_array_index(source->tables, struct source_table, i).type.hash, file);
	for (i = 0; i < source->references->len; i++)
		add_entry(gather, gather->reference_entries,
			  g_array_index(source->references, guint64, i), file);
	for (i = 0; i < source->uses->len; i++)
		add_entry(gather, gather->use_entries,
			  g_array_index(source->uses, struct source_use, i).macro.hash, file);
}

static void gather_macro(struct gather *gather, const struct source_macro *macro)
{
	struct gathered_macro gathered = {
		.macro = macro->macro.hash,
		.type = macro->type.text ? macro->type.hash : 0,
		.use = macro->use,
		.argument = macro->argument,
		.initialised = macro->initialised,
		.piece_count = macro->piece_count,
	};
	guint i;

	for (i = 0; i < macro->piece_count; i++) {
		gathered.pieces[i].word = intern_word(gather, &macro->pieces[i].word, false);
		gathered.pieces[i].argument = macro->pieces[i].argument;
	}
	g_array_append_val(gather->macros, gathered);
}

static void gather_types(struct gather *gather, guint file, bool detailed)
{
	const struct source *source = gather->source;
	guint i;

	for (i = 0; i < source->relations->len; i++) {
		struct source_relation *relation =
			&g_array_index(source->relations, struct source_relation, i);

		relation->file = file;
		if (detailed || relation->kind != RELATION_POINTS)
			g_array_append_val(gather->relations, *relation);
	}
	for (i = 0; i < source->macros->len; i++)
		gather_macro(gather, &g_array_index(source->macros, struct source_macro, i));
	for (i = 0; i < source->mapping_types->len; i++)
		g_ptr_array_add(gather->mapping_types,
				(void *)intern_word(gather,
						    &g_array_index(source->mapping_types,
								   struct source_word, i),
						    false));
}

static void gather_functions(struct gather *gather, struct text_lines *lines)
{
	const struct source *source = gather->source;
	guint i, j;

	for (i = 0; i < source->functions->len; i++) {
		const struct source_function *function =
			&g_array_index(source->functions, struct source_function, i);
		guint end = i + 1 < source->functions->len ? function[1].first_call :
							     source->calls->len;
		struct gathered_function gathered = {
			.name = intern_word(gather, &function->name, false),
			.line = line_of(lines, function->name.text),
			.first_call = gather->calls->len,
			.macro = function->macro,
			.mapping = function->mapping,
		};

		g_array_append_val(gather->functions, gathered);
		for (j = function->first_call; j < end; j++) {
			const struct source_call *call =
				&g_array_index(source->calls, struct source_call, j);
			const char *name = intern_word(gather, &call->name, call->member);
			guint k = gather->calls->len;

			/* The rest of the repetitions goes with the first query. */
			while (k > gathered.first_call && gather->calls->len - k < 16 &&
			       g_ptr_array_index(gather->calls, k - 1) != name)
				k--;
			if (k == gathered.first_call || gather->calls->len - k == 16)
				g_ptr_array_add(gather->calls, (void *)name);
		}
	}
}

static int compare_paths(const void *a, const void *b)
{
	const struct source_path *first = a, *second = b;

	return (first->table > second->table) - (first->table < second->table);
}

static void gather_tables(struct gather *gather, struct text_lines *lines)
{
	const struct source *source = gather->source;
	guint path = 0;
	guint i;

	g_array_sort(source->paths, compare_paths);
	for (i = 0; i < source->tables->len; i++) {
		const struct source_table *table =
			&g_array_index(source->tables, struct source_table, i);
		const char *type = intern_any(gather, &table->type);
		struct gathered_table gathered = {
			.type = type ? type : "",
			.name = intern_word(gather, &table->name, false),
			.type_hash = table->type.hash,
			.line = line_of(lines, table->name.text),
			.first_path = gather->paths->len,
			.alias = table->alias,
			.initialised = table->initialised,
			.nested = table->nested,
		};

		while (path < source->paths->len &&
		       g_array_index(source->paths, struct source_path, path).table == i)
			g_array_append_val(gather->paths,
					   g_array_index(source->paths, struct source_path,
							 path++));
		gathered.path_count = gather->paths->len - gathered.first_path;
		g_array_append_val(gather->tables, gathered);
	}
}

static void gather_uses(struct gather *gather, struct text_lines *lines)
{
	const struct source *source = gather->source;
	guint i, j;

	for (i = 0; i < source->uses->len; i++) {
		const struct source_use *use = &g_array_index(source->uses, struct source_use, i);
		struct gathered_use gathered = {
			.macro = use->macro.hash,
			.name = intern_word(gather, &use->macro, false),
			.line = line_of(lines, use->macro.text),
		};

		for (j = 0; j < SOURCE_ARGUMENTS; j++)
			gathered.arguments[j] = intern_any(gather, &use->arguments[j]);
		g_array_append_val(gather->uses, gathered);
	}
}

static bool is_core(const char *path)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(core_directories); i++)
		if (g_str_has_prefix(path, core_directories[i]))
			return true;
	return false;
}

static bool is_rust_of_interest(const char *text, gsize length)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(rust_words); i++)
		if (memmem(text, length, rust_words[i], strlen(rust_words[i])))
			return true;
	return false;
}

void gather_fail(void *data, const char *path, const char *reason)
{
	struct gather *gather = data;
	struct gathered_failure failure = { g_strdup(path), g_strdup(reason) };

	g_array_append_val(gather->failures, failure);
}

bool gather_knows(void *data, const char *path, const struct file_state *state)
{
	struct gather *gather = data;

	return gather->cache && scan_cache_knows(gather->cache, path, state);
}

void gather_read(void *data, const char *path, char *text, gsize length,
		 const struct file_state *state)
{
	struct gather *gather = data;
	struct text_lines lines = { { text, 1 }, { text, 1 } };
	struct gathered_file file = gather_next_file(gather);

	if (gather->cache) {
		file.hash = scan_cache_hash(gather->cache, text, length);
		if (!gather->all_detailed && scan_cache_has(gather->cache, path, &file.hash, state))
			return;
	}
	if (state) {
		file.state = *state;
		file.proven = true;
	}
	file.number = g_atomic_int_add(gather->next_number, 1);
	if (file.number >= FILE_NUMBER_LIMIT) {
		gather_fail(gather, path, "too many files");
		return;
	}
	file.path = g_string_chunk_insert(gather->strings, path);
	if (g_str_has_suffix(path, ".rs")) {
		file.rust = is_rust_of_interest(text, length);
		g_array_append_val(gather->files, file);
		return;
	}

	source_read(gather->source, text, length, word_hash(path, strlen(path)));
	file.mentions = gather->source->mentions;
	file.detailed = gather->all_detailed || file.mentions || is_core(path);
	gather_entries(gather, file.number);
	gather_types(gather, file.number, file.detailed);
	if (file.detailed) {
		gather_functions(gather, &lines);
		gather_tables(gather, &lines);
		gather_uses(gather, &lines);
	}
	g_array_append_val(gather->files, file);
}

struct gather *gather_new(gint *next_number, struct scan_cache *cache, bool all_detailed)
{
	struct gather *gather = g_new0(struct gather, 1);

	gather->source = source_new();
	gather->next_number = next_number;
	gather->cache = cache;
	gather->all_detailed = all_detailed;
	gather->strings = g_string_chunk_new(1 << 16);
	gather->interned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	gather->files = g_array_new(FALSE, FALSE, sizeof(struct gathered_file));
	gather->failures = g_array_new(FALSE, FALSE, sizeof(struct gathered_failure));
	gather->function_entries = g_array_new(FALSE, FALSE, sizeof(guint64));
	gather->table_entries = g_array_new(FALSE, FALSE, sizeof(guint64));
	gather->reference_entries = g_array_new(FALSE, FALSE, sizeof(guint64));
	gather->use_entries = g_array_new(FALSE, FALSE, sizeof(guint64));
	gather->relations = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	gather->macros = g_array_new(FALSE, FALSE, sizeof(struct gathered_macro));
	gather->mapping_types = g_ptr_array_new();
	gather->functions = g_array_new(FALSE, FALSE, sizeof(struct gathered_function));
	gather->calls = g_ptr_array_new();
	gather->tables = g_array_new(FALSE, FALSE, sizeof(struct gathered_table));
	gather->paths = g_array_new(FALSE, FALSE, sizeof(struct source_path));
	gather->uses = g_array_new(FALSE, FALSE, sizeof(struct gathered_use));
	gather->recent = g_new0(guint64, RECENT);
	return gather;
}

void gather_free(struct gather *gather)
{
	guint i;

	if (!gather)
		return;
	for (i = 0; i < gather->failures->len; i++) {
		struct gathered_failure *failure =
			&g_array_index(gather->failures, struct gathered_failure, i);

		g_free(failure->path);
		g_free(failure->reason);
	}
	source_free(gather->source);
	g_string_chunk_free(gather->strings);
	g_hash_table_unref(gather->interned);
	g_array_unref(gather->files);
	g_array_unref(gather->failures);
	g_array_unref(gather->function_entries);
	g_array_unref(gather->table_entries);
	g_array_unref(gather->reference_entries);
	g_array_unref(gather->use_entries);
	g_array_unref(gather->relations);
	g_array_unref(gather->macros);
	g_ptr_array_unref(gather->mapping_types);
	g_array_unref(gather->functions);
	g_ptr_array_unref(gather->calls);
	g_array_unref(gather->tables);
	g_array_unref(gather->paths);
	g_array_unref(gather->uses);
	g_free(gather->recent);
	g_free(gather);
}

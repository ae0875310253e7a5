// SPDX-License-Identifier: GPL-2.0-only
/*
 * needs: the files whose text matters (those that were parsed, the headers that were
 * read for them, those with code that no configuration compiles), the names that the
 * scan was asked for, and the functions whose bodies it was asked of.  Of every other
 * file matters what the scan found in it, but for lines, and for functions that neither
 * are among these nor call one of them.
 *
 * The file is text: "pfncheck-needs 3", then "F PATH", "A NAME" and "B FUNCTION", escaped
 * as in C, sorted, and "end".
 */
#include "needs.h"

#include <string.h>

#include "gather.h"
#include "scan_private.h"
#include "sorted.h"
#include "tokens.h"
#include "walk.h"

#define HEADER_LINE "pfncheck-needs 3"

struct needs {
	GHashTable *files;   /* char *, relative to the tree */
	GHashTable *headers; /* char *: their last parts, those of .h files */
	GHashTable *names;   /* char * */
	GHashTable *hashes;  /* guint64 *: entries of names in a file_index, of file 0 */
	GHashTable *bodies;  /* char *, functions */
};

static struct needs *needs_empty(void)
{
	struct needs *needs = g_new0(struct needs, 1);

	needs->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	needs->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	needs->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	needs->hashes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	needs->bodies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return needs;
}

void needs_free(struct needs *needs)
{
	if (!needs)
		return;
	g_hash_table_unref(needs->files);
	g_hash_table_unref(needs->headers);
	g_hash_table_unref(needs->names);
	g_hash_table_unref(needs->hashes);
	g_hash_table_unref(needs->bodies);
	g_free(needs);
}

static void add_file(const char *path, void *data)
{
	struct needs *needs = data;

	g_hash_table_add(needs->files, g_strdup(path));
	g_hash_table_add(needs->headers, g_path_get_basename(path));
}

static void add_name(const char *name, void *data)
{
	struct needs *needs = data;
	guint64 entry = file_index_entry(word_hash(name, strlen(name)), 0);

	if (g_hash_table_add(needs->names, g_strdup(name)))
		g_hash_table_add(needs->hashes, g_memdup2(&entry, sizeof(entry)));
}

static void add_body(const char *name, void *data)
{
	struct needs *needs = data;

	g_hash_table_add(needs->bodies, g_strdup(name));
}

struct needs *needs_new(const struct scan *scan, const struct store *store, const GPtrArray *texts)
{
	struct needs *needs;

	if (!store_knows_each_file(store))
		return NULL;
	needs = needs_empty();
	for (guint i = 0; i < texts->len; i++)
		add_file(texts->pdata[i], needs);
	for (guint i = 0; i < scan_rust_files(scan)->len; i++)
		add_file(scan_rust_files(scan)->pdata[i], needs);
	scan_each_question(scan, add_name, needs);
	scan_each_body(scan, add_body, needs);
	store_each_file(store, add_file, needs);
	return needs;
}

/* ---- the file ---- */

static void append_lines(GString *text, char mark, GHashTable *set)
{
	g_autoptr(GPtrArray) words = sorted_keys(set);

	for (guint i = 0; i < words->len; i++) {
		g_autofree char *word = g_strescape(words->pdata[i], NULL);

		g_string_append_printf(text, "%c %s\n", mark, word);
	}
}

bool needs_save(const struct needs *needs, const char *file, GError **error)
{
	g_autoptr(GString) text = g_string_new(HEADER_LINE "\n");

	append_lines(text, 'F', needs->files);
	append_lines(text, 'A', needs->names);
	append_lines(text, 'B', needs->bodies);
	g_string_append(text, "end\n");
	return g_file_set_contents(file, text->str, (gssize)text->len, error);
}

struct needs *needs_load(const char *file)
{
	g_autofree char *text = NULL;
	struct needs *needs;
	bool complete = false;
	char *line, *next;

	if (!g_file_get_contents(file, &text, NULL, NULL) ||
	    !g_str_has_prefix(text, HEADER_LINE "\n"))
		return NULL;
	needs = needs_empty();
	for (line = strchr(text, '\n') + 1; *line; line = next) {
		g_autofree char *word = NULL;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		complete = !strcmp(line, "end");
		if (complete)
			break;
		word = g_strcompress(line + MIN(strlen(line), 2));
		if (*line == 'F')
			add_file(word, needs);
		else if (*line == 'A')
			add_name(word, needs);
		else
			add_body(word, needs);
	}
	if (!complete)
		g_clear_pointer(&needs, needs_free);
	return needs;
}

/* ---- the comparison ---- */

/* What a scan would find in a text; NULL: nothing. */
static struct gather *gather_text(const char *path, const char *text)
{
	gint number = 0;
	struct gather *gather = gather_new(&number, NULL, false);
	gsize length = text ? strlen(text) : 0;
	g_autofree char *copy = g_malloc0(length + WALK_PADDING);

	if (text) {
		memcpy(copy, text, length);
		gather_read(gather, path, copy, length, NULL);
	}
	gather->next_number = NULL;
	return gather;
}

static int compare_entries(const void *a, const void *b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return x < y ? -1 : x > y;
}

/* Whether an entry that one side alone has is in wanted; NULL: every one is. */
static bool entries_differ(GArray *before, GArray *after, GHashTable *wanted)
{
	guint i = 0, k = 0;

	g_array_sort(before, compare_entries);
	g_array_sort(after, compare_entries);
	while (i < before->len || k < after->len) {
		guint64 x = i < before->len ? g_array_index(before, guint64, i) : G_MAXUINT64;
		guint64 y = k < after->len ? g_array_index(after, guint64, k) : G_MAXUINT64;
		guint64 least = MIN(x, y);

		if (x != y && (!wanted || g_hash_table_contains(wanted, &least)))
			return true;
		/* How often does not matter. */
		while (i < before->len && g_array_index(before, guint64, i) == least)
			i++;
		while (k < after->len && g_array_index(after, guint64, k) == least)
			k++;
	}
	return false;
}

static bool relations_differ(const GArray *before, const GArray *after)
{
	if (before->len != after->len)
		return true;
	for (guint i = 0; i < before->len; i++) {
		const struct source_relation *x = &g_array_index(before, struct source_relation, i);
		const struct source_relation *y = &g_array_index(after, struct source_relation, i);

		if (x->kind != y->kind || x->inner != y->inner || x->outer != y->outer ||
		    x->member != y->member)
			return true;
	}
	return false;
}

/* Whether the words at the same place of two lists differ. */
static bool words_differ(const GPtrArray *before, const GPtrArray *after)
{
	if (before->len != after->len)
		return true;
	for (guint i = 0; i < before->len; i++) {
		if (strcmp(before->pdata[i], after->pdata[i]))
			return true;
	}
	return false;
}

/* What a scan says of a file as a whole; of none it says what it says of an empty one. */
static struct gathered_file file_of(const struct gather *gather)
{
	static const struct gathered_file none;

	return gather->files->len ? g_array_index(gather->files, struct gathered_file, 0) : none;
}

static bool files_differ(const struct gather *before, const struct gather *after)
{
	const struct gathered_file x = file_of(before), y = file_of(after);

	return x.mentions != y.mentions || x.detailed != y.detailed || x.rust || y.rust;
}

/* What of one function and its calls matters, appended to what: const char *. */
static void add_function(const struct needs *needs, const struct gather *gather, guint index,
			 GPtrArray *what)
{
	const struct gathered_function *f =
		&g_array_index(gather->functions, struct gathered_function, index);
	guint end = index + 1 < gather->functions->len ? f[1].first_call : gather->calls->len;
	bool wanted = g_hash_table_contains(needs->bodies, f->name);

	if (wanted) {
		g_ptr_array_add(what, (void *)f->name);
		g_ptr_array_add(what, (void *)(f->macro ? " macro" : " function"));
		g_ptr_array_add(what, (void *)(f->mapping ? " mapping" : " none"));
	}
	for (guint i = f->first_call; i < end; i++) {
		if (!wanted && !g_hash_table_contains(needs->bodies, gather->calls->pdata[i]))
			continue;
		g_ptr_array_add(what, (void *)f->name);
		g_ptr_array_add(what, gather->calls->pdata[i]);
	}
}

static bool functions_differ(const struct needs *needs, const struct gather *before,
			     const struct gather *after)
{
	g_autoptr(GPtrArray) x = g_ptr_array_new();
	g_autoptr(GPtrArray) y = g_ptr_array_new();

	for (guint i = 0; i < before->functions->len; i++)
		add_function(needs, before, i, x);
	for (guint i = 0; i < after->functions->len; i++)
		add_function(needs, after, i, y);
	return words_differ(x, y);
}

static bool tables_differ(const struct gather *before, const struct gather *after)
{
	if (before->tables->len != after->tables->len || before->paths->len != after->paths->len)
		return true;
	for (guint i = 0; i < before->tables->len; i++) {
		const struct gathered_table *x =
			&g_array_index(before->tables, struct gathered_table, i);
		const struct gathered_table *y =
			&g_array_index(after->tables, struct gathered_table, i);

		if (strcmp(x->type, y->type) || strcmp(x->name, y->name) ||
		    x->type_hash != y->type_hash || x->first_path != y->first_path ||
		    x->path_count != y->path_count || x->alias != y->alias ||
		    x->initialised != y->initialised || x->nested != y->nested)
			return true;
	}
	for (guint i = 0; i < before->paths->len; i++) {
		const struct source_path *x = &g_array_index(before->paths, struct source_path, i);
		const struct source_path *y = &g_array_index(after->paths, struct source_path, i);

		if (x->table != y->table || x->length != y->length ||
		    memcmp(x->members, y->members, x->length * sizeof(*x->members)))
			return true;
	}
	return false;
}

/* Macros that define variables, and their uses. */
static bool macros_differ(const struct gather *before, const struct gather *after)
{
	if (before->macros->len != after->macros->len || before->uses->len != after->uses->len)
		return true;
	for (guint i = 0; i < before->macros->len; i++) {
		const struct gathered_macro *x =
			&g_array_index(before->macros, struct gathered_macro, i);
		const struct gathered_macro *y =
			&g_array_index(after->macros, struct gathered_macro, i);

		if (x->macro != y->macro || x->type != y->type || x->use != y->use ||
		    x->argument != y->argument || x->initialised != y->initialised ||
		    x->piece_count != y->piece_count)
			return true;
		for (guint k = 0; k < x->piece_count; k++) {
			if (x->pieces[k].argument != y->pieces[k].argument ||
			    g_strcmp0(x->pieces[k].word, y->pieces[k].word))
				return true;
		}
	}
	for (guint i = 0; i < before->uses->len; i++) {
		const struct gathered_use *x = &g_array_index(before->uses, struct gathered_use, i);
		const struct gathered_use *y = &g_array_index(after->uses, struct gathered_use, i);

		if (x->macro != y->macro)
			return true;
		for (guint k = 0; k < SOURCE_ARGUMENTS; k++) {
			if (g_strcmp0(x->arguments[k], y->arguments[k]))
				return true;
		}
	}
	return false;
}

static bool gathers_differ(const struct needs *needs, const struct gather *before,
			   const struct gather *after)
{
	return before->failures->len || after->failures->len || files_differ(before, after) ||
	       entries_differ(before->function_entries, after->function_entries, needs->hashes) ||
	       entries_differ(before->reference_entries, after->reference_entries, needs->hashes) ||
	       entries_differ(before->table_entries, after->table_entries, NULL) ||
	       entries_differ(before->use_entries, after->use_entries, NULL) ||
	       relations_differ(before->relations, after->relations) ||
	       words_differ(before->mapping_types, after->mapping_types) ||
	       functions_differ(needs, before, after) || tables_differ(before, after) ||
	       macros_differ(before, after);
}

bool needs_touched(const struct needs *needs, const char *path, const char *before,
		   const char *after)
{
	g_autofree char *base = g_path_get_basename(path);
	struct gather *sides[2];
	bool differ;

	if (g_hash_table_contains(needs->files, path))
		return true;
	/* A new file may be what an #include finds first, and one less what it found. */
	if ((!before || !after) && g_hash_table_contains(needs->headers, base))
		return true;
	if (!walk_is_source(path))
		return false;
	sides[0] = gather_text(path, before);
	sides[1] = gather_text(path, after);
	differ = gathers_differ(needs, sides[0], sides[1]);
	gather_free(sides[0]);
	gather_free(sides[1]);
	return differ;
}

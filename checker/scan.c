// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan: the tree in, what can matter out.  walk reads, source finds, gather keeps;
 * here the threads' shares are put together in the order of the paths, types are
 * followed across files, and questions are answered.
 *
 * A dma_buf_ops object inside of another variable is found by the members that
 * lead to it: from each type that embeds dma_buf_ops, however deep, back along the
 * designators of the initialiser.
 */
#include "scan.h"

#include "escape.h"
#include "file_index.h"
#include "gather.h"
#include "walk.h"

#include <string.h>

/* The type whose objects are counted. */
#define OPS_TYPE "dma_buf_ops"

/* How deep types and macros are followed; no kernel comes near. */
#define NESTING 8

/* The most variables that one macro may define. */
#define EXPANSIONS 64

struct scan_function {
	const char *name;
	guint file;
	guint line;
	guint first_call;
	guint call_count;
	guint next; /* function of that name, G_MAXUINT for none */
	bool macro;
};

struct scan_table {
	const struct gathered_table *table;
	const struct source_path *paths; /* table->path_count of them */
	guint file;
};

struct scan_use {
	const struct gathered_use *use;
	guint file;
};

/* A variable that a use of a macro defines. */
struct expansion {
	guint64 type;
	bool initialised;
	guint piece_count;
	struct gathered_piece pieces[SOURCE_PIECES];
};

struct scan {
	GPtrArray *gathers; /* struct gather: own all names */
	gint next_number;   /* of files */

	GPtrArray *paths;    /* file -> const char *, sorted */
	guint *numbers;	     /* a gathered file's number -> file */
	GPtrArray *failures; /* struct scan_failure */
	GPtrArray *candidates;
	GPtrArray *exporters;
	GPtrArray *objects; /* struct scan_object */
	GPtrArray *mapping_types;
	GPtrArray *rust_files;

	struct file_index *function_files;
	struct file_index *table_files;
	struct file_index *reference_files;
	struct file_index *use_files;

	GArray *relations;	 /* struct source_relation, by the inner type */
	GHashTable *expansions;	 /* guint64, macro -> GArray of struct expansion */
	GHashTable *type_macros; /* guint64, type -> GArray of guint64, macros */

	GArray *functions;	    /* struct scan_function, by file and place */
	GPtrArray *calls;	    /* const char * */
	GHashTable *function_names; /* const char * -> index of the first one, plus 1 */
	GArray *tables;		    /* struct scan_table, by file and place */
	GArray *uses;		    /* struct scan_use, by file and place */
	GPtrArray *object_names;    /* char *: names put together from a macro's pieces */

	GMutex lock;	     /* of answers */
	GHashTable *answers; /* char *, a question -> GPtrArray of const char *, perhaps NULL */
};

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_strings(GPtrArray *strings)
{
	g_ptr_array_sort(strings, compare_strings);
}

/* Sorts, and keeps one of each; the elements are not owned by the array. */
static void sort_unique_strings(GPtrArray *strings)
{
	guint i, kept = 0;

	sort_strings(strings);
	for (i = 0; i < strings->len; i++)
		if (!kept || strcmp(strings->pdata[kept - 1], strings->pdata[i]))
			strings->pdata[kept++] = strings->pdata[i];
	g_ptr_array_set_size(strings, kept);
}

static const char *scan_path(const struct scan *scan, guint file)
{
	return g_ptr_array_index(scan->paths, file);
}

/* Types and macros */

static int compare_relations(const void *a, const void *b)
{
	const struct source_relation *first = a, *second = b;

	if (first->inner != second->inner)
		return first->inner < second->inner ? -1 : 1;
	if (first->outer != second->outer)
		return first->outer < second->outer ? -1 : 1;
	if (first->member != second->member)
		return first->member < second->member ? -1 : 1;
	return (int)first->kind - (int)second->kind;
}

/* The first relation whose inner type is that, or where it would be. */
static guint first_relation(const struct scan *scan, guint64 inner)
{
	guint low = 0, high = scan->relations->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(scan->relations, struct source_relation, middle).inner < inner)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The type and all types that are made of it: typedefs of it, and those with a
 * member of such a type.  The caller frees the array of guint64.  If chain is given,
 * the relations that lead there are added to it.
 */
static GArray *types_made_of(const struct scan *scan, guint64 type, GArray *chain)
{
	GArray *types = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint i, j;

	g_array_append_val(types, type);
	g_hash_table_add(known, g_memdup2(&type, sizeof(type)));
	for (i = 0; i < types->len; i++) {
		guint64 inner = g_array_index(types, guint64, i);

		for (j = first_relation(scan, inner); j < scan->relations->len; j++) {
			struct source_relation relation =
				g_array_index(scan->relations, struct source_relation, j);

			if (relation.inner != inner)
				break;
			if (relation.kind == RELATION_POINTS)
				continue;
			if (chain)
				g_array_append_val(chain, relation);
			if (g_hash_table_contains(known, &relation.outer))
				continue;
			g_hash_table_add(known, g_memdup2(&relation.outer, sizeof(guint64)));
			g_array_append_val(types, relation.outer);
		}
	}
	return types;
}

/* The array of elements of that size under the key, which is made if need be. */
static GArray *array_of_key(GHashTable *table, guint64 key, guint size)
{
	GArray *array = g_hash_table_lookup(table, &key);

	if (!array) {
		array = g_array_new(FALSE, FALSE, size);
		g_hash_table_insert(table, g_memdup2(&key, sizeof(key)), array);
	}
	return array;
}

static void add_expansion(struct scan *scan, guint64 macro, const struct expansion *expansion)
{
	GArray *expansions = array_of_key(scan->expansions, macro, sizeof(*expansion));
	GArray *macros = array_of_key(scan->type_macros, expansion->type, sizeof(guint64));

	if (expansions->len == EXPANSIONS)
		return;
	g_array_append_val(expansions, *expansion);
	g_array_append_val(macros, macro);
}

/* What a macro that uses another one, whose expansion that is, defines. */
static struct expansion derive_expansion(const struct gathered_macro *macro,
					 const struct expansion *used)
{
	struct expansion expansion = *used;
	guint i, count = 0;

	for (i = 0; i < used->piece_count; i++) {
		struct gathered_piece piece = used->pieces[i];

		if (piece.argument > 0)
			continue;
		if (piece.argument == 0) {
			if (macro->argument < 0)
				continue;
			piece.argument = macro->argument;
		}
		expansion.pieces[count++] = piece;
	}
	expansion.piece_count = count;
	return expansion;
}

/* Finds out which macros define variables, by themselves or by others. */
static void find_expansions(struct scan *scan, const GArray *macros)
{
	g_autoptr(GHashTable) settled =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint round, i, j;

	for (i = 0; i < macros->len; i++) {
		const struct gathered_macro *macro =
			&g_array_index(macros, struct gathered_macro, i);
		struct expansion expansion = {
			.type = macro->type,
			.initialised = macro->initialised,
			.piece_count = macro->piece_count,
		};

		if (!macro->type)
			continue;
		memcpy(expansion.pieces, macro->pieces, sizeof(expansion.pieces));
		add_expansion(scan, macro->macro, &expansion);
		g_hash_table_add(settled, g_memdup2(&macro->macro, sizeof(guint64)));
	}
	for (round = 0; round < NESTING; round++) {
		g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(guint64));

		for (i = 0; i < macros->len; i++) {
			const struct gathered_macro *macro =
				&g_array_index(macros, struct gathered_macro, i);
			const GArray *used;

			if (macro->type || !g_hash_table_contains(settled, &macro->use) ||
			    g_hash_table_contains(settled, &macro->macro))
				continue;
			used = g_hash_table_lookup(scan->expansions, &macro->use);
			for (j = 0; j < used->len; j++) {
				struct expansion expansion = derive_expansion(
					macro, &g_array_index(used, struct expansion, j));

				add_expansion(scan, macro->macro, &expansion);
			}
			g_array_append_val(fresh, macro->macro);
		}
		if (!fresh->len)
			break;
		for (i = 0; i < fresh->len; i++)
			g_hash_table_add(settled, g_memdup2(&g_array_index(fresh, guint64, i),
							    sizeof(guint64)));
	}
}

/* Objects */

struct ops_types {
	guint64 ops;
	GArray *types; /* guint64: made of ops */
	GArray *chain; /* struct source_relation */
};

static bool is_made_of_ops(const struct ops_types *types, guint64 type)
{
	guint i;

	for (i = 0; i < types->types->len; i++)
		if (g_array_index(types->types, guint64, i) == type)
			return true;
	return false;
}

/* Whether a type is the ops type itself, under any name. */
static bool is_ops(const struct ops_types *types, guint64 type, guint depth)
{
	guint i;

	if (type == types->ops)
		return true;
	if (depth == NESTING)
		return false;
	for (i = 0; i < types->chain->len; i++) {
		const struct source_relation *relation =
			&g_array_index(types->chain, struct source_relation, i);

		if (relation->outer == type && relation->kind == RELATION_NAMES &&
		    is_ops(types, relation->inner, depth + 1))
			return true;
	}
	return false;
}

/* Whether the members of the path, from a variable of that type on, lead to ops. */
static bool leads_to_ops(const struct ops_types *types, guint64 type, const guint64 *members,
			 guint length, guint depth)
{
	guint i;

	if (type == types->ops)
		return true;
	if (depth == NESTING)
		return false;
	for (i = 0; i < types->chain->len; i++) {
		const struct source_relation *relation =
			&g_array_index(types->chain, struct source_relation, i);
		guint step = relation->member ? 1 : 0;

		if (relation->outer != type)
			continue;
		if (step && (!length || (members[0] && members[0] != relation->member)))
			continue;
		if (leads_to_ops(types, relation->inner, members + step, length - step, depth + 1))
			return true;
	}
	/* Braces without a designator may be those of an array's element. */
	return length && !members[0] &&
	       leads_to_ops(types, type, members + 1, length - 1, depth + 1);
}

static void add_object(struct scan *scan, guint file, guint line, const char *name, bool nested)
{
	struct scan_object *object = g_new(struct scan_object, 1);

	*object = (struct scan_object){ scan_path(scan, file), line, name, nested };
	g_ptr_array_add(scan->objects, object);
}

static void find_table_objects(struct scan *scan, const struct ops_types *types)
{
	guint i, j;

	for (i = 0; i < scan->tables->len; i++) {
		const struct scan_table *entry = &g_array_index(scan->tables, struct scan_table, i);
		const struct gathered_table *table = entry->table;

		if (!table->initialised || !is_made_of_ops(types, table->type_hash))
			continue;
		if (is_ops(types, table->type_hash, 0)) {
			add_object(scan, entry->file, table->line, table->name, false);
			continue;
		}
		for (j = 0; j < table->path_count; j++) {
			const struct source_path *path = &entry->paths[j];

			if (!leads_to_ops(types, table->type_hash, path->members, path->length, 0))
				continue;
			add_object(scan, entry->file, table->line, table->name, true);
			break;
		}
	}
}

/* The name of the variable that a use of a macro defines; scan owns it. */
static const char *expanded_name(struct scan *scan, const struct gathered_use *use,
				 const struct expansion *expansion)
{
	GString *name = g_string_new(NULL);
	char *string;
	guint i;

	for (i = 0; i < expansion->piece_count; i++) {
		const struct gathered_piece *piece = &expansion->pieces[i];

		if (piece->argument < 0)
			g_string_append(name, piece->word);
		else if (piece->argument < SOURCE_ARGUMENTS && use->arguments[piece->argument])
			g_string_append(name, use->arguments[piece->argument]);
	}
	if (!name->len)
		g_string_append(name, use->name);
	string = g_string_free(name, FALSE);
	g_ptr_array_add(scan->object_names, string);
	return string;
}

static void find_use_objects(struct scan *scan, const struct ops_types *types)
{
	guint i, j;

	for (i = 0; i < scan->uses->len; i++) {
		const struct scan_use *entry = &g_array_index(scan->uses, struct scan_use, i);
		const struct gathered_use *use = entry->use;
		const GArray *expansions = g_hash_table_lookup(scan->expansions, &use->macro);

		for (j = 0; expansions && j < expansions->len; j++) {
			const struct expansion *expansion =
				&g_array_index(expansions, struct expansion, j);

			if (expansion->initialised && is_made_of_ops(types, expansion->type))
				add_object(scan, entry->file, use->line,
					   expanded_name(scan, use, expansion),
					   !is_ops(types, expansion->type, 0));
		}
	}
}

static int compare_objects(const void *a, const void *b)
{
	const struct scan_object *first = *(const struct scan_object *const *)a;
	const struct scan_object *second = *(const struct scan_object *const *)b;
	int order = strcmp(first->file, second->file);

	if (order)
		return order;
	if (first->line != second->line)
		return first->line < second->line ? -1 : 1;
	return strcmp(first->name, second->name);
}

static void find_objects(struct scan *scan, const struct ops_types *types)
{
	find_table_objects(scan, types);
	find_use_objects(scan, types);
	g_ptr_array_sort(scan->objects, compare_objects);
}

/* Putting the shares together */

/* A file, and whose share it is in. */
struct share {
	const struct gather *gather;
	guint index; /* in gather->files */
};

static const struct gathered_file *share_file(const struct share *share)
{
	return &g_array_index(share->gather->files, struct gathered_file, share->index);
}

static int compare_shares(const void *a, const void *b)
{
	return strcmp(share_file(a)->path, share_file(b)->path);
}

static int compare_failures(const void *a, const void *b)
{
	const struct scan_failure *first = *(const struct scan_failure *const *)a;
	const struct scan_failure *second = *(const struct scan_failure *const *)b;
	int order = strcmp(first->file, second->file);

	return order ? order : strcmp(first->reason, second->reason);
}

/* The end of a file's rows in an array of its gather: where the next one's begin. */
#define SHARE_END(share, field)                                                          \
	((share)->index + 1 < (share)->gather->files->len ? share_file(share)[1].field : \
							    (share)->gather->field->len)

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
	guint i, j;

	for (i = 0; i < scan->gathers->len; i++) {
		const struct gather *gather = g_ptr_array_index(scan->gathers, i);

		for (j = 0; j < gather->files->len; j++) {
			struct share share = { gather, j };

			g_array_append_val(shares, share);
		}
	}
	g_array_sort(shares, compare_shares);
	return shares;
}

static struct file_index *index_entries(const struct scan *scan, size_t member)
{
	g_autoptr(GPtrArray) arrays = g_ptr_array_new();
	struct file_index *index;
	guint i;

	for (i = 0; i < scan->gathers->len; i++) {
		char *gather = g_ptr_array_index(scan->gathers, i);

		g_ptr_array_add(arrays, *(GArray **)(gather + member));
	}
	index = file_index_new(arrays, scan->numbers);
	for (i = 0; i < arrays->len; i++)
		g_array_set_size(g_ptr_array_index(arrays, i), 0);
	return index;
}

static void merge_types(struct scan *scan, const GArray *shares)
{
	g_autoptr(GArray) macros = g_array_new(FALSE, FALSE, sizeof(struct gathered_macro));
	GHashTableIter iter;
	gpointer type;
	guint i;

	for (i = 0; i < scan->gathers->len; i++) {
		const struct gather *gather = g_ptr_array_index(scan->gathers, i);

		g_array_append_vals(scan->relations, gather->relations->data,
				    gather->relations->len);
		g_hash_table_iter_init(&iter, gather->mapping_types);
		while (g_hash_table_iter_next(&iter, &type, NULL))
			g_ptr_array_add(scan->mapping_types, type);
	}
	g_array_sort(scan->relations, compare_relations);
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
	find_expansions(scan, macros);
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
		for (j = 0; j < gather->rust_files->len; j++)
			g_ptr_array_add(scan->rust_files, g_ptr_array_index(gather->rust_files, j));
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
			g_ptr_array_add(paths, share_file(share)->path);
	}
	sort_unique_strings(paths);
	return paths;
}

/* Reads these files again, and puts the new shares in the place of the old ones. */
static bool detail_files(struct scan *scan, const struct walk_options *options, GArray *shares,
			 const GPtrArray *paths, GError **error)
{
	struct gather *gather = gather_new(&scan->next_number, true);
	guint i, j;

	g_ptr_array_add(scan->gathers, gather);
	if (!walk_files(options, paths, gather, error))
		return false;
	for (i = 0, j = 0; i < shares->len && j < gather->files->len; i++) {
		struct share *share = &g_array_index(shares, struct share, i);
		struct share fresh = { gather, j };

		if (strcmp(share_file(share)->path, share_file(&fresh)->path))
			continue;
		*share = fresh;
		j++;
	}
	return true;
}

static void number_files(struct scan *scan, const GArray *shares)
{
	guint i;

	scan->numbers = g_new0(guint, MAX(scan->next_number, 1));
	for (i = 0; i < shares->len; i++) {
		const struct gathered_file *file =
			share_file(&g_array_index(shares, struct share, i));

		scan->numbers[file->number] = i;
		g_ptr_array_add(scan->paths, file->path);
	}
}

static bool merge(struct scan *scan, const struct walk_options *options, GError **error)
{
	struct ops_types types = { .ops = word_hash(OPS_TYPE, strlen(OPS_TYPE)) };
	g_autoptr(GArray) shares = sort_files(scan);
	g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	g_autoptr(GArray) made = NULL;
	g_autoptr(GPtrArray) again = NULL;
	g_autoptr(GHashTable) with_objects = g_hash_table_new(g_str_hash, g_str_equal);
	guint i;

	number_files(scan, shares);
	scan->function_files = index_entries(scan, offsetof(struct gather, function_entries));
	scan->table_files = index_entries(scan, offsetof(struct gather, table_entries));
	scan->reference_files = index_entries(scan, offsetof(struct gather, reference_entries));
	scan->use_files = index_entries(scan, offsetof(struct gather, use_entries));
	merge_types(scan, shares);

	made = types_made_of(scan, types.ops, chain);
	types.types = made;
	types.chain = chain;
	again = files_to_detail(scan, shares, &types);
	if (again->len && !detail_files(scan, options, shares, again, error))
		return false;
	merge_failures(scan);

	for (i = 0; i < shares->len; i++) {
		const struct share *share = &g_array_index(shares, struct share, i);

		if (share_file(share)->detailed)
			add_details(scan, share, i);
	}
	find_objects(scan, &types);

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

struct scan *scan_tree(const struct scan_options *options, GError **error)
{
	struct walk_options walk = {
		.root = options->root,
		.arches = options->arches,
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
	g_mutex_init(&scan->lock);

	for (i = 0; i < jobs; i++)
		g_ptr_array_add(scan->gathers, gather_new(&scan->next_number, false));
	if (!walk_tree(&walk, scan->gathers->pdata, jobs, error) || !merge(scan, &walk, error)) {
		scan_free(scan);
		return NULL;
	}
	return scan;
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
	g_mutex_clear(&scan->lock);
	g_free(scan);
}

/* Questions */

guint scan_files_read(const struct scan *scan)
{
	return scan->paths->len;
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
	g_autoptr(GArray) types = types_made_of(scan, word_hash(record, strlen(record)), NULL);
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

const GPtrArray *scan_reference_files(const struct scan *scan, const char *name)
{
	return answer(scan, 'r', name, find_reference_files);
}

const GPtrArray *scan_callees(const struct scan *scan, const char *function)
{
	return answer(scan, 'c', function, find_callees);
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
	for (i = 0; i < lines->len; i++)
		g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
}

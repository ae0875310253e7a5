// SPDX-License-Identifier: GPL-2.0-only
/*
 * helpers: see helpers.h.
 *
 * A helper is unknown if drivers can call it with a mapping, if it writes
 * page-table entries other than by helpers of the vocabulary, and if it does so
 * on some way.  Not seen: entries that are written by what a function pointer in a
 * table points to, and those that a macro stores without calling anything.
 */
#include <string.h>

#include "bounds.h"
#include "helpers.h"
#include "sorted.h"
#include "trace.h"

/* ---- files ---- */

struct search {
	const struct scan *scan;
	const char *file;    /* of the exported function */
	GHashTable *visited; /* const char *, functions */
	GHashTable *files;   /* const char *, on ways that lead to a writer */
};

static bool is_helper_file(const char *file)
{
	return g_str_has_prefix(file, HELPER_DIRECTORY);
}

static bool has_string(const GPtrArray *strings, const char *s)
{
	for (unsigned int i = 0; strings && i < strings->len; i++)
		if (!strcmp(strings->pdata[i], s))
			return true;
	return false;
}

/* Only what mappings are handed to, or what stands in the same file, can belong to the helper. */
static bool is_followed(const struct search *search, const char *function)
{
	return has_string(scan_function_files(search->scan, function), search->file) ||
	       scan_takes_mapping(search->scan, function);
}

static void add_files(const struct search *search, const char *function)
{
	const GPtrArray *files = scan_function_files(search->scan, function);

	for (unsigned int i = 0; files && i < files->len; i++)
		if (is_helper_file(files->pdata[i]))
			g_hash_table_add(search->files, files->pdata[i]);
}

/* Whether the text of the function leads to a writer of entries. */
static bool leads_to_writer(struct search *search, const char *function, unsigned int depth)
{
	const GPtrArray *callees = scan_callees(search->scan, function);
	bool found = false;

	if (depth > BOUND_HELPER_DEPTH || !g_hash_table_add(search->visited, (void *)function))
		return false;
	for (unsigned int i = 0; callees && i < callees->len; i++) {
		const char *callee = callees->pdata[i];
		const struct word *word = word_find(callee);

		if (word)
			found |= word_writes_entries(word);
		else if (is_followed(search, callee))
			found |= leads_to_writer(search, callee, depth + 1);
	}
	if (found)
		add_files(search, function);
	return found;
}

/* The file that a row cites, if it has the function, or else all of mm/ that have it. */
static void add_row_files(const struct scan *scan, const struct word *word, GHashTable *out)
{
	const GPtrArray *files = scan_function_files(scan, word->name);
	bool cited = false;

	for (unsigned int i = 0; files && i < files->len; i++)
		cited |= word_is_from(word, files->pdata[i]);
	for (unsigned int i = 0; files && i < files->len; i++)
		if (is_helper_file(files->pdata[i]) &&
		    (!cited || word_is_from(word, files->pdata[i])))
			g_hash_table_add(out, files->pdata[i]);
}

static bool may_be_unknown(const struct scan *scan, const struct scan_export *export)
{
	return is_helper_file(export->file) && !word_find(export->name) &&
	       scan_takes_mapping(scan, export->name);
}

GPtrArray *helpers_files(const struct scan *scan)
{
	const GPtrArray *exports = scan_exports(scan);
	g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *files = g_ptr_array_new();
	const struct word *word;
	GHashTableIter iter;
	void *file;

	for (unsigned int i = 0; (word = word_at(i)); i++)
		if (word_inserts(word))
			add_row_files(scan, word, set);
	for (unsigned int i = 0; i < exports->len; i++) {
		const struct scan_export *export = exports->pdata[i];
		g_autoptr(GHashTable) visited = g_hash_table_new(g_str_hash, g_str_equal);
		struct search search = { scan, export->file, visited, set };

		if (may_be_unknown(scan, export))
			leads_to_writer(&search, export->name, 0);
	}
	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &file, NULL))
		g_ptr_array_add(files, file);
	sort_strings(files);
	return files;
}

/* ---- use ---- */

/* Rows and functions that the ways of the routes come by. */
static void add_used(const struct trace_graph *graph, GHashTable *used)
{
	for (unsigned int i = 0; graph && i < graph->points->len; i++) {
		const struct trace_point *p = graph->points->pdata[i];

		if (p->word)
			g_hash_table_add(used, (void *)p->word);
		if (p->doubted)
			g_hash_table_add(used, (void *)p->doubted);
		if (p->callee)
			g_hash_table_add(used, (void *)p->callee);
	}
}

static GHashTable *find_used(const GPtrArray *routes)
{
	GHashTable *used = g_hash_table_new(NULL, NULL);

	for (unsigned int i = 0; i < routes->len; i++) {
		const struct trace_route *route = routes->pdata[i];

		add_used(route->graph, used);
		for (unsigned int k = 0; k < route->handlers->len; k++)
			add_used(((struct trace_handler *)route->handlers->pdata[k])->graph, used);
	}
	return used;
}

/* ---- rows ---- */

/* The function that a row is about: the one in the file it cites, or another one of mm/. */
static GHashTable *find_rows(const struct program *program)
{
	GHashTable *rows = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	void *id, *variants;

	g_hash_table_iter_init(&iter, program->functions);
	while (g_hash_table_iter_next(&iter, &id, &variants)) {
		const struct fact_function *f = ((GPtrArray *)variants)->pdata[0];
		const struct word *word = word_find(f->name);

		if (!word || f->linkage == LINKAGE_STATIC)
			continue;
		if (word_is_from(word, f->file) ||
		    (is_helper_file(f->file) && !g_hash_table_contains(rows, word)))
			g_hash_table_insert(rows, (void *)word, (void *)f);
	}
	return rows;
}

static void add_helper(struct audit *audit, GPtrArray *to, const struct fact_function *f,
		       const char *text, bool used)
{
	struct audit_helper *helper = audit_add_helper(audit, to, f->name, f->file, text);

	helper->at.line = f->line;
	helper->at.column = f->column;
	helper->used |= used;
}

static void check_rows(struct program *program, GHashTable *used, struct audit *audit)
{
	g_autoptr(GHashTable) rows = find_rows(program);
	const struct word *word;

	for (unsigned int i = 0; (word = word_at(i)); i++) {
		const struct fact_function *f = g_hash_table_lookup(rows, word);
		bool is_used = g_hash_table_contains(used, word);
		const char *unknown = NULL, *doubt;

		if (!f || !word_inserts(word) || word->class == WORD_FORWARD)
			continue;
		doubt = trace_doubt(program, word, f->id, &unknown);
		if (doubt)
			add_helper(audit, audit->vocabulary.contradictions, f, doubt, is_used);
		/* What this configuration does not build, and nobody calls, need not even compile. */
		if (unknown && !is_used && !f->facts->built)
			continue;
		if (unknown)
			add_helper(audit, audit->vocabulary.undecided, f, unknown, is_used);
		else
			audit_add_checked(audit, f->name);
	}
}

/* ---- unknown helpers ---- */

static bool takes_mapping(const struct fact_function *f)
{
	for (unsigned int i = 0; i < f->n_params; i++)
		if (type_is_mapping(f->locals[i].type))
			return true;
	return false;
}

/* Whether an inline function calls what writes entries and is not inline itself. */
static bool wraps_writer(struct program *program, const struct fact_function *f, unsigned int depth)
{
	for (unsigned int i = 0; i < f->n_nodes && depth <= BOUND_HELPER_DEPTH; i++) {
		const struct fact_node *n = &f->nodes[i];
		const struct fact_function *callee;

		if (n->kind != NODE_CALL || n->a->kind != EXPR_FUNCTION || word_of_id(n->a->name))
			continue;
		callee = program_function(program, n->a->name, false);
		if (!callee || !program_writes_entries(program, callee))
			continue;
		if (callee->linkage == LINKAGE_EXTERN ?
			    is_helper_file(callee->file) && !takes_mapping(callee) :
			    wraps_writer(program, callee, depth + 1))
			return true;
	}
	return false;
}

/* What it does, as "inserts struct pages and sets VM_MIXEDMAP"; NULL: nothing that matters. */
static char *describe(const struct program *program, const struct trace_effect *effect)
{
	bool pages = effect->inserts & (INSERT_PAGE | INSERT_STORED_PAGE);
	bool pfns = effect->inserts & INSERT_PFN;
	bool pfnmap = effect->sets & program->values.pfnmap;
	bool mixedmap = effect->sets & program->values.mixedmap;

	if (effect->unknown)
		return g_strdup_printf("may insert page-table entries: %s", effect->unknown);
	if (!effect->inserts)
		return NULL;
	return g_strdup_printf("inserts %s%s%s%s%s",
			       pages && pfns ? "struct pages or pfns" :
			       pages	     ? "struct pages" :
					       "pfns",
			       pfnmap || mixedmap ? " and sets " : "", pfnmap ? "VM_PFNMAP" : "",
			       pfnmap && mixedmap ? " and " : "", mixedmap ? "VM_MIXEDMAP" : "");
}

static void check_function(struct program *program, GHashTable *used, const struct fact_function *f,
			   struct audit *audit)
{
	struct trace_effect effect = trace_effect(program, f);
	g_autofree char *text = describe(program, &effect);

	if (text)
		add_helper(audit, audit->vocabulary.unknown, f, text,
			   g_hash_table_contains(used, f));
}

static gint compare_functions(gconstpointer a, gconstpointer b)
{
	const struct fact_function *x = *(const struct fact_function *const *)a;
	const struct fact_function *y = *(const struct fact_function *const *)b;

	return strcmp(x->id, y->id);
}

static GPtrArray *find_candidates(struct program *program, const struct scan *scan)
{
	const GPtrArray *exports = scan_exports(scan);
	GPtrArray *found = g_ptr_array_new();
	GHashTableIter iter;
	void *id, *variants;

	for (unsigned int i = 0; i < exports->len; i++) {
		const struct scan_export *export = exports->pdata[i];
		const struct fact_function *f;

		if (!may_be_unknown(scan, export))
			continue;
		f = program_function(program, export->name, false);
		if (f && is_helper_file(f->file) && program_writes_entries(program, f) &&
		    takes_mapping(f) && !g_ptr_array_find(found, f, NULL))
			g_ptr_array_add(found, (void *)f);
	}
	g_hash_table_iter_init(&iter, program->functions);
	while (g_hash_table_iter_next(&iter, &id, &variants)) {
		const struct fact_function *f = ((GPtrArray *)variants)->pdata[0];

		if (f->linkage == LINKAGE_INLINE && g_str_has_prefix(f->file, HELPER_HEADERS) &&
		    program_writes_entries(program, f) && !word_find(f->name) && takes_mapping(f) &&
		    wraps_writer(program, f, 0))
			g_ptr_array_add(found, (void *)f);
	}
	g_ptr_array_sort(found, compare_functions);
	return found;
}

void helpers_check(struct program *program, const struct scan *scan, const GPtrArray *routes,
		   struct audit *audit)
{
	g_autoptr(GHashTable) used = find_used(routes);
	g_autoptr(GPtrArray) candidates = find_candidates(program, scan);

	check_rows(program, used, audit);
	for (unsigned int i = 0; i < candidates->len; i++)
		check_function(program, used, candidates->pdata[i], audit);
}

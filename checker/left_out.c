// SPDX-License-Identifier: GPL-2.0-only
/*
 * left_out: see left_out.h.  Ops objects are not among the places: the routes
 * have them, as unknown if need be.
 */
#include <string.h>

#include "left_out.h"
#include "sorted.h"
#include "tokens.h"
#include "vocabulary.h"
#include "walk.h"

struct place_left {
	struct place at;
	const char *name;   /* of the helper, or of the table */
	const char *record; /* of a table; NULL for a call */
	bool conditional;   /* inside of an #if */
	bool compiled;	    /* by a configuration */
};

struct left_file {
	const char *path;
	GPtrArray *places; /* struct place_left */
	bool partial;
	bool built;    /* by a configuration */
	bool analysed; /* there were facts of it as it is built */
};

struct left_out {
	const struct scan *scan;
	GStringChunk *strings;
	GPtrArray *paths;  /* const char *: of files with places */
	GHashTable *files; /* const char * -> struct left_file */
};

static void file_free(void *data)
{
	struct left_file *file = data;

	g_ptr_array_unref(file->places);
	g_free(file);
}

/* ---- reading ---- */

/* How far into #if a text is. */
struct conditional {
	guint depth;
	guint dead; /* the depth of the "#if 0" that it is in, or 0 */
};

static void follow_directive(struct conditional *c, const struct token *token)
{
	const char *at = token->text + 1;
	const char *end = token->text + token->length;
	gsize length;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	for (length = 0; at + length < end && g_ascii_isalpha(at[length]);)
		length++;
	if (length >= 2 && !strncmp(at, "if", 2)) {
		c->depth++;
		at += length;
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (length == 2 && !c->dead && at < end && *at == '0' &&
		    (at + 1 == end || g_ascii_isspace(at[1])))
			c->dead = c->depth;
	} else if (length >= 2 && !strncmp(at, "el", 2)) {
		if (c->dead == c->depth)
			c->dead = 0;
	} else if (length == 5 && !strncmp(at, "endif", 5)) {
		if (c->dead == c->depth)
			c->dead = 0;
		if (c->depth)
			c->depth--;
	}
}

/* The tokens of a text, but for directives and dead code. */
struct reading {
	struct left_out *left_out;
	struct left_file *file;
	const char *text;
	const char *counted; /* up to here lines are counted */
	guint line;
	const char *line_start;
	GArray *tokens; /* struct token */
	GArray *depths; /* guint, by token */
};

static bool is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->length == strlen(word) &&
	       !strncmp(token->text, word, token->length);
}

static const struct token *token_at(const struct reading *r, guint i)
{
	static const struct token none;

	return i < r->tokens->len ? &g_array_index(r->tokens, struct token, i) : &none;
}

static void add_place(struct reading *r, guint i, const char *record)
{
	const struct token *token = token_at(r, i);
	struct place_left *place = g_new0(struct place_left, 1);

	for (; r->counted < token->text; r->counted++) {
		if (*r->counted != '\n')
			continue;
		r->line++;
		r->line_start = r->counted + 1;
	}
	place->at.file = r->file->path;
	place->at.line = r->line;
	place->at.column = (guint)(token->text - r->line_start) + 1;
	place->name = g_string_chunk_insert_len(r->left_out->strings, token->text, token->length);
	place->record = record;
	place->conditional = g_array_index(r->depths, guint, i) > 0;
	r->file->partial |= place->conditional;
	g_ptr_array_add(r->file->places, place);
}

/* "name(" that is no declaration of name. */
static bool is_call(const struct reading *r, guint i)
{
	static const char *const before[] = { "return", "else", "do" };
	const struct token *token = token_at(r, i);
	g_autofree char *name = NULL;
	const struct word *word;

	if (token->kind != TOKEN_WORD || token_at(r, i + 1)->kind != '(')
		return false;
	if (i && token_at(r, i - 1)->kind == TOKEN_WORD) {
		bool statement = false;

		for (guint k = 0; k < G_N_ELEMENTS(before); k++)
			statement |= is_word(token_at(r, i - 1), before[k]);
		if (!statement)
			return false;
	}
	name = g_strndup(token->text, token->length);
	word = word_find(name);
	return word && word_inserts(word);
}

/* Whether an initialiser that begins with the brace at i names a callback that maps. */
static bool maps(const struct reading *r, guint i)
{
	bool designated = false;
	guint depth = 0;

	for (; i < r->tokens->len; i++) {
		const struct token *token = token_at(r, i);
		g_autofree char *name = NULL;

		depth += token->kind == '{';
		depth -= token->kind == '}';
		if (!depth)
			break;
		if (token->kind != '.' || token_at(r, i + 1)->kind != TOKEN_WORD ||
		    token_at(r, i + 2)->kind != '=')
			continue;
		designated = true;
		name = g_strndup(token_at(r, i + 1)->text, token_at(r, i + 1)->length);
		if (member_maps(name))
			return true;
	}
	return !designated;
}

/* "struct record name = {" with a callback that maps: the name's place. */
static guint find_table(const struct reading *r, guint i, const char **record)
{
	const GPtrArray *types = scan_mapping_types(r->left_out->scan);
	guint name = i + 2, at = i + 3;
	bool known = false;

	if (!token_at(r, i)->class || token_at(r, name)->kind != TOKEN_WORD)
		return 0;
	for (guint k = 0; k < types->len && !known; k++) {
		*record = types->pdata[k];
		known = is_word(token_at(r, i + 1), *record);
	}
	if (!known)
		return 0;
	while (token_at(r, at)->kind == '[' || token_at(r, at)->kind == ']' ||
	       token_at(r, at)->kind == TOKEN_NUMBER)
		at++;
	if (token_at(r, at)->kind != '=' || token_at(r, at + 1)->kind != '{' || !maps(r, at + 1))
		return 0;
	return name;
}

static bool is_ops_object(const struct reading *r, guint i)
{
	const GPtrArray *objects = scan_objects(r->left_out->scan);

	for (guint k = 0; k < objects->len; k++) {
		const struct scan_object *object = objects->pdata[k];

		if (!strcmp(object->file, r->file->path) && is_word(token_at(r, i), object->name))
			return true;
	}
	return false;
}

static void read_file(void *worker, const char *path, char *text, gsize length,
		      const struct file_state *state)
{
	struct left_out *left_out = worker;
	struct reading r = { .left_out = left_out, .text = text, .counted = text, .line = 1 };
	struct conditional conditional = { 0, 0 };
	static const struct token_word word = { "struct", 1, 0 };
	struct token_words *words = token_words_new(&word, 1);
	struct tokens tokens;
	struct token token;

	(void)state;
	r.line_start = text;
	r.tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	r.depths = g_array_new(FALSE, FALSE, sizeof(guint));
	r.file = g_new0(struct left_file, 1);
	r.file->path = g_string_chunk_insert_const(left_out->strings, path);
	r.file->places = g_ptr_array_new_with_free_func(g_free);
	tokens_init(&tokens, words, text, length, false);
	while (tokens_next(&tokens, &token)) {
		if (token.kind == TOKEN_DIRECTIVE)
			follow_directive(&conditional, &token);
		else if (!conditional.dead) {
			g_array_append_val(r.tokens, token);
			g_array_append_val(r.depths, conditional.depth);
		}
	}
	for (guint i = 0; i < r.tokens->len; i++) {
		const char *record = NULL;
		guint name = find_table(&r, i, &record);

		if (name && !is_ops_object(&r, name))
			add_place(&r, name, record);
		else if (is_call(&r, i))
			add_place(&r, i, NULL);
	}
	token_words_free(words);
	g_array_unref(r.tokens);
	g_array_unref(r.depths);
	if (r.file->places->len) {
		g_hash_table_insert(left_out->files, (void *)r.file->path, r.file);
		g_ptr_array_add(left_out->paths, (void *)r.file->path);
	} else {
		file_free(r.file);
	}
}

/* The scan has told already. */
static void ignore_failure(void *worker, const char *path, const char *reason)
{
	(void)worker;
	(void)path;
	(void)reason;
}

static void add_directories(GHashTable *directories, const GPtrArray *files)
{
	for (guint i = 0; files && i < files->len; i++)
		g_hash_table_add(directories, g_path_get_dirname(files->pdata[i]));
}

struct left_out *left_out_new(const char *root, const struct scan *scan)
{
	struct left_out *left_out = g_new0(struct left_out, 1);
	struct walk_options walk = { .root = root, .read = read_file, .fail = ignore_failure };
	g_autoptr(GHashTable) directories =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) wanted = g_ptr_array_new();
	const GPtrArray *candidates = scan_candidates(scan);

	left_out->scan = scan;
	left_out->strings = g_string_chunk_new(4096);
	left_out->paths = g_ptr_array_new();
	left_out->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, file_free);
	add_directories(directories, scan_exporters(scan));
	for (const struct export_hook *hook = export_hooks; hook->record; hook++)
		add_directories(directories, scan_table_files(scan, hook->record));
	for (guint i = 0; i < candidates->len; i++) {
		g_autofree char *directory = g_path_get_dirname(candidates->pdata[i]);

		if (g_str_has_suffix(candidates->pdata[i], ".c") &&
		    g_hash_table_contains(directories, directory))
			g_ptr_array_add(wanted, candidates->pdata[i]);
	}
	/* A tree that has gone meanwhile is for others to notice. */
	walk_files(&walk, wanted, left_out, NULL);
	sort_strings(left_out->paths);
	return left_out;
}

void left_out_free(struct left_out *left_out)
{
	if (!left_out)
		return;
	g_hash_table_unref(left_out->files);
	g_ptr_array_unref(left_out->paths);
	g_string_chunk_free(left_out->strings);
	g_free(left_out);
}

const GPtrArray *left_out_files(const struct left_out *left_out)
{
	return left_out->paths;
}

bool left_out_is_partial(const struct left_out *left_out, const char *file)
{
	const struct left_file *known = g_hash_table_lookup(left_out->files, file);

	return known && known->partial;
}

/* ---- what is compiled ---- */

static bool is_skipped(const struct facts *facts, const struct place *at)
{
	for (guint i = 0; i < facts->skipped->len; i++) {
		const struct fact_skipped *skipped = facts->skipped->pdata[i];

		if (at->line >= skipped->first && at->line <= skipped->last &&
		    !strcmp(skipped->file, at->file))
			return true;
	}
	return false;
}

void left_out_look(struct left_out *left_out, const char *file, bool built,
		   const struct facts *facts)
{
	struct left_file *known = g_hash_table_lookup(left_out->files, file);

	if (!known || !built)
		return;
	known->built = true;
	known->analysed |= facts != NULL;
	for (guint i = 0; i < known->places->len; i++) {
		struct place_left *place = known->places->pdata[i];

		if (!place->conditional || (facts && !is_skipped(facts, &place->at)))
			place->compiled = true;
	}
}

/* Whether a route says that there is something left out in that line. */
static bool is_told(const struct audit *audit, const struct place *at)
{
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		for (guint k = 0; k < route->findings->len; k++) {
			const struct audit_finding *f = route->findings->pdata[k];

			if (!strcmp(f->rule, "not-in-this-config") && f->at.line == at->line &&
			    !g_strcmp0(f->at.file, at->file))
				return true;
		}
	}
	return false;
}

static void judge_place(struct audit *audit, const struct left_file *file,
			const struct place_left *place)
{
	bool several = audit->configs->len > 1;
	struct audit_finding *f = audit_add_left_out(audit);
	g_autofree char *what =
		g_strdup_printf(place->record ? "%s (struct %s) is" : "the call of %s is",
				place->name, place->record);
	g_autofree char *message =
		file->built && !file->analysed ?
			g_strdup_printf("%s inside of #if, and the file could not be analysed",
					what) :
		file->built ?
			g_strdup_printf("%s left out by %s", what,
					several ? "every configuration" : "the configuration") :
			g_strdup_printf("%s in a file that %s", what,
					several ? "no configuration builds" :
						  "the configuration does not build");
	g_autoptr(GString) id = g_string_new(NULL);
	g_autofree char *sum = NULL;

	g_string_printf(id, "not-in-this-config|%s|%s", file->path, what);
	/* The same call elsewhere in the file is another one. */
	for (guint i = 0; file->places->pdata[i] != place; i++)
		if (!strcmp(((struct place_left *)file->places->pdata[i])->name, place->name))
			g_string_append_c(id, '|');
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id->str, (gssize)id->len);
	sum[32] = '\0';
	f->rule = "not-in-this-config";
	f->level = LEVEL_NOTE;
	f->confidence = "proved";
	f->at = place->at;
	f->at.file = audit_string(audit, place->at.file);
	f->message = audit_string(audit, message);
	f->fingerprint = audit_string(audit, sum);
	for (guint i = 0; i < audit->configs->len; i++)
		g_array_append_val(f->configs, i);
}

void left_out_judge(const struct left_out *left_out, struct audit *audit)
{
	for (guint i = 0; i < left_out->paths->len; i++) {
		const struct left_file *file =
			g_hash_table_lookup(left_out->files, left_out->paths->pdata[i]);

		for (guint k = 0; k < file->places->len; k++) {
			const struct place_left *place = file->places->pdata[k];

			if (!place->compiled && !is_told(audit, &place->at))
				judge_place(audit, file, place);
		}
	}
}

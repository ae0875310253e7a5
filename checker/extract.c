// SPDX-License-Identifier: GPL-2.0-only
/*
 * extract: parses one file and reduces it to facts.  Runs in worker processes,
 * knows neither the rule nor the store.
 *
 * A precompiled header is only a matter of speed: with any error, and for files
 * that define macros before their first include, the file is parsed without it.
 */
#include <string.h>

#include "ast.h"
#include "extract.h"
#include "facts.h"
#include "lower.h"
#include "matchers.h"
#include "sorted.h"

/* Names of files and what is quoted need not be UTF-8: bytes, not strings. */
#define REQUEST_TYPE "(ayayayaaymaymayb)"
#define REPLY_TYPE "(ayaaymaybb)"

/* Values for what kbuild names by file, the same in every file and precompiled header. */
static const char *const neutral_flags[] = {
	"-DKBUILD_BASENAME=\"pfncheck\"",
	"-DKBUILD_MODNAME=\"pfncheck\"",
	"-DKBUILD_MODFILE=\"pfncheck\"",
	"-D__KBUILD_MODNAME=kmod_pfncheck",
	"-w",
	"-ferror-limit=0",
	"-Xclang",
	"-disable-pragma-debug-crash",
	NULL,
};

/* What exporters and the code around them include most. */
static const char *const common_headers[] = {
	"linux/kernel.h",
	"linux/module.h",
	"linux/mm.h",
	"linux/slab.h",
	"linux/dma-buf.h",
	"linux/dma-mapping.h",
	"linux/platform_device.h",
	"linux/pci.h",
	"linux/fs.h",
	"linux/highmem.h",
	"linux/pagemap.h",
	"linux/iommu.h",
	"linux/debugfs.h",
	"linux/seq_file.h",
	"linux/uaccess.h",
	"drm/drm_gem.h",
	"drm/drm_drv.h",
	"drm/drm_device.h",
	"drm/drm_file.h",
	"drm/drm_prime.h",
	"drm/drm_print.h",
	"drm/drm_ioctl.h",
	"drm/drm_atomic_helper.h",
	"drm/drm_damage_helper.h",
	"drm/drm_fb_helper.h",
	"drm/drm_gem_atomic_helper.h",
	"drm/drm_gem_dma_helper.h",
	"drm/drm_gem_framebuffer_helper.h",
	"drm/drm_gem_shmem_helper.h",
	"drm/drm_managed.h",
	"drm/drm_of.h",
	"drm/drm_probe_helper.h",
	"drm/drm_simple_kms_helper.h",
	"drm/drm_vblank.h",
};

char *extract_common_headers(void)
{
	GString *text = g_string_new(NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(common_headers); i++)
		g_string_append_printf(text, "#if __has_include(<%s>)\n#include <%s>\n#endif\n",
				       common_headers[i], common_headers[i]);
	return g_string_free(text, FALSE);
}

GBytes *extract_request_pack(const struct extract_request *request)
{
	GVariant *v = g_variant_new("(^ay^ay^ay^aaym^aym^ayb)", request->path, request->root,
				    request->build ? request->build : "", request->flags,
				    request->content, request->pch, request->make_pch);

	g_variant_ref_sink(v);
	GBytes *bytes = g_variant_get_data_as_bytes(v);

	g_variant_unref(v);
	return bytes;
}

static bool want_header_function(const struct ast_header_function *h, void *data)
{
	(void)data;
	return h->takes_mapping || h->takes_export || h->is_small;
}

static void add_function(struct ast_unit *unit, const struct ast_function *f, void *data)
{
	matchers_function(data, unit, f);
	lower_function(data, unit, f);
}

static void add_variable(struct ast_unit *unit, const struct ast *var, const char *id,
			 const char *file, void *data)
{
	matchers_variable(data, unit, var, file);
	lower_variable(data, unit, var, id, file);
}

static void add_skipped(const char *file, unsigned int first, unsigned int last, void *data)
{
	struct facts *facts = data;
	struct fact_skipped *s = facts_alloc(facts, sizeof(*s));

	s->file = facts_string(facts, file);
	s->first = first;
	s->last = last;
	g_ptr_array_add(facts->skipped, s);
}

static gint compare_functions(gconstpointer a, gconstpointer b)
{
	const struct fact_function *x = *(const struct fact_function *const *)a;
	const struct fact_function *y = *(const struct fact_function *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	return order ? order : strcmp(x->id, y->id);
}

static gint compare_tables(gconstpointer a, gconstpointer b)
{
	const struct fact_table *x = *(const struct fact_table *const *)a;
	const struct fact_table *y = *(const struct fact_table *const *)b;
	int order = compare_lines(x->file, x->line, y->file, y->line);

	if (order)
		return order;
	order = strcmp(x->id, y->id);
	return order ? order : (int)x->has_initializer - (int)y->has_initializer;
}

/* Whether a place of the facts lies in the file of an error, not after it. */
static bool is_before(const char *file, unsigned int line, const char *error)
{
	const char *colon = strchr(error, ':');

	return colon && strlen(file) == (gsize)(colon - error) &&
	       !strncmp(file, error, (gsize)(colon - error)) &&
	       line <= (unsigned int)strtoul(colon + 1, NULL, 10);
}

static struct fact_function *function_before(const struct facts *facts, const char *error)
{
	struct fact_function *last = NULL;

	for (unsigned int i = 0; i < facts->functions->len; i++) {
		struct fact_function *f = facts->functions->pdata[i];

		if (is_before(f->file, f->line, error))
			last = f;
	}
	return last;
}

static struct fact_table *table_before(const struct facts *facts, const char *error)
{
	struct fact_table *last = NULL;

	for (unsigned int i = 0; i < facts->tables->len; i++) {
		struct fact_table *t = facts->tables->pdata[i];

		if (is_before(t->file, t->line, error))
			last = t;
	}
	return last;
}

/*
 * What the compiler did not fully understand must not pass for whole: the function
 * that an error stands in, and a table whose initializer it drops altogether.
 */
static void mark_misunderstood(struct facts *facts)
{
	for (unsigned int i = 0; i < facts->errors->len; i++) {
		const char *error = facts->errors->pdata[i];
		struct fact_function *f = function_before(facts, error);
		struct fact_table *t = table_before(facts, error);

		if (f && !f->truncated)
			f->truncated = facts_string(facts, "a compile error in it");
		if (t && !t->has_initializer && (!f || f->line <= t->line))
			t->unread = true;
	}
}

/*
 * Names made with __COUNTER__ end in a number that depends on what headers were
 * read before, in a precompiled header or not: they are numbered anew, in the
 * order in which they stand in the facts.
 */
static char *number_anew(const char *text)
{
	static const char prefix[] = "__UNIQUE_ID_";
	g_autoptr(GHashTable) numbers =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GString *out = g_string_new(NULL);
	const char *found;

	while ((found = strstr(text, prefix))) {
		const char *end = found + strlen(prefix);
		const char *stem;
		char *name;

		while (g_ascii_isalnum(*end) || *end == '_')
			end++;
		for (stem = end; g_ascii_isdigit(stem[-1]);)
			stem--;
		g_string_append_len(out, text, stem - text);
		if (stem < end) {
			name = g_strndup(found, (gsize)(end - found));
			if (!g_hash_table_contains(numbers, name)) {
				guint number = g_hash_table_size(numbers) + 1;

				g_hash_table_insert(numbers, g_strdup(name),
						    GUINT_TO_POINTER(number));
			}
			g_string_append_printf(
				out, "%u", GPOINTER_TO_UINT(g_hash_table_lookup(numbers, name)));
			g_free(name);
		}
		text = end;
	}
	g_string_append(out, text);
	return g_string_free(out, FALSE);
}

/* The same facts with such names; takes facts over. */
static struct facts *facts_number_anew(struct facts *facts)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *changed = NULL;
	struct facts *anew;
	const char *why;

	facts_print(facts, text);
	changed = number_anew(text->str);
	if (!strcmp(changed, text->str))
		return facts;
	anew = facts_parse(changed, strlen(changed), &why);
	if (!anew)
		return facts;
	facts_free(facts);
	return anew;
}

static struct facts *facts_of_unit(struct ast_unit *unit, const char *path)
{
	struct facts *facts = facts_new(path);
	bool fatal;
	const GPtrArray *errors = ast_errors(unit, &fatal);

	ast_each_variable(unit, add_variable, facts);
	ast_each_function(unit, add_function, facts);
	while (ast_each_header_function(unit, want_header_function, add_function, facts))
		;
	ast_each_skipped(unit, add_skipped, facts);
	for (unsigned int i = 0; i < errors->len; i++)
		g_ptr_array_add(facts->errors, (void *)facts_string(facts, errors->pdata[i]));
	facts = facts_number_anew(facts);
	g_ptr_array_sort(facts->functions, compare_functions);
	g_ptr_array_sort(facts->tables, compare_tables);
	matchers_sort(facts);
	mark_misunderstood(facts);
	facts_seal(facts);
	return facts;
}

/*
 * Whether the file defines a macro before its first include that headers could
 * see: those would have to be read anew.
 */
static bool defines_before_include(const char *file)
{
	g_autofree char *text = NULL;
	char *line, *next;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return false;
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		while (*line == ' ' || *line == '\t')
			line++;
		if (*line != '#')
			continue;
		for (line++; *line == ' ' || *line == '\t';)
			line++;
		if (g_str_has_prefix(line, "include"))
			return false;
		if (g_str_has_prefix(line, "define") || g_str_has_prefix(line, "undef"))
			return strstr(line, "pr_fmt") == NULL;
	}
	return false;
}

static struct ast_unit *parse(const struct extract_request *r, const char *pch, char **why)
{
	g_autofree char *file = g_build_filename(r->root, r->path, NULL);
	g_autoptr(GPtrArray) flags = g_ptr_array_new();
	struct ast_options options = {
		.file = file,
		.root = r->root,
		.build = r->build && *r->build ? r->build : NULL,
		.content = r->content,
		.for_pch = r->make_pch,
	};

	if (pch) {
		g_ptr_array_add(flags, (void *)"-include-pch");
		g_ptr_array_add(flags, (void *)pch);
	}
	for (unsigned int i = 0; r->flags[i]; i++)
		g_ptr_array_add(flags, (void *)r->flags[i]);
	for (unsigned int i = 0; neutral_flags[i]; i++)
		g_ptr_array_add(flags, (void *)neutral_flags[i]);
	g_ptr_array_add(flags, NULL);
	options.flags = (const char *const *)flags->pdata;
	return ast_parse(&options, why);
}

static GBytes *reply(const char *facts, const char *const *headers, const char *fatal,
		     bool used_pch, bool ok)
{
	static const char *const none[] = { NULL };
	GVariant *v = g_variant_new("(^ay^aaym^aybb)", facts, headers ? headers : none, fatal,
				    used_pch, ok);
	GBytes *bytes;

	g_variant_ref_sink(v);
	bytes = g_variant_get_data_as_bytes(v);
	g_variant_unref(v);
	return bytes;
}

#define NOT_FOUND "' file not found"

/* The compiler is told to go on, and then tells such errors from others by their words alone. */
static bool is_fatal(const char *error)
{
	static const char *const words[] = {
		NOT_FOUND,
		"error opening file '",
		"cannot open file '",
		"#include nested too deeply",
		"bracket nesting level exceeded maximum",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(error, words[i]))
			return true;
	return false;
}

const char *extract_fatal_error(const GPtrArray *errors)
{
	for (unsigned int i = 0; i < errors->len; i++)
		if (is_fatal(errors->pdata[i]))
			return errors->pdata[i];
	return NULL;
}

char **extract_missing_headers(const GPtrArray *errors)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();

	for (unsigned int i = 0; i < errors->len; i++) {
		const char *error = errors->pdata[i];
		const char *end = strstr(error, NOT_FOUND);
		const char *begin = end;
		g_autofree char *name = NULL;

		if (!is_fatal(error))
			continue;
		while (begin && begin > error && begin[-1] != '\'')
			begin--;
		if (!begin || begin == error || begin == end)
			return NULL;
		name = g_strndup(begin, (gsize)(end - begin));
		g_strv_builder_add(names, name);
	}
	return g_strv_builder_end(names);
}

static GBytes *reply_of_unit(struct ast_unit *unit, const struct extract_request *r, bool used_pch)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) headers = g_ptr_array_new();
	g_autofree char *file = g_build_filename(r->root, r->path, NULL);
	const GPtrArray *inclusions = ast_inclusions(unit);
	const GPtrArray *errors;
	bool fatal, ok = true;

	for (unsigned int i = 0; i < inclusions->len; i++)
		if (strcmp(inclusions->pdata[i], file))
			g_ptr_array_add(headers, inclusions->pdata[i]);
	g_ptr_array_add(headers, NULL);
	errors = ast_errors(unit, &fatal);
	if (r->make_pch) {
		ok = !errors->len && ast_save(unit, r->pch);
	} else {
		struct facts *facts = facts_of_unit(unit, r->path);

		facts_print(facts, text);
		facts_free(facts);
	}
	return reply(text->str, (const char *const *)headers->pdata,
		     fatal && errors->len ? errors->pdata[0] : extract_fatal_error(errors),
		     used_pch, ok);
}

GBytes *extract_handle(const char *request, gsize size)
{
	struct extract_request r = { 0 };
	g_autoptr(GVariant) v = g_variant_ref_sink(g_variant_new_from_data(
		G_VARIANT_TYPE(REQUEST_TYPE), request, size, FALSE, NULL, NULL));
	g_autofree const char **flags = NULL;
	g_autofree char *file = NULL;
	g_autofree char *why = NULL;
	struct ast_unit *unit = NULL;
	gboolean make_pch;
	bool used_pch = false;
	GBytes *bytes;

	g_variant_get(v, "(^&ay^&ay^&ay^a&aym^&aym^&ayb)", &r.path, &r.root, &r.build, &flags,
		      &r.content, &r.pch, &make_pch);
	r.flags = flags;
	r.make_pch = make_pch;
	file = g_build_filename(r.root, r.path, NULL);
	if (r.pch && !r.make_pch && !defines_before_include(file)) {
		bool fatal;

		unit = parse(&r, r.pch, &why);
		if (unit && ast_errors(unit, &fatal)->len)
			g_clear_pointer(&unit, ast_close);
		used_pch = unit != NULL;
		g_clear_pointer(&why, g_free);
	}
	if (!unit)
		unit = parse(&r, NULL, &why);
	if (!unit)
		return reply("", NULL, why, false, false);
	bytes = reply_of_unit(unit, &r, used_pch);
	ast_close(unit);
	return bytes;
}

bool extract_reply_unpack(struct extract_reply *out, char *bytes, gsize size)
{
	gboolean used_pch, ok;

	memset(out, 0, sizeof(*out));
	out->variant = g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE(REPLY_TYPE), bytes,
								  size, FALSE, g_free, bytes));
	if (!g_variant_is_normal_form(out->variant)) {
		g_clear_pointer(&out->variant, g_variant_unref);
		return false;
	}
	g_variant_get(out->variant, "(^&ay^a&aym^&aybb)", &out->facts, &out->headers, &out->fatal,
		      &used_pch, &ok);
	out->size = strlen(out->facts);
	out->used_pch = used_pch;
	out->ok = ok;
	return true;
}

void extract_reply_clear(struct extract_reply *out)
{
	g_clear_pointer(&out->headers, g_free);
	g_clear_pointer(&out->variant, g_variant_unref);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its compiler flags: which of them libclang needs, and the file of the
 * cache that keeps them.
 *
 * The file is text, one record a line, fields separated by tabs and escaped as in C:
 *
 *	pfncheck-flags 1
 *	stub	HEADER
 *	generated	DIRECTORY	STATE	HOSTPROGS
 *	flags	FLAG ...			(numbered from 0)
 *	file	PATH	DIRECTORY	MODULE	IS_MODULE	BUILT	NUMBER
 *	end
 *
 * A file without its last line was not written by us and is ignored.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "sorted.h"
#include "tree_private.h"

#define HEADER_LINE "pfncheck-flags " TREE_CACHE_VERSION

/* Options that take a path, attached or as the next argument. */
static const char *const path_options[] = {
	"-I", "-idirafter", "-include", "-iquote", "-isystem",
};

/* Options kept as they are when an argument begins so. */
static const char *const kept_prefixes[] = {
	"--target=",	"-EB",	  "-EL",	  "-ffixed-",	     "-fms-",
	"-fno-builtin", "-mabi=", "-mbig-endian", "-mlittle-endian", "-std=",
};

/* Options kept when they are the whole argument. */
static const char *const kept_words[] = {
	"-ffreestanding",
	"-fno-signed-char",
	"-fno-unsigned-char",
	"-fshort-wchar",
	"-fsigned-char",
	"-funsigned-char",
	"-m31",
	"-m32",
	"-m64",
	"-nostdinc",
};

/* What is defined anew for each file; a header that is compiled once cannot have it. */
static const char *const dropped_defines[] = {
	"KBUILD_BASENAME",
	"KBUILD_MODFILE",
	"KBUILD_MODNAME",
	"__KBUILD_MODNAME",
};

static bool has_prefix(const char *argument, const char *const *prefixes, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		if (g_str_has_prefix(argument, prefixes[i]))
			return true;
	}
	return false;
}

static bool is_one_of(const char *argument, const char *const *words, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		if (!strcmp(argument, words[i]))
			return true;
	}
	return false;
}

/* The option of path_options that an argument is, or begins with, or NULL. */
static const char *path_option(const char *argument)
{
	const char *found = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(path_options); i++) {
		const char *option = path_options[i];

		if (g_str_has_prefix(argument, option) &&
		    (!found || strlen(option) > strlen(found)))
			found = option;
	}
	return found;
}

/* Adds "-I/absolute" or "-include", "/absolute". */
static void add_path(struct tree *tree, GPtrArray *flags, const char *option, const char *path,
		     const char *directory)
{
	g_autofree char *absolute = g_canonicalize_filename(path, directory);

	if (!strcmp(option, "-I")) {
		g_autofree char *flag = g_strconcat(option, absolute, NULL);

		g_ptr_array_add(flags, g_string_chunk_insert_const(tree->strings, flag));
		return;
	}
	g_ptr_array_add(flags, (char *)option);
	g_ptr_array_add(flags, g_string_chunk_insert_const(tree->strings, absolute));
}

/* What a "-DNAME=VALUE" without its -D defines a name as, or NULL: "\"x\"" is x. */
static char *define_value(const char *text, const char *name)
{
	gsize length = strlen(name);
	char *value;

	if (strncmp(text, name, length) || text[length] != '=')
		return NULL;
	value = g_strdup(text + length + 1);
	return g_strstrip(g_strdelimit(value, "\"", ' '));
}

char *tree_flags_define(const char *const *arguments, const char *name)
{
	for (; *arguments; arguments++) {
		char *value;

		if (!g_str_has_prefix(*arguments, "-D"))
			continue;
		value = define_value(*arguments + 2, name);
		if (value)
			return value;
	}
	return NULL;
}

/* -D and -U; those of kbuild's own that name a module are read instead. */
static void add_define(struct tree *tree, GPtrArray *flags, const char *option, const char *text,
		       bool *is_module, char **module)
{
	g_autofree char *name = g_strndup(text, strcspn(text, "=("));
	g_autofree char *flag = g_strconcat(option, text, NULL);

	if (is_one_of(name, dropped_defines, G_N_ELEMENTS(dropped_defines))) {
		if (module && !*module)
			*module = define_value(text, "KBUILD_MODFILE");
		return;
	}
	if (is_module && !strcmp(name, "MODULE"))
		*is_module = !strcmp(option, "-D");
	g_ptr_array_add(flags, g_string_chunk_insert_const(tree->strings, flag));
}

/*
 * A tree with generated headers of its own that are out of date: those of ours
 * have to be found first.
 */
static void reorder(GPtrArray *flags, const char *build)
{
	g_autofree char *prefix = g_strconcat("-I", build, "/", NULL);
	guint to = 0;

	while (to < flags->len && !g_str_has_prefix(g_ptr_array_index(flags, to), "-I"))
		to++;
	for (guint i = to; i < flags->len; i++) {
		void *flag = g_ptr_array_index(flags, i);

		if (!g_str_has_prefix(flag, prefix))
			continue;
		memmove(&flags->pdata[to + 1], &flags->pdata[to], (i - to) * sizeof(void *));
		flags->pdata[to++] = flag;
	}
}

GPtrArray *tree_flags_filter(struct tree *tree, const struct tree_config *config,
			     const char *const *arguments, const char *directory, bool *is_module,
			     char **module)
{
	g_autofree char *own_target =
		g_strconcat("--target=", tree_target(config->arch, config->srcarch), NULL);
	GPtrArray *flags = g_ptr_array_new();
	bool target = false;

	for (; *arguments; arguments++) {
		const char *argument = *arguments;
		const char *option = path_option(argument);

		if (option) {
			const char *path = argument + strlen(option);

			if (!*path && !arguments[1])
				break;
			add_path(tree, flags, option, *path ? path : *++arguments, directory);
		} else if (g_str_has_prefix(argument, "-D") || g_str_has_prefix(argument, "-U")) {
			const char *text = argument + 2;
			const char *sign = argument[1] == 'D' ? "-D" : "-U";

			if (!*text && !arguments[1])
				break;
			add_define(tree, flags, sign, *text ? text : *++arguments, is_module,
				   module);
		} else if (!strcmp(argument, "-target") && arguments[1]) {
			g_autofree char *flag = g_strconcat("--target=", *++arguments, NULL);

			g_ptr_array_add(flags, g_string_chunk_insert_const(tree->strings, flag));
			target = true;
		} else if (has_prefix(argument, kept_prefixes, G_N_ELEMENTS(kept_prefixes)) ||
			   is_one_of(argument, kept_words, G_N_ELEMENTS(kept_words))) {
			target = target || g_str_has_prefix(argument, "--target=");
			g_ptr_array_add(flags,
					g_string_chunk_insert_const(tree->strings, argument));
		}
	}
	/* A compiler for one architecture says nothing of it; clang has to be told. */
	if (!target && tree_target(config->arch, config->srcarch))
		g_ptr_array_add(flags, g_string_chunk_insert_const(tree->strings, own_target));
	if (config->reordered)
		reorder(flags, config->build);
	return flags;
}

/* The cache */

static char *flags_path(const struct tree_config *config)
{
	return g_build_filename(config->build, "pfncheck", "flags", NULL);
}

static void append_field(GString *text, const char *field)
{
	g_autofree char *escaped = g_strescape(field ? field : "", NULL);

	g_string_append_printf(text, "\t%s", escaped);
}

/* Writes a list of flags unless it was written before; its number either way. */
static guint append_flags(GString *text, GHashTable *numbers, const char *const *flags)
{
	GString *line = g_string_new("flags");
	void *number;

	for (; *flags; flags++)
		append_field(line, *flags);
	if (!g_hash_table_lookup_extended(numbers, line->str, NULL, &number)) {
		number = GUINT_TO_POINTER(g_hash_table_size(numbers));
		g_string_append_printf(text, "%s\n", line->str);
		g_hash_table_insert(numbers, g_strdup(line->str), number);
	}
	g_string_free(line, TRUE);
	return GPOINTER_TO_UINT(number);
}

bool tree_flags_save(const struct tree_config *config, GError **error)
{
	g_autoptr(GHashTable) numbers =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) paths = sorted_keys(config->files);
	g_autoptr(GPtrArray) directories = sorted_keys(config->generated);
	g_autoptr(GString) text = g_string_new(HEADER_LINE "\n");
	g_autofree char *path = flags_path(config);

	for (guint i = 0; i < config->stubs->len; i++) {
		g_string_append(text, "stub");
		append_field(text, g_ptr_array_index(config->stubs, i));
		g_string_append_c(text, '\n');
	}
	for (guint i = 0; i < directories->len; i++) {
		const char *directory = g_ptr_array_index(directories, i);

		g_string_append(text, "generated");
		append_field(text, directory);
		/* Holds a tab of its own: two fields. */
		g_string_append_printf(text, "\t%s\n",
				       (char *)g_hash_table_lookup(config->generated, directory));
	}
	for (guint i = 0; i < paths->len; i++) {
		const struct tree_entry *entry;
		guint number;

		entry = g_hash_table_lookup(config->files, g_ptr_array_index(paths, i));
		if (entry->foreign)
			continue;
		number = append_flags(text, numbers, entry->file.flags);
		g_string_append(text, "file");
		append_field(text, entry->file.path);
		append_field(text, entry->directory);
		append_field(text, entry->file.module);
		g_string_append_printf(text, "\t%d\t%d\t%u\n", entry->file.is_module,
				       entry->file.built, number);
	}
	g_string_append(text, "end\n");
	return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

/* One line of the file; lists are the flags so far: GPtrArray of GPtrArray. */
static void load_line(struct tree *tree, struct tree_config *config, char **fields,
		      GPtrArray *lists, GHashTable *stale)
{
	guint count = g_strv_length(fields);

	for (guint i = 0; i < count; i++) {
		char *plain;

		if (!strchr(fields[i], '\\'))
			continue;
		plain = g_strcompress(fields[i]);
		g_free(fields[i]);
		fields[i] = plain;
	}
	if (!strcmp(fields[0], "stub") && count == 2) {
		tree_add_stub(tree, config, fields[1]);
	} else if (!strcmp(fields[0], "generated") && count == 4) {
		g_autofree char *state = tree_directory_state(tree, fields[1], fields[3]);

		if (strcmp(state, fields[2]))
			g_hash_table_add(stale, g_strdup(fields[1]));
		else
			g_hash_table_insert(config->generated, g_strdup(fields[1]),
					    g_strdup_printf("%s\t%s", fields[2], fields[3]));
	} else if (!strcmp(fields[0], "flags")) {
		GPtrArray *list = g_ptr_array_new();

		for (guint i = 1; i < count; i++)
			g_ptr_array_add(list,
					g_string_chunk_insert_const(tree->strings, fields[i]));
		g_ptr_array_add(lists, list);
	} else if (!strcmp(fields[0], "file") && count == 7) {
		guint64 number = g_ascii_strtoull(fields[6], NULL, 10);
		const char *directory = *fields[2] ? fields[2] : NULL;

		if (number >= lists->len || (directory && g_hash_table_contains(stale, directory)))
			return;
		tree_add_file(tree, config, fields[1], directory, g_ptr_array_index(lists, number),
			      *fields[3] ? fields[3] : NULL, fields[4][0] == '1',
			      fields[5][0] == '1');
	}
}

void tree_flags_load(struct tree *tree, struct tree_config *config)
{
	g_autoptr(GHashTable) stale = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) lists = NULL;
	g_autofree char *path = flags_path(config);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    !g_str_has_prefix(text, HEADER_LINE "\n") || !g_str_has_suffix(text, "\nend\n"))
		return;
	lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines + 1; *line; line++) {
		g_auto(GStrv) fields = g_strsplit(*line, "\t", -1);

		if (fields[0])
			load_line(tree, config, fields, lists, stale);
	}
}

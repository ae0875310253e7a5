// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, as a kernel build shows it one file at a time: how each was compiled is
 * kept in the cache, a small file for each, so that compilers which run at the same
 * time do not get in one another's way.
 *
 * A file is text, one record a line, escaped as in C:
 *
 *	pfncheck-compiled 1
 *	PATH
 *	MODULE
 *	"module" or "built-in"
 *	FLAG ...		(a line each)
 *	end
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "tree_private.h"

#define RECORD_LINE "pfncheck-compiled " TREE_CACHE_VERSION
#define RECORD_FIELDS 4 /* lines before the flags */

struct tree *tree_open_compiled(const char *root, const char *build, const char *srcarch,
				const char *cache)
{
	struct tree *tree = g_new0(struct tree, 1);
	struct tree_config *config = g_new0(struct tree_config, 1);
	g_autofree char *identity = g_strdup_printf("%s\n%s\n%s", root, build, srcarch);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, identity, -1);
	g_autofree char *name = g_strdup_printf("built-%.16s", hash);

	tree->root = g_strdup(root);
	tree->release = g_strdup("");
	tree->cache = g_strdup(cache);
	tree->configs = g_ptr_array_new_with_free_func(tree_config_free);
	tree->makefiles = g_ptr_array_new_with_free_func(g_free);
	tree->kconfigs = g_ptr_array_new_with_free_func(g_free);
	tree->stubs = g_ptr_array_new();
	tree->strings = g_string_chunk_new(64 * 1024);
	config->arch = g_strdup(srcarch);
	config->srcarch = g_strdup(srcarch);
	config->name = g_strdup(".config");
	config->hash = g_steal_pointer(&hash);
	config->build = g_strdup(build);
	config->records = g_build_filename(cache, name, NULL);
	config->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, tree_entry_free);
	config->generated = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	config->stubs = g_ptr_array_new();
	config->loaded = true;
	g_ptr_array_add(tree->configs, config);
	return tree;
}

const char *tree_records(const struct tree *tree)
{
	return ((const struct tree_config *)g_ptr_array_index(tree->configs, 0))->records;
}

static void append_line(GString *text, const char *line)
{
	g_autofree char *escaped = g_strescape(line ? line : "", NULL);

	g_string_append_printf(text, "%s\n", escaped);
}

static char *record_name(const struct tree_config *config, const char *path)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, path, -1);

	hash[32] = '\0';
	return g_build_filename(config->records, hash, NULL);
}

/* Writes the record of a file unless it says the same already. */
static bool write_record(const struct tree_config *config, const struct tree_file *file,
			 GError **error)
{
	g_autofree char *name = record_name(config, file->path);
	g_autoptr(GString) text = g_string_new(RECORD_LINE "\n");
	g_autofree char *before = NULL;

	append_line(text, file->path);
	append_line(text, file->module);
	append_line(text, file->is_module ? "module" : "built-in");
	for (const char *const *flag = file->flags; *flag; flag++)
		append_line(text, *flag);
	g_string_append(text, "end\n");
	if (g_file_get_contents(name, &before, NULL, NULL) && !strcmp(before, text->str))
		return true;
	return make_directory(config->records, error) &&
	       g_file_set_contents_full(name, text->str, (gssize)text->len,
					G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

bool tree_add_compiled(struct tree *tree, const char *path, const char *const *arguments,
		       const char *directory, const char *output, GError **error)
{
	struct tree_config *config = g_ptr_array_index(tree->configs, 0);
	g_autofree char *modfile = NULL;
	g_autofree char *modname = tree_flags_define(arguments, "KBUILD_MODNAME");
	g_autofree char *module = NULL;
	g_autoptr(GPtrArray) flags = NULL;
	bool is_module = false;

	flags = tree_flags_filter(tree, config, arguments, directory, &is_module, &modfile);
	module = tree_commands_module(tree, output, path, modfile, modname);
	tree_add_file(tree, config, path, NULL, flags, module, is_module, true);
	return write_record(config, tree_file(tree, 0, path), error);
}

static void read_record(struct tree *tree, struct tree_config *config, const char *name)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GPtrArray) flags = g_ptr_array_new();
	guint count;

	if (!g_file_get_contents(name, &text, NULL, NULL) ||
	    !g_str_has_prefix(text, RECORD_LINE "\n") || !g_str_has_suffix(text, "\nend\n"))
		return;
	lines = g_strsplit(text, "\n", -1);
	/* The last two are "end" and what follows its newline. */
	count = g_strv_length(lines) - 2;
	if (count < RECORD_FIELDS)
		return;
	for (guint i = 1; i < count; i++) {
		char *plain = strchr(lines[i], '\\') ? g_strcompress(lines[i]) : NULL;

		if (plain) {
			g_free(lines[i]);
			lines[i] = plain;
		}
		if (i >= RECORD_FIELDS)
			g_ptr_array_add(flags,
					g_string_chunk_insert_const(tree->strings, lines[i]));
	}
	if (tree_has_file(tree->root, lines[1], G_FILE_TEST_EXISTS))
		tree_add_file(tree, config, lines[1], NULL, flags, *lines[2] ? lines[2] : NULL,
			      !strcmp(lines[3], "module"), true);
}

void tree_load_compiled(struct tree *tree)
{
	struct tree_config *config = g_ptr_array_index(tree->configs, 0);
	g_autoptr(GDir) directory = g_dir_open(config->records, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *file = g_build_filename(config->records, name, NULL);

		if (strlen(name) == 32)
			read_record(tree, config, file);
	}
}

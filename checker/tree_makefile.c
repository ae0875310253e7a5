// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its Makefiles as text: which directory a file belongs to.
 *
 * In: the names and texts of Makefiles.  Out: directories.  Does not evaluate
 * anything: what it says of directories elsewhere are guesses.
 */
#include <string.h>

#include "tree_private.h"

/* A Makefile that mentions files outside of its directory. */
struct reaching_makefile {
	char *directory;
	char *text;
};

static void reaching_makefile_free(void *data)
{
	struct reaching_makefile *makefile = data;

	g_free(makefile->directory);
	g_free(makefile->text);
	g_free(makefile);
}

static bool has_kbuild_file(const struct tree *tree, const char *directory)
{
	static const char *const names[] = { "Kbuild", "Makefile" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_build_filename(tree->root, directory, names[i], NULL);

		if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
			return true;
	}
	return false;
}

char *tree_kbuild_directory(const struct tree *tree, const char *path)
{
	g_autofree char *directory = g_strdup(path);

	while (strcmp(directory, ".")) {
		char *parent;

		if (has_kbuild_file(tree, directory))
			return g_steal_pointer(&directory);
		parent = g_path_get_dirname(directory);
		g_free(directory);
		directory = parent;
	}
	return g_steal_pointer(&directory);
}

/* Directories of the tree that kbuild does not build the kernel from. */
bool tree_kbuild_path(const struct tree_config *config, const char *path)
{
	static const char *const others[] = { "tools/", "scripts/", "Documentation/", "rust/" };

	if (!strchr(path, '/') || !g_str_has_suffix(path, ".c") || strpbrk(path, " \t'\"$#:!%"))
		return false;
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		if (g_str_has_prefix(path, others[i]))
			return false;
	}
	if (g_str_has_prefix(path, "arch/")) {
		gsize length = strlen(config->srcarch);

		return !strncmp(path + 5, config->srcarch, length) && path[5 + length] == '/';
	}
	return true;
}

char *tree_relative_goal(const char *directory, const char *path)
{
	g_auto(GStrv) from = g_strsplit(directory, "/", -1);
	g_auto(GStrv) to = g_strsplit(path, "/", -1);
	GString *goal = g_string_new(directory);
	guint common = 0;

	while (from[common] && to[common + 1] && !strcmp(from[common], to[common]))
		common++;
	for (guint i = common; from[i]; i++)
		g_string_append(goal, "/..");
	for (guint i = common; to[i]; i++)
		g_string_append_printf(goal, "/%s", to[i]);
	goal->str[goal->len - 1] = 'o';
	return g_string_free(goal, FALSE);
}

static bool has_word(const char *text, const char *word)
{
	gsize length = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		char before = at > text ? at[-1] : ' ';
		char after = at[length];

		if (!g_ascii_isalnum(before) && before != '_' && before != '-' &&
		    !g_ascii_isalnum(after) && after != '_' && after != '-')
			return true;
	}
	return false;
}

/* Whether a Makefile's text suggests that it builds path, which lies outside of its directory. */
static bool mentions(const char *text, const char *directory, const char *path)
{
	g_auto(GStrv) from = g_strsplit(directory, "/", -1);
	g_auto(GStrv) to = g_strsplit(path, "/", -1);
	guint common = 0;

	while (from[common] && to[common + 1] && !strcmp(from[common], to[common]))
		common++;
	/* An ancestor has answered already. */
	if (!from[common] || !to[common + 1])
		return false;
	if (!common) {
		g_autofree char *whole = g_path_get_dirname(path);

		return strchr(whole, '/') && has_word(text, whole);
	}
	/* Far away the name alone says little: a driver mentions "misc" and "core". */
	if (common < 3) {
		g_autofree char *step = g_strconcat("../", to[common], NULL);

		return has_word(text, step);
	}
	return strstr(text, "../") && has_word(text, to[common]);
}

bool tree_named_above(const struct tree *tree, const char *path)
{
	static const char *const names[] = { "Kbuild", "Makefile" };
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *own = tree_kbuild_directory(tree, parent);
	g_autofree char *outer = g_path_get_dirname(own);
	g_autofree char *above = tree_kbuild_directory(tree, outer);
	g_autofree char *goal = NULL;
	bool found = false;

	if (!strcmp(own, ".") || !strcmp(above, "."))
		return false;
	goal = tree_relative_goal(above, path);
	for (gsize i = 0; i < G_N_ELEMENTS(names) && !found; i++) {
		g_autofree char *file = g_build_filename(tree->root, above, names[i], NULL);
		g_autofree char *text = NULL;

		found = g_file_get_contents(file, &text, NULL, NULL) &&
			has_word(text, goal + strlen(above) + 1);
	}
	return found;
}

/* Reads all Makefiles once and keeps those that can reach elsewhere. */
static void read_reaching(struct tree *tree)
{
	tree->reaching = g_ptr_array_new_with_free_func(reaching_makefile_free);
	for (guint i = 0; i < tree->makefiles->len; i++) {
		const char *path = g_ptr_array_index(tree->makefiles, i);
		g_autofree char *file = g_build_filename(tree->root, path, NULL);
		g_autofree char *name = g_path_get_basename(path);
		g_autofree char *text = NULL;
		struct reaching_makefile *makefile;

		if ((strcmp(name, "Makefile") && strcmp(name, "Kbuild")) ||
		    !g_file_get_contents(file, &text, NULL, NULL) ||
		    (!strstr(text, "../") && !strstr(text, "include $(srctree)/")))
			continue;
		makefile = g_new0(struct reaching_makefile, 1);
		makefile->directory = g_path_get_dirname(path);
		makefile->text = g_steal_pointer(&text);
		g_ptr_array_add(tree->reaching, makefile);
	}
}

GPtrArray *tree_foreign_directories(struct tree *tree, const struct tree_config *config,
				    const char *path)
{
	GPtrArray *directories = g_ptr_array_new();

	if (!tree->reaching)
		read_reaching(tree);
	for (guint i = 0; i < tree->reaching->len; i++) {
		const struct reaching_makefile *makefile = g_ptr_array_index(tree->reaching, i);
		g_autofree char *inside = g_strconcat(makefile->directory, "/any.c", NULL);

		if (tree_kbuild_path(config, inside) &&
		    mentions(makefile->text, makefile->directory, path))
			g_ptr_array_add(directories, makefile->directory);
	}
	return directories;
}

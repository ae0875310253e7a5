// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its build directories for one more state: what kbuild made of a configuration
 * holds for a state that differs only in Makefiles which it did not come by, those of
 * drivers mostly.  That makes no difference but to flags, and these are asked for anew.
 *
 * kbuild makes the directory of a Makefile that it goes by, so that the directories that
 * are there tell which Makefiles had a part in it.
 *
 * pfncheck/prepared in a build directory lists what kbuild made there before anybody asked
 * for flags, one a line: a hash of what else a configuration is made of, one of the state
 * that had a part in it, and the files.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "files.h"
#include "sorted.h"
#include "tree_private.h"

#define PREPARED "pfncheck/prepared"
#define PREPARED_HASHES 2 /* lines before the files */

/* The first directory of a path, as a new string; "" for a path without one. */
static char *top_of(const char *path)
{
	const char *slash = strchr(path, '/');

	return g_strndup(path, slash ? (gsize)(slash - path) : 0);
}

/* Whether a line of the state is that of a Makefile below a directory that was not made. */
static bool is_apart(const char *line, GHashTable *made)
{
	static const char *const never[] = {
		"", "arch", "include", "init", "kernel", "scripts", "tools", NULL,
	};
	g_autofree char *path = g_strndup(line, strcspn(line, " "));
	g_autofree char *top = top_of(path);

	return tree_state_is_makefile(path) && !g_strv_contains(never, top) &&
	       !g_hash_table_contains(made, top);
}

/* A hash of the tree's state, of what had a part in a directory with these files. */
static char *part_of_state(const struct tree *tree, char *const *files)
{
	g_autoptr(GHashTable) made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new();

	for (; *files; files++)
		g_hash_table_add(made, top_of(*files));
	for (guint i = 0; i < tree->state_lines->len; i++) {
		if (!is_apart(tree->state_lines->pdata[i], made))
			g_ptr_array_add(lines, tree->state_lines->pdata[i]);
	}
	return tree_state_hash(lines);
}

/* Adds the files and links below a directory of part. */
static void list_files(const char *part, const char *path, GPtrArray *files)
{
	g_autofree char *absolute = g_build_filename(part, path, NULL);
	g_autoptr(GDir) directory = g_dir_open(absolute, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *child = *path ? g_build_filename(path, name, NULL) :
						 g_strdup(name);
		g_autofree char *file = g_build_filename(part, child, NULL);
		struct stat st;

		if (!strcmp(child, "pfncheck") || lstat(file, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			list_files(part, child, files);
		else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
			g_ptr_array_add(files, g_steal_pointer(&child));
	}
}

bool tree_reuse_note(const struct tree *tree, const struct tree_config *config, const char *part,
		     GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) text = g_string_new(config->kin);
	g_autofree char *file = g_build_filename(part, PREPARED, NULL);
	g_autofree char *state = NULL;

	/* What a make has made that is not trusted is of no use to others. */
	if (tree->sandbox)
		return true;
	list_files(part, "", files);
	sort_strings(files);
	g_ptr_array_add(files, NULL);
	state = part_of_state(tree, (char *const *)files->pdata);
	g_string_append_printf(text, "\n%s\n", state);
	for (guint i = 0; i + 1 < files->len; i++)
		g_string_append_printf(text, "%s\n", (char *)files->pdata[i]);
	return g_file_set_contents(file, text->str, (gssize)text->len, error);
}

/* The files that build was prepared with, if it serves the state that the tree is in; or NULL. */
static char **files_for(const struct tree *tree, const struct tree_config *config,
			const char *build)
{
	g_autofree char *file = g_build_filename(build, PREPARED, NULL);
	g_autofree char *text = NULL;
	g_autofree char *state = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(file, &text, NULL, NULL) || !g_str_has_suffix(text, "\n"))
		return NULL;
	text[strlen(text) - 1] = '\0';
	lines = g_strsplit(text, "\n", -1);
	if (g_strv_length(lines) <= PREPARED_HASHES || strcmp(lines[0], config->kin))
		return NULL;
	state = part_of_state(tree, lines + PREPARED_HASHES);
	return strcmp(lines[1], state) ? NULL : g_strdupv(lines + PREPARED_HASHES);
}

/* Copies a file or a link, with its time: make goes by that. */
static bool copy_one(const char *from, const char *to)
{
	struct timespec times[2];
	struct stat st;

	if (lstat(from, &st))
		return false;
	if (S_ISLNK(st.st_mode)) {
		g_autofree char *target = g_file_read_link(from, NULL);
		g_autofree char *parent = g_path_get_dirname(to);

		return target && make_directory(parent, NULL) && !symlink(target, to);
	}
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return copy_file(from, to, NULL) && !utimensat(AT_FDCWD, to, times, 0);
}

static bool copy_files(const char *from, const char *part, char *const *files)
{
	for (; *files; files++) {
		g_autofree char *source = g_build_filename(from, *files, NULL);
		g_autofree char *target = g_build_filename(part, *files, NULL);

		if (!copy_one(source, target))
			return false;
	}
	return true;
}

/* Copies what a directory of another state was prepared with, unless somebody is at it. */
static bool fill_from(const struct tree *tree, const struct tree_config *config, const char *build,
		      const char *part)
{
	g_autofree char *name_of_lock = g_strconcat(build, ".lock", NULL);
	/* It serves yet another state as well. */
	char *const list[] = { (char *)PREPARED, NULL };
	g_auto(GStrv) files = files_for(tree, config, build);
	bool ok = false;
	int lock;

	if (!files)
		return false;
	lock = open(name_of_lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock >= 0 && !flock(lock, LOCK_EX | LOCK_NB))
		ok = copy_files(build, part, files) &&
		     (tree->sandbox || copy_files(build, part, list));
	tree_unlock(lock);
	if (!ok)
		remove_all(part);
	return ok;
}

bool tree_reuse_fill(const struct tree *tree, const struct tree_config *config, const char *part)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) cache = g_dir_open(tree->cache, 0, NULL);
	const char *name;

	while (cache && (name = g_dir_read_name(cache))) {
		if (g_str_has_prefix(name, "conf-") && !strchr(name, '.'))
			g_ptr_array_add(names, g_strdup(name));
	}
	sort_strings(names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *build = g_build_filename(tree->cache, names->pdata[i], NULL);

		if (strcmp(build, config->build) && fill_from(tree, config, build, part))
			return true;
	}
	return false;
}

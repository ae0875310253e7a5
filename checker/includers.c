// SPDX-License-Identifier: GPL-2.0-only
/*
 * includers: see includers.h.  Not seen: names that macros make, and files that
 * include from another part of the tree.
 */
#include <string.h>

#include "includers.h"
#include "sorted.h"

/* The directory of the file and as many above it. */
#define LEVELS 3

/* The name in quotes of an include directive, or NULL; line is changed. */
static char *quoted_name(char *line)
{
	char *end;

	while (*line == ' ' || *line == '\t')
		line++;
	if (*line++ != '#')
		return NULL;
	while (*line == ' ' || *line == '\t')
		line++;
	if (!g_str_has_prefix(line, "include"))
		return NULL;
	line += strlen("include");
	while (*line == ' ' || *line == '\t')
		line++;
	if (*line++ != '"')
		return NULL;
	end = strchr(line, '"');
	if (!end)
		return NULL;
	*end = '\0';
	return line;
}

static bool includes(const char *root, const char *directory, const char *file, const char *target)
{
	g_autofree char *path = g_build_filename(root, directory, file, NULL);
	g_autofree char *base = g_path_get_basename(target);
	g_autofree char *text = NULL;
	char *line, *next;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !strstr(text, base))
		return false;
	for (line = text; line; line = next) {
		char *name;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		name = quoted_name(line);
		if (name) {
			g_autofree char *from = g_build_filename(root, directory, name, NULL);
			g_autofree char *whole = g_canonicalize_filename(from, NULL);

			if (!strcmp(whole, target))
				return true;
		}
	}
	return false;
}

GPtrArray *includers_of(const char *root, const char *path)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *whole = g_build_filename(root, path, NULL);
	g_autofree char *target = g_canonicalize_filename(whole, NULL);
	g_autofree char *directory = g_path_get_dirname(path);

	for (int level = 0; level < LEVELS && strcmp(directory, "."); level++) {
		g_autofree char *at = g_build_filename(root, directory, NULL);
		g_autoptr(GDir) dir = g_dir_open(at, 0, NULL);
		char *up = g_path_get_dirname(directory);
		const char *name;

		while (dir && (name = g_dir_read_name(dir)))
			if (g_str_has_suffix(name, ".c") && includes(root, directory, name, target))
				g_ptr_array_add(out, g_build_filename(directory, name, NULL));
		g_free(directory);
		directory = up;
	}
	sort_strings(out);
	return out;
}

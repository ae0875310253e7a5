// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its state: a hash of all that a configuration is made of, so that the
 * cache is used for the tree that it was made from and no other.
 *
 * In: the tree's directories.  Out: hashes of names, sizes and times; the lists of
 * Makefiles and Kconfig files.  Nothing is read: one walk takes 0.1 s.  A file that
 * is changed without a change of size or time goes unseen, as with make.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "sorted.h"
#include "tree_private.h"

void tree_state_add(GPtrArray *lines, const char *name, const struct stat *st)
{
	g_ptr_array_add(lines, g_strdup_printf("%s %jd %jd.%09ld", name, (intmax_t)st->st_size,
					       (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec));
}

char *tree_state_hash(GPtrArray *lines)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	sort_strings(lines);
	for (guint i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);

		g_checksum_update(checksum, (const guchar *)line, (gssize)strlen(line) + 1);
	}
	return g_strdup(g_checksum_get_string(checksum));
}

static bool has_suffix(const char *name, const char *const *suffixes)
{
	const char *dot = strrchr(name, '.');

	return dot && g_strv_contains(suffixes, dot);
}

static bool is_makefile(const char *name)
{
	return g_str_has_prefix(name, "Makefile") || g_str_has_prefix(name, "Kbuild");
}

bool tree_state_is_makefile(const char *path)
{
	const char *slash = strrchr(path, '/');

	return is_makefile(slash ? slash + 1 : path);
}

/* Whether a file has a part in the configuration, or in what is generated from it. */
static bool is_build_file(const char *path, const char *name)
{
	static const char *const scripts[] = {
		".awk", ".bc", ".c",  ".h",   ".l", ".include",
		".pl",	".py", ".sh", ".tbl", ".y", NULL,
	};
	static const char *const generators[] = { ".awk", ".bc", ".tbl", NULL };
	static const char *const sources[] = {
		"include/linux/kbuild.h",
		"include/linux/mmzone.h",
		"include/linux/page-flags.h",
		"kernel/bounds.c",
		NULL,
	};

	if (is_makefile(name) || g_str_has_prefix(name, "Kconfig") ||
	    has_suffix(name, generators) || g_strv_contains(sources, path))
		return true;
	if (g_str_has_prefix(path, "scripts/"))
		return has_suffix(name, scripts) && !g_str_has_suffix(name, ".lex.c") &&
		       !strstr(name, ".tab.");
	return g_str_has_prefix(path, "arch/") && g_str_has_prefix(name, "asm-offsets") &&
	       g_str_has_suffix(name, ".c");
}

/* asm headers that an architecture lacks are generated: their names matter. */
static bool is_asm_header(const char *path)
{
	return g_str_has_prefix(path, "arch/") && g_str_has_suffix(path, ".h") &&
	       (strstr(path, "/include/asm/") || strstr(path, "/include/uapi/asm/"));
}

static void state_walk(struct tree *tree, int directory, const char *path, GPtrArray *lines)
{
	static const char *const skipped[] = {
		"Documentation", "LICENSES", "tools", "include/config", "include/generated", NULL,
	};
	DIR *stream = fdopendir(directory);
	struct dirent *entry;

	if (!stream) {
		close(directory);
		return;
	}
	while ((entry = readdir(stream))) {
		g_autofree char *child = NULL;
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		child = *path ? g_strconcat(path, "/", entry->d_name, NULL) :
				g_strdup(entry->d_name);
		if (entry->d_type == DT_UNKNOWN &&
		    !fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			entry->d_type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
		if (entry->d_type == DT_DIR) {
			int fd;

			if (g_strv_contains(skipped, child) || strstr(child, "/include/generated"))
				continue;
			fd = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (fd >= 0)
				state_walk(tree, fd, child, lines);
			continue;
		}
		if (is_build_file(child, entry->d_name)) {
			if (!fstatat(directory, entry->d_name, &st, 0))
				tree_state_add(lines, child, &st);
			if (is_makefile(entry->d_name))
				g_ptr_array_add(tree->makefiles, g_strdup(child));
			else if (g_str_has_prefix(entry->d_name, "Kconfig"))
				g_ptr_array_add(tree->kconfigs, g_strdup(child));
		} else if (is_asm_header(child)) {
			g_ptr_array_add(lines, g_strdup(child));
		}
	}
	closedir(stream);
}

char *tree_state_walk(struct tree *tree)
{
	int directory = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0)
		state_walk(tree, directory, "", tree->state_lines);
	sort_strings(tree->makefiles);
	sort_strings(tree->kconfigs);
	return tree_state_hash(tree->state_lines);
}

static void directory_walk(const char *root, const char *path, guint depth, GPtrArray *lines)
{
	static const char *const skipped[] = {
		".a", ".c", ".cmd", ".h", ".ko", ".mod", ".o", ".order", NULL,
	};
	g_autofree char *absolute = g_build_filename(root, path, NULL);
	g_autoptr(GDir) directory = g_dir_open(absolute, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *child = g_build_filename(path, name, NULL);
		g_autofree char *file = g_build_filename(root, child, NULL);
		struct stat st;

		if (name[0] == '.' || has_suffix(name, skipped) || lstat(file, &st))
			continue;
		if (S_ISREG(st.st_mode))
			tree_state_add(lines, child, &st);
		else if (S_ISDIR(st.st_mode) && depth < 8)
			directory_walk(root, child, depth + 1, lines);
	}
}

char *tree_directory_state(const struct tree *tree, const char *directory, const char *hostprogs)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) programs = g_strsplit(hostprogs, " ", -1);

	directory_walk(tree->root, directory, 0, lines);
	for (char **program = programs; *program; program++) {
		g_autofree char *source = g_strconcat(*program, ".c", NULL);
		g_autofree char *file = g_build_filename(tree->root, directory, source, NULL);
		struct stat st;

		if (**program && !stat(file, &st))
			tree_state_add(lines, source, &st);
	}
	return tree_state_hash(lines);
}

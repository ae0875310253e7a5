// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree: what a kernel tree is, which configurations it is looked at in, and the
 * answers to how its files are compiled.
 *
 * In: a path and what the user chose.  Out: struct tree.  Does not know what is
 * in a source file; a build directory or tree that changes while it is read gives
 * flags of either state.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree_private.h"

/* Kernel names of architectures whose directory is called otherwise. */
static const struct {
	const char *arch;
	const char *directory;
} arch_aliases[] = {
	{ "i386", "x86" },
	{ "parisc64", "parisc" },
	{ "sparc32", "sparc" },
	{ "sparc64", "sparc" },
	{ "x86_64", "x86" },
};

G_DEFINE_QUARK(pfncheck-tree-error-quark, tree_error)

void tree_progress(const struct tree *tree, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	if (!tree->progress)
		return;
	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	tree->progress(message, tree->progress_data);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_string(GPtrArray *array, const char *string)
{
	for (guint i = 0; i < array->len; i++) {
		if (!strcmp(g_ptr_array_index(array, i), string))
			return;
	}
	g_ptr_array_add(array, (void *)string);
	g_ptr_array_sort(array, compare_strings);
}

void tree_add_stub(struct tree *tree, struct tree_config *config, const char *header)
{
	const char *own = g_string_chunk_insert_const(tree->strings, header);

	add_string(config->stubs, own);
	add_string(tree->stubs, own);
}

static void tree_entry_free(void *data)
{
	struct tree_entry *entry = data;

	g_free((void *)entry->file.flags);
	g_free(entry);
}

void tree_add_file(struct tree *tree, struct tree_config *config, const char *path,
		   const char *directory, const GPtrArray *flags, const char *module,
		   bool is_module, bool built)
{
	struct tree_entry *entry;
	const char **list;

	/* Pointers to the first answer may have been handed out. */
	if (g_hash_table_contains(config->files, path))
		return;
	entry = g_new0(struct tree_entry, 1);
	list = g_new0(const char *, flags->len + 1);
	if (flags->len)
		memcpy(list, flags->pdata, flags->len * sizeof(*list));
	entry->file.path = g_string_chunk_insert_const(tree->strings, path);
	entry->file.flags = list;
	if (module)
		entry->file.module = g_string_chunk_insert_const(tree->strings, module);
	entry->file.is_module = is_module;
	entry->file.built = built;
	if (directory)
		entry->directory = g_string_chunk_insert_const(tree->strings, directory);
	g_hash_table_insert(config->files, (void *)entry->file.path, entry);
}

/* The state of the tree */

static void add_state(GPtrArray *lines, const char *name, const struct stat *st)
{
	g_ptr_array_add(lines, g_strdup_printf("%s %jd %jd.%09ld", name, (intmax_t)st->st_size,
					       (intmax_t)st->st_mtim.tv_sec,
					       st->st_mtim.tv_nsec));
}

/* A hash of lines in any order. */
static char *hash_lines(GPtrArray *lines)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	g_ptr_array_sort(lines, compare_strings);
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

/* Whether a file has a part in the configuration, or in what is generated from it. */
static bool is_build_file(const char *path, const char *name)
{
	static const char *const scripts[] = {
		".awk", ".bc", ".c", ".h", ".l", ".include", ".pl", ".py", ".sh", ".tbl", ".y",
		NULL,
	};
	static const char *const generators[] = { ".awk", ".bc", ".tbl", NULL };
	static const char *const sources[] = {
		"include/linux/kbuild.h", "include/linux/mmzone.h", "include/linux/page-flags.h",
		"kernel/bounds.c", NULL,
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
				add_state(lines, child, &st);
			if (is_makefile(entry->d_name))
				g_ptr_array_add(tree->makefiles, g_strdup(child));
		} else if (is_asm_header(child)) {
			g_ptr_array_add(lines, g_strdup(child));
		}
	}
	closedir(stream);
}

/* One walk of the directories: 0.1 s.  Nothing is read. */
static char *tree_state(struct tree *tree)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	int directory = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0)
		state_walk(tree, directory, "", lines);
	g_ptr_array_sort(tree->makefiles, compare_strings);
	return hash_lines(lines);
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
			add_state(lines, child, &st);
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
			add_state(lines, source, &st);
	}
	return hash_lines(lines);
}

/* What is in a tree */

/* VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION of the top Makefile; NULL if it has none. */
static char *read_release(const char *root, GError **error)
{
	static const char *const names[] = { "VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION" };
	g_autofree char *file = g_build_filename(root, "Makefile", NULL);
	g_autofree char *text = NULL;
	char *values[G_N_ELEMENTS(names)] = { NULL };
	g_auto(GStrv) lines = NULL;
	char *release = NULL;

	if (!g_file_get_contents(file, &text, NULL, error))
		return NULL;
	lines = g_strsplit(text, "\n", 64);
	for (char **line = lines; *line; line++) {
		char *value = strchr(*line, '=');

		if (!value)
			continue;
		*value = '\0';
		for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
			if (!values[i] && !strcmp(g_strstrip(*line), names[i]))
				values[i] = g_strdup(g_strstrip(value + 1));
		}
	}
	if (values[0] && *values[0] && values[1])
		release = g_strdup_printf("%s.%s%s%s%s", values[0], values[1],
					  values[2] && *values[2] ? "." : "",
					  values[2] ? values[2] : "", values[3] ? values[3] : "");
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		g_free(values[i]);
	return release;
}

static bool exists(const char *root, const char *name, GFileTest test)
{
	g_autofree char *file = g_build_filename(root, name, NULL);

	return g_file_test(file, test);
}

/* Sets root and release, or says why path is no kernel tree. */
static bool open_root(struct tree *tree, const char *path, GError **error)
{
	g_autoptr(GError) reason = NULL;
	char *real = realpath(path, NULL);

	if (!real) {
		g_set_error(error, TREE_ERROR, 0, "%s: %s; give the top directory of a kernel tree",
			    path, g_strerror(errno));
		return false;
	}
	tree->root = g_strdup(real);
	free(real);
	if (!g_file_test(tree->root, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: not a directory; give the top directory of a kernel tree", path);
		return false;
	}
	if (access(tree->root, R_OK | X_OK)) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot read: %s; check its permissions",
			    path, g_strerror(errno));
		return false;
	}
	if (!exists(tree->root, "Makefile", G_FILE_TEST_EXISTS) ||
	    !exists(tree->root, "Kconfig", G_FILE_TEST_EXISTS) ||
	    !exists(tree->root, "include/linux", G_FILE_TEST_IS_DIR)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: not a kernel tree (no Makefile, Kconfig or include/linux); "
			    "give the top directory of one", path);
		return false;
	}
	tree->release = read_release(tree->root, &reason);
	if (tree->release)
		return true;
	if (reason)
		g_set_error(error, TREE_ERROR, 0, "%s; check its permissions", reason->message);
	else
		g_set_error(error, TREE_ERROR, 0,
			    "%s: not a kernel tree (its Makefile sets no VERSION); "
			    "give the top directory of one", path);
	return false;
}

/* The directory below arch/ of an architecture, or NULL and the names there are. */
static char *arch_directory(const struct tree *tree, const char *arch, GError **error)
{
	g_autofree char *parent = g_build_filename(tree->root, "arch", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *list = NULL;
	const char *directory = arch;
	GDir *stream;
	const char *name;

	for (gsize i = 0; i < G_N_ELEMENTS(arch_aliases); i++) {
		if (!strcmp(arch, arch_aliases[i].arch))
			directory = arch_aliases[i].directory;
	}
	stream = g_dir_open(parent, 0, NULL);
	while (stream && (name = g_dir_read_name(stream))) {
		g_autofree char *makefile = g_build_filename(parent, name, "Makefile", NULL);

		if (g_file_test(makefile, G_FILE_TEST_EXISTS))
			g_ptr_array_add(names, g_strdup(name));
	}
	if (stream)
		g_dir_close(stream);
	g_ptr_array_sort(names, compare_strings);
	for (guint i = 0; i < names->len; i++) {
		if (!strcmp(directory, g_ptr_array_index(names, i)))
			return g_strdup(directory);
	}
	g_ptr_array_add(names, NULL);
	list = g_strjoinv(", ", (char **)names->pdata);
	g_set_error(error, TREE_ERROR, 0, "%s: not an architecture of this tree, which has: %s",
		    arch, list);
	return NULL;
}

/* Build directories */

/* The architecture that a .config was made for: its first lines name it. NULL if not. */
static char *config_arch(const char *file)
{
	g_autofree char *text = NULL;
	const char *at, *end;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	at = strstr(text, "# Linux/");
	if (!at || at - text > 200)
		return NULL;
	at += strlen("# Linux/");
	end = strpbrk(at, " \n");
	return end ? g_strndup(at, (gsize)(end - at)) : NULL;
}

static bool newer(const char *a, const struct stat *b)
{
	struct stat st;

	if (stat(a, &st))
		return true;
	return st.st_mtim.tv_sec != b->st_mtim.tv_sec ?
	       st.st_mtim.tv_sec > b->st_mtim.tv_sec : st.st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* Whether kbuild would take a build directory as it is: configured, prepared, not stale. */
static bool build_is_fresh(const struct tree *tree, const char *build)
{
	static const char *const needed[] = {
		"include/config/auto.conf", "include/config/auto.conf.cmd",
		"include/generated/autoconf.h", "include/generated/asm-offsets.h",
		"include/generated/bounds.h", "include/generated/timeconst.h",
	};
	g_autofree char *dot_config = g_build_filename(build, ".config", NULL);
	g_autofree char *automatic = g_build_filename(build, needed[0], NULL);
	g_autofree char *commands = g_build_filename(build, needed[1], NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	struct stat st;

	for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
		if (!exists(build, needed[i], G_FILE_TEST_EXISTS))
			return false;
	}
	if (stat(automatic, &st) || newer(dot_config, &st) ||
	    !g_file_get_contents(commands, &text, NULL, NULL))
		return false;
	/* Every Kconfig file that was read is a word of it. */
	words = g_strsplit_set(text, " \t\n\\", -1);
	for (char **word = words; *word; word++) {
		g_autofree char *file = NULL;

		if (!strstr(*word, "Kconfig") || strpbrk(*word, "$\"():"))
			continue;
		file = g_canonicalize_filename(*word, tree->root);
		if (newer(file, &st))
			return false;
	}
	return true;
}

/* Says what is wrong with a build directory that was given; NULL if nothing is. */
static bool check_build(const struct tree *tree, const char *build, GError **error)
{
	g_autofree char *link = g_build_filename(build, "source", NULL);
	char *source;
	bool ok = true;

	if (!g_file_test(build, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: no such build directory; give what was O= for make", build);
		return false;
	}
	if (!exists(build, ".config", G_FILE_TEST_EXISTS)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: no .config in this build directory; configure it, "
			    "or leave --build out", build);
		return false;
	}
	source = realpath(link, NULL);
	if (source && strcmp(source, tree->root)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: this build directory belongs to %s, not to %s", build, source,
			    tree->root);
		ok = false;
	}
	free(source);
	return ok;
}

/* Configurations */

static void config_free(void *data)
{
	struct tree_config *config = data;

	g_free(config->arch);
	g_free(config->srcarch);
	g_free(config->name);
	g_free(config->hash);
	g_free(config->config_file);
	g_free(config->given);
	g_free(config->build);
	g_free(config->lock);
	g_hash_table_unref(config->files);
	g_hash_table_unref(config->generated);
	if (config->commands)
		g_hash_table_unref(config->commands);
	g_ptr_array_unref(config->stubs);
	g_free(config);
}

static void hash_string(GChecksum *checksum, const char *string)
{
	const char *text = string ? string : "";

	g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static bool hash_file(GChecksum *checksum, const char *file, GError **error)
{
	g_autofree char *text = NULL;
	gsize size;

	if (!g_file_get_contents(file, &text, &size, error)) {
		g_prefix_error(error, "cannot read the configuration: ");
		return false;
	}
	g_checksum_update(checksum, (const guchar *)text, (gssize)size);
	return true;
}

/* The compiler, by the program that its name stands for now. */
static void hash_program(GChecksum *checksum, const char *name)
{
	g_autofree char *path = g_find_program_in_path(name);
	char *real = path ? realpath(path, NULL) : NULL;
	struct stat st;

	hash_string(checksum, name);
	hash_string(checksum, real);
	if (real && !stat(real, &st)) {
		g_autofree char *state = g_strdup_printf("%jd %jd", (intmax_t)st.st_size,
							 (intmax_t)st.st_mtim.tv_sec);

		hash_string(checksum, state);
	}
	free(real);
}

/* The state of the generated headers that would be copied from a build directory. */
static void hash_generated(GChecksum *checksum, const struct tree_config *config)
{
	g_autoptr(GPtrArray) directories = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *hash = NULL;

	g_ptr_array_add(directories, g_build_filename(config->given, "include/generated", NULL));
	g_ptr_array_add(directories, g_build_filename(config->given, "arch", config->srcarch,
						      "include/generated", NULL));
	while (directories->len) {
		g_autofree char *path = g_ptr_array_steal_index(directories, 0);
		g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
		const char *name;

		while (directory && (name = g_dir_read_name(directory))) {
			char *file = g_build_filename(path, name, NULL);
			struct stat st;

			if (!lstat(file, &st) && S_ISDIR(st.st_mode)) {
				g_ptr_array_add(directories, file);
				continue;
			}
			if (name[0] != '.' && !lstat(file, &st))
				add_state(lines, file, &st);
			g_free(file);
		}
	}
	hash = hash_lines(lines);
	hash_string(checksum, hash);
}

/* Names the configuration's directory in the cache by all that it is made of. */
static bool name_config(const struct tree *tree, struct tree_config *config, GError **error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *source = g_strdup_printf("%d %d", config->source, config->unclean);
	g_autofree char *name = NULL;

	hash_string(checksum, TREE_CACHE_VERSION);
	hash_string(checksum, tree->root);
	hash_string(checksum, tree->release);
	hash_string(checksum, tree->state);
	hash_string(checksum, config->arch);
	hash_string(checksum, config->name);
	hash_string(checksum, source);
	hash_string(checksum, config->given);
	hash_program(checksum, tree->clang);
	if (config->config_file && !hash_file(checksum, config->config_file, error))
		return false;
	if (config->given && config->source == TREE_SOURCE_BUILD)
		hash_generated(checksum, config);
	config->hash = g_strdup(g_checksum_get_string(checksum));
	name = g_strdup_printf("conf-%.16s", config->hash);
	config->build = g_build_filename(tree->cache, name, NULL);
	config->lock = g_strconcat(config->build, ".lock", NULL);
	return true;
}

/* A configuration of arch, made from .config of a build directory, a file, or neither. */
static struct tree_config *config_new(struct tree *tree, const char *arch, const char *build,
				      const char *file, GError **error)
{
	struct tree_config *config = g_new0(struct tree_config, 1);
	g_autofree char *generated = NULL;

	config->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, tree_entry_free);
	config->generated = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	config->stubs = g_ptr_array_new();
	config->arch = g_strdup(strcmp(arch, "x86_64") ? arch : "x86");
	config->srcarch = arch_directory(tree, arch, error);
	if (!config->srcarch)
		goto failed;
	generated = g_build_filename("arch", config->srcarch, "include", "generated", NULL);
	config->unclean = exists(tree->root, ".config", G_FILE_TEST_EXISTS) ||
			  exists(tree->root, "include/config", G_FILE_TEST_EXISTS) ||
			  exists(tree->root, generated, G_FILE_TEST_EXISTS);
	if (build) {
		config->given = g_strdup(build);
		config->name = g_strdup(".config");
		config->config_file = g_build_filename(build, ".config", NULL);
		config->source = build_is_fresh(tree, build) ? TREE_SOURCE_BUILD :
				 TREE_SOURCE_CONFIG;
	} else if (file) {
		config->name = g_path_get_basename(file);
		config->config_file = g_canonicalize_filename(file, NULL);
		config->source = TREE_SOURCE_CONFIG;
	} else {
		config->name = g_strdup("allmodconfig");
	}
	if (tree->no_kbuild)
		config->source = TREE_SOURCE_NONE;
	config->reordered = config->unclean && config->source != TREE_SOURCE_BUILD;
	if (name_config(tree, config, error))
		return config;
failed:
	config_free(config);
	return NULL;
}

static bool add_config(struct tree *tree, const char *arch, const char *build, const char *file,
		       GError **error)
{
	struct tree_config *config = config_new(tree, arch, build, file, error);

	if (!config)
		return false;
	for (guint i = 0; i < tree->configs->len; i++) {
		struct tree_config *other = g_ptr_array_index(tree->configs, i);

		if (!strcmp(other->hash, config->hash)) {
			config_free(config);
			return true;
		}
	}
	g_ptr_array_add(tree->configs, config);
	return tree_configure(tree, config, error);
}

/* One configuration an architecture; a build directory is one for its own only. */
static bool open_configs(struct tree *tree, const struct tree_options *options, GError **error)
{
	static const char *const x86[] = { "x86", NULL };
	g_autofree char *build = NULL;
	g_autofree char *own = NULL;
	const char *own_list[2] = { NULL, NULL };
	const char *const *arches = options->arches;

	if (options->build) {
		char *real = realpath(options->build, NULL);

		build = g_strdup(real ? real : options->build);
		free(real);
		if (!check_build(tree, build, error))
			return false;
	} else if (!options->config && exists(tree->root, ".config", G_FILE_TEST_EXISTS)) {
		build = g_strdup(tree->root);
	}
	if (build) {
		g_autofree char *file = g_build_filename(build, ".config", NULL);

		own = config_arch(file);
		if (!own)
			own = g_strdup("x86");
		own_list[0] = own;
	}
	if (!arches || !*arches)
		arches = own ? own_list : x86;
	for (; *arches; arches++) {
		g_autofree char *wanted = arch_directory(tree, *arches, error);
		g_autofree char *has = wanted && own ? arch_directory(tree, own, error) : NULL;
		const char *from = build;

		if (!wanted || (own && !has))
			return false;
		if (has && strcmp(wanted, has)) {
			if (options->build) {
				g_set_error(error, TREE_ERROR, 0,
					    "%s: configured for %s, not for %s; "
					    "leave --build or --arch out", build, own, *arches);
				return false;
			}
			from = NULL;
		}
		if (!add_config(tree, from ? own : *arches, from, options->config, error))
			return false;
	}
	return true;
}

struct tree *tree_open(const struct tree_options *options, GError **error)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->clang = g_strdup(options->clang);
	tree->cache = g_canonicalize_filename(options->cache, NULL);
	tree->no_kbuild = options->no_kbuild;
	tree->jobs = options->jobs ? options->jobs : g_get_num_processors();
	tree->progress = options->progress;
	tree->progress_data = options->progress_data;
	tree->configs = g_ptr_array_new_with_free_func(config_free);
	tree->makefiles = g_ptr_array_new_with_free_func(g_free);
	tree->stubs = g_ptr_array_new();
	tree->strings = g_string_chunk_new(64 * 1024);
	if (!open_root(tree, options->path, error))
		goto failed;
	if (options->build && options->config) {
		g_set_error(error, TREE_ERROR, 0,
			    "a build directory has its own configuration; "
			    "give --build or --config, not both");
		goto failed;
	}
	if (!tree->no_kbuild) {
		g_autofree char *make = g_find_program_in_path("make");

		if (!make) {
			g_set_error(error, TREE_ERROR, 0,
				    "make is not installed; install it, or use --no-kbuild");
			goto failed;
		}
		if (strpbrk(tree->root, " :") || strpbrk(tree->cache, " :")) {
			g_set_error(error, TREE_ERROR, 0,
				    "%s: kbuild takes no path with a space or colon; "
				    "move it, or use --no-kbuild",
				    strpbrk(tree->root, " :") ? tree->root : tree->cache);
			goto failed;
		}
	}
	tree->state = tree_state(tree);
	if (open_configs(tree, options, error))
		return tree;
failed:
	tree_close(tree);
	return NULL;
}

void tree_close(struct tree *tree)
{
	if (!tree)
		return;
	g_free(tree->root);
	g_free(tree->release);
	g_free(tree->cache);
	g_free(tree->clang);
	g_free(tree->state);
	g_ptr_array_unref(tree->configs);
	g_ptr_array_unref(tree->makefiles);
	g_ptr_array_unref(tree->stubs);
	g_string_chunk_free(tree->strings);
	g_free(tree);
}

const char *tree_root(const struct tree *tree)
{
	return tree->root;
}

const char *tree_release(const struct tree *tree)
{
	return tree->release;
}

guint tree_config_count(const struct tree *tree)
{
	return tree->configs->len;
}

static const struct tree_config *config_at(const struct tree *tree, guint config)
{
	return g_ptr_array_index(tree->configs, config);
}

const char *tree_config_arch(const struct tree *tree, guint config)
{
	return config_at(tree, config)->arch;
}

const char *tree_config_name(const struct tree *tree, guint config)
{
	return config_at(tree, config)->name;
}

const char *tree_config_build(const struct tree *tree, guint config)
{
	return config_at(tree, config)->build;
}

const char *tree_config_hash(const struct tree *tree, guint config)
{
	return config_at(tree, config)->hash;
}

/* Files */

static GPtrArray *unknown_files(const struct tree_config *config, const GPtrArray *files)
{
	GPtrArray *unknown = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);

		if (!g_hash_table_contains(config->files, path))
			g_ptr_array_add(unknown, (void *)path);
	}
	g_ptr_array_sort(unknown, compare_strings);
	return unknown;
}

/* With the lock held: what others wrote meanwhile is read first. */
static bool load_unknown(struct tree *tree, struct tree_config *config, const GPtrArray *files,
			 GError **error)
{
	g_autoptr(GPtrArray) asked = NULL;
	g_autoptr(GPtrArray) reckoned = NULL;

	tree_flags_load(tree, config);
	asked = unknown_files(config, files);
	if (!asked->len)
		return true;
	if (config->source != TREE_SOURCE_NONE && !tree_probe(tree, config, asked, error))
		return false;
	reckoned = unknown_files(config, asked);
	for (guint i = 0; i < reckoned->len; i++) {
		const char *path = g_ptr_array_index(reckoned, i);
		g_autoptr(GPtrArray) flags = tree_reckon_flags(tree, config, path);

		tree_add_file(tree, config, path, NULL, flags, NULL, false, false);
	}
	return tree_flags_save(config, error);
}

bool tree_load_flags(struct tree *tree, guint config, const GPtrArray *files, GError **error)
{
	struct tree_config *own = g_ptr_array_index(tree->configs, config);
	g_autoptr(GPtrArray) unknown = NULL;
	int lock;
	bool ok;

	if (!own->loaded) {
		tree_flags_load(tree, own);
		own->loaded = true;
	}
	unknown = unknown_files(own, files);
	if (!unknown->len)
		return true;
	lock = tree_lock(tree, own, error);
	if (lock < 0)
		return false;
	ok = load_unknown(tree, own, unknown, error);
	tree_unlock(lock);
	return ok;
}

const struct tree_file *tree_file(const struct tree *tree, guint config, const char *path)
{
	const struct tree_entry *entry = g_hash_table_lookup(config_at(tree, config)->files, path);

	return entry ? &entry->file : NULL;
}

const GPtrArray *tree_stubs(const struct tree *tree)
{
	return tree->stubs;
}

static void dump_config(const struct tree *tree, const struct tree_config *config, GString *out)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	GHashTableIter iter;
	void *key;

	g_string_append_printf(out, "config %s %s\n", config->arch, config->name);
	g_hash_table_iter_init(&iter, config->files);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(paths, key);
	g_ptr_array_sort(paths, compare_strings);
	for (guint i = 0; i < paths->len; i++) {
		const struct tree_entry *entry;

		entry = g_hash_table_lookup(config->files, g_ptr_array_index(paths, i));
		g_string_append_printf(out, "file %s %s %s %s\n", entry->file.path,
				       entry->file.built ? "built" : "left-out",
				       entry->file.is_module ? "module" : "built-in",
				       entry->file.module ? entry->file.module : "-");
		for (const char *const *flag = entry->file.flags; *flag; flag++) {
			gsize build = strlen(config->build), root = strlen(tree->root);
			const char *at;

			/* Machine paths do not belong into a dump that tests compare. */
			g_string_append(out, "flag ");
			at = strstr(*flag, config->build);
			if (at) {
				g_string_append_len(out, *flag, at - *flag);
				g_string_append_printf(out, "BUILD%s\n", at + build);
				continue;
			}
			at = strstr(*flag, tree->root);
			if (at) {
				g_string_append_len(out, *flag, at - *flag);
				g_string_append_printf(out, "TREE%s\n", at + root);
				continue;
			}
			g_string_append_printf(out, "%s\n", *flag);
		}
	}
}

void tree_dump(const struct tree *tree, GString *out)
{
	g_string_append_printf(out, "release %s\n", tree->release);
	for (guint i = 0; i < tree->configs->len; i++)
		dump_config(tree, g_ptr_array_index(tree->configs, i), out);
	for (guint i = 0; i < tree->stubs->len; i++)
		g_string_append_printf(out, "stub %s\n",
				       (const char *)g_ptr_array_index(tree->stubs, i));
}

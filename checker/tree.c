// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree: what a kernel tree is, which configurations it is looked at in, and the
 * answers to how its files are compiled.
 *
 * In: a path and what the user chose.  Out: struct tree.  Does not know what is
 * in a source file; a build directory or tree that changes while it is read gives
 * flags of either state.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sorted.h"
#include "tree_private.h"

GQuark tree_error_quark(void)
{
	return g_quark_from_static_string("pfncheck-tree-error");
}

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

static void add_string(GPtrArray *array, const char *string)
{
	for (guint i = 0; i < array->len; i++) {
		if (!strcmp(g_ptr_array_index(array, i), string))
			return;
	}
	g_ptr_array_add(array, (void *)string);
	sort_strings(array);
}

void tree_add_stub(struct tree *tree, struct tree_config *config, const char *header)
{
	const char *own = g_string_chunk_insert_const(tree->strings, header);

	add_string(config->stubs, own);
	add_string(tree->stubs, own);
}

void tree_entry_free(void *data)
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

bool tree_has_file(const char *root, const char *name, GFileTest test)
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
	if (!tree_has_file(tree->root, "Makefile", G_FILE_TEST_EXISTS) ||
	    !tree_has_file(tree->root, "Kconfig", G_FILE_TEST_EXISTS) ||
	    !tree_has_file(tree->root, "include/linux", G_FILE_TEST_IS_DIR)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: not a kernel tree (no Makefile, Kconfig or include/linux); "
			    "give the top directory of one",
			    path);
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
			    "give the top directory of one",
			    path);
	return false;
}

/* Whether kbuild can be run here. */
static bool check_kbuild(const struct tree *tree, GError **error)
{
	const char *const programs[] = { "make", tree->clang };
	const char *const paths[] = { tree->root, tree->cache };

	for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
		g_autofree char *program = g_find_program_in_path(programs[i]);

		if (program)
			continue;
		g_set_error(error, TREE_ERROR, 0,
			    "%s is not installed; install it, or use --no-kbuild", programs[i]);
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		if (!strpbrk(paths[i], " :"))
			continue;
		g_set_error(error, TREE_ERROR, 0,
			    "%s: kbuild takes no path with a space or colon; "
			    "move it, or use --no-kbuild",
			    paths[i]);
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
	tree->sandbox = options->sandbox;
	tree->jobs = options->jobs ? options->jobs : g_get_num_processors();
	tree->progress = options->progress;
	tree->progress_data = options->progress_data;
	tree->configs = g_ptr_array_new_with_free_func(tree_config_free);
	tree->makefiles = g_ptr_array_new_with_free_func(g_free);
	tree->kconfigs = g_ptr_array_new_with_free_func(g_free);
	tree->state_lines = g_ptr_array_new_with_free_func(g_free);
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
	if (!tree->no_kbuild && !check_kbuild(tree, error))
		goto failed;
	tree->state = tree_state_walk(tree);
	if (tree_configs_open(tree, options, error))
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
	g_ptr_array_unref(tree->kconfigs);
	if (tree->state_lines)
		g_ptr_array_unref(tree->state_lines);
	if (tree->reaching)
		g_ptr_array_unref(tree->reaching);
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

const char *tree_config_srcarch(const struct tree *tree, guint config)
{
	return config_at(tree, config)->srcarch;
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

void tree_set_states(struct tree *tree, const struct tree_states *states)
{
	tree->states = states;
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
	sort_strings(unknown);
	return unknown;
}

/* Asks kbuild, in the state that the tree was opened in. */
static bool probe(struct tree *tree, struct tree_config *config, const GPtrArray *files,
		  GError **error)
{
	const struct tree_states *states = tree->states;
	g_autoptr(GPtrArray) there = g_ptr_array_new();
	g_autoptr(GError) why = NULL;
	bool ok;

	if (!states)
		return tree_probe(tree, config, files, error);
	if (!states->back(states->data, error))
		return false;
	/* Of a file that came later this state's Makefiles know nothing, which is an error. */
	for (guint i = 0; i < files->len; i++) {
		void *path = g_ptr_array_index(files, i);

		if (tree_has_file(tree->root, path, G_FILE_TEST_EXISTS))
			g_ptr_array_add(there, path);
	}
	ok = tree_probe(tree, config, there, error);
	if (!states->forth(states->data, &why) && ok) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	return ok;
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
	if (config->commands_file) {
		g_autoptr(GPtrArray) listed = g_steal_pointer(&asked);

		if (!config->commands && !tree_commands_load(tree, config, error))
			return false;
		for (guint i = 0; i < listed->len; i++)
			tree_commands_use(tree, config, g_ptr_array_index(listed, i));
		asked = unknown_files(config, listed);
	}
	if (!tree->no_kbuild && config->source != TREE_SOURCE_NONE &&
	    !probe(tree, config, asked, error))
		return false;
	reckoned = unknown_files(config, asked);
	for (guint i = 0; i < reckoned->len; i++) {
		const char *path = g_ptr_array_index(reckoned, i);
		g_autofree char *module = NULL;
		g_autoptr(GPtrArray) flags = tree_reckon_flags(tree, config, path, &module);
		struct tree_entry *entry;

		/* Without kbuild nobody knows what is left out. */
		tree_add_file(tree, config, path, NULL, flags, module, false,
			      tree->no_kbuild || tree->states);
		entry = g_hash_table_lookup(config->files, path);
		entry->foreign = tree->states != NULL;
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
	if (own->records) {
		g_autoptr(GPtrArray) none = g_ptr_array_new();

		for (guint i = 0; i < unknown->len; i++)
			tree_add_file(tree, own, g_ptr_array_index(unknown, i), NULL, none, NULL,
				      false, false);
		return true;
	}
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
	sort_strings(paths);
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

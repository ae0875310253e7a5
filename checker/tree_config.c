// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its configurations: finds out what there is besides the sources (a build
 * directory, a .config, compile_commands.json), decides where each architecture's
 * configuration comes from and names it by a hash of all that it is made of.
 *
 * In: what the user chose, the tree.  Out: tree->configs, configured.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sorted.h"
#include "tree_private.h"

/* Kernel names of architectures whose directory is called otherwise. */
static const struct {
	const char *arch;
	const char *directory;
} arch_aliases[] = {
	{ "i386", "x86" },	{ "parisc64", "parisc" }, { "sparc32", "sparc" },
	{ "sparc64", "sparc" }, { "x86_64", "x86" },
};

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
	sort_strings(names);
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
	return st.st_mtim.tv_sec != b->st_mtim.tv_sec ? st.st_mtim.tv_sec > b->st_mtim.tv_sec :
							st.st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* Whether kbuild would take a build directory as it is: configured, prepared, not stale. */
static bool build_is_fresh(const struct tree *tree, const char *build)
{
	static const char *const needed[] = {
		"include/config/auto.conf",	"include/config/auto.conf.cmd",
		"include/generated/autoconf.h", "include/generated/asm-offsets.h",
		"include/generated/bounds.h",	"include/generated/timeconst.h",
	};
	g_autofree char *dot_config = g_build_filename(build, ".config", NULL);
	g_autofree char *automatic = g_build_filename(build, needed[0], NULL);
	g_autofree char *commands = g_build_filename(build, needed[1], NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	struct stat st;

	for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
		if (!tree_has_file(build, needed[i], G_FILE_TEST_EXISTS))
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

/* The first line that a program says of itself, or NULL. */
static char *program_version(const char *program)
{
	char *const argv[] = { (char *)program, (char *)"--version", NULL };
	g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
	char *text = NULL;

	if (!g_spawn_sync(NULL, (char **)argv, environment,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL,
			  NULL, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/*
 * The compiler that a build directory was configured with, as a new string, if it
 * is installed; NULL if not.  With another one kbuild's tests of compiler options
 * fail, and defines that depend on them are lost.
 */
static char *build_compiler(const struct tree *tree, const char *build)
{
	static const char key[] = "CONFIG_CC_VERSION_TEXT=\"";
	g_autofree char *file = g_build_filename(build, ".config", NULL);
	g_autofree char *text = NULL;
	g_autofree char *first = NULL;
	g_autofree char *numbered = NULL;
	const char *candidates[4] = { NULL };
	const char *clang;
	char *version;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	version = strstr(text, key);
	if (!version)
		return NULL;
	version += strlen(key);
	version[strcspn(version, "\"\n")] = '\0';
	first = g_strndup(version, strcspn(version, " "));
	candidates[0] = first;
	clang = strstr(version, "clang version ");
	if (clang) {
		clang += strlen("clang version ");
		numbered = g_strdup_printf("clang-%.*s", (int)strspn(clang, "0123456789"), clang);
		candidates[0] = tree->clang;
		candidates[1] = numbered;
		candidates[2] = "clang";
	}
	for (gsize i = 0; i < G_N_ELEMENTS(candidates) && candidates[i]; i++) {
		g_autofree char *installed = program_version(candidates[i]);

		if (installed && !strcmp(installed, version))
			return g_strdup(candidates[i]);
	}
	tree_progress(tree, "%s was configured with %s, which is not installed; using %s", build,
		      version, tree->clang);
	return NULL;
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
	if (!tree_has_file(build, ".config", G_FILE_TEST_EXISTS)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: no .config in this build directory; configure it, "
			    "or leave --build out",
			    build);
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

void tree_config_free(void *data)
{
	struct tree_config *config = data;

	g_free(config->arch);
	g_free(config->srcarch);
	g_free(config->name);
	g_free(config->hash);
	g_free(config->kin);
	g_free(config->config_file);
	g_free(config->given);
	g_free(config->compiler);
	g_free(config->commands_file);
	g_free(config->build);
	g_free(config->lock);
	g_free(config->records);
	tree_inner_free(config->inner);
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

static void hash_stat(GChecksum *checksum, const char *file)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *hash = NULL;
	struct stat st;

	if (!stat(file, &st))
		tree_state_add(lines, file, &st);
	hash = tree_state_hash(lines);
	hash_string(checksum, hash);
}

/* The compiler, by the program that its name stands for now. */
static void hash_program(GChecksum *checksum, const char *name)
{
	g_autofree char *path = g_find_program_in_path(name);
	char *real = path ? realpath(path, NULL) : NULL;

	hash_string(checksum, name);
	if (real)
		hash_stat(checksum, real);
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
				tree_state_add(lines, file, &st);
			g_free(file);
		}
	}
	hash = tree_state_hash(lines);
	hash_string(checksum, hash);
}

/* Names the configuration's directory in the cache by all that it is made of. */
static bool name_config(const struct tree *tree, struct tree_config *config, GError **error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autoptr(GChecksum) own = NULL;
	g_autofree char *source = g_strdup_printf("%d %d", config->source, config->unclean);
	g_autofree char *name = NULL;

	hash_string(checksum, TREE_CACHE_VERSION);
	hash_string(checksum, tree->root);
	hash_string(checksum, tree->release);
	hash_string(checksum, config->arch);
	hash_string(checksum, config->name);
	hash_string(checksum, source);
	hash_string(checksum, config->given);
	hash_program(checksum, tree->clang);
	hash_program(checksum, config->compiler);
	if (config->config_file && !hash_file(checksum, config->config_file, error))
		return false;
	if (config->given && config->source == TREE_SOURCE_BUILD)
		hash_generated(checksum, config);
	if (config->commands_file)
		hash_stat(checksum, config->commands_file);
	own = g_checksum_copy(checksum);
	hash_string(own, tree->state);
	/* What a make has made that is not trusted is for its own tree alone. */
	hash_string(own, tree->sandbox ? "sandbox" : "");
	config->kin = g_strdup(g_checksum_get_string(checksum));
	config->hash = g_strdup(g_checksum_get_string(own));
	name = g_strdup_printf("conf-%.16s", config->hash);
	config->build = g_build_filename(tree->cache, name, NULL);
	config->lock = g_strconcat(config->build, ".lock", NULL);
	return true;
}

/* Where a configuration comes from: at most one of build and file is there. */
struct origin {
	const char *build;    /* build directory with a .config */
	const char *file;     /* a .config */
	const char *commands; /* compile_commands.json */
};

static void set_source(const struct tree *tree, struct tree_config *config,
		       const struct origin *origin)
{
	if (origin->build) {
		config->given = g_strdup(origin->build);
		config->name = g_strdup(".config");
		config->config_file = g_build_filename(origin->build, ".config", NULL);
		config->source = TREE_SOURCE_CONFIG;
		if (!tree->no_kbuild && build_is_fresh(tree, origin->build))
			config->compiler = build_compiler(tree, origin->build);
		if (config->compiler)
			config->source = TREE_SOURCE_BUILD;
	} else if (origin->file) {
		config->name = g_path_get_basename(origin->file);
		config->config_file = g_canonicalize_filename(origin->file, NULL);
		config->source = TREE_SOURCE_CONFIG;
	} else {
		config->name = g_strdup("allmodconfig");
		config->source = TREE_SOURCE_ALLMODCONFIG;
	}
	if (!config->compiler)
		config->compiler = g_strdup(tree->clang);
	if (origin->commands) {
		g_free(config->name);
		config->name = g_strdup("compile_commands.json");
		config->commands_file = g_strdup(origin->commands);
		/* The headers that it was made with are where it says. */
		if (!origin->build)
			config->source = TREE_SOURCE_NONE;
	}
	if (tree->no_kbuild)
		config->source = origin->build && tree_has_file(origin->build,
								"include/generated/autoconf.h",
								G_FILE_TEST_EXISTS) ?
					 TREE_SOURCE_BUILD :
					 TREE_SOURCE_NONE;
	if (tree->no_kbuild && !config->commands_file && config->source == TREE_SOURCE_NONE) {
		g_free(config->name);
		config->name = g_strdup("no-kbuild");
	}
	config->reordered = config->unclean && config->source != TREE_SOURCE_BUILD &&
			    !config->commands_file;
}

static struct tree_config *config_new(struct tree *tree, const char *arch,
				      const struct origin *origin, GError **error)
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
	config->unclean = tree_has_file(tree->root, ".config", G_FILE_TEST_EXISTS) ||
			  tree_has_file(tree->root, "include/config", G_FILE_TEST_EXISTS) ||
			  tree_has_file(tree->root, generated, G_FILE_TEST_EXISTS);
	set_source(tree, config, origin);
	if (name_config(tree, config, error))
		return config;
failed:
	tree_config_free(config);
	return NULL;
}

static bool add_config(struct tree *tree, const char *arch, const struct origin *origin,
		       GError **error)
{
	struct tree_config *config = config_new(tree, arch, origin, error);

	if (!config)
		return false;
	for (guint i = 0; i < tree->configs->len; i++) {
		struct tree_config *other = g_ptr_array_index(tree->configs, i);

		if (!strcmp(other->hash, config->hash)) {
			tree_config_free(config);
			return true;
		}
	}
	g_ptr_array_add(tree->configs, config);
	return true;
}

/* Once all of them are known to make sense, since each takes a while. */
static bool configure_all(struct tree *tree, GError **error)
{
	for (guint i = 0; i < tree->configs->len; i++) {
		struct tree_config *config = g_ptr_array_index(tree->configs, i);

		if (tree_configure(tree, config, error))
			continue;
		if (tree->configs->len > 1 && error && *error) {
			g_autofree char *hint =
				g_strdup_printf("%s; to go on without it, leave %s out of --arch",
						(*error)->message, config->arch);

			g_free((*error)->message);
			(*error)->message = g_steal_pointer(&hint);
		}
		return false;
	}
	return true;
}

/* What there is besides a bare tree.  The strings are the caller's to free. */
struct surroundings {
	char *build;	/* a directory with a .config, or NULL */
	char *commands; /* compile_commands.json, or NULL */
	char *arch;	/* what these two are for, or NULL */
};

static void surroundings_clear(struct surroundings *found)
{
	g_free(found->build);
	g_free(found->commands);
	g_free(found->arch);
}

/* Looks for compile_commands.json in the build directory and in the tree. */
static void find_commands(const struct tree *tree, struct surroundings *found)
{
	const char *const places[] = { found->build, tree->root };
	g_autofree char *directory = NULL;
	g_autofree char *arch = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(places) && !found->commands; i++) {
		if (places[i] &&
		    tree_has_file(places[i], "compile_commands.json", G_FILE_TEST_EXISTS))
			found->commands =
				g_build_filename(places[i], "compile_commands.json", NULL);
	}
	if (!found->commands)
		return;
	tree_commands_peek(found->commands, &directory, &arch);
	if (!found->build && directory && tree_has_file(directory, ".config", G_FILE_TEST_EXISTS)) {
		char *real = realpath(directory, NULL);

		found->build = g_strdup(real);
		free(real);
	}
	found->arch = g_steal_pointer(&arch);
}

static bool find_surroundings(const struct tree *tree, const struct tree_options *options,
			      struct surroundings *found, GError **error)
{
	if (options->build) {
		char *real = realpath(options->build, NULL);

		found->build = g_strdup(real ? real : options->build);
		free(real);
		if (!check_build(tree, found->build, error))
			return false;
	} else if (!options->config && tree_has_file(tree->root, ".config", G_FILE_TEST_EXISTS)) {
		found->build = g_strdup(tree->root);
	}
	if (!options->config)
		find_commands(tree, found);
	if (found->build) {
		g_autofree char *file = g_build_filename(found->build, ".config", NULL);
		char *arch = config_arch(file);

		if (arch) {
			g_free(found->arch);
			found->arch = arch;
		}
	}
	if (!found->arch && (found->build || found->commands))
		found->arch = g_strdup("x86");
	return true;
}

/* One configuration an architecture; a build directory is one for its own only. */
static bool add_configs(struct tree *tree, const struct tree_options *options,
			const struct surroundings *found, GError **error)
{
	static const char *const x86[] = { "x86", NULL };
	const char *const own[] = { found->arch, NULL };
	const char *const *arches = options->arches;

	if (!arches || !*arches)
		arches = found->arch ? own : x86;
	for (; *arches; arches++) {
		g_autofree char *wanted = arch_directory(tree, *arches, error);
		g_autofree char *has = NULL;
		struct origin origin = { .file = options->config };
		const char *arch = *arches;

		if (!wanted)
			return false;
		if (found->arch) {
			has = arch_directory(tree, found->arch, error);
			if (!has)
				return false;
		}
		if (has && !strcmp(wanted, has)) {
			arch = found->arch;
			origin.build = found->build;
			origin.commands = found->commands;
		} else if (options->build) {
			g_set_error(
				error, TREE_ERROR, 0,
				"%s: configured for %s, not for %s; leave --build or --arch out",
				found->build, found->arch, arch);
			return false;
		}
		if (!add_config(tree, arch, &origin, error))
			return false;
	}
	return true;
}

bool tree_configs_open(struct tree *tree, const struct tree_options *options, GError **error)
{
	struct surroundings found = { NULL, NULL, NULL };
	bool ok = find_surroundings(tree, options, &found, error) &&
		  add_configs(tree, options, &found, error) && configure_all(tree, error);

	surroundings_clear(&found);
	return ok;
}

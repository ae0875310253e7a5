// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its dealings with kbuild: configures a tree in the cache and asks the
 * Makefiles how files are compiled.
 *
 * In: a tree_config that says where its .config comes from; files.
 * Out: config->build, complete; config->files; headers that drivers generate.
 *
 * make always runs in a directory of ours: a build directory that was given is
 * copied from, never run in, since "make -n" writes too (it makes directories,
 * and remakes auto.conf if .config is newer).
 *
 * The flags come from a makefile of ours that every make of the recursion reads
 * first (MAKEFILES).  It replaces the rule that compiles a C file by one that
 * writes the file's flags down, so that a target's own prerequisites, generated
 * headers among them, are made and nothing is compiled.  It also enters the
 * directories that the configuration leaves out; kbuild passes neither
 * need-builtin nor need-modorder there, which tells these files apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tree_private.h"

/* A make that takes longer than this hangs. */
#define RUN_SECONDS (15 * 60)
/* Bytes of targets for one make: one argument of a command is bounded to 128 KiB. */
#define BATCH_BYTES 90000

/*
 * Directories entered besides those that the configuration enters: in the first
 * pass those it switches off, which obj- holds; a directory whose Makefile is only
 * included by the one above it is not among them.  Later passes enter any.
 */
static const char enter_listed[] =
	"override subdir-y = $(patsubst %/,%,"
	"$(filter $(addsuffix /,$(pfncheck_enter_$(obj))),$(obj-)))\n";
static const char enter_any[] =
	"override subdir-y = $(pfncheck_enter_$(obj))\n";

static const char probe_rules[] =
	"override CONFIG_OBJTOOL :=\n"
	"override objtool_dep :=\n"
	"override recordmcount_source :=\n"
	"override cmd_cc_o_c := pfncheck\n"
	"define pfncheck_line\n"
	"\n"
	"\n"
	"endef\n"
	/* The module of a file that is not built: obj- holds what is switched off. */
	"pfncheck_owner = $(firstword $(foreach m,$(obj-),$(if $(filter $*.o,$m "
	"$(foreach s,-objs -y -m -,$($(m:.o=)$s))),$(obj)/$(m:.o=))))\n"
	"pfncheck_built = $(if $(or $(and $(need-builtin),$(filter $@,$(real-obj-y))),"
	"$(filter $@,$(lib-y))),y,$(if $(and $(need-modorder),$(filter $@,$(real-obj-m))),m,n))\n"
	"override define rule_cc_o_c\n"
	"$(file >$(pfncheck_out)/$(subst /,!,$@),$(obj)$(pfncheck_line)$(pfncheck_built)"
	"$(pfncheck_line)$(if $(filter n,$(pfncheck_built)),$(pfncheck_owner),$(modfile))"
	"$(pfncheck_line)$(filter-out FORCE $<,$^)$(pfncheck_line)$(hostprogs)"
	"$(pfncheck_line)$(c_flags))@:\n"
	"endef\n"
	"ifeq ($(MAKELEVEL),0)\n"
	".PHONY: pfncheck-flags\n"
	"pfncheck-flags:\n"
	"\t$(Q)$(MAKE) $(build)=. need-builtin=1 need-modorder=1 KBUILD_BUILTIN=1 "
	"KBUILD_MODULES=1 $(pfncheck_goals)\n"
	"endif\n";

enum probe_kind {
	PROBE_FIRST,	/* every file where its path leads to; an error if none is known */
	PROBE_DRY,	/* without making what the files depend on */
	PROBE_GUESS,	/* where files could belong; they need not */
};

/* One file's answer. */
struct probe_record {
	char *path;		/* of the .c, relative, without ".." */
	char *directory;	/* whose Makefile answered */
	char built;		/* 'y', 'm', 'n' */
	char *module;		/* NULL if not known */
	char **prerequisites;
	char *hostprogs;
	char *flags;
};

static void probe_record_free(void *data)
{
	struct probe_record *record = data;

	g_free(record->path);
	g_free(record->directory);
	g_free(record->module);
	g_strfreev(record->prerequisites);
	g_free(record->hostprogs);
	g_free(record->flags);
	g_free(record);
}

/* Processes */

struct child_setup {
	int log;
	pid_t parent;
};

/* In the child, before exec: make dies with us, and takes its own children along. */
static void child_setup(void *data)
{
	const struct child_setup *setup = data;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != setup->parent)
		_exit(1);
	dup2(setup->log, STDOUT_FILENO);
	dup2(setup->log, STDERR_FILENO);
}

/* What of our environment make may see: whatever steers kbuild is not among it. */
static char **child_environment(void)
{
	static const char *const kept[] = {
		"PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH",
		"ASAN_OPTIONS", "UBSAN_OPTIONS",
	};
	char **environment = g_new0(char *, 1);

	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		const char *value = g_getenv(kept[i]);

		if (value)
			environment = g_environ_setenv(environment, kept[i], value, TRUE);
	}
	return g_environ_setenv(environment, "LC_ALL", "C", TRUE);
}

/* The line of a log that says most: the last one that is not make's own. */
static char *log_last_line(const char *log)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	const char *any = NULL;

	if (!g_file_get_contents(log, &text, NULL, NULL))
		return g_strdup("no output");
	lines = g_strsplit(text, "\n", -1);
	for (guint i = g_strv_length(lines); i > 0; i--) {
		char *line = g_strstrip(lines[i - 1]);

		if (!*line || g_str_has_prefix(line, "***"))
			continue;
		if (!g_str_has_prefix(line, "make"))
			return g_utf8_make_valid(line, -1);
		if (!any)
			any = line;
	}
	return g_utf8_make_valid(any ? any : "no output", -1);
}

/* Waits for a child; false if it had to be stopped because it took too long. */
static bool child_wait(GPid child, int *status)
{
	gint64 deadline = g_get_monotonic_time() + (gint64)RUN_SECONDS * G_USEC_PER_SEC;
	bool stopped = false;

	for (;;) {
		pid_t pid = waitpid(child, status, WNOHANG);

		if (pid == child)
			return !stopped;
		if (pid < 0 && errno != EINTR) {
			*status = 0;
			return !stopped;
		}
		if (g_get_monotonic_time() > deadline) {
			/* make stops its children on SIGTERM; it gets ten seconds for that. */
			kill(child, stopped ? SIGKILL : SIGTERM);
			stopped = true;
			deadline += 10 * G_USEC_PER_SEC;
		}
		g_usleep(5000);
	}
}

/*
 * Runs a program with its output in a log; what is its name for messages.
 * False with error if it cannot be run or hangs; *status gets how it ended.
 */
static bool run(char **argv, char **environment, const char *log, int *status, GError **error)
{
	g_autofree char *message = NULL;
	struct child_setup setup = { .parent = getpid() };
	GPid child;
	bool ok;

	setup.log = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (setup.log < 0) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot write: %s", log, g_strerror(errno));
		return false;
	}
	ok = g_spawn_async(NULL, argv, environment,
			   G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
			   child_setup, &setup, &child, error);
	close(setup.log);
	if (!ok) {
		g_prefix_error(error, "cannot run %s: ", argv[0]);
		return false;
	}
	ok = child_wait(child, status);
	g_spawn_close_pid(child);
	if (!ok) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s was stopped after %d minutes; its output is in %s",
			    argv[0], RUN_SECONDS / 60, log);
		return false;
	}
	if (WIFSIGNALED(*status)) {
		g_set_error(error, TREE_ERROR, 0, "%s was ended by signal %d (%s)", argv[0],
			    WTERMSIG(*status), g_strsignal(WTERMSIG(*status)));
		return false;
	}
	return true;
}

/* make with what all our calls have in common; NULL-terminated goals and variables follow. */
static GPtrArray *make_arguments(const struct tree *tree, const struct tree_config *config,
				 const char *source, const char *build)
{
	g_autofree char *gcc = g_find_program_in_path("gcc");
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(argv, g_strdup("make"));
	/* With these four the top Makefile does not start itself again. */
	g_ptr_array_add(argv, g_strdup("-rR"));
	g_ptr_array_add(argv, g_strdup("--no-print-directory"));
	g_ptr_array_add(argv, g_strdup_printf("--directory=%s", build));
	g_ptr_array_add(argv, g_strdup_printf("--file=%s/Makefile", source));
	g_ptr_array_add(argv, g_strdup_printf("-j%u", tree->jobs));
	g_ptr_array_add(argv, g_strdup_printf("ARCH=%s", config->arch));
	g_ptr_array_add(argv, g_strdup_printf("CC=%s", tree->clang));
	if (!gcc) {
		g_ptr_array_add(argv, g_strdup_printf("HOSTCC=%s", tree->clang));
		g_ptr_array_add(argv, g_strdup_printf("HOSTCXX=%s", tree->clang));
	}
	return argv;
}

/* Files */

static bool remove_recursively(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT;
	if (S_ISDIR(st.st_mode)) {
		GDir *directory = g_dir_open(path, 0, NULL);
		const char *name;

		while (directory && (name = g_dir_read_name(directory))) {
			g_autofree char *child = g_build_filename(path, name, NULL);

			remove_recursively(child);
		}
		if (directory)
			g_dir_close(directory);
		return !rmdir(path);
	}
	return !unlink(path);
}

static bool make_directory(const char *path, GError **error)
{
	if (!g_mkdir_with_parents(path, 0777))
		return true;
	g_set_error(error, TREE_ERROR, 0, "%s: cannot create: %s", path, g_strerror(errno));
	return false;
}

static bool copy_file(const char *from, const char *to, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(to);
	g_autofree char *text = NULL;
	gsize size;

	return make_directory(parent, error) &&
	       g_file_get_contents(from, &text, &size, error) &&
	       g_file_set_contents_full(to, text, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0666,
					error);
}

/* Copies the regular files below a directory; one that does not exist holds none. */
static bool copy_directory(const char *from, const char *to, GError **error)
{
	g_autoptr(GDir) directory = g_dir_open(from, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);

		if (g_file_test(source, G_FILE_TEST_IS_DIR)) {
			if (!g_file_test(source, G_FILE_TEST_IS_SYMLINK) &&
			    !copy_directory(source, target, error))
				return false;
		} else if (g_file_test(source, G_FILE_TEST_IS_REGULAR)) {
			if (!copy_file(source, target, error))
				return false;
		}
	}
	return true;
}

int tree_lock(const struct tree *tree, const struct tree_config *config, GError **error)
{
	int lock = open(config->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (lock < 0) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot write to the cache: %s",
			    config->lock, g_strerror(errno));
		return -1;
	}
	if (!flock(lock, LOCK_EX | LOCK_NB))
		return lock;
	tree_progress(tree, "waiting for another pfncheck that configures %s", config->arch);
	while (flock(lock, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		g_set_error(error, TREE_ERROR, 0, "%s: cannot lock: %s", config->lock,
			    g_strerror(errno));
		close(lock);
		return -1;
	}
	return lock;
}

void tree_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

/* Configuring */

/* Generated by a build in the tree itself: of no use to a build elsewhere, and in its way. */
static bool is_artefact(const char *directory, const char *name)
{
	static const char *const suffixes[] = { ".o", ".a", ".ko", ".mod", ".order", ".mod.c" };
	g_autofree char *command = g_strdup_printf("%s/.%s.cmd", directory, name);

	if (name[0] == '.')
		return true;
	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		if (g_str_has_suffix(name, suffixes[i]))
			return true;
	}
	return g_file_test(command, G_FILE_TEST_EXISTS);
}

/* Links the sources of a directory into another one, generated files left out. */
static bool link_directory(const char *from, const char *to, const char *const *deep,
			   GError **error)
{
	g_autoptr(GDir) directory = g_dir_open(from, 0, error);
	const char *name;

	if (!directory || !make_directory(to, error))
		return false;
	while ((name = g_dir_read_name(directory))) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);
		bool is_directory = g_file_test(source, G_FILE_TEST_IS_DIR);

		if (is_artefact(from, name))
			continue;
		if (is_directory && (!deep || g_strv_contains(deep, name))) {
			if (!link_directory(source, target, NULL, error))
				return false;
		} else if (symlink(source, target)) {
			g_set_error(error, TREE_ERROR, 0, "%s: cannot create: %s", target,
				    g_strerror(errno));
			return false;
		}
	}
	return true;
}

/*
 * A tree that was built in cannot be configured elsewhere: kbuild refuses, and
 * would take the old programs for new ones.  So it is given a copy made of links,
 * without the generated files.
 */
static bool link_tree(const struct tree *tree, const struct tree_config *config, const char *to,
		      GError **error)
{
	static const char *const deep[] = { "scripts", "kernel", NULL };
	const char *const arch[] = { config->srcarch, NULL };
	static const char *const shallow[] = { NULL };
	g_autofree char *arch_from = g_build_filename(tree->root, "arch", NULL);
	g_autofree char *arch_to = g_build_filename(to, "arch", NULL);
	g_autofree char *generated = g_build_filename(arch_to, config->srcarch, "include",
						      "generated", NULL);
	g_autofree char *include_from = g_build_filename(tree->root, "include", NULL);
	g_autofree char *include_to = g_build_filename(to, "include", NULL);
	g_autofree char *include_config = g_build_filename(include_to, "config", NULL);
	g_autofree char *include_generated = g_build_filename(include_to, "generated", NULL);

	if (!link_directory(tree->root, to, deep, error))
		return false;
	if (unlink(arch_to) || unlink(include_to)) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot remove: %s", arch_to,
			    g_strerror(errno));
		return false;
	}
	if (!link_directory(arch_from, arch_to, arch, error) ||
	    !link_directory(include_from, include_to, shallow, error))
		return false;
	unlink(include_config);
	unlink(include_generated);
	return remove_recursively(generated);
}

/* Has kbuild make the configuration in the directory part. */
static bool configure_by_make(struct tree *tree, struct tree_config *config, const char *part,
			      GError **error)
{
	g_autofree char *log = g_strconcat(config->build, ".log", NULL);
	g_autofree char *links = g_strconcat(config->build, ".src", NULL);
	g_autofree char *target = g_build_filename(part, ".config", NULL);
	g_autoptr(GPtrArray) argv = NULL;
	g_auto(GStrv) environment = child_environment();
	const char *source = tree->root;
	int status = 0;
	bool ok;

	if (config->config_file && !copy_file(config->config_file, target, error))
		return false;
	if (config->unclean) {
		remove_recursively(links);
		if (!link_tree(tree, config, links, error)) {
			remove_recursively(links);
			return false;
		}
		source = links;
	}
	tree_progress(tree, "configuring %s (%s), once for this state of the tree", config->arch,
		      config->name);
	argv = make_arguments(tree, config, source, part);
	g_ptr_array_add(argv, g_strdup(config->config_file ? "olddefconfig" : "allmodconfig"));
	g_ptr_array_add(argv, g_strdup("prepare0"));
	g_ptr_array_add(argv, NULL);
	ok = run((char **)argv->pdata, environment, log, &status, error);
	if (config->unclean)
		remove_recursively(links);
	if (ok && status) {
		g_autofree char *line = log_last_line(log);

		g_set_error(error, TREE_ERROR, 0, "configuring %s for %s failed: %s; see %s",
			    tree->root, config->arch, line, log);
		return false;
	}
	return ok;
}

/* Copies what a configuration consists of from a build directory that is up to date. */
static bool configure_by_copy(const struct tree_config *config, const char *part, GError **error)
{
	static const char *const files[] = {
		".config", "include/config/auto.conf", "include/config/kernel.release",
	};
	g_autofree char *arch = g_strdup_printf("arch/%s/include/generated", config->srcarch);
	const char *const directories[] = { "include/generated", arch };

	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *from = g_build_filename(config->given, files[i], NULL);
		g_autofree char *to = g_build_filename(part, files[i], NULL);

		if (g_file_test(from, G_FILE_TEST_EXISTS) && !copy_file(from, to, error))
			return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(directories); i++) {
		g_autofree char *from = g_build_filename(config->given, directories[i], NULL);
		g_autofree char *to = g_build_filename(part, directories[i], NULL);

		if (!copy_directory(from, to, error))
			return false;
	}
	return true;
}

/* The configuration is final: make is told that auto.conf depends on nothing. */
static bool configure_freeze(const char *part, GError **error)
{
	g_autofree char *commands = g_build_filename(part, "include/config/auto.conf.cmd", NULL);
	g_autofree char *automatic = g_build_filename(part, "include/config/auto.conf", NULL);

	if (!g_file_set_contents(commands, "", 0, error))
		return false;
	if (utimensat(AT_FDCWD, automatic, NULL, 0)) {
		g_set_error(error, TREE_ERROR, 0, "%s: %s", automatic, g_strerror(errno));
		return false;
	}
	return true;
}

static bool configure_locked(struct tree *tree, struct tree_config *config, GError **error)
{
	g_autofree char *part = g_strconcat(config->build, ".part", NULL);
	g_autofree char *ours = g_build_filename(part, "pfncheck", NULL);
	bool ok;

	/* Left by a run that was ended; config->build itself appears complete or not at all. */
	remove_recursively(part);
	if (!make_directory(ours, error))
		return false;
	switch (config->source) {
	case TREE_SOURCE_BUILD:
		ok = configure_by_copy(config, part, error) && configure_freeze(part, error);
		break;
	case TREE_SOURCE_NONE:
		ok = true;
		break;
	default:
		ok = configure_by_make(tree, config, part, error) && configure_freeze(part, error);
		break;
	}
	if (ok && rename(part, config->build)) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot rename: %s", part,
			    g_strerror(errno));
		ok = false;
	}
	if (!ok)
		remove_recursively(part);
	return ok;
}

bool tree_configure(struct tree *tree, struct tree_config *config, GError **error)
{
	int lock;
	bool ok = true;

	if (g_file_test(config->build, G_FILE_TEST_IS_DIR))
		return true;
	lock = tree_lock(tree, config, error);
	if (lock < 0)
		return false;
	if (!g_file_test(config->build, G_FILE_TEST_IS_DIR))
		ok = configure_locked(tree, config, error);
	tree_unlock(lock);
	return ok;
}

/* Asking for flags */

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
static bool is_kbuild_path(const struct tree_config *config, const char *path)
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

/* Adds the steps from the root to a directory: parent -> set of child, relative to it. */
static void add_steps(const struct tree *tree, GHashTable *steps, const char *directory)
{
	g_autofree char *child = tree_kbuild_directory(tree, directory);

	while (strcmp(child, ".")) {
		g_autofree char *above = g_path_get_dirname(child);
		char *parent = tree_kbuild_directory(tree, above);
		const char *relative = strcmp(parent, ".") ? child + strlen(parent) + 1 : child;
		GHashTable *children = g_hash_table_lookup(steps, parent);

		if (!children) {
			children = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			g_hash_table_insert(steps, g_strdup(parent), children);
		}
		g_hash_table_add(children, g_strdup(relative));
		g_free(child);
		child = parent;
	}
}

static char *probe_makefile(const struct tree *tree, const char *out, const GPtrArray *goals,
			    enum probe_kind kind)
{
	g_autoptr(GHashTable) steps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						(GDestroyNotify)g_hash_table_unref);
	GString *text = g_string_new("");
	GHashTableIter iter;
	void *parent, *children;

	g_string_append_printf(text, "pfncheck_out := %s\npfncheck_goals :=", out);
	for (guint i = 0; i < goals->len; i++) {
		const char *goal = g_ptr_array_index(goals, i);
		const char *foreign = strstr(goal, "/../");
		g_autofree char *directory = foreign ? g_strndup(goal, (gsize)(foreign - goal)) :
						       g_path_get_dirname(goal);

		g_string_append_printf(text, " ./%s", goal);
		add_steps(tree, steps, directory);
	}
	g_string_append_c(text, '\n');
	g_hash_table_iter_init(&iter, steps);
	while (g_hash_table_iter_next(&iter, &parent, &children)) {
		GHashTableIter names;
		void *name;

		g_string_append_printf(text, "pfncheck_enter_%s :=", (const char *)parent);
		g_hash_table_iter_init(&names, children);
		while (g_hash_table_iter_next(&names, &name, NULL))
			g_string_append_printf(text, " %s", (const char *)name);
		g_string_append_c(text, '\n');
	}
	g_string_append(text, kind == PROBE_GUESS ? enter_any : enter_listed);
	g_string_append(text, probe_rules);
	return g_string_free(text, FALSE);
}

/* The path that a goal with ".." in it leads to. */
static char *plain_path(const char *path)
{
	g_autofree char *canonical = g_canonicalize_filename(path, "/");

	return g_strdup(canonical + 1);
}

static struct probe_record *read_record(const char *out, const char *name)
{
	g_autofree char *file = g_build_filename(out, name, NULL);
	g_autofree char *text = NULL;
	g_autofree char *goal = g_strdelimit(g_strdup(name), "!", '/');
	g_auto(GStrv) lines = NULL;
	struct probe_record *record;

	if (!g_str_has_suffix(goal, ".o") || !g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 6);
	if (g_strv_length(lines) < 6)
		return NULL;
	goal[strlen(goal) - 1] = 'c';
	record = g_new0(struct probe_record, 1);
	record->path = plain_path(goal);
	record->directory = g_strdup(lines[0]);
	record->built = lines[1][0];
	record->module = *lines[2] ? plain_path(lines[2]) : NULL;
	record->prerequisites = g_strsplit(lines[3], " ", -1);
	record->hostprogs = g_strdup(lines[4]);
	record->flags = g_strdup(lines[5]);
	return record;
}

/* A directory that builds a file knows it best, then one that would. */
static int record_rank(const struct probe_record *record)
{
	if (record->built != 'n')
		return 2;
	return record->module ? 1 : 0;
}

/* One make for a batch of goals; its records go to records: path -> struct probe_record. */
static bool probe_batch(struct tree *tree, const struct tree_config *config,
			const GPtrArray *goals, enum probe_kind kind, GHashTable *records,
			GError **error)
{
	g_autofree char *out = g_build_filename(config->build, "pfncheck", "out", NULL);
	g_autofree char *makefile = g_build_filename(config->build, "pfncheck", "flags.mk", NULL);
	g_autofree char *log = g_build_filename(config->build, "pfncheck", "flags.log", NULL);
	g_autofree char *text = probe_makefile(tree, out, goals, kind);
	g_autoptr(GPtrArray) argv = make_arguments(tree, config, tree->root, config->build);
	g_auto(GStrv) environment = child_environment();
	g_autoptr(GDir) directory = NULL;
	guint before = g_hash_table_size(records);
	const char *name;
	int status = 0;

	remove_recursively(out);
	if (!make_directory(out, error) ||
	    !g_file_set_contents(makefile, text, -1, error))
		return false;
	environment = g_environ_setenv(environment, "MAKEFILES", makefile, TRUE);
	g_ptr_array_add(argv, g_strdup(kind == PROBE_DRY ? "-kn" : "-k"));
	g_ptr_array_add(argv, g_strdup("pfncheck-flags"));
	g_ptr_array_add(argv, NULL);
	if (!run((char **)argv->pdata, environment, log, &status, error))
		return false;
	directory = g_dir_open(out, 0, error);
	if (!directory)
		return false;
	while ((name = g_dir_read_name(directory))) {
		struct probe_record *record = read_record(out, name);
		struct probe_record *other;

		if (!record)
			continue;
		other = g_hash_table_lookup(records, record->path);
		if (other && record_rank(other) >= record_rank(record))
			probe_record_free(record);
		else
			g_hash_table_replace(records, record->path, record);
	}
	remove_recursively(out);
	/* A target that fails is not the end, a make that knows no target at all is. */
	if (status && kind == PROBE_FIRST && g_hash_table_size(records) == before) {
		g_autofree char *line = log_last_line(log);

		g_set_error(error, TREE_ERROR, 0, "kbuild gave no flags for %s: %s; see %s",
			    config->arch, line, log);
		return false;
	}
	return true;
}

/* All goals (char *), in as many batches as it takes. */
static bool probe_goals(struct tree *tree, const struct tree_config *config,
			const GPtrArray *goals, enum probe_kind kind, GHashTable *records,
			GError **error)
{
	g_autoptr(GPtrArray) batch = g_ptr_array_new();
	gsize bytes = 0;

	for (guint i = 0; i < goals->len; i++) {
		char *goal = g_ptr_array_index(goals, i);

		g_ptr_array_add(batch, goal);
		bytes += strlen(goal) + 3;
		if (bytes < BATCH_BYTES && i + 1 < goals->len)
			continue;
		if (!probe_batch(tree, config, batch, kind, records, error))
			return false;
		g_ptr_array_set_size(batch, 0);
		bytes = 0;
	}
	return true;
}

static char *goal_of(const char *path)
{
	char *goal = g_strdup(path);

	goal[strlen(goal) - 1] = 'o';
	return goal;
}

/* The relative path from one directory to a file, both relative to the root. */
static char *relative_goal(const char *directory, const char *path)
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

/* The files that no directory claims so far. */
static GPtrArray *unclaimed(const GPtrArray *files, GHashTable *records)
{
	GPtrArray *open = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		void *path = g_ptr_array_index(files, i);
		const struct probe_record *record = g_hash_table_lookup(records, path);

		if (!record || !record_rank(record))
			g_ptr_array_add(open, path);
	}
	return open;
}

/*
 * Files that no Makefile above them builds may belong to one elsewhere: amdgpu is
 * made of ../amdkfd and ../display, kvm of ../../../virt/kvm.
 */
static void add_foreign_goals(const struct tree *tree, const struct tree_config *config,
			      const GPtrArray *open, GPtrArray *goals, GHashTable *guessed)
{
	for (guint i = 0; open->len && i < tree->makefiles->len; i++) {
		const char *makefile = g_ptr_array_index(tree->makefiles, i);
		g_autofree char *file = g_build_filename(tree->root, makefile, NULL);
		g_autofree char *directory = g_path_get_dirname(makefile);
		g_autofree char *name = g_path_get_basename(makefile);
		g_autofree char *probe = g_strconcat(makefile, ".c", NULL);
		g_autofree char *text = NULL;

		if ((strcmp(name, "Makefile") && strcmp(name, "Kbuild")) ||
		    !is_kbuild_path(config, probe) ||
		    !g_file_get_contents(file, &text, NULL, NULL))
			continue;
		for (guint j = 0; j < open->len; j++) {
			const char *path = g_ptr_array_index(open, j);

			if (!mentions(text, directory, path))
				continue;
			g_ptr_array_add(goals, relative_goal(directory, path));
			g_hash_table_add(guessed, (void *)path);
		}
	}
}

/* Files of directories that the first pass could not enter: their own Makefile may know them. */
static void add_hidden_goals(const struct tree *tree, const GPtrArray *open, GHashTable *records,
			     GHashTable *guessed, GPtrArray *goals)
{
	for (guint i = 0; i < open->len; i++) {
		const char *path = g_ptr_array_index(open, i);
		const struct probe_record *record = g_hash_table_lookup(records, path);
		g_autofree char *parent = g_path_get_dirname(path);
		g_autofree char *directory = tree_kbuild_directory(tree, parent);

		if ((record && !strcmp(record->directory, directory)) ||
		    g_hash_table_contains(guessed, path))
			continue;
		g_ptr_array_add(goals, goal_of(path));
	}
}

/* Sees to it that a header that a target depends on exists: made, copied or empty. */
static void require_header(struct tree *tree, struct tree_config *config, const char *header)
{
	g_autofree char *ours = g_build_filename(config->build, header, NULL);
	g_autofree char *trees = g_build_filename(tree->root, header, NULL);
	g_autofree char *given = NULL;
	g_autofree char *parent = g_path_get_dirname(ours);

	if (g_path_is_absolute(header) || g_file_test(ours, G_FILE_TEST_EXISTS) ||
	    g_file_test(trees, G_FILE_TEST_EXISTS))
		return;
	if (config->given)
		given = g_build_filename(config->given, header, NULL);
	if (given && copy_file(given, ours, NULL))
		return;
	if (make_directory(parent, NULL))
		g_file_set_contents(ours, "", 0, NULL);
	tree_add_stub(tree, config, header);
}

static void use_record(struct tree *tree, struct tree_config *config,
		       const struct probe_record *record)
{
	g_autoptr(GPtrArray) flags = NULL;
	g_auto(GStrv) arguments = NULL;
	bool is_module = false;
	bool generates = false;

	if (!g_shell_parse_argv(record->flags, NULL, &arguments, NULL))
		return;
	flags = tree_flags_filter(tree, config, (const char *const *)arguments, config->build,
				  &is_module, NULL);
	tree_add_file(tree, config, record->path, record->directory, flags, record->module,
		      is_module, record->built != 'n');
	for (char **name = record->prerequisites; *name; name++) {
		const char *extension = strrchr(*name, '.');

		if (!extension || (strcmp(extension, ".h") && strcmp(extension, ".inc")))
			continue;
		require_header(tree, config, *name);
		generates = true;
	}
	if (generates && !g_hash_table_contains(config->generated, record->directory)) {
		g_autofree char *state = tree_directory_state(tree, record->directory,
							      record->hostprogs);

		g_hash_table_insert(config->generated, g_strdup(record->directory),
				    g_strdup_printf("%s\t%s", state, record->hostprogs));
	}
}

/* Fills records; files that kbuild has no rule for are left out. */
static bool probe_records(struct tree *tree, struct tree_config *config, const GPtrArray *files,
			  GHashTable *records, GError **error)
{
	g_autoptr(GPtrArray) goals = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) guesses = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) guessed = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) open = NULL;

	for (guint i = 0; i < files->len; i++)
		g_ptr_array_add(goals, goal_of(g_ptr_array_index(files, i)));
	if (!probe_goals(tree, config, goals, PROBE_FIRST, records, error))
		return false;
	/* A header that could not be made has taken its file along: ask without making. */
	for (guint i = 0; i < files->len; i++) {
		if (!g_hash_table_contains(records, g_ptr_array_index(files, i)))
			g_ptr_array_add(missing, goal_of(g_ptr_array_index(files, i)));
	}
	if (!probe_goals(tree, config, missing, PROBE_DRY, records, error))
		return false;
	open = unclaimed(files, records);
	add_foreign_goals(tree, config, open, guesses, guessed);
	add_hidden_goals(tree, open, records, guessed, guesses);
	return probe_goals(tree, config, guesses, PROBE_GUESS, records, error);
}

bool tree_probe(struct tree *tree, struct tree_config *config, const GPtrArray *files,
		GError **error)
{
	g_autoptr(GHashTable) records = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
							      probe_record_free);
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		if (is_kbuild_path(config, g_ptr_array_index(files, i)))
			g_ptr_array_add(known, g_ptr_array_index(files, i));
	}
	if (!known->len)
		return true;
	tree_progress(tree, "asking kbuild for the flags of %u files (%s)", known->len,
		      config->arch);
	if (!probe_records(tree, config, known, records, error))
		return false;
	for (guint i = 0; i < known->len; i++) {
		const struct probe_record *record;

		record = g_hash_table_lookup(records, g_ptr_array_index(known, i));
		if (record)
			use_record(tree, config, record);
	}
	return true;
}

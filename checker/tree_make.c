// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its make: runs make as a child that neither sees what steers kbuild in our
 * environment nor outlives us, with its output in a log and a bound on its time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"
#include "tree_private.h"

/* A make that takes longer than this hangs. */
#define RUN_SECONDS (15 * 60)

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
		"PATH",		"HOME",		 "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH",
		"ASAN_OPTIONS", "UBSAN_OPTIONS",
	};
	char **environment = g_new0(char *, 1);

	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		const char *value = g_getenv(kept[i]);

		if (value)
			environment = g_environ_setenv(environment, kept[i], value, TRUE);
	}
	/* Neither git nor Python writes into the tree. */
	environment = g_environ_setenv(environment, "GIT_OPTIONAL_LOCKS", "0", TRUE);
	environment = g_environ_setenv(environment, "PYTHONDONTWRITEBYTECODE", "1", TRUE);
	return g_environ_setenv(environment, "LC_ALL", "C", TRUE);
}

/* The first error if there is one, else the last line that is not make's own. */
char *tree_make_message(const char *log)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	const char *said = "no output";
	bool own = true;

	if (!g_file_get_contents(log, &text, NULL, NULL))
		return g_strdup(said);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		g_strstrip(*line);
		if (strstr(*line, " error: "))
			return g_utf8_make_valid(*line, -1);
		if (!**line || g_str_has_prefix(*line, "***"))
			continue;
		if (!g_str_has_prefix(*line, "make")) {
			said = *line;
			own = false;
		} else if (own) {
			said = *line;
		}
	}
	return g_utf8_make_valid(said, -1);
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

/* ---- below the top Makefile ---- */

char *tree_inner_recipe(const char *file)
{
	return g_strdup_printf("\t$(if $(build),$(file >%s.make,$(CURDIR)$(pfncheck_line)$(build))"
			       "env -0 >'%s')\n",
			       file, file);
}

/* What each make finds out itself, or hands on to those that it runs. */
static bool is_own_variable(const char *assignment)
{
	static const char *const names[] = {
		"MAKEFILES=", "MAKEFLAGS=", "MAKELEVEL=", "MAKEOVERRIDES=",
		"MFLAGS=",    "OLDPWD=",    "PWD=",	  "SHLVL=",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_has_prefix(assignment, names[i]))
			return true;
	return false;
}

static bool same_directory(const char *a, const char *b)
{
	struct stat x, y;

	return g_path_is_absolute(a) && !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Where the top Makefile has all others look for what they include. */
static char **include_flags(const char *flags)
{
	g_auto(GStrv) words = g_strsplit(flags, " ", -1);
	GStrvBuilder *kept = g_strv_builder_new();
	char **found;

	for (char **word = words; *word && strcmp(*word, "--"); word++)
		if (g_str_has_prefix(*word, "-I") || g_str_has_prefix(*word, "--include-dir="))
			g_strv_builder_add(kept, *word);
	found = g_strv_builder_end(kept);
	g_strv_builder_unref(kept);
	return found;
}

struct tree_inner *tree_inner_read(const char *file, const char *build)
{
	g_autofree char *beside = g_strconcat(file, ".make", NULL);
	g_autofree char *environment = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
	g_auto(GStrv) lines = NULL;
	struct tree_inner *inner;
	gsize size;

	if (!g_file_get_contents(file, &environment, &size, NULL) ||
	    !g_file_get_contents(beside, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	if (!size || g_strv_length(lines) != 2 || !same_directory(lines[0], build))
		return NULL;
	inner = g_new0(struct tree_inner, 1);
	for (const char *at = environment; at < environment + size; at += strlen(at) + 1) {
		if (strchr(at, '=') && !is_own_variable(at))
			g_strv_builder_add(kept, at);
		if (g_str_has_prefix(at, "MAKEFLAGS="))
			inner->flags = include_flags(at + strlen("MAKEFLAGS="));
	}
	inner->environment = g_strv_builder_end(kept);
	inner->directory = g_strdup(lines[0]);
	inner->build = g_strsplit(lines[1], " ", -1);
	return inner;
}

/* What was handed on then, with what we let through as it is now. */
static char **inner_environment(const struct tree_inner *inner)
{
	char **environment = g_strdupv(inner->environment);
	g_auto(GStrv) own = child_environment();

	for (char **assignment = own; *assignment; assignment++) {
		char *value = strchr(*assignment, '=');
		g_autofree char *name = g_strndup(*assignment, (gsize)(value - *assignment));

		environment = g_environ_setenv(environment, name, value + 1, TRUE);
	}
	return environment;
}

void tree_inner_free(struct tree_inner *inner)
{
	if (!inner)
		return;
	g_strfreev(inner->environment);
	g_free(inner->directory);
	g_strfreev(inner->build);
	g_strfreev(inner->flags);
	g_free(inner);
}

/* ---- running ---- */

/* What all our calls of make have in common, and what is this one's own. */
static GPtrArray *make_arguments(const struct tree *tree, const struct tree_config *config,
				 const struct tree_make *make)
{
	g_autofree char *gcc = g_find_program_in_path("gcc");
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	if (tree->sandbox) {
		g_ptr_array_add(argv, g_strdup("/proc/self/exe"));
		g_ptr_array_add(argv, g_strdup(SANDBOX_COMMAND));
		g_ptr_array_add(argv, g_strdup(make->build));
	}
	g_ptr_array_add(argv, g_strdup("make"));
	/* With these four the top Makefile does not start itself again. */
	g_ptr_array_add(argv, g_strdup("-rR"));
	g_ptr_array_add(argv, g_strdup("--no-print-directory"));
	if (make->inner) {
		g_ptr_array_add(argv, g_strdup_printf("--directory=%s", make->inner->directory));
		for (char **flag = make->inner->flags; flag && *flag; flag++)
			g_ptr_array_add(argv, g_strdup(*flag));
	} else {
		g_ptr_array_add(argv, g_strdup_printf("--directory=%s", make->build));
		g_ptr_array_add(argv, g_strdup_printf("--file=%s/Makefile", make->source));
	}
	g_ptr_array_add(argv, g_strdup_printf("-j%u", tree->jobs));
	g_ptr_array_add(argv, g_strdup_printf("ARCH=%s", config->arch));
	g_ptr_array_add(argv, g_strdup_printf("CC=%s", config->compiler));
	/* A compiler younger than the tree warns of more; asm-offsets is compiled for real. */
	g_ptr_array_add(argv, g_strdup("KCFLAGS=-Wno-error"));
	if (!gcc) {
		g_ptr_array_add(argv, g_strdup_printf("HOSTCC=%s", tree->clang));
		g_ptr_array_add(argv, g_strdup_printf("HOSTCXX=%s", tree->clang));
	}
	for (const char *const *argument = make->arguments; *argument; argument++)
		g_ptr_array_add(argv, g_strdup(*argument));
	g_ptr_array_add(argv, NULL);
	return argv;
}

bool tree_make_run(const struct tree *tree, const struct tree_config *config,
		   const struct tree_make *make, int *status, GError **error)
{
	g_autoptr(GPtrArray) argv = make_arguments(tree, config, make);
	g_auto(GStrv) environment = make->inner ? inner_environment(make->inner) :
						  child_environment();
	struct child_setup setup = { .parent = getpid() };
	GPid child;
	bool ok;

	if (make->first)
		environment = g_environ_setenv(environment, "MAKEFILES", make->first, TRUE);
	setup.log = open(make->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (setup.log < 0) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot write: %s", make->log,
			    g_strerror(errno));
		return false;
	}
	/* Its standard input is /dev/null. */
	ok = g_spawn_async(NULL, (char **)argv->pdata, environment,
			   G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, child_setup, &setup,
			   &child, error);
	close(setup.log);
	if (!ok) {
		g_prefix_error(error, "cannot run make: ");
		return false;
	}
	ok = child_wait(child, status);
	g_spawn_close_pid(child);
	if (!ok) {
		g_set_error(error, TREE_ERROR, 0,
			    "make was stopped after %d minutes; its output is in %s",
			    RUN_SECONDS / 60, make->log);
		return false;
	}
	if (tree->sandbox && WIFEXITED(*status) && WEXITSTATUS(*status) == SANDBOX_FAILED) {
		g_autofree char *line = tree_make_message(make->log);

		g_set_error(error, TREE_ERROR, 0,
			    "there can be no sandbox for the tree's make here (%s): allow user "
			    "namespaces, or leave out --trust-tree",
			    line);
		return false;
	}
	if (tree->sandbox && !sandbox_clean(make->build, error)) {
		g_prefix_error(error, "make left what cannot be looked at: ");
		return false;
	}
	if (WIFSIGNALED(*status)) {
		g_set_error(error, TREE_ERROR, 0, "make was ended by signal %d (%s)",
			    WTERMSIG(*status), g_strsignal(WTERMSIG(*status)));
		return false;
	}
	return true;
}

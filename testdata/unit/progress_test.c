// SPDX-License-Identifier: GPL-2.0-only
/*
 * progress: what reaches a terminal, and what reaches anything else.
 */
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "progress.h"

/* The read end of a pipe, with what was written to the other end. */
static char *drain(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		g_string_append_len(text, buffer, n);
	close(fd);
	return g_string_free(text, FALSE);
}

/* One run of two stages, one of which has many pieces and a message; what was written. */
static char *run(bool terminal, bool verbose)
{
	struct progress *progress;
	int fds[2];

	g_assert_cmpint(pipe(fds), ==, 0);
	progress = progress_new(fds[1], terminal, verbose);
	progress_stage(progress, "scan");
	progress_stage(progress, "extract");
	for (guint i = 0; i < 100000; i++)
		progress_update(progress, i, 100000);
	progress_message("configuring \033[31m x86", progress);
	g_usleep(150000);
	progress_update(progress, 1, 2);
	progress_stage(progress, NULL);
	progress_update(progress, 1, 2);
	progress_free(progress);
	close(fds[1]);
	return drain(fds[0]);
}

static void test_quiet(void)
{
	g_autofree char *text = run(false, false);

	g_assert_cmpstr(text, ==, "pfncheck: configuring \\x1b[31m x86\n");
}

static void test_verbose(void)
{
	g_autofree char *text = run(false, true);

	g_assert_true(g_regex_match_simple("^pfncheck: scan: [0-9]+\\.[0-9][0-9] s\n"
					   "pfncheck: configuring \\\\x1b\\[31m x86\n"
					   "pfncheck: extract: [0-9]+\\.[0-9][0-9] s\n$",
					   text, 0, 0));
}

static void test_terminal(void)
{
	g_autofree char *text = run(true, false);

	g_assert_true(g_str_has_prefix(text, "\r\033[Kscan ..."));
	g_assert_nonnull(strstr(text, "\r\033[Kpfncheck: configuring \\x1b[31m x86\n"));
	g_assert_nonnull(strstr(text, "\r\033[Kextract [###############               ] 1/2"));
	/* Nothing is left of it. */
	g_assert_true(g_str_has_suffix(text, "1/2\r\033[K"));
	/* A tenth of a second at least between two of them. */
	g_assert_cmpuint(strlen(text), <, 2000);
}

struct stages {
	GString *names;
	double seconds;
};

static void add_stage(const char *stage, double seconds, void *data)
{
	struct stages *stages = data;

	g_string_append_printf(stages->names, "%s ", stage);
	stages->seconds += seconds;
}

static void test_times(void)
{
	struct progress *progress = progress_new(STDERR_FILENO, false, false);
	struct stages stages = { g_string_new(NULL), 0 };

	progress_stage(progress, "tree");
	g_usleep(10000);
	progress_stage(progress, "scan");
	progress_stage(progress, "tree");
	g_usleep(10000);
	progress_stage(progress, NULL);
	progress_each(progress, add_stage, &stages);
	g_assert_cmpstr(stages.names->str, ==, "tree scan ");
	g_assert_true(stages.seconds >= 0.02 && stages.seconds < 10);
	g_string_free(stages.names, TRUE);
	progress_free(progress);
	progress_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/progress/quiet", test_quiet);
	g_test_add_func("/progress/verbose", test_verbose);
	g_test_add_func("/progress/terminal", test_terminal);
	g_test_add_func("/progress/times", test_times);
	return g_test_run();
}

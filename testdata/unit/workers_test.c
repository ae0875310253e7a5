// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of workers.  The program is its own worker: a request is a verb and an
 * argument, and most verbs do to the process what jobs should not.
 */
#include "workers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

static guint served;

static unsigned int descend(volatile char *above, unsigned int depth)
{
	volatile char here[4096];

	here[0] = above[0];
	here[sizeof(here) - 1] = (char)depth;
	if (depth == 0)
		return 0;
	return descend(here, depth - 1) + (unsigned int)here[sizeof(here) - 1];
}

/* The numbers of this process's open files, without the one that lists them. */
static char *list_files(void)
{
	GString *out = g_string_new(NULL);
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
			g_string_append_printf(out, "%s ", entry->d_name);
	}
	closedir(dir);
	return g_string_free(out, FALSE);
}

static GBytes *text_reply(const char *text)
{
	return g_bytes_new(text, strlen(text));
}

static GBytes *handle(const char *request, gsize size)
{
	const char *argument = strchr(request, ' ');
	long number = argument ? atol(argument) : 0;
	g_autofree char *text = NULL;

	served++;
	if (g_str_has_prefix(request, "echo"))
		return g_bytes_new(request, size);
	if (g_str_has_prefix(request, "print")) {
		printf("not a frame\n");
		fflush(stdout);
		return text_reply("printed");
	}
	if (g_str_has_prefix(request, "exit"))
		exit((int)number);
	if (g_str_has_prefix(request, "none"))
		return NULL;
	if (g_str_has_prefix(request, "signal")) {
		fprintf(stderr, "first line\nlast words at %p\n\n", (void *)&served);
		signal((int)number, SIG_DFL);
		raise((int)number);
	}
	if (g_str_has_prefix(request, "hang")) {
		for (;;)
			pause();
	}
	if (g_str_has_prefix(request, "noise")) {
		for (long i = 0; i < number; i++)
			fprintf(stderr, "line %ld of a lot\n", i);
		return text_reply("noisy");
	}
	if (g_str_has_prefix(request, "hog")) {
		gsize each = 16 << 20;

		for (;;)
			memset(g_malloc(each), 1, each);
	}
	if (g_str_has_prefix(request, "use")) {
		gsize bytes = (gsize)number << 20;
		g_autofree char *memory = g_malloc(bytes);

		memset(memory, 1, bytes);
		text = g_strdup_printf("%d", memory[bytes / 2]);
		return text_reply(text);
	}
	if (g_str_has_prefix(request, "descend")) {
		volatile char top = 1;

		text = g_strdup_printf("%u", descend(&top, (unsigned int)number));
		return text_reply(text);
	}
	if (g_str_has_prefix(request, "large")) {
		text = g_strnfill((gsize)number, 'x');
		return text_reply(text);
	}
	if (g_str_has_prefix(request, "pid")) {
		text = g_strdup_printf("%ld %u", (long)getpid(), served);
		return text_reply(text);
	}
	if (g_str_has_prefix(request, "files")) {
		text = list_files();
		return text_reply(text);
	}
	if (g_str_has_prefix(request, "environment"))
		return text_reply(g_getenv("LIBCLANG_NOTHREADS"));
	return text_reply("what?");
}

struct outcome {
	guint calls;
	guint requests;
	char **replies;
	gsize *sizes;
	char **failures;
	char **details;
	bool ok;
	long peak;
	GError *error;
	volatile sig_atomic_t *stop; /* set after the first result, if there is one */
};

static void collect(const struct workers_result *result, void *data)
{
	struct outcome *outcome = data;

	g_assert_cmpuint(result->job, <, outcome->requests);
	g_assert_true(!result->reply != !result->failure);
	g_assert_null(outcome->replies[result->job]);
	g_assert_null(outcome->failures[result->job]);
	outcome->calls++;
	outcome->replies[result->job] = result->reply;
	outcome->sizes[result->job] = result->size;
	outcome->failures[result->job] = g_strdup(result->failure);
	outcome->details[result->job] = g_strdup(result->detail);
	if (outcome->stop)
		*outcome->stop = 1;
}

static void free_outcome(struct outcome *outcome)
{
	for (guint i = 0; i < outcome->requests; i++) {
		g_free(outcome->replies[i]);
		g_free(outcome->failures[i]);
		g_free(outcome->details[i]);
	}
	g_free(outcome->replies);
	g_free(outcome->sizes);
	g_free(outcome->failures);
	g_free(outcome->details);
	g_clear_error(&outcome->error);
}

static void run_requests(const GPtrArray *requests, unsigned int count,
			 const struct worker_limits *limits, struct outcome *outcome)
{
	outcome->requests = requests->len;
	outcome->replies = g_new0(char *, requests->len + 1);
	outcome->sizes = g_new0(gsize, requests->len + 1);
	outcome->failures = g_new0(char *, requests->len + 1);
	outcome->details = g_new0(char *, requests->len + 1);
	outcome->ok = workers_run(requests, count, limits, collect, outcome, &outcome->peak,
				  &outcome->error);
	g_assert_true(outcome->ok == !outcome->error);
	g_assert_cmpuint(outcome->calls, ==, outcome->ok ? requests->len : 0);
}

/* Runs the verbs of a NULL-terminated list. */
static void run_list(const char *const *verbs, unsigned int count,
		     const struct worker_limits *limits, struct outcome *outcome)
{
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	for (; *verbs; verbs++)
		g_ptr_array_add(requests, text_reply(*verbs));
	run_requests(requests, count, limits, outcome);
}

static void run_one(const char *verb, const struct worker_limits *limits, struct outcome *outcome)
{
	const char *const verbs[] = { verb, NULL };

	run_list(verbs, 1, limits, outcome);
}

static const struct worker_limits usual = { .seconds = 60, .megabytes = 1024, .jobs = 1000 };

static void test_no_requests(void)
{
	g_autoptr(GPtrArray) requests = g_ptr_array_new();
	struct outcome outcome = { 0 };

	run_requests(requests, 4, &usual, &outcome);
	g_assert_true(outcome.ok);
	free_outcome(&outcome);
}

static void test_echo(void)
{
	static const char *const verbs[] = { "echo one", "echo two", "echo three", NULL };
	struct outcome outcome = { 0 };

	run_list(verbs, 2, &usual, &outcome);
	for (guint i = 0; i < 3; i++)
		g_assert_cmpstr(outcome.replies[i], ==, verbs[i]);
	g_assert_cmpint(outcome.peak, >, 0);
	free_outcome(&outcome);
}

/* Bytes of any kind and any number, the empty request included. */
static void test_sizes(void)
{
	static const gsize sizes[] = { 5, 6, 65535, 65536, 65537, 5 << 20 };
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	struct outcome outcome = { 0 };

	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		char *bytes = g_malloc(sizes[i]);

		for (gsize at = 0; at < sizes[i]; at++)
			bytes[at] = (char)(at * 7);
		memcpy(bytes, "echo", 4);
		g_ptr_array_add(requests, g_bytes_new_take(bytes, sizes[i]));
	}
	g_ptr_array_add(requests, g_bytes_new(NULL, 0));
	run_requests(requests, 2, &usual, &outcome);
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		gsize size;
		const void *bytes = g_bytes_get_data(g_ptr_array_index(requests, i), &size);

		g_assert_cmpmem(outcome.replies[i], outcome.sizes[i], bytes, size);
	}
	g_assert_cmpstr(outcome.replies[G_N_ELEMENTS(sizes)], ==, "what?");
	free_outcome(&outcome);
}

static void test_many(void)
{
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	struct worker_limits limits = usual;
	struct outcome outcome = { 0 };

	limits.jobs = 50;
	for (guint i = 0; i < 600; i++) {
		g_autofree char *verb = g_strdup_printf("echo %u", i);

		if (i % 20 == 7)
			g_ptr_array_add(requests, text_reply("exit 3"));
		else
			g_ptr_array_add(requests, text_reply(verb));
	}
	run_requests(requests, 3, &limits, &outcome);
	for (guint i = 0; i < 600; i++) {
		gsize size;
		const char *verb = g_bytes_get_data(g_ptr_array_index(requests, i), &size);

		if (i % 20 == 7)
			g_assert_cmpstr(outcome.failures[i], ==, "exited with status 3");
		else
			g_assert_cmpmem(outcome.replies[i], outcome.sizes[i], verb, size);
	}
	free_outcome(&outcome);
}

/* A worker serves several jobs, but not more than it should. */
static void test_replaced(void)
{
	static const char *const verbs[] = { "pid", "pid", "pid", "pid", "pid", NULL };
	struct worker_limits limits = usual;
	struct outcome outcome = { 0 };
	g_autoptr(GHashTable) pids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	limits.jobs = 2;
	run_list(verbs, 1, &limits, &outcome);
	for (guint i = 0; i < 5; i++) {
		g_auto(GStrv) words = g_strsplit(outcome.replies[i], " ", 2);

		g_assert_cmpint(atoi(words[1]), ==, i % 2 + 1);
		g_hash_table_add(pids, g_strdup(words[0]));
	}
	g_assert_cmpuint(g_hash_table_size(pids), ==, 3);
	free_outcome(&outcome);
}

static void test_signal(void)
{
	static const struct {
		int number;
		const char *failure;
	} rows[] = {
		{ SIGABRT, "crashed (signal 6: Aborted)" },
		{ SIGBUS, "crashed (signal 7: Bus error)" },
		{ SIGSEGV, "crashed (signal 11: Segmentation fault)" },
		{ SIGKILL, "crashed (signal 9: Killed)" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *verb = g_strdup_printf("signal %d", rows[i].number);
		const char *const verbs[] = { "echo a", verb, "echo b", NULL };
		struct outcome outcome = { 0 };

		run_list(verbs, 1, &usual, &outcome);
		g_assert_cmpstr(outcome.replies[0], ==, "echo a");
		g_assert_cmpstr(outcome.failures[1], ==, rows[i].failure);
		g_assert_true(g_str_has_prefix(outcome.details[1], "last words at "));
		g_assert_cmpstr(outcome.replies[2], ==, "echo b");
		free_outcome(&outcome);
	}
}

static void test_exit(void)
{
	static const char *const verbs[] = { "exit 0", "exit 23", "none", "echo", NULL };
	struct outcome outcome = { 0 };

	run_list(verbs, 2, &usual, &outcome);
	g_assert_cmpstr(outcome.failures[0], ==, "exited with status 0");
	g_assert_cmpstr(outcome.failures[1], ==, "exited with status 23");
	g_assert_cmpstr(outcome.failures[2], ==, "exited with status 1");
	g_assert_cmpstr(outcome.replies[3], ==, "echo");
	free_outcome(&outcome);
}

static void test_hang(void)
{
	static const char *const verbs[] = { "hang", "echo", "hang", NULL };
	struct worker_limits limits = usual;
	struct outcome outcome = { 0 };
	gint64 start = g_get_monotonic_time();

	limits.seconds = 1;
	run_list(verbs, 2, &limits, &outcome);
	g_assert_cmpstr(outcome.failures[0], ==, "took longer than 1 s");
	g_assert_cmpstr(outcome.replies[1], ==, "echo");
	g_assert_cmpstr(outcome.failures[2], ==, "took longer than 1 s");
	g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
	free_outcome(&outcome);
}

static void test_memory(void)
{
	static const char *const verbs[] = { "hog", "echo", NULL };
	struct worker_limits limits = usual;
	struct outcome outcome = { 0 };

	if (!worker_bounds_memory()) {
		g_test_skip("the address space is not bounded under AddressSanitizer");
		return;
	}
	limits.megabytes = 256;
	run_list(verbs, 1, &limits, &outcome);
	g_assert_cmpstr(outcome.failures[0], ==, "ran out of memory (more than 256 MiB)");
	g_assert_cmpstr(outcome.replies[1], ==, "echo");
	free_outcome(&outcome);
}

/* The peak is that of the workers, not of this process. */
static void test_peak(void)
{
	gsize bytes = 200 << 20;
	g_autofree char *memory = g_malloc(bytes);
	struct outcome outcome = { 0 };

	memset(memory, 1, bytes);
	run_one("echo", &usual, &outcome);
	g_assert_cmpint(memory[bytes / 2], ==, 1);
	g_assert_cmpint(outcome.peak, >, 100);
	g_assert_cmpint(outcome.peak, <, 150 << 10);
	free_outcome(&outcome);

	outcome = (struct outcome){ 0 };
	run_one("use 100", &usual, &outcome);
	g_assert_cmpint(outcome.peak, >=, 100 << 10);
	g_assert_cmpint(outcome.peak, <, 200 << 10);
	free_outcome(&outcome);
}

/* 40 MiB of stack are there, and the end of it costs the job only. */
static void test_stack(void)
{
	static const char *const verbs[] = { "descend 10000", "descend 10000000", "echo", NULL };
	struct rlimit stack;
	struct outcome outcome = { 0 };

	getrlimit(RLIMIT_STACK, &stack);
	if (stack.rlim_max < 64 << 20 || !worker_bounds_memory()) {
		g_test_skip("the stack cannot be raised here");
		return;
	}
	run_list(verbs, 1, &usual, &outcome);
	g_assert_nonnull(outcome.replies[0]);
	g_assert_cmpstr(outcome.failures[1], ==, "crashed (signal 11: Segmentation fault)");
	g_assert_cmpstr(outcome.replies[2], ==, "echo");
	free_outcome(&outcome);
}

static void test_noise(void)
{
	static const char *const verbs[] = { "noise 200000", "print", "echo", NULL };
	struct outcome outcome = { 0 };

	run_list(verbs, 1, &usual, &outcome);
	g_assert_cmpstr(outcome.replies[0], ==, "noisy");
	g_assert_cmpstr(outcome.replies[1], ==, "printed");
	g_assert_cmpstr(outcome.replies[2], ==, "echo");
	free_outcome(&outcome);
}

/* A worker has nothing open but its three pipes and its copy of one of them. */
static void test_files(void)
{
	static const char *const verbs[] = { "files", "files", "files", "files", NULL };
	struct outcome outcome = { 0 };
	g_autofree char *before = list_files();
	g_autofree char *after = NULL;
	int ends[2];

	g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
	run_list(verbs, 4, &usual, &outcome);
	close(ends[0]);
	close(ends[1]);
	after = list_files();
	g_assert_cmpstr(before, ==, after);
	for (guint i = 0; i < 4; i++) {
		g_auto(GStrv) words = g_strsplit(outcome.replies[i], " ", -1);

		/* The last word is empty. */
		g_assert_cmpuint(g_strv_length(words), ==, 5);
	}
	free_outcome(&outcome);
}

static void test_environment(void)
{
	struct outcome outcome = { 0 };

	run_one("environment", &usual, &outcome);
	g_assert_cmpstr(outcome.replies[0], ==, "1");
	free_outcome(&outcome);
}

/* Workers that are no workers. */
static void test_no_start(void)
{
	static const struct {
		const char *const argv[4];
		const char *message;
	} rows[] = {
		{ { "/nonexistent/program", NULL },
		  "cannot start a worker: cannot run /nonexistent/program: *" },
		{ { "/", NULL }, "cannot start a worker: cannot run /: *" },
		{ { "/bin/true", NULL },
		  "cannot start a worker: /bin/true exited with status 0 before it was ready" },
		{ { "/bin/sh", "-c", "echo no library >&2; exit 127", NULL },
		  "cannot start a worker: /bin/sh exited with status 127 before it was ready: "
		  "no library" },
		{ { "/bin/sh", "-c", "echo hello, world", NULL },
		  "cannot start a worker: /bin/sh gave a malformed reply before it was ready*" },
	};
	static const char *const verbs[] = { "echo", "echo", NULL };

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct worker_limits limits = usual;
		struct outcome outcome = { 0 };

		limits.argv = rows[i].argv;
		run_list(verbs, 2, &limits, &outcome);
		g_assert_error(outcome.error, WORKERS_ERROR, WORKERS_ERROR_START);
		g_assert_true(g_pattern_match_simple(rows[i].message, outcome.error->message));
		free_outcome(&outcome);
	}
}

/* Workers that start, but do not keep to the protocol. */
static void test_nonsense(void)
{
	static const struct {
		const char *script;
		const char *failure;
	} rows[] = {
		{ "echo 00000000; echo rubbish that is no frame; sleep 60",
		  "gave a malformed reply" },
		{ "echo 00000000; read x; echo 00000000; echo ffffffff; sleep 60",
		  "gave a malformed reply" },
		{ "echo 00000000; read x; echo 00000003; printf abc; sleep 60",
		  "gave a malformed reply" },
		{ "echo 00000000; read x; echo 00000000; printf 00000009; echo; printf short",
		  "exited with status 0" },
		{ "echo 00000000; exit 5", "exited with status 5" },
		{ "echo 00000000; read x; echo 00000000; printf 0000; sleep 60",
		  "took longer than 1 s" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const argv[] = { "/bin/sh", "-c", rows[i].script, NULL };
		struct worker_limits limits = { .seconds = 1, .argv = argv };
		struct outcome outcome = { 0 };

		run_one("echo", &limits, &outcome);
		g_assert_true(outcome.ok);
		g_assert_cmpstr(outcome.failures[0], ==, rows[i].failure);
		free_outcome(&outcome);
	}
}

/* A worker that ends before it has read the request gives the job back, once. */
static void test_retry(void)
{
	g_autofree char *dir = g_dir_make_tmp("workers-test-XXXXXX", NULL);
	g_autofree char *mark = g_build_filename(dir, "mark", NULL);
	g_autofree char *script = g_strdup_printf("echo 00000000; test -e %s || { : >%s; exit 1; };"
						  "read size; echo 00000000;"
						  "echo 00000002; printf ok; sleep 1",
						  mark, mark);
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct worker_limits limits = { .seconds = 10, .argv = argv };
	struct outcome outcome = { 0 };

	run_one("echo", &limits, &outcome);
	g_assert_cmpstr(outcome.replies[0], ==, "ok");
	free_outcome(&outcome);
	unlink(mark);
	rmdir(dir);
}

static void test_stop(void)
{
	static const char *const verbs[] = { "echo", "hang", "hang", "echo", NULL };
	volatile sig_atomic_t stop = 0;
	struct worker_limits limits = usual;
	struct outcome outcome = { .stop = &stop };
	gint64 start = g_get_monotonic_time();

	limits.stop = &stop;
	run_list(verbs, 2, &limits, &outcome);
	g_assert_true(outcome.ok);
	g_assert_cmpstr(outcome.replies[0], ==, "echo");
	for (guint i = 1; i < 4; i++)
		g_assert_cmpstr(outcome.failures[i], ==, "stopped");
	g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_USEC_PER_SEC);
	free_outcome(&outcome);
}

static void send_pid(const struct workers_result *result, void *data)
{
	const int *fd = data;

	if (result->reply && write(*fd, result->reply, result->size) < 0)
		abort();
	g_free(result->reply);
}

/* Workers do not outlive the process that started them, however that ends. */
static void test_orphans(void)
{
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	char text[64] = "";
	int ends[2], status;
	bool gone = false;
	pid_t child;

	g_ptr_array_add(requests, text_reply("pid"));
	g_ptr_array_add(requests, text_reply("hang"));
	g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	if (!child) {
		workers_run(requests, 1, &usual, send_pid, &ends[1], NULL, NULL);
		_exit(0);
	}
	g_assert_cmpint(read(ends[0], text, sizeof(text) - 1), >, 0);
	kill(child, SIGINT);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFSIGNALED(status));
	for (int i = 0; i < 500 && !gone; i++) {
		gone = kill((pid_t)atol(text), 0) < 0;
		if (!gone) {
			g_autofree char *path = g_strdup_printf("/proc/%ld/stat", atol(text));
			g_autofree char *stat = NULL;

			/* Whoever inherits it may be slow to bury it. */
			gone = !g_file_get_contents(path, &stat, NULL, NULL) ||
			       strstr(stat, ") Z ");
			g_usleep(10000);
		}
	}
	g_assert_true(gone);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "worker"))
		return worker_main(handle);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/workers/no-requests", test_no_requests);
	g_test_add_func("/workers/echo", test_echo);
	g_test_add_func("/workers/sizes", test_sizes);
	g_test_add_func("/workers/many", test_many);
	g_test_add_func("/workers/replaced", test_replaced);
	g_test_add_func("/workers/signal", test_signal);
	g_test_add_func("/workers/exit", test_exit);
	g_test_add_func("/workers/hang", test_hang);
	g_test_add_func("/workers/memory", test_memory);
	g_test_add_func("/workers/peak", test_peak);
	g_test_add_func("/workers/stack", test_stack);
	g_test_add_func("/workers/noise", test_noise);
	g_test_add_func("/workers/files", test_files);
	g_test_add_func("/workers/environment", test_environment);
	g_test_add_func("/workers/no-start", test_no_start);
	g_test_add_func("/workers/nonsense", test_nonsense);
	g_test_add_func("/workers/retry", test_retry);
	g_test_add_func("/workers/stop", test_stop);
	g_test_add_func("/workers/orphans", test_orphans);
	return g_test_run();
}

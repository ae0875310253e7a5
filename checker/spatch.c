// SPDX-License-Identifier: GPL-2.0-only
/*
 * spatch: see spatch.h.
 *
 * One poll() loop owns all processes.  One that exits, or exceeds its bounds, is
 * done with; what is left of its process group is killed.
 */
#include "spatch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

#define PROGRAM "spatch"
#define VERSION_NEEDED "1.1.1"
#define VERSION_SECONDS 10
#define OUTPUT_MAX (16u << 20)
#define MESSAGES_KEPT 65536
#define POLL_MS 100  /* how late a stop or a deadline may be noticed */
#define LINGER_MS 10 /* between looks at a process that has closed its pipes */

struct child {
	struct spatch_job *job; /* NULL: the place is free */
	struct worker_process process;
	gint64 deadline;
};

struct runner {
	const struct spatch_program *program;
	const char *directory;
	char **environment;
	const struct spatch_bounds *bounds;
	struct child *children;
	GPtrArray *jobs;
	guint next;
	void (*done)(struct spatch_job *job, void *data);
	void *data;
};

struct spatch_job *spatch_job_new(const char *const *argv, void *data)
{
	struct spatch_job *job = g_new0(struct spatch_job, 1);

	job->argv = g_strdupv((char **)argv);
	job->data = data;
	job->out = g_string_new(NULL);
	job->messages = g_string_new(NULL);
	return job;
}

void spatch_job_free(void *data)
{
	struct spatch_job *job = data;

	g_strfreev(job->argv);
	g_string_free(job->out, TRUE);
	g_string_free(job->messages, TRUE);
	g_free(job->failure);
	g_free(job);
}

/* ---- processes ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Nothing of the user's own, so that a tree gets the same answer everywhere. */
static char **make_environment(const char *directory)
{
	char **environment = g_get_environ();

	environment = g_environ_setenv(environment, "LC_ALL", "C", TRUE);
	/* Where spatch would look for a .cocciconfig. */
	environment = g_environ_setenv(environment, "HOME", directory, TRUE);
	return g_environ_setenv(environment, "PYTHONDONTWRITEBYTECODE", "1", TRUE);
}

static bool is_stopped(const struct spatch_bounds *bounds)
{
	return (bounds->stop && *bounds->stop) ||
	       (bounds->cancelled && g_atomic_int_get(bounds->cancelled));
}

/* Takes what there is to be read; at the end of file the descriptor is closed. */
static void read_some(int *fd, GString *to, gsize kept)
{
	char buffer[65536];

	while (*fd >= 0) {
		ssize_t length = read(*fd, buffer, sizeof(buffer));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return;
		if (length <= 0) {
			close_fd(fd);
			return;
		}
		g_string_append_len(to, buffer,
				    (gssize)MIN((gsize)length, kept - MIN(kept, to->len)));
		if (to->len >= kept)
			return;
	}
}

static void start_child(struct runner *r, struct child *child, struct spatch_job *job)
{
	g_autofree const char **argv = g_new0(const char *, g_strv_length(job->argv) + 2);
	g_autofree char *failure = NULL;

	argv[0] = r->program->path;
	for (guint i = 0; job->argv[i]; i++)
		argv[i + 1] = job->argv[i];
	if (!worker_spawn(argv, r->environment, r->directory, r->bounds->megabytes, &child->process,
			  &failure)) {
		job->failure = g_steal_pointer(&failure);
		r->done(job, r->data);
		return;
	}
	close_fd(&child->process.requests);
	child->job = job;
	child->deadline = g_get_monotonic_time() + (gint64)r->bounds->seconds * G_TIME_SPAN_SECOND;
}

/* Buries a process with what is left of its group, and hands the job back. */
static void end_child(struct runner *r, struct child *child, const char *failure)
{
	struct spatch_job *job = child->job;
	int status = 0;

	/* Its id is not given to others before it is waited for. */
	kill(-child->process.pid, SIGKILL);
	kill(child->process.pid, SIGKILL);
	while (waitpid(child->process.pid, &status, 0) < 0 && errno == EINTR)
		;
	read_some(&child->process.replies, job->out, OUTPUT_MAX);
	read_some(&child->process.messages, job->messages, MESSAGES_KEPT);
	close_fd(&child->process.replies);
	close_fd(&child->process.messages);
	if (failure)
		job->failure = g_strdup(failure);
	else if (job->out->len >= OUTPUT_MAX)
		job->failure = g_strdup_printf("printed more than %u MiB", OUTPUT_MAX >> 20);
	else if (WIFSIGNALED(status))
		job->failure = g_strdup_printf("crashed (signal %d)", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		job->failure = g_strdup_printf("exited with status %d", WEXITSTATUS(status));
	child->job = NULL;
	r->done(job, r->data);
}

static bool has_exited(const struct child *child)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)child->process.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid;
}

static void look_after(struct runner *r, struct child *child)
{
	g_autofree char *late = NULL;

	read_some(&child->process.replies, child->job->out, OUTPUT_MAX);
	read_some(&child->process.messages, child->job->messages, MESSAGES_KEPT);
	/* Whatever else it has to say is of no use. */
	if (child->job->messages->len >= MESSAGES_KEPT)
		close_fd(&child->process.messages);
	if (has_exited(child) || child->job->out->len >= OUTPUT_MAX) {
		end_child(r, child, NULL);
	} else if (is_stopped(r->bounds)) {
		end_child(r, child, "stopped");
	} else if (g_get_monotonic_time() >= child->deadline) {
		late = g_strdup_printf("took longer than %u s", r->bounds->seconds);
		end_child(r, child, late);
	}
}

static void wait_for_some(const struct runner *r)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, 2 * r->bounds->processes);
	int patience = POLL_MS;

	for (guint i = 0; i < r->bounds->processes; i++) {
		const struct child *child = &r->children[i];

		fds[2 * i] = (struct pollfd){ .fd = child->job ? child->process.replies : -1,
					      .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = child->job ? child->process.messages : -1,
						  .events = POLLIN };
		if (child->job && child->process.replies < 0)
			patience = LINGER_MS;
	}
	poll(fds, 2 * r->bounds->processes, patience);
}

void spatch_run(const struct spatch_program *program, const char *directory, GPtrArray *jobs,
		const struct spatch_bounds *bounds,
		void (*done)(struct spatch_job *job, void *data), void *data)
{
	struct runner r = { .program = program,
			    .directory = directory,
			    .environment = make_environment(directory),
			    .bounds = bounds,
			    .children = g_new0(struct child, bounds->processes),
			    .jobs = jobs,
			    .done = done,
			    .data = data };
	bool busy = true;

	while (busy || r.next < r.jobs->len) {
		busy = false;
		for (guint i = 0; i < bounds->processes; i++) {
			struct child *child = &r.children[i];

			if (!child->job && r.next < r.jobs->len) {
				struct spatch_job *job = r.jobs->pdata[r.next++];

				if (is_stopped(bounds)) {
					job->failure = g_strdup("stopped");
					done(job, data);
				} else {
					start_child(&r, child, job);
				}
			}
			busy |= child->job != NULL;
		}
		if (busy)
			wait_for_some(&r);
		for (guint i = 0; i < bounds->processes; i++)
			if (r.children[i].job)
				look_after(&r, &r.children[i]);
	}
	g_strfreev(r.environment);
	g_free(r.children);
}

/* ---- version ---- */

/* Whether version is at least the one that is needed, by the numbers that it begins with. */
static bool is_new_enough(const char *version)
{
	static const guint64 needed[] = { 1, 1, 1 };

	for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
		char *end;
		guint64 number = g_ascii_strtoull(version, &end, 10);

		if (number != needed[i])
			return number > needed[i];
		version = *end == '.' ? end + 1 : "0";
	}
	return true;
}

static void ignore_job(struct spatch_job *job, void *data)
{
	(void)job;
	(void)data;
}

/* "spatch version 1.1.1 compiled with ..." to "1.1.1", or NULL. */
static char *read_version(const char *text)
{
	static const char before[] = PROGRAM " version ";
	const char *at = g_str_has_prefix(text, before) ? text + strlen(before) : "";
	gsize length = strcspn(at, " \t\r\n");

	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(at[i]) && !strchr(".-+_", at[i]))
			return NULL;
	return g_ascii_isdigit(*at) ? g_strndup(at, length) : NULL;
}

static bool ask_version(struct spatch_program *program, char **why)
{
	static const char *const argv[] = { "--version", NULL };
	const struct spatch_bounds bounds = { .processes = 1, .seconds = VERSION_SECONDS };
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(spatch_job_free);
	struct spatch_job *job = spatch_job_new(argv, NULL);

	g_ptr_array_add(jobs, job);
	spatch_run(program, "/", jobs, &bounds, ignore_job, NULL);
	if (job->failure) {
		*why = g_strdup_printf("%s --version %s: see that it runs", program->path,
				       job->failure);
		return false;
	}
	program->version = read_version(job->out->str);
	if (!program->version)
		*why = g_strdup_printf("%s does not say its version: is it Coccinelle's?",
				       program->path);
	else if (!is_new_enough(program->version))
		*why = g_strdup_printf("%s is Coccinelle %s: " VERSION_NEEDED " or newer is needed",
				       program->path, program->version);
	else if (strstr(job->out->str, "Python scripting support: no"))
		*why = g_strdup_printf("%s was built without Python, which the semantic patches "
				       "need",
				       program->path);
	return !*why;
}

bool spatch_find(struct spatch_program *program, char **why)
{
	const char *name = g_getenv(SPATCH_VARIABLE);
	g_autofree char *found = NULL;

	*program = (struct spatch_program){ 0 };
	*why = NULL;
	if (!name)
		name = PROGRAM;
	if (*name)
		found = g_find_program_in_path(name);
	if (!found) {
		*why = *name && strcmp(name, PROGRAM) ?
			       g_strdup_printf("there is no program %s", name) :
			       g_strdup("spatch is not installed: install coccinelle");
		return false;
	}
	program->path = g_canonicalize_filename(found, NULL);
	if (ask_version(program, why))
		return true;
	spatch_program_clear(program);
	return false;
}

void spatch_program_clear(struct spatch_program *program)
{
	g_clear_pointer(&program->path, g_free);
	g_clear_pointer(&program->version, g_free);
}

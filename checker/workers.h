/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workers: runs jobs in child processes of this same program, so that whatever
 * a job does to its process costs that job only.
 *
 * A worker is "pfncheck worker" with requests on its standard input and replies
 * on its standard output; both are framed as length (8 hex digits, newline) and
 * bytes.  A worker says that it is up, and that it has read a request, by an
 * empty frame.  A worker that dies, exceeds its bounds or answers nonsense fails
 * the job that it had; another one takes its place.
 */
#ifndef PFNCHECK_WORKERS_H
#define PFNCHECK_WORKERS_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct worker_limits {
	unsigned int seconds;	/* wall clock for one job; 0: unbounded */
	unsigned int megabytes; /* address space of a worker; 0: unbounded */
	unsigned int jobs;	/* jobs after which a worker is replaced; 0: never */
	/* What to run instead of this program with the argument "worker"; NULL as a rule. */
	const char *const *argv;
	/* Once not 0, the workers are killed and the jobs left fail; may be NULL. */
	const volatile sig_atomic_t *stop;
};

struct workers_result {
	guint job;   /* index of the request */
	char *reply; /* NULL if the job failed; a NUL follows the last byte */
	gsize size;
	/*
	 * "crashed (signal 11: Segmentation fault)", "took longer than 60 s", ...; NULL if
	 * the job did not fail.  The same for the same cause: no addresses, no process ids.
	 */
	const char *failure;
	const char *detail; /* the last line on the worker's standard error, or NULL */
};

#define WORKERS_ERROR (workers_error_quark())
GQuark workers_error_quark(void);

enum workers_error {
	WORKERS_ERROR_START, /* no worker can be started */
};

/*
 * Runs every request (GBytes) in up to count processes.  done is called in this
 * process, once for each request, in the order in which jobs end; it takes reply
 * over (g_free()) and copies what else it keeps.  Peak memory of the largest
 * worker in KiB goes to *peak if that is not NULL.
 * False with error only if no worker can be started at all; done was not called
 * then.  To be called from the main thread: workers die with the thread that
 * started them.
 */
bool workers_run(const GPtrArray *requests, unsigned int count, const struct worker_limits *limits,
		 void (*done)(const struct workers_result *result, void *data), void *data,
		 long *peak, GError **error);

/*
 * Serves requests from standard input until it closes: main of a worker.  handle
 * gives the reply to one request, and the ownership of it; request is followed by
 * a NUL.  What handle prints to standard output goes to standard error.  Returns
 * the exit status.
 */
int worker_main(GBytes *(*handle)(const char *request, gsize size));

#endif

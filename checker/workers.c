// SPDX-License-Identifier: GPL-2.0-only
/*
 * workers: runs jobs in child processes; workers.h says what for.
 *
 * In: requests as bytes.  Out: a reply or a reason for each.
 *
 * One poll() loop owns all workers.  A worker is starting until its first empty
 * frame, then idle, busy with one job, or retiring: its standard input is closed
 * and it is expected to end.  An empty frame after a request says that the
 * request was read, so a worker that dies without having said so has not harmed
 * itself by the job, and the job gets a second chance.
 *
 * Not handled: a job that leaves processes of its own behind after it has left
 * the worker's process group.
 */
#include "workers.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

#define STDERR_KEPT 4096 /* bytes of a worker's standard error */
#define START_SECONDS 20 /* for a worker to say that it is up */
#define RETIRE_SECONDS 2 /* for a worker to end when it is told to */
#define START_TRIES 3	 /* workers in a row that may fail to start */
#define POLL_MS 200	 /* how late stop may be noticed */

enum worker_state {
	WORKER_NONE,
	WORKER_STARTING,
	WORKER_IDLE,
	WORKER_BUSY,
	WORKER_RETIRING,
};

struct worker {
	enum worker_state state;
	struct worker_process process; /* its descriptors are -1 once closed */
	guint job;		       /* when busy */
	guint jobs;		       /* taken so far */
	bool began;		       /* the request of the job was read */
	gsize sent;		       /* bytes of the framed request */
	gint64 deadline;	       /* monotonic microseconds; 0: none */
	GByteArray *received;	       /* bytes of frames not yet complete */
	GString *text;		       /* the end of its standard error */
};

struct pool {
	const GPtrArray *requests;
	const struct worker_limits *limits;
	void (*done)(const struct workers_result *result, void *data);
	void *data;
	const char *const *argv;
	char **environment;
	struct worker *workers;
	guint count;
	guint next;	     /* the first request never handed out */
	guint finished;	     /* requests that done was called for */
	GArray *again;	     /* guint: requests to be handed out once more */
	guint8 *retried;     /* by request */
	guint failed_starts; /* in a row */
	bool started;	     /* some worker was up at some time */
	char *start_failure;
	long peak;
};

GQuark workers_error_quark(void)
{
	return g_quark_from_static_string("pfncheck-workers");
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void set_deadline(struct worker *worker, unsigned int seconds)
{
	worker->deadline = 0;
	if (seconds)
		worker->deadline = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
}

static void start_failed(struct pool *pool, const char *failure)
{
	g_free(pool->start_failure);
	pool->start_failure = g_strdup(failure);
	pool->failed_starts++;
}

/* Puts a process into the free place worker; on failure the place stays free. */
static void start_worker(struct pool *pool, struct worker *worker)
{
	struct worker_process process;
	g_autofree char *failure = NULL;

	if (!worker_spawn(pool->argv, pool->environment, NULL, pool->limits->megabytes, &process,
			  &failure)) {
		start_failed(pool, failure);
		return;
	}
	*worker = (struct worker){
		.state = WORKER_STARTING,
		.process = process,
		.received = g_byte_array_new(),
		.text = g_string_new(NULL),
	};
	set_deadline(worker, START_SECONDS);
}

/* Keeps the end of what the worker printed. */
static void read_messages(struct worker *worker)
{
	char buffer[4096];
	ssize_t length;

	/* Bounded, so that a worker that never stops printing cannot hold us here. */
	for (int i = 0; i < 16 && worker->process.messages >= 0; i++) {
		length = read(worker->process.messages, buffer, sizeof(buffer));
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			break;
		if (length == 0) {
			close_fd(&worker->process.messages);
			break;
		}
		g_string_append_len(worker->text, buffer, length);
		if (worker->text->len > STDERR_KEPT)
			g_string_erase(worker->text, 0, worker->text->len - STDERR_KEPT);
	}
}

/* The last line that is not empty, printable; NULL if there is none.  Owned by the caller. */
static char *last_line(const GString *text)
{
	g_autofree char *valid = g_utf8_make_valid(text->str, text->len);
	char *start;

	g_strchomp(valid);
	start = strrchr(valid, '\n');
	start = start ? start + 1 : valid;
	for (char *c = start; *c; c++) {
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	}
	g_strstrip(start);
	return *start ? g_strdup(start) : NULL;
}

/* Whether the worker's last words are those of an allocation that failed. */
static bool says_no_memory(const GString *text)
{
	static const char *const words[] = {
		"bad_alloc",	      "out of memory",	   "Cannot allocate memory",
		"failed to allocate", "Allocation failed",
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strstr(text->str, words[i]))
			return true;
	}
	return false;
}

/* The same in every locale. */
static const char *signal_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ SIGABRT, "Aborted" },
		{ SIGBUS, "Bus error" },
		{ SIGFPE, "Floating point exception" },
		{ SIGILL, "Illegal instruction" },
		{ SIGKILL, "Killed" },
		{ SIGSEGV, "Segmentation fault" },
		{ SIGSYS, "Bad system call" },
		{ SIGTERM, "Terminated" },
		{ SIGTRAP, "Trace/breakpoint trap" },
		{ SIGXCPU, "CPU time limit exceeded" },
		{ SIGXFSZ, "File size limit exceeded" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (names[i].number == number)
			return names[i].name;
	}
	return "another signal";
}

/* What a wait status means, in words that the caller owns. */
static char *describe_status(const struct pool *pool, const GString *text, int status)
{
	if (says_no_memory(text) && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		if (pool->limits->megabytes && worker_bounds_memory())
			return g_strdup_printf("ran out of memory (more than %u MiB)",
					       pool->limits->megabytes);
		return g_strdup("ran out of memory");
	}
	if (WIFSIGNALED(status))
		return g_strdup_printf("crashed (signal %d: %s)", WTERMSIG(status),
				       signal_name(WTERMSIG(status)));
	return g_strdup_printf("exited with status %d", WEXITSTATUS(status));
}

static void note_peak(struct pool *pool, long peak)
{
	if (peak > pool->peak)
		pool->peak = peak;
}

/* Kills what is left of the worker's process group, waits for it and frees its place. */
static int end_worker(struct pool *pool, struct worker *worker)
{
	struct rusage usage = { 0 }, own = { 0 };
	int status = 0;

	note_peak(pool, worker_peak(worker->process.pid));
	kill(-worker->process.pid, SIGKILL);
	kill(worker->process.pid, SIGKILL);
	while (wait4(worker->process.pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	/* wait4() counts what it had of us between fork and exec as its own. */
	getrusage(RUSAGE_SELF, &own);
	if (usage.ru_maxrss > own.ru_maxrss)
		note_peak(pool, usage.ru_maxrss);
	read_messages(worker);
	close_fd(&worker->process.requests);
	close_fd(&worker->process.replies);
	close_fd(&worker->process.messages);
	return status;
}

static void release_worker(struct worker *worker)
{
	g_byte_array_free(worker->received, TRUE);
	g_string_free(worker->text, TRUE);
	*worker = (struct worker){ 0 };
}

/* Reports one job.  Takes reply over; failure and text may be NULL and stay the caller's. */
static void finish_job(struct pool *pool, guint job, char *reply, gsize size, const char *failure,
		       const GString *text)
{
	g_autofree char *detail = failure && text ? last_line(text) : NULL;
	struct workers_result result = {
		.job = job,
		.reply = reply,
		.size = size,
		.failure = failure,
		.detail = detail,
	};

	pool->finished++;
	pool->done(&result, pool->data);
}

/*
 * Ends a worker, and with it the job that it has.  failure is the reason, or NULL
 * if how it ended is the reason.
 */
static void lose_worker(struct pool *pool, struct worker *worker, const char *failure)
{
	int status = end_worker(pool, worker);
	g_autofree char *reason = NULL;
	g_autofree char *line = NULL;
	g_autofree char *start = NULL;

	reason = failure ? g_strdup(failure) : describe_status(pool, worker->text, status);
	switch (worker->state) {
	case WORKER_STARTING:
		line = last_line(worker->text);
		start = g_strdup_printf("%s %s before it was ready%s%s", pool->argv[0], reason,
					line ? ": " : "", line ? line : "");
		start_failed(pool, start);
		break;
	case WORKER_BUSY:
		if (!failure && !worker->began && !pool->retried[worker->job]) {
			pool->retried[worker->job] = 1;
			g_array_append_val(pool->again, worker->job);
		} else {
			finish_job(pool, worker->job, NULL, 0, reason, worker->text);
		}
		break;
	case WORKER_NONE:
	case WORKER_IDLE:
	case WORKER_RETIRING:
		break;
	}
	release_worker(worker);
}

/* Tells a worker to end.  One that did well proves that another can be started. */
static void retire_worker(struct pool *pool, struct worker *worker)
{
	if (pool->failed_starts >= START_TRIES)
		pool->failed_starts = START_TRIES - 1;
	close_fd(&worker->process.requests);
	worker->state = WORKER_RETIRING;
	set_deadline(worker, RETIRE_SECONDS);
}

static bool have_requests(const struct pool *pool)
{
	return pool->again->len || pool->next < pool->requests->len;
}

/* Gives an idle worker the next request, or lets it go. */
static void feed_worker(struct pool *pool, struct worker *worker)
{
	const struct worker_limits *limits = pool->limits;

	if (!have_requests(pool) || (limits->jobs && worker->jobs >= limits->jobs)) {
		retire_worker(pool, worker);
		return;
	}
	if (pool->again->len) {
		worker->job = g_array_index(pool->again, guint, 0);
		g_array_remove_index(pool->again, 0);
	} else {
		worker->job = pool->next++;
	}
	worker->state = WORKER_BUSY;
	worker->jobs++;
	worker->began = false;
	worker->sent = 0;
	g_string_truncate(worker->text, 0);
	set_deadline(worker, limits->seconds);
}

/* Sends what the pipe takes of the framed request. */
static void send_request(struct pool *pool, struct worker *worker)
{
	gsize size;
	const char *bytes = g_bytes_get_data(g_ptr_array_index(pool->requests, worker->job), &size);
	char header[WORKER_FRAME_HEADER + 1];
	ssize_t length;

	snprintf(header, sizeof(header), "%08x\n", (unsigned int)size);
	while (worker->sent < WORKER_FRAME_HEADER + size) {
		if (worker->sent < WORKER_FRAME_HEADER)
			length = write(worker->process.requests, header + worker->sent,
				       WORKER_FRAME_HEADER - worker->sent);
		else
			length = write(worker->process.requests,
				       bytes + worker->sent - WORKER_FRAME_HEADER,
				       WORKER_FRAME_HEADER + size - worker->sent);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0) {
			/* If it is not just full: the worker is gone, as its replies will say. */
			if (errno != EAGAIN)
				worker->sent = WORKER_FRAME_HEADER + size;
			return;
		}
		worker->sent += length;
	}
}

/* Takes one whole frame in; false if none is due or it has the wrong form. */
static bool take_frame(struct pool *pool, struct worker *worker, gsize size)
{
	const char *bytes = (const char *)worker->received->data + WORKER_FRAME_HEADER;

	switch (worker->state) {
	case WORKER_STARTING:
		if (size)
			return false;
		pool->started = true;
		pool->failed_starts = 0;
		worker->state = WORKER_IDLE;
		worker->deadline = 0;
		return true;
	case WORKER_BUSY:
		if (worker->began) {
			char *reply = g_malloc(size + 1);

			memcpy(reply, bytes, size);
			reply[size] = '\0';
			note_peak(pool, worker_peak(worker->process.pid));
			worker->state = WORKER_IDLE;
			worker->deadline = 0;
			finish_job(pool, worker->job, reply, size, NULL, NULL);
			return true;
		}
		worker->began = true;
		return size == 0;
	case WORKER_NONE:
	case WORKER_IDLE:
	case WORKER_RETIRING:
		break;
	}
	return false;
}

/* Reads what the worker says.  The worker is ended at the end of file and at nonsense. */
static void read_replies(struct pool *pool, struct worker *worker)
{
	guint8 buffer[65536];
	ssize_t length;
	gsize size;

	do
		length = read(worker->process.replies, buffer, sizeof(buffer));
	while (length < 0 && errno == EINTR);
	if (length < 0 && errno == EAGAIN)
		return;
	read_messages(worker);
	if (length <= 0) {
		lose_worker(pool, worker, NULL);
		return;
	}
	/* A reply on its way is a job done: time stopped with us must not count. */
	if (worker->state == WORKER_BUSY && worker->began)
		set_deadline(worker, pool->limits->seconds);
	g_byte_array_append(worker->received, buffer, length);
	while (worker->received->len >= WORKER_FRAME_HEADER) {
		if (!worker_frame_size((const char *)worker->received->data, &size)) {
			lose_worker(pool, worker, "gave a malformed reply");
			return;
		}
		if (worker->received->len < WORKER_FRAME_HEADER + size)
			return;
		if (!take_frame(pool, worker, size)) {
			lose_worker(pool, worker, "gave a malformed reply");
			return;
		}
		g_byte_array_remove_range(worker->received, 0, WORKER_FRAME_HEADER + size);
	}
}

static void check_deadline(struct pool *pool, struct worker *worker, gint64 now)
{
	g_autofree char *failure = NULL;

	if (!worker->deadline || now < worker->deadline)
		return;
	failure = g_strdup_printf("took longer than %u s", worker->state == WORKER_STARTING ?
								   START_SECONDS :
								   pool->limits->seconds);
	lose_worker(pool, worker, failure);
}

/* Waits until something happens to a worker, and sees to it. */
static void poll_workers(struct pool *pool)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, 3 * pool->count);
	gint64 now;
	int ready;

	for (guint i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		struct pollfd *set = &fds[3 * i];
		gsize whole = 0;

		set[0].fd = set[1].fd = set[2].fd = -1;
		if (worker->state == WORKER_NONE)
			continue;
		if (worker->state == WORKER_BUSY)
			whole = WORKER_FRAME_HEADER +
				g_bytes_get_size(g_ptr_array_index(pool->requests, worker->job));
		if (worker->sent < whole)
			set[0] = (struct pollfd){ .fd = worker->process.requests,
						  .events = POLLOUT };
		set[1] = (struct pollfd){ .fd = worker->process.replies, .events = POLLIN };
		set[2] = (struct pollfd){ .fd = worker->process.messages, .events = POLLIN };
	}
	ready = poll(fds, 3 * pool->count, POLL_MS);
	now = g_get_monotonic_time();
	for (guint i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		struct pollfd *set = &fds[3 * i];

		if (worker->state == WORKER_NONE)
			continue;
		if (ready > 0 && set[0].revents && worker->state == WORKER_BUSY)
			send_request(pool, worker);
		if (ready > 0 && set[2].revents)
			read_messages(worker);
		if (ready > 0 && set[1].revents)
			read_replies(pool, worker);
		else
			check_deadline(pool, worker, now);
	}
}

static bool stopped(const struct pool *pool)
{
	return pool->limits->stop && *pool->limits->stop;
}

/* Starts and feeds workers; false if there is none and none can be had. */
static bool staff_pool(struct pool *pool)
{
	guint alive = 0, wanted = pool->requests->len - pool->next + pool->again->len;

	for (guint i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->state == WORKER_IDLE)
			feed_worker(pool, worker);
		if (worker->state == WORKER_STARTING && wanted)
			wanted--;
	}
	for (guint i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->state == WORKER_NONE && wanted && pool->failed_starts < START_TRIES) {
			start_worker(pool, worker);
			wanted--;
		}
		if (worker->state != WORKER_NONE)
			alive++;
	}
	return alive || pool->failed_starts < START_TRIES || !have_requests(pool);
}

/* Fails every job that no worker has had yet. */
static void fail_rest(struct pool *pool, const char *failure)
{
	for (guint i = 0; i < pool->again->len; i++)
		finish_job(pool, g_array_index(pool->again, guint, i), NULL, 0, failure, NULL);
	g_array_set_size(pool->again, 0);
	while (pool->next < pool->requests->len)
		finish_job(pool, pool->next++, NULL, 0, failure, NULL);
}

/* Serves requests until all are finished; false as workers_run() says. */
static bool run_pool(struct pool *pool, GError **error)
{
	g_autofree char *failure = NULL;

	while (pool->finished < pool->requests->len) {
		if (stopped(pool)) {
			for (guint i = 0; i < pool->count; i++) {
				if (pool->workers[i].state != WORKER_NONE)
					lose_worker(pool, &pool->workers[i], "stopped");
			}
			fail_rest(pool, "stopped");
			return true;
		}
		if (!staff_pool(pool)) {
			if (!pool->started) {
				g_set_error(error, WORKERS_ERROR, WORKERS_ERROR_START,
					    "cannot start a worker: %s", pool->start_failure);
				return false;
			}
			failure = g_strdup_printf("cannot start a worker: %s", pool->start_failure);
			fail_rest(pool, failure);
			continue;
		}
		poll_workers(pool);
	}
	return true;
}

/* Lets the workers that are left end by themselves, so that their exit checks run. */
static void dismiss_workers(struct pool *pool)
{
	bool left = true;

	for (guint i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->state == WORKER_IDLE)
			retire_worker(pool, worker);
		else if (worker->state == WORKER_STARTING)
			lose_worker(pool, worker, "was not needed");
	}
	while (left) {
		left = false;
		for (guint i = 0; i < pool->count; i++)
			left = left || pool->workers[i].state != WORKER_NONE;
		if (left)
			poll_workers(pool);
	}
}

bool workers_run(const GPtrArray *requests, unsigned int count, const struct worker_limits *limits,
		 void (*done)(const struct workers_result *result, void *data), void *data,
		 long *peak, GError **error)
{
	static const char *const self[] = { "/proc/self/exe", "worker", NULL };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct pool pool = {
		.requests = requests,
		.limits = limits,
		.done = done,
		.data = data,
		.argv = limits->argv ? limits->argv : self,
		.count = MAX(1, MIN(count, requests->len)),
	};
	bool ok;

	pool.environment = g_environ_setenv(g_get_environ(), "LIBCLANG_NOTHREADS", "1", TRUE);
	pool.workers = g_new0(struct worker, pool.count);
	pool.again = g_array_new(FALSE, FALSE, sizeof(guint));
	pool.retried = g_malloc0(requests->len + 1);
	/* Inherited by the workers, too. */
	sigaction(SIGPIPE, &ignore, &before);

	ok = run_pool(&pool, error);
	dismiss_workers(&pool);

	sigaction(SIGPIPE, &before, NULL);
	if (peak)
		*peak = pool.peak;
	g_free(pool.start_failure);
	g_free(pool.retried);
	g_array_free(pool.again, TRUE);
	g_free(pool.workers);
	g_strfreev(pool.environment);
	return ok;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * worker: one worker process, seen from both sides: how the pool of workers
 * starts it, and how it serves requests.
 *
 * In: a request at a time on standard input.  Out: what the handler makes of it.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workers.h"

#define STACK_BYTES (64ul * 1024 * 1024)

bool worker_bounds_memory(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	return false;
#else
	return true;
#endif
#else
	return true;
#endif
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A pipe whose ends are above the standard three and closed by exec; false with errno. */
static bool make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0) {
		ends[0] = ends[1] = -1;
		return false;
	}
	for (int i = 0; i < 2; i++) {
		int fd = ends[i];

		if (fd > STDERR_FILENO)
			continue;
		ends[i] = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close(fd);
		if (ends[i] < 0) {
			int saved = errno;

			close_fd(&ends[0]);
			close_fd(&ends[1]);
			errno = saved;
			return false;
		}
	}
	return true;
}

static void lower_limit(int resource, rlim_t bytes)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return;
	if (limit.rlim_max != RLIM_INFINITY && bytes > limit.rlim_max)
		bytes = limit.rlim_max;
	limit.rlim_cur = bytes;
	if (resource != RLIMIT_STACK)
		limit.rlim_max = bytes;
	setrlimit(resource, &limit);
}

/*
 * What the child does between fork and exec: system calls only.  Whoever cannot
 * have the standard three as they should be does not return.
 */
static void enter_child(const int ends[3], const char *directory, unsigned int megabytes,
			pid_t parent)
{
	static const char score[] = "500\n";
	sigset_t none;
	int fd;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || (directory && chdir(directory) < 0))
		_exit(EXIT_FAILURE);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A machine out of memory should kill a worker rather than us. */
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, score, sizeof(score) - 1) < 0) {
			/* It is a preference only. */
		}
		close(fd);
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(ends[i], i) < 0)
			_exit(EXIT_FAILURE);
	}
	/* What this process was given by its own parent is none of a worker's business. */
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	lower_limit(RLIMIT_CORE, 0);
	lower_limit(RLIMIT_STACK, STACK_BYTES);
	if (megabytes && worker_bounds_memory())
		lower_limit(RLIMIT_AS, (rlim_t)megabytes << 20);
}

/* Becomes the program; when that cannot be, the reason goes to the pipe alarm. */
static void run_program(const char *const *argv, char **environment, int alarm)
{
	int code;

	execve(argv[0], (char *const *)argv, environment);
	code = errno;
	if (write(alarm, &code, sizeof(code)) < 0) {
		/* The parent sees a process that ended at once. */
	}
	_exit(127);
}

/*
 * Nothing of this process is copied for the child: what it does until it becomes the
 * program changes nothing of ours.
 */
static pid_t start_child(const int ends[3], const char *const *argv, char **environment,
			 const char *directory, unsigned int megabytes, int alarm)
{
	pid_t parent = getpid();
	pid_t pid = vfork();

	if (!pid) {
		enter_child(ends, directory, megabytes, parent);
		run_program(argv, environment, alarm);
	}
	return pid;
}

bool worker_spawn(const char *const *argv, char **environment, const char *directory,
		  unsigned int megabytes, struct worker_process *process, char **failure)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 }, alarm[2] = { -1, -1 };
	bool ok = false;
	ssize_t length;
	int code = 0;
	pid_t pid;

	if (!make_pipe(in) || !make_pipe(out) || !make_pipe(err) || !make_pipe(alarm)) {
		*failure = g_strdup_printf("cannot make a pipe: %s", g_strerror(errno));
		goto out;
	}
	pid = start_child((const int[]){ in[0], out[1], err[1] }, argv, environment, directory,
			  megabytes, alarm[1]);
	if (pid < 0) {
		*failure = g_strdup_printf("cannot fork: %s", g_strerror(errno));
		goto out;
	}
	/* Both sides do it, so that it is done whoever comes first. */
	setpgid(pid, pid);
	close_fd(&alarm[1]);
	do
		length = read(alarm[0], &code, sizeof(code));
	while (length < 0 && errno == EINTR);
	if (length > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		*failure = g_strdup_printf("cannot run %s: %s", argv[0], g_strerror(code));
		goto out;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	*process = (struct worker_process){ pid, in[1], out[0], err[0] };
	in[1] = out[0] = err[0] = -1;
	ok = true;
out:
	for (int i = 0; i < 2; i++) {
		close_fd(&in[i]);
		close_fd(&out[i]);
		close_fd(&err[i]);
		close_fd(&alarm[i]);
	}
	return ok;
}

long worker_peak(pid_t pid)
{
	char path[64], buffer[4096];
	const char *line;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, buffer, sizeof(buffer) - 1);
	close(fd);
	if (length <= 0)
		return 0;
	buffer[length] = '\0';
	line = strstr(buffer, "\nVmHWM:");
	return line ? strtol(line + strlen("\nVmHWM:"), NULL, 10) : 0;
}

bool worker_frame_size(const char *header, gsize *size)
{
	*size = 0;
	for (int i = 0; i < WORKER_FRAME_HEADER - 1; i++) {
		int digit = g_ascii_xdigit_value(header[i]);

		if (digit < 0)
			return false;
		*size = *size << 4 | (unsigned int)digit;
	}
	return header[WORKER_FRAME_HEADER - 1] == '\n' && *size <= WORKER_FRAME_MAX;
}

/* Reads size bytes; 1, or 0 at the end of file before the first of them, or -1. */
static int read_all(int fd, char *bytes, gsize size)
{
	gsize have = 0;

	while (have < size) {
		ssize_t length = read(fd, bytes + have, size - have);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length == 0 && have == 0 ? 0 : -1;
		have += length;
	}
	return 1;
}

/* Writes one frame; false if nobody reads it. */
static bool write_frame(int fd, const char *bytes, gsize size)
{
	char header[WORKER_FRAME_HEADER + 1];
	const char *parts[2] = { header, bytes };
	const gsize sizes[2] = { WORKER_FRAME_HEADER, size };

	snprintf(header, sizeof(header), "%08x\n", (unsigned int)size);
	for (int i = 0; i < 2; i++) {
		gsize sent = 0;

		while (sent < sizes[i]) {
			ssize_t length = write(fd, parts[i] + sent, sizes[i] - sent);

			if (length < 0 && errno == EINTR)
				continue;
			if (length < 0)
				return false;
			sent += length;
		}
	}
	return true;
}

int worker_main(GBytes *(*handle)(const char *request, gsize size))
{
	int replies = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	char header[WORKER_FRAME_HEADER];
	gsize size;
	int more;

	signal(SIGPIPE, SIG_IGN);
	if (replies < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || !write_frame(replies, NULL, 0))
		return EXIT_FAILURE;
	while ((more = read_all(STDIN_FILENO, header, sizeof(header))) > 0) {
		g_autofree char *request = NULL;
		g_autoptr(GBytes) reply = NULL;
		const char *bytes;

		if (!worker_frame_size(header, &size))
			return EXIT_FAILURE;
		request = g_malloc(size + 1);
		if (size && read_all(STDIN_FILENO, request, size) <= 0)
			return EXIT_FAILURE;
		request[size] = '\0';
		if (!write_frame(replies, NULL, 0))
			return EXIT_FAILURE;
		reply = handle(request, size);
		if (!reply)
			return EXIT_FAILURE;
		bytes = g_bytes_get_data(reply, &size);
		if (!write_frame(replies, bytes, size))
			return EXIT_FAILURE;
	}
	close(replies);
	return more ? EXIT_FAILURE : EXIT_SUCCESS;
}

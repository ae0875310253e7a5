// SPDX-License-Identifier: GPL-2.0-only
/*
 * sandbox: namespaces(7), and mounts that are read-only before all capabilities are
 * dropped.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

/* What builds need of /dev. */
static const char *const devices[] = { "null", "zero", "full", "random", "urandom" };

static int fail(const char *what)
{
	fprintf(stderr, "pfncheck sandbox: %s: %s\n", what, strerror(errno));
	return SANDBOX_FAILED;
}

static int write_text(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	int failed = fd < 0 || write(fd, text, strlen(text)) < 0;

	if (fd >= 0)
		close(fd);
	return failed;
}

/* The user stays who it is, and there is no other one. */
static int map_user(uid_t uid, gid_t gid)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %u 1", (unsigned int)uid, (unsigned int)uid);
	if (write_text("/proc/self/uid_map", line) || write_text("/proc/self/setgroups", "deny"))
		return -1;
	snprintf(line, sizeof(line), "%u %u 1", (unsigned int)gid, (unsigned int)gid);
	return write_text("/proc/self/gid_map", line);
}

static int set_attributes(const char *path, unsigned int flags, unsigned long set,
			  unsigned long clear)
{
	struct mount_attr attributes = { .attr_set = set, .attr_clr = clear };

	return mount_setattr(AT_FDCWD, path, flags, &attributes, sizeof(attributes));
}

/* A /dev with nothing behind it that keeps what is written. */
static int make_devices(void)
{
	char from[64], to[64];
	int sources[sizeof(devices) / sizeof(devices[0])];

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		snprintf(from, sizeof(from), "/dev/%s", devices[i]);
		sources[i] = open(from, O_PATH | O_CLOEXEC);
	}
	if (mount("pfncheck", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755"))
		return -1;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		int fd;

		if (sources[i] < 0)
			continue;
		snprintf(from, sizeof(from), "/proc/self/fd/%d", sources[i]);
		snprintf(to, sizeof(to), "/dev/%s", devices[i]);
		fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd >= 0)
			close(fd);
		if (mount(from, to, NULL, MS_BIND, NULL))
			return -1;
		close(sources[i]);
	}
	return symlink("/proc/self/fd", "/dev/fd") || symlink("/proc/self/fd/0", "/dev/stdin") ||
	       symlink("/proc/self/fd/1", "/dev/stdout") ||
	       symlink("/proc/self/fd/2", "/dev/stderr");
}

/* A mount of its own, which can neither be moved nor be removed; fine if it is not there. */
static int keep_apart(const char *directory)
{
	g_autofree char *kept = g_build_filename(directory, SANDBOX_KEPT, NULL);

	return mount(kept, kept, NULL, MS_BIND, NULL) && errno != ENOENT ? -1 : 0;
}

/* Everything is read-only but directory. */
static int make_mounts(const char *directory)
{
	const unsigned long strict = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	char path[64];

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || make_devices() ||
	    /* Where sockets of services are. */
	    (mount("pfncheck", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") &&
	     errno != ENOENT) ||
	    mount(directory, directory, NULL, MS_BIND, NULL) || keep_apart(directory) ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ||
	    set_attributes("/", AT_RECURSIVE, strict, 0) ||
	    set_attributes(directory, 0, 0, MOUNT_ATTR_RDONLY))
		return -1;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		if (!access(path, F_OK) &&
		    set_attributes(path, 0, 0, MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY))
			return -1;
	}
	return 0;
}

/* None is left, and no program gives one back. */
static int drop_privileges(void)
{
	for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EINVAL)
			return -1;
	}
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The first process of the namespace: all others end with it. */
static int run_inside(char **words)
{
	char temporary[4096];

	/* It dies with the one that waits for it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (make_mounts(words[0]))
		return fail("cannot make the file system read-only");
	if (snprintf(temporary, sizeof(temporary), "%s/tmp", words[0]) >= (int)sizeof(temporary))
		return fail(words[0]);
	mkdir(temporary, 0700);
	setenv("TMPDIR", temporary, 1);
	setenv("HOME", temporary, 1);
	if (drop_privileges())
		return fail("cannot drop privileges");
	/* What was open stays in place: the directory may have been covered by a mount. */
	if (chdir(words[0]))
		return fail(words[0]);
	execvp(words[1], words + 1);
	return fail(words[1]);
}

int sandbox_main(char **words)
{
	const uid_t uid = getuid();
	const gid_t gid = getgid();
	int status;
	pid_t child;

	if (!words[0] || words[0][0] != '/' || !words[1]) {
		errno = EINVAL;
		return fail("arguments");
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
		    CLONE_NEWPID))
		return fail("unshare");
	if (map_user(uid, gid))
		return fail("cannot map the user");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child = fork();
	if (child < 0)
		return fail("fork");
	if (!child)
		_exit(run_inside(words));
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return fail("waitpid");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool sandbox_clean(const char *directory, GError **error)
{
	GDir *stream = g_dir_open(directory, 0, error);
	const char *name;
	bool ok = stream;

	while (ok && (name = g_dir_read_name(stream))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		struct stat st;

		if (lstat(path, &st) ||
		    (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode) && unlink(path))) {
			g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
				    "%s: %s", path, g_strerror(errno));
			ok = false;
		} else if (S_ISDIR(st.st_mode)) {
			ok = sandbox_clean(path, error);
		}
	}
	if (stream)
		g_dir_close(stream);
	return ok;
}

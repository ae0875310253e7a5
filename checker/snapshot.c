// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot: the directory, a lock, and a file that says which tree is there, or
 * from which to which it was being moved when a run ended.
 *
 * The names in a tree may be hostile: nothing is written or removed through a
 * symbolic link.
 */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_state.h"
#include "files.h"

/* How many there are for runs at the same time. */
#define SNAPSHOTS 2
/* From so many files on people wait. */
#define MANY_FILES 10000

#define MODE_LINK 0120000u
#define MODE_SUBMODULE 0160000u

struct snapshot {
	struct git *git;
	guint jobs;
	int lock;
	char *path;
	char *state; /* file */
	char *tree;  /* what is there; NULL: nobody knows */
	void (*message)(const char *text, void *data);
	void *data;
};

/* ---- files ---- */

/* Whether a path is a directory, or below it. */
static bool is_in(const char *path, const char *directory)
{
	gsize length = strlen(directory);

	return g_str_has_prefix(path, directory) && (!path[length] || path[length] == '/');
}

bool snapshot_leaves_out(const char *path)
{
	static const char *const made[] = {
		".config",
		"compile_commands.json",
		"include/config",
		"include/generated",
	};
	const char *rest = g_str_has_prefix(path, "arch/") ? strchr(path + 5, '/') : NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
		if (is_in(path, made[i]))
			return true;
	}
	return rest && is_in(rest + 1, "include/generated");
}

/* The directory that the last path was in, open. */
struct place_cache {
	int root;
	int fd;	    /* -1: none */
	char *name; /* of the directory, relative */
};

static int set_errno(GError **error, const char *path)
{
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot write %s: %s",
		    path, g_strerror(errno));
	return -1;
}

/* Opens the directory of a path, component by component, made if need be; -1 with errno. */
static int open_directory(struct place_cache *cache, const char *path, bool make)
{
	g_autofree char *name = g_path_get_dirname(path);
	g_auto(GStrv) parts = g_strsplit(name, "/", -1);
	int fd;

	if (cache->fd >= 0 && !strcmp(cache->name, name))
		return cache->fd;
	fd = fcntl(cache->root, F_DUPFD_CLOEXEC, 0);
	for (char **part = parts; *part && fd >= 0 && strcmp(name, "."); part++) {
		int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		int next = openat(fd, *part, flags);

		if (next < 0 && errno == ENOENT && make &&
		    (!mkdirat(fd, *part, 0777) || errno == EEXIST))
			next = openat(fd, *part, flags);
		close(fd);
		fd = next;
	}
	if (fd < 0)
		return -1;
	if (cache->fd >= 0)
		close(cache->fd);
	g_free(cache->name);
	cache->fd = fd;
	cache->name = g_steal_pointer(&name);
	return fd;
}

static void place_cache_clear(struct place_cache *cache)
{
	if (cache->fd >= 0)
		close(cache->fd);
	g_clear_pointer(&cache->name, g_free);
	cache->fd = -1;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Removes a path, and the directories that are empty without it. */
static void remove_path(struct place_cache *cache, const char *path)
{
	g_autofree char *up = g_strdup(path);
	int fd = open_directory(cache, path, false);

	if (fd < 0)
		return;
	if (unlinkat(fd, last_name(path), 0))
		unlinkat(fd, last_name(path), AT_REMOVEDIR);
	for (char *slash; (slash = strrchr(up, '/'));) {
		*slash = '\0';
		fd = open_directory(cache, up, false);
		if (fd < 0 || unlinkat(fd, last_name(up), AT_REMOVEDIR))
			return;
	}
}

/* A time between 2001 and 2009 for each content. */
static void times_of(const char *oid, struct timespec times[2])
{
	g_autofree char *seconds = g_strndup(oid, 7);
	g_autofree char *rest = g_strndup(oid + 7, 8);

	times[1].tv_sec = (time_t)(978307200 + g_ascii_strtoull(seconds, NULL, 16));
	times[1].tv_nsec = (long)(g_ascii_strtoull(rest, NULL, 16) % 1000000000);
	times[0] = times[1];
}

static bool write_file(int directory, const char *name, const struct git_change *change,
		       const char *content, gsize size)
{
	mode_t mode = change->new_mode & 0111 ? 0777 : 0666;
	struct timespec times[2];
	int fd;

	unlinkat(directory, name, 0);
	if ((change->new_mode & S_IFMT) == MODE_LINK) {
		times_of(change->new_oid, times);
		return !symlinkat(content, directory, name) &&
		       !utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW);
	}
	fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return false;
	while (size) {
		ssize_t n = write(fd, content, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(fd);
			return false;
		}
		content += n;
		size -= (gsize)n;
	}
	times_of(change->new_oid, times);
	futimens(fd, times);
	return !close(fd);
}

static bool write_change(struct place_cache *cache, struct git_reader *reader,
			 const struct git_change *change, GError **error)
{
	g_autofree char *content = NULL;
	gsize size = 0;
	int fd = open_directory(cache, change->path, true);

	if (fd < 0)
		return !set_errno(error, change->path);
	if ((change->new_mode & S_IFMT) == MODE_SUBMODULE) {
		mkdirat(fd, last_name(change->path), 0777);
		return true;
	}
	content = git_read(reader, change->new_oid, &size, error);
	if (!content)
		return false;
	if (!write_file(fd, last_name(change->path), change, content, size)) {
		set_errno(error, change->path);
		return false;
	}
	return true;
}

/* ---- changes, by several threads ---- */

struct share {
	const struct snapshot *snapshot;
	const GPtrArray *changes;
	guint first, count;
	bool links; /* symbolic links, or everything else */
	int root;
	GError *error;
};

static void *write_share(void *data)
{
	struct share *share = data;
	struct place_cache cache = { .root = share->root, .fd = -1 };
	struct git_reader *reader = git_reader_new(share->snapshot->git, &share->error);

	for (guint i = share->first; reader && i < share->first + share->count; i++) {
		const struct git_change *change = share->changes->pdata[i];
		bool link = (change->new_mode & S_IFMT) == MODE_LINK;

		if (change->new_mode && link == share->links &&
		    !snapshot_leaves_out(change->path) &&
		    !write_change(&cache, reader, change, &share->error))
			break;
	}
	git_reader_free(reader);
	place_cache_clear(&cache);
	return NULL;
}

static bool write_changes(const struct snapshot *snapshot, const GPtrArray *changes, int root,
			  bool links, GError **error)
{
	guint threads = CLAMP(changes->len / 64, 1, snapshot->jobs);
	g_autofree struct share *shares = g_new0(struct share, threads);
	g_autofree GThread **running = g_new0(GThread *, threads);
	bool ok = true;

	for (guint i = 0; i < threads; i++) {
		guint first = (guint)((guint64)changes->len * i / threads);
		guint end = (guint)((guint64)changes->len * (i + 1) / threads);

		shares[i] = (struct share){ .snapshot = snapshot,
					    .changes = changes,
					    .first = first,
					    .count = end - first,
					    .links = links,
					    .root = root };
		if (i)
			running[i] = g_thread_new("snapshot", write_share, &shares[i]);
	}
	write_share(&shares[0]);
	for (guint i = 0; i < threads; i++) {
		if (running[i])
			g_thread_join(running[i]);
		if (shares[i].error && ok)
			g_propagate_error(error, shares[i].error);
		else
			g_clear_error(&shares[i].error);
		ok = ok && (!error || !*error);
	}
	return ok;
}

static bool has_link(const GPtrArray *changes)
{
	for (guint i = 0; i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];

		if ((change->new_mode & S_IFMT) == MODE_LINK)
			return true;
	}
	return false;
}

/* What goes is removed first, so that a directory can come where a file was. */
static bool apply_changes(const struct snapshot *snapshot, const GPtrArray *changes, GError **error)
{
	int root = open(snapshot->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct place_cache cache = { .root = root, .fd = -1 };
	bool ok;

	if (root < 0)
		return !set_errno(error, snapshot->path);
	for (guint i = 0; i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];

		if (!change->new_mode)
			remove_path(&cache, change->path);
		place_cache_clear(&cache);
	}
	ok = write_changes(snapshot, changes, root, false, error) &&
	     (!has_link(changes) || write_changes(snapshot, changes, root, true, error));
	close(root);
	return ok;
}

/* ---- state ---- */

static bool write_state(const struct snapshot *snapshot, const char *from, const char *to,
			GError **error)
{
	g_autofree char *text = from ? g_strconcat(from, " ", to, "\n", NULL) :
				       g_strconcat(to, "\n", NULL);

	return g_file_set_contents(snapshot->state, text, -1, error);
}

/* Makes an empty directory of it. */
static bool start_over(struct snapshot *snapshot, GError **error)
{
	unlink(snapshot->state);
	g_clear_pointer(&snapshot->tree, g_free);
	if (!remove_all(snapshot->path)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    "cannot remove %s: remove it by hand", snapshot->path);
		return false;
	}
	return make_directory(snapshot->path, error);
}

/* Finds out what is there; a move that was ended is made again. */
static bool read_state(struct snapshot *snapshot, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	g_autoptr(GPtrArray) changes = NULL;

	if (!g_file_get_contents(snapshot->state, &text, NULL, NULL) ||
	    !g_file_test(snapshot->path, G_FILE_TEST_IS_DIR))
		return start_over(snapshot, error);
	words = g_strsplit(g_strchomp(text), " ", -1);
	for (char **word = words; *word; word++) {
		if (!git_is_oid(*word))
			return start_over(snapshot, error);
	}
	if (g_strv_length(words) == 1) {
		snapshot->tree = g_strdup(words[0]);
		return true;
	}
	if (g_strv_length(words) == 2)
		changes = git_diff(snapshot->git, words[0], words[1], NULL);
	if (!changes || !apply_changes(snapshot, changes, NULL) ||
	    !write_state(snapshot, NULL, words[1], NULL))
		return start_over(snapshot, error);
	snapshot->tree = g_strdup(words[1]);
	return true;
}

static void say(const struct snapshot *snapshot, const char *text)
{
	if (snapshot->message)
		snapshot->message(text, snapshot->data);
}

static int lock_file(const char *directory, guint number, bool wait)
{
	g_autofree char *name = g_strdup_printf("%s/tree-%u.lock", directory, number);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	while (fd >= 0 && flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB)) {
		if (errno == EINTR)
			continue;
		close(fd);
		fd = -1;
		break;
	}
	return fd;
}

struct snapshot *snapshot_open(struct git *git, const char *directory, guint jobs,
			       void (*message)(const char *text, void *data), void *data,
			       GError **error)
{
	struct snapshot *snapshot = g_new0(struct snapshot, 1);
	guint number = 0;

	snapshot->git = git;
	snapshot->jobs = MAX(jobs, 1);
	snapshot->lock = -1;
	snapshot->message = message;
	snapshot->data = data;
	for (guint i = 0; i < SNAPSHOTS && snapshot->lock < 0; i++) {
		snapshot->lock = lock_file(directory, i, false);
		number = i;
	}
	if (snapshot->lock < 0 && !access(directory, W_OK)) {
		say(snapshot, "waiting for another review to end");
		number = 0;
		snapshot->lock = lock_file(directory, number, true);
	}
	if (snapshot->lock < 0) {
		set_errno(error, directory);
		goto failed;
	}
	snapshot->path = g_strdup_printf("%s/tree-%u", directory, number);
	snapshot->state = g_strdup_printf("%s/tree-%u.state", directory, number);
	if (read_state(snapshot, error))
		return snapshot;
failed:
	snapshot_close(snapshot);
	return NULL;
}

void snapshot_close(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	if (snapshot->lock >= 0)
		close(snapshot->lock);
	g_free(snapshot->path);
	g_free(snapshot->state);
	g_free(snapshot->tree);
	g_free(snapshot);
}

const char *snapshot_path(const struct snapshot *snapshot)
{
	return snapshot->path;
}

/* Until whatever is written or read from now on has a later time than what was written. */
static void wait_for_tick(void)
{
	gint64 began = file_state_now();

	while (file_state_now() == began)
		g_usleep(500);
}

bool snapshot_move(struct snapshot *snapshot, const char *tree, GError **error)
{
	g_autoptr(GPtrArray) changes = NULL;

	if (!g_strcmp0(snapshot->tree, tree))
		return true;
	if (snapshot->tree)
		changes = git_diff(snapshot->git, snapshot->tree, tree, NULL);
	if (!changes) {
		/* What is there comes from another repository. */
		if (!start_over(snapshot, error))
			return false;
		changes = git_diff(snapshot->git, NULL, tree, error);
		if (changes && changes->len > MANY_FILES)
			say(snapshot, "unpacking the base, once");
	}
	if (!changes || (snapshot->tree && !write_state(snapshot, snapshot->tree, tree, error)) ||
	    !apply_changes(snapshot, changes, error) || !write_state(snapshot, NULL, tree, error))
		return false;
	g_free(snapshot->tree);
	snapshot->tree = g_strdup(tree);
	wait_for_tick();
	return true;
}

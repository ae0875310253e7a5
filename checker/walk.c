// SPDX-License-Identifier: GPL-2.0-only
/*
 * walk: directories are listed and files are read by as many threads as there
 * are workers, from one stack of things to do.  A thread lists a directory, puts
 * what it finds there on the stack in portions, and takes the next thing.
 *
 * Symlinks to directories are not followed: inside of the tree they lead to what
 * is read anyway.  What the kernel is not made of (user space tools, scripts,
 * documentation) is left out.
 */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that one thread takes at a time. */
#define PORTION 32

/* Directories at the top that hold no code of the kernel. */
static const char *const left_out[] = { "Documentation", "scripts", "tools", "usr" };

static const char *const suffixes[] = { ".c", ".h", ".rs" };

/* A thing to do: list a directory, or read files of it. */
struct task {
	char *directory;  /* relative, "" for the top */
	GPtrArray *files; /* char *, names; NULL to list the directory */
};

struct walk {
	const struct walk_options *options;
	char *root; /* without symlinks */
	int root_fd;

	GMutex lock;
	GCond changed;
	GPtrArray *tasks; /* struct task, last in, first out */
	guint busy;	  /* threads that may add tasks */
};

struct walker {
	struct walk *walk;
	void *worker;
	char *buffer;
	gsize capacity;
	GString *path; /* of the entry that is looked at */
};

static void walker_clear(struct walker *w)
{
	g_clear_pointer(&w->buffer, g_free);
	if (w->path)
		g_string_free(w->path, TRUE);
	w->path = NULL;
}

static void task_free(void *data)
{
	struct task *task = data;

	g_free(task->directory);
	if (task->files)
		g_ptr_array_unref(task->files);
	g_free(task);
}

/* Takes over files. */
static struct task *task_new(const char *directory, GPtrArray *files)
{
	struct task *task = g_new(struct task, 1);

	task->directory = g_strdup(directory);
	task->files = files;
	return task;
}

static bool is_source_name(const char *name)
{
	gsize length = strlen(name);
	guint i;

	for (i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		gsize suffix = strlen(suffixes[i]);

		if (length > suffix && !strcmp(name + length - suffix, suffixes[i]))
			return true;
	}
	return false;
}

/* Whether the directory name in directory ("" for the top) belongs to the kernel. */
static bool is_kernel_directory(const struct walk *walk, const char *directory, const char *name)
{
	const char *const *arches = walk->options->arches;
	guint i;

	if (name[0] == '.')
		return false;
	if (!*directory) {
		for (i = 0; i < G_N_ELEMENTS(left_out); i++)
			if (!strcmp(name, left_out[i]))
				return false;
	} else if (arches && !strcmp(directory, "arch")) {
		return g_strv_contains((const gchar *const *)arches, name);
	}
	return true;
}

/* Whether the walk comes by this file on its own. */
static bool is_walked(const struct walk *walk, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	const char *directory = "";
	guint i;

	for (i = 0; parts[i] && parts[i + 1]; i++) {
		if (!is_kernel_directory(walk, directory, parts[i]))
			return false;
		/* Only the first directory matters for the second one. */
		directory = i ? "other" : parts[i];
	}
	return parts[i] && is_source_name(parts[i]);
}

static char *join_path(const char *directory, const char *name)
{
	return *directory ? g_strconcat(directory, "/", name, NULL) : g_strdup(name);
}

static void fail(struct walker *w, const char *path, const char *reason)
{
	w->walk->options->fail(w->worker, path, reason);
}

static const char *error_reason(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "permission denied";
	case ENOENT:
		return "vanished during the run";
	case ELOOP:
		return "symlink loop";
	default:
		return g_strerror(error);
	}
}

/*
 * Reads what fd has to give into the buffer; a reason if that fails, else NULL.
 * *state gets what fd was in before.
 */
static const char *read_descriptor(struct walker *w, int fd, gsize *length,
				   struct file_state *state)
{
	struct stat st;

	*length = 0;
	if (fstat(fd, &st))
		return error_reason(errno);
	*state = file_state_of(&st);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_size > WALK_FILE_LIMIT)
		return "larger than 64 MiB";
	for (;;) {
		gsize room = MAX((gsize)st.st_size, *length) + 1 + WALK_PADDING;
		ssize_t count;

		if (w->capacity < room) {
			w->capacity = MAX(room + room / 2, 1 << 18);
			w->buffer = g_realloc(w->buffer, w->capacity);
		}
		/* One byte more than there should be: it shows the end, or growth. */
		count = read(fd, w->buffer + *length, w->capacity - *length - WALK_PADDING);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return error_reason(errno);
		*length += count;
		if (*length > WALK_FILE_LIMIT)
			return "larger than 64 MiB";
		if (!count ||
		    (*length == (gsize)st.st_size && *length < w->capacity - WALK_PADDING))
			return NULL;
	}
}

/* Whether an open file that was read is in the state of before, and will not change in it. */
static bool state_holds(int fd, const struct file_state *before, gint64 start)
{
	struct file_state after;
	struct stat st;

	if (fstat(fd, &st))
		return false;
	after = file_state_of(&st);
	return file_state_same(before, &after) && !file_state_is_recent(after.ctime, start);
}

static void read_file(struct walker *w, const char *path, bool follow)
{
	const struct walk_options *options = w->walk->options;
	gint64 start = file_state_now();
	struct file_state state;
	bool holds;
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
	const char *reason;
	gsize length;
	int fd;

	fd = openat(w->walk->root_fd, path, flags);
	if (fd < 0) {
		fail(w, path, error_reason(errno));
		return;
	}
	reason = read_descriptor(w, fd, &length, &state);
	holds = options->known && !follow && !reason && state_holds(fd, &state, start);
	close(fd);
	if (!reason && !length)
		reason = "empty";
	else if (!reason && memchr(w->buffer, '\0', length))
		reason = "binary";
	if (reason) {
		fail(w, path, reason);
		return;
	}
	memset(w->buffer + length, '\0', WALK_PADDING);
	options->read(w->worker, path, w->buffer, length, holds ? &state : NULL);
}

/*
 * A symlink is read if it leads to a file of the tree that the walk does not come
 * by; a link to a directory is not followed.
 */
static void read_link(struct walker *w, const char *path, bool is_source)
{
	const struct walk *walk = w->walk;
	gsize length = strlen(walk->root);
	g_autofree char *full = g_build_filename(walk->root, path, NULL);
	g_autofree char *target = NULL;
	char *resolved = realpath(full, NULL);
	struct stat st;

	if (!resolved) {
		if (errno == ENOENT || errno == ENOTDIR) {
			if (is_source)
				fail(w, path, "dangling symlink");
		} else if (is_source || errno == ELOOP) {
			fail(w, path, error_reason(errno));
		}
		return;
	}
	target = g_strdup(resolved);
	free(resolved);
	if (stat(target, &st)) {
		fail(w, path, error_reason(errno));
		return;
	}
	if (!is_source && !S_ISDIR(st.st_mode))
		return;
	if (strcmp(target, walk->root) &&
	    (strncmp(target, walk->root, length) || (length > 1 && target[length] != '/'))) {
		fail(w, path, "points out of the tree");
		return;
	}
	if (S_ISDIR(st.st_mode) || is_walked(walk, target + length + (length > 1)))
		return;
	read_file(w, path, true);
}

static void push_task(struct walk *walk, struct task *task)
{
	g_mutex_lock(&walk->lock);
	g_ptr_array_add(walk->tasks, task);
	g_cond_signal(&walk->changed);
	g_mutex_unlock(&walk->lock);
}

static unsigned char entry_type(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return DT_REG; /* opening it will tell */
	return IFTODT(st.st_mode);
}

/* Whether a regular file need not be read. */
static bool is_known(struct walker *w, int fd, const char *directory, const char *name)
{
	struct file_state state;
	struct stat st;

	if (!w->walk->options->known || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode))
		return false;
	state = file_state_of(&st);
	if (!w->path)
		w->path = g_string_new(NULL);
	g_string_assign(w->path, directory);
	if (*directory)
		g_string_append_c(w->path, '/');
	g_string_append(w->path, name);
	return w->walk->options->known(w->worker, w->path->str, &state);
}

/* Lists an open directory, which is closed: new tasks, and failures. */
static void list_directory(struct walker *w, const char *directory, DIR *stream)
{
	struct walk *walk = w->walk;
	GPtrArray *files = NULL;
	const struct dirent *entry;

	while (errno = 0, (entry = readdir(stream))) {
		const char *name = entry->d_name;
		bool is_source = is_source_name(name);
		unsigned char type;

		if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
			continue;
		type = entry_type(dirfd(stream), entry);
		if (type == DT_DIR) {
			if (is_kernel_directory(walk, directory, name)) {
				g_autofree char *path = join_path(directory, name);

				push_task(walk, task_new(path, NULL));
			}
		} else if (type == DT_LNK) {
			g_autofree char *path = join_path(directory, name);

			if (is_kernel_directory(walk, directory, name))
				read_link(w, path, is_source);
		} else if (is_source && type != DT_REG) {
			g_autofree char *path = join_path(directory, name);

			fail(w, path, "not a regular file");
		} else if (is_source && !is_known(w, dirfd(stream), directory, name)) {
			if (!files)
				files = g_ptr_array_new_with_free_func(g_free);
			g_ptr_array_add(files, g_strdup(name));
			if (files->len == PORTION) {
				push_task(walk, task_new(directory, files));
				files = NULL;
			}
		}
	}
	if (errno)
		fail(w, *directory ? directory : ".", error_reason(errno));
	closedir(stream);
	if (files)
		push_task(walk, task_new(directory, files));
}

static void do_task(struct walker *w, const struct task *task)
{
	guint i;

	if (!task->files) {
		int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		const char *path = *task->directory ? task->directory : ".";
		int fd = openat(w->walk->root_fd, path, flags);
		DIR *stream = fd < 0 ? NULL : fdopendir(fd);

		if (stream) {
			list_directory(w, task->directory, stream);
			return;
		}
		fail(w, path, error_reason(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	for (i = 0; i < task->files->len; i++) {
		const char *name = g_ptr_array_index(task->files, i);
		g_autofree char *path = join_path(task->directory, name);

		read_file(w, path, false);
	}
}

/* The next thing to do; NULL when all is done.  The caller frees it. */
static struct task *next_task(struct walk *walk, bool first)
{
	struct task *task = NULL;

	g_mutex_lock(&walk->lock);
	if (!first)
		walk->busy--;
	while (!walk->tasks->len && walk->busy)
		g_cond_wait(&walk->changed, &walk->lock);
	if (walk->tasks->len) {
		task = g_ptr_array_steal_index(walk->tasks, walk->tasks->len - 1);
		walk->busy++;
	} else {
		g_cond_broadcast(&walk->changed);
	}
	g_mutex_unlock(&walk->lock);
	return task;
}

static void *walker_run(void *data)
{
	struct walker *w = data;
	struct task *task;
	bool first = true;

	while ((task = next_task(w->walk, first))) {
		do_task(w, task);
		task_free(task);
		first = false;
	}
	walker_clear(w);
	return NULL;
}

static bool walk_init(struct walk *walk, const struct walk_options *options, GError **error)
{
	char *root = realpath(options->root, NULL);

	*walk = (struct walk){ .options = options, .root_fd = -1 };
	if (root)
		walk->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->root_fd < 0) {
		int saved = errno;

		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(saved),
			    "cannot read %s: %s", options->root, g_strerror(saved));
		free(root);
		return false;
	}
	walk->root = g_strdup(root);
	free(root);
	g_mutex_init(&walk->lock);
	g_cond_init(&walk->changed);
	walk->tasks = g_ptr_array_new_with_free_func(task_free);
	return true;
}

static void walk_clear(struct walk *walk)
{
	g_ptr_array_unref(walk->tasks);
	g_mutex_clear(&walk->lock);
	g_cond_clear(&walk->changed);
	close(walk->root_fd);
	g_free(walk->root);
}

bool walk_tree(const struct walk_options *options, void *const *workers, guint count,
	       GError **error)
{
	g_autofree struct walker *walkers = g_new0(struct walker, count);
	g_autofree GThread **threads = g_new0(GThread *, count);
	struct walk walk;
	guint i;

	if (!walk_init(&walk, options, error))
		return false;
	g_ptr_array_add(walk.tasks, task_new("", NULL));
	for (i = 0; i < count; i++)
		walkers[i] = (struct walker){ .walk = &walk, .worker = workers[i] };
	/* Without a thread the others do its part. */
	for (i = 1; i < count; i++)
		threads[i] = g_thread_try_new("walk", walker_run, &walkers[i], NULL);
	walker_run(&walkers[0]);
	for (i = 1; i < count; i++)
		if (threads[i])
			g_thread_join(threads[i]);
	walk_clear(&walk);
	return true;
}

bool walk_files(const struct walk_options *options, const GPtrArray *files, void *worker,
		GError **error)
{
	struct walker walker = { .worker = worker };
	struct walk walk;
	guint i;

	if (!walk_init(&walk, options, error))
		return false;
	walker.walk = &walk;
	for (i = 0; i < files->len; i++)
		read_file(&walker, g_ptr_array_index(files, i), true);
	walker_clear(&walker);
	walk_clear(&walk);
	return true;
}

bool walk_is_source(const char *path)
{
	return is_source_name(path);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * walk: a tree that changes while it is read costs what is gone, and no more.
 * What it says of bad files is tested with scan.
 */
#include "walk.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk_log {
	const char *root;
	void (*first)(struct walk_log *log); /* called when the first file is read, then NULL */
	GPtrArray *lines;		     /* char *, "path: text" or "path: reason" */
};

static void log_line(void *data, const char *path, const char *text)
{
	struct walk_log *log = data;

	g_ptr_array_add(log->lines, g_strdup_printf("%s: %s", path, text));
}

static void log_text(void *data, const char *path, char *text, gsize length,
		     const struct file_state *state)
{
	struct walk_log *log = data;
	void (*first)(struct walk_log *log) = log->first;

	g_assert_null(state);
	g_assert_cmpuint(strlen(text), ==, length);
	for (gsize i = 0; i < WALK_PADDING; i++)
		g_assert_cmpint(text[length + i], ==, '\0');
	log_line(log, path, length < 100 ? text : "long");
	log->first = NULL;
	if (first)
		first(log);
}

static char *path_of(const char *root, const char *file)
{
	char *path = g_build_filename(root, file, NULL);
	g_autofree char *directory = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
	return path;
}

static void add_file(const char *root, const char *file, const char *text)
{
	g_autofree char *path = path_of(root, file);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const char *root, const char *file)
{
	g_autofree char *path = g_build_filename(root, file, NULL);

	g_assert_cmpint(g_remove(path), ==, 0);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Walks with one thread; what came is compared with the lines. */
static void assert_walk(const char *root, void (*first)(struct walk_log *log), const char *expected)
{
	const struct walk_options options = { .root = root, .read = log_text, .fail = log_line };
	struct walk_log log = {
		.root = root,
		.first = first,
		.lines = g_ptr_array_new_with_free_func(g_free),
	};
	void *worker = &log;
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(walk_tree(&options, &worker, 1, &error));
	g_assert_no_error(error);
	g_ptr_array_sort(log.lines, compare_lines);
	g_ptr_array_add(log.lines, NULL);
	text = g_strjoinv("\n", (char **)log.lines->pdata);
	g_assert_cmpstr(text, ==, expected);
	g_ptr_array_unref(log.lines);
}

static void take_away(struct walk_log *log)
{
	g_autofree char *fifo = g_build_filename(log->root, "a/replaced.c", NULL);

	/* One of both has been read. */
	remove_file(log->root, "a/one.c");
	remove_file(log->root, "a/other.c");
	remove_file(log->root, "a/replaced.c");
	g_assert_cmpint(mkfifo(fifo, 0644), ==, 0);
	add_file(log->root, "a/changed.c", "new");
}

static void test_vanishing(void)
{
	g_autofree char *root = g_dir_make_tmp("pfncheck-walk-XXXXXX", NULL);
	const struct walk_options options = { .root = root, .read = log_text, .fail = log_line };
	struct walk_log log = {
		.root = root,
		.first = take_away,
		.lines = g_ptr_array_new_with_free_func(g_free),
	};
	void *worker = &log;
	g_autofree char *directory = g_build_filename(root, "a", NULL);
	guint gone = 0, read = 0;

	add_file(root, "a/one.c", "text");
	add_file(root, "a/other.c", "text");
	add_file(root, "a/replaced.c", "text");
	add_file(root, "a/changed.c", "text");
	g_assert_true(walk_tree(&options, &worker, 1, NULL));
	g_assert_cmpuint(log.lines->len, ==, 4);
	for (guint i = 0; i < log.lines->len; i++) {
		const char *line = g_ptr_array_index(log.lines, i);

		gone += g_str_has_suffix(line, ": vanished during the run") ||
			g_str_has_suffix(line, ": not a regular file");
		read += g_str_has_suffix(line, ": text") || g_str_has_suffix(line, ": new");
	}
	/* Whatever came first was read before it went. */
	g_assert_cmpuint(gone + read, ==, 4);
	g_assert_cmpuint(gone, >=, 2);
	g_ptr_array_unref(log.lines);

	remove_file(root, "a/replaced.c");
	remove_file(root, "a/changed.c");
	g_assert_cmpint(g_rmdir(directory), ==, 0);
	g_assert_cmpint(g_rmdir(root), ==, 0);
}

/* The buffer that all files go through holds the longest, and nothing of the last. */
static void test_buffer(void)
{
	g_autofree char *root = g_dir_make_tmp("pfncheck-walk-XXXXXX", NULL);
	g_autofree char *text = g_strnfill(3 << 20, 'x');

	add_file(root, "a.c", "short");
	add_file(root, "b.h", text);
	add_file(root, "c.c", "s");
	add_file(root, "d.txt", "no");
	assert_walk(root, NULL, "a.c: short\nb.h: long\nc.c: s");
	remove_file(root, "a.c");
	remove_file(root, "b.h");
	remove_file(root, "c.c");
	remove_file(root, "d.txt");
	g_assert_cmpint(g_rmdir(root), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/walk/vanishing", test_vanishing);
	g_test_add_func("/walk/buffer", test_buffer);
	return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of store, on a tree and a build directory of a few small files.
 */
#include "store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FACTS "function alpha\nfunction beta\n"

struct fixture {
	char *top;
	char *tree;
	char *build;
	char *cache;
	GString *messages;
};

static void write_file(const char *directory, const char *name, const char *content)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	FILE *file;

	g_assert_cmpint(g_mkdir_with_parents(parent, 0777), ==, 0);
	/* In place, as editors that keep the inode do. */
	file = fopen(path, "w");
	g_assert_nonnull(file);
	g_assert_cmpint(fputs(content, file), >=, 0);
	g_assert_cmpint(fclose(file), ==, 0);
}

/* Lets the clock that files are stamped with go on. */
static void pass_time(void)
{
	g_usleep(20000);
}

static void make_tree(const char *tree, const char *build)
{
	write_file(tree, "drivers/a/a.c", "int a;\n");
	write_file(tree, "drivers/a/a.h", "#define A 1\n");
	write_file(tree, "drivers/b/b.c", "int b;\n");
	write_file(tree, "include/linux/fb.h", "#define FB 1\n");
	write_file(tree, "include/uapi/linux/ioctl.h", "#define IOCTL 1\n");
	write_file(build, "include/generated/autoconf.h", "#define CONFIG_X 1\n");
	pass_time();
}

static void set_up(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	fixture->top = g_dir_make_tmp("store-test-XXXXXX", NULL);
	fixture->tree = g_build_filename(fixture->top, "tree", NULL);
	fixture->build = g_build_filename(fixture->top, "build", NULL);
	fixture->cache = g_build_filename(fixture->top, "cache", NULL);
	fixture->messages = g_string_new(NULL);
	g_assert_cmpint(g_mkdir(fixture->cache, 0777), ==, 0);
	make_tree(fixture->tree, fixture->build);
}

static void remove_all(const char *path)
{
	GDir *dir = NULL;
	const char *name;

	if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
		dir = g_dir_open(path, 0, NULL);
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		remove_all(below);
	}
	if (dir)
		g_dir_close(dir);
	remove(path);
}

static void tear_down(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	remove_all(fixture->top);
	g_free(fixture->top);
	g_free(fixture->tree);
	g_free(fixture->build);
	g_free(fixture->cache);
	g_string_free(fixture->messages, TRUE);
}

static void take_message(const char *text, void *data)
{
	g_assert_null(strchr(text, '\n'));
	g_string_append_printf(data, "%s\n", text);
}

static struct store *open_store(struct fixture *fixture)
{
	struct store_options options = {
		.directory = fixture->cache,
		.root = fixture->tree,
		.versions = "libclang 19.1.7, facts 1",
		.message = take_message,
		.message_data = fixture->messages,
	};
	GError *error = NULL;
	struct store *store = store_open(&options, &error);

	g_assert_no_error(error);
	g_assert_nonnull(store);
	return store;
}

static GStrv make_flags(const struct fixture *fixture, const char *define)
{
	GStrvBuilder *builder = g_strv_builder_new();
	g_autofree char *include = g_strdup_printf("-I%s/include", fixture->tree);
	g_autofree char *generated = g_strdup_printf("-I%s/include", fixture->build);
	g_autofree char *uapi = g_strdup_printf("%s/include/uapi", fixture->tree);
	GStrv flags;

	g_strv_builder_add_many(builder, include, generated, "-I", uapi, "-D__KERNEL__", define,
				NULL);
	flags = g_strv_builder_end(builder);
	g_strv_builder_unref(builder);
	return flags;
}

static char *get_with(struct store *store, const struct fixture *fixture, const char *path,
		      const char *define)
{
	g_auto(GStrv) flags = make_flags(fixture, define);
	gsize size = 12345;
	char *facts = store_get(store, path, (const char *const *)flags, fixture->build, &size);

	g_assert_cmpuint(size, ==, facts ? strlen(facts) : 0);
	return facts;
}

static void put_with(struct store *store, const struct fixture *fixture, const char *path,
		     const char *define, const char *facts)
{
	g_auto(GStrv) flags = make_flags(fixture, define);
	g_autofree char *own = g_build_filename(fixture->tree, "drivers/a/a.h", NULL);
	g_autofree char *fb = g_build_filename(fixture->tree, "include/linux/fb.h", NULL);
	g_autofree char *ioctl =
		g_build_filename(fixture->tree, "include/uapi/linux/ioctl.h", NULL);
	g_autofree char *config =
		g_build_filename(fixture->build, "include/generated/autoconf.h", NULL);
	const char *const headers[] = { own, fb, ioctl, config, fb, NULL };

	store_put(store, path, (const char *const *)flags, fixture->build, headers, facts,
		  strlen(facts));
}

#define assert_get(store, fixture, path, expected)                                 \
	do {                                                                       \
		g_autofree char *got_facts = get_with(store, fixture, path, NULL); \
		g_assert_cmpstr(got_facts, ==, expected);                          \
	} while (0)

/* Asks for a file, which must not be there, and puts facts. */
static void fill(struct store *store, const struct fixture *fixture, const char *path,
		 const char *facts)
{
	assert_get(store, fixture, path, NULL);
	put_with(store, fixture, path, NULL, facts);
}

/* A store that has the facts of drivers/a/a.c on disk. */
static void fill_disk(struct fixture *fixture)
{
	struct store *store = open_store(fixture);

	fill(store, fixture, "drivers/a/a.c", FACTS);
	store_close(store);
}

/* What a run that is begun now has for drivers/a/a.c. */
static void assert_disk(struct fixture *fixture, const char *expected)
{
	struct store *store = open_store(fixture);

	assert_get(store, fixture, "drivers/a/a.c", expected);
	store_close(store);
}

static void assert_quiet(const struct fixture *fixture)
{
	g_assert_cmpstr(fixture->messages->str, ==, "");
}

static char *store_path(const struct fixture *fixture)
{
	return g_build_filename(fixture->cache, STORE_FILE, NULL);
}

/* Runs SQL on the closed store; gives the number that it selects. */
static gint64 run_sql(const struct fixture *fixture, const char *sql)
{
	g_autofree char *path = store_path(fixture);
	sqlite3_stmt *statement;
	sqlite3 *sqlite;
	gint64 value = 0;
	int result;

	g_assert_cmpint(sqlite3_open(path, &sqlite), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), ==, SQLITE_OK);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	g_assert_cmpint(result, ==, SQLITE_DONE);
	sqlite3_finalize(statement);
	sqlite3_close(sqlite);
	return value;
}

static void test_hit(struct fixture *fixture, gconstpointer data)
{
	struct store *store = open_store(fixture);

	(void)data;
	fill(store, fixture, "drivers/a/a.c", FACTS);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	store_commit(store);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	store_close(store);
	assert_disk(fixture, FACTS);
	assert_quiet(fixture);
}

static void test_memory(struct fixture *fixture, gconstpointer data)
{
	char *cache = fixture->cache;
	struct store *store;

	(void)data;
	fixture->cache = NULL;
	store = open_store(fixture);
	fill(store, fixture, "drivers/a/a.c", FACTS);
	store_commit(store);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	assert_get(store, fixture, "drivers/b/b.c", NULL);
	store_close(store);
	assert_disk(fixture, NULL);
	fixture->cache = cache;
	assert_quiet(fixture);
}

/* Bytes of any kind and number. */
static void test_bytes(struct fixture *fixture, gconstpointer data)
{
	static const gsize sizes[] = { 0, 1, 2, 17, 4096, 100000, 3000000 };
	static const char *const flags[] = { NULL };
	static const char *const headers[] = { NULL };
	g_autofree char *bytes = g_malloc(3000000);
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	struct store *store;

	(void)data;
	for (int random = 0; random < 2; random++) {
		for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
			g_autofree char *name = g_strdup_printf("%d/%u.c", random, i);
			gsize size;

			for (gsize at = 0; at < sizes[i]; at++)
				bytes[at] = (char)(random ? g_rand_int(rand) : at / 100);
			write_file(fixture->tree, name, "");
			pass_time();
			store = open_store(fixture);
			g_assert_null(store_get(store, name, flags, NULL, &size));
			store_put(store, name, flags, NULL, headers, bytes, sizes[i]);
			for (int again = 0; again < 2; again++) {
				g_autofree char *facts = store_get(store, name, flags, NULL, &size);

				g_assert_nonnull(facts);
				g_assert_cmpmem(facts, size, bytes, sizes[i]);
				g_assert_cmpint(facts[size], ==, 0);
				store_close(store);
				store = open_store(fixture);
			}
			store_close(store);
		}
	}
	assert_quiet(fixture);
}

static void test_edited(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *name;
		const char *before;
		const char *after;
	} rows[] = {
		{ "drivers/a/a.c", "int a;\n", "int A;\n" },
		{ "drivers/a/a.h", "#define A 1\n", "#define A 2\n" },
		{ "include/uapi/linux/ioctl.h", "#define IOCTL 1\n", "" },
		{ "../build/include/generated/autoconf.h", "#define CONFIG_X 1\n", "\n" },
	};

	(void)data;
	fill_disk(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		write_file(fixture->tree, rows[i].name, rows[i].after);
		assert_disk(fixture, NULL);
		/* What it was is still known. */
		write_file(fixture->tree, rows[i].name, rows[i].before);
		assert_disk(fixture, FACTS);
	}
	assert_quiet(fixture);
}

/* Two states of a header have a row each. */
static void test_two_states(struct fixture *fixture, gconstpointer data)
{
	struct store *store;

	(void)data;
	fill_disk(fixture);
	write_file(fixture->tree, "drivers/a/a.h", "#define A 2\n");
	pass_time();
	store = open_store(fixture);
	fill(store, fixture, "drivers/a/a.c", "other facts\n");
	store_close(store);
	assert_disk(fixture, "other facts\n");
	write_file(fixture->tree, "drivers/a/a.h", "#define A 1\n");
	assert_disk(fixture, FACTS);
	write_file(fixture->tree, "drivers/a/a.h", "#define A 3\n");
	assert_disk(fixture, NULL);
}

static void test_gone(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *header = g_build_filename(fixture->tree, "drivers/a/a.h", NULL);
	g_autofree char *source = g_build_filename(fixture->tree, "drivers/a/a.c", NULL);

	(void)data;
	fill_disk(fixture);
	g_assert_cmpint(g_unlink(header), ==, 0);
	assert_disk(fixture, NULL);
	g_assert_cmpint(g_mkdir(header, 0777), ==, 0);
	assert_disk(fixture, NULL);
	g_assert_cmpint(g_rmdir(header), ==, 0);
	write_file(fixture->tree, "drivers/a/a.h", "#define A 1\n");
	assert_disk(fixture, FACTS);
	g_assert_cmpint(g_unlink(source), ==, 0);
	assert_disk(fixture, NULL);
	g_assert_cmpint(symlink("a.c", source), ==, 0);
	assert_disk(fixture, NULL);
	assert_quiet(fixture);
}

/* The time alone is no news; the content is, whatever the time says. */
static void test_times(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *header = g_build_filename(fixture->tree, "drivers/a/a.h", NULL);
	struct timespec times[2] = { { 0 } };
	struct stat before;

	(void)data;
	fill_disk(fixture);
	g_assert_cmpint(utimensat(AT_FDCWD, header, times, 0), ==, 0);
	assert_disk(fixture, FACTS);

	/* Long enough ago for the states of files to be kept. */
	g_usleep(2200000);
	assert_disk(fixture, FACTS);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM file"), ==, 5);
	assert_disk(fixture, FACTS);
	g_assert_cmpint(stat(header, &before), ==, 0);
	write_file(fixture->tree, "drivers/a/a.h", "#define A 9\n");
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	g_assert_cmpint(utimensat(AT_FDCWD, header, times, 0), ==, 0);
	assert_disk(fixture, NULL);
}

/* A state is not kept while another change might leave it alone. */
static void test_racy(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	fill_disk(fixture);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), ==, 1);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM file"), ==, 0);
	for (int i = 0; i < 50; i++) {
		write_file(fixture->tree, "drivers/a/a.h",
			   i % 2 ? "#define A 1\n" : "#define A 2\n");
		assert_disk(fixture, i % 2 ? FACTS : NULL);
	}
}

static void test_other_question(struct fixture *fixture, gconstpointer data)
{
	struct store_options options = {
		.directory = fixture->cache,
		.root = fixture->tree,
		.versions = "libclang 22.0.0, facts 1",
	};
	g_autofree char *facts = NULL;
	struct store *store;

	(void)data;
	fill_disk(fixture);
	write_file(fixture->tree, "drivers/b/b.c", "int a;\n");
	store = open_store(fixture);
	assert_get(store, fixture, "drivers/b/b.c", NULL);
	facts = get_with(store, fixture, "drivers/a/a.c", "-DMODULE");
	g_assert_null(facts);
	store_close(store);
	store = store_open(&options, NULL);
	assert_get(store, fixture, "drivers/a/a.c", NULL);
	store_close(store);
	assert_quiet(fixture);
}

/* Another work tree with the same content shares rows. */
static void test_other_tree(struct fixture *fixture, gconstpointer data)
{
	struct fixture other = *fixture;

	(void)data;
	other.tree = g_build_filename(fixture->top, "elsewhere", "tree", NULL);
	/* Below the tree, as a build directory may be. */
	other.build = g_build_filename(other.tree, "out", NULL);
	make_tree(other.tree, other.build);
	fill_disk(fixture);
	assert_disk(&other, FACTS);
	write_file(other.build, "include/generated/autoconf.h", "\n");
	assert_disk(&other, NULL);
	assert_disk(fixture, FACTS);
	g_free(other.tree);
	g_free(other.build);
	assert_quiet(fixture);
}

/* One tree, two build directories, one run. */
static void test_two_builds(struct fixture *fixture, gconstpointer data)
{
	struct fixture other = *fixture;
	struct store *store;

	(void)data;
	fill_disk(fixture);
	other.build = g_build_filename(fixture->top, "build-arm64", NULL);
	write_file(other.build, "include/generated/autoconf.h", "#define CONFIG_Y 1\n");
	pass_time();
	store = open_store(fixture);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	fill(store, &other, "drivers/a/a.c", "facts of arm64\n");
	store_commit(store);
	assert_get(store, &other, "drivers/a/a.c", "facts of arm64\n");
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	store_close(store);
	g_free(other.build);
	assert_quiet(fixture);
}

/* A new file that is found before one that was read. */
static void test_shadowed(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *name;
		const char *facts;
	} rows[] = {
		{ "include/linux/ioctl.h", NULL },    { "../build/include/linux/ioctl.h", NULL },
		{ "drivers/a/linux/fb.h", NULL },     { "include/linux/other.h", FACTS },
		{ "include/uapi/linux/fb.h", FACTS }, { "drivers/b/linux/fb.h", FACTS },
	};

	(void)data;
	fill_disk(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_build_filename(fixture->tree, rows[i].name, NULL);

		write_file(fixture->tree, rows[i].name, "");
		assert_disk(fixture, rows[i].facts);
		g_assert_cmpint(g_unlink(path), ==, 0);
		assert_disk(fixture, FACTS);
	}
	assert_quiet(fixture);
}

/* Files that hide others from the start are no reason to ask again. */
static void test_always_shadowed(struct fixture *fixture, gconstpointer data)
{
	static const char *const names[] = { "m.h", "a.h", "z.h" };
	g_auto(GStrv) flags = make_flags(fixture, NULL);
	struct store *store = open_store(fixture);
	const char *headers[4] = { NULL };
	gsize size;

	(void)data;
	for (guint i = 0; i < 3; i++) {
		g_autofree char *hidden = g_strconcat("include/uapi/", names[i], NULL);
		g_autofree char *hiding = g_strconcat("include/", names[i], NULL);

		write_file(fixture->tree, hidden, "");
		write_file(fixture->tree, hiding, "");
		headers[i] = g_build_filename(fixture->tree, hidden, NULL);
	}
	pass_time();
	for (guint i = 0; i < 3; i++) {
		const char *const list[] = { headers[i], i ? headers[0] : NULL, NULL };

		for (guint again = 0; again < 2; again++) {
			g_autofree char *facts = store_get(store, "drivers/a/a.c",
							   (const char *const *)flags,
							   fixture->build, &size);

			g_assert_true(!facts == !again);
			if (!facts)
				store_put(store, "drivers/a/a.c", (const char *const *)flags,
					  fixture->build, list, FACTS, strlen(FACTS));
			store_commit(store);
		}
		write_file(fixture->tree, "drivers/a/a.c", i ? "int c;\n" : "int b;\n");
		pass_time();
	}
	store_close(store);
	for (guint i = 0; i < 3; i++)
		g_free((char *)headers[i]);
}

static void add_name(const char *path, void *data)
{
	g_ptr_array_add(data, g_strdup(path));
}

/* What facts rest on is told of those that are not kept, too. */
static void assert_tells(const struct store *store, const char *path)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	store_each_file(store, add_name, names);
	g_assert_true(g_ptr_array_find_with_equal_func(names, path, g_str_equal, NULL));
}

/* Facts of a file that changed while it was read are not kept. */
static void test_changed_meanwhile(struct fixture *fixture, gconstpointer data)
{
	static const char *const names[] = { "drivers/a/a.c", "drivers/a/a.h" };
	struct store *store;

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(fixture->tree, names[i], NULL);
		g_autofree char *content = NULL;

		g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
		store = open_store(fixture);
		assert_get(store, fixture, "drivers/a/a.c", NULL);
		write_file(fixture->tree, names[i], "changed\n");
		write_file(fixture->tree, names[i], content);
		put_with(store, fixture, "drivers/a/a.c", NULL, FACTS);
		assert_tells(store, "drivers/a/a.c");
		assert_tells(store, "drivers/a/a.h");
		assert_tells(store, "include/linux/fb.h");
		g_assert_true(store_knows_each_file(store));
		assert_get(store, fixture, "drivers/a/a.c", NULL);
		store_close(store);
		pass_time();
	}
	/* Nor those that nobody asked for. */
	store = open_store(fixture);
	put_with(store, fixture, "drivers/a/a.c", NULL, FACTS);
	assert_tells(store, "drivers/a/a.h");
	store_note_read(store, "drivers/b.c", fixture->build, NULL);
	assert_tells(store, "drivers/b.c");
	g_assert_false(store_knows_each_file(store));
	store_close(store);
	assert_disk(fixture, NULL);
	assert_quiet(fixture);
}

/* The dump does not tell where rows came from. */
static void test_dump(struct fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) put = g_string_new(NULL);
	g_autoptr(GString) got = g_string_new(NULL);
	struct store *store = open_store(fixture);

	(void)data;
	store_dump(store, put);
	g_assert_cmpstr(put->str, ==, "");
	fill(store, fixture, "drivers/b/b.c", FACTS);
	fill(store, fixture, "drivers/a/a.c", FACTS);
	store_dump(store, put);
	store_close(store);
	g_assert_true(g_str_has_prefix(put->str, "row drivers/a/a.c 386593f1475dc210 headers 4 "));
	g_assert_nonnull(strstr(put->str, "\nrow drivers/b/b.c "));
	g_assert_nonnull(strstr(put->str, "\nheader B:include/generated/autoconf.h "));
	g_assert_nonnull(strstr(put->str, "\nheader T:drivers/a/a.h "));

	store = open_store(fixture);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	assert_get(store, fixture, "drivers/b/b.c", FACTS);
	store_dump(store, got);
	store_close(store);
	g_assert_cmpstr(put->str, ==, got->str);
}

static void test_file_hash(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *path = g_build_filename(fixture->tree, "drivers/a/a.c", NULL);
	g_autofree char *gone = g_build_filename(fixture->tree, "gone", NULL);
	g_autofree char *pipe = g_build_filename(fixture->tree, "pipe", NULL);
	struct store *store = open_store(fixture);
	const char *hash = store_file_hash(store, path);
	g_autofree char *right = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "int a;\n", -1);

	(void)data;
	g_assert_cmpstr(hash, ==, right);
	g_assert_true(store_file_hash(store, path) == hash);
	write_file(fixture->tree, "drivers/a/a.c", "int b;\n");
	g_assert_cmpstr(store_file_hash(store, path), !=, right);
	/* The string that was given stays as it was. */
	g_assert_cmpstr(hash, ==, right);
	g_assert_null(store_file_hash(store, gone));
	g_assert_null(store_file_hash(store, fixture->tree));
	g_assert_cmpint(mkfifo(pipe, 0666), ==, 0);
	g_assert_null(store_file_hash(store, pipe));
	store_close(store);
}

static void test_relative_root(struct fixture *fixture, gconstpointer data)
{
	struct store_options options = { .root = "tree", .versions = "" };
	GError *error = NULL;

	(void)fixture;
	(void)data;
	g_assert_null(store_open(&options, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_ROOT);
	g_error_free(error);
}

/* Files in the store's place that are none. */

static void make_garbage(const char *path)
{
	g_autofree char *garbage = g_strnfill(20000, 'x');

	g_assert_true(g_file_set_contents(path, garbage, -1, NULL));
}

static void make_short_garbage(const char *path)
{
	g_assert_true(g_file_set_contents(path, "?!", -1, NULL));
}

static void make_directory(const char *path)
{
	g_unlink(path);
	g_assert_cmpint(g_mkdir(path, 0777), ==, 0);
}

static void make_pipe(const char *path)
{
	g_unlink(path);
	g_assert_cmpint(mkfifo(path, 0666), ==, 0);
}

static void make_truncated(const char *path)
{
	struct stat stat_buf;

	g_assert_cmpint(stat(path, &stat_buf), ==, 0);
	g_assert_cmpint(truncate(path, stat_buf.st_size / 2), ==, 0);
}

static void run_on(const char *path, const char *sql)
{
	sqlite3 *sqlite;

	g_assert_cmpint(sqlite3_open(path, &sqlite), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(sqlite);
}

static void make_newer(const char *path)
{
	run_on(path, "PRAGMA user_version = 1000");
}

static void make_older(const char *path)
{
	run_on(path, "PRAGMA user_version = 0");
}

static void make_foreign(const char *path)
{
	g_unlink(path);
	run_on(path, "CREATE TABLE bookmark (url TEXT)");
}

static void make_other_tables(const char *path)
{
	run_on(path, "ALTER TABLE facts ADD COLUMN more TEXT");
}

static void make_no_table(const char *path)
{
	run_on(path, "DROP TABLE packed");
}

static const struct damage {
	const char *name;
	void (*make)(const char *path);
	const char *reason;
} damages[] = {
	{ "garbage", make_garbage, "file is not a database" },
	{ "short-garbage", make_short_garbage, "file is not a database" },
	{ "directory", make_directory, "it is not a regular file" },
	{ "pipe", make_pipe, "it is not a regular file" },
	{ "truncated", make_truncated, "database disk image is malformed" },
	{ "newer", make_newer, "it was made by a newer version" },
	{ "older", make_older, "it was made by an older version" },
	{ "foreign", make_foreign, "it belongs to another program" },
	{ "other-tables", make_other_tables, "its tables are not ours" },
	{ "no-table", make_no_table, "its tables are not ours" },
};

static void test_damaged(struct fixture *fixture, gconstpointer data)
{
	const struct damage *damage = data;
	g_autofree char *path = store_path(fixture);

	for (int i = 1; i <= 2; i++) {
		g_autofree char *aside = g_strdup_printf("%s.damaged-%d", path, i);
		g_autofree char *message = g_strdup_printf(
			"%s cannot be trusted (%s): set aside as %s, a new one begun\n", path,
			damage->reason, aside);

		fill_disk(fixture);
		assert_quiet(fixture);
		damage->make(path);
		assert_disk(fixture, NULL);
		g_assert_cmpstr(fixture->messages->str, ==, message);
		g_string_truncate(fixture->messages, 0);
		g_assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
		fill_disk(fixture);
		assert_disk(fixture, FACTS);
		assert_quiet(fixture);
		remove_all(path);
	}
}

/* A file of no bytes is what a process leaves that dies early. */
static void test_empty(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *path = store_path(fixture);

	(void)data;
	g_assert_true(g_file_set_contents(path, "", 0, NULL));
	fill_disk(fixture);
	assert_disk(fixture, FACTS);
	assert_quiet(fixture);
}

/* Whatever byte is wrong, facts are right or absent, and the next run is fine. */
static void test_flipped(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *path = store_path(fixture);
	g_autoptr(GRand) rand = g_rand_new_with_seed(2);
	g_autofree char *whole = NULL;
	gsize size;
	guint right = 0;

	(void)data;
	fill_disk(fixture);
	g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
	for (int i = 0; i < 200; i++) {
		g_autofree char *copy = g_memdup2(whole, size);
		g_autofree char *facts = NULL;
		struct store *store;

		for (int j = 0; j < 1 + i % 8; j++)
			copy[g_rand_int_range(rand, 0, (gint32)size)] ^=
				(char)(1 << g_rand_int_range(rand, 0, 8));
		remove_all(fixture->cache);
		g_assert_cmpint(g_mkdir(fixture->cache, 0777), ==, 0);
		g_assert_true(g_file_set_contents(path, copy, (gssize)size, NULL));
		store = open_store(fixture);
		facts = get_with(store, fixture, "drivers/a/a.c", NULL);
		if (facts) {
			g_assert_cmpstr(facts, ==, FACTS);
			right++;
		} else {
			put_with(store, fixture, "drivers/a/a.c", NULL, FACTS);
		}
		store_close(store);
		assert_disk(fixture, FACTS);
	}
	g_test_message("%u of 200 were right", right);
}

/* Each table's bytes, changed by somebody who knows SQL. */
static void test_forged(struct fixture *fixture, gconstpointer data)
{
	static const char *const forgeries[] = {
		"UPDATE header SET hash = zeroblob(32)",
		"UPDATE header SET name = 'T:drivers/b/b.c'  WHERE name = 'T:drivers/a/a.h'",
		"UPDATE header SET id = id + 100",
		"UPDATE manifest SET headers = x''",
		"UPDATE manifest SET headers = x'ffffffffffffffffffffffff'",
		"UPDATE manifest SET facts = 77",
		"UPDATE manifest SET shadows = zeroblob(32)",
		"UPDATE manifest SET seal = x'00'",
		"UPDATE manifest SET headers = 'text'",
		"UPDATE facts SET size = 1",
		"UPDATE facts SET size = 4611686018427387904",
		"UPDATE packed SET data = zeroblob(10)",
		"UPDATE packed SET data = x''",
		"DELETE FROM packed",
		"DELETE FROM facts",
		"DELETE FROM header",
	};
	g_autofree char *path = store_path(fixture);

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(forgeries); i++) {
		fill_disk(fixture);
		assert_quiet(fixture);
		run_on(path, forgeries[i]);
		assert_disk(fixture, NULL);
		g_assert_nonnull(strstr(fixture->messages->str, "set aside"));
		g_string_truncate(fixture->messages, 0);
	}
}

/* Caches that cannot be written. */

static void test_no_cache(struct fixture *fixture, gconstpointer data)
{
	struct store *store;
	char *message;

	(void)data;
	remove_all(fixture->cache);
	message = g_strdup_printf("cannot write the store %s/" STORE_FILE
				  ": No such file or directory: continuing without it\n",
				  fixture->cache);
	store = open_store(fixture);
	fill(store, fixture, "drivers/a/a.c", FACTS);
	store_commit(store);
	assert_get(store, fixture, "drivers/a/a.c", FACTS);
	store_close(store);
	g_assert_cmpstr(fixture->messages->str, ==, message);
	g_free(message);
}

static void test_no_lock(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *lock = g_build_filename(fixture->cache, STORE_FILE ".lock", NULL);

	(void)data;
	g_assert_cmpint(g_mkdir(lock, 0777), ==, 0);
	fill_disk(fixture);
	g_assert_nonnull(strstr(fixture->messages->str, ": continuing without it\n"));
}

/* Waits for a child that must end well. */
static void wait_child(pid_t child)
{
	int status;

	g_assert_cmpint(child, >, 0);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* The disk is full from the start, or after the store was begun. */
static void test_full(struct fixture *fixture, gconstpointer data)
{
	static const rlim_t sizes[] = { 0, 100, 5000, 20000, 60000 };
	g_autofree char *bytes = g_malloc(200001);
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);

	(void)data;
	for (int i = 0; i < 200000; i++)
		bytes[i] = (char)g_rand_int_range(rand, 1, 128);
	bytes[200000] = '\0';
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		pid_t child = fork();

		if (!child) {
			struct rlimit limit = { sizes[i], sizes[i] };
			struct store *store;

			signal(SIGXFSZ, SIG_IGN);
			setrlimit(RLIMIT_FSIZE, &limit);
			store = open_store(fixture);
			fill(store, fixture, "drivers/a/a.c", bytes);
			store_commit(store);
			assert_get(store, fixture, "drivers/a/a.c", bytes);
			fill(store, fixture, "drivers/b/b.c", bytes);
			store_commit(store);
			assert_get(store, fixture, "drivers/b/b.c", bytes);
			store_close(store);
			/* One message, whatever comes. */
			if (!g_str_has_prefix(fixture->messages->str, "cannot write the store ") ||
			    strchr(fixture->messages->str, '\n')[1])
				_exit(1);
			_exit(0);
		}
		wait_child(child);
		/* What is left is sound, and there is room again. */
		assert_disk(fixture, NULL);
		assert_quiet(fixture);
	}
	fill_disk(fixture);
	assert_disk(fixture, FACTS);
}

/* Several processes */

static void make_sources(const struct fixture *fixture, guint count)
{
	for (guint i = 0; i < count; i++) {
		g_autofree char *name = g_strdup_printf("many/%u.c", i);

		write_file(fixture->tree, name, name);
	}
	pass_time();
}

static void test_processes(struct fixture *fixture, gconstpointer data)
{
	enum { PROCESSES = 4, FILES = 60 };
	pid_t children[PROCESSES];
	struct store *store;

	(void)data;
	make_sources(fixture, FILES);
	for (guint n = 0; n < PROCESSES; n++) {
		children[n] = fork();
		if (children[n])
			continue;
		store = open_store(fixture);
		for (guint i = 0; i < FILES; i++) {
			/* Half of the files are everybody's. */
			g_autofree char *name = g_strdup_printf("many/%u.c", (i * (n + 1)) % FILES);
			g_autofree char *facts = get_with(store, fixture, name, NULL);

			if (facts && strcmp(facts, name))
				_exit(1);
			if (!facts)
				put_with(store, fixture, name, NULL, name);
			store_commit(store);
		}
		store_close(store);
		_exit(fixture->messages->len ? 2 : 0);
	}
	for (guint n = 0; n < PROCESSES; n++)
		wait_child(children[n]);
	store = open_store(fixture);
	for (guint i = 0; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("many/%u.c", i);

		assert_get(store, fixture, name, name);
	}
	store_close(store);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), ==, FILES);
	assert_quiet(fixture);
}

/* All find the file damaged at the same time, and one sets it aside. */
static void test_processes_damaged(struct fixture *fixture, gconstpointer data)
{
	enum { PROCESSES = 6 };
	g_autofree char *path = store_path(fixture);
	g_autofree char *second = g_strconcat(path, ".damaged-2", NULL);
	pid_t children[PROCESSES];

	(void)data;
	make_garbage(path);
	for (guint n = 0; n < PROCESSES; n++) {
		children[n] = fork();
		if (!children[n]) {
			assert_disk(fixture, NULL);
			_exit(0);
		}
	}
	for (guint n = 0; n < PROCESSES; n++)
		wait_child(children[n]);
	g_assert_false(g_file_test(second, G_FILE_TEST_EXISTS));
	fill_disk(fixture);
	assert_disk(fixture, FACTS);
}

static void test_killed(struct fixture *fixture, gconstpointer data)
{
	enum { FILES = 200 };

	(void)data;
	make_sources(fixture, FILES);
	for (int round = 0; round < 12; round++) {
		struct store *store;
		pid_t child = fork();

		g_assert_cmpint(child, >=, 0);
		if (!child) {
			store = open_store(fixture);
			for (guint i = 0;; i = (i + 1) % FILES) {
				g_autofree char *name = g_strdup_printf("many/%u.c", i);
				g_autofree char *define = g_strdup_printf("-DR=%d", round);

				g_free(get_with(store, fixture, name, define));
				put_with(store, fixture, name, define, name);
				if (i % 8 == 0)
					store_commit(store);
			}
		}
		g_usleep(5000 + 9000 * (gulong)round);
		kill(child, SIGKILL);
		g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
		store = open_store(fixture);
		for (guint i = 0; i < FILES; i++) {
			g_autofree char *name = g_strdup_printf("many/%u.c", i);
			g_autofree char *define = g_strdup_printf("-DR=%d", round);
			g_autofree char *facts = get_with(store, fixture, name, define);

			g_assert_true(!facts || !strcmp(facts, name));
		}
		store_close(store);
		if (round == 6)
			run_sql(fixture, "PRAGMA integrity_check");
		assert_quiet(fixture);
	}
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), >, 0);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM pragma_integrity_check "
					 "WHERE integrity_check <> 'ok'"),
			==, 0);
}

/* Texts under a question, which rest on nothing else. */
static void test_remembered(struct fixture *fixture, gconstpointer data)
{
	struct store_options options = {
		.directory = fixture->cache,
		.root = fixture->tree,
		.versions = "one",
		.message = take_message,
		.message_data = fixture->messages,
	};
	g_autoptr(GString) dump = g_string_new(NULL);
	struct store *store = store_open(&options, NULL);
	gsize size;

	(void)data;
	g_assert_null(store_recall(store, "what?", &size));
	store_remember(store, "what?", "this\nand that", 13);
	store_remember(store, "nothing?", "", 0);
	for (int i = 0; i < 2; i++) {
		g_autofree char *text = store_recall(store, "what?", &size);
		g_autofree char *empty = NULL;

		g_assert_cmpstr(text, ==, "this\nand that");
		g_assert_cmpuint(size, ==, 13);
		empty = store_recall(store, "nothing?", &size);
		g_assert_cmpstr(empty, ==, "");
		g_assert_cmpuint(size, ==, 0);
		g_assert_null(store_recall(store, "what", &size));
		if (!i) {
			store_close(store);
			store = store_open(&options, NULL);
		}
	}
	store_dump(store, dump);
	g_assert_null(strstr(dump->str, "what"));
	store_remember(store, "what?", "changed", 7);
	store_close(store);
	store = store_open(&options, NULL);
	{
		g_autofree char *text = store_recall(store, "what?", &size);

		g_assert_cmpstr(text, ==, "changed");
	}
	store_close(store);
	options.versions = "two";
	store = store_open(&options, NULL);
	g_assert_null(store_recall(store, "what?", &size));
	store_close(store);
	g_assert_cmpuint(fixture->messages->len, ==, 0);
}

/* Growth */

static void test_limit(struct fixture *fixture, gconstpointer data)
{
	static const char *const flags[] = { NULL };
	static const char *const none[] = { NULL };
	struct store_options options = {
		.directory = fixture->cache,
		.root = fixture->tree,
		.versions = "",
		.limit = 100000,
		.message = take_message,
		.message_data = fixture->messages,
	};
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	struct store *store;

	(void)data;
	make_sources(fixture, 20);
	for (guint i = 0; i < 20; i++) {
		g_autofree char *name = g_strdup_printf("many/%u.c", i);
		g_autofree char *own = g_build_filename(fixture->tree, name, NULL);
		const char *const headers[] = { own, NULL };
		char bytes[10000];
		gsize size;

		for (gsize at = 0; at < sizeof(bytes); at++)
			bytes[at] = (char)g_rand_int(rand);
		store = store_open(&options, NULL);
		g_assert_null(store_get(store, name, flags, "", &size));
		store_put(store, name, flags, "", i < 19 ? headers : none, bytes, sizeof(bytes));
		store_close(store);
		/* As if a day had passed; the first file is looked at every day. */
		run_sql(fixture, "UPDATE manifest SET used = used - 86400");
		store = store_open(&options, NULL);
		g_free(store_get(store, "many/0.c", flags, "", &size));
		g_assert_cmpuint(size, ==, sizeof(bytes));
		store_close(store);
		g_assert_cmpint(run_sql(fixture, "SELECT TOTAL(bytes) FROM facts"), <=, 100000);
	}
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), >=, 7);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), ==,
			run_sql(fixture, "SELECT COUNT(*) FROM packed"));
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM header"), <, 12);
	store = store_open(&options, NULL);
	for (guint i = 1; i < 20; i++) {
		g_autofree char *name = g_strdup_printf("many/%u.c", i);
		gsize size;

		g_free(store_get(store, name, flags, "", &size));
		if (i < 5)
			g_assert_cmpuint(size, ==, 0);
		if (i > 15)
			g_assert_cmpuint(size, ==, 10000);
	}
	store_close(store);
	assert_quiet(fixture);
}

/* One file in ever new surroundings keeps a few rows, and its facts once. */
static void test_many_states(struct fixture *fixture, gconstpointer data)
{
	struct store *store;

	(void)data;
	for (int i = 0; i < 40; i++) {
		g_autofree char *content = g_strdup_printf("#define A %d\n", i + 10);

		write_file(fixture->tree, "drivers/a/a.h", content);
		pass_time();
		store = open_store(fixture);
		fill(store, fixture, "drivers/a/a.c", FACTS);
		store_close(store);
	}
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM manifest"), ==, 16);
	g_assert_cmpint(run_sql(fixture, "SELECT COUNT(*) FROM facts"), ==, 1);
	assert_disk(fixture, FACTS);
}

/* Speed: 300 files, each with 1000 of 5000 headers and 60 kB of facts. */
static void test_speed(struct fixture *fixture, gconstpointer data)
{
	enum { FILES = 300, HEADERS = 5000, EACH = 1000, FACTS_SIZE = 60000 };
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);
	g_auto(GStrv) flags = make_flags(fixture, NULL);
	g_autoptr(GString) facts = g_string_new(NULL);
	g_autofree char *body = g_strnfill(10000, '/');
	g_autofree char *path = store_path(fixture);
	struct store *store;
	struct stat stat_buf;
	gint64 start;
	gsize size;

	(void)data;
	for (guint i = 0; i < HEADERS; i++) {
		g_autofree char *name = g_strdup_printf("include/d%u/h%u.h", i % 50, i);
		g_autofree char *content = g_strdup_printf("%u%s", i, body);

		write_file(fixture->tree, name, content);
		g_ptr_array_add(paths, g_build_filename(fixture->tree, name, NULL));
	}
	make_sources(fixture, FILES);
	g_usleep(2200000);
	for (int run = 0; run < 4; run++) {
		gint64 got = 0, put = 0;

		start = g_get_monotonic_time();
		store = open_store(fixture);
		g_test_message("run %d: open %" G_GINT64_FORMAT " us", run,
			       g_get_monotonic_time() - start);
		for (guint i = 0; i < FILES; i++) {
			g_autofree char *name = g_strdup_printf("many/%u.c", i);
			g_autofree char *found = NULL;
			const char *headers[EACH + 1];

			start = g_get_monotonic_time();
			found = store_get(store, name, (const char *const *)flags, fixture->build,
					  &size);
			got += g_get_monotonic_time() - start;
			g_assert_true(!found == (run == 0));
			if (found)
				continue;
			g_string_truncate(facts, 0);
			while (facts->len < FACTS_SIZE)
				g_string_append_printf(facts,
						       "call %u local%u include/linux/%u.h:%u\n",
						       g_rand_int_range(rand, 0, 1000), i,
						       g_rand_int_range(rand, 0, 300),
						       g_rand_int_range(rand, 0, 3000));
			for (guint j = 0; j < EACH; j++)
				headers[j] =
					g_ptr_array_index(paths, (i / 10 * 131 + j * 5) % HEADERS);
			headers[EACH] = NULL;
			start = g_get_monotonic_time();
			store_put(store, name, (const char *const *)flags, fixture->build, headers,
				  facts->str, facts->len);
			put += g_get_monotonic_time() - start;
		}
		start = g_get_monotonic_time();
		store_close(store);
		g_assert_cmpint(stat(path, &stat_buf), ==, 0);
		g_test_message("run %d: get %" G_GINT64_FORMAT " us, put %" G_GINT64_FORMAT
			       " us, close %" G_GINT64_FORMAT " us, %ld bytes",
			       run, got, put, g_get_monotonic_time() - start,
			       (long)stat_buf.st_size);
	}
	assert_quiet(fixture);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct fixture *fixture, gconstpointer data);
	} tests[] = {
		{ "/store/hit", test_hit },
		{ "/store/memory", test_memory },
		{ "/store/bytes", test_bytes },
		{ "/store/edited", test_edited },
		{ "/store/two-states", test_two_states },
		{ "/store/gone", test_gone },
		{ "/store/times", test_times },
		{ "/store/racy", test_racy },
		{ "/store/other-question", test_other_question },
		{ "/store/other-tree", test_other_tree },
		{ "/store/two-builds", test_two_builds },
		{ "/store/shadowed", test_shadowed },
		{ "/store/always-shadowed", test_always_shadowed },
		{ "/store/changed-meanwhile", test_changed_meanwhile },
		{ "/store/dump", test_dump },
		{ "/store/file-hash", test_file_hash },
		{ "/store/relative-root", test_relative_root },
		{ "/store/empty", test_empty },
		{ "/store/flipped", test_flipped },
		{ "/store/forged", test_forged },
		{ "/store/no-cache", test_no_cache },
		{ "/store/no-lock", test_no_lock },
		{ "/store/full", test_full },
		{ "/store/processes", test_processes },
		{ "/store/processes-damaged", test_processes_damaged },
		{ "/store/killed", test_killed },
		{ "/store/limit", test_limit },
		{ "/store/remembered", test_remembered },
		{ "/store/many-states", test_many_states },
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, set_up, tests[i].run, tear_down);
	for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_autofree char *name = g_strdup_printf("/store/damaged/%s", damages[i].name);

		g_test_add(name, struct fixture, &damages[i], set_up, test_damaged, tear_down);
	}
	if (g_test_perf())
		g_test_add("/store/speed", struct fixture, NULL, set_up, test_speed, tear_down);
	return g_test_run();
}

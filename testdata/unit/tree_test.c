// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of tree on copies of fake-kernel/, whose Makefiles behave as kbuild's do
 * and note what they are made to do in $HOME/made.
 */
#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char *top;
	char *kernel; /* the copy */
	char *build;
	char *cache;
	char *made;
	GString *messages; /* of progress, one a line */
};

static void copy_all(const char *from, const char *to)
{
	g_autoptr(GDir) directory = g_dir_open(from, 0, NULL);
	const char *name;

	g_assert_nonnull(directory);
	g_assert_cmpint(g_mkdir_with_parents(to, 0777), ==, 0);
	while ((name = g_dir_read_name(directory))) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);
		g_autofree char *text = NULL;
		gsize size;

		if (g_file_test(source, G_FILE_TEST_IS_DIR)) {
			copy_all(source, target);
			continue;
		}
		g_assert_true(g_file_get_contents(source, &text, &size, NULL));
		g_assert_true(g_file_set_contents(target, text, (gssize)size, NULL));
	}
}

static void remove_all(const char *path)
{
	GDir *directory = NULL;
	const char *name;

	if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
		directory = g_dir_open(path, 0, NULL);
	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_all(child);
	}
	if (directory)
		g_dir_close(directory);
	g_remove(path);
}

static void write_file(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(parent, 0777), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *read_file(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static bool has_file(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Moves the time of a file: seconds from now, never ahead, which would keep make busy. */
static void set_time(const char *directory, const char *name, int seconds)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec += seconds;
	times[1] = times[0];
	g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

/* What make did since this was asked last. */
static char *take_made(struct fixture *fixture)
{
	char *text = read_file(fixture->top, "made");

	g_remove(fixture->made);
	return text;
}

/* Every file below a directory: name, mode, size, time, content. */
static void snapshot_add(GPtrArray *lines, const char *root, const char *path)
{
	g_autofree char *absolute = g_build_filename(root, path, NULL);
	g_autofree char *hash = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GDir) directory = NULL;
	struct stat st;
	const char *name;
	gsize size;

	g_assert_cmpint(lstat(absolute, &st), ==, 0);
	if (S_ISREG(st.st_mode) && g_file_get_contents(absolute, &text, &size, NULL))
		hash = g_compute_checksum_for_data(G_CHECKSUM_MD5, (guchar *)text, size);
	g_ptr_array_add(lines, g_strdup_printf("%s %o %ld %ld.%09ld %s", path, st.st_mode,
					       S_ISDIR(st.st_mode) ? 0 : (long)st.st_size,
					       (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
					       hash ? hash : "-"));
	if (!S_ISDIR(st.st_mode))
		return;
	directory = g_dir_open(absolute, 0, NULL);
	while ((name = g_dir_read_name(directory))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		snapshot_add(lines, root, child);
	}
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *snapshot(const char *root)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	snapshot_add(lines, root, "");
	g_ptr_array_sort(lines, compare_lines);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("\n", (char **)lines->pdata);
}

static void set_up(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *source = g_test_build_filename(G_TEST_DIST, "fake-kernel", NULL);

	(void)data;
	fixture->top = g_dir_make_tmp("tree-test-XXXXXX", NULL);
	fixture->kernel = g_build_filename(fixture->top, "kernel", NULL);
	fixture->build = g_build_filename(fixture->top, "build", NULL);
	fixture->cache = g_build_filename(fixture->top, "cache", NULL);
	fixture->made = g_build_filename(fixture->top, "made", NULL);
	fixture->messages = g_string_new("");
	copy_all(source, fixture->kernel);
	g_assert_cmpint(g_mkdir(fixture->cache, 0777), ==, 0);
	g_setenv("HOME", fixture->top, TRUE);
}

static void tear_down(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	remove_all(fixture->top);
	g_free(fixture->top);
	g_free(fixture->kernel);
	g_free(fixture->build);
	g_free(fixture->cache);
	g_free(fixture->made);
	g_string_free(fixture->messages, TRUE);
}

static void note(const char *message, void *data)
{
	struct fixture *fixture = data;

	g_string_append_printf(fixture->messages, "%s\n", message);
}

static struct tree_options options_of(struct fixture *fixture)
{
	return (struct tree_options){
		.path = fixture->kernel,
		.cache = fixture->cache,
		.clang = "sh", /* any program: nothing is compiled */
		.jobs = 2,
		.progress = note,
		.progress_data = fixture,
	};
}

static struct tree *open_tree(const struct tree_options *options)
{
	g_autoptr(GError) error = NULL;
	struct tree *tree = tree_open(options, &error);

	g_assert_no_error(error);
	g_assert_nonnull(tree);
	return tree;
}

/* The one line that refuses options; it has to hold a text. */
static void assert_refused(const struct tree_options *options, const char *text)
{
	g_autoptr(GError) error = NULL;
	struct tree *tree = tree_open(options, &error);

	g_assert_null(tree);
	g_assert_nonnull(error);
	if (!strstr(error->message, text))
		g_error("\"%s\" lacks \"%s\"", error->message, text);
	g_assert_null(strchr(error->message, '\n'));
}

static GPtrArray *list_of(const char *const *paths)
{
	GPtrArray *list = g_ptr_array_new();

	for (; *paths; paths++)
		g_ptr_array_add(list, (void *)*paths);
	return list;
}

static void load(struct tree *tree, const char *const *paths)
{
	g_autoptr(GPtrArray) list = list_of(paths);
	g_autoptr(GError) error = NULL;
	bool ok = tree_load_flags(tree, 0, list, &error);

	g_assert_no_error(error);
	g_assert_true(ok);
}

static const char *const all_files[] = {
	"drivers/alpha/nested/lent.c",
	"drivers/alpha/nested/nested.c",
	"drivers/alpha/alpha_drv.c",
	"drivers/alpha/left_out.c",
	"drivers/alpha/single.c",
	"drivers/alpha/sub/part.c",
	"drivers/amd/core/core_drv.c",
	"drivers/amd/kfd/chardev.c",
	"drivers/beta/beta_a.c",
	"drivers/gamma/gamma.c",
	"drivers/off/inner/deep.c",
	"drivers/off/off_drv.c",
	"mm/core.c",
	"mm/unused.c",
	"tools/outside.c",
	NULL,
};

/* A file's flags, one a line, with the tree and the build directory replaced. */
static char *flags_of(const struct tree *tree, const char *path)
{
	const struct tree_file *file = tree_file(tree, 0, path);
	g_autoptr(GString) text = g_string_new("");

	g_assert_nonnull(file);
	for (const char *const *flag = file->flags; *flag; flag++)
		g_string_append_printf(text, "%s\n", *flag);
	g_string_replace(text, tree_config_build(tree, 0), "BUILD", 0);
	g_string_replace(text, tree_root(tree), "TREE", 0);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assert_file(const struct tree *tree, const char *path, const char *expected)
{
	const struct tree_file *file = tree_file(tree, 0, path);
	g_autofree char *text = NULL;

	g_assert_nonnull(file);
	g_assert_cmpstr(file->path, ==, path);
	text = g_strdup_printf("%s %s %s", file->built ? "built" : "left-out",
			       file->is_module ? "module" : "built-in",
			       file->module ? file->module : "-");
	if (strcmp(text, expected))
		g_error("%s: \"%s\" instead of \"%s\"", path, text, expected);
}

static void assert_stubs(const struct tree *tree, const char *expected)
{
	const GPtrArray *stubs = tree_stubs(tree);
	g_autoptr(GString) text = g_string_new("");

	for (guint i = 0; i < stubs->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(stubs, i));
	g_assert_cmpstr(text->str, ==, expected);
}

/* Configures the kernel in a directory as a user does, with make itself. */
static void user_configures(struct fixture *fixture, const char *build)
{
	g_autofree char *makefile = g_build_filename(fixture->kernel, "Makefile", NULL);
	const char *const goals[] = { "allmodconfig", "prepare0" };

	g_assert_cmpint(g_mkdir_with_parents(build, 0777), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(goals); i++) {
		const char *argv[] = {
			"make",	  "-s",	      "-C",    build,	 "-f",
			makefile, "ARCH=x86", "CC=sh", goals[i], NULL,
		};
		int status;

		g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
					   NULL, NULL, NULL, &status, NULL));
		g_assert_cmpint(status, ==, 0);
	}
	g_remove(fixture->made);
}

/* Marks a .config as that of a compiler that says of itself what "true --version" says. */
static void set_compiler(const char *build, const char *version)
{
	g_autofree char *text = read_file(build, ".config");
	g_autofree char *more = g_strdup_printf("%sCONFIG_CC_VERSION_TEXT=\"%s\"\n", text, version);

	write_file(build, ".config", more);
	set_time(build, ".config", -60);
}

static char *program_version(const char *program)
{
	char *argv[] = { (char *)program, (char *)"--version", NULL };
	char *text = NULL;

	g_assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL,
				   NULL, NULL));
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Bad input */

static void test_refused(struct fixture *fixture, gconstpointer data)
{
	static const char *const unknown[] = { "x86", "vax", NULL };
	static const char *const arm[] = { "arm", NULL };
	struct tree_options options = options_of(fixture);
	g_autofree char *file = g_build_filename(fixture->kernel, "Makefile", NULL);
	g_autofree char *other = g_build_filename(fixture->top, "other", NULL);
	g_autofree char *link = g_build_filename(fixture->build, "source", NULL);

	(void)data;
	options.path = "/no/such/tree";
	assert_refused(&options, "/no/such/tree: No such file or directory");
	options.path = file;
	assert_refused(&options, "not a directory");
	options.path = fixture->cache;
	assert_refused(&options, "not a kernel tree");
	options.path = fixture->kernel;
	options.arches = unknown;
	assert_refused(&options, "vax: not an architecture of this tree, which has: arm, x86");
	options.arches = NULL;
	options.build = "/no/such/build";
	assert_refused(&options, "no such build directory");
	options.build = fixture->cache;
	assert_refused(&options, "no .config");
	options.config = "x";
	assert_refused(&options, "not both");
	options.config = NULL;

	user_configures(fixture, fixture->build);
	options.build = fixture->build;
	options.arches = arm;
	assert_refused(&options, "configured for x86, not for arm");
	options.arches = NULL;
	g_assert_cmpint(g_mkdir(other, 0777), ==, 0);
	g_assert_cmpint(symlink(other, link), ==, 0);
	assert_refused(&options, "belongs to");

	options.build = NULL;
	options.config = "/no/such/config";
	assert_refused(&options, "/no/such/config");
	options.config = NULL;
	options.clang = "no-such-compiler";
	assert_refused(&options, "no-such-compiler is not installed");
	g_assert_cmpint(g_rename(fixture->cache, other), ==, 0);
	options.clang = "sh";
	assert_refused(&options, "cannot");
	write_file(fixture->kernel, "Makefile", "all:\n");
	assert_refused(&options, "its Makefile sets no VERSION");
}

static void test_space(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *spaced = g_build_filename(fixture->top, "my kernel", NULL);

	(void)data;
	g_assert_cmpint(g_rename(fixture->kernel, spaced), ==, 0);
	options.path = spaced;
	assert_refused(&options, "kbuild takes no path with a space");
	options.no_kbuild = true;
	tree_close(open_tree(&options));
}

static void test_unreadable(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);

	(void)data;
	if (!geteuid()) {
		g_test_skip("root reads everything");
		return;
	}
	g_assert_cmpint(g_chmod(fixture->kernel, 0), ==, 0);
	assert_refused(&options, "check its permissions");
	g_assert_cmpint(g_chmod(fixture->kernel, 0755), ==, 0);
}

static void test_configuration_fails(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *kconfig = read_file(fixture->kernel, "Kconfig");

	(void)data;
	write_file(fixture->kernel, "Kconfig", "BROKEN\n");
	assert_refused(&options, "Kconfig:3: syntax error; see ");
	/* What it left behind is in nobody's way. */
	write_file(fixture->kernel, "Kconfig", kconfig);
	tree_close(open_tree(&options));
}

/* Configurations */

static void test_bare(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *before = snapshot(fixture->kernel);
	g_autofree char *after = NULL;
	g_autofree char *made = NULL;
	g_autofree char *again = NULL;
	g_autofree char *hash = NULL;
	struct tree *tree;

	(void)data;
	tree = open_tree(&options);
	g_assert_cmpstr(tree_release(tree), ==, "6.12.1-fake");
	g_assert_cmpuint(tree_config_count(tree), ==, 1);
	g_assert_cmpstr(tree_config_arch(tree, 0), ==, "x86");
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "allmodconfig");
	g_assert_true(g_str_has_prefix(tree_config_build(tree, 0), fixture->cache));
	hash = g_strdup(tree_config_hash(tree, 0));
	load(tree, all_files);
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "allmodconfig x86 sh\nsyncconfig\nprepare0\n");
	g_assert_true(g_str_has_prefix(fixture->messages->str, "configuring x86 (allmodconfig)"));

	/* Once for a state of the tree. */
	g_string_truncate(fixture->messages, 0);
	tree = open_tree(&options);
	load(tree, all_files);
	g_assert_cmpstr(tree_config_hash(tree, 0), ==, hash);
	tree_close(tree);
	again = take_made(fixture);
	g_assert_cmpstr(again, ==, "");
	g_assert_cmpstr(fixture->messages->str, ==, "");
	after = snapshot(fixture->kernel);
	g_assert_cmpstr(after, ==, before);

	/* Another state. */
	set_time(fixture->kernel, "drivers/Kconfig", -50);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_hash(tree, 0), !=, hash);
	tree_close(tree);
	g_free(again);
	again = take_made(fixture);
	g_assert_cmpstr(again, ==, made);
}

static void test_arches(struct fixture *fixture, gconstpointer data)
{
	static const char *const arches[] = { "x86_64", "arm", "x86", NULL };
	static const char *const files[] = { "drivers/off/off_drv.c", "drivers/beta/beta_a.c",
					     NULL };
	struct tree_options options = options_of(fixture);
	g_autoptr(GPtrArray) list = list_of(files);
	struct tree *tree;

	(void)data;
	options.arches = arches;
	tree = open_tree(&options);
	/* x86 is x86_64. */
	g_assert_cmpuint(tree_config_count(tree), ==, 2);
	g_assert_cmpstr(tree_config_arch(tree, 0), ==, "x86");
	g_assert_cmpstr(tree_config_arch(tree, 1), ==, "arm");
	for (guint i = 0; i < 2; i++) {
		g_assert_true(tree_load_flags(tree, i, list, NULL));
		g_assert_cmpint(tree_file(tree, i, files[0])->built, ==, i == 1);
		g_assert_cmpint(tree_file(tree, i, files[1])->built, ==, i == 0);
	}
	tree_close(tree);
}

static void test_config_file(struct fixture *fixture, gconstpointer data)
{
	static const char *const files[] = { "drivers/off/off_drv.c", "drivers/beta/beta_a.c",
					     NULL };
	struct tree_options options = options_of(fixture);
	g_autofree char *file = g_build_filename(fixture->top, "my.config", NULL);
	g_autofree char *made = NULL;
	struct tree *tree;

	(void)data;
	write_file(fixture->top, "my.config", "CONFIG_OFF=m\n");
	options.config = file;
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "my.config");
	load(tree, files);
	assert_file(tree, files[0], "built module drivers/off/off");
	assert_file(tree, files[1], "left-out built-in drivers/beta/beta");
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "olddefconfig x86 sh\nsyncconfig\nprepare0\n");
}

/* Variables that steer make and kbuild do not reach them. */
static void test_environment(struct fixture *fixture, gconstpointer data)
{
	static const char *const set[] = {
		"MAKEFLAGS", "MFLAGS",	      "MAKELEVEL", "MAKEFILES", "KBUILD_OUTPUT", "O",
		"ARCH",	     "CROSS_COMPILE", "KCFLAGS",   "SRCARCH",	"KBUILD_CFLAGS",
	};
	struct tree_options options = options_of(fixture);
	g_autofree char *flags = NULL;
	struct tree *tree;

	(void)data;
	for (gsize i = 0; i < G_N_ELEMENTS(set); i++)
		g_setenv(set[i], "n", TRUE);
	tree = open_tree(&options);
	load(tree, all_files);
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	flags = flags_of(tree, "mm/core.c");
	g_assert_nonnull(strstr(flags, "-D__KERNEL__\n"));
	tree_close(tree);
	for (gsize i = 0; i < G_N_ELEMENTS(set); i++)
		g_unsetenv(set[i]);
}

/* Flags */

static void test_flags(struct fixture *fixture, gconstpointer data)
{
	static const char expected[] = "-nostdinc\n"
				       "-ITREE/arch/x86/include\n"
				       "-IBUILD/arch/x86/include/generated\n"
				       "-ITREE/include\n"
				       "-IBUILD/include\n"
				       "-include\n"
				       "TREE/include/linux/kconfig.h\n"
				       "-D__KERNEL__\n"
				       "-std=gnu11\n"
				       "-m64\n"
				       "-fshort-wchar\n"
				       "-DIN_DRIVERS\n"
				       "-ITREE/drivers/include\n"
				       "-ITREE/drivers/alpha/regs\n"
				       "-DTEXT=\"two words\"\n"
				       "-UOLD\n"
				       "-isystem\n"
				       "TREE/include/uapi\n"
				       "-include\n"
				       "TREE/drivers/alpha/forced.h\n"
				       "-fno-builtin-memcpy\n"
				       "-funsigned-char\n"
				       "-DALPHA_DRV=1\n"
				       "-ITREE/drivers/alpha\n"
				       "-IBUILD/drivers/alpha\n"
				       "-DMODULE\n"
				       "--target=x86_64-linux-gnu\n";
	struct tree_options options = options_of(fixture);
	g_autofree char *flags = NULL;
	g_autofree char *cached = NULL;
	struct tree *tree = open_tree(&options);

	(void)data;
	load(tree, all_files);
	flags = flags_of(tree, "drivers/alpha/alpha_drv.c");
	g_assert_cmpstr(flags, ==, expected);
	g_assert_null(tree_file(tree, 0, "drivers/alpha/other.c"));
	tree_close(tree);
	tree = open_tree(&options);
	load(tree, all_files);
	cached = flags_of(tree, "drivers/alpha/alpha_drv.c");
	g_assert_cmpstr(cached, ==, expected);
	tree_close(tree);
}

static void test_built(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *off = NULL;
	g_autofree char *deep = NULL;
	g_autofree char *kfd = NULL;
	struct tree *tree = open_tree(&options);

	(void)data;
	load(tree, all_files);
	assert_file(tree, "drivers/alpha/alpha_drv.c", "built module drivers/alpha/alpha-mod");
	assert_file(tree, "drivers/alpha/sub/part.c", "built module drivers/alpha/alpha-mod");
	assert_file(tree, "drivers/alpha/single.c", "built module drivers/alpha/single");
	/* Two files of one directory, of which one is part of a module above it. */
	assert_file(tree, "drivers/alpha/nested/nested.c",
		    "built module drivers/alpha/nested/nested");
	assert_file(tree, "drivers/alpha/nested/lent.c", "built module drivers/alpha/alpha-mod");
	assert_file(tree, "drivers/alpha/left_out.c", "left-out built-in drivers/alpha/never");
	assert_file(tree, "drivers/beta/beta_a.c", "built built-in drivers/beta/beta");
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	assert_file(tree, "mm/unused.c", "left-out built-in -");
	assert_file(tree, "tools/outside.c", "left-out built-in -");
	/* A module of another directory's files. */
	assert_file(tree, "drivers/amd/core/core_drv.c", "built module drivers/amd/core/gpu");
	assert_file(tree, "drivers/amd/kfd/chardev.c", "built module drivers/amd/core/gpu");
	kfd = flags_of(tree, "drivers/amd/kfd/chardev.c");
	g_assert_nonnull(strstr(kfd, "-ITREE/drivers/amd/core/shared\n"));
	/* Directories that are switched off, with what those above them say. */
	assert_file(tree, "drivers/off/off_drv.c", "left-out built-in drivers/off/off");
	assert_file(tree, "drivers/off/inner/deep.c", "left-out built-in drivers/off/inner/deep");
	off = flags_of(tree, "drivers/off/off_drv.c");
	g_assert_nonnull(strstr(off, "-ITREE/drivers/off/private\n"));
	g_assert_nonnull(strstr(off, "-DIN_DRIVERS\n"));
	deep = flags_of(tree, "drivers/off/inner/deep.c");
	g_assert_nonnull(strstr(deep, "-DBELOW_OFF\n"));
	g_assert_null(strstr(deep, "private"));
	tree_close(tree);
}

static void test_generated(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *header = NULL;
	g_autofree char *changed = NULL;
	g_autofree char *made = NULL;
	struct tree *tree = open_tree(&options);

	(void)data;
	load(tree, all_files);
	header = read_file(tree_config_build(tree, 0), "drivers/beta/generated/beta_regs.h");
	g_assert_nonnull(strstr(header, "#define CONTROL 4\n"));
	/* One that cannot be made is empty, and named. */
	assert_stubs(tree, "drivers/gamma/gamma_tables.h\n");
	assert_file(tree, "drivers/gamma/gamma.c", "built module drivers/gamma/gamma");
	tree_close(tree);

	tree = open_tree(&options);
	load(tree, all_files);
	assert_stubs(tree, "drivers/gamma/gamma_tables.h\n");
	tree_close(tree);

	/* What it is made of changes: no new configuration, but a new header. */
	write_file(fixture->kernel, "drivers/beta/beta.regs", "CONTROL 42\n");
	g_free(take_made(fixture));
	tree = open_tree(&options);
	load(tree, all_files);
	changed = read_file(tree_config_build(tree, 0), "drivers/beta/generated/beta_regs.h");
	g_assert_cmpstr(changed, ==, "#define CONTROL 42\n");
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");
}

/* The cache */

static void test_damaged_cache(struct fixture *fixture, gconstpointer data)
{
	static const char *const damages[] = {
		"",
		"nonsense",
		"pfncheck-flags 1\nfile\tx\nend\n",
		"pfncheck-flags 1\nflags\t-DX\nfile\tmm/core.c\t\t\t0\t1\t99\nfile\nend\n",
	};
	struct tree_options options = options_of(fixture);
	struct tree *tree = open_tree(&options);
	g_autofree char *build = g_strdup(tree_config_build(tree, 0));
	g_autofree char *autoconf = g_build_filename(build, "include/generated/autoconf.h", NULL);

	(void)data;
	load(tree, all_files);
	tree_close(tree);
	for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
		write_file(build, "pfncheck/flags", damages[i]);
		tree = open_tree(&options);
		load(tree, all_files);
		assert_file(tree, "mm/core.c", "built built-in mm/core");
		tree_close(tree);
	}
	/* What a killed run leaves, and a header that is gone. */
	g_assert_cmpint(g_remove(autoconf), ==, 0);
	g_free(autoconf);
	autoconf = g_strconcat(build, ".part.1/include", NULL);
	g_assert_cmpint(g_mkdir_with_parents(autoconf, 0777), ==, 0);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_build(tree, 0), ==, build);
	g_assert_false(g_file_test(autoconf, G_FILE_TEST_EXISTS));
	load(tree, all_files);
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	tree_close(tree);
}

static void test_two_at_once(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *made = NULL;
	pid_t children[3];

	(void)data;
	for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
		children[i] = fork();
		g_assert_cmpint(children[i], >=, 0);
		if (!children[i]) {
			g_autoptr(GPtrArray) list = list_of(all_files);
			struct tree *tree = tree_open(&options, NULL);
			bool ok = tree && tree_load_flags(tree, 0, list, NULL) &&
				  tree_file(tree, 0, "mm/core.c")->built;

			_exit(ok ? 0 : 1);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
		int status;

		g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
		g_assert_cmpint(status, ==, 0);
	}
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "allmodconfig x86 sh\nsyncconfig\nprepare0\n");
}

/* Of one tree only the last states are kept. */
static void test_prune(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autoptr(GDir) cache = NULL;
	const char *name;
	guint count = 0;

	(void)data;
	for (int i = 0; i < 6; i++) {
		set_time(fixture->kernel, "Kconfig", -100 - i);
		tree_close(open_tree(&options));
	}
	cache = g_dir_open(fixture->cache, 0, NULL);
	while ((name = g_dir_read_name(cache))) {
		g_autofree char *path = g_build_filename(fixture->cache, name, NULL);

		count += g_file_test(path, G_FILE_TEST_IS_DIR);
	}
	g_assert_cmpuint(count, ==, 4);
}

/* Adds to a file of the kernel. */
static void append_to(struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *before = read_file(fixture->kernel, name);
	g_autofree char *after = g_strconcat(before, text, NULL);

	write_file(fixture->kernel, name, after);
}

/* What make does for the state that the kernel is in; *build: where, a new string. */
static char *made_for(struct fixture *fixture, char **build)
{
	struct tree_options options = options_of(fixture);
	struct tree *tree;

	g_free(take_made(fixture));
	tree = open_tree(&options);
	*build = g_strdup(tree_config_build(tree, 0));
	tree_close(tree);
	return take_made(fixture);
}

/* A driver's Makefile has no part in a configuration, but in flags and headers of drivers. */
static void test_reuse(struct fixture *fixture, gconstpointer data)
{
	static const char *const parts[] = { "Kconfig", "arch/x86/Makefile",
					     "scripts/Kbuild.include", "Kbuild" };
	static const char header[] = "drivers/beta/generated/beta_regs.h";
	struct tree_options options = options_of(fixture);
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *autoconf = NULL;
	g_autofree char *flags = NULL;
	g_autofree char *text = NULL;
	g_autofree char *made = made_for(fixture, &first);
	struct tree *tree = open_tree(&options);

	(void)data;
	g_assert_cmpstr(made, !=, "");
	load(tree, all_files);
	g_assert_true(has_file(first, header));
	tree_close(tree);
	append_to(fixture, "drivers/alpha/Makefile", "CFLAGS_alpha_drv.o += -DLATER\n");
	g_free(made);
	made = made_for(fixture, &second);
	g_assert_cmpstr(made, ==, "");
	g_assert_cmpstr(first, !=, second);
	/* Nothing that was made for another state's files. */
	g_assert_false(has_file(second, header));
	autoconf = read_file(first, "include/generated/autoconf.h");
	text = read_file(second, "include/generated/autoconf.h");
	g_assert_cmpstr(autoconf, ==, text);
	tree = open_tree(&options);
	load(tree, all_files);
	flags = flags_of(tree, "drivers/alpha/alpha_drv.c");
	g_assert_nonnull(strstr(flags, "-DLATER\n"));
	assert_stubs(tree, "drivers/gamma/gamma_tables.h\n");
	g_assert_true(has_file(second, header));
	tree_close(tree);
	g_free(made);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");

	/* A third one, without the first, from which a file is gone. */
	remove_all(first);
	append_to(fixture, "mm/Makefile", "# nothing\n");
	g_free(made);
	g_free(first);
	made = made_for(fixture, &first);
	g_assert_cmpstr(made, ==, "");
	remove_all(second);
	g_free(text);
	text = g_build_filename(first, "include/config/auto.conf", NULL);
	g_assert_cmpint(g_remove(text), ==, 0);
	append_to(fixture, "mm/Makefile", "# and again\n");
	g_free(made);
	g_free(second);
	made = made_for(fixture, &second);
	g_assert_cmpstr(made, !=, "");
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		append_to(fixture, parts[i], "# nothing\n");
		g_free(made);
		g_free(second);
		made = made_for(fixture, &second);
		g_assert_cmpstr(made, !=, "");
	}
}

/* Build directories */

static void test_build(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *version = program_version("make");
	g_autofree char *made = NULL;
	g_autofree char *kernel = NULL;
	g_autofree char *build = NULL;
	g_autofree char *kernel_after = NULL;
	g_autofree char *build_after = NULL;
	struct tree *tree;

	(void)data;
	user_configures(fixture, fixture->build);
	/* "GNU Make 4.3" names no program: as with clang, what is there does not fit. */
	set_compiler(fixture->build, version);
	write_file(fixture->build, "drivers/gamma/gamma_tables.h", "#define GAMMA 1\n");
	options.build = fixture->build;
	kernel = snapshot(fixture->kernel);
	build = snapshot(fixture->build);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, ".config");
	load(tree, all_files);
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	/* Made by the build, and not to be made here. */
	assert_stubs(tree, "");
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "olddefconfig x86 sh\nsyncconfig\nprepare0\n");
	g_assert_nonnull(strstr(fixture->messages->str, "which is not installed"));
	kernel_after = snapshot(fixture->kernel);
	build_after = snapshot(fixture->build);
	g_assert_cmpstr(kernel_after, ==, kernel);
	g_assert_cmpstr(build_after, ==, build);
}

/* A build directory that is up to date is copied from; "make" is its compiler. */
static void test_fresh_build(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *bin = g_build_filename(fixture->top, "bin", NULL);
	g_autofree char *compiler = g_build_filename(bin, "fakecc", NULL);
	g_autofree char *path = g_strconcat(bin, ":", g_getenv("PATH"), NULL);
	g_autofree char *old_path = g_strdup(g_getenv("PATH"));
	g_autofree char *made = NULL;
	g_autofree char *build = NULL;
	g_autofree char *build_after = NULL;
	struct tree *tree;

	(void)data;
	write_file(bin, "fakecc", "#!/bin/sh\necho 'fakecc (Debian) 1.2'\n");
	g_assert_cmpint(g_chmod(compiler, 0755), ==, 0);
	g_setenv("PATH", path, TRUE);
	user_configures(fixture, fixture->build);
	set_compiler(fixture->build, "fakecc (Debian) 1.2");
	options.build = fixture->build;
	build = snapshot(fixture->build);
	tree = open_tree(&options);
	load(tree, all_files);
	assert_file(tree, "drivers/alpha/alpha_drv.c", "built module drivers/alpha/alpha-mod");
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");
	g_assert_null(strstr(fixture->messages->str, "configuring"));

	/* Out of date, first by its .config, then by a Kconfig file. */
	for (int i = 0; i < 2; i++) {
		set_time(fixture->build, ".config", i ? -60 : 0);
		if (i)
			set_time(fixture->kernel, "Kconfig", 0);
		g_free(build);
		build = snapshot(fixture->build);
		tree = open_tree(&options);
		load(tree, all_files);
		assert_file(tree, "mm/core.c", "built built-in mm/core");
		tree_close(tree);
		g_free(made);
		made = take_made(fixture);
		g_assert_cmpstr(made, ==, "olddefconfig x86 sh\nsyncconfig\nprepare0\n");
		g_assert_nonnull(strstr(fixture->messages->str, "which is out of date"));
		build_after = snapshot(fixture->build);
		g_assert_cmpstr(build_after, ==, build);
		g_clear_pointer(&build_after, g_free);
	}
	g_setenv("PATH", old_path, TRUE);
}

/* A tree that was configured in, and for which kbuild refuses any other directory. */
static void test_in_tree(struct fixture *fixture, gconstpointer data)
{
	static const char *const arm[] = { "arm", NULL };
	struct tree_options options = options_of(fixture);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *made = NULL;
	g_autofree char *flags = NULL;
	struct tree *tree;
	const char *ours, *trees;

	(void)data;
	user_configures(fixture, fixture->kernel);
	write_file(fixture->kernel, "scripts/basic/.fixdep.cmd", "");
	set_time(fixture->kernel, ".config", 0);
	before = snapshot(fixture->kernel);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, ".config");
	load(tree, all_files);
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	/* Its headers are out of date: ours come first. */
	flags = flags_of(tree, "mm/core.c");
	ours = strstr(flags, "-IBUILD/include\n");
	trees = strstr(flags, "-ITREE/include\n");
	g_assert_nonnull(ours);
	g_assert_nonnull(trees);
	g_assert_true(ours < trees);
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "olddefconfig x86 sh\nsyncconfig\nprepare0\n");

	options.arches = arm;
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "allmodconfig");
	load(tree, all_files);
	assert_file(tree, "drivers/off/off_drv.c", "built module drivers/off/off");
	tree_close(tree);
	after = snapshot(fixture->kernel);
	g_assert_cmpstr(after, ==, before);
}

/* compile_commands.json */

static void write_commands(struct fixture *fixture)
{
	g_autofree char *text = g_strdup_printf(
		"[{\"directory\": \"%s\", \"file\": \"%s/drivers/alpha/alpha_drv.c\",\n"
		"  \"command\": \"cc -I./include -DA='\\\"x y\\\"' -O2 -DMODULE "
		"-DKBUILD_MODNAME='\\\"alpha_mod\\\"' -c -o a.o %s/drivers/alpha/alpha_drv.c\"},\n"
		" {\"directory\": \"%s\", \"file\": \"%s/mm/core.c\",\n"
		"  \"arguments\": [\"cc\", \"-I\", \"include\", "
		"\"-DKBUILD_MODFILE=\\\"mm/core\\\"\", \"x.c\"]},\n"
		" {\"directory\": \"%s\", \"file\": \"%s/drivers/amd/kfd/chardev.c\",\n"
		"  \"output\": \"drivers/amd/core/../kfd/chardev.o\",\n"
		"  \"command\": \"cc -DMODULE -DKBUILD_MODNAME='\\\"gpu\\\"'\"},\n"
		" {\"directory\": \"/\", \"file\": \"elsewhere.c\", \"command\": \"cc\"}]\n",
		fixture->build, fixture->kernel, fixture->kernel, fixture->build, fixture->kernel,
		fixture->build, fixture->kernel);

	write_file(fixture->kernel, "compile_commands.json", text);
}

static void test_commands(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *expected = g_strdup_printf(
		"-I%s/include\n-DA=\"x y\"\n-DMODULE\n--target=x86_64-linux-gnu\n", fixture->build);
	g_autofree char *flags = NULL;
	g_autofree char *other = NULL;
	g_autofree char *made = NULL;
	struct tree *tree;

	(void)data;
	write_commands(fixture);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "compile_commands.json");
	g_assert_cmpstr(tree_config_arch(tree, 0), ==, "x86");
	load(tree, all_files);
	flags = flags_of(tree, "drivers/alpha/alpha_drv.c");
	g_assert_cmpstr(flags, ==, expected);
	assert_file(tree, "drivers/alpha/alpha_drv.c", "built module drivers/alpha/alpha_mod");
	assert_file(tree, "mm/core.c", "built built-in mm/core");
	assert_file(tree, "drivers/amd/kfd/chardev.c", "built module drivers/amd/core/gpu");
	/* Not listed, no build directory: as its neighbour, and what its Makefile says. */
	assert_file(tree, "drivers/alpha/single.c", "left-out built-in drivers/alpha/single");
	other = flags_of(tree, "drivers/alpha/single.c");
	g_assert_nonnull(strstr(other, "-DA=\"x y\"\n"));
	g_assert_nonnull(strstr(other, "-ITREE/drivers/alpha/regs\n"));
	assert_stubs(tree, "");
	tree_close(tree);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");
}

/* Files that are not listed are asked about where that can be done. */
static void test_commands_and_build(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	struct tree *tree;

	(void)data;
	user_configures(fixture, fixture->build);
	write_commands(fixture);
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "compile_commands.json");
	load(tree, all_files);
	assert_file(tree, "drivers/alpha/alpha_drv.c", "built module drivers/alpha/alpha_mod");
	assert_file(tree, "drivers/alpha/single.c", "built module drivers/alpha/single");
	assert_file(tree, "drivers/off/off_drv.c", "left-out built-in drivers/off/off");
	tree_close(tree);
}

static void test_malformed_commands(struct fixture *fixture, gconstpointer data)
{
	static const char *const malformed[][2] = {
		{ "", ":1:0: malformed" },
		{ "[{\"directory\": \"/\",\n \"file\" 3}]", ":2:9: malformed" },
		{ "{}", ": malformed: not a list" },
		{ "[1]", ": malformed: entry 0" },
		{ "[{\"directory\": \"/\", \"file\": \"x.c\"}]", ": malformed: entry 0" },
	};
	g_autoptr(GPtrArray) list = list_of(all_files);

	(void)data;
	for (gsize i = 0; i < G_N_ELEMENTS(malformed); i++) {
		struct tree_options options = options_of(fixture);
		g_autoptr(GError) error = NULL;
		g_autofree char *expected = g_strconcat(fixture->kernel, "/compile_commands.json",
							malformed[i][1], NULL);
		struct tree *tree;

		write_file(fixture->kernel, "compile_commands.json", malformed[i][0]);
		set_time(fixture->kernel, "compile_commands.json", -(int)i);
		tree = open_tree(&options);
		g_assert_false(tree_load_flags(tree, 0, list, &error));
		if (!g_str_has_prefix(error->message, expected))
			g_error("\"%s\" is not \"%s\"", error->message, expected);
		g_assert_null(strchr(error->message, '\n'));
		tree_close(tree);
	}
}

/* Without kbuild */

static void test_no_kbuild(struct fixture *fixture, gconstpointer data)
{
	static const char *const defined[] = {
		"#define CONFIG_X86_64 1\n",	   "#define CONFIG_CLOCK 1\n",
		"#define CONFIG_ALPHA_MODULE 1\n", "#define CONFIG_ALPHA_HELPER 1\n",
		"#define CONFIG_ALPHA_LEVEL 7\n",
	};
	struct tree_options options = options_of(fixture);
	g_autofree char *flags = NULL;
	g_autofree char *kfd = NULL;
	g_autofree char *autoconf = NULL;
	g_autofree char *made = NULL;
	g_autofree char *before = snapshot(fixture->kernel);
	g_autofree char *after = NULL;
	struct tree *tree;

	(void)data;
	options.no_kbuild = true;
	options.clang = "no-such-compiler";
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, "no-kbuild");
	load(tree, all_files);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");
	assert_file(tree, "drivers/alpha/alpha_drv.c", "built built-in drivers/alpha/alpha-mod");
	assert_file(tree, "drivers/amd/kfd/chardev.c", "built built-in drivers/amd/core/gpu");
	flags = flags_of(tree, "drivers/alpha/alpha_drv.c");
	g_assert_nonnull(strstr(flags, "-ITREE/drivers/include\n"));
	g_assert_nonnull(strstr(flags, "-DTEXT=\"two words\"\n"));
	g_assert_nonnull(strstr(flags, "-DALPHA_DRV=1\n"));
	g_assert_nonnull(strstr(flags, "-DIN_DRIVERS\n"));
	g_assert_nonnull(strstr(flags, "TREE/include/linux/compiler_types.h\n"));
	kfd = flags_of(tree, "drivers/amd/kfd/chardev.c");
	g_assert_nonnull(strstr(kfd, "-ITREE/drivers/amd/core/shared\n"));
	autoconf = read_file(tree_config_build(tree, 0), "include/generated/autoconf.h");
	for (gsize i = 0; i < G_N_ELEMENTS(defined); i++)
		g_assert_nonnull(strstr(autoconf, defined[i]));
	g_assert_null(strstr(autoconf, "NEVER"));
	g_assert_null(strstr(autoconf, "HELP_TEXT"));
	assert_stubs(tree, "arch/x86/include/generated/asm/calls.h\n"
			   "include/generated/asm-offsets.h\n"
			   "include/generated/autoconf.h\n"
			   "include/generated/bounds.h\n"
			   "include/generated/compile.h\n"
			   "include/generated/timeconst.h\n"
			   "include/generated/utsrelease.h\n"
			   "include/generated/utsversion.h\n");
	/* Exact ones are no stubs: the generic header, unless there is an own one. */
	g_clear_pointer(&made, g_free);
	made = read_file(tree_config_build(tree, 0), "arch/x86/include/generated/asm/local.h");
	g_assert_cmpstr(made, ==, "#include <asm-generic/local.h>\n");
	g_clear_pointer(&made, g_free);
	made = read_file(tree_config_build(tree, 0), "arch/x86/include/generated/asm/own.h");
	g_assert_cmpstr(made, ==, "");
	tree_close(tree);
	after = snapshot(fixture->kernel);
	g_assert_cmpstr(after, ==, before);
}

static void test_no_kbuild_build(struct fixture *fixture, gconstpointer data)
{
	struct tree_options options = options_of(fixture);
	g_autofree char *made = NULL;
	g_autofree char *autoconf = NULL;
	g_autofree char *flags = NULL;
	g_autofree char *generated = NULL;
	struct tree *tree;

	(void)data;
	user_configures(fixture, fixture->build);
	options.no_kbuild = true;
	options.build = fixture->build;
	tree = open_tree(&options);
	g_assert_cmpstr(tree_config_name(tree, 0), ==, ".config");
	load(tree, all_files);
	made = take_made(fixture);
	g_assert_cmpstr(made, ==, "");
	assert_stubs(tree, "");
	autoconf = read_file(tree_config_build(tree, 0), "include/generated/autoconf.h");
	g_assert_nonnull(strstr(autoconf, "#define CONFIG_BETA 1\n"));
	/* Nobody makes drivers' headers here: those of the build are used. */
	flags = flags_of(tree, "drivers/beta/beta_a.c");
	generated = g_strdup_printf("-I%s/drivers/beta\n", fixture->build);
	g_assert_nonnull(strstr(flags, generated));
	tree_close(tree);
}

static void test_dump(struct fixture *fixture, gconstpointer data)
{
	static const char *const files[] = { "mm/core.c", "drivers/gamma/gamma.c", NULL };
	struct tree_options options = options_of(fixture);
	g_autoptr(GString) first = g_string_new("");
	g_autoptr(GString) second = g_string_new("");
	struct tree *tree = open_tree(&options);

	(void)data;
	load(tree, files);
	tree_dump(tree, first);
	tree_close(tree);
	g_assert_true(g_str_has_prefix(
		first->str, "release 6.12.1-fake\nconfig x86 allmodconfig\n"
			    "file drivers/gamma/gamma.c built module drivers/gamma/gamma\n"
			    "flag -nostdinc\nflag -ITREE/arch/x86/include\n"));
	g_assert_true(g_str_has_suffix(first->str, "stub drivers/gamma/gamma_tables.h\n"));
	g_assert_null(strstr(first->str, fixture->top));
	tree = open_tree(&options);
	load(tree, files);
	tree_dump(tree, second);
	tree_close(tree);
	g_assert_cmpstr(first->str, ==, second->str);
}

#define ADD(path, function) \
	g_test_add("/tree/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("refused", test_refused);
	ADD("space", test_space);
	ADD("unreadable", test_unreadable);
	ADD("configuration-fails", test_configuration_fails);
	ADD("bare", test_bare);
	ADD("arches", test_arches);
	ADD("config-file", test_config_file);
	ADD("environment", test_environment);
	ADD("flags", test_flags);
	ADD("built", test_built);
	ADD("generated", test_generated);
	ADD("damaged-cache", test_damaged_cache);
	ADD("two-at-once", test_two_at_once);
	ADD("prune", test_prune);
	ADD("reuse", test_reuse);
	ADD("build", test_build);
	ADD("fresh-build", test_fresh_build);
	ADD("in-tree", test_in_tree);
	ADD("commands", test_commands);
	ADD("commands-and-build", test_commands_and_build);
	ADD("malformed-commands", test_malformed_commands);
	ADD("no-kbuild", test_no_kbuild);
	ADD("no-kbuild-build", test_no_kbuild_build);
	ADD("dump", test_dump);
	return g_test_run();
}

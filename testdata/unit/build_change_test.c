// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of build_change: which sources a Makefile's or a Kconfig file's new text
 * bears on.
 */
#include "build_change.h"
#include "files.h"

struct fixture {
	char *root;
};

static void put(const struct fixture *fixture, const char *path, const char *text)
{
	g_autofree char *file = g_build_filename(fixture->root, path, NULL);
	g_autofree char *directory = g_path_get_dirname(file);

	g_assert_true(make_directory(directory, NULL));
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void set_up(struct fixture *fixture, const void *unused)
{
	(void)unused;
	fixture->root = g_dir_make_tmp("pfncheck-build-XXXXXX", NULL);
	g_assert_nonnull(fixture->root);
	put(fixture, "Makefile", "include scripts/Makefile.run\n\t$(srctree)/scripts/run.sh\n");
	put(fixture, "drivers/a/Makefile", "obj-$(CONFIG_A) += a.o\n");
	put(fixture, "drivers/a/a.c", "#ifdef CONFIG_A_FAST\n#endif\n");
	put(fixture, "drivers/Makefile", "obj-$(CONFIG_B) += b/\n");
	put(fixture, "drivers/b/Makefile", "obj-y += b.o\n");
	put(fixture, "drivers/b/b.c", "int b = IS_ENABLED(CONFIG_A_FASTER);\n");
}

static void tear_down(struct fixture *fixture, const void *unused)
{
	(void)unused;
	g_assert_true(remove_all(fixture->root));
	g_free(fixture->root);
}

/* Whether one change affects drivers/a/a.c (1) and drivers/b/b.c (2): the sum. */
static int affects(const struct fixture *fixture, const char *path, const char *before,
		   const char *after)
{
	struct build_change *change = build_change_new();
	int found = 0;

	g_assert_true(build_change_is_build_file(path));
	build_change_add(change, path, before, after);
	if (build_change_affects(change, fixture->root, "drivers/a/a.c"))
		found += 1;
	if (build_change_affects(change, fixture->root, "drivers/b/b.c"))
		found += 2;
	if (build_change_is_empty(change))
		g_assert_cmpint(found, ==, 0);
	build_change_free(change);
	return found;
}

static void test_makefiles(struct fixture *fixture, const void *unused)
{
	static const struct {
		const char *path, *before, *after;
		int affected;
	} cases[] = {
		{ "drivers/a/Makefile", "obj-y += a.o\n", "obj-m += a.o\n", 1 },
		{ "drivers/a/Makefile", "obj-y += a.o\n", "# why\nobj-y   +=   a.o # a\n", 1 },
		{ "drivers/a/Makefile", "obj-y += a.o\n", "# why\nobj-y += a.o # a\n", 0 },
		{ "drivers/a/Makefile", "obj-y += x.o\n", "obj-y += x.o \\\n\ty.o\n", 0 },
		{ "drivers/a/Makefile", "m-y := a.o\n", "m-y := a.o\nobj-y += m.o\n", 1 },
		{ "drivers/a/Makefile", NULL, "obj-y += a.o\n", 1 },
		{ "drivers/a/Makefile", "obj-y += a.o\n", NULL, 1 },
		{ "drivers/a/Makefile", "", "CFLAGS_x.o := -DX\n", 1 },
		{ "drivers/a/Makefile", "", "ifdef X\n", 1 },
		{ "drivers/a/Makefile", "", "obj-y += $(LIST)\n", 1 },
		{ "drivers/a/Makefile", "", "ccflags-y += -Ix/\n", 1 },
		{ "drivers/Makefile", "", "obj-$(CONFIG_A) += a/\n", 1 },
		{ "drivers/Makefile", "", "obj-y += ab/ c.o\n", 0 },
		{ "drivers/Makefile", "", "subdir-ccflags-y := -DX\n", 3 },
		{ "arch/x86/Makefile", "", "KBUILD_CFLAGS += -m32\n", 3 },
		{ "arch/x86/kvm/Makefile", "", "ccflags-y += -DX\n", 0 },
		{ "Makefile", "SUBLEVEL = 1\n", "SUBLEVEL = 2\n", 0 },
		{ "Makefile", "", "KBUILD_CFLAGS += -DX\n", 3 },
		{ "Kbuild", "", "obj-y += drivers/\n", 3 },
		{ "scripts/run.sh", "a\n", "b\n", 3 },
		{ "scripts/walk.sh", "a\n", "b\n", 0 },
		{ "scripts/Makefile.run", "a\n", "b\n", 3 },
		{ "kernel/bounds.c", "a\n", "b\n", 3 },
	};

	(void)unused;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%zu: %s", i, cases[i].path);
		g_assert_cmpint(affects(fixture, cases[i].path, cases[i].before, cases[i].after),
				==, cases[i].affected);
	}
}

static void test_options(struct fixture *fixture, const void *unused)
{
	static const char text[] = "config A\n\ttristate\n\thelp\n\t  Say Y if\n\t  in doubt.\n\n"
				   "config A_FAST\n\tbool \"fast\"\n\nconfig B\n\tbool\n";
	static const struct {
		const char *from, *to;
		int affected;
	} cases[] = {
		{ "tristate", "bool", 1 },
		{ "Say Y", "Say N", 0 },
		{ "\"fast\"", "\"fast\" if EXPERT", 1 },
		{ "config B\n\tbool", "config B\n\tbool\n\tdepends on A", 2 },
		{ "config A\n", "source \"x/Kconfig\"\n\nconfig A\n", 0 },
		{ "config A\n", "if X\n\nconfig A\n", 3 },
		{ "config B\n\tbool\n", "", 2 },
		{ "config B\n\tbool\n", "config B\n\tbool\n\nconfig C\n\tbool\n", 0 },
	};

	(void)unused;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) after = g_string_new(text);

		g_test_message("%zu: %s", i, cases[i].to);
		g_assert_cmpuint(g_string_replace(after, cases[i].from, cases[i].to, 1), ==, 1);
		g_assert_cmpint(affects(fixture, "drivers/Kconfig", text, after->str), ==,
				cases[i].affected);
	}
}

static void test_build_files(struct fixture *fixture, const void *unused)
{
	static const char *const none[] = { "drivers/a/a.c",
					    "include/linux/mm.h",
					    "README",
					    "arch/x86/entry/syscalls/syscall_64.tbl",
					    "drivers/a/kconfig.h",
					    "Documentation/scripts/x" };

	(void)fixture;
	(void)unused;
	for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
		g_assert_false(build_change_is_build_file(none[i]));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/build-change/makefiles", struct fixture, NULL, set_up, test_makefiles,
		   tear_down);
	g_test_add("/build-change/options", struct fixture, NULL, set_up, test_options, tear_down);
	g_test_add("/build-change/files", struct fixture, NULL, set_up, test_build_files,
		   tear_down);
	return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the build promises: headers, library and clang program of libclang are
 * of one version, and not below the oldest one that is supported.
 */
#include <clang-c/Index.h>
#include <glib.h>
#include <string.h>

#define LIBCLANG_FLOOR 17

static void test_library_version(void)
{
	CXString version = clang_getClangVersion();
	g_autofree char *wanted = g_strdup_printf("version %d.", PFNCHECK_LIBCLANG_MAJOR);

	g_assert_nonnull(strstr(clang_getCString(version), wanted));
	g_assert_cmpint(PFNCHECK_LIBCLANG_MAJOR, >=, LIBCLANG_FLOOR);
	clang_disposeString(version);
}

static void test_program_version(void)
{
	g_autofree char *wanted = g_strdup_printf("%d.", PFNCHECK_LIBCLANG_MAJOR);
	const char *argv[] = { PFNCHECK_CLANG, "-dumpversion", NULL };
	g_autofree char *output = NULL;
	int status = -1;

	g_assert_true(g_path_is_absolute(PFNCHECK_CLANG));
	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output,
				   NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
	g_assert_true(g_str_has_prefix(output, wanted));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/build/library-version", test_library_version);
	g_test_add_func("/build/program-version", test_program_version);
	return g_test_run();
}

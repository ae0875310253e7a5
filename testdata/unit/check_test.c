// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: what is taken from the words that kbuild calls a checker with.
 */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "check_arguments.h"

struct row {
	const char *words;
	const char *files, *arguments, *output, *root, *build, *srcarch; /* NULL: none */
};

static const struct row rows[] = {
	/* A build elsewhere, with what is for sparse before. */
	{ "-D__linux__ -Dlinux -D__STDC__ -Wbitwise -D__CHECK_ENDIAN__ --arch=x86 -m64 "
	  "-Wp,-MMD,drivers/a/.a.o.d -nostdinc -I/src/arch/x86/include "
	  "-I./arch/x86/include/generated -I/src/include -I./include "
	  "-I/src/arch/x86/include/uapi -include /src/include/linux/compiler_types.h -O2 "
	  "-DKBUILD_BASENAME=\"a\" /src/drivers/a/a.c",
	  "/src/drivers/a/a.c",
	  "-Wp,-MMD,drivers/a/.a.o.d -nostdinc -I/src/arch/x86/include "
	  "-I./arch/x86/include/generated -I/src/include -I./include "
	  "-I/src/arch/x86/include/uapi -include /src/include/linux/compiler_types.h -O2 "
	  "-DKBUILD_BASENAME=a",
	  "drivers/a/.a.o.d", "/src", "/build", "x86" },
	/* A build in the tree. */
	{ "-D__linux__ -Wp,-MMD,a/.a.o.d -I./arch/arm64/include -I./arch/arm64/include/generated "
	  "-include ./include/linux/kconfig.h a/a.c",
	  "a/a.c",
	  "-Wp,-MMD,a/.a.o.d -I./arch/arm64/include -I./arch/arm64/include/generated "
	  "-include ./include/linux/kconfig.h",
	  "a/.a.o.d", "/build", "/build", "arm64" },
	/* Sources beside the build directory; values that stand alone. */
	{ "-Wp,-MD,x.d -I ../linux/arch/x86/include -I arch/x86/include/generated -D A -U B "
	  "-isystem /usr/lib/gcc -o x.o x.c",
	  "x.c",
	  "-Wp,-MD,x.d -I ../linux/arch/x86/include -I arch/x86/include/generated -D A -U B "
	  "-isystem /usr/lib/gcc -o x.o",
	  "x.d", "/linux", "/build", "x86" },
	/* Nothing of kbuild's: what sparse is told goes. */
	{ "-D__linux__ -Dlinux -Dunix -DOWN -Wbitwise /tmp/tmp.Xy", "/tmp/tmp.Xy",
	  "-DOWN -Wbitwise", NULL, NULL, NULL, NULL },
	{ "-include include/linux/compiler_types.h a.c b.c", "a.c b.c",
	  "-include include/linux/compiler_types.h", NULL, "/build", "/build", NULL },
	{ "", "", "", NULL, NULL, NULL, NULL },
	{ "-", "", "-", NULL, NULL, NULL, NULL },
	{ "-I", "", "-I", NULL, NULL, NULL, NULL },
	{ "-D", "", "-D", NULL, NULL, NULL, NULL },
	{ "@none a.c", "a.c", "", NULL, NULL, NULL, NULL },
	{ "-Ixarch/x86/include -Iinclude a.c", "a.c", "-Ixarch/x86/include -Iinclude", NULL, NULL,
	  NULL, NULL },
};

static char *join(const GPtrArray *words)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < words->len && words->pdata[i]; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "", (char *)words->pdata[i]);
	return g_string_free(text, FALSE);
}

static void test_words(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *row = &rows[i];
		g_auto(GStrv) words = NULL;
		g_autofree char *files = NULL;
		g_autofree char *rest = NULL;
		struct check_arguments arguments;

		g_test_message("%s", row->words);
		if (!g_shell_parse_argv(row->words, NULL, &words, NULL))
			words = g_new0(char *, 1);
		check_arguments_parse(&arguments, (const char *const *)words, "/build");
		files = join(arguments.files);
		rest = join(arguments.arguments);
		g_assert_cmpstr(files, ==, row->files);
		g_assert_cmpstr(rest, ==, row->arguments);
		g_assert_cmpstr(arguments.output, ==, row->output);
		g_assert_cmpstr(arguments.root, ==, row->root);
		g_assert_cmpstr(arguments.build, ==, row->build);
		g_assert_cmpstr(arguments.srcarch, ==, row->srcarch);
		check_arguments_clear(&arguments);
	}
}

/* Files of arguments, one of which names itself, and one that is no text. */
static void test_response(void)
{
	static const char *const words[] = { "@first", "@odd", "@.", "a.c", NULL };
	g_autofree char *directory = g_dir_make_tmp("pfncheck-check-XXXXXX", NULL);
	g_autofree char *first = g_build_filename(directory, "first", NULL);
	g_autofree char *second = g_build_filename(directory, "second", NULL);
	g_autofree char *odd = g_build_filename(directory, "odd", NULL);
	g_autofree char *rest = NULL;
	struct check_arguments arguments;

	g_assert_true(g_file_set_contents(first, "-DA='b c'\n-DB @second -DC\n", -1, NULL));
	g_assert_true(g_file_set_contents(second, "-DD @second b.c", -1, NULL));
	g_assert_true(g_file_set_contents(odd, "-DE 'never closed", -1, NULL));
	check_arguments_parse(&arguments, words, directory);
	rest = join(arguments.arguments);
	g_assert_cmpstr(rest, ==, "-DA=b c -DB -DD -DD -DD -DC");
	g_assert_cmpuint(arguments.files->len, ==, 4);
	g_assert_cmpstr(arguments.files->pdata[0], ==, "b.c");
	g_assert_cmpstr(arguments.files->pdata[3], ==, "a.c");
	check_arguments_clear(&arguments);
	g_unlink(first);
	g_unlink(second);
	g_unlink(odd);
	g_rmdir(directory);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/check/words", test_words);
	g_test_add_func("/check/response", test_response);
	return g_test_run();
}

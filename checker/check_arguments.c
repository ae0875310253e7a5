// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_arguments: see check_arguments.h.
 */
#include "check_arguments.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define RESPONSE_DEPTH 4       /* files of arguments in files of arguments */
#define RESPONSE_MAX (4 << 20) /* bytes of such a file */
#define WORDS_MAX 100000

/* Options whose value is the next word when it is not attached. */
static const char *const paired_options[] = {
	"--param", "-A",	  "-D",		  "-G",	      "-I",
	"-L",	   "-MF",	  "-MQ",	  "-MT",      "-T",
	"-U",	   "-Xassembler", "-Xclang",	  "-Xlinker", "-Xpreprocessor",
	"-arch",   "-idirafter",  "-imacros",	  "-include", "-iprefix",
	"-iquote", "-isystem",	  "-iwithprefix", "-mllvm",   "-o",
	"-target", "-u",	  "-x",		  "-z",
};

/* What CHECKFLAGS of the kernel's Makefile define for sparse; kbuild tells compilers nothing of it. */
static const char *const checker_defines[] = {
	"-D__STDC__", "-D__linux__", "-D__unix__", "-Dlinux", "-Dunix",
};

static bool is_one_of(const char *word, const char *const *words, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* The words of a response file; NULL if it cannot be read as one. */
static char **read_response(const char *path, const char *directory)
{
	g_autofree char *file = g_canonicalize_filename(path, directory);
	g_autofree char *text = NULL;
	char **words = NULL;
	struct stat st;

	if (stat(file, &st) || !S_ISREG(st.st_mode) || st.st_size > RESPONSE_MAX ||
	    !g_file_get_contents(file, &text, NULL, NULL) ||
	    !g_shell_parse_argv(text, NULL, &words, NULL))
		return NULL;
	return words;
}

/* Appends words, those of "@FILE" instead of it, as new strings. */
static void expand(GPtrArray *out, const char *const *words, const char *directory, guint depth)
{
	for (; *words && out->len < WORDS_MAX; words++) {
		g_auto(GStrv) response = NULL;

		if (**words == '@' && depth < RESPONSE_DEPTH)
			response = read_response(*words + 1, directory);
		if (response)
			expand(out, (const char *const *)response, directory, depth + 1);
		else if (**words && **words != '@')
			g_ptr_array_add(out, g_strdup(*words));
	}
}

/* Where the compiler's arguments begin: at "-Wp,-MMD,FILE"; 0 if there is no such. */
static guint find_compiler(const GPtrArray *words)
{
	for (guint i = 0; i < words->len; i++)
		if (g_str_has_prefix(words->pdata[i], "-Wp,-M"))
			return i;
	return 0;
}

/* A new string without the suffix; NULL if it has another. */
static char *without_suffix(const char *path, const char *suffix)
{
	gsize length = strlen(path), end = strlen(suffix);

	if (length < end || strcmp(path + length - end, suffix))
		return NULL;
	if (length == end)
		return g_strdup(".");
	return path[length - end - 1] == '/' ? g_strndup(path, length - end - 1) : NULL;
}

static void keep_directory(char **place, const char *path, const char *directory)
{
	if (!*place)
		*place = g_canonicalize_filename(path, directory);
}

/* "BUILD/arch/ARCH/include/generated", "ROOT/arch/ARCH/include": what an -I tells. */
static void look_at_include(struct check_arguments *out, const char *path, const char *directory)
{
	g_autofree char *made = without_suffix(path, "include/generated");
	g_autofree char *own = made ? NULL : without_suffix(path, "include");
	const char *arch = made ? made : own;
	g_autofree char *parent = arch ? g_path_get_dirname(arch) : NULL;
	g_autofree char *top = parent ? without_suffix(parent, "arch") : NULL;

	if (!top)
		return;
	keep_directory(made ? &out->build : &out->root, top, directory);
	if (!out->srcarch)
		out->srcarch = g_path_get_basename(arch);
}

/* "ROOT/include/linux/compiler_types.h" and the like, which kbuild includes everywhere. */
static void look_at_forced(struct check_arguments *out, const char *path, const char *directory)
{
	static const char *const headers[] = {
		"include/linux/compiler_types.h",
		"include/linux/kconfig.h",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
		g_autofree char *top = without_suffix(path, headers[i]);

		if (top)
			keep_directory(&out->root, top, directory);
	}
}

static void look_at_option(struct check_arguments *out, const char *option, const char *value,
			   const char *directory)
{
	if (!strcmp(option, "-I"))
		look_at_include(out, value, directory);
	else if (!strcmp(option, "-include"))
		look_at_forced(out, value, directory);
}

void check_arguments_parse(struct check_arguments *out, const char *const *words,
			   const char *directory)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

	memset(out, 0, sizeof(*out));
	out->files = g_ptr_array_new_with_free_func(g_free);
	out->arguments = g_ptr_array_new_with_free_func(g_free);
	expand(all, words, directory, 0);
	for (guint i = find_compiler(all); i < all->len; i++) {
		const char *word = all->pdata[i];
		bool pair = is_one_of(word, paired_options, G_N_ELEMENTS(paired_options)) &&
			    i + 1 < all->len;

		if (*word != '-') {
			g_ptr_array_add(out->files, g_strdup(word));
			continue;
		}
		if (is_one_of(word, checker_defines, G_N_ELEMENTS(checker_defines)))
			continue;
		if (g_str_has_prefix(word, "-Wp,-MMD,") || g_str_has_prefix(word, "-Wp,-MD,")) {
			g_free(out->output);
			out->output = g_strdup(strchr(word + 4, ',') + 1);
		}
		g_ptr_array_add(out->arguments, g_strdup(word));
		if (pair) {
			g_ptr_array_add(out->arguments, g_strdup(all->pdata[++i]));
			look_at_option(out, word, all->pdata[i], directory);
		} else if (g_str_has_prefix(word, "-I")) {
			look_at_option(out, "-I", word + 2, directory);
		}
	}
	g_ptr_array_add(out->arguments, NULL);
	if (!out->root)
		g_clear_pointer(&out->build, g_free);
	else if (!out->build)
		out->build = g_strdup(directory);
}

void check_arguments_clear(struct check_arguments *arguments)
{
	g_ptr_array_unref(arguments->files);
	g_ptr_array_unref(arguments->arguments);
	g_free(arguments->output);
	g_free(arguments->root);
	g_free(arguments->build);
	g_free(arguments->srcarch);
	memset(arguments, 0, sizeof(*arguments));
}

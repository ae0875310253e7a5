// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its own reckoning: flags of files that kbuild has nothing to say about,
 * or must not be asked about, from the text of the Makefiles.
 *
 * In: the Makefiles of a file's directory and of those above it.  Out: flags.
 * Every branch of a conditional is taken and $(CONFIG_X) is y, so that include
 * paths are never too few; of make's functions addprefix, addsuffix and patsubst
 * with "%" are known, others are empty, and nothing is ever run.
 */
#include <string.h>

#include "sorted.h"
#include "tree_private.h"

/* Makefiles that include each other, and variables that hold each other, end here. */
#define MAX_DEPTH 12
/* A value that grows beyond this was made by something we do not understand. */
#define MAX_VALUE 65536

static const struct {
	const char *arch;
	const char *target;
} targets[] = {
	{ "arm", "arm-linux-gnueabi" },
	{ "arm64", "aarch64-linux-gnu" },
	{ "hexagon", "hexagon-linux-musl" },
	{ "i386", "i386-linux-gnu" },
	{ "loongarch", "loongarch64-linux-gnusf" },
	{ "m68k", "m68k-linux-gnu" },
	{ "mips", "mipsel-linux-gnu" },
	{ "powerpc", "powerpc64le-linux-gnu" },
	{ "riscv", "riscv64-linux-gnu" },
	{ "s390", "s390x-linux-gnu" },
	{ "sparc", "sparc64-linux-gnu" },
	{ "x86", "x86_64-linux-gnu" },
};

/* What is read of one Makefile and those that it includes. */
struct reading {
	const struct tree *tree;
	const struct tree_config *config;
	const char *directory; /* relative to the tree; "." for its top */
	GHashTable *variables; /* name -> GString, unexpanded */
};

const char *tree_target(const char *arch, const char *srcarch)
{
	for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
		if (!strcmp(targets[i].arch, arch))
			return targets[i].target;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
		if (!strcmp(targets[i].arch, srcarch))
			return targets[i].target;
	}
	return NULL;
}

/* Where a driver's generated headers are: ours, unless nobody makes them here. */
static const char *generated_root(const struct tree *tree, const struct tree_config *config)
{
	return tree->no_kbuild && config->given ? config->given : config->build;
}

static void free_string(void *string)
{
	g_string_free(string, TRUE);
}

static void expand(const struct reading *reading, const char *text, GString *out, guint depth);

/* One of the functions over words; false if name is none of them. */
static bool expand_function(const struct reading *reading, const char *name, const char *text,
			    GString *out, guint depth)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", 3);
	g_autoptr(GString) words = g_string_new("");
	g_autoptr(GString) fix = g_string_new("");
	g_auto(GStrv) list = NULL;
	bool patsubst = !strcmp(name, "patsubst");
	guint count = g_strv_length(parts);

	if (strcmp(name, "addprefix") && strcmp(name, "addsuffix") && !patsubst)
		return false;
	if (count < (patsubst ? 3u : 2u) || (patsubst && strcmp(g_strstrip(parts[0]), "%")))
		return false;
	expand(reading, parts[patsubst ? 1 : 0], fix, depth + 1);
	for (guint i = patsubst ? 2 : 1; i < count; i++)
		expand(reading, parts[i], words, depth + 1);
	list = g_strsplit_set(words->str, " \t", -1);
	for (char **word = list; *word; word++) {
		if (!**word)
			continue;
		if (patsubst) {
			g_auto(GStrv) halves = g_strsplit(fix->str, "%", 2);

			g_string_append_printf(out, " %s%s%s", halves[0], halves[1] ? *word : "",
					       halves[1] ? halves[1] : "");
		} else if (!strcmp(name, "addprefix")) {
			g_string_append_printf(out, " %s%s", fix->str, *word);
		} else {
			g_string_append_printf(out, " %s%s", *word, fix->str);
		}
	}
	return true;
}

/* The inside of a $(...). */
static void expand_reference(const struct reading *reading, const char *inside, GString *out,
			     guint depth)
{
	gsize length = strcspn(inside, " \t");
	g_autoptr(GString) name = NULL;
	const GString *value;

	if (inside[length]) {
		g_autofree char *function = g_strndup(inside, length);

		expand_function(reading, function, inside + length + 1, out, depth);
		return;
	}
	name = g_string_new("");
	expand(reading, inside, name, depth + 1);
	if (!strcmp(name->str, "src")) {
		g_string_append_printf(out, "%s/%s", reading->tree->root, reading->directory);
	} else if (!strcmp(name->str, "obj")) {
		g_string_append_printf(out, "%s/%s", generated_root(reading->tree, reading->config),
				       reading->directory);
	} else if (!strcmp(name->str, "srctree") || !strcmp(name->str, "abs_srctree")) {
		g_string_append(out, reading->tree->root);
	} else if (!strcmp(name->str, "objtree") || !strcmp(name->str, "abs_objtree")) {
		g_string_append(out, reading->config->build);
	} else if (!strcmp(name->str, "SRCARCH") || !strcmp(name->str, "ARCH")) {
		g_string_append(out, reading->config->srcarch);
	} else if (g_str_has_prefix(name->str, "CONFIG_")) {
		g_string_append_c(out, 'y');
	} else {
		value = g_hash_table_lookup(reading->variables, name->str);
		if (value)
			expand(reading, value->str, out, depth + 1);
	}
}

/* Appends text with its references expanded. */
static void expand(const struct reading *reading, const char *text, GString *out, guint depth)
{
	while (*text && depth < MAX_DEPTH && out->len < MAX_VALUE) {
		const char *dollar = strchr(text, '$');
		const char *end;
		guint open = 0;

		if (!dollar) {
			g_string_append(out, text);
			return;
		}
		g_string_append_len(out, text, dollar - text);
		if (dollar[1] != '(' && dollar[1] != '{') {
			text = dollar + (dollar[1] ? 2 : 1);
			continue;
		}
		for (end = dollar + 1; *end; end++) {
			if (*end == '(' || *end == '{')
				open++;
			else if ((*end == ')' || *end == '}') && !--open)
				break;
		}
		if (!*end)
			return;
		{
			g_autofree char *inside = g_strndup(dollar + 2, (gsize)(end - dollar - 2));

			expand_reference(reading, inside, out, depth);
		}
		text = end + 1;
	}
}

static void read_makefile(struct reading *reading, const char *file, guint depth);

/* include FILE ... */
static void read_include(struct reading *reading, const char *names, guint depth)
{
	g_autoptr(GString) expanded = g_string_new("");
	g_auto(GStrv) list = NULL;

	expand(reading, names, expanded, 0);
	list = g_strsplit_set(expanded->str, " \t", -1);
	for (char **name = list; *name; name++) {
		if (**name && g_path_is_absolute(*name))
			read_makefile(reading, *name, depth + 1);
	}
}

/* NAME = VALUE in all of its forms; whatever is not an assignment is none of ours. */
static void read_assignment(struct reading *reading, char *line)
{
	char *equals = strchr(line, '=');
	g_autoptr(GString) name = NULL;
	g_autofree char *left = NULL;
	GString *value;
	bool append;
	gsize length;

	if (!equals || equals == line)
		return;
	append = equals[-1] == '+';
	length = (gsize)(equals - line);
	while (length && strchr("+:?", line[length - 1]))
		length--;
	left = g_strstrip(g_strndup(line, length));
	if (g_str_has_prefix(left, "override ") || g_str_has_prefix(left, "export "))
		memmove(left, strchr(left, ' ') + 1, strlen(strchr(left, ' ')));
	g_strstrip(left);
	/* A rule, or a target's own variable. */
	if (!*left || strpbrk(left, " \t:"))
		return;
	name = g_string_new("");
	expand(reading, left, name, 0);
	/* ccflags-$(CONFIG_X), ccflags-m and ccflags-y are one to us. */
	if (g_str_has_suffix(name->str, "flags-m"))
		name->str[name->len - 1] = 'y';
	value = g_hash_table_lookup(reading->variables, name->str);
	if (!value) {
		value = g_string_new("");
		g_hash_table_insert(reading->variables, g_strdup(name->str), value);
	} else if (!append && !strstr(name->str, "flags")) {
		g_autofree char *itself = g_strdup_printf("$(%s)", name->str);

		if (strstr(equals + 1, itself))
			return;
		g_string_truncate(value, 0);
	}
	if (value->len < MAX_VALUE)
		g_string_append_printf(value, "%s%s", value->len ? " " : "",
				       g_strstrip(equals + 1));
}

static void read_line(struct reading *reading, char *line, guint depth)
{
	char *comment = strchr(line, '#');

	if (comment && (comment == line || comment[-1] != '\\'))
		*comment = '\0';
	g_strchomp(line);
	if (*line == '\t' || !*line)
		return;
	g_strchug(line);
	if (g_str_has_prefix(line, "include ") || g_str_has_prefix(line, "-include "))
		read_include(reading, strchr(line, ' '), depth);
	else if (!g_str_has_prefix(line, "if") && !g_str_has_prefix(line, "else"))
		read_assignment(reading, line);
}

static void read_makefile(struct reading *reading, const char *file, guint depth)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GString) whole = g_string_new("");
	bool defining = false;

	if (depth > MAX_DEPTH || !g_file_get_contents(file, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		gsize length = strlen(*line);

		if (length && (*line)[length - 1] == '\\') {
			g_string_append_len(whole, *line, (gssize)length - 1);
			g_string_append_c(whole, ' ');
			continue;
		}
		g_string_append(whole, *line);
		if (g_str_has_prefix(whole->str, "define "))
			defining = true;
		if (!defining)
			read_line(reading, whole->str, depth);
		if (g_str_has_prefix(whole->str, "endef"))
			defining = false;
		g_string_truncate(whole, 0);
	}
}

static void add_variable(const struct reading *reading, const char *name, GPtrArray *arguments)
{
	const GString *value = g_hash_table_lookup(reading->variables, name);
	g_autoptr(GString) text = g_string_new("");
	g_auto(GStrv) words = NULL;

	if (!value)
		return;
	expand(reading, value->str, text, 0);
	if (!g_shell_parse_argv(text->str, NULL, &words, NULL))
		return;
	for (char **word = words; *word; word++)
		g_ptr_array_add(arguments, g_strdup(*word));
}

static void G_GNUC_PRINTF(2, 3) add_format(GPtrArray *arguments, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	g_ptr_array_add(arguments, g_strdup_vprintf(format, values));
	va_end(values);
}

/* Whether the words of a variable hold one. */
static bool variable_has(const struct reading *reading, const char *name, const char *word)
{
	const GString *value = g_hash_table_lookup(reading->variables, name);
	g_autoptr(GString) text = g_string_new("");
	g_auto(GStrv) words = NULL;

	if (!value)
		return false;
	expand(reading, value->str, text, 0);
	words = g_strsplit_set(text->str, " \t", -1);
	return g_strv_contains((const char *const *)words, word);
}

/* The module whose parts ("gpu-y", "gpu-objs") hold an object, or the object itself; or NULL. */
static char *find_module(const struct reading *reading, const char *object)
{
	static const char *const parts[] = { "-objs", "-y", "-m" };
	static const char *const lists[] = { "obj-y", "obj-m" };
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, reading->variables);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(names, key);
	sort_strings(names);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		for (gsize j = 0; j < G_N_ELEMENTS(parts); j++) {
			g_autofree char *module = NULL;
			g_autofree char *target = NULL;

			if (!g_str_has_suffix(name, parts[j]) ||
			    !variable_has(reading, name, object))
				continue;
			module = g_strndup(name, strlen(name) - strlen(parts[j]));
			target = g_strconcat(module, ".o", NULL);
			if (variable_has(reading, lists[0], target) ||
			    variable_has(reading, lists[1], target))
				return g_build_filename(reading->directory, module, NULL);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (variable_has(reading, lists[i], object))
			return g_strdup_printf("%s/%.*s", reading->directory,
					       (int)strlen(object) - 2, object);
	}
	return NULL;
}

/*
 * Adds what the Makefile of a directory gives to a file, or to all below it if path
 * is NULL.  Sets *module, if it is not set yet, to the one that the file belongs to.
 */
static void add_directory(const struct tree *tree, const struct tree_config *config,
			  const char *directory, const char *path, GPtrArray *arguments,
			  char **module)
{
	struct reading reading = { .tree = tree, .config = config, .directory = directory };
	g_autofree char *kbuild = g_build_filename(tree->root, directory, "Kbuild", NULL);
	g_autofree char *makefile = g_build_filename(tree->root, directory, "Makefile", NULL);

	reading.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_string);
	read_makefile(&reading, g_file_test(kbuild, G_FILE_TEST_EXISTS) ? kbuild : makefile, 0);
	add_variable(&reading, "subdir-ccflags-y", arguments);
	if (path) {
		g_autofree char *goal = tree_relative_goal(directory, path);
		const char *object = goal + strlen(directory) + 1;
		g_autofree char *own = g_strconcat("CFLAGS_", object, NULL);

		add_variable(&reading, "ccflags-y", arguments);
		add_variable(&reading, "EXTRA_CFLAGS", arguments);
		add_variable(&reading, own, arguments);
		add_format(arguments, "-I%s/%s", tree->root, directory);
		add_format(arguments, "-I%s/%s", generated_root(tree, config), directory);
		if (!*module)
			*module = find_module(&reading, object);
	}
	g_hash_table_unref(reading.variables);
}

/* What the top Makefile gives to every file. */
static void add_common(const struct tree *tree, const struct tree_config *config,
		       GPtrArray *arguments)
{
	static const char *const forced[] = {
		"include/linux/compiler-version.h",
		"include/linux/kconfig.h",
		"include/linux/compiler_types.h",
	};
	g_autofree char *makefile = g_build_filename(tree->root, "Makefile", NULL);
	g_autofree char *text = NULL;

	g_ptr_array_add(arguments, g_strdup("-nostdinc"));
	add_format(arguments, "-I%s/arch/%s/include", tree->root, config->srcarch);
	add_format(arguments, "-I%s/arch/%s/include/generated", config->build, config->srcarch);
	add_format(arguments, "-I%s/include", tree->root);
	add_format(arguments, "-I%s/include", config->build);
	add_format(arguments, "-I%s/arch/%s/include/uapi", tree->root, config->srcarch);
	add_format(arguments, "-I%s/arch/%s/include/generated/uapi", config->build,
		   config->srcarch);
	add_format(arguments, "-I%s/include/uapi", tree->root);
	add_format(arguments, "-I%s/include/generated/uapi", config->build);
	for (gsize i = 0; i < G_N_ELEMENTS(forced); i++) {
		char *file = g_build_filename(tree->root, forced[i], NULL);

		/* compiler-version.h is there since 5.15. */
		if (g_file_test(file, G_FILE_TEST_EXISTS)) {
			g_ptr_array_add(arguments, g_strdup("-include"));
			g_ptr_array_add(arguments, file);
		} else {
			g_free(file);
		}
	}
	g_ptr_array_add(arguments, g_strdup("-D__KERNEL__"));
	if (!strcmp(config->srcarch, "arm"))
		g_ptr_array_add(arguments, g_strdup("-D__LINUX_ARM_ARCH__=7"));
	g_file_get_contents(makefile, &text, NULL, NULL);
	g_ptr_array_add(arguments,
			g_strdup(text && strstr(text, "-std=gnu11") ? "-std=gnu11" : "-std=gnu89"));
	g_ptr_array_add(arguments, g_strdup("-fshort-wchar"));
	if (text && strstr(text, "-funsigned-char"))
		g_ptr_array_add(arguments, g_strdup("-funsigned-char"));
	if (text && strstr(text, "-fms-extensions"))
		g_ptr_array_add(arguments, g_strdup("-fms-extensions"));
}

/* The flags of the neighbour that was compiled, or those of every file. */
static void add_base(struct tree *tree, struct tree_config *config, const char *path,
		     GPtrArray *arguments)
{
	const char *neighbour = tree_commands_nearest(config, path);
	const struct tree_entry *entry = NULL;

	if (neighbour) {
		if (!g_hash_table_contains(config->files, neighbour))
			tree_commands_use(tree, config, neighbour);
		entry = g_hash_table_lookup(config->files, neighbour);
	}
	if (!entry) {
		add_common(tree, config, arguments);
		return;
	}
	for (const char *const *flag = entry->file.flags; *flag; flag++)
		g_ptr_array_add(arguments, g_strdup(*flag));
}

GPtrArray *tree_reckon_flags(struct tree *tree, struct tree_config *config, const char *path,
			     char **module)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *parent = g_path_get_dirname(path);
	char *directory = tree_kbuild_directory(tree, parent);
	g_autoptr(GPtrArray) directories = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) foreign = tree_foreign_directories(tree, config, path);

	*module = NULL;
	add_base(tree, config, path, arguments);
	while (strcmp(directory, ".")) {
		g_autofree char *above = g_path_get_dirname(directory);

		g_ptr_array_add(directories, directory);
		directory = tree_kbuild_directory(tree, above);
	}
	g_free(directory);
	/* From the top down, as make does it. */
	for (guint i = directories->len; i > 0; i--)
		add_directory(tree, config, g_ptr_array_index(directories, i - 1),
			      i == 1 ? path : NULL, arguments, module);
	for (guint i = 0; i < foreign->len; i++)
		add_directory(tree, config, g_ptr_array_index(foreign, i), path, arguments, module);
	g_ptr_array_add(arguments, NULL);
	return tree_flags_filter(tree, config, (const char *const *)arguments->pdata, tree->root,
				 NULL, NULL);
}

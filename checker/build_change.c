// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_change: compares the texts of Makefiles and Kconfig files by what they say of
 * sources.
 *
 * What decides is documented in Documentation/kbuild/makefiles.rst (obj-y, lib-y, NAME-y,
 * NAME-objs) and Documentation/kbuild/kconfig-language.rst (config, menuconfig).
 */
#include "build_change.h"

#include <string.h>

/* A text that is larger is not looked into: everything below it is affected. */
#define TEXT_LIMIT (4u << 20)

struct rule {
	char *path;   /* the build file */
	char *source; /* "a/b.c", or "a/b/" for all below; "" for everything; NULL: an option */
	char *option; /* "CONFIG_X", or NULL */
};

struct build_change {
	GPtrArray *rules;   /* struct rule */
	GPtrArray *scripts; /* char *: of which only has to be known whether kbuild names them */
	GHashTable *texts;  /* absolute path -> its text, "" if there is none */
};

static void rule_free(void *data)
{
	struct rule *rule = data;

	g_free(rule->path);
	g_free(rule->source);
	g_free(rule->option);
	g_free(rule);
}

struct build_change *build_change_new(void)
{
	struct build_change *change = g_new0(struct build_change, 1);

	change->rules = g_ptr_array_new_with_free_func(rule_free);
	change->scripts = g_ptr_array_new_with_free_func(g_free);
	change->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return change;
}

void build_change_free(struct build_change *change)
{
	if (!change)
		return;
	g_ptr_array_unref(change->rules);
	g_ptr_array_unref(change->scripts);
	g_hash_table_unref(change->texts);
	g_free(change);
}

static void add_rule(struct build_change *change, const char *path, char *source, char *option)
{
	struct rule *rule = g_new0(struct rule, 1);

	rule->path = g_strdup(path);
	rule->source = source;
	rule->option = option;
	g_ptr_array_add(change->rules, rule);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "a/b/" of "a/b/Makefile", "" of "Makefile". */
static char *directory_of(const char *path)
{
	return g_strndup(path, (gsize)(last_part(path) - path));
}

static bool is_makefile(const char *path)
{
	const char *name = last_part(path);

	return g_str_has_prefix(name, "Makefile") || g_str_has_prefix(name, "Kbuild");
}

/* Generators of headers that sources read; those of mere numbers (*.tbl) are none. */
static bool is_generator(const char *path)
{
	const char *name = last_part(path);

	return g_str_has_suffix(name, ".awk") || g_str_has_suffix(name, ".bc") ||
	       !strcmp(path, "kernel/bounds.c") ||
	       (g_str_has_prefix(path, "arch/") && g_str_has_prefix(name, "asm-offsets") &&
		g_str_has_suffix(name, ".c"));
}

bool build_change_is_build_file(const char *path)
{
	return g_str_has_prefix(path, "scripts/") || is_makefile(path) || is_generator(path) ||
	       g_str_has_prefix(last_part(path), "Kconfig");
}

/* ---- Makefiles ---- */

/* The lines of a Makefile without comments, continued ones as one, in a set. */
static GHashTable *logical_lines(const char *text)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) whole = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		bool goes_on = g_str_has_suffix(*line, "\\");

		g_string_append_len(whole, *line, (gssize)strlen(*line) - goes_on);
		g_string_append_c(whole, ' ');
		if (goes_on && line[1])
			continue;
		g_string_truncate(whole, strcspn(whole->str, "#"));
		g_strstrip(whole->str);
		if (*whole->str)
			g_hash_table_add(set, g_strdup(whole->str));
		g_string_truncate(whole, 0);
	}
	return set;
}

/*
 * Takes "obj-$(CONFIG_X) += a.o b/" apart: the name and the words of what is listed, or
 * NULL if a line is not such a list.
 */
static char **listed(const char *line, char **name)
{
	static const char *const ends[] = { "-y", "-m", "-objs", "-n" };
	gsize length = strcspn(line, " \t:+?=");
	const char *value = line + length + strspn(line + length, " \t:+?");
	g_auto(GStrv) words = NULL;
	g_autofree char *left = g_strndup(line, length);
	bool is_list = g_str_has_suffix(left, ")") && strstr(left, "-$(CONFIG_");

	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
		is_list = is_list || g_str_has_suffix(left, ends[i]);
	if (!is_list || *value != '=' || strstr(left, "flags"))
		return NULL;
	words = g_strsplit_set(value + 1, " \t", -1);
	for (char **word = words; *word; word++) {
		bool plain = !**word || g_str_has_suffix(*word, ".o") ||
			     g_str_has_suffix(*word, "/");

		if (!plain || strpbrk(*word, "$()%*"))
			return NULL;
	}
	*name = g_steal_pointer(&left);
	return g_steal_pointer(&words);
}

/* The sources that are linked into directory/name.o, if it is made of several. */
static void add_parts(struct build_change *change, const char *path, const char *directory,
		      const char *name, GHashTable *lines)
{
	g_autofree char *prefix = g_strconcat(name, "-", NULL);
	GHashTableIter iter;
	void *line;

	g_hash_table_iter_init(&iter, lines);
	while (g_hash_table_iter_next(&iter, &line, NULL)) {
		g_autofree char *left = NULL;
		g_auto(GStrv) words = g_str_has_prefix(line, prefix) ? listed(line, &left) : NULL;

		for (char **word = words; word && *word; word++) {
			if (g_str_has_suffix(*word, ".o"))
				add_rule(change, path,
					 g_strdup_printf("%s%.*s.c", directory,
							 (int)strlen(*word) - 2, *word),
					 NULL);
		}
	}
}

/* False if the line is none that is understood. */
static bool add_list(struct build_change *change, const char *path, const char *directory,
		     const char *line, GHashTable *before, GHashTable *after)
{
	g_autofree char *left = NULL;
	g_auto(GStrv) words = listed(line, &left);

	for (char **word = words; word && *word; word++) {
		g_autofree char *name = NULL;

		if (g_str_has_suffix(*word, "/"))
			add_rule(change, path, g_strconcat(directory, *word, NULL), NULL);
		if (!g_str_has_suffix(*word, ".o"))
			continue;
		name = g_strndup(*word, strlen(*word) - 2);
		add_rule(change, path, g_strdup_printf("%s%s.c", directory, name), NULL);
		add_parts(change, path, directory, name, before);
		add_parts(change, path, directory, name, after);
	}
	return words != NULL;
}

/* Lines of the top Makefile that only say which release it is. */
static bool is_release(const char *path, const char *line)
{
	static const char *const names[] = {
		"VERSION ", "PATCHLEVEL ", "SUBLEVEL ", "EXTRAVERSION ", "NAME ",
	};

	for (gsize i = 0; !strcmp(path, "Makefile") && i < G_N_ELEMENTS(names); i++) {
		if (g_str_has_prefix(line, names[i]))
			return true;
	}
	return false;
}

/* The lines that one side has and the other has not. */
static void compare_lines_of(struct build_change *change, const char *path, const char *directory,
			     GHashTable *one, GHashTable *other)
{
	GHashTableIter iter;
	void *line;

	g_hash_table_iter_init(&iter, one);
	while (g_hash_table_iter_next(&iter, &line, NULL)) {
		if (!g_hash_table_contains(other, line) && !is_release(path, line) &&
		    !add_list(change, path, directory, line, one, other))
			add_rule(change, path, g_strdup(directory), NULL);
	}
}

static void add_makefile(struct build_change *change, const char *path, const char *before,
			 const char *after)
{
	g_autofree char *directory = directory_of(path);
	g_autoptr(GHashTable) old = logical_lines(before ? before : "");
	g_autoptr(GHashTable) new = logical_lines(after ? after : "");

	/* The Makefile of an architecture is read by that of the top. */
	if (g_str_has_prefix(path, "arch/") && strchr(path + 5, '/') == strrchr(path, '/')) {
		g_free(directory);
		directory = g_strdup("");
	}
	compare_lines_of(change, path, directory, old, new);
	compare_lines_of(change, path, directory, new, old);
}

/* ---- Kconfig ---- */

/* The first word of a line. */
static char *first_word(const char *line)
{
	line += strspn(line, " \t");
	return g_strndup(line, strcspn(line, " \t\r("));
}

/*
 * option -> what its entry says but for its help; the key "" has what stands between
 * entries and bears on them.
 */
static GHashTable *kconfig_entries(const char *text)
{
	static const char *const between[] = { "if",	 "endif",     "menu",	 "endmenu",
					       "choice", "endchoice", "comment", "mainmenu" };
	GHashTable *entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *option = g_strdup("");
	bool help = false;

	for (char **line = lines; *line; line++) {
		g_autofree char *word = first_word(*line);
		const char *entry;
		bool outside = !strcmp(word, "source");

		/* Keywords of entries stand at the beginning, or help would hold them. */
		if (!strcmp(word, "config") || !strcmp(word, "menuconfig")) {
			const char *name = strstr(*line, word) + strlen(word);
			g_autofree char *symbol = first_word(name);

			g_free(option);
			option = g_strconcat("CONFIG_", symbol, NULL);
			help = false;
			continue;
		}
		for (gsize i = 0; i < G_N_ELEMENTS(between) && **line != '\t'; i++)
			outside = outside || !strcmp(word, between[i]);
		if (outside) {
			g_free(option);
			option = g_strdup("");
			help = false;
		}
		if (!strcmp(word, "help") || !strcmp(word, "---help---"))
			help = true;
		if (help || !*word || *word == '#' || !strcmp(word, "source") ||
		    !strcmp(word, "comment"))
			continue;
		entry = g_hash_table_lookup(entries, option);
		g_hash_table_insert(entries, g_strdup(option),
				    g_strconcat(entry ? entry : "", *line, "\n", NULL));
	}
	return entries;
}

static void add_options(struct build_change *change, const char *path, GHashTable *one,
			GHashTable *other, bool all)
{
	GHashTableIter iter;
	void *option, *entry;

	g_hash_table_iter_init(&iter, one);
	while (g_hash_table_iter_next(&iter, &option, &entry)) {
		if (*(char *)option &&
		    (all || g_strcmp0(entry, g_hash_table_lookup(other, option))))
			add_rule(change, path, NULL, g_strdup(option));
	}
}

static void add_kconfig(struct build_change *change, const char *path, const char *before,
			const char *after)
{
	g_autoptr(GHashTable) old = kconfig_entries(before ? before : "");
	g_autoptr(GHashTable) new = kconfig_entries(after ? after : "");
	bool all = before && after &&
		   g_strcmp0(g_hash_table_lookup(old, ""), g_hash_table_lookup(new, ""));

	add_options(change, path, old, new, all);
	add_options(change, path, new, old, all);
}

void build_change_add(struct build_change *change, const char *path, const char *before,
		      const char *after)
{
	g_autofree char *directory = directory_of(path);

	if ((before && strlen(before) > TEXT_LIMIT) || (after && strlen(after) > TEXT_LIMIT))
		add_rule(change, path, g_steal_pointer(&directory), NULL);
	else if (g_str_has_prefix(path, "scripts/"))
		g_ptr_array_add(change->scripts, g_strdup(path));
	else if (is_generator(path))
		add_rule(change, path, g_strdup(""), NULL);
	else if (is_makefile(path))
		add_makefile(change, path, before, after);
	else
		add_kconfig(change, path, before, after);
}

/* ---- what is affected ---- */

bool build_change_is_empty(const struct build_change *change)
{
	return !change->rules->len && !change->scripts->len;
}

/* The text of a file of the tree, "" if it cannot be read; the change's. */
static const char *text_of(struct build_change *change, const char *root, const char *path)
{
	char *absolute = g_build_filename(root, path, NULL);
	char *text = g_hash_table_lookup(change->texts, absolute);

	if (text) {
		g_free(absolute);
		return text;
	}
	if (!g_file_get_contents(absolute, &text, NULL, NULL))
		text = g_strdup("");
	g_hash_table_insert(change->texts, absolute, text);
	return text;
}

/* Whether a text has a word and nothing that would go on with it. */
static bool has_word(const char *text, const char *word)
{
	gsize length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length) {
		char next = at[length];

		/* CONFIG_X_MODULE stands for the same option. */
		if (g_str_has_prefix(at + length, "_MODULE"))
			next = at[length + strlen("_MODULE")];
		if (!g_ascii_isalnum(next) && next != '_')
			return true;
	}
	return false;
}

/* Whether the list of objects in a line may be about a source of the Makefile's directory. */
static bool line_lists(const char *line, GHashTable *lines, const char *file)
{
	struct build_change *list = build_change_new();
	g_autofree char *directory = directory_of(file);
	bool found = !add_list(list, "", directory, line, lines, lines);

	/* What is no list may be about everything. */
	for (guint i = 0; i < list->rules->len && !found; i++) {
		const struct rule *rule = list->rules->pdata[i];

		found = !strcmp(rule->source, file);
	}
	build_change_free(list);
	return found;
}

/*
 * Whether a line of a Makefile names an option and is about a source beside it, or, with
 * word, names that too.
 */
static bool line_has(const char *text, const char *option, const char *word, const char *file)
{
	g_autoptr(GHashTable) lines = logical_lines(text);
	GHashTableIter iter;
	void *line;

	g_hash_table_iter_init(&iter, lines);
	while (g_hash_table_iter_next(&iter, &line, NULL)) {
		if (has_word(line, option) &&
		    (word ? strstr(line, word) != NULL : line_lists(line, lines, file)))
			return true;
	}
	return false;
}

/* Whether an option decides on a source: by its text, or by its Makefile or the one above. */
static bool option_affects(struct build_change *change, const char *root, const char *option,
			   const char *file)
{
	static const char *const names[] = { "Makefile", "Kbuild" };
	g_autofree char *directory = g_path_get_dirname(file);
	g_autofree char *above = g_path_get_dirname(directory);
	g_autofree char *base = g_path_get_basename(directory);
	g_autofree char *entry = g_strconcat(base, "/", NULL);

	if (has_word(text_of(change, root, file), option))
		return true;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *own = g_build_filename(directory, names[i], NULL);
		g_autofree char *upper = g_build_filename(above, names[i], NULL);

		if (line_has(text_of(change, root, own), option, NULL, file) ||
		    line_has(text_of(change, root, upper), option, entry, file))
			return true;
	}
	return false;
}

/* Whether what kbuild begins with names a script, and so may run it. */
static bool script_runs(struct build_change *change, const char *root, const char *script)
{
	static const char *const starts[] = {
		"Makefile",
		"Kbuild",
		"scripts/Makefile",
		"scripts/Makefile.build",
		"scripts/Makefile.lib",
		"scripts/Makefile.extrawarn",
		"scripts/Makefile.clang",
		"scripts/Makefile.compiler",
		"scripts/Kbuild.include",
		"scripts/Kconfig.include",
		"scripts/Makefile.asm-generic",
	};
	const char *name = last_part(script);

	if (is_makefile(script) || g_str_has_suffix(script, ".include") ||
	    g_str_has_prefix(script, "scripts/kconfig/") ||
	    g_str_has_prefix(script, "scripts/basic/") ||
	    g_str_has_prefix(script, "scripts/atomic/"))
		return true;
	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		if (strstr(text_of(change, root, starts[i]), name))
			return true;
	}
	return false;
}

const char *build_change_affects(struct build_change *change, const char *root, const char *file)
{
	for (guint i = 0; i < change->scripts->len; i++) {
		if (script_runs(change, root, change->scripts->pdata[i]))
			return change->scripts->pdata[i];
	}
	for (guint i = 0; i < change->rules->len; i++) {
		const struct rule *rule = change->rules->pdata[i];
		bool below = rule->source &&
			     (!*rule->source || g_str_has_suffix(rule->source, "/"));

		if (rule->option ? option_affects(change, root, rule->option, file) :
		    below	 ? g_str_has_prefix(file, rule->source) :
				   !strcmp(file, rule->source))
			return rule->path;
	}
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its questions to kbuild: how files are compiled, into which module, and
 * whether the configuration builds them.
 *
 * In: files, a configured build directory in the cache.  Out: config->files; headers
 * that drivers generate, in that directory.
 *
 * The flags come from a makefile of ours that every make of the recursion reads
 * first (MAKEFILES).  It replaces the rule that compiles a C file by one that
 * writes the file's flags down, so that a target's own prerequisites, generated
 * headers among them, are made and nothing is compiled.  It also enters the
 * directories that the configuration leaves out; kbuild passes neither
 * need-builtin nor need-modorder there, which tells these files apart.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "files.h"
#include "tree_private.h"

/* Bytes of targets for one make: one argument of a command is bounded to 128 KiB. */
#define BATCH_BYTES 90000

/*
 * Directories entered besides those that the configuration enters: in the first
 * pass those it switches off, which obj- holds; a directory whose Makefile is only
 * included by the one above it is not among them.  Later passes enter any.
 */
static const char enter_listed[] = "override subdir-y = $(patsubst %/,%,"
				   "$(filter $(addsuffix /,$(pfncheck_enter_$(obj))),$(obj-)))\n";
static const char enter_any[] = "override subdir-y = $(pfncheck_enter_$(obj))\n";
/* A file may be part of a module of the directory above its own: that one is not left. */
static const char enter_not[] = "override single-subdirs = $(filter-out $(pfncheck_stay),"
				"$(foreach d,$(subdir-ym),"
				"$(if $(filter $d/%,$(MAKECMDGOALS)),$d)))\n";

/* With which the top Makefile enters the root if everything is to be built. */
#define WHOLE "need-builtin=1 need-modorder=1 KBUILD_BUILTIN=1 KBUILD_MODULES=1"

static const char probe_rules[] =
	"override CONFIG_OBJTOOL :=\n"
	"override objtool_dep :=\n"
	"override recordmcount_source :=\n"
	"override cmd_cc_o_c := pfncheck\n"
	"define pfncheck_line\n"
	"\n"
	"\n"
	"endef\n"
	/* The module of a file that is not built: obj- holds what is switched off. */
	"pfncheck_owner = $(or $(firstword $(foreach m,$(obj-),$(if $(filter $*.o,$m "
	"$(foreach s,-objs -y -m -,$($(m:.o=)$s))),$(obj)/$(m:.o=)))),"
	"$(if $(filter $@,$(real-obj-y) $(real-obj-m)),$(modfile)))\n"
	"pfncheck_built = $(if $(and $(need-builtin),$(filter $@,$(real-obj-y) $(lib-y))),y,"
	"$(if $(and $(need-modorder),$(filter $@,$(real-obj-m))),m,n))\n"
	"override define rule_cc_o_c\n"
	"$(file >$(pfncheck_out)/$(subst /,!,$@),$(obj)$(pfncheck_line)$(pfncheck_built)"
	"$(pfncheck_line)$(if $(filter n,$(pfncheck_built)),$(pfncheck_owner),$(modfile))"
	"$(pfncheck_line)$(filter-out FORCE $<,$^)$(pfncheck_line)$(hostprogs)"
	"$(pfncheck_line)$(c_flags))@:\n"
	"endef\n";

/*
 * Should the top Makefile start itself again, its first round has no $(build) and leaves
 * the work to the second one.
 */
static const char probe_goal[] = ".PHONY: pfncheck-flags\n"
				 "pfncheck-flags:\n"
				 "\t$(if $(build),$(Q)$(MAKE) $(build)=scripts/basic)\n";
static const char probe_enter[] = "\t$(if $(build),$(Q)$(MAKE) $(build)=. " WHOLE
				  " $(pfncheck_goals))\n";

enum probe_kind {
	PROBE_FIRST, /* every file where its path leads to; an error if none is known */
	PROBE_AGAIN, /* the same by the top Makefile, and no error */
	PROBE_DRY,   /* without making what the files depend on */
	PROBE_GUESS, /* where files could belong; they need not */
	PROBE_ABOVE, /* of the directory above the one that their path leads to */
};

/* One file's answer. */
struct probe_record {
	char *path;	 /* of the .c, relative, without ".." */
	char *directory; /* whose Makefile answered */
	char built;	 /* 'y', 'm', 'n' */
	char *module;	 /* NULL if not known */
	char **prerequisites;
	char *hostprogs;
	char *flags;
};

static void probe_record_free(void *data)
{
	struct probe_record *record = data;

	g_free(record->path);
	g_free(record->directory);
	g_free(record->module);
	g_strfreev(record->prerequisites);
	g_free(record->hostprogs);
	g_free(record->flags);
	g_free(record);
}

/* Adds the steps from the root to a directory: parent -> set of child, relative to it. */
static void add_steps(const struct tree *tree, GHashTable *steps, const char *directory)
{
	g_autofree char *child = tree_kbuild_directory(tree, directory);

	while (strcmp(child, ".")) {
		g_autofree char *above = g_path_get_dirname(child);
		char *parent = tree_kbuild_directory(tree, above);
		const char *relative = strcmp(parent, ".") ? child + strlen(parent) + 1 : child;
		GHashTable *children = g_hash_table_lookup(steps, parent);

		if (!children) {
			children = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			g_hash_table_insert(steps, g_strdup(parent), children);
		}
		g_hash_table_add(children, g_strdup(relative));
		g_free(child);
		child = parent;
	}
}

/* The directory with a Makefile that a goal leads to. */
static char *goal_directory(const struct tree *tree, const char *goal)
{
	const char *foreign = strstr(goal, "/../");
	g_autofree char *directory = foreign ? g_strndup(goal, (gsize)(foreign - goal)) :
					       g_path_get_dirname(goal);

	return tree_kbuild_directory(tree, directory);
}

static char *probe_makefile(const struct tree *tree, const char *out, const GPtrArray *goals,
			    enum probe_kind kind, const char *said)
{
	g_autofree char *recipe = said ? tree_inner_recipe(said) : g_strdup("");
	g_autoptr(GHashTable) steps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							    (GDestroyNotify)g_hash_table_unref);
	g_autoptr(GString) stay = g_string_new("");
	GString *text = g_string_new("");
	GHashTableIter iter;
	void *parent, *children;

	g_string_append_printf(text, "pfncheck_out := %s\npfncheck_goals :=", out);
	for (guint i = 0; i < goals->len; i++) {
		const char *goal = g_ptr_array_index(goals, i);
		g_autofree char *directory = goal_directory(tree, goal);

		g_string_append_printf(text, " ./%s", goal);
		if (kind == PROBE_ABOVE)
			g_string_append_printf(stay, " %s", directory);
		else
			add_steps(tree, steps, directory);
	}
	g_string_append_printf(text, "\npfncheck_stay :=%s", stay->str);
	g_string_append_c(text, '\n');
	g_hash_table_iter_init(&iter, steps);
	while (g_hash_table_iter_next(&iter, &parent, &children)) {
		GHashTableIter names;
		void *name;

		g_string_append_printf(text, "pfncheck_enter_%s :=", (const char *)parent);
		g_hash_table_iter_init(&names, children);
		while (g_hash_table_iter_next(&names, &name, NULL))
			g_string_append_printf(text, " %s", (const char *)name);
		g_string_append_c(text, '\n');
	}
	if (kind == PROBE_ABOVE)
		g_string_append(text, enter_not);
	else
		g_string_append(text, kind == PROBE_GUESS ? enter_any : enter_listed);
	g_string_append(text, probe_rules);
	g_string_append(text, probe_goal);
	g_string_append(text, recipe);
	g_string_append(text, probe_enter);
	return g_string_free(text, FALSE);
}

/* The path that a goal with ".." in it leads to. */
static char *plain_path(const char *path)
{
	g_autofree char *canonical = g_canonicalize_filename(path, "/");

	return g_strdup(canonical + 1);
}

static struct probe_record *read_record(const char *out, const char *name)
{
	g_autofree char *file = g_build_filename(out, name, NULL);
	g_autofree char *text = NULL;
	g_autofree char *goal = g_strdelimit(g_strdup(name), "!", '/');
	g_auto(GStrv) lines = NULL;
	struct probe_record *record;

	if (!g_str_has_suffix(goal, ".o") || !g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 6);
	if (g_strv_length(lines) < 6)
		return NULL;
	goal[strlen(goal) - 1] = 'c';
	record = g_new0(struct probe_record, 1);
	record->path = plain_path(goal);
	record->directory = g_strdup(lines[0]);
	record->built = lines[1][0];
	record->module = *lines[2] ? plain_path(lines[2]) : NULL;
	record->prerequisites = g_strsplit(lines[3], " ", -1);
	record->hostprogs = g_strdup(lines[4]);
	record->flags = g_strdup(lines[5]);
	return record;
}

/* A directory that builds a file knows it best, then one that would. */
static int record_rank(const struct probe_record *record)
{
	if (record->built != 'n')
		return 2;
	return record->module ? 1 : 0;
}

static GPtrArray *probe_arguments(const struct tree_config *config, const GPtrArray *goals,
				  enum probe_kind kind)
{
	GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) whole = g_strsplit(WHOLE, " ", -1);

	g_ptr_array_add(arguments, g_strdup(kind == PROBE_DRY ? "-kn" : "-k"));
	if (config->inner) {
		char **build = config->inner->build;

		for (; build[1]; build++)
			g_ptr_array_add(arguments, g_strdup(*build));
		g_ptr_array_add(arguments, g_strconcat(*build, "=.", NULL));
		for (char **word = whole; *word; word++)
			g_ptr_array_add(arguments, g_strdup(*word));
		for (guint i = 0; i < goals->len; i++)
			g_ptr_array_add(arguments, g_strconcat("./", goals->pdata[i], NULL));
	} else {
		g_ptr_array_add(arguments, g_strdup("pfncheck-flags"));
	}
	g_ptr_array_add(arguments, NULL);
	return arguments;
}

/* NULL in a sandbox: what is said there decides about nothing. */
static char *said_by_top(const struct tree *tree, const struct tree_config *config)
{
	return tree->sandbox ? NULL : g_build_filename(config->build, "pfncheck", "inner", NULL);
}

static void find_inner(const struct tree *tree, struct tree_config *config)
{
	g_autofree char *said = said_by_top(tree, config);

	if (said && !config->inner)
		config->inner = tree_inner_read(said, config->build);
}

static void forget_inner(const char *said)
{
	g_autofree char *beside = g_strconcat(said, ".make", NULL);

	g_unlink(said);
	g_unlink(beside);
}

/* One make for a batch of goals; its records go to records: path -> struct probe_record. */
static bool probe_batch(struct tree *tree, struct tree_config *config, const GPtrArray *goals,
			enum probe_kind kind, GHashTable *records, GError **error)
{
	/* Beside what is ours alone, which a sandbox does not let it write to. */
	g_autofree char *out = g_build_filename(config->build, "pfncheck.out", NULL);
	g_autofree char *makefile = g_build_filename(config->build, "pfncheck", "flags.mk", NULL);
	g_autofree char *log = g_build_filename(config->build, "pfncheck", "flags.log", NULL);
	g_autofree char *said = said_by_top(tree, config);
	g_autofree char *text = probe_makefile(tree, out, goals, kind, said);
	g_autoptr(GPtrArray) arguments = probe_arguments(config, goals, kind);
	const struct tree_make make = {
		.inner = config->inner,
		.source = tree->root,
		.build = config->build,
		.first = makefile,
		.log = log,
		.arguments = (const char *const *)arguments->pdata,
	};
	g_autoptr(GDir) directory = NULL;
	guint before = g_hash_table_size(records);
	const char *name;
	int status = 0;

	remove_all(out);
	if (!make_directory(out, error) || !g_file_set_contents(makefile, text, -1, error))
		return false;
	if (said && !config->inner)
		forget_inner(said);
	if (!tree_make_run(tree, config, &make, &status, error))
		return false;
	find_inner(tree, config);
	directory = g_dir_open(out, 0, error);
	if (!directory)
		return false;
	while ((name = g_dir_read_name(directory))) {
		struct probe_record *record = read_record(out, name);
		struct probe_record *other;

		if (!record)
			continue;
		other = g_hash_table_lookup(records, record->path);
		if (other && record_rank(other) >= record_rank(record))
			probe_record_free(record);
		else
			g_hash_table_replace(records, record->path, record);
	}
	remove_all(out);
	/* A target that fails is not the end, a make that knows no target at all is. */
	if (status && kind == PROBE_FIRST && g_hash_table_size(records) == before) {
		g_autofree char *line = tree_make_message(log);

		g_set_error(error, TREE_ERROR, 0, "kbuild gave no flags for %s: %s; see %s",
			    config->arch, line, log);
		return false;
	}
	return true;
}

/* All goals (char *), in as many batches as it takes. */
static bool probe_goals(struct tree *tree, struct tree_config *config, const GPtrArray *goals,
			enum probe_kind kind, GHashTable *records, GError **error)
{
	g_autoptr(GPtrArray) batch = g_ptr_array_new();
	gsize bytes = 0;

	for (guint i = 0; i < goals->len; i++) {
		char *goal = g_ptr_array_index(goals, i);

		g_ptr_array_add(batch, goal);
		bytes += strlen(goal) + 3;
		if (bytes < BATCH_BYTES && i + 1 < goals->len)
			continue;
		if (!probe_batch(tree, config, batch, kind, records, error))
			return false;
		g_ptr_array_set_size(batch, 0);
		bytes = 0;
	}
	return true;
}

static char *goal_of(const char *path)
{
	char *goal = g_strdup(path);

	goal[strlen(goal) - 1] = 'o';
	return goal;
}

/* The files that no directory claims so far. */
static GPtrArray *unclaimed(const GPtrArray *files, GHashTable *records)
{
	GPtrArray *open = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		void *path = g_ptr_array_index(files, i);
		const struct probe_record *record = g_hash_table_lookup(records, path);

		if (!record || !record_rank(record))
			g_ptr_array_add(open, path);
	}
	return open;
}

/*
 * Where files that no directory claims could belong: to directories elsewhere, else
 * to their own, if the first pass could not enter it.
 */
static void add_guesses(struct tree *tree, const struct tree_config *config, const GPtrArray *open,
			GHashTable *records, GPtrArray *goals)
{
	for (guint i = 0; i < open->len; i++) {
		const char *path = g_ptr_array_index(open, i);
		const struct probe_record *record = g_hash_table_lookup(records, path);
		g_autoptr(GPtrArray) foreign = tree_foreign_directories(tree, config, path);
		g_autofree char *parent = g_path_get_dirname(path);
		g_autofree char *directory = tree_kbuild_directory(tree, parent);

		for (guint j = 0; j < foreign->len; j++)
			g_ptr_array_add(goals,
					tree_relative_goal(g_ptr_array_index(foreign, j), path));
		if (!foreign->len && (!record || strcmp(record->directory, directory)))
			g_ptr_array_add(goals, goal_of(path));
	}
}

/* Sees to it that a header that a target depends on exists: made, copied or empty. */
static void require_header(struct tree *tree, struct tree_config *config, const char *header)
{
	g_autofree char *ours = g_canonicalize_filename(header, config->build);
	g_autofree char *below = g_strconcat(config->build, "/", NULL);
	g_autofree char *trees = g_build_filename(tree->root, header, NULL);
	g_autofree char *given = NULL;
	g_autofree char *parent = g_path_get_dirname(ours);

	if (g_path_is_absolute(header) || !g_str_has_prefix(ours, below) ||
	    g_file_test(ours, G_FILE_TEST_EXISTS) || g_file_test(trees, G_FILE_TEST_EXISTS))
		return;
	if (config->given)
		given = g_build_filename(config->given, header, NULL);
	if (given && copy_file(given, ours, NULL))
		return;
	if (make_directory(parent, NULL))
		g_file_set_contents(ours, "", 0, NULL);
	tree_add_stub(tree, config, header);
}

static void use_record(struct tree *tree, struct tree_config *config,
		       const struct probe_record *record)
{
	g_autoptr(GPtrArray) flags = NULL;
	g_auto(GStrv) arguments = NULL;
	bool is_module = false;
	bool generates = false;

	if (!g_shell_parse_argv(record->flags, NULL, &arguments, NULL))
		return;
	flags = tree_flags_filter(tree, config, (const char *const *)arguments, config->build,
				  &is_module, NULL);
	tree_add_file(tree, config, record->path, record->directory, flags, record->module,
		      is_module, record->built != 'n');
	for (char **name = record->prerequisites; *name; name++) {
		const char *extension = strrchr(*name, '.');

		if (!extension || (strcmp(extension, ".h") && strcmp(extension, ".inc")))
			continue;
		require_header(tree, config, *name);
		generates = true;
	}
	if (generates && !g_hash_table_contains(config->generated, record->directory)) {
		g_autofree char *state =
			tree_directory_state(tree, record->directory, record->hostprogs);

		g_hash_table_insert(config->generated, g_strdup(record->directory),
				    g_strdup_printf("%s\t%s", state, record->hostprogs));
	}
}

/* Files that their own directory does not claim, but whose names the one above mentions. */
static void add_above(const struct tree *tree, const GPtrArray *open, GHashTable *records,
		      GPtrArray *goals)
{
	for (guint i = 0; i < open->len; i++) {
		const char *path = g_ptr_array_index(open, i);
		const struct probe_record *record = g_hash_table_lookup(records, path);

		if (record && !record_rank(record) && tree_named_above(tree, path))
			g_ptr_array_add(goals, goal_of(path));
	}
}

static void add_missing(const GPtrArray *files, GHashTable *records, GPtrArray *goals)
{
	for (guint i = 0; i < files->len; i++)
		if (!g_hash_table_contains(records, g_ptr_array_index(files, i)))
			g_ptr_array_add(goals, goal_of(g_ptr_array_index(files, i)));
}

/* Fills records; files that kbuild has no rule for are left out. */
static bool probe_records(struct tree *tree, struct tree_config *config, const GPtrArray *files,
			  GHashTable *records, GError **error)
{
	g_autoptr(GPtrArray) goals = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) guesses = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) above = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) open = NULL;
	bool was_inner;

	find_inner(tree, config);
	was_inner = config->inner;
	for (guint i = 0; i < files->len; i++)
		g_ptr_array_add(goals, goal_of(g_ptr_array_index(files, i)));
	if (!probe_goals(tree, config, goals, PROBE_FIRST, records, error))
		return false;
	add_missing(files, records, missing);
	/* Should that be for what the top Makefile does besides, it is asked again by that. */
	if (missing->len && was_inner) {
		g_clear_pointer(&config->inner, tree_inner_free);
		if (!probe_goals(tree, config, missing, PROBE_AGAIN, records, error))
			return false;
		g_ptr_array_set_size(missing, 0);
		add_missing(files, records, missing);
	}
	/* A header that could not be made has taken its file along: ask without making. */
	if (!probe_goals(tree, config, missing, PROBE_DRY, records, error))
		return false;
	open = unclaimed(files, records);
	add_guesses(tree, config, open, records, guesses);
	if (!probe_goals(tree, config, guesses, PROBE_GUESS, records, error))
		return false;
	add_above(tree, open, records, above);
	return probe_goals(tree, config, above, PROBE_ABOVE, records, error);
}

void tree_probe_begin(const struct tree *tree, struct tree_config *config)
{
	g_autofree char *makefile = g_build_filename(config->build, "pfncheck", "flags.mk", NULL);
	g_autofree char *log = g_build_filename(config->build, "pfncheck", "flags.log", NULL);
	g_autofree char *said = said_by_top(tree, config);
	g_autofree char *recipe = said ? tree_inner_recipe(said) : NULL;
	g_autofree char *text = g_strconcat(probe_rules, probe_goal, recipe, NULL);
	const char *const arguments[] = { "pfncheck-flags", NULL };
	const struct tree_make make = {
		.source = tree->root,
		.build = config->build,
		.first = makefile,
		.log = log,
		.arguments = arguments,
	};
	int status;

	if (said && g_file_set_contents(makefile, text, -1, NULL))
		tree_make_run(tree, config, &make, &status, NULL);
}

bool tree_probe(struct tree *tree, struct tree_config *config, const GPtrArray *files,
		GError **error)
{
	g_autoptr(GHashTable) records =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, probe_record_free);
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		if (tree_kbuild_path(config, g_ptr_array_index(files, i)))
			g_ptr_array_add(known, g_ptr_array_index(files, i));
	}
	if (!known->len)
		return true;
	tree_progress(tree, "asking kbuild for the flags of %u files (%s)", known->len,
		      config->arch);
	if (!probe_records(tree, config, known, records, error))
		return false;
	for (guint i = 0; i < known->len; i++) {
		const struct probe_record *record;

		record = g_hash_table_lookup(records, g_ptr_array_index(known, i));
		if (record)
			use_record(tree, config, record);
	}
	return true;
}

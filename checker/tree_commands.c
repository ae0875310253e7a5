// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its compile_commands.json: how files were compiled, as a build wrote it
 * down or clang's tools made it.
 *
 * In: the file's name.  Out: config->commands: path -> struct tree_command.
 * Entries of files outside of the tree, or that are no C files, are left out; of
 * several entries for one file the first one counts.
 */
#include <jansson.h>
#include <string.h>

#include "tree_private.h"

/* How much of the file is looked at before it is read as a whole. */
#define PEEK_BYTES (256 * 1024)

struct tree_command {
	char *directory;
	char *command;	  /* as a shell takes it, or NULL */
	char **arguments; /* or NULL */
	char *output;	  /* or NULL */
};

static void tree_command_free(void *data)
{
	struct tree_command *command = data;

	g_free(command->directory);
	g_free(command->command);
	g_strfreev(command->arguments);
	g_free(command->output);
	g_free(command);
}

/* A JSON array of strings as a string vector, or NULL. */
static char **string_list(const json_t *array)
{
	char **list;
	const json_t *value;
	gsize i;

	if (!json_is_array(array))
		return NULL;
	list = g_new0(char *, json_array_size(array) + 1);
	json_array_foreach(array, i, value)
		list[i] = g_strdup(json_is_string(value) ? json_string_value(value) : "");
	return list;
}

/* Adds one entry; false if it is none. */
static bool add_entry(const struct tree *tree, GHashTable *commands, const json_t *entry)
{
	const char *directory = json_string_value(json_object_get(entry, "directory"));
	const char *file = json_string_value(json_object_get(entry, "file"));
	const char *line = json_string_value(json_object_get(entry, "command"));
	const char *output = json_string_value(json_object_get(entry, "output"));
	const json_t *arguments = json_object_get(entry, "arguments");
	g_autofree char *absolute = NULL;
	struct tree_command *command;
	gsize root = strlen(tree->root);

	if (!directory || !file || (!line && !json_is_array(arguments)))
		return false;
	absolute = g_canonicalize_filename(file, directory);
	if (strncmp(absolute, tree->root, root) || absolute[root] != '/' ||
	    !g_str_has_suffix(absolute, ".c") ||
	    g_hash_table_contains(commands, absolute + root + 1))
		return true;
	command = g_new0(struct tree_command, 1);
	command->directory = g_strdup(directory);
	command->command = g_strdup(line);
	command->arguments = string_list(arguments);
	command->output = g_strdup(output);
	g_hash_table_insert(commands, g_strdup(absolute + root + 1), command);
	return true;
}

bool tree_commands_load(struct tree *tree, struct tree_config *config, GError **error)
{
	json_error_t place;
	json_t *entries = json_load_file(config->commands_file, 0, &place);
	const json_t *entry;
	gsize i;
	bool ok = true;

	if (!entries) {
		g_set_error(error, TREE_ERROR, 0, "%s:%d:%d: malformed: %s; make it anew",
			    config->commands_file, place.line, place.column, place.text);
		return false;
	}
	config->commands =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, tree_command_free);
	if (!json_is_array(entries)) {
		g_set_error(error, TREE_ERROR, 0,
			    "%s: malformed: not a list of entries; make it anew",
			    config->commands_file);
		ok = false;
	}
	json_array_foreach(entries, i, entry)
	{
		if (add_entry(tree, config->commands, entry))
			continue;
		g_set_error(error, TREE_ERROR, 0,
			    "%s: malformed: entry %zu lacks directory, file or command; "
			    "make it anew",
			    config->commands_file, i);
		ok = false;
		break;
	}
	json_decref(entries);
	return ok;
}

/* The value of the first "directory" of a file that need not be well-formed. */
static char *peek_directory(const char *text)
{
	const char *at = strstr(text, "\"directory\"");
	const char *end;

	if (!at)
		return NULL;
	at += strlen("\"directory\"");
	at += strspn(at, " \t\r\n:");
	if (*at != '"')
		return NULL;
	end = strchr(++at, '"');
	return end ? g_strndup(at, (gsize)(end - at)) : NULL;
}

void tree_commands_peek(const char *file, char **directory, char **srcarch)
{
	FILE *stream = fopen(file, "re");
	g_autofree char *text = g_malloc0(PEEK_BYTES + 1);
	const char *at;

	*directory = NULL;
	*srcarch = NULL;
	if (!stream)
		return;
	text[fread(text, 1, PEEK_BYTES, stream)] = '\0';
	fclose(stream);
	*directory = peek_directory(text);
	for (at = strstr(text, "arch/"); at; at = strstr(at + 1, "arch/")) {
		gsize length = strcspn(at + 5, "/ \"");

		if (g_str_has_prefix(at + 5 + length, "/include/generated")) {
			*srcarch = g_strndup(at + 5, length);
			return;
		}
	}
}

/*
 * kbuild names the module's directory for what is built in only; else it is the one
 * whose Makefile names the file.
 */
char *tree_commands_module(const struct tree *tree, const char *output, const char *path,
			   const char *modfile, const char *modname)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *directory = NULL;
	const char *foreign = output ? strstr(output, "/../") : NULL;

	if (modfile)
		return g_strdup(modfile);
	if (!modname)
		return NULL;
	/* Of a directory that takes files from elsewhere: "amdgpu/../amdkfd/file.o". */
	if (foreign && !g_path_is_absolute(output))
		directory = g_strndup(output, (gsize)(foreign - output));
	else
		directory = tree_kbuild_directory(tree, parent);
	return g_build_filename(directory, modname, NULL);
}

bool tree_commands_use(struct tree *tree, struct tree_config *config, const char *path)
{
	const struct tree_command *command = g_hash_table_lookup(config->commands, path);
	g_autoptr(GPtrArray) flags = NULL;
	g_auto(GStrv) split = NULL;
	g_autofree char *modfile = NULL;
	g_autofree char *modname = NULL;
	g_autofree char *module = NULL;
	char **arguments;
	bool is_module = false;

	if (!command)
		return false;
	arguments = command->arguments;
	if (!arguments) {
		if (!g_shell_parse_argv(command->command, NULL, &split, NULL))
			return false;
		arguments = split;
	}
	flags = tree_flags_filter(tree, config, (const char *const *)arguments, command->directory,
				  &is_module, &modfile);
	modname = tree_flags_define((const char *const *)arguments, "KBUILD_MODNAME");
	module = tree_commands_module(tree, command->output, path, modfile, modname);
	tree_add_file(tree, config, path, NULL, flags, module, is_module, true);
	return true;
}

const char *tree_commands_nearest(const struct tree_config *config, const char *path)
{
	GHashTableIter iter;
	const char *best = NULL;
	gsize best_length = 0;
	void *key;

	if (!config->commands)
		return NULL;
	g_hash_table_iter_init(&iter, config->commands);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		const char *other = key;
		gsize length = 0;

		for (gsize i = 0; path[i] && path[i] == other[i]; i++) {
			if (path[i] == '/')
				length = i;
		}
		/* Of several equally near the first by name, whatever the order of the table. */
		if (!best || length > best_length ||
		    (length == best_length && strcmp(other, best) < 0)) {
			best = other;
			best_length = length;
		}
	}
	return best;
}

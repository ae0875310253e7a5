// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_source: reads each file once.  Only regular files below the tree are read, and
 * none that is not text.
 */
#include "report_source.h"

#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (16 << 20) /* larger files are not quoted from */

struct report_source {
	char *root;
	/* file -> its content (char *), or NULL if it cannot be quoted from */
	GHashTable *files;
};

struct report_source *report_source_new(const char *root)
{
	struct report_source *source = g_new0(struct report_source, 1);

	source->root = g_strdup(root);
	source->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return source;
}

void report_source_free(struct report_source *source)
{
	if (!source)
		return;
	g_hash_table_unref(source->files);
	g_free(source->root);
	g_free(source);
}

const char *report_source_text(struct report_source *source, const char *file)
{
	g_autofree char *path = NULL;
	g_autofree char *content = NULL;
	gsize size;
	struct stat st;

	if (!source->root || !file || g_path_is_absolute(file))
		return NULL;
	if (g_hash_table_contains(source->files, file))
		return g_hash_table_lookup(source->files, file);
	path = g_build_filename(source->root, file, NULL);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX &&
	    g_file_get_contents(path, &content, &size, NULL) && memchr(content, 0, size))
		g_clear_pointer(&content, g_free);
	g_hash_table_insert(source->files, g_strdup(file), g_steal_pointer(&content));
	return g_hash_table_lookup(source->files, file);
}

char *report_source_line(struct report_source *source, const struct place *at)
{
	const char *start = at->line ? report_source_text(source, at->file) : NULL;

	for (guint line = 1; start && line < at->line; line++) {
		start = strchr(start, '\n');
		if (start)
			start++;
	}
	return start && *start ? g_strndup(start, strcspn(start, "\r\n")) : NULL;
}

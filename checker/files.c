// SPDX-License-Identifier: GPL-2.0-only
/*
 * files: what GLib lacks for files and directories of ours.
 */
#include "files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool remove_all(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT;
	if (S_ISDIR(st.st_mode)) {
		GDir *directory = g_dir_open(path, 0, NULL);
		const char *name;

		while (directory && (name = g_dir_read_name(directory))) {
			g_autofree char *child = g_build_filename(path, name, NULL);

			remove_all(child);
		}
		if (directory)
			g_dir_close(directory);
		return !rmdir(path);
	}
	return !unlink(path);
}

bool make_directory(const char *path, GError **error)
{
	if (!g_mkdir_with_parents(path, 0777))
		return true;
	g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
		    "%s: cannot create: %s", path, g_strerror(errno));
	return false;
}

bool copy_file(const char *from, const char *to, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(to);
	g_autofree char *text = NULL;
	gsize size;

	if (!make_directory(parent, error) || !g_file_get_contents(from, &text, &size, error) ||
	    !g_file_set_contents_full(to, text, (gssize)size, G_FILE_SET_CONTENTS_NONE,
				      access(from, X_OK) ? 0666 : 0777, error))
		return false;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * files: what GLib lacks for files and directories of ours.
 */
#ifndef PFNCHECK_FILES_H
#define PFNCHECK_FILES_H

#include <glib.h>
#include <stdbool.h>

/* Makes a directory and those above it; one that is there is fine. */
bool make_directory(const char *path, GError **error);
/* Removes a file or a directory with all that is in it; false if something is left. */
bool remove_all(const char *path);
/* Copies a file with its right to be run, and makes the directory it goes to. */
bool copy_file(const char *from, const char *to, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox: runs what is not to be believed: without network, without privileges, with
 * a file system that it can read but not write to, one directory excepted, and with no
 * process to see but its own.  Whoever reads that directory afterwards has sandbox_clean()
 * see first to what was left there.
 *
 * By unshare(2) and mount_setattr(2), so Linux 5.12 or newer, and either root or user
 * namespaces.
 */
#ifndef PFNCHECK_SANDBOX_H
#define PFNCHECK_SANDBOX_H

#include <glib.h>
#include <stdbool.h>

/* The hidden command: "pfncheck sandbox DIRECTORY PROGRAM ARGUMENT...". */
#define SANDBOX_COMMAND "sandbox"
/* The exit status if there can be no sandbox; what is wrong is on standard error. */
#define SANDBOX_FAILED 125

/* What is below this name in the directory that can be written to is read-only all the same. */
#define SANDBOX_KEPT "pfncheck"

/*
 * Runs words[1] with what follows; words is NULL-terminated.  words[0] is the absolute path of
 * the directory that can be written to.  Returns the exit status of the program, 128 and the
 * number of the signal that ended it, or SANDBOX_FAILED.
 */
int sandbox_main(char **words);

/*
 * Removes whatever is neither a file nor a directory from the directory that could be written
 * to: by a link we would write elsewhere ourselves, and a pipe would have us wait.  False with
 * error if part of it cannot be looked at; it is not to be used then.
 */
bool sandbox_clean(const char *directory, GError **error);

#endif

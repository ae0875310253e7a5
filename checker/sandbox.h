/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox: runs what is not to be believed: without network, without privileges, with
 * a file system that it can read but not write to, one directory excepted, and with no
 * process to see but its own.
 *
 * By unshare(2) and mount_setattr(2), so Linux 5.12 or newer, and either root or user
 * namespaces.
 */
#ifndef PFNCHECK_SANDBOX_H
#define PFNCHECK_SANDBOX_H

/* The hidden command: "pfncheck sandbox DIRECTORY PROGRAM ARGUMENT...". */
#define SANDBOX_COMMAND "sandbox"
/* The exit status if there can be no sandbox; what is wrong is on standard error. */
#define SANDBOX_FAILED 125

/*
 * Runs words[1] with what follows; words is NULL-terminated.  words[0] is the absolute path of
 * the directory that can be written to.  Returns the exit status of the program, 128 and the
 * number of the signal that ended it, or SANDBOX_FAILED.
 */
int sandbox_main(char **words);

#endif

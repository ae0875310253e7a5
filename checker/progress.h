/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * progress: tells whoever waits what is going on, on standard error.  On a
 * terminal one line that is drawn over and over and wiped at the end, elsewhere
 * a line for each thing that takes long; with -v also how long each stage took.
 */
#ifndef PFNCHECK_PROGRESS_H
#define PFNCHECK_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

struct progress;

/*
 * fd stays the caller's and open.  terminal: whether to draw; pass isatty(fd),
 * or false for silence.  The caller frees the result.
 */
struct progress *progress_new(int fd, bool terminal, bool verbose);
/* Ends the current stage, wipes the line. NULL is ignored. */
void progress_free(struct progress *progress);

/* Ends the stage before, if any, and begins stage, which has to stay valid; NULL begins none. */
void progress_stage(struct progress *progress, const char *stage);
/* done of total pieces of the stage are done; redraws at most ten times a second. */
void progress_update(struct progress *progress, guint done, guint total);

/*
 * A line for people, "pfncheck: TEXT", that stays.  data is the progress: fits
 * as the message and progress callbacks of tree and store.
 */
void progress_message(const char *text, void *data);

/* Seconds that the stages took so far, in their order; a stage that came twice is listed once. */
void progress_each(const struct progress *progress,
		   void (*each)(const char *stage, double seconds, void *data), void *data);

#endif

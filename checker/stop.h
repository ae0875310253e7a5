/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stop: what ends a run before it is done: SIGINT, SIGTERM, and the time of
 * --timeout.  There is one run in a process.
 *
 * A run has two parts.  In the first nothing is known that could be told: a signal
 * ends the process at once, with exit status 2, and the time limit with the report
 * that stop_report_early() left, and 3.  After stop_has_answer() either only sets
 * stop_flag(), and whoever works looks at it.
 */
#ifndef PFNCHECK_STOP_H
#define PFNCHECK_STOP_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "audit.h"
#include "report.h"

#define EXIT_CANNOT_RUN 2
#define EXIT_STOPPED 3

/* Catches signals from now on; timeout: seconds, 0 for no limit. */
void stop_begin(guint timeout);
/* 0, or the signal that the run is to end for; SIGALRM: its time is over. */
const volatile sig_atomic_t *stop_flag(void);

/*
 * What to report if the time is over in the first part, instead of what an earlier call
 * left; without any call, one line on standard error is all.  Takes the audit over;
 * options have to stay.  Does nothing if there is no limit, or in the second part.
 */
void stop_report_early(struct audit *audit, const struct report_options *options);
/* Begins the second part. */
void stop_has_answer(void);

/* Before the end of the process, with what was given. */
void stop_end(void);

#endif

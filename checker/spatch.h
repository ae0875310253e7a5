/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spatch: runs Coccinelle's program in processes of its own, bounded in time,
 * memory and output.  Knows processes and versions, not what is printed.
 */
#ifndef PFNCHECK_SPATCH_H
#define PFNCHECK_SPATCH_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

/* Names the program to run in place of "spatch"; empty: there is none. */
#define SPATCH_VARIABLE "PFNCHECK_SPATCH"

struct spatch_program {
	char *path;    /* absolute */
	char *version; /* "1.1.1" */
};

/*
 * Finds the program and asks it for its version.  False, with *why set to a
 * sentence that says what to do, if there is none that will do.
 */
bool spatch_find(struct spatch_program *program, char **why);
void spatch_program_clear(struct spatch_program *program);

/* One run of the program, and what came of it. */
struct spatch_job {
	char **argv;	   /* behind the program, NULL-terminated */
	void *data;	   /* the caller's */
	GString *out;	   /* standard output */
	GString *messages; /* standard error, its first bytes */
	/* "crashed (signal 11)", "took longer than 30 s", ...; NULL if it exited with 0 */
	char *failure;
};

struct spatch_job *spatch_job_new(const char *const *argv, void *data);
void spatch_job_free(void *job);

struct spatch_bounds {
	unsigned int processes; /* at one time */
	unsigned int seconds;	/* for one job */
	unsigned int megabytes; /* of address space */
	/* Once one of them is not 0, processes are killed, and the jobs left fail. */
	const volatile sig_atomic_t *stop; /* may be NULL */
	const int *cancelled;		   /* atomic; may be NULL */
};

/*
 * Runs jobs (struct spatch_job) in directory, in their order.  done is called in
 * this thread as each of them ends, and may append further ones.  Processes die
 * with the calling thread; none is left on return.
 */
void spatch_run(const struct spatch_program *program, const char *directory, GPtrArray *jobs,
		const struct spatch_bounds *bounds,
		void (*done)(struct spatch_job *job, void *data), void *data);

#endif

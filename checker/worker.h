/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * worker: one worker process: how it is started, and the frames that it and the
 * pool of workers exchange.  For workers.c, and for spatch.c, which starts another
 * program the same way; others include workers.h.
 */
#ifndef PFNCHECK_WORKER_H
#define PFNCHECK_WORKER_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define WORKER_FRAME_HEADER 9		      /* 8 hex digits and a newline */
#define WORKER_FRAME_MAX (256u * 1024 * 1024) /* longer ones are nonsense */

struct worker_process {
	pid_t pid;
	int requests; /* our end of its standard input */
	int replies;
	int messages; /* of its standard error */
};

/* Whether a worker's memory can be bounded: AddressSanitizer reserves terabytes. */
bool worker_bounds_memory(void);

/*
 * Starts argv with environment, in directory if that is not NULL, as the leader of
 * a process group of its own, which is killed when the calling thread ends, with at
 * most megabytes of address space (0: unbounded) and a large stack.  The three
 * descriptors do not block and are the caller's.  On failure says why in *failure,
 * which the caller frees.
 */
bool worker_spawn(const char *const *argv, char **environment, const char *directory,
		  unsigned int megabytes, struct worker_process *process, char **failure);

/* The largest resident size so far of a process that is alive, in KiB; 0 if not known. */
long worker_peak(pid_t pid);

/* The length that the header of a frame says; false if it is none. */
bool worker_frame_size(const char *header, gsize *size);

#endif

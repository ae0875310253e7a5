/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * survey: turns files into a program, round by round: extracts the exporters
 * first, then whatever the analysis asks for and has no facts of.  Brings tree,
 * scan, workers and store together; knows neither C nor the rule.
 */
#ifndef PFNCHECK_SURVEY_H
#define PFNCHECK_SURVEY_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "audit.h"
#include "left_out.h"
#include "program.h"
#include "progress.h"
#include "reconcile.h"
#include "scan.h"
#include "store.h"
#include "tree.h"
#include "workers.h"

struct survey {
	struct tree *tree;
	const struct scan *scan;
	struct store *store;
	struct progress *progress;
	struct audit *audit;	     /* failures go there */
	struct left_out *left_out;   /* is told what each configuration has; may be NULL */
	struct reconcile *reconcile; /* likewise; NULL: nobody wants to know */
	struct program_past *past;   /* what programs begin with */
	struct trace_memory *traces; /* likewise */
	unsigned int jobs;
	bool no_kbuild; /* nobody knows which files are built */
	bool no_pch;
	struct pch *pch;	/* not owned; NULL with no_pch */
	guint expected;		/* files that are to be extracted after this program, by a guess */
	struct ahead *ahead;	/* not owned; what is being extracted already, or NULL */
	const char *only_built; /* a file that is built: others are read only if built too; or NULL */
	const volatile sig_atomic_t *stop;
	/* results */
	guint files_parsed; /* by libclang in this run */
	GHashTable *used;   /* char *: files whose facts were taken, from the store or parsed */
	GHashTable *absent; /* char *: with only_built, files that were wanted and are not built */
	long worker_peak;   /* KiB */
};

/*
 * The facts of all files that the exporters of a configuration depend on.  ask
 * is called with the linked program after each round; what it looks up in vain
 * is extracted in the next one.  It has to ask for the same whenever the facts are
 * the same, since it is called after the last round, but after others only if
 * no run before has shown what is asked for.  NULL
 * with error if nothing can be analysed.
 *
 * A file that the configuration does not build is read all the same, unless
 * another configuration builds it: there it is what it is meant to be.
 */
struct program *survey_program(struct survey *survey, guint config,
			       void (*ask)(struct program *program, void *data), void *data,
			       GError **error);

/*
 * Sees to it that the store has the facts of files, relative to the tree, as a
 * configuration compiles them.
 */
bool survey_contribute(struct survey *survey, guint config, const GPtrArray *files, GError **error);
/* What a worker gets to extract a file, and what it may take. */
GBytes *survey_request(const struct survey *survey, guint config, const struct tree_file *file);
struct worker_limits survey_limits(const struct survey *survey);
/* Of how many files facts were taken, whatever the number of configurations. */
guint survey_files_used(const struct survey *survey);
/* Releases what the survey holds itself. */
void survey_clear(struct survey *survey);

#endif

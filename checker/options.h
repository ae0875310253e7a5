/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options: the command line in, plain values out.  Looks at no file.
 */
#ifndef PFNCHECK_OPTIONS_H
#define PFNCHECK_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"
#include "report.h"

enum command {
	COMMAND_AUDIT,
	COMMAND_CHECK,
	COMMAND_EXPLAIN,
	COMMAND_REVIEW,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_WORKER, /* started by pfncheck itself, in no help text */
};

/* What --dump shows instead of the report. */
enum stage {
	STAGE_NONE,
	STAGE_TREE,
	STAGE_SCAN,
	STAGE_EXTRACT,
	STAGE_STORE,
	STAGE_PROGRAM,
	STAGE_TRACE,
	STAGE_JUDGE,
};

/* All strings belong to the structure; options_clear() releases them. */
struct options {
	enum command command;
	char *topic;   /* help: the command to explain, NULL for all */
	char *query;   /* explain: the exporter, see explain.h */
	char *tree;    /* audit, explain: the kernel tree, "." unless given */
	char **words;  /* check: the compiler's arguments and the file; else NULL */
	char *against; /* the saved audit, or NULL */
	char *commits; /* review: a range or a commit, NULL unless given */
	char *base;    /* review: what patches apply to, NULL unless given */
	char *patch;   /* review: a mailbox, "-" for standard input, or NULL */
	char *format;  /* name of a writer of report */
	char *output;  /* NULL or "-": standard output */
	enum report_colour colour;
	enum level fail_on; /* LEVEL_NONE: whatever is found, the exit status is 0 */
	enum stage dump;
	char *build;	   /* or NULL */
	char *config;	   /* or NULL */
	char **arches;	   /* NULL-terminated; NULL unless given */
	char *cache;	   /* NULL unless given */
	char *stats;	   /* or NULL */
	unsigned int jobs; /* at least 1 */
	char *allow;	   /* the file of entries, or NULL */
	bool allow_comments;
	guint only;	  /* review: a bit for each enum change that is wanted; 0: all */
	guint timeout;	  /* seconds; 0: none */
	bool anchor_diff; /* review: a finding's place is the step that the diff touches */
	bool trust_tree;  /* review: run the head's make, in a sandbox */
	bool each;	  /* review: every commit by itself */
	bool no_cache;
	bool no_coccinelle;
	bool no_kbuild;
	bool no_pch;
	bool verbose;
};

#define OPTIONS_ERROR (options_error_quark())
GQuark options_error_quark(void);

enum options_error {
	OPTIONS_ERROR_USAGE,
};

/*
 * Parses the arguments of main() and fills in what was not given.  On failure
 * returns false and one line in error that says what to do; options are empty
 * then.  argv is left as it is.
 */
bool options_parse(struct options *options, int argc, char **argv, GError **error);
void options_clear(struct options *options);

/* The help text of a command, of all of them for NULL, as a new string; NULL if there is no such command. */
char *options_help(const char *command);
/* What --version prints, as a new string. */
char *options_version(const char *libclang);

const char *stage_name(enum stage stage);

#endif

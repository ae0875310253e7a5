/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What coccinelle.c (the run), coccinelle_files.c (which semantic patch is for
 * which file) and coccinelle_read.c (what it prints) share.
 */
#ifndef PFNCHECK_COCCINELLE_PRIVATE_H
#define PFNCHECK_COCCINELLE_PRIVATE_H

#include "coccinelle.h"
#include "spatch.h"

/* A semantic patch, and what a file has to have for it to match there: one of these sets. */
struct script_row {
	const char *name;
	unsigned int needs[2];
};

/* All of them; the last one has no name. */
extern const struct script_row script_rows[];

struct script {
	const struct script_row *row;
	char *path;
	char *hash;
};

/* One file for one semantic patch. */
struct task {
	const struct script *script;
	const char *file;
	guint number; /* of the copy */
	char *text;   /* "LINE COLUMN MESSAGE" lines, or "!REASON"; NULL: not known */
	char *failure;
	bool cached;
	bool copied; /* its file is in the directory */
};

/* What one process is given. */
struct batch {
	struct coccinelle *coccinelle;
	const struct script *script;
	GPtrArray *tasks; /* struct task */
};

struct coccinelle {
	struct coccinelle_options options;
	struct store *store;
	struct spatch_program program;
	char *why;	    /* why spatch does not run, or does not work; else NULL */
	GPtrArray *scripts; /* struct script */
	GPtrArray *files;   /* const char *, the scan's, sorted */
	GPtrArray *tasks;   /* struct task, by script and file */
	GPtrArray *batches; /* struct batch */
	char *directory;    /* for copies, or NULL */
	GThread *thread;
	int cancelled;	  /* atomic */
	guint failures;	  /* in a row */
	bool succeeded;	  /* once, in this run */
	guint groups;	  /* files that list a batch */
	GPtrArray *names; /* char *: what is in the directory */
	GStringChunk *strings;
	GPtrArray *reports; /* struct coccinelle_report */
};

/* coccinelle_files.c */

/* Fills in c->files, and c->tasks for c->scripts. */
void coccinelle_choose(struct coccinelle *c, const struct scan *scan);

/* For walk_files(): the scan has told already what cannot be read. */
void coccinelle_ignore_failure(void *data, const char *path, const char *reason);

/* coccinelle_read.c */

/*
 * Splits a message by what its semantic patch prints: the caller frees record and
 * name, text lies in message.  False if it is none of those.
 */
bool coccinelle_read_message(const struct script *script, const char *message, char **record,
			     char **name, const char **text);
/* Gives each task of a batch its text; NULL, or what is wrong with the output. */
const char *coccinelle_read_output(const struct batch *batch, const struct spatch_job *job);

#endif

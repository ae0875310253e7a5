/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * git: questions to a repository, and trees made of patches, by the git program.
 *
 * The repository, its index and its work tree are read and never written to: new
 * objects go to a directory of ours.  Nothing that a tree under review holds
 * is run or believed: no hooks, no filters, no external diffs, no fetches.
 */
#ifndef PFNCHECK_GIT_H
#define PFNCHECK_GIT_H

#include <glib.h>
#include <stdbool.h>

/* A SHA-256 object name in hex, and its NUL. */
#define GIT_OID_SIZE 65

#define GIT_ERROR (git_error_quark())
GQuark git_error_quark(void);

enum git_error {
	GIT_ERROR_PROGRAM,    /* git cannot be run */
	GIT_ERROR_REPOSITORY, /* the path is in no repository that git would use */
	GIT_ERROR_REVISION,   /* there is no such commit, or not enough of its history */
	GIT_ERROR_OBJECT,     /* an object is missing or damaged */
	GIT_ERROR_PATCH,      /* a patch does not apply, or is none */
};

struct git;

/* Whether a text is the full name of an object. */
bool git_is_oid(const char *text);

/*
 * path is any directory of a work tree or a bare repository.  scratch is an
 * existing directory of ours for new objects and temporary files.  NULL with one line in error.
 */
struct git *git_open(const char *path, const char *scratch, GError **error);
void git_close(struct git *git);

/* A commit. */
struct git_commit {
	char id[GIT_OID_SIZE];
	char tree[GIT_OID_SIZE];
	char *subject; /* first line of its message, as it is */
	guint parents;
};

void git_commit_free(struct git_commit *commit);

/* The commit that a revision names.  NULL with one line in error. */
struct git_commit *git_commit(struct git *git, const char *revision, GError **error);
/* Its first parent; an error for a root commit and where the history is cut off. */
struct git_commit *git_parent(struct git *git, const struct git_commit *commit, GError **error);
/* The best common ancestor, an error if there is none. */
struct git_commit *git_merge_base(struct git *git, const struct git_commit *a,
				  const struct git_commit *b, GError **error);
/* The commits (struct git_commit) after base up to head, by first parents, oldest first. */
GPtrArray *git_commits(struct git *git, const struct git_commit *base,
		       const struct git_commit *head, GError **error);

/* What a path is in two trees; mode 0: it is not there. */
struct git_change {
	char *path;
	guint old_mode, new_mode;
	char old_oid[GIT_OID_SIZE], new_oid[GIT_OID_SIZE];
};

/* The paths (struct git_change, sorted) in which two trees differ; old NULL: all of new. */
GPtrArray *git_diff(struct git *git, const char *old, const char *new, GError **error);

/*
 * Calls each for the lines that are new or changed on the new side of a change:
 * first to last, both counted from 1; a removal is told by the line before it.  gone to
 * gone_last are the lines of the old side that they stand for, none if these are 1 to 0.
 */
bool git_changed_lines(struct git *git, const struct git_change *change,
		       void (*each)(const char *path, guint first, guint last, guint gone,
				    guint gone_last, void *data),
		       void *data, GError **error);

/* Reads objects, one after the other; for one thread. */
struct git_reader;

struct git_reader *git_reader_new(struct git *git, GError **error);
void git_reader_free(struct git_reader *reader);
/* The content of a blob, which a NUL follows, a new string; NULL with one line in error. */
char *git_read(struct git_reader *reader, const char *oid, gsize *size, GError **error);

/* A patch of a series: the tree that it makes. */
struct git_patch {
	char tree[GIT_OID_SIZE];
	char *subject;
};

/*
 * Applies the patches of a mailbox, one mail or bare diff ("-": standard input)
 * to the tree of base, one after the other.  Mails without a patch (cover letters, replies)
 * are passed over.  The patches (struct git_patch) in their order.
 */
GPtrArray *git_apply(struct git *git, const struct git_commit *base, const char *file,
		     GError **error);

#endif

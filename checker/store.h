/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store: facts by content, in SQLite below the cache directory, so that nothing
 * is parsed twice and nothing stale is served.
 *
 * A row is found by (path, hash of the file, flags, versions) and is valid while
 * every header that was read for it still has its hash: the paths of headers and
 * in flags are kept relative to the tree or to the build directory, so that
 * branches and work trees share rows.
 *
 * A file that is damaged or not ours is set aside, with a message, and a new
 * one begun.  Several processes may use one store at the same time; within a
 * process, a store belongs to one thread.
 *
 * What a run has verified once holds for that run: a tree that is edited while
 * it is audited gets the answer for some state that each file had meanwhile, but
 * facts of a file that changed while it was read are never kept.
 */
#ifndef PFNCHECK_STORE_H
#define PFNCHECK_STORE_H

#include <glib.h>
#include <stdbool.h>

/* Below the cache directory. */
#define STORE_FILE "store.sqlite"

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);

enum store_error {
	STORE_ERROR_ROOT, /* not an absolute path */
};

struct store;

struct store_options {
	const char *directory; /* exists; NULL: keep everything in memory */
	const char *root;      /* absolute path of the tree */
	const char *versions;  /* libclang version, fact schema, ...: part of every key */
	guint64 limit;	       /* bytes above which old rows are dropped; 0: 256 MiB */
	/* For one-line messages ("... set aside"), may be NULL. */
	void (*message)(const char *text, void *data);
	void *message_data;
};

/*
 * A store that cannot be opened or written says so once and works in memory; the
 * only error is a root that is not absolute.  Strings of options are copied.
 */
struct store *store_open(const struct store_options *options, GError **error);
/* Commits and closes; NULL is allowed. */
void store_close(struct store *store);

/*
 * The facts of path (relative to the tree) as compiled with flags
 * (NULL-terminated, with absolute paths) in the configuration whose build
 * directory is build, or NULL if they have to be extracted.  *size gets the
 * length, which a NUL follows.  g_free() the result.
 *
 * To be called before the file is read for extraction: store_put() keeps facts
 * only for a question that was asked and if nothing was written to since then.
 */
char *store_get(struct store *store, const char *path, const char *const *flags, const char *build,
		gsize *size);
/*
 * Keeps facts; headers is a NULL-terminated list of absolute paths of every file
 * read besides path itself.  A store that cannot be written says so once and
 * goes on in memory.
 */
void store_put(struct store *store, const char *path, const char *const *flags, const char *build,
	       const char *const *headers, const char *facts, gsize size);
/*
 * The same for facts that hold only as long as files called so (NULL-terminated, as an
 * include spells them) are not found.
 */
void store_put_without(struct store *store, const char *path, const char *const *flags,
		       const char *build, const char *const *headers, const char *const *missing,
		       const char *facts, gsize size);
/*
 * Notes for store_each_file() what a file that was extracted rests on if its facts are
 * not to be kept; headers: NULL if nobody knows.
 */
void store_note_read(struct store *store, const char *path, const char *build,
		     const char *const *headers);
/*
 * Keeps a text under a question, which has to hold all that the text rests on besides
 * the versions; and gives it back as store_get() does.  It is in no dump.
 */
void store_remember(struct store *store, const char *question, const char *text, gsize size);
char *store_recall(struct store *store, const char *question, gsize *size);
/* Makes everything put so far outlive this process. */
void store_commit(struct store *store);
/*
 * The files of the tree (relative paths) whose facts this run got or put, and those
 * that were read for them, in no order, perhaps several times; and whether these are all.
 */
bool store_knows_each_file(const struct store *store);
void store_each_file(const struct store *store, void (*each)(const char *path, void *data),
		     void *data);
/*
 * Sorted text: the rows that this run got or put, and the headers they rest on,
 * with the beginning of their hashes.  The same whether rows were got or put.
 */
void store_dump(const struct store *store, GString *out);

/*
 * SHA-256 of a file's content, hex; computed once for each state of it.  NULL if
 * it is unreadable or not a regular file.  The string lives as long as the store.
 */
const char *store_file_hash(struct store *store, const char *absolute);

#endif

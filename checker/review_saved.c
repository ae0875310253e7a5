// SPDX-License-Identifier: GPL-2.0-only
/*
 * review, its saved audits: what was looked at once is there for later reviews.
 *
 * An audit is found by its tree and by the tree whose flags it was made with, and what
 * else it depends on.  The file "known" lists both for those made last, newest first: a
 * tree that differs from a known one in no build file has its flags, and one that
 * differs in nothing that matters has its audit.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ast.h"
#include "baseline.h"
#include "facts.h"
#include "needs.h"
#include "report.h"
#include "review_private.h"

/* Files of saved audits beyond this are removed, those that were not used for longest first. */
#define FILES_KEPT 256
/* Lines of the file "known". */
#define KNOWN_KEPT 64
/* How many different trees are compared before a base is taken to be new. */
#define KNOWN_TRIED 4

/* What an audit of a state depends on besides the state, as text. */
static char *audit_key(const struct review *review, const struct state *state)
{
	const struct options *o = review->options;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *config = NULL;
	gsize size = 0;
	struct stat st = { 0 };

	/* A program that was built anew may see more. */
	stat("/proc/self/exe", &st);
	g_string_append_printf(text, "%s|%d|%s|%jd|%jd.%09ld|%d|%s|%s", PFNCHECK_VERSION,
			       FACTS_SCHEMA, ast_version(), (intmax_t)st.st_size,
			       (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, o->no_kbuild,
			       o->trust_tree ? state->tree : review->configured, state->tree);
	for (char **arch = o->arches; arch && *arch; arch++)
		g_string_append_printf(text, "|%s", *arch);
	if (o->config && g_file_get_contents(o->config, &config, &size, NULL)) {
		g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
								    (const guchar *)config, size);

		g_string_append_printf(text, "||%s|%s", o->config, hash);
	}
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
}

/* Where the audit of a state is saved, or what it needs: a new string. */
static char *saved_file(const struct review *review, const struct state *state, const char *suffix)
{
	g_autofree char *key = audit_key(review, state);
	g_autofree char *name = g_strconcat(key, suffix, NULL);

	return g_build_filename(review->audits, name, NULL);
}

char *review_needs_file(const struct review *review, const struct state *state)
{
	return saved_file(review, state, ".needs");
}

struct audit *review_load(const struct review *review, const struct state *state)
{
	g_autofree char *file = saved_file(review, state, ".json");
	g_autofree char *needs = review_needs_file(review, state);
	struct audit *audit;

	if (review->options->no_cache && !g_hash_table_contains(review->made, state->tree))
		return NULL;
	if (access(file, R_OK))
		return NULL;
	audit = baseline_load(file, NULL);
	if (audit) {
		utimensat(AT_FDCWD, file, NULL, 0);
		utimensat(AT_FDCWD, needs, NULL, 0);
	}
	return audit;
}

/* ---- the file "known" ---- */

static char *known_file(const struct review *review)
{
	return g_build_filename(review->directory, "known", NULL);
}

/* "CONFIGURED TREE", newest first. */
static GPtrArray *read_known(const struct review *review)
{
	GPtrArray *known = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *file = known_file(review);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (review->options->no_cache || !g_file_get_contents(file, &text, NULL, NULL))
		return known;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line && known->len < KNOWN_KEPT; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);

		if (g_strv_length(words) == 2 && git_is_oid(words[0]) && git_is_oid(words[1]))
			g_ptr_array_add(known, g_strdup(*line));
	}
	return known;
}

/* A file that cannot be written costs time, later. */
static void write_known(const struct review *review, const struct state *state)
{
	g_autofree char *file = known_file(review);
	g_autofree char *own = g_strdup_printf("%s %s", review->configured, state->tree);
	g_autoptr(GPtrArray) known = read_known(review);
	g_autoptr(GString) text = g_string_new(own);

	g_string_append_c(text, '\n');
	for (guint i = 0; i < known->len; i++) {
		if (strcmp(known->pdata[i], own))
			g_string_append_printf(text, "%s\n", (char *)known->pdata[i]);
	}
	g_file_set_contents(file, text->str, (gssize)text->len, NULL);
}

/* Removes a file, which need not be there. */
static bool forget(const char *file, GError **error)
{
	if (!g_unlink(file) || errno == ENOENT)
		return true;
	g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
		    "%s: cannot remove: %s", file, g_strerror(errno));
	return false;
}

bool review_save(struct review *review, const struct state *state, GError **error)
{
	g_autofree char *file = saved_file(review, state, ".json");
	g_autofree char *needs_file = review_needs_file(review, state);
	struct report_options save = { .format = "json", .output = file };
	struct needs *needs = needs_new(review->pipeline->scan, review->pipeline->store,
					left_out_files(review->pipeline->left_out));
	bool ok = (needs ? needs_save(needs, needs_file, error) : forget(needs_file, error)) &&
		  report_write(review->pipeline->audit, &save, error);

	needs_free(needs);
	if (ok) {
		g_hash_table_add(review->made, g_strdup(state->tree));
		write_known(review, state);
	}
	return ok;
}

/* Whether two trees have the same build files. */
static bool same_build(struct review *review, const char *one, const char *other)
{
	g_autoptr(GPtrArray) changes =
		strcmp(one, other) ? git_diff(review->git, one, other, NULL) : NULL;

	if (!strcmp(one, other))
		return true;
	for (guint i = 0; changes && i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];

		if (build_change_is_build_file(change->path))
			return false;
	}
	return changes != NULL;
}

/* Sets review->configured to a tree with the build files of the base. */
static void find_configured(struct review *review, const GPtrArray *known)
{
	g_autoptr(GHashTable) tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < known->len && g_hash_table_size(tried) < KNOWN_TRIED; i++) {
		g_auto(GStrv) words = g_strsplit(known->pdata[i], " ", -1);

		if (g_hash_table_add(tried, g_strdup(words[0])) &&
		    same_build(review, words[0], review->base->tree)) {
			g_strlcpy(review->configured, words[0], sizeof(review->configured));
			return;
		}
	}
}

bool review_find_known(struct review *review, GError **error)
{
	g_autoptr(GPtrArray) known = read_known(review);
	g_autofree char *own = saved_file(review, review->base, ".json");
	guint tried = 0;

	g_strlcpy(review->configured, review->base->tree, sizeof(review->configured));
	find_configured(review, known);
	if (!access(own, R_OK))
		return true;
	for (guint i = 0; i < known->len && tried < KNOWN_TRIED; i++) {
		g_auto(GStrv) words = g_strsplit(known->pdata[i], " ", -1);
		struct state *state;

		if (strcmp(words[0], review->configured))
			continue;
		state = review_state_new(words[1], "", "");
		g_ptr_array_add(review->known, state);
		tried++;
		if (!review_find_same(review, state, review->base, error))
			g_clear_error(error);
		if (review->base->same)
			break;
	}
	return true;
}

/* A saved audit, by when it was used. */
struct saved {
	char *file;
	gint64 used; /* seconds */
};

static void saved_free(void *data)
{
	struct saved *saved = data;

	g_free(saved->file);
	g_free(saved);
}

static int compare_saved(const void *a, const void *b)
{
	const struct saved *x = *(const struct saved *const *)a;
	const struct saved *y = *(const struct saved *const *)b;

	return x->used > y->used ? -1 : x->used < y->used;
}

void review_prune(const struct review *review)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(saved_free);
	g_autoptr(GDir) directory = g_dir_open(review->audits, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		struct saved *saved = g_new0(struct saved, 1);
		struct stat st = { 0 };

		saved->file = g_build_filename(review->audits, name, NULL);
		if (!stat(saved->file, &st))
			saved->used = st.st_mtim.tv_sec;
		g_ptr_array_add(all, saved);
	}
	g_ptr_array_sort(all, compare_saved);
	for (guint i = FILES_KEPT; i < all->len; i++)
		g_unlink(((const struct saved *)all->pdata[i])->file);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * review, its changes: what the files that differ between two states mean for their
 * audits.
 */
#include <string.h>
#include <sys/stat.h>

#include "diff_lines.h"
#include "needs.h"
#include "review_private.h"
#include "suppress.h"
#include "walk.h"

#define REASON "build description changed"

/*
 * The text of a side of a change as C sees it; NULL if there is none, or if it
 * cannot be read, with error.
 */
static char *read_text(struct git_reader *reader, guint mode, const char *oid, GError **error)
{
	gsize size = 0;
	char *text = S_ISREG(mode) ? git_read(reader, oid, &size, error) : NULL;

	for (gsize i = 0; text && i < size; i++) {
		if (!text[i])
			text[i] = ' ';
	}
	return text;
}

/* Both sides; false if one of them cannot be read. */
static bool read_texts(struct git_reader *reader, const struct git_change *change, char **before,
		       char **after, GError **error)
{
	g_autoptr(GError) why = NULL;

	*before = read_text(reader, change->old_mode, change->old_oid, &why);
	*after = why ? NULL : read_text(reader, change->new_mode, change->new_oid, &why);
	if (!why)
		return true;
	g_clear_pointer(before, g_free);
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

/* Whether a change may matter to what needs are of; true if that cannot be found out. */
static bool is_touched(const struct needs *needs, struct git_reader *reader,
		       const struct git_change *change)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	if ((change->old_mode && !S_ISREG(change->old_mode)) ||
	    (change->new_mode && !S_ISREG(change->new_mode)))
		return true;
	if (build_change_is_build_file(change->path))
		return true;
	if (walk_is_source(change->path) && !read_texts(reader, change, &before, &after, NULL))
		return true;
	return needs_touched(needs, change->path, before, after);
}

bool review_find_same(struct review *review, const struct state *before, struct state *after,
		      GError **error)
{
	const struct state *known = before->same ? before->same : before;
	g_autofree char *file = review_needs_file(review, known);
	struct needs *needs = review->options->no_cache ? NULL : needs_load(file);
	struct git_reader *reader = NULL;
	g_autoptr(GPtrArray) changes = NULL;
	bool touched = false;

	if (!needs)
		return true;
	reader = git_reader_new(review->git, error);
	if (reader)
		changes = git_diff(review->git, before->tree, after->tree, error);
	for (guint i = 0; changes && i < changes->len && !touched; i++)
		touched = is_touched(needs, reader, changes->pdata[i]);
	if (changes && !touched)
		after->same = known;
	git_reader_free(reader);
	needs_free(needs);
	return changes != NULL;
}

/* ---- how sources are compiled ---- */

/* Hands over the texts of the files that differ from the base, of those that are wanted. */
static bool
each_text(struct review *review, const struct state *state, bool (*wanted)(const char *path),
	  void (*take)(const char *path, const char *before, const char *after, void *data),
	  void *data, GError **error)
{
	struct git_reader *reader = git_reader_new(review->git, error);
	g_autoptr(GPtrArray) changes = NULL;
	bool ok;

	if (reader)
		changes = git_diff(review->git, review->base->tree, state->tree, error);
	ok = changes != NULL;
	for (guint i = 0; ok && i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		if (!wanted(change->path))
			continue;
		ok = read_texts(reader, change, &before, &after, error);
		if (ok)
			take(change->path, before, after, data);
	}
	git_reader_free(reader);
	return ok;
}

static void add_build_file(const char *path, const char *before, const char *after, void *data)
{
	build_change_add(data, path, before, after);
}

/* The build file by which something on a route is affected, or NULL. */
static const char *affected(struct build_change *build, const char *root,
			    const struct audit_route *route)
{
	g_autoptr(GHashTable) files = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	const char *by = NULL;
	void *file;

	g_hash_table_add(files, (void *)route->ops.at.file);
	if (route->implementation.name && route->implementation.at.file)
		g_hash_table_add(files, (void *)route->implementation.at.file);
	for (guint i = 0; i < route->tables->len; i++)
		g_hash_table_add(files,
				 (void *)((struct audit_object *)route->tables->pdata[i])->at.file);
	for (guint i = 0; i < route->inserts->len; i++)
		g_hash_table_add(
			files, (void *)((struct audit_insert *)route->inserts->pdata[i])->at.file);
	g_hash_table_iter_init(&iter, files);
	while (!by && g_hash_table_iter_next(&iter, &file, NULL))
		by = build_change_affects(build, root, file);
	return by;
}

static void mark_route(struct audit *audit, struct audit_route *route, const char *by)
{
	g_autofree char *reason = g_strdup_printf(REASON ": %s", by);
	g_autofree char *note = g_strconcat(reason, "; flags are those of the base", NULL);

	g_ptr_array_add(route->notes, (void *)audit_string(audit, note));
	for (guint i = 0; i < route->findings->len; i++) {
		struct audit_finding *finding = route->findings->pdata[i];

		finding->confidence = "likely";
	}
	if (route->verdict == VERDICT_VIOLATION || route->verdict == VERDICT_UNKNOWN)
		return;
	route->verdict = VERDICT_UNKNOWN;
	route->level = MAX(route->level, LEVEL_WARNING);
	route->reason = audit_string(audit, reason);
}

bool review_mark_build(struct review *review, struct state *state, struct audit *audit,
		       GError **error)
{
	if (review->options->trust_tree || !strcmp(state->tree, review->base->tree))
		return true;
	if (!state->build) {
		state->build = build_change_new();
		if (!each_text(review, state, build_change_is_build_file, add_build_file,
			       state->build, error))
			return false;
	}
	if (build_change_is_empty(state->build))
		return true;
	if (!review_go_to(review, state, error))
		return false;
	for (guint i = 0; i < audit->routes->len; i++) {
		struct audit_route *route = audit->routes->pdata[i];
		const char *by = affected(state->build, snapshot_path(review->snapshot), route);

		if (by)
			mark_route(audit, route, by);
	}
	return true;
}

/* ---- comments ---- */

static void note_comments(struct audit *audit, const char *path, const char *before,
			  const char *after)
{
	g_autoptr(GPtrArray) added = suppress_added(
		before ? before : "", before ? strlen(before) : 0, after, strlen(after));

	for (guint i = 0; i < added->len; i++) {
		const struct suppress_comment *comment = added->pdata[i];
		g_autofree char *note =
			g_strdup_printf("%s: a comment is added that allows %s: %s", path,
					comment->rule ? comment->rule : "(no rule)",
					comment->reason ? comment->reason : "(no reason)");

		g_ptr_array_add(audit->coverage.notes, (void *)audit_string(audit, note));
	}
}

/* What could not be analysed before either has not been compared. */
static void note_failures(struct audit *audit, const char *path)
{
	for (guint i = 0; i < audit->review.kept->len; i++) {
		const struct audit *before = audit->review.kept->pdata[i];
		const GPtrArray *failed = before->coverage.files_failed;

		for (guint k = 0; k < failed->len; k++) {
			const struct audit_failure *failure = failed->pdata[k];

			if (!strcmp(failure->file, path))
				audit_add_failure(audit, path, failure->reason);
		}
	}
}

static bool is_to_be_noted(const char *path)
{
	return walk_is_source(path) || snapshot_leaves_out(path);
}

/* A build makes such a file, so that what is committed there says nothing. */
static void note_left_out(struct audit *audit, const char *path)
{
	g_autofree char *note = g_strdup_printf("%s: left out, since a build makes it", path);

	g_ptr_array_add(audit->coverage.notes, (void *)audit_string(audit, note));
}

static void note_coverage(const char *path, const char *before, const char *after, void *data)
{
	note_failures(data, path);
	if (after && snapshot_leaves_out(path))
		note_left_out(data, path);
	if (after && strstr(after, "pfncheck:"))
		note_comments(data, path, before, after);
}

bool review_note_coverage(struct review *review, const struct state *head, struct audit *audit,
			  GError **error)
{
	return each_text(review, head, is_to_be_noted, note_coverage, audit, error);
}

/* ---- lines ---- */

static void add_lines(const char *path, guint first, guint last, guint gone, guint gone_last,
		      void *data)
{
	diff_lines_add(data, path, first, last);
	diff_lines_remove(data, path, gone, gone_last, first);
}

struct diff_lines *review_diff_lines(struct review *review, const struct state *head,
				     GError **error)
{
	struct diff_lines *lines = diff_lines_new();
	g_autoptr(GPtrArray) changes = git_diff(review->git, review->base->tree, head->tree, error);
	bool ok = changes != NULL;

	for (guint i = 0; ok && i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];

		if (walk_is_source(change->path))
			ok = git_changed_lines(review->git, change, add_lines, lines, error);
	}
	if (!ok)
		g_clear_pointer(&lines, diff_lines_free);
	return lines;
}

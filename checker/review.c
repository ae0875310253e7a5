// SPDX-License-Identifier: GPL-2.0-only
/*
 * review: finds the states to compare, has each of them audited, once, and puts
 * together what changed from one to the next.
 *
 * Audits are kept in the cache by what they depend on, as JSON: what was looked
 * at once, as the head of one review, is there as the base of the next.
 */
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "files.h"
#include "review_private.h"
#include "stop.h"

static void state_free(void *data)
{
	struct state *state = data;

	g_free(state->id);
	g_free(state->subject);
	build_change_free(state->build);
	g_free(state);
}

struct state *review_state_new(const char *tree, const char *id, const char *subject)
{
	struct state *state = g_new0(struct state, 1);

	g_strlcpy(state->tree, tree, sizeof(state->tree));
	state->id = g_strdup(id);
	state->subject = g_strdup(subject);
	return state;
}

static struct state *commit_state(const struct git_commit *commit)
{
	return review_state_new(commit->tree, commit->id, commit->subject);
}

static struct state *head_of(const struct review *review)
{
	return review->states->pdata[review->states->len - 1];
}

/* ---- what to compare ---- */

static bool find_patches(struct review *review, GError **error)
{
	const struct options *o = review->options;
	struct git_commit *base = git_commit(review->git, o->base ? o->base : "HEAD", error);
	g_autoptr(GPtrArray) patches = NULL;

	if (!base)
		return false;
	patches = git_apply(review->git, base, o->patch, error);
	if (patches) {
		review->base = commit_state(base);
		review->words[0] = g_strndup(base->id, 12);
		review->words[1] = g_strdup(strcmp(o->patch, "-") ? o->patch : "standard input");
	}
	for (guint i = 0; patches && i < patches->len; i++) {
		const struct git_patch *patch = patches->pdata[i];
		g_autofree char *id = g_strdup_printf("patch %u", i + 1);

		g_ptr_array_add(review->states, review_state_new(patch->tree, id, patch->subject));
	}
	git_commit_free(base);
	return patches != NULL;
}

/* One commit, against its first parent. */
static bool find_commit(struct review *review, const char *name, GError **error)
{
	struct git_commit *commit = git_commit(review->git, name, error);
	struct git_commit *parent = commit ? git_parent(review->git, commit, error) : NULL;

	if (parent) {
		review->base = commit_state(parent);
		g_ptr_array_add(review->states, commit_state(commit));
		review->words[0] = g_strndup(parent->id, 12);
		review->words[1] = g_strndup(commit->id, 12);
	}
	git_commit_free(commit);
	git_commit_free(parent);
	return review->base != NULL;
}

/* Everything that head has and base has not. */
static bool find_range(struct review *review, const char *from, const char *to, GError **error)
{
	struct git_commit *base = git_commit(review->git, *from ? from : "HEAD", error);
	struct git_commit *head = base ? git_commit(review->git, *to ? to : "HEAD", error) : NULL;
	struct git_commit *fork = head ? git_merge_base(review->git, base, head, error) : NULL;
	g_autoptr(GPtrArray) commits = fork ? git_commits(review->git, fork, head, error) : NULL;

	if (commits) {
		review->base = commit_state(fork);
		review->words[0] = g_strndup(fork->id, 12);
		review->words[1] = g_strndup(head->id, 12);
		if (!commits->len)
			g_set_error(error, GIT_ERROR, GIT_ERROR_REVISION,
				    "there is no commit in %s that %s does not have: nothing to "
				    "review",
				    *to ? to : "HEAD", *from ? from : "HEAD");
	}
	for (guint i = 0; commits && i < commits->len; i++)
		g_ptr_array_add(review->states, commit_state(commits->pdata[i]));
	git_commit_free(base);
	git_commit_free(head);
	git_commit_free(fork);
	return review->states->len > 0;
}

static bool find_states(struct review *review, GError **error)
{
	const char *commits = review->options->commits ? review->options->commits : "HEAD";
	const char *dots = strstr(commits, "..");
	g_autofree char *from = NULL;

	if (review->options->patch)
		return find_patches(review, error);
	if (!dots)
		return find_commit(review, commits, error);
	from = g_strndup(commits, (gsize)(dots - commits));
	/* "a...b" means the same: what b has since they parted. */
	return find_range(review, from, dots + (dots[2] == '.' ? 3 : 2), error);
}

/* ---- audits ---- */

static bool back_to_base(void *data, GError **error)
{
	struct review *review = data;

	return snapshot_move(review->snapshot, review->base->tree, error);
}

static bool forth_to_current(void *data, GError **error)
{
	struct review *review = data;

	return snapshot_move(review->snapshot, review->current->tree, error);
}

bool review_go_to(struct review *review, const struct state *state, GError **error)
{
	struct pipeline *p = review->pipeline;

	if (!review->snapshot)
		review->snapshot = snapshot_open(review->git, review->directory, p->options->jobs,
						 progress_message, p->progress, error);
	return review->snapshot && snapshot_move(review->snapshot, state->tree, error);
}

/* Opens a state as a tree of its own, to be configured for what it is. */
static bool open_state(struct review *review, const struct state *state, bool sandbox,
		       GError **error)
{
	return review_go_to(review, state, error) &&
	       pipeline_open(review->pipeline, snapshot_path(review->snapshot), sandbox, error);
}

/* How many states are to be looked at after one, as far as it can be told. */
static guint states_after(const struct review *review, const struct state *state)
{
	guint index;

	if (g_ptr_array_find(review->states, state, &index))
		return review->states->len - index - 1;
	return review->options->each ? review->states->len : 1;
}

/* Has the files extracted that the state changes, since they are asked for first of all. */
static void begin_changed(struct review *review, const struct state *state)
{
	guint i;
	const struct state *before = review->base;
	g_autoptr(GPtrArray) changes = NULL;
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	if (g_ptr_array_find(review->states, state, &i) && i && review->options->each)
		before = review->states->pdata[i - 1];
	changes = git_diff(review->git, before->tree, state->tree, NULL);
	for (i = 0; changes && i < changes->len; i++) {
		const struct git_change *change = changes->pdata[i];

		if (change->new_mode && g_str_has_suffix(change->path, ".c"))
			g_ptr_array_add(files, change->path);
	}
	pipeline_begin(review->pipeline, files);
}

/* Audits a state into the pipeline. */
static bool look_at(struct review *review, const struct state *state, GError **error)
{
	struct pipeline *p = review->pipeline;
	const struct tree_states states = { back_to_base, forth_to_current, review };
	bool is_base = !strcmp(state->tree, review->base->tree);
	bool trusted = review->options->trust_tree;
	bool ok;

	review->current = state;
	p->to_come = states_after(review, state);
	if (trusted) {
		pipeline_close(p);
		if (!open_state(review, state, !is_base, error) || !pipeline_scan(p, error))
			return false;
		if (!is_base)
			stop_has_answer();
		return pipeline_judge(p, error);
	}
	if (!p->tree && !open_state(review, review->base, false, error))
		return false;
	pipeline_reset(p);
	if (!review_go_to(review, state, error))
		return false;
	if (!is_base) {
		tree_set_states(p->tree, &states);
		begin_changed(review, state);
	}
	ok = pipeline_scan(p, error) && pipeline_judge(p, error);
	tree_set_states(p->tree, NULL);
	return ok;
}

/* The audit of a state, saved or made; each call gives one of its own. */
static struct audit *audit_of(struct review *review, const struct state *state, GError **error)
{
	struct audit *saved;

	if (state->same)
		return audit_of(review, state->same, error);
	saved = review_load(review, state);
	if (saved)
		return saved;
	if (!look_at(review, state, error))
		return NULL;
	if (review->pipeline->audit->stopped)
		return g_steal_pointer(&review->pipeline->audit);
	/* Read back, so that the same comes out whether it was saved or not. */
	return review_save(review, state, error) ? review_load(review, state) : NULL;
}

/* ---- changes ---- */

/* Takes what the caller does not want to hear of out of findings; returns how much. */
static guint keep_only(GPtrArray *findings, guint only)
{
	guint before = findings->len;

	for (guint i = findings->len; i-- > 0;) {
		const struct audit_finding *finding = findings->pdata[i];

		if (!(only & 1u << finding->change))
			g_ptr_array_remove_index(findings, i);
	}
	return before - findings->len;
}

void review_keep_only(struct audit *audit, guint only)
{
	guint *others = &audit->review.others;

	*others += keep_only(audit->left_out, only);
	for (guint i = audit->routes->len; i-- > 0;) {
		struct audit_route *route = audit->routes->pdata[i];

		*others += keep_only(route->findings, only);
		if (!(only & 1u << route->change)) {
			*others += route->change != CHANGE_NONE;
			route->change = CHANGE_NONE;
			route->known = true;
			if (!route->findings->len)
				g_ptr_array_remove_index(audit->routes, i);
		}
	}
}

/* Marks what is allowed in the audit of a state, by its comments if they count. */
static bool suppress(struct review *review, const struct state *state, struct audit *audit,
		     GError **error)
{
	const struct options *o = review->options;

	if (!o->allow && !o->allow_comments)
		return true;
	if (!review_go_to(review, state, error))
		return false;
	pipeline_suppress(review->pipeline, audit, snapshot_path(review->snapshot));
	return true;
}

/* What changed from one state to another. */
static struct audit *changes_between(struct review *review, struct state *before,
				     struct state *after, GError **error)
{
	struct audit *base = audit_of(review, before, error);
	struct audit *head = NULL;

	if (base && !base->stopped &&
	    (after->same || review_find_same(review, before, after, error))) {
		/* What is known of half of the head can be told, once it is configured. */
		if (!review->options->trust_tree)
			stop_has_answer();
		head = audit_of(review, after, error);
		stop_has_answer();
	}
	if (!head) {
		audit_free(base);
		return NULL;
	}
	if (!review_mark_build(review, before, base, error) ||
	    !review_mark_build(review, after, head, error) ||
	    !suppress(review, after, head, error)) {
		audit_free(base);
		audit_free(head);
		return NULL;
	}
	compare_audits(head, base);
	if (head->stopped)
		review_keep_only(head, REVIEW_OF_HALF);
	return head;
}

/* What names a finding or a route in a set of strings. */
static char *finding_key(const struct audit_route *route, const struct audit_finding *finding)
{
	return g_strdup_printf("%s|%s", route ? route->id : "", finding->fingerprint);
}

/* Tells, for all that changed with a commit, which one it was: key -> its id. */
static void note_changes(GHashTable *who, const struct audit *changes, const char *commit)
{
	for (guint i = 0; i < changes->routes->len; i++) {
		const struct audit_route *route = changes->routes->pdata[i];

		if (route->change != CHANGE_NONE)
			g_hash_table_replace(who, g_strdup(route->id), (void *)commit);
		for (guint k = 0; k < route->findings->len; k++)
			g_hash_table_replace(who, finding_key(route, route->findings->pdata[k]),
					     (void *)commit);
	}
	for (guint i = 0; i < changes->left_out->len; i++)
		g_hash_table_replace(who, finding_key(NULL, changes->left_out->pdata[i]),
				     (void *)commit);
}

static void attribute_finding(struct audit *audit, GHashTable *who, const struct audit_route *route,
			      struct audit_finding *finding)
{
	g_autofree char *key = finding_key(route, finding);
	const char *commit = g_hash_table_lookup(who, key);

	finding->commit = audit_string(audit, commit ? commit : route ? route->commit : NULL);
}

static void attribute(struct audit *audit, GHashTable *who)
{
	for (guint i = 0; i < audit->routes->len; i++) {
		struct audit_route *route = audit->routes->pdata[i];

		route->commit = audit_string(audit, g_hash_table_lookup(who, route->id));
		for (guint k = 0; k < route->findings->len; k++)
			attribute_finding(audit, who, route, route->findings->pdata[k]);
	}
	for (guint i = 0; i < audit->left_out->len; i++)
		attribute_finding(audit, who, NULL, audit->left_out->pdata[i]);
}

/* Finds out which commit did what changed on the whole. */
static bool find_culprits(struct review *review, struct audit *changes, GError **error)
{
	g_autoptr(GHashTable) who = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct state *before = review->base;

	for (guint i = 0; i < review->states->len && !*review->pipeline->stop; i++) {
		struct state *after = review->states->pdata[i];
		struct audit *step = changes_between(review, before, after, error);

		if (!step)
			return false;
		note_changes(who, step, after->id);
		audit_free(step);
		before = after;
	}
	attribute(changes, who);
	return true;
}

static void steal_all(GPtrArray *to, GPtrArray *from)
{
	while (from->len)
		g_ptr_array_add(to, g_ptr_array_steal_index(from, 0));
}

/* What changed with each commit, one after the other. */
static struct audit *review_each(struct review *review, GError **error)
{
	struct state *before = review->base;
	struct audit *all = NULL;

	for (guint i = 0; i < review->states->len && !*review->pipeline->stop; i++) {
		g_autoptr(GHashTable) who =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		struct state *after = review->states->pdata[i];
		struct audit *step = changes_between(review, before, after, error);

		if (!step) {
			audit_free(all);
			return NULL;
		}
		note_changes(who, step, after->id);
		attribute(step, who);
		if (all) {
			/* What is said of the whole is said of the last state. */
			steal_all(step->routes, all->routes);
			steal_all(step->left_out, all->left_out);
			g_ptr_array_add(step->review.kept, all);
		}
		all = step;
		before = after;
	}
	if (all)
		audit_sort(all);
	return all;
}

static struct audit *review_whole(struct review *review, GError **error)
{
	struct audit *changes = changes_between(review, review->base, head_of(review), error);
	g_autoptr(GHashTable) who = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	if (changes && review->states->len == 1) {
		note_changes(who, changes, head_of(review)->id);
		attribute(changes, who);
	}
	if (changes && review->states->len > 1 &&
	    (changes->routes->len || changes->left_out->len) &&
	    !find_culprits(review, changes, error))
		g_clear_pointer(&changes, audit_free);
	return changes;
}

/* ---- the result ---- */

/* What was compared; in the words of the options as long as that is not found. */
static void describe(struct audit *audit, void *data)
{
	const struct review *review = data;
	const struct options *o = review->options;
	const char *asked = o->patch ? o->base : o->commits;

	audit->review.base = audit_string(audit, review->words[0] ? review->words[0] :
						 asked		  ? asked :
								    "HEAD");
	audit->review.head = audit_string(audit, review->words[0] ? review->words[1] : o->patch);
	for (guint i = 0; review->words[0] && i < review->states->len; i++) {
		const struct state *state = review->states->pdata[i];
		struct audit_commit *commit = audit_add_commit(audit);

		commit->id = audit_string(audit, state->id);
		commit->subject = audit_string(audit, state->subject);
	}
}

static bool open_review(struct review *review, GError **error)
{
	const char *cache = pipeline_cache(review->pipeline, error);

	if (!cache)
		return false;
	review->directory = g_build_filename(cache, "review", NULL);
	review->audits = g_build_filename(review->directory, "audits", NULL);
	if (!make_directory(review->audits, error)) {
		g_prefix_error(error, "choose another cache with --cache: ");
		return false;
	}
	review->git = git_open(review->options->tree, review->directory, error);
	review->states = g_ptr_array_new_with_free_func(state_free);
	review->known = g_ptr_array_new_with_free_func(state_free);
	review->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return review->git && find_states(review, error) && review_find_known(review, error);
}

static void close_review(struct review *review)
{
	review_prune(review);
	snapshot_close(review->snapshot);
	git_close(review->git);
	if (review->base)
		state_free(review->base);
	g_clear_pointer(&review->states, g_ptr_array_unref);
	g_clear_pointer(&review->known, g_ptr_array_unref);
	g_clear_pointer(&review->made, g_hash_table_unref);
	g_free(review->directory);
	g_free(review->audits);
	g_free(review->words[0]);
	g_free(review->words[1]);
}

static bool finish(struct review *review, struct audit *audit, struct review_result *result,
		   GError **error)
{
	struct state *head = head_of(review);

	describe(audit, review);
	audit->stopped = pipeline_stopped(review->pipeline);
	if (!review_note_coverage(review, head, audit, error))
		return false;
	if (!audit->routes->len && !audit->left_out->len)
		return true;
	/* The lines of its places are there to be shown. */
	if (!review_go_to(review, head, error))
		return false;
	result->root = g_strdup(snapshot_path(review->snapshot));
	result->lines = review_diff_lines(review, head, error);
	return result->lines != NULL;
}

void review_result_clear(struct review_result *result)
{
	g_free(result->root);
	diff_lines_free(result->lines);
}

struct audit *review(struct pipeline *pipeline, struct review_result *result, GError **error)
{
	struct review review = { .pipeline = pipeline, .options = pipeline->options };
	struct audit *audit = NULL;

	pipeline->describe = describe;
	pipeline->describe_data = &review;
	pipeline_early(pipeline, "review");
	if (open_review(&review, error)) {
		pipeline_early(pipeline, "review");
		audit = review.options->each ? review_each(&review, error) :
					       review_whole(&review, error);
	}
	if (audit && !finish(&review, audit, result, error))
		g_clear_pointer(&audit, audit_free);
	close_review(&review);
	return audit;
}

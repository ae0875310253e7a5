// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare: pairs the routes and findings of two audits, the surest pairs first.
 */
#include "compare.h"

#include <string.h>

/* How bad a verdict is; unknown is treated apart. */
static int badness(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_VIOLATION:
		return 2;
	case VERDICT_CONDITIONAL:
		return 1;
	default:
		return 0;
	}
}

enum change verdict_change(enum verdict before, enum verdict now)
{
	if (before == now)
		return CHANGE_NONE;
	if (now == VERDICT_UNKNOWN)
		return CHANGE_WORSE;
	if (before == VERDICT_UNKNOWN)
		return badness(now) ? CHANGE_WORSE : CHANGE_BETTER;
	if (badness(now) == badness(before))
		return CHANGE_NONE;
	return badness(now) > badness(before) ? CHANGE_WORSE : CHANGE_BETTER;
}

/* ---- pairs ---- */

/* What two elements of base and head have to agree in; a new string. */
typedef char *(*key_function)(const void *element);

/*
 * Pairs are a table: element -> the element of the other side, both ways.
 *
 * key -> the elements without a partner that have it, a GPtrArray.
 */
static GHashTable *by_key(GHashTable *pairs, const GPtrArray *elements, key_function key)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; i < elements->len; i++) {
		void *element = elements->pdata[i];
		g_autofree char *text = NULL;
		GPtrArray *list;

		if (g_hash_table_lookup(pairs, element))
			continue;
		text = key(element);
		list = g_hash_table_lookup(table, text);
		if (!list) {
			list = g_ptr_array_new();
			g_hash_table_insert(table, g_steal_pointer(&text), list);
		}
		g_ptr_array_add(list, element);
	}
	return table;
}

/* Pairs those of a key, in their order, if both sides have as many. */
static void pair_by(GHashTable *pairs, const GPtrArray *base, const GPtrArray *head,
		    key_function key)
{
	g_autoptr(GHashTable) keys = by_key(pairs, base, key);
	g_autoptr(GHashTable) own = by_key(pairs, head, key);
	GHashTableIter iter;
	void *text, *value;

	g_hash_table_iter_init(&iter, own);
	while (g_hash_table_iter_next(&iter, &text, &value)) {
		const GPtrArray *list = value;
		const GPtrArray *others = g_hash_table_lookup(keys, text);

		for (guint i = 0; others && others->len == list->len && i < list->len; i++) {
			g_hash_table_insert(pairs, list->pdata[i], others->pdata[i]);
			g_hash_table_insert(pairs, others->pdata[i], list->pdata[i]);
		}
	}
}

/* ---- routes ---- */

static char *route_key(const struct audit_route *route, bool file, bool name, bool mmap,
		       bool tables)
{
	GString *key = g_string_new(NULL);

	g_string_append_printf(key, "%s|%s|%s", file ? route->ops.at.file : "",
			       name ? route->ops.name : "", mmap && route->mmap ? route->mmap : "");
	for (guint i = 0; tables && i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		g_string_append_printf(key, "|%s", table->any ? "*" : table->name);
		if (file && !table->any)
			g_string_append_printf(key, ":%s", table->at.file);
	}
	return g_string_free(key, FALSE);
}

static char *route_id(const void *route)
{
	return g_strdup(((const struct audit_route *)route)->id);
}

static char *route_exporter(const void *route)
{
	return route_key(route, true, true, false, true);
}

static char *route_names(const void *route)
{
	return route_key(route, false, true, true, true);
}

static char *route_other_callback(const void *route)
{
	return route_key(route, false, true, false, true);
}

static char *route_other_name(const void *route)
{
	return route_key(route, true, false, true, true);
}

static char *route_other_tables(const void *route)
{
	return route_key(route, true, true, false, false);
}

/* One exporter less and one more in the same file: it has another name. */
static char *route_renamed(const void *route)
{
	return route_key(route, true, false, false, true);
}

/* The surest first. */
static const key_function route_keys[] = {
	route_id,	  route_exporter,     route_names,   route_other_callback,
	route_other_name, route_other_tables, route_renamed,
};

static bool route_moved(const struct audit_route *before, const struct audit_route *now)
{
	return strcmp(before->ops.at.file, now->ops.at.file) ||
	       strcmp(before->ops.name, now->ops.name);
}

/* ---- findings ---- */

static char *finding_fingerprint(const void *finding)
{
	return g_strdup(((const struct audit_finding *)finding)->fingerprint);
}

static char *finding_text(const void *data)
{
	const struct audit_finding *finding = data;

	return g_strdup_printf("%s|%s", finding->rule, finding->message);
}

static char *finding_rule(const void *finding)
{
	return g_strdup(((const struct audit_finding *)finding)->rule);
}

static const key_function finding_keys[] = { finding_fingerprint, finding_text, finding_rule };

static void pair_all(GHashTable *pairs, const GPtrArray *base, const GPtrArray *head,
		     const key_function *keys, gsize count)
{
	for (gsize i = 0; i < count; i++)
		pair_by(pairs, base, head, keys[i]);
}

/* The same finding with other words stands in another function or file. */
static enum change finding_change(const struct audit_finding *before,
				  const struct audit_finding *now)
{
	if (now->level != before->level)
		return now->level > before->level ? CHANGE_WORSE : CHANGE_BETTER;
	return strcmp(before->fingerprint, now->fingerprint) ? CHANGE_MOVED : CHANGE_NONE;
}

/* Takes the findings with a change out. */
static void drop_findings(GPtrArray *findings, enum change change)
{
	for (guint i = findings->len; i-- > 0;) {
		const struct audit_finding *finding = findings->pdata[i];

		if (finding->change == change)
			g_ptr_array_remove_index(findings, i);
	}
}

/* Leaves in head the findings that changed, and adds those that base alone has. */
static void compare_findings(GPtrArray *base, GPtrArray *head)
{
	g_autoptr(GHashTable) pairs = g_hash_table_new(NULL, NULL);

	pair_all(pairs, base, head, finding_keys, G_N_ELEMENTS(finding_keys));
	for (guint i = 0; i < head->len; i++) {
		struct audit_finding *finding = head->pdata[i];
		const struct audit_finding *before = g_hash_table_lookup(pairs, finding);

		finding->change = before ? finding_change(before, finding) : CHANGE_NEW;
	}
	for (guint i = 0; i < base->len;) {
		struct audit_finding *finding = base->pdata[i];

		if (g_hash_table_contains(pairs, finding)) {
			i++;
			continue;
		}
		finding->change = CHANGE_FIXED;
		g_ptr_array_add(head, g_ptr_array_steal_index(base, i));
	}
	drop_findings(head, CHANGE_NONE);
}

/* All findings of a route that the other side does not have. */
static void mark_route(struct audit_route *route, enum change change)
{
	route->change = change;
	for (guint i = 0; i < route->findings->len; i++) {
		struct audit_finding *finding = route->findings->pdata[i];

		finding->change = change;
	}
}

/* Whether a route sets VM_PFNMAP in the same function by the same means. */
static bool sets_alike(const struct audit_route *route, const struct path_step *step)
{
	for (guint i = 0; i < route->settings->len; i++) {
		const struct path_step *other = route->settings->pdata[i];

		if (!g_strcmp0(other->function, step->function) &&
		    !g_strcmp0(other->note, step->note))
			return true;
	}
	return false;
}

/* Tells of a mapping that is without VM_PFNMAP now where it got that. */
static void tell_what_was(const struct audit_route *before, const struct audit_route *now)
{
	for (guint i = 0; i < now->findings->len; i++) {
		struct audit_finding *finding = now->findings->pdata[i];

		if (strcmp(finding->rule, "missing-pfnmap") ||
		    (finding->change != CHANGE_NEW && finding->change != CHANGE_WORSE))
			continue;
		for (guint k = 0; k < before->settings->len; k++) {
			if (!sets_alike(now, before->settings->pdata[k]))
				audit_add_step_once(finding->was, before->settings->pdata[k]);
		}
	}
}

static void compare_route(struct audit_route *before, struct audit_route *now)
{
	now->change = verdict_change(before->verdict, now->verdict);
	now->before = before->verdict;
	compare_findings(before->findings, now->findings);
	tell_what_was(before, now);
	/* What nobody can tell any more is not mended by that. */
	if (now->verdict == VERDICT_UNKNOWN && before->verdict != VERDICT_UNKNOWN)
		drop_findings(now->findings, CHANGE_FIXED);
	if (now->change == CHANGE_NONE && route_moved(before, now) &&
	    (now->level != LEVEL_NONE || now->findings->len))
		now->change = CHANGE_MOVED;
	/* It is there for its findings: the verdict is no news. */
	now->known = now->change == CHANGE_NONE;
}

static bool is_bad(const struct audit_route *route)
{
	return route->level != LEVEL_NONE || route->findings->len;
}

/* Whether something that a route stands on could not be analysed. */
static bool route_failed(const struct audit_route *route, GHashTable *failed)
{
	bool found = g_hash_table_contains(failed, route->ops.at.file);

	for (guint i = 0; i < route->tables->len && !found; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		found = g_hash_table_contains(failed, table->at.file);
	}
	return found;
}

/*
 * Whether a route that is not decided stands for another one: the same exporter with the
 * first of its tables, behind which nobody knows what is bound.
 */
static bool stands_for(const struct audit_route *open, const struct audit_route *route)
{
	if (open->verdict != VERDICT_UNKNOWN || open->tables->len >= route->tables->len ||
	    strcmp(open->ops.at.file, route->ops.at.file) ||
	    strcmp(open->ops.name, route->ops.name))
		return false;
	for (guint i = 0; i < open->tables->len; i++) {
		const struct audit_object *one = open->tables->pdata[i];
		const struct audit_object *other = route->tables->pdata[i];

		if (one->any || other->any || strcmp(one->name, other->name))
			return false;
	}
	return true;
}

/* A route that the base does not have: new, unless it stands for some that were decided. */
static void mark_unpaired(struct audit_route *route, const GPtrArray *base, GHashTable *pairs)
{
	const struct audit_route *worst = NULL;

	for (guint i = 0; i < base->len; i++) {
		const struct audit_route *before = base->pdata[i];

		if (!g_hash_table_contains(pairs, before) && stands_for(route, before) &&
		    (!worst || badness(before->verdict) > badness(worst->verdict)))
			worst = before;
	}
	mark_route(route, CHANGE_NEW);
	if (worst && worst->verdict != VERDICT_UNKNOWN) {
		route->change = CHANGE_WORSE;
		route->before = worst->verdict;
	}
}

static bool is_stood_for(const struct audit_route *route, const GPtrArray *head)
{
	for (guint i = 0; i < head->len; i++) {
		if (stands_for(head->pdata[i], route))
			return true;
	}
	return false;
}

/* failed: the files (const char *) that head could not analyse. */
static void compare_routes(GPtrArray *base, GPtrArray *head, GHashTable *failed)
{
	g_autoptr(GHashTable) pairs = g_hash_table_new(NULL, NULL);

	pair_all(pairs, base, head, route_keys, G_N_ELEMENTS(route_keys));
	for (guint i = 0; i < head->len; i++) {
		struct audit_route *route = head->pdata[i];
		struct audit_route *before = g_hash_table_lookup(pairs, route);

		if (before)
			compare_route(before, route);
		else
			mark_unpaired(route, base, pairs);
	}
	for (guint i = 0; i < base->len;) {
		struct audit_route *route = base->pdata[i];

		if (g_hash_table_contains(pairs, route) || !is_bad(route) ||
		    route_failed(route, failed) || is_stood_for(route, head)) {
			i++;
			continue;
		}
		mark_route(route, CHANGE_FIXED);
		g_ptr_array_add(head, g_ptr_array_steal_index(base, i));
	}
	for (guint i = head->len; i-- > 0;) {
		const struct audit_route *route = head->pdata[i];

		if (route->change == CHANGE_NONE && !route->findings->len)
			g_ptr_array_remove_index(head, i);
	}
}

static char *helper_text(const void *data)
{
	const struct audit_helper *helper = data;

	return g_strdup_printf("%s|%s", helper->name, helper->text ? helper->text : "");
}

/* Leaves in head the helpers that base does not have. */
static void compare_helpers(const GPtrArray *base, GPtrArray *head)
{
	g_autoptr(GHashTable) pairs = g_hash_table_new(NULL, NULL);

	pair_by(pairs, base, head, helper_text);
	for (guint i = head->len; i-- > 0;) {
		if (g_hash_table_lookup(pairs, head->pdata[i]))
			g_ptr_array_remove_index(head, i);
	}
}

/* The names of files (struct audit_failure) that could not be analysed: a set. */
static GHashTable *failed_files(const GPtrArray *failures)
{
	GHashTable *files = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < failures->len; i++) {
		const struct audit_failure *failure = failures->pdata[i];

		g_hash_table_add(files, (void *)failure->file);
	}
	return files;
}

/* Leaves in head the files that base could analyse. */
static void compare_failures(const GPtrArray *base, GPtrArray *head)
{
	g_autoptr(GHashTable) known = failed_files(base);

	for (guint i = head->len; i-- > 0;) {
		const struct audit_failure *failure = head->pdata[i];

		if (g_hash_table_contains(known, failure->file))
			g_ptr_array_remove_index(head, i);
	}
}

/* Leaves in head the notes that base does not have. */
static void compare_notes(const GPtrArray *base, GPtrArray *head)
{
	for (guint i = head->len; i-- > 0;) {
		if (g_ptr_array_find_with_equal_func((GPtrArray *)base, head->pdata[i], g_str_equal,
						     NULL))
			g_ptr_array_remove_index(head, i);
	}
}

void compare_audits(struct audit *head, struct audit *base)
{
	g_autoptr(GHashTable) failed = failed_files(head->coverage.files_failed);

	compare_routes(base->routes, head->routes, failed);
	compare_notes(base->coverage.notes, head->coverage.notes);
	compare_failures(base->coverage.files_failed, head->coverage.files_failed);
	compare_findings(base->left_out, head->left_out);
	compare_helpers(base->vocabulary.contradictions, head->vocabulary.contradictions);
	compare_helpers(base->vocabulary.undecided, head->vocabulary.undecided);
	compare_helpers(base->vocabulary.unknown, head->vocabulary.unknown);
	g_ptr_array_add(head->review.kept, base);
	audit_sort(head);
}

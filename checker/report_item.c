// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_item: findings and verdicts of an audit as one list.
 */
#include "report_item.h"

#include <string.h>

#include "diff_lines.h"

#define COMMIT_DIGITS 12
#define COMMIT_HASH_MIN 40 /* what is as long and of digits only is a hash */

struct building {
	const struct audit *audit;
	const struct diff_lines *diff;
	GPtrArray *items;
	/* what makes two findings the same one -> struct report_item, which items owns */
	GHashTable *known;
};

static void item_free(void *data)
{
	struct report_item *item = data;

	g_ptr_array_unref(item->also);
	g_free(item->text);
	g_free(item);
}

bool report_change_good(enum change change)
{
	return change == CHANGE_FIXED || change == CHANGE_BETTER || change == CHANGE_MOVED;
}

char *report_change_words(enum change change, enum verdict before)
{
	if (change == CHANGE_NONE)
		return g_strdup("");
	if (change == CHANGE_FIXED)
		return g_strdup_printf("%s %s: ", change_name(change), REPORT_OF_BASE);
	if (before == VERDICTS)
		return g_strdup_printf("%s: ", change_name(change));
	return g_strdup_printf("%s: was %s: ", change_name(change), verdict_name(before));
}

char *report_route_words(const struct audit_route *route)
{
	GString *s = g_string_new(route->ops.name);

	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		g_string_append_printf(s, " > %s", table->name);
	}
	return g_string_free(s, FALSE);
}

char *report_review_range(const struct audit *audit)
{
	const struct audit_review *review = &audit->review;

	return review->head ? g_strdup_printf("%s..%s", review->base, review->head) :
			      g_strdup(review->base);
}

char *report_commit_words(const struct audit *audit, const char *commit)
{
	const GPtrArray *commits = audit->review.commits;
	size_t length = strlen(commit);
	bool hash = length >= COMMIT_HASH_MIN && strspn(commit, "0123456789abcdef") == length;
	g_autofree char *id = g_strndup(commit, hash ? COMMIT_DIGITS : length);

	for (guint i = 0; i < commits->len; i++) {
		const struct audit_commit *known = commits->pdata[i];

		if (known->subject && strcmp(known->id, commit) == 0)
			return g_strdup_printf("%s (\"%s\")", id, known->subject);
	}
	return g_steal_pointer(&id);
}

const GPtrArray *report_item_path(const struct report_item *item)
{
	return item->finding ? item->finding->path : NULL;
}

bool report_item_anchored(const struct report_item *item)
{
	return place_compare(&item->at, &item->own) != 0;
}

bool report_item_shown(const struct report_item *item, const struct report_options *options)
{
	return !item->suppressed || options->verbose;
}

static bool has_file(const struct place *at)
{
	return at->file && *at->file;
}

/* Where a route is: at its exporter, or else at a table. */
static struct place route_place(const struct audit_route *route)
{
	for (guint i = 0; !has_file(&route->ops.at) && i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		if (has_file(&table->at))
			return table->at;
	}
	return route->ops.at;
}

/* Where a finding is; of one without a file, where its path ends that has one, or its route. */
static struct place finding_place(const struct audit_route *route,
				  const struct audit_finding *finding)
{
	if (has_file(&finding->at))
		return finding->at;
	for (guint i = finding->path->len; i-- > 0;) {
		const struct path_step *step = finding->path->pdata[i];

		if (has_file(&step->at))
			return step->at;
	}
	return route ? route_place(route) : finding->at;
}

/*
 * How many steps of the path the finding can be told at.  What a handler does later is
 * none of them if it is about the flags that mmap leaves behind.
 */
static guint telling_steps(const struct audit_finding *finding)
{
	guint count = finding->path->len;

	if (strcmp(finding->rule, "missing-pfnmap") && strcmp(finding->rule, "cleared-pfnmap"))
		return count;
	for (; count; count--) {
		const struct path_step *step = finding->path->pdata[count - 1];

		if (!place_compare(&step->at, &finding->at))
			break;
	}
	return count;
}

/* Where the diff takes away what the base had; without a file if it does not. */
static struct place taken_away(const struct diff_lines *diff, const struct audit_finding *finding)
{
	for (guint i = finding->was->len; i-- > 0;) {
		const struct path_step *step = finding->was->pdata[i];
		unsigned int line = diff_lines_instead(diff, step->at.file, step->at.line);

		if (line)
			return (struct place){ step->at.file, line, 1 };
	}
	return (struct place){ 0 };
}

/*
 * Where the diff takes away what the base had, or the last such step that it touches, if
 * it does not touch the place itself.
 */
static struct place anchor(const struct diff_lines *diff, const struct audit_finding *finding,
			   struct place own)
{
	struct place gone = taken_away(diff, finding);

	if (diff_lines_has(diff, own.file, own.line))
		return own;
	if (gone.file)
		return gone;
	for (guint i = telling_steps(finding); i-- > 0;) {
		const struct path_step *step = finding->path->pdata[i];

		if (diff_lines_has(diff, step->at.file, step->at.line))
			return step->at;
	}
	return own;
}

static struct report_item *add_item(struct building *b, enum item_kind kind,
				    const struct audit_route *route)
{
	struct report_item *item = g_new0(struct report_item, 1);

	item->kind = kind;
	item->route = route;
	item->before = VERDICTS;
	item->also = g_ptr_array_new();
	g_ptr_array_add(b->items, item);
	return item;
}

static enum level shown_level(enum change change, enum level level)
{
	return report_change_good(change) ? LEVEL_NOTE : level;
}

static enum verdict verdict_before(enum change change, const struct audit_route *route)
{
	return route && change == route->change &&
			       (change == CHANGE_WORSE || change == CHANGE_BETTER) ?
		       route->before :
		       VERDICTS;
}

static void take_finding(struct building *b, struct report_item *item,
			 const struct audit_route *route, const struct audit_finding *finding)
{
	item->finding = finding;
	item->route = route;
	item->rule = finding->rule;
	item->level = shown_level(finding->change, finding->level);
	item->message = finding->message;
	item->own = finding_place(route, finding);
	item->at = finding->change == CHANGE_FIXED ? item->own :
						     anchor(b->diff, finding, item->own);
	item->change = finding->change;
	item->before = verdict_before(finding->change, route);
	item->commit = finding->commit;
	item->suppressed = finding->suppressed;
	item->suppressor = finding->suppressor;
	item->by_comment = finding->by_comment;
}

/* What two routes' findings have in common if they are to be told as one, as a new string. */
static char *finding_key(const struct audit_route *route, const struct audit_finding *finding)
{
	return g_strdup_printf("%s\n%u:%u %s\n%d %d %s\n%s",
			       finding->at.file ? finding->at.file : "", finding->at.line,
			       finding->at.column, finding->rule, finding->change,
			       verdict_before(finding->change, route),
			       finding->commit ? finding->commit : "",
			       finding->suppressor ? finding->suppressor : "");
}

static void add_finding(struct building *b, const struct audit_route *route,
			const struct audit_finding *finding)
{
	g_autofree char *key = finding_key(route, finding);
	struct report_item *item = g_hash_table_lookup(b->known, key);

	if (!item) {
		item = add_item(b, ITEM_FINDING, route);
		take_finding(b, item, route, finding);
		g_hash_table_insert(b->known, g_steal_pointer(&key), item);
	} else if (finding->level > item->finding->level) {
		g_ptr_array_insert(item->also, 0, (void *)item->route);
		take_finding(b, item, route, finding);
	} else if (route != item->route && !g_ptr_array_find(item->also, route, NULL)) {
		g_ptr_array_add(item->also, (void *)route);
	}
}

static void take_route(struct report_item *item, const struct audit_route *route)
{
	item->change = route->change;
	item->before = verdict_before(route->change, route);
	item->commit = route->commit;
	item->suppressed = route->suppressed;
	item->suppressor = route->suppressor;
	item->by_comment = route->by_comment;
}

/* A route that is not decided; those of one exporter for one reason are told as one. */
static void add_unknown(struct building *b, const struct audit_route *route)
{
	const char *reason = route->reason ? route->reason : "no reason given";
	g_autofree char *text = g_strdup_printf("%s: not decided: %s", route->ops.name, reason);
	g_autofree char *key = g_strdup_printf("unknown %s\n%u:%u\n%d %d %s\n%s\n%s",
					       route->ops.at.file ? route->ops.at.file : "",
					       route->ops.at.line, route->ops.at.column,
					       route->change, verdict_before(route->change, route),
					       route->commit ? route->commit : "",
					       route->suppressor ? route->suppressor : "", text);
	struct report_item *item = g_hash_table_lookup(b->known, key);

	if (item) {
		g_ptr_array_add(item->also, (void *)route);
		return;
	}
	item = add_item(b, ITEM_UNKNOWN, route);
	item->rule = "unknown";
	item->level = shown_level(route->change, route->level);
	item->text = g_steal_pointer(&text);
	item->message = item->text;
	item->at = item->own = route_place(route);
	take_route(item, route);
	g_hash_table_insert(b->known, g_steal_pointer(&key), item);
}

/* Whether a finding of the route tells what became of it. */
static bool is_told(const struct audit *audit, const struct audit_route *route)
{
	for (guint i = 0; i < route->findings->len; i++) {
		const struct audit_finding *finding = route->findings->pdata[i];

		if ((!finding->suppressed || route->suppressed) &&
		    (!audit->review.base || finding->change))
			return true;
	}
	return false;
}

static void add_verdict(struct building *b, const struct audit_route *route)
{
	struct report_item *item = add_item(b, ITEM_VERDICT, route);
	g_autofree char *name = report_route_words(route);

	item->rule = "verdict";
	item->level = report_change_good(route->change) ? LEVEL_NONE : route->level;
	item->text = route->change == CHANGE_FIXED ?
			     g_strdup_printf("%s is gone, its verdict was %s", name,
					     verdict_name(route->verdict)) :
			     g_strdup_printf("the verdict on %s is %s", name,
					     verdict_name(route->verdict));
	item->message = item->text;
	item->at = item->own = route_place(route);
	take_route(item, route);
}

static void add_route(struct building *b, const struct audit_route *route)
{
	bool counts = b->audit->review.base ?
			      route->change != CHANGE_NONE :
			      route->level > LEVEL_NONE && !route->known && !route->suppressed;

	for (guint i = 0; i < route->findings->len; i++)
		add_finding(b, route, route->findings->pdata[i]);
	if (route->verdict == VERDICT_UNKNOWN && route->change != CHANGE_FIXED) {
		if (b->audit->review.base ? counts : !route->known)
			add_unknown(b, route);
	} else if (counts && !is_told(b->audit, route)) {
		add_verdict(b, route);
	}
}

static int compare_items(gconstpointer first, gconstpointer second)
{
	const struct report_item *a = *(const struct report_item *const *)first;
	const struct report_item *b = *(const struct report_item *const *)second;
	int order = report_change_good(a->change) - report_change_good(b->change);

	if (!order)
		order = (a->suppressed != NULL) - (b->suppressed != NULL);
	if (!order)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	if (!order && a->kind == ITEM_FINDING)
		order = (a->level < b->level) - (a->level > b->level);
	if (!order && a->kind != ITEM_UNKNOWN)
		order = place_compare(&a->own, &b->own);
	if (!order && a->kind != ITEM_UNKNOWN)
		order = g_strcmp0(a->rule, b->rule);
	return order;
}

GPtrArray *report_items(const struct audit *audit, const struct report_options *options)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct building b = {
		.audit = audit,
		.diff = options ? options->diff : NULL,
		.items = g_ptr_array_new_with_free_func(item_free),
		.known = known,
	};

	for (guint i = 0; i < audit->routes->len; i++)
		add_route(&b, audit->routes->pdata[i]);
	for (guint i = 0; i < audit->left_out->len; i++)
		take_finding(&b, add_item(&b, ITEM_LEFT_OUT, NULL), NULL,
			     audit->left_out->pdata[i]);
	/* Stable: what compares as equal stays in the order of the audit. */
	g_ptr_array_sort(b.items, compare_items);
	return b.items;
}

/* Appends "2 errors", after ", " if there is something before; nothing for 0. */
static void append_count(GString *s, guint count, const char *word, bool plural)
{
	if (count)
		g_string_append_printf(s, "%s%u %s%s", s->len ? ", " : "", count, word,
				       plural && count != 1 ? "s" : "");
}

/* "2 new, 1 fixed", or "" if there is none of them, in a new string. */
static char *changes_words(const guint counts[CHANGES])
{
	static const enum change order[] = { CHANGE_NEW, CHANGE_WORSE, CHANGE_FIXED, CHANGE_BETTER,
					     CHANGE_MOVED };
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		append_count(s, counts[order[i]], change_name(order[i]), false);
	return g_string_free(s, FALSE);
}

char *report_change_counts(const struct audit *audit, const GPtrArray *items)
{
	guint findings[CHANGES] = { 0 }, verdicts[CHANGES] = { 0 };
	g_autofree char *of_findings = NULL;
	g_autofree char *of_verdicts = NULL;

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (item->finding && !item->suppressed)
			findings[item->change]++;
	}
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		if (!route->suppressed)
			verdicts[route->change]++;
	}
	of_findings = changes_words(findings);
	of_verdicts = changes_words(verdicts);
	return g_strdup_printf("%s%s%s%s%s", *of_findings ? "findings: " : "", of_findings,
			       *of_findings && *of_verdicts ? "; " : "",
			       *of_verdicts ? "verdicts: " : "", of_verdicts);
}

char *report_level_counts(const GPtrArray *items)
{
	guint counts[LEVEL_ERROR + 1] = { 0 };
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (!item->suppressed)
			counts[item->level]++;
	}
	for (guint level = LEVEL_ERROR; level > LEVEL_NONE; level--)
		append_count(s, counts[level], level_name(level), true);
	return g_string_free(s, FALSE);
}

guint report_suppressed_count(const GPtrArray *items)
{
	guint count = 0;

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (item->suppressed)
			count += 1 + (item->kind == ITEM_UNKNOWN ? item->also->len : 0);
	}
	return count;
}

/* items may be NULL of a run that was stopped. */
const char *report_nothing(const struct audit *audit, const GPtrArray *items)
{
	if (audit->stopped_in)
		return audit->review.base ? "nothing was compared" : "nothing was analysed";
	if (!audit->review.base)
		return audit->stopped ? "nothing found so far" : "nothing found";
	return audit->stopped		      ? "no change found so far" :
	       audit->review.others	      ? "no change of the kinds asked for, but of others" :
	       report_suppressed_count(items) ? "no change that counts" :
						"no change for any exporter";
}

char *report_stopped(const struct audit *audit)
{
	return audit->stopped_in ? g_strdup_printf("%s, in the stage %s: %s", audit->stopped,
						   audit->stopped_in, report_nothing(audit, NULL)) :
				   g_strdup(audit->stopped);
}

char *report_headline(const struct audit *audit, const GPtrArray *items)
{
	g_autofree char *counts = audit->review.base ? report_change_counts(audit, items) :
						       report_level_counts(items);
	GString *s = g_string_new(*counts ? counts : report_nothing(audit, items));
	guint suppressed = report_suppressed_count(items);

	if (suppressed)
		g_string_append_printf(s, "; %u suppressed", suppressed);
	return g_string_free(s, FALSE);
}

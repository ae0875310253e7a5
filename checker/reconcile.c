// SPDX-License-Identifier: GPL-2.0-only
/*
 * reconcile: see reconcile.h.
 *
 * An object is the same one by its name, or by its line, within the file.  A report
 * and a finding are the same by rule and line, or if the finding's path comes
 * through the function that the report names: the engines do not put a missing
 * flag in the same line.
 */
#include "reconcile.h"

#include <string.h>

#include "coccinelle.h"
#include "sorted.h"
#include "vocabulary.h"

/* What is known of a file that Coccinelle looks at. */
struct seen {
	GHashTable *objects; /* const char *: names of tables, in any configuration */
	GPtrArray *skipped;  /* GArray of struct fact_skipped, of each time it was parsed */
};

struct reconcile {
	GStringChunk *strings;
	GHashTable *files; /* path -> struct seen */
};

enum status {
	STATUS_COMPILED,
	STATUS_LEFT_OUT, /* wherever the file was parsed */
	STATUS_UNREAD,
};

static void seen_free(void *data)
{
	struct seen *seen = data;

	g_hash_table_unref(seen->objects);
	g_ptr_array_unref(seen->skipped);
	g_free(seen);
}

struct reconcile *reconcile_new(const GPtrArray *files)
{
	struct reconcile *reconcile = g_new0(struct reconcile, 1);

	reconcile->strings = g_string_chunk_new(1024);
	reconcile->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seen_free);
	for (guint i = 0; i < files->len; i++) {
		struct seen *seen = g_new0(struct seen, 1);

		seen->objects = g_hash_table_new(g_str_hash, g_str_equal);
		seen->skipped = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
		g_hash_table_insert(reconcile->files, g_strdup(files->pdata[i]), seen);
	}
	return reconcile;
}

void reconcile_free(struct reconcile *reconcile)
{
	if (!reconcile)
		return;
	g_hash_table_unref(reconcile->files);
	g_string_chunk_free(reconcile->strings);
	g_free(reconcile);
}

void reconcile_look(struct reconcile *reconcile, const struct facts *facts)
{
	/* Files of these facts, those that are included among them. */
	g_autoptr(GHashTable) parsed = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter files;
	void *file, *data;

	g_hash_table_add(parsed, (void *)facts->file);
	for (guint i = 0; i < facts->tables->len; i++) {
		const struct fact_table *table = facts->tables->pdata[i];
		struct seen *seen = g_hash_table_lookup(reconcile->files, table->file);

		g_hash_table_add(parsed, (void *)table->file);
		if (seen)
			g_hash_table_add(seen->objects, g_string_chunk_insert_const(
								reconcile->strings, table->name));
	}
	g_hash_table_iter_init(&files, parsed);
	while (g_hash_table_iter_next(&files, &file, NULL)) {
		struct seen *seen = g_hash_table_lookup(reconcile->files, file);
		GArray *lines;

		if (!seen)
			continue;
		lines = g_array_new(FALSE, FALSE, sizeof(struct fact_skipped));
		for (guint i = 0; i < facts->skipped->len; i++) {
			data = facts->skipped->pdata[i];
			if (!strcmp(((const struct fact_skipped *)data)->file, file))
				g_array_append_vals(lines, data, 1);
		}
		g_ptr_array_add(seen->skipped, lines);
	}
}

static bool is_skipped(const GArray *skipped, unsigned int line)
{
	for (guint i = 0; i < skipped->len; i++) {
		const struct fact_skipped *s = &g_array_index(skipped, struct fact_skipped, i);

		if (line >= s->first && line <= s->last)
			return true;
	}
	return false;
}

static enum status status_of(const struct reconcile *reconcile, const struct place *at)
{
	const struct seen *seen = g_hash_table_lookup(reconcile->files, at->file);

	if (!seen || !seen->skipped->len)
		return STATUS_UNREAD;
	for (guint i = 0; i < seen->skipped->len; i++)
		if (!is_skipped(seen->skipped->pdata[i], at->line))
			return STATUS_COMPILED;
	return STATUS_LEFT_OUT;
}

static bool same_line(const struct place *a, const struct place *b)
{
	return a->line == b->line && !g_strcmp0(a->file, b->file);
}

/* ---- objects ---- */

/* Whether one name is that of the object, or of a member of it: "x", "x.ops", "x[0]". */
static bool is_part_of(const char *name, const char *object)
{
	gsize length = strlen(object);

	return !strncmp(name, object, length) &&
	       (!name[length] || name[length] == '.' || name[length] == '[');
}

static bool is_object(const struct audit_object *object, const struct coccinelle_report *report)
{
	return !g_strcmp0(object->at.file, report->at.file) &&
	       (object->at.line == report->at.line || is_part_of(object->name, report->name) ||
		is_part_of(report->name, object->name));
}

static bool route_has_object(const struct audit_route *route,
			     const struct coccinelle_report *report)
{
	if (is_object(&route->ops, report))
		return true;
	for (guint i = 0; i < route->tables->len; i++)
		if (is_object(route->tables->pdata[i], report))
			return true;
	for (guint i = 0; i < route->alike->len; i++)
		if (is_object(route->alike->pdata[i], report))
			return true;
	return false;
}

static bool clang_has_object(const struct reconcile *reconcile, const struct audit *audit,
			     const struct coccinelle_report *report)
{
	const struct seen *seen = g_hash_table_lookup(reconcile->files, report->at.file);
	gsize length = strcspn(report->name, ".[-");
	g_autofree char *outer = g_strndup(report->name, length);

	if (seen && report->name[length] != '-' && g_hash_table_contains(seen->objects, outer))
		return true;
	for (guint i = 0; i < audit->routes->len; i++)
		if (route_has_object(audit->routes->pdata[i], report))
			return true;
	return false;
}

/* Whether the semantic patch that lists objects has the one of a route. */
static bool is_listed(const GPtrArray *reports, const struct audit_object *object)
{
	for (guint i = 0; i < reports->len; i++) {
		const struct coccinelle_report *report = reports->pdata[i];

		if (report->record && is_object(object, report))
			return true;
	}
	return false;
}

/* ---- findings ---- */

static bool comes_through(const struct audit_finding *finding,
			  const struct coccinelle_report *report)
{
	for (guint i = 0; i < finding->path->len; i++) {
		const struct path_step *step = finding->path->pdata[i];

		if (same_line(&step->at, &report->at) ||
		    (!g_strcmp0(step->at.file, report->at.file) &&
		     !g_strcmp0(step->function, report->name)))
			return true;
	}
	return false;
}

static bool comes_by(const struct audit_route *route, const char *file)
{
	if (!g_strcmp0(route->ops.at.file, file) || !g_strcmp0(route->implementation.at.file, file))
		return true;
	for (guint i = 0; i < route->tables->len; i++)
		if (!g_strcmp0(((const struct audit_object *)route->tables->pdata[i])->at.file,
			       file))
			return true;
	return false;
}

/* Whether the report names a function of another file, on the way that a table of its own opens. */
static bool leads_through(const struct audit_route *route, const struct audit_finding *finding,
			  const struct coccinelle_report *report)
{
	if (!comes_by(route, report->at.file))
		return false;
	for (guint i = 0; i < finding->path->len; i++)
		if (!g_strcmp0(((const struct path_step *)finding->path->pdata[i])->function,
			       report->name))
			return true;
	return false;
}

/* Whether a finding says what the report does: of pages, in the same line. */
static bool says_the_same(const struct audit_route *route, const struct audit_finding *finding,
			  const struct coccinelle_report *report)
{
	bool same = !strcmp(finding->rule, report->script);

	if (same_line(&finding->at, &report->at))
		return same || (rule_breaks(finding->rule) && rule_breaks(report->script));
	return same && strcmp(report->script, "page-insert") &&
	       (comes_through(finding, report) || leads_through(route, finding, report));
}

static bool clang_says(const struct audit *audit, const struct coccinelle_report *report)
{
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		for (guint k = 0; k < route->findings->len; k++)
			if (says_the_same(route, route->findings->pdata[k], report))
				return true;
	}
	return false;
}

static bool coccinelle_says(const GPtrArray *reports, const struct audit_route *route,
			    const struct audit_finding *finding)
{
	for (guint i = 0; i < reports->len; i++) {
		const struct coccinelle_report *report = reports->pdata[i];

		if (!report->record && says_the_same(route, finding, report))
			return true;
	}
	return false;
}

/* ---- only Coccinelle ---- */

static bool tells_of(const GPtrArray *findings, const struct place *at)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct audit_finding *f = findings->pdata[i];

		if (!strcmp(f->rule, "not-in-this-config") && same_line(&f->at, at))
			return true;
	}
	return false;
}

static bool is_told(const struct audit *audit, const struct place *at)
{
	if (tells_of(audit->left_out, at))
		return true;
	for (guint i = 0; i < audit->routes->len; i++)
		if (tells_of(((const struct audit_route *)audit->routes->pdata[i])->findings, at))
			return true;
	return false;
}

/* "it reports A, B on this way": which rules are in the set. */
static const char *on_this_way(struct audit *audit, GHashTable *rules)
{
	g_autoptr(GPtrArray) names = sorted_keys(rules);
	g_autofree char *list = NULL;
	g_autofree char *view = NULL;

	g_ptr_array_add(names, NULL);
	list = g_strjoinv(", ", (char **)names->pdata);
	view = g_strdup_printf("it reports %s on this way", list);
	return audit_string(audit, view);
}

/* How the routes of a file are judged. */
static const char *verdicts_of(struct audit *audit, const char *file)
{
	g_autoptr(GString) view = g_string_new("the routes of this file are judged");
	bool verdicts[VERDICTS] = { false };
	const char *separator = " ";

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		if (comes_by(route, file))
			verdicts[route->verdict] = true;
	}
	for (guint i = 0; i < VERDICTS; i++) {
		if (!verdicts[i])
			continue;
		g_string_append_printf(view, "%s%s", separator, verdict_name(i));
		separator = ", ";
	}
	return *separator == ',' ? audit_string(audit, view->str) :
				   "it is compiled, and no route comes by this file";
}

/* What libclang's side came to where Coccinelle reports something else. */
static const char *clang_view(struct audit *audit, const struct coccinelle_report *report,
			      enum status status)
{
	g_autoptr(GHashTable) rules = g_hash_table_new(g_str_hash, g_str_equal);

	if (status == STATUS_LEFT_OUT)
		return "code that is not compiled";
	if (status == STATUS_UNREAD)
		return "a file that was not analysed";
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		for (guint k = 0; k < route->findings->len; k++) {
			const struct audit_finding *f = route->findings->pdata[k];

			if (comes_through(f, report))
				g_hash_table_add(rules, (void *)f->rule);
		}
	}
	return g_hash_table_size(rules) ? on_this_way(audit, rules) :
					  verdicts_of(audit, report->at.file);
}

static void add_finding(struct audit *audit, const struct coccinelle_report *report,
			enum status status)
{
	struct audit_finding *f = audit_add_left_out(audit);
	g_autofree char *message = g_strdup_printf(
		"%s, in %s", report->text,
		status == STATUS_UNREAD ? "a file that could not be analysed" :
		audit->configs->len > 1 ? "code that every configuration leaves out" :
					  "code that the configuration leaves out");
	g_autoptr(GString) id = g_string_new(NULL);
	g_autofree char *sum = NULL;

	f->rule = "not-in-this-config";
	f->level = LEVEL_NOTE;
	f->confidence = "likely";
	f->at = report->at;
	f->at.file = audit_string(audit, report->at.file);
	f->message = audit_string(audit, message);
	g_string_printf(id, "not-in-this-config|%s|%s", f->at.file, message);
	/* The same elsewhere in the file is another one. */
	for (guint i = 0; i + 1 < audit->left_out->len; i++) {
		const struct audit_finding *other = audit->left_out->pdata[i];

		if (other->message == f->message && !strcmp(other->at.file, f->at.file))
			g_string_append_c(id, '|');
	}
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id->str, (gssize)id->len);
	sum[32] = '\0';
	f->fingerprint = audit_string(audit, sum);
	for (guint i = 0; i < audit->configs->len; i++)
		g_array_append_val(f->configs, i);
}

static void judge_report(const struct reconcile *reconcile, struct audit *audit,
			 const struct coccinelle_report *report)
{
	enum status status = status_of(reconcile, &report->at);
	struct audit_difference *d;

	if (report->record ? clang_has_object(reconcile, audit, report) : clang_says(audit, report))
		return;
	if (is_told(audit, &report->at))
		return;
	d = audit_add_difference(audit->coverage.coccinelle.only_coccinelle);
	d->at = report->at;
	d->at.file = audit_string(audit, report->at.file);
	d->rule = audit_string(audit, report->script);
	d->name = audit_string(audit, report->name);
	d->clang = clang_view(audit, report, status);
	d->coccinelle = audit_string(audit, report->text);
	d->reported = status != STATUS_COMPILED;
	if (d->reported)
		add_finding(audit, report, status);
}

/* ---- only libclang ---- */

/* Why a semantic patch has nothing on a place of a file. */
static const char *why_silent(const struct reconcile *reconcile, struct audit *audit,
			      const char *script, const struct place *at, const char *otherwise)
{
	const GPtrArray *failed = audit->coverage.coccinelle.failed;
	g_autofree char *prefix = g_strdup_printf("%s.cocci: ", script);

	for (guint i = 0; i < failed->len; i++) {
		const struct audit_failure *failure = failed->pdata[i];

		if (!strcmp(failure->file, at->file) && g_str_has_prefix(failure->reason, prefix)) {
			g_autofree char *why =
				g_strdup_printf("it %s", failure->reason + strlen(prefix));

			return audit_string(audit, why);
		}
	}
	return g_hash_table_contains(reconcile->files, at->file) ?
		       otherwise :
		       "it looks at one file at a time, and here is no object that is exported";
}

static void add_only_clang(struct audit *audit, const char *script, const char *name,
			   const struct place *at, const char *clang, const char *why)
{
	const GPtrArray *known = audit->coverage.coccinelle.only_clang;
	struct audit_difference *d;

	for (guint i = 0; i < known->len; i++) {
		d = known->pdata[i];
		if (same_line(&d->at, at) && !strcmp(d->rule, script))
			return;
	}
	d = audit_add_difference(audit->coverage.coccinelle.only_clang);
	d->at = *at;
	d->rule = audit_string(audit, script);
	d->name = audit_string(audit, name);
	d->clang = clang;
	d->coccinelle = why;
}

static void judge_object(const struct reconcile *reconcile, const GPtrArray *reports,
			 struct audit *audit, const struct audit_object *object)
{
	if (object->at.file && !is_listed(reports, object))
		add_only_clang(audit, COCCINELLE_LIST, object->name, &object->at,
			       "an object that routes come by",
			       why_silent(reconcile, audit, COCCINELLE_LIST, &object->at,
					  "it does not know an object made like this one"));
}

/* The function that a finding is in, as its path says; "-" for one in a table. */
static const char *function_of(const struct audit_finding *finding)
{
	for (guint i = 0; i < finding->path->len; i++) {
		const struct path_step *step = finding->path->pdata[i];

		if (step->function && same_line(&step->at, &finding->at))
			return step->function;
	}
	return "-";
}

static bool leaves_file(const struct audit_finding *finding)
{
	for (guint i = 0; i < finding->path->len; i++) {
		const struct path_step *step = finding->path->pdata[i];

		if (step->function && g_strcmp0(step->at.file, finding->at.file))
			return true;
	}
	return false;
}

/* Why there is no report like a finding of libclang's side. */
static const char *coccinelle_view(const struct reconcile *reconcile, struct audit *audit,
				   const GPtrArray *reports, const struct audit_finding *finding)
{
	g_autoptr(GHashTable) rules = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < reports->len; i++) {
		const struct coccinelle_report *report = reports->pdata[i];

		if (!report->record && comes_through(finding, report))
			g_hash_table_add(rules, (void *)report->script);
	}
	if (g_hash_table_size(rules))
		return on_this_way(audit, rules);
	return why_silent(reconcile, audit, finding->rule, &finding->at,
			  leaves_file(finding) ? "it looks at one file at a time, and the way "
						 "there leads through others" :
						 "it does not know code like this");
}

static bool has_script(const char *rule)
{
	return rule_breaks(rule) || !strcmp(rule, "cow-pfnmap");
}

static void judge_route(const struct reconcile *reconcile, const GPtrArray *reports,
			struct audit *audit, const struct audit_route *route)
{
	judge_object(reconcile, reports, audit, &route->ops);
	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		for (const struct export_hook *hook = export_hooks; hook->record; hook++)
			if (!g_strcmp0(table->type, hook->record))
				judge_object(reconcile, reports, audit, table);
	}
	for (guint i = 0; i < route->findings->len; i++) {
		const struct audit_finding *f = route->findings->pdata[i];

		if (has_script(f->rule) && !coccinelle_says(reports, route, f))
			add_only_clang(audit, f->rule, function_of(f), &f->at, f->message,
				       coccinelle_view(reconcile, audit, reports, f));
	}
}

void reconcile_judge(const struct reconcile *reconcile, const GPtrArray *reports,
		     struct audit *audit)
{
	/* Nobody knows what it would have said. */
	if (audit->coverage.coccinelle.reason)
		return;
	for (guint i = 0; i < reports->len; i++)
		judge_report(reconcile, audit, reports->pdata[i]);
	for (guint i = 0; i < audit->routes->len; i++)
		judge_route(reconcile, reports, audit, audit->routes->pdata[i]);
}

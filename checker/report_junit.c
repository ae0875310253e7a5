// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_junit: a test case for each route, for what shows the tests of a build.
 *
 * A route fails if its verdict is bad or a finding on it counts, and is skipped if
 * it is not decided.  A file that was not analysed is a case that is skipped, a run
 * that was stopped is a case in error.
 *
 * GitLab shows the class name, Jenkins takes what is before its last point for the
 * package: both get the exporter's file, with points.  Names are unique, since readers
 * pass over a second case of the same name.
 */
#include <string.h>

#include "escape.h"
#include "report.h"
#include "report_gap.h"
#include "report_line.h"
#include "report_xml.h"

enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_SKIPPED,
	OUTCOME_ERROR,
	OUTCOMES,
};

static const char *const elements[] = {
	[OUTCOME_FAILED] = "failure",
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_ERROR] = "error",
};

struct suite {
	const struct audit *audit;
	const struct report_options *options;
	GString *cases;
	GHashTable *names; /* class and name of each case -> itself */
	guint counts[OUTCOMES];
};

/* The points of a package instead of slashes, without the suffix; in a new string. */
static char *class_of(const char *file)
{
	char *name = g_strdup(file && *file ? file : "unknown");
	char *suffix = strrchr(name, '.');

	if (suffix && suffix != name && !strchr(suffix, '/'))
		*suffix = '\0';
	return g_strdelimit(name, "/", '.');
}

/*
 * type: of a failure; message: of what did not pass; detail: its text; output: what is
 * told beside the outcome.  Each may be NULL.
 */
static void add_case(struct suite *suite, enum outcome outcome, const char *file, const char *class,
		     const char *name, const char *type, const char *message, const char *detail,
		     const char *output)
{
	g_autofree char *unique = g_strdup(name);
	GString *out = suite->cases;

	for (guint n = 2; !g_hash_table_add(suite->names, g_strdup_printf("%s\n%s", class, unique));
	     n++) {
		g_free(unique);
		unique = g_strdup_printf("%s (%u)", name, n);
	}
	suite->counts[outcome]++;
	g_string_append(out, "    <testcase");
	report_xml_attribute(out, "classname", class);
	report_xml_attribute(out, "name", unique);
	if (file && *file)
		report_xml_attribute(out, "file", file);
	if (outcome == OUTCOME_PASSED && !output) {
		g_string_append(out, "/>\n");
		return;
	}
	g_string_append(out, ">\n");
	if (outcome != OUTCOME_PASSED) {
		g_string_append_printf(out, "      <%s", elements[outcome]);
		if (type)
			report_xml_attribute(out, "type", type);
		report_xml_attribute(out, "message", message);
		g_string_append_c(out, '>');
		report_xml_text(out, detail ? detail : message);
		g_string_append_printf(out, "</%s>\n", elements[outcome]);
	}
	if (output) {
		g_string_append(out, "      <system-out>");
		report_xml_text(out, output);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "    </testcase>\n");
}

static bool holds_route(const struct report_item *item, const struct audit_route *route)
{
	return item->route == route || g_ptr_array_find(item->also, route, NULL);
}

static bool is_failing(const struct report_item *item)
{
	return item->level >= LEVEL_WARNING && item->kind != ITEM_UNKNOWN && !item->suppressed &&
	       !report_change_good(item->change);
}

/* The lines of the items that are on the route, failing or not; NULL if there are none. */
static char *lines_of(const struct suite *suite, const GPtrArray *items,
		      const struct audit_route *route, bool failing)
{
	GString *lines = g_string_new(NULL);

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (holds_route(item, route) && is_failing(item) == failing &&
		    item->kind != ITEM_UNKNOWN && report_item_shown(item, suite->options))
			report_line_item(lines, suite->audit, item);
	}
	return g_string_free(lines, lines->len == 0);
}

/* The worst item that makes the route fail, or NULL. */
static const struct report_item *find_failure(const GPtrArray *items,
					      const struct audit_route *route)
{
	const struct report_item *worst = NULL;

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (holds_route(item, route) && is_failing(item) &&
		    (!worst || item->level > worst->level))
			worst = item;
	}
	return worst;
}

static void add_route(struct suite *suite, const GPtrArray *items, const struct audit_route *route)
{
	const struct report_item *failure = find_failure(items, route);
	g_autofree char *class = class_of(route->ops.at.file);
	g_autofree char *words = report_route_words(route);
	g_autofree char *failures = lines_of(suite, items, route, true);
	g_autofree char *others = lines_of(suite, items, route, false);
	g_autoptr(GString) message = g_string_new(NULL);
	bool open = route->verdict == VERDICT_UNKNOWN && !route->known &&
		    !report_change_good(route->change);

	if (failure) {
		report_line_message(message, failure);
		add_case(suite, OUTCOME_FAILED, route->ops.at.file, class, words, failure->rule,
			 message->str, failures, others);
	} else if (open) {
		add_case(suite, OUTCOME_SKIPPED, route->ops.at.file, class, words, NULL,
			 route->reason ? route->reason : "not decided", NULL, others);
	} else {
		add_case(suite, OUTCOME_PASSED, route->ops.at.file, class, words, NULL, NULL, NULL,
			 others);
	}
}

static void append_line(GString *lines, const struct report_gap *gap)
{
	g_string_append_printf(lines, "%s: ", report_gap_words(gap->kind));
	escape_append(lines, gap->at.file);
	g_string_append(lines, ": ");
	escape_append(lines, gap->reason);
	g_string_append_c(lines, '\n');
}

/* Each file that was not analysed, and the run if it was stopped. */
static void add_gaps(struct suite *suite, const GPtrArray *gaps)
{
	g_autofree char *stopped = report_stopped(suite->audit);
	g_autoptr(GString) files = g_string_new(NULL);

	for (guint i = 0; i < suite->audit->coverage.files_failed->len; i++) {
		const struct audit_failure *failure = suite->audit->coverage.files_failed->pdata[i];

		add_case(suite, OUTCOME_SKIPPED, failure->file, "not analysed", failure->file, NULL,
			 failure->reason, NULL, NULL);
	}
	if (!stopped)
		return;
	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		if (gap->kind == GAP_NOT_REACHED)
			append_line(files, gap);
	}
	add_case(suite, OUTCOME_ERROR, NULL, "pfncheck", "the run", "stopped", stopped, NULL,
		 files->len ? files->str : NULL);
}

/* What concerns no case: calls that no configuration compiles, files without Coccinelle. */
static char *other_lines(const struct suite *suite, const GPtrArray *items, const GPtrArray *gaps)
{
	GString *lines = g_string_new(NULL);

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (item->kind == ITEM_LEFT_OUT && report_item_shown(item, suite->options))
			report_line_item(lines, suite->audit, item);
	}
	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		if (gap->kind == GAP_NO_COCCINELLE)
			append_line(lines, gap);
	}
	return g_string_free(lines, lines->len == 0);
}

static void append_counts(GString *out, const struct suite *suite)
{
	guint total = 0;

	for (guint i = 0; i < OUTCOMES; i++)
		total += suite->counts[i];
	report_xml_number(out, "tests", total);
	report_xml_number(out, "failures", suite->counts[OUTCOME_FAILED]);
	report_xml_number(out, "errors", suite->counts[OUTCOME_ERROR]);
	report_xml_number(out, "skipped", suite->counts[OUTCOME_SKIPPED]);
}

static void write_junit(const struct audit *audit, const struct report_options *options,
			GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);
	g_autoptr(GString) cases = g_string_new(NULL);
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct suite suite = { .audit = audit, .options = options, .cases = cases, .names = names };
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *others = other_lines(&suite, items, gaps);

	for (guint i = 0; i < audit->routes->len; i++)
		add_route(&suite, items, audit->routes->pdata[i]);
	add_gaps(&suite, gaps);
	g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
			     "  <testsuite name=\"pfncheck\"");
	append_counts(out, &suite);
	g_string_append(out, ">\n");
	g_string_append_len(out, cases->str, cases->len);
	if (others) {
		g_string_append(out, "    <system-out>");
		report_xml_text(out, others);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "  </testsuite>\n</testsuites>\n");
}

const struct report_writer report_junit = {
	.name = "junit",
	.help = "XML with a test case for each route, for CI systems",
	.write = write_junit,
};

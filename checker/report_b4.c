// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_b4: the JSON array that a check command of b4 review prints, with one
 * result, as b4 keeps one of each tool.
 *
 * tool, status (pass, warn or fail), summary and details are b4's; not_analysed is
 * ours, which b4 passes over.
 */
#include "escape.h"
#include "report.h"
#include "report_gap.h"
#include "report_json.h"
#include "report_line.h"

static const char *const statuses[] = {
	[LEVEL_NONE] = "pass",
	[LEVEL_NOTE] = "pass",
	[LEVEL_WARNING] = "warn",
	[LEVEL_ERROR] = "fail",
};

static const char *status(const struct audit *audit)
{
	enum level worst = audit_worst(audit);

	return statuses[audit->stopped ? MAX(worst, LEVEL_WARNING) : worst];
}

/* "; 2 files not analysed", of one kind of gap. */
static void append_count(GString *s, const GPtrArray *gaps, enum gap_kind kind)
{
	guint count = 0;

	for (guint i = 0; i < gaps->len; i++)
		count += ((const struct report_gap *)gaps->pdata[i])->kind == kind;
	if (count)
		g_string_append_printf(s, "; %u file%s %s", count, count == 1 ? "" : "s",
				       report_gap_words(kind));
}

/* One line, in a new string. */
static char *summary(const struct audit *audit, const GPtrArray *items, const GPtrArray *gaps)
{
	g_autofree char *headline = report_headline(audit, items);
	g_autofree char *stopped = report_stopped(audit);
	GString *s = g_string_new(headline);

	append_count(s, gaps, GAP_NOT_ANALYSED);
	append_count(s, gaps, GAP_NOT_REACHED);
	if (stopped) {
		g_string_append(s, "; stopped early: ");
		escape_append(s, stopped);
	}
	return g_string_free(s, FALSE);
}

static void add_file(json_t *array, const char *file, const char *reason)
{
	json_t *object = json_object();

	json_object_set_new(object, "file", report_json_text(file));
	json_object_set_new(object, "reason", report_json_text(reason));
	json_array_append_new(array, object);
}

static json_t *not_analysed(const struct audit *audit)
{
	const GPtrArray *failed = audit->coverage.files_failed;
	const GPtrArray *not_reached = audit->coverage.not_reached;
	json_t *array = json_array();

	for (guint i = 0; i < failed->len; i++) {
		const struct audit_failure *failure = failed->pdata[i];

		add_file(array, failure->file, failure->reason);
	}
	for (guint i = 0; i < not_reached->len; i++)
		add_file(array, not_reached->pdata[i], "the run was stopped before");
	return array;
}

static void write_b4(const struct audit *audit, const struct report_options *options, GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *line = summary(audit, items, gaps);
	g_autoptr(GString) details = g_string_new(NULL);
	json_t *array = json_array();
	json_t *result = json_object();

	for (guint i = 0; i < items->len; i++) {
		if (report_item_shown(items->pdata[i], options))
			report_line_item(details, audit, items->pdata[i]);
	}
	report_line_gaps(details, audit);
	json_object_set_new(result, "tool", json_string("pfncheck"));
	json_object_set_new(result, "status", json_string(status(audit)));
	json_object_set_new(result, "summary", report_json_text(line));
	json_object_set_new(result, "details", report_json_text(details->str));
	json_object_set_new(result, "not_analysed", not_analysed(audit));
	json_array_append_new(array, result);
	report_json_write(array, out);
}

const struct report_writer report_b4 = {
	.name = "b4",
	.help = "the result of a check command of b4 review",
	.write = write_b4,
};

// SPDX-License-Identifier: GPL-2.0-only
#include "report_line.h"

#include "escape.h"
#include "report_gap.h"

void report_line_place(GString *out, const struct place *at)
{
	escape_append(out, at->file && *at->file ? at->file : "(unknown)");
	g_string_append_printf(out, ":%u:%u: ", MAX(at->line, 1), MAX(at->column, 1));
}

void report_line_message(GString *out, const struct report_item *item)
{
	g_autofree char *change = report_change_words(item->change, item->before);

	g_string_append(out, change);
	escape_append(out, item->message);
}

const char *report_line_level(enum level level)
{
	return level_name(level == LEVEL_NONE ? LEVEL_NOTE : level);
}

/* A note of several words, the first of which may come from the tree as well as the last. */
static void append_note(GString *out, const struct place *at, const char *what, const char *words)
{
	report_line_place(out, at);
	g_string_append(out, "note: ");
	g_string_append(out, what);
	escape_append(out, words);
	g_string_append_c(out, '\n');
}

static void append_path(GString *out, const struct report_item *item)
{
	const GPtrArray *path = report_item_path(item);

	for (guint i = 0; path && i < path->len; i++) {
		const struct path_step *step = path->pdata[i];
		g_autofree char *words =
			g_strdup_printf("%s%s%s", step->function ? step->function : "",
					step->function ? "(): " : "", step->note ? step->note : "");

		append_note(out, step->at.file ? &step->at : &item->own, "", words);
	}
}

/* Where the base set what is missing. */
static void append_was(GString *out, const struct report_item *item)
{
	for (guint i = 0; item->finding && i < item->finding->was->len; i++) {
		const struct path_step *step = item->finding->was->pdata[i];
		g_autofree char *words = g_strdup_printf("%s%s%s " REPORT_OF_BASE,
							 step->function ? step->function : "",
							 step->function ? "(): " : "", step->note);

		append_note(out, &step->at, "", words);
	}
}

void report_line_item(GString *out, const struct audit *audit, const struct report_item *item)
{
	report_line_place(out, &item->at);
	g_string_append_printf(out, "%s: ", report_line_level(item->level));
	report_line_message(out, item);
	g_string_append_printf(out, " [pfncheck:%s]\n", item->rule);
	if (report_item_anchored(item))
		append_note(out, &item->own, "here: ", item->message);
	if (item->commit) {
		g_autofree char *words = report_commit_words(audit, item->commit);

		append_note(out, &item->at, "commit: ", words);
	}
	if (item->suppressed)
		append_note(out, &item->at, "suppressed: ", item->suppressed);
	append_path(out, item);
	append_was(out, item);
	if (item->kind == ITEM_UNKNOWN && item->route->tables->len) {
		g_autofree char *name = report_route_words(item->route);

		append_note(out, &item->route->ops.at, "exporter: ", name);
	}
	for (guint i = 0; i < item->also->len; i++) {
		const struct audit_route *route = item->also->pdata[i];
		g_autofree char *name = report_route_words(route);

		append_note(out, &route->ops.at, "also: ", name);
	}
}

void report_line_gaps(GString *out, const struct audit *audit)
{
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *stopped = report_stopped(audit);

	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		report_line_place(out, &gap->at);
		g_string_append_printf(out, "note: %s: ", report_gap_words(gap->kind));
		escape_append(out, gap->reason);
		g_string_append(out, " [pfncheck:not-analysed]\n");
	}
	if (stopped) {
		g_string_append(out, "pfncheck: warning: stopped early: ");
		escape_append(out, stopped);
		g_string_append(out, " [pfncheck:stopped]\n");
	}
}

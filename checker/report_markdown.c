// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_markdown: a comment on a merge request: a table of findings, and their
 * paths folded.
 *
 * GitHub takes 65536 characters; what does not fit is counted.  Nothing from the tree
 * becomes markup, a link or a mention.
 */
#include <string.h>

#include "escape.h"
#include "report.h"
#include "report_gap.h"
#include "report_item.h"

#define ROWS_MAX 100
/* In bytes: of tables and paths, and with the files that were not analysed. */
#define LENGTH_MAX 50000
#define ALL_MAX 65000

/* Whether the character c[0] of a text that begins with start means nothing to Markdown. */
static bool is_plain(const char *start, const char *c)
{
	if (!g_ascii_ispunct(*c))
		return true;
	if (*c == ':')
		return c[1] != '/';
	/* Within a word it is no emphasis. */
	if (*c == '_')
		return c != start && g_ascii_isalnum(c[-1]) && g_ascii_isalnum(c[1]);
	if (*c == '.')
		return c == start || g_ascii_tolower(c[-1]) != 'w';
	return strchr(" ,;()'/=?%-+\"", *c) != NULL;
}

/* Appends text so that it reads as it is. */
static void append_text(GString *out, const char *s)
{
	g_autofree char *plain = escape_string(s);

	for (const char *c = plain; *c; c++) {
		if (is_plain(plain, c))
			g_string_append_c(out, *c);
		else
			/* A zero-width space keeps forges from seeing a reference. */
			g_string_append_printf(out, "&#%d;%s", *c,
					       strchr("@#!~$&%", *c) ? "&#8203;" : "");
	}
}

/* As code; forges look for no references in it. */
static void append_code(GString *out, const char *s)
{
	g_autofree char *plain = escape_string(s);

	g_string_append(out, "<code>");
	for (const char *c = plain; *c; c++) {
		if (is_plain(plain, c))
			g_string_append_c(out, *c);
		else
			g_string_append_printf(out, "&#%d;", *c);
	}
	g_string_append(out, "</code>");
}

static void append_place(GString *out, const struct place *at)
{
	g_autofree char *s =
		at->line ? g_strdup_printf("%s:%u", at->file ? at->file : "(unknown)", at->line) :
			   g_strdup(at->file ? at->file : "(unknown)");

	append_code(out, s);
}

static void append_change(GString *out, const struct report_item *item)
{
	g_string_append_printf(out, "| %s", change_name(item->change));
	if (item->before != VERDICTS)
		g_string_append_printf(out, ", was %s", verdict_name(item->before));
	if (item->change == CHANGE_FIXED)
		g_string_append(out, " " REPORT_OF_BASE);
	g_string_append_c(out, ' ');
}

static void append_row(GString *out, const struct audit *audit, const struct report_item *item)
{
	if (audit->review.base)
		append_change(out, item);
	g_string_append_printf(out, "| %s | ",
			       item->suppressed			? "suppressed" :
			       report_change_good(item->change) ? "-" :
								  level_name(item->level));
	append_place(out, &item->at);
	g_string_append(out, " | ");
	append_text(out, item->message);
	g_string_append_c(out, ' ');
	append_code(out, item->rule);
	if (item->commit) {
		g_autofree char *words = report_commit_words(audit, item->commit);

		g_string_append(out, "<br>commit ");
		append_code(out, words);
	}
	if (item->suppressed) {
		g_string_append(out, "<br>suppressed: ");
		append_text(out, item->suppressed);
	}
	g_string_append(out, " |\n");
}

/* As many rows as fit; how many. */
static guint append_table(GString *out, const struct audit *audit, const GPtrArray *shown)
{
	guint i;

	if (!shown->len)
		return 0;
	g_string_append(out, audit->review.base ? "\n| change | level | place | finding |\n"
						  "|---|---|---|---|\n" :
						  "\n| level | place | finding |\n|---|---|---|\n");
	for (i = 0; i < shown->len && i < ROWS_MAX; i++) {
		gsize before = out->len;

		append_row(out, audit, shown->pdata[i]);
		if (out->len > LENGTH_MAX) {
			g_string_truncate(out, before);
			break;
		}
	}
	return i;
}

static void append_exporter(GString *out, const char *before, const struct audit_route *route)
{
	g_autofree char *words = report_route_words(route);

	g_string_append(out, before);
	append_code(out, words);
	g_string_append_c(out, ' ');
	append_place(out, &route->ops.at);
	g_string_append_c(out, '\n');
}

static void append_step(GString *out, const struct path_step *step)
{
	append_place(out, &step->at);
	g_string_append_c(out, ' ');
	if (step->function) {
		append_code(out, step->function);
		g_string_append(out, ": ");
	}
	append_text(out, step->note);
}

static void append_path(GString *out, const struct report_item *item)
{
	const GPtrArray *path = report_item_path(item);

	g_string_append(out, "\n<details><summary>");
	append_code(out, item->rule);
	g_string_append(out, " at ");
	append_place(out, &item->own);
	g_string_append_printf(out, "%s</summary>\n\n",
			       item->change == CHANGE_FIXED ? " " REPORT_OF_BASE : "");
	for (guint i = 0; path && i < path->len; i++) {
		g_string_append(out, "1. ");
		append_step(out, path->pdata[i]);
		g_string_append_c(out, '\n');
	}
	g_string_append_c(out, '\n');
	for (guint i = 0; item->finding && i < item->finding->was->len; i++) {
		g_string_append(out, "- ");
		append_step(out, item->finding->was->pdata[i]);
		g_string_append(out, " " REPORT_OF_BASE "\n");
	}
	if (item->route)
		append_exporter(out, "- exporter: ", item->route);
	for (guint i = 0; i < item->also->len; i++)
		append_exporter(out, "- also: ", item->also->pdata[i]);
	g_string_append(out, "\n</details>\n");
}

/* As many as fit; how many. */
static guint append_paths(GString *out, const GPtrArray *shown, guint rows)
{
	guint i;

	for (i = 0; i < rows && i < shown->len; i++) {
		const struct report_item *item = shown->pdata[i];
		gsize before = out->len;

		if (report_item_path(item) || item->also->len ||
		    (item->route && item->route->tables->len))
			append_path(out, item);
		if (out->len > LENGTH_MAX) {
			g_string_truncate(out, before);
			break;
		}
	}
	return i;
}

static void append_heading(GString *out, const struct audit *audit, const GPtrArray *items)
{
	g_autofree char *headline = report_headline(audit, items);

	g_string_append_printf(out, "### pfncheck: %s\n\n", headline);
	if (audit->review.base) {
		g_autofree char *range = report_review_range(audit);

		append_code(out, range);
		g_string_append(out, ": ");
	}
	g_string_append(out, "Linux ");
	append_text(out, audit->release ? audit->release : "of unknown release");
	for (guint i = 0; i < audit->configs->len; i++) {
		const struct audit_config *config = audit->configs->pdata[i];
		g_autofree char *words = g_strdup_printf(", %s %s", config->arch, config->config);

		append_text(out, words);
	}
	g_string_append_printf(out, "; pfncheck %s\n", PFNCHECK_VERSION);
}

/* As many lines of the list as fit, and how many do not. */
static void append_gap_list(GString *out, const GPtrArray *gaps, enum gap_kind kind,
			    const char *heading)
{
	guint left = 0, listed = 0;

	for (guint i = 0; i < gaps->len; i++)
		left += ((const struct report_gap *)gaps->pdata[i])->kind == kind;
	for (guint i = 0; i < gaps->len && left; i++) {
		const struct report_gap *gap = gaps->pdata[i];
		gsize before = out->len;

		if (gap->kind != kind)
			continue;
		if (!listed++)
			g_string_append_printf(out, "\n%s:\n\n", heading);
		g_string_append(out, "- ");
		if (kind == GAP_NOT_REACHED) {
			append_code(out, gap->at.file);
		} else {
			append_place(out, &gap->at);
			g_string_append(out, ": ");
			append_text(out, gap->reason);
		}
		g_string_append_c(out, '\n');
		if (out->len > ALL_MAX) {
			g_string_truncate(out, before);
			listed--;
			break;
		}
		left--;
	}
	if (left && listed)
		g_string_append_printf(out, "- %u more\n", left);
	else if (left)
		g_string_append_printf(out, "\n%s: %u more\n", heading, left);
}

static void append_gaps(GString *out, const struct audit *audit)
{
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *stopped = report_stopped(audit);

	if (stopped) {
		g_string_append(out, "\n**Stopped early**: ");
		append_text(out, stopped);
		g_string_append(out,
				audit->stopped_in ? ".\n" : "; this is what was known so far.\n");
	}
	append_gap_list(out, gaps, GAP_NOT_ANALYSED, "Not analysed");
	append_gap_list(out, gaps, GAP_NOT_REACHED, "Not reached");
	append_gap_list(out, gaps, GAP_NO_COCCINELLE, "Analysed without Coccinelle");
}

static void write_markdown(const struct audit *audit, const struct report_options *options,
			   GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);
	g_autoptr(GPtrArray) shown = g_ptr_array_new();
	guint rows, paths;

	for (guint i = 0; i < items->len; i++) {
		if (report_item_shown(items->pdata[i], options))
			g_ptr_array_add(shown, items->pdata[i]);
	}
	append_heading(out, audit, items);
	rows = append_table(out, audit, shown);
	paths = append_paths(out, shown, rows);
	if (rows < shown->len)
		g_string_append_printf(out, "\n%u more do not fit here.\n", shown->len - rows);
	else if (paths < shown->len)
		g_string_append_printf(out, "\nThe paths of %u more do not fit here.\n",
				       shown->len - paths);
	append_gaps(out, audit);
}

const struct report_writer report_markdown = {
	.name = "markdown",
	.help = "a comment on a merge request",
	.write = write_markdown,
};

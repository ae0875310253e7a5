// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_checkpatch: what scripts/checkpatch.pl prints with --terse --show-types
 * --no-summary, a line for each finding.
 *
 * Readers such as b4 look for ERROR:, WARNING: and CHECK: in a line, and take
 * what has none of them for more of the line before, or for good news at the start.
 */
#include "escape.h"
#include "report.h"
#include "report_gap.h"
#include "report_line.h"

static const char *const words[] = {
	[LEVEL_NOTE] = "CHECK",
	[LEVEL_WARNING] = "WARNING",
	[LEVEL_ERROR] = "ERROR",
};

/* No word of a text may look as if it gave the level. */
static void append_text(GString *out, const char *text)
{
	g_autoptr(GString) s = g_string_new(text);

	for (gsize i = LEVEL_NOTE; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *word = g_strdup_printf("%s:", words[i]);
		g_autofree char *harmless = g_strdup_printf("%s :", words[i]);

		g_string_replace(s, word, harmless, 0);
	}
	escape_append(out, s->str);
}

/* "FILE:LINE: " */
static void append_place(GString *out, const struct place *at)
{
	append_text(out, at->file && *at->file ? at->file : "(unknown)");
	g_string_append_printf(out, ":%u: ", MAX(at->line, 1));
}

/* "PFNCHECK_PAGE_INSERT" */
static void append_type(GString *out, const char *rule)
{
	g_string_append(out, "PFNCHECK_");
	for (; *rule; rule++)
		g_string_append_c(out, g_ascii_isalnum(*rule) ? g_ascii_toupper(*rule) : '_');
}

static void append_item(GString *out, const struct report_item *item, bool good)
{
	g_autoptr(GString) message = g_string_new(NULL);

	report_line_message(message, item);
	append_place(out, &item->at);
	if (!good) {
		g_string_append_printf(out, "%s:", words[item->level]);
		append_type(out, item->rule);
		g_string_append(out, ": ");
	}
	if (item->suppressed)
		g_string_append(out, "suppressed: ");
	append_text(out, message->str);
	g_string_append_c(out, '\n');
	if (report_item_anchored(item)) {
		append_place(out, &item->own);
		g_string_append(out, "note: here\n");
	}
}

static void append_gaps(GString *out, const struct audit *audit)
{
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *stopped = report_stopped(audit);

	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		append_place(out, &gap->at);
		g_string_append_printf(
			out, "CHECK:PFNCHECK_NOT_ANALYSED: %s: ", report_gap_words(gap->kind));
		append_text(out, gap->reason);
		g_string_append_c(out, '\n');
	}
	if (stopped) {
		g_string_append(out, "pfncheck: WARNING:PFNCHECK_STOPPED: stopped early: ");
		append_text(out, stopped);
		g_string_append_c(out, '\n');
	}
}

static void write_checkpatch(const struct audit *audit, const struct report_options *options,
			     GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);

	for (int bad = 0; bad <= 1; bad++) {
		for (guint i = 0; i < items->len; i++) {
			const struct report_item *item = items->pdata[i];
			bool good = report_change_good(item->change) || item->suppressed ||
				    item->level == LEVEL_NONE;

			if (good == !bad && report_item_shown(item, options))
				append_item(out, item, good);
		}
	}
	append_gaps(out, audit);
}

const struct report_writer report_checkpatch = {
	.name = "checkpatch",
	.help = "as checkpatch.pl --terse does, for b4 am --check",
	.write = write_checkpatch,
};

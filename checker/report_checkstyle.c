// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_checkstyle: the XML of checkstyle, which most review and CI tools read.
 * It has no place for paths.
 */
#include "report.h"
#include "report_gap.h"
#include "report_line.h"
#include "report_xml.h"

static const char *const severities[] = {
	[LEVEL_NONE] = "info",
	[LEVEL_NOTE] = "info",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
};

/* An error element of one file. */
struct entry {
	struct place at;
	const char *severity;
	const char *rule;
	char *message;
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	g_free(entry->message);
	g_free(entry);
}

/* Takes the message over. */
static void add_entry(GPtrArray *entries, const struct place *at, const char *severity,
		      const char *rule, char *message)
{
	struct entry *entry = g_new0(struct entry, 1);

	entry->at = *at;
	if (!entry->at.file || !*entry->at.file)
		entry->at.file = "(unknown)";
	entry->severity = severity;
	entry->rule = rule;
	entry->message = message;
	g_ptr_array_add(entries, entry);
}

static void add_item(GPtrArray *entries, const struct audit *audit, const struct report_item *item)
{
	GString *message = g_string_new(NULL);

	report_line_message(message, item);
	if (item->commit) {
		g_autofree char *words = report_commit_words(audit, item->commit);

		g_string_append_printf(message, "; commit %s", words);
	}
	if (item->suppressed)
		g_string_append_printf(message, "; suppressed: %s", item->suppressed);
	add_entry(entries, &item->at, item->suppressed ? "ignore" : severities[item->level],
		  item->rule, g_string_free(message, FALSE));
	if (report_item_anchored(item))
		add_entry(entries, &item->own, "info", item->rule,
			  g_strdup_printf("here: %s", item->message));
}

static void add_gaps(GPtrArray *entries, const struct audit *audit)
{
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *stopped = report_stopped(audit);
	const struct place run = { "pfncheck", 1, 1 };

	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		add_entry(entries, &gap->at, "info", "not-analysed",
			  g_strdup_printf("%s: %s", report_gap_words(gap->kind), gap->reason));
	}
	if (stopped)
		add_entry(entries, &run, "warning", "stopped",
			  g_strdup_printf("stopped early: %s", stopped));
}

static int compare_entries(gconstpointer first, gconstpointer second)
{
	const struct entry *a = *(const struct entry *const *)first;
	const struct entry *b = *(const struct entry *const *)second;

	return place_compare(&a->at, &b->at);
}

static void append_entry(GString *out, const struct entry *entry)
{
	g_autofree char *source = g_strdup_printf("pfncheck.%s", entry->rule);

	g_string_append(out, "    <error");
	report_xml_number(out, "line", MAX(entry->at.line, 1));
	report_xml_number(out, "column", MAX(entry->at.column, 1));
	report_xml_attribute(out, "severity", entry->severity);
	report_xml_attribute(out, "message", entry->message);
	report_xml_attribute(out, "source", source);
	g_string_append(out, "/>\n");
}

static void write_checkstyle(const struct audit *audit, const struct report_options *options,
			     GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
	const char *file = NULL;

	for (guint i = 0; i < items->len; i++) {
		if (report_item_shown(items->pdata[i], options))
			add_item(entries, audit, items->pdata[i]);
	}
	add_gaps(entries, audit);
	g_ptr_array_sort(entries, compare_entries);

	g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			     "<checkstyle version=\"8.0\">\n");
	for (guint i = 0; i < entries->len; i++) {
		const struct entry *entry = entries->pdata[i];

		if (g_strcmp0(file, entry->at.file)) {
			g_string_append(out, file ? "  </file>\n  <file" : "  <file");
			report_xml_attribute(out, "name", entry->at.file);
			g_string_append(out, ">\n");
		}
		file = entry->at.file;
		append_entry(out, entry);
	}
	g_string_append(out, file ? "  </file>\n</checkstyle>\n" : "</checkstyle>\n");
}

const struct report_writer report_checkstyle = {
	.name = "checkstyle",
	.help = "XML that most review and CI tools read",
	.write = write_checkstyle,
};

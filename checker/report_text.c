// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_text: the audit for people at a terminal.
 *
 * A table of the exporters, bad ones first; the findings in the shape that
 * compilers use, each with the source line, its conditions and its path; what
 * could not be decided; and what the answer rests on.
 *
 * Whatever comes from the kernel tree is escaped.
 */
#include "report_text.h"

#include <string.h>

#include "escape.h"
#include "report_gap.h"
#include "report_item.h"

#define QUOTE_WIDTH 110 /* columns of a source line that are shown */
#define FAILED_SHOWN 10

static const char *const style_codes[] = {
	[STYLE_PLAIN] = "",	      [STYLE_PLACE] = "\033[1m",
	[STYLE_ERROR] = "\033[1;31m", [STYLE_WARNING] = "\033[1;35m",
	[STYLE_NOTE] = "\033[1;36m",  [STYLE_GOOD] = "\033[32m",
	[STYLE_FAINT] = "\033[2m",
};

static const enum text_style level_styles[] = {
	[LEVEL_NONE] = STYLE_PLAIN,
	[LEVEL_NOTE] = STYLE_NOTE,
	[LEVEL_WARNING] = STYLE_WARNING,
	[LEVEL_ERROR] = STYLE_ERROR,
};

const struct text_verdict text_verdicts[VERDICTS] = {
	{ VERDICT_VIOLATION, STYLE_ERROR }, { VERDICT_CONDITIONAL, STYLE_WARNING },
	{ VERDICT_UNKNOWN, STYLE_WARNING }, { VERDICT_PASS, STYLE_GOOD },
	{ VERDICT_FORWARD, STYLE_PLAIN },   { VERDICT_REJECT, STYLE_PLAIN },
	{ VERDICT_NO_MMAP, STYLE_PLAIN },
};

enum text_style text_verdict_style(enum verdict verdict)
{
	for (guint i = 0; i < VERDICTS; i++)
		if (text_verdicts[i].verdict == verdict)
			return text_verdicts[i].style;
	return STYLE_PLAIN;
}

void text_styled(const struct text *text, enum text_style style, const char *s)
{
	bool colour = text->options->colour == COLOUR_ALWAYS && style != STYLE_PLAIN;

	if (colour)
		g_string_append(text->out, style_codes[style]);
	escape_append(text->out, s);
	if (colour)
		g_string_append(text->out, "\033[0m");
}

void text_print(const struct text *text, const char *format, ...)
{
	va_list args;
	g_autofree char *s = NULL;

	va_start(args, format);
	s = g_strdup_vprintf(format, args);
	va_end(args);
	escape_append(text->out, s);
}

void text_newline(const struct text *text)
{
	g_string_append_c(text->out, '\n');
}

char *text_place(const struct place *at)
{
	const char *file = at->file ? at->file : "(unknown)";

	if (!at->line)
		return g_strdup(file);
	if (!at->column)
		return g_strdup_printf("%s:%u", file, at->line);
	return g_strdup_printf("%s:%u:%u", file, at->line, at->column);
}

char *text_line(const struct place *at)
{
	const struct place line = { at->file, at->line, 0 };

	return text_place(&line);
}

char *text_configs(const struct audit *audit, const GArray *configs)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < configs->len; i++) {
		guint index = g_array_index(configs, guint, i);
		const struct audit_config *config;

		if (configs->len >= audit->configs->len || index >= audit->configs->len)
			continue;
		config = audit->configs->pdata[index];
		g_string_append_printf(s, "%s%s %s", s->len ? ", " : "", config->arch,
				       config->config);
	}
	return g_string_free(s, FALSE);
}

glong text_quote(const struct text *text, const struct place *at)
{
	g_autofree char *line = report_source_line(text->source, at);
	g_autoptr(GString) shown = g_string_new(NULL);
	glong caret = -1;

	if (!line)
		return -1;
	for (const char *s = line; *s;) {
		gunichar c = g_utf8_get_char_validated(s, -1);
		gsize size = c == (gunichar)-1 || c == (gunichar)-2 ? 1 : g_utf8_next_char(s) - s;
		g_autofree char *one = g_strndup(s, size);
		glong width = g_utf8_strlen(shown->str, -1);

		if (width >= QUOTE_WIDTH)
			break;
		if (at->column && s - line <= at->column - 1 && at->column - 1 < s - line + size)
			caret = width;
		if (c == '\t')
			g_string_append_printf(shown, "%*s", (int)(8 - width % 8), "");
		else
			escape_append(shown, one);
		s += size;
	}
	g_string_append_printf(text->out, "%5u | %s\n", at->line, shown->str);
	return caret;
}

/* The source line, and under it a caret, as compilers do.  Nothing if the line is not there. */
static void print_quote(const struct text *text, const struct place *at, enum text_style style)
{
	glong caret = text_quote(text, at);

	if (caret >= 0) {
		g_string_append_printf(text->out, "      | %*s", (int)caret, "");
		text_styled(text, style, "^");
		text_newline(text);
	}
}

/* "file:line:column: level: " */
static void print_place(const struct text *text, const char *indent, const struct place *at,
			enum level level)
{
	g_autofree char *place = text_place(at);
	g_autofree char *prefix = g_strdup_printf("%s:", place);
	g_autofree char *word = g_strdup_printf("%s:", level_name(level));

	g_string_append(text->out, indent);
	text_styled(text, STYLE_PLACE, prefix);
	g_string_append_c(text->out, ' ');
	text_styled(text, level_styles[level], word);
	g_string_append_c(text->out, ' ');
}

/* "when `expr`" or "unless `expr`" */
static void print_condition(const struct text *text, const struct audit_condition *condition)
{
	text_print(text, "%s `%s`", condition->breaks_when ? "when" : "unless", condition->expr);
}

static void print_condition_line(const struct text *text, const char *before,
				 const struct audit_condition *condition)
{
	g_autofree char *at = text_line(&condition->at);

	text_print(text, "    %s", before);
	print_condition(text, condition);
	/* No line of the source says which configuration it is. */
	if (condition->kind != CONDITION_CONFIG)
		text_print(text, " (%s)", at);
	text_newline(text);
}

/* The conditions that a finding is under: its own, or those of the whole route. */
static const GPtrArray *conditions_of(const struct audit_finding *finding,
				      const struct audit_route *route)
{
	return finding->conditions->len ? finding->conditions : route->conditions;
}

/*
 * The configurations, and the conditions nearest to the exporter and to the
 * insertion; all of them, and guards, with -v.
 */
static void print_conditions(const struct text *text, const struct audit_finding *finding,
			     const struct audit_route *route)
{
	const GPtrArray *conditions = conditions_of(finding, route);
	guint count = conditions->len;
	guint first = 0;

	for (guint i = 0; i < count; i++) {
		const struct audit_condition *condition = conditions->pdata[i];

		if (condition->kind == CONDITION_CONFIG)
			first = i + 1;
		else if (i > first && i < count - 1 && !text->options->verbose)
			continue;
		print_condition_line(text, i ? "and " : "", condition);
	}
	for (guint i = 0; text->options->verbose && i < route->guards->len; i++)
		print_condition_line(text, "or ", route->guards->pdata[i]);
}

static void print_path(const struct text *text, const struct audit_finding *finding)
{
	for (guint i = 0; i < finding->path->len; i++) {
		const struct path_step *step = finding->path->pdata[i];

		print_place(text, "    ", &step->at, LEVEL_NOTE);
		if (step->function)
			text_print(text, "%s(): ", step->function);
		text_print(text, "%s", step->note);
		text_newline(text);
	}
}

/* Where the base set what is missing. */
static void print_was(const struct text *text, const struct audit_finding *finding)
{
	for (guint i = 0; i < finding->was->len; i++) {
		const struct path_step *step = finding->was->pdata[i];

		print_place(text, "    ", &step->at, LEVEL_NOTE);
		if (step->function)
			text_print(text, "%s(): ", step->function);
		text_print(text, "%s %s", step->note, REPORT_OF_BASE);
		text_newline(text);
	}
}

/* "    exporter: a > b (file:line), only with x86 allmodconfig" */
static void print_exporter(const struct text *text, const struct audit_route *route,
			   const GArray *only)
{
	g_autofree char *name = report_route_words(route);
	g_autofree char *at = text_line(&route->ops.at);
	g_autofree char *configs = text_configs(text->audit, only);

	text_print(text, "    exporter: %s (%s)%s%s", name, at, *configs ? ", only with " : "",
		   configs);
	text_newline(text);
}

/* "    also: a > b, when `c`": another route that comes to the same place. */
static void print_also(const struct text *text, const struct audit_route *route, bool condition)
{
	g_autofree char *name = report_route_words(route);
	guint count = route->conditions->len;

	text_print(text, "    also: %s", name);
	if (condition && count) {
		text_print(text, ", ");
		print_condition(text, route->conditions->pdata[count - 1]);
	}
	text_newline(text);
}

/* "new: drivers/foo.c:1:2: error: MESSAGE [pfncheck:RULE]" */
static void print_item_line(const struct text *text, const struct report_item *item)
{
	g_autofree char *rule = g_strdup_printf("[pfncheck:%s]", item->rule);
	g_autofree char *change = report_change_words(item->change, item->before);

	text_styled(text, report_change_good(item->change) ? STYLE_GOOD : STYLE_PLAIN, change);
	print_place(text, "", &item->own, item->level);
	text_print(text, "%s ", item->message);
	text_styled(text, level_styles[item->level], rule);
	text_newline(text);
}

void text_suppressed(const struct text *text, const char *reason, const char *by)
{
	if (!reason)
		return;
	text_print(text, "    suppressed: %s (%s)", reason, by);
	text_newline(text);
}

/* The commit that did it, and who lets it pass. */
static void print_origin(const struct text *text, const struct report_item *item)
{
	if (item->commit) {
		g_autofree char *words = report_commit_words(text->audit, item->commit);

		text_print(text, "    commit: %s", words);
		text_newline(text);
	}
	text_suppressed(text, item->suppressed, item->suppressor);
}

static void print_finding(const struct text *text, const struct report_item *item)
{
	const struct audit_finding *finding = item->finding;
	bool conditions = rule_breaks(finding->rule);

	print_item_line(text, item);
	/* What is gone is in the base only. */
	if (item->change != CHANGE_FIXED)
		print_quote(text, &item->own, level_styles[item->level]);
	/* Else the configurations are among the conditions. */
	print_exporter(text, item->route,
		       conditions || !finding->configs->len ? item->route->configs :
							      finding->configs);
	print_origin(text, item);
	if (conditions)
		print_conditions(text, finding, item->route);
	print_path(text, finding);
	print_was(text, finding);
	for (guint i = 0; i < item->also->len; i++)
		print_also(text, item->also->pdata[i], conditions);
	text_newline(text);
}

static void print_unknown(const struct text *text, const struct report_item *item)
{
	print_item_line(text, item);
	if (item->route->tables->len)
		print_exporter(text, item->route, item->route->configs);
	print_origin(text, item);
	for (guint i = 0; i < item->also->len; i++)
		print_also(text, item->also->pdata[i], false);
	text_newline(text);
}

/* All but verdicts: the table, or the lines of a review, have them. */
static void print_items(const struct text *text, const GPtrArray *items)
{
	enum item_kind last = ITEM_FINDING;

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (item->kind == ITEM_VERDICT || !report_item_shown(item, text->options))
			continue;
		/* Of what is left out there is a line each. */
		if (last == ITEM_LEFT_OUT && item->kind != ITEM_LEFT_OUT)
			text_newline(text);
		last = item->kind;
		if (item->kind == ITEM_FINDING) {
			print_finding(text, item);
		} else if (item->kind == ITEM_UNKNOWN) {
			print_unknown(text, item);
		} else {
			print_item_line(text, item);
			print_origin(text, item);
		}
	}
	if (last == ITEM_LEFT_OUT)
		text_newline(text);
}

/* "worse: was pass: a > b (file:line): violation", a line for each route whose verdict changed. */
static void print_changed_routes(const struct text *text)
{
	const GPtrArray *routes = text->audit->routes;
	bool any = false;

	for (guint i = 0; i < routes->len; i++) {
		const struct audit_route *route = routes->pdata[i];
		g_autofree char *name = report_route_words(route);
		g_autofree char *at = text_line(&route->ops.at);
		bool compared = route->change == CHANGE_WORSE || route->change == CHANGE_BETTER;
		g_autofree char *change =
			report_change_words(route->change, compared ? route->before : VERDICTS);
		bool gone = route->change == CHANGE_FIXED;

		if (route->change == CHANGE_NONE || (route->suppressed && !text->options->verbose))
			continue;
		any = true;
		text_styled(text, report_change_good(route->change) ? STYLE_GOOD : STYLE_PLAIN,
			    change);
		text_print(text, "%s (%s): %s", name, at, gone ? "is gone, its verdict was " : "");
		text_styled(text, gone ? STYLE_PLAIN : text_verdict_style(route->verdict),
			    verdict_name(route->verdict));
		if (route->commit) {
			g_autofree char *words = report_commit_words(text->audit, route->commit);

			text_print(text, "; %s", words);
		}
		text_newline(text);
		text_suppressed(text, route->suppressed, route->suppressor);
	}
	if (any)
		text_newline(text);
}

/* "5 violation, 11 conditional, ...", those that there are. */
static void print_verdicts(const struct text *text)
{
	const struct audit_coverage *coverage = &text->audit->coverage;
	const char *separator = ": ";

	for (guint i = 0; i < VERDICTS; i++) {
		enum verdict verdict = text_verdicts[i].verdict;
		g_autofree char *s = g_strdup_printf("%u %s", coverage->verdicts[verdict],
						     verdict_name(verdict));

		if (!coverage->verdicts[verdict])
			continue;
		g_string_append(text->out, separator);
		text_styled(text, text_verdicts[i].style, s);
		separator = ", ";
	}
}

/* What the vocabulary does not do justice to in this kernel. */
static void print_vocabulary(const struct text *text)
{
	const struct audit_vocabulary *vocabulary = &text->audit->vocabulary;

	for (guint i = 0; i < vocabulary->contradictions->len; i++) {
		const struct audit_helper *helper = vocabulary->contradictions->pdata[i];

		text_styled(text, STYLE_WARNING, "warning");
		text_print(text, ": %s (%s:%u) %s, against what pfncheck knows of it%s",
			   helper->name, helper->at.file, helper->at.line, helper->text,
			   helper->used ? "; routes that come by it are not decided" :
					  "; no route comes by it");
		text_newline(text);
	}
	for (guint i = 0; i < vocabulary->unknown->len; i++) {
		const struct audit_helper *helper = vocabulary->unknown->pdata[i];

		text_print(text,
			   "note: this kernel has a helper that pfncheck does not know: %s (%s:%u) "
			   "%s%s",
			   helper->name, helper->at.file, helper->at.line, helper->text,
			   helper->used ? "; routes that come by it are judged by its body" : "");
		text_newline(text);
	}
	for (guint i = 0; i < vocabulary->undecided->len; i++) {
		const struct audit_helper *helper = vocabulary->undecided->pdata[i];

		text_print(text,
			   "note: %s (%s:%u) was not compared with what pfncheck knows of it: %s",
			   helper->name, helper->at.file, helper->at.line, helper->text);
		text_newline(text);
	}
}

/* "only RULE: file:line: name: one view; what: the other one" */
static void print_differences(const struct text *text, const GPtrArray *differences,
			      bool coccinelle)
{
	for (guint i = 0; i < differences->len; i++) {
		const struct audit_difference *d = differences->pdata[i];
		g_autofree char *at = text_line(&d->at);

		if (d->reported)
			continue;
		text_print(text, "only %s: %s: %s, %s: %s; %s: %s",
			   coccinelle ? "Coccinelle" : "clang", at, d->rule, d->name,
			   coccinelle ? d->coccinelle : d->clang,
			   coccinelle ? "clang" : "Coccinelle",
			   coccinelle ? d->clang : d->coccinelle);
		text_newline(text);
	}
}

/* What the semantic patches add, and where they failed; with -v also what they do not see. */
static void print_coccinelle(const struct text *text)
{
	const struct audit_coccinelle *coccinelle = &text->audit->coverage.coccinelle;
	guint failed = coccinelle->failed->len;
	guint shown = text->options->verbose ? failed : MIN(failed, FAILED_SHOWN);

	if (!coccinelle->asked)
		return;
	if (coccinelle->reason) {
		text_print(text, "note: without Coccinelle: %s", coccinelle->reason);
		text_newline(text);
		return;
	}
	for (guint i = 0; i < shown; i++) {
		const struct audit_failure *failure = coccinelle->failed->pdata[i];

		text_print(text, "note: without Coccinelle: %s: %s", failure->file,
			   failure->reason);
		text_newline(text);
	}
	if (shown < failed) {
		text_print(text, "note: without Coccinelle: %u more (-v shows them)",
			   failed - shown);
		text_newline(text);
	}
	print_differences(text, coccinelle->only_coccinelle, true);
	if (!text->options->verbose)
		return;
	print_differences(text, coccinelle->only_clang, false);
	text_print(text, "Coccinelle %s looked at %u files", coccinelle->version,
		   coccinelle->files);
	text_newline(text);
}

/* Release, configurations and versions. */
static void print_subject(const struct text *text)
{
	const struct audit *audit = text->audit;

	text_print(text, "Linux %s", audit->release ? audit->release : "of unknown release");
	for (guint i = 0; i < audit->configs->len; i++) {
		const struct audit_config *config = audit->configs->pdata[i];

		text_print(text, ", %s %s", config->arch, config->config);
	}
	text_print(text, "; pfncheck %s, libclang %s", PFNCHECK_VERSION,
		   audit->libclang ? audit->libclang : "unknown");
	text_newline(text);
}

/* What the answer does not cover. */
static void print_failures(const struct text *text)
{
	const struct audit_coverage *coverage = &text->audit->coverage;
	guint failed = coverage->files_failed->len;
	bool all = text->options->verbose || failed <= FAILED_SHOWN;

	for (guint i = 0; i < failed && (all || i < FAILED_SHOWN); i++) {
		const struct audit_failure *failure = coverage->files_failed->pdata[i];

		text_print(text, "not analysed: %s: %s", failure->file, failure->reason);
		text_newline(text);
	}
	if (!all) {
		text_print(text, "not analysed: %u more (-v shows them)", failed - FAILED_SHOWN);
		text_newline(text);
	}
}

static void print_stopped(const struct text *text)
{
	g_autoptr(GPtrArray) gaps = report_gaps(text->audit);
	guint shown = text->options->verbose ? G_MAXUINT : FAILED_SHOWN, count = 0;
	g_autofree char *stopped = report_stopped(text->audit);

	if (!stopped)
		return;
	for (guint i = 0; i < gaps->len; i++) {
		const struct report_gap *gap = gaps->pdata[i];

		if (gap->kind != GAP_NOT_REACHED || count++ >= shown)
			continue;
		text_print(text, "%s: %s", report_gap_words(gap->kind), gap->at.file);
		text_newline(text);
	}
	if (count > shown) {
		text_print(text, "not reached: %u more (-v shows them)", count - shown);
		text_newline(text);
	}
	text_styled(text, STYLE_WARNING, "stopped early");
	text_print(text, ": %s%s", stopped,
		   text->audit->stopped_in ? "" : "; this is what was known so far");
	text_newline(text);
}

static void print_notes(const struct text *text)
{
	const GPtrArray *notes = text->audit->coverage.notes;

	for (guint i = 0; i < notes->len; i++) {
		text_print(text, "note: %s", (const char *)notes->pdata[i]);
		text_newline(text);
	}
}

static void print_coverage(const struct text *text)
{
	const struct audit_coverage *coverage = &text->audit->coverage;

	text_print(text, "%u route%s of %u exporter%s", coverage->routes,
		   coverage->routes == 1 ? "" : "s", coverage->exporters,
		   coverage->exporters == 1 ? "" : "s");
	print_verdicts(text);
	text_print(text, "; %u files scanned, %u parsed, %u failed", coverage->files_scanned,
		   coverage->files_parsed, coverage->files_failed->len);
	text_newline(text);
	print_subject(text);
	print_failures(text);
	print_notes(text);
	print_coccinelle(text);
	print_vocabulary(text);
	print_stopped(text);
}

/* "; 2 suppressed (-v shows them)" */
static void print_suppressed(const struct text *text, const GPtrArray *items)
{
	guint count = report_suppressed_count(items);

	if (!count)
		return;
	text_print(text, "; %u suppressed%s", count,
		   text->options->verbose ? "" : " (-v shows them)");
}

/* How many findings of each level are shown, or that there are none; what a comparison left out. */
static void print_summary(const struct text *text, const GPtrArray *items)
{
	const struct audit_baseline *baseline = &text->audit->baseline;
	guint counts[G_N_ELEMENTS(level_styles)] = { 0 };
	guint findings = 0, unknown = 0;
	const char *separator = "";

	for (guint i = 0; i < items->len; i++) {
		const struct report_item *item = items->pdata[i];

		if (item->kind == ITEM_UNKNOWN && !item->suppressed)
			unknown += 1 + item->also->len;
		if (!item->finding || item->suppressed)
			continue;
		counts[item->level]++;
		findings++;
	}
	for (guint level = LEVEL_ERROR; level > LEVEL_NONE; level--) {
		g_autofree char *s = g_strdup_printf("%u %s%s", counts[level], level_name(level),
						     counts[level] == 1 ? "" : "s");

		if (!counts[level])
			continue;
		text_print(text, "%s", separator);
		text_styled(text, level_styles[level], s);
		separator = ", ";
	}
	if (!findings && text->audit->stopped_in)
		text_print(text, "%s", report_nothing(text->audit, items));
	else if (!findings)
		text_print(text, "%s found%s",
			   baseline->file			     ? "nothing new" :
			   unknown || report_suppressed_count(items) ? "nothing else" :
			   text->audit->coverage.exporters	     ? "nothing" :
								       "no dma-buf exporter",
			   text->audit->stopped ? " so far" : "");
	if (unknown)
		text_print(text, ", %u route%s not decided", unknown, unknown == 1 ? "" : "s");
	if (baseline->file)
		text_print(text, "; left out as known from %s: %u finding%s, %u route%s",
			   baseline->file, baseline->findings, baseline->findings == 1 ? "" : "s",
			   baseline->routes, baseline->routes == 1 ? "" : "s");
	print_suppressed(text, items);
	text_newline(text);
}

/* Nothing but one line if nothing changed, and what the answer does not cover. */
static void write_review(const struct text *text, const GPtrArray *items)
{
	g_autofree char *range = report_review_range(text->audit);
	g_autofree char *counts = report_change_counts(text->audit, items);

	print_changed_routes(text);
	print_items(text, items);
	text_print(text, "pfncheck: %s: %s", range,
		   *counts ? counts : report_nothing(text->audit, items));
	print_suppressed(text, items);
	text_newline(text);
	if (*counts)
		print_subject(text);
	print_failures(text);
	print_notes(text);
	print_stopped(text);
}

static void write_audit(const struct text *text, const GPtrArray *items)
{
	if (text->audit->routes->len)
		text_table(text);
	print_items(text, items);
	print_summary(text, items);
	print_coverage(text);
}

static void write_text(const struct audit *audit, const struct report_options *options,
		       GString *out)
{
	struct report_source *source = report_source_new(options->root);
	g_autoptr(GPtrArray) items = report_items(audit, options);
	const struct text text = { audit, options, out, source };

	if (audit->review.base)
		write_review(&text, items);
	else
		write_audit(&text, items);
	report_source_free(source);
}

const struct report_writer report_text = {
	.name = "text",
	.help = "for people",
	.write = write_text,
};

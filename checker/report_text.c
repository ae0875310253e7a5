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
#include <sys/stat.h>

#include "escape.h"

#define QUOTE_WIDTH 110		  /* columns of a source line that are shown */
#define QUOTE_FILE_MAX (16 << 20) /* larger files are not quoted from */
#define FAILED_SHOWN 10

/* The same finding on all routes that have it. */
struct problem {
	const struct audit_finding *finding;
	const struct audit_route *route; /* the one that is shown in full */
	GPtrArray *also;		 /* const struct audit_route * */
};

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

char *text_route(const struct audit_route *route)
{
	GString *s = g_string_new(route->ops.name);

	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		g_string_append_printf(s, " > %s", table->name);
	}
	return g_string_free(s, FALSE);
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

/* The content of a source file of the tree, or NULL; the table owns it. */
static const char *source(const struct text *text, const char *file)
{
	g_autofree char *path = NULL;
	g_autofree char *content = NULL;
	gsize size;
	struct stat st;

	if (!text->options->root || !file || g_path_is_absolute(file))
		return NULL;
	if (g_hash_table_contains(text->sources, file))
		return g_hash_table_lookup(text->sources, file);
	path = g_build_filename(text->options->root, file, NULL);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= QUOTE_FILE_MAX &&
	    g_file_get_contents(path, &content, &size, NULL) && memchr(content, 0, size))
		g_clear_pointer(&content, g_free);
	g_hash_table_insert(text->sources, (void *)file, g_steal_pointer(&content));
	return g_hash_table_lookup(text->sources, file);
}

/* The line that at names as a new string without its end, or NULL. */
static char *source_line(const struct text *text, const struct place *at)
{
	const char *start = at->line ? source(text, at->file) : NULL;

	for (guint line = 1; start && line < at->line; line++) {
		start = strchr(start, '\n');
		if (start)
			start++;
	}
	return start && *start ? g_strndup(start, strcspn(start, "\r\n")) : NULL;
}

glong text_quote(const struct text *text, const struct place *at)
{
	g_autofree char *line = source_line(text, at);
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

void text_suppressed(const struct text *text, const char *reason, const char *by)
{
	if (!reason)
		return;
	text_print(text, "    suppressed: %s (%s)", reason, by);
	text_newline(text);
}

static void problem_free(void *data)
{
	struct problem *problem = data;

	g_ptr_array_unref(problem->also);
	g_free(problem);
}

/* Errors first, then by place and rule. */
static int compare_problems(gconstpointer first, gconstpointer second)
{
	const struct problem *a = *(const struct problem *const *)first;
	const struct problem *b = *(const struct problem *const *)second;
	int order =
		(a->finding->level < b->finding->level) - (a->finding->level > b->finding->level);

	if (!order)
		order = place_compare(&a->finding->at, &b->finding->at);
	return order ? order : g_strcmp0(a->finding->rule, b->finding->rule);
}

/*
 * All findings (struct problem), those of one place and rule as one: those that
 * count, or those that are suppressed.
 */
static GPtrArray *collect_problems(const struct audit *audit, bool suppressed)
{
	GPtrArray *problems = g_ptr_array_new_with_free_func(problem_free);
	/* "place rule" -> struct problem */
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		for (guint j = 0; j < route->findings->len; j++) {
			const struct audit_finding *finding = route->findings->pdata[j];
			g_autofree char *at = text_place(&finding->at);
			g_autofree char *key = g_strdup_printf("%s %s", at, finding->rule);
			struct problem *problem = g_hash_table_lookup(known, key);

			if (suppressed != (finding->suppressed != NULL))
				continue;
			if (!problem) {
				problem = g_new0(struct problem, 1);
				problem->finding = finding;
				problem->route = route;
				problem->also = g_ptr_array_new();
				g_ptr_array_add(problems, problem);
				g_hash_table_insert(known, g_steal_pointer(&key), problem);
			} else if (finding->level > problem->finding->level) {
				g_ptr_array_insert(problem->also, 0, (void *)problem->route);
				problem->finding = finding;
				problem->route = route;
			} else if (route != problem->route &&
				   !g_ptr_array_find(problem->also, route, NULL)) {
				g_ptr_array_add(problem->also, (void *)route);
			}
		}
	}
	g_ptr_array_sort(problems, compare_problems);
	return problems;
}

/* "    exporter: a > b (file:line), only with x86 allmodconfig" */
static void print_exporter(const struct text *text, const struct audit_route *route,
			   const GArray *only)
{
	g_autofree char *name = text_route(route);
	g_autofree char *at = text_line(&route->ops.at);
	g_autofree char *configs = text_configs(text->audit, only);

	text_print(text, "    exporter: %s (%s)%s%s", name, at, *configs ? ", only with " : "",
		   configs);
	text_newline(text);
}

/* "    also: a > b, when `c`": another route that comes to the same place. */
static void print_also(const struct text *text, const struct audit_route *route, bool condition)
{
	g_autofree char *name = text_route(route);
	guint count = route->conditions->len;

	text_print(text, "    also: %s", name);
	if (condition && count) {
		text_print(text, ", ");
		print_condition(text, route->conditions->pdata[count - 1]);
	}
	text_newline(text);
}

static void print_problem(const struct text *text, const struct problem *problem)
{
	const struct audit_finding *finding = problem->finding;
	g_autofree char *rule = g_strdup_printf("[pfncheck:%s]", finding->rule);
	bool conditions = rule_breaks(finding->rule);

	print_place(text, "", &finding->at, finding->level);
	text_print(text, "%s ", finding->message);
	text_styled(text, level_styles[finding->level], rule);
	text_newline(text);
	print_quote(text, &finding->at, level_styles[finding->level]);
	/* Else the configurations are among the conditions. */
	print_exporter(text, problem->route,
		       conditions || !finding->configs->len ? problem->route->configs :
							      finding->configs);
	text_suppressed(text, finding->suppressed, finding->suppressor);
	if (conditions)
		print_conditions(text, finding, problem->route);
	print_path(text, finding);
	for (guint i = 0; i < problem->also->len; i++)
		print_also(text, problem->also->pdata[i], conditions);
	text_newline(text);
}

static bool same_unknown(const struct audit_route *a, const struct audit_route *b)
{
	return place_compare(&a->ops.at, &b->ops.at) == 0 &&
	       g_strcmp0(a->ops.name, b->ops.name) == 0 && g_strcmp0(a->reason, b->reason) == 0 &&
	       g_strcmp0(a->suppressor, b->suppressor) == 0;
}

/*
 * Routes without a verdict, those that count or those that are suppressed, with
 * those of one exporter for one reason together; how many there are.
 */
static guint print_unknown(const struct text *text, bool suppressed)
{
	g_autoptr(GPtrArray) left = g_ptr_array_new();
	guint count;

	for (guint i = 0; i < text->audit->routes->len; i++) {
		struct audit_route *route = text->audit->routes->pdata[i];

		if (route->verdict == VERDICT_UNKNOWN && !route->known &&
		    suppressed == (route->suppressed != NULL))
			g_ptr_array_add(left, route);
	}
	count = left->len;
	while (left->len) {
		const struct audit_route *first = left->pdata[0];
		bool shown = false;

		print_place(text, "", &first->ops.at, first->level);
		text_print(text, "%s: not decided: %s ", first->ops.name,
			   first->reason ? first->reason : "no reason given");
		text_styled(text, level_styles[first->level], "[pfncheck:unknown]");
		text_newline(text);
		for (guint i = 0; i < left->len;) {
			const struct audit_route *route = left->pdata[i];

			if (!same_unknown(first, route)) {
				i++;
				continue;
			}
			if (shown)
				print_also(text, route, false);
			else if (route->tables->len)
				print_exporter(text, route, route->configs);
			if (!shown)
				text_suppressed(text, route->suppressed, route->suppressor);
			shown = true;
			g_ptr_array_remove_index(left, i);
		}
		text_newline(text);
	}
	return count;
}

/* What no configuration compiles, a line each. */
static void print_left_out(const struct text *text)
{
	const GPtrArray *left_out = text->audit->left_out;
	guint shown = 0;

	for (guint i = 0; i < left_out->len; i++) {
		const struct audit_finding *finding = left_out->pdata[i];
		g_autofree char *rule = g_strdup_printf("[pfncheck:%s]", finding->rule);

		if (finding->suppressed && !text->options->verbose)
			continue;
		shown++;
		print_place(text, "", &finding->at, finding->level);
		text_print(text, "%s ", finding->message);
		text_styled(text, level_styles[finding->level], rule);
		text_newline(text);
		text_suppressed(text, finding->suppressed, finding->suppressor);
	}
	if (shown)
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

static void print_coverage(const struct text *text)
{
	const struct audit *audit = text->audit;
	const struct audit_coverage *coverage = &audit->coverage;
	guint failed = coverage->files_failed->len;
	bool all = text->options->verbose || failed <= FAILED_SHOWN;

	text_print(text, "%u route%s of %u exporter%s", coverage->routes,
		   coverage->routes == 1 ? "" : "s", coverage->exporters,
		   coverage->exporters == 1 ? "" : "s");
	print_verdicts(text);
	text_print(text, "; %u files scanned, %u parsed, %u failed", coverage->files_scanned,
		   coverage->files_parsed, failed);
	text_newline(text);
	text_print(text, "Linux %s", audit->release ? audit->release : "of unknown release");
	for (guint i = 0; i < audit->configs->len; i++) {
		const struct audit_config *config = audit->configs->pdata[i];

		text_print(text, ", %s %s", config->arch, config->config);
	}
	text_print(text, "; pfncheck %s, libclang %s", PFNCHECK_VERSION,
		   audit->libclang ? audit->libclang : "unknown");
	text_newline(text);
	for (guint i = 0; i < failed && (all || i < FAILED_SHOWN); i++) {
		const struct audit_failure *failure = coverage->files_failed->pdata[i];

		text_print(text, "not analysed: %s: %s", failure->file, failure->reason);
		text_newline(text);
	}
	if (!all) {
		text_print(text, "not analysed: %u more (-v shows them)", failed - FAILED_SHOWN);
		text_newline(text);
	}
	for (guint i = 0; i < coverage->notes->len; i++) {
		text_print(text, "note: %s", (const char *)coverage->notes->pdata[i]);
		text_newline(text);
	}
	print_coccinelle(text);
	print_vocabulary(text);
	if (audit->stopped) {
		text_styled(text, STYLE_WARNING, "stopped early");
		text_print(text, ": %s; this is what was known so far", audit->stopped);
		text_newline(text);
	}
}

/* How many findings of each level are shown, or that there are none; what a comparison left out. */
static void print_summary(const struct text *text, const GPtrArray *problems, guint unknown,
			  guint suppressed)
{
	const struct audit_baseline *baseline = &text->audit->baseline;
	const GPtrArray *left_out = text->audit->left_out;
	guint counts[G_N_ELEMENTS(level_styles)] = { 0 };
	guint found = problems->len;
	const char *separator = "";

	for (guint i = 0; i < problems->len; i++) {
		const struct problem *problem = problems->pdata[i];

		counts[problem->finding->level]++;
	}
	for (guint i = 0; i < left_out->len; i++) {
		const struct audit_finding *finding = left_out->pdata[i];

		if (finding->suppressed) {
			suppressed++;
			continue;
		}
		counts[finding->level]++;
		found++;
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
	if (!found)
		text_print(text, "%s found",
			   baseline->file		   ? "nothing new" :
			   unknown || suppressed	   ? "nothing else" :
			   text->audit->coverage.exporters ? "nothing" :
							     "no dma-buf exporter");
	if (unknown)
		text_print(text, ", %u route%s not decided", unknown, unknown == 1 ? "" : "s");
	if (baseline->file)
		text_print(text, "; left out as known from %s: %u finding%s, %u route%s",
			   baseline->file, baseline->findings, baseline->findings == 1 ? "" : "s",
			   baseline->routes, baseline->routes == 1 ? "" : "s");
	if (suppressed)
		text_print(text, "; %u suppressed%s", suppressed,
			   text->options->verbose ? "" : " (-v shows them)");
	text_newline(text);
}

/* Routes that nobody decided, but that do not count. */
static guint count_unknown(const struct audit *audit)
{
	guint count = 0;

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		count += route->verdict == VERDICT_UNKNOWN && !route->known && route->suppressed;
	}
	return count;
}

static void write_text(const struct audit *audit, const struct report_options *options,
		       GString *out)
{
	g_autoptr(GHashTable) sources =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GPtrArray) problems = collect_problems(audit, false);
	g_autoptr(GPtrArray) suppressed = collect_problems(audit, true);
	struct text text = { audit, options, out, sources };
	guint unknown;

	if (audit->routes->len)
		text_table(&text);
	for (guint i = 0; i < problems->len; i++)
		print_problem(&text, problems->pdata[i]);
	unknown = print_unknown(&text, false);
	if (options->verbose) {
		for (guint i = 0; i < suppressed->len; i++)
			print_problem(&text, suppressed->pdata[i]);
		print_unknown(&text, true);
	}
	print_left_out(&text);
	print_summary(&text, problems, unknown, suppressed->len + count_unknown(audit));
	print_coverage(&text);
}

const struct report_writer report_text = {
	.name = "text",
	.help = "for people",
	.write = write_text,
};

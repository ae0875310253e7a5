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
#include "report.h"

#include <string.h>
#include <sys/stat.h>

#include "escape.h"

/* The table is at most this wide, unless an identifier alone is wider than its column. */
#define EXPORTER_WIDTH 38
#define IMPLEMENTATION_WIDTH 29
#define INSERTS_WIDTH 27
#define COLUMNS 5

#define QUOTE_WIDTH 110		  /* columns of a source line that are shown */
#define QUOTE_FILE_MAX (16 << 20) /* larger files are not quoted from */
#define FAILED_SHOWN 10

/* One writing of one report. */
struct text {
	const struct audit *audit;
	const struct report_options *options;
	GString *out;
	/* file -> its content (char *), or NULL if it cannot be quoted from */
	GHashTable *sources;
};

/* Routes of one exporter that look the same but for their tables. */
struct row {
	const struct audit_route *route; /* the first one */
	GPtrArray *tables;		 /* char *: " > a > b" of each route that has tables */
	char *inserts;
};

/* The same finding on all routes that have it. */
struct problem {
	const struct audit_finding *finding;
	const struct audit_route *route; /* the one that is shown in full */
	GPtrArray *also;		 /* const struct audit_route * */
};

enum style {
	STYLE_PLAIN,
	STYLE_PLACE,
	STYLE_ERROR,
	STYLE_WARNING,
	STYLE_NOTE,
	STYLE_GOOD,
	STYLE_FAINT,
};

static const char *const style_codes[] = {
	[STYLE_PLAIN] = "",	      [STYLE_PLACE] = "\033[1m",
	[STYLE_ERROR] = "\033[1;31m", [STYLE_WARNING] = "\033[1;35m",
	[STYLE_NOTE] = "\033[1;36m",  [STYLE_GOOD] = "\033[32m",
	[STYLE_FAINT] = "\033[2m",
};

static const enum style level_styles[] = {
	[LEVEL_NONE] = STYLE_PLAIN,
	[LEVEL_NOTE] = STYLE_NOTE,
	[LEVEL_WARNING] = STYLE_WARNING,
	[LEVEL_ERROR] = STYLE_ERROR,
};

/* In the order of the table. */
static const struct {
	enum verdict verdict;
	enum style style;
} verdict_order[] = {
	{ VERDICT_VIOLATION, STYLE_ERROR }, { VERDICT_CONDITIONAL, STYLE_WARNING },
	{ VERDICT_UNKNOWN, STYLE_WARNING }, { VERDICT_PASS, STYLE_GOOD },
	{ VERDICT_FORWARD, STYLE_PLAIN },   { VERDICT_REJECT, STYLE_PLAIN },
	{ VERDICT_NO_MMAP, STYLE_PLAIN },
};
G_STATIC_ASSERT(G_N_ELEMENTS(verdict_order) == VERDICTS);

static const char *const headings[COLUMNS] = {
	"EXPORTER", "IMPLEMENTATION", "INSERTS", "VM_PFNMAP", "VERDICT",
};

/* 0: as wide as its widest cell */
static const guint widths_max[COLUMNS] = {
	EXPORTER_WIDTH, IMPLEMENTATION_WIDTH, INSERTS_WIDTH, 0, 0,
};

/* How each class of insertion is ranked in the table, the one that matters first. */
static const char *const insert_classes[] = { "page", "mixed", "pfn", "forward" };

static void styled(const struct text *text, enum style style, const char *s)
{
	bool colour = text->options->colour == COLOUR_ALWAYS && style != STYLE_PLAIN;

	if (colour)
		g_string_append(text->out, style_codes[style]);
	escape_append(text->out, s);
	if (colour)
		g_string_append(text->out, "\033[0m");
}

static void G_GNUC_PRINTF(2, 3) print(const struct text *text, const char *format, ...)
{
	va_list args;
	g_autofree char *s = NULL;

	va_start(args, format);
	s = g_strdup_vprintf(format, args);
	va_end(args);
	escape_append(text->out, s);
}

static void newline(const struct text *text)
{
	g_string_append_c(text->out, '\n');
}

/* "file:line:column", as much of it as is known, in a new string. */
static char *place_string(const struct place *at)
{
	const char *file = at->file ? at->file : "(unknown)";

	if (!at->line)
		return g_strdup(file);
	if (!at->column)
		return g_strdup_printf("%s:%u", file, at->line);
	return g_strdup_printf("%s:%u:%u", file, at->line, at->column);
}

/* " > a > b", empty for a route without tables, in a new string. */
static char *tables_string(const struct audit_route *route)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		g_string_append_printf(s, " > %s", table->name);
	}
	return g_string_free(s, FALSE);
}

static char *route_string(const struct audit_route *route)
{
	g_autofree char *tables = tables_string(route);

	return g_strconcat(route->ops.name, tables, NULL);
}

static bool has_string(const GPtrArray *list, const char *s)
{
	for (guint i = 0; i < list->len; i++) {
		if (strcmp(list->pdata[i], s) == 0)
			return true;
	}
	return false;
}

/* What the table says of the flag. */
static const char *pfnmap_string(const struct audit_route *route)
{
	bool set = has_string(route->flags_set, "VM_PFNMAP");
	bool clear = has_string(route->flags_clear, "VM_PFNMAP");

	if (set)
		return clear ? "sometimes" : "yes";
	if (clear)
		return "cleared";
	if (route->verdict == VERDICT_UNKNOWN)
		return "?";
	return route->inserts->len && route->verdict != VERDICT_FORWARD ? "no" : "-";
}

static guint class_rank(const char *class)
{
	guint i = 0;

	while (i < G_N_ELEMENTS(insert_classes) && g_strcmp0(class, insert_classes[i]))
		i++;
	return i;
}

static int compare_inserts(gconstpointer first, gconstpointer second)
{
	const struct audit_insert *a = *(const struct audit_insert *const *)first;
	const struct audit_insert *b = *(const struct audit_insert *const *)second;
	guint a_rank = class_rank(a->class);
	guint b_rank = class_rank(b->class);
	bool a_mmap = g_strcmp0(a->from, "mmap") == 0;
	bool b_mmap = g_strcmp0(b->from, "mmap") == 0;
	int order = (a_rank > b_rank) - (a_rank < b_rank);

	if (!order)
		order = b_mmap - a_mmap;
	if (!order)
		order = g_strcmp0(a->from, b->from);
	return order ? order : g_strcmp0(a->helper, b->helper);
}

/* "vm_map_pages, fault: vmf_insert_pfn", or "-", in a new string. */
static char *inserts_string(const struct audit_route *route)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GString *s = g_string_new(NULL);
	const struct audit_insert *last = NULL;

	for (guint i = 0; i < route->inserts->len; i++)
		g_ptr_array_add(sorted, route->inserts->pdata[i]);
	g_ptr_array_sort(sorted, compare_inserts);
	for (guint i = 0; i < sorted->len; i++) {
		const struct audit_insert *insert = sorted->pdata[i];

		if (last && compare_inserts(&last, &insert) == 0)
			continue;
		g_string_append(s, last ? ", " : "");
		if (g_strcmp0(insert->from, "mmap"))
			g_string_append_printf(s, "%s: ", insert->from);
		g_string_append(s, insert->helper);
		last = insert;
	}
	if (!last)
		g_string_append(s, route->verdict == VERDICT_UNKNOWN ? "?" : "-");
	return g_string_free(s, FALSE);
}

/* "x86 allmodconfig, ..." of the route if others have more, else "", in a new string. */
static char *configs_string(const struct audit *audit, const struct audit_route *route)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < route->configs->len; i++) {
		guint index = g_array_index(route->configs, guint, i);
		const struct audit_config *config;

		if (route->configs->len >= audit->configs->len || index >= audit->configs->len)
			continue;
		config = audit->configs->pdata[index];
		g_string_append_printf(s, "%s%s %s", s->len ? ", " : "", config->arch,
				       config->config);
	}
	return g_string_free(s, FALSE);
}

static void row_free(void *data)
{
	struct row *row = data;

	g_ptr_array_unref(row->tables);
	g_free(row->inserts);
	g_free(row);
}

/* All but the tables, as a key in a new string. */
static char *row_key(const struct audit *audit, const struct audit_route *route,
		     const char *inserts)
{
	g_autofree char *configs = configs_string(audit, route);
	GString *key = g_string_new(NULL);

	g_string_printf(key, "%d\n%s:%u:%s\n%s:%s\n%s\n%s\n%s", route->verdict, route->ops.at.file,
			route->ops.at.line, route->ops.name, route->implementation.at.file,
			route->implementation.name, inserts, pfnmap_string(route), configs);
	for (guint i = 0; i < route->notes->len; i++)
		g_string_append_printf(key, "\n%s", (const char *)route->notes->pdata[i]);
	return g_string_free(key, FALSE);
}

/* The rows of one verdict, in the order of the routes. */
static GPtrArray *rows_of(const struct text *text, enum verdict verdict)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
	/* row_key() -> struct row */
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < text->audit->routes->len; i++) {
		const struct audit_route *route = text->audit->routes->pdata[i];
		g_autofree char *inserts = inserts_string(route);
		g_autofree char *tables = tables_string(route);
		g_autofree char *key = row_key(text->audit, route, inserts);
		struct row *row = g_hash_table_lookup(known, key);

		if (route->verdict != verdict)
			continue;
		if (!row) {
			row = g_new0(struct row, 1);
			row->route = route;
			row->tables = g_ptr_array_new_with_free_func(g_free);
			row->inserts = g_steal_pointer(&inserts);
			g_ptr_array_add(rows, row);
			g_hash_table_insert(known, g_steal_pointer(&key), row);
		}
		if (*tables)
			g_ptr_array_add(row->tables, g_steal_pointer(&tables));
	}
	return rows;
}

/* Appends the lines (char *) of s, broken at blanks, the second and later ones indented. */
static void wrap(GPtrArray *lines, const char *s, guint width, const char *first, const char *later)
{
	g_auto(GStrv) words = g_strsplit(s, " ", -1);
	GString *line = g_string_new(first);
	bool empty = true;

	for (char **word = words; *word; word++) {
		g_autofree char *shown = escape_string(*word);

		if (!empty && g_utf8_strlen(line->str, -1) + 1 + g_utf8_strlen(shown, -1) > width) {
			g_ptr_array_add(lines, g_string_free(line, FALSE));
			line = g_string_new(later);
			empty = true;
		}
		g_string_append_printf(line, "%s%s", empty ? "" : " ", shown);
		empty = false;
	}
	g_ptr_array_add(lines, g_string_free(line, FALSE));
}

/* The cells of a row: each a list of escaped lines (char *). */
static void make_cells(const struct text *text, const struct row *row, GPtrArray **cells)
{
	const struct audit_route *route = row->route;
	const char *implementation = route->implementation.name;
	g_autofree char *configs = configs_string(text->audit, route);
	g_autofree char *single = NULL;

	for (guint i = 0; i < COLUMNS; i++)
		cells[i] = g_ptr_array_new_with_free_func(g_free);

	single = g_strconcat(route->ops.name, row->tables->len == 1 ? row->tables->pdata[0] : "",
			     NULL);
	if (g_utf8_strlen(single, -1) <= EXPORTER_WIDTH && row->tables->len <= 1) {
		wrap(cells[0], single, EXPORTER_WIDTH, "", "  ");
	} else {
		wrap(cells[0], route->ops.name, EXPORTER_WIDTH, "", "  ");
		for (guint i = 0; i < row->tables->len; i++)
			wrap(cells[0], (const char *)row->tables->pdata[i] + 1, EXPORTER_WIDTH,
			     "  ", "    ");
	}
	for (guint i = 0; i < route->notes->len; i++) {
		g_autofree char *note =
			g_strdup_printf("(%s)", (const char *)route->notes->pdata[i]);

		wrap(cells[0], note, EXPORTER_WIDTH, "  ", "  ");
	}
	if (*configs) {
		g_autofree char *only = g_strdup_printf("(%s)", configs);

		wrap(cells[0], only, EXPORTER_WIDTH, "  ", "  ");
	}
	wrap(cells[1], implementation ? implementation : "-", IMPLEMENTATION_WIDTH, "", "  ");
	wrap(cells[2], row->inserts, INSERTS_WIDTH, "", "  ");
	wrap(cells[3], pfnmap_string(route), 0, "", "");
	wrap(cells[4], verdict_name(route->verdict), 0, "", "");
}

static void print_heading(const struct text *text, const guint *widths)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = 0; i < COLUMNS; i++) {
		bool last = i == COLUMNS - 1;

		g_string_append_printf(line, "%-*s%s", last ? 0 : (int)widths[i], headings[i],
				       last ? "" : "  ");
	}
	styled(text, STYLE_PLACE, line->str);
	newline(text);
}

static void print_cells(const struct text *text, GPtrArray **cells, const guint *widths,
			enum style style)
{
	guint height = 0;

	for (guint i = 0; i < COLUMNS; i++)
		height = MAX(height, cells[i]->len);
	for (guint line = 0; line < height; line++) {
		guint gap = 0; /* blanks owed before the next cell */

		for (guint i = 0; i < COLUMNS; i++) {
			const char *s = line < cells[i]->len ? cells[i]->pdata[line] : "";
			guint width = g_utf8_strlen(s, -1);

			if (*s) {
				g_string_append_printf(text->out, "%*s", (int)gap, "");
				styled(text, i == COLUMNS - 1 ? style : STYLE_PLAIN, s);
				gap = 0;
			}
			gap += width < widths[i] ? widths[i] - width + 2 : 2;
		}
		newline(text);
	}
}

static void print_table(const struct text *text)
{
	g_autoptr(GPtrArray) groups =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	guint widths[COLUMNS];
	GPtrArray *cells[COLUMNS];

	for (guint i = 0; i < COLUMNS; i++)
		widths[i] = strlen(headings[i]);
	for (guint g = 0; g < VERDICTS; g++) {
		GPtrArray *rows = rows_of(text, verdict_order[g].verdict);

		g_ptr_array_add(groups, rows);
		for (guint r = 0; r < rows->len; r++) {
			make_cells(text, rows->pdata[r], cells);
			for (guint i = 0; i < COLUMNS; i++) {
				for (guint line = 0; line < cells[i]->len; line++)
					widths[i] = MAX(widths[i],
							g_utf8_strlen(cells[i]->pdata[line], -1));
				if (widths_max[i])
					widths[i] = MIN(widths[i], widths_max[i]);
				g_ptr_array_unref(cells[i]);
			}
		}
	}

	print_heading(text, widths);
	for (guint g = 0; g < VERDICTS; g++) {
		const GPtrArray *rows = groups->pdata[g];

		for (guint r = 0; r < rows->len; r++) {
			const struct row *row = rows->pdata[r];

			make_cells(text, row, cells);
			print_cells(text, cells, widths, verdict_order[g].style);
			for (guint i = 0; i < COLUMNS; i++)
				g_ptr_array_unref(cells[i]);
			if (text->options->verbose) {
				g_autofree char *at = place_string(&row->route->ops.at);

				g_string_append(text->out, "  ");
				styled(text, STYLE_FAINT, at);
				newline(text);
			}
		}
		if (rows->len)
			newline(text);
	}
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

/*
 * The source line with tabs expanded and everything else escaped, and under it
 * a caret, as compilers do.  Nothing if the line is not there.
 */
static void print_quote(const struct text *text, const struct place *at, enum style style)
{
	g_autofree char *line = source_line(text, at);
	g_autoptr(GString) shown = g_string_new(NULL);
	glong caret = -1;

	if (!line)
		return;
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
	if (caret >= 0) {
		g_string_append_printf(text->out, "      | %*s", (int)caret, "");
		styled(text, style, "^");
		newline(text);
	}
}

/* "file:line:column: level: " */
static void print_place(const struct text *text, const char *indent, const struct place *at,
			enum level level)
{
	g_autofree char *place = place_string(at);
	g_autofree char *prefix = g_strdup_printf("%s:", place);
	g_autofree char *word = g_strdup_printf("%s:", level_name(level));

	g_string_append(text->out, indent);
	styled(text, STYLE_PLACE, prefix);
	g_string_append_c(text->out, ' ');
	styled(text, level_styles[level], word);
	g_string_append_c(text->out, ' ');
}

static void print_condition(const struct text *text, const char *before,
			    const struct audit_condition *condition)
{
	g_autofree char *at = place_string(&condition->at);

	print(text, "%s%s `%s` (%s)", before, condition->breaks_when ? "when" : "unless",
	      condition->expr, at);
}

/* The conditions nearest to the exporter and to the insertion; all of them, and guards, with -v. */
static void print_conditions(const struct text *text, const struct audit_route *route)
{
	guint last = route->conditions->len - 1;

	for (guint i = 0; i < route->conditions->len; i++) {
		if (i && i < last && !text->options->verbose)
			continue;
		print_condition(text, i ? "    and " : "    ", route->conditions->pdata[i]);
		newline(text);
	}
	for (guint i = 0; text->options->verbose && i < route->guards->len; i++) {
		print_condition(text, "    or ", route->guards->pdata[i]);
		newline(text);
	}
}

static void print_path(const struct text *text, const struct audit_finding *finding)
{
	for (guint i = 0; i < finding->path->len; i++) {
		const struct path_step *step = finding->path->pdata[i];

		print_place(text, "    ", &step->at, LEVEL_NOTE);
		if (step->function)
			print(text, "%s(): ", step->function);
		print(text, "%s", step->note);
		newline(text);
	}
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

/* All findings (struct problem), those of one place and rule as one. */
static GPtrArray *collect_problems(const struct audit *audit)
{
	GPtrArray *problems = g_ptr_array_new_with_free_func(problem_free);
	/* "place rule" -> struct problem */
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		for (guint j = 0; j < route->findings->len; j++) {
			const struct audit_finding *finding = route->findings->pdata[j];
			g_autofree char *at = place_string(&finding->at);
			g_autofree char *key = g_strdup_printf("%s %s", at, finding->rule);
			struct problem *problem = g_hash_table_lookup(known, key);

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

/* "    exporter: a > b (file:line)", and the configurations if not all. */
static void print_route(const struct text *text, const char *label, const struct audit_route *route)
{
	g_autofree char *name = route_string(route);
	g_autofree char *at = place_string(&route->ops.at);
	g_autofree char *configs = configs_string(text->audit, route);

	print(text, "    %s: %s (%s)%s%s", label, name, at, *configs ? ", only with " : "",
	      configs);
}

static void print_problem(const struct text *text, const struct problem *problem)
{
	const struct audit_finding *finding = problem->finding;
	g_autofree char *rule = g_strdup_printf("[pfncheck:%s]", finding->rule);
	bool conditions = rule_breaks(finding->rule);

	print_place(text, "", &finding->at, finding->level);
	print(text, "%s ", finding->message);
	styled(text, level_styles[finding->level], rule);
	newline(text);
	print_quote(text, &finding->at, level_styles[finding->level]);
	print_route(text, "exporter", problem->route);
	newline(text);
	if (conditions)
		print_conditions(text, problem->route);
	print_path(text, finding);
	for (guint i = 0; i < problem->also->len; i++) {
		const struct audit_route *route = problem->also->pdata[i];
		guint last = route->conditions->len;

		print_route(text, "also", route);
		if (conditions && last)
			print_condition(text, ", ", route->conditions->pdata[last - 1]);
		newline(text);
	}
	newline(text);
}

/* Routes without a verdict; those of one exporter for one reason together. */
static guint print_unknown(const struct text *text)
{
	const GPtrArray *routes = text->audit->routes;
	/* "exporter, reason" */
	g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint count = 0;

	for (guint i = 0; i < routes->len; i++) {
		const struct audit_route *route = routes->pdata[i];
		const char *reason = route->reason ? route->reason : "no reason given";
		g_autofree char *at = place_string(&route->ops.at);
		guint others = 0;

		if (route->verdict != VERDICT_UNKNOWN || route->known)
			continue;
		count++;
		if (!g_hash_table_add(done,
				      g_strdup_printf("%s %s\n%s", at, route->ops.name, reason)))
			continue;
		print_place(text, "", &route->ops.at, route->level ? route->level : LEVEL_NOTE);
		print(text, "%s: not decided: %s ", route->ops.name, reason);
		styled(text, level_styles[route->level], "[pfncheck:unknown]");
		newline(text);
		for (guint j = i; j < routes->len; j++) {
			const struct audit_route *other = routes->pdata[j];

			if (other->verdict != VERDICT_UNKNOWN || other->known ||
			    !other->tables->len || place_compare(&other->ops.at, &route->ops.at) ||
			    g_strcmp0(other->ops.name, route->ops.name) ||
			    g_strcmp0(other->reason, route->reason))
				continue;
			print_route(text, others++ ? "also" : "exporter", other);
			newline(text);
		}
		newline(text);
	}
	return count;
}

/* "5 violation, 11 conditional, ...", those that there are. */
static void print_verdicts(const struct text *text)
{
	const struct audit_coverage *coverage = &text->audit->coverage;
	const char *separator = ": ";

	for (guint i = 0; i < VERDICTS; i++) {
		enum verdict verdict = verdict_order[i].verdict;
		g_autofree char *s = g_strdup_printf("%u %s", coverage->verdicts[verdict],
						     verdict_name(verdict));

		if (!coverage->verdicts[verdict])
			continue;
		g_string_append(text->out, separator);
		styled(text, verdict_order[i].style, s);
		separator = ", ";
	}
}

static void print_coverage(const struct text *text)
{
	const struct audit *audit = text->audit;
	const struct audit_coverage *coverage = &audit->coverage;
	guint failed = coverage->files_failed->len;
	bool all = text->options->verbose || failed <= FAILED_SHOWN;

	print(text, "%u route%s of %u exporter%s", coverage->routes,
	      coverage->routes == 1 ? "" : "s", coverage->exporters,
	      coverage->exporters == 1 ? "" : "s");
	print_verdicts(text);
	print(text, "; %u files scanned, %u parsed, %u failed", coverage->files_scanned,
	      coverage->files_parsed, failed);
	newline(text);
	print(text, "Linux %s", audit->release ? audit->release : "of unknown release");
	for (guint i = 0; i < audit->configs->len; i++) {
		const struct audit_config *config = audit->configs->pdata[i];

		print(text, ", %s %s", config->arch, config->config);
	}
	print(text, "; pfncheck %s, libclang %s", PFNCHECK_VERSION,
	      audit->libclang ? audit->libclang : "unknown");
	newline(text);
	for (guint i = 0; i < failed && (all || i < FAILED_SHOWN); i++) {
		const struct audit_failure *failure = coverage->files_failed->pdata[i];

		print(text, "not analysed: %s: %s", failure->file, failure->reason);
		newline(text);
	}
	if (!all) {
		print(text, "not analysed: %u more (-v shows them)", failed - FAILED_SHOWN);
		newline(text);
	}
	for (guint i = 0; i < coverage->notes->len; i++) {
		print(text, "note: %s", (const char *)coverage->notes->pdata[i]);
		newline(text);
	}
	if (audit->stopped) {
		styled(text, STYLE_WARNING, "stopped early");
		print(text, ": %s; this is what was known so far", audit->stopped);
		newline(text);
	}
}

/* What a comparison left out, and whether anything is left. */
static void print_summary(const struct text *text, bool found)
{
	const struct audit_baseline *baseline = &text->audit->baseline;

	if (!found) {
		print(text, "%s",
		      baseline->file		      ? "nothing new found" :
		      text->audit->coverage.exporters ? "nothing found" :
							"no dma-buf exporter found");
		newline(text);
	}
	if (baseline->file) {
		print(text, "left out, since %s has them: %u findings, %u routes", baseline->file,
		      baseline->findings, baseline->routes);
		newline(text);
	}
}

static void write_text(const struct audit *audit, const struct report_options *options,
		       GString *out)
{
	g_autoptr(GHashTable) sources =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GPtrArray) problems = collect_problems(audit);
	struct text text = { audit, options, out, sources };
	guint unknown;

	if (audit->routes->len)
		print_table(&text);
	for (guint i = 0; i < problems->len; i++)
		print_problem(&text, problems->pdata[i]);
	unknown = print_unknown(&text);
	print_summary(&text, problems->len || unknown);
	print_coverage(&text);
}

const struct report_writer report_text = {
	.name = "text",
	.help = "for people",
	.write = write_text,
};

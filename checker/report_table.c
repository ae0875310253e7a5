// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_table: the table of exporters that the text report opens with: one row
 * a route, those of one exporter that look the same in one row, grouped by
 * verdict, bad ones first.
 */
#include "report_text.h"

#include <string.h>

#include "escape.h"

#define COLUMNS 5

/* One line of the table. All strings are escaped. */
struct line {
	char *cells[COLUMNS];  /* NULL: empty */
	char *place;	       /* what follows the last cell, or NULL */
	bool heading;	       /* the first cell stands for itself and needs no column */
	enum text_style style; /* of the last cell */
};

/* Routes of one exporter that look the same but for their tables. */
struct row {
	const struct audit_route *route; /* the first one */
	GPtrArray *routes;		 /* const struct audit_route *: those that have tables */
};

/* The last column is as wide as it is. An identifier may stick out of the others. */
static const struct {
	const char *heading;
	guint width_max;
} columns[COLUMNS] = {
	{ "EXPORTER", 38 }, { "IMPLEMENTATION", 29 }, { "INSERTS", 27 },
	{ "VM_PFNMAP", 9 }, { "VERDICT", 0 },
};

/* The order in which classes of insertions are named, the one that matters first. */
static const char *const insert_classes[] = { "page", "mixed", "pfn", "forward" };

static void row_free(void *data)
{
	struct row *row = data;

	g_ptr_array_unref(row->routes);
	g_free(row);
}

static void line_free(void *data)
{
	struct line *line = data;

	for (guint i = 0; i < COLUMNS; i++)
		g_free(line->cells[i]);
	g_free(line->place);
	g_free(line);
}

static bool has_string(const GPtrArray *list, const char *s)
{
	for (guint i = 0; i < list->len; i++) {
		if (strcmp(list->pdata[i], s) == 0)
			return true;
	}
	return false;
}

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

/* By class, those of the mmap callback first, then by handler and helper. */
static int compare_inserts(gconstpointer first, gconstpointer second)
{
	const struct audit_insert *a = *(const struct audit_insert *const *)first;
	const struct audit_insert *b = *(const struct audit_insert *const *)second;
	guint a_rank = class_rank(a->class);
	guint b_rank = class_rank(b->class);
	int order = (a_rank > b_rank) - (a_rank < b_rank);

	if (!order)
		order = (g_strcmp0(b->from, "mmap") == 0) - (g_strcmp0(a->from, "mmap") == 0);
	if (!order)
		order = g_strcmp0(a->from, b->from);
	return order ? order : g_strcmp0(a->helper, b->helper);
}

/* "vm_map_pages,", "fault: vmf_insert_pfn": how the route inserts, as new strings. */
static GPtrArray *insert_words(const struct audit_route *route)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	const struct audit_insert *next = NULL;

	for (guint i = 0; i < route->inserts->len; i++)
		g_ptr_array_add(sorted, route->inserts->pdata[i]);
	g_ptr_array_sort(sorted, compare_inserts);
	/* From the end, since only the last one has no comma. */
	for (guint i = sorted->len; i-- > 0;) {
		const struct audit_insert *insert = sorted->pdata[i];
		bool mmap = g_strcmp0(insert->from, "mmap") == 0;
		char *word;

		if (next && compare_inserts(&insert, &next) == 0)
			continue;
		word = g_strconcat(mmap ? "" : insert->from, mmap ? "" : ": ", insert->helper,
				   next ? "," : NULL, NULL);
		g_ptr_array_insert(words, 0, word);
		next = insert;
	}
	if (!words->len)
		g_ptr_array_add(words, g_strdup(route->verdict == VERDICT_UNKNOWN ? "?" : "-"));
	return words;
}

/* "> a", "> b": the tables of a route, as new strings. */
static GPtrArray *table_words(const struct audit_route *route)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		const struct audit_object *alike = route->alike->len ? route->alike->pdata[0] :
								       NULL;

		if (alike && !strcmp(alike->type, table->type))
			g_ptr_array_add(words, g_strdup_printf("> %s and %u alike", table->name,
							       route->alike->len));
		else
			g_ptr_array_add(words, g_strdup_printf("> %s", table->name));
	}
	return words;
}

/* All that a row shows except the tables, in a new string. */
static char *row_key(const struct audit *audit, const struct audit_route *route)
{
	g_autoptr(GPtrArray) inserts = insert_words(route);
	g_autofree char *configs = text_configs(audit, route->configs);
	GString *key = g_string_new(NULL);

	g_string_printf(key, "%s:%u:%s\n%d\n%s\n%s\n%s", route->ops.at.file, route->ops.at.line,
			route->ops.name, route->tables->len > 0, route->implementation.name,
			pfnmap_string(route), configs);
	for (guint i = 0; i < inserts->len; i++)
		g_string_append_printf(key, "\n%s", (const char *)inserts->pdata[i]);
	for (guint i = 0; i < route->notes->len; i++)
		g_string_append_printf(key, "\n(%s)", (const char *)route->notes->pdata[i]);
	g_string_append(key, route->suppressed ? "\nsuppressed" : "");
	return g_string_free(key, FALSE);
}

/* The rows of one verdict, those of one exporter in a row. */
static GPtrArray *rows_of(const struct audit *audit, enum verdict verdict)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
	/* row_key() -> struct row */
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];
		g_autofree char *key = NULL;
		struct row *row;

		if (route->verdict != verdict)
			continue;
		key = row_key(audit, route);
		row = g_hash_table_lookup(known, key);
		if (!row) {
			row = g_new0(struct row, 1);
			row->route = route;
			row->routes = g_ptr_array_new();
			g_ptr_array_add(rows, row);
			g_hash_table_insert(known, g_steal_pointer(&key), row);
		}
		if (route->tables->len)
			g_ptr_array_add(row->routes, (void *)route);
	}
	return rows;
}

static struct line *add_line(GPtrArray *lines)
{
	struct line *line = g_new0(struct line, 1);

	g_ptr_array_add(lines, line);
	return line;
}

/*
 * Puts words into a column, from line number first of lines on, as many on a
 * line as fit; returns the number of the line after the last one.  What is
 * indented has its later lines indented further.
 */
static guint fill(GPtrArray *lines, guint first, guint column, const GPtrArray *words,
		  const char *indent)
{
	guint width = columns[column].width_max;
	g_autoptr(GString) cell = g_string_new(indent);
	bool empty = true;

	for (guint i = 0; i <= words->len; i++) {
		g_autofree char *word = i < words->len ? escape_string(words->pdata[i]) : NULL;
		struct line *line;

		if (word && (empty ||
			     g_utf8_strlen(cell->str, -1) + 1 + g_utf8_strlen(word, -1) <= width)) {
			g_string_append_printf(cell, "%s%s", empty ? "" : " ", word);
			empty = false;
			continue;
		}
		line = first < lines->len ? lines->pdata[first] : add_line(lines);
		line->cells[column] = g_strdup(cell->str);
		first++;
		if (word)
			g_string_printf(cell, "%s%s%s", indent, *indent ? "  " : "", word);
	}
	return first;
}

/* The same for one word. */
static guint fill_word(GPtrArray *lines, guint first, guint column, const char *word,
		       const char *indent)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	g_ptr_array_add(words, (void *)word);
	return fill(lines, first, column, words, indent);
}

/* Appends the lines of a row; with_heading: the exporter on a line of its own. */
static void add_row(const struct text *text, GPtrArray *lines, const struct row *row,
		    const struct text_verdict *verdict, bool with_heading)
{
	const struct audit_route *route = row->route;
	const char *implementation = route->implementation.name;
	g_autofree char *configs = text_configs(text->audit, route->configs);
	g_autofree char *place = text_line(&route->ops.at);
	g_autoptr(GPtrArray) inserts = insert_words(route);
	guint first = lines->len;
	guint next = first;

	if (with_heading) {
		struct line *line = add_line(lines);

		line->cells[0] = escape_string(route->ops.name);
		line->place = escape_string(place);
		line->heading = true;
		first = next = lines->len;
	}
	if (!row->routes->len)
		next = fill_word(lines, next, 0, route->ops.name, "");
	for (guint i = 0; i < row->routes->len; i++) {
		g_autoptr(GPtrArray) tables = table_words(row->routes->pdata[i]);

		next = fill(lines, next, 0, tables, "  ");
	}
	for (guint i = 0; i < route->notes->len; i++) {
		g_autofree char *note =
			g_strdup_printf("(%s)", (const char *)route->notes->pdata[i]);

		next = fill_word(lines, next, 0, note, "  ");
	}
	if (route->suppressed)
		next = fill_word(lines, next, 0, "(suppressed)", "  ");
	if (*configs) {
		g_autofree char *only = g_strdup_printf("(%s)", configs);

		fill_word(lines, next, 0, only, "  ");
	}
	fill_word(lines, first, 1, implementation ? implementation : "-", "");
	fill(lines, first, 2, inserts, "");
	fill_word(lines, first, 3, pfnmap_string(route), "");
	fill_word(lines, first, 4, verdict_name(route->verdict), "");
	((struct line *)lines->pdata[first])->style = verdict->style;
	if (!row->routes->len && text->options->verbose)
		add_line(lines)->place = escape_string(place);
}

/* The whole table below its headings, as struct line. */
static GPtrArray *make_lines(const struct text *text)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);

	for (guint i = 0; i < VERDICTS; i++) {
		g_autoptr(GPtrArray) rows = rows_of(text->audit, text_verdicts[i].verdict);
		const struct audit_route *last = NULL;

		for (guint j = 0; j < rows->len; j++) {
			const struct row *row = rows->pdata[j];
			const struct audit_object *ops = &row->route->ops;
			bool same = last && place_compare(&last->ops.at, &ops->at) == 0 &&
				    g_strcmp0(last->ops.name, ops->name) == 0;

			add_row(text, lines, row, &text_verdicts[i], row->routes->len && !same);
			last = row->routes->len ? row->route : NULL;
		}
		if (rows->len)
			add_line(lines);
	}
	return lines;
}

static void print_line(const struct text *text, const struct line *line, const guint *widths)
{
	guint gap = 0; /* blanks owed before what comes next */

	for (guint i = 0; i < COLUMNS; i++) {
		const char *cell = line->cells[i] ? line->cells[i] : "";
		guint width = g_utf8_strlen(cell, -1);

		if (width) {
			g_string_append_printf(text->out, "%*s", (int)gap, "");
			text_styled(text, i == COLUMNS - 1 ? line->style : STYLE_PLAIN, cell);
			gap = 0;
		}
		if (!line->heading && !line->place)
			gap += width < widths[i] ? widths[i] - width + 2 : 2;
	}
	if (line->place) {
		g_string_append(text->out, "  ");
		text_styled(text, STYLE_FAINT, line->place);
	}
	text_newline(text);
}

void text_table(const struct text *text)
{
	g_autoptr(GPtrArray) lines = make_lines(text);
	g_autoptr(GString) headings = g_string_new(NULL);
	guint widths[COLUMNS];

	for (guint i = 0; i < COLUMNS; i++) {
		widths[i] = strlen(columns[i].heading);
		for (guint j = 0; j < lines->len; j++) {
			const struct line *line = lines->pdata[j];

			if (line->cells[i] && !line->heading)
				widths[i] = MAX(widths[i], g_utf8_strlen(line->cells[i], -1));
		}
		if (columns[i].width_max)
			widths[i] = MIN(widths[i], columns[i].width_max);
		g_string_append_printf(headings, "%-*s%s", i < COLUMNS - 1 ? (int)widths[i] : 0,
				       columns[i].heading, i < COLUMNS - 1 ? "  " : "");
	}
	text_styled(text, STYLE_PLACE, headings->str);
	text_newline(text);
	for (guint i = 0; i < lines->len; i++)
		print_line(text, lines->pdata[i], widths);
}

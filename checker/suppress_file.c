// SPDX-License-Identifier: GPL-2.0-only
/*
 * suppress_file: reads the file of entries that the caller names.
 */
#include <string.h>

#include "suppress_private.h"

G_DEFINE_QUARK(pfncheck_suppress_error, suppress_error)

/* The reading of one file. */
struct reader {
	const char *file;
	struct suppress_entry *entry; /* the one that is being read, or NULL */
	/* Its values as they stand there, or NULL; the reader's. */
	char *exporter;
	char *table;
	char *until;
	char **value; /* of the line above: one of these, or of the entry; or NULL */
	GPtrArray *entries;
	GError **error;
};

static void entry_free(void *data)
{
	struct suppress_entry *entry = data;

	explain_query_clear(&entry->query);
	g_free(entry->file);
	g_free(entry->rule);
	g_free(entry->reason);
	g_free(entry->who);
	g_free(entry);
}

static bool G_GNUC_PRINTF(3, 4) fault(const struct reader *r, guint line, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(r->error, SUPPRESS_ERROR, SUPPRESS_ERROR_ENTRY, "%s:%u: %s", r->file, line,
		    text);
	return false;
}

/* YYYYMMDD, or 0 if it is no date. */
static guint parse_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	guint date = 0;

	for (gsize i = 0; i < sizeof(form); i++) {
		if (form[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != form[i])
			return 0;
		if (form[i] == 'd')
			date = date * 10 + (guint)g_ascii_digit_value(text[i]);
	}
	return g_date_valid_dmy((GDateDay)(date % 100), (GDateMonth)(date / 100 % 100),
				(GDateYear)(date / 10000)) ?
		       date :
		       0;
}

static bool is_name(const char *text)
{
	return *text && !strpbrk(text, " \t,");
}

/* "[FILE:]NAME"; table may be NULL. */
static bool parse_route(struct explain_query *query, const char *exporter, const char *table)
{
	const char *colon = exporter ? strrchr(exporter, ':') : NULL;
	const char *tables[] = { table, NULL };

	query->tables = g_strdupv((char **)tables);
	query->file = colon ? g_strndup(exporter, (gsize)(colon - exporter)) : NULL;
	query->exporter = g_strdup(colon ? colon + 1 : exporter ? exporter : "");
	return (!exporter || (is_name(query->exporter) && !strchr(query->exporter, '/'))) &&
	       (!query->file || is_name(query->file)) && (!table || is_name(table));
}

/* All rules with commas between them, as a new string. */
static char *rule_names(void)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; rule_name(i); i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "", rule_name(i));
	return g_string_free(names, FALSE);
}

static bool end_entry(struct reader *r)
{
	struct suppress_entry *entry = r->entry;
	bool good = true;

	if (!entry)
		return true;
	if (!entry->rule) {
		good = fault(r, entry->line, "the entry has no 'rule:'");
	} else if (!rule_exists(entry->rule)) {
		g_autofree char *names = rule_names();

		good = fault(r, entry->line, "there is no rule '%s', only %s", entry->rule, names);
	} else if (!entry->reason) {
		good = fault(r, entry->line, "the entry has no 'reason:'");
	} else if (!r->exporter && !r->table && !entry->file) {
		good = fault(r, entry->line,
			     "the entry has no 'exporter:', 'table:' or 'file:' to allow it for");
	} else if (!parse_route(&entry->query, r->exporter, r->table)) {
		good = fault(r, entry->line, "exporter takes [FILE:]NAME, table takes NAME");
	} else if (r->until && !(entry->until = parse_date(r->until))) {
		good = fault(r, entry->line, "until takes a day, YYYY-MM-DD, not '%s'", r->until);
	}
	g_clear_pointer(&r->exporter, g_free);
	g_clear_pointer(&r->table, g_free);
	g_clear_pointer(&r->until, g_free);
	r->entry = NULL;
	r->value = NULL;
	return good;
}

/* Where the value of a name is kept, or NULL. */
static char **find_value(struct reader *r, const char *name)
{
	struct suppress_entry *entry = r->entry;
	const struct {
		const char *name;
		char **value;
	} values[] = {
		{ "exporter", &r->exporter }, { "file", &entry->file },
		{ "reason", &entry->reason }, { "rule", &entry->rule },
		{ "table", &r->table },	      { "until", &r->until },
		{ "who", &entry->who },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
		if (!strcmp(values[i].name, name))
			return values[i].value;
	return NULL;
}

static bool read_line(struct reader *r, char *text, guint line)
{
	bool more = *text == ' ' || *text == '\t';
	char *colon = strchr(text, ':');

	g_strchomp(text);
	if (*text == '#')
		return true;
	if (!*text)
		return end_entry(r);
	if (more) {
		char *longer;

		if (!r->value)
			return fault(r, line, "there is no value above that this could go on with");
		longer = g_strconcat(*r->value, " ", g_strchug(text), NULL);
		g_free(*r->value);
		*r->value = longer;
		return true;
	}
	if (!colon)
		return fault(r, line, "this is not 'NAME: value': '%s'", text);
	*colon = '\0';
	if (!r->entry) {
		r->entry = g_new0(struct suppress_entry, 1);
		r->entry->line = line;
		g_ptr_array_add(r->entries, r->entry);
	}
	r->value = find_value(r, text);
	if (!r->value)
		return fault(r, line,
			     "there is no '%s:', only exporter, table, file, rule, reason, who and "
			     "until",
			     text);
	if (*r->value)
		return fault(r, line, "a second '%s:' in one entry; an empty line ends it", text);
	if (!*g_strchug(colon + 1))
		return fault(r, line, "'%s:' has no value", text);
	*r->value = g_strdup(colon + 1);
	return true;
}

static bool read_lines(struct reader *r, char *content)
{
	g_auto(GStrv) lines = g_strsplit(content, "\n", -1);

	for (guint i = 0; lines[i]; i++)
		if (!read_line(r, lines[i], i + 1))
			return false;
	return end_entry(r);
}

struct suppress *suppress_load(const char *file, GError **error)
{
	struct suppress *suppress;
	g_autofree char *content = NULL;
	g_autoptr(GError) reason = NULL;
	struct reader r = { .file = file, .error = error };
	gsize length;
	bool good;

	if (!g_file_get_contents(file, &content, &length, &reason)) {
		g_set_error(error, SUPPRESS_ERROR, SUPPRESS_ERROR_READ,
			    "cannot read what is allowed: %s", reason->message);
		return NULL;
	}
	suppress = g_new0(struct suppress, 1);
	suppress->file = g_strdup(file);
	suppress->entries = g_ptr_array_new_with_free_func(entry_free);
	r.entries = suppress->entries;
	if (memchr(content, 0, length) || !g_utf8_validate(content, (gssize)length, NULL))
		good = fault(&r, 1, "this is no text in UTF-8");
	else
		good = read_lines(&r, content);
	g_free(r.exporter);
	g_free(r.table);
	g_free(r.until);
	if (!good)
		g_clear_pointer(&suppress, suppress_free);
	return suppress;
}

void suppress_free(struct suppress *suppress)
{
	if (!suppress)
		return;
	g_free(suppress->file);
	g_ptr_array_unref(suppress->entries);
	g_free(suppress);
}

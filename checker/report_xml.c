// SPDX-License-Identifier: GPL-2.0-only
#include "report_xml.h"

#include <string.h>

#include "escape.h"

static void append_line(GString *out, const char *line)
{
	g_autofree char *plain = escape_string(line);

	for (const char *c = plain; *c; c++) {
		switch (*c) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		default:
			g_string_append_c(out, *c);
		}
	}
}

void report_xml_text(GString *out, const char *s)
{
	g_auto(GStrv) lines = g_strsplit(s ? s : "", "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		if (i)
			g_string_append_c(out, '\n');
		append_line(out, lines[i]);
	}
}

void report_xml_attribute(GString *out, const char *name, const char *value)
{
	g_auto(GStrv) lines = g_strsplit(value ? value : "", "\n", -1);
	/* A line break in an attribute would come out as a space. */
	g_autofree char *one = g_strjoinv("\\x0a", lines);

	g_string_append_printf(out, " %s=\"", name);
	append_line(out, one);
	g_string_append_c(out, '"');
}

void report_xml_number(GString *out, const char *name, guint value)
{
	g_string_append_printf(out, " %s=\"%u\"", name, value);
}

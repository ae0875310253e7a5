// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape: what a terminal could take for a command, or what could make a line
 * read differently from what it holds, is spelled out.
 */
#include "escape.h"

static gboolean is_harmless(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT: /* direction marks and the like */
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return FALSE;
	default:
		return TRUE;
	}
}

void escape_append(GString *out, const char *s)
{
	while (s && *s) {
		gunichar c = g_utf8_get_char_validated(s, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*s++);
			continue;
		}
		if (is_harmless(c))
			g_string_append_unichar(out, c);
		else
			g_string_append_printf(out, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
		s = g_utf8_next_char(s);
	}
}

char *escape_string(const char *s)
{
	GString *out = g_string_new(NULL);

	escape_append(out, s);
	return g_string_free(out, FALSE);
}

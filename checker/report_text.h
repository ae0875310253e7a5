/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_text: what the files of the text writer share.
 */
#ifndef PFNCHECK_REPORT_TEXT_H
#define PFNCHECK_REPORT_TEXT_H

#include <glib.h>

#include "audit.h"
#include "report.h"
#include "report_source.h"

/* One writing of one report. */
struct text {
	const struct audit *audit;
	const struct report_options *options;
	GString *out;
	struct report_source *source;
};

enum text_style {
	STYLE_PLAIN,
	STYLE_PLACE,
	STYLE_ERROR,
	STYLE_WARNING,
	STYLE_NOTE,
	STYLE_GOOD,
	STYLE_FAINT,
};

/* A verdict and how it is shown, in the order in which they are shown. */
struct text_verdict {
	enum verdict verdict;
	enum text_style style;
};

extern const struct text_verdict text_verdicts[VERDICTS];
enum text_style text_verdict_style(enum verdict verdict);

/* Both append escaped text, which stays on its line, in a style or without one. */
void text_styled(const struct text *text, enum text_style style, const char *s);
void text_print(const struct text *text, const char *format, ...) G_GNUC_PRINTF(2, 3);
void text_newline(const struct text *text);

/* "file:line:column", as much of it as is known, in a new string. */
char *text_place(const struct place *at);
/* "file:line", in a new string. */
char *text_line(const struct place *at);
/*
 * "x86 allmodconfig, ..." of configurations (guint indices) if the audit has more than
 * those, else "", in a new string.
 */
char *text_configs(const struct audit *audit, const GArray *configs);

/*
 * Appends the source line on a line of its own, with tabs expanded and everything
 * else escaped; nothing if it is not there.  Returns the column of the place in
 * what is shown, -1 if it is not in it.
 */
glong text_quote(const struct text *text, const struct place *at);

/* Appends a line that says why something does not count; nothing for NULL. */
void text_suppressed(const struct text *text, const char *reason, const char *by);

/* Appends the table of exporters, in report_table.c. */
void text_table(const struct text *text);

#endif

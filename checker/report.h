/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report: an audit in, a text for people or programs out.  Knows formats, not
 * kernels: every word about what is wrong comes from the audit.
 *
 * A format is one file with a struct report_writer in it, which is declared
 * here and listed in report.c.
 */
#ifndef PFNCHECK_REPORT_H
#define PFNCHECK_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "audit.h"
#include "diff_lines.h"

enum report_colour {
	COLOUR_AUTO, /* if standard output is a terminal and NO_COLOR is not set */
	COLOUR_ALWAYS,
	COLOUR_NEVER,
};

struct report_options {
	const char *format; /* name of a writer; NULL: text */
	const char *output; /* file name; NULL or "-": standard output */
	enum report_colour colour;
	bool verbose;
	const char *root; /* kernel tree to quote source lines from; NULL: quote none */
	/*
	 * NULL, or the lines that a review's diff adds: formats that tell one place of a
	 * finding tell the last step of its path that is among these, or where the diff took
	 * away what is missing.
	 */
	const struct diff_lines *diff;
};

struct report_writer {
	const char *name; /* as given to --format */
	const char *help; /* a few words */
	/*
	 * Appends the whole report to out.  options->colour is never COLOUR_AUTO
	 * here; a format that has no use for an option ignores it.
	 */
	void (*write)(const struct audit *audit, const struct report_options *options,
		      GString *out);
};

extern const struct report_writer report_text;
extern const struct report_writer report_json;
extern const struct report_writer report_gcc;
extern const struct report_writer report_sarif;
extern const struct report_writer report_junit;
extern const struct report_writer report_checkstyle;
extern const struct report_writer report_markdown;
extern const struct report_writer report_b4;
extern const struct report_writer report_checkpatch;

#define REPORT_ERROR (report_error_quark())
GQuark report_error_quark(void);

enum report_error {
	REPORT_ERROR_FORMAT, /* no such format */
	REPORT_ERROR_WRITE,  /* the output cannot be written */
};

/* All writers, the default one first, NULL after the last one. */
const struct report_writer *const *report_writers(void);
/* The writer called name, or NULL. */
const struct report_writer *report_find_writer(const char *name);
/* "text, json, ...": the names of all writers, in a new string. */
char *report_writer_names(void);

/* Whether what goes to the output is to be coloured: COLOUR_ALWAYS or COLOUR_NEVER. */
enum report_colour report_use_colour(const struct report_options *options);

/*
 * Writes a text to a file, which is replaced at once, to a device or pipe as it
 * is, or to standard output (NULL or "-").  False with one line in error.
 */
bool report_output(const GString *text, const char *output, GError **error);

/*
 * Writes the audit, which is sorted and counted.  An output file is replaced at
 * once, when it is complete; a device or a pipe is written to as it is.
 * False with one line in error if the format is not known or writing fails.
 */
bool report_write(const struct audit *audit, const struct report_options *options, GError **error);

/*
 * The exit status of a run that came to an audit: 3 if it stopped early, else 1
 * if something in it has at least the level fail_on (LEVEL_NONE: never), else 0.
 */
int report_exit_status(const struct audit *audit, enum level fail_on);

#endif

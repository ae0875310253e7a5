// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: picks the writer and puts what it wrote where it belongs.
 */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include <glib/gstdio.h>

static const struct report_writer *const writers[] = {
	&report_text, /* the default */
	&report_json,	  &report_gcc, &report_sarif,	   &report_junit, &report_checkstyle,
	&report_markdown, &report_b4,  &report_checkpatch, NULL,
};

G_DEFINE_QUARK(pfncheck_report_error, report_error)

static bool is_stdout(const char *output)
{
	return !output || strcmp(output, "-") == 0;
}

enum report_colour report_use_colour(const struct report_options *options)
{
	const char *no_color = g_getenv("NO_COLOR");
	const char *term = g_getenv("TERM");

	if (options->colour != COLOUR_AUTO)
		return options->colour;
	return is_stdout(options->output) && isatty(STDOUT_FILENO) && !(no_color && no_color[0]) &&
			       !(term && strcmp(term, "dumb") == 0) ?
		       COLOUR_ALWAYS :
		       COLOUR_NEVER;
}

/* Returns 0 or an errno. */
static int write_all(int fd, const char *data, gsize size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		data += n;
		size -= n;
	}
	return 0;
}

/* Writes into a temporary file beside path and renames it. Returns 0 or an errno. */
static int replace_file(const char *path, const GString *text)
{
	g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
	mode_t mask = umask(0);
	int fd, err;

	umask(mask);
	fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0666 & ~mask);
	if (fd < 0)
		return errno;
	err = write_all(fd, text->str, text->len);
	if (close(fd) && !err)
		err = errno;
	if (!err && rename(temporary, path))
		err = errno;
	if (err)
		unlink(temporary);
	return err;
}

/* Writes into something that is no regular file, a pipe say. Returns 0 or an errno. */
static int write_special(const char *path, const GString *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0)
		return errno;
	err = write_all(fd, text->str, text->len);
	if (close(fd) && !err)
		err = errno;
	return err;
}

static int write_file(const char *path, const GString *text)
{
	struct stat st;
	char *target;
	int err;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? EISDIR : write_special(path, text);
	/* The file that a link names is replaced, not the link. */
	target = realpath(path, NULL);
	err = replace_file(target ? target : path, text);
	free(target);
	return err;
}

const struct report_writer *const *report_writers(void)
{
	return writers;
}

const struct report_writer *report_find_writer(const char *name)
{
	for (gsize i = 0; writers[i]; i++) {
		if (strcmp(writers[i]->name, name) == 0)
			return writers[i];
	}
	return NULL;
}

char *report_writer_names(void)
{
	GString *names = g_string_new(NULL);

	for (gsize i = 0; writers[i]; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "", writers[i]->name);
	return g_string_free(names, FALSE);
}

bool report_output(const GString *text, const char *output, GError **error)
{
	bool to_stdout = is_stdout(output);
	int err;

	if (to_stdout)
		err = fflush(stdout) ? errno : write_all(STDOUT_FILENO, text->str, text->len);
	else
		err = write_file(output, text);
	if (err)
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_WRITE, "cannot write to %s: %s",
			    to_stdout ? "standard output" : output, g_strerror(err));
	return !err;
}

bool report_write(const struct audit *audit, const struct report_options *options, GError **error)
{
	const char *format = options->format ? options->format : writers[0]->name;
	const struct report_writer *writer = report_find_writer(format);
	struct report_options resolved = *options;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!writer) {
		g_autofree char *names = report_writer_names();

		g_set_error(error, REPORT_ERROR, REPORT_ERROR_FORMAT,
			    "there is no format '%s', only %s", format, names);
		return false;
	}
	resolved.colour = report_use_colour(options);
	writer->write(audit, &resolved, text);
	return report_output(text, options->output, error);
}

int report_exit_status(const struct audit *audit, enum level fail_on)
{
	if (audit->stopped)
		return 3;
	return fail_on != LEVEL_NONE && audit_worst(audit) >= fail_on;
}

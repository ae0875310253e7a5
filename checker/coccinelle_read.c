// SPDX-License-Identifier: GPL-2.0-only
/*
 * coccinelle, the reports: what spatch prints, taken for nothing but what the
 * semantic patches are known to print.
 */
#include <string.h>

#include "coccinelle_private.h"

/* The number at *at, which moves behind it and the byte after it. */
static bool read_number(const char **at, char after, guint64 *number)
{
	char *end;

	if (!g_ascii_isdigit(**at))
		return false;
	*number = g_ascii_strtoull(*at, &end, 10);
	if (*end != after || *number > G_MAXUINT / 2)
		return false;
	*at = end + 1;
	return true;
}

static struct task *find_task(const struct batch *batch, guint64 number)
{
	for (guint i = 0; i < batch->tasks->len; i++) {
		struct task *task = batch->tasks->pdata[i];

		if (task->number == number)
			return task;
	}
	return NULL;
}

/* "NUMBER.c": the task of the batch, or NULL; *at moves behind it and the byte after. */
static struct task *read_file_name(const struct batch *batch, const char **at, char after)
{
	guint64 number;

	if (!read_number(at, '.', &number) || (*at)[0] != 'c' || (*at)[1] != after)
		return NULL;
	*at += after ? 2 : 1;
	return find_task(batch, number);
}

/* What stands between text and the first end; NULL if there is none. */
static char *text_before(const char *text, const char *end)
{
	const char *at = strstr(text, end);

	return at && at != text ? g_strndup(text, (gsize)(at - text)) : NULL;
}

bool coccinelle_read_message(const struct script *script, const char *message, char **record,
			     char **name, const char **text)
{
	static const char *const records[] = { "dma_buf_ops", "drm_gem_object_funcs" };
	static const char *const levels[] = { "WARNING: ", "ERROR: " };

	*record = *name = NULL;
	*text = message;
	if (!strcmp(script->row->name, COCCINELLE_LIST)) {
		for (guint i = 0; i < G_N_ELEMENTS(records) && !*name; i++) {
			gsize length = strlen(records[i]);

			if (strncmp(message, records[i], length) || message[length] != ' ')
				continue;
			*name = text_before(message + length + 1, ": ");
			*record = *name ? g_strdup(records[i]) : NULL;
		}
		return *name != NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(levels) && !*name; i++) {
		if (!g_str_has_prefix(message, levels[i]))
			continue;
		*text = message + strlen(levels[i]);
		*name = text_before(*text, "() ");
	}
	return *name != NULL;
}

static bool is_message(const struct script *script, const char *message)
{
	g_autofree char *record = NULL, *name = NULL;
	const char *text;

	return g_utf8_validate(message, -1, NULL) &&
	       coccinelle_read_message(script, message, &record, &name, &text);
}

/* "NUMBER.c:LINE:COLUMN-COLUMN: MESSAGE", to be added to the text of its task. */
static bool read_report(const struct batch *batch, const char *line, GPtrArray *lines)
{
	const char *at = line;
	const struct task *task = read_file_name(batch, &at, ':');
	guint64 row, column, end;

	if (!task || !read_number(&at, ':', &row) || !read_number(&at, '-', &column) ||
	    !read_number(&at, ':', &end) || *at != ' ' || !row || end < column ||
	    !is_message(task->script, at + 1))
		return false;
	/* By task, then by place, so that the order of the lines is that of the file. */
	g_ptr_array_add(lines, g_strdup_printf("%10u %10u %10u %s", task->number, (guint)row,
					       (guint)column + 1, at + 1));
	return true;
}

/* "EXN: REASON in NUMBER.c": an exception that cost spatch one file. */
static bool read_exception(const struct batch *batch, const char *line)
{
	const char *in = g_strrstr(line, " in ");
	const char *at = in ? in + strlen(" in ") : "";
	struct task *task = read_file_name(batch, &at, '\0');

	if (!task)
		return false;
	g_free(task->text);
	line += strlen("EXN: ");
	task->text = in > line ? g_strdup_printf("!%.*s", (int)(in - line), line) :
				 g_strdup("!an exception");
	return g_utf8_validate(task->text, -1, NULL);
}

static bool read_exceptions(const struct batch *batch, const char *messages)
{
	g_auto(GStrv) lines = g_strsplit(messages, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		const char *exception = strstr(lines[i], "EXN: ");

		if (exception && !read_exception(batch, g_strchomp((char *)exception)))
			return false;
	}
	return true;
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *coccinelle_read_output(const struct batch *batch, const struct spatch_job *job)
{
	static const char nonsense[] = "printed what is no report";
	g_auto(GStrv) lines = g_strsplit(job->out->str, "\n", -1);
	g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func(g_free);

	if (strlen(job->out->str) != job->out->len || !read_exceptions(batch, job->messages->str))
		return nonsense;
	for (guint i = 0; lines[i]; i++)
		if (*lines[i] && !read_report(batch, lines[i], reports))
			return nonsense;
	g_ptr_array_sort(reports, compare_texts);
	for (guint i = 0; i < batch->tasks->len; i++) {
		struct task *task = batch->tasks->pdata[i];
		g_autoptr(GString) text = g_string_new(NULL);

		for (guint k = 0; k < reports->len; k++) {
			const char *report = reports->pdata[k];

			if (g_ascii_strtoull(report, NULL, 10) == task->number)
				g_string_append_printf(text, "%s\n", report + 11);
		}
		if (!task->text)
			task->text = g_string_free(g_steal_pointer(&text), FALSE);
	}
	return NULL;
}

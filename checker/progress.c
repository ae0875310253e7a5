// SPDX-License-Identifier: GPL-2.0-only
/*
 * progress: a bar on a terminal, lines elsewhere.
 *
 * What cannot be written is lost without a word: nobody is there to read it.
 */
#include "progress.h"

#include <unistd.h>

#include "escape.h"

#define REDRAW_MICROSECONDS 100000
#define BAR_WIDTH 30

struct stage_time {
	const char *stage;
	gint64 microseconds;
};

struct progress {
	int fd;
	bool terminal;
	bool verbose;
	bool drawn;	   /* something stands on the terminal's last line */
	const char *stage; /* the current one, or NULL */
	gint64 started;	   /* of the current stage */
	gint64 redrawn;	   /* last time */
	GArray *times;	   /* struct stage_time of the stages that ended */
};

static void put(struct progress *progress, const char *text, gsize size)
{
	while (size) {
		ssize_t n = write(progress->fd, text, size);

		if (n <= 0)
			return;
		text += n;
		size -= n;
	}
}

static void wipe(struct progress *progress)
{
	static const char sequence[] = "\r\033[K";

	if (progress->drawn)
		put(progress, sequence, sizeof(sequence) - 1);
	progress->drawn = false;
}

static void say(struct progress *progress, const char *text)
{
	g_autoptr(GString) line = g_string_new("pfncheck: ");

	wipe(progress);
	escape_append(line, text);
	g_string_append_c(line, '\n');
	put(progress, line->str, line->len);
}

static void draw(struct progress *progress, guint done, guint total)
{
	g_autoptr(GString) line = g_string_new("\r\033[K");
	guint filled = total ? (guint64)BAR_WIDTH * done / total : 0;

	escape_append(line, progress->stage);
	if (total) {
		g_string_append(line, " [");
		for (guint i = 0; i < BAR_WIDTH; i++)
			g_string_append_c(line, i < filled ? '#' : ' ');
		g_string_append_printf(line, "] %u/%u", done, total);
	} else {
		g_string_append(line, " ...");
	}
	put(progress, line->str, line->len);
	progress->drawn = true;
}

/* The entry of stage, which is made if there is none. */
static struct stage_time *stage_time(struct progress *progress, const char *stage)
{
	const struct stage_time empty = { stage, 0 };

	for (guint i = 0; i < progress->times->len; i++) {
		struct stage_time *time = &g_array_index(progress->times, struct stage_time, i);

		if (g_strcmp0(time->stage, stage) == 0)
			return time;
	}
	g_array_append_val(progress->times, empty);
	return &g_array_index(progress->times, struct stage_time, progress->times->len - 1);
}

static void end_stage(struct progress *progress)
{
	gint64 took = g_get_monotonic_time() - progress->started;

	if (!progress->stage)
		return;
	stage_time(progress, progress->stage)->microseconds += took;
	if (progress->verbose) {
		g_autofree char *text = g_strdup_printf("%s: %.2f s", progress->stage,
							took / (double)G_USEC_PER_SEC);

		say(progress, text);
	}
	wipe(progress);
	progress->stage = NULL;
}

struct progress *progress_new(int fd, bool terminal, bool verbose)
{
	struct progress *progress = g_new0(struct progress, 1);

	progress->fd = fd;
	progress->terminal = terminal;
	progress->verbose = verbose;
	progress->times = g_array_new(FALSE, FALSE, sizeof(struct stage_time));
	return progress;
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	end_stage(progress);
	wipe(progress);
	g_array_unref(progress->times);
	g_free(progress);
}

void progress_stage(struct progress *progress, const char *stage)
{
	end_stage(progress);
	progress->stage = stage;
	progress->started = g_get_monotonic_time();
	progress->redrawn = progress->started;
	if (stage && progress->terminal)
		draw(progress, 0, 0);
}

void progress_update(struct progress *progress, guint done, guint total)
{
	gint64 now;

	if (!progress->terminal || !progress->stage)
		return;
	now = g_get_monotonic_time();
	if (now - progress->redrawn < REDRAW_MICROSECONDS)
		return;
	progress->redrawn = now;
	draw(progress, MIN(done, total), total);
}

void progress_message(const char *text, void *data)
{
	struct progress *progress = data;

	say(progress, text);
	if (progress->terminal && progress->stage)
		draw(progress, 0, 0);
}

void progress_each(const struct progress *progress,
		   void (*each)(const char *stage, double seconds, void *data), void *data)
{
	for (guint i = 0; i < progress->times->len; i++) {
		const struct stage_time *time =
			&g_array_index(progress->times, struct stage_time, i);

		each(time->stage, time->microseconds / (double)G_USEC_PER_SEC, data);
	}
}

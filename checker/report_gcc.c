// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_gcc: the lines that compilers print, for editors, for bots that compare
 * the output of two commits, and for whatever reads the warnings of a build.
 */
#include "report.h"
#include "report_line.h"

static void write_gcc(const struct audit *audit, const struct report_options *options, GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);

	for (guint i = 0; i < items->len; i++) {
		if (report_item_shown(items->pdata[i], options))
			report_line_item(out, audit, items->pdata[i]);
	}
	report_line_gaps(out, audit);
}

const struct report_writer report_gcc = {
	.name = "gcc",
	.help = "lines as compilers print them, for editors and bots",
	.write = write_gcc,
};

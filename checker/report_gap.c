// SPDX-License-Identifier: GPL-2.0-only
#include "report_gap.h"

#include <string.h>

const char *report_gap_words(enum gap_kind kind)
{
	static const char *const words[] = {
		[GAP_NOT_ANALYSED] = "not analysed",
		[GAP_NOT_REACHED] = "not reached",
		[GAP_NO_COCCINELLE] = "without Coccinelle",
	};

	return words[kind];
}

static struct report_gap *add_gap(GPtrArray *gaps, enum gap_kind kind, const char *file,
				  const char *reason)
{
	struct report_gap *gap = g_new(struct report_gap, 1);

	gap->kind = kind;
	gap->at = (struct place){ file, 1, 1 };
	gap->reason = reason;
	g_ptr_array_add(gaps, gap);
	return gap;
}

static void add_failures(GPtrArray *gaps, enum gap_kind kind, const GPtrArray *failures)
{
	for (guint i = 0; i < failures->len; i++) {
		const struct audit_failure *failure = failures->pdata[i];
		const char *reason = failure->reason;
		size_t length = strlen(failure->file);
		struct report_gap *gap = add_gap(gaps, kind, failure->file, reason);
		guint64 line;
		char *end;

		if (!length || strncmp(reason, failure->file, length) || reason[length] != ':' ||
		    !g_ascii_isdigit(reason[length + 1]))
			continue;
		line = g_ascii_strtoull(reason + length + 1, &end, 10);
		if (line < 1 || line > G_MAXINT || !g_str_has_prefix(end, ": "))
			continue;
		gap->at.line = line;
		gap->reason = end + 2;
	}
}

GPtrArray *report_gaps(const struct audit *audit)
{
	const struct audit_coverage *coverage = &audit->coverage;
	GPtrArray *gaps = g_ptr_array_new_with_free_func(g_free);

	add_failures(gaps, GAP_NOT_ANALYSED, coverage->files_failed);
	for (guint i = 0; i < coverage->not_reached->len; i++)
		add_gap(gaps, GAP_NOT_REACHED, coverage->not_reached->pdata[i],
			"the run was stopped before");
	add_failures(gaps, GAP_NO_COCCINELLE, coverage->coccinelle.failed);
	return gaps;
}

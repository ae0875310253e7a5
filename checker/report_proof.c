// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_proof: proofs for people at a terminal: what was asked for, then for each
 * route its verdict and the steps that lead to it, each with its source line.
 */
#include "report_proof.h"

#include <string.h>

#include "explain.h"
#include "report_item.h"
#include "report_text.h"

#define COMMON_MIN 3 /* steps that two parts begin with, from which on they are told once */

static const enum text_style tone_styles[] = {
	[TONE_PLAIN] = STYLE_PLAIN,
	[TONE_GOOD] = STYLE_GOOD,
	[TONE_BAD] = STYLE_ERROR,
	[TONE_OPEN] = STYLE_WARNING,
};

/* How the outcomes of the ways give the verdict. */
static const char *const verdict_reasons[VERDICTS] = {
	[VERDICT_PASS] = "every way that maps something keeps the rule",
	[VERDICT_VIOLATION] = "every way that maps something breaks the rule",
	[VERDICT_CONDITIONAL] = "some ways break the rule, others keep it",
	[VERDICT_FORWARD] = "every way that maps something has another exporter do it",
	[VERDICT_REJECT] = "no way maps anything",
	[VERDICT_NO_MMAP] = "there is no mmap callback",
	[VERDICT_UNKNOWN] = "not decided",
};

static bool same_step(const struct proof_step *a, const struct proof_step *b)
{
	return place_compare(&a->at, &b->at) == 0 && strcmp(a->note, b->note) == 0 &&
	       g_strcmp0(a->state, b->state) == 0;
}

/* The part before one that it has the most first steps in common with, and how many. */
static guint find_common(const struct proof *proof, guint index, guint *with)
{
	const struct proof_part *part = proof->parts->pdata[index];
	guint most = 0;

	for (guint i = 0; i < index; i++) {
		const struct proof_part *other = proof->parts->pdata[i];
		guint n = 0;

		while (n < part->steps->len && n < other->steps->len &&
		       same_step(part->steps->pdata[n], other->steps->pdata[n]))
			n++;
		if (n > most) {
			most = n;
			*with = i;
		}
	}
	return most;
}

static void print_step(const struct text *text, const struct proof_step *step)
{
	g_autofree char *place = text_place(&step->at);

	text_print(text, "  ");
	if (step->at.file) {
		text_styled(text, STYLE_PLACE, place);
		text_print(text, ": ");
	}
	if (step->function)
		text_print(text, "%s(): ", step->function);
	text_styled(text, tone_styles[step->tone], step->note);
	text_newline(text);
	text_quote(text, &step->at);
	if (step->then.file &&
	    (step->then.line != step->at.line || strcmp(step->then.file, step->at.file) != 0))
		text_quote(text, &step->then);
	if (step->state) {
		text_print(text, "      = ");
		text_styled(text, STYLE_NOTE, step->state);
		text_newline(text);
	}
}

static bool same_finding(const struct audit_finding *a, const struct audit_finding *b)
{
	return place_compare(&a->at, &b->at) == 0 && strcmp(a->rule, b->rule) == 0 &&
	       strcmp(a->message, b->message) == 0;
}

/* What a proof begins with: the verdict, how it came about, and the findings. */
static void print_heading(const struct text *text, const struct audit_route *route)
{
	g_autofree char *name = report_route_words(route);
	g_autofree char *configs = text_configs(text->audit, route->configs);
	bool import = false;

	text_styled(text, STYLE_PLACE, name);
	text_print(text, ": ");
	text_styled(text, text_verdict_style(route->verdict), verdict_name(route->verdict));
	for (guint i = 0; i < route->notes->len; i++)
		text_print(text, " (%s)", (const char *)route->notes->pdata[i]);
	for (guint i = 0; i < route->notes->len; i++)
		import |= strcmp(route->notes->pdata[i], "import-only") == 0;
	text_print(text, "%s%s: %s%s%s", *configs ? ", with " : "", configs,
		   import ? "such objects are those of other exporters" :
			    verdict_reasons[route->verdict],
		   route->reason ? ": " : "", route->reason ? route->reason : "");
	text_newline(text);
	text_suppressed(text, route->suppressed, route->suppressor);
	for (guint i = 0; i < route->findings->len; i++) {
		const struct audit_finding *finding = route->findings->pdata[i];
		g_autofree char *place = text_place(&finding->at);
		g_autofree char *rule = g_strdup_printf("[pfncheck:%s]", finding->rule);
		bool told = false;

		for (guint k = 0; k < i && !told; k++)
			told = same_finding(route->findings->pdata[k], finding);
		if (told)
			continue;
		text_print(text, "  %s: %s: %s ", place, level_name(finding->level),
			   finding->message);
		text_styled(text, text_verdict_style(VERDICT_CONDITIONAL), rule);
		text_newline(text);
		text_suppressed(text, finding->suppressed, finding->suppressor);
	}
}

static void print_proof(const struct text *text, const struct proof *proof)
{
	print_heading(text, proof->route);
	for (guint i = 0; i < proof->parts->len; i++) {
		const struct proof_part *part = proof->parts->pdata[i];
		g_autofree char *title = g_strdup_printf("%u. %s", i + 1, part->title);
		guint with = 0, common = find_common(proof, i, &with);

		text_newline(text);
		text_styled(text, tone_styles[part->tone], title);
		text_newline(text);
		if (common < COMMON_MIN) {
			common = 0;
		} else {
			const struct proof_step *last = part->steps->pdata[common - 1];
			g_autofree char *place = text_place(&last->at);

			text_print(text, "  as in %u. up to %s: %s", with + 1, place, last->note);
			text_newline(text);
		}
		for (guint k = common; k < part->steps->len; k++)
			print_step(text, part->steps->pdata[k]);
	}
}

/* All routes with their verdicts, as what to ask for. */
static void print_index(const struct text *text, const GPtrArray *proofs)
{
	guint width = 0;

	for (guint i = 0; i < proofs->len; i++) {
		const struct proof *proof = proofs->pdata[i];

		width = MAX(width, strlen(verdict_name(proof->route->verdict)));
	}
	for (guint i = 0; i < proofs->len; i++) {
		const struct audit_route *route = ((struct proof *)proofs->pdata[i])->route;
		g_autofree char *argument = explain_argument(text->audit, route);
		g_autofree char *configs = text_configs(text->audit, route->configs);
		const char *name = verdict_name(route->verdict);

		text_styled(text, text_verdict_style(route->verdict), name);
		text_print(text, "%*s  %s%s%s", (int)(width - strlen(name)), "", argument,
			   *configs ? "  " : "", configs);
		text_newline(text);
	}
}

static void print_proofs(const struct text *text, const GPtrArray *proofs)
{
	if (proofs->len > 1)
		print_index(text, proofs);
	if (proofs->len > PROOFS_SHOWN && !text->options->verbose) {
		text_newline(text);
		text_print(text,
			   "These are %u routes: ask for one of them, or for all proofs with "
			   "--verbose.",
			   proofs->len);
		text_newline(text);
		return;
	}
	for (guint i = 0; i < proofs->len; i++) {
		if (proofs->len > 1)
			text_newline(text);
		print_proof(text, proofs->pdata[i]);
	}
}

void report_proof(const struct audit *audit, const GPtrArray *proofs,
		  const struct report_options *options, GString *out)
{
	struct report_source *source = report_source_new(options->root);
	const struct text text = { audit, options, out, source };

	print_proofs(&text, proofs);
	report_source_free(source);
}

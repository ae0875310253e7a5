// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_sarif: SARIF 2.1.0, with what GitHub's code scanning asks for.  Suppressed
 * findings are in it always, since readers know about these.
 */
#include "report_sarif.h"

#include "report_gap.h"
#include "report_json.h"
#include "report_rules.h"

/* Descriptors of notifications, by their index in the driver. */
enum notice {
	NOTICE_NOT_ANALYSED,
	NOTICE_STOPPED,
	NOTICE_NOTE,
	NOTICE_VOCABULARY,
	NOTICES,
};

static const struct {
	const char *id;
	const char *brief;
	const char *full;
	const char *help;
	const char *level;
} notices[] = {
	[NOTICE_NOT_ANALYSED] = {
		"not-analysed",
		"A file could not be analysed.",
		"Nothing that the file holds was followed. Exporters that need it are not decided.",
		"The message tells why. Other files are not concerned.",
		"warning",
	},
	[NOTICE_STOPPED] = {
		"stopped",
		"The run ended early.",
		"The results are what was known when the run was stopped.",
		"Run it again, with more time.",
		"error",
	},
	[NOTICE_NOTE] = {
		"note",
		"Something that the answer rests on.",
		"Headers that had to be stubbed, suppressions that suppress nothing, and the like.",
		"See whether it is as you expect.",
		"note",
	},
	[NOTICE_VOCABULARY] = {
		"vocabulary",
		"A helper of mm is not what pfncheck takes it for, or unknown.",
		"What helpers of mm do is held against their bodies in the tree.",
		"Exporters that come by a helper that does something else are not decided.",
		"warning",
	},
};
G_STATIC_ASSERT(G_N_ELEMENTS(notices) == NOTICES);

static const char *severity(enum level level)
{
	return level == LEVEL_ERROR   ? "error" :
	       level == LEVEL_WARNING ? "warning" :
					"recommendation";
}

static json_t *rule(const struct report_rule *r)
{
	g_autoptr(GString) plain = g_string_new(r->help);

	g_string_replace(plain, "`", "", 0);
	return json_pack(
		"{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s, s:s}, s:{s:s}, s:{s:[s, s], s:s, s:s}}", "id",
		r->id, "name", r->name, "shortDescription", "text", r->brief, "fullDescription",
		"text", r->full, "help", "text", plain->str, "markdown", r->help,
		"defaultConfiguration", "level", level_name(r->level), "properties", "tags",
		"linux-kernel", "dma-buf", "precision", r->precision, "problem.severity",
		severity(r->level));
}

static json_t *rules(void)
{
	json_t *array = json_array();

	for (guint i = 0; i < report_rule_count; i++)
		json_array_append_new(array, rule(&report_rules[i]));
	return array;
}

static json_t *notice_descriptors(void)
{
	json_t *array = json_array();

	for (guint i = 0; i < NOTICES; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id",
						notices[i].id, "shortDescription", "text",
						notices[i].brief, "fullDescription", "text",
						notices[i].full, "help", "text", notices[i].help,
						"defaultConfiguration", "level", notices[i].level));
	return array;
}

/* Appends to notifications; at may be NULL. */
static void notify(struct sarif *sarif, json_t *notifications, enum notice notice,
		   const char *level, const char *message, const struct place *at)
{
	json_t *object = json_pack("{s:{s:s, s:i}, s:s, s:o}", "descriptor", "id",
				   notices[notice].id, "index", (int)notice, "level", level,
				   "message", sarif_message(message));

	if (at && at->file && *at->file)
		json_object_set_new(object, "locations",
				    json_pack("[o]", sarif_location(sarif, at, NULL, NULL, false)));
	json_array_append_new(notifications, object);
}

static void notify_gap(struct sarif *sarif, json_t *notifications, const struct report_gap *gap)
{
	bool failed = gap->kind == GAP_NOT_ANALYSED;
	g_autofree char *message =
		failed ? g_strdup(gap->reason) :
			 g_strdup_printf("%s: %s", report_gap_words(gap->kind), gap->reason);

	notify(sarif, notifications, NOTICE_NOT_ANALYSED,
	       gap->kind == GAP_NO_COCCINELLE ? "note" : "warning", message, &gap->at);
}

static void notify_helpers(struct sarif *sarif, json_t *notifications, const GPtrArray *helpers,
			   const char *level, const char *what)
{
	for (guint i = 0; i < helpers->len; i++) {
		const struct audit_helper *helper = helpers->pdata[i];
		g_autofree char *message =
			g_strdup_printf("%s: %s: %s", helper->name, what, helper->text);

		notify(sarif, notifications, NOTICE_VOCABULARY, level, message, &helper->at);
	}
}

static json_t *invocation(struct sarif *sarif)
{
	const struct audit *audit = sarif->audit;
	const struct audit_coverage *coverage = &audit->coverage;
	g_autoptr(GPtrArray) gaps = report_gaps(audit);
	g_autofree char *stopped = report_stopped(audit);
	json_t *notifications = json_array();

	for (guint i = 0; i < gaps->len; i++)
		notify_gap(sarif, notifications, gaps->pdata[i]);
	if (coverage->coccinelle.asked && coverage->coccinelle.reason) {
		g_autofree char *message =
			g_strdup_printf("without Coccinelle: %s", coverage->coccinelle.reason);

		notify(sarif, notifications, NOTICE_NOTE, "note", message, NULL);
	}
	if (stopped)
		notify(sarif, notifications, NOTICE_STOPPED, "error", stopped, NULL);
	for (guint i = 0; i < coverage->notes->len; i++)
		notify(sarif, notifications, NOTICE_NOTE, "note", coverage->notes->pdata[i], NULL);
	notify_helpers(sarif, notifications, audit->vocabulary.contradictions, "warning",
		       "not what is known of it");
	notify_helpers(sarif, notifications, audit->vocabulary.unknown, "note", "not known");
	return json_pack("{s:b, s:o}", "executionSuccessful", !audit->stopped,
			 "toolExecutionNotifications", notifications);
}

static json_t *commits(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++) {
		const struct audit_commit *commit = list->pdata[i];

		json_array_append_new(array, json_pack("{s:o, s:o}", "id", sarif_text(commit->id),
						       "subject", sarif_text(commit->subject)));
	}
	return array;
}

static json_t *run_properties(const struct audit *audit)
{
	const struct audit_review *review = &audit->review;
	json_t *configurations = json_array();
	json_t *object;

	for (guint i = 0; i < audit->configs->len; i++) {
		const struct audit_config *config = audit->configs->pdata[i];
		g_autofree char *words = g_strdup_printf("%s %s", config->arch, config->config);

		json_array_append_new(configurations, sarif_text(words));
	}
	object = json_pack("{s:o, s:o, s:o}", "kernel", sarif_text(audit->release), "libclang",
			   sarif_text(audit->libclang), "configurations", configurations);
	if (review->base)
		json_object_set_new(object, "review",
				    json_pack("{s:o, s:o, s:o}", "base", sarif_text(review->base),
					      "head", sarif_text(review->head), "commits",
					      commits(review->commits)));
	return object;
}

static json_t *driver(void)
{
	return json_pack(
		"{s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:o, s:o}", "name", "pfncheck", "version",
		PFNCHECK_VERSION, "semanticVersion", PFNCHECK_VERSION, "shortDescription", "text",
		"Checks that mappings of Linux dma-bufs are VM_PFNMAP.", "fullDescription", "text",
		"Follows every dma-buf exporter of a kernel tree from its mmap callback to "
		"the helpers that insert page table entries, and tells whether user space "
		"can reach struct pages through the mapping.",
		"rules", rules(), "notifications", notice_descriptors());
}

static json_t *run(struct sarif *sarif, const GPtrArray *items)
{
	/* The part up to the last slash is what GitHub calls the category. */
	const char *id = sarif->audit->review.base ? "pfncheck/review/" : "pfncheck/audit/";
	json_t *results = json_array();

	for (guint i = 0; i < items->len; i++)
		json_array_append_new(results, sarif_result(sarif, items->pdata[i]));
	return json_pack("{s:{s:o}, s:[o], s:{s:{s:{s:s}}, s:{s:{s:s}}}, s:s, s:{s:s}, s:o, s:o}",
			 "tool", "driver", driver(), "invocations", invocation(sarif),
			 "originalUriBaseIds", SARIF_ROOT, "description", "text",
			 "The top of the kernel tree.", SARIF_BUILD, "description", "text",
			 "The kernel's build directory.", "columnKind", "unicodeCodePoints",
			 "automationDetails", "id", id, "results", results, "properties",
			 run_properties(sarif->audit));
}

static void hashes_free(void *data)
{
	if (data)
		g_ptr_array_unref(data);
}

static void write_sarif(const struct audit *audit, const struct report_options *options,
			GString *out)
{
	g_autoptr(GPtrArray) items = report_items(audit, options);
	g_autoptr(GHashTable) hashes =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, hashes_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct sarif sarif = {
		.audit = audit,
		.options = options,
		.source = report_source_new(options->root),
		.hashes = hashes,
		.seen = seen,
		.suppressing = report_suppressed_count(items) > 0,
	};

	report_json_write(json_pack("{s:s, s:s, s:[o]}", "$schema",
				    "https://json.schemastore.org/sarif-2.1.0.json", "version",
				    "2.1.0", "runs", run(&sarif, items)),
			  out);
	report_source_free(sarif.source);
}

const struct report_writer report_sarif = {
	.name = "sarif",
	.help = "SARIF 2.1.0, for code scanning and editors",
	.write = write_sarif,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_sarif_result: one thing to tell, as a result of SARIF.
 *
 * GitHub takes at most 1000 locations and 10000 steps of a result.
 */
#include "report_sarif.h"

#include <string.h>

#include "escape.h"
#include "report_line_hash.h"
#include "report_rules.h"

#define RELATED_MAX 1000
#define STEPS_MAX 10000

static const char *const levels[] = {
	[LEVEL_NONE] = "none",
	[LEVEL_NOTE] = "note",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
};

json_t *sarif_text(const char *s)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!s)
		return json_null();
	escape_append(text, s);
	/* What reads as a link is one in a message. */
	g_string_replace(text, "](", "] (", 0);
	return json_stringn(text->str, text->len);
}

json_t *sarif_message(const char *s)
{
	return json_pack("{s:o}", "text", sarif_text(s && *s ? s : "-"));
}

json_t *sarif_artifact(const char *file)
{
	static const char build[] = "build:";
	bool built = g_str_has_prefix(file, build);
	g_autofree char *uri = g_uri_escape_string(built ? file + strlen(build) : file, "/", FALSE);

	if (g_path_is_absolute(file)) {
		g_autofree char *whole = g_strconcat("file://", uri, NULL);

		return json_pack("{s:s}", "uri", whole);
	}
	return json_pack("{s:s, s:s}", "uri", uri, "uriBaseId", built ? SARIF_BUILD : SARIF_ROOT);
}

/* Characters from the start of the line to the byte at offset. */
static guint count_characters(const char *line, gsize offset)
{
	g_autofree char *before = g_strndup(line, offset);
	g_autofree char *valid = g_utf8_make_valid(before, -1);

	return g_utf8_strlen(valid, -1);
}

/* Of one line: from the column to the end of the word there, else of one character. */
static json_t *region(struct sarif *sarif, const struct place *at, bool quote)
{
	g_autofree char *line = quote ? report_source_line(sarif->source, at) : NULL;
	guint start = MAX(at->column, 1), end = start + 1;

	if (line && start <= strlen(line)) {
		gsize offset = start - 1, length = 0;

		while (g_ascii_isalnum(line[offset + length]) || line[offset + length] == '_')
			length++;
		start = count_characters(line, offset) + 1;
		end = start + MAX(length, 1);
	}
	return json_pack("{s:I, s:I, s:I, s:I}", "startLine", (json_int_t)MAX(at->line, 1),
			 "startColumn", (json_int_t)start, "endLine", (json_int_t)MAX(at->line, 1),
			 "endColumn", (json_int_t)end);
}

json_t *sarif_location(struct sarif *sarif, const struct place *at, const char *function,
		       const char *message, bool quote)
{
	json_t *location = json_object();
	json_t *artifact = sarif_artifact(at->file && *at->file ? at->file : SARIF_NOWHERE);

	json_object_set_new(location, "physicalLocation",
			    json_pack("{s:o, s:o}", "artifactLocation", artifact, "region",
				      region(sarif, at, quote)));
	if (function && *function)
		json_object_set_new(location, "logicalLocations",
				    json_pack("[{s:o, s:s}]", "name", sarif_text(function), "kind",
					      "function"));
	if (message)
		json_object_set_new(location, "message", sarif_message(message));
	return location;
}

/* The tree that quotes come from is the head's. */
static bool is_of_head(const struct report_item *item)
{
	return item->change != CHANGE_FIXED;
}

static json_t *step_location(struct sarif *sarif, const struct report_item *item,
			     const struct path_step *step)
{
	const struct place *at = step->at.file && *step->at.file ? &step->at : &item->own;

	return sarif_location(sarif, at, step->function, step->note, is_of_head(item));
}

static json_t *code_flows(struct sarif *sarif, const struct report_item *item)
{
	const GPtrArray *path = report_item_path(item);
	json_t *steps = json_array();

	for (guint i = 0; i < path->len && i < STEPS_MAX; i++)
		json_array_append_new(steps, json_pack("{s:o}", "location",
						       step_location(sarif, item, path->pdata[i])));
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

static void add_related(json_t *related, json_t *location)
{
	size_t id = json_array_size(related) + 1;

	if (id > RELATED_MAX) {
		json_decref(location);
		return;
	}
	json_object_set_new(location, "id", json_integer(id));
	json_array_append_new(related, location);
}

/* The finding's own place if another one is pointed at, the path, and the other exporters. */
static json_t *related_locations(struct sarif *sarif, const struct report_item *item)
{
	const GPtrArray *path = report_item_path(item);
	json_t *related = json_array();

	if (report_item_anchored(item))
		add_related(related, sarif_location(sarif, &item->own, NULL, item->message, true));
	for (guint i = 0; path && i < path->len; i++)
		add_related(related, step_location(sarif, item, path->pdata[i]));
	for (guint i = 0; item->finding && i < item->finding->was->len; i++) {
		const struct path_step *step = item->finding->was->pdata[i];
		g_autofree char *words = g_strdup_printf("%s " REPORT_OF_BASE, step->note);

		add_related(related,
			    sarif_location(sarif, &step->at, step->function, words, false));
	}
	for (guint i = 0; i < item->also->len; i++) {
		const struct audit_route *route = item->also->pdata[i];
		g_autofree char *name = report_route_words(route);
		g_autofree char *words = g_strdup_printf("also: %s", name);

		add_related(related,
			    sarif_location(sarif, &route->ops.at, NULL, words, is_of_head(item)));
	}
	return related;
}

/* The hash of the line that is pointed at, or NULL. */
static const char *line_hash(struct sarif *sarif, const struct place *at)
{
	const GPtrArray *hashes;

	if (!at->file)
		return NULL;
	if (!g_hash_table_contains(sarif->hashes, at->file)) {
		const char *text = report_source_text(sarif->source, at->file);

		g_hash_table_insert(sarif->hashes, g_strdup(at->file),
				    text ? report_line_hashes(text) : NULL);
	}
	hashes = g_hash_table_lookup(sarif->hashes, at->file);
	return hashes && at->line && at->line <= hashes->len ? hashes->pdata[at->line - 1] : NULL;
}

/* Of rule, file and what is said, with a number where these are the same. */
static json_t *fingerprints(struct sarif *sarif, const struct report_item *item)
{
	g_autofree char *words = item->kind == ITEM_VERDICT ? report_route_words(item->route) :
							      g_strdup(item->message);
	g_autofree char *key = g_strdup_printf("%s|%s|%s", item->rule,
					       item->own.file ? item->own.file : "", words);
	char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	const char *line = is_of_head(item) ? line_hash(sarif, &item->at) : NULL;
	g_autofree char *value = NULL;
	json_t *object;
	guint count;

	sum[32] = '\0';
	count = GPOINTER_TO_UINT(g_hash_table_lookup(sarif->seen, sum)) + 1;
	value = g_strdup_printf("%s:%u", sum, count);
	g_hash_table_insert(sarif->seen, sum, GUINT_TO_POINTER(count));
	object = json_pack("{s:s}", "pfncheck/v1", value);
	if (line)
		json_object_set_new(object, "primaryLocationLineHash", json_string(line));
	return object;
}

static json_t *suppressions(const struct report_item *item)
{
	json_t *suppression;

	if (!item->suppressed)
		return json_array();
	suppression = json_pack("{s:s, s:s, s:o}", "kind",
				item->by_comment ? "inSource" : "external", "status", "accepted",
				"justification", sarif_text(item->suppressed));
	if (item->suppressor)
		json_object_set_new(suppression, "properties",
				    json_pack("{s:o}", "by", sarif_text(item->suppressor)));
	return json_pack("[o]", suppression);
}

/* NULL: there was no comparison. */
static const char *baseline_state(const struct audit *audit, enum change change)
{
	if (!audit->review.base)
		return audit->baseline.file ? "new" : NULL;
	switch (change) {
	case CHANGE_NEW:
		return "new";
	case CHANGE_FIXED:
		return "absent";
	case CHANGE_WORSE:
	case CHANGE_BETTER:
	case CHANGE_MOVED:
		return "updated";
	default:
		return "unchanged";
	}
}

static json_t *conditions(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++) {
		const struct audit_condition *condition = list->pdata[i];
		g_autofree char *words = g_strdup_printf(
			"%s %s", condition->breaks_when ? "when" : "unless", condition->expr);

		json_array_append_new(array, sarif_text(words));
	}
	return array;
}

static json_t *configs(const struct audit *audit, const GArray *indices)
{
	json_t *array = json_array();

	for (guint i = 0; i < indices->len; i++) {
		guint index = g_array_index(indices, guint, i);
		const struct audit_config *config;
		g_autofree char *words = NULL;

		if (index >= audit->configs->len)
			continue;
		config = audit->configs->pdata[index];
		words = g_strdup_printf("%s %s", config->arch, config->config);
		json_array_append_new(array, sarif_text(words));
	}
	return array;
}

static json_t *properties(const struct sarif *sarif, const struct report_item *item)
{
	const struct audit_finding *finding = item->finding;
	json_t *object = json_object();

	if (item->route) {
		g_autofree char *name = report_route_words(item->route);

		json_object_set_new(object, "exporter", sarif_text(name));
		json_object_set_new(object, "verdict",
				    json_string(verdict_name(item->route->verdict)));
	}
	if (finding) {
		json_object_set_new(object, "confidence", sarif_text(finding->confidence));
		json_object_set_new(object, "fingerprint", sarif_text(finding->fingerprint));
		json_object_set_new(object, "configs", configs(sarif->audit, finding->configs));
		json_object_set_new(object, "conditions", conditions(finding->conditions));
	}
	if (sarif->audit->review.base) {
		json_object_set_new(object, "change", json_string(change_name(item->change)));
		json_object_set_new(object, "inBase", json_boolean(!is_of_head(item)));
	}
	if (item->before != VERDICTS)
		json_object_set_new(object, "before", json_string(verdict_name(item->before)));
	if (item->commit) {
		g_autofree char *words = report_commit_words(sarif->audit, item->commit);

		json_object_set_new(object, "commit", sarif_text(words));
	}
	return object;
}

json_t *sarif_result(struct sarif *sarif, const struct report_item *item)
{
	const char *state = baseline_state(sarif->audit, item->change);
	const GPtrArray *path = report_item_path(item);
	int rule = report_rule_find(item->rule);
	json_t *result = json_pack("{s:o}", "ruleId", sarif_text(item->rule));

	if (rule >= 0)
		json_object_set_new(result, "ruleIndex", json_integer(rule));
	/* Only what fails has a level. */
	json_object_set_new(result, "kind",
			    json_string(item->level == LEVEL_NONE ? "informational" : "fail"));
	json_object_set_new(result, "level", json_string(levels[item->level]));
	json_object_set_new(result, "message", sarif_message(item->message));
	json_object_set_new(
		result, "locations",
		json_pack("[o]", sarif_location(sarif, &item->at, NULL, NULL, is_of_head(item))));
	if (path && path->len)
		json_object_set_new(result, "codeFlows", code_flows(sarif, item));
	json_object_set_new(result, "relatedLocations", related_locations(sarif, item));
	json_object_set_new(result, "partialFingerprints", fingerprints(sarif, item));
	if (state)
		json_object_set_new(result, "baselineState", json_string(state));
	if (sarif->suppressing)
		json_object_set_new(result, "suppressions", suppressions(item));
	json_object_set_new(result, "properties", properties(sarif, item));
	return result;
}

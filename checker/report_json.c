// SPDX-License-Identifier: GPL-2.0-only
/*
 * report_json: the audit as JSON, the contract that scripts rely on.  Fields
 * may be added, none renamed or dropped; audit.schema.json describes them, and
 * baseline.c reads them back.
 *
 * Pure ASCII: Jansson escapes everything else, so that the bytes are the same in
 * every locale and nothing in them can reach a terminal as a command.  Bytes
 * that are not UTF-8 become U+FFFD.
 */
#include "report_json.h"
#include "report.h"

/* All of the functions below that make something return a new reference. */

json_t *report_json_text(const char *s)
{
	g_autofree char *valid = s ? g_utf8_make_valid(s, -1) : NULL;

	return valid ? json_string(valid) : json_null();
}

/* A string that the contract says is always there. */
static json_t *string(const char *s)
{
	return report_json_text(s ? s : "");
}

static json_t *strings(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, string(list->pdata[i]));
	return array;
}

static json_t *list_of(const GPtrArray *list, json_t *(*element)(const void *))
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, element(list->pdata[i]));
	return array;
}

static void add_place(json_t *object, const struct place *at)
{
	json_object_set_new(object, "file", string(at->file));
	json_object_set_new(object, "line", json_integer(at->line));
	json_object_set_new(object, "column", json_integer(at->column));
}

static json_t *config_json(const void *data)
{
	const struct audit_config *config = data;
	json_t *object = json_object();

	json_object_set_new(object, "arch", string(config->arch));
	json_object_set_new(object, "config", string(config->config));
	return object;
}

static json_t *ops_json(const struct audit_object *ops)
{
	json_t *object = json_object();

	add_place(object, &ops->at);
	json_object_set_new(object, "name", string(ops->name));
	return object;
}

static json_t *table_json(const void *data)
{
	const struct audit_object *table = data;
	json_t *object = ops_json(table);

	json_object_set_new(object, "type", string(table->type));
	return object;
}

static json_t *implementation_json(const struct audit_object *function)
{
	json_t *object;

	if (!function->name)
		return json_null();
	object = json_object();
	json_object_set_new(object, "function", string(function->name));
	add_place(object, &function->at);
	return object;
}

static json_t *insert_json(const void *data)
{
	const struct audit_insert *insert = data;
	json_t *object = json_object();

	json_object_set_new(object, "class", string(insert->class));
	json_object_set_new(object, "helper", string(insert->helper));
	add_place(object, &insert->at);
	json_object_set_new(object, "from", string(insert->from));
	return object;
}

static json_t *condition_json(const void *data)
{
	const struct audit_condition *condition = data;
	json_t *object = json_object();

	json_object_set_new(object, "expr", string(condition->expr));
	add_place(object, &condition->at);
	json_object_set_new(object, "function", string(condition->function));
	json_object_set_new(object, "breaks_when", json_boolean(condition->breaks_when));
	json_object_set_new(object, "kind", string(condition_kind_name(condition->kind)));
	return object;
}

static json_t *step_json(const void *data)
{
	const struct path_step *step = data;
	json_t *object = json_object();

	add_place(object, &step->at);
	json_object_set_new(object, "function", report_json_text(step->function));
	json_object_set_new(object, "note", string(step->note));
	return object;
}

static json_t *numbers(const GArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, json_integer(g_array_index(list, guint, i)));
	return array;
}

/* The same three fields in a finding and in a route. */
static void add_suppression(json_t *object, const char *reason, const char *by, bool by_comment)
{
	json_object_set_new(object, "suppressed", report_json_text(reason));
	json_object_set_new(object, "suppressor", report_json_text(by));
	json_object_set_new(object, "by_comment", json_boolean(by_comment));
}

static json_t *finding_json(const void *data)
{
	const struct audit_finding *finding = data;
	json_t *object = json_object();

	json_object_set_new(object, "rule", string(finding->rule));
	json_object_set_new(object, "level", string(level_name(finding->level)));
	json_object_set_new(object, "fingerprint", string(finding->fingerprint));
	json_object_set_new(object, "confidence", string(finding->confidence));
	add_place(object, &finding->at);
	json_object_set_new(object, "message", string(finding->message));
	add_suppression(object, finding->suppressed, finding->suppressor, finding->by_comment);
	json_object_set_new(object, "configs", numbers(finding->configs));
	json_object_set_new(object, "conditions", list_of(finding->conditions, condition_json));
	json_object_set_new(object, "path", list_of(finding->path, step_json));
	json_object_set_new(object, "was", list_of(finding->was, step_json));
	json_object_set_new(object, "change", string(change_name(finding->change)));
	json_object_set_new(object, "in_base", json_boolean(finding->change == CHANGE_FIXED));
	json_object_set_new(object, "commit", report_json_text(finding->commit));
	return object;
}

static json_t *flags_json(const struct audit_route *route)
{
	json_t *object = json_object();

	json_object_set_new(object, "set", strings(route->flags_set));
	json_object_set_new(object, "clear", strings(route->flags_clear));
	json_object_set_new(object, "steps", list_of(route->settings, step_json));
	return object;
}

static json_t *route_json(const void *data)
{
	const struct audit_route *route = data;
	bool compared = route->change == CHANGE_WORSE || route->change == CHANGE_BETTER;
	json_t *object = json_object();

	json_object_set_new(object, "id", string(route->id));
	json_object_set_new(object, "configs", numbers(route->configs));
	json_object_set_new(object, "ops", ops_json(&route->ops));
	json_object_set_new(object, "mmap", report_json_text(route->mmap));
	json_object_set_new(object, "tables", list_of(route->tables, table_json));
	json_object_set_new(object, "alike", list_of(route->alike, table_json));
	json_object_set_new(object, "implementation", implementation_json(&route->implementation));
	json_object_set_new(object, "verdict", string(verdict_name(route->verdict)));
	json_object_set_new(object, "level", string(level_name(route->level)));
	json_object_set_new(object, "known", json_boolean(route->known));
	add_suppression(object, route->suppressed, route->suppressor, route->by_comment);
	json_object_set_new(object, "reason", report_json_text(route->reason));
	json_object_set_new(object, "notes", strings(route->notes));
	json_object_set_new(object, "flags", flags_json(route));
	json_object_set_new(object, "vm_ops", strings(route->vm_ops));
	json_object_set_new(object, "inserts", list_of(route->inserts, insert_json));
	json_object_set_new(object, "conditions", list_of(route->conditions, condition_json));
	json_object_set_new(object, "guards", list_of(route->guards, condition_json));
	json_object_set_new(object, "findings", list_of(route->findings, finding_json));
	json_object_set_new(object, "change", string(change_name(route->change)));
	json_object_set_new(object, "in_base", json_boolean(route->change == CHANGE_FIXED));
	json_object_set_new(object, "before",
			    report_json_text(compared ? verdict_name(route->before) : NULL));
	json_object_set_new(object, "commit", report_json_text(route->commit));
	return object;
}

static json_t *failure_json(const void *data)
{
	const struct audit_failure *failure = data;
	json_t *object = json_object();

	json_object_set_new(object, "file", string(failure->file));
	json_object_set_new(object, "reason", string(failure->reason));
	return object;
}

static json_t *helper_json(const void *data)
{
	const struct audit_helper *helper = data;
	json_t *object = json_object();

	json_object_set_new(object, "helper", string(helper->name));
	json_object_set_new(object, "file", string(helper->at.file));
	json_object_set_new(object, "line", json_integer(helper->at.line));
	json_object_set_new(object, "text", string(helper->text));
	json_object_set_new(object, "used", json_boolean(helper->used));
	return object;
}

static json_t *vocabulary_json(const struct audit_vocabulary *vocabulary)
{
	json_t *object = json_object();

	json_object_set_new(object, "checked", strings(vocabulary->checked));
	json_object_set_new(object, "contradictions",
			    list_of(vocabulary->contradictions, helper_json));
	json_object_set_new(object, "undecided", list_of(vocabulary->undecided, helper_json));
	json_object_set_new(object, "unknown_helpers", list_of(vocabulary->unknown, helper_json));
	return object;
}

static json_t *difference_json(const void *data)
{
	const struct audit_difference *difference = data;
	json_t *object = json_object();

	add_place(object, &difference->at);
	json_object_set_new(object, "rule", string(difference->rule));
	json_object_set_new(object, "name", string(difference->name));
	json_object_set_new(object, "clang", string(difference->clang));
	json_object_set_new(object, "coccinelle", string(difference->coccinelle));
	json_object_set_new(object, "reported", json_boolean(difference->reported));
	return object;
}

static json_t *coccinelle_json(const struct audit_coccinelle *coccinelle)
{
	json_t *object;

	if (!coccinelle->asked)
		return json_null();
	object = json_object();
	json_object_set_new(object, "version", report_json_text(coccinelle->version));
	json_object_set_new(object, "reason", report_json_text(coccinelle->reason));
	json_object_set_new(object, "files", json_integer(coccinelle->files));
	json_object_set_new(object, "failed", list_of(coccinelle->failed, failure_json));
	json_object_set_new(object, "only_clang", list_of(coccinelle->only_clang, difference_json));
	json_object_set_new(object, "only_coccinelle",
			    list_of(coccinelle->only_coccinelle, difference_json));
	return object;
}

static json_t *coverage_json(const struct audit_coverage *coverage)
{
	json_t *object = json_object();
	json_t *verdicts = json_object();

	for (int i = 0; i < VERDICTS; i++)
		json_object_set_new(verdicts, verdict_name(i), json_integer(coverage->verdicts[i]));
	json_object_set_new(object, "exporters", json_integer(coverage->exporters));
	json_object_set_new(object, "routes", json_integer(coverage->routes));
	json_object_set_new(object, "unknown", json_integer(coverage->unknown));
	json_object_set_new(object, "verdicts", verdicts);
	json_object_set_new(object, "files_scanned", json_integer(coverage->files_scanned));
	json_object_set_new(object, "files_parsed", json_integer(coverage->files_parsed));
	json_object_set_new(object, "files_failed", list_of(coverage->files_failed, failure_json));
	json_object_set_new(object, "files_not_reached", strings(coverage->not_reached));
	json_object_set_new(object, "notes", strings(coverage->notes));
	json_object_set_new(object, "coccinelle", coccinelle_json(&coverage->coccinelle));
	return object;
}

static json_t *baseline_json(const struct audit_baseline *baseline)
{
	json_t *object;

	if (!baseline->file)
		return json_null();
	object = json_object();
	json_object_set_new(object, "file", string(baseline->file));
	json_object_set_new(object, "routes", json_integer(baseline->routes));
	json_object_set_new(object, "findings", json_integer(baseline->findings));
	return object;
}

static json_t *commit_json(const void *data)
{
	const struct audit_commit *commit = data;
	json_t *object = json_object();

	json_object_set_new(object, "id", string(commit->id));
	json_object_set_new(object, "subject", report_json_text(commit->subject));
	return object;
}

static json_t *review_json(const struct audit_review *review)
{
	json_t *object;

	if (!review->base)
		return json_null();
	object = json_object();
	json_object_set_new(object, "base", string(review->base));
	json_object_set_new(object, "head", report_json_text(review->head));
	json_object_set_new(object, "commits", list_of(review->commits, commit_json));
	return object;
}

static json_t *audit_json(const struct audit *audit)
{
	json_t *object = json_object();
	json_t *tool = json_object();
	json_t *kernel = json_object();

	json_object_set_new(tool, "name", string("pfncheck"));
	json_object_set_new(tool, "version", string(PFNCHECK_VERSION));
	json_object_set_new(tool, "libclang", string(audit->libclang));
	json_object_set_new(kernel, "release", string(audit->release));
	json_object_set_new(object, "schema", json_integer(AUDIT_SCHEMA));
	json_object_set_new(object, "tool", tool);
	json_object_set_new(object, "kernel", kernel);
	json_object_set_new(object, "configs", list_of(audit->configs, config_json));
	json_object_set_new(object, "stopped", report_json_text(audit->stopped));
	json_object_set_new(object, "stopped_in", report_json_text(audit->stopped_in));
	json_object_set_new(object, "against", baseline_json(&audit->baseline));
	json_object_set_new(object, "review", review_json(&audit->review));
	json_object_set_new(object, "routes", list_of(audit->routes, route_json));
	json_object_set_new(object, "left_out", list_of(audit->left_out, finding_json));
	json_object_set_new(object, "coverage", coverage_json(&audit->coverage));
	json_object_set_new(object, "vocabulary", vocabulary_json(&audit->vocabulary));
	return object;
}

static int append_text(const char *text, size_t size, void *data)
{
	g_string_append_len(data, text, size);
	return 0;
}

void report_json_write(json_t *value, GString *out)
{
	json_dump_callback(value, append_text, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(value);
	/* The one control character that JSON lets through. */
	g_string_replace(out, "\x7f", "\\u007f", 0);
	g_string_append_c(out, '\n');
}

static void write_json(const struct audit *audit, const struct report_options *options,
		       GString *out)
{
	(void)options;
	report_json_write(audit_json(audit), out);
}

const struct report_writer report_json = {
	.name = "json",
	.help = "for programs, with everything that is known",
	.write = write_json,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * baseline: reads a saved audit and compares.
 *
 * The file comes from anywhere: every field is checked for its type, and the
 * first one that is wrong is named.
 */
#include "baseline.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <jansson.h>

#include "compare.h"

/* The reading of one file. */
struct reader {
	struct audit *audit;
	char *fault; /* the first thing that is wrong; NULL: none yet */
};

G_DEFINE_QUARK(pfncheck_baseline_error, baseline_error)

static void G_GNUC_PRINTF(2, 3) fault(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!reader->fault)
		reader->fault = g_strdup_vprintf(format, args);
	va_end(args);
}

/*
 * The getters give an empty value for a field that is not there or null, and
 * for one of another type, which is a fault.
 */

static const char *get_string(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (!json_is_string(value))
		fault(reader, "'%s' is not a string", key);
	return audit_string(reader->audit, json_string_value(value));
}

/* For what is never NULL in an audit. */
static const char *get_text(struct reader *reader, const json_t *object, const char *key)
{
	const char *s = get_string(reader, object, key);

	return s ? s : "";
}

static guint get_number(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (!value)
		return 0;
	if (!json_is_integer(value) || number < 0 || number > G_MAXUINT) {
		fault(reader, "'%s' is not a number from 0 to %u", key, G_MAXUINT);
		return 0;
	}
	return number;
}

static bool get_flag(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_boolean(value))
		fault(reader, "'%s' is neither true nor false", key);
	return json_is_true(value);
}

static const json_t *get_object(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_null(value) && !json_is_object(value))
		fault(reader, "'%s' is not an object", key);
	return json_is_object(value) ? value : NULL;
}

static const json_t *get_array(struct reader *reader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_array(value))
		fault(reader, "'%s' is not an array", key);
	return json_is_array(value) ? value : NULL;
}

static enum level get_level(struct reader *reader, const json_t *object)
{
	const char *name = get_string(reader, object, "level");
	enum level level = LEVEL_NONE;

	if (name && !level_parse(name, &level))
		fault(reader, "there is no level '%s'", name);
	return level;
}

static void read_strings(struct reader *reader, const json_t *object, const char *key,
			 GPtrArray *list)
{
	const json_t *array = get_array(reader, object, key);
	const json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		if (!json_is_string(value))
			fault(reader, "'%s' holds something that is not a string", key);
		else
			g_ptr_array_add(list, (void *)audit_string(reader->audit,
								   json_string_value(value)));
	}
}

/* Calls read for every object of the array that object has under key. */
static void read_list(struct reader *reader, const json_t *object, const char *key,
		      void (*read)(struct reader *reader, const json_t *element, void *owner),
		      void *owner)
{
	const json_t *array = get_array(reader, object, key);
	const json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		if (json_is_object(value))
			read(reader, value, owner);
		else
			fault(reader, "'%s' holds something that is not an object", key);
	}
}

static void read_place(struct reader *reader, const json_t *object, struct place *at)
{
	at->file = get_text(reader, object, "file");
	at->line = get_number(reader, object, "line");
	at->column = get_number(reader, object, "column");
}

static void read_config(struct reader *reader, const json_t *object, void *owner)
{
	struct audit_config *config = audit_add_config(owner);

	config->arch = get_text(reader, object, "arch");
	config->config = get_text(reader, object, "config");
}

static void fill_object(struct reader *reader, const json_t *object, struct audit_object *to)
{
	read_place(reader, object, &to->at);
	to->name = get_text(reader, object, "name");
	to->type = get_text(reader, object, "type");
}

static void read_table(struct reader *reader, const json_t *object, void *owner)
{
	fill_object(reader, object, audit_add_table(owner));
}

static void read_alike(struct reader *reader, const json_t *object, void *owner)
{
	fill_object(reader, object, audit_add_alike(owner));
}

static void read_insert(struct reader *reader, const json_t *object, void *owner)
{
	struct audit_insert *insert = audit_add_insert(owner);

	insert->class = get_text(reader, object, "class");
	insert->helper = get_text(reader, object, "helper");
	read_place(reader, object, &insert->at);
	insert->from = get_text(reader, object, "from");
}

static void read_condition(struct reader *reader, const json_t *object, void *owner)
{
	struct audit_condition *condition = audit_add_condition(owner);
	const char *kind = get_string(reader, object, "kind");

	condition->expr = get_text(reader, object, "expr");
	read_place(reader, object, &condition->at);
	condition->function = get_text(reader, object, "function");
	condition->breaks_when = get_flag(reader, object, "breaks_when");
	if (kind && !condition_kind_parse(kind, &condition->kind))
		fault(reader, "there is no kind of condition '%s'", kind);
}

static void read_step(struct reader *reader, const json_t *object, void *owner)
{
	struct path_step *step = audit_add_step(owner);

	read_place(reader, object, &step->at);
	step->function = get_string(reader, object, "function");
	step->note = get_text(reader, object, "note");
}

static void read_setting(struct reader *reader, const json_t *object, void *owner)
{
	struct path_step step = { .note = "" };

	read_place(reader, object, &step.at);
	step.function = get_string(reader, object, "function");
	step.note = get_text(reader, object, "note");
	audit_add_step_once(owner, &step);
}

static void read_numbers(struct reader *reader, const json_t *object, const char *key, GArray *list)
{
	const json_t *array = get_array(reader, object, key);
	const json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		guint number = json_integer_value(value);

		if (json_is_integer(value))
			g_array_append_val(list, number);
		else
			fault(reader, "'%s' holds something that is not a number", key);
	}
}

static void fill_finding(struct reader *reader, const json_t *object, struct audit_finding *finding)
{
	finding->rule = get_text(reader, object, "rule");
	finding->level = get_level(reader, object);
	finding->fingerprint = get_text(reader, object, "fingerprint");
	finding->confidence = get_text(reader, object, "confidence");
	read_place(reader, object, &finding->at);
	finding->message = get_text(reader, object, "message");
	finding->suppressed = get_string(reader, object, "suppressed");
	finding->suppressor = get_string(reader, object, "suppressor");
	finding->by_comment = get_flag(reader, object, "by_comment");
	read_numbers(reader, object, "configs", finding->configs);
	read_list(reader, object, "conditions", read_condition, finding->conditions);
	read_list(reader, object, "path", read_step, finding);
}

static void read_finding(struct reader *reader, const json_t *object, void *owner)
{
	fill_finding(reader, object, audit_add_finding(owner));
}

static void read_left_out(struct reader *reader, const json_t *object, void *owner)
{
	fill_finding(reader, object, audit_add_left_out(owner));
}

static void read_route(struct reader *reader, const json_t *object, void *owner)
{
	struct audit_route *route = audit_add_route(owner);
	const json_t *ops = get_object(reader, object, "ops");
	const json_t *implementation = get_object(reader, object, "implementation");
	const json_t *flags = get_object(reader, object, "flags");
	const char *verdict = get_string(reader, object, "verdict");

	route->id = get_text(reader, object, "id");
	read_numbers(reader, object, "configs", route->configs);
	read_place(reader, ops, &route->ops.at);
	route->ops.name = get_text(reader, ops, "name");
	route->mmap = get_string(reader, object, "mmap");
	read_list(reader, object, "tables", read_table, route);
	read_list(reader, object, "alike", read_alike, route);
	if (implementation) {
		read_place(reader, implementation, &route->implementation.at);
		route->implementation.name = get_string(reader, implementation, "function");
	}
	/* What has no verdict has decided nothing. */
	route->verdict = VERDICT_UNKNOWN;
	if (verdict && !verdict_parse(verdict, &route->verdict))
		fault(reader, "there is no verdict '%s'", verdict);
	route->level = get_level(reader, object);
	route->known = get_flag(reader, object, "known");
	route->suppressed = get_string(reader, object, "suppressed");
	route->suppressor = get_string(reader, object, "suppressor");
	route->by_comment = get_flag(reader, object, "by_comment");
	route->reason = get_string(reader, object, "reason");
	read_strings(reader, object, "notes", route->notes);
	read_strings(reader, flags, "set", route->flags_set);
	read_strings(reader, flags, "clear", route->flags_clear);
	read_list(reader, flags, "steps", read_setting, route->settings);
	read_strings(reader, object, "vm_ops", route->vm_ops);
	read_list(reader, object, "inserts", read_insert, route);
	read_list(reader, object, "conditions", read_condition, route->conditions);
	read_list(reader, object, "guards", read_condition, route->guards);
	read_list(reader, object, "findings", read_finding, route);
}

static void read_failure(struct reader *reader, const json_t *object, void *owner)
{
	audit_add_failure(owner, get_text(reader, object, "file"),
			  get_text(reader, object, "reason"));
}

static void read_coverage(struct reader *reader, const json_t *object)
{
	struct audit_coverage *coverage = &reader->audit->coverage;
	const json_t *verdicts = get_object(reader, object, "verdicts");

	coverage->exporters = get_number(reader, object, "exporters");
	coverage->routes = get_number(reader, object, "routes");
	coverage->unknown = get_number(reader, object, "unknown");
	for (int i = 0; i < VERDICTS; i++)
		coverage->verdicts[i] = get_number(reader, verdicts, verdict_name(i));
	coverage->files_scanned = get_number(reader, object, "files_scanned");
	coverage->files_parsed = get_number(reader, object, "files_parsed");
	read_list(reader, object, "files_failed", read_failure, reader->audit);
	read_strings(reader, object, "notes", coverage->notes);
}

/* owner: a list of the vocabulary. */
static void read_helper(struct reader *reader, const json_t *object, void *owner)
{
	struct audit_helper *helper = audit_add_helper(reader->audit, owner,
						       get_text(reader, object, "helper"),
						       get_text(reader, object, "file"),
						       get_text(reader, object, "text"));

	helper->at.line = get_number(reader, object, "line");
	helper->used = get_flag(reader, object, "used");
}

static void read_vocabulary(struct reader *reader, const json_t *object)
{
	struct audit_vocabulary *vocabulary = &reader->audit->vocabulary;

	read_strings(reader, object, "checked", vocabulary->checked);
	read_list(reader, object, "contradictions", read_helper, vocabulary->contradictions);
	read_list(reader, object, "undecided", read_helper, vocabulary->undecided);
	read_list(reader, object, "unknown_helpers", read_helper, vocabulary->unknown);
}

static void read_audit(struct reader *reader, const json_t *object)
{
	struct audit *audit = reader->audit;
	const json_t *schema = json_object_get(object, "schema");

	if (!json_is_integer(schema) || !json_is_array(json_object_get(object, "routes"))) {
		fault(reader, "it has no 'schema' and 'routes'");
		return;
	}
	if (json_integer_value(schema) != AUDIT_SCHEMA) {
		fault(reader, "its schema is %" JSON_INTEGER_FORMAT ", this pfncheck knows %d",
		      json_integer_value(schema), AUDIT_SCHEMA);
		return;
	}
	if (get_object(reader, object, "against")) {
		fault(reader, "it was made with --against and lacks what was known by then");
		return;
	}
	if (get_object(reader, object, "review")) {
		fault(reader, "it was made by a review and lacks what did not change");
		return;
	}
	if (get_string(reader, object, "stopped")) {
		fault(reader, "it is of a run that was stopped and lacks what that did not reach");
		return;
	}
	audit->libclang = get_string(reader, get_object(reader, object, "tool"), "libclang");
	audit->release = get_string(reader, get_object(reader, object, "kernel"), "release");
	read_list(reader, object, "configs", read_config, audit);
	read_list(reader, object, "routes", read_route, audit);
	read_list(reader, object, "left_out", read_left_out, audit);
	read_coverage(reader, get_object(reader, object, "coverage"));
	read_vocabulary(reader, get_object(reader, object, "vocabulary"));
}

/* The content as JSON, a new reference, or NULL with error. */
static json_t *load_json(const char *file, GError **error)
{
	FILE *stream = fopen(file, "re");
	struct stat st;
	json_error_t fault_at;
	json_t *json = NULL;
	int err = stream ? 0 : errno;

	if (stream && fstat(fileno(stream), &st) == 0 && S_ISDIR(st.st_mode))
		err = EISDIR;
	if (err) {
		g_set_error(error, BASELINE_ERROR, BASELINE_ERROR_READ,
			    "cannot read the saved audit %s: %s", file, g_strerror(err));
	} else {
		json = json_loadf(stream, 0, &fault_at);
		if (!json)
			g_set_error(error, BASELINE_ERROR, BASELINE_ERROR_JSON,
				    "the saved audit %s is not JSON at line %d: %s", file,
				    MAX(fault_at.line, 1), fault_at.text);
	}
	if (stream)
		fclose(stream);
	return json;
}

struct audit *baseline_load(const char *file, GError **error)
{
	json_t *json = load_json(file, error);
	struct reader reader = { NULL, NULL };

	if (!json)
		return NULL;
	reader.audit = audit_new();
	read_audit(&reader, json);
	json_decref(json);
	if (reader.fault) {
		g_set_error(error, BASELINE_ERROR, BASELINE_ERROR_AUDIT,
			    "%s is not a saved audit: %s", file, reader.fault);
		g_clear_pointer(&reader.audit, audit_free);
		g_free(reader.fault);
	}
	return reader.audit;
}

static void add_fingerprints(GHashTable *fingerprints, const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct audit_finding *finding = findings->pdata[i];

		if (!finding->suppressed)
			g_hash_table_add(fingerprints, (void *)finding->fingerprint);
	}
}

/* Takes those that are in fingerprints out of findings; returns how many. */
static guint remove_findings(GPtrArray *findings, GHashTable *fingerprints)
{
	guint removed = 0;

	for (guint i = findings->len; i-- > 0;) {
		const struct audit_finding *finding = findings->pdata[i];

		if (g_hash_table_contains(fingerprints, finding->fingerprint)) {
			g_ptr_array_remove_index(findings, i);
			removed++;
		}
	}
	return removed;
}

void baseline_subtract(struct audit *audit, const struct audit *saved, const char *file)
{
	g_autoptr(GHashTable) fingerprints = g_hash_table_new(g_str_hash, g_str_equal);
	/* id -> struct audit_route of saved */
	g_autoptr(GHashTable) routes = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < saved->routes->len; i++) {
		struct audit_route *route = saved->routes->pdata[i];

		g_hash_table_insert(routes, (void *)route->id, route);
		add_fingerprints(fingerprints, route->findings);
	}
	add_fingerprints(fingerprints, saved->left_out);
	audit->baseline.findings += remove_findings(audit->left_out, fingerprints);
	audit->baseline.file = audit_string(audit, file);
	for (guint i = audit->routes->len; i-- > 0;) {
		struct audit_route *route = audit->routes->pdata[i];
		const struct audit_route *before = g_hash_table_lookup(routes, route->id);

		audit->baseline.findings += remove_findings(route->findings, fingerprints);
		if (!before || verdict_change(before->verdict, route->verdict) == CHANGE_WORSE ||
		    (before->suppressed && !route->suppressed && route->level > LEVEL_NONE))
			continue;
		audit->baseline.routes++;
		route->known = true;
		if (!route->findings->len)
			g_ptr_array_remove_index(audit->routes, i);
	}
}

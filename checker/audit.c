// SPDX-License-Identifier: GPL-2.0-only
/*
 * audit: the result model.  Makes, orders, counts and releases it; says nothing
 * about what it means.
 */
#include "audit.h"
#include "sorted.h"

#include <string.h>

static const char *const verdict_names[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_VIOLATION] = "violation",
	[VERDICT_CONDITIONAL] = "conditional",
	[VERDICT_FORWARD] = "forward",
	[VERDICT_REJECT] = "reject",
	[VERDICT_NO_MMAP] = "no-mmap",
	[VERDICT_UNKNOWN] = "unknown",
};
G_STATIC_ASSERT(G_N_ELEMENTS(verdict_names) == VERDICTS);

static const char *const level_names[] = {
	[LEVEL_NONE] = "none",
	[LEVEL_NOTE] = "note",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
};

static const char *const condition_kind_names[] = {
	[CONDITION_OBJECT] = "object",
	[CONDITION_DEVICE] = "device",
	[CONDITION_ENVIRONMENT] = "environment",
	[CONDITION_CONFIG] = "config",
};

static const char *const change_names[] = {
	[CHANGE_NONE] = "none",	  [CHANGE_NEW] = "new",	      [CHANGE_FIXED] = "fixed",
	[CHANGE_WORSE] = "worse", [CHANGE_BETTER] = "better", [CHANGE_MOVED] = "moved",
};

static const struct {
	const char *name;
	bool breaks; /* a mapping breaks it; the others are independent of the verdict */
} rules[] = {
	{ "cleared-pfnmap", true }, { "cow-pfnmap", false }, { "helper-precondition", false },
	{ "missing-pfnmap", true }, { "mixedmap", true },    { "not-in-this-config", false },
	{ "page-insert", true },    { RULE_UNKNOWN, false },
};

static void route_free(void *data)
{
	struct audit_route *route = data;

	g_array_unref(route->configs);
	g_ptr_array_unref(route->tables);
	g_ptr_array_unref(route->alike);
	g_ptr_array_unref(route->notes);
	g_ptr_array_unref(route->flags_set);
	g_ptr_array_unref(route->flags_clear);
	g_ptr_array_unref(route->settings);
	g_ptr_array_unref(route->vm_ops);
	g_ptr_array_unref(route->inserts);
	g_ptr_array_unref(route->conditions);
	g_ptr_array_unref(route->guards);
	g_ptr_array_unref(route->findings);
	g_free(route);
}

static void finding_free(void *data)
{
	struct audit_finding *finding = data;

	g_array_unref(finding->configs);
	g_ptr_array_unref(finding->conditions);
	g_ptr_array_unref(finding->path);
	g_ptr_array_unref(finding->was);
	g_free(finding);
}

static void *append(GPtrArray *array, gsize size)
{
	void *element = g_malloc0(size);

	g_ptr_array_add(array, element);
	return element;
}

/* The index of name in names, or -1. */
static int find_name(const char *const *names, guint count, const char *name)
{
	for (guint i = 0; i < count; i++) {
		if (name && strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static int compare_objects(const struct audit_object *a, const struct audit_object *b)
{
	int order = g_strcmp0(a->at.file, b->at.file);

	return order ? order : g_strcmp0(a->name, b->name);
}

static int compare_routes(gconstpointer first, gconstpointer second)
{
	const struct audit_route *a = *(const struct audit_route *const *)first;
	const struct audit_route *b = *(const struct audit_route *const *)second;
	int order = compare_objects(&a->ops, &b->ops);

	for (guint i = 0; !order && i < a->tables->len && i < b->tables->len; i++)
		order = compare_objects(a->tables->pdata[i], b->tables->pdata[i]);
	if (!order)
		order = (a->tables->len > b->tables->len) - (a->tables->len < b->tables->len);
	return order ? order : g_strcmp0(a->id, b->id);
}

static int compare_findings(gconstpointer first, gconstpointer second)
{
	const struct audit_finding *a = *(const struct audit_finding *const *)first;
	const struct audit_finding *b = *(const struct audit_finding *const *)second;
	int order = place_compare(&a->at, &b->at);

	if (!order)
		order = g_strcmp0(a->rule, b->rule);
	if (!order)
		order = g_strcmp0(a->message, b->message);
	return order ? order : g_strcmp0(a->fingerprint, b->fingerprint);
}

static int compare_helpers(gconstpointer first, gconstpointer second)
{
	const struct audit_helper *a = *(const struct audit_helper *const *)first;
	const struct audit_helper *b = *(const struct audit_helper *const *)second;
	int order = strcmp(a->name, b->name);

	if (!order)
		order = place_compare(&a->at, &b->at);
	return order ? order : strcmp(a->text, b->text);
}

static int compare_failures(gconstpointer first, gconstpointer second)
{
	const struct audit_failure *a = *(const struct audit_failure *const *)first;
	const struct audit_failure *b = *(const struct audit_failure *const *)second;
	int order = g_strcmp0(a->file, b->file);

	return order ? order : g_strcmp0(a->reason, b->reason);
}

static int compare_differences(gconstpointer first, gconstpointer second)
{
	const struct audit_difference *a = *(const struct audit_difference *const *)first;
	const struct audit_difference *b = *(const struct audit_difference *const *)second;
	int order = place_compare(&a->at, &b->at);

	if (!order)
		order = strcmp(a->rule, b->rule);
	return order ? order : strcmp(a->name, b->name);
}

struct audit *audit_new(void)
{
	struct audit *audit = g_new0(struct audit, 1);
	struct audit_coccinelle *coccinelle = &audit->coverage.coccinelle;

	audit->strings = g_string_chunk_new(4096);
	audit->configs = g_ptr_array_new_with_free_func(g_free);
	audit->routes = g_ptr_array_new_with_free_func(route_free);
	audit->left_out = g_ptr_array_new_with_free_func(finding_free);
	audit->review.commits = g_ptr_array_new_with_free_func(g_free);
	audit->review.kept = g_ptr_array_new_with_free_func((GDestroyNotify)audit_free);
	audit->coverage.files_failed = g_ptr_array_new_with_free_func(g_free);
	audit->coverage.not_reached = g_ptr_array_new();
	coccinelle->failed = g_ptr_array_new_with_free_func(g_free);
	coccinelle->only_clang = g_ptr_array_new_with_free_func(g_free);
	coccinelle->only_coccinelle = g_ptr_array_new_with_free_func(g_free);
	audit->coverage.notes = g_ptr_array_new();
	audit->vocabulary.checked = g_ptr_array_new();
	audit->vocabulary.contradictions = g_ptr_array_new_with_free_func(g_free);
	audit->vocabulary.undecided = g_ptr_array_new_with_free_func(g_free);
	audit->vocabulary.unknown = g_ptr_array_new_with_free_func(g_free);
	return audit;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	g_ptr_array_unref(audit->configs);
	g_ptr_array_unref(audit->routes);
	g_ptr_array_unref(audit->left_out);
	g_ptr_array_unref(audit->review.commits);
	g_ptr_array_unref(audit->review.kept);
	g_ptr_array_unref(audit->coverage.files_failed);
	g_ptr_array_unref(audit->coverage.not_reached);
	g_ptr_array_unref(audit->coverage.coccinelle.failed);
	g_ptr_array_unref(audit->coverage.coccinelle.only_clang);
	g_ptr_array_unref(audit->coverage.coccinelle.only_coccinelle);
	g_ptr_array_unref(audit->coverage.notes);
	g_ptr_array_unref(audit->vocabulary.checked);
	g_ptr_array_unref(audit->vocabulary.contradictions);
	g_ptr_array_unref(audit->vocabulary.undecided);
	g_ptr_array_unref(audit->vocabulary.unknown);
	g_string_chunk_free(audit->strings);
	g_free(audit);
}

const char *audit_string(struct audit *audit, const char *s)
{
	return s ? g_string_chunk_insert_const(audit->strings, s) : NULL;
}

struct audit_config *audit_add_config(struct audit *audit)
{
	return append(audit->configs, sizeof(struct audit_config));
}

struct audit_commit *audit_add_commit(struct audit *audit)
{
	return append(audit->review.commits, sizeof(struct audit_commit));
}

struct audit_route *audit_add_route(struct audit *audit)
{
	struct audit_route *route = append(audit->routes, sizeof(*route));

	route->configs = g_array_new(FALSE, FALSE, sizeof(guint));
	route->tables = g_ptr_array_new_with_free_func(g_free);
	route->alike = g_ptr_array_new_with_free_func(g_free);
	route->notes = g_ptr_array_new();
	route->flags_set = g_ptr_array_new();
	route->flags_clear = g_ptr_array_new();
	route->settings = g_ptr_array_new_with_free_func(g_free);
	route->vm_ops = g_ptr_array_new();
	route->inserts = g_ptr_array_new_with_free_func(g_free);
	route->conditions = g_ptr_array_new_with_free_func(g_free);
	route->guards = g_ptr_array_new_with_free_func(g_free);
	route->findings = g_ptr_array_new_with_free_func(finding_free);
	return route;
}

struct audit_object *audit_add_table(struct audit_route *route)
{
	return append(route->tables, sizeof(struct audit_object));
}

struct audit_object *audit_add_alike(struct audit_route *route)
{
	return append(route->alike, sizeof(struct audit_object));
}

struct audit_insert *audit_add_insert(struct audit_route *route)
{
	return append(route->inserts, sizeof(struct audit_insert));
}

struct audit_condition *audit_add_condition(GPtrArray *conditions)
{
	return append(conditions, sizeof(struct audit_condition));
}

static struct audit_finding *add_finding(GPtrArray *findings)
{
	struct audit_finding *finding = append(findings, sizeof(*finding));

	finding->configs = g_array_new(FALSE, FALSE, sizeof(guint));
	finding->conditions = g_ptr_array_new_with_free_func(g_free);
	finding->path = g_ptr_array_new_with_free_func(g_free);
	finding->was = g_ptr_array_new_with_free_func(g_free);
	return finding;
}

struct audit_finding *audit_add_finding(struct audit_route *route)
{
	return add_finding(route->findings);
}

struct audit_finding *audit_add_left_out(struct audit *audit)
{
	return add_finding(audit->left_out);
}

bool audit_has_condition(const GPtrArray *conditions, const struct audit_condition *condition)
{
	for (guint i = 0; i < conditions->len; i++) {
		const struct audit_condition *other = conditions->pdata[i];

		if (!place_compare(&other->at, &condition->at) &&
		    !g_strcmp0(other->expr, condition->expr))
			return true;
	}
	return false;
}

struct path_step *audit_add_step(struct audit_finding *finding)
{
	return append(finding->path, sizeof(struct path_step));
}

void audit_add_step_once(GPtrArray *steps, const struct path_step *step)
{
	for (guint i = 0; i < steps->len; i++) {
		const struct path_step *other = steps->pdata[i];

		if (!place_compare(&other->at, &step->at) && !g_strcmp0(other->note, step->note))
			return;
	}
	*(struct path_step *)append(steps, sizeof(*step)) = *step;
}

void audit_add_failure_to(struct audit *audit, GPtrArray *list, const char *file,
			  const char *reason)
{
	struct audit_failure *failure;

	for (guint i = 0; i < list->len; i++) {
		failure = list->pdata[i];
		if (!strcmp(failure->file, file) && !strcmp(failure->reason, reason))
			return;
	}
	failure = append(list, sizeof(*failure));
	failure->file = audit_string(audit, file);
	failure->reason = audit_string(audit, reason);
}

void audit_add_failure(struct audit *audit, const char *file, const char *reason)
{
	audit_add_failure_to(audit, audit->coverage.files_failed, file, reason);
}

struct audit_difference *audit_add_difference(GPtrArray *list)
{
	return append(list, sizeof(struct audit_difference));
}

void audit_add_checked(struct audit *audit, const char *name)
{
	GPtrArray *checked = audit->vocabulary.checked;

	if (!g_ptr_array_find_with_equal_func(checked, name, g_str_equal, NULL))
		g_ptr_array_add(checked, (void *)audit_string(audit, name));
}

struct audit_helper *audit_add_helper(struct audit *audit, GPtrArray *to, const char *name,
				      const char *file, const char *text)
{
	struct audit_helper *helper;

	for (guint i = 0; i < to->len; i++) {
		helper = to->pdata[i];
		if (!strcmp(helper->name, name) && !strcmp(helper->at.file, file) &&
		    !strcmp(helper->text, text))
			return helper;
	}
	helper = append(to, sizeof(*helper));
	helper->name = audit_string(audit, name);
	helper->at.file = audit_string(audit, file);
	helper->text = audit_string(audit, text);
	return helper;
}

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

const char *level_name(enum level level)
{
	return level_names[level];
}

const char *condition_kind_name(enum condition_kind kind)
{
	return condition_kind_names[kind];
}

const char *change_name(enum change change)
{
	return change_names[change];
}

bool verdict_parse(const char *name, enum verdict *verdict)
{
	int i = find_name(verdict_names, G_N_ELEMENTS(verdict_names), name);

	if (i >= 0)
		*verdict = i;
	return i >= 0;
}

bool level_parse(const char *name, enum level *level)
{
	int i = find_name(level_names, G_N_ELEMENTS(level_names), name);

	if (i >= 0)
		*level = i;
	return i >= 0;
}

bool condition_kind_parse(const char *name, enum condition_kind *kind)
{
	int i = find_name(condition_kind_names, G_N_ELEMENTS(condition_kind_names), name);

	if (i >= 0)
		*kind = i;
	return i >= 0;
}

static int find_rule(const char *rule)
{
	for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
		if (!g_strcmp0(rules[i].name, rule))
			return i;
	return -1;
}

bool rule_breaks(const char *rule)
{
	int i = find_rule(rule);

	return i >= 0 && rules[i].breaks;
}

bool rule_exists(const char *rule)
{
	return find_rule(rule) >= 0;
}

const char *rule_name(guint i)
{
	return i < G_N_ELEMENTS(rules) ? rules[i].name : NULL;
}

int place_compare(const struct place *a, const struct place *b)
{
	int order = compare_lines(a->file, a->line, b->file, b->line);

	return order ? order : (a->column > b->column) - (a->column < b->column);
}

const char *audit_config_words(struct audit *audit, const GArray *configs)
{
	g_autoptr(GString) words = g_string_new(NULL);

	for (guint i = 0; i < configs->len; i++) {
		const struct audit_config *config =
			audit->configs->pdata[g_array_index(configs, guint, i)];

		g_string_append_printf(words, "%sARCH=%s %s", i ? " or " : "", config->arch,
				       config->config);
	}
	return audit_string(audit, words->str);
}

void audit_number(struct audit *audit)
{
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];
		/* fingerprint -> how many have it */
		g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

		for (guint k = 0; k < route->findings->len; k++) {
			struct audit_finding *finding = route->findings->pdata[k];
			const char *own = finding->fingerprint;
			guint before = GPOINTER_TO_UINT(g_hash_table_lookup(seen, own));
			g_autofree char *text = g_strdup_printf("%s|%u", own, before);
			g_autofree char *sum =
				g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

			g_hash_table_insert(seen, (void *)own, GUINT_TO_POINTER(before + 1));
			if (!before)
				continue;
			sum[32] = '\0';
			finding->fingerprint = audit_string(audit, sum);
		}
	}
}

void audit_sort(struct audit *audit)
{
	g_ptr_array_sort(audit->routes, compare_routes);
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		g_ptr_array_sort(route->findings, compare_findings);
	}
	g_ptr_array_sort(audit->left_out, compare_findings);
	g_ptr_array_sort(audit->coverage.files_failed, compare_failures);
	sort_unique_strings(audit->coverage.not_reached);
	g_ptr_array_sort(audit->coverage.coccinelle.failed, compare_failures);
	g_ptr_array_sort(audit->coverage.coccinelle.only_clang, compare_differences);
	g_ptr_array_sort(audit->coverage.coccinelle.only_coccinelle, compare_differences);
	sort_strings(audit->vocabulary.checked);
	g_ptr_array_sort(audit->vocabulary.contradictions, compare_helpers);
	g_ptr_array_sort(audit->vocabulary.undecided, compare_helpers);
	g_ptr_array_sort(audit->vocabulary.unknown, compare_helpers);
}

void audit_count(struct audit *audit)
{
	struct audit_coverage *coverage = &audit->coverage;
	/* (file, line, name) of each ops object */
	g_autoptr(GHashTable) exporters =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	memset(coverage->verdicts, 0, sizeof(coverage->verdicts));
	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		coverage->verdicts[route->verdict]++;
		g_hash_table_add(exporters, g_strdup_printf("%s:%u:%s", route->ops.at.file,
							    route->ops.at.line, route->ops.name));
	}
	coverage->exporters = g_hash_table_size(exporters);
	coverage->routes = audit->routes->len;
	coverage->unknown = coverage->verdicts[VERDICT_UNKNOWN];
}

/* Whether what a review says of something can be held against its head. */
static bool change_counts(enum change change)
{
	return change == CHANGE_NONE || change == CHANGE_NEW || change == CHANGE_WORSE;
}

static enum level worst_finding(const GPtrArray *findings)
{
	enum level worst = LEVEL_NONE;

	for (guint i = 0; i < findings->len; i++) {
		const struct audit_finding *finding = findings->pdata[i];

		if (change_counts(finding->change) && !finding->suppressed)
			worst = MAX(worst, finding->level);
	}
	return worst;
}

enum level audit_worst(const struct audit *audit)
{
	enum level worst = worst_finding(audit->left_out);

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		if (!route->known && !route->suppressed && change_counts(route->change))
			worst = MAX(worst, route->level);
		worst = MAX(worst, worst_finding(route->findings));
	}
	return worst;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * merge: see merge.h.  The verdict follows from the outcomes in all
 * configurations, as that of a route does from those of all of its paths; which
 * configuration it is becomes a condition where it decides.
 */
#include <string.h>

#include "merge.h"
#include "outcome.h"

/* ---- what several routes have ---- */

static void add_numbers(GArray *to, const GArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		guint number = g_array_index(from, guint, i);
		bool there = false;

		for (guint k = 0; k < to->len; k++)
			there |= g_array_index(to, guint, k) == number;
		if (!there)
			g_array_append_val(to, number);
	}
}

static void add_names(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		if (!g_ptr_array_find_with_equal_func(to, from->pdata[i], g_str_equal, NULL))
			g_ptr_array_add(to, from->pdata[i]);
}

static void add_conditions(struct audit_route *route, const GPtrArray *from, GPtrArray *to)
{
	for (guint i = 0; i < from->len; i++) {
		const struct audit_condition *c = from->pdata[i];

		if (!audit_has_condition(route->conditions, c) &&
		    !audit_has_condition(route->guards, c))
			*audit_add_condition(to) = *c;
	}
}

static void add_inserts(struct audit_route *route, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const struct audit_insert *insert = from->pdata[i];
		bool there = false;

		for (guint k = 0; k < route->inserts->len; k++) {
			const struct audit_insert *other = route->inserts->pdata[k];

			there |= !place_compare(&insert->at, &other->at) &&
				 !g_strcmp0(insert->helper, other->helper) &&
				 !g_strcmp0(insert->from, other->from);
		}
		if (!there)
			*audit_add_insert(route) = *insert;
	}
}

static struct audit_finding *same_finding(const GPtrArray *findings,
					  const struct audit_finding *finding)
{
	for (guint i = 0; i < findings->len; i++) {
		struct audit_finding *other = findings->pdata[i];

		if (!place_compare(&finding->at, &other->at) &&
		    !strcmp(finding->fingerprint, other->fingerprint) &&
		    !strcmp(finding->message, other->message))
			return other;
	}
	return NULL;
}

/* Moves the findings that are new, and adds to the configurations of the others. */
static void move_findings(struct audit_route *route, struct audit_route *from)
{
	while (from->findings->len) {
		struct audit_finding *finding = from->findings->pdata[0];
		struct audit_finding *other = same_finding(route->findings, finding);

		if (!other) {
			g_ptr_array_add(route->findings,
					g_ptr_array_steal_index(from->findings, 0));
			continue;
		}
		add_numbers(other->configs, finding->configs);
		other->level = MAX(other->level, finding->level);
		g_ptr_array_remove_index(from->findings, 0);
	}
}

/* ---- verdict and conditions ---- */

static enum verdict fold_verdicts(const GPtrArray *routes)
{
	unsigned int set = 0;

	for (guint i = 0; i < routes->len; i++)
		set |= outcome_of_verdict(((struct audit_route *)routes->pdata[i])->verdict);
	return set ? outcome_verdict(set) : VERDICT_NO_MMAP;
}

static struct audit_route *first_with(const GPtrArray *routes, enum verdict verdict)
{
	for (guint i = 0; i < routes->len; i++) {
		struct audit_route *route = routes->pdata[i];

		if (route->verdict == verdict)
			return route;
	}
	return NULL;
}

static struct audit_condition config_condition(struct audit *audit, const struct audit_route *route,
					       const GArray *configs)
{
	return (struct audit_condition){
		.expr = audit_config_words(audit, configs),
		.at = route->ops.at,
		.function = "",
		.breaks_when = true,
		.kind = CONDITION_CONFIG,
	};
}

/* The condition that names the configurations in which the routes have a verdict. */
static void add_config_condition(struct audit *audit, const struct audit_route *route,
				 const GPtrArray *routes, enum verdict verdict, GPtrArray *to)
{
	g_autoptr(GArray) configs = g_array_new(FALSE, FALSE, sizeof(guint));

	for (guint i = 0; i < routes->len; i++) {
		const struct audit_route *one = routes->pdata[i];

		if (one->verdict == verdict)
			add_numbers(configs, one->configs);
	}
	*audit_add_condition(to) = config_condition(audit, route, configs);
}

/*
 * The shortest violating path is that of a configuration in which all paths
 * violate, if there is one; its condition is the configuration.
 */
static void set_conditions(struct audit *audit, struct audit_route *route, const GPtrArray *routes,
			   enum verdict verdict)
{
	const struct audit_route *violation = first_with(routes, VERDICT_VIOLATION);
	const struct audit_route *conditional = first_with(routes, VERDICT_CONDITIONAL);
	const struct audit_route *unknown = first_with(routes, VERDICT_UNKNOWN);
	const struct audit_route *first = violation   ? violation :
					  conditional ? conditional :
							unknown;
	bool others = unknown || first_with(routes, VERDICT_PASS);
	g_autoptr(GPtrArray) own = g_steal_pointer(&route->conditions);
	g_autoptr(GPtrArray) guards = g_steal_pointer(&route->guards);

	route->conditions = g_ptr_array_new_with_free_func(g_free);
	route->guards = g_ptr_array_new_with_free_func(g_free);
	if (verdict != VERDICT_CONDITIONAL && verdict != VERDICT_UNKNOWN)
		return;
	if (violation && (others || conditional))
		add_config_condition(audit, route, routes, VERDICT_VIOLATION, route->conditions);
	else if (conditional && others)
		add_config_condition(audit, route, routes, VERDICT_CONDITIONAL, route->conditions);
	if (first)
		add_conditions(route, first == routes->pdata[0] ? own : first->conditions,
			       route->conditions);
	if (violation && conditional && others)
		add_config_condition(audit, route, routes, VERDICT_CONDITIONAL, route->guards);
	for (guint i = 0; i < routes->len; i++) {
		const struct audit_route *one = routes->pdata[i];

		add_conditions(route, i ? one->conditions : own, route->guards);
		add_conditions(route, i ? one->guards : guards, route->guards);
	}
}

/* What not all configurations come to is under the condition of those that do. */
static void qualify_findings(struct audit *audit, struct audit_route *route, bool good)
{
	for (guint i = 0; i < route->findings->len; i++) {
		struct audit_finding *finding = route->findings->pdata[i];
		struct audit_condition *condition;

		if (!rule_breaks(finding->rule))
			continue;
		if (good && finding->level == LEVEL_ERROR)
			finding->level = LEVEL_WARNING;
		if (finding->configs->len >= route->configs->len)
			continue;
		condition = g_new(struct audit_condition, 1);
		*condition = config_condition(audit, route, finding->configs);
		g_ptr_array_insert(finding->conditions, 0, condition);
	}
}

/* Why the verdict is unknown: where, if that is not everywhere. */
static const char *fold_reasons(struct audit *audit, const GPtrArray *routes)
{
	const struct audit_route *unknown = first_with(routes, VERDICT_UNKNOWN);
	g_autofree char *text = NULL;
	bool all = true;

	if (!unknown)
		return NULL;
	for (guint i = 0; i < routes->len; i++)
		all &= ((struct audit_route *)routes->pdata[i])->verdict == VERDICT_UNKNOWN;
	if (all)
		return unknown->reason;
	text = g_strdup_printf("with %s: %s", audit_config_words(audit, unknown->configs),
			       unknown->reason);
	return audit_string(audit, text);
}

/* ---- one route of several ---- */

/* Whether a mapping that weighs is left behind without VM_PFNMAP in one of them only. */
static bool flag_differs(const GPtrArray *routes)
{
	bool set = false, lacking = false;

	for (guint i = 0; i < routes->len; i++) {
		const struct audit_route *one = routes->pdata[i];
		bool has = g_ptr_array_find_with_equal_func(one->flags_set, "VM_PFNMAP",
							    g_str_equal, NULL);

		if (outcome_of_verdict(one->verdict) & OUTCOME_WEIGHS) {
			set |= has;
			lacking |= !has;
		}
	}
	return set && lacking;
}

static bool has_object(const GPtrArray *list, const struct audit_object *object)
{
	for (guint i = 0; i < list->len; i++) {
		const struct audit_object *other = list->pdata[i];

		if (!place_compare(&other->at, &object->at) && !strcmp(other->name, object->name))
			return true;
	}
	return false;
}

/* Tables of the other route with which this one is the same. */
static void add_alike(struct audit_route *route, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const struct audit_object *object = from->pdata[i];

		if (!has_object(route->tables, object) && !has_object(route->alike, object))
			*audit_add_alike(route) = *object;
	}
}

static void add_rest(struct audit_route *route, struct audit_route *from)
{
	add_numbers(route->configs, from->configs);
	if (!route->mmap)
		route->mmap = from->mmap;
	if (!route->implementation.name)
		route->implementation = from->implementation;
	add_names(route->flags_set, from->flags_set);
	add_names(route->flags_clear, from->flags_clear);
	for (guint i = 0; i < from->settings->len; i++)
		audit_add_step_once(route->settings, from->settings->pdata[i]);
	add_names(route->vm_ops, from->vm_ops);
	add_names(route->notes, from->notes);
	add_inserts(route, from->inserts);
	add_alike(route, from->tables);
	add_alike(route, from->alike);
	move_findings(route, from);
}

/* Makes the first one the route of all: struct audit_route, in the order of configurations. */
static void unite(struct audit *audit, const GPtrArray *routes)
{
	struct audit_route *route = routes->pdata[0];
	enum verdict verdict = fold_verdicts(routes);
	bool differs = flag_differs(routes);
	unsigned int set = 0;

	if (routes->len < 2)
		return;
	route->reason = fold_reasons(audit, routes);
	set_conditions(audit, route, routes, verdict);
	for (guint i = 0; i < routes->len; i++) {
		struct audit_route *one = routes->pdata[i];

		set |= outcome_of_verdict(one->verdict);
		/* How nothing is mapped says nothing of a route that does map. */
		if (one->verdict == VERDICT_REJECT && verdict != VERDICT_REJECT)
			g_ptr_array_set_size(one->notes, 0);
	}
	for (guint i = 1; i < routes->len; i++)
		add_rest(route, routes->pdata[i]);
	if (differs) {
		g_autoptr(GPtrArray) clear = g_ptr_array_new();

		g_ptr_array_add(clear, (void *)"VM_PFNMAP");
		add_names(route->flags_clear, clear);
	}
	route->verdict = verdict;
	route->level = outcome_level(verdict);
	qualify_findings(audit, route, set & OUTCOME_GOOD);
}

/* ---- which routes are one ---- */

static void array_unref(void *array)
{
	g_ptr_array_unref(array);
}

static char *identity(const struct audit_route *route)
{
	GString *key = g_string_new(route->ops.at.file);

	g_string_append_printf(key, "\n%s", route->ops.name);
	for (guint i = 0; i < route->tables->len; i++) {
		const struct audit_object *table = route->tables->pdata[i];

		if (!table->any)
			g_string_append_printf(key, "\n%s\n%s", table->at.file, table->name);
	}
	return g_string_free(key, FALSE);
}

/* Those of the group that a configuration builds; if none does, those that are decided. */
static void drop_the_unbuilt(GPtrArray *group)
{
	bool built = false, decided = false;

	for (guint i = 0; i < group->len; i++) {
		const struct audit_route *route = group->pdata[i];

		built |= route->built;
		decided |= route->verdict != VERDICT_UNKNOWN;
	}
	for (guint i = group->len; i-- > 0;) {
		const struct audit_route *route = group->pdata[i];

		if (built ? !route->built : decided && route->verdict == VERDICT_UNKNOWN)
			g_ptr_array_remove_index(group, i);
	}
}

static bool repeats_config(const GPtrArray *group)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < group->len; i++) {
		const struct audit_route *route = group->pdata[i];

		if (!g_hash_table_add(seen,
				      GUINT_TO_POINTER(g_array_index(route->configs, guint, 0))))
			return true;
	}
	return false;
}

/* Unites a group, or what has one callback where an exporter has several. */
static void unite_group(struct audit *audit, GPtrArray *group)
{
	drop_the_unbuilt(group);
	if (!repeats_config(group)) {
		unite(audit, group);
		g_ptr_array_set_size(group, (gint)MIN(group->len, 1));
		return;
	}
	for (guint i = 0; i < group->len; i++) {
		const struct audit_route *first = group->pdata[i];
		g_autoptr(GPtrArray) same = g_ptr_array_new();

		for (guint k = group->len; k-- > i;) {
			struct audit_route *route = group->pdata[k];

			if (strcmp(route->id, first->id))
				continue;
			g_ptr_array_insert(same, 0, route);
			if (k > i)
				g_ptr_array_remove_index(group, k);
		}
		unite(audit, same);
	}
}

void merge_routes(struct audit *audit)
{
	/* identity() -> GPtrArray of struct audit_route */
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, array_unref);
	g_autoptr(GPtrArray) groups = g_ptr_array_new();
	g_autoptr(GHashTable) kept = g_hash_table_new(NULL, NULL);

	if (audit->configs->len < 2)
		return;
	for (guint i = 0; i < audit->routes->len; i++) {
		char *key = identity(audit->routes->pdata[i]);
		GPtrArray *group = g_hash_table_lookup(known, key);

		if (!group) {
			group = g_ptr_array_new();
			g_ptr_array_add(groups, group);
			g_hash_table_insert(known, key, group);
		} else {
			g_free(key);
		}
		g_ptr_array_add(group, audit->routes->pdata[i]);
	}
	for (guint i = 0; i < groups->len; i++) {
		GPtrArray *group = groups->pdata[i];

		unite_group(audit, group);
		for (guint k = 0; k < group->len; k++)
			g_hash_table_add(kept, group->pdata[k]);
	}
	for (guint i = audit->routes->len; i-- > 0;)
		if (!g_hash_table_contains(kept, audit->routes->pdata[i]))
			g_ptr_array_remove_index(audit->routes, i);
}

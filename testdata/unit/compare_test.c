// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of compare: which routes and findings of two audits are one another's.
 */
#include "compare.h"

#include <string.h>

static struct audit_route *add_route(struct audit *audit, const char *file, const char *name,
				     const char *mmap, const char *table, enum verdict verdict)
{
	struct audit_route *route = audit_add_route(audit);
	g_autofree char *id = g_strdup_printf("%s|%s|%s|%s", file, name, mmap, table ? table : "");

	route->id = audit_string(audit, id);
	route->ops.at.file = file;
	route->ops.name = name;
	route->mmap = mmap;
	route->verdict = verdict;
	route->level = verdict == VERDICT_VIOLATION   ? LEVEL_ERROR :
		       verdict == VERDICT_CONDITIONAL ? LEVEL_WARNING :
		       verdict == VERDICT_UNKNOWN     ? LEVEL_WARNING :
							LEVEL_NONE;
	if (table) {
		struct audit_object *object = audit_add_table(route);

		object->name = table;
		object->at.file = file;
	}
	return route;
}

static struct audit_finding *add_finding(struct audit *audit, struct audit_route *route,
					 const char *rule, const char *function)
{
	struct audit_finding *finding = audit_add_finding(route);
	g_autofree char *mark = g_strdup_printf("%s|%s|%s", route->ops.at.file, rule, function);
	g_autofree char *message = g_strdup_printf("%s breaks %s", function, rule);

	finding->rule = rule;
	finding->level = LEVEL_ERROR;
	finding->fingerprint = audit_string(audit, mark);
	finding->confidence = "proved";
	finding->at.file = route->ops.at.file;
	finding->message = audit_string(audit, message);
	return finding;
}

/* One route on each side, with a finding if it is a violation; what remains of head. */
static struct audit *compare_two(const char *const before[4], enum verdict was,
				 const char *const after[4], enum verdict is)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();
	struct audit_route *one = add_route(base, before[0], before[1], before[2], before[3], was);
	struct audit_route *other = add_route(head, after[0], after[1], after[2], after[3], is);

	if (was == VERDICT_VIOLATION)
		add_finding(base, one, "page-insert", before[2]);
	if (is == VERDICT_VIOLATION)
		add_finding(head, other, "page-insert", after[2]);
	compare_audits(head, base);
	return head;
}

static const struct audit_route *route_at(const struct audit *audit, guint i)
{
	g_assert_cmpuint(i, <, audit->routes->len);
	return audit->routes->pdata[i];
}

static const struct audit_finding *finding_at(const struct audit_route *route, guint i)
{
	g_assert_cmpuint(i, <, route->findings->len);
	return route->findings->pdata[i];
}

static void test_verdicts(void)
{
	static const struct {
		enum verdict before, now;
		enum change change;
	} cases[] = {
		{ VERDICT_PASS, VERDICT_PASS, CHANGE_NONE },
		{ VERDICT_PASS, VERDICT_REJECT, CHANGE_NONE },
		{ VERDICT_PASS, VERDICT_FORWARD, CHANGE_NONE },
		{ VERDICT_PASS, VERDICT_VIOLATION, CHANGE_WORSE },
		{ VERDICT_NO_MMAP, VERDICT_CONDITIONAL, CHANGE_WORSE },
		{ VERDICT_CONDITIONAL, VERDICT_VIOLATION, CHANGE_WORSE },
		{ VERDICT_VIOLATION, VERDICT_CONDITIONAL, CHANGE_BETTER },
		{ VERDICT_VIOLATION, VERDICT_PASS, CHANGE_BETTER },
		{ VERDICT_CONDITIONAL, VERDICT_REJECT, CHANGE_BETTER },
		/* Whatever it was: nobody knows any more. */
		{ VERDICT_PASS, VERDICT_UNKNOWN, CHANGE_WORSE },
		{ VERDICT_VIOLATION, VERDICT_UNKNOWN, CHANGE_WORSE },
		{ VERDICT_UNKNOWN, VERDICT_UNKNOWN, CHANGE_NONE },
		{ VERDICT_UNKNOWN, VERDICT_VIOLATION, CHANGE_WORSE },
		{ VERDICT_UNKNOWN, VERDICT_CONDITIONAL, CHANGE_WORSE },
		{ VERDICT_UNKNOWN, VERDICT_PASS, CHANGE_BETTER },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s to %s", verdict_name(cases[i].before),
			       verdict_name(cases[i].now));
		g_assert_cmpint(verdict_change(cases[i].before, cases[i].now), ==, cases[i].change);
	}
}

static void test_pairs(void)
{
	static const char *const own[] = { "a.c", "a_ops", "a_mmap", "a_funcs" };
	static const struct {
		const char *after[4];
		enum change change; /* of a violation on both sides; CHANGE_NONE: nothing is left */
	} cases[] = {
		{ { "a.c", "a_ops", "a_mmap", "a_funcs" }, CHANGE_NONE },
		{ { "b.c", "a_ops", "a_mmap", "a_funcs" }, CHANGE_MOVED },
		{ { "a.c", "b_ops", "a_mmap", "a_funcs" }, CHANGE_MOVED },
		{ { "a.c", "b_ops", "b_mmap", "a_funcs" }, CHANGE_MOVED },
		{ { "b.c", "b_ops", "b_mmap", "b_funcs" }, CHANGE_NEW },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct audit *audit =
			compare_two(own, VERDICT_VIOLATION, cases[i].after, VERDICT_VIOLATION);

		g_test_message("case %zu", i);
		if (cases[i].change == CHANGE_NONE)
			g_assert_cmpuint(audit->routes->len, ==, 0);
		else if (cases[i].change == CHANGE_MOVED)
			g_assert_cmpuint(audit->routes->len, ==, 1);
		else
			g_assert_cmpuint(audit->routes->len, ==, 2);
		if (cases[i].change == CHANGE_MOVED) {
			g_assert_cmpint(route_at(audit, 0)->change, ==, CHANGE_MOVED);
			g_assert_cmpint(audit_worst(audit), ==, LEVEL_NONE);
		}
		if (cases[i].change == CHANGE_NEW) {
			g_assert_cmpint(route_at(audit, 0)->change, ==, CHANGE_FIXED);
			g_assert_cmpint(route_at(audit, 1)->change, ==, CHANGE_NEW);
			g_assert_cmpint(audit_worst(audit), ==, LEVEL_ERROR);
		}
		audit_free(audit);
	}
}

/* Another callback, and the verdict with it: the route is still the same. */
static void test_other_callback(void)
{
	static const char *const before[] = { "a.c", "a_ops", "a_mmap", NULL };
	static const char *const after[] = { "a.c", "a_ops", "b_mmap", NULL };
	struct audit *audit = compare_two(before, VERDICT_PASS, after, VERDICT_VIOLATION);
	const struct audit_route *route = route_at(audit, 0);

	g_assert_cmpuint(audit->routes->len, ==, 1);
	g_assert_cmpint(route->change, ==, CHANGE_WORSE);
	g_assert_cmpint(route->before, ==, VERDICT_PASS);
	g_assert_cmpint(finding_at(route, 0)->change, ==, CHANGE_NEW);
	audit_free(audit);

	audit = compare_two(after, VERDICT_VIOLATION, before, VERDICT_PASS);
	route = route_at(audit, 0);
	g_assert_cmpint(route->change, ==, CHANGE_BETTER);
	g_assert_cmpint(finding_at(route, 0)->change, ==, CHANGE_FIXED);
	g_assert_cmpint(audit_worst(audit), ==, LEVEL_NONE);
	audit_free(audit);
}

static void test_gone(void)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();

	add_finding(base, add_route(base, "a.c", "a_ops", "a_mmap", NULL, VERDICT_VIOLATION),
		    "page-insert", "f");
	/* Nobody has to hear of it. */
	add_route(base, "b.c", "b_ops", "b_mmap", NULL, VERDICT_PASS);
	compare_audits(head, base);
	g_assert_cmpuint(head->routes->len, ==, 1);
	g_assert_cmpint(route_at(head, 0)->change, ==, CHANGE_FIXED);
	g_assert_cmpstr(finding_at(route_at(head, 0), 0)->message, ==, "f breaks page-insert");
	g_assert_cmpint(audit_worst(head), ==, LEVEL_NONE);
	audit_free(head);
}

static void test_findings(void)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();
	struct audit_route *before =
		add_route(base, "a.c", "a_ops", "a_mmap", NULL, VERDICT_VIOLATION);
	struct audit_route *now =
		add_route(head, "a.c", "a_ops", "a_mmap", NULL, VERDICT_VIOLATION);
	struct audit_finding *finding;

	/* Two of one fingerprint on both sides, one in another function, one that is worse. */
	add_finding(base, before, "mixedmap", "same");
	add_finding(base, before, "mixedmap", "same");
	add_finding(head, now, "mixedmap", "same");
	add_finding(head, now, "mixedmap", "same");
	add_finding(base, before, "page-insert", "old");
	add_finding(head, now, "page-insert", "new");
	finding = add_finding(base, before, "missing-pfnmap", "f");
	finding->level = LEVEL_WARNING;
	add_finding(head, now, "missing-pfnmap", "f");
	add_finding(base, before, "cow-pfnmap", "g");
	compare_audits(head, base);
	g_assert_cmpuint(head->routes->len, ==, 1);
	g_assert_cmpuint(now->findings->len, ==, 3);
	for (guint i = 0; i < 3; i++) {
		finding = now->findings->pdata[i];
		g_assert_cmpint(finding->change, ==,
				!g_strcmp0(finding->rule, "page-insert")    ? CHANGE_MOVED :
				!g_strcmp0(finding->rule, "missing-pfnmap") ? CHANGE_WORSE :
									      CHANGE_FIXED);
	}
	audit_free(head);
}

/* A route more of the same exporter is no reason to mix up the others. */
static void test_more_tables(void)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();

	add_route(base, "core.c", "ops", "mmap", "b_funcs", VERDICT_VIOLATION);
	add_route(base, "core.c", "ops", "mmap", "c_funcs", VERDICT_PASS);
	add_route(head, "core.c", "ops", "mmap", "a_funcs", VERDICT_VIOLATION);
	add_route(head, "core.c", "ops", "mmap", "b_funcs", VERDICT_VIOLATION);
	add_route(head, "core.c", "ops", "mmap", "c_funcs", VERDICT_CONDITIONAL);
	compare_audits(head, base);
	g_assert_cmpuint(head->routes->len, ==, 2);
	g_assert_cmpint(route_at(head, 0)->change, ==, CHANGE_NEW);
	g_assert_cmpint(route_at(head, 1)->change, ==, CHANGE_WORSE);
	audit_free(head);
}

static void bind(struct audit_route *route, const char *table)
{
	struct audit_object *object = audit_add_table(route);

	object->name = table;
	object->at.file = route->ops.at.file;
}

/* Where a table could not be read, what it was followed by is not gone, but unknown. */
static void test_not_followed(void)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();
	struct audit_route *route =
		add_route(base, "a.c", "a_ops", "a_mmap", "a_funcs", VERDICT_PASS);

	route->id = "one";
	bind(route, "one");
	add_finding(base, route, "cow-pfnmap", "one_mmap");
	route = add_route(base, "a.c", "a_ops", "a_mmap", "a_funcs", VERDICT_CONDITIONAL);
	route->id = "two";
	bind(route, "two");
	add_finding(base, route, "page-insert", "two_mmap");
	/* Of another table. */
	route = add_route(base, "a.c", "a_ops", "a_mmap", "b_funcs", VERDICT_VIOLATION);
	bind(route, "one");
	add_route(head, "a.c", "a_ops", "a_mmap", "a_funcs", VERDICT_UNKNOWN);
	compare_audits(head, base);
	g_assert_cmpuint(head->routes->len, ==, 2);
	for (guint i = 0; i < head->routes->len; i++) {
		const struct audit_object *table;

		route = head->routes->pdata[i];
		table = route->tables->pdata[0];
		if (!strcmp(table->name, "a_funcs")) {
			g_assert_cmpint(route->change, ==, CHANGE_WORSE);
			g_assert_cmpint(route->before, ==, VERDICT_CONDITIONAL);
			g_assert_cmpuint(route->findings->len, ==, 0);
		} else {
			g_assert_cmpint(route->change, ==, CHANGE_FIXED);
		}
	}
	audit_free(head);
}

static void test_coverage(void)
{
	struct audit *base = audit_new();
	struct audit *head = audit_new();

	audit_add_failure(base, "a.c", "line 3: what?");
	audit_add_failure(head, "a.c", "line 4: what?");
	audit_add_failure(head, "b.c", "what?");
	g_ptr_array_add(base->coverage.notes, (void *)"known");
	g_ptr_array_add(head->coverage.notes, (void *)"known");
	g_ptr_array_add(head->coverage.notes, (void *)"new");
	compare_audits(head, base);
	g_assert_cmpuint(head->coverage.files_failed->len, ==, 1);
	g_assert_cmpuint(head->coverage.notes->len, ==, 1);
	g_assert_cmpstr(head->coverage.notes->pdata[0], ==, "new");
	audit_free(head);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/compare/verdicts", test_verdicts);
	g_test_add_func("/compare/pairs", test_pairs);
	g_test_add_func("/compare/other-callback", test_other_callback);
	g_test_add_func("/compare/gone", test_gone);
	g_test_add_func("/compare/findings", test_findings);
	g_test_add_func("/compare/more-tables", test_more_tables);
	g_test_add_func("/compare/not-followed", test_not_followed);
	g_test_add_func("/compare/coverage", test_coverage);
	return g_test_run();
}

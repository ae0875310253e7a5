// SPDX-License-Identifier: GPL-2.0-only
/*
 * merge: what routes of two configurations come to, and which of them are one.
 */
#include <string.h>

#include "merge.h"
#include "outcome.h"

static struct audit *new_audit(guint configs)
{
	static const char *const arches[] = { "x86", "arm", "arm64" };
	struct audit *audit = audit_new();

	for (guint i = 0; i < configs; i++)
		*audit_add_config(audit) = (struct audit_config){ arches[i], "allmodconfig" };
	return audit;
}

static struct audit_route *add_route(struct audit *audit, guint config, const char *mmap,
				     const char *table, enum verdict verdict)
{
	struct audit_route *route = audit_add_route(audit);
	g_autofree char *id = g_strdup_printf("%s %s", mmap, table);

	route->id = audit_string(audit, id);
	route->ops = (struct audit_object){ .at = { "a.c", 1, 2 },
					    .name = "a_ops",
					    .type = "dma_buf_ops" };
	route->mmap = mmap;
	route->verdict = verdict;
	route->level = outcome_level(verdict);
	route->reason = verdict == VERDICT_UNKNOWN ? "for a reason" : NULL;
	route->built = true;
	g_array_append_val(route->configs, config);
	if (table)
		*audit_add_table(route) = (struct audit_object){ .at = { "t.c", 3, 4 },
								 .name = table,
								 .type = "drm_gem_object_funcs" };
	return route;
}

static struct audit_finding *add_finding(struct audit_route *route, const char *rule,
					 unsigned int line)
{
	struct audit_finding *finding = audit_add_finding(route);

	finding->rule = rule;
	finding->level = route->level ? route->level : LEVEL_WARNING;
	finding->fingerprint = rule;
	finding->at = (struct place){ "a.c", line, 5 };
	finding->message = "message";
	g_array_append_vals(finding->configs, route->configs->data, 1);
	return finding;
}

static const struct audit_route *only_route(const struct audit *audit)
{
	g_assert_cmpuint(audit->routes->len, ==, 1);
	return audit->routes->pdata[0];
}

/* Every verdict with every other one, in either order. */
static void test_verdicts(void)
{
	/* p v c f r n u, as in enum verdict */
	static const char letters[] = "pvcfrnu";
	static const char *const folded[VERDICTS] = {
		[VERDICT_PASS] = "pccpppu",	   [VERDICT_VIOLATION] = "cvcvvvu",
		[VERDICT_CONDITIONAL] = "ccccccu", [VERDICT_FORWARD] = "pvcfffu",
		[VERDICT_REJECT] = "pvcfrru",	   [VERDICT_NO_MMAP] = "pvcfrnu",
		[VERDICT_UNKNOWN] = "uuuuuuu",
	};

	for (int first = 0; first < VERDICTS; first++) {
		for (int second = 0; second < VERDICTS; second++) {
			struct audit *audit = new_audit(2);
			const struct audit_route *route;

			add_route(audit, 0, "mmap", NULL, first);
			add_route(audit, 1, "mmap", NULL, second);
			merge_routes(audit);
			route = only_route(audit);
			g_assert_cmpint(letters[route->verdict], ==, folded[first][second]);
			g_assert_cmpint(route->level, ==, outcome_level(route->verdict));
			g_assert_cmpuint(route->configs->len, ==, 2);
			g_assert_cmpint(route->reason != NULL, ==,
					route->verdict == VERDICT_UNKNOWN);
			audit_free(audit);
		}
	}
}

static void test_one_configuration(void)
{
	struct audit *audit = new_audit(1);

	add_route(audit, 0, "mmap", NULL, VERDICT_PASS);
	add_route(audit, 0, "mmap", NULL, VERDICT_VIOLATION);
	merge_routes(audit);
	g_assert_cmpuint(audit->routes->len, ==, 2);
	audit_free(audit);
}

static void test_tables_tell_apart(void)
{
	struct audit *audit = new_audit(2);

	add_route(audit, 0, "mmap", "t", VERDICT_PASS);
	add_route(audit, 1, "mmap", "u", VERDICT_VIOLATION);
	add_route(audit, 1, "mmap", NULL, VERDICT_REJECT);
	merge_routes(audit);
	g_assert_cmpuint(audit->routes->len, ==, 3);
	audit_free(audit);
}

/* The callback may differ by configuration, unless an exporter has several at once. */
static void test_callbacks(void)
{
	struct audit *audit = new_audit(2);

	add_route(audit, 0, "one", NULL, VERDICT_PASS);
	add_route(audit, 1, "two", NULL, VERDICT_PASS);
	merge_routes(audit);
	g_assert_cmpstr(only_route(audit)->mmap, ==, "one");
	audit_free(audit);

	audit = new_audit(2);
	add_route(audit, 0, "one", NULL, VERDICT_PASS);
	add_route(audit, 0, "two", NULL, VERDICT_VIOLATION);
	add_route(audit, 1, "one", NULL, VERDICT_PASS);
	add_route(audit, 1, "two", NULL, VERDICT_VIOLATION);
	merge_routes(audit);
	g_assert_cmpuint(audit->routes->len, ==, 2);
	for (guint i = 0; i < 2; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		g_assert_cmpstr(route->mmap, ==, i ? "two" : "one");
		g_assert_cmpint(route->verdict, ==, i ? VERDICT_VIOLATION : VERDICT_PASS);
		g_assert_cmpuint(route->configs->len, ==, 2);
	}
	audit_free(audit);
}

static void test_not_built(void)
{
	struct audit *audit = new_audit(3);
	const struct audit_route *route;

	/* Who builds it has the say. */
	add_route(audit, 0, "mmap", NULL, VERDICT_VIOLATION)->built = false;
	add_route(audit, 1, "mmap", NULL, VERDICT_PASS);
	add_route(audit, 2, "mmap", NULL, VERDICT_UNKNOWN)->built = false;
	merge_routes(audit);
	route = only_route(audit);
	g_assert_cmpint(route->verdict, ==, VERDICT_PASS);
	g_assert_cmpuint(route->configs->len, ==, 1);
	g_assert_cmpuint(g_array_index(route->configs, guint, 0), ==, 1);
	audit_free(audit);

	/* Nobody does: those who could decide. */
	audit = new_audit(3);
	add_route(audit, 0, "mmap", NULL, VERDICT_UNKNOWN)->built = false;
	add_route(audit, 1, "mmap", NULL, VERDICT_PASS)->built = false;
	add_route(audit, 2, "mmap", NULL, VERDICT_VIOLATION)->built = false;
	merge_routes(audit);
	route = only_route(audit);
	g_assert_cmpint(route->verdict, ==, VERDICT_CONDITIONAL);
	g_assert_cmpuint(route->configs->len, ==, 2);
	audit_free(audit);

	/* Nobody could. */
	audit = new_audit(2);
	add_route(audit, 0, "mmap", NULL, VERDICT_UNKNOWN)->built = false;
	add_route(audit, 1, "mmap", NULL, VERDICT_UNKNOWN)->built = false;
	merge_routes(audit);
	route = only_route(audit);
	g_assert_cmpstr(route->reason, ==, "for a reason");
	g_assert_cmpuint(route->configs->len, ==, 2);
	audit_free(audit);
}

static void test_findings(void)
{
	struct audit *audit = new_audit(3);
	struct audit_route *routes[3];
	const struct audit_route *route;

	for (guint i = 0; i < 3; i++)
		routes[i] =
			add_route(audit, i, "mmap", NULL, i < 2 ? VERDICT_VIOLATION : VERDICT_PASS);
	add_finding(routes[0], "page-insert", 7);
	add_finding(routes[1], "page-insert", 7);
	add_finding(routes[1], "page-insert", 8);
	add_finding(routes[1], "cow-pfnmap", 9);
	add_finding(routes[2], "cow-pfnmap", 9);
	merge_routes(audit);
	route = only_route(audit);
	g_assert_cmpuint(route->findings->len, ==, 3);
	for (guint i = 0; i < 3; i++) {
		const struct audit_finding *finding = route->findings->pdata[i];
		const struct audit_condition *condition =
			finding->conditions->len ? finding->conditions->pdata[0] : NULL;

		/* Some mappings are fine: what breaks others is a warning. */
		g_assert_cmpint(finding->level, ==, i < 2 ? LEVEL_WARNING : LEVEL_ERROR);
		g_assert_cmpuint(finding->at.line, ==, i + 7);
		g_assert_cmpuint(finding->configs->len, ==, i == 1 ? 1 : 2);
		/* Only of what breaks the rule the conditions are told. */
		g_assert_cmpstr(condition ? condition->expr : "", ==,
				i == 0 ? "ARCH=x86 allmodconfig or ARCH=arm allmodconfig" :
				i == 1 ? "ARCH=arm allmodconfig" :
					 "");
	}
	audit_free(audit);
}

static void test_notes(void)
{
	struct audit *audit = new_audit(2);
	struct audit_route *route = add_route(audit, 0, "mmap", NULL, VERDICT_REJECT);

	g_ptr_array_add(route->notes, (void *)"maps-nothing");
	add_route(audit, 1, "mmap", NULL, VERDICT_REJECT);
	merge_routes(audit);
	g_assert_cmpuint(only_route(audit)->notes->len, ==, 1);
	audit_free(audit);

	/* It does map elsewhere. */
	audit = new_audit(2);
	route = add_route(audit, 0, "mmap", NULL, VERDICT_REJECT);
	g_ptr_array_add(route->notes, (void *)"maps-nothing");
	add_route(audit, 1, "mmap", NULL, VERDICT_PASS);
	merge_routes(audit);
	g_assert_cmpuint(only_route(audit)->notes->len, ==, 0);
	audit_free(audit);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/merge/verdicts", test_verdicts);
	g_test_add_func("/merge/one-configuration", test_one_configuration);
	g_test_add_func("/merge/tables-tell-apart", test_tables_tell_apart);
	g_test_add_func("/merge/callbacks", test_callbacks);
	g_test_add_func("/merge/not-built", test_not_built);
	g_test_add_func("/merge/findings", test_findings);
	g_test_add_func("/merge/notes", test_notes);
	return g_test_run();
}

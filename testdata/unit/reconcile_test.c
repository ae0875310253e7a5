// SPDX-License-Identifier: GPL-2.0-only
/*
 * reconcile: which reports of Coccinelle become findings, and which are told
 * beside what libclang's side came to.
 */
#include <string.h>

#include "coccinelle.h"
#include "reconcile.h"

struct scene {
	struct audit *audit;
	struct audit_route *route;
	struct reconcile *reconcile;
	GPtrArray *reports;
};

static void add_facts(struct scene *s, unsigned int first, unsigned int last)
{
	struct facts *facts = facts_new("a.c");
	struct fact_table *table = facts_alloc(facts, sizeof(*table));

	table->name = "a_ops";
	table->file = "a.c";
	table->line = 10;
	g_ptr_array_add(facts->tables, table);
	if (last) {
		struct fact_skipped *skipped = facts_alloc(facts, sizeof(*skipped));

		*skipped = (struct fact_skipped){ "a.c", first, last };
		g_ptr_array_add(facts->skipped, skipped);
	}
	reconcile_look(s->reconcile, facts);
	facts_free(facts);
}

/* One configuration, one route of a.c, which passes; b.c was not analysed. */
static struct scene new_scene(void)
{
	static const char *const files[] = { "a.c", "b.c" };
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	struct scene s = { .audit = audit_new(),
			   .reports = g_ptr_array_new_with_free_func(g_free) };

	for (guint i = 0; i < G_N_ELEMENTS(files); i++)
		g_ptr_array_add(list, (void *)files[i]);
	s.reconcile = reconcile_new(list);
	*audit_add_config(s.audit) = (struct audit_config){ "x86", "allmodconfig" };
	s.route = audit_add_route(s.audit);
	s.route->id = "id";
	s.route->ops = (struct audit_object){ .at = { "a.c", 10, 2 },
					      .name = "a_ops",
					      .type = "dma_buf_ops" };
	s.route->verdict = VERDICT_PASS;
	s.audit->coverage.coccinelle.asked = true;
	return s;
}

static void free_scene(struct scene *s)
{
	reconcile_free(s->reconcile);
	audit_free(s->audit);
	g_ptr_array_unref(s->reports);
}

static void add_report(struct scene *s, const char *script, const char *record, const char *name,
		       const char *file, unsigned int line)
{
	struct coccinelle_report *report = g_new0(struct coccinelle_report, 1);

	*report = (struct coccinelle_report){ script, record, name, { file, line, 3 }, "a text" };
	g_ptr_array_add(s->reports, report);
}

static void add_object(struct scene *s, const char *name, const char *file, unsigned int line)
{
	add_report(s, COCCINELLE_LIST, "dma_buf_ops", name, file, line);
}

static struct audit_finding *add_finding(struct scene *s, const char *rule, const char *file,
					 unsigned int line, const char *function)
{
	struct audit_finding *finding = audit_add_finding(s->route);

	finding->rule = rule;
	finding->at = (struct place){ file, line, 5 };
	finding->message = "message";
	*audit_add_step(finding) = (struct path_step){ finding->at, function, "note" };
	return finding;
}

/* Judges, and expects so many findings, and differences on either side. */
static void expect(struct scene *s, guint findings, guint only_coccinelle, guint only_clang)
{
	const struct audit_coccinelle *found = &s->audit->coverage.coccinelle;

	reconcile_judge(s->reconcile, s->reports, s->audit);
	g_assert_cmpuint(s->audit->left_out->len, ==, findings);
	g_assert_cmpuint(found->only_coccinelle->len, ==, only_coccinelle);
	g_assert_cmpuint(found->only_clang->len, ==, only_clang);
}

static const struct audit_difference *only(const GPtrArray *list)
{
	g_assert_cmpuint(list->len, ==, 1);
	return list->pdata[0];
}

static void test_same(void)
{
	struct scene s = new_scene();

	add_facts(&s, 0, 0);
	add_object(&s, "a_ops", "a.c", 10);
	add_report(&s, "page-insert", NULL, "f", "a.c", 20);
	add_report(&s, "mixedmap", NULL, "g", "a.c", 30);
	add_finding(&s, "page-insert", "a.c", 20, "f");
	/* In the same function, in another line. */
	add_finding(&s, "mixedmap", "a.c", 33, "g");
	expect(&s, 0, 0, 0);
	free_scene(&s);
}

static void test_pages_by_line(void)
{
	struct scene s = new_scene();

	add_facts(&s, 0, 0);
	add_object(&s, "a_ops", "a.c", 10);
	add_report(&s, "page-insert", NULL, "f", "a.c", 20);
	add_finding(&s, "page-insert", "a.c", 25, "f");
	expect(&s, 0, 1, 1);
	g_assert_cmpstr(only(s.audit->coverage.coccinelle.only_clang)->coccinelle, ==,
			"it reports page-insert on this way");
	g_assert_cmpstr(only(s.audit->coverage.coccinelle.only_coccinelle)->clang, ==,
			"it reports page-insert on this way");
	free_scene(&s);
}

/* Where the code is compiled, a report is no finding, whatever it says. */
static void test_contradiction(void)
{
	struct scene s = new_scene();
	const struct audit_difference *d;

	add_facts(&s, 40, 50);
	add_object(&s, "a_ops", "a.c", 10);
	add_report(&s, "page-insert", NULL, "f", "a.c", 20);
	expect(&s, 0, 1, 0);
	d = only(s.audit->coverage.coccinelle.only_coccinelle);
	g_assert_false(d->reported);
	g_assert_cmpstr(d->clang, ==, "the routes of this file are judged pass");
	g_assert_cmpstr(d->coccinelle, ==, "a text");
	free_scene(&s);
}

static void test_left_out(void)
{
	struct scene s = new_scene();
	const struct audit_finding *first, *second;

	add_facts(&s, 20, 30);
	add_facts(&s, 25, 30);
	add_object(&s, "a_ops", "a.c", 10);
	/* Compiled once. */
	add_report(&s, "page-insert", NULL, "f", "a.c", 22);
	add_report(&s, "page-insert", NULL, "f", "a.c", 25);
	/* The same place, for another rule. */
	add_report(&s, "mixedmap", NULL, "f", "a.c", 25);
	add_report(&s, "page-insert", NULL, "f", "a.c", 30);
	add_object(&s, "hidden_ops", "a.c", 28);
	expect(&s, 3, 4, 0);
	first = s.audit->left_out->pdata[0];
	second = s.audit->left_out->pdata[1];
	g_assert_cmpstr(first->rule, ==, "not-in-this-config");
	g_assert_cmpuint(first->at.line, ==, 25);
	g_assert_cmpstr(first->message, ==, "a text, in code that the configuration leaves out");
	g_assert_cmpstr(first->fingerprint, !=, second->fingerprint);
	free_scene(&s);
}

static void test_not_analysed(void)
{
	struct scene s = new_scene();

	add_object(&s, "a_ops", "a.c", 10);
	add_object(&s, "b_ops", "b.c", 5);
	expect(&s, 1, 1, 0);
	g_assert_cmpstr(((struct audit_finding *)s.audit->left_out->pdata[0])->message, ==,
			"a text, in a file that could not be analysed");
	free_scene(&s);
}

static void test_told_already(void)
{
	struct scene s = new_scene();
	struct audit_finding *f;

	add_facts(&s, 20, 30);
	add_object(&s, "a_ops", "a.c", 10);
	add_object(&s, "hidden_ops", "a.c", 21);
	add_report(&s, "page-insert", NULL, "f", "a.c", 25);
	add_finding(&s, "not-in-this-config", "a.c", 21, NULL);
	f = audit_add_left_out(s.audit);
	f->rule = "not-in-this-config";
	f->at = (struct place){ "a.c", 25, 1 };
	f->message = f->fingerprint = "told";
	expect(&s, 1, 0, 0);
	free_scene(&s);
}

static void test_names(void)
{
	struct scene s = new_scene();

	s.route->ops.name = "device.ops";
	*audit_add_table(s.route) = (struct audit_object){ .at = { "b.c", 7, 1 },
							   .name = "funcs[0]",
							   .type = "drm_gem_object_funcs" };
	/* A copy that the run time makes, by its line. */
	add_object(&s, "dev->ops", "a.c", 10);
	add_object(&s, "funcs", "b.c", 6);
	expect(&s, 0, 0, 0);
	free_scene(&s);
}

static void test_only_clang(void)
{
	struct scene s = new_scene();
	const GPtrArray *found = s.audit->coverage.coccinelle.only_clang;

	add_facts(&s, 0, 0);
	audit_add_failure_to(s.audit, s.audit->coverage.coccinelle.failed, "a.c",
			     "cow-pfnmap.cocci: crashed");
	add_finding(&s, "page-insert", "mm/core.c", 5, "core");
	/* One place is told once. */
	add_finding(&s, "page-insert", "mm/core.c", 5, "core");
	add_finding(&s, "cow-pfnmap", "a.c", 20, "f");
	add_finding(&s, "helper-precondition", "a.c", 20, "f");
	expect(&s, 0, 0, 3);
	g_assert_cmpstr(((struct audit_difference *)found->pdata[0])->name, ==, "a_ops");
	g_assert_cmpstr(((struct audit_difference *)found->pdata[1])->coccinelle, ==,
			"it looks at one file at a time, and here is no object that is exported");
	g_assert_cmpstr(((struct audit_difference *)found->pdata[2])->coccinelle, ==, "it crashed");
	free_scene(&s);
}

static void test_did_not_run(void)
{
	struct scene s = new_scene();

	s.audit->coverage.coccinelle.reason = "spatch is not installed";
	add_finding(&s, "page-insert", "a.c", 5, "f");
	expect(&s, 0, 0, 0);
	free_scene(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reconcile/same", test_same);
	g_test_add_func("/reconcile/pages-by-line", test_pages_by_line);
	g_test_add_func("/reconcile/contradiction", test_contradiction);
	g_test_add_func("/reconcile/left-out", test_left_out);
	g_test_add_func("/reconcile/not-analysed", test_not_analysed);
	g_test_add_func("/reconcile/told-already", test_told_already);
	g_test_add_func("/reconcile/names", test_names);
	g_test_add_func("/reconcile/only-clang", test_only_clang);
	g_test_add_func("/reconcile/did-not-run", test_did_not_run);
	return g_test_run();
}

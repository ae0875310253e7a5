// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: the writers against goldens, hostile input, output files, exit
 * statuses, and the comparison with a saved audit.
 *
 * With PFNCHECK_UPDATE_GOLDENS=1 the goldens are written instead.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "audit.h"
#include "baseline.h"
#include "report.h"

/* A directory for the files of one test, and the tree that source lines come from. */
struct fixture {
	char *directory;
};

static const char source_text[] =
	"// SPDX-License-Identifier: GPL-2.0-only\n"
	"static int foo_mmap(struct dma_buf *buf, struct vm_area_struct *vma)\n"
	"{\n"
	"\tif (foo->pages)\n"
	"\t\treturn vm_map_pages(vma, foo->pages, foo->count);\n"
	"\treturn\tvm_insert_page(vma, vma->vm_start, \"\033[31m\xe2\x80\xae\xff\"); /* end */\r\n"
	"}\n";

static char *path_in(const struct fixture *fixture, const char *name)
{
	return g_build_filename(fixture->directory, name, NULL);
}

static void write_file(const struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *path = path_in(fixture, name);
	g_autofree char *directory = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(directory, 0777), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *read_file(const struct fixture *fixture, const char *name)
{
	g_autofree char *path = path_in(fixture, name);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void set_up(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	fixture->directory = g_dir_make_tmp("pfncheck-report-XXXXXX", NULL);
	g_assert_nonnull(fixture->directory);
	write_file(fixture, "drivers/foo/foo.c", source_text);
}

static void remove_tree(const char *path)
{
	GDir *directory = g_dir_open(path, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		if (g_file_test(child, G_FILE_TEST_IS_SYMLINK) ||
		    !g_file_test(child, G_FILE_TEST_IS_DIR))
			g_unlink(child);
		else
			remove_tree(child);
	}
	if (directory)
		g_dir_close(directory);
	g_rmdir(path);
}

static void tear_down(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	remove_tree(fixture->directory);
	g_free(fixture->directory);
}

/* Sample audits */

static struct place place(const char *file, unsigned int line, unsigned int column)
{
	return (struct place){ file, line, column };
}

static struct audit_route *add_route(struct audit *audit, const char *file, unsigned int line,
				     const char *ops, const char *implementation,
				     enum verdict verdict)
{
	static const enum level levels[] = {
		[VERDICT_VIOLATION] = LEVEL_ERROR,
		[VERDICT_CONDITIONAL] = LEVEL_WARNING,
		[VERDICT_UNKNOWN] = LEVEL_WARNING,
	};
	struct audit_route *route = audit_add_route(audit);

	route->ops = (struct audit_object){
		.at = place(file, line, 1),
		.name = ops,
		.type = "dma_buf_ops",
	};
	route->mmap = implementation;
	if (implementation)
		route->implementation = (struct audit_object){
			.at = place(file, line + 10, 1),
			.name = implementation,
		};
	route->verdict = verdict;
	route->level = verdict < G_N_ELEMENTS(levels) ? levels[verdict] : LEVEL_NONE;
	for (guint i = 0; i < audit->configs->len; i++)
		g_array_append_val(route->configs, i);
	return route;
}

/* Adds a table and makes the id; every route gets at least one call, the last one decides. */
static void add_table(struct audit *audit, struct audit_route *route, const char *name)
{
	g_autofree char *id = NULL;

	if (name)
		*audit_add_table(route) = (struct audit_object){
			.at = place("drivers/foo/foo_gem.c", 31, 1),
			.name = name,
			.type = "drm_gem_object_funcs",
		};
	id = g_strdup_printf("%s/%s", route->ops.name, name ? name : "-");
	route->id = audit_string(audit, id);
}

static void add_insert(struct audit_route *route, const char *class, const char *helper,
		       const char *from, struct place at)
{
	*audit_add_insert(route) = (struct audit_insert){ class, helper, at, from };
}

static void add_condition(GPtrArray *conditions, const char *expr, bool breaks_when,
			  struct place at)
{
	*audit_add_condition(conditions) =
		(struct audit_condition){ expr, at, "foo_mmap", breaks_when, CONDITION_OBJECT };
}

static struct audit_finding *add_finding(struct audit *audit, struct audit_route *route,
					 const char *rule, enum level level, struct place at,
					 const char *message)
{
	struct audit_finding *finding = audit_add_finding(route);
	g_autofree char *fingerprint = g_strdup_printf("%s/%s", route->id, rule);

	finding->rule = rule;
	finding->level = level;
	finding->fingerprint = audit_string(audit, fingerprint);
	finding->confidence = "proved";
	finding->at = at;
	finding->message = message;
	*audit_add_step(finding) = (struct path_step){ route->ops.at, NULL, "the exporter" };
	*audit_add_step(finding) = (struct path_step){ at, route->mmap, "inserts here" };
	return finding;
}

static struct audit *new_audit(void)
{
	struct audit *audit = audit_new();

	audit->libclang = "19.1.7";
	audit->release = "6.12.117";
	*audit_add_config(audit) = (struct audit_config){ "x86", "allmodconfig" };
	audit->coverage.files_scanned = 36923;
	audit->coverage.files_parsed = 140;
	return audit;
}

static void finish(struct audit *audit)
{
	audit_sort(audit);
	audit_count(audit);
}

/* Two routes of one exporter that come to the same vm_map_pages() under conditions. */
static void add_conditional(struct audit *audit)
{
	static const char *const tables[] = { "foo_gem_funcs", "drm_gem_dma_default_funcs" };
	struct place call = place("drivers/foo/foo.c", 5, 10);

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		struct audit_route *route = add_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
						      "drm_gem_prime_dmabuf_ops",
						      "drm_gem_prime_mmap", VERDICT_CONDITIONAL);

		add_table(audit, route, tables[i]);
		g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
		g_ptr_array_add(route->flags_clear, (void *)"VM_PFNMAP");
		add_insert(route, "pfn", "remap_pfn_range", "mmap",
			   place("kernel/dma/direct.c", 562, 9));
		add_insert(route, "page", "vm_map_pages", "mmap", call);
		add_condition(route->conditions, "foo->pages", true,
			      place("drivers/foo/foo.c", 4, 6));
		add_condition(route->conditions, "middle", true,
			      place("kernel/dma/mapping.c", 1, 2));
		add_condition(route->conditions, "dma_map_direct(dev, ops)", false,
			      place("kernel/dma/mapping.c", 500, 6));
		add_condition(route->guards, "other", true, place("kernel/dma/mapping.c", 600, 6));
		add_finding(audit, route, "page-insert", LEVEL_WARNING, call,
			    "vm_map_pages() makes struct pages reachable through a dma-buf");
	}
}

/* What the second configuration alone makes of a route, and what no configuration compiles. */
static void add_config_dependent(struct audit *audit)
{
	struct place call = place("drivers/foo/bar.c", 5, 10);
	struct audit_route *route = add_route(audit, "drivers/foo/bar.c", 40, "bar_dmabuf_ops",
					      "bar_mmap", VERDICT_CONDITIONAL);
	guint second = 1;
	struct audit_condition condition = {
		.at = route->ops.at, .function = "", .breaks_when = true, .kind = CONDITION_CONFIG
	};
	struct audit_finding *finding;

	add_table(audit, route, NULL);
	finding = add_finding(audit, route, "page-insert", LEVEL_WARNING, call,
			      "bar_mmap inserts struct pages with vm_insert_page");
	g_array_append_val(finding->configs, second);
	condition.expr = audit_config_words(audit, finding->configs);
	*audit_add_condition(route->conditions) = condition;
	*audit_add_condition(finding->conditions) = condition;
	add_condition(finding->conditions, "bar->pages", true, place("drivers/foo/bar.c", 3, 6));
	add_condition(finding->conditions, "middle", true, place("drivers/foo/bar.c", 4, 6));
	add_condition(finding->conditions, "bar->cached", false, place("drivers/foo/bar.c", 4, 9));
	finding = add_finding(audit, route, "cow-pfnmap", LEVEL_WARNING, call,
			      "bar_mmap lets private mappings through");
	g_array_append_val(finding->configs, second);

	finding = audit_add_left_out(audit);
	finding->rule = "not-in-this-config";
	finding->level = LEVEL_NOTE;
	finding->fingerprint = "left out";
	finding->confidence = "proved";
	finding->at = place("drivers/foo/bar.c", 90, 2);
	finding->message = "the call of vm_insert_page is left out by every configuration";
}

static void add_passing(struct audit *audit)
{
	static const char *const tables[] = { "v3d_gem_funcs", "lima_gem_funcs" };
	struct audit_route *route;

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		route = add_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
				  "drm_gem_prime_dmabuf_ops", "drm_gem_shmem_object_mmap",
				  VERDICT_PASS);
		add_table(audit, route, tables[i]);
		g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
		g_ptr_array_add(route->vm_ops, (void *)"drm_gem_shmem_vm_ops");
		add_insert(route, "pfn", "vmf_insert_pfn", "fault",
			   place("drivers/gpu/drm/drm_gem_shmem_helper.c", 534, 9));
	}
	route = add_route(audit, "drivers/gpu/drm/xe/xe_dma_buf.c", 200, "xe_dmabuf_ops",
			  "drm_gem_prime_mmap", VERDICT_PASS);
	add_table(audit, route, "xe_gem_object_funcs");
	g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
	add_insert(route, "pfn", "vmf_insert_pfn_prot", "fault",
		   place("drivers/gpu/drm/ttm/ttm_bo_vm.c", 266, 9));
	add_finding(audit, route, "cow-pfnmap", LEVEL_WARNING,
		    place("drivers/gpu/drm/ttm/ttm_bo_vm.c", 266, 9),
		    "vmf_insert_pfn_prot() runs into a BUG_ON in a private mapping");
}

/* One of everything. */
static void add_helper(struct audit *audit, GPtrArray *to, const char *name, guint line,
		       const char *text, bool used)
{
	struct audit_helper *helper = audit_add_helper(audit, to, name, "mm/memory.c", text);

	helper->at.line = line;
	helper->used |= used;
}

static struct audit *full_audit(void)
{
	static const char *const stubborn[] = { "a_gem_funcs", "b_gem_funcs" };
	struct audit *audit = new_audit();
	struct audit_route *route;
	guint second = 1;

	*audit_add_config(audit) = (struct audit_config){ "arm64", "allmodconfig" };
	add_conditional(audit);
	add_config_dependent(audit);
	add_passing(audit);

	route = add_route(audit, "drivers/media/common/videobuf2/videobuf2-dma-sg.c", 520,
			  "vb2_dma_sg_dmabuf_ops", "vb2_dma_sg_mmap", VERDICT_VIOLATION);
	add_table(audit, route, NULL);
	add_insert(route, "page", "vm_insert_page", "mmap", place("drivers/foo/foo.c", 6, 9));
	add_insert(route, "page", "vmf->page", "page_mkwrite", place("mm/filemap.c", 7, 2));
	add_insert(route, "page", "vm_insert_page", "mmap", place("drivers/foo/foo.c", 9, 9));
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/foo.c", 6, 9),
		    "vm_insert_page() makes struct pages reachable through a dma-buf");
	add_finding(audit, route, "helper-precondition", LEVEL_NOTE, place("mm/filemap.c", 7, 2),
		    "a handler that nothing calls");

	for (guint i = 0; i < G_N_ELEMENTS(stubborn); i++) {
		route = add_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
				  "drm_gem_prime_dmabuf_ops", "drm_gem_prime_mmap",
				  VERDICT_UNKNOWN);
		add_table(audit, route, stubborn[i]);
		route->reason = "a pointer with too many targets: drm_driver::fops";
	}
	route = add_route(audit, "rust/kernel/gem.rs", 12, "rust_dmabuf_ops", "mmap",
			  VERDICT_UNKNOWN);
	add_table(audit, route, NULL);
	route->reason = "Rust is not read";

	route = add_route(audit, "drivers/gpu/drm/drm_prime.c", 853, "drm_gem_prime_dmabuf_ops",
			  "etnaviv_gem_prime_mmap_obj", VERDICT_FORWARD);
	add_table(audit, route, "etnaviv_gem_object_funcs");
	add_table(audit, route, "etnaviv_gem_prime_ops");
	add_insert(route, "forward", "dma_buf_mmap", "mmap", place("drivers/x.c", 96, 9));
	g_ptr_array_add(route->notes, (void *)"import-only");

	route = add_route(audit, "drivers/gpu/drm/armada/armada_gem.c", 480,
			  "armada_gem_prime_dmabuf_ops", "armada_gem_dmabuf_mmap", VERDICT_REJECT);
	add_table(audit, route, NULL);
	g_ptr_array_add(route->notes, (void *)"maps-nothing");
	g_array_set_size(route->configs, 0);
	g_array_append_val(route->configs, second);

	route = add_route(audit, "drivers/xen/gntdev-dmabuf.c", 370, "dmabuf_exp_ops", NULL,
			  VERDICT_NO_MMAP);
	add_table(audit, route, NULL);

	for (guint i = 0; i < 12; i++) {
		g_autofree char *file = g_strdup_printf("drivers/bad/%02u.c", 11 - i);

		audit_add_failure(audit, file, "crashed (signal 11)");
	}
	g_ptr_array_add(audit->coverage.notes, (void *)"generated/foo.h was stubbed");
	audit_add_checked(audit, "vm_insert_page");
	audit_add_checked(audit, "remap_pfn_range");
	audit_add_checked(audit, "vm_insert_page");
	add_helper(audit, audit->vocabulary.contradictions, "vm_insert_page", 2218,
		   "does not set VM_MIXEDMAP", true);
	add_helper(audit, audit->vocabulary.contradictions, "remap_pfn_range", 2723,
		   "inserts entries that are not special", false);
	add_helper(audit, audit->vocabulary.undecided, "filemap_map_pages", 3634,
		   "it has more points than the bound", true);
	add_helper(audit, audit->vocabulary.unknown, "vm_insert_other", 2400,
		   "inserts struct pages", true);
	add_helper(audit, audit->vocabulary.unknown, "vm_insert_more", 2300, "inserts pfns", false);
	/* The other configuration's is the same one. */
	add_helper(audit, audit->vocabulary.unknown, "vm_insert_more", 2300, "inserts pfns", false);
	finish(audit);
	return audit;
}

static struct audit *clean_audit(void)
{
	struct audit *audit = new_audit();
	struct audit_route *route = add_route(audit, "drivers/dma-buf/udmabuf.c", 250,
					      "udmabuf_ops", "mmap_udmabuf", VERDICT_PASS);

	add_table(audit, route, NULL);
	g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
	add_insert(route, "pfn", "vmf_insert_pfn", "fault",
		   place("drivers/dma-buf/udmabuf.c", 60, 9));
	finish(audit);
	return audit;
}

#define HOSTILE "\033]0;x\007\033[2J\r\n\xe2\x80\xae\xc2\x9b\xff\x7f%s%n"

static struct audit *hostile_audit(void)
{
	struct audit *audit = new_audit();
	struct audit_route *route = add_route(audit, "drivers/" HOSTILE ".c", 5, "ops" HOSTILE,
					      "mmap" HOSTILE, VERDICT_VIOLATION);
	struct audit_finding *finding;

	add_table(audit, route, "an_identifier_that_is_far_too_long_for_the_column_that_it_is_in");
	g_ptr_array_add(route->notes, (void *)HOSTILE);
	g_ptr_array_add(route->vm_ops, (void *)HOSTILE);
	add_insert(route, "page", HOSTILE, HOSTILE, place(HOSTILE, 1, 1));
	add_insert(route, "page", "", "", place("", 0, 0));
	add_condition(route->conditions, HOSTILE, true, place(HOSTILE, G_MAXINT, G_MAXINT));
	finding = add_finding(audit, route, "page-insert", LEVEL_ERROR,
			      place("drivers/foo/foo.c", 6, 60), HOSTILE);
	*audit_add_step(finding) = (struct path_step){ place(HOSTILE, 0, 0), HOSTILE, HOSTILE };
	/* Source lines that are not there. */
	add_finding(audit, route, "mixedmap", LEVEL_ERROR, place("drivers/foo/foo.c", 99, 1), "m");
	add_finding(audit, route, "mixedmap", LEVEL_ERROR, place("drivers/foo", 1, 1), "m");
	add_finding(audit, route, "mixedmap", LEVEL_ERROR, place("/etc/passwd", 1, 1), "m");
	add_finding(audit, route, "mixedmap", LEVEL_ERROR, place(NULL, 1, 1), "m");
	route = add_route(audit, NULL, 0, "nowhere", NULL, VERDICT_UNKNOWN);
	add_table(audit, route, NULL);
	route->reason = HOSTILE;
	audit_add_failure(audit, HOSTILE, HOSTILE);
	audit->stopped = HOSTILE;
	audit->release = HOSTILE;
	finish(audit);
	return audit;
}

/* The report as a string. */
static char *report(const struct fixture *fixture, const struct audit *audit, const char *format,
		    bool verbose, enum report_colour colour)
{
	g_autofree char *output = path_in(fixture, "report");
	const struct report_options options = {
		.format = format,
		.output = output,
		.colour = colour,
		.verbose = verbose,
		.root = fixture->directory,
	};
	g_autoptr(GError) error = NULL;

	g_assert_true(report_write(audit, &options, &error));
	g_assert_no_error(error);
	return read_file(fixture, "report");
}

static void check_golden(const char *name, const char *text)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "golden", name, NULL);
	g_autofree char *wanted = NULL;

	if (g_getenv("PFNCHECK_UPDATE_GOLDENS")) {
		g_assert_true(g_file_set_contents(path, text, -1, NULL));
		return;
	}
	g_assert_true(g_file_get_contents(path, &wanted, NULL, NULL));
	g_assert_cmpstr(text, ==, wanted);
}

static void test_text(struct fixture *fixture, gconstpointer data)
{
	struct audit *full = full_audit();
	struct audit *clean = clean_audit();
	struct audit *empty = new_audit();
	g_autofree char *plain = report(fixture, full, "text", false, COLOUR_AUTO);
	g_autofree char *verbose = report(fixture, full, "text", true, COLOUR_NEVER);
	g_autofree char *colour = report(fixture, full, "text", false, COLOUR_ALWAYS);
	g_autofree char *nothing = report(fixture, clean, "text", false, COLOUR_NEVER);
	g_autofree char *none = report(fixture, empty, "text", false, COLOUR_NEVER);
	g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);

	(void)data;
	check_golden("report-full.txt", plain);
	check_golden("report-verbose.txt", verbose);
	check_golden("report-colour.txt", colour);
	check_golden("report-clean.txt", nothing);
	check_golden("report-empty.txt", none);
	g_assert_null(strchr(plain, '\033'));
	/* The table fits. */
	for (guint i = 0; lines[i] && !strchr(lines[i], '['); i++) {
		g_assert_cmpuint(strlen(lines[i]), <=, 120);
		g_assert_false(g_str_has_suffix(lines[i], " "));
	}
	audit_free(full);
	audit_free(clean);
	audit_free(empty);
}

static void test_json(struct fixture *fixture, gconstpointer data)
{
	struct audit *full = full_audit();
	struct audit *clean = clean_audit();
	g_autofree char *text = report(fixture, full, "json", false, COLOUR_ALWAYS);
	g_autofree char *small = report(fixture, clean, "json", false, COLOUR_NEVER);

	(void)data;
	check_golden("report-full.json", text);
	check_golden("report-clean.json", small);
	audit_free(full);
	audit_free(clean);
}

static void test_hostile(struct fixture *fixture, gconstpointer data)
{
	static const char *const formats[] = { "text", "json" };
	struct audit *audit = hostile_audit();

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *text = report(fixture, audit, formats[i], true, COLOUR_NEVER);
		g_autofree char *name = g_strdup_printf("report-hostile.%s", i ? "json" : "txt");

		for (const char *c = text; *c; c++)
			g_assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f) || *c < 0);
		g_assert_true(g_utf8_validate(text, -1, NULL));
		g_assert_null(strstr(text, "\xe2\x80\xae"));
		g_assert_null(strstr(text, "root:"));
		check_golden(name, text);
	}
	audit_free(audit);
}

/* The order in which things were added leaves no trace. */
static void test_order(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = full_audit();
	g_autofree char *before = report(fixture, audit, "json", false, COLOUR_NEVER);
	g_autofree char *text_before = report(fixture, audit, "text", true, COLOUR_NEVER);
	g_autofree char *after = NULL;
	g_autofree char *text_after = NULL;
	GPtrArray *routes = audit->routes;

	(void)data;
	for (guint i = 0; i < routes->len / 2; i++) {
		void *swapped = routes->pdata[i];

		routes->pdata[i] = routes->pdata[routes->len - 1 - i];
		routes->pdata[routes->len - 1 - i] = swapped;
	}
	finish(audit);
	after = report(fixture, audit, "json", false, COLOUR_NEVER);
	text_after = report(fixture, audit, "text", true, COLOUR_NEVER);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpstr(text_before, ==, text_after);
	audit_free(audit);
}

/* Reading back what was written loses nothing. */
static void test_round_trip(struct fixture *fixture, gconstpointer data)
{
	struct audit *audits[] = { full_audit(), clean_audit(), hostile_audit() };

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(audits); i++) {
		g_autofree char *text = report(fixture, audits[i], "json", false, COLOUR_NEVER);
		g_autofree char *path = path_in(fixture, "report");
		g_autofree char *again = NULL;
		g_autoptr(GError) error = NULL;
		struct audit *loaded = baseline_load(path, &error);

		g_assert_no_error(error);
		again = report(fixture, loaded, "json", false, COLOUR_NEVER);
		g_assert_cmpstr(text, ==, again);
		audit_free(loaded);
		audit_free(audits[i]);
	}
}

static void test_quote(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = new_audit();
	struct audit_route *route =
		add_route(audit, "drivers/foo/foo.c", 7, "foo_ops", "foo_mmap", VERDICT_VIOLATION);
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *text = NULL;

	(void)data;
	for (int i = 0; i < 300; i++)
		g_string_append(line, "\xc3\xa9 ");
	write_file(fixture, "drivers/foo/wide.c", line->str);
	add_table(audit, route, NULL);
	/* a tab, two tabs, past the end, a line that is cut, in the middle of a character */
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/foo.c", 4, 2),
		    "a");
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/foo.c", 5, 10),
		    "b");
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/foo.c", 7, 9),
		    "c");
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/wide.c", 1, 300),
		    "d");
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/wide.c", 1, 5),
		    "e");
	add_finding(audit, route, "page-insert", LEVEL_ERROR, place("drivers/foo/foo.c", 3, 0),
		    "f");
	finish(audit);
	text = report(fixture, audit, "text", false, COLOUR_NEVER);
	g_assert_nonnull(strstr(text, "\n    4 |         if (foo->pages)\n"
				      "      |         ^\n"));
	g_assert_nonnull(strstr(text, "\n      |                        ^\n"));
	g_assert_nonnull(strstr(text, "\n    7 | }\n    exporter"));
	g_assert_nonnull(strstr(text, "\n    3 | {\n    exporter"));
	g_assert_nonnull(strstr(text, ": e [pfncheck:page-insert]\n    1 | \xc3\xa9 \xc3\xa9"));
	g_assert_nonnull(strstr(text, "\n      |   ^\n"));
	audit_free(audit);
}

/* Files */

static void test_output(struct fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *output;
		const char *error;
	} failures[] = {
		{ "missing/report", "No such file or directory" },
		{ "drivers", "Is a directory" },
		{ "drivers/foo/foo.c/report", "Not a directory" },
		{ "/dev/full", "No space left on device" },
	};
	struct audit *audit = clean_audit();
	g_autofree char *link = path_in(fixture, "link");
	g_autofree char *text = NULL;
	struct report_options options = { .format = "json" };
	struct stat st;
	mode_t mask = umask(022);
	GDir *directory;
	guint files = 0;

	(void)data;
	write_file(fixture, "target", "old");
	g_assert_cmpint(symlink("target", link), ==, 0);
	options.output = link;
	g_assert_true(report_write(audit, &options, NULL));
	text = read_file(fixture, "target");
	g_assert_true(g_str_has_prefix(text, "{\n \"schema\": 1,\n"));
	g_assert_true(g_str_has_suffix(text, "\n}\n"));
	g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	g_assert_cmpint(stat(link, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0644);
	umask(mask);

	options.output = "/dev/null";
	g_assert_true(report_write(audit, &options, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(failures); i++) {
		g_autofree char *path = failures[i].output[0] == '/' ?
						g_strdup(failures[i].output) :
						path_in(fixture, failures[i].output);
		g_autoptr(GError) error = NULL;

		options.output = path;
		g_assert_false(report_write(audit, &options, &error));
		g_assert_error(error, REPORT_ERROR, REPORT_ERROR_WRITE);
		g_assert_nonnull(strstr(error->message, path));
		g_assert_nonnull(strstr(error->message, failures[i].error));
		g_assert_null(strchr(error->message, '\n'));
	}
	/* No temporary file is left: drivers, target, link. */
	directory = g_dir_open(fixture->directory, 0, NULL);
	while (g_dir_read_name(directory))
		files++;
	g_dir_close(directory);
	g_assert_cmpuint(files, ==, 3);
	audit_free(audit);
}

static void test_format(void)
{
	struct audit *audit = new_audit();
	const struct report_options options = { .format = "xml" };
	g_autoptr(GError) error = NULL;
	g_autofree char *names = report_writer_names();

	g_assert_false(report_write(audit, &options, &error));
	g_assert_error(error, REPORT_ERROR, REPORT_ERROR_FORMAT);
	g_assert_cmpstr(error->message, ==, "there is no format 'xml', only text, json");
	g_assert_cmpstr(names, ==, "text, json");
	g_assert_true(report_find_writer("json") == &report_json);
	g_assert_null(report_find_writer(""));
	audit_free(audit);
}

static void test_exit_status(void)
{
	struct audit *audit = new_audit();
	struct audit_route *route;

	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	route = add_route(audit, "a.c", 1, "ops", "m", VERDICT_PASS);
	add_table(audit, route, NULL);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	add_finding(audit, route, "cow-pfnmap", LEVEL_WARNING, place("a.c", 2, 1), "m");
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==, 1);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 1);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NONE), ==, 0);
	route->level = LEVEL_ERROR;
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 1);
	route->known = true;
	g_assert_cmpint(report_exit_status(audit, LEVEL_ERROR), ==, 0);
	g_ptr_array_set_size(audit->routes, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	audit_add_left_out(audit)->level = LEVEL_NOTE;
	g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==, 0);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 1);
	audit->stopped = "interrupted";
	g_assert_cmpint(report_exit_status(audit, LEVEL_NONE), ==, 3);
	audit_free(audit);
}

/* Comparison */

static void test_known(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = full_audit();
	struct audit *saved = full_audit();
	g_autofree char *text = NULL;
	g_autofree char *json = NULL;

	(void)data;
	baseline_subtract(audit, saved, "saved.json");
	g_assert_cmpuint(audit->routes->len, ==, 0);
	g_assert_cmpuint(audit->baseline.findings, ==, 8);
	g_assert_cmpuint(audit->baseline.routes, ==, saved->routes->len);
	g_assert_cmpint(report_exit_status(audit, LEVEL_NOTE), ==, 0);
	text = report(fixture, audit, "text", false, COLOUR_NEVER);
	json = report(fixture, audit, "json", false, COLOUR_NEVER);
	check_golden("report-known.txt", text);
	check_golden("report-known.json", json);
	audit_free(audit);
	audit_free(saved);
}

static void test_new(struct fixture *fixture, gconstpointer data)
{
	struct audit *audit = full_audit();
	struct audit *saved = full_audit();
	g_autofree char *text = NULL;
	g_autofree char *json = NULL;

	(void)data;
	/* One route is new, one has a new finding, one was decided before. */
	for (guint i = saved->routes->len; i-- > 0;) {
		struct audit_route *route = saved->routes->pdata[i];

		if (strcmp(route->id, "xe_dmabuf_ops/xe_gem_object_funcs") == 0)
			g_ptr_array_set_size(route->findings, 0);
		else if (strcmp(route->id, "rust_dmabuf_ops/-") == 0)
			route->verdict = VERDICT_PASS;
		else if (strcmp(route->id, "vb2_dma_sg_dmabuf_ops/-") == 0)
			g_ptr_array_remove_index(saved->routes, i);
	}
	baseline_subtract(audit, saved, "saved.json");
	g_assert_cmpuint(audit->routes->len, ==, 3);
	g_assert_cmpuint(audit->baseline.findings, ==, 5);
	text = report(fixture, audit, "text", false, COLOUR_NEVER);
	json = report(fixture, audit, "json", false, COLOUR_NEVER);
	check_golden("report-new.txt", text);
	check_golden("report-new.json", json);
	audit_free(audit);
	audit_free(saved);
}

/* Which change of a verdict counts. */
static void test_worse(void)
{
	/* [before][now]: '+' counts */
	static const char *const worse[VERDICTS] = {
		/*                  pass, violation, conditional, forward, reject, no-mmap, unknown */
		[VERDICT_PASS] = ".++...+",	   [VERDICT_VIOLATION] = "......+",
		[VERDICT_CONDITIONAL] = ".+....+", [VERDICT_FORWARD] = ".++...+",
		[VERDICT_REJECT] = ".++...+",	   [VERDICT_NO_MMAP] = ".++...+",
		[VERDICT_UNKNOWN] = ".++....",
	};

	for (int before = 0; before < VERDICTS; before++) {
		for (int now = 0; now < VERDICTS; now++) {
			struct audit *saved = new_audit();
			struct audit *audit = new_audit();

			add_table(saved, add_route(saved, "a.c", 1, "o", "m", before), NULL);
			add_table(audit, add_route(audit, "a.c", 9, "o", "m", now), NULL);
			baseline_subtract(audit, saved, "f");
			g_assert_cmpuint(audit->routes->len, ==, worse[before][now] == '+');
			g_assert_cmpint(report_exit_status(audit, LEVEL_WARNING), ==,
					worse[before][now] == '+');
			audit_free(saved);
			audit_free(audit);
		}
	}
}

static void test_load(struct fixture *fixture, gconstpointer data)
{
#define ROUTE "{\"schema\":1,\"routes\":[{\"id\":\"a\","
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ "", "is not JSON at line 1: " },
		{ "{\n\n\"schema\" 1}", "is not JSON at line 3: " },
		{ "{} x", "is not JSON at line 1: " },
		{ "[1]", "it has no 'schema' and 'routes'" },
		{ "{}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":1}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":\"1\",\"routes\":[]}", "it has no 'schema' and 'routes'" },
		{ "{\"schema\":2,\"routes\":[]}", "its schema is 2, this pfncheck knows 1" },
		{ "{\"schema\":1,\"routes\":[],\"against\":{}}", "it was made with --against" },
		{ "{\"schema\":1,\"routes\":[1]}",
		  "'routes' holds something that is not an object" },
		{ ROUTE "\"verdict\":\"fine\"}]}", "there is no verdict 'fine'" },
		{ ROUTE "\"level\":\"fatal\"}]}", "there is no level 'fatal'" },
		{ ROUTE "\"level\":3}]}", "'level' is not a string" },
		{ ROUTE "\"ops\":[]}]}", "'ops' is not an object" },
		{ ROUTE "\"ops\":{\"line\":-1}}]}", "'line' is not a number from 0 to 4294967295" },
		{ ROUTE "\"ops\":{\"line\":4294967296}}]}",
		  "'line' is not a number from 0 to 4294967295" },
		{ ROUTE "\"known\":1}]}", "'known' is neither true nor false" },
		{ ROUTE "\"configs\":[null]}]}", "'configs' holds something that is not a number" },
		{ ROUTE "\"vm_ops\":[null]}]}", "'vm_ops' holds something that is not a string" },
		{ ROUTE "\"findings\":{}}]}", "'findings' is not an array" },
		{ ROUTE "\"conditions\":[{\"kind\":\"moon\"}]}]}",
		  "there is no kind of condition 'moon'" },
	};
#undef ROUTE
	g_autofree char *path = path_in(fixture, "saved.json");
	g_autofree char *missing = path_in(fixture, "missing.json");
	g_autofree char *deep = g_strnfill(1000000, '[');
	g_autoptr(GError) error = NULL;

	(void)data;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) fault = NULL;

		write_file(fixture, "saved.json", cases[i].text);
		g_assert_null(baseline_load(path, &fault));
		g_assert_true(fault->domain == BASELINE_ERROR);
		g_assert_nonnull(strstr(fault->message, path));
		g_assert_nonnull(strstr(fault->message, cases[i].error));
		g_assert_null(strchr(fault->message, '\n'));
	}
	write_file(fixture, "saved.json", deep);
	g_assert_null(baseline_load(path, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_JSON);
	g_clear_error(&error);
	g_assert_null(baseline_load(missing, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_READ);
	g_assert_true(g_str_has_suffix(error->message, "missing.json: No such file or directory"));
	g_clear_error(&error);
	g_assert_null(baseline_load(fixture->directory, &error));
	g_assert_error(error, BASELINE_ERROR, BASELINE_ERROR_READ);
}

/* What an older or a newer version wrote, with less and with more in it. */
static void test_tolerance(struct fixture *fixture, gconstpointer data)
{
	g_autofree char *path = path_in(fixture, "saved.json");
	g_autoptr(GError) error = NULL;
	struct audit *saved;
	struct audit *audit = clean_audit();
	g_autofree char *text = NULL;

	(void)data;
	write_file(fixture, "saved.json",
		   "{\"schema\": 1, \"extra\": [{}], \"routes\": ["
		   "{\"id\": \"udmabuf_ops/-\", \"verdict\": \"pass\", \"extra\": null},"
		   "{\"findings\": [{\"fingerprint\": \"x\"}]}, {}]}");
	saved = baseline_load(path, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(saved->routes->len, ==, 3);
	baseline_subtract(audit, saved, path);
	g_assert_cmpuint(audit->routes->len, ==, 0);
	/* And it can be shown. */
	finish(saved);
	text = report(fixture, saved, "text", true, COLOUR_NEVER);
	g_assert_nonnull(strstr(text, "3 routes of 1 exporter: 2 unknown, 1 pass;"));
	audit_free(saved);
	audit_free(audit);
}

static void test_names(void)
{
	enum verdict verdict = VERDICT_PASS;
	enum level level = LEVEL_NONE;

	g_assert_true(verdict_parse("no-mmap", &verdict));
	g_assert_cmpint(verdict, ==, VERDICT_NO_MMAP);
	g_assert_false(verdict_parse("bad", &verdict));
	g_assert_false(verdict_parse(NULL, &verdict));
	g_assert_cmpint(verdict, ==, VERDICT_NO_MMAP);
	g_assert_true(level_parse("warning", &level));
	g_assert_cmpint(level, ==, LEVEL_WARNING);
	g_assert_false(level_parse("Warning", &level));
	g_assert_true(rule_breaks("page-insert"));
	g_assert_false(rule_breaks("cow-pfnmap"));
	audit_free(NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(struct fixture *fixture, gconstpointer data);
	} tests[] = {
		{ "/report/text", test_text },
		{ "/report/json", test_json },
		{ "/report/hostile", test_hostile },
		{ "/report/order", test_order },
		{ "/report/quote", test_quote },
		{ "/report/output", test_output },
		{ "/baseline/round-trip", test_round_trip },
		{ "/baseline/known", test_known },
		{ "/baseline/new", test_new },
		{ "/baseline/load", test_load },
		{ "/baseline/tolerance", test_tolerance },
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, set_up, tests[i].test, tear_down);
	g_test_add_func("/report/format", test_format);
	g_test_add_func("/report/exit-status", test_exit_status);
	g_test_add_func("/baseline/worse", test_worse);
	g_test_add_func("/audit/names", test_names);
	return g_test_run();
}

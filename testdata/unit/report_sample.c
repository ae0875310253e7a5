// SPDX-License-Identifier: GPL-2.0-only
#include "report_sample.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "report.h"

static const char source_text[] =
	"// SPDX-License-Identifier: GPL-2.0-only\n"
	"static int foo_mmap(struct dma_buf *buf, struct vm_area_struct *vma)\n"
	"{\n"
	"\tif (foo->pages)\n"
	"\t\treturn vm_map_pages(vma, foo->pages, foo->count);\n"
	"\treturn\tvm_insert_page(vma, vma->vm_start, \"\033[31m\xe2\x80\xae\xff\"); /* end */\r\n"
	"}\n";

char *sample_path(const struct fixture *fixture, const char *name)
{
	return g_build_filename(fixture->directory, name, NULL);
}

void sample_write(const struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *path = sample_path(fixture, name);
	g_autofree char *directory = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(directory, 0777), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

char *sample_read(const struct fixture *fixture, const char *name)
{
	g_autofree char *path = sample_path(fixture, name);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

void sample_set_up(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	fixture->directory = g_dir_make_tmp("pfncheck-report-XXXXXX", NULL);
	g_assert_nonnull(fixture->directory);
	sample_write(fixture, "drivers/foo/foo.c", source_text);
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

void sample_tear_down(struct fixture *fixture, gconstpointer data)
{
	(void)data;
	remove_tree(fixture->directory);
	g_free(fixture->directory);
}

/* Sample audits */

struct place sample_place(const char *file, unsigned int line, unsigned int column)
{
	return (struct place){ file, line, column };
}

struct audit_route *sample_route(struct audit *audit, const char *file, unsigned int line,
				 const char *ops, const char *implementation, enum verdict verdict)
{
	static const enum level levels[] = {
		[VERDICT_VIOLATION] = LEVEL_ERROR,
		[VERDICT_CONDITIONAL] = LEVEL_WARNING,
		[VERDICT_UNKNOWN] = LEVEL_WARNING,
	};
	struct audit_route *route = audit_add_route(audit);

	route->ops = (struct audit_object){
		.at = sample_place(file, line, 1),
		.name = ops,
		.type = "dma_buf_ops",
	};
	route->mmap = implementation;
	if (implementation)
		route->implementation = (struct audit_object){
			.at = sample_place(file, line + 10, 1),
			.name = implementation,
		};
	route->verdict = verdict;
	route->level = verdict < G_N_ELEMENTS(levels) ? levels[verdict] : LEVEL_NONE;
	for (guint i = 0; i < audit->configs->len; i++)
		g_array_append_val(route->configs, i);
	return route;
}

/* Adds a table and makes the id; every route gets at least one call, the last one decides. */
void sample_table(struct audit *audit, struct audit_route *route, const char *name)
{
	g_autofree char *id = NULL;

	if (name)
		*audit_add_table(route) = (struct audit_object){
			.at = sample_place("drivers/foo/foo_gem.c", 31, 1),
			.name = name,
			.type = "drm_gem_object_funcs",
		};
	id = g_strdup_printf("%s/%s", route->ops.name, name ? name : "-");
	route->id = audit_string(audit, id);
}

void sample_insert(struct audit_route *route, const char *class, const char *helper,
		   const char *from, struct place at)
{
	*audit_add_insert(route) = (struct audit_insert){ class, helper, at, from };
}

void sample_condition(GPtrArray *conditions, const char *expr, bool breaks_when, struct place at)
{
	*audit_add_condition(conditions) =
		(struct audit_condition){ expr, at, "foo_mmap", breaks_when, CONDITION_OBJECT };
}

struct audit_finding *sample_finding(struct audit *audit, struct audit_route *route,
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

struct audit *sample_new(void)
{
	struct audit *audit = audit_new();

	audit->libclang = "19.1.7";
	audit->release = "6.12.117";
	*audit_add_config(audit) = (struct audit_config){ "x86", "allmodconfig" };
	audit->coverage.files_scanned = 36923;
	audit->coverage.files_parsed = 140;
	return audit;
}

void sample_finish(struct audit *audit)
{
	audit_sort(audit);
	audit_count(audit);
}

/* Two routes of one exporter that come to the same vm_map_pages() under conditions. */
static void add_conditional(struct audit *audit)
{
	static const char *const tables[] = { "foo_gem_funcs", "drm_gem_dma_default_funcs" };
	struct place call = sample_place("drivers/foo/foo.c", 5, 10);

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		struct audit_route *route = sample_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
							 "drm_gem_prime_dmabuf_ops",
							 "drm_gem_prime_mmap", VERDICT_CONDITIONAL);

		sample_table(audit, route, tables[i]);
		g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
		g_ptr_array_add(route->flags_clear, (void *)"VM_PFNMAP");
		sample_insert(route, "pfn", "remap_pfn_range", "mmap",
			      sample_place("kernel/dma/direct.c", 562, 9));
		sample_insert(route, "page", "vm_map_pages", "mmap", call);
		sample_condition(route->conditions, "foo->pages", true,
				 sample_place("drivers/foo/foo.c", 4, 6));
		sample_condition(route->conditions, "middle", true,
				 sample_place("kernel/dma/mapping.c", 1, 2));
		sample_condition(route->conditions, "dma_map_direct(dev, ops)", false,
				 sample_place("kernel/dma/mapping.c", 500, 6));
		sample_condition(route->guards, "other", true,
				 sample_place("kernel/dma/mapping.c", 600, 6));
		sample_finding(audit, route, "page-insert", LEVEL_WARNING, call,
			       "vm_map_pages() makes struct pages reachable through a dma-buf");
	}
}

/* What the second configuration alone makes of a route, and what no configuration compiles. */
static void add_config_dependent(struct audit *audit)
{
	struct place call = sample_place("drivers/foo/bar.c", 5, 10);
	struct audit_route *route = sample_route(audit, "drivers/foo/bar.c", 40, "bar_dmabuf_ops",
						 "bar_mmap", VERDICT_CONDITIONAL);
	guint second = 1;
	struct audit_condition condition = {
		.at = route->ops.at, .function = "", .breaks_when = true, .kind = CONDITION_CONFIG
	};
	struct audit_finding *finding;

	sample_table(audit, route, NULL);
	finding = sample_finding(audit, route, "page-insert", LEVEL_WARNING, call,
				 "bar_mmap inserts struct pages with vm_insert_page");
	g_array_append_val(finding->configs, second);
	condition.expr = audit_config_words(audit, finding->configs);
	*audit_add_condition(route->conditions) = condition;
	*audit_add_condition(finding->conditions) = condition;
	sample_condition(finding->conditions, "bar->pages", true,
			 sample_place("drivers/foo/bar.c", 3, 6));
	sample_condition(finding->conditions, "middle", true,
			 sample_place("drivers/foo/bar.c", 4, 6));
	sample_condition(finding->conditions, "bar->cached", false,
			 sample_place("drivers/foo/bar.c", 4, 9));
	finding = sample_finding(audit, route, "cow-pfnmap", LEVEL_WARNING, call,
				 "bar_mmap lets private mappings through");
	g_array_append_val(finding->configs, second);

	finding = audit_add_left_out(audit);
	finding->rule = "not-in-this-config";
	finding->level = LEVEL_NOTE;
	finding->fingerprint = "left out";
	finding->confidence = "proved";
	finding->at = sample_place("drivers/foo/bar.c", 90, 2);
	finding->message = "the call of vm_insert_page is left out by every configuration";
}

static void add_passing(struct audit *audit)
{
	static const char *const tables[] = { "v3d_gem_funcs", "lima_gem_funcs" };
	struct audit_route *route;

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		route = sample_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
				     "drm_gem_prime_dmabuf_ops", "drm_gem_shmem_object_mmap",
				     VERDICT_PASS);
		sample_table(audit, route, tables[i]);
		g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
		g_ptr_array_add(route->vm_ops, (void *)"drm_gem_shmem_vm_ops");
		sample_insert(route, "pfn", "vmf_insert_pfn", "fault",
			      sample_place("drivers/gpu/drm/drm_gem_shmem_helper.c", 534, 9));
	}
	route = sample_route(audit, "drivers/gpu/drm/xe/xe_dma_buf.c", 200, "xe_dmabuf_ops",
			     "drm_gem_prime_mmap", VERDICT_PASS);
	sample_table(audit, route, "xe_gem_object_funcs");
	g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
	sample_insert(route, "pfn", "vmf_insert_pfn_prot", "fault",
		      sample_place("drivers/gpu/drm/ttm/ttm_bo_vm.c", 266, 9));
	sample_finding(audit, route, "cow-pfnmap", LEVEL_WARNING,
		       sample_place("drivers/gpu/drm/ttm/ttm_bo_vm.c", 266, 9),
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

struct audit *sample_full(void)
{
	static const char *const stubborn[] = { "a_gem_funcs", "b_gem_funcs" };
	struct audit *audit = sample_new();
	struct audit_route *route;
	guint second = 1;

	*audit_add_config(audit) = (struct audit_config){ "arm64", "allmodconfig" };
	add_conditional(audit);
	add_config_dependent(audit);
	add_passing(audit);

	route = sample_route(audit, "drivers/media/common/videobuf2/videobuf2-dma-sg.c", 520,
			     "vb2_dma_sg_dmabuf_ops", "vb2_dma_sg_mmap", VERDICT_VIOLATION);
	sample_table(audit, route, NULL);
	sample_insert(route, "page", "vm_insert_page", "mmap",
		      sample_place("drivers/foo/foo.c", 6, 9));
	sample_insert(route, "page", "vmf->page", "page_mkwrite",
		      sample_place("mm/filemap.c", 7, 2));
	sample_insert(route, "page", "vm_insert_page", "mmap",
		      sample_place("drivers/foo/foo.c", 9, 9));
	sample_finding(audit, route, "page-insert", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 6, 9),
		       "vm_insert_page() makes struct pages reachable through a dma-buf");
	sample_finding(audit, route, "helper-precondition", LEVEL_NOTE,
		       sample_place("mm/filemap.c", 7, 2), "a handler that nothing calls");

	for (guint i = 0; i < G_N_ELEMENTS(stubborn); i++) {
		route = sample_route(audit, "drivers/gpu/drm/drm_prime.c", 853,
				     "drm_gem_prime_dmabuf_ops", "drm_gem_prime_mmap",
				     VERDICT_UNKNOWN);
		sample_table(audit, route, stubborn[i]);
		route->reason = "a pointer with too many targets: drm_driver::fops";
	}
	route = sample_route(audit, "rust/kernel/gem.rs", 12, "rust_dmabuf_ops", "mmap",
			     VERDICT_UNKNOWN);
	sample_table(audit, route, NULL);
	route->reason = "Rust is not read";

	route = sample_route(audit, "drivers/gpu/drm/drm_prime.c", 853, "drm_gem_prime_dmabuf_ops",
			     "etnaviv_gem_prime_mmap_obj", VERDICT_FORWARD);
	sample_table(audit, route, "etnaviv_gem_object_funcs");
	sample_table(audit, route, "etnaviv_gem_prime_ops");
	sample_insert(route, "forward", "dma_buf_mmap", "mmap", sample_place("drivers/x.c", 96, 9));
	g_ptr_array_add(route->notes, (void *)"import-only");

	route = sample_route(audit, "drivers/gpu/drm/armada/armada_gem.c", 480,
			     "armada_gem_prime_dmabuf_ops", "armada_gem_dmabuf_mmap",
			     VERDICT_REJECT);
	sample_table(audit, route, NULL);
	g_ptr_array_add(route->notes, (void *)"maps-nothing");
	g_array_set_size(route->configs, 0);
	g_array_append_val(route->configs, second);

	route = sample_route(audit, "drivers/xen/gntdev-dmabuf.c", 370, "dmabuf_exp_ops", NULL,
			     VERDICT_NO_MMAP);
	sample_table(audit, route, NULL);

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
	sample_finish(audit);
	return audit;
}

struct audit *sample_clean(void)
{
	struct audit *audit = sample_new();
	struct audit_route *route = sample_route(audit, "drivers/dma-buf/udmabuf.c", 250,
						 "udmabuf_ops", "mmap_udmabuf", VERDICT_PASS);

	sample_table(audit, route, NULL);
	g_ptr_array_add(route->flags_set, (void *)"VM_PFNMAP");
	audit_add_step_once(route->settings,
			    &(struct path_step){ sample_place("drivers/dma-buf/udmabuf.c", 71, 2),
						 "mmap_udmabuf", "sets VM_PFNMAP" });
	sample_insert(route, "pfn", "vmf_insert_pfn", "fault",
		      sample_place("drivers/dma-buf/udmabuf.c", 60, 9));
	sample_finish(audit);
	return audit;
}

#define HOSTILE                                                   \
	"\033]0;x\007\033[2J\r\n\xe2\x80\xae\xc2\x9b\xff\x7f%s%n" \
	"<script>]]>--><!--\"'&amp;`|*_~@user#1[x](y)\\ ERROR: WARNING: "

struct audit *sample_hostile(void)
{
	struct audit *audit = sample_new();
	struct audit_route *route = sample_route(audit, "drivers/" HOSTILE ".c", 5, "ops" HOSTILE,
						 "mmap" HOSTILE, VERDICT_VIOLATION);
	struct audit_finding *finding;

	sample_table(audit, route,
		     "an_identifier_that_is_far_too_long_for_the_column_that_it_is_in");
	g_ptr_array_add(route->notes, (void *)HOSTILE);
	g_ptr_array_add(route->vm_ops, (void *)HOSTILE);
	sample_insert(route, "page", HOSTILE, HOSTILE, sample_place(HOSTILE, 1, 1));
	sample_insert(route, "page", "", "", sample_place("", 0, 0));
	sample_condition(route->conditions, HOSTILE, true,
			 sample_place(HOSTILE, G_MAXINT, G_MAXINT));
	finding = sample_finding(audit, route, "page-insert", LEVEL_ERROR,
				 sample_place("drivers/foo/foo.c", 6, 60), HOSTILE);
	*audit_add_step(finding) =
		(struct path_step){ sample_place(HOSTILE, 0, 0), HOSTILE, HOSTILE };
	/* Source lines that are not there. */
	sample_finding(audit, route, "mixedmap", LEVEL_ERROR,
		       sample_place("drivers/foo/foo.c", 99, 1), "m");
	sample_finding(audit, route, "mixedmap", LEVEL_ERROR, sample_place("drivers/foo", 1, 1),
		       "m");
	sample_finding(audit, route, "mixedmap", LEVEL_ERROR, sample_place("/etc/passwd", 1, 1),
		       "m");
	sample_finding(audit, route, "mixedmap", LEVEL_ERROR, sample_place(NULL, 1, 1), "m");
	route = sample_route(audit, NULL, 0, "nowhere", NULL, VERDICT_UNKNOWN);
	sample_table(audit, route, NULL);
	route->reason = HOSTILE;
	audit_add_failure(audit, HOSTILE, HOSTILE);
	audit->stopped = HOSTILE;
	audit->release = HOSTILE;
	sample_finish(audit);
	return audit;
}

/* Reviews */

static const char first_commit[] = "0123456789abcdef0123456789abcdef01234567";
static const char second_commit[] = "89abcdef0123456789abcdef0123456789abcdef";

static struct audit *new_review(void)
{
	struct audit *audit = sample_new();

	audit->review.base = "v6.12";
	audit->review.head = "topic";
	*audit_add_commit(audit) = (struct audit_commit){ first_commit, "foo: map pages" };
	*audit_add_commit(audit) = (struct audit_commit){ second_commit, "bar: \"simplify\" mmap" };
	return audit;
}

/* A route of an exporter of its own, with a change of its verdict. */
static struct audit_route *add_changed(struct audit *audit, const char *ops, enum verdict verdict,
				       enum change change, enum verdict before)
{
	g_autofree char *file = g_strdup_printf("drivers/foo/%s.c", ops);
	g_autofree char *mmap = g_strdup_printf("%s_mmap", ops);
	struct audit_route *route = sample_route(audit, audit_string(audit, file), 40, ops,
						 audit_string(audit, mmap), verdict);

	sample_table(audit, route, NULL);
	route->change = change;
	route->before = before;
	return route;
}

struct audit *sample_review(void)
{
	static const char message[] = "foo_mmap inserts struct pages with vm_insert_page";
	struct place call = sample_place("drivers/foo/foo.c", 6, 9);
	struct audit *audit = new_review();
	struct audit_route *route;
	struct audit_finding *finding;

	/* A new exporter, under two drivers that come to the same place. */
	for (guint i = 0; i < 2; i++) {
		route = sample_route(audit, "drivers/foo/foo.c", 10, "foo_ops", "foo_mmap",
				     VERDICT_VIOLATION);
		sample_table(audit, route, i ? "b_gem_funcs" : "a_gem_funcs");
		route->change = CHANGE_NEW;
		route->commit = first_commit;
		finding = sample_finding(audit, route, "page-insert", LEVEL_ERROR, call, message);
		finding->change = CHANGE_NEW;
		finding->commit = first_commit;
		*audit_add_step(finding) =
			(struct path_step){ sample_place("drivers/foo/foo.c", 4, 6), "foo_mmap",
					    "when 'foo->pages'" };
	}
	route = add_changed(audit, "worse", VERDICT_VIOLATION, CHANGE_WORSE, VERDICT_CONDITIONAL);
	route->commit = second_commit;
	finding = sample_finding(audit, route, "mixedmap", LEVEL_ERROR,
				 sample_place("drivers/foo/worse.c", 7, 2), "under VM_MIXEDMAP");
	finding->change = CHANGE_WORSE;
	finding->commit = second_commit;
	finding = sample_finding(audit, route, "cow-pfnmap", LEVEL_WARNING,
				 sample_place("drivers/foo/worse.c", 8, 2), "reaches a BUG_ON");
	finding->change = CHANGE_NEW;
	finding->suppressed = "only tests map it";
	finding->suppressor = "allow:3";

	finding = sample_finding(audit, route, "missing-pfnmap", LEVEL_ERROR,
				 sample_place("drivers/foo/worse.c", 6, 2),
				 "worse_mmap leaves a dma-buf mapping without VM_PFNMAP");
	finding->change = CHANGE_NEW;
	audit_add_step_once(finding->was,
			    &(struct path_step){ sample_place("drivers/foo/worse.c", 5, 2),
						 "worse_mmap", "sets VM_PFNMAP" });

	/* What counts for nothing. */
	route = add_changed(audit, "allowed", VERDICT_VIOLATION, CHANGE_NEW, VERDICT_PASS);
	finding = sample_finding(audit, route, "page-insert", LEVEL_ERROR,
				 sample_place("drivers/foo/allowed.c", 50, 9),
				 "allowed_mmap inserts struct pages with vm_insert_page");
	finding->change = CHANGE_NEW;
	finding->suppressed = route->suppressed = "the pages are pinned";
	finding->suppressor = route->suppressor = "drivers/foo/allowed.c:49";
	finding->by_comment = route->by_comment = true;

	route = add_changed(audit, "open", VERDICT_UNKNOWN, CHANGE_WORSE, VERDICT_PASS);
	route->reason = "a pointer with too many targets: drm_driver::fops";
	route = add_changed(audit, "better", VERDICT_PASS, CHANGE_BETTER, VERDICT_VIOLATION);
	finding = sample_finding(audit, route, "page-insert", LEVEL_ERROR,
				 sample_place("drivers/foo/better.c", 60, 9),
				 "better_mmap inserts struct pages with vm_insert_page");
	finding->change = CHANGE_FIXED;
	route = add_changed(audit, "decided", VERDICT_PASS, CHANGE_BETTER, VERDICT_UNKNOWN);
	route = add_changed(audit, "gone", VERDICT_UNKNOWN, CHANGE_FIXED, VERDICT_UNKNOWN);
	route->reason = "Rust is not read";
	route = add_changed(audit, "fresh", VERDICT_PASS, CHANGE_NEW, VERDICT_PASS);
	route = add_changed(audit, "same", VERDICT_VIOLATION, CHANGE_NONE, VERDICT_PASS);
	route->known = true;
	finding = sample_finding(audit, route, "page-insert", LEVEL_ERROR,
				 sample_place("drivers/foo/elsewhere.c", 5, 9),
				 "same_mmap inserts struct pages with vm_insert_page");
	finding->change = CHANGE_MOVED;
	finding->commit = "patch 3";

	audit_add_failure(audit, "drivers/bad/late.c", "took longer than the bound");
	audit_add_failure(audit, "drivers/bad/header.c",
			  "drivers/bad/header.c:45: 'asm/hardware.h' file not found");
	sample_finish(audit);
	return audit;
}

struct audit *sample_quiet(void)
{
	struct audit *audit = new_review();

	sample_finish(audit);
	return audit;
}

struct audit *sample_partial(void)
{
	struct audit *audit = sample_clean();
	struct audit_route *route = audit->routes->pdata[0];
	struct audit_coccinelle *coccinelle = &audit->coverage.coccinelle;

	sample_finding(audit, route, "cow-pfnmap", LEVEL_WARNING,
		       sample_place("drivers/dma-buf/udmabuf.c", 60, 9),
		       "private mappings reach a BUG_ON");
	for (guint i = 0; i < 12; i++) {
		g_autofree char *file = g_strdup_printf("drivers/late/%02u.c", i);

		g_ptr_array_add(audit->coverage.not_reached, (void *)audit_string(audit, file));
	}
	audit_add_failure(audit, "drivers/bad/header.c",
			  "drivers/bad/header.c:45: 'asm/hardware.h' file not found");
	coccinelle->asked = true;
	coccinelle->version = "1.1.1";
	coccinelle->files = 3;
	audit_add_failure_to(audit, coccinelle->failed, "drivers/foo/long.c", "took too long");
	audit->stopped = "interrupted";
	sample_finish(audit);
	return audit;
}

struct audit *sample_nothing(void)
{
	struct audit *audit = new_review();

	audit->stopped = "time limit";
	audit->stopped_in = "scan";
	sample_finish(audit);
	return audit;
}

struct audit *sample_hostile_review(void)
{
	struct audit *audit = sample_hostile();
	struct audit_route *route = audit->routes->pdata[audit->routes->len - 1];

	audit->review.base = HOSTILE;
	audit->review.head = HOSTILE;
	*audit_add_commit(audit) = (struct audit_commit){ HOSTILE, HOSTILE };
	route->change = CHANGE_WORSE;
	route->commit = HOSTILE;
	for (guint i = 0; i < route->findings->len; i++) {
		struct audit_finding *finding = route->findings->pdata[i];

		finding->change = i ? CHANGE_NEW : CHANGE_FIXED;
		finding->commit = HOSTILE;
		finding->suppressed = i == 1 ? HOSTILE : NULL;
		finding->suppressor = i == 1 ? HOSTILE : NULL;
	}
	return audit;
}

char *sample_report(const struct fixture *fixture, const struct audit *audit, const char *format,
		    bool verbose, enum report_colour colour)
{
	g_autofree char *output = sample_path(fixture, "report");
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
	return sample_read(fixture, "report");
}

void sample_check(const char *name, const char *text)
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan: small trees are made in a temporary directory, and the answers compared
 * with what was put there.
 */
#include "scan.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char *root;
	struct scan *scan;
};

static void remove_tree(const char *path)
{
	GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	if (dir)
		g_dir_close(dir);
	g_assert_cmpint(g_remove(path), ==, 0);
}

static void set_up(struct fixture *f, const void *unused)
{
	(void)unused;
	f->root = g_dir_make_tmp("pfncheck-scan-XXXXXX", NULL);
	g_assert_nonnull(f->root);
	f->scan = NULL;
}

static void tear_down(struct fixture *f, const void *unused)
{
	(void)unused;
	scan_free(f->scan);
	remove_tree(f->root);
	g_free(f->root);
}

static char *path_in(const struct fixture *f, const char *file)
{
	char *path = g_build_filename(f->root, file, NULL);
	g_autofree char *directory = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
	return path;
}

static void add_bytes(const struct fixture *f, const char *file, const char *text, gssize length)
{
	g_autofree char *path = path_in(f, file);

	g_assert_true(g_file_set_contents(path, text, length, NULL));
}

static void add_file(const struct fixture *f, const char *file, const char *text)
{
	add_bytes(f, file, text, -1);
}

static void add_link(const struct fixture *f, const char *file, const char *target)
{
	g_autofree char *path = path_in(f, file);

	g_assert_cmpint(symlink(target, path), ==, 0);
}

static struct scan *scan_with(const struct fixture *f, guint jobs)
{
	static const char *const arches[] = { "x86", NULL };
	const struct scan_options options = { .root = f->root, .arches = arches, .jobs = jobs };
	g_autoptr(GError) error = NULL;
	struct scan *scan = scan_tree(&options, &error);

	g_assert_no_error(error);
	g_assert_nonnull(scan);
	return scan;
}

static void run(struct fixture *f)
{
	scan_free(f->scan);
	f->scan = scan_with(f, 2);
}

/* The strings of an answer, separated by spaces; "-" for none. */
static void assert_strings(const GPtrArray *strings, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);
	guint i;

	for (i = 0; strings && i < strings->len; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "",
				       (const char *)g_ptr_array_index(strings, i));
	g_assert_cmpstr(strings ? text->str : "-", ==, expected);
}

/* Objects as "file:line:name", with a "+" behind for a nested one. */
static void assert_objects(const struct fixture *f, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const GPtrArray *objects = scan_objects(f->scan);
	guint i;

	for (i = 0; i < objects->len; i++) {
		const struct scan_object *object = g_ptr_array_index(objects, i);

		g_string_append_printf(text, "%s%s:%u:%s%s", i ? " " : "", object->file,
				       object->line, object->name, object->nested ? "+" : "");
	}
	g_assert_cmpstr(text->str, ==, expected);
}

/* Failures as "file: reason", one a line. */
static void assert_failures(const struct fixture *f, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const GPtrArray *failures = scan_failures(f->scan);
	guint i;

	for (i = 0; i < failures->len; i++) {
		const struct scan_failure *failure = g_ptr_array_index(failures, i);

		g_string_append_printf(text, "%s: %s\n", failure->file, failure->reason);
	}
	g_assert_cmpstr(text->str, ==, expected);
}

/* Objects */

static void test_objects_plain(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/a.c",
		 "#include <linux/dma-buf.h>\n"
		 "static const struct dma_buf_ops one = {\n"
		 "\t.mmap = one_mmap,\n"
		 "};\n"
		 "struct dma_buf_ops two[2] __maybe_unused = {\n"
		 "\t[0] = { .mmap = two_mmap },\n"
		 "};\n"
		 "static const struct dma_buf_ops three __section(\"x\") =\n"
		 "{\n"
		 "}, four = { .mmap = four_mmap };\n"
		 "static struct\n"
		 "dma_buf_ops\n"
		 "five = {};\n"
		 "static const struct dma_buf_ops six = SIX_OPS(mmap);\n"
		 "static int get(void)\n"
		 "{\n"
		 "\tstatic const struct dma_buf_ops seven = {\n"
		 "\t\t.mmap = seven_mmap,\n"
		 "\t};\n"
		 "\treturn use(&seven);\n"
		 "}\n");
	run(f);
	assert_objects(f, "drivers/a.c:2:one drivers/a.c:5:two drivers/a.c:8:three "
			  "drivers/a.c:10:four drivers/a.c:13:five drivers/a.c:14:six "
			  "drivers/a.c:17:seven");
	assert_strings(scan_exporters(f->scan), "drivers/a.c");
	assert_strings(scan_candidates(f->scan), "drivers/a.c");
}

static void test_objects_none(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "include/linux/dma-buf.h",
		 "struct dma_buf_ops {\n"
		 "\tint (*mmap)(struct dma_buf *, struct vm_area_struct *vma);\n"
		 "};\n"
		 "struct dma_buf { const struct dma_buf_ops *ops; };\n");
	add_file(f, "drivers/a.c",
		 "/* static const struct dma_buf_ops a = { */\n"
		 "// static const struct dma_buf_ops b = { \\\n"
		 "static const struct dma_buf_ops c = {\n"
		 "static const char text[] = \"static const struct dma_buf_ops d = {\";\n"
		 "#if 0\n"
		 "static const struct dma_buf_ops e = { 0 };\n"
		 "#ifdef NEVER\n"
		 "static const struct dma_buf_ops f = { 0 };\n"
		 "#endif\n"
		 "#endif\n"
		 "extern const struct dma_buf_ops g;\n"
		 "static const struct dma_buf_ops h;\n"
		 "static const struct dma_buf_ops *i = &other;\n"
		 "static const struct dma_buf_ops *j[] = { &other };\n"
		 "struct device { struct dma_buf_ops ops; };\n"
		 "static struct device k = { 0 };\n"
		 "static struct dma_buf_ops *get(const struct dma_buf_ops *l)\n"
		 "{\n"
		 "\tstruct dma_buf_ops m;\n"
		 "\tif (sizeof(struct dma_buf_ops)) {\n"
		 "\t\tm = *l;\n"
		 "\t}\n"
		 "}\n"
		 "struct dma_buf_ops make(void)\n"
		 "{\n"
		 "}\n");
	run(f);
	assert_objects(f, "");
	assert_strings(scan_exporters(f->scan), "drivers/a.c");
	assert_strings(scan_candidates(f->scan), "drivers/a.c include/linux/dma-buf.h");
}

static void test_objects_nested(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "include/linux/virtio_dma_buf.h",
		 "struct virtio_dma_buf_ops {\n"
		 "\tstruct dma_buf_ops ops;\n"
		 "\tint (*get_uuid)(void);\n"
		 "};\n"
		 "typedef struct virtio_dma_buf_ops virtio_ops_t;\n");
	add_file(f, "drivers/deep.h",
		 "struct deep {\n"
		 "\tint id;\n"
		 "\tstruct {\n"
		 "\t\tvirtio_ops_t inner[2];\n"
		 "\t};\n"
		 "\tstruct info { int ops; } info;\n"
		 "};\n");
	add_file(f, "drivers/a.c",
		 "static const struct virtio_dma_buf_ops one = {\n"
		 "\t.ops = {\n"
		 "\t\t.cache_sgt_mapping = true,\n"
		 "\t},\n"
		 "\t.get_uuid = get_uuid,\n"
		 "};\n"
		 "static const struct virtio_dma_buf_ops two = { .ops.mmap = mmap };\n"
		 "static virtio_ops_t three[] = { { { mmap } }, { .ops = { mmap } } };\n"
		 "static const struct virtio_dma_buf_ops four = { .get_uuid = get_uuid };\n");
	/* Nothing here is a word that makes a file matter. */
	add_file(f, "drivers/b.c",
		 "static struct deep one = { .inner = { [1] = { .ops = { 0 } } } };\n"
		 "static struct deep two = { .info = { .ops = 1 } };\n"
		 "static struct deep three = { .inner[0].ops.mmap = mmap };\n");
	add_file(f, "drivers/c.c",
		 "static struct { struct dma_buf_ops ops; } one = { .ops = { 0 } };\n"
		 "static struct card { struct dma_buf_ops o; } two = {\n"
		 "\t.o = (struct dma_buf_ops){ .mmap = mmap },\n"
		 "};\n");
	run(f);
	assert_objects(f, "drivers/a.c:1:one+ drivers/a.c:7:two+ drivers/a.c:8:three+ "
			  "drivers/b.c:1:one+ drivers/b.c:3:three+ "
			  "drivers/c.c:1:one+ drivers/c.c:2:two+");
	assert_strings(scan_exporters(f->scan), "drivers/a.c drivers/b.c drivers/c.c");
	assert_strings(scan_table_files(f->scan, "dma_buf_ops"),
		       "drivers/a.c drivers/b.c drivers/c.c");
}

static void test_objects_compound(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/a.c",
		 "static const struct dma_buf_ops *one = &(const struct dma_buf_ops){ 0 };\n"
		 "static struct dma_buf_ops two = (struct dma_buf_ops) { .mmap = mmap };\n"
		 "typedef struct dma_buf_ops ops_t;\n"
		 "static ops_t three = { 0 };\n"
		 "static int f(struct dev *dev)\n"
		 "{\n"
		 "\tdev->table = (struct dma_buf_ops){ .mmap = mmap };\n"
		 "\tif (dev) {\n"
		 "\t\tgive((struct dma_buf_ops[]){ { 0 } });\n"
		 "\t}\n"
		 "\treturn (ops_t){ 0 };\n"
		 "}\n");
	run(f);
	assert_objects(f, "drivers/a.c:1:one drivers/a.c:2:two drivers/a.c:4:three "
			  "drivers/a.c:7:table drivers/a.c:9:dma_buf_ops drivers/a.c:11:ops_t");
}

static void test_objects_macro(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "include/linux/tables.h",
		 "#define DEFINE_OPS(name, fn) \\\n"
		 "static const struct dma_buf_ops name##_ops[1] __used = { \\\n"
		 "\t{ .mmap = fn, }, /* the only one */ \\\n"
		 "}\n"
		 "#define DEFINE_DRIVER(kind, driver) DEFINE_OPS(driver, driver##_mmap)\n"
		 "#define DECLARE_OPS(name) extern const struct dma_buf_ops name##_ops\n"
		 "#define DEFINE_WRAPPED(name) static struct wrapped name = { .ops = { 0 } }\n"
		 "#define FIXED_OPS() static struct dma_buf_ops fixed = { 0 }\n"
		 "struct wrapped { struct dma_buf_ops ops; };\n");
	add_file(f, "drivers/a.c",
		 "DEFINE_OPS(one, one_mmap);\n"
		 "DECLARE_OPS(other);\n"
		 "DEFINE_DRIVER(card, two)\n"
		 "static int probe(void)\n"
		 "{\n"
		 "}\n"
		 "static DEFINE_WRAPPED(three);\n");
	add_file(f, "drivers/b.c", "MODULE_LICENSE(\"GPL\");\nFIXED_OPS();\n");
	run(f);
	assert_objects(f, "drivers/a.c:1:one_ops drivers/a.c:3:two_ops drivers/a.c:7:three+ "
			  "drivers/b.c:2:fixed");
	assert_strings(scan_table_files(f->scan, "dma_buf_ops"), "drivers/a.c drivers/b.c");
	assert_strings(scan_function_files(f->scan, "probe"), "drivers/a.c");
}

/* Functions */

static void test_functions(struct fixture *f, const void *unused)
{
	static const char *const names[] = {
		"plain",	  "decorated",	 "own_line",  "multi_line", "pointer",
		"returns_record", "of_kernel",	 "syscall",   "old_style",  "annotated",
		"parameter",	  "after_macro", "with_enum", "in_extern",  "split_branch",
		"split_else",	  "last",
	};
	g_autoptr(GString) text = g_string_new(NULL);
	guint i;

	(void)unused;
	g_string_append(
		text,
		"int plain(struct vm_fault *vmf)\n{\n}\n"
		"static vm_fault_t __maybe_unused decorated(struct vm_fault *vmf)\n{\n}\n"
		"static inline unsigned long\nown_line(void)\n{\n}\n"
		"static int multi_line(struct vm_fault *vmf,\n\t\t      int b)\n{\n}\n"
		"void (*pointer(int a))(int)\n{\n}\n"
		"struct page *returns_record(void) { return NULL; }\n"
		"static __always_inline __printf(1, 2) void of_kernel(const char *s, ...)\n"
		"{\n}\n"
		"SYSCALL_DEFINE2(syscall, int, a, int, b)\n{\n}\n"
		"int old_style(a, b)\n\tint a;\n\tint b;\n{\n}\n"
		"static void annotated(int a)\n\t__acquires(lock) __releases(&a->lock)\n{\n}\n"
		"static int parameter(int (*fn)(struct vm_fault *), void *data)\n{\n}\n"
		"MODULE_LICENSE(\"GPL\")\nstatic int after_macro(void)\n{\n}\n"
		"static enum kind with_enum(struct { int a; } *b)\n{\n}\n"
		"extern \"C\" {\nint in_extern(void)\n{\n}\n}\n"
		"#ifdef A\n"
		"static int split_branch(int a)\n"
		"#else\n"
		"static int split_else(void)\n"
		"#endif\n"
		"{\n}\n"
		"int declared(int a);\n"
		"#define of_macro(x) ({ plain(x); })\n"
		"static int last(void)\n{\n\tcalled(1);\n\tif (a) {\n\t}\n}\n");
	add_file(f, "mm/a.c", text->str);
	/* No word in it that makes it matter. */
	add_file(f, "lib/b.h", "static inline int plain(void) { return 0; }\n");
	run(f);

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_test_message("%s", names[i]);
		assert_strings(scan_function_files(f->scan, names[i]),
			       strcmp(names[i], "plain") ? "mm/a.c" : "lib/b.h mm/a.c");
	}
	assert_strings(scan_function_files(f->scan, "declared"), "-");
	assert_strings(scan_function_files(f->scan, "of_macro"), "-");
	assert_strings(scan_function_files(f->scan, "called"), "-");
	assert_strings(scan_function_files(f->scan, "fn"), "-");
	assert_strings(scan_function_files(f->scan, "__acquires"), "-");
	assert_strings(scan_function_files(f->scan, "if"), "-");
}

static void test_functions_recover(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/a.c",
		 "struct vm_fault;\n"
		 "static int one(void)\n"
		 "{\n"
		 "#ifdef A\n"
		 "\tif (a) {\n"
		 "#else\n"
		 "\tif (b) {\n"
		 "#endif\n"
		 "\t\tinner();\n"
		 "\t}\n"
		 "}\n"
		 "static int two(void)\n"
		 "{\n"
		 "#ifdef A\n"
		 "\tif (a) {\n"
		 "#endif\n"
		 "\tinner();\n"
		 "}\n"
		 "int three(void)\n"
		 "{\n"
		 "\tif (a) {\n"
		 "\t\tlost((;\n"
		 "static int four(int a,\n"
		 "#ifdef A\n"
		 "\t\tint b)\n"
		 "#else\n"
		 "\t\tint c)\n"
		 "#endif\n"
		 "{\n"
		 "}\n"
		 "#error don't\n"
		 "char c = 'x\n"
		 "int five(void)\n"
		 "{\n"
		 "}\n"
		 "}\n"
		 "int six(void)\n"
		 "{\n"
		 "}\n");
	run(f);
	assert_strings(scan_function_files(f->scan, "one"), "drivers/a.c");
	assert_strings(scan_function_files(f->scan, "two"), "drivers/a.c");
	assert_strings(scan_function_files(f->scan, "three"), "drivers/a.c");
	assert_strings(scan_function_files(f->scan, "four"), "drivers/a.c");
	assert_strings(scan_function_files(f->scan, "five"), "drivers/a.c");
	assert_strings(scan_function_files(f->scan, "six"), "drivers/a.c");
	assert_strings(scan_callees(f->scan, "one"), "inner");
	assert_strings(scan_callees(f->scan, "six"), "");
}

static void test_callees(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/a.c",
		 "#define io_remap(vma, pfn) remap_pfn_range(vma, fixed(pfn))\n"
		 "static int map(struct vm_area_struct *vma)\n"
		 "{\n"
		 "#define LOCAL(x) local(x)\n"
		 "\tint (*fn)(int) = pick;\n"
		 "\t/* commented(1); */\n"
		 "\tif (sizeof(vma) && obj->funcs->mmap(obj, vma))\n"
		 "\t\treturn zero(one(two()));\n"
		 "\treturn ({ zero(3); });\n"
		 "}\n"
		 "static const struct table t = { .value = MACRO(1) };\n");
	add_file(f, "drivers/b.c", "static int map(struct vm_fault *vmf) { return other(); }\n");
	add_file(f, "drivers/plain.c", "static int map(void) { return unseen(); }\n");
	add_file(f, "kernel/dma/core.c", "int core(void) { return seen(); }\n");
	run(f);
	assert_strings(scan_callees(f->scan, "map"), "->mmap one other two zero");
	assert_strings(scan_callees(f->scan, "io_remap"), "fixed remap_pfn_range");
	assert_strings(scan_callees(f->scan, "LOCAL"), "local");
	assert_strings(scan_callees(f->scan, "core"), "seen");
	assert_strings(scan_callees(f->scan, "two"), "-");
	assert_strings(scan_function_files(f->scan, "map"),
		       "drivers/a.c drivers/b.c drivers/plain.c");
}

/* Tables and references */

static void test_reach(struct fixture *f, const void *unused)
{
	struct scan_reach *reach;
	g_autoptr(GPtrArray) entries = NULL;

	(void)unused;
	add_file(f, "drivers/help/help.c",
		 "void target(struct drm_device *d) { }\n"
		 "void help(struct drm_device *d) { target(d); help(d); }\n");
	add_file(f, "drivers/user/user.c",
		 "static void middle(struct drm_device *d) { help(d); }\n"
		 "static void hook(struct drm_device *d) { middle(d); }\n"
		 "static void alone(struct drm_device *d) { }\n"
		 "struct drm_driver user = { .open = hook };\n");
	/* A target of its own, and a call of that one. */
	add_file(f, "drivers/other/other.c",
		 "static void target(struct drm_device *d) { }\n"
		 "static void hook(struct drm_device *d) { target(d); }\n");
	run(f);
	reach = scan_reach_to(f->scan, "drivers/help/help.c", "target");
	g_assert_true(scan_reach_from(reach, "drivers/user/user.c", "hook"));
	g_assert_true(scan_reach_from(reach, "drivers/user/user.c", "help"));
	g_assert_false(scan_reach_from(reach, "drivers/user/user.c", "alone"));
	g_assert_false(scan_reach_from(reach, "drivers/user/user.c", "nowhere"));
	g_assert_false(scan_reach_from(reach, "drivers/other/other.c", "hook"));
	g_assert_true(scan_reach_from_directory(reach, "drivers/user/any.c"));
	g_assert_false(scan_reach_from_directory(reach, "drivers/other/any.c"));
	entries = scan_reach_entries(reach);
	assert_strings(entries, "drivers/user/user.c:hook");
	scan_reach_free(reach);
	reach = scan_reach_to(f->scan, "drivers/help/help.c", "absent");
	g_assert_false(scan_reach_from(reach, "drivers/user/user.c", "hook"));
	scan_reach_free(reach);
}

static void test_tables(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/gem.h",
		 "struct card_ops {\n"
		 "\tint (*mmap)(struct card *, struct vm_area_struct *);\n"
		 "};\n"
		 "struct other_ops { void (*run)(int); };\n"
		 "struct __unknown_attribute marked { vm_fault_t (*fault)(struct vm_fault *); };\n"
		 "typedef struct { struct card_ops ops; } card_t;\n"
		 "#define DEFINE_CARD(n) struct card_ops n = { .mmap = n##_mmap }\n");
	add_file(f, "drivers/a.c", "static const struct card_ops a = { 0 };\n");
	add_file(f, "drivers/b.c", "static card_t b[] = { { { 0 } } };\n");
	add_file(f, "drivers/c.c", "DEFINE_CARD(c);\n");
	add_file(f, "drivers/d.c", "static struct card_ops d;\n");
	add_file(f, "drivers/e.c", "int f(void) { static struct card_ops e[] = { }; }\n");
	add_file(f, "drivers/f.c", "static struct holder { struct card_ops x; } g = { 0 };\n");
	add_file(f, "drivers/x.c",
		 "extern struct card_ops d;\nstatic struct card_ops *p;\n"
		 "struct card_ops *get(struct card_ops *a) { struct card_ops *b = a; }\n");
	run(f);
	assert_strings(scan_table_files(f->scan, "card_ops"),
		       "drivers/a.c drivers/b.c drivers/c.c drivers/d.c drivers/e.c drivers/f.c");
	assert_strings(scan_table_files(f->scan, "other_ops"), "-");
	assert_strings(scan_table_files(f->scan, "no_such"), "-");
	assert_strings(scan_mapping_types(f->scan), "card_ops marked");
}

static void test_references(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "drivers/a.c", "int f(void) { obj->funcs = &table; }\n");
	add_file(f, "drivers/b.c", "static struct driver d = { .fops = &table };\n");
	add_file(f, "drivers/c.c", "static struct driver d = { .list = table };\n");
	add_file(f, "drivers/d.c",
		 "static struct driver d = { .list = (void *)&table.member, };\n");
	add_file(
		f, "drivers/x.c",
		"int f(void) { return a & table || &table->x || b && table || (c = table(1)); }\n");
	run(f);
	assert_strings(scan_reference_files(f->scan, "table"),
		       "drivers/a.c drivers/b.c drivers/c.c drivers/d.c");
	assert_strings(scan_reference_files(f->scan, "funcs"), "-");
}

/* Trees */

static void test_directories(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "arch/x86/mm/a.c", "int here(void) { }\n");
	add_file(f, "arch/arm/mm/a.c", "int here(void) { }\n");
	add_file(f, "arch/a.h", "int here(void) { }\n");
	add_file(f, "drivers/arch/arm/a.c", "int here(void) { }\n");
	add_file(f, "drivers/tools/a.c", "int here(void) { }\n");
	add_file(f, "tools/a.c", "int here(void) { }\n");
	add_file(f, "scripts/a.c", "int here(void) { }\n");
	add_file(f, "Documentation/a.c", "int here(void) { }\n");
	add_file(f, "usr/a.c", "int here(void) { }\n");
	add_file(f, ".hidden/a.c", "int here(void) { }\n");
	add_file(f, "samples/a.c", "int here(void) { }\n");
	add_file(f, "samples/a.S", "int here(void) { }\n");
	add_file(f, "samples/c.c/a.h", "int here(void) { }\n");
	add_file(f, "top.c", "int here(void) { }\n");
	add_file(f, "drivers/gpu/drm/a.rs", "unsafe impl gem::DriverObject for Object {}\n");
	add_file(f, "drivers/net/a.rs", "pub fn nothing() {}\n");
	run(f);
	assert_strings(scan_function_files(f->scan, "here"),
		       "arch/a.h arch/x86/mm/a.c drivers/arch/arm/a.c drivers/tools/a.c "
		       "samples/a.c samples/c.c/a.h top.c");
	assert_strings(scan_rust_files(f->scan), "drivers/gpu/drm/a.rs");
	assert_failures(f, "");
	g_assert_cmpuint(scan_files_read(f->scan), ==, 9);
}

static void test_bad_files(struct fixture *f, const void *unused)
{
	g_autofree char *outside =
		g_build_filename(g_get_tmp_dir(), "pfncheck-outside-XXXXXX", NULL);
	g_autofree char *fifo = path_in(f, "drivers/fifo.c");
	g_autofree char *large = path_in(f, "drivers/large.h");
	int fd = g_mkstemp(outside);

	(void)unused;
	g_assert_cmpint(fd, >=, 0);
	close(fd);
	add_file(f, "drivers/good.c", "int good(void) { }\n");
	add_file(f, "drivers/empty.c", "");
	add_bytes(f, "drivers/binary.c", "int bad(void) { }\n\0\0", 20);
	add_file(f, "drivers/na\nme with \377.c", "int odd(void) { }\n");
	add_link(f, "drivers/dangling.c", "nowhere.c");
	add_link(f, "drivers/dangling", "nowhere");
	add_link(f, "drivers/loop.c", "loop.c");
	add_link(f, "drivers/outside.c", outside);
	add_link(f, "drivers/outside", "/");
	add_link(f, "drivers/again", "..");
	add_link(f, "drivers/again.c", "good.c");
	add_link(f, "drivers/shared.c", "../tools/shared.c");
	add_file(f, "tools/shared.c", "int shared(void) { }\n");
	g_assert_cmpint(mkfifo(fifo, 0644), ==, 0);
	add_file(f, "drivers/large.h", "int bad(void) { }\n");
	g_assert_cmpint(truncate(large, 100 << 20), ==, 0);
	run(f);
	assert_failures(f, "drivers/binary.c: binary\n"
			   "drivers/dangling.c: dangling symlink\n"
			   "drivers/empty.c: empty\n"
			   "drivers/fifo.c: not a regular file\n"
			   "drivers/large.h: larger than 64 MiB\n"
			   "drivers/loop.c: symlink loop\n"
			   "drivers/outside: points out of the tree\n"
			   "drivers/outside.c: points out of the tree\n");
	assert_strings(scan_function_files(f->scan, "good"), "drivers/good.c");
	assert_strings(scan_function_files(f->scan, "odd"), "drivers/na\nme with \377.c");
	assert_strings(scan_function_files(f->scan, "shared"), "drivers/shared.c");
	assert_strings(scan_function_files(f->scan, "bad"), "-");
	g_assert_cmpint(g_remove(outside), ==, 0);
}

static void test_no_permission(struct fixture *f, const void *unused)
{
	g_autofree char *file = path_in(f, "drivers/a.c");
	g_autofree char *directory = path_in(f, "mm");

	(void)unused;
	if (!geteuid()) {
		g_test_skip("permissions do not stop root");
		return;
	}
	add_file(f, "drivers/a.c", "int a(void) { }\n");
	g_assert_cmpint(g_mkdir(directory, 0), ==, 0);
	g_assert_cmpint(chmod(file, 0), ==, 0);
	run(f);
	assert_failures(f, "drivers/a.c: permission denied\nmm: permission denied\n");
	g_assert_cmpint(chmod(directory, 0755), ==, 0);
}

static void test_no_tree(struct fixture *f, const void *unused)
{
	g_autofree char *path = g_build_filename(f->root, "missing", NULL);
	const struct scan_options options = { .root = path, .jobs = 2 };
	g_autoptr(GError) error = NULL;

	(void)unused;
	g_assert_null(scan_tree(&options, &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	run(f);
	g_assert_cmpuint(scan_files_read(f->scan), ==, 0);
	assert_strings(scan_candidates(f->scan), "");
	assert_strings(scan_function_files(f->scan, "any"), "-");
}

/* Text that no compiler would take: what counts is to come through. */
static void test_hostile(struct fixture *f, const void *unused)
{
	static const char *const pieces[] = {
		"{",
		"(",
		"[",
		"}",
		")",
		"#if A\n",
		"#else\n",
		"\"",
		"'\\",
		"/*",
		"struct x {",
		"x = {",
		"struct dma_buf_ops x = {",
		".a.b = {",
		"#define M(x) {\n",
		"M(M(",
		"a b",
		"(struct dma_buf_ops){",
		"\\\n",
		"#if 0\n",
		"typedef struct {",
		"\n",
		"a##b",
		",",
	};
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	g_autoptr(GString) text = g_string_new(NULL);
	guint i, j;

	(void)unused;
	for (i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autofree char *name = g_strdup_printf("deep/%u.c", i);

		g_string_truncate(text, 0);
		for (j = 0; j < 20000; j++)
			g_string_append(text, pieces[i]);
		g_string_append(text, "\n}\nstatic int behind(void)\n{\n}\n");
		add_file(f, name, text->str);
	}
	for (i = 0; i < 200; i++) {
		g_autofree char *name = g_strdup_printf("random/%u.c", i);

		g_string_truncate(text, 0);
		for (j = 0; j < 200; j++)
			g_string_append(text,
					pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
		add_file(f, name, text->str);
	}
	run(f);
	g_assert_cmpuint(scan_files_read(f->scan), ==, G_N_ELEMENTS(pieces) + 200);
	g_assert_cmpuint(scan_function_files(f->scan, "behind")->len, >, 12);
}

static void test_types_in_circles(struct fixture *f, const void *unused)
{
	(void)unused;
	add_file(f, "a.h",
		 "struct a { struct b b; struct dma_buf_ops ops; };\n"
		 "struct b { struct a a; struct { struct b c; }; };\n"
		 "typedef struct a t; typedef t u; typedef u t;\n"
		 "#define M(x) N(x)\n#define N(x) M(x)\n"
		 "#define O(x) O(x); struct dma_buf_ops x = { 0 }\n");
	add_file(f, "b.c",
		 "static u one = { .b = { .a = { .ops = { 0 } } } };\n"
		 "static struct b two = { { { { { { { 0 } } } } } } };\n"
		 "M(three);\nO(four);\n");
	run(f);
	assert_objects(f, "b.c:1:one+ b.c:2:two+ b.c:4:four");
}

static void test_jobs(struct fixture *f, const void *unused)
{
	static const guint jobs[] = { 1, 2, 3, 8, 0 };
	g_autoptr(GString) first = g_string_new(NULL);
	guint i;

	(void)unused;
	for (i = 0; i < 300; i++) {
		g_autofree char *name = g_strdup_printf("drivers/%u/%u.c", i % 7, i);
		g_autofree char *text = g_strdup_printf(
			"static int map(struct vm_area_struct *vma) { return call_%u(); }\n"
			"static const struct dma_buf_ops ops_%u = { .mmap = map };\n"
			"#define M%u(x) static struct dma_buf_ops x = { 0 }\n"
			"M%u(by_macro);\n"
			"static struct e%u { struct dma_buf_ops ops; } e = { { 0 } };\n",
			i, i, i % 10, i % 9, i % 5);

		add_file(f, name, i % 50 ? text : "");
	}
	for (i = 0; i < G_N_ELEMENTS(jobs); i++) {
		struct scan *scan = scan_with(f, jobs[i]);
		g_autoptr(GString) dump = g_string_new(NULL);

		scan_dump(scan, dump);
		scan_free(scan);
		if (!i)
			g_string_assign(first, dump->str);
		g_assert_cmpstr(dump->str, ==, first->str);
	}
}

static void test_dump(struct fixture *f, const void *unused)
{
	g_autoptr(GString) dump = g_string_new(NULL);

	(void)unused;
	add_file(f, "drivers/a b\n.c",
		 "static int map(struct vm_area_struct *vma)\n"
		 "{\n"
		 "\treturn remap(vma);\n"
		 "}\n"
		 "static const struct dma_buf_ops ops = { .mmap = map };\n");
	add_file(f, "drivers/empty.c", "");
	run(f);
	scan_dump(f->scan, dump);
	g_assert_cmpstr(dump->str, ==,
			"call\tmap\tremap\n"
			"candidate\tdrivers/a b\\x0a.c\n"
			"exporter\tdrivers/a b\\x0a.c\n"
			"failure\tdrivers/empty.c\tempty\n"
			"files-read\t1\n"
			"function\tmap\tdrivers/a b\\x0a.c:1\n"
			"object\tdrivers/a b\\x0a.c:5\tops\n"
			"table\tdma_buf_ops\tops\tdrivers/a b\\x0a.c:5\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*test)(struct fixture *f, const void *unused);
	} tests[] = {
		{ "/scan/objects/plain", test_objects_plain },
		{ "/scan/objects/none", test_objects_none },
		{ "/scan/objects/nested", test_objects_nested },
		{ "/scan/objects/compound", test_objects_compound },
		{ "/scan/objects/macro", test_objects_macro },
		{ "/scan/functions/forms", test_functions },
		{ "/scan/functions/recover", test_functions_recover },
		{ "/scan/functions/callees", test_callees },
		{ "/scan/functions/reach", test_reach },
		{ "/scan/tables", test_tables },
		{ "/scan/references", test_references },
		{ "/scan/tree/directories", test_directories },
		{ "/scan/tree/bad-files", test_bad_files },
		{ "/scan/tree/no-permission", test_no_permission },
		{ "/scan/tree/none", test_no_tree },
		{ "/scan/hostile", test_hostile },
		{ "/scan/circles", test_types_in_circles },
		{ "/scan/jobs", test_jobs },
		{ "/scan/dump", test_dump },
	};
	guint i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].path, struct fixture, NULL, set_up, tests[i].test, tear_down);
	return g_test_run();
}

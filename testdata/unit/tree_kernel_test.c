// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of tree on the kernel that PFNCHECK_KERNEL names: files that need much from
 * kbuild can be parsed, what is built is told from what is not, and neither the
 * tree nor a build directory is written to.
 */
#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* Exit status of a test that cannot run. */
#define SKIPPED 77

struct expected {
	const char *path;
	bool built;	    /* by allmodconfig for x86 */
	const char *module; /* or NULL if it differs between releases */
};

/* Generated headers, files of other directories, objects below a Makefile, switched off. */
static const struct expected files[] = {
	{ "drivers/dma-buf/udmabuf.c", true, "drivers/dma-buf/udmabuf" },
	{ "drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c", true,
	  "drivers/gpu/drm/amd/amdgpu/amdgpu" },
	{ "drivers/gpu/drm/amd/amdgpu/amdgpu_ttm.c", true, "drivers/gpu/drm/amd/amdgpu/amdgpu" },
	{ "drivers/gpu/drm/amd/amdkfd/kfd_chardev.c", true, "drivers/gpu/drm/amd/amdgpu/amdgpu" },
	{ "drivers/gpu/drm/armada/armada_gem.c", false, "drivers/gpu/drm/armada/armada" },
	{ "drivers/gpu/drm/drm_gem.c", true, "drivers/gpu/drm/drm" },
	{ "drivers/gpu/drm/i915/gem/i915_gem_dmabuf.c", true, "drivers/gpu/drm/i915/i915" },
	{ "drivers/gpu/drm/i915/gem/i915_gem_mman.c", true, "drivers/gpu/drm/i915/i915" },
	{ "drivers/gpu/drm/i915/gvt/dmabuf.c", true, "drivers/gpu/drm/i915/kvmgt" },
	{ "drivers/gpu/drm/msm/adreno/a6xx_gpu.c", true, "drivers/gpu/drm/msm/msm" },
	{ "drivers/gpu/drm/msm/msm_gem.c", true, "drivers/gpu/drm/msm/msm" },
	{ "drivers/gpu/drm/radeon/r100.c", true, "drivers/gpu/drm/radeon/radeon" },
	{ "drivers/gpu/drm/radeon/radeon_prime.c", true, "drivers/gpu/drm/radeon/radeon" },
	{ "drivers/gpu/drm/xe/xe_bo.c", true, "drivers/gpu/drm/xe/xe" },
	{ "mm/memory.c", true, NULL },
	{ "virt/kvm/kvm_main.c", true, "arch/x86/kvm/kvm" },
};

static const char *kernel;
static const char *cache;
static GString *messages;

static void note(const char *message, void *data)
{
	(void)data;
	g_test_message("%s", message);
	g_string_append_printf(messages, "%s\n", message);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * A hash of names, sizes and times below a directory. The time of the last change
 * of a file's state cannot be set back: whoever writes to a file leaves a trace.
 */
static void add_state(GChecksum *checksum, const char *path)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *line = NULL;
	g_autoptr(GDir) directory = NULL;
	struct stat st;
	const char *name;

	g_assert_cmpint(lstat(path, &st), ==, 0);
	line = g_strdup_printf("%s %ld %ld.%09ld %ld.%09ld\n", path, (long)st.st_size,
			       (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (long)st.st_ctim.tv_sec,
			       st.st_ctim.tv_nsec);
	g_checksum_update(checksum, (const guchar *)line, -1);
	if (!S_ISDIR(st.st_mode))
		return;
	directory = g_dir_open(path, 0, NULL);
	g_assert_nonnull(directory);
	while ((name = g_dir_read_name(directory)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *child =
			g_build_filename(path, (char *)g_ptr_array_index(names, i), NULL);

		add_state(checksum, child);
	}
}

static char *state_of(const char *path)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	add_state(checksum, path);
	return g_strdup(g_checksum_get_string(checksum));
}

static void run(const char *const *argv)
{
	g_autofree char *output = NULL;
	g_autoptr(GError) error = NULL;
	int status;

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &output,
		     &status, &error);
	g_assert_no_error(error);
	if (status)
		g_error("%s: %s", argv[0], output);
}

/* Parses a file with what a module's or a built-in file's own names stand for. */
static void assert_parses(const struct tree *tree, const struct tree_file *file)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *path = g_build_filename(tree_root(tree), file->path, NULL);

	g_ptr_array_add(argv, (void *)g_getenv("PFNCHECK_CLANG"));
	g_ptr_array_add(argv, (void *)"-fsyntax-only");
	g_ptr_array_add(argv, (void *)"-w");
	for (const char *const *flag = file->flags; *flag; flag++)
		g_ptr_array_add(argv, (void *)*flag);
	g_ptr_array_add(argv, (void *)"-DKBUILD_BASENAME=\"x\"");
	g_ptr_array_add(argv, (void *)"-DKBUILD_MODNAME=\"x\"");
	g_ptr_array_add(argv, (void *)"-DKBUILD_MODFILE=\"x\"");
	g_ptr_array_add(argv, (void *)"-D__KBUILD_MODNAME=kmod_x");
	g_ptr_array_add(argv, path);
	g_ptr_array_add(argv, NULL);
	run((const char *const *)argv->pdata);
}

static bool is_there(const struct expected *expected)
{
	g_autofree char *path = g_build_filename(kernel, expected->path, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static struct tree *open_tree(const char *build)
{
	const struct tree_options options = {
		.path = kernel,
		.build = build,
		.cache = cache,
		.clang = g_getenv("PFNCHECK_CLANG"),
		.progress = note,
	};
	g_autoptr(GError) error = NULL;
	struct tree *tree;

	g_string_truncate(messages, 0);
	tree = tree_open(&options, &error);
	g_assert_no_error(error);
	return tree;
}

static struct tree *load(const char *build)
{
	struct tree *tree = open_tree(build);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		if (is_there(&files[i]))
			g_ptr_array_add(list, (void *)files[i].path);
	}
	tree_load_flags(tree, 0, list, &error);
	g_assert_no_error(error);
	return tree;
}

static void assert_files(const struct tree *tree, bool parse)
{
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		const struct tree_file *file = tree_file(tree, 0, files[i].path);

		if (!is_there(&files[i]))
			continue;
		g_assert_nonnull(file);
		if (file->built != files[i].built)
			g_error("%s: said to be %s", file->path,
				file->built ? "built" : "left out");
		if (files[i].module)
			g_assert_cmpstr(file->module, ==, files[i].module);
		if (parse)
			assert_parses(tree, file);
	}
	g_assert_cmpuint(tree_stubs(tree)->len, ==, 0);
}

static void test_bare(void)
{
	struct tree *tree = load(NULL);
	gint64 begin;

	assert_files(tree, true);
	tree_close(tree);
	begin = g_get_monotonic_time();
	tree = load(NULL);
	g_test_message("opened again in %.3f s",
		       (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC);
	g_assert_cmpstr(messages->str, ==, "");
	tree_close(tree);
}

/* Asked for one by one, in their order and against it, files have the same flags as together. */
static void test_one_by_one(void)
{
	struct tree *together = load(NULL);
	g_autofree char *kept =
		g_build_filename(tree_config_build(together, 0), "pfncheck", "flags", NULL);

	for (int back = 0; back < 2; back++) {
		struct tree *tree;

		g_assert_cmpint(g_unlink(kept), ==, 0);
		tree = open_tree(NULL);
		for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
			const struct expected *file =
				&files[back ? G_N_ELEMENTS(files) - 1 - i : i];
			g_autoptr(GPtrArray) one = g_ptr_array_new();
			g_autoptr(GError) error = NULL;

			if (!is_there(file))
				continue;
			g_ptr_array_add(one, (void *)file->path);
			tree_load_flags(tree, 0, one, &error);
			g_assert_no_error(error);
			g_assert_true(g_strv_equal(tree_file(tree, 0, file->path)->flags,
						   tree_file(together, 0, file->path)->flags));
		}
		assert_files(tree, false);
		tree_close(tree);
	}
	tree_close(together);
}

/* The configuration of test_bare() in a directory of its own, as if by a user. */
static char *make_build(const char *top)
{
	struct tree *tree = load(NULL);
	char *build = g_build_filename(top, "build", NULL);
	g_autofree char *ours = g_build_filename(build, "pfncheck", NULL);
	const char *const copy[] = { "cp", "-a", tree_config_build(tree, 0), build, NULL };
	const char *const remove[] = { "rm", "-rf", ours, NULL };

	run(copy);
	run(remove);
	tree_close(tree);
	return build;
}

static void test_build(gconstpointer data)
{
	g_autofree char *build = make_build(data);
	g_autofree char *dot_config = g_build_filename(build, ".config", NULL);
	g_autofree char *tree_before = state_of(kernel);
	g_autofree char *tree_after = NULL;

	for (int stale = 0; stale < 2; stale++) {
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;
		struct tree *tree;

		if (stale)
			g_assert_cmpint(utimensat(AT_FDCWD, dot_config, NULL, 0), ==, 0);
		before = state_of(build);
		tree = load(build);
		g_assert_cmpint(!!strstr(messages->str, "out of date"), ==, stale);
		assert_files(tree, false);
		tree_close(tree);
		after = state_of(build);
		g_assert_cmpstr(after, ==, before);
	}
	tree_after = state_of(kernel);
	g_assert_cmpstr(tree_after, ==, tree_before);
}

int main(int argc, char **argv)
{
	g_autofree char *top = NULL;
	g_autofree char *own_cache = NULL;
	const char *remove[] = { "rm", "-rf", NULL, NULL };
	int status;

	g_test_init(&argc, &argv, NULL);
	kernel = g_getenv("PFNCHECK_KERNEL");
	if (!kernel || !g_getenv("PFNCHECK_CLANG")) {
		g_printerr("PFNCHECK_KERNEL or PFNCHECK_CLANG is not set\n");
		return SKIPPED;
	}
	top = g_dir_make_tmp("tree-kernel-XXXXXX", NULL);
	own_cache = g_build_filename(top, "cache", NULL);
	g_assert_cmpint(g_mkdir(own_cache, 0777), ==, 0);
	cache = own_cache;
	messages = g_string_new("");
	g_test_add_func("/tree-kernel/bare", test_bare);
	g_test_add_func("/tree-kernel/one-by-one", test_one_by_one);
	g_test_add_data_func("/tree-kernel/build", top, test_build);
	status = g_test_run();
	remove[2] = top;
	run(remove);
	g_string_free(messages, TRUE);
	return status;
}

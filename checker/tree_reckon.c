// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, its own reckoning: flags of files that kbuild has nothing to say about,
 * or must not be asked about, from the text of the Makefiles.
 */
#include <string.h>

#include "tree_private.h"

GPtrArray *tree_reckon_flags(struct tree *tree, const struct tree_config *config,
			     const char *path)
{
	g_autofree char *directory = g_path_get_dirname(path);
	g_autofree char *arch = g_strdup_printf("-Iarch/%s/include", config->srcarch);
	g_autofree char *uapi = g_strdup_printf("-Iarch/%s/include/uapi", config->srcarch);
	g_autofree char *arch_generated =
		g_strdup_printf("-I%s/arch/%s/include/generated", config->build, config->srcarch);
	g_autofree char *arch_generated_uapi = g_strconcat(arch_generated, "/uapi", NULL);
	g_autofree char *generated = g_strdup_printf("-I%s/include", config->build);
	g_autofree char *generated_uapi = g_strconcat(generated, "/generated/uapi", NULL);
	g_autofree char *own = g_strconcat("-I", directory, NULL);
	const char *const arguments[] = {
		"-nostdinc", arch, arch_generated, "-Iinclude", generated, uapi,
		arch_generated_uapi, "-Iinclude/uapi", generated_uapi,
		"-include", "include/linux/compiler-version.h",
		"-include", "include/linux/kconfig.h",
		"-include", "include/linux/compiler_types.h",
		"-D__KERNEL__", "-std=gnu11", "-fshort-wchar", "-funsigned-char", own, NULL,
	};

	return tree_flags_filter(tree, config, arguments, tree->root, NULL, NULL);
}

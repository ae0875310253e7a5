// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree, without kbuild: headers in the place of those that kbuild generates.
 *
 * In: Kbuild files, which say which asm headers are the generic ones, and Kconfig
 * files, which say what there is to configure.  Out: a directory that stands for a
 * build directory.  The configuration in it is a guess: what the architecture and
 * every tristate symbol select, taken as far as it goes; no dependency is looked at.
 */
#include <string.h>

#include "sorted.h"
#include "tree_private.h"

/* One "config SYMBOL" of a Kconfig file. */
struct symbol {
	char *type;	    /* "bool", "tristate", "int", "hex", "string" */
	char *value;	    /* its first default, or NULL */
	GPtrArray *selects; /* char *: symbol, or "symbol if symbol" */
	bool always;	    /* def_bool y without conditions of its own */
};

/* Where the guess starts; the rest follows from what these select. */
static const char *const roots[] = {
	"ARCH_DMA_ADDR_T_64BIT",
	"BUG",
	"CC_HAS_ASM_GOTO_OUTPUT",
	"CC_IS_CLANG",
	"DEBUG_FS",
	"DMA_SHARED_BUFFER",
	"DRM_FBDEV_EMULATION",
	"GENERIC_BUG",
	"HAS_DMA",
	"HAS_IOMEM",
	"HAS_IOPORT",
	"HAVE_PAGE_SIZE_4KB",
	"HIGH_RES_TIMERS",
	"INPUT",
	"IOMMU_API",
	"IOMMU_DMA",
	"IOMMU_SUPPORT",
	"MIGRATION",
	"MMU",
	"MODULES",
	"NET",
	"OF",
	"PAGE_SIZE_4KB",
	"PCI",
	"PHYS_ADDR_T_64BIT",
	"PM",
	"PM_SLEEP",
	"PRINTK",
	"PROC_FS",
	"SHMEM",
	"SLUB",
	"SMP",
	"SPARSEMEM",
	"SPARSEMEM_VMEMMAP",
	"SYNC_FILE",
	"SYSFS",
	"TMPFS",
	"TRANSPARENT_HUGEPAGE",
	"TREE_RCU",
	"TREE_SRCU",
	"ZONE_DMA32",
};

/* Values that do not stand in a Kconfig file as such. */
static const struct {
	const char *symbol;
	const char *value;
} values[] = {
	{ "BASE_SMALL", "0" },
	{ "CLANG_VERSION", "170000" },
	{ "FRAME_WARN", "0" },
	{ "HZ", "250" },
	{ "ILLEGAL_POINTER_VALUE", "0xdead000000000000" },
	{ "LOG_BUF_SHIFT", "18" },
	{ "NODES_SHIFT", "0" },
	{ "NR_CPUS", "64" },
	{ "PAGE_SHIFT", "12" },
	{ "PGTABLE_LEVELS", "4" },
	{ "X86_INTERNODE_CACHE_SHIFT", "6" },
	{ "X86_L1_CACHE_SHIFT", "6" },
	{ "X86_MINIMUM_CPU_FAMILY", "64" },
};

static const char *const arch_symbols[][4] = {
	{ "arm", "ARM", "CPU_V7", "AEABI" },
	{ "arm64", "ARM64", "64BIT", "ARM64_4K_PAGES" },
	{ "loongarch", "LOONGARCH", "64BIT", NULL },
	{ "mips", "MIPS", "32BIT", NULL },
	{ "powerpc", "PPC64", "PPC", "64BIT" },
	{ "riscv", "RISCV", "64BIT", NULL },
	{ "s390", "S390", "64BIT", NULL },
	{ "sparc", "SPARC64", "SPARC", "64BIT" },
	{ "x86", "X86_64", "X86", "64BIT" },
};

static const char bounds_h[] = "#define NR_PAGEFLAGS 24\n"
			       "#define MAX_NR_ZONES 5\n"
			       "#define NR_CPUS_BITS 6\n"
			       "#define SPINLOCK_SIZE 4\n"
			       "#define LRU_GEN_WIDTH 0\n"
			       "#define __LRU_REFS_WIDTH 0\n";

static const char timeconst_h[] = "#include <linux/param.h>\n"
				  "#include <linux/types.h>\n"
				  "#define HZ_TO_MSEC_MUL32 U64_C(0x80000000)\n"
				  "#define HZ_TO_MSEC_ADJ32 U64_C(0x0)\n"
				  "#define HZ_TO_MSEC_SHR32 29\n"
				  "#define MSEC_TO_HZ_MUL32 U64_C(0x80000000)\n"
				  "#define MSEC_TO_HZ_ADJ32 U64_C(0x180000000)\n"
				  "#define MSEC_TO_HZ_SHR32 33\n"
				  "#define HZ_TO_MSEC_NUM 4\n"
				  "#define HZ_TO_MSEC_DEN 1\n"
				  "#define MSEC_TO_HZ_NUM 1\n"
				  "#define MSEC_TO_HZ_DEN 4\n"
				  "#define HZ_TO_USEC_MUL32 U64_C(0xFA000000)\n"
				  "#define HZ_TO_USEC_ADJ32 U64_C(0x0)\n"
				  "#define HZ_TO_USEC_SHR32 20\n"
				  "#define USEC_TO_HZ_MUL32 U64_C(0x83126E98)\n"
				  "#define USEC_TO_HZ_ADJ32 U64_C(0x7FF7CED9168)\n"
				  "#define USEC_TO_HZ_SHR32 43\n"
				  "#define HZ_TO_USEC_NUM 4000\n"
				  "#define HZ_TO_USEC_DEN 1\n"
				  "#define USEC_TO_HZ_NUM 1\n"
				  "#define USEC_TO_HZ_DEN 4000\n"
				  "#define HZ_TO_NSEC_NUM 4000000\n"
				  "#define HZ_TO_NSEC_DEN 1\n"
				  "#define NSEC_TO_HZ_NUM 1\n"
				  "#define NSEC_TO_HZ_DEN 4000000\n";

static const char utsrelease_h[] = "#define UTS_RELEASE \"0\"\n";

static const struct {
	const char *name;
	const char *text;
} stubs[] = {
	{ "include/generated/asm-offsets.h", "" },
	{ "include/generated/bounds.h", bounds_h },
	{ "include/generated/compile.h", "" },
	{ "include/generated/timeconst.h", timeconst_h },
	{ "include/generated/utsrelease.h", utsrelease_h },
	{ "include/generated/utsversion.h", "" },
};

/* Writes a header below the directory part. */
static bool write_header(const char *part, const char *name, const char *text, GError **error)
{
	g_autofree char *file = g_build_filename(part, name, NULL);
	g_autofree char *parent = g_path_get_dirname(file);

	if (g_mkdir_with_parents(parent, 0777)) {
		g_set_error(error, TREE_ERROR, 0, "%s: cannot create the directory", parent);
		return false;
	}
	return g_file_set_contents(file, text, -1, error);
}

/* The asm headers */

/* The words that a Kbuild file gives to a variable: generic-y, mandatory-y, ... */
static GPtrArray *kbuild_words(const struct tree *tree, const char *file, const char *variable)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = g_build_filename(tree->root, file, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return words;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		const char *equals = strchr(*line, '=');
		g_auto(GStrv) list = NULL;

		if (!g_str_has_prefix(g_strchug(*line), variable) || !equals)
			continue;
		list = g_strsplit_set(equals + 1, " \t", -1);
		for (char **word = list; *word; word++) {
			if (g_str_has_suffix(*word, ".h"))
				g_ptr_array_add(words, g_strdup(*word));
		}
	}
	return words;
}

/* One include directory of asm headers: uapi is "" or "uapi/". */
static bool write_asm_headers(struct tree *tree, struct tree_config *config, const char *part,
			      const char *uapi, GError **error)
{
	g_autofree char *own = g_strdup_printf("arch/%s/include/%sasm", config->srcarch, uapi);
	g_autofree char *own_kbuild = g_build_filename(own, "Kbuild", NULL);
	g_autofree char *generic = g_strdup_printf("include/%sasm-generic/Kbuild", uapi);
	g_autofree char *generated =
		g_strdup_printf("arch/%s/include/generated/%sasm", config->srcarch, uapi);
	g_autoptr(GPtrArray) mandatory = kbuild_words(tree, generic, "mandatory-y");
	g_autoptr(GPtrArray) chosen = kbuild_words(tree, own_kbuild, "generic-y");
	g_autoptr(GPtrArray) made = kbuild_words(tree, own_kbuild, "generated-y");
	g_autoptr(GPtrArray) tables = kbuild_words(tree, own_kbuild, "syscall-y");
	GPtrArray *const wrapped[] = { mandatory, chosen };
	GPtrArray *const empty[] = { made, tables };

	for (gsize i = 0; i < G_N_ELEMENTS(wrapped); i++) {
		for (guint j = 0; j < wrapped[i]->len; j++) {
			const char *name = g_ptr_array_index(wrapped[i], j);
			g_autofree char *source = g_build_filename(tree->root, own, name, NULL);
			g_autofree char *target = g_build_filename(generated, name, NULL);
			g_autofree char *text =
				g_strdup_printf("#include <asm-generic/%s>\n", name);

			if (!g_file_test(source, G_FILE_TEST_EXISTS) &&
			    !write_header(part, target, text, error))
				return false;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(empty); i++) {
		for (guint j = 0; j < empty[i]->len; j++) {
			g_autofree char *target = g_build_filename(
				generated, (char *)g_ptr_array_index(empty[i], j), NULL);

			if (!write_header(part, target, "", error))
				return false;
			tree_add_stub(tree, config, target);
		}
	}
	return true;
}

/* The configuration */

static void symbol_free(void *data)
{
	struct symbol *symbol = data;

	g_free(symbol->type);
	g_free(symbol->value);
	g_ptr_array_unref(symbol->selects);
	g_free(symbol);
}

/* One line within a "config SYMBOL". */
static void read_property(struct symbol *symbol, const char *line)
{
	static const char *const types[] = { "bool", "tristate", "int", "hex", "string" };
	g_auto(GStrv) words = g_strsplit_set(line, " \t", 3);

	if (!words[0])
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
		if (!symbol->type && !strcmp(words[0], types[i]))
			symbol->type = g_strdup(types[i]);
	}
	if (!words[1])
		return;
	if (g_str_has_prefix(words[0], "def_")) {
		g_free(symbol->type);
		symbol->type = g_strdup(words[0] + 4);
		symbol->always = !strcmp(words[1], "y") && !words[2];
	} else if (!strcmp(words[0], "select")) {
		g_ptr_array_add(symbol->selects,
				words[2] ? g_strdup_printf("%s %s", words[1], words[2]) :
					   g_strdup(words[1]));
	} else if (!strcmp(words[0], "default") && !symbol->value) {
		symbol->value = g_strdup(words[1]);
	} else if (!strcmp(words[0], "depends")) {
		symbol->always = false;
	}
}

static void read_kconfig(const char *file, GHashTable *symbols)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	struct symbol *symbol = NULL;
	bool help = false;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		bool indented = **line == ' ' || **line == '\t';
		char *name = g_strstrip(*line);

		if (!*name || *name == '#')
			continue;
		if (!indented) {
			bool begins = g_str_has_prefix(name, "config ") ||
				      g_str_has_prefix(name, "menuconfig ");

			help = false;
			symbol = NULL;
			if (!begins)
				continue;
			name = g_strchug(strchr(name, ' '));
			symbol = g_hash_table_lookup(symbols, name);
			if (!symbol) {
				symbol = g_new0(struct symbol, 1);
				symbol->selects = g_ptr_array_new_with_free_func(g_free);
				g_hash_table_insert(symbols, g_strdup(name), symbol);
			}
		} else if (!strcmp(name, "help") || !strcmp(name, "---help---")) {
			help = true;
		} else if (symbol && !help) {
			read_property(symbol, name);
		}
	}
}

/* Marks a symbol and all that it selects: set is symbol -> "y" or "m". */
static void choose(GHashTable *symbols, GHashTable *set, const char *name, const char *how)
{
	g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(open, g_strdup(name));
	while (open->len) {
		g_autofree char *next = g_ptr_array_steal_index_fast(open, open->len - 1);
		const struct symbol *symbol = g_hash_table_lookup(symbols, next);
		bool module = symbol && symbol->type && !strcmp(symbol->type, "tristate") &&
			      *how == 'm';

		if (g_hash_table_contains(set, next))
			continue;
		g_hash_table_insert(set, g_strdup(next), (void *)(module ? "m" : "y"));
		for (guint i = 0; symbol && i < symbol->selects->len; i++) {
			g_auto(GStrv) words =
				g_strsplit(g_ptr_array_index(symbol->selects, i), " ", -1);

			/* "select X if Y": of conditions only a single symbol is understood. */
			if (words[1] &&
			    (!words[2] || words[3] || !g_hash_table_contains(set, words[2])))
				continue;
			g_ptr_array_add(open, g_strdup(words[0]));
		}
	}
}

static GPtrArray *sorted_names(GHashTable *table)
{
	GPtrArray *names = g_ptr_array_new();
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, name);
	sort_strings(names);
	return names;
}

static void choose_all(const struct tree_config *config, GHashTable *symbols, GHashTable *set)
{
	g_autoptr(GPtrArray) names = sorted_names(symbols);

	for (gsize i = 0; i < G_N_ELEMENTS(arch_symbols); i++) {
		if (strcmp(arch_symbols[i][0], config->srcarch))
			continue;
		for (gsize j = 1; j < G_N_ELEMENTS(arch_symbols[i]) && arch_symbols[i][j]; j++)
			choose(symbols, set, arch_symbols[i][j], "y");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++)
		choose(symbols, set, roots[i], "y");
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		const struct symbol *symbol = g_hash_table_lookup(symbols, name);

		if (symbol->always)
			choose(symbols, set, name, "y");
		else if (symbol->type && !strcmp(symbol->type, "tristate"))
			choose(symbols, set, name, "m");
	}
}

static void append_value(GString *text, const char *name, const struct symbol *symbol)
{
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		if (!strcmp(values[i].symbol, name))
			return;
	}
	if (!symbol->type || !symbol->value)
		return;
	if (!strcmp(symbol->type, "int") || !strcmp(symbol->type, "hex")) {
		if (g_ascii_isdigit(symbol->value[0]))
			g_string_append_printf(text, "#define CONFIG_%s %s\n", name, symbol->value);
	} else if (!strcmp(symbol->type, "string") && symbol->value[0] == '"') {
		g_string_append_printf(text, "#define CONFIG_%s %s\n", name,
				       strchr(symbol->value + 1, '"') ? symbol->value : "\"\"");
	}
}

static char *autoconf(const struct tree *tree, const struct tree_config *config)
{
	g_autoptr(GHashTable) symbols =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, symbol_free);
	g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *arch = g_strdup_printf("arch/%s/", config->srcarch);
	g_autoptr(GPtrArray) names = NULL;
	GString *text = g_string_new("");

	for (guint i = 0; i < tree->kconfigs->len; i++) {
		const char *path = g_ptr_array_index(tree->kconfigs, i);
		g_autofree char *file = g_build_filename(tree->root, path, NULL);

		if (!g_str_has_prefix(path, "arch/") || g_str_has_prefix(path, arch) ||
		    !strcmp(path, "arch/Kconfig"))
			read_kconfig(file, symbols);
	}
	choose_all(config, symbols, set);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
		g_string_append_printf(text, "#define CONFIG_%s %s\n", values[i].symbol,
				       values[i].value);
	names = sorted_names(symbols);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		append_value(text, name, g_hash_table_lookup(symbols, name));
	}
	g_ptr_array_unref(g_steal_pointer(&names));
	names = sorted_names(set);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		const char *how = g_hash_table_lookup(set, name);

		g_string_append_printf(text, "#define CONFIG_%s%s 1\n", name,
				       *how == 'm' ? "_MODULE" : "");
	}
	return g_string_free(text, FALSE);
}

bool tree_plain_build(struct tree *tree, struct tree_config *config, const char *part,
		      GError **error)
{
	static const char *const uapi[] = { "", "uapi/" };
	static const char autoconf_h[] = "include/generated/autoconf.h";
	g_autofree char *text = autoconf(tree, config);

	if (!write_header(part, autoconf_h, text, error))
		return false;
	tree_add_stub(tree, config, autoconf_h);
	for (gsize i = 0; i < G_N_ELEMENTS(stubs); i++) {
		if (!write_header(part, stubs[i].name, stubs[i].text, error))
			return false;
		tree_add_stub(tree, config, stubs[i].name);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(uapi); i++) {
		if (!write_asm_headers(tree, config, part, uapi[i], error))
			return false;
	}
	return true;
}

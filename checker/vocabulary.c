// SPDX-License-Identifier: GPL-2.0-only
/*
 * vocabulary: see vocabulary.h.  Tables are sorted by name, for bsearch().
 */
#include <stdlib.h>
#include <string.h>

#include "vocabulary.h"

#define HUGE_MEMORY "mm/huge_memory.c"
#define MEMORY "mm/memory.c"
#define MM_H "include/linux/mm.h"
#define MM_TYPES_H "include/linux/mm_types.h"
#define PGTABLE_H "include/linux/pgtable.h"

/*
 * mm/memory.c: remap_pfn_range() sets VM_PFNMAP before it can fail.
 * vm_insert_page() sets VM_MIXEDMAP on a vma that lacks it; so do its users.
 * handle_mm_fault() leaves what to insert to the mapping's handlers, which count anyway.
 * mm/huge_memory.c: vmf_insert_pfn_pmd() and _pud() want either flag; before 6.12 the
 * entries that they make are not special.
 */
static const struct word words[] = {
	{ "ERR_CAST", WORD_ERR_PTR, 0, NULL, "include/linux/err.h" },
	{ "ERR_PTR", WORD_ERR_PTR, 0, NULL, "include/linux/err.h" },
	{ "IS_ERR", WORD_IS_ERR, 0, NULL, "include/linux/err.h" },
	{ "IS_ERR_OR_NULL", WORD_IS_ERR_OR_NULL, 0, NULL, "include/linux/err.h" },
	{ "PTR_ERR", WORD_PTR_ERR, 0, NULL, "include/linux/err.h" },
	{ "PTR_ERR_OR_ZERO", WORD_PTR_ERR, 0, NULL, "include/linux/err.h" },
	{ "__builtin_memset", WORD_ZERO, 0, NULL, "include/linux/string.h" },
	{ "__mk_vma_flags", WORD_FLAGS_MAKE, 0, NULL, MM_H ", since 7.0" },
	{ "__vm_flags_mod", WORD_FLAGS_MOD, 0, NULL, MM_H ", since 6.3" },
	{ "__vma_start_write", WORD_NOTHING, 0, NULL, "mm/mmap_lock.c, since 6.16" },
	{ "apply_to_existing_page_range", WORD_WALKER, 0, NULL, MEMORY },
	{ "apply_to_page_range", WORD_WALKER, 0, NULL, MEMORY },
	{ "dma_buf_export", WORD_EXPORT, 0, NULL, "drivers/dma-buf/dma-buf.c" },
	{ "dma_buf_mmap", WORD_FORWARD, 0, NULL, "drivers/dma-buf/dma-buf.c" },
	{ "dump_vma", WORD_NOTHING, 0, NULL, "mm/debug.c" },
	{ "filemap_fault", WORD_PAGE, 0, NULL, "mm/filemap.c" },
	{ "filemap_map_pages", WORD_PAGE, 0, NULL, "mm/filemap.c" },
	{ "filemap_page_mkwrite", WORD_NOTHING, 0, NULL, "mm/filemap.c" },
	{ "generic_file_mmap", WORD_NOTHING, 0, NULL, "mm/filemap.c" },
	{ "get_file", WORD_SAME, 0, NULL, "include/linux/fs.h" },
	{ "handle_mm_fault", WORD_NOTHING, 0, NULL, MEMORY },
	{ "handle_userfault", WORD_NOTHING, 0, NULL, "fs/userfaultfd.c" },
	{ "hugetlb_file_setup", WORD_FILE, 0, "hugetlbfs_file_operations", "fs/hugetlbfs/inode.c" },
	{ "io_mapping_map_user", WORD_PFN_SETS, WORD_VM_PFNMAP, NULL, "mm/io-mapping.c" },
	{ "io_remap_pfn_range", WORD_PFN_SETS, WORD_VM_PFNMAP, NULL, MM_H },
	{ "legacy_to_vma_flags", WORD_SAME, 0, NULL, MM_TYPES_H ", since 7.1" },
	{ "memset", WORD_ZERO, 0, NULL, "include/linux/string.h" },
	{ "mmap_action_complete", WORD_ACTION_DONE, 0, NULL, "mm/util.c, since 6.19" },
	{ "mmap_action_ioremap", WORD_ACTION, WORD_VM_PFNMAP, NULL, MM_H ", since 6.19" },
	{ "mmap_action_ioremap_full", WORD_ACTION, WORD_VM_PFNMAP, NULL, MM_H ", since 6.19" },
	{ "mmap_action_map_discontig_kernel_pages", WORD_ACTION, WORD_VM_MIXEDMAP, NULL,
	  MM_H ", since 7.1" },
	{ "mmap_action_map_kernel_pages", WORD_ACTION, WORD_VM_MIXEDMAP, NULL, MM_H ", since 7.1" },
	{ "mmap_action_map_kernel_pages_full", WORD_ACTION, WORD_VM_MIXEDMAP, NULL,
	  MM_H ", since 7.1" },
	{ "mmap_action_prepare", WORD_NOTHING, 0, NULL, "mm/util.c, since 6.19" },
	{ "mmap_action_remap", WORD_ACTION, WORD_VM_PFNMAP, NULL, MM_H ", since 6.19" },
	{ "mmap_action_remap_full", WORD_ACTION, WORD_VM_PFNMAP, NULL, MM_H ", since 6.19" },
	{ "mmap_action_simple_ioremap", WORD_ACTION, WORD_VM_PFNMAP, NULL, MM_H ", since 7.1" },
	{ "mmap_read_trylock", WORD_READ_TRYLOCK, 0, NULL, "include/linux/mmap_lock.h" },
	{ "pmd_mkdevmap", WORD_PTE_DEVICE, 0, NULL, "include/linux/pfn_t.h, until 6.16" },
	{ "pmd_mkspecial", WORD_PTE_SPECIAL, 0, NULL, MM_H ", since 6.12" },
	{ "pte_mkdevmap", WORD_PTE_DEVICE, 0, NULL, "include/linux/pfn_t.h, until 6.16" },
	{ "pte_mkspecial", WORD_PTE_SPECIAL, 0, NULL, MM_H },
	{ "pud_mkdevmap", WORD_PTE_DEVICE, 0, NULL, "include/linux/pfn_t.h, until 6.16" },
	{ "pud_mkspecial", WORD_PTE_SPECIAL, 0, NULL, MM_H ", since 6.12" },
	{ "remap_pfn_range", WORD_PFN_SETS, WORD_VM_PFNMAP, NULL, MEMORY },
	{ "remap_pfn_range_notrack", WORD_PFN_SETS, WORD_VM_PFNMAP, NULL, MEMORY },
	{ "remap_vmalloc_range", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, "mm/vmalloc.c" },
	{ "remap_vmalloc_range_partial", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, "mm/vmalloc.c" },
	{ "set_huge_pte_at", WORD_PTE_SET, 0, NULL, "include/asm-generic/hugetlb.h" },
	{ "set_pmd_at", WORD_PTE_SET, 0, NULL, PGTABLE_H },
	{ "set_pte", WORD_PTE_SET, 0, NULL, PGTABLE_H },
	{ "set_pte_at", WORD_PTE_SET, 0, NULL, PGTABLE_H },
	{ "set_ptes", WORD_PTE_SET, 0, NULL, PGTABLE_H ", since 6.6" },
	{ "set_pud_at", WORD_PTE_SET, 0, NULL, PGTABLE_H },
	{ "shmem_file_setup", WORD_FILE, 0, "mm/shmem.c:shmem_file_operations", "mm/shmem.c" },
	{ "shmem_file_setup_with_mnt", WORD_FILE, 0, "mm/shmem.c:shmem_file_operations",
	  "mm/shmem.c" },
	{ "shmem_kernel_file_setup", WORD_FILE, 0, "mm/shmem.c:shmem_file_operations",
	  "mm/shmem.c" },
	{ "unmap_mapping_range", WORD_NOTHING, 0, NULL, MEMORY },
	{ "vm_flags_clear", WORD_FLAGS_CLEAR, 0, NULL, MM_H ", since 6.3" },
	{ "vm_flags_init", WORD_FLAGS_RESET, 0, NULL, MM_H ", since 6.3" },
	{ "vm_flags_mod", WORD_FLAGS_MOD, 0, NULL, MM_H ", since 6.3" },
	{ "vm_flags_reset", WORD_FLAGS_RESET, 0, NULL, MM_H ", since 6.3" },
	{ "vm_flags_reset_once", WORD_FLAGS_RESET, 0, NULL, MM_H ", since 6.3" },
	{ "vm_flags_set", WORD_FLAGS_SET, 0, NULL, MM_H ", since 6.3" },
	{ "vm_get_page_prot", WORD_NOTHING, 0, NULL, "mm/mmap.c" },
	{ "vm_insert_mixed", WORD_MIXED, WORD_VM_MIXEDMAP, NULL, MEMORY ", until 4.19" },
	{ "vm_insert_page", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, MEMORY },
	{ "vm_insert_pages", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, MEMORY },
	{ "vm_insert_pfn", WORD_PFN, 0, NULL, MEMORY ", until 4.19" },
	{ "vm_insert_pfn_prot", WORD_PFN, 0, NULL, MEMORY ", until 4.19" },
	{ "vm_iomap_memory", WORD_PFN_SETS, WORD_VM_PFNMAP, NULL, MEMORY },
	{ "vm_map_pages", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, MEMORY },
	{ "vm_map_pages_zero", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, MEMORY },
	{ "vm_map_ram", WORD_NOTHING, 0, NULL, "mm/vmalloc.c" },
	{ "vma_clear_flags_mask", WORD_FLAGS_CLEAR, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_clear_flags_mask", WORD_FLAGS_CLEAR, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_set_flags_mask", WORD_FLAGS_SET, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_test", WORD_FLAGS_TEST_BIT, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_test_all_mask", WORD_FLAGS_TEST_ALL, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_test_any_mask", WORD_FLAGS_TEST_ANY, 0, NULL, MM_H ", since 7.0" },
	{ "vma_desc_test_flags_mask", WORD_FLAGS_TEST_ANY, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flag_set", WORD_FLAGS_SET_BIT, 0, NULL, MM_H ", since 6.19" },
	{ "vma_flags_clear_all", WORD_FLAGS_RESET, 0, NULL, MM_TYPES_H ", since 6.19" },
	{ "vma_flags_clear_mask", WORD_FLAGS_CLEAR, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_clear_word", WORD_FLAGS_CLEAR, 0, NULL, MM_TYPES_H ", since 6.19" },
	{ "vma_flags_overwrite_word", WORD_FLAGS_RESET, 0, NULL, MM_TYPES_H ", since 6.19" },
	{ "vma_flags_overwrite_word_once", WORD_FLAGS_RESET, 0, NULL, MM_TYPES_H ", since 6.19" },
	{ "vma_flags_set_flag", WORD_FLAGS_SET_BIT, 0, NULL, MM_H ", since 6.19" },
	{ "vma_flags_set_mask", WORD_FLAGS_SET, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_set_word", WORD_FLAGS_SET, 0, NULL, MM_TYPES_H ", since 6.19" },
	{ "vma_flags_test", WORD_FLAGS_TEST_BIT, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_test_all_mask", WORD_FLAGS_TEST_ALL, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_test_any_mask", WORD_FLAGS_TEST_ANY, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_test_mask", WORD_FLAGS_TEST_ANY, 0, NULL, MM_H ", since 7.0" },
	{ "vma_flags_to_legacy", WORD_SAME, 0, NULL, MM_TYPES_H ", since 7.1" },
	{ "vma_set_file", WORD_SET_FILE, 0, NULL, "mm/util.c" },
	{ "vma_set_flags_mask", WORD_FLAGS_SET, 0, NULL, MM_H ", since 7.0" },
	{ "vma_set_page_prot", WORD_NOTHING, 0, NULL, "mm/mmap.c" },
	{ "vma_start_write", WORD_NOTHING, 0, NULL, MM_H ", since 6.4" },
	{ "vma_test", WORD_FLAGS_TEST_BIT, 0, NULL, MM_H ", since 7.0" },
	{ "vma_test_all_flags_mask", WORD_FLAGS_TEST_ALL, 0, NULL, MM_H ", since 7.0" },
	{ "vma_test_all_mask", WORD_FLAGS_TEST_ALL, 0, NULL, MM_H ", since 7.0" },
	{ "vma_test_any_mask", WORD_FLAGS_TEST_ANY, 0, NULL, MM_H ", since 7.0" },
	{ "vmf_insert_folio_pmd", WORD_PAGE, 0, NULL, HUGE_MEMORY ", since 6.15" },
	{ "vmf_insert_folio_pud", WORD_PAGE, 0, NULL, HUGE_MEMORY ", since 6.15" },
	{ "vmf_insert_mixed", WORD_MIXED, 0, NULL, MEMORY },
	{ "vmf_insert_mixed_mkwrite", WORD_MIXED, 0, NULL, MEMORY },
	{ "vmf_insert_mixed_prot", WORD_MIXED, 0, NULL, MEMORY ", until 6.4" },
	{ "vmf_insert_page", WORD_PAGE, WORD_VM_MIXEDMAP, NULL, MM_H },
	{ "vmf_insert_page_mkwrite", WORD_PAGE, 0, NULL, MEMORY ", since 6.15" },
	{ "vmf_insert_pfn", WORD_PFN, 0, NULL, MEMORY },
	{ "vmf_insert_pfn_pmd", WORD_PFN, 0, NULL, HUGE_MEMORY ", since 6.5" },
	{ "vmf_insert_pfn_pmd_prot", WORD_PFN, 0, NULL, HUGE_MEMORY ", until 6.4" },
	{ "vmf_insert_pfn_prot", WORD_PFN, 0, NULL, MEMORY },
	{ "vmf_insert_pfn_pud", WORD_PFN, 0, NULL, HUGE_MEMORY ", since 6.5" },
	{ "vmf_insert_pfn_pud_prot", WORD_PFN, 0, NULL, HUGE_MEMORY ", until 6.4" },
	{ "zap_page_range", WORD_NOTHING, 0, NULL, MEMORY ", until 6.2" },
	{ "zap_page_range_single", WORD_NOTHING, 0, NULL, MEMORY },
	{ "zap_vma_ptes", WORD_NOTHING, 0, NULL, MEMORY },
};

static const struct {
	const char *key;
	enum field_role role;
} fields[] = {
	{ "dma_buf::ops", FIELD_OPS },
	{ "dma_buf_export_info::ops", FIELD_OPS },
	{ "file::f_op", FIELD_FILE },
	{ "mmap_action::type", FIELD_ACTION },
	{ "vm_area_desc::action", FIELD_ACTION },
	{ "vm_area_desc::file", FIELD_PRIVATE },
	{ "vm_area_desc::private_data", FIELD_PRIVATE },
	{ "vm_area_desc::vm_file", FIELD_VM_FILE },
	{ "vm_area_desc::vm_flags", FIELD_FLAGS },
	{ "vm_area_desc::vm_ops", FIELD_VM_OPS },
	{ "vm_area_desc::vma_flags", FIELD_FLAGS },
	{ "vm_area_struct::__vm_flags", FIELD_FLAGS },
	{ "vm_area_struct::flags", FIELD_FLAGS },
	{ "vm_area_struct::vm_file", FIELD_VM_FILE },
	{ "vm_area_struct::vm_flags", FIELD_FLAGS },
	{ "vm_area_struct::vm_ops", FIELD_VM_OPS },
	{ "vm_area_struct::vm_private_data", FIELD_PRIVATE },
	{ "vm_fault::page", FIELD_PAGE },
	{ "vm_fault::vma", FIELD_VMA },
};

/* include/linux/mm.h, struct vm_operations_struct */
const struct handler vm_handlers[] = {
	{ "vm_operations_struct::fault", "fault", true },
	{ "vm_operations_struct::huge_fault", "huge_fault", false },
	{ "vm_operations_struct::map_pages", "map_pages", false },
	{ "vm_operations_struct::page_mkwrite", "page_mkwrite", false },
	{ "vm_operations_struct::pfn_mkwrite", "pfn_mkwrite", false },
	{ NULL, NULL, false },
};

static const char *const environment_records[] = {
	"dma_map_ops",	    /* include/linux/dma-map-ops.h */
	"iommu_domain_ops", /* include/linux/iommu.h */
	"iommu_ops",	    /* include/linux/iommu.h */
};

/* drivers/gpu/drm/drm_prime.c, export_and_register_object() */
static const char *const page_records[] = {
	"folio", /* include/linux/mm_types.h */
	"page",	 /* include/linux/mm_types.h */
	NULL,
};

const struct export_hook export_hooks[] = {
	/* The driver's hook until 5.10, include/drm/drm_drv.h. */
	{ "drm_gem_object_funcs", "drm_gem_object_funcs::export", "drm_driver::gem_prime_export",
	  "drm_gem_prime_export", "drivers/gpu/drm/drm_prime.c" },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct pairing pairings[] = {
	{ "drm_driver", "drm_gem_object_funcs", "drm_gem_object::funcs", "include/drm/drm_gem.h" },
	{ NULL, NULL, NULL, NULL },
};

/* Called by drm_gem_prime_import() and its callers, drivers/gpu/drm/drm_prime.c. */
static const char *const import_fields[] = {
	"drm_driver::gem_prime_import",
	"drm_driver::gem_prime_import_sg_table",
	NULL,
};

#define VALUE(member, expression) \
	"unsigned long pfncheck_" member "(void) { return (unsigned long)(" expression "); }\n"

/* clang-format off */
const char vm_values_source[] =
	"#include <linux/mm.h>\n"
	VALUE("pfnmap", "VM_PFNMAP")
	VALUE("mixedmap", "VM_MIXEDMAP")
	VALUE("shared", "VM_SHARED")
	VALUE("mayshare", "VM_MAYSHARE")
	VALUE("maywrite", "VM_MAYWRITE")
	VALUE("fault_error", "VM_FAULT_ERROR")
	VALUE("fault_nopage", "VM_FAULT_NOPAGE")
	VALUE("fault_retry", "VM_FAULT_RETRY")
	/* Not in every tree: what the compiler does not know has no value. */
	VALUE("action_remap", "MMAP_REMAP_PFN")
	VALUE("action_io_remap", "MMAP_IO_REMAP_PFN")
	VALUE("action_simple_io_remap", "MMAP_SIMPLE_IO_REMAP")
	VALUE("action_pages", "MMAP_MAP_KERNEL_PAGES");
/* clang-format on */

bool vm_values_set(struct vm_values *values, const char *function, gint64 value)
{
	const struct {
		const char *name;
		guint64 *to;
	} members[] = {
		{ "pfncheck_pfnmap", &values->pfnmap },
		{ "pfncheck_mixedmap", &values->mixedmap },
		{ "pfncheck_shared", &values->shared },
		{ "pfncheck_mayshare", &values->mayshare },
		{ "pfncheck_maywrite", &values->maywrite },
		{ "pfncheck_fault_error", &values->fault_error },
		{ "pfncheck_fault_nopage", &values->fault_nopage },
		{ "pfncheck_fault_retry", &values->fault_retry },
		{ "pfncheck_action_remap", &values->action_remap },
		{ "pfncheck_action_io_remap", &values->action_io_remap },
		{ "pfncheck_action_simple_io_remap", &values->action_simple_io_remap },
		{ "pfncheck_action_pages", &values->action_pages },
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(members); i++) {
		if (!strcmp(members[i].name, function)) {
			*members[i].to = (guint64)value;
			return true;
		}
	}
	return false;
}

static int compare_word(const void *key, const void *row)
{
	return strcmp(key, ((const struct word *)row)->name);
}

const struct word *word_find(const char *name)
{
	return bsearch(name, words, G_N_ELEMENTS(words), sizeof(*words), compare_word);
}

const struct word *word_at(unsigned int index)
{
	return index < G_N_ELEMENTS(words) ? &words[index] : NULL;
}

bool word_is_from(const struct word *word, const char *file)
{
	gsize n = strcspn(word->source, ",");

	return strlen(file) == n && !strncmp(word->source, file, n);
}

const struct word *word_of_id(const char *id)
{
	const char *colon = strrchr(id, ':');
	const struct word *word = word_find(colon ? colon + 1 : id);
	g_autofree char *file = NULL;

	if (!word || !colon)
		return word;
	file = g_strndup(id, (gsize)(colon - id));
	return !g_str_has_suffix(file, ".c") || word_is_from(word, file) ? word : NULL;
}

bool word_inserts(const struct word *word)
{
	return word->class <= WORD_FORWARD;
}

bool word_writes_entries(const struct word *word)
{
	return word->class == WORD_PTE_SET || word->class == WORD_WALKER;
}

bool word_has_preconditions(const struct word *word)
{
	return (word->class == WORD_PFN || word->class == WORD_PAGE || word->class == WORD_MIXED) &&
	       (g_str_has_prefix(word->name, "vm_insert") ||
		g_str_has_prefix(word->name, "vmf_insert"));
}

enum field_role field_role(const char *key)
{
	unsigned int low = 0, high = G_N_ELEMENTS(fields);

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		int order = strcmp(key, fields[middle].key);

		if (!order)
			return fields[middle].role;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return FIELD_NONE;
}

bool record_is_page(const char *record)
{
	return g_strv_contains(page_records, record);
}

const struct pairing *pairing_of_owner(const char *record)
{
	for (const struct pairing *row = pairings; row->owner; row++)
		if (!strcmp(row->owner, record))
			return row;
	return NULL;
}

bool field_imports(const char *field)
{
	return g_strv_contains(import_fields, field);
}

bool member_maps(const char *name)
{
	for (const struct handler *handler = vm_handlers; handler->name; handler++)
		if (!strcmp(handler->name, name))
			return true;
	/* mmap, mmap_prepare, gem_prime_mmap; drm_gem_object_funcs::vm_ops */
	return strstr(name, "mmap") || !strcmp(name, "vm_ops");
}

bool record_is_mapping_copy(const char *record)
{
	return !strcmp(record, "vm_area_desc") || !strcmp(record, "vm_fault");
}

bool record_is_environment(const char *record)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(environment_records); i++)
		if (!strcmp(environment_records[i], record))
			return true;
	return false;
}

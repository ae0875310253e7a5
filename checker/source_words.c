// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words that source knows.  A word that makes a file matter is one row.
 */
#include <string.h>

#include "source_private.h"

/* clang-format off */
const struct token_word source_vocabulary[] = {
	/* The language's words, those of its extensions, and the kernel's for them. */
	{ "struct", WORD_RECORD, 0 },
	{ "union", WORD_RECORD, 0 },
	{ "enum", WORD_ENUM, 0 },
	{ "typedef", WORD_TYPEDEF, 0 },
	{ "extern", WORD_EXTERN, 0 },
	{ "__always_inline", WORD_STORAGE, 0 },
	{ "__const", WORD_STORAGE, 0 },
	{ "__inline", WORD_STORAGE, 0 },
	{ "__inline__", WORD_STORAGE, 0 },
	{ "__volatile__", WORD_STORAGE, 0 },
	{ "asmlinkage", WORD_STORAGE, 0 },
	{ "const", WORD_STORAGE, 0 },
	{ "inline", WORD_STORAGE, 0 },
	{ "noinline", WORD_STORAGE, 0 },
	{ "register", WORD_STORAGE, 0 },
	{ "static", WORD_STORAGE, WORD_STATIC },
	{ "volatile", WORD_STORAGE, 0 },
	{ "_Bool", WORD_TYPE, 0 },
	{ "__be16", WORD_TYPE, 0 },
	{ "__be32", WORD_TYPE, 0 },
	{ "__be64", WORD_TYPE, 0 },
	{ "__le16", WORD_TYPE, 0 },
	{ "__le32", WORD_TYPE, 0 },
	{ "__le64", WORD_TYPE, 0 },
	{ "__s16", WORD_TYPE, 0 },
	{ "__s32", WORD_TYPE, 0 },
	{ "__s64", WORD_TYPE, 0 },
	{ "__s8", WORD_TYPE, 0 },
	{ "__u16", WORD_TYPE, 0 },
	{ "__u32", WORD_TYPE, 0 },
	{ "__u64", WORD_TYPE, 0 },
	{ "__u8", WORD_TYPE, 0 },
	{ "bool", WORD_TYPE, 0 },
	{ "char", WORD_TYPE, 0 },
	{ "double", WORD_TYPE, 0 },
	{ "float", WORD_TYPE, 0 },
	{ "int", WORD_TYPE, 0 },
	{ "int16_t", WORD_TYPE, 0 },
	{ "int32_t", WORD_TYPE, 0 },
	{ "int64_t", WORD_TYPE, 0 },
	{ "int8_t", WORD_TYPE, 0 },
	{ "long", WORD_TYPE, 0 },
	{ "s16", WORD_TYPE, 0 },
	{ "s32", WORD_TYPE, 0 },
	{ "s64", WORD_TYPE, 0 },
	{ "s8", WORD_TYPE, 0 },
	{ "short", WORD_TYPE, 0 },
	{ "signed", WORD_TYPE, 0 },
	{ "size_t", WORD_TYPE, 0 },
	{ "u16", WORD_TYPE, 0 },
	{ "u32", WORD_TYPE, 0 },
	{ "u64", WORD_TYPE, 0 },
	{ "u8", WORD_TYPE, 0 },
	{ "uint16_t", WORD_TYPE, 0 },
	{ "uint32_t", WORD_TYPE, 0 },
	{ "uint64_t", WORD_TYPE, 0 },
	{ "uint8_t", WORD_TYPE, 0 },
	{ "unsigned", WORD_TYPE, 0 },
	{ "void", WORD_TYPE, 0 },
	{ "_Alignas", WORD_ATTRIBUTE, 0 },
	{ "__acquire", WORD_ATTRIBUTE, 0 },
	{ "__acquires", WORD_ATTRIBUTE, 0 },
	{ "__aligned", WORD_ATTRIBUTE, 0 },
	{ "__alloc_size", WORD_ATTRIBUTE, 0 },
	{ "__attribute", WORD_ATTRIBUTE, 0 },
	{ "__attribute__", WORD_ATTRIBUTE, 0 },
	{ "__cacheline_aligned", WORD_ATTRIBUTE, 0 },
	{ "__cacheline_aligned_in_smp", WORD_ATTRIBUTE, 0 },
	{ "__cold", WORD_ATTRIBUTE, 0 },
	{ "__cond_acquires", WORD_ATTRIBUTE, 0 },
	{ "__cond_lock", WORD_ATTRIBUTE, 0 },
	{ "__counted_by", WORD_ATTRIBUTE, 0 },
	{ "__deprecated", WORD_ATTRIBUTE, 0 },
	{ "__exit", WORD_ATTRIBUTE, 0 },
	{ "__extension__", WORD_ATTRIBUTE, 0 },
	{ "__free", WORD_ATTRIBUTE, 0 },
	{ "__init", WORD_ATTRIBUTE, 0 },
	{ "__initconst", WORD_ATTRIBUTE, 0 },
	{ "__initdata", WORD_ATTRIBUTE, 0 },
	{ "__iomem", WORD_ATTRIBUTE, 0 },
	{ "__malloc", WORD_ATTRIBUTE, 0 },
	{ "__maybe_unused", WORD_ATTRIBUTE, 0 },
	{ "__must_check", WORD_ATTRIBUTE, 0 },
	{ "__must_hold", WORD_ATTRIBUTE, 0 },
	{ "__no_sanitize_address", WORD_ATTRIBUTE, 0 },
	{ "__noreturn", WORD_ATTRIBUTE, 0 },
	{ "__packed", WORD_ATTRIBUTE, 0 },
	{ "__percpu", WORD_ATTRIBUTE, 0 },
	{ "__printf", WORD_ATTRIBUTE, 0 },
	{ "__pure", WORD_ATTRIBUTE, 0 },
	{ "__randomize_layout", WORD_ATTRIBUTE, 0 },
	{ "__rcu", WORD_ATTRIBUTE, 0 },
	{ "__read_mostly", WORD_ATTRIBUTE, 0 },
	{ "__ref", WORD_ATTRIBUTE, 0 },
	{ "__refdata", WORD_ATTRIBUTE, 0 },
	{ "__releases", WORD_ATTRIBUTE, 0 },
	{ "__ro_after_init", WORD_ATTRIBUTE, 0 },
	{ "__scanf", WORD_ATTRIBUTE, 0 },
	{ "__section", WORD_ATTRIBUTE, 0 },
	{ "__used", WORD_ATTRIBUTE, 0 },
	{ "__user", WORD_ATTRIBUTE, 0 },
	{ "__weak", WORD_ATTRIBUTE, 0 },
	{ "_Alignof", WORD_CONTROL, 0 },
	{ "_Generic", WORD_CONTROL, 0 },
	{ "_Static_assert", WORD_CONTROL, 0 },
	{ "__alignof__", WORD_CONTROL, 0 },
	{ "__asm__", WORD_CONTROL, 0 },
	{ "__typeof__", WORD_CONTROL, 0 },
	{ "alignof", WORD_CONTROL, 0 },
	{ "asm", WORD_CONTROL, 0 },
	{ "break", WORD_CONTROL, 0 },
	{ "case", WORD_CONTROL, 0 },
	{ "continue", WORD_CONTROL, 0 },
	{ "default", WORD_CONTROL, 0 },
	{ "defined", WORD_CONTROL, 0 },
	{ "do", WORD_CONTROL, 0 },
	{ "else", WORD_CONTROL, 0 },
	{ "for", WORD_CONTROL, 0 },
	{ "goto", WORD_CONTROL, 0 },
	{ "if", WORD_CONTROL, 0 },
	{ "return", WORD_CONTROL, WORD_RETURN },
	{ "sizeof", WORD_CONTROL, 0 },
	{ "static_assert", WORD_CONTROL, 0 },
	{ "switch", WORD_CONTROL, 0 },
	{ "typeof", WORD_CONTROL, 0 },
	{ "while", WORD_CONTROL, 0 },

	/* The types that a mapping passes through (include/linux/mm.h, mm_types.h). */
	{ "vm_area_desc", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_area_struct", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_fault", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_operations_struct", WORD_MENTION, MENTIONS_MAPPING },
	/* What makes an exporter (include/linux/dma-buf.h, include/drm/drm_prime.h). */
	{ "DEFINE_DMA_BUF_EXPORT_INFO", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_export", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_export_info", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_ops", WORD_MENTION, MENTIONS_EXPORT },
	{ "drm_gem_dmabuf_export", WORD_MENTION, MENTIONS_EXPORT },
	{ "drm_gem_prime_export", WORD_MENTION, MENTIONS_EXPORT },
	/* What stands around these: objects, drivers, files, writers of PTEs. */
	{ "dma_buf", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_device", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_driver", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_gem_object", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_gem_object_funcs", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "pte_fn_t", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_file_setup", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_file_setup_with_mnt", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_kernel_file_setup", WORD_MENTION, MENTIONS_NEIGHBOUR },
};
/* clang-format on */

const gsize source_vocabulary_size = G_N_ELEMENTS(source_vocabulary);

bool source_defines_neighbour(const struct source *source)
{
	for (guint i = 0; i < source->tables->len; i++) {
		const struct source_table *table =
			&g_array_index(source->tables, struct source_table, i);

		for (gsize k = 0; table->initialised && k < source_vocabulary_size; k++) {
			const struct token_word *word = &source_vocabulary[k];

			if (word->class == WORD_MENTION && word->number != MENTIONS_MAPPING &&
			    table->type.text && strlen(word->text) == table->type.length &&
			    !memcmp(word->text, table->type.text, table->type.length))
				return true;
		}
	}
	return false;
}

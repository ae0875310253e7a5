/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_MM_TYPES_H
#define STUB_MM_TYPES_H

#include <linux/mutex.h>
#include <linux/types.h>

typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct { u64 val; } pfn_t;
typedef unsigned long vm_flags_t;
typedef int vma_flag_t;
typedef struct { unsigned long __vma_flags[1]; } vma_flags_t;
typedef unsigned int vm_fault_t;

struct file;
struct folio;
struct vm_operations_struct;

struct page {
	unsigned long flags;
	int _refcount;
};

struct mm_struct {
	struct mutex mmap_lock;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	union {
		vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
		vma_flags_t flags;
	};
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
};

enum mmap_action_type {
	MMAP_NOTHING,
	MMAP_REMAP_PFN,
	MMAP_IO_REMAP_PFN,
	MMAP_SIMPLE_IO_REMAP,
	MMAP_MAP_KERNEL_PAGES,
	MMAP_LATER_ONE, /* what a kernel may have that is newer than the program */
};

struct mmap_action {
	union {
		struct {
			unsigned long start;
			unsigned long start_pfn;
			unsigned long size;
			pgprot_t pgprot;
		} remap;
		struct {
			phys_addr_t start_phys_addr;
			unsigned long size;
		} simple_ioremap;
		struct {
			unsigned long start;
			struct page **pages;
			unsigned long nr_pages;
		} map_kernel;
	};
	enum mmap_action_type type;
	int (*success_hook)(const struct vm_area_struct *vma);
	int (*error_hook)(int err);
};

struct vm_area_desc {
	struct mm_struct *mm;
	struct file *file;
	unsigned long start;
	unsigned long end;
	pgoff_t pgoff;
	struct file *vm_file;
	union {
		vm_flags_t vm_flags;
		vma_flags_t vma_flags;
	};
	pgprot_t page_prot;
	const struct vm_operations_struct *vm_ops;
	void *private_data;
	struct mmap_action action;
};

#endif

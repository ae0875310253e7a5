/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_MM_TYPES_H
#define STUB_MM_TYPES_H

#include <linux/mutex.h>
#include <linux/types.h>

typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct { u64 val; } pfn_t;
typedef unsigned long vm_flags_t;
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
	};
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
};

struct vm_area_desc {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	pgoff_t pgoff;
	struct file *vm_file;
	vm_flags_t vm_flags;
	const struct vm_operations_struct *vm_ops;
	void *private_data;
};

#endif

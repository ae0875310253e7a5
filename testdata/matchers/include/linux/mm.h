/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sources beside it need of a kernel's headers, and no more.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#define NULL ((void *)0)

#define VM_READ 0x00000001
#define VM_SHARED 0x00000008
#define VM_MAYWRITE 0x00000020
#define VM_MAYSHARE 0x00000080
#define VM_PFNMAP 0x00000400
#define VM_MIXEDMAP 0x10000000

#define VM_FAULT_NOPAGE 0x000100
#define VM_FAULT_RETRY 0x000400
#define VM_FAULT_ERROR 0x000873

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value)                                  \
	do {                                                  \
		*(volatile typeof(x) *)&(x) = (value);        \
	} while (0)
#define unlikely(x) __builtin_expect(!!(x), 0)

typedef unsigned long size_t;
typedef unsigned long vm_flags_t;
typedef unsigned int vm_fault_t;
typedef struct {
	unsigned long pte;
} pte_t;

struct page;
struct file;
struct mm_struct;
struct vm_area_struct;
struct vm_area_desc;
struct vm_fault;

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
};

struct file_operations {
	int (*open)(struct file *file);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*mmap_prepare)(struct vm_area_desc *desc);
};

struct file {
	const struct file_operations *f_op;
	void *private_data;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	union {
		const vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
	const struct vm_operations_struct *vm_ops;
	struct file *vm_file;
	void *vm_private_data;
};

struct vm_area_desc {
	vm_flags_t vm_flags;
	const struct vm_operations_struct *vm_ops;
	void *private_data;
};

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;
	struct page *page;
};

/* Not a mapping, for all that its members are called. */
struct vm_area_copy {
	vm_flags_t vm_flags;
	const struct vm_operations_struct *vm_ops;
	struct page *page;
};

int remap_pfn_range(struct vm_area_struct *vma, unsigned long address, unsigned long pfn,
		    unsigned long size, unsigned long prot);
int vm_insert_page(struct vm_area_struct *vma, unsigned long address, struct page *page);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long address, unsigned long pfn);
int apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
			int (*fn)(pte_t *pte, unsigned long address, void *data), void *data);
pte_t pte_mkspecial(pte_t pte);
void set_pte_at(struct mm_struct *mm, unsigned long address, pte_t *at, pte_t pte);
struct file *shmem_file_setup(const char *name, unsigned long size, unsigned long flags);
struct file *anon_file(const char *name);
void zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size);

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags |= flags;
}

#endif

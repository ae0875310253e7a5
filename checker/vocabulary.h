/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vocabulary: what the helpers of core mm/, DMA and DRM are.  The only place
 * with names of kernel functions, fields and records; one row a line, each
 * citing the kernel file it was read from.
 */
#ifndef PFNCHECK_VOCABULARY_H
#define PFNCHECK_VOCABULARY_H

#include <glib.h>
#include <stdbool.h>

enum word_class {
	WORD_PFN_SETS,	  /* inserts pfns and sets VM_PFNMAP itself */
	WORD_PFN,	  /* inserts pfns; needs VM_PFNMAP */
	WORD_PAGE,	  /* inserts struct pages */
	WORD_MIXED,	  /* inserts what fits; needs VM_MIXEDMAP */
	WORD_FORWARD,	  /* hands the vma to another exporter */
	WORD_NOTHING,	  /* gets a mapping, inserts nothing and leaves the flags alone */
	WORD_FLAGS_SET,	  /* (vma, flags): flags |= */
	WORD_FLAGS_CLEAR, /* (vma, flags): flags &= ~ */
	WORD_FLAGS_MOD,	  /* (vma, set, clear) */
	WORD_FLAGS_RESET, /* (vma, flags): flags = */
	/* Of the functions on flags the first argument may also be the address of a flag word. */
	WORD_FLAGS_SET_BIT,  /* (flags, number of a bit) */
	WORD_FLAGS_TEST_ANY, /* (flags, mask) */
	WORD_FLAGS_TEST_ALL, /* (flags, mask) */
	WORD_FLAGS_TEST_BIT, /* (flags, number of a bit) */
	WORD_FLAGS_MAKE,     /* ([flags,] count, numbers of bits): a flag word */
	WORD_ZERO,	     /* (object, ...): fills it */
	WORD_SAME,	     /* returns its first argument */
	WORD_SET_FILE,	     /* (vma, file): gives the mapping another file */
	WORD_ACTION,	     /* (desc, ...): asks for something to be inserted later */
	WORD_ACTION_DONE,    /* does what the description of a mapping asks for */
	WORD_WALKER,	     /* (mm, address, size, fn, data): calls fn for every PTE */
	WORD_PTE_SPECIAL,    /* makes an entry special */
	WORD_PTE_DEVICE,     /* marks an entry as device memory */
	WORD_PTE_SET,	     /* writes an entry */
	WORD_FILE,	     /* makes a struct file; table: id of its file_operations */
	WORD_IS_ERR,	     /* IS_ERR(x) */
	WORD_IS_ERR_OR_NULL,
	WORD_PTR_ERR,	   /* PTR_ERR(x), PTR_ERR_OR_ZERO(x) */
	WORD_ERR_PTR,	   /* ERR_PTR(x), ERR_CAST(x) */
	WORD_READ_TRYLOCK, /* fails under the write lock of mmap, succeeds in a fault handler */
	WORD_EXPORT,	   /* makes a dma-buf of a dma_buf_export_info */
};

/* Bits of word.sets and word.needs. */
enum {
	WORD_VM_PFNMAP = 1,
	WORD_VM_MIXEDMAP = 2,
};

struct word {
	const char *name;
	enum word_class class;
	/* Flags it sets if VM_PFNMAP is not there yet, or always for PFN_SETS and actions. */
	unsigned int sets;
	const char *table; /* of WORD_FILE */
	/* The kernel file this was read from; behind it the releases that have it, if not all. */
	const char *source;
};

/* Where the helpers for drivers are, and their inline wrappers. */
#define HELPER_DIRECTORY "mm/"
#define HELPER_HEADERS "include/linux/"

/* The row of a function, by its plain name; NULL if there is none. */
const struct word *word_find(const char *name);
/*
 * The row of a function by its id.  What a .c file has of its own is none, whatever
 * its name is, unless it is the file that the row cites.
 */
const struct word *word_of_id(const char *id);
/* The rows in their order; NULL behind the last one. */
const struct word *word_at(unsigned int index);
/* Whether that is the file which the row cites. */
bool word_is_from(const struct word *word, const char *file);
/* Whether the class inserts page-table entries. */
bool word_inserts(const struct word *word);
/* Whether the function itself writes page-table entries, or has them written. */
bool word_writes_entries(const struct word *word);
/* Whether its body stops the kernel on mappings with the wrong flags. */
bool word_has_preconditions(const struct word *word);

enum field_role {
	FIELD_NONE,
	FIELD_FLAGS,   /* the flag word of a mapping */
	FIELD_VM_OPS,  /* the handlers of a mapping */
	FIELD_VMA,     /* vm_fault to its vma */
	FIELD_PAGE,    /* vm_fault::page */
	FIELD_VM_FILE, /* the file of a mapping */
	FIELD_ACTION,  /* which action a description of a mapping asks for */
	FIELD_PRIVATE, /* what a driver hangs on a mapping: the object */
	FIELD_OPS,     /* dma_buf_ops of a dma-buf or of its description */
	FIELD_FILE,    /* struct file to its file_operations */
};

/* The role of "record::field". */
enum field_role field_role(const char *key);

/* A handler of vm_operations_struct that may insert page-table entries. */
struct handler {
	const char *field; /* "vm_operations_struct::fault" */
	const char *name;
	bool returns_page; /* vmf->page is what it inserts */
};

extern const struct handler vm_handlers[]; /* ends with a NULL name */

/* Whether a table's member of that name takes a mapping, or handles its faults. */
bool member_maps(const char *name);

/*
 * Whether objects of the record describe a mapping, or a fault in it, while it
 * is being made or used, and so stand for it.
 */
bool record_is_mapping_copy(const char *record);

/*
 * Tables of the environment (the device, its bus, the architecture): calls
 * through them are alternatives on a path, they do not make routes.
 */
bool record_is_environment(const char *record);

/* Whether the record describes memory that a mapping hands out. */
bool record_is_page(const char *record);

/* Object tables that have a hook to export, and what exports without it. */
struct export_hook {
	const char *record;   /* "drm_gem_object_funcs" */
	const char *field;    /* "drm_gem_object_funcs::export" */
	const char *owner;    /* asked next, of the owner's table: "drm_driver::gem_prime_export" */
	const char *fallback; /* "drm_gem_prime_export" */
	const char *source;
};

extern const struct export_hook export_hooks[]; /* ends with a NULL record */

/* Objects with tables of their own that belong to somebody who has one, too. */
struct pairing {
	const char *owner;  /* record of the owner's table: "drm_driver" */
	const char *object; /* record of the object's table: "drm_gem_object_funcs" */
	const char *field;  /* of the object, for the latter: "drm_gem_object::funcs" */
	const char *source;
};

extern const struct pairing pairings[]; /* ends with a NULL owner */

/* The row of an owner's record, or NULL. */
const struct pairing *pairing_of_owner(const char *record);

/* Whether a callback ("record::field") makes an object of somebody else's dma-buf. */
bool field_imports(const char *field);

/* Flags of vm_flags that the analysis follows; values are of the analysed tree. */
struct vm_values {
	guint64 pfnmap;
	guint64 mixedmap;
	guint64 shared;
	guint64 mayshare;
	guint64 maywrite;
	guint64 fault_error; /* VM_FAULT_ERROR */
	guint64 fault_nopage;
	guint64 fault_retry;
	/* enum mmap_action_type; 0 if the tree has none such */
	guint64 action_remap;
	guint64 action_io_remap;
	guint64 action_simple_io_remap;
	guint64 action_pages;
};

/* C source whose functions return the values; function names are "pfncheck_" and a member's name. */
extern const char vm_values_source[];
/* Stores the value that one of those functions returned. */
bool vm_values_set(struct vm_values *values, const char *function, gint64 value);

#endif

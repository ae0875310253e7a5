# SPDX-License-Identifier: GPL-2.0-only
"""A kernel tree of a few small files, for tests that run pfncheck as a whole.

Just enough of a kernel to be taken for one: a release, Kconfig, headers with
what a mapping passes through, the helpers that are told apart by name, and two
drivers, one that keeps the rule and one that breaks it.
"""

import os
from pathlib import Path

MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 1
EXTRAVERSION =
"""

MM_H = """\
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/types.h>

#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_SHARED	0x00000008
#define VM_MAYWRITE	0x00000020
#define VM_MAYSHARE	0x00000080
#define VM_PFNMAP	0x00000400
#define VM_IO		0x00004000
#define VM_DONTEXPAND	0x00040000
#define VM_MIXEDMAP	0x10000000

#define VM_FAULT_SIGBUS	0x000002
#define VM_FAULT_NOPAGE	0x000100
#define VM_FAULT_RETRY	0x000400
#define VM_FAULT_ERROR	0x000873

struct page;
struct file;
struct vm_fault;

typedef unsigned int vm_fault_t;

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	vm_fault_t (*fault)(struct vm_fault *vmf);
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	pgprot_t vm_page_prot;
	unsigned long vm_flags;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
};

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;
	unsigned long pgoff;
	struct page *page;
};

static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot);
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);

#endif
"""

TYPES_H = """\
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#define NULL ((void *)0)
#define EINVAL 22
#define EXPORT_SYMBOL_GPL(name)

typedef unsigned long size_t;
typedef _Bool bool;
typedef struct { unsigned long pgprot; } pgprot_t;

struct vm_area_struct;

#endif
"""

DMA_BUF_H = """\
#ifndef _LINUX_DMA_BUF_H
#define _LINUX_DMA_BUF_H

#include <linux/mm.h>

struct dma_buf;

struct dma_buf_ops {
	int (*attach)(struct dma_buf *dmabuf);
	void (*release)(struct dma_buf *dmabuf);
	int (*mmap)(struct dma_buf *dmabuf, struct vm_area_struct *vma);
};

struct dma_buf {
	size_t size;
	const struct dma_buf_ops *ops;
	void *priv;
};

struct dma_buf_export_info {
	const struct dma_buf_ops *ops;
	size_t size;
	void *priv;
};

struct dma_buf *dma_buf_export(const struct dma_buf_export_info *exp_info);

#endif
"""

GOOD_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

struct good_buffer {
	unsigned long pfn;
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct good_buffer *buffer = dmabuf->priv;

	return remap_pfn_range(vma, vma->vm_start, buffer->pfn,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

struct dma_buf *good_export(struct good_buffer *buffer)
{
	struct dma_buf_export_info exp_info = {
		.ops = &good_ops,
		.priv = buffer,
	};

	return dma_buf_export(&exp_info);
}
"""

BAD_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>
#include "bad.h"

struct bad_buffer {
	struct page **pages;
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct bad_buffer *buffer = vmf->vma->vm_private_data;

	vmf->page = buffer->pages[vmf->pgoff];
	return 0;
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, BAD_FLAGS);
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &bad_vm_ops;
	return 0;
}

static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

struct dma_buf *bad_export(struct bad_buffer *buffer)
{
	struct dma_buf_export_info exp_info = {
		.ops = &bad_ops,
		.priv = buffer,
	};

	return dma_buf_export(&exp_info);
}
"""

BAD_H = """\
#define BAD_FLAGS VM_DONTEXPAND
"""

# What breaks the rule in the fault handler, and in a header keeps it.
FLIP_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>
#include "flip.h"

static int flip_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return flip_insert(vma, (unsigned long)dmabuf->priv);
}

static const struct dma_buf_ops flip_ops = {
	.mmap = flip_mmap,
};

struct dma_buf *flip_export(struct dma_buf_export_info *exp_info)
{
	exp_info->ops = &flip_ops;
	return dma_buf_export(exp_info);
}
"""

FLIP_H = """\
static inline int flip_insert(struct vm_area_struct *vma, unsigned long where)
{
	return %s;
}
"""
FLIP_GOOD = "remap_pfn_range(vma, vma->vm_start, where, 4096, vma->vm_page_prot)"
FLIP_BAD = "vm_insert_page(vma, vma->vm_start, (struct page *)where)"

FILES = {
    "Makefile": MAKEFILE,
    "arch/x86/Kconfig": "",
    "arch/x86/Makefile": "",
    "Kconfig": 'mainmenu "A small kernel"\n',
    "drivers/bad/Makefile": "obj-m += bad.o\n",
    "drivers/bad/bad.c": BAD_C,
    "drivers/bad/bad.h": BAD_H,
    "drivers/good/Makefile": "obj-m += good.o\n",
    "drivers/good/good.c": GOOD_C,
    "include/linux/dma-buf.h": DMA_BUF_H,
    "include/linux/mm.h": MM_H,
    "include/linux/types.h": TYPES_H,
}


def write(root, name, text):
    """Writes one file of the tree, text or bytes."""
    path = Path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def make(root, more=None, without=()):
    """Makes the tree at root, with the files of more and without some of its own."""
    for name, text in {**FILES, **(more or {})}.items():
        if name not in without:
            write(root, name, text)
    return Path(root)


def exporter(name, body="return 0;"):
    """A driver with one dma_buf_ops object, NAME_ops, whose callback has this body."""
    return f"""\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

static int {name}_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{{
	{body}
}}

const struct dma_buf_ops {name}_ops = {{
	.mmap = {name}_mmap,
}};
"""


def state(root):
    """Everything below root that a run must not change: names, kinds, times, contents."""
    found = {}
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            found[path] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found

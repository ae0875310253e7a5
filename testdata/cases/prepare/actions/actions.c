// SPDX-License-Identifier: GPL-2.0-only
/* What a description of a mapping asks for is done after the hook has succeeded. */
#include <linux/dma-buf.h>
#include <linux/fs.h>

struct actions_buffer {
	struct page **pages;
	bool ready;
	bool device;
};

#define ACTIONS_OPS(name)                                                            \
	static const struct file_operations name##_fops = {                          \
		.mmap_prepare = name##_prepare,                                      \
	};                                                                           \
	static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)   \
	{                                                                            \
		struct file file = { .f_op = &name##_fops, .private_data = dmabuf->priv }; \
                                                                                     \
		return vfs_mmap(&file, vma);                                         \
	}

static int good_remap_prepare(struct vm_area_desc *desc)
{
	mmap_action_remap(desc, desc->start, 1, desc->end - desc->start);
	return 0;
}

ACTIONS_OPS(good_remap)
/* expect: pass flags=VM_PFNMAP inserts=mmap_action_remap@mmap */
static const struct dma_buf_ops good_remap_ops = { .mmap = good_remap_mmap };

static int good_full_prepare(struct vm_area_desc *desc)
{
	mmap_action_remap_full(desc, 1);
	return 0;
}

ACTIONS_OPS(good_full)
/* expect: pass flags=VM_PFNMAP inserts=mmap_action_remap_full@mmap */
static const struct dma_buf_ops good_full_ops = { .mmap = good_full_mmap };

static int good_io_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	if (buffer->ready)
		mmap_action_ioremap(desc, desc->start, 1, PAGE_SIZE);
	else
		mmap_action_ioremap_full(desc, 1);
	return 0;
}

ACTIONS_OPS(good_io)
/* expect: pass flags=VM_PFNMAP inserts=mmap_action_ioremap@mmap,mmap_action_ioremap_full@mmap */
static const struct dma_buf_ops good_io_ops = { .mmap = good_io_mmap };

static int good_simple_prepare(struct vm_area_desc *desc)
{
	mmap_action_simple_ioremap(desc, 0x1000, PAGE_SIZE);
	return 0;
}

ACTIONS_OPS(good_simple)
/* expect: pass flags=VM_PFNMAP inserts=mmap_action_simple_ioremap@mmap */
static const struct dma_buf_ops good_simple_ops = { .mmap = good_simple_mmap };

static int bad_pages_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	/* expect: page-insert */
	mmap_action_map_kernel_pages(desc, desc->start, buffer->pages, 4);
	return 0;
}

ACTIONS_OPS(bad_pages)
/* expect: violation page-insert flags=VM_MIXEDMAP */
static const struct dma_buf_ops bad_pages_ops = { .mmap = bad_pages_mmap };

static int bad_full_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	mmap_action_map_kernel_pages_full(desc, buffer->pages); /* expect: page-insert */
	return 0;
}

ACTIONS_OPS(bad_full)
/* expect: violation page-insert */
static const struct dma_buf_ops bad_full_ops = { .mmap = bad_full_mmap };

/* Only the last one is done. */
static int good_last_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	mmap_action_map_kernel_pages_full(desc, buffer->pages);
	mmap_action_remap_full(desc, 1);
	return 0;
}

ACTIONS_OPS(good_last)
/* expect: pass inserts=mmap_action_remap_full@mmap */
static const struct dma_buf_ops good_last_ops = { .mmap = good_last_mmap };

static int bad_last_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	mmap_action_remap_full(desc, 1);
	mmap_action_map_kernel_pages_full(desc, buffer->pages); /* expect: page-insert */
	return 0;
}

ACTIONS_OPS(bad_last)
/* expect: violation page-insert flags=VM_MIXEDMAP */
static const struct dma_buf_ops bad_last_ops = { .mmap = bad_last_mmap };

/* A hook that fails asks for nothing. */
static int good_failed_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	mmap_action_map_kernel_pages_full(desc, buffer->pages);
	if (!buffer->ready)
		return -ENXIO;
	mmap_action_remap_full(desc, 1);
	return 0;
}

ACTIONS_OPS(good_failed)
/* expect: pass */
static const struct dma_buf_ops good_failed_ops = { .mmap = good_failed_mmap };

static int bad_chosen_prepare(struct vm_area_desc *desc)
{
	struct actions_buffer *buffer = desc->file->private_data;

	if (buffer->device) { /* expect-condition: buffer->device false object */
		mmap_action_remap_full(desc, 1);
		return 0;
	}
	mmap_action_map_kernel_pages_full(desc, buffer->pages); /* expect: page-insert */
	return 0;
}

ACTIONS_OPS(bad_chosen)
/* expect: conditional page-insert */
static const struct dma_buf_ops bad_chosen_ops = { .mmap = bad_chosen_mmap };

/* What the hook does to the flag does not matter: the action sets it. */
static int good_cleared_prepare(struct vm_area_desc *desc)
{
	mmap_action_remap_full(desc, 1);
	vma_desc_clear_flags(desc, VMA_PFNMAP_BIT);
	return 0;
}

ACTIONS_OPS(good_cleared)
/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_cleared_ops = { .mmap = good_cleared_mmap };

static int nothing_prepare(struct vm_area_desc *desc)
{
	vma_desc_set_flags(desc, VMA_IO_BIT);
	return 0;
}

ACTIONS_OPS(nothing)
/* expect: reject note=maps-nothing */
static const struct dma_buf_ops nothing_ops = { .mmap = nothing_mmap };

// SPDX-License-Identifier: GPL-2.0-only
/* Actions that are asked for without a helper. */
#include <linux/dma-buf.h>
#include <linux/fs.h>

#define STORED_OPS(name)                                                             \
	static const struct file_operations name##_fops = {                          \
		.mmap_prepare = name##_prepare,                                      \
	};                                                                           \
	static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)   \
	{                                                                            \
		struct file file = { .f_op = &name##_fops, .private_data = dmabuf->priv }; \
                                                                                     \
		return vfs_mmap(&file, vma);                                         \
	}

static int stored_done(const struct vm_area_struct *vma)
{
	return vma->vm_start ? 0 : -EINVAL;
}

static int stored_error(int err)
{
	return -EAGAIN;
}

static int good_prepare(struct vm_area_desc *desc)
{
	desc->action.remap.start = desc->start;
	desc->action.remap.start_pfn = 1;
	desc->action.type = MMAP_REMAP_PFN;
	desc->action.success_hook = stored_done;
	desc->action.error_hook = stored_error;
	return 0;
}

STORED_OPS(good)
/* expect: pass flags=VM_PFNMAP inserts=mmap_action_complete@mmap */
static const struct dma_buf_ops good_ops = { .mmap = good_mmap };

static int good_io_prepare(struct vm_area_desc *desc)
{
	struct mmap_action *action = &desc->action;

	action->type = MMAP_IO_REMAP_PFN;
	return 0;
}

STORED_OPS(good_io)
/* expect: pass flags=VM_PFNMAP */
static const struct dma_buf_ops good_io_ops = { .mmap = good_io_mmap };

static int bad_prepare(struct vm_area_desc *desc)
{
	desc->action.map_kernel.pages = desc->file->private_data;
	desc->action.type = MMAP_MAP_KERNEL_PAGES; /* expect: page-insert */
	return 0;
}

STORED_OPS(bad)
/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

static int good_taken_back_prepare(struct vm_area_desc *desc)
{
	desc->action.type = MMAP_MAP_KERNEL_PAGES;
	desc->action.type = MMAP_NOTHING;
	return 0;
}

STORED_OPS(good_taken_back)
/* expect: reject note=maps-nothing */
static const struct dma_buf_ops good_taken_back_ops = { .mmap = good_taken_back_mmap };

static int unknown_prepare(struct vm_area_desc *desc)
{
	desc->action.type = MMAP_LATER_ONE;
	return 0;
}

STORED_OPS(unknown)
/* expect: unknown reason='which action' */
static const struct dma_buf_ops unknown_ops = { .mmap = unknown_mmap };

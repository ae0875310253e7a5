// SPDX-License-Identifier: GPL-2.0-only
/* Mappings that are described first and made afterwards. */
#include <linux/fs.h>
#include <linux/mm.h>

static void take_over(struct vm_area_struct *vma, struct vm_area_desc *desc)
{
	vma->vm_pgoff = desc->pgoff;
	if (desc->vm_file != vma->vm_file)
		vma_set_file(vma, desc->vm_file);
	vma->flags = desc->vma_flags;
	vma->vm_page_prot = desc->page_prot;
	vma->vm_ops = desc->vm_ops;
	vma->vm_private_data = desc->private_data;
}

int compat_vma_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vm_area_desc desc = {
		.mm = vma->vm_mm,
		.file = file,
		.start = vma->vm_start,
		.end = vma->vm_end,
		.pgoff = vma->vm_pgoff,
		.vm_file = vma->vm_file,
		.vma_flags = vma->flags,
		.page_prot = vma->vm_page_prot,
		.action.type = MMAP_NOTHING,
	};
	int err;

	err = vfs_mmap_prepare(file, &desc);
	if (err)
		return err;
	err = mmap_action_prepare(&desc);
	if (err)
		return err;
	take_over(vma, &desc);
	return mmap_action_complete(vma, &desc.action);
}

int mmap_action_prepare(struct vm_area_desc *desc)
{
	switch (desc->action.type) {
	case MMAP_NOTHING:
		return 0;
	case MMAP_REMAP_PFN:
	case MMAP_IO_REMAP_PFN:
	case MMAP_SIMPLE_IO_REMAP:
		vma_desc_set_flags_mask(desc, VMA_REMAP_FLAGS);
		return 0;
	case MMAP_MAP_KERNEL_PAGES:
		vma_desc_set_flags(desc, VMA_MIXEDMAP_BIT);
		return 0;
	default:
		return -EINVAL;
	}
}

int mmap_action_complete(struct vm_area_struct *vma, struct mmap_action *action)
{
	int err = 0;

	if (action->type == MMAP_MAP_KERNEL_PAGES)
		err = vm_insert_pages(vma, action->map_kernel.start, action->map_kernel.pages,
				      &action->map_kernel.nr_pages);
	else if (action->type != MMAP_NOTHING)
		err = remap_pfn_range(vma, action->remap.start, action->remap.start_pfn,
				      action->remap.size, action->remap.pgprot);
	if (err)
		return action->error_hook ? action->error_hook(err) : err;
	return action->success_hook ? action->success_hook(vma) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <drm/drm_gem.h>
#include <linux/shmem_fs.h>

struct set_file_bo {
	struct drm_gem_object base;
	struct page **pages;
};

static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vma_set_file(vma, obj->filp);
	return call_mmap(vma->vm_file, vma);
}

/* expect: violation page-insert@shmem.c missing-pfnmap@shmem.c */
static const struct drm_gem_object_funcs bad_funcs = {
	.mmap = bad_gem_mmap,
};

int set_file_create(struct set_file_bo *bo, size_t size)
{
	struct file *file = shmem_file_setup("case", size, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	bo->base.filp = file;
	bo->base.funcs = &bad_funcs;
	return 0;
}

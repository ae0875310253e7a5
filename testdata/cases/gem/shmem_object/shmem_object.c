// SPDX-License-Identifier: GPL-2.0-only
/* An object in front of a file in memory, as many drivers have it. */
#include <drm/drm_gem.h>
#include <linux/shmem_fs.h>

struct shmem_object_bo {
	struct drm_gem_object base;
	struct page **pages;
};

static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	int ret = call_mmap(obj->filp, vma);

	if (ret)
		return ret;
	vma_set_file(vma, obj->filp);
	return 0;
}

/* expect: violation page-insert@shmem.c missing-pfnmap@shmem.c */
static const struct drm_gem_object_funcs bad_funcs = {
	.mmap = bad_gem_mmap,
};

int shmem_object_create(struct shmem_object_bo *bo, size_t size)
{
	struct file *file = shmem_file_setup("case", size, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	bo->base.filp = file;
	bo->base.funcs = &bad_funcs;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* GEM objects with a callback of their own. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

struct own_mmap_bo {
	struct drm_gem_object base;
	struct page *page;
};

static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, obj->offset, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass implementation=good_gem_mmap */
static const struct drm_gem_object_funcs good_funcs = {
	.mmap = good_gem_mmap,
};

static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct own_mmap_bo *bo = container_of(obj, struct own_mmap_bo, base);

	return vm_insert_page(vma, vma->vm_start, bo->page); /* expect: page-insert */
}

/* expect: violation page-insert implementation=bad_gem_mmap */
static const struct drm_gem_object_funcs bad_funcs = {
	.mmap = bad_gem_mmap,
};

void own_mmap_create(struct own_mmap_bo *bo, bool cached)
{
	bo->base.funcs = cached ? &bad_funcs : &good_funcs;
}

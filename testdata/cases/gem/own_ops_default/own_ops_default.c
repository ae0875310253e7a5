// SPDX-License-Identifier: GPL-2.0-only
/* A hook to export that keeps the default ops; own ops with the core's callback. */
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(obj->offset)); /* expect: page-insert */
}

static struct dma_buf *default_export(struct drm_gem_object *obj, int flags)
{
	if (!obj->size)
		return ERR_PTR(-EPERM);
	return drm_gem_prime_export(obj, flags);
}

/* expect: violation page-insert */
static const struct drm_gem_object_funcs bad_default_funcs = {
	.export = default_export,
	.mmap = bad_gem_mmap,
};

static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, obj->offset, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: pass table=good_core_funcs */
static const struct dma_buf_ops good_core_ops = {
	.mmap = drm_gem_dmabuf_mmap,
};

static struct dma_buf *core_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info exp_info = {
		.ops = &good_core_ops,
		.priv = obj,
		.flags = flags,
	};

	return dma_buf_export(&exp_info);
}

static const struct drm_gem_object_funcs good_core_funcs = {
	.export = core_export,
	.mmap = good_gem_mmap,
};

void own_ops_default_create(struct drm_gem_object *obj, bool core)
{
	obj->funcs = core ? &good_core_funcs : &bad_default_funcs;
}

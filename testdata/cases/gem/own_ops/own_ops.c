// SPDX-License-Identifier: GPL-2.0-only
/* A hook to export, with dma_buf_ops of the driver's own. */
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

struct own_ops_bo {
	struct drm_gem_object base;
	struct page *page;
};

static int own_ops_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, obj->offset, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = dmabuf->priv;
	struct own_ops_bo *bo = container_of(obj, struct own_ops_bo, base);

	return vm_insert_page(vma, vma->vm_start, bo->page); /* expect: page-insert */
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

/* expect: no-mmap */
static const struct dma_buf_ops good_ops = {
	.cache_sgt_mapping = true,
};

/* The default export, and then other ops. */
static struct dma_buf *own_ops_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf *dmabuf = drm_gem_prime_export(obj, flags);

	if (!IS_ERR(dmabuf))
		dmabuf->ops = &bad_ops;
	return dmabuf;
}

/* An export of its own. */
static struct dma_buf *own_ops_info(struct drm_gem_object *obj, int flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = &good_ops;
	exp_info.size = obj->size;
	exp_info.flags = flags;
	exp_info.priv = obj;
	return drm_gem_dmabuf_export(obj->dev, &exp_info);
}

/* None of these tables goes with the default ops. */
static const struct drm_gem_object_funcs replaced_funcs = {
	.export = own_ops_export,
	.mmap = own_ops_gem_mmap,
};

static const struct drm_gem_object_funcs info_funcs = {
	.export = own_ops_info,
	.mmap = own_ops_gem_mmap,
};

void own_ops_create(struct own_ops_bo *bo, bool info)
{
	bo->base.funcs = info ? &info_funcs : &replaced_funcs;
}

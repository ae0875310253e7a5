// SPDX-License-Identifier: GPL-2.0-only
/* The driver's hook to export stands in where the object's table has none. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/slab.h>

static int export_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, obj->offset, PAGE_SIZE, vma->vm_page_prot);
}

/* expect: reject table=silent_driver */
static const struct drm_gem_object_funcs default_funcs = {
	.mmap = export_gem_mmap,
};

/* These go with the driver's ops only. */
static const struct drm_gem_object_funcs own_funcs = {
	.mmap = export_gem_mmap,
};

static int own_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = dmabuf->priv;

	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(obj->offset));
}

/* expect: violation page-insert */
static const struct dma_buf_ops own_ops = {
	.mmap = own_mmap,
};

static struct dma_buf *own_export(struct drm_gem_object *obj, int flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.ops = &own_ops;
	exp_info.size = obj->size;
	exp_info.flags = flags;
	exp_info.priv = obj;
	return drm_gem_dmabuf_export(obj->dev, &exp_info);
}

static struct drm_gem_object *export_new(const struct drm_gem_object_funcs *funcs)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->funcs = funcs;
	return obj;
}

static struct drm_gem_object *silent_create(struct drm_device *dev, size_t size)
{
	return export_new(&default_funcs);
}

static struct drm_gem_object *own_create(struct drm_device *dev, size_t size)
{
	return export_new(&own_funcs);
}

static const struct drm_driver silent_driver = {
	.gem_create_object = silent_create,
};

static const struct drm_driver own_driver = {
	.gem_create_object = own_create,
	.gem_prime_export = own_export,
	.gem_prime_mmap = drm_gem_prime_mmap,
};

struct drm_device *driver_export_probe(struct device *parent, bool own)
{
	return drm_dev_alloc(own ? &own_driver : &silent_driver, parent);
}

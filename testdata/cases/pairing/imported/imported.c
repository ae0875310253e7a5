// SPDX-License-Identifier: GPL-2.0-only
/* A table that only imported objects have: their dma-buf is somebody else's. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <linux/slab.h>

static int imported_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(obj->offset));
}

/* expect: forward note=import-only */
static const struct drm_gem_object_funcs imported_funcs = {
	.mmap = imported_gem_mmap,
};

static int shared_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(obj->offset));
}

/* expect: violation page-insert */
static const struct drm_gem_object_funcs shared_funcs = {
	.mmap = shared_gem_mmap,
};

static struct drm_gem_object *imported_new(const struct drm_gem_object_funcs *funcs)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->funcs = funcs;
	return obj;
}

static struct drm_gem_object *wrap(void)
{
	return imported_new(&imported_funcs);
}

static struct drm_gem_object *shared(void)
{
	return imported_new(&shared_funcs);
}

static struct drm_gem_object *imported_import(struct drm_device *dev,
					      struct dma_buf_attachment *attach,
					      struct sg_table *table)
{
	return table ? wrap() : shared();
}

static struct drm_gem_object *imported_create(struct drm_device *dev, size_t size)
{
	return shared();
}

static const struct drm_driver imported_driver = {
	.gem_create_object = imported_create,
	.gem_prime_import_sg_table = imported_import,
};

struct drm_device *imported_probe(struct device *parent)
{
	return drm_dev_alloc(&imported_driver, parent);
}

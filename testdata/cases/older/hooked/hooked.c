// SPDX-License-Identifier: GPL-2.0-only
/* The driver has a say, too, before the object's table is asked. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/slab.h>

static int hooked_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	/* expect: page-insert */
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(obj->offset));
}

/* expect: violation page-insert table=hooked_driver */
static const struct drm_gem_object_funcs hooked_funcs = {
	.mmap = hooked_gem_mmap,
};

/* expect: reject table=plain_driver */
static const struct drm_gem_object_funcs plain_funcs = {
	.mmap = hooked_gem_mmap,
};

static struct drm_gem_object *hooked_new(const struct drm_gem_object_funcs *funcs)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->funcs = funcs;
	return obj;
}

static struct drm_gem_object *hooked_create(struct drm_device *dev, size_t size)
{
	return hooked_new(&hooked_funcs);
}

static struct drm_gem_object *plain_create(struct drm_device *dev, size_t size)
{
	return hooked_new(&plain_funcs);
}

static const struct drm_driver hooked_driver = {
	.gem_create_object = hooked_create,
	.gem_prime_mmap = drm_gem_prime_mmap,
};

static const struct drm_driver plain_driver = {
	.gem_create_object = plain_create,
};

struct drm_device *hooked_probe(struct device *parent, bool plain)
{
	return drm_dev_alloc(plain ? &plain_driver : &hooked_driver, parent);
}

// SPDX-License-Identifier: GPL-2.0-only
/* not-c: the compiler drops an initialiser that names what is not declared */
/* A driver that could not be read goes with the objects of its module. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <linux/slab.h>

/* expect: reject note=maps-nothing table=read_driver */
/* expect: unknown table=unread_driver reason="unread_driver has a compile error in it" */
static const struct drm_gem_object_funcs object_funcs = {
	.free = NULL,
};

static int object_dumb_create(struct drm_file *file, struct drm_device *dev,
			      struct drm_mode_create_dumb *args)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (!obj)
		return -ENOMEM;
	obj->funcs = &object_funcs;
	return 0;
}

static int object_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return -ENODEV;
}

static const struct file_operations object_fops = { .mmap = object_file_mmap };

static const struct drm_driver read_driver = {
	.dumb_create = object_dumb_create,
	.fops = &object_fops,
};

static const struct drm_driver unread_driver = {
	.dumb_create = object_dumb_create,
	.fops = &undeclared_fops,
};

struct drm_device *unread_probe(struct device *parent, int which)
{
	return drm_dev_alloc(which ? &read_driver : &unread_driver, parent);
}

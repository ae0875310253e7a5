// SPDX-License-Identifier: GPL-2.0-only
/* Drivers that come to the helper's objects, or do not. */
#include <linux/slab.h>

#include "../helper/helper.h"

static int user_allocate(struct drm_device *dev)
{
	return helper_create(dev, PAGE_SIZE) ? 0 : -ENOMEM;
}

static int user_dumb_create(struct drm_file *file, struct drm_device *dev,
			    struct drm_mode_create_dumb *args)
{
	return user_allocate(dev);
}

static int user_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	return user_allocate(dev);
}

static int user_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return -ENODEV;
}

static const struct file_operations open_fops = { .mmap = drm_gem_mmap };
static const struct file_operations closed_fops = { .mmap = user_file_mmap };

static const struct drm_ioctl_desc user_ioctls[] = {
	{ .func = user_ioctl },
};

/* expect: pass cow-pfnmap@drm_gem.c table=helper_funcs */
static const struct drm_driver open_driver = {
	.dumb_create = user_dumb_create,
	.fops = &open_fops,
};

/* expect: reject table=helper_funcs */
static const struct drm_driver closed_driver = {
	.ioctls = user_ioctls,
	.num_ioctls = 1,
	.fops = &closed_fops,
};

static vm_fault_t user_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct user_vm_ops = {
	.fault = user_fault,
};

/* expect: reject table=own_driver */
static const struct drm_gem_object_funcs own_funcs = {
	.vm_ops = &user_vm_ops,
};

/* Leaves no room for the helper's default. */
static struct drm_gem_object *own_create(struct drm_device *dev, size_t size)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->funcs = &own_funcs;
	return obj;
}

static const struct drm_driver own_driver = {
	.gem_create_object = own_create,
	.dumb_create = user_dumb_create,
	.fops = &closed_fops,
};

/* Leaves room. */
static struct drm_gem_object *mixed_create(struct drm_device *dev, size_t size)
{
	return kzalloc(sizeof(struct drm_gem_object), GFP_KERNEL);
}

static const struct drm_driver mixed_driver = {
	.gem_create_object = mixed_create,
	.dumb_create = user_dumb_create,
	.fops = &open_fops,
};

/* Never comes to the helper. */
static const struct drm_driver idle_driver = {
	.fops = &open_fops,
};

struct drm_device *user_probe(struct device *parent, int which)
{
	static const struct drm_driver *const drivers[] = {
		&open_driver, &closed_driver, &own_driver, &mixed_driver, &idle_driver,
	};

	return drm_dev_alloc(drivers[which], parent);
}

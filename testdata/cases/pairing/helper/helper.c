// SPDX-License-Identifier: GPL-2.0-only
/* Objects for drivers of other directories; their files are mapped as each driver says. */
#include <linux/slab.h>

#include "helper.h"

static vm_fault_t helper_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct helper_vm_ops = {
	.fault = helper_fault,
};

/* expect: pass cow-pfnmap@drm_gem.c table=open_driver alike=mixed_driver */
/* expect: reject table=closed_driver */
static const struct drm_gem_object_funcs helper_funcs = {
	.vm_ops = &helper_vm_ops,
};

struct drm_gem_object *helper_create(struct drm_device *dev, size_t size)
{
	struct drm_gem_object *obj;

	if (dev->driver->gem_create_object)
		obj = dev->driver->gem_create_object(dev, size);
	else
		obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	if (!obj)
		return NULL;
	if (!obj->funcs)
		obj->funcs = &helper_funcs;
	return obj;
}

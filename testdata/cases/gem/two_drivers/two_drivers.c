// SPDX-License-Identifier: GPL-2.0-only
/* Two drivers in one module: objects of one are not mapped by the file of the other. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

static vm_fault_t two_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct two_vm_ops = {
	.fault = two_fault,
};

/* expect: pass cow-pfnmap@drm_gem.c table=first_driver */
static const struct drm_gem_object_funcs first_funcs = {
	.vm_ops = &two_vm_ops,
};

/* expect: reject table=second_driver */
static const struct drm_gem_object_funcs second_funcs = {
	.vm_ops = &two_vm_ops,
};

static struct drm_gem_object *first_create(struct drm_device *dev, size_t size)
{
	static struct drm_gem_object object;

	object.funcs = &first_funcs;
	return &object;
}

static struct drm_gem_object *second_create(struct drm_device *dev, size_t size)
{
	static struct drm_gem_object object;

	object.funcs = &second_funcs;
	return &object;
}

static int second_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return -ENODEV;
}

static const struct file_operations first_fops = { .mmap = drm_gem_mmap };
static const struct file_operations second_fops = { .mmap = second_file_mmap };

static const struct drm_driver first_driver = {
	.gem_create_object = first_create,
	.fops = &first_fops,
};

static const struct drm_driver second_driver = {
	.gem_create_object = second_create,
	.fops = &second_fops,
};

struct drm_device *two_drivers_probe(struct device *parent, bool second)
{
	return drm_dev_alloc(second ? &second_driver : &first_driver, parent);
}

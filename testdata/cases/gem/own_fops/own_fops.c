// SPDX-License-Identifier: GPL-2.0-only
/* The same, with a file that goes further than drm_gem_mmap(). */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

struct own_fops_bo {
	struct drm_gem_object base;
	struct page **pages;
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct own_fops_bo *bo = container_of(obj, struct own_fops_bo, base);

	vmf->page = bo->pages[vmf->pgoff]; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};

static int bad_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	int ret = drm_gem_mmap(file, vma);

	if (ret)
		return ret;
	vm_flags_clear(vma, VM_PFNMAP); /* expect: cleared-pfnmap */
	return 0;
}

/* expect: violation page-insert cleared-pfnmap table=own_fops_driver */
static const struct drm_gem_object_funcs bad_funcs = {
	.vm_ops = &bad_vm_ops,
};

static const struct file_operations own_fops_fops = {
	.mmap = bad_file_mmap,
};

static struct drm_gem_object *own_fops_create(struct drm_device *dev, size_t size);

static const struct drm_driver own_fops_driver = {
	.name = "own_fops",
	.gem_create_object = own_fops_create,
	.fops = &own_fops_fops,
};

static struct drm_gem_object *own_fops_create(struct drm_device *dev, size_t size)
{
	static struct own_fops_bo bo;

	bo.base.funcs = &bad_funcs;
	return &bo.base;
}

struct drm_device *own_fops_probe(struct device *parent)
{
	return drm_dev_alloc(&own_fops_driver, parent);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Objects without a callback are mapped by the driver's file: it sets VM_PFNMAP. */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

struct no_mmap_bo {
	struct drm_gem_object base;
	struct page **pages;
};

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct good_vm_ops = {
	.fault = good_fault,
};

static void no_mmap_free(struct drm_gem_object *obj)
{
	drm_gem_object_put(obj);
}

/* Private mappings get as far as the handler. */
/* expect: pass cow-pfnmap@drm_gem.c vm_ops=good_vm_ops table=no_mmap_driver */
static const struct drm_gem_object_funcs good_funcs = {
	.free = no_mmap_free,
	.vm_ops = &good_vm_ops,
};

static const struct file_operations no_mmap_fops = {
	.mmap = drm_gem_mmap,
};

static struct drm_gem_object *no_mmap_create(struct drm_device *dev, size_t size);

static const struct drm_driver no_mmap_driver = {
	.name = "no_mmap",
	.gem_create_object = no_mmap_create,
	.fops = &no_mmap_fops,
};

static struct drm_gem_object *no_mmap_create(struct drm_device *dev, size_t size)
{
	static struct no_mmap_bo bo;

	bo.base.funcs = &good_funcs;
	return &bo.base;
}

struct drm_device *no_mmap_probe(struct device *parent)
{
	return drm_dev_alloc(&no_mmap_driver, parent);
}

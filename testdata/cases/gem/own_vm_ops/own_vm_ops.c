// SPDX-License-Identifier: GPL-2.0-only
/* The core installs the handlers, the callback sets the flags. */
#include <drm/drm_gem.h>

struct own_vm_ops_bo {
	struct drm_gem_object base;
	struct page **pages;
};

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct good_vm_ops = {
	.open = drm_gem_vm_open,
	.fault = good_fault,
	.close = drm_gem_vm_close,
};

static int own_vm_ops_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
	return 0;
}

/* expect: pass vm_ops=good_vm_ops inserts=vmf_insert_pfn@fault */
static const struct drm_gem_object_funcs good_funcs = {
	.mmap = own_vm_ops_mmap,
	.vm_ops = &good_vm_ops,
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct own_vm_ops_bo *bo = container_of(obj, struct own_vm_ops_bo, base);

	vmf->page = bo->pages[vmf->pgoff]; /* expect: page-insert */
	return 0;
}

static const struct vm_operations_struct bad_vm_ops = {
	.open = drm_gem_vm_open,
	.fault = bad_fault,
	.close = drm_gem_vm_close,
};

/* expect: violation page-insert vm_ops=bad_vm_ops inserts=vmf->page@fault */
static const struct drm_gem_object_funcs bad_funcs = {
	.mmap = own_vm_ops_mmap,
	.vm_ops = &bad_vm_ops,
};

/* The callback fills in what the table lacks. */
static int bad_late_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (!vma->vm_ops)
		vma->vm_ops = &bad_vm_ops;
	return own_vm_ops_mmap(obj, vma);
}

/* expect: violation page-insert vm_ops=bad_vm_ops */
static const struct drm_gem_object_funcs bad_late_funcs = {
	.mmap = bad_late_mmap,
};

/* expect: pass vm_ops=good_vm_ops */
static const struct drm_gem_object_funcs good_late_funcs = {
	.mmap = bad_late_mmap,
	.vm_ops = &good_vm_ops,
};

void own_vm_ops_create(struct own_vm_ops_bo *bo, int kind)
{
	static const struct drm_gem_object_funcs *const all[] = {
		&good_funcs, &bad_funcs, &bad_late_funcs, &good_late_funcs,
	};

	bo->base.funcs = all[kind];
}

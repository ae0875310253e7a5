// SPDX-License-Identifier: GPL-2.0-only
static vm_fault_t fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn_of(vmf), prot_of(vmf));
}
static const struct vm_operations_struct vm_ops = {
	.fault = fault,
};
static const struct vm_operations_struct quiet_vm_ops = {
	.open = open,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND); /* bad */
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_PFNMAP; /* bad */
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_old_ops = {
	.mmap = bad_old_mmap,
};

static int good_shared_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_shared_ops = {
	.mmap = good_shared_mmap,
};

/* no handler inserts: remap_pfn_range() refuses by itself */
static int good_quiet_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &quiet_vm_ops;
	return 0;
}
static const struct dma_buf_ops good_quiet_ops = {
	.mmap = good_quiet_mmap,
};

/* GEM objects */
static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND); /* bad */
	return 0;
}
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.mmap = bad_gem_mmap,
	.vm_ops = &vm_ops,
};

static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (obj->import_attach)
		return map_elsewhere(obj, vma);
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
	return 0;
}
static const struct drm_gem_object_funcs good_gem_funcs = {
	.mmap = good_gem_mmap,
	.vm_ops = &vm_ops,
};

static const struct drm_gem_object_funcs bad_core_funcs = {
	.vm_ops = &vm_ops, /* bad */
};
static const struct drm_gem_object_funcs good_core_funcs = {
	.vm_ops = &quiet_vm_ops,
};

/* through a pointer that this file fills */
static int bad_hook(struct object *object, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP); /* bad */
	return 0;
}
static const struct object_hooks bad_hooks = {
	.prepare = bad_hook,
};
static int bad_hooked_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return to_object(obj)->hooks->prepare(to_object(obj), vma);
}
static const struct drm_gem_object_funcs bad_hooked_funcs = {
	.mmap = bad_hooked_mmap,
	.vm_ops = &vm_ops,
};

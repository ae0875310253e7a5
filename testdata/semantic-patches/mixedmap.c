// SPDX-License-Identifier: GPL-2.0-only
static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	return vmf_insert_mixed(vmf->vma, vmf->address, pfn_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP | VM_DONTEXPAND); /* bad */
	vma->vm_ops = &bad_vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_mixed(vmf->vma, vmf->address, pfn_of(vmf));
}
static const struct vm_operations_struct good_vm_ops = {
	.fault = good_fault,
};
static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP | VM_PFNMAP);
	vma->vm_ops = &good_vm_ops;
	return 0;
}
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_MIXEDMAP; /* bad */
	return 0;
}
static const struct dma_buf_ops bad_old_ops = {
	.mmap = bad_old_mmap,
};

/* remap_pfn_range() sets VM_PFNMAP itself */
static int good_remap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_MIXEDMAP;
	return remap_pfn_range(vma, vma->vm_start, pfn_in(dmabuf), size_of(dmabuf),
			       vma->vm_page_prot);
}
static const struct dma_buf_ops good_remap_ops = {
	.mmap = good_remap_mmap,
};

/* said by cleared-pfnmap */
static int good_modified_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_MIXEDMAP, VM_PFNMAP);
	return 0;
}
static const struct dma_buf_ops good_modified_ops = {
	.mmap = good_modified_mmap,
};

static int bad_modified_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_MIXEDMAP, VM_IO); /* bad */
	return 0;
}
static const struct dma_buf_ops bad_modified_ops = {
	.mmap = bad_modified_mmap,
};

/* GEM objects, where the handler hands its vma on */
static vm_fault_t bad_gem_insert(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	return vmf_insert_mixed_prot(vma, vmf->address, pfn_of(vmf), prot_of(vmf)); /* bad */
}
static vm_fault_t bad_gem_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	return bad_gem_insert(vma, vmf);
}
static const struct vm_operations_struct bad_gem_vm_ops = {
	.fault = bad_gem_fault,
};
static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTEXPAND | VM_MIXEDMAP); /* bad */
	vma_set_file(vma, obj->filp);
	return 0;
}
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.mmap = bad_gem_mmap,
	.vm_ops = &bad_gem_vm_ops,
};

static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTEXPAND | VM_MIXEDMAP);
	return map_elsewhere(obj, vma);
}
static const struct drm_gem_object_funcs good_gem_funcs = {
	.mmap = good_gem_mmap,
	.vm_ops = &good_vm_ops,
};

/* all that is inserted is a pfn */
static vm_fault_t bad_known_fault(struct vm_fault *vmf)
{
	return vmf_insert_mixed(vmf->vma, vmf->address, __pfn_to_pfn_t(pfn_of(vmf), PFN_DEV)); /* bad */
}
static const struct vm_operations_struct bad_known_vm_ops = {
	.fault = bad_known_fault,
};
static int bad_known_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct object *object = to_object(obj);

	vm_flags_set(vma, VM_MIXEDMAP | VM_DONTEXPAND); /* bad */
	vma->vm_pgoff = object->offset;
	return 0;
}
static const struct drm_gem_object_funcs bad_known_funcs = {
	.mmap = bad_known_mmap,
	.vm_ops = &bad_known_vm_ops,
};

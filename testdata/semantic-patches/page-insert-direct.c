// SPDX-License-Identifier: GPL-2.0-only
/* Flags are written as before Linux 6.3. */
static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct page *page = page_of(vmf);

	get_page(page);
	vmf->page = page; /* bad */
	return 0;
}
static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (dmabuf->size < vma->vm_end - vma->vm_start)
		return -EINVAL;

	vma->vm_ops = &bad_vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static vm_fault_t bad_gem_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_gem_vm_ops = {
	.fault = bad_gem_fault,
};
static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vma->vm_flags |= VM_DONTEXPAND;
	return 0;
}
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.mmap = bad_gem_mmap,
	.vm_ops = &bad_gem_vm_ops,
};

/* VM_MIXEDMAP must not stay beside VM_PFNMAP */
static vm_fault_t bad_mixed_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_mixed_vm_ops = {
	.fault = bad_mixed_fault,
};
static int bad_mixed_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_MIXEDMAP;
	return 0;
}
static const struct drm_gem_object_funcs bad_mixed_funcs = {
	.mmap = bad_mixed_mmap,
	.vm_ops = &bad_mixed_vm_ops,
};

/* nor is VM_PFNMAP added where it is cleared */
static vm_fault_t bad_clearing_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_clearing_vm_ops = {
	.fault = bad_clearing_fault,
};
static int bad_clearing_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vma->vm_flags &= ~VM_PFNMAP;
	vma->vm_flags |= VM_MIXEDMAP;
	return 0;
}
static const struct drm_gem_object_funcs bad_clearing_funcs = {
	.mmap = bad_clearing_mmap,
	.vm_ops = &bad_clearing_vm_ops,
};

// SPDX-License-Identifier: GPL-2.0-only
static vm_fault_t fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, pfn_of(vmf));
}
static const struct vm_operations_struct vm_ops = {
	.fault = fault,
};
static const struct vm_operations_struct quiet_vm_ops = {
	.open = open,
};

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &vm_ops; /* bad */
	return 0;
}
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_IO | VM_DONTEXPAND;
	vma->vm_ops = &vm_ops; /* bad */
	return 0;
}
static const struct dma_buf_ops bad_old_ops = {
	.mmap = bad_old_mmap,
};

static int good_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_IO | VM_PFNMAP;
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_old_ops = {
	.mmap = good_old_mmap,
};

/* nothing is inserted */
static int good_quiet_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &quiet_vm_ops;
	return 0;
}
static const struct dma_buf_ops good_quiet_ops = {
	.mmap = good_quiet_mmap,
};

/* cannot be known here */
static int good_elsewhere_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &vm_ops;
	return set_up_elsewhere(dmabuf->priv, vma);
}
static const struct dma_buf_ops good_elsewhere_ops = {
	.mmap = good_elsewhere_mmap,
};

static int good_variable_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	unsigned long flags = flags_of(dmabuf);

	vm_flags_set(vma, flags);
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_variable_ops = {
	.mmap = good_variable_mmap,
};

/* set in a function that it calls */
static void good_flags(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_PFNMAP, VM_MIXEDMAP);
}
static int good_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	good_flags(vma);
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct dma_buf_ops good_calling_ops = {
	.mmap = good_calling_mmap,
};

static void bad_flags(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTDUMP);
}
static int bad_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	bad_flags(vma);
	vma->vm_ops = &vm_ops; /* bad */
	return 0;
}
static const struct dma_buf_ops bad_calling_ops = {
	.mmap = bad_calling_mmap,
};

/* GEM objects: a mmap of their own has to set the flag, else the core does */
static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma) /* bad */
{
	vm_flags_set(vma, VM_DONTEXPAND);
	return 0;
}
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.mmap = bad_gem_mmap,
	.vm_ops = &vm_ops,
};

static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
	return 0;
}
static const struct drm_gem_object_funcs good_gem_funcs = {
	.mmap = good_gem_mmap,
	.vm_ops = &vm_ops,
};
static const struct drm_gem_object_funcs good_core_funcs = {
	.vm_ops = &vm_ops,
};

/* not a dma-buf */
static int good_device_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &vm_ops;
	return 0;
}
static const struct file_operations good_fops = {
	.mmap = good_device_mmap,
};

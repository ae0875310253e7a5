// SPDX-License-Identifier: GPL-2.0-only

/* in the mmap itself */
static int bad_direct_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *buffer = dmabuf->priv;

	return vm_insert_page(vma, vma->vm_start, buffer->page); /* bad */
}
static const struct dma_buf_ops bad_direct_ops = {
	.mmap = bad_direct_mmap,
};

static int good_direct_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *buffer = dmabuf->priv;

	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(buffer->page), PAGE_SIZE,
			       vma->vm_page_prot);
}
static const struct dma_buf_ops good_direct_ops = {
	.mmap = good_direct_mmap,
};

/* in what it calls; ops within another struct */
static int bad_map(struct buffer *buffer, struct vm_area_struct *vma)
{
	if (buffer->vmalloced)
		return remap_vmalloc_range(vma, buffer->address, 0); /* bad */
	return vm_map_pages(vma, buffer->pages, buffer->count); /* bad */
}
static int bad_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return bad_map(dmabuf->priv, vma);
}
static const struct wrapped_ops bad_calling_ops = {
	.ops = {
		.map_dma_buf = map,
		.mmap = bad_calling_mmap,
	},
};

static int good_map(struct buffer *buffer, struct vm_area_struct *vma)
{
	return io_remap_pfn_range(vma, vma->vm_start, buffer->pfn, buffer->size,
				  vma->vm_page_prot);
}
static int good_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return good_map(dmabuf->priv, vma);
}
static const struct wrapped_ops good_calling_ops = {
	.ops = {
		.map_dma_buf = map,
		.mmap = good_calling_mmap,
	},
};

/* through a pointer that this file fills */
static int bad_hook(struct buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_pages(vma, vma->vm_start, buffer->pages, &buffer->count); /* bad */
}
static const struct buffer_hooks bad_hooks = {
	.insert = bad_hook,
};
static int bad_hooked_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *buffer = dmabuf->priv;

	return buffer->hooks->insert(buffer, vma);
}
static const struct dma_buf_ops bad_hooked_ops = {
	.mmap = bad_hooked_mmap,
};

/* in the fault handler */
static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	struct buffer *buffer = vmf->vma->vm_private_data;

	vmf->page = buffer->pages[vmf->pgoff]; /* bad */
	get_page(vmf->page);
	return 0;
}
static const struct vm_operations_struct bad_vm_ops = {
	.fault = bad_fault,
};
static int bad_faulting_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_faulting_ops = {
	.mmap = bad_faulting_mmap,
};

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	struct buffer *buffer = vmf->vma->vm_private_data;

	vmf->page = NULL;
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(buffer->pages[vmf->pgoff]));
}
static const struct vm_operations_struct good_vm_ops = {
	.fault = good_fault,
};
static int good_faulting_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &good_vm_ops;
	return 0;
}
static const struct dma_buf_ops good_faulting_ops = {
	.mmap = good_faulting_mmap,
};

/* the handler of a GEM object, and what it calls */
static vm_fault_t bad_gem_insert(struct buffer *buffer, struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, buffer->page); /* bad */
}
static vm_fault_t bad_gem_fault(struct vm_fault *vmf)
{
	return bad_gem_insert(vmf->vma->vm_private_data, vmf);
}
static const struct vm_operations_struct bad_gem_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
	.fault = bad_gem_fault,
};
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.vm_ops = &bad_gem_vm_ops,
};

static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return vm_map_pages_zero(vma, to_buffer(obj)->pages, to_buffer(obj)->count); /* bad */
}
static const struct drm_gem_object_funcs bad_gem_mmap_funcs = {
	.mmap = bad_gem_mmap,
};

/* of another mapping than a dma-buf's */
static vm_fault_t good_region_fault(struct vm_fault *vmf)
{
	vmf->page = region_page(vmf->pgoff);
	get_page(vmf->page);
	return 0;
}
static const struct vm_operations_struct good_region_vm_ops = {
	.fault = good_region_fault,
};
static int good_device_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &good_region_vm_ops;
	return vm_insert_page(vma, vma->vm_start, file->private_data);
}
static const struct file_operations good_fops = {
	.mmap = good_device_mmap,
};

/* every page by itself */
static int bad_loop_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *buffer = dmabuf->priv;
	unsigned long address = vma->vm_start;
	int i, err;

	for (i = 0; i < buffer->count; i++, address += PAGE_SIZE) {
		err = vm_insert_page(vma, address, buffer->pages[i]); /* bad */
		if (err)
			return err;
	}
	return 0;
}
static const struct dma_buf_ops bad_loop_ops = {
	.mmap = bad_loop_mmap,
};

/* a handler that others use too is not changed */
static vm_fault_t bad_shared_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_shared_vm_ops = {
	.fault = bad_shared_fault,
};
static int bad_sharing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_shared_vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_sharing_ops = {
	.mmap = bad_sharing_mmap,
};
static int good_sharing_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_shared_vm_ops;
	return 0;
}

/* a page whose reference was taken elsewhere has no twin */
static vm_fault_t bad_taken_fault(struct vm_fault *vmf)
{
	vmf->page = find_get_page(mapping_of(vmf), vmf->pgoff); /* bad */
	return 0;
}
static const struct vm_operations_struct bad_taken_vm_ops = {
	.fault = bad_taken_fault,
};
static int bad_taken_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &bad_taken_vm_ops;
	return 0;
}
static const struct dma_buf_ops bad_taken_ops = {
	.mmap = bad_taken_mmap,
};

/* a GEM object with its own mmap */
static vm_fault_t bad_own_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	return vmf_insert_page(vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_own_vm_ops = {
	.fault = bad_own_fault,
};
static int bad_own_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_DONTEXPAND);
	return 0;
}
static const struct drm_gem_object_funcs bad_own_funcs = {
	.mmap = bad_own_mmap,
	.vm_ops = &bad_own_vm_ops,
};

/* half of it has no twin, so nothing is changed */
static int bad_half_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *buffer = dmabuf->priv;

	if (buffer->page)
		return vm_insert_page(vma, vma->vm_start, buffer->page); /* bad */
	return vm_map_pages(vma, buffer->pages, buffer->count); /* bad */
}
static const struct dma_buf_ops bad_half_ops = {
	.mmap = bad_half_mmap,
};

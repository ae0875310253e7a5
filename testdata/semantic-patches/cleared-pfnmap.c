// SPDX-License-Identifier: GPL-2.0-only
static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int err = set_up_elsewhere(dmabuf->priv, vma);

	if (err)
		return err;
	vm_flags_mod(vma, VM_MIXEDMAP, VM_PFNMAP); /* bad */
	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	return 0;
}
static const struct dma_buf_ops bad_ops = {
	.mmap = bad_mmap,
};

static int good_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP);
	vma->vm_pgoff = 0;
	return remap_pfn_range(vma, vma->vm_start, pfn_in(dmabuf), size_of(dmabuf),
			       vma->vm_page_prot);
}
static const struct dma_buf_ops good_ops = {
	.mmap = good_mmap,
};

static int bad_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags &= ~VM_PFNMAP; /* bad */
	return 0;
}
static const struct dma_buf_ops bad_old_ops = {
	.mmap = bad_old_mmap,
};

static int good_old_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_flags &= ~VM_PFNMAP;
	vma->vm_flags |= VM_IO | VM_PFNMAP;
	return 0;
}
static const struct dma_buf_ops good_old_ops = {
	.mmap = good_old_mmap,
};

/* one of two ways */
static int bad_pages(struct buffer *buffer, struct vm_area_struct *vma)
{
	return vm_map_pages(vma, buffer->pages, buffer->count);
}
static int bad_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct buffer *buffer = to_buffer(obj);
	int ret;

	vm_flags_mod(vma, VM_DONTEXPAND, VM_PFNMAP); /* bad */
	if (buffer->pages)
		ret = bad_pages(buffer, vma);
	else
		ret = dma_mmap_attrs(obj->dev, vma, buffer->address, buffer->dma, obj->size, 0);
	return ret;
}
static const struct drm_gem_object_funcs bad_gem_funcs = {
	.mmap = bad_gem_mmap,
};

static int good_pages(struct buffer *buffer, struct vm_area_struct *vma)
{
	return map_elsewhere(vma, buffer->pages, buffer->count);
}
static int good_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct buffer *buffer = to_buffer(obj);
	int ret;

	vm_flags_mod(vma, VM_DONTEXPAND, VM_PFNMAP);
	if (buffer->pages)
		ret = good_pages(buffer, vma);
	else
		ret = dma_mmap_attrs(obj->dev, vma, buffer->address, buffer->dma, obj->size, 0);
	return ret;
}
static const struct drm_gem_object_funcs good_gem_funcs = {
	.mmap = good_gem_mmap,
};

/* a refusal is no mapping */
static int good_refusing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP);
	if (is_secret(dmabuf))
		return -EPERM;
	return dma_mmap_wc(dmabuf->priv, vma, address_of(dmabuf), dma_of(dmabuf), dmabuf->size);
}
static const struct dma_buf_ops good_refusing_ops = {
	.mmap = good_refusing_mmap,
};

/* set again by the caller */
static int good_clearing(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP);
	return 0;
}
static int good_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	good_clearing(vma);
	vm_flags_set(vma, VM_PFNMAP);
	return 0;
}
static const struct dma_buf_ops good_calling_ops = {
	.mmap = good_calling_mmap,
};

static int bad_clearing(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP); /* bad */
	return 0;
}
static int bad_calling_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	return bad_clearing(vma);
}
static const struct dma_buf_ops bad_calling_ops = {
	.mmap = bad_calling_mmap,
};

/* not a dma-buf */
static int good_device_mmap(struct file *file, struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_PFNMAP);
	return 0;
}
static const struct file_operations good_fops = {
	.mmap = good_device_mmap,
};

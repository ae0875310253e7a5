// SPDX-License-Identifier: GPL-2.0-only
/* The GEM objects' own export refuses to map, so their handler is none of a dma-buf's. */
static vm_fault_t good_node_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf));
}
static const struct vm_operations_struct good_node_vm_ops = {
	.fault = good_node_fault,
};
static const struct drm_gem_object_funcs good_funcs = {
	.export = good_export,
	.vm_ops = &good_node_vm_ops,
};
static int good_refusing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return -EINVAL;
}
static const struct dma_buf_ops good_refusing_ops = {
	.mmap = good_refusing_mmap,
};

/* The same without an export of its own. */
static vm_fault_t bad_node_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, page_of(vmf)); /* bad */
}
static const struct vm_operations_struct bad_node_vm_ops = {
	.fault = bad_node_fault,
};
static const struct drm_gem_object_funcs bad_funcs = {
	.vm_ops = &bad_node_vm_ops,
};

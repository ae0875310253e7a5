// SPDX-License-Identifier: GPL-2.0-only
/* not-c: the compiler drops an initialiser that names what is not declared */
#include <linux/dma-buf.h>

struct unread_buffer {
	struct page *page;
};

static vm_fault_t unread_fault(struct vm_fault *vmf)
{
	struct unread_buffer *buffer = vmf->vma->vm_private_data;

	return vmf_insert_page(vmf->vma, vmf->address, buffer->page);
}

static const struct vm_operations_struct unread_vm_ops = {
	.fault = unread_fault,
	.close = unread_close,
};

static int unread_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &unread_vm_ops;
	return 0;
}

/* expect: unknown reason="belongs to a table with a compile error in it" */
static const struct dma_buf_ops unread_ops = { .mmap = unread_mmap };

/* What is read as it stands is judged as ever. */
static const struct vm_operations_struct read_vm_ops = {
	.fault = NULL,
};

static int read_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vma->vm_ops = &read_vm_ops;
	return vm_iomap_memory(vma, 0, 4096);
}

/* expect: pass */
static const struct dma_buf_ops read_ops = { .mmap = read_mmap };

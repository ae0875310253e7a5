// SPDX-License-Identifier: GPL-2.0-only
/* The mapping is handed on to the file behind the object. */
#include <linux/dma-buf.h>
#include <linux/shmem_fs.h>

struct shmem_file_buffer {
	struct file *file;
};

int shmem_file_init(struct shmem_file_buffer *buffer, size_t size)
{
	struct file *file = shmem_file_setup("case", size, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	buffer->file = file;
	return 0;
}

static int bad_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct shmem_file_buffer *buffer = dmabuf->priv;
	int ret = call_mmap(buffer->file, vma);

	if (ret)
		return ret;
	vma_set_file(vma, buffer->file);
	return 0;
}

/* expect: violation page-insert@shmem.c missing-pfnmap@shmem.c vm_ops=shmem_vm_ops */
static const struct dma_buf_ops bad_ops = { .mmap = bad_mmap };

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DMA_BUF_H
#define STUB_DMA_BUF_H

#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/mm.h>

struct dma_buf;
struct dma_buf_attachment;
struct sg_table;

struct dma_buf_ops {
	bool cache_sgt_mapping;
	int (*attach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attachment);
	void (*detach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attachment);
	struct sg_table *(*map_dma_buf)(struct dma_buf_attachment *attachment,
					enum dma_data_direction direction);
	void (*unmap_dma_buf)(struct dma_buf_attachment *attachment, struct sg_table *table,
			      enum dma_data_direction direction);
	void (*release)(struct dma_buf *dmabuf);
	int (*mmap)(struct dma_buf *dmabuf, struct vm_area_struct *vma);
};

struct dma_buf {
	size_t size;
	struct file *file;
	const struct dma_buf_ops *ops;
	const char *exp_name;
	struct module *owner;
	void *priv;
};

struct dma_buf_attachment {
	struct dma_buf *dmabuf;
	struct device *dev;
	void *priv;
};

struct dma_buf_export_info {
	const char *exp_name;
	struct module *owner;
	const struct dma_buf_ops *ops;
	size_t size;
	int flags;
	void *priv;
};

#define DEFINE_DMA_BUF_EXPORT_INFO(name)						\
	struct dma_buf_export_info name = { .exp_name = "case", .owner = THIS_MODULE }

struct dma_buf *dma_buf_export(const struct dma_buf_export_info *exp_info);
int dma_buf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma, unsigned long pgoff);
struct dma_buf *dma_buf_get(int fd);
void dma_buf_put(struct dma_buf *dmabuf);

#endif

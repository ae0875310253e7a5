/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_DMA_BUF_H
#define _LINUX_DMA_BUF_H

#include <linux/mm.h>

struct dma_buf;

struct dma_buf_ops {
	int (*attach)(struct dma_buf *buffer);
	int (*mmap)(struct dma_buf *buffer, struct vm_area_struct *vma);
	int flags;
};

struct dma_buf {
	size_t size;
	const struct dma_buf_ops *ops;
	void *priv;
};

struct dma_buf_export_info {
	const char *name;
	const struct dma_buf_ops *ops;
	size_t size;
	void *priv;
};

#define DEFINE_EXPORT_INFO(name) struct dma_buf_export_info name = { .size = 1 }

struct dma_buf *dma_buf_export(const struct dma_buf_export_info *info);
int dma_buf_mmap(struct dma_buf *buffer, struct vm_area_struct *vma, unsigned long offset);

#endif

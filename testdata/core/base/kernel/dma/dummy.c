// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-map-ops.h>
#include <linux/errno.h>

static int dma_dummy_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	return -ENXIO;
}

const struct dma_map_ops dma_dummy_ops = {
	.mmap = dma_dummy_mmap,
};

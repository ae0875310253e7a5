/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DEVICE_H
#define STUB_DEVICE_H

#include <linux/types.h>

struct dma_map_ops;

struct device {
	const struct dma_map_ops *dma_ops;
	void *driver_data;
	bool dma_coherent;
	bool dma_iommu;
	u64 dma_mask;
};

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

#endif

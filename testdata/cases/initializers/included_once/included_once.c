// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static unsigned long included_pfn(struct dma_buf *dmabuf)
{
	return page_to_pfn(dmabuf->priv);
}

#include "included_once_map.c"

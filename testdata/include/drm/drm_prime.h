/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_PRIME_H
#define STUB_DRM_PRIME_H

#include <drm/drm_gem.h>

extern const struct dma_buf_ops drm_gem_prime_dmabuf_ops;

struct dma_buf *drm_gem_prime_export(struct drm_gem_object *obj, int flags);
struct dma_buf *drm_gem_dmabuf_export(struct drm_device *dev, struct dma_buf_export_info *info);
int drm_gem_dmabuf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);
int drm_gem_prime_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma);

#endif

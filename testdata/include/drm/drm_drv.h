/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_DRV_H
#define STUB_DRM_DRV_H

#include <drm/drm_device.h>
#include <drm/drm_ioctl.h>
#include <linux/dma-buf.h>

struct drm_gem_object;
struct drm_mode_create_dumb;
struct sg_table;

struct drm_driver {
	int (*open)(struct drm_device *dev, struct drm_file *file);
	struct drm_gem_object *(*gem_create_object)(struct drm_device *dev, size_t size);
	struct drm_gem_object *(*gem_prime_import)(struct drm_device *dev, struct dma_buf *dmabuf);
	struct drm_gem_object *(*gem_prime_import_sg_table)(struct drm_device *dev,
							    struct dma_buf_attachment *attach,
							    struct sg_table *table);
	struct dma_buf *(*gem_prime_export)(struct drm_gem_object *obj, int flags);
	int (*gem_prime_mmap)(struct drm_gem_object *obj, struct vm_area_struct *vma);
	int (*dumb_create)(struct drm_file *file, struct drm_device *dev,
			   struct drm_mode_create_dumb *args);
	const char *name;
	const struct drm_ioctl_desc *ioctls;
	int num_ioctls;
	const struct file_operations *fops;
};

struct drm_device *drm_dev_alloc(const struct drm_driver *driver, struct device *parent);

#endif

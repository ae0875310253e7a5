/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_GEM_H
#define STUB_DRM_GEM_H

#include <drm/drm_device.h>
#include <linux/dma-buf.h>

struct drm_gem_object;

struct drm_gem_object_funcs {
	void (*free)(struct drm_gem_object *obj);
	int (*open)(struct drm_gem_object *obj, void *file);
	struct dma_buf *(*export)(struct drm_gem_object *obj, int flags);
	int (*mmap)(struct drm_gem_object *obj, struct vm_area_struct *vma);
	const struct vm_operations_struct *vm_ops;
};

struct drm_gem_object {
	int refcount;
	struct drm_device *dev;
	struct file *filp;
	size_t size;
	unsigned long offset;
	struct dma_buf *dma_buf;
	struct dma_buf_attachment *import_attach;
	const struct drm_gem_object_funcs *funcs;
};

void drm_gem_object_get(struct drm_gem_object *obj);
void drm_gem_object_put(struct drm_gem_object *obj);
struct drm_gem_object *drm_gem_object_lookup(struct file *file, unsigned long offset);
int drm_gem_object_init(struct drm_device *dev, struct drm_gem_object *obj, size_t size);
int drm_gem_mmap(struct file *file, struct vm_area_struct *vma);
int drm_gem_mmap_obj(struct drm_gem_object *obj, unsigned long size, struct vm_area_struct *vma);
void drm_gem_vm_open(struct vm_area_struct *vma);
void drm_gem_vm_close(struct vm_area_struct *vma);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/slab.h>

static void drm_gem_dmabuf_release(struct dma_buf *dmabuf)
{
	drm_gem_object_put(dmabuf->priv);
}

int drm_gem_prime_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct drm_file *priv;
	struct file *file;
	int ret;

	vma->vm_pgoff += obj->offset;
	if (obj->funcs && obj->funcs->mmap) {
		vma->vm_ops = obj->funcs->vm_ops;
		drm_gem_object_get(obj);
		ret = obj->funcs->mmap(obj, vma);
		if (ret) {
			drm_gem_object_put(obj);
			return ret;
		}
		vma->vm_private_data = obj;
		return 0;
	}

	priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!priv || !file) {
		ret = -ENOMEM;
		goto out;
	}
	file->private_data = priv;
	ret = obj->dev->driver->fops->mmap(file, vma);
out:
	kfree(priv);
	kfree(file);
	return ret;
}

int drm_gem_dmabuf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = dmabuf->priv;
	struct drm_device *dev = obj->dev;

	if (!dev->driver->gem_prime_mmap)
		return -ENOSYS;
	return dev->driver->gem_prime_mmap(obj, vma);
}

const struct dma_buf_ops drm_gem_prime_dmabuf_ops = {
	.cache_sgt_mapping = true,
	.release = drm_gem_dmabuf_release,
	.mmap = drm_gem_dmabuf_mmap,
};

struct dma_buf *drm_gem_dmabuf_export(struct drm_device *dev, struct dma_buf_export_info *info)
{
	struct drm_gem_object *obj = info->priv;
	struct dma_buf *dmabuf = dma_buf_export(info);

	if (IS_ERR(dmabuf))
		return dmabuf;
	drm_gem_object_get(obj);
	return dmabuf;
}

struct dma_buf *drm_gem_prime_export(struct drm_gem_object *obj, int flags)
{
	struct drm_device *dev = obj->dev;
	struct dma_buf_export_info info = {
		.exp_name = "case",
		.owner = THIS_MODULE,
		.ops = &drm_gem_prime_dmabuf_ops,
		.size = obj->size,
		.flags = flags,
		.priv = obj,
	};

	return drm_gem_dmabuf_export(dev, &info);
}

static struct dma_buf *export_and_register_object(struct drm_gem_object *obj, int flags)
{
	struct dma_buf *dmabuf;

	if (obj->funcs && obj->funcs->export)
		dmabuf = obj->funcs->export(obj, flags);
	else
		dmabuf = drm_gem_prime_export(obj, flags);
	if (IS_ERR(dmabuf))
		return dmabuf;
	obj->dma_buf = dmabuf;
	return dmabuf;
}

int drm_gem_prime_handle_to_fd(struct drm_gem_object *obj, int flags)
{
	struct dma_buf *dmabuf = export_and_register_object(obj, flags);

	return PTR_ERR_OR_ZERO(dmabuf);
}

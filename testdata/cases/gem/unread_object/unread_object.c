// SPDX-License-Identifier: GPL-2.0-only
/* not-c: the compiler drops an initialiser that names what is not declared */
/* A table that could not be read goes with the ops that its driver can export, and the default. */
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

/* expect: unknown reason="unread_funcs has a compile error in it" */
static const struct dma_buf_ops unread_ops = {
	.mmap = drm_gem_dmabuf_mmap,
};

static struct dma_buf *unread_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info exp_info = {
		.ops = &unread_ops,
		.priv = obj,
		.flags = flags,
	};

	return dma_buf_export(&exp_info);
}

/* expect: unknown reason="unread_funcs has a compile error in it" */
static const struct drm_gem_object_funcs unread_funcs = {
	.export = unread_export,
	.mmap = undeclared_mmap,
};

void unread_object_create(struct drm_gem_object *obj)
{
	obj->funcs = &unread_funcs;
}

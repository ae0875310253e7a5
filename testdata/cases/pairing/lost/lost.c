// SPDX-License-Identifier: GPL-2.0-only
/* Nobody is known who makes such objects, so nobody knows what maps their file. */
#include <drm/drm_gem.h>

/* expect: unknown reason="no drm_driver is known" */
static const struct drm_gem_object_funcs lost_funcs = {
	.free = NULL,
};

void lost_init(struct drm_gem_object *obj)
{
	obj->funcs = &lost_funcs;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HELPER_H
#define HELPER_H

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

struct drm_gem_object *helper_create(struct drm_device *dev, size_t size);

#endif

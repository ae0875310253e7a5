/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_IOCTL_H
#define STUB_DRM_IOCTL_H

#include <drm/drm_file.h>

typedef int drm_ioctl_t(struct drm_device *dev, void *data, struct drm_file *file);

struct drm_ioctl_desc {
	unsigned int cmd;
	drm_ioctl_t *func;
	const char *name;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_FILE_H
#define STUB_DRM_FILE_H

#include <drm/drm_device.h>

struct drm_minor {
	struct drm_device *dev;
};

struct drm_file {
	struct drm_minor *minor;
	void *driver_priv;
};

#endif

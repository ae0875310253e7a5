/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_DRM_DEVICE_H
#define STUB_DRM_DEVICE_H

#include <linux/device.h>

struct drm_driver;

struct drm_device {
	struct device *dev;
	const struct drm_driver *driver;
	void *dev_private;
};

#endif

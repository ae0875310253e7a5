/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_ERRNO_H
#define STUB_ERRNO_H

#define EPERM 1
#define ENOENT 2
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define ENODEV 19
#define EINVAL 22
#define ENXIO 6
#define ENOTTY 25
#define ENOSYS 38
#define EOPNOTSUPP 95

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_SHMEM_FS_H
#define STUB_SHMEM_FS_H

#include <linux/fs.h>

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags);
struct page *shmem_read_mapping_page(struct file *file, pgoff_t index);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
struct second_file_buffer;

struct second_file_ops {
	int (*map)(struct second_file_buffer *buffer, struct vm_area_struct *vma);
};

struct second_file_type {
	const struct second_file_ops *ops;
};

struct second_file_buffer {
	struct second_file_type *type;
	struct page *page;
};

extern const struct second_file_ops second_file_good;

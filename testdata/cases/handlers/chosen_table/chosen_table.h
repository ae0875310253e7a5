/* SPDX-License-Identifier: GPL-2.0-only */
struct chosen_table_type {
	const struct vm_operations_struct *vm_ops;
};

extern const struct vm_operations_struct chosen_table_good_vm_ops;
extern const struct vm_operations_struct chosen_table_bad_vm_ops;

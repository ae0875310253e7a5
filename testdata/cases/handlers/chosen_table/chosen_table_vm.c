// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "chosen_table.h"

static vm_fault_t good_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

const struct vm_operations_struct chosen_table_good_vm_ops = {
	.fault = good_fault,
};

static vm_fault_t bad_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data; /* expect: page-insert */
	return 0;
}

const struct vm_operations_struct chosen_table_bad_vm_ops = {
	.fault = bad_fault,
};

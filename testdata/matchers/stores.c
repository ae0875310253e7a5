// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is stored where.
 */
#include <linux/dma-buf.h>

struct object;

struct object_funcs {
	int (*map)(struct object *object);
	const struct vm_operations_struct *vm_ops;
};

struct driver {
	struct object_funcs inner;
	struct object_funcs all[2];
};

struct object {
	const struct object_funcs *funcs;
	const struct vm_operations_struct *saved;
	struct vm_area_struct *vma;
	struct vm_fault *vmf;
	struct file *filp;
	struct dma_buf_ops ops;
	struct dma_buf_ops *ops_pointer;
	int (*map)(struct object *object);
	int number;
	int *at;
};

static int map(struct object *object);
static const struct vm_operations_struct vm_ops;
static const struct object_funcs funcs = { .map = map, .vm_ops = &vm_ops }; /* is: member table */
static const struct object_funcs other_funcs;
static const struct object_funcs list[2];
static const struct object_funcs *some_funcs = &funcs;
static struct driver driver;
static const struct dma_buf_ops ops = { .flags = 1 }; /* is: ops-object */
static struct dma_buf_ops changed;
static int number;

static void to_mapping(struct vm_area_struct *vma, struct vm_area_desc *desc, struct vm_fault *vmf, /* is: mapping-parameter */
		       struct vm_area_copy *copy, struct page *page)
{
	vma->vm_ops = &vm_ops; /* is: table-store vm-ops-store */
	vma->vm_ops = NULL; /* is: vm-ops-store */
	desc->vm_ops = funcs.vm_ops; /* is: vm-ops-store */
	copy->vm_ops = &vm_ops; /* is: table-store */
	vma->__vm_flags = VM_PFNMAP; /* is: flags-store */
	vma->__vm_flags |= VM_PFNMAP; /* is: flags-store state-read */
	(vma->__vm_flags) &= ~VM_SHARED; /* is: flags-store state-read */
	desc->vm_flags = 0; /* is: flags-store */
	copy->vm_flags |= VM_PFNMAP;
	vmf->page = page; /* is: page-store */
	copy->page = page;
	page = vmf->page;
	vmf->address = 1;
	vmf->vma->vm_ops = vma->vm_ops; /* is: state-read vm-ops-store */
	WRITE_ONCE(vma->__vm_flags, 1); /* is: flags-store state-read */
	WRITE_ONCE(vmf->page, page); /* is: page-store */
	WRITE_ONCE(copy->page, page);
	*&vma->vm_ops = NULL; /* is: state-read vm-ops-store */
}

static void to_export(struct dma_buf *buffer, struct dma_buf_export_info *info)
{
	DEFINE_EXPORT_INFO(mine);
	const struct dma_buf_ops *pointer;

	mine.ops = &ops; /* is: ops-store table-store */
	info->ops = pointer = &ops; /* is: ops-store */
	buffer->ops = &ops; /* is: ops-store table-store */
	buffer->ops = info->ops; /* is: ops-store state-read */
	pointer = buffer->ops; /* is: state-read */
	buffer->priv = &number; /* is: table-store */
	*info = (struct dma_buf_export_info){ .ops = &ops, .size = 3 }; /* is: ops-member */
}

static void to_object(struct object *object, struct vm_area_struct *vma, struct vm_fault *vmf) /* is: mapping-parameter */
{
	const struct object_funcs *local = &funcs;

	object->funcs = &funcs; /* is: table-store */
	object->funcs = (const struct object_funcs *)&(other_funcs); /* is: table-store */
	object->funcs = object->number ? &funcs : &other_funcs; /* is: table-store */
	object->funcs = object->number ? NULL : &other_funcs; /* is: table-store */
	object->funcs = &driver.inner; /* is: table-store */
	object->funcs = &list[1]; /* is: table-store */
	object->funcs = &driver.all[object->number]; /* is: table-store */
	object->funcs = &some_funcs[1];
	object->funcs = some_funcs;
	object->funcs = local;
	object->saved = &vm_ops; /* is: table-store */
	local = &funcs;
	object->at = &number; /* is: table-store */
	object->at = &object->number;
	object->map = map; /* is: function-store */
	object->map = &map; /* is: function-store */
	object->map = object->number ? map : NULL; /* is: function-store */
	object->map = funcs.map;
	object->number = map(object);
	object->vma = vma; /* is: mapping-store */
	object->vma = NULL; /* is: mapping-store */
	object->vmf = vmf; /* is: mapping-store */
	object->vma->vm_private_data = vma;
	object->filp = shmem_file_setup("object", 1, 0); /* is: file-maker-call file-store */
	object->filp = NULL; /* is: file-store */
	vma->vm_file = object->filp; /* is: file-store */
}

static void copies(struct object *object, const struct dma_buf_ops *from)
{
	struct dma_buf_ops local;

	object->ops = *from; /* is: ops-copy */
	*object->ops_pointer = ops; /* is: ops-copy */
	changed = *from; /* is: ops-copy */
	local = changed; /* is: ops-copy */
	from = &ops;
	object->ops_pointer = &changed; /* is: table-store */
	object->ops.mmap = from->mmap;
	object->ops.flags += 1;
}

#define SET_VM_OPS(vma, value) ((vma)->vm_ops = (value))
#define SET_FUNCS(object, value) object->funcs = &value
#define SET(place, value) ((place) = (value))

static void macros(struct object *object, struct vm_area_struct *vma) /* is: mapping-parameter */
{
	SET_VM_OPS(vma, &vm_ops); /* is: table-store vm-ops-store */
	SET_FUNCS(object, funcs); /* is: table-store */
	SET(vma->vm_ops, &vm_ops); /* is: table-store vm-ops-store */
	SET(object->map, map); /* is: function-store */
	SET(object->number, 1);
	SET_VM_OPS((object->number ? vma : object->vma), /* is: vm-ops-store */
		   NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings as parameters, in calls and in conditions.
 */
#include <linux/dma-buf.h>

typedef struct vm_area_struct *vma_t;

struct holder {
	struct vm_area_struct *vma;
	struct vm_area_struct inside;
	int (*run)(struct vm_area_struct *vma);
	int (*plain)(int value);
	int (*many[2])(struct vm_area_struct *vma);
	const struct file_operations *table;
};

int declared(struct vm_area_struct *vma);
int takes_void(void *data);
int takes_two(int value, struct vm_area_struct *vma);
int takes_pointer(struct vm_area_struct **vma);
int takes_nothing(void);
unsigned long change(unsigned long flags);
static const struct dma_buf_ops ops = { .flags = 1 }; /* is: ops-object */

static int of_vma(struct vm_area_struct *vma) /* is: mapping-parameter */
{
	return declared(vma) + takes_nothing(); /* is: mapping-call */
}

static int of_const(const struct vm_area_struct *vma, int value) /* is: mapping-parameter */
{
	return takes_void((void *)vma); /* is: mapping-call */
}

static int of_fault(struct vm_fault *vmf) /* is: mapping-parameter */
{
	return takes_two(1, vmf->vma); /* is: mapping-call */
}

static int of_desc(struct vm_area_desc *desc) /* is: mapping-parameter */
{
	return takes_void(desc); /* is: mapping-call */
}

static int of_typedef(vma_t vma, int (*callback)(struct vm_area_struct *inner)) /* is: mapping-parameter */
{
	return callback(vma) + (*callback)((vma)); /* is: mapping-call */
}

static int of_others(struct vm_area_struct **vma, struct vm_area_copy *copy, struct page *page)
{
	return takes_pointer(vma) + takes_void(copy) + takes_void(page) + declared(*vma); /* is: mapping-call */
}

static int of_unnamed(struct vm_area_struct *)
{
	return 0;
}

static int by_value(struct vm_area_struct vma)
{
	return declared(&vma); /* is: mapping-call */
}

static int through_fields(struct holder *holder, struct file *file)
{
	int (*run)(struct vm_area_struct *vma) = holder->run;
	int sum = 0;

	sum += holder->run(holder->vma); /* is: field-call mapping-call */
	sum += (*holder->run)(&holder->inside); /* is: field-call mapping-call */
	sum += holder->plain(3); /* is: field-call */
	sum += (holder->plain)(takes_nothing()); /* is: field-call */
	sum += holder->many[1](holder->vma); /* is: mapping-call */
	sum += run(holder->vma); /* is: mapping-call */
	sum += file->f_op->mmap(file, holder->vma); /* is: field-call mapping-call */
	sum += holder->table->open(file); /* is: field-call */
	sum += sizeof(holder->plain(4));
	return sum;
}

static int conditions(struct vm_area_struct *vma, struct vm_area_desc *desc, /* is: mapping-parameter */
		      struct vm_area_copy *copy)
{
	unsigned long flags = vma->vm_flags; /* is: state-read */
	int i;

	if (vma->vm_flags & VM_SHARED) /* is: flags-condition state-read */
		return 1;
	if (copy->vm_flags & VM_SHARED)
		return 2;
	if (flags & VM_SHARED)
		return 3;
	if (!desc->vm_flags || takes_nothing()) /* is: flags-condition state-read */
		return 4;
	else if (unlikely(change(vma->__vm_flags))) /* is: flags-condition state-read */
		return 5;
	if (sizeof(vma->vm_flags) == 4)
		return 6;
	while (READ_ONCE(vma->vm_flags) & VM_READ) /* is: flags-condition state-read */
		takes_nothing();
	do {
		flags = vma->vm_flags; /* is: state-read */
	} while (flags);
	do { /* is: flags-condition */
		takes_nothing();
	} while (vma->vm_flags); /* is: state-read */
	for (i = 0; vma->vm_flags & i; i++) /* is: flags-condition state-read */
		takes_nothing();
	for (i = vma->vm_flags; i; i++) /* is: state-read */
		takes_nothing();
	for (; vma->vm_flags;) /* is: flags-condition state-read */
		takes_nothing();
	for (;;)
		if (takes_nothing())
			break;
	switch (vma->vm_flags) { /* is: flags-condition state-read */
	case VM_READ:
		return 7;
	}
	if (((typeof(vma->vm_flags))i))
		return 8;
	if (flags == (typeof(vma->vm_flags))vma->vm_flags) /* is: flags-condition state-read */
		return 9;
	switch (vma->vm_start) {
	case VM_READ:
		flags = vma->vm_flags; /* is: state-read */
	}
	i = vma->vm_flags ? 8 : 9; /* is: flags-condition state-read */
	i = vma->vm_start ? vma->vm_flags : 9; /* is: state-read */
	return vma->vm_flags == 0; /* is: state-read */
}

static void reads(struct vm_area_struct *vma, struct vm_fault *vmf, struct dma_buf *buffer) /* is: mapping-parameter */
{
	const struct vm_operations_struct *vm_ops = vma->vm_ops; /* is: state-read */
	typeof(vma->vm_flags) flags = 0;
	typeof(vmf->vma->vm_ops) *pointer = (typeof(buffer->ops) *)NULL;

	if (vma->vm_ops->fault) /* is: state-read */
		vma->vm_ops->fault(vmf); /* is: field-call mapping-call */
	buffer->ops->attach(buffer); /* is: field-call */
	(*buffer->ops->mmap)(buffer, vma); /* is: field-call mapping-call */
	change((vma->vm_flags)); /* is: state-read */
	change(*&vma->vm_flags); /* is: state-read */
	takes_void(buffer->priv);
	vm_ops = vmf->vma->vm_ops; /* is: state-read */
	vma->vm_ops = vm_ops; /* is: vm-ops-store */
	(vma->vm_ops) = vm_ops; /* is: vm-ops-store */
}

// SPDX-License-Identifier: GPL-2.0-only
/* Wrappers of all kinds around the helpers. */
#include <linux/dma-buf.h>

struct wrappers_context {
	struct dma_buf *dmabuf;
	struct vm_area_struct *vma;
	unsigned long addr;
};

static int good_static(struct vm_area_struct *vma, unsigned long pfn)
{
	return remap_pfn_range(vma, vma->vm_start, pfn, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_static(struct vm_area_struct *vma, unsigned long pfn)
{
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(pfn)); /* expect: page-insert */
}

static inline int bad_inline(struct vm_area_struct *vma, unsigned long pfn)
{
	return bad_static(vma, pfn);
}

#define bad_macro(vma, page) vm_insert_page(vma, (vma)->vm_start, page)

static int wrappers_call(int (*insert)(struct vm_area_struct *vma, unsigned long pfn),
			 struct vm_area_struct *vma)
{
	return insert(vma, 1);
}

/* The mapping is a member of what is handed around. */
static int good_context(struct wrappers_context *context)
{
	return remap_pfn_range(context->vma, context->addr, 1, PAGE_SIZE,
			       context->vma->vm_page_prot);
}

static int bad_context(struct wrappers_context *context)
{
	/* expect: page-insert */
	return vm_insert_page(context->vma, context->addr, context->dmabuf->priv);
}

#define WRAPPERS(name, body...)								\
static int name##_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)		\
{											\
	body										\
}											\
static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

/* expect: pass */
WRAPPERS(good_static, return good_static(vma, 1););
/* expect: violation page-insert */
WRAPPERS(bad_static, return bad_static(vma, 1););
/* expect: violation page-insert */
WRAPPERS(bad_inline, return bad_inline(vma, 1););
/* expect: violation page-insert */
/* expect: page-insert */
WRAPPERS(bad_macro, return bad_macro(vma, dmabuf->priv););
/* expect: pass */
WRAPPERS(good_pointer, return wrappers_call(good_static, vma););
/* expect: violation page-insert */
WRAPPERS(bad_pointer, return wrappers_call(bad_static, vma););
/* expect: pass */
WRAPPERS(good_context, struct wrappers_context context = { dmabuf, vma, vma->vm_start };
	 return good_context(&context););
/* expect: violation page-insert */
WRAPPERS(bad_context, struct wrappers_context context = { .dmabuf = dmabuf, .vma = vma };
	 context.addr = vma->vm_start;
	 return bad_context(&context););

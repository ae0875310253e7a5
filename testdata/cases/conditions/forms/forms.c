// SPDX-License-Identifier: GPL-2.0-only
/* How conditions are written, and what is told of them. */
#include <linux/dma-buf.h>

struct forms_type {
	bool cached;
};

struct forms_buffer {
	unsigned long count;
	int kind;
	unsigned int flags;
	struct page **pages;
	const struct forms_type *type;
};

static int forms_pfn(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int forms_page(struct forms_buffer *buffer, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, buffer->pages[0]); /* expect: page-insert */
}

#define FORMS(name) static const struct dma_buf_ops name##_ops = { .mmap = name##_mmap }

static int bad_not_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (!buffer->count) /* expect-condition: buffer->count false object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_not); /* expect: conditional page-insert */

static int bad_not_null_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->pages != NULL) /* expect-condition: buffer->pages != NULL true object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_not_null); /* expect: conditional page-insert */

static int bad_equal_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->kind == 3) /* expect-condition: buffer->kind == 3 true object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_equal); /* expect: conditional page-insert */

static int bad_greater_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->count > 8) /* expect-condition: buffer->count > 8 false object */
		return forms_pfn(vma);
	return forms_page(buffer, vma);
}

FORMS(bad_greater); /* expect: conditional page-insert */

#define FORMS_LIMIT(x) ((x) + 1)

static int bad_macro_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	/* expect-condition: buffer->count >= FORMS_LIMIT(8) true object */
	if (unlikely(buffer->count >= FORMS_LIMIT(8)))
		return forms_page(buffer, vma);
	/* expect-guard: FORMS_LIMIT(buffer->kind) >= FORMS_LIMIT(2) true object */
	if (unlikely(FORMS_LIMIT(buffer->kind) >= FORMS_LIMIT(2)))
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_macro); /* expect: conditional page-insert */

static int bad_bit_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->flags & 4) /* expect-condition: buffer->flags & 4 true object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_bit); /* expect: conditional page-insert */

static int good_bit_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->flags & 4)
		return -EINVAL;
	if (buffer->flags & 4)
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(good_bit); /* expect: pass */

static int bad_deep_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->type->cached) /* expect-condition: buffer->type->cached true object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_deep); /* expect: conditional page-insert */

static bool forms_is_cached(const struct forms_buffer *buffer)
{
	return buffer->type->cached;
}

static int bad_getter_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (forms_is_cached(buffer)) /* expect-condition: forms_is_cached(buffer) true object */
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(bad_getter); /* expect: conditional page-insert */

static int good_getter_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->type->cached)
		return -EINVAL;
	if (forms_is_cached(buffer))
		return forms_page(buffer, vma);
	return forms_pfn(vma);
}

FORMS(good_getter); /* expect: pass */

/* Two ways to the same insertion: the shorter one's conditions, and the other's guards. */
static int bad_either_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct forms_buffer *buffer = dmabuf->priv;

	if (buffer->kind == 5) /* expect-condition: buffer->kind == 5 true object */
		return vm_map_pages(vma, buffer->pages, 1); /* expect: page-insert */
	if (buffer->kind == 6) /* expect-guard: buffer->kind == 6 true object */
		return vm_map_pages_zero(vma, buffer->pages, 1); /* expect: page-insert */
	return forms_pfn(vma);
}

FORMS(bad_either); /* expect: conditional page-insert */

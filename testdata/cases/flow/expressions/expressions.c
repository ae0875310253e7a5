// SPDX-License-Identifier: GPL-2.0-only
/* Branches inside of expressions. */
#include <linux/dma-buf.h>

struct expressions_buffer {
	bool cached;
	bool imported;
	struct page *page;
};

static int expressions_pfn(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

static int bad_ternary_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct expressions_buffer *buffer = dmabuf->priv;

	/* expect-condition: buffer->cached true object */
	/* expect: page-insert */
	return buffer->cached ? vm_insert_page(vma, vma->vm_start, buffer->page) : expressions_pfn(vma);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_ternary_ops = { .mmap = bad_ternary_mmap };

static int good_and_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct expressions_buffer *buffer = dmabuf->priv;

	if (buffer->cached || buffer->imported)
		return -EINVAL;
	if (buffer->cached && !buffer->imported)
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return expressions_pfn(vma);
}

/* expect: pass */
static const struct dma_buf_ops good_and_ops = { .mmap = good_and_mmap };

static int bad_and_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct expressions_buffer *buffer = dmabuf->priv;

	/* expect-condition: buffer->cached true object */
	/* expect-condition: buffer->imported false object */
	if (buffer->cached && !buffer->imported)
		/* expect: page-insert */
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return expressions_pfn(vma);
}

/* expect: conditional page-insert */
static const struct dma_buf_ops bad_and_ops = { .mmap = bad_and_mmap };

/* The truth of both, kept in a local. */
static int good_kept_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct expressions_buffer *buffer = dmabuf->priv;
	bool pages = buffer->cached && !buffer->imported;

	if (pages)
		return -EINVAL;
	if (pages)
		return vm_insert_page(vma, vma->vm_start, buffer->page);
	return expressions_pfn(vma);
}

/* expect: pass */
static const struct dma_buf_ops good_kept_ops = { .mmap = good_kept_mmap };

#define EXPRESSIONS_TRY(call) ({							\
	int __ret = (call);								\
	if (__ret)									\
		return __ret;								\
	__ret;										\
})

static int good_statement_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret = EXPRESSIONS_TRY(expressions_pfn(vma));

	if (ret)
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return 0;
}

/* expect: pass */
static const struct dma_buf_ops good_statement_ops = { .mmap = good_statement_mmap };

static int bad_statement_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	/* expect: page-insert */
	return EXPRESSIONS_TRY(vm_insert_page(vma, vma->vm_start, dmabuf->priv));
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_statement_ops = { .mmap = bad_statement_mmap };

static int bad_comma_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret;

	/* expect: page-insert */
	return (ret = vm_insert_page(vma, vma->vm_start, dmabuf->priv), ret);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_comma_ops = { .mmap = bad_comma_mmap };

static int bad_in_if_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret;

	/* expect: page-insert */
	if ((ret = vm_insert_page(vma, vma->vm_start, dmabuf->priv)) != 0)
		return ret;
	return 0;
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_in_if_ops = { .mmap = bad_in_if_mmap };

static int good_constant_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (IS_ENABLED(CONFIG_EXPRESSIONS_PAGES))
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return expressions_pfn(vma);
}

/* expect: pass */
static const struct dma_buf_ops good_constant_ops = { .mmap = good_constant_mmap };

static int bad_constant_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!IS_ENABLED(CONFIG_EXPRESSIONS_PAGES))
		/* expect: page-insert */
		return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
	return expressions_pfn(vma);
}

/* expect: violation page-insert */
static const struct dma_buf_ops bad_constant_ops = { .mmap = bad_constant_mmap };

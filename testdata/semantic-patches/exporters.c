// SPDX-License-Identifier: GPL-2.0-only
struct holder {
	struct dma_buf_ops ops;
};

static const struct dma_buf_ops plain = {
	.attach = attach,
	.mmap = plain_mmap,
};
static struct dma_buf_ops not_const = {
	.mmap = not_const_mmap,
	.attach = attach,
};
static const struct dma_buf_ops without = {
	.attach = attach,
};
static const struct dma_buf_ops null = {
	.attach = attach,
	.mmap = NULL,
};
static const struct dma_buf_ops gnu = {
	attach: attach,
	mmap: gnu_mmap,
};
static const struct dma_buf_ops by_position = { true, attach, detach };
static const struct dma_buf_ops address = {
	.mmap = &address_mmap,
};
#ifdef CONFIG_NEVER
static const struct dma_buf_ops left_out = {
	.mmap = left_out_mmap,
};
#endif
static const struct dma_buf_ops by_index[] = {
	[ONE] = {
		.mmap = one_mmap,
	},
};
static const struct dma_buf_ops in_order[] = {
	{
		.mmap = first_mmap,
	},
};
static struct dma_buf_ops later;

static const struct wrapped nested = {
	.ops = {
		.map_dma_buf = map,
		.mmap = nested_mmap,
	},
	.uuid = uuid,
};
static const struct wrapped dotted = {
	.ops.map_dma_buf = map,
	.ops.mmap = dotted_mmap,
};
static const struct outer deep = {
	.inner = {
		.ops = {
			.map_dma_buf = map,
			.mmap = deep_mmap,
		},
	},
};
static const struct wrapped nested_without = {
	.ops = {
		.map_dma_buf = map,
	},
};
/* not dma_buf_ops */
static const struct wrapped other = {
	.ops = {
		.read = read,
		.mmap = other_mmap,
	},
};
static const struct file_operations fops = {
	.mmap = fops_mmap,
};

void fill(struct holder *holder, struct device *dev, const struct dma_buf_ops *ops,
	  struct dma_buf_ops *writable)
{
	static const struct dma_buf_ops local = {
		.mmap = local_mmap,
	};
	const struct dma_buf_ops *literal = &(const struct dma_buf_ops){
		.mmap = literal_mmap,
	};

	holder->ops = *ops;
	later.mmap = later_mmap;
	writable->mmap = writable_mmap;
	holder->ops.mmap = holder_mmap;
	later.attach = attach;
	memcpy(&later, ops, sizeof(*ops));
	holder->pointer = kmemdup(ops, sizeof(*ops), GFP_KERNEL);
	holder->pointer = devm_kmemdup(dev, ops, sizeof(*ops), GFP_KERNEL);
	use(&local, literal);
}

static const struct drm_gem_object_funcs gem = {
	.free = release,
	.mmap = gem_mmap,
	.vm_ops = &gem_vm_ops,
};
static struct drm_gem_object_funcs gem_gnu = {
	mmap: gem_gnu_mmap,
};
static const struct drm_gem_object_funcs gem_faulting = {
	.free = release,
	.vm_ops = &gem_vm_ops,
};
static const struct drm_gem_object_funcs gem_without = {
	.free = release,
};

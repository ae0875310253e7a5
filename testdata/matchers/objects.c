// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects and their initialisers.
 */
#include <linux/dma-buf.h>

struct hooks {
	int (*start)(int how);
	int (*stop)(int how);
	int level;
};

struct wrapped_ops {
	struct dma_buf_ops ops;
	int (*start)(int how);
};

union either {
	struct hooks hooks;
	long number;
};

static int attach(struct dma_buf *buffer);
static int map(struct dma_buf *buffer, struct vm_area_struct *vma);
int start(int how);
int stop(int how);
extern int (*variable)(int how);

static const struct dma_buf_ops plain = { /* is: ops-object table */
	.attach = attach, /* is: member */
	.mmap = map, /* is: member */
	.flags = 1,
};

static struct dma_buf_ops empty = { 0 }; /* is: ops-object */
static struct dma_buf_ops bare;
extern const struct dma_buf_ops elsewhere;
static const struct dma_buf_ops *pointer = &plain;

static const struct dma_buf_ops by_position = { attach, map, 3 }; /* is: ops-object positional-member table */

static const struct dma_buf_ops mixed = { /* is: ops-object table */
	.mmap = map, 4 /* is: member */
};

static const struct dma_buf_ops old_style = { /* is: ops-object table */
	attach: attach, /* is: member */
	mmap: (int (*)(struct dma_buf *, struct vm_area_struct *))map, /* is: member */
};

static const struct dma_buf_ops two[] = { /* is: ops-object table */
	{ .mmap = map }, /* is: member ops-nested */
	{ NULL, &map }, /* is: ops-nested positional-member */
};

static const struct dma_buf_ops by_index[] = { /* is: ops-object table */
	[1] = { .mmap = (&map) }, /* is: member ops-nested */
};

static const struct wrapped_ops wrapped = { /* is: table */
	.ops = { /* is: ops-nested */
		.mmap = map, /* is: member */
	},
	.start = start, /* is: member */
};

static union either flat = { /* is: table */
	.hooks.start = start, /* is: member */
};

static const struct wrapped_ops literal = { /* is: table */
	.ops = (struct dma_buf_ops){ .mmap = map }, /* is: member */
};

static struct dma_buf_ops whole_literal = (struct dma_buf_ops){ .mmap = map }; /* is: member ops-object table */

static struct hooks positions_literal = (struct hooks){ start, .stop = stop }; /* is: member positional-member table */

static struct hooks hooks = { /* is: table */
	.start = start, /* is: member */
	.stop = NULL,
	.level = 2,
};

static struct hooks positions = { &start, (stop), 1 }; /* is: positional-member table */
static struct hooks numbers = { .level = 2 };
static struct hooks indirect = { .level = sizeof(start(1)) };
static union either either = { .hooks = { .start = start } }; /* is: member table */

static int (*functions[])(int how) = { start, stop };
static int (*function)(int how) = start;

static struct {
	int (*run)(int how);
	int code;
} unnamed[] = { /* is: table */
	{ start, 1 }, /* is: positional-member */
	{ .run = stop }, /* is: member */
	[4] = { .code = 2 },
};

#define OPS(name, callback) \
	static const struct dma_buf_ops name = { .attach = attach, .mmap = callback }

OPS(made, map); /* is: member ops-object table */
OPS(made_again, NULL); /* is: member ops-object table */

#define HOOKS(callback) { .start = callback, .level = 1 }

static struct hooks made_hooks = HOOKS(start); /* is: member table */
static struct hooks made_list[] = { HOOKS(start), HOOKS(NULL) }; /* is: member table */

static int attach(struct dma_buf *buffer)
{
	static struct hooks inner = { .start = start }; /* is: member table */
	static int count = 1;
	struct hooks automatic = { .start = start }; /* is: member */
	struct dma_buf_ops local = { .mmap = map }; /* is: member ops-object */
	struct dma_buf_ops copy = *buffer->ops; /* is: ops-object state-read */
	struct dma_buf_ops unset;
	struct dma_buf_export_info info = { .name = "info", .ops = &plain }; /* is: ops-member */
	struct dma_buf_export_info none = { .size = 2 };

	return 0;
}

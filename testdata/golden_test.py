#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What each stage finds in a small tree, against golden/dump-STAGE.txt.

usage: golden_test.py PFNCHECK [TEST...]

PFNCHECK_UPDATE_GOLDENS=1 in the environment writes the goldens instead. Hashes
stand as HASH, the version of facts as SCHEMA and the directories of a run as TREE
and CACHE, so that neither the machine nor the version of libclang shows.
"""

import os
import re
import sys
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import Case

GOLDEN = Path(__file__).resolve().parent / "golden"
STAGES = ("tree", "scan", "extract", "store", "program", "trace", "judge")
UPDATE = os.environ.get("PFNCHECK_UPDATE_GOLDENS") == "1"

# Besides one driver that keeps the rule and one that breaks it: a condition and
# a helper in a header.
BOTH_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>
#include "flip.h"

struct both_buffer {
	bool paged;
	unsigned long where;
};

static int both_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct both_buffer *buffer = dmabuf->priv;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (buffer->paged)
		return vm_insert_page(vma, vma->vm_start, (struct page *)buffer->where);
	return flip_insert(vma, buffer->where);
}

static const struct dma_buf_ops both_ops = {
	.mmap = both_mmap,
};

struct dma_buf *both_export(struct dma_buf_export_info *exp_info)
{
	exp_info->ops = &both_ops;
	return dma_buf_export(exp_info);
}
"""


class Goldens(Case):
    more = {"drivers/both/Makefile": "obj-m += both.o\n",
            "drivers/both/both.c": BOTH_C,
            "drivers/both/flip.h": fake_tree.FLIP_H % fake_tree.FLIP_GOOD}

    def normalized(self, text):
        for path, name in ((self.tree, "TREE"), (self.cache, "CACHE")):
            text = text.replace(str(path), name)
        text = re.sub(r"^facts\t\d+\t", "facts\tSCHEMA\t", text, flags=re.MULTILINE)
        # Lengths of facts come right after their hash.
        text = re.sub(r"\b(facts [0-9a-f]{16}) \d+$", r"\1 SIZE", text, flags=re.MULTILINE)
        return re.sub(r"\b[0-9a-f]{16}\b", "HASH", text)

    def dump(self, stage, *options):
        result = self.audit(f"--dump={stage}", *options)
        self.assertIn(result.status, (0, 1), str(result))
        self.assertEqual(result.err, "")
        return result.out

    def test_dumps(self):
        for stage in STAGES:
            with self.subTest(stage):
                cold = self.dump(stage)
                self.assertEqual(self.dump(stage), cold, "another run")
                self.assertEqual(self.dump(stage, "-j1", "--no-pch"), cold, "one worker")
                text = self.normalized(cold)
                self.assertNotIn(str(self.directory), text)
                golden = GOLDEN / f"dump-{stage}.txt"
                if UPDATE:
                    golden.write_text(text, encoding="utf-8")
                    print(f"wrote {golden.name}", file=sys.stderr)
                else:
                    self.assertEqual(text, golden.read_text(encoding="utf-8"))

    def test_every_dump_has_a_golden(self):
        self.assertEqual({file.name for file in GOLDEN.glob("dump-*")},
                         {f"dump-{stage}.txt" for stage in STAGES})


if __name__ == "__main__":
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every row of the vocabulary names something that the file it cites has.

usage: vocabulary_test.py [TEST...]

A row cites "FILE", or "FILE, since RELEASE" or "FILE, until RELEASE": in other
releases the file must not have it.  The kernel is $PFNCHECK_KERNEL, or the one that
bootstrap.sh unpacked; without either the test is skipped.
"""

import re
import sys
import unittest

from kernel_test import KERNEL, SKIPPED, SOURCE

# Where the helpers of the vocabulary may be.
PLACES = (
    "drivers/dma-buf/dma-buf.c", "fs/hugetlbfs/inode.c", "fs/userfaultfd.c",
    "include/asm-generic/hugetlb.h", "include/linux/", "kernel/dma/", "mm/",
)
ROW = re.compile(r'^\t\{ "(\w+)", WORD_\w+, [^,]+,\s*(?:NULL|"[^"]*"),\s*([^}]+?) \},$', re.M)
MACRO = re.compile(r'^#define (\w+) ("[^"]*")$', re.M)
CITE = re.compile(r"([^,]+)(?:, (since|until) (\d+)\.(\d+))?")


def read_rows(text):
    """Name and cite of each row of the table of words."""
    macros = dict(MACRO.findall(text))
    start = text.index("words[] = {")
    rows = []
    for name, cite in ROW.findall(text[start:text.index("\n};", start)]):
        parts = [macros.get(part, part) for part in re.findall(r'"[^"]*"|\w+', cite)]
        rows.append((name, "".join(part.strip('"') for part in parts)))
    return rows


def count_rows(text):
    start = text.index("words[] = {")
    return len(re.findall(r"^\t\{", text[start:text.index("\n};", start)], re.M))


def release_of(kernel):
    text = (kernel / "Makefile").read_text(encoding="utf-8")
    return tuple(int(re.search(rf"^{key} = (\d+)", text, re.M)[1])
                 for key in ("VERSION", "PATCHLEVEL"))


def has_function(kernel, file, name):
    """Whether the file defines, declares or calls it, comments aside; builtins by their plain name."""
    path = kernel / file
    if not path.is_file():
        return False
    name = name.removeprefix("__builtin_")
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8", errors="replace"),
                  flags=re.S)
    return re.search(rf"\b{name}\s*\(", text) is not None


def fault_of(kernel, release, name, cite):
    """What is wrong with a row, or None."""
    match = CITE.fullmatch(cite)
    if not match:
        return f"{name}: '{cite}' is not understood"
    file, when, *at = match.groups()
    if not file.startswith(PLACES):
        return f"{name}: {file} is not where helpers are"
    wanted = True
    if when:
        at = tuple(int(n) for n in at)
        wanted = release >= at if when == "since" else release <= at
    if has_function(kernel, file, name) != wanted:
        return f"{name}: {file} {'lacks' if wanted else 'has'} it"
    return None


class Vocabulary(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.text = (SOURCE / "checker/vocabulary.c").read_text(encoding="utf-8")
        self.rows = read_rows(self.text)
        self.release = release_of(KERNEL)

    def faults(self, rows):
        faults = [fault_of(KERNEL, self.release, *row) for row in rows]
        return [fault for fault in faults if fault]

    def test_every_row_is_read(self):
        self.assertEqual(len(self.rows), count_rows(self.text))
        self.assertGreater(len(self.rows), 60)
        self.assertIn(("remap_pfn_range", "mm/memory.c"), self.rows)

    def test_rows(self):
        self.assertEqual(self.faults(self.rows), [])

    def test_wrong_rows(self):
        wrong = [
            ("vm_insert_pgae", "mm/memory.c"),
            ("vm_insert_page", "mm/memroy.c"),
            ("vm_insert_page", "mm/vmscan.c"),
            ("vm_insert_page", "drivers/gpu/drm/drm_gem.c"),
            ("vm_insert_page", "mm/memory.c, since 99.1"),
            ("vm_insert_page", "mm/memory.c, until 2.6"),
            ("vm_insert_pgae", "mm/memory.c, since 2.6"),
            ("vm_insert_pgae", "mm/memory.c, some day"),
        ]
        self.assertEqual(len(self.faults(wrong)), len(wrong))


if __name__ == "__main__":
    if not KERNEL.is_dir():
        print(f"no kernel in {KERNEL}", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main()

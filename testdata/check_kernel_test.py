#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make C=1 CHECK=pfncheck, with a real kernel's make and compiler.

usage: check_kernel_test.py PFNCHECK [TEST...]

The kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh unpacked; without either
the test is skipped. A small configuration is made elsewhere, and a handful of files
is compiled.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import end_to_end
from end_to_end import SKIPPED, environment

# For one make, on a busy machine.
SECONDS = 900

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pfncheck"
KERNEL = Path(os.environ.get("PFNCHECK_KERNEL") or CACHE / "linux-source-6.12").resolve()
FOREIGN = ("C", "CHECK", "CF", "M", "O", "V", "MAKEFLAGS", "MFLAGS", "ARCH", "KBUILD_OUTPUT")

# Besides tinyconfig: three exporters that keep the rule, and one that does not.
CONFIG = """\
CONFIG_64BIT=y
CONFIG_MODULES=y
CONFIG_PCI=y
CONFIG_SHMEM=y
CONFIG_EVENTFD=y
CONFIG_MEMFD_CREATE=y
CONFIG_DMA_SHARED_BUFFER=y
CONFIG_SYNC_FILE=y
CONFIG_UDMABUF=y
CONFIG_DMABUF_HEAPS=y
CONFIG_DMABUF_HEAPS_SYSTEM=y
CONFIG_SAMPLES=y
CONFIG_VFIO=m
CONFIG_VFIO_MDEV=m
CONFIG_SAMPLE_VFIO_MDEV_MBOCHS=m
"""

TARGETS = ("drivers/dma-buf/", "samples/vfio-mdev/")
BAD = "samples/vfio-mdev/mbochs.c"

OUTSIDE_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/module.h>

static int outside_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
}

const struct dma_buf_ops outside_ops = {
	.mmap = outside_mmap,
};

MODULE_LICENSE("GPL");
"""


class Build(unittest.TestCase):
    """One build directory for all tests, each of which compiles anew."""

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="pfncheck-build-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.build = cls.directory / "build"
        cls.build.mkdir()
        cls.cache = cls.directory / "cache"
        cls.checker = f"{end_to_end.program} check --cache {cls.cache}"
        cls.need("tinyconfig")
        with open(cls.build / ".config", "a", encoding="utf-8") as file:
            file.write(CONFIG)
        cls.need("olddefconfig")
        cls.need("-j2", "prepare")

    @classmethod
    def need(cls, *words):
        """What the tests stand on, and no test of its own: no compiler, no library, no test."""
        done = cls.make(*words)
        if done.returncode:
            raise unittest.SkipTest(f"make {' '.join(words)}: {done.stderr[-500:]}")

    @classmethod
    def make(cls, *words):
        env = {k: v for k, v in environment().items() if k not in FOREIGN}
        return subprocess.run(["make", "-C", KERNEL, f"O={cls.build}", *words], env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                              timeout=SECONDS, check=False)

    def build_checked(self, *words):
        """What the checker says in a build, a line each."""
        done = self.make(f"CHECK={self.checker}", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  CHECK  ", done.stdout)
        return [line for line in done.stderr.splitlines() if "pfncheck" in line]

    def test_build(self):
        first = self.build_checked("C=1", "-j2", *TARGETS)
        rules = []
        for line in first:
            found = re.fullmatch(rf"{re.escape(str(KERNEL))}/{BAD}:\d+:\d+: warning: [^:]+(: .*)? "
                                 r"\[pfncheck:([a-z-]+)\]", line)
            self.assertTrue(found, line)
            rules.append(found[2])
        self.assertEqual(sorted(rules), ["missing-pfnmap", "page-insert"])
        # What is compiled already is checked again by C=2 only.
        self.assertEqual(self.build_checked("C=2", *TARGETS), first)
        # An audit of this build finds the facts of these files in the store.
        numbers = self.directory / "numbers.json"
        report = self.directory / "report.json"
        done = subprocess.run(
            [end_to_end.program, "audit", KERNEL, "--build", self.build, "--cache", self.cache,
             "--stats", numbers, "--format=json", "--output", report], env=environment(),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        numbers = json.loads(numbers.read_text())
        contributed = numbers["files_parsed"] - numbers["files_extracted"]
        self.assertGreaterEqual(contributed, 4)
        messages = {(finding["rule"], finding["message"])
                    for route in json.loads(report.read_text())["routes"]
                    for finding in route["findings"] if finding["file"] == BAD}
        for line in first:
            rule = line.rsplit("[pfncheck:", 1)[1].rstrip("]")
            message = line.split(": warning: ", 1)[1].rsplit(" [", 1)[0]
            self.assertIn((rule, message), messages)

    def test_module_outside(self):
        module = self.directory / "module"
        module.mkdir()
        (module / "Kbuild").write_text("obj-m += outside.o\n")
        (module / "outside.c").write_text(OUTSIDE_C)
        said = self.build_checked("C=1", f"M={module}", "outside.o")
        self.assertEqual(len(said), 1, said)
        self.assertTrue(said[0].startswith(f"{module}/outside.c:8:9: warning: "), said)

    def test_checker_that_is_in_trouble(self):
        """A build does not stop for a cache that nobody can write to."""
        done = self.make("C=2", f"CHECK={end_to_end.program} check --cache /proc/none",
                         "drivers/dma-buf/udmabuf.o")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("choose another one with --cache", done.stderr)


if __name__ == "__main__":
    if not (KERNEL / "Makefile").exists():
        print(f"skipped: there is no kernel in {KERNEL}")
        sys.exit(SKIPPED)
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The semantic patches under a kernel's own scripts/coccicheck.

usage: semantic_patches_kernel_test.py [TEST...]

The kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh unpacked; without either
the test is skipped. The tree is read only: make runs with O=, and what all modes run
on is a directory of copies.

What the scripts report on all of Linux 6.12 stands in kernels/linux-6.12.report, a file
and a message a line, and is held against the audited verdicts in linux-6.12.tsv.
PFNCHECK_UPDATE_GOLDENS=1 in the environment writes it instead.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from semantic_patches_test import SKIPPED, SOURCE, UPDATE, modes_of, scripts

# For one script over the whole tree, on a busy machine.
SECONDS = 900

GOLDEN = SOURCE / "testdata/kernels/linux-6.12.report"
AUDITED = SOURCE / "testdata/kernels/linux-6.12.tsv"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pfncheck"
KERNEL = Path(os.environ.get("PFNCHECK_KERNEL") or CACHE / "linux-source-6.12")
REPORT = re.compile(r"^(?P<file>/[^:\n]+):\d+:\d+-\d+: (?P<message>.*)$", re.M)
# Enough of the environment for make; none of what coccicheck takes from it.
FOREIGN = ("C", "COCCI", "DEBUG_FILE", "J", "M", "MAKEFLAGS", "MFLAGS", "MODE", "SPFLAGS", "V")


def release():
    text = (KERNEL / "Makefile").read_text()
    return ".".join(re.search(rf"(?m)^{name} = (\d+)", text)[1]
                    for name in ("VERSION", "PATCHLEVEL"))


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "LC_ALL": "C", **more}


def coccicheck(output, script, mode, *arguments):
    """make coccicheck; its output and what spatch complained of."""
    done = subprocess.run(["make", "-s", "-C", KERNEL, f"O={output}", "coccicheck",
                           f"COCCI={script}", f"MODE={mode}", *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment(),
                          timeout=SECONDS, check=False)
    if done.returncode or re.search(r"exn while|coccicheck failed|parse error|semantic error", done.stdout):
        raise AssertionError(f"{script.name} {mode}: {done.stdout[-3000:]}")
    return done.stdout


def reports(text, below):
    return sorted({f"{Path(found['file']).relative_to(below)}: {found['message']}"
                   for found in REPORT.finditer(text)})


class Coccicheck(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="pfncheck-coccicheck-")
        self.addCleanup(temporary.cleanup)
        self.directory = Path(temporary.name)
        self.output = self.directory / "output"
        self.output.mkdir()

    def test_the_whole_tree(self):
        found = {script.stem: reports(coccicheck(self.output, script, "report"),
                                      KERNEL.resolve())
                 for script in scripts()}
        self.assertTrue(found["exporters"])
        if release() != "6.12":
            self.skipTest(f"what is reported on {release()} is not written down")

        self.check_audited(found)
        text = "".join(f"{name}: {line}\n" for name, lines in sorted(found.items())
                       for line in lines)
        if UPDATE:
            GOLDEN.write_text(text)
        self.assertEqual(text, GOLDEN.read_text())

    def check_audited(self, found):
        """Every report is in a file of an exporter that breaks the rule."""
        with open(AUDITED, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        exporters = {line.partition(":")[0] for line in found["exporters"]}
        for row in rows:
            self.assertIn(row["ops_file"], exporters)
        for name, lines in found.items():
            for line in lines if name != "exporters" else ():
                with self.subTest(report=line):
                    file = line.partition(":")[0]
                    self.assertTrue(any(
                        file in " ".join(row.values()) and
                        (row["verdict"] in ("violation", "conditional")
                         if name != "cow-pfnmap" else name in row["findings"])
                        for row in rows))

    def copies(self):
        """A directory with the files of the tree that there are reports on."""
        copies = self.directory / "copies"
        for line in GOLDEN.read_text().splitlines():
            name = line.split(": ")[1]
            if (KERNEL / name).is_file():
                (copies / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(KERNEL / name, copies / name)
        return copies

    def test_every_mode(self):
        copies = self.copies()
        for script in scripts():
            expected = [line.split(": ", 1)[1] for line in GOLDEN.read_text().splitlines()
                        if line.startswith(script.stem + ": ")]
            for mode in modes_of(script):
                with self.subTest(script=script.name, mode=mode):
                    text = coccicheck(self.output, script, mode, f"M={copies}")
                    if mode == "report" and release() == "6.12":
                        self.assertEqual(reports(text, copies), expected)
                    elif expected and mode == "org":
                        self.assertIn("* TODO [[view:", text)
                    elif expected and mode == "context":
                        self.assertRegex(text, r"(?m)^-[^-]")

    def test_while_the_kernel_is_built(self):
        """C=1 CHECK=scripts/coccicheck: the compiler's flags, then one file."""
        script = next(script for script in scripts() if script.stem == "exporters")
        file = next(KERNEL / line.split(": ")[1] for line in GOLDEN.read_text().splitlines())
        done = subprocess.run(
            [KERNEL / "scripts/coccicheck", "-D__KERNEL__", "-Iinclude", file],
            cwd=self.output, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False,
            env=environment(C="1", MODE="report", COCCI=str(script), srctree=str(KERNEL)))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, REPORT)


if __name__ == "__main__":
    if not (KERNEL / "scripts/coccicheck").is_file() or not shutil.which("spatch"):
        print(f"no kernel at {KERNEL}, or no spatch: the test needs both")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)

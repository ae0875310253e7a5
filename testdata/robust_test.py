#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hostile files: whatever one does to the compiler costs that file only.

usage: robust_test.py PFNCHECK [TEST...]
"""

import os
import unittest

import end_to_end
import fake_tree
from end_to_end import SANITIZED, Case, slow

ODD = "drivers/odd/odd.c"
HEADER = "drivers/odd/odd.h"
BOTH = {"bad_ops": "violation", "good_ops": "pass"}
# Sanitizers need more address space than any bound allows, so there is none then.
BOUNDED = unittest.skipIf(SANITIZED, "memory is not bounded with sanitizers")


def exporter(body="return 0;", before="", after=""):
    """odd_ops with text before and after its callback; ops objects come last."""
    text = fake_tree.exporter("odd", body)
    text = text.replace("static int", before + "static int", 1)
    return text.replace("const struct dma_buf_ops odd_ops", after + "const struct dma_buf_ops odd_ops")


class Hostile(Case):
    """The others are judged; the file is listed with a reason, or harmless."""

    def look_at(self, text, more=None, **environment):
        self.write(ODD, text)
        for name, content in (more or {}).items():
            self.write(name, content)
        report, result = self.report(status=1, env=environment)
        self.assertEqual(result.err, "")
        verdicts = self.verdicts(report)
        self.assertEqual({k: verdicts[k] for k in BOTH}, BOTH)
        # Inside of a function that is never closed the object is a local.
        names = ("odd_ops", "odd_mmap.odd_ops")
        self.route = next(r for r in report["routes"] if r["ops"]["name"] in names)
        return self.route["verdict"], self.failed(report)

    def assert_lost(self, reason, text, more=None, **environment):
        verdict, failed = self.look_at(text, more, **environment)
        self.assertEqual(list(failed), [ODD])
        self.assertRegex(failed[ODD], reason)
        self.assertEqual(verdict, "unknown")
        self.assertTrue(self.route["reason"])

    def assert_listed(self, reason, text, more=None):
        """The compiler lost something; what the callback does is known all the same."""
        verdict, failed = self.look_at(text, more)
        self.assertEqual(list(failed), [ODD])
        self.assertRegex(failed[ODD], reason)
        self.assertIn(verdict, ("unknown", "reject"))

    def assert_not_decided(self, reason, text):
        verdict, failed = self.look_at(text)
        self.assertEqual(failed, {})
        self.assertEqual(verdict, "unknown")
        self.assertRegex(self.route["reason"], reason)

    def assert_harmless(self, text, more=None):
        self.assertEqual(self.look_at(text, more), ("reject", {}))

    # What is nested

    def test_parentheses(self):
        deep = "(" * 20000 + "1" + ")" * 20000
        self.assert_lost("nesting", exporter(f"return {deep};"))
        self.assert_lost("nesting", exporter(after=f"int deep = {deep};\n"))

    def test_blocks(self):
        self.assert_lost("nesting", exporter("if (vma->vm_pgoff) { " * 5000 + "}" * 5000 +
                                             " return 0;"))

    def test_statement_expressions(self):
        self.assert_lost("nesting", exporter("return " + "({ " * 5000 + "0;" + " });" * 5000))

    def test_ifs(self):
        verdict, _ = self.look_at(exporter("if (vma->vm_pgoff) " * 5000 + "return -22; return 0;"))
        self.assertIn(verdict, ("unknown", "reject"))

    def test_else_ifs(self):
        chain = "".join(f"if (vma->vm_pgoff == {i}) return {i}; else " for i in range(20000))
        self.assert_not_decided("nested", exporter(chain + "return 0;"))

    def test_unclosed(self):
        self.assert_lost("nesting", exporter("{" * 20000))
        self.look_at(exporter("{" * 100))
        self.assertEqual(self.route["verdict"], "unknown")

    def test_declarators(self):
        self.look_at(exporter(after="int " + "*" * 20000 + "p;\nint a" + "[1]" * 20000 + ";\n"))

    def test_initialisers(self):
        self.look_at(exporter(after="int a[] = " + "{" * 20000 + "0" + "}" * 20000 + ";\n"))

    def test_structs(self):
        self.look_at(exporter(after="struct s { " * 3000 + "int i; " + "} a;" * 3000 + "\n"))

    # What is long

    def test_expression(self):
        self.assert_not_decided("nested", exporter("return " + "1 + " * 100000 + "1;"))

    def test_cases(self):
        cases = "".join(f"case {i}: return {i};" for i in range(20000))
        self.assert_not_decided("bound", exporter(f"switch (vma->vm_pgoff) {{ {cases} }} return 0;"))

    def test_statements(self):
        self.assertIn(self.look_at(exporter("vma->vm_pgoff++;" * 50000 + "return 0;"))[0],
                      ("unknown", "reject"))

    def test_paths(self):
        flags = "".join(f"if (vma->vm_pgoff & {1 << i % 60}ul) vm_flags_set(vma, {1 << i % 60}ul);\n"
                        for i in range(2000))
        self.assert_not_decided("bound", exporter(flags + "return 0;"))

    def test_recursion(self):
        self.look_at(exporter("return again(vma);", before="""
int again(struct vm_area_struct *vma)
{
	return vma->vm_pgoff ? again(vma) + again(vma) : again(vma);
}
"""))

    def test_array(self):
        self.assert_harmless(exporter(after="const char big[52428800] = { 1, 2 };\n"))

    @BOUNDED
    def test_written_array(self):
        row = "0x12, 0x34, 0x56, 0x78, " * 16 + "\n"
        self.assert_lost("memory|crash", exporter(
            after="const char big[] = {\n" + row * (50 * 1024 * 1024 // len(row)) + "};\n"),
            PFNCHECK_WORKER_MEGABYTES="512")

    def test_line(self):
        self.assert_harmless(exporter(after="/* " + "x" * 10000000 + " */\n"))

    # The preprocessor

    def test_include_of_itself(self):
        self.assert_listed("nested too deeply", '#include "odd.c"\n' + exporter())
        self.assert_harmless("#ifndef ODD\n#define ODD\n" + '#include "odd.c"\n' + exporter() +
                             "#endif\n")

    def test_includes_of_each_other(self):
        text = '#include "odd.h"\n' + exporter()
        self.assert_listed("nested too deeply", text, {
            HEADER: '#include "a.h"\n', "drivers/odd/a.h": '#include "odd.h"\n'})
        self.assert_listed("nested too deeply", text, {
            HEADER: '#include "a.h"\n' * 3, "drivers/odd/a.h": '#include "odd.h"\n' * 3})
        self.assert_harmless(text, {
            HEADER: '#pragma once\n#include "a.h"\n',
            "drivers/odd/a.h": '#pragma once\n#include "odd.h"\n'})

    def test_include_without_end(self):
        """A header that never ends, and one that never begins."""
        (self.tree / "drivers/odd").mkdir()
        os.symlink("/dev/zero", self.tree / HEADER)
        self.write(ODD, '#include "odd.h"\n' + exporter())
        short = {"PFNCHECK_WORKER_MEGABYTES": "512", "PFNCHECK_WORKER_SECONDS": "5"}
        for _ in range(2):
            report, _ = self.report(status=1, env=short)
            self.assertEqual(self.verdicts(report), {**BOTH, "odd_ops": "unknown"})
            self.assertIn(ODD, self.failed(report))
            (self.tree / HEADER).unlink()
            os.mkfifo(self.tree / HEADER)

    def test_pragmas(self):
        for name in ("crash", "llvm_fatal_error", "overflow_stack", "parser_crash", "assert",
                     "llvm_unreachable", "handle_crash", "sloc_usage", "dump Odd"):
            self.assertIn(self.look_at(exporter(before=f"#pragma clang __debug {name}\n"))[0],
                          ("reject", "unknown"), name)

    @BOUNDED
    def test_laughs(self):
        laughs = "#define LAUGH0 1 + 1\n" + "".join(
            f"#define LAUGH{i} LAUGH{i - 1} + LAUGH{i - 1} + LAUGH{i - 1} + LAUGH{i - 1}\n"
            for i in range(1, 20))
        self.assert_lost("memory|crash|longer", exporter(after=laughs + "int laugh = LAUGH19;\n"),
                         PFNCHECK_WORKER_MEGABYTES="512", PFNCHECK_WORKER_SECONDS="20")

    def test_endless(self):
        self.assert_lost("took longer than 2 s", exporter(before=slow()),
                         PFNCHECK_WORKER_SECONDS="2")

    # Many at once

    def test_all_at_once(self):
        """As many bad files as workers, and more."""
        for i in range(8):
            self.write(f"drivers/odd/slow{i}.c", slow() + fake_tree.exporter(f"slow{i}"))
        report, _ = self.report("-j2", status=1, env={"PFNCHECK_WORKER_SECONDS": "1"})
        verdicts = self.verdicts(report)
        self.assertEqual({k: verdicts[k] for k in BOTH}, BOTH)
        self.assertEqual(len(self.failed(report)), 8)
        self.assertEqual(list(verdicts.values()).count("unknown"), 8)
        # Only what failed is tried again.
        numbers, _ = self.stats(env={"PFNCHECK_WORKER_SECONDS": "1"})
        self.assertEqual(numbers["files_extracted"], 0)

    def test_random(self):
        """Pieces of a driver in any order."""
        state = 1
        pieces = fake_tree.BAD_C.split(" ")
        for i in range(40):
            text = []
            for _ in range(200):
                state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
                text.append(pieces[(state >> 33) % len(pieces)])
            self.write(f"drivers/odd/random{i}.c",
                       "#include <linux/dma-buf.h>\n" + " ".join(text))
        report, _ = self.report(status=1)
        for name, verdict in BOTH.items():
            self.assertIn(verdict, [r["verdict"] for r in report["routes"]
                                    if r["ops"]["name"] == name])


if __name__ == "__main__":
    end_to_end.main()

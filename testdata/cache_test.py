#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The store as whole runs see it: nothing parsed twice, nothing stale, nothing trusted blindly.

usage: cache_test.py PFNCHECK [TEST...]
"""

import os
import shutil
import signal
import sqlite3
import unittest

import end_to_end
import fake_tree
from end_to_end import Case, slow

FLIP = {"drivers/flip/flip.c": fake_tree.FLIP_C,
        "drivers/flip/flip.h": fake_tree.FLIP_H % fake_tree.FLIP_GOOD}
ALL = {"bad_ops": "violation", "flip_ops": "pass", "good_ops": "pass"}


class Store(Case):
    more = FLIP

    def setUp(self):
        super().setUp()
        self.store = self.cache / "store.sqlite"

    def extracted(self, *options, **more):
        numbers, result = self.stats(*options, **more)
        self.assertIn(result.status, (0, 1), str(result))
        return numbers["files_extracted"]

    def assert_verdicts(self, **changed):
        self.assertEqual(self.verdicts(self.report()[0]), {**ALL, **changed})


class Twice(Store):
    def test_nothing_parsed_twice(self):
        self.assertEqual(self.extracted(), 3)
        self.assertEqual(self.extracted(), 0)
        self.assertEqual(self.extracted("-j4", "--no-pch", "--format=json"), 0)

    def test_touched(self):
        self.extracted()
        for name in list(FLIP) + ["include/linux/mm.h"]:
            os.utime(self.tree / name)
        self.assertEqual(self.extracted(), 0)

    def test_moved_tree(self):
        self.extracted()
        moved = self.tree.rename(self.directory / "moved")
        self.assertEqual(self.extracted(tree=moved), 0)

    def test_two_trees(self):
        """Facts are told apart by content, not by the path of the tree."""
        other = fake_tree.make(self.directory / "other", {
            **FLIP, "drivers/flip/flip.h": fake_tree.FLIP_H % fake_tree.FLIP_BAD})
        self.extracted()
        self.assertEqual(self.extracted(tree=other), 1)
        self.assertEqual(self.extracted(), 0)
        self.assertEqual(self.extracted(tree=other), 0)
        self.assert_verdicts()
        self.assertEqual(self.verdicts(self.report(tree=other)[0])["flip_ops"], "violation")

    def test_without_cache(self):
        self.assertEqual(self.extracted("--no-cache"), 3)
        self.assertFalse(self.store.exists())
        self.extracted()
        before = self.store.read_bytes()
        self.assertEqual(self.extracted("--no-cache"), 3)
        self.assertEqual(self.store.read_bytes(), before)

    def test_failed_files_are_tried_again(self):
        self.write("drivers/slow/slow.c", slow() + fake_tree.exporter("slow"))
        report, _ = self.report(env={"PFNCHECK_WORKER_SECONDS": "1"})
        self.assertEqual(self.verdicts(report)["slow_ops"], "unknown")
        self.write("drivers/slow/slow.c", slow(4) + fake_tree.exporter("slow"))
        self.assert_verdicts(slow_ops="reject")

    def test_missing_header_that_comes(self):
        (self.tree / "drivers/flip/flip.h").unlink()
        report, _ = self.report()
        self.assertIn("drivers/flip/flip.c", self.failed(report))
        self.write("drivers/flip/flip.h", FLIP["drivers/flip/flip.h"])
        report, _ = self.report()
        self.assertEqual((self.verdicts(report), self.failed(report)), (ALL, {}))


class Stale(Store):
    """Whatever is edited is read anew."""

    def edit(self, name, old, new, keep_times=False):
        path = self.tree / name
        status = os.stat(path)
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))
        if keep_times:
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def test_header(self):
        self.assert_verdicts()
        for keep_times in (False, True):
            self.edit("drivers/flip/flip.h", fake_tree.FLIP_GOOD, fake_tree.FLIP_BAD, keep_times)
            self.assert_verdicts(flip_ops="violation")
            self.edit("drivers/flip/flip.h", fake_tree.FLIP_BAD, fake_tree.FLIP_GOOD, keep_times)
            self.assert_verdicts()

    def test_same_size_and_time(self):
        good = fake_tree.FLIP_GOOD.ljust(len(fake_tree.FLIP_BAD) + 40)
        bad = fake_tree.FLIP_BAD.ljust(len(good))
        self.write("drivers/flip/flip.h", fake_tree.FLIP_H % good)
        self.assert_verdicts()
        self.edit("drivers/flip/flip.h", good, bad, keep_times=True)
        self.assert_verdicts(flip_ops="violation")

    def test_source(self):
        self.assert_verdicts()
        self.edit("drivers/good/good.c", "return remap_pfn_range(vma, vma->vm_start, buffer->pfn,",
                  "return -22; return remap_pfn_range(vma, 0, 0,", keep_times=True)
        self.assert_verdicts(good_ops="reject")

    def test_core_header(self):
        self.assert_verdicts()
        self.edit("include/linux/dma-buf.h", "struct dma_buf;", "struct dma_buf;\n"
                  "#define remap_pfn_range(vma, addr, pfn, size, prot) "
                  "vm_insert_page(vma, addr, (void *)pfn)")
        self.assert_verdicts(good_ops="violation", flip_ops="violation")

    def test_value_of_a_flag(self):
        """Facts hold values: VM_PFNMAP is read again too."""
        self.write("drivers/flip/flip.c", fake_tree.FLIP_C.replace(
            "\treturn flip_insert", "\tvma->vm_flags |= 0x400;\n\treturn flip_insert"))
        self.write("drivers/flip/flip.h", fake_tree.FLIP_H %
                   "vmf_insert_pfn(vma, vma->vm_start, where) == VM_FAULT_NOPAGE ? 0 : -22")
        self.assert_verdicts()
        self.edit("include/linux/mm.h", "VM_PFNMAP\t0x00000400", "VM_PFNMAP\t0x00000800")
        self.assertNotEqual(self.verdicts(self.report()[0])["flip_ops"], "pass")

    def test_replaced_by_a_link(self):
        self.assert_verdicts()
        self.write("drivers/flip/other.h", fake_tree.FLIP_H % fake_tree.FLIP_BAD)
        (self.tree / "drivers/flip/flip.h").unlink()
        os.symlink("other.h", self.tree / "drivers/flip/flip.h")
        self.assert_verdicts(flip_ops="violation")

    def test_removed_and_restored(self):
        self.assert_verdicts()
        shutil.move(self.tree / "drivers/flip", self.directory / "aside")
        report, _ = self.report()
        self.assertNotIn("flip_ops", self.verdicts(report))
        shutil.move(self.directory / "aside", self.tree / "drivers/flip")
        self.assert_verdicts()


class Damaged(Store):
    """A store that is not ours as we left it is set aside with one line."""

    def assert_set_aside(self):
        report, result = self.report()
        self.assertEqual(self.verdicts(report), ALL)
        self.assertEqual(result.err.count("\n"), 1, str(result))
        self.assertIn("set aside", result.err)
        self.assertEqual(self.extracted(), 0)
        self.assert_sound()

    def test_not_a_database(self):
        for content in (b"", b"\0" * 5000, b"text\n" * 1000, b"SQLite format 3\0" + b"x" * 4096):
            self.extracted()
            for file in self.cache.glob("store.sqlite-*"):
                file.unlink()
            self.store.write_bytes(content)
            if content:
                self.assert_set_aside()
            else:
                # An empty file is what a killed run may leave: it is used.
                self.assertEqual(self.extracted(), 3)
                self.assert_sound()

    def test_foreign(self):
        self.cache.mkdir()
        database = sqlite3.connect(self.store)
        database.execute("CREATE TABLE letters (sender TEXT)")
        database.execute("INSERT INTO letters VALUES ('me')")
        database.commit()
        database.close()
        self.assert_set_aside()
        kept = [file for file in self.cache.iterdir() if b"letters" in self.content(file)]
        self.assertEqual(len(kept), 1)

    @staticmethod
    def content(file):
        return file.read_bytes() if file.is_file() else b""

    def test_truncated(self):
        self.extracted()
        whole = self.store.read_bytes()
        for size in (100, 4096, len(whole) // 2, len(whole) - 100):
            for file in self.cache.glob("store.sqlite*"):
                file.unlink()
            self.store.write_bytes(whole[:size])
            self.assert_verdicts()
            self.assert_sound()

    def test_flipped_bytes(self):
        self.extracted()
        whole = self.store.read_bytes()
        for start in range(0, len(whole), max(1, len(whole) // 12)):
            for file in self.cache.glob("store.sqlite*"):
                file.unlink()
            self.store.write_bytes(whole[:start] + bytes(b ^ 0x5a for b in whole[start:start + 64])
                                   + whole[start + 64:])
            self.assert_verdicts()
        self.assert_sound()

    def test_other_things_in_its_place(self):
        self.cache.mkdir()
        self.store.mkdir()
        report, result = self.report()
        self.assertEqual(self.verdicts(report), ALL)
        self.assertLessEqual(result.err.count("\n"), 1, str(result))

    def test_damaged_configuration(self):
        """What was made for the tree besides the store."""
        self.extracted()
        for victim in sorted(self.cache.glob("conf-*/**/*")):
            if not victim.is_file():
                continue
            before = victim.read_bytes()
            victim.write_bytes(b"\0damaged\n")
            result = self.audit("--format=json")
            self.assertIn(result.status, (0, 1, 2), f"{victim} {result}")
            if result.status == 2:
                self.assert_refused(result)
            victim.parent.mkdir(parents=True, exist_ok=True)
            victim.write_bytes(before)
        shutil.rmtree(self.cache)
        self.assert_verdicts()


class Shared(Store):
    """Several runs, one cache."""

    more = {**FLIP, **{f"drivers/many/many{i}.c": slow(18) + fake_tree.exporter(f"many{i}")
                       for i in range(6)}}
    everything = {**ALL, **{f"many{i}_ops": "reject" for i in range(6)}}

    def verdicts_of(self, result):
        self.assertEqual(result.status, 1, str(result))
        # One of them prepares what all need.
        self.assertRegex(result.err, r"\A(pfncheck: waiting for another pfncheck.*\n)?\Z")
        return self.verdicts(end_to_end.json.loads(result.out))

    def test_at_the_same_time(self):
        runs = [end_to_end.Running(self.command("--format=json", "-j1")) for _ in range(3)]
        for run in runs:
            self.assertEqual(self.verdicts_of(run.end()), self.everything)
        self.assertEqual(self.extracted(), 0)
        self.assert_sound()

    def test_killed_half_way(self):
        run = self.start("-j1")
        run.wait_for_worker()
        os.kill(run.process.pid, signal.SIGKILL)
        run.end()
        self.assertEqual(self.verdicts(self.report()[0]), self.everything)
        self.assert_sound()

    def test_killed_again_and_again(self):
        for delay in range(1, 10):
            run = end_to_end.Running(self.command("-j2"))
            try:
                run.process.wait(delay / 10)
            except end_to_end.subprocess.TimeoutExpired:
                os.kill(run.process.pid, signal.SIGKILL)
            run.end()
        report, result = self.report()
        self.assertEqual((self.verdicts(report), result.err), (self.everything, ""))
        self.assert_sound()

    def test_one_is_killed(self):
        one = self.start("-j1")
        other = self.start("-j1", "--format=json")
        one.wait_for_worker()
        os.kill(one.process.pid, signal.SIGKILL)
        one.end()
        result = other.end()
        self.assertEqual(result.status, 1, str(result))
        self.assertEqual(self.verdicts(end_to_end.json.loads(result.out)), self.everything)
        self.assert_sound()

    def test_locked_by_another_program(self):
        self.extracted()
        database = sqlite3.connect(self.store, isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        try:
            report, result = self.report()
            self.assertEqual(self.verdicts(report), self.everything)
            self.assertLessEqual(result.err.count("\n"), 1, str(result))
        finally:
            database.execute("ROLLBACK")
            database.close()
        self.assert_sound()


if __name__ == "__main__":
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The store as whole runs see it: nothing parsed twice, nothing stale, nothing trusted blindly.

usage: cache_test.py PFNCHECK [TEST...]
"""

import os
import re
import shutil
import signal
import sqlite3
import time
import unittest

import end_to_end
import fake_tree
from end_to_end import SANITIZED, Case, slow

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

    def test_missing_header_is_missed_once(self):
        """Until it comes, in whatever place, the file is not parsed in vain."""
        (self.tree / "drivers/flip/flip.h").unlink()
        self.write("drivers/flip/middle.h", "#include <linux/absent.h>\n")
        text = FLIP["drivers/flip/flip.c"].replace('#include "flip.h"',
                                                   '#include "middle.h"\n#include "flip.h"')
        self.write("drivers/flip/flip.c", text)
        first, _ = self.report()
        self.assertIn("linux/absent.h", self.failed(first)["drivers/flip/flip.c"])
        self.assertEqual(self.extracted(), 0)
        self.assertEqual(self.report()[0], first)
        for place in ("include/linux/absent.h", "drivers/flip/linux/absent.h"):
            self.write(place, "\n")
            self.assertEqual(self.extracted(), 1)
            (self.tree / place).unlink()
            self.assertEqual(self.extracted(), 0)
            self.assertEqual(self.report()[0], first)
        self.write("include/linux/absent.h", "\n")
        report, _ = self.report()
        self.assertIn("flip.h", self.failed(report)["drivers/flip/flip.c"])
        self.write("drivers/flip/flip.h", FLIP["drivers/flip/flip.h"])
        self.assertEqual(self.report()[0], self.report("--no-cache")[0])
        self.assert_verdicts()


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


class Asked(Store):
    """What is asked for in the course of a run is known to the next one, and is right."""

    # A way through three files, each found when the one before is understood.
    more = {**FLIP,
            "drivers/flip/far.c": "#include <linux/mm.h>\n"
            "int far(struct vm_area_struct *vma)\n{\n\treturn farther(vma);\n}\n",
            "drivers/flip/farther.c": "#include <linux/mm.h>\n"
            "int farther(struct vm_area_struct *vma)\n{\n"
            "\treturn vm_insert_page(vma, vma->vm_start, 0);\n}\n",
            "drivers/flip/near.c": fake_tree.exporter("near", "return far(vma);")
            .replace("\nstatic int", "\nint far(struct vm_area_struct *vma);\n\nstatic int", 1)}

    def setUp(self):
        super().setUp()
        far = self.tree / "drivers/flip/far.c"
        far.write_text(far.read_text().replace(
            "int far(", "int farther(struct vm_area_struct *vma);\nint far("))

    def assert_same(self):
        """As without a cache, and when it is asked again; the verdict of near_ops."""
        expected, _ = self.report("--no-cache")
        for _ in range(2):
            self.assertEqual(self.report()[0], expected)
        return self.verdicts(expected)["near_ops"]

    def test_edits(self):
        far = self.tree / "drivers/flip/far.c"
        text = far.read_text()
        self.assertEqual(self.assert_same(), "violation")
        far.write_text(text.replace("farther(vma);\n}", "-22;\n}"))
        self.assertEqual(self.assert_same(), "reject")
        far.write_text(text)
        self.assertEqual(self.assert_same(), "violation")
        # What was asked for is elsewhere.
        (self.tree / "drivers/flip/farther.c").rename(self.tree / "drivers/good/farther.c")
        self.assertEqual(self.assert_same(), "violation")
        (self.tree / "drivers/good/farther.c").unlink()
        self.assertEqual(self.assert_same(), "unknown")
        self.write("drivers/bad/farther.c", self.more["drivers/flip/farther.c"].replace(
            "vm_insert_page(vma, vma->vm_start, 0)", "-22"))
        self.assertEqual(self.assert_same(), "reject")


class Headers(Store):
    """Precompiled headers that a run leaves for those after it."""

    drivers = [f"drivers/d{i}/d{i}.c" for i in range(6)]
    more = {name: fake_tree.exporter(
        name[-4:-2], "return remap_pfn_range(vma, 0, 0, 0, vma->vm_page_prot);")
            for name in drivers}

    def setUp(self):
        super().setUp()
        self.report()
        # The generated headers are older than what a state proves nothing of by then.
        time.sleep(2.1)
        self.begin_again()

    def begin_again(self):
        """All files are parsed, which is what headers are made for."""
        self.store.unlink()
        return self.report()

    def left(self):
        return list(self.cache.glob("conf-*/pfncheck/headers-*.pch"))

    def opened(self, *options):
        trace = self.directory / "opened"
        words = self.command("--format=json", *options)
        result = self.run_words(["strace", "-f", "-qq", "-e", "trace=openat", "-o", str(trace)] + words)
        self.assertEqual(result.status, 1, str(result))
        return "/pfncheck/headers-" in trace.read_text()

    def verdict_of(self, name, *options):
        report, result = self.report(*options)
        self.assertEqual(result.err, "")
        return self.verdicts(report)[name]

    def edit(self, number):
        self.write(self.drivers[0], self.more[self.drivers[0]] + f"/* {number} */\n")

    def test_one_file_later(self):
        self.assertEqual(len(self.left()), 1)
        if shutil.which("strace") and not SANITIZED:
            self.edit(1)
            self.assertFalse(self.opened("--no-pch"))
            self.edit(2)
            self.assertTrue(self.opened())
        self.edit(3)
        self.assertEqual(self.extracted(), 1)
        self.assertEqual(self.verdict_of("d0_ops"), "pass")
        self.assertEqual(len(self.left()), 1)

    def test_a_header_changes(self):
        for name, text in (("include/linux/mm.h", fake_tree.FILES["include/linux/mm.h"] +
                            "#define remap_pfn_range(v, a, p, s, r) vm_insert_page(v, a, (void *)p)\n"),
                           # Found before the other one.
                           ("arch/x86/include/linux/dma-buf.h", "#include_next <linux/dma-buf.h>\n"
                            "#define remap_pfn_range(v, a, p, s, r) vm_insert_page(v, a, (void *)p)\n")):
            with self.subTest(name):
                before = self.left()
                old = (self.tree / name).read_text() if (self.tree / name).exists() else None
                self.write(name, text)
                self.edit(name)
                self.assertEqual(self.verdict_of("d0_ops"), "violation")
                self.assertEqual(self.verdict_of("d0_ops", "--no-cache"), "violation")
                if old:
                    self.write(name, old)
                else:
                    (self.tree / name).unlink()
                time.sleep(2.1)
                self.assertEqual(self.verdicts(self.begin_again()[0])["d0_ops"], "pass")
                self.assertEqual(len(self.left()), 1)
                self.assertNotEqual(self.left(), before)

    def test_damaged(self):
        left, = self.left()
        listed = left.parent / "headers"
        for file in (left, listed):
            whole = file.read_bytes()
            for number, content in enumerate((b"", b"text\n" * 1000, whole[:100],
                                              whole[:len(whole) // 2] + b"\xff" * 64 +
                                              whole[len(whole) // 2 + 64:], None)):
                with self.subTest(file=file.name, number=number):
                    if content is None:
                        file.unlink()
                    else:
                        file.write_bytes(content)
                    self.edit(f"{file.name} {number}")
                    self.assertEqual(self.verdict_of("d0_ops"), "pass")
            file.write_bytes(whole)


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


class Scanned(Store):
    """What is kept of the sources changes how long a scan takes, and nothing that it says."""

    # As many files as need not all be read again when one of them is.
    more = {**FLIP, **{f"drivers/quiet/quiet{i}.c": f"int quiet{i}(int x)\n{{\n\treturn x;\n}}\n"
                       for i in range(600)}}

    def setUp(self):
        super().setUp()
        self.settle()

    def settle(self):
        """Lets the files grow older than what a state proves nothing of."""
        time.sleep(2.1)

    def kept(self):
        return sorted(path for path in self.cache.glob("scan-*"))

    def opened(self, *options, tree=None):
        """The quiet sources that a run opens: what is not parsed is opened by a scan only."""
        words = self.command("--dump=scan", *options, tree=tree)
        trace = self.directory / "opened"
        result = self.run_words(["strace", "-f", "-qq", "-e", "trace=openat", "-o", str(trace)] + words)
        self.assertEqual(result.status, 0, str(result))
        names = re.findall(r'openat\(\d+, "drivers/quiet/(\w+)\.c"', trace.read_text())
        return sorted(set(names))

    def assert_same(self, tree=None, messages=0):
        """Two runs with the cache say what a run without says, to the byte."""
        for format_ in (["--dump=scan"], ["--format=json"]):
            expected = self.audit("--no-cache", *format_, tree=tree)
            for _ in range(2):
                result = self.audit(*format_, tree=tree)
                self.assertEqual(result.out, expected.out)
                self.assertEqual(result.err.count("\n"), messages, str(result))
                messages = 0

    def test_nothing_read_twice(self):
        if SANITIZED or not shutil.which("strace"):
            self.skipTest("there is no strace, or the sanitizers need what it uses")
        self.assertEqual(len(self.opened()), 600)
        self.assertEqual(self.opened(), [])
        self.write("drivers/quiet/quiet7.c", "int other;\n")
        self.assertEqual(self.opened(), ["quiet7"])
        # One file is not worth writing all again.
        self.assertEqual(self.opened(), ["quiet7"])
        self.assertEqual(len(self.opened("--no-cache")), 600)

    def test_edits(self):
        """Each on top of those before."""
        path = self.tree / "drivers/good/good.c"
        self.assert_same()
        self.write("drivers/quiet/quiet1.c", fake_tree.exporter("quiet1"))
        self.assert_same()
        self.write("drivers/quiet/quiet1.c", fake_tree.exporter("quiet2"))
        self.assert_same()
        text, status = path.read_text(), path.stat()
        path.write_text(text.replace("good_ops", "goof_ops"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        self.assert_same()
        self.assertIn("goof_ops", self.verdicts(self.report()[0]))
        path.rename(self.tree / "drivers/good/renamed.c")
        self.assert_same()
        (self.tree / "drivers/good/renamed.c").unlink()
        self.assert_same()
        (self.tree / "drivers/quiet/quiet2.c").unlink()
        os.symlink("quiet1.c", self.tree / "drivers/quiet/quiet2.c")
        self.assert_same()
        (self.tree / "drivers/quiet/quiet1.c").unlink()
        self.assert_same()
        self.write("drivers/quiet/quiet3.c", "")
        self.write("drivers/quiet/quiet4.c", b"int x;\0\n")
        os.truncate(self.write("drivers/quiet/quiet5.c", "int y;\n"), (64 << 20) + 1)
        self.assert_same()
        shutil.rmtree(self.tree / "drivers/flip")
        self.write("drivers/flip", "a file\n")
        self.assert_same()
        shutil.move(self.tree / "drivers/quiet", self.tree / "drivers/calm")
        self.assert_same()

    def test_changed_within_a_tick(self):
        """A file that was written just before it was read is read again."""
        path = self.tree / "drivers/good/good.c"
        for name in ("first_ops", "other_ops", "third_ops"):
            path.write_text(fake_tree.exporter(name[:5]))
            self.assertIn(name, self.verdicts(self.report()[0]))

    def test_closed_directory(self):
        self.assert_same()
        if os.geteuid():
            (self.tree / "drivers/quiet").chmod(0)
            self.assert_same()
            return
        self.as_nobody("--dump=scan", cache=self.directory / "own")
        (self.tree / "drivers/quiet").chmod(0)
        os.chmod(self.directory, 0o777)
        expected = self.as_nobody("--dump=scan", "--no-cache")
        self.assertIn("drivers/quiet\tpermission denied", expected.out)
        for _ in range(2):
            result = self.as_nobody("--dump=scan", cache=self.directory / "own")
            self.assertEqual(result.out, expected.out)

    def test_other_tree(self):
        """Another work tree takes over what has the same content, and nothing else."""
        self.assert_same()
        other = shutil.copytree(self.tree, self.directory / "other", symlinks=True)
        fake_tree.write(other, "drivers/good/good.c", fake_tree.exporter("fresh"))
        self.settle()
        self.assert_same(tree=other)
        self.assertEqual(len(self.kept()), 2)
        self.assert_same()

    def test_moved_files_in_place(self):
        """One tree is put in the place of the other."""
        other = shutil.copytree(self.tree, self.directory / "other")
        fake_tree.write(other, "drivers/good/good.c", fake_tree.exporter("fresh"))
        self.assert_same()
        self.tree.rename(self.directory / "old")
        other.rename(self.tree)
        self.assert_same()
        self.assertIn("fresh_ops", self.verdicts(self.report()[0]))

    def test_damaged(self):
        self.assert_same()
        file = self.kept()[0]
        whole = file.read_bytes()
        contents = [b"", b"text\n" * 1000, whole[:100], whole[:-1], whole + b"\0",
                    whole[:len(whole) // 2]]
        for start in range(16, len(whole), len(whole) // 9):
            contents.append(whole[:start] + bytes([whole[start] ^ 0x40]) + whole[start + 1:])
        for content in contents:
            file.write_bytes(content)
            result = self.audit("--dump=scan")
            self.assertEqual(result.err.count("\n"), 1, str(result))
            self.assertIn("set aside", result.err)
            self.assert_same()
        self.assertEqual(len(self.kept()), 2)

    def test_of_another_version(self):
        """Neither used nor complained about."""
        self.assert_same()
        file = self.kept()[0]
        whole = file.read_bytes()
        file.write_bytes(whole[:8] + b"\xff\xff\0\0" + whole[12:])
        self.assert_same()
        self.assertEqual(file.read_bytes()[:12], whole[:12])

    def test_other_things_in_its_place(self):
        self.assert_same()
        file = self.kept()[0]
        file.unlink()
        file.mkdir()
        self.assert_same(messages=1)
        file.unlink()
        os.mkfifo(file)
        self.assert_same(messages=1)
        file.unlink()
        os.symlink("nowhere", file)
        self.assert_same()

    def test_at_the_same_time(self):
        runs = [end_to_end.Running(self.command("--dump=scan")) for _ in range(4)]
        results = [run.end() for run in runs]
        for result in results:
            self.assertEqual(result.status, 0, str(result))
            # One of them prepares what all need.
            self.assertRegex(result.err, r"\A(pfncheck: waiting for another pfncheck.*\n)?\Z")
        self.assertEqual(len({result.out for result in results}), 1)
        self.assert_same()
        self.assertEqual(len(self.kept()), 1)
        self.assertEqual(list(self.cache.glob(".scan-*")), [])

    def test_used_last_stay(self):
        """Two of 60 MiB fit, and what was set aside goes first."""
        self.assert_same()
        own = self.kept()[0].name
        others = {"scan-00000000000000aa": 100, "scan-00000000000000bb": 300,
                  "scan-00000000000000cc": 200, "scan-00000000000000dd.damaged": 50}
        for name, age in others.items():
            with open(self.cache / name, "wb") as file:
                file.truncate(60 << 20)
            os.utime(self.cache / name, (time.time() - age,) * 2)
        shutil.move(self.tree / "drivers/quiet", self.tree / "drivers/calm")
        self.assert_same()
        self.assertEqual({file.name for file in self.kept()},
                         {own, "scan-00000000000000aa", "scan-00000000000000cc"})

    def test_use_is_noted(self):
        self.assert_same()
        file = self.kept()[0]
        os.utime(file, (time.time() - 7200,) * 2)
        self.assert_same()
        self.assertLess(time.time() - file.stat().st_mtime, 600)

    def test_dead_files_go(self):
        self.cache.mkdir()
        for name, age in ((".scan-abcdef", 7200), (".scan-ghijkl", 60)):
            file = self.cache / name
            file.write_bytes(b"unfinished")
            os.utime(file, (time.time() - age,) * 2)
        self.assert_same()
        self.assertEqual([file.name for file in self.cache.glob(".scan-*")], [".scan-ghijkl"])


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

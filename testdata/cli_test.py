#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The command line: statuses, errors in one line, interruption, bytes that do not vary.

usage: cli_test.py PFNCHECK [TEST...]
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

import end_to_end
import fake_tree
from end_to_end import Case, children, is_running, slow, wait_until

ODD = "drivers/odd/odd.c"
BOTH = {"bad_ops": "violation", "good_ops": "pass"}
SLOW = {"drivers/aaa/slow.c": slow() + fake_tree.exporter("aaa")}


class Statuses(Case):
    def test_findings(self):
        self.assertEqual(self.audit().status, 1)

    def test_nothing_found(self):
        shutil.rmtree(self.tree / "drivers/bad")
        self.assertEqual(self.audit().status, 0)

    def test_no_exporter(self):
        shutil.rmtree(self.tree / "drivers")
        report, _ = self.report(status=0)
        self.assertEqual(report["routes"], [])
        self.assertEqual(report["coverage"]["exporters"], 0)

    def test_fail_on(self):
        for level, status in (("note", 1), ("warning", 1), ("error", 1), ("none", 0)):
            self.assertEqual(self.audit("--fail-on", level).status, status, level)
        # Not decided is a warning.
        shutil.rmtree(self.tree / "drivers/bad")
        self.write(ODD, fake_tree.exporter("odd", "return odd_unknown(vma);"))
        for level, status in (("note", 1), ("warning", 1), ("error", 0), ("none", 0)):
            self.assertEqual(self.audit("--fail-on", level).status, status, level)

    def test_version_and_help(self):
        for words in (["--version"], ["help"], ["help", "audit"], ["audit", "--help"]):
            result = self.run_words([end_to_end.program] + words)
            self.assertEqual((result.status, result.err), (0, ""), str(result))
            self.assertTrue(result.out)


class Against(Case):
    """Only what is new is reported and decides the status."""

    def save(self):
        file = self.directory / "saved.json"
        self.assertEqual(self.audit("--format=json", "--output", file).status, 1)
        return file

    def test_nothing_new(self):
        report, _ = self.report("--against", self.save(), status=0)
        self.assertTrue(all(route["known"] for route in report["routes"]))
        self.assertFalse(any(route["findings"] for route in report["routes"]))

    def test_new_finding(self):
        saved = self.save()
        self.write("drivers/flip/flip.c", fake_tree.FLIP_C)
        self.write("drivers/flip/flip.h", fake_tree.FLIP_H % fake_tree.FLIP_BAD)
        report, _ = self.report("--against", saved, status=1)
        new = [route["ops"]["name"] for route in report["routes"] if not route["known"]]
        self.assertIn("flip_ops", new)
        self.assertNotIn("bad_ops", new)

    def test_moved_lines_are_not_new(self):
        saved = self.save()
        self.write("drivers/bad/bad.c", "\n" * 20 + fake_tree.BAD_C)
        self.report("--against", saved, status=0)

    def test_fixed(self):
        saved = self.save()
        shutil.rmtree(self.tree / "drivers/bad")
        self.report("--against", saved, status=0)

    def test_bad_files(self):
        file = self.directory / "saved.json"
        self.assert_refused(self.audit("--against", file), str(file))
        for text in ("", "{", "[]", "{}", '{"schema": 1, "routes": 3}', '{"schema": 99}', "\0"):
            file.write_text(text)
            self.assert_refused(self.audit("--against", file), str(file))
        self.assert_refused(self.audit("--against", self.directory), str(self.directory))


class Refusals(Case):
    """What cannot be run says so in one line."""

    def test_usage(self):
        for words, said in (
                ([], "help"),
                (["frobnicate"], "frobnicate"),
                (["audit", "--frobnicate"], "--frobnicate"),
                (["audit", "-Z"], "-Z"),
                (["audit", "--format=xml", "."], "xml"),
                (["audit", "--dump=soup", "."], "soup"),
                (["audit", "--fail-on=whim", "."], "whim"),
                (["audit", "-j0", "."], "-j"),
                (["audit", "--output"], "--output"),
                (["audit", "a", "b"], "b"),
                (["--format=json", "audit"], "--format=json")):
            self.assert_refused(self.run_words([end_to_end.program] + words), said)

    def test_no_such_path(self):
        self.assert_refused(self.audit(tree=self.directory / "none"), "none", "No such file")

    def test_not_a_kernel_tree(self):
        empty = self.directory / "empty"
        empty.mkdir()
        self.assert_refused(self.audit(tree=empty), str(empty), "not a kernel tree")
        self.assert_refused(self.audit(tree=self.tree / "Makefile"), "not a directory")
        self.write("Makefile", "all:\n")
        self.assert_refused(self.audit(), "not a kernel tree")

    def test_incomplete_tree(self):
        (self.tree / "include/linux/mm.h").unlink()
        self.assert_refused(self.audit(), "include/linux/mm.h", "complete")

    def test_control_characters_are_not_echoed(self):
        result = self.audit(tree=self.directory / "a\x1b[31mb\nc")
        self.assert_refused(result, "No such file")
        self.assertNotIn("\x1b", result.err)

    def test_arch(self):
        self.assert_refused(self.audit("--arch=vax"), "vax", "x86")

    def test_build_directory(self):
        self.assert_refused(self.audit("--build", self.directory / "none"), "none")
        self.assert_refused(self.audit("--build", self.tree / "drivers"), ".config")

    def test_config(self):
        self.assert_refused(self.audit("--config", self.directory / "none"), "none")

    def test_output_is_looked_at_first(self):
        for option in ("--output", "--stats"):
            result = self.audit(option, self.directory / "none/file")
            self.assert_refused(result, str(self.directory / "none/file"))
        self.assertFalse(self.cache.exists())
        self.assert_refused(self.audit("--output", self.directory), "directory")

    def test_full_output(self):
        for options in ((), ("--format=json",), ("--dump=judge",)):
            with open("/dev/full", "wb") as full:
                result = self.audit(*options, stdout=full)
            self.assert_refused(result, "standard output")
        self.assert_refused(self.audit("--output", "/dev/full"), "/dev/full")

    def test_closed_output(self):
        words = self.command()
        result = self.run_words(["sh", "-c", 'exec "$@" >&-', "sh"] + words)
        self.assert_refused(result, "standard output")

    def test_devices_stay_devices(self):
        device = self.directory / "fifo"
        os.mkfifo(device)
        run = self.start("--output", device, "--fail-on=none")
        with open(device, "rb") as reader:
            text = reader.read()
        self.assertEqual(run.end().status, 0)
        self.assertIn(b"bad_ops", text)
        self.assertTrue(device.is_fifo())

    def test_cache_that_cannot_be(self):
        file = self.directory / "file"
        file.write_text("")
        self.assert_refused(self.audit(cache=file), str(file), "--cache")
        self.assert_refused(self.audit(cache=file / "below"), "--cache")

    def test_compile_commands(self):
        file = self.tree / "compile_commands.json"
        for text in ("", "{", "[", "null", '{"a": 1}', "[1]", "[{}]", '[{"file": 1}]',
                     '[{"file": "drivers/bad/bad.c", "directory": "/", "command": 3}]',
                     "\0\0"):
            file.write_text(text)
            result = self.audit()
            self.assert_refused(result, "compile_commands.json")

    def test_kbuild_that_fails(self):
        if shutil.which("make") is None:
            self.skipTest("no make")
        self.assert_refused_last(self.audit(kbuild=True), "configuring")
        self.write("Makefile", fake_tree.MAKEFILE + "%:\n\t@echo broken tree; false\n")
        self.assert_refused_last(self.audit(kbuild=True), "broken tree")
        self.assert_sound()

    def assert_refused_last(self, result, *words):
        """As assert_refused(), below what is said about the way there."""
        lines = result.err.splitlines(keepends=True)
        self.assertTrue(lines, str(result))
        result.err = lines[-1]
        self.assert_refused(result, *words)


class Permissions(Case):
    def test_tree(self):
        self.tree.chmod(0o700)
        self.cache.mkdir()
        self.cache.chmod(0o777)
        self.assert_refused(self.as_nobody(), str(self.tree), "permission")

    def test_directory_and_file(self):
        self.write(ODD, fake_tree.exporter("odd")).chmod(0o600)
        self.write("drivers/shut/shut.c", fake_tree.exporter("shut"))
        (self.tree / "drivers/shut").chmod(0o700)
        self.cache.mkdir()
        self.cache.chmod(0o777)
        result = self.as_nobody("--format=json")
        self.assertEqual(result.status, 1, str(result))
        report = json.loads(result.out)
        self.assertEqual(self.verdicts(report), BOTH)
        self.assertEqual(set(self.failed(report)), {ODD, "drivers/shut"})

    def test_header(self):
        (self.tree / "drivers/bad/bad.h").chmod(0o600)
        self.cache.mkdir()
        self.cache.chmod(0o777)
        result = self.as_nobody("--format=json")
        self.assertEqual(result.status, 1, str(result))
        report = json.loads(result.out)
        # Its fault handler hands out pages whatever stands in the header.
        self.assertIn(self.verdicts(report)["bad_ops"], ("unknown", "violation"))
        self.assertEqual(self.verdicts(report)["good_ops"], "pass")
        self.assertIn("drivers/bad/bad.c", self.failed(report))

    def test_cache(self):
        self.cache.mkdir(mode=0o755)
        result = self.as_nobody()
        self.assert_refused(result, str(self.cache))
        self.assertEqual(os.listdir(self.cache), [])

    def test_cache_made_by_another(self):
        self.assertEqual(self.audit().status, 1)
        before = fake_tree.state(self.cache)
        result = self.as_nobody("--format=json")
        # Whether it runs without the store or not at all, it says so in one line.
        self.assertIn(result.status, (1, 2), str(result))
        self.assertEqual(result.err.count("\n"), 1, str(result))
        if result.status == 1:
            self.assertEqual(self.verdicts(json.loads(result.out)), BOTH)
        self.assertEqual(fake_tree.state(self.cache), before)
        self.assert_sound()

    def test_output(self):
        self.cache.mkdir()
        self.cache.chmod(0o777)
        self.assert_refused(self.as_nobody("--output", self.directory / "out"), "out")


class FullCache(Case):
    def audit_in(self, size):
        """A run with a cache on a file system of that size; its result."""
        self.cache.mkdir()
        script = 'mount -t tmpfs -o size="$1" pfncheck "$2" && shift 2 && exec "$@"'
        wrap = ["unshare", "--mount"] + (["--map-root-user"] if os.geteuid() else [])
        probe = self.run_words(wrap + ["sh", "-c", script, "sh", "64k", str(self.cache), "true"])
        if probe.status:
            self.skipTest(f"cannot mount: {probe.err.strip()}")
        return self.run_words(wrap + ["sh", "-c", script, "sh", size, str(self.cache)] +
                              self.command("--format=json"))

    def test_full(self):
        # From no room at all to almost enough.
        for size in ("4k", "32k", "64k", "128k"):
            result = self.audit_in(size)
            self.assertIn(result.status, (1, 2), f"{size} {result}")
            # The store says that it does without, before whatever cannot.
            self.assertLessEqual(result.err.count("\n"), 2, f"{size} {result}")
            self.assertIn(str(self.cache), result.err.splitlines()[-1], f"{size} {result}")
            if result.status == 1:
                self.assertEqual(self.verdicts(json.loads(result.out)), BOTH)
            shutil.rmtree(self.cache)

    def test_file_size_limit(self):
        words = self.command("--format=json")
        result = self.run_words(["sh", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "sh"] + words)
        self.assertEqual(result.status, 1, str(result))
        self.assertEqual(self.verdicts(json.loads(result.out)), BOTH)
        self.assert_sound()


class OddFiles(Case):
    """A file that cannot be read is listed, and the run goes on."""

    def assert_listed(self, reason, name=ODD):
        report, result = self.report(status=1)
        self.assertEqual(result.err, "")
        failed = self.failed(report)
        self.assertEqual(list(failed), [name])
        self.assertIn(reason, failed[name])
        verdicts = self.verdicts(report)
        self.assertEqual({k: verdicts[k] for k in BOTH}, BOTH)
        text = self.audit().out
        self.assertIn(name, text)
        self.assertIn("1 failed", text)
        return report

    def link(self, target, name=ODD):
        (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, self.tree / name)

    def test_empty(self):
        self.write(ODD, "")
        self.assert_listed("empty")

    def test_binary(self):
        for content in (b"\x7fELF\0\0" + fake_tree.exporter("odd").encode(),
                        fake_tree.exporter("odd").encode() + b"\0", b"\0",
                        fake_tree.exporter("odd").encode("utf-16")):
            self.write(ODD, content)
            self.assert_listed("binary")

    def test_other_encodings(self):
        text = fake_tree.exporter("odd") + "/* \xe4 */\n"
        for content in (text.encode("latin-1"), b"\xef\xbb\xbf" + text.encode(),
                        text.replace("\n", "\r\n").encode(), text.rstrip().encode()):
            self.write(ODD, content)
            report, _ = self.report(status=1)
            self.assertEqual(self.verdicts(report), {**BOTH, "odd_ops": "reject"})

    def test_dangling(self):
        self.link("nowhere.c")
        self.assert_listed("dangling")

    def test_loop(self):
        self.link("odd.c")
        self.assert_listed("loop")

    def test_out_of_the_tree(self):
        outside = self.directory / "outside.c"
        outside.write_text(fake_tree.exporter("outside"))
        self.link(outside)
        self.assert_listed("out of the tree")

    def test_directory_out_of_the_tree(self):
        self.link(self.directory, "drivers/odd")
        self.assert_listed("out of the tree", "drivers/odd")

    def test_links_within(self):
        self.link("../good/good.c")
        self.link("..", "drivers/loop")
        report, result = self.report(status=1)
        self.assertEqual((self.verdicts(report), self.failed(report), result.err), (BOTH, {}, ""))

    def test_not_files(self):
        os.makedirs(self.tree / "drivers/odd")
        os.mkfifo(self.tree / ODD)
        self.assert_listed("not a regular file")
        (self.tree / ODD).unlink()
        here = os.getcwd()
        os.chdir(self.tree / "drivers/odd")
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("odd.c")
        os.chdir(here)
        self.assert_listed("not a regular file")
        (self.tree / ODD).unlink()
        (self.tree / ODD).mkdir()
        self.assertEqual(self.failed(self.report()[0]), {})

    def test_name_that_is_not_text(self):
        name = os.fsencode(self.tree / "drivers") + b"/odd\xff\n\x1b.c"
        with open(name, "w", encoding="utf-8") as file:
            file.write(fake_tree.exporter("odd"))
        report, _ = self.report(status=1)
        verdicts = self.verdicts(report)
        self.assertEqual({k: verdicts[k] for k in BOTH}, BOTH)
        self.assertIn("odd_ops", verdicts)
        self.assertNotIn("\x1b", self.audit().out)

    def test_missing_header(self):
        self.write(ODD, fake_tree.exporter("odd").replace("\n\n", '\n#include "odd.h"\n\n', 1))
        self.assert_listed("'odd.h' file not found")


class Changes(Case):
    """The tree changes under a run."""

    more = SLOW

    def run_while(self, change):
        """A run in which change comes between the scan and the reading of most files."""
        run = self.start("--format=json", "-j1")
        workers = run.wait_for_worker()
        change()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        return run.end()

    def verdicts_of(self, result):
        self.assertEqual(result.status, 1, str(result))
        return self.verdicts(json.loads(result.out))

    def test_file_vanishes(self):
        result = self.run_while(lambda: (self.tree / "drivers/good/good.c").unlink())
        self.assertEqual(self.verdicts_of(result), {
            "aaa_ops": "unknown", "bad_ops": "violation", "good_ops": "unknown"})
        failed = self.failed(json.loads(result.out))
        self.assertEqual(set(failed), {"drivers/aaa/slow.c", "drivers/good/good.c"})

    def test_file_changes(self):
        result = self.run_while(
            lambda: self.write("drivers/good/good.c", fake_tree.exporter("good", "return -22;")))
        self.assertIn(self.verdicts_of(result)["good_ops"], ("pass", "reject"))
        shutil.rmtree(self.tree / "drivers/aaa")
        # What was read is not kept for what was there before or after.
        report, _ = self.report()
        self.assertEqual(self.verdicts(report)["good_ops"], "reject")
        self.assert_sound()

    def test_header_changes(self):
        result = self.run_while(
            lambda: self.write("drivers/bad/bad.h", "#define BAD_FLAGS VM_PFNMAP\n"))
        self.assertEqual(self.verdicts_of(result)["bad_ops"], "violation")
        shutil.rmtree(self.tree / "drivers/aaa")
        self.assert_sound()

    def test_directory_vanishes(self):
        result = self.run_while(lambda: shutil.rmtree(self.tree / "drivers/good"))
        self.assertEqual(self.verdicts_of(result)["good_ops"], "unknown")
        self.assertEqual(self.verdicts_of(result)["bad_ops"], "violation")

    def test_tree_vanishes(self):
        result = self.run_while(lambda: shutil.rmtree(self.tree))
        self.assertEqual(set(self.verdicts_of(result).values()), {"unknown"})
        fake_tree.make(self.tree)
        self.assert_sound()


class Interruption(Case):
    more = SLOW

    def assert_ended(self, run, workers, seconds=2):
        begun = time.monotonic()
        result = run.end()
        self.assertLess(time.monotonic() - begun, seconds * (5 if end_to_end.SANITIZED else 1))
        wait_until(lambda: not any(is_running(worker) for worker in workers), 2, "workers end")
        return result

    def assert_partial(self, result):
        """One line on standard error besides the times, the report is a partial one."""
        self.assertEqual(result.status, 3, str(result))
        said = [line for line in result.err.splitlines() if not line.endswith(" s")]
        self.assertEqual(len(said), 1, str(result))
        self.assertIn("interrupted", said[0])
        report = json.loads(result.out)
        self.assertEqual(report["stopped"], "interrupted")
        # Nobody got as far as knowing what is left out.
        self.assertEqual(report["left_out"], [])
        return report

    def test_extraction(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            run = self.start("--format=json", "-j2")
            workers = run.wait_for_worker()
            run.process.send_signal(number)
            report = self.assert_partial(self.assert_ended(run, workers))
            self.assertEqual(self.verdicts(report), {"aaa_ops": "unknown", **BOTH})
        shutil.rmtree(self.tree / "drivers/aaa")
        # What was ready when the signal came was kept.
        numbers, _ = self.stats()
        self.assertEqual(numbers["files_extracted"], 0)
        self.assert_sound()

    def test_whole_group(self):
        """As a terminal does it."""
        run = self.start("--format=json", "-j1", start_new_session=True)
        workers = run.wait_for_worker()
        os.killpg(run.process.pid, signal.SIGINT)
        report = self.assert_partial(self.assert_ended(run, workers))
        self.assertEqual(set(self.verdicts(report).values()), {"unknown"})
        self.assertEqual(self.failed(report), {})
        shutil.rmtree(self.tree / "drivers/aaa")
        self.assert_sound()

    def test_text(self):
        run = self.start()
        workers = run.wait_for_worker()
        run.process.send_signal(signal.SIGINT)
        result = self.assert_ended(run, workers)
        self.assertEqual(result.status, 3)
        self.assertIn("stopped early", result.out)
        self.assertIn("\nnot reached: drivers/aaa/slow.c\n", result.out)

    def test_dump(self):
        run = self.start("--dump=judge")
        workers = run.wait_for_worker()
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(self.assert_ended(run, workers).status, 3)

    def test_time_is_up(self):
        place = self.directory / "tmp"
        place.mkdir()
        for words, known in ((("--format=json",), True), (("--format=sarif",), False),
                             (("--format=text",), False), (("--format=gcc",), False)):
            run = self.start(*words, "--timeout=3", "-j2", env={"TMPDIR": str(place)})
            workers = run.wait_for_worker()
            result = run.end()
            self.assertLess(result.seconds, 5 * (5 if end_to_end.SANITIZED else 1))
            wait_until(lambda: not any(is_running(worker) for worker in workers), 2, "an end")
            self.assertEqual(result.status, 3, str(result))
            self.assertNotIn("Traceback", result.err)
            self.assertIn("bad_ops", result.out)
            if known:
                report = json.loads(result.out)
                self.assertEqual(report["stopped"], "time limit")
                self.assertEqual(self.verdicts(report), {"aaa_ops": "unknown", **BOTH})
                self.assertEqual(self.failed(report), {})
                self.assertEqual(report["coverage"]["files_not_reached"], ["drivers/aaa/slow.c"])
                self.assertEqual(result.err.count("\n"), 1 + sum(
                    line.endswith(" s") for line in result.err.splitlines()), result.err)
                self.assertIn("--timeout", result.err)
            self.assertEqual(os.listdir(place), [])

    def test_time_is_up_before_anything_is_known(self):
        if shutil.which("make") is None:
            self.skipTest("no make")
        self.write("Makefile", fake_tree.MAKEFILE + "%:\n\t@sleep 600\n")
        for form in end_to_end.FORMATS:
            output = self.directory / f"out.{form}"
            run = self.start(words=self.command("--timeout=2", f"--format={form}", "--output",
                                                output if form in ("text", "sarif") else "-",
                                                kbuild=True))
            run.wait_for("configuring")
            wait_until(lambda run=run: children(run.process.pid), 20, "make")
            below = end_to_end.descendants(run.process.pid)
            result = self.assert_ended(run, below, 4)
            self.assertEqual(result.status, 3, str(result))
            self.assertIn("nothing is known yet", result.err.splitlines()[-1])
            text = output.read_text() if output.exists() else result.out
            self.assert_nothing_known(form, text, "tree", "nothing was analysed")
        self.assertEqual(sorted(os.listdir(self.directory)),
                         ["cache", "out.sarif", "out.text", "tree"])
        # No saved audit to compare with.
        saved = self.directory / "saved.json"
        run = self.start(words=self.command("--timeout=1", "--format=json", "--output", saved,
                                            kbuild=True))
        self.assertEqual(run.end().status, 3)
        self.assert_refused(self.audit("--against", saved), "saved.json", "was stopped")

    def test_time_is_up_before_there_can_be_a_report(self):
        if shutil.which("make") is None:
            self.skipTest("no make")
        self.write("Makefile", fake_tree.MAKEFILE + "%:\n\t@sleep 600\n")
        words = self.command("--timeout=1", "--dump=judge", kbuild=True)
        result = self.start(words=words).end()
        self.assertEqual((result.status, result.out), (3, ""), str(result))
        self.assertIn("nothing is known yet", result.err.splitlines()[-1])
        output = self.directory / "gone/report"
        output.parent.mkdir()
        run = self.start(words=self.command("--timeout=2", "--output", output, kbuild=True))
        run.wait_for("configuring")
        output.parent.rmdir()
        result = run.end()
        self.assertEqual((result.status, result.out), (2, ""), str(result))
        self.assertIn("cannot write", result.err.splitlines()[-1])

    def test_configuring(self):
        if shutil.which("make") is None:
            self.skipTest("no make")
        self.write("Makefile", fake_tree.MAKEFILE + "%:\n\t@sleep 600\n")
        for group in (False, True):
            run = self.start(words=self.command(kbuild=True), start_new_session=True)
            run.wait_for("configuring")
            wait_until(lambda run=run: children(run.process.pid), 20, "make")
            time.sleep(0.5)
            below = end_to_end.descendants(run.process.pid)
            if group:
                os.killpg(run.process.pid, signal.SIGINT)
            else:
                run.process.send_signal(signal.SIGINT)
            result = self.assert_ended(run, below)
            self.assertEqual((result.status, result.out), (2, ""), str(result))
            self.assertIn("interrupted", result.err.splitlines()[-1])
        self.write("Makefile", fake_tree.MAKEFILE)
        shutil.rmtree(self.tree / "drivers/aaa")
        self.assert_sound()

    def test_killed(self):
        """Workers do not outlive a run that cannot say goodbye."""
        run = self.start()
        workers = run.wait_for_worker()
        run.process.kill()
        self.assert_ended(run, workers)
        shutil.rmtree(self.tree / "drivers/aaa")
        self.assert_sound()

    def test_reader_gone(self):
        """pfncheck | head"""
        run = self.run_words(["sh", "-c", '"$@" | true', "sh"] +
                             self.command("--format=json", tree=fake_tree.make(
                                 self.directory / "other")))
        self.assertEqual((run.status, run.err), (0, ""))


class Bytes(Case):
    """The same tree, the same bytes."""

    more = {f"drivers/many/many{i}.c": fake_tree.exporter(
        f"many{i}", "return shared_mmap(vma);" if i % 3 else "return -22;")
        .replace("\n\n", "\nint shared_mmap(struct vm_area_struct *vma);\n\n", 1)
        for i in range(12)}
    more["drivers/many/shared.c"] = """\
#include <linux/dma-buf.h>
int shared_mmap(struct vm_area_struct *vma)
{
	if (vma->vm_pgoff)
		return -22;
	return vm_insert_page(vma, vma->vm_start, 0);
}
"""
    formats = (("--format=json",), ("--format=text", "-v"), ("--dump=extract",),
               ("--dump=program",), ("--dump=trace",), ("--dump=judge",), ("--dump=store",))

    def all_of(self, *options, **more):
        return {words: self.audit(*words, *options, **more).out for words in self.formats}

    def test_jobs(self):
        one = self.all_of("-j1", cache=self.directory / "one")
        four = self.all_of("-j4", cache=self.directory / "four")
        self.assertEqual(one, four)

    def test_warm(self):
        for words in self.formats:
            cache = self.directory / ("cache" + words[0].replace("=", ""))
            cold = self.audit(*words, cache=cache)
            warm = self.audit(*words, cache=cache)
            without = self.audit(*words, "--no-cache", cache=cache)
            self.assertEqual(cold.out, warm.out)
            self.assertEqual(cold.out, without.out)

    def test_order_of_files(self):
        names = sorted(list(fake_tree.FILES) + list(self.more))
        other = self.directory / "other/tree"
        for name in reversed(names):
            fake_tree.write(other, name, {**fake_tree.FILES, **self.more}[name])
        self.assertEqual(self.all_of(), self.all_of(tree=other, cache=self.directory / "else"))

    def test_ways_to_name_the_tree(self):
        want = self.audit("--format=json").out
        os.symlink(self.tree, self.directory / "link")
        for tree, where in ((".", self.tree), ("tree", self.directory), ("tree/", self.directory),
                            ("link", self.directory), ("../tree/./drivers/..", self.tree)):
            self.assertEqual(self.audit("--format=json", tree=tree, cwd=where).out, want, tree)
        words = [word for word in self.command("--format=json") if word != str(self.tree)]
        self.assertEqual(self.run_words(words, cwd=self.tree).out, want)

    def test_where_it_is_run(self):
        """Other language, time, place and width: the same bytes."""
        options = (("--format=json",), ("--format=text", "-v"), ("--format=junit",),
                   ("--format=markdown",))
        want = {words: self.audit(*words).out for words in options}
        place = self.directory / "elsewhere"
        place.mkdir()
        for env in ({"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"},
                    {"LC_ALL": "tr_TR.ISO-8859-9"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"},
                    {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/Adak"},
                    {"COLUMNS": "20", "LINES": "5"}, {"COLUMNS": "400"}, {"TERM": "dumb"},
                    {"TERM": None, "HOME": str(place), "USER": None, "PWD": "/"},
                    {"CFLAGS": "-DX", "CPATH": str(place), "C_INCLUDE_PATH": str(place)}):
            for words in options:
                result = self.audit(*words, env=env, cwd=place)
                self.assertEqual((result.out, [l for l in result.err.splitlines()
                                               if not l.endswith(" s")]),
                                 (want[words], []), str(env))

    def test_output(self):
        want = self.audit("--format=json")
        file = self.directory / "out.json"
        result = self.audit("--format=json", "--output", file)
        self.assertEqual((result.status, result.out, result.err), (want.status, "", ""))
        self.assertEqual(file.read_text(), want.out)
        self.assertEqual(self.audit("--format=json", "--output=-").out, want.out)
        self.assertEqual(sorted(os.listdir(self.directory)), ["cache", "out.json", "tree"])

    def test_tree_is_left_alone(self):
        before = fake_tree.state(self.tree)
        self.audit()
        self.audit("--no-cache")
        self.assertEqual(fake_tree.state(self.tree), before)

    def test_nothing_left_behind(self):
        place = self.directory / "tmp"
        place.mkdir()
        self.audit(env={"TMPDIR": str(place)})
        self.assertEqual(os.listdir(place), [])


class Fingerprints(Case):
    """What names a finding stays as long as the finding does."""

    more = {"drivers/twice/twice.c": """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

static vm_fault_t twice_fault(struct vm_fault *vmf)
{
	vmf->page = (struct page *)vmf->pgoff;
	return 0;
}

static const struct vm_operations_struct first_ops = { .fault = twice_fault };
static const struct vm_operations_struct second_ops = { .fault = twice_fault };

static int twice_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (dmabuf->size)
		vma->vm_ops = &first_ops;
	else
		vma->vm_ops = &second_ops;
	return 0;
}

const struct dma_buf_ops twice_ops = {
	.mmap = twice_mmap,
};

static int again_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (dmabuf->priv)
		return vm_insert_page(vma, vma->vm_start, 0);
	return vm_insert_page(vma, vma->vm_end, 0);
}

const struct dma_buf_ops again_twice_ops = {
	.mmap = again_mmap,
};
"""}

    def fingerprints(self, **more):
        """(route, rule, message) -> fingerprints in the order of their lines."""
        report, _ = self.report(**more)
        found = {}
        for route in report["routes"]:
            own = [finding["fingerprint"] for finding in route["findings"]]
            self.assertEqual(len(set(own)), len(own), route["findings"])
            for finding in route["findings"]:
                key = (route["id"], finding["rule"], finding["message"])
                found.setdefault(key, []).append(finding["fingerprint"])
        return found

    def test_none_is_shared(self):
        found = self.fingerprints()
        self.assertEqual(sorted(len(own) for own in found.values()), [1, 1, 1, 2, 2])

    def test_what_does_not_matter(self):
        want = self.fingerprints()
        text = self.more["drivers/twice/twice.c"]
        self.write("drivers/twice/twice.c", text.replace("\nstatic", "\n\n/* moved */\n\nstatic"))
        self.assertEqual(self.fingerprints(), want)
        other = fake_tree.make(self.directory / "else/where", self.more)
        self.assertEqual(self.fingerprints(tree=other, cache=self.directory / "fresh"), want)
        # Others come before and after it.
        for name in ("aaa", "zzz"):
            fake_tree.write(other, f"drivers/{name}/{name}.c",
                            text.replace("twice", name))
        now = self.fingerprints(tree=other)
        self.assertEqual({key: now[key] for key in want}, want)
        self.assertEqual(self.fingerprints(tree=other, cache=self.directory / "third"), now)
        every = [own for found in now.values() for own in found]
        self.assertEqual(len(set(every)), len(every))

    def test_against(self):
        """Of two that look alike one is new."""
        text = self.more["drivers/twice/twice.c"]
        self.write("drivers/twice/twice.c", text.replace("vma->vm_end, 0", "vma->vm_end, 0")
                   .replace("return vm_insert_page(vma, vma->vm_start, 0)", "return -22"))
        saved = self.directory / "saved.json"
        self.audit("--format=json", "--output", saved)
        self.write("drivers/twice/twice.c", text)
        report, _ = self.report("--against", saved, status=1)
        self.assertEqual([(f["rule"], len(r["findings"])) for r in report["routes"]
                          for f in r["findings"]], [("page-insert", 1)])


class Terminal(Case):
    def test_not_a_terminal(self):
        result = self.audit()
        self.assertNotIn("\x1b", result.out)
        self.assertEqual(result.err, "")

    def test_terminal(self):
        shown = self.on_terminal()
        self.assertEqual(shown.status, 1)
        self.assertIn("\x1b[3", shown.out)

    def test_progress(self):
        self.assertIn("\r\x1b[K", self.on_terminal().out)

    def test_no_color(self):
        shown = self.on_terminal(env={"NO_COLOR": "1"})
        self.assertNotRegex(shown.out, r"\x1b\[[0-9;]*m")
        self.assertRegex(self.on_terminal(env={"NO_COLOR": ""}).out, r"\x1b\[[0-9;]*m")
        self.assertNotRegex(self.on_terminal(env={"TERM": "dumb"}).out, r"\x1b\[[0-9;]*m")

    def test_color_option(self):
        self.assertIn("\x1b[", self.audit("--color=always").out)
        self.assertNotRegex(self.on_terminal("--color=never").out, r"\x1b\[[0-9;]*m")
        self.assertIn("\x1b[", self.audit("--color=always", env={"NO_COLOR": "1"}).out)

    def test_json_has_no_colour(self):
        self.assertNotIn("\x1b", self.audit("--format=json", "--color=always").out)

    def test_verbose(self):
        result = self.audit("-v")
        for stage in ("tree", "scan", "extract", "judge"):
            self.assertIn(f"pfncheck: {stage}: ", result.err)


if __name__ == "__main__":
    end_to_end.main()

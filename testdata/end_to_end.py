# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the whole program share: a tree, a cache, runs and their results.

A runner's first argument is the program, or PFNCHECK in the environment names it.
Trees are read with --no-kbuild, so that a run takes a fraction of a second.
"""

import html
import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

import fake_tree

SOURCE = Path(__file__).resolve().parents[1]
SANITIZED = bool(os.environ.get("PFNCHECK_SANITIZE"))
# The machine may be busy with other tests.
PATIENCE = 240 if SANITIZED else 120
NOBODY = 65534
SKIPPED = 77

program = None


class Result:
    """What a run left behind."""

    def __init__(self, status, out, err, seconds=0.0):
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds

    def __str__(self):
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


def environment(more=None):
    """The environment of runs: none of what changes output comes from outside."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "XDG_CACHE_HOME")}
    kept.update({"LC_ALL": "C.UTF-8", "TERM": "xterm"})
    kept.update(more or {})
    return {k: v for k, v in kept.items() if v is not None}


def children(pid):
    """Processes that pid started and has not buried."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child] + descendants(child)
    return found


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until(condition, seconds, what):
    """Waits for condition to hold; its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


class Running:
    """A run under way, whose messages can be waited for."""

    def __init__(self, command, env=None, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment(env), **options)
        self.begun = time.monotonic()
        self.kept = {"out": b"", "err": b""}
        self.threads = []
        for name, stream in (("out", self.process.stdout), ("err", self.process.stderr)):
            thread = threading.Thread(target=self.read, args=(name, stream), daemon=True)
            thread.start()
            self.threads.append(thread)

    def read(self, name, stream):
        with stream:
            while data := os.read(stream.fileno(), 65536):
                self.kept[name] += data

    def wait_for(self, text, seconds=PATIENCE):
        """Waits until text stands in the messages."""
        wait_until(lambda: text.encode() in self.kept["err"] or self.process.poll() is not None,
                   seconds, f"'{text}' in {self.kept['err']}")
        if text.encode() not in self.kept["err"]:
            raise AssertionError(f"ended without '{text}': {self.kept}")

    def wait_for_worker(self):
        """Waits until a worker has been at work for a moment; all processes there are."""
        self.wait_for("scan: ")
        wait_until(lambda: descendants(self.process.pid), PATIENCE, "a worker")
        time.sleep(0.5)
        return descendants(self.process.pid)

    def end(self, seconds=PATIENCE):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        took = time.monotonic() - self.begun
        for thread in self.threads:
            thread.join(10)
        return Result(self.process.returncode, self.kept["out"].decode("utf-8", "replace"),
                      self.kept["err"].decode("utf-8", "replace"), took)


class Case(unittest.TestCase):
    """A tree, an empty cache and a directory for both."""

    maxDiff = None
    # Files that the tree has besides fake_tree.FILES.
    more = {}
    # Whether runs have the semantic patches, so that what they print depends on spatch.
    coccinelle = False

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="pfncheck-test-"))
        self.addCleanup(self.remove, self.directory)
        # For those who are not root.
        self.directory.chmod(0o755)
        self.tree = fake_tree.make(self.directory / "tree", self.more)
        self.cache = self.directory / "cache"

    @staticmethod
    def remove(directory):
        for path, names, _ in os.walk(directory):
            for name in names:
                try:
                    os.chmod(os.path.join(path, name), 0o755, follow_symlinks=False)
                except (OSError, NotImplementedError):
                    pass
        shutil.rmtree(directory, ignore_errors=True)

    # Runs

    def command(self, *options, tree=None, cache=None, kbuild=False, binary=None):
        words = [str(binary or program), "audit", str(tree or self.tree)]
        if not self.coccinelle:
            words.append("--no-coccinelle")
        if not kbuild:
            words.append("--no-kbuild")
        words += ["--cache", str(cache or self.cache)]
        return words + [str(option) for option in options]

    def run_words(self, words, env=None, **options):
        begun = time.monotonic()
        options.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(words, stdout=options.pop("stdout", subprocess.PIPE),
                              stderr=subprocess.PIPE, env=environment(env), timeout=PATIENCE,
                              check=False, **options)
        return Result(done.returncode, (done.stdout or b"").decode("utf-8", "replace"),
                      done.stderr.decode("utf-8", "replace"), time.monotonic() - begun)

    def audit(self, *options, tree=None, cache=None, env=None, kbuild=False, **more):
        """A whole run, in which nothing may crash."""
        words = self.command(*options, tree=tree, cache=cache, kbuild=kbuild)
        result = self.run_words(words, env, **more)
        self.assertIn(result.status, (0, 1, 2, 3), str(result))
        self.assertNotIn("Sanitizer", result.err)
        self.assertNotIn("CRITICAL", result.err)
        self.assertNotIn("WARNING", result.err)
        return result

    def report(self, *options, status=None, **more):
        """The JSON of a run, and the run."""
        result = self.audit("--format=json", *options, **more)
        if status is not None:
            self.assertEqual(result.status, status, str(result))
        else:
            self.assertIn(result.status, (0, 1), str(result))
        return json.loads(result.out), result

    def stats(self, *options, **more):
        """The numbers of a run, and the run."""
        file = self.directory / "stats.json"
        result = self.audit("--stats", file, *options, **more)
        return json.loads(file.read_text()), result

    def start(self, *options, words=None, **more):
        return Running(words or self.command("-v", *options), **more)

    def as_nobody(self, *options, **more):
        """A run without root's rights, or a skipped test."""
        words = self.command(*options, **more)
        if os.geteuid():
            return self.run_words(words)
        # Where it was built may be closed to others.
        words[0] = str(self.directory / "pfncheck")
        if not os.path.exists(words[0]):
            shutil.copy(program, words[0])
        drop = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            probe = self.run_words([words[0], "--version"], **drop)
        except (OSError, subprocess.SubprocessError) as error:
            self.skipTest(f"cannot run without root's rights: {error}")
        if probe.status:
            self.skipTest(f"does not run without root's rights: {probe.err}")
        return self.run_words(words, {"HOME": str(self.directory)}, **drop)

    def on_terminal(self, *options, env=None):
        """A run whose output and messages go to a terminal: all that it shows."""
        master, slave = pty.openpty()
        process = subprocess.Popen(self.command(*options), stdin=slave, stdout=slave, stderr=slave,
                                   env=environment(env))
        os.close(slave)
        shown = b""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    data = os.read(master, 65536)
                except OSError:
                    break
                if not data:
                    break
                shown += data
        os.close(master)
        return Result(process.wait(PATIENCE), shown.decode(), "")

    # Expectations

    def assert_nothing_known(self, form, out, stage, what):
        """The report of a run that was stopped in a stage: no finding, and that it was."""
        if form == "json":
            report = json.loads(out)
            self.assertEqual((report["stopped"], report["stopped_in"], report["routes"],
                              report["left_out"]), ("time limit", stage, [], []))
            return
        self.assertIn(f"time limit, in the stage {stage}: {what}", html.unescape(out), form)
        if form == "sarif":
            (run,) = json.loads(out)["runs"]
            self.assertEqual(run["results"], [])
            (invocation,) = run["invocations"]
            self.assertFalse(invocation["executionSuccessful"])
            self.assertEqual([note["descriptor"]["id"] for note
                              in invocation["toolExecutionNotifications"]], ["stopped"])
        elif form in ("junit", "checkstyle"):
            root = ElementTree.fromstring(out)
            self.assertEqual(len(list(root.iter("error"))), 1, out)
        elif form == "b4":
            (result,) = json.loads(out)
            self.assertEqual(result["status"], "warn")
        elif form in ("gcc", "checkpatch"):
            self.assertEqual(out.count("\n"), 1, out)

    def assert_refused(self, result, *words):
        """One clear line with these words, and nothing else."""
        self.assertEqual(result.status, 2, str(result))
        self.assertEqual(result.out, "", str(result))
        self.assertEqual(result.err.count("\n"), 1, str(result))
        self.assertTrue(result.err.startswith("pfncheck: ") and result.err.endswith("\n"),
                        str(result))
        for word in words:
            self.assertIn(word, result.err, str(result))

    def assert_sound(self):
        """The cache, whatever happened: the right answer, and all of it is in the store."""
        database = sqlite3.connect(self.cache / "store.sqlite")
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()
        fresh, _ = self.report(cache=self.directory / "sound-cache")
        again, result = self.report()
        self.assertEqual(again, fresh)
        self.assertEqual(result.err, "")
        shutil.rmtree(self.directory / "sound-cache")
        numbers, _ = self.stats()
        self.assertEqual(numbers["files_extracted"], 0)

    @staticmethod
    def verdicts(report):
        return {route["ops"]["name"]: route["verdict"] for route in report["routes"]}

    @staticmethod
    def failed(report):
        return {entry["file"]: entry["reason"] for entry in report["coverage"]["files_failed"]}

    def write(self, name, text):
        return fake_tree.write(self.tree, name, text)


FORMATS = ("text", "json", "gcc", "sarif", "junit", "checkstyle", "markdown", "b4", "checkpatch")


def slow(level=32):
    """Text that takes a preprocessor long but little memory: 2**level words of sum."""
    lines = ["#define SUM0 1"]
    lines += [f"#define SUM{i} SUM{i - 1} + SUM{i - 1}" for i in range(1, level + 1)]
    return "\n".join(lines + [f"#if SUM{level}", "#endif", ""])


def main():
    """Runs the tests of the calling file; 77 if nothing could be run."""
    global program
    words = sys.argv[1:]
    program = os.environ.get("PFNCHECK")
    if words and not words[0].startswith("-") and os.path.sep in words[0]:
        program = words.pop(0)
    if not program or not os.access(program, os.X_OK):
        print(f"usage: {sys.argv[0]} PFNCHECK [TEST...]", file=sys.stderr)
        sys.exit(2)
    program = os.path.abspath(program)
    # Tests of "signal" only make sense where it is not ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The helpers are one module, however they are imported.
    sys.modules.setdefault("end_to_end", sys.modules[__name__])
    ran = unittest.main(module="__main__", argv=[sys.argv[0]] + words, exit=False, verbosity=1)
    result = ran.result
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(SKIPPED)
    sys.exit(not result.wasSuccessful())

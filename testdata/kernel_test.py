#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A whole kernel: verdicts against audited ones, and what must not depend on the run.

usage: kernel_test.py PFNCHECK [TEST...]

The kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh unpacked; without
either the test is skipped. What another run configured is taken over.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from itertools import zip_longest
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import SKIPPED, SOURCE, environment

# What is demanded of the verdicts: the share that is right, and how many rows
# may be wrong or lack something.
MIN_RIGHT = 1.0
MAX_MISS = 0
MAX_ALARM = 0
MAX_LACKING = 0

# Files below these must not fail.
SOUND = ("drivers/gpu/drm/amd/", "drivers/gpu/drm/i915/")

# spatch, with what it reports kept in a file for each process.
LOGGING = """\
#!/bin/sh
[ "$1" != --version ] || exec {spatch} --version
{spatch} "$@" | tee {log}/$$
"""

# For one run, on a busy machine.
SECONDS = 600

AUDITED = SOURCE / "testdata/kernels/linux-6.12.tsv"
# What the semantic patches report on that kernel, and where the two engines differ.
REPORTED = SOURCE / "testdata/kernels/linux-6.12.report"
DIFFERENCES = SOURCE / "testdata/kernels/linux-6.12.engines"
SCHEMA = SOURCE / "checker/audit.schema.json"
SCHEMA_TEST = SOURCE / "testdata/schema_test.py"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pfncheck"
KERNEL = Path(os.environ.get("PFNCHECK_KERNEL") or CACHE / "linux-source-6.12")

BAD = ("violation", "conditional")


#
# Verdicts against audited ones. A row of the table is one object, or one object
# with one table behind it; several routes can end on a row.
#

def read_audited():
    with open(AUDITED, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def key_of(row):
    return row["ops_file"], row["ops"], row["table"]


def row_for(route, keys):
    """The row that a route belongs to: that of its last table, or of the object."""
    where = route["ops"]["file"], route["ops"]["name"]
    tables = [table["name"].rpartition(".")[2] for table in route["tables"]]
    for name in tables[::-1] + ["-"]:
        if (*where, name) in keys:
            return (*where, name)
    return None


def joined(verdicts):
    """One verdict for all routes of a row, as one is made of the paths of a route."""
    verdicts = set(verdicts)
    if not verdicts:
        return "absent"
    for empty in ("reject", "forward"):
        if len(verdicts) > 1:
            verdicts.discard(empty)
    if "unknown" in verdicts:
        return "unknown"
    if len(verdicts) > 1 and verdicts.intersection(BAD):
        return "conditional"
    return min(verdicts)


def judged(expected, found):
    """How a verdict compares to the audited one; a miss is the worst."""
    if found == expected:
        return "right"
    if found == "unknown":
        return "undecided"
    if expected in BAD:
        return "blurred" if found in BAD else "miss"
    return "alarm" if found in BAD else "blurred"


def lacking(row, routes):
    """The conditions and rules of a row that none of its routes has."""
    def wanted(column):
        return [word for word in row[column].split(";") if word != "-"]

    def squeezed(text):
        return "".join(text.split())

    said = [squeezed(entry["expr"]) for route in routes
            for entry in route["conditions"] + route["guards"]]
    rules = {finding["rule"] for route in routes for finding in route["findings"]}
    return ([word for word in wanted("conditions")
             if not any(squeezed(word) in text for text in said)] +
            [rule for rule in wanted("findings") if rule not in rules])


def score(rows, routes):
    """How many rows are right, missed and so on, and a line for each that is not right."""
    counts = dict.fromkeys(("scored", "right", "miss", "alarm", "blurred", "undecided",
                            "lacking"), 0)
    lines = []
    landed = {key_of(row): [] for row in rows}
    for route in routes:
        key = row_for(route, landed)
        if key:
            landed[key].append(route)
        elif route["verdict"] in BAD:
            counts["alarm"] += 1
            lines.append(f"alarm: {route['id']}: {route['verdict']}, on no audited row")

    for row in rows:
        if row["scored"] != "yes":
            continue
        ended = landed[key_of(row)]
        found = joined(route["verdict"] for route in ended)
        kind = judged(row["verdict"], found)
        name = f"{row['ops']} [{row['table']}]"
        counts["scored"] += 1
        counts[kind] += 1
        if kind != "right":
            lines.append(f"{kind}: {name}: {found}, not {row['verdict']}")
        lack = lacking(row, ended) if found not in ("absent", "unknown") else []
        if lack:
            counts["lacking"] += 1
            lines.append(f"lacking: {name}: {', '.join(lack)}")
    return counts, lines


#
# Runs
#

def take_configurations(source, target):
    """Copies what is configured in one cache to another, so that it is not done again."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("conf-*"):
        if path.is_dir() and ".part." not in path.name:
            shutil.copytree(path, target / path.name, symlinks=True)


def run(cache, out, *options, spatch=None):
    """A run whose output goes to a file; its messages. spatch: has the semantic patches, too."""
    words = [end_to_end.program, "audit", str(KERNEL), "--cache", str(cache), *options]
    if not spatch:
        words.append("--no-coccinelle")
    with open(out, "wb") as file:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
                              env=environment({"PFNCHECK_SPATCH": spatch}), timeout=SECONDS,
                              check=False)
    messages = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 1):
        raise AssertionError(f"{' '.join(options)}: status {done.returncode}\n{messages}")
    return messages


def audit(cache, name):
    """An audit: its report as bytes, its numbers and its messages."""
    out = cache.parent / f"{name}.json"
    stats = cache.parent / f"{name}.stats"
    messages = run(cache, out, "--format=json", "--stats", str(stats))
    return out.read_bytes(), json.loads(stats.read_text(encoding="utf-8")), messages


class Kernel(unittest.TestCase):
    maxDiff = 10000

    @classmethod
    def setUpClass(cls):
        directory = Path(tempfile.mkdtemp(prefix="pfncheck-kernel-"))
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        cls.directory = directory
        cls.before = fake_tree.state(KERNEL)

        cache = directory / "cache"
        take_configurations(CACHE, cache)
        cls.cold, cls.cold_stats, cls.messages = audit(cache, "cold")
        cls.warm, cls.warm_stats, _ = audit(cache, "warm")
        run(cache, directory / "facts", "--dump=extract")

        other = directory / "other"
        take_configurations(cache, other)
        run(other, directory / "facts-no-pch", "--dump=extract", "--no-pch")

        cls.after = fake_tree.state(KERNEL)
        cls.report = json.loads(cls.cold)
        cls.failed = {entry["file"]: entry["reason"]
                      for entry in cls.report["coverage"]["files_failed"]}

    def test_messages(self):
        for word in ("CRITICAL", "WARNING", "Sanitizer"):
            self.assertNotIn(word, self.messages)

    def test_verdicts(self):
        counts, lines = score(read_audited(), self.report["routes"])
        said = "\n".join([f"{KERNEL}: {counts}"] + lines)
        self.assertGreater(counts["scored"], 0)
        self.assertGreaterEqual(counts["right"] / counts["scored"], MIN_RIGHT, said)
        self.assertLessEqual(counts["miss"], MAX_MISS, said)
        self.assertLessEqual(counts["alarm"], MAX_ALARM, said)
        self.assertLessEqual(counts["lacking"], MAX_LACKING, said)

    def test_every_object_is_found(self):
        found = {(route["ops"]["file"], route["ops"]["name"]) for route in self.report["routes"]}
        self.assertEqual({key_of(row)[:2] for row in read_audited()} - found, set())

    @unittest.skipUnless(shutil.which("spatch"), "no spatch")
    def test_both_engines(self):
        """With the semantic patches: no verdict moves, and where they differ is written down."""
        log = self.directory / "reports"
        log.mkdir()
        stand_in = self.directory / "spatch"
        stand_in.write_text(LOGGING.format(spatch=shutil.which("spatch"), log=log))
        stand_in.chmod(0o755)
        out = self.directory / "both.json"
        run(self.directory / "cache", out, "--format=json", spatch=str(stand_in))
        report = json.loads(out.read_bytes())
        for name in ("routes", "left_out"):
            self.assertEqual(report[name], self.report[name])
        found = report["coverage"]["coccinelle"]
        self.assertEqual((found["failed"], found["reason"]), ([], None))

        # Files that it leaves out for the words in them have nothing to report.
        said = sorted(line.split(": ", 1)[1] for file in log.iterdir()
                      for line in file.read_text().splitlines() if line)
        every = sorted(line.split(": ", 2)[2] for line in REPORTED.read_text().splitlines())
        self.assertEqual(said, every)

        text = "".join(f"{kind}: {d['file']}: {d['rule']}, {d['name']}: "
                       f"clang: {d['clang']}; Coccinelle: {d['coccinelle']}\n"
                       for kind in ("only_clang", "only_coccinelle") for d in found[kind])
        if os.environ.get("PFNCHECK_UPDATE_GOLDENS") == "1":
            DIFFERENCES.write_text(text)
        self.assertEqual(text, DIFFERENCES.read_text())

    def test_schema(self):
        report = self.directory / "cold.json"
        done = subprocess.run([sys.executable, str(SCHEMA_TEST), str(SCHEMA), str(report)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=SECONDS, check=False)
        if done.returncode == SKIPPED:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_files(self):
        self.assertGreater(self.cold_stats["files_extracted"], 0)
        broken = {file: reason for file, reason in self.failed.items() if file.startswith(SOUND)}
        self.assertEqual(broken, {})

    def test_another_run(self):
        """From the store: the same bytes, and only what failed is read again."""
        self.assertTrue(self.warm == self.cold, "the second report differs from the first")
        self.assertLessEqual(self.warm_stats["files_extracted"], len(self.failed), self.failed)

    def test_scan_with_and_without_the_cache(self):
        dumps = []
        for name, *options in (("kept",), ("read", "--no-cache")):
            out = self.directory / f"{name}.scan"
            run(self.directory / "cache", out, "--dump=scan", *options)
            dumps.append(out.read_bytes())
        self.assertIn(b"\nobject\t", dumps[0])
        self.assertTrue(dumps[0] == dumps[1], "what is kept of the sources is not what they say")

    def test_precompiled_header(self):
        """What headers say does not depend on how they are read."""
        with open(self.directory / "facts", "rb") as one, \
                open(self.directory / "facts-no-pch", "rb") as two:
            for number, (left, right) in enumerate(zip_longest(one, two), 1):
                if left != right:
                    self.fail(f"line {number}: {left!r}, but without it {right!r}")
        self.assertGreater((self.directory / "facts").stat().st_size, 0)

    def test_arches(self):
        """Three architectures, without a cross compiler: no verdict is worse known than with one."""
        out = self.directory / "arches.json"
        cache = self.directory / "arches"
        take_configurations(CACHE, cache)
        run(cache, out, "--format=json", "--arch=x86,arm64,arm")
        report = json.loads(out.read_bytes())
        self.assertEqual([config["arch"] for config in report["configs"]],
                         ["x86", "arm64", "arm"])
        broken = [entry for entry in report["coverage"]["files_failed"]
                  if entry["file"] not in self.failed]
        self.assertEqual(broken, [])
        merged = {route["id"]: route for route in report["routes"]}
        self.assertEqual(len(merged), len(report["routes"]))
        for route in self.report["routes"]:
            self.assertIn(route["id"], merged)
            if route["verdict"] != "unknown":
                self.assertNotEqual(merged[route["id"]]["verdict"], "unknown", route["id"])
        self.assertIn([0, 1, 2], [route["configs"] for route in report["routes"]])
        counts, lines = score(read_audited(), report["routes"])
        said = "\n".join([f"{counts}"] + lines)
        self.assertGreaterEqual(counts["right"] / counts["scored"], MIN_RIGHT, said)
        self.assertLessEqual(counts["miss"], MAX_MISS, said)
        self.assertLessEqual(counts["alarm"], MAX_ALARM, said)

    def test_tree_is_untouched(self):
        changed = {path for path in self.before.keys() | self.after.keys()
                   if self.before.get(path) != self.after.get(path)}
        self.assertEqual(changed, set())


if __name__ == "__main__":
    if not (KERNEL / "Makefile").is_file():
        print(f"skipped: no kernel at {KERNEL}")
        sys.exit(SKIPPED)
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Mutants of a real kernel: what pfncheck says of each against what its row expects.

usage: run.py PFNCHECK [--alone] [--tree DIR] [--cache DIR] [--only ID,...] [FILE...]

The mutants are rows of FILE (default: all *.tsv beside this), drawn by draw.py.  The
kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh unpacked; without either the
test is skipped.  It is linked to another directory, where files are replaced.

Mutants of different drivers share an audit, --alone gives each its own.  All routes
that no mutant of an audit names must keep what was said of them, and no file may
stop to parse.  If something else moved, the audit's mutants are run in halves, until
it is known which did it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import rows
from edits import Mutant, NoSite
from end_to_end import SKIPPED, environment
from operators import CHANGES, OPERATORS, SAME
from sites import Tree

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pfncheck"
KERNEL = Path(os.environ.get("PFNCHECK_KERNEL") or CACHE / "linux-source-6.12")

# For one audit, on a busy machine.
SECONDS = 900
# What a suite must have, and how many expectations are turned round at its end.
MIN_MUTANTS, MIN_SAME, MIN_DRIVERS, FLIPPED = 60, 25, 3, 10


class Overlay:
    """The kernel's files by other links, so that one can be replaced and put back."""

    def __init__(self, kernel, directory):
        self.kernel = Path(kernel)
        self.root = directory
        if not (self.root / "Makefile").is_file():
            shutil.copytree(self.kernel, self.root, symlinks=True, copy_function=self.link)

    @staticmethod
    def link(source, target):
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target, follow_symlinks=False)

    def put(self, files):
        for path, text in files.items():
            target = self.root / path
            target.unlink(missing_ok=True)
            target.write_text(text, encoding="utf-8", errors="surrogateescape")

    def restore(self, files):
        for path in files:
            (self.root / path).unlink(missing_ok=True)
            if (self.kernel / path).is_file():
                self.link(self.kernel / path, self.root / path)


class Said:
    """What an audit says, route by route, with the names that the mutants changed undone."""

    def __init__(self, report, renamed=None):
        old = {new: name for name, new in (renamed or {}).items()}
        self.routes = {}
        self.keys = {}
        for route in report["routes"]:
            names = [(thing["file"], old.get(thing["name"], thing["name"]))
                     for thing in [route["ops"]] + route["tables"]]
            self.routes[tuple(names)] = {
                "verdict": route["verdict"],
                "rules": sorted({finding["rule"] for finding in route["findings"]}),
                "conditions": [entry["expr"] for entry in route["conditions"]],
                "guards": sorted(entry["expr"] for entry in route["guards"]),
                "inserts": sorted({(insert["class"], insert["helper"], insert["from"])
                                   for insert in route["inserts"]}),
                "vm_ops": sorted(old.get(name, name) for name in route["vm_ops"]),
            }
            self.keys[tuple(names)] = ">".join(name for _, name in names)
        self.failed = {entry["file"]: entry["reason"]
                       for entry in report["coverage"]["files_failed"]}


def changes(before, after, exempt=lambda key: False):
    """What is said differently, of routes that are not exempt."""
    out = []
    for route in sorted(before.routes.keys() | after.routes.keys()):
        key = before.keys.get(route) or after.keys[route]
        left, right = before.routes.get(route), after.routes.get(route)
        if left == right or exempt(key):
            continue
        if not left or not right:
            out.append(f"{key}: {'is new' if right else 'is gone'}")
        else:
            out += [f"{key}: {what} {right[what]}, not {left[what]}" for what in left
                    if left[what] != right[what]]
    return out


def complaints(row, before, after):
    """How an audit differs from what a row expects of the routes that it names."""
    out = []
    for verdict, rules, names in row.expected():
        for name in names:
            one = rows.Row("", "", "", "", "", "", f"{verdict}: {name}", "")
            found = [route for route, key in after.keys.items() if one.names(key)]
            if not found:
                out.append(f"{name}: is gone")
            for route in found:
                said = after.routes[route]
                lack = [rule for rule in rules if rule not in said["rules"]]
                if said["verdict"] != verdict or lack:
                    out.append(f"{after.keys[route]}: {said['verdict']} "
                               f"{' '.join(said['rules'])}, not {verdict} {' '.join(rules)}")
    if row.expect == rows.SAME:
        out += changes(before, after)
    return out


def flipped(row, before):
    """The row with another verdict for what it names; of a refactoring, for one route."""
    if row.expect == rows.SAME:
        route, said = next((route, said) for route, said in before.routes.items()
                           if said["verdict"] == "pass")
        return rows.Row(**{**vars(row), "expect": f"violation: {before.keys[route]}"})
    groups = [(("violation" if verdict == "pass" else "pass"), names)
              for verdict, _, names in row.expected()]
    return rows.Row(**{**vars(row), "expect": "; ".join(
        f"{verdict}: {' '.join(names)}" for verdict, names in groups)})


class Suite:
    """The rows of one file, and what became of each."""

    def __init__(self, program, overlay, cache, tree, before, given):
        self.program = program
        self.overlay = overlay
        self.cache = cache
        self.tree = tree
        self.before = before
        self.given = given
        self.results = {}
        self.audits = 0

    def mutant(self, row):
        choice = None if row.choice == "-" else row.choice
        mutant = Mutant(self.tree, row.place(), row.id, choice)
        OPERATORS[row.operator].edit(mutant)
        return mutant

    def batches(self, made):
        """Rows that share no file and name no common route; what survives is alone."""
        out = []
        for row, mutant in made:
            files = set(mutant.results())
            named = {key for key in self.before.keys.values() if row.names(key)}
            alone = self.given.alone or row.survives or row.operator not in SAME | CHANGES
            for batch in out:
                if not alone and not batch["alone"] and not batch["files"] & files and \
                        not batch["named"] & named and batch["same"] == (row.expect == rows.SAME):
                    break
            else:
                batch = {"rows": [], "files": set(), "named": set(), "alone": alone,
                         "same": row.expect == rows.SAME}
                out.append(batch)
            batch["rows"].append((row, mutant))
            batch["files"] |= files
            batch["named"] |= named
        return [batch["rows"] for batch in out]

    def audit(self, made):
        """What is said of the kernel with some mutants."""
        files, renamed = {}, {}
        for _, mutant in made:
            files.update(mutant.results())
            renamed.update(mutant.renamed)
        self.overlay.put(files)
        try:
            report = audit(self.program, self.overlay.root, self.cache)
        finally:
            self.overlay.restore(files)
        self.audits += 1
        return Said(report, renamed)

    def run_batch(self, made):
        after = self.audit(made)
        broken = [f"{path}: {reason}" for path, reason in after.failed.items()
                  if path not in self.before.failed]
        moved = changes(self.before, after,
                        lambda key: any(row.names(key) for row, _ in made))
        if len(made) > 1 and (moved or broken):
            half = len(made) // 2
            self.run_batch(made[:half])
            self.run_batch(made[half:])
            return
        for row, _ in made:
            self.results[row.id] = row, after, complaints(row, self.before, after) + (
                [] if row.expect == rows.SAME else moved) + broken

    def run(self, wanted):
        made = []
        for row in wanted:
            try:
                made.append((row, self.mutant(row)))
            except (NoSite, KeyError, ValueError) as error:
                self.results[row.id] = row, None, [f"cannot be made: {error}"]
        for batch in self.batches(made):
            begun = time.monotonic()
            self.run_batch(batch)
            wrong = [row.id for row, _ in batch if self.results[row.id][2]]
            print(f"  {len(batch)} mutants: {time.monotonic() - begun:.1f} s"
                  f"{', not as expected: ' if wrong else ''}{' '.join(wrong)}", flush=True)

    def report(self, wanted):
        """Prints what is not as expected; the number of failures."""
        failures = 0
        for row in wanted:
            _, _, wrong = self.results[row.id]
            if row.survives and not wrong:
                wrong = [f"is as expected: it survives no more ({row.survives})"]
            elif row.survives:
                print(f"survives: {row.id} {row.operator} {row.file}: {row.survives}")
                continue
            failures += bool(wrong)
            for line in wrong:
                print(f"FAILED: {row.id} {row.operator} {row.choice} {row.file} "
                      f"{row.function}: {line}")
        return failures

    def flips(self, wanted):
        """Turns expectations round, which must fail; the number that does not."""
        good = [row for row in wanted if not row.survives and not self.results[row.id][2]
                and (row.expect == rows.SAME or row.expected())]
        step = max(1, len(good) // FLIPPED)
        chosen = good[::step][:FLIPPED]
        unseen = [row.id for row in chosen
                  if not complaints(flipped(row, self.before), self.before,
                                    self.results[row.id][1])]
        print(f"  {len(chosen)} expectations turned round, {len(chosen) - len(unseen)} failed")
        return len(unseen) + max(0, FLIPPED - len(chosen))


def composition(name, wanted):
    """What a drawn suite lacks."""
    out = []
    same = sum(row.operator in SAME for row in wanted)
    if len(wanted) < MIN_MUTANTS or same < MIN_SAME:
        out.append(f"{name}: {len(wanted)} mutants, {same} of them refactorings")
    drivers = {}
    for row in wanted:
        drivers.setdefault(row.operator, set()).add(row.place().driver)
    out += [f"{name}: {operator} is drawn for {len(drivers.get(operator, ()))} drivers"
            for operator in CHANGES | SAME if len(drivers.get(operator, ())) < MIN_DRIVERS]
    out += [f"{name}: mutant {number} is there {count} times"
            for number, count in Counter(row.id for row in wanted).items() if count > 1]
    out += [f"{name}: mutant {row.id} has no reason" for row in wanted if not row.reason]
    return out


def audit(program, root, cache):
    done = subprocess.run([program, "audit", str(root), "--cache", str(cache),
                           "--no-coccinelle", "--format=json"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment(), timeout=SECONDS, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"status {done.returncode}: "
                         f"{done.stderr.decode('utf-8', 'replace')[-2000:]}")
    return json.loads(done.stdout)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--tree", type=Path, help="where the kernel is linked to, and stays")
    parser.add_argument("--cache", type=Path, help="a cache that stays")
    parser.add_argument("--only", type=lambda text: text.split(","), help="ids of mutants")
    return parser.parse_intermixed_args()


def run_file(path, given, suite):
    wanted = rows.read(path)
    drawn = path.name.startswith("seed-")
    if given.only:
        wanted = [row for row in wanted if row.id in given.only]
    print(f"{path.name}: {len(wanted)} mutants", flush=True)
    lacks = composition(path.name, wanted) if drawn and not given.only else []
    suite.run(wanted)
    for line in lacks:
        print(f"FAILED: {line}")
    failures = suite.report(wanted) + len(lacks)
    if drawn and not given.only:
        failures += suite.flips(wanted)
    print(f"{path.name}: {len(wanted)} mutants in {suite.audits} audits, {failures} failures",
          flush=True)
    return failures


def main():
    given = arguments()
    if not (KERNEL / "Makefile").is_file():
        print(f"skipped: no kernel at {KERNEL}")
        sys.exit(SKIPPED)
    directory = Path(tempfile.mkdtemp(prefix="pfncheck-mutants-"))
    try:
        overlay = Overlay(KERNEL, given.tree or directory / "tree")
        cache = given.cache or directory / "cache"
        before = Said(audit(given.program, overlay.root, cache))
        failures = 0
        for path in given.files or sorted(HERE.glob("*.tsv")):
            failures += run_file(path, given, Suite(given.program, overlay, cache, Tree(KERNEL),
                                                    before, given))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

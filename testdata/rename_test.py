#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts rest on no name of a driver: a kernel with other names gets the same report.

usage: rename_test.py PFNCHECK [--seed N] [TEST...]

The names come from the seed, which every failure shows; rename_tree.py says what is
renamed. The reports of both trees are compared route by route, word by word, with
every place. The kernel is that of kernel_test.py.
"""

import bisect
import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from itertools import zip_longest
from pathlib import Path

import end_to_end
import rename_tree
from end_to_end import SKIPPED, environment
from kernel_test import KERNEL, SECONDS

SEED = 20221122
ARCH = "x86"

# The least share of the identifiers of the renamed files that get other names.
MIN_RENAMED = 0.8
# The least share of parsed files with other names, and of neighbours in another order.
MIN_PARSED = 0.9
MIN_SWAPPED = 0.25
# How many differences are shown.
SHOWN = 20

TOKEN = re.compile(r"[A-Za-z_]\w*|\S")
PATH = re.compile(r"\b(?:drivers|sound|samples)/[\w./-]*\w")
# Where a tree was configured.
CONFIGURED = re.compile(r"/[^ ]*/conf-[0-9a-f]+(?=/|$)")
# What is made of names or only tells runs apart.
MADE_OF_NAMES = ("id", "fingerprint")
# Sentences, whose words may happen to be names as well.
SENTENCES = ("message", "note", "notes", "reason")
# Words of the report's own.
WORDS = ("class", "confidence", "from", "kind", "level", "rule", "verdict")
# Lists whose order says something; other lists are compared as sets.
IN_ORDER = ("tables", "conditions", "path")

seed = SEED


def run(cache, tree, out, *options):
    with open(out, "wb") as file:
        done = subprocess.run([end_to_end.program, "audit", str(tree), "--cache", str(cache),
                               "--no-coccinelle", "--arch", ARCH, *options], stdin=subprocess.DEVNULL, stdout=file,
                              stderr=subprocess.PIPE, env=environment(), timeout=SECONDS,
                              check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"{tree}: {' '.join(options)}: status {done.returncode}\n"
                             f"{done.stderr.decode('utf-8', 'replace')}")


def flags_of(path):
    """The dump of the stage tree: file -> how it is built and where; file -> its flags."""
    builds, flags, current = {}, {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == "file":
            file, *builds[file] = rest.split(" ")
            current = flags.setdefault(file, [])
        elif word == "flag":
            current.append(CONFIGURED.sub("BUILD", rest))
    return builds, flags


def errors_of(path):
    """The dump of the stage extract: file -> what the compiler could not make sense of."""
    errors, current = {}, None
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("facts\t"):
                current = errors.setdefault(line.rstrip("\n").split("\t")[2], [])
            elif line.startswith("error\t"):
                current.append(line.rstrip("\n").partition("\t")[2].replace("%20", " "))
    return errors


class Translation:
    """What a report says of one tree, in the words of the other."""

    def __init__(self, renaming):
        self.kernel = renaming.kernel
        self.names = {old.decode(): new.decode() for old, new in renaming.names.items()}
        self.bytes = renaming.names
        self.moved = renaming.paths
        self.lines = {}

    def words(self, text):
        return re.sub(r"[A-Za-z_]\w*", lambda m: self.names.get(m[0], m[0]), text)

    def path(self, path):
        return self.moved.new_path(path)

    def linked(self, path):
        """What a file is linked into: a path without suffix."""
        return self.path(f"{path}.o").removesuffix(".o")

    def flag(self, flag):
        return re.sub(r"(TREE/|BUILD/)(.+)", lambda m: m[1] + self.path(m[2]), flag)

    def shifts(self, path):
        """Per line: offsets in it and by how much what follows these moves."""
        if path not in self.lines:
            text = rename_tree.read(self.kernel / path)
            starts = [0] + [m.end() for m in re.finditer(rb"\n", text)]
            lines = {}
            for match in rename_tree.TOKEN.finditer(text):
                new = self.bytes.get(match[0])
                if new:
                    line = bisect.bisect_right(starts, match.start())
                    lines.setdefault(line, []).append((match.start() - starts[line - 1],
                                                       len(new) - len(match[0])))
            self.lines[path] = lines
        return self.lines[path]

    def column(self, path, line, column):
        return column + sum(by for offset, by in self.shifts(path).get(line, ())
                            if offset < column - 1)

    def value(self, value, key=None):
        """The value in the other tree's words; sentences are left to same()."""
        if isinstance(value, dict):
            out = {k: self.value(v, k) for k, v in value.items() if k not in MADE_OF_NAMES}
            if "column" in value:
                out["column"] = self.column(value["file"], value["line"], value["column"])
            return out
        if isinstance(value, list):
            return [self.value(v, key) for v in value]
        if isinstance(value, str) and key not in SENTENCES + WORDS:
            return self.path(value) if key == "file" else self.words(value)
        return value

    def same_sentence(self, old, new):
        old = PATH.sub(lambda m: self.path(m[0]), old)
        one, two = TOKEN.findall(old), TOKEN.findall(new)
        return len(one) == len(two) and all(b in (a, self.names.get(a)) for a, b in zip(one, two))


def order(value):
    """Sorts what is no sentence."""
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if k not in SENTENCES + MADE_OF_NAMES}
    return json.dumps(value, sort_keys=True)


def differences(translation, old, new, where="", key=None):
    """Lines that say where new is not what old, which is translated, makes expect."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            if name not in MADE_OF_NAMES:
                yield from differences(translation, old.get(name), new.get(name),
                                       f"{where}.{name}", name)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{where}: {len(new)} entries, not {len(old)}"
        if key not in IN_ORDER:
            old, new = sorted(old, key=order), sorted(new, key=order)
        for i, (one, two) in enumerate(zip(old, new)):
            yield from differences(translation, one, two, f"{where}[{i}]", key)
    elif key in SENTENCES and isinstance(old, str) and isinstance(new, str):
        if not translation.same_sentence(old, new):
            yield f"{where}: '{new}', not '{old}'"
    elif old != new:
        yield f"{where}: {json.dumps(new)}, not {json.dumps(old)}"


def place(entry):
    return f"{entry['file']}:{entry['line']}:{entry['name']}"


def name_of(route):
    return " > ".join([place(route["ops"])] + [place(table) for table in route["tables"]])


def compare(translation, old, new):
    """Every difference between the routes of the two reports, with names from the first."""
    lines, pairs = [], {}
    for route in old["routes"]:
        translated = translation.value(route)
        pairs.setdefault(name_of(translated), []).append((name_of(route), translated))
    found = {}
    for route in new["routes"]:
        found.setdefault(name_of(route), []).append(route)
    for name in sorted(pairs.keys() | found.keys()):
        had, has = pairs.get(name, []), found.get(name, [])
        if len(had) != len(has):
            lines.append(f"{had[0][0] if had else name}: {len(has)} routes, not {len(had)}")
        has = sorted(has, key=order)
        for (said, one), two in zip(sorted(had, key=lambda pair: order(pair[1])), has):
            lines += [f"{said}{line}" for line in differences(translation, one, two)]
    for key in ("exporters", "routes", "unknown", "verdicts", "files_scanned", "files_parsed",
                "files_failed", "notes"):
        lines += differences(translation, translation.value(old["coverage"][key], key),
                             new["coverage"][key], f"coverage.{key}", key)
    return lines


def compare_errors(translation, old, new):
    lines = []
    expected = {translation.path(path): (path, errors) for path, errors in old.items()}
    for path in sorted(expected.keys() | new.keys()):
        name, had = expected.get(path, (path, []))
        has = new.get(path, [])
        if path not in expected or path not in new:
            lines.append(f"{name}: {'not ' if path not in new else ''}parsed")
        if len(had) != len(has) or not all(map(translation.same_sentence, had, has)):
            said = [b for a, b in zip_longest(had, has, fillvalue="")
                    if not translation.same_sentence(a, b)]
            lines.append(f"{name}: {len(has)} errors, not {len(had)}: {said[0]}")
    return lines


def compare_flags(translation, old, new):
    """The same files are built, into the same modules, with the same flags."""
    lines = []
    (old_builds, old_flags), (new_builds, new_flags) = old, new
    files = {translation.path(path): path for path in old_builds}
    for path in sorted(files.keys() | new_builds.keys()):
        name = files.get(path, path)
        if path not in files or path not in new_builds:
            lines.append(f"{name}: {'not ' if path not in new_builds else ''}parsed")
            continue
        *how, module = old_builds[name]
        expected = how + [translation.linked(module)]
        if new_builds[path] != expected:
            lines.append(f"{name}: built as {new_builds[path]}, not {expected}")
        expected = [translation.flag(flag) for flag in old_flags[name]]
        if new_flags[path] != expected:
            lines.append(f"{name}: flags {sorted(set(new_flags[path]) - set(expected))}, not "
                         f"{sorted(set(expected) - set(new_flags[path]))}, or in another order")
    return lines


def changed(value, report, where="routes"):
    """Copies of the report, each with one value changed: one for every field there is."""
    seen = set()

    def walk(value, where, path):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, entry in items:
            named = f"{where}.{key}" if isinstance(value, dict) else f"{where}[]"
            if key in MADE_OF_NAMES:
                continue
            if isinstance(entry, (dict, list)):
                yield from walk(entry, named, path + [key])
            elif named not in seen:
                seen.add(named)
                yield named, path + [key], entry

    for named, path, entry in walk(value, where, []):
        other = copy.deepcopy(report)
        target = other["routes"]
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = (not entry if isinstance(entry, bool) else
                            entry + 1 if isinstance(entry, int) else f"{entry} other")
        yield named, other


def shown(lines):
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([f"seed {seed}: {len(lines)} differences"] + lines[:SHOWN] + more)


def audit(directory, cache, tree, name):
    """The report on a tree, file -> errors of the compiler in it, how files are built."""
    report, facts = directory / f"{name}.json", directory / f"{name}.facts"
    flags = directory / f"{name}.tree"
    run(cache, tree, report, "--format=json")
    run(cache, tree, facts, "--dump=extract")
    run(cache, tree, flags, "--dump=tree")
    errors = errors_of(facts)
    # What was asked for in other runs is known as well.
    builds, options = ({p: known[p] for p in errors} for known in flags_of(flags))
    return json.loads(report.read_text(encoding="utf-8")), errors, (builds, options)


class Renamed(unittest.TestCase):
    maxDiff = 10000

    @classmethod
    def setUpClass(cls):
        print(f"seed {seed}", flush=True)
        directory = Path(tempfile.mkdtemp(prefix="pfncheck-rename-"))
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        cache = directory / "cache"
        cls.old, cls.old_errors, cls.old_flags = audit(directory, cache, KERNEL, "old")
        files = {path: cls.old_flags[1][path] for path in cls.old_errors}

        build, = (path.parent for path in cache.glob("conf-*/source"))
        cls.renaming = rename_tree.Renaming(KERNEL, build, files, ARCH, seed)
        cls.renaming.write(directory / "tree")
        cls.new, cls.new_errors, cls.new_flags = audit(directory, cache, directory / "tree", "new")
        cls.translation = Translation(cls.renaming)

    def test_report(self):
        lines = compare(self.translation, self.old, self.new)
        self.assertFalse(lines, shown(lines))

    def test_flags(self):
        lines = compare_flags(self.translation, self.old_flags, self.new_flags)
        self.assertFalse(lines, shown(lines))
        self.assertTrue(compare_flags(self.translation, self.old_flags, self.old_flags))

    def test_errors(self):
        """What was renamed compiles as it did; else less of it would be compared."""
        lines = compare_errors(self.translation, self.old_errors, self.new_errors)
        self.assertFalse(lines, shown(lines))

    def test_enough_is_renamed(self):
        renaming = self.renaming
        print(f"renamed: {len(renaming.names)} of {len(renaming.found)} identifiers", flush=True)
        self.assertGreaterEqual(len(renaming.names) / len(renaming.found), MIN_RENAMED)
        objects = {route["ops"]["name"].partition(".")[0] for route in self.old["routes"]}
        kept = {name for name in objects if name.encode() not in renaming.names}
        self.assertFalse({name for name in kept if name.encode() not in renaming.stay}, kept)
        self.assertLess(len(kept), len(objects) / 4, kept)

    def test_enough_paths_are_renamed(self):
        """Nearly every parsed file has another name, and about any may come first."""
        paths = self.renaming.paths
        parsed = sorted(p for p in self.old_errors if p.startswith(rename_tree.TOPS))
        moved = [paths.new_path(p) for p in parsed]
        named = [p for p, q in zip(parsed, moved) if Path(p).name != Path(q).name]
        swapped = [p > q for p, q in zip(moved, moved[1:])]
        print(f"renamed: {len(paths.directories)} names of directories, {len(paths.headers)} of "
              f"headers, {len(paths.objects)} of sources and modules; kept: "
              f"{', '.join(f'{len(v)} of {k}' for k, v in paths.kept.items())}; "
              f"of {len(parsed)} parsed files {len(named)} have other names, {sum(swapped)} "
              "stand before the one that they stood behind", flush=True)
        self.assertGreaterEqual(len(named) / len(parsed), MIN_PARSED)
        self.assertGreater(sum(swapped) / len(parsed), MIN_SWAPPED)
        for kind, kept in paths.kept.items():
            self.assertLess(len(kept), max(1, len(getattr(paths, kind))), kind)

    def test_every_change_is_seen(self):
        """A change in any field of the report is a difference."""
        fields = list(changed(self.new["routes"], self.new))
        self.assertGreater(len(fields), 30)
        for field, report in fields:
            with self.subTest(field=field):
                self.assertTrue(compare(self.translation, self.old, report))

    def test_another_seed_differs(self):
        """Under names of another seed the report is another one."""
        other = copy.copy(self.translation)
        swapped = sorted(self.translation.names)
        other.names = dict(zip(swapped, (self.translation.names[n] for n in swapped[::-1])))
        self.assertTrue(compare(other, self.old, self.new))


if __name__ == "__main__":
    if "--seed" in sys.argv[1:-1]:
        at = sys.argv.index("--seed")
        seed = int(sys.argv[at + 1], 0)
        del sys.argv[at:at + 2]
    if not (KERNEL / "Makefile").is_file():
        print(f"skipped: no kernel at {KERNEL}")
        sys.exit(SKIPPED)
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs pfncheck over small drivers that say themselves what it must find in them.

usage: cases.py [--pfncheck PROGRAM] [--keep DIR] [-v] [GROUP[/CASE] ...]

A case is a directory cases/GROUP/CASE.  All cases of a group become drivers/CASE
of one kernel tree, together with include/, core/base and, for cases that include
something of <drm/>, core/drm; a directory cases/GROUP/tree lies over that.  Each
tree is audited once, without kbuild.

What is expected stands in comments beside the line it is about, or on lines of
their own right above it:

  expect: VERDICT [RULE ...] [KEY=VALUE ...]
        beside an ops object, or beside the table of an object if its ops are in
        core/: the verdict of the route and exactly the rules of its findings;
        RULE@FILE for a finding outside of the case.
          table=NAME          of several routes the one with this table
          alike=NAME,...      the other drivers that the route is the same with
          note=NAME           a note of the route, such as maps-nothing
          reason=TEXT         the reason contains this; all reasons must be told
          inserts=HELPER@FROM,...   all insertions of the route
          vm_ops=NAME,...     all handlers' tables of the route; "-" for none
          flags=NAME,...      all flags that are set; "-" for none
          implementation=FUNCTION
  expect: RULE ...
        exactly these findings are at this line.
  expect-condition: EXPRESSION true|false KIND
  expect-guard: EXPRESSION true|false KIND
        this branch is among the conditions or guards.  All are to be told; those
        outside of the case with @FILE after the kind, beside the ops or the table.
  expect-failed: TEXT
        the file is listed as not analysed, for a reason that contains this.
  expect-vocabulary: contradiction|unknown|undecided used|unused TEXT
        only in a tree that lies over: beside a helper, what is said of it when mm/
        is compared with the vocabulary.
  not-c: REASON
        no compiler takes this file; pfncheck does the best it can.
  xfail: REASON
        this whole case is known to come out otherwise; that it comes out right is
        a failure, to be repaired by removing this line.

Whatever pfncheck says without being expected to is a failure, and so are anything
on its standard error and an exit status that does not go with its answer.
"""
import argparse
import collections
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
VERDICTS = ("pass", "violation", "conditional", "forward", "reject", "no-mmap", "unknown")
RULES = ("page-insert", "missing-pfnmap", "mixedmap", "cleared-pfnmap", "cow-pfnmap",
         "helper-precondition", "not-in-this-config")
KEYS = ("table", "alike", "note", "reason", "inserts", "vm_ops", "flags", "implementation")
TAGS = ("expect", "expect-condition", "expect-guard", "expect-failed", "not-c", "xfail")
COMMENT = re.compile(r"/\*\s*([a-z-]+):\s*(.*?)\s*\*/")
ONLY_COMMENTS = re.compile(r"^\s*(/\*.*?\*/\s*)+\\?$")
TIMEOUT = 120


class Mistake(Exception):
    """A case that does not say what it means."""


def expectations(path):
    """The line, tag and text of all that is expected in a file."""
    waiting = []
    with open(path, encoding="utf-8") as stream:
        lines = stream.read().split("\n")
    for number, line in enumerate(lines, 1):
        found = [(tag, text) for tag, text in COMMENT.findall(line)
                 if tag in TAGS or tag.startswith("expect")]
        if ONLY_COMMENTS.match(line):
            waiting += found
            continue
        for tag, text in waiting + found:
            yield number, tag, text
        if line.strip():
            waiting = []
    if waiting:
        raise Mistake(f"{path}: an expectation with nothing below it")


class Case:
    """The expectations of one directory."""

    def __init__(self, path, name):
        self.path = path
        self.name = name
        self.directory = "drivers/" + name
        self.routes = collections.defaultdict(list)     # (file, line) -> [dict]
        self.findings = set()                           # (file, line, rule)
        self.conditions = set()                         # (tag, file, line, expr, truth, kind)
        self.failed = {}                                # file -> text
        self.xfail = None
        self.broken = set()                             # files that no compiler takes
        self.uses_drm = False
        for root, _, files in sorted(os.walk(path)):
            for file in sorted(files):
                if file.endswith((".c", ".h", ".inc")):
                    full = os.path.join(root, file)
                    inner = os.path.relpath(full, path)
                    self.read(full, self.directory + "/" + inner)

    def read(self, full, file):
        with open(full, encoding="utf-8") as stream:
            self.uses_drm |= "#include <drm/" in stream.read()
        for number, tag, text in expectations(full):
            self.add(file, number, tag, text)

    def add(self, file, line, tag, text):
        try:
            words = shlex.split(text) if tag == "expect" else []
        except ValueError as error:
            raise Mistake(f"{file}:{line}: {error}") from None
        if tag == "xfail":
            self.xfail = text
        elif tag == "not-c":
            self.broken.add(file)
        elif tag == "expect-failed":
            self.failed[file] = text
        elif tag in ("expect-condition", "expect-guard"):
            self.add_condition(file, line, tag, text)
        elif tag == "expect" and words and words[0] in VERDICTS:
            self.add_route(file, line, words)
        elif tag == "expect" and words:
            for word in words:
                if word not in RULES:
                    raise Mistake(f"{file}:{line}: '{word}' is neither verdict nor rule")
                self.findings.add((file, line, word))
        else:
            raise Mistake(f"{file}:{line}: '{tag}: {text}' is not understood")

    def add_condition(self, file, line, tag, text):
        match = re.match(r"(.*) (true|false) (object|device|environment|config)(?:@(\S+))?$", text)
        if not match:
            raise Mistake(f"{file}:{line}: '{tag}: {text}' is not understood")
        expr, truth, kind, elsewhere = match.groups()
        if elsewhere:
            file, line = elsewhere, 0
        self.conditions.add((tag, file, line, expr, truth == "true", kind))

    def add_route(self, file, line, words):
        route = {"verdict": words[0], "rules": set(), "at": f"{file}:{line}", "table": []}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals:
                rule, _, _ = word.partition("@")
                if rule not in RULES:
                    raise Mistake(f"{file}:{line}: '{word}' is no rule")
                route["rules"].add(word)
            elif key not in KEYS:
                raise Mistake(f"{file}:{line}: '{key}' is not known")
            elif key == "table":
                route["table"].append(value)
            else:
                route[key] = value
        self.routes[(file, line)].append(route)


def listed(value):
    """The set that a comma-separated value names."""
    return set() if value == "-" else set(value.split(","))


class Checker:
    """What one case expects against what the audit says about it."""

    def __init__(self, case, audit):
        self.case = case
        self.audit = audit
        self.errors = []

    def mine(self, file):
        return file.startswith(self.case.directory + "/")

    def anchor(self, route):
        """Where the expectation of a route stands: (file, line) in this case, or None."""
        if self.mine(route["ops"]["file"]):
            return route["ops"]["file"], route["ops"]["line"]
        for table in route["tables"]:
            if self.mine(table["file"]):
                return table["file"], table["line"]
        return None

    def error(self, text):
        self.errors.append(text)

    def run(self):
        routes = [(self.anchor(r), r) for r in self.audit["routes"]]
        routes = [(at, r) for at, r in routes if at]
        self.check_routes(routes)
        self.check_findings([r for _, r in routes])
        self.check_conditions([r for _, r in routes])
        self.check_failed()
        return self.errors

    def check_routes(self, routes):
        by_anchor = collections.defaultdict(list)
        for at, route in routes:
            by_anchor[at].append(route)
        for at in sorted(set(by_anchor) | set(self.case.routes)):
            there = by_anchor.get(at, [])
            for wanted in self.case.routes.get(at, []):
                fitting = [r for r in there
                           if set(wanted["table"]) <= {t["name"] for t in r["tables"]}]
                if not fitting:
                    self.error(f"{wanted['at']}: no route, expected {wanted['verdict']} "
                               f"{' '.join(wanted['table'])}")
                    continue
                # Of several the one that is right, so that each is used once.
                best = min(fitting, key=lambda r: len(self.differences(wanted, r)))
                there.remove(best)
                self.errors += self.differences(wanted, best)
            for route in there:
                self.error(f"{at[0]}:{at[1]}: unexpected route {self.describe(route)}")

    @staticmethod
    def describe(route):
        tables = " > ".join(t["name"] for t in route["tables"])
        rules = " ".join(sorted({f["rule"] for f in route["findings"]}))
        reason = f" ({route['reason']})" if route["reason"] else ""
        return f"{route['ops']['name']} [{tables}]: {route['verdict']} {rules}{reason}"

    def differences(self, wanted, route):
        out = []
        rules = {f["rule"] if self.mine(f["file"]) else
                 f["rule"] + "@" + os.path.basename(f["file"]) for f in route["findings"]}
        if (wanted["verdict"], wanted["rules"]) != (route["verdict"], rules):
            out.append(f"{wanted['at']}: expected {wanted['verdict']} "
                       f"{' '.join(sorted(wanted['rules']))}, is {self.describe(route)}; "
                       f"rules {' '.join(sorted(rules))}")
        if (route["reason"] is None) != ("reason" not in wanted) or \
           wanted.get("reason", "") not in (route["reason"] or ""):
            out.append(f"{wanted['at']}: expected reason '{wanted.get('reason', '')}', "
                       f"is '{route['reason']}'")
        if set(filter(None, wanted.get("note", "").split(","))) != \
           {n for n in route["notes"] if n in ("maps-nothing", "import-only")}:
            out.append(f"{wanted['at']}: notes are {route['notes']}")
        implementation = (route["implementation"] or {}).get("function")
        facts = {
            "inserts": {i["helper"] + "@" + i["from"] for i in route["inserts"]},
            "alike": {table["name"] for table in route["alike"]},
            "vm_ops": set(route["vm_ops"]),
            "flags": set(route["flags"]["set"]),
            "implementation": {implementation} if implementation else set(),
        }
        for key, value in facts.items():
            if key in wanted and listed(wanted[key]) != value:
                out.append(f"{wanted['at']}: expected {key}={wanted[key]}, "
                           f"is {','.join(sorted(value)) or '-'}")
        return out

    def check_findings(self, routes):
        found = {(f["file"], f["line"], f["rule"]): f["message"]
                 for r in routes for f in r["findings"] if self.mine(f["file"])}
        for file, line, rule in sorted(self.case.findings - set(found)):
            self.error(f"{file}:{line}: no {rule}")
        for key in sorted(set(found) - self.case.findings):
            self.error(f"{key[0]}:{key[1]}: unexpected {key[2]}: {found[key]}")

    def check_conditions(self, routes):
        found = set()
        for route in routes:
            for tag, kind in (("expect-condition", "conditions"), ("expect-guard", "guards")):
                for c in route[kind]:
                    at = (c["file"], c["line"])
                    if not self.mine(c["file"]):
                        at = (os.path.basename(c["file"]), 0)
                    found.add((tag, *at, c["expr"], c["breaks_when"], c["kind"]))
        for c in sorted(self.case.conditions - found):
            self.error(f"{c[1]}:{c[2]}: no {c[0]}: {c[3]} {str(c[4]).lower()} {c[5]}")
        for c in sorted(found - self.case.conditions):
            self.error(f"{c[1]}:{c[2]}: unexpected {c[0]}: {c[3]} {str(c[4]).lower()} {c[5]}")

    def check_failed(self):
        failed = {f["file"]: f["reason"] for f in self.audit["coverage"]["files_failed"]
                  if self.mine(f["file"])}
        for file in sorted(set(failed) | set(self.case.failed)):
            wanted, reason = self.case.failed.get(file), failed.get(file)
            if wanted is None:
                self.error(f"{file}: not analysed: {reason}")
            elif reason is None:
                self.error(f"{file}: analysed, expected failure: {wanted}")
            elif wanted not in reason:
                self.error(f"{file}: expected failure '{wanted}', is '{reason}'")


class Group:
    """One tree with many cases."""

    def __init__(self, name, options, only):
        self.name = name
        self.options = options
        self.path = os.path.join(HERE, "cases", name)
        names = sorted(n for n in os.listdir(self.path)
                       if n != "tree" and os.path.isdir(os.path.join(self.path, n)))
        self.cases = [Case(os.path.join(self.path, n), n) for n in names
                      if not only or n in only]
        self.errors = []

    def compose(self, root):
        parts = [("include", "include"), ("core/base", "")]
        if any(c.uses_drm for c in self.cases):
            parts.append(("core/drm", ""))
        for part, where in parts:
            shutil.copytree(os.path.join(HERE, part), os.path.join(root, where),
                            dirs_exist_ok=True)
        for case in self.cases:
            shutil.copytree(case.path, os.path.join(root, case.directory))
        overlay = os.path.join(self.path, "tree")
        if os.path.isdir(overlay):
            shutil.copytree(overlay, root, dirs_exist_ok=True)

    def check_syntax(self, root):
        """The cases are C that a compiler takes, so that a slip does not hide what it tests."""
        clang = os.environ.get("PFNCHECK_CLANG")
        files = []
        for base, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(base, name), root)
                if name.endswith(".c") and not any(path in c.broken for c in self.cases):
                    files.append(path)
        if not clang or not files:
            return
        run = subprocess.run(
            [clang, "-fsyntax-only", "-nostdinc", "-std=gnu11", "-Iinclude", "-Wall", "-Werror",
             "-Wno-gnu-designator", "-Wno-unused-function", "-Wno-unused-variable",
             "-Wno-unused-const-variable", "-Wno-missing-declarations",
             "-include", "include/linux/kconfig.h", *files],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if run.returncode:
            raise Mistake(run.stdout)

    def audit(self, root, cache):
        run = subprocess.run(
            [self.options.pfncheck, "audit", root, "--no-kbuild", "--cache", cache,
             "--no-coccinelle", "--format=json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
        if run.stderr:
            self.errors.append("standard error: " + run.stderr.strip())
        if run.returncode not in (0, 1):
            self.errors.append(f"exit status {run.returncode}")
            return None
        try:
            audit = json.loads(run.stdout)
        except ValueError as error:
            self.errors.append(f"no JSON: {error}")
            return None
        levels = {r["level"] for r in audit["routes"]}
        levels |= {f["level"] for r in audit["routes"] for f in r["findings"]}
        if run.returncode != bool(levels & {"warning", "error"}):
            self.errors.append(f"exit status {run.returncode} with levels {sorted(levels)}")
        alarm = any(r["verdict"] in ("violation", "conditional", "unknown")
                    for c in self.cases for rs in c.routes.values() for r in rs)
        if alarm and run.returncode != 1:
            self.errors.append(f"exit status {run.returncode}, expected 1")
        return audit

    def check_strays(self, audit):
        """Routes and failures that belong to no case."""
        checkers = [Checker(c, audit) for c in self.cases]
        for route in audit["routes"]:
            if not any(c.anchor(route) for c in checkers):
                self.errors.append(f"route of no case: {Checker.describe(route)}")
        for failed in audit["coverage"]["files_failed"]:
            if not any(c.mine(failed["file"]) for c in checkers):
                self.errors.append(f"{failed['file']}: not analysed: {failed['reason']}")

    def check_vocabulary(self, audit):
        """What is said of the helpers of mm/."""
        overlay = os.path.join(self.path, "tree")
        wanted, found = set(), set()
        for base, _, names in sorted(os.walk(overlay)):
            for name in sorted(names):
                path = os.path.join(base, name)
                for line, tag, text in expectations(path):
                    if tag != "expect-vocabulary":
                        raise Mistake(f"{path}:{line}: '{tag}' is not for trees that lie over")
                    wanted.add((os.path.relpath(path, overlay), line, text))
        for kind, key in (("contradiction", "contradictions"), ("unknown", "unknown_helpers"),
                          ("undecided", "undecided")):
            for h in audit["vocabulary"][key]:
                used = "used" if h["used"] else "unused"
                found.add((h["file"], h["line"], f"{kind} {used} {h['text']}"))
        self.errors += [f"{file}:{line}: not said: {text}"
                        for file, line, text in sorted(wanted - found)]
        self.errors += [f"{file}:{line}: unexpected: {text}"
                        for file, line, text in sorted(found - wanted)]
        if not audit["vocabulary"]["checked"]:
            self.errors.append("nothing of the vocabulary was compared with mm/")

    def run(self):
        """Counts of what passed, failed and was known to fail."""
        passed, known = 0, 0
        with tempfile.TemporaryDirectory() as scratch:
            root = os.path.join(self.options.keep or scratch, self.name)
            if self.options.keep:
                shutil.rmtree(root, ignore_errors=True)
            os.makedirs(root)
            self.compose(root)
            self.check_syntax(root)
            audit = self.audit(root, os.path.join(scratch, "cache"))
        if audit:
            self.check_strays(audit)
            self.check_vocabulary(audit)
        for case in self.cases if audit else []:
            errors = Checker(case, audit).run()
            if case.xfail and not errors:
                self.errors.append(f"{case.name}: comes out right; remove its xfail "
                                   f"({case.xfail})")
            elif case.xfail:
                known += 1
                if self.options.verbose:
                    print(f"xfail {self.name}/{case.name}: {case.xfail}")
                    for error in errors:
                        print("\t" + error)
            elif errors:
                self.errors.append(f"{case.name}:")
                self.errors += ["\t" + e for e in errors]
            else:
                passed += 1
        return passed, known


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--pfncheck", default=os.environ.get("PFNCHECK", "pfncheck"))
    parser.add_argument("--keep")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    only = collections.defaultdict(set)
    for name in options.only:
        group, _, case = name.strip("/").partition("/")
        only[group] |= {case} if case else set()
    start = time.monotonic()
    passed = known = 0
    bad = False
    for name in sorted(os.listdir(os.path.join(HERE, "cases"))):
        if only and name not in only:
            continue
        try:
            group = Group(name, options, only.get(name))
            counts = group.run()
        except (Mistake, OSError, subprocess.SubprocessError) as error:
            print(f"{name}: {error}")
            bad = True
            continue
        passed += counts[0]
        known += counts[1]
        for error in group.errors:
            print(f"{name}: {error}")
        bad |= bool(group.errors)
    print(f"{passed} cases as expected, {known} known to fail, "
          f"{time.monotonic() - start:.1f} s{', others FAILED' if bad else ''}")
    return 1 if bad or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

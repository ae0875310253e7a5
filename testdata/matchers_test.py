#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: matchers_test.py [SOURCE...]

Every pattern of checker/matchers.c finds the same places as its twin for
clang-query, and those that the sources themselves name.

The sources are matchers/*.c, or those given. A comment at the end of a line, as in
/* is: member table */, names the patterns that match in the line; no other pattern
may match in it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = Path(os.environ.get("PFNCHECK_SOURCE", HERE.parent))
CASES = HERE / "matchers"
DRIVERS = "drivers/matched"
SKIP = 77
TIMEOUT = 120

# Which classes of the vocabulary the twins take together.
CLASSES = {
    "Helper": "PFN_SETS PFN PAGE MIXED FORWARD FLAGS_SET FLAGS_CLEAR FLAGS_MOD FLAGS_RESET "
              "FLAGS_SET_BIT SET_FILE ACTION ACTION_DONE WALKER",
    "FileMaker": "FILE",
    "PteWriter": "PTE_SPECIAL PTE_SET",
    "Exporter": "EXPORT",
}

FILES = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n",
    "Kconfig": "",
    "arch/x86/Kconfig": "",
    "arch/x86/Makefile": "",
}


def fail(message):
    sys.exit(f"matchers_test.py: {message}")


def run(command, **options):
    """What a command prints; its failure ends the test."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT, check=False, **options)
    if done.returncode or "rror parsing" in done.stdout + done.stderr:
        fail(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def find_clang_query():
    """The clang-query of the clang that pfncheck is built with, or None."""
    clang = os.environ.get("PFNCHECK_CLANG", "clang")
    places = [os.environ.get("PFNCHECK_CLANG_BIN"), os.path.dirname(os.path.realpath(clang))]
    for place in filter(None, places):
        path = os.path.join(place, "clang-query")
        if os.access(path, os.X_OK):
            return path
    version = re.search(r"-(\d+)$", clang)
    return shutil.which("clang-query" + version.group(0)) if version else None


# ---- the tree ----


def make_tree(root, sources):
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copytree(CASES / "include", root / "include")
    (root / DRIVERS).mkdir(parents=True)
    commands = []
    for source in sources:
        path = f"{DRIVERS}/{source.name}"
        shutil.copy(source, root / path)
        commands.append({"directory": str(root), "file": path,
                         "arguments": ["clang", "-Iinclude", "-std=gnu11", "-c", path]})
    (root / "compile_commands.json").write_text(json.dumps(commands), encoding="utf-8")


def dump(root, cache, stage):
    pfncheck = os.environ.get("PFNCHECK")
    if not pfncheck:
        fail("PFNCHECK has to name the program")
    return run([pfncheck, "audit", str(root), "--cache", str(cache), "--no-cache",
                f"--dump={stage}"])


def read_flags(root, text):
    """The flags that pfncheck parses each file with."""
    flags = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "file":
            current = flags.setdefault(rest.split(" ")[0], [])
        elif word == "flag":
            current.append(rest.replace("TREE", str(root)))
    return flags


# ---- rows ----


def read_rows(text):
    """{file: {pattern: {(line, column)}}} of the matches in the files themselves."""
    rows = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if fields[0] == "facts":
            current = rows.setdefault(fields[2], {})
        elif fields[0] == "match" and fields[2] == "-":
            place = tuple(map(int, fields[3].split(":")))
            current.setdefault(fields[1], set()).add(place)
    return rows


# ---- twins ----


def words_query():
    """The vocabulary's names by class, as definitions for the twins."""
    text = (SOURCE / "checker/vocabulary.c").read_text(encoding="utf-8")
    words = re.findall(r'\{\s*"(\w+)",\s*WORD_(\w+),', text)
    lines = []
    for name, classes in CLASSES.items():
        names = ", ".join(f'"::{word}"' for word, kind in words if kind in classes.split())
        lines.append(f"let {name} hasAnyName({names})\n")
    return "".join(lines)


class Text:
    """A source, to tell where a node begins from where clang-query points."""

    def __init__(self, path, headers):
        self.text = path.read_text(encoding="utf-8")
        self.starts = [0] + [m.end() for m in re.finditer("\n", self.text)]
        macros = set()
        for text in [self.text] + [h.read_text(encoding="utf-8") for h in headers]:
            macros.update(re.findall(r"^\s*#\s*define\s+(\w+)\(", text, re.M))
        self.invocations = []
        if macros:
            for m in re.finditer(rf"\b(?:{'|'.join(sorted(macros))})\(", self.text):
                line = self.text.rfind("\n", 0, m.start()) + 1
                if not self.text[line:].lstrip().startswith("#"):
                    self.invocations.append((m.start(), self.closing(m.end())))

    def closing(self, at):
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            at += 1
        return at

    def place(self, offset):
        line = max(i for i, start in enumerate(self.starts) if start <= offset)
        return line + 1, offset - self.starts[line] + 1

    def expansion(self, line, column, printed, kind):
        """
        Where a node is: where the outermost macro that it comes from is used, else its
        name if it is a declaration or a member, else its beginning.
        """
        offset = self.starts[line - 1] + column - 1
        around = [start for start, end in self.invocations if start <= offset < end]
        if around:
            return self.place(min(around))
        if kind in ("varDecl", "parmVarDecl"):
            head = re.sub(r"\[[^]]*\]|\([^)]*\)", "", printed.split(" = ")[0])
            words = re.findall(r"\w+", head)
            for _ in range(words.count(words[-1])):
                found = re.compile(rf"\b{words[-1]}\b").search(self.text, offset)
                offset = found.end()
            offset = found.start()
        elif kind == "memberExpr":
            name = re.findall(r"\w+", printed)[-1]
            offset = re.compile(rf"(?:->|\.)({name})\b").search(self.text, offset).start(1)
        return self.place(offset)


def bound_kind(query):
    """The matcher whose node a twin binds."""
    text = query.read_text(encoding="utf-8")
    if re.search(r"memberExpr\(.*\)\.bind", text):
        return "memberExpr"
    return re.search(r"^match (\w+)", text, re.M).group(1)


def run_twins(clang_query, path, flags, words, queries, headers):
    """{pattern: {(line, column)}} of what the twins find in a file."""
    command = [clang_query, "-f", str(words), "-f", str(CASES / "common.query")]
    for query in queries:
        command += ["-f", str(query)]
    output = run([*command, str(path), "--", *flags, "-w"])
    results = re.split(r"^\d+ match(?:es)?\.$", output, flags=re.M)
    if len(results) != len(queries) + 1:
        fail(f"{path.name}: {len(queries)} queries, {len(results) - 1} results\n{output}")
    text = Text(path, headers)
    found = {}
    for query, result in zip(queries, results):
        kind = bound_kind(query)
        places = found.setdefault(query.stem, set())
        for match in re.split(r"^Match #\d+:$", result, flags=re.M)[1:]:
            where = re.search(r'^(.+):(\d+):(\d+): note: "place" binds here$', match, re.M)
            printed = match.partition('Binding for "place":\n')[2].strip()
            if not where or where.group(1) != str(path):
                fail(f"{query.name}: cannot tell the place of\n{match}")
            places.add(text.expansion(int(where.group(2)), int(where.group(3)), printed, kind))
    return found


# ---- comparison ----


def read_expected(path):
    """{line: {pattern}} as the source says."""
    expected = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        comment = re.search(r"/\* is: ([\w -]+) \*/", line)
        if comment:
            expected[number] = set(comment.group(1).split())
    return expected


def compare(name, rows, twins, expected):
    """Complaints about one file."""
    bad = []
    for pattern in sorted(twins):
        ours, theirs = rows.get(pattern, set()), twins[pattern]
        for line, column in sorted(ours - theirs):
            bad.append(f"{name}:{line}:{column}: {pattern}: pfncheck alone")
        for line, column in sorted(theirs - ours):
            bad.append(f"{name}:{line}:{column}: {pattern}: clang-query alone")
    found = {}
    for pattern, places in rows.items():
        for line, _ in places:
            found.setdefault(line, set()).add(pattern)
    for line in sorted(set(found) | set(expected)):
        for pattern in sorted(found.get(line, set()) ^ expected.get(line, set())):
            what = "not in the comment" if pattern in found.get(line, set()) else "not found"
            bad.append(f"{name}:{line}: {pattern}: {what}")
    return bad


def main():
    clang_query = find_clang_query()
    if not clang_query:
        print("no clang-query: install the clang-tools of the same version as clang")
        return SKIP
    table = (SOURCE / "checker/matchers.c").read_text(encoding="utf-8")
    patterns = set(re.findall(r'^\t\{ "([\w-]+)", ', table, re.M))
    patterns |= set(re.findall(r'^const char matcher_\w+\[\] = "([\w-]+)";', table, re.M))
    queries = sorted(p for p in CASES.glob("*.query") if p.stem != "common")
    bad = [f"{p}: no twin in {CASES}" for p in sorted(patterns - {q.stem for q in queries})]
    bad += [f"{q.name}: no such pattern" for q in queries if q.stem not in patterns]
    sources = [Path(a) for a in sys.argv[1:]] or sorted(CASES.glob("*.c"))
    headers = sorted(CASES.glob("include/**/*.h"))
    seen = set()

    with tempfile.TemporaryDirectory(prefix="pfncheck-matchers-") as directory:
        root = Path(directory, "tree").resolve()
        root.mkdir()
        make_tree(root, sources)
        words = Path(directory, "words.query")
        words.write_text(words_query(), encoding="utf-8")
        flags = read_flags(root, dump(root, Path(directory, "cache"), "tree"))
        rows = read_rows(dump(root, Path(directory, "cache"), "extract"))
        for source in sources:
            path = f"{DRIVERS}/{source.name}"
            if path not in rows or path not in flags:
                bad.append(f"{source.name}: was not extracted")
                continue
            twins = run_twins(clang_query, root / path, flags[path], words, queries, headers)
            seen |= set(rows[path])
            bad += compare(source.name, rows[path], twins, read_expected(source))
    bad += [f"{p}: matches nowhere" for p in sorted(patterns - seen)]
    print("\n".join(bad) or f"{len(patterns)} patterns, {len(sources)} files: the same places")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The semantic patches on small C files, as Coccinelle's own tests are.

usage: semantic_patches_test.py [TEST...]

semantic-patches/NAME.c, or NAME-CASE.c, is for NAME.cocci. Beside it stands what each
mode says: NAME.report, NAME.org and NAME.context, and NAME.res for what it looks like
after patch. Lines that are to be reported end in a comment, bad; functions named good_*
are the twins of those that break the rule. exporters.cocci lists, and marks nothing.

PFNCHECK_UPDATE_GOLDENS=1 in the environment writes these files instead.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
SCRIPTS = SOURCE / "semantic-patches"
CASES = SOURCE / "testdata/semantic-patches"
UPDATE = os.environ.get("PFNCHECK_UPDATE_GOLDENS") == "1"
SKIPPED = 77
# For one small file, on a busy machine.
SECONDS = 240
MODES = {"report", "org", "context", "patch"}
ENDINGS = {"report": ".report", "org": ".org", "context": ".context", "patch": ".res"}
# The text of one report in the modes that name a place.
PLACED = re.compile(r":(\d+):(\d+)-\d+: |linb=(\d+)::colb=(\d+)")


def scripts():
    return sorted(SCRIPTS.glob("*.cocci"))


def modes_of(script):
    return [mode for mode in re.findall(r"(?m)^virtual (\w+)$", script.read_text())
            if mode in MODES]


def options_of(script):
    """What coccicheck takes from the head of a script."""
    found = re.search(r"(?m)^// Options:(.*)$", script.read_text())
    return found[1].split() if found else []


def script_for(case):
    """NAME.cocci with the longest NAME that the case begins with."""
    for name in sorted((script.stem for script in scripts()), key=len, reverse=True):
        if case.stem == name or case.stem.startswith(name + "-"):
            return SCRIPTS / f"{name}.cocci"
    raise AssertionError(f"{case.name} is for no script")


def spatch(*arguments, directory=CASES):
    return subprocess.run(["spatch", *map(str, arguments)], cwd=directory, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS, check=False)


def place(line):
    found = PLACED.search(line)
    return tuple(int(number) for number in found.groups() if number) if found else (0, 0)


def said(script, mode, case):
    """What a mode prints, in the order of the file and without names of this run."""
    options = ["-D", mode, "--very-quiet", "--cocci-file", script, *options_of(script)]
    if mode == "patch":
        with tempfile.TemporaryDirectory() as directory:
            patched = Path(directory) / case.name
            done = spatch(*options, "-o", patched, case.name)
            text = patched.read_text() if patched.exists() else case.read_text()
    else:
        done = spatch(*options, *([] if mode == "context" else ["--no-show-diff"]), case.name)
        text = done.stdout
        if mode == "context":
            text = re.sub(r"(?m)^(---|\+\+\+) .*\n", "", text)
        else:
            text = "".join(line + "\n" for line in sorted(text.splitlines(), key=place))
    return done, text


class SemanticPatches(unittest.TestCase):
    def test_each_parses_in_each_of_its_modes(self):
        self.assertTrue(scripts())
        for script in scripts():
            modes = modes_of(script)
            self.assertTrue({"report", "org", "context"}.issubset(modes), script.name)
            for mode in modes:
                with self.subTest(script=script.name, mode=mode):
                    done = spatch("-D", mode, "--parse-cocci", script)
                    self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
                    self.assertNotRegex(done.stdout + done.stderr, r"not used in|should match")

    def test_each_says_what_coccicheck_shows(self):
        for script in scripts():
            with self.subTest(script=script.name):
                text = script.read_text()
                head = text[:text.index("\nvirtual ")]
                self.assertIn("\n/// ", head)
                self.assertIn("\n//# ", head)
                self.assertRegex(head, r"\n// Confidence: (High|Moderate|Low)\n")
                self.assertRegex(head, r"\n// Options: --no-includes\n")

    def test_what_scripts_share_is_the_same_text(self):
        shared = {}
        for script in scripts():
            for title, text in re.findall(r"(?ms)^//-+\n((?://  [^\n]*\n)+)//-+\n(.*?)(?=^//---|\Z)",
                                          script.read_text()):
                if "the same text" in " ".join(title.replace("//", " ").split()):
                    self.assertEqual(shared.setdefault(title, text), text, f"{script.name}: {title}")
        self.assertGreaterEqual(len(shared), 2)

    def test_cases(self):
        cases = sorted(CASES.glob("*.c"))
        self.assertEqual({script_for(case) for case in cases}, set(scripts()))
        known = set(cases)
        for case in cases:
            script = script_for(case)
            for mode in modes_of(script):
                golden = case.with_suffix(ENDINGS[mode])
                known.add(golden)
                with self.subTest(case=case.name, mode=mode):
                    self.check(script, mode, case, golden)
        self.assertEqual({file for file in CASES.iterdir() if file.is_file()}, known)

    def check(self, script, mode, case, golden):
        done, text = said(script, mode, case)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertNotRegex(done.stderr, r"(?i)exn|error|mismatch", done.stderr[-2000:])
        if mode in ("report", "org"):
            self.assertNotIn("good_", text)
        if UPDATE:
            golden.write_text(text)
            print(f"wrote {golden.name}", file=sys.stderr)
        else:
            self.assertEqual(text, golden.read_text())

    def test_what_is_reported_is_what_is_marked(self):
        for case in sorted(CASES.glob("*.c")):
            if script_for(case).stem == "exporters":
                continue
            with self.subTest(case=case.name):
                marked = [number for number, line in enumerate(case.read_text().splitlines(), 1)
                          if line.endswith("/* bad */")]
                reported = [place(line)[0]
                            for line in case.with_suffix(".report").read_text().splitlines()]
                self.assertTrue(marked)
                self.assertEqual(reported, marked)

    def test_a_file_name_with_a_space(self):
        with tempfile.TemporaryDirectory() as directory:
            odd = Path(directory) / "page insert's.c"
            shutil.copy(CASES / "page-insert.c", odd)
            done = spatch("-D", "report", "--very-quiet", "--no-show-diff", "--cocci-file",
                          SCRIPTS / "page-insert.cocci", "--no-includes", odd.name,
                          directory=directory)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("page insert's.c:8:", done.stdout)


if __name__ == "__main__":
    if not shutil.which("spatch"):
        print("no spatch: install coccinelle")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The goldens of the formats, as the programs that they are for read them.

usage: formats_test.py GOLDEN_DIRECTORY [TEST...]

XML is parsed, by xmllint too if it is there; b4's array, lines of compilers and of
checkpatch, and Markdown are taken apart by the rules that their readers go by.
"""

import html
import json
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

GOLDEN = Path(sys.argv.pop(1))
SAMPLES = ("full", "clean", "hostile", "review", "quiet", "hostile-review",
           "partial", "nothing")


def texts(name, suffix):
    for sample in SAMPLES:
        path = GOLDEN / f"format-{name}-{sample}.{suffix}"
        yield sample, path, path.read_text(encoding="utf-8")


def is_stopped(sample):
    return "hostile" in sample or sample in ("partial", "nothing")


class Formats(unittest.TestCase):
    def test_a_stopped_run_says_so(self):
        for sample in SAMPLES:
            for name, suffix in (("text", "txt"), ("gcc", "txt"), ("checkpatch", "txt"),
                                 ("checkstyle", "xml"), ("markdown", "md"), ("b4", "json"),
                                 ("junit", "xml"), ("sarif", "json")):
                path = GOLDEN / f"format-{name}-{sample}.{suffix}"
                if name == "text" and not path.exists():
                    continue
                text = path.read_text(encoding="utf-8")
                with self.subTest(format=name, sample=sample):
                    said = re.search(r"stopped early|Stopped early|<error type=\"stopped\"|"
                                     r'"executionSuccessful": false', text)
                    self.assertEqual(bool(said), is_stopped(sample))
                    self.assertEqual("nothing was compared" in text, sample == "nothing")
                    # Files that were not reached, and that Coccinelle could not read.
                    for file in ("drivers/late/00.c", "drivers/foo/long.c"):
                        if (name, file) == ("b4", "drivers/foo/long.c"):
                            continue
                        self.assertEqual(file in text, sample == "partial", file)

    def test_xml_is_well_formed(self):
        for name in ("junit", "checkstyle"):
            for sample, path, text in texts(name, "xml"):
                with self.subTest(format=name, sample=sample):
                    ElementTree.fromstring(text)
                    if shutil.which("xmllint"):
                        subprocess.run(["xmllint", "--noout", path], check=True)

    def test_junit(self):
        for sample, _, text in texts("junit", "xml"):
            with self.subTest(sample):
                root = ElementTree.fromstring(text)
                self.assertEqual(root.tag, "testsuites")
                (suite,) = root
                self.assertEqual(suite.tag, "testsuite")
                cases = suite.findall("testcase")
                names = [(case.get("classname"), case.get("name")) for case in cases]
                self.assertEqual(len(names), len(set(names)))
                self.assertTrue(all(map(all, names)))
                self.assertEqual(int(suite.get("tests")), len(cases))
                for count, tag in (("failures", "failure"), ("errors", "error"),
                                   ("skipped", "skipped")):
                    found = suite.findall(f"testcase/{tag}")
                    self.assertEqual(int(suite.get(count)), len(found))
                    for element in found:
                        self.assertTrue(element.get("message"))
                        self.assertTrue(element.text)
                for case in cases:
                    outcome = [e.tag for e in case if e.tag != "system-out"]
                    self.assertLessEqual(len(outcome), 1)

    def test_junit_outcomes(self):
        text = (GOLDEN / "format-junit-review.xml").read_text(encoding="utf-8")
        outcomes = {case.get("name"): [e.tag for e in case]
                    for case in ElementTree.fromstring(text).iter("testcase")}
        self.assertEqual(outcomes["worse"], ["failure"])
        self.assertEqual(outcomes["open"], ["skipped"])
        self.assertEqual(outcomes["better"], ["system-out"])
        self.assertEqual(outcomes["same"], ["system-out"])
        self.assertEqual(outcomes["foo_ops > a_gem_funcs"], ["failure"])
        self.assertEqual(outcomes["drivers/bad/late.c"], ["skipped"])

    def test_checkstyle(self):
        for sample, _, text in texts("checkstyle", "xml"):
            with self.subTest(sample):
                root = ElementTree.fromstring(text)
                self.assertEqual(root.tag, "checkstyle")
                self.assertTrue(root.get("version"))
                files = [file.get("name") for file in root]
                self.assertEqual(len(files), len(set(files)))
                for error in root.iter("error"):
                    self.assertIn(error.get("severity"), ("error", "warning", "info", "ignore"))
                    self.assertGreater(int(error.get("line")), 0)
                    self.assertGreater(int(error.get("column")), 0)
                    self.assertTrue(error.get("message"))
                    self.assertRegex(error.get("source"), r"^pfncheck\.[a-z-]+$")

    def test_b4(self):
        status = {"full": "fail", "clean": "pass", "hostile": "fail", "review": "fail",
                  "quiet": "pass", "hostile-review": "fail", "partial": "warn", "nothing": "warn"}
        for sample, _, text in texts("b4", "json"):
            with self.subTest(sample):
                (result,) = json.loads(text)
                self.assertEqual(result["tool"], "pfncheck")
                self.assertEqual(result["status"], status[sample])
                self.assertNotIn("\n", result["summary"])
                self.assertIsInstance(result["details"], str)
                for file in result["not_analysed"]:
                    self.assertEqual(set(file), {"file", "reason"})

    def test_sarif(self):
        """What GitHub's code scanning asks for, beside the schema."""
        for sample, _, text in texts("sarif", "json"):
            with self.subTest(sample):
                log = json.loads(text)
                self.assertIn("$schema", log)
                self.assertEqual(log["version"], "2.1.0")
                (run,) = log["runs"]
                rules = run["tool"]["driver"]["rules"]
                for rule in rules:
                    for field in ("shortDescription", "fullDescription", "help"):
                        self.assertTrue(0 < len(rule[field]["text"]) <= 1024)
                    self.assertLessEqual(len(rule["properties"]["tags"]), 20)
                    self.assertNotIn("`", rule["help"]["text"])
                self.assertTrue(run["automationDetails"]["id"].endswith("/"))
                prints = [result["partialFingerprints"]["pfncheck/v1"]
                          for result in run["results"]]
                self.assertEqual(len(prints), len(set(prints)))
                for result in run["results"]:
                    self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
                    self.check_sarif_result(result)
                failed = [note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                          for note in run["invocations"][0]["toolExecutionNotifications"]
                          if note["descriptor"]["id"] == "not-analysed"]
                self.assertEqual(len(failed), {"full": 12, "clean": 0, "quiet": 0,
                                               "review": 2, "partial": 14, "nothing": 0}.get(sample, 1))
                self.assertEqual(run["invocations"][0]["executionSuccessful"],
                                 not is_stopped(sample))

    def check_sarif_result(self, result):
        self.assertTrue(result["message"]["text"])
        self.assertNotIn("](", result["message"]["text"])
        self.assertEqual(len(result["locations"]), 1)
        related = result["relatedLocations"]
        self.assertLessEqual(len(related), 1000)
        self.assertEqual([where["id"] for where in related], list(range(1, len(related) + 1)))
        for where in result["locations"] + related:
            physical = where["physicalLocation"]
            region = physical["region"]
            self.assertEqual(region["startLine"], region["endLine"])
            self.assertGreater(region["startColumn"], 0)
            self.assertGreater(region["endColumn"], region["startColumn"])
            artifact = physical["artifactLocation"]
            self.assertRegex(artifact["uri"], r"^[A-Za-z0-9/._~%:-]+$")
            self.assertEqual("uriBaseId" in artifact, "://" not in artifact["uri"])
        if "codeFlows" in result:
            (steps,) = (flow["threadFlows"][0]["locations"] for flow in result["codeFlows"])
            places = [where.get("physicalLocation") for where in related]
            for step in steps:
                self.assertIn(step["location"].get("physicalLocation"), places)
        if result["kind"] != "fail":
            self.assertEqual(result["level"], "none")

    def test_sarif_review(self):
        (run,) = json.loads((GOLDEN / "format-sarif-review.json")
                            .read_text(encoding="utf-8"))["runs"]
        seen = {}
        for result in run["results"]:
            change = result["properties"]["change"]
            seen.setdefault(change, set()).add(result["baselineState"])
            self.assertEqual(result["properties"]["inBase"], change == "fixed")
            if change in ("fixed", "moved", "better"):
                self.assertIn(result["level"], ("note", "none"))
            # Where anything is suppressed, what is not says so.
            allowed = result["ruleId"] == "cow-pfnmap" or \
                "allowed" in result["properties"]["exporter"]
            self.assertEqual(len(result["suppressions"]), allowed)
        self.assertEqual(seen, {"new": {"new"}, "fixed": {"absent"}, "worse": {"updated"},
                                "better": {"updated"}, "moved": {"updated"}})
        for sample in ("full", "clean"):
            (run,) = json.loads((GOLDEN / f"format-sarif-{sample}.json")
                                .read_text(encoding="utf-8"))["runs"]
            for result in run["results"]:
                self.assertNotIn("baselineState", result)
                self.assertNotIn("suppressions", result)

    def test_gcc(self):
        shape = re.compile(r"^.+?:[1-9]\d*:[1-9]\d*: (error|warning|note): .+$")
        for sample, _, text in texts("gcc", "txt"):
            with self.subTest(sample):
                for line in text.splitlines():
                    if not line.startswith("pfncheck: warning: stopped early: "):
                        self.assertRegex(line, shape)
                    if re.search(r": (error|warning): ", line) and sample != "hostile":
                        self.assertRegex(line, r" \[pfncheck:[a-z-]+\]$")

    def test_checkpatch(self):
        for sample, _, text in texts("checkpatch", "txt"):
            with self.subTest(sample):
                for line in text.splitlines():
                    levels = re.findall(r"(ERROR|WARNING|CHECK):", line)
                    bad = re.match(r"^(.+?:[1-9]\d*|pfncheck): (ERROR|WARNING|CHECK)"
                                   r":PFNCHECK_[A-Z_]+: .+$", line)
                    self.assertEqual(len(levels), 1 if bad else 0, line)
                    self.assertRegex(line, r"^(.+?:[1-9]\d*|pfncheck): ")

    def test_good_news_are_not_held_against_anybody(self):
        """In what the review sample has fixed, moved and made better."""
        lines = (GOLDEN / "format-checkpatch-review.txt").read_text(encoding="utf-8")
        for line in lines.splitlines():
            if re.search(r" (fixed \(lines of the base\)|moved|better): ", line):
                self.assertNotRegex(line, "ERROR|WARNING|CHECK")
        lines = (GOLDEN / "format-gcc-review.txt").read_text(encoding="utf-8")
        good = [line for line in lines.splitlines() if re.search(r" (fixed \(lines of the base\)|moved|better): ", line)]
        self.assertEqual(len(good), 4)
        for line in good:
            self.assertRegex(line, r":\d+:\d+: note: (fixed \(lines of the base\)|moved|better): ")

    def test_what_is_fixed_is_told_by_the_lines_of_the_base(self):
        words = {"text": "txt", "gcc": "txt", "checkpatch": "txt", "junit": "xml",
                 "checkstyle": "xml", "markdown": "md", "b4": "json"}
        for name, suffix in words.items():
            for sample, told in (("review", True), ("quiet", False)):
                text = (GOLDEN / f"format-{name}-{sample}.{suffix}").read_text(encoding="utf-8")
                with self.subTest(format=name, sample=sample):
                    self.assertEqual("fixed (lines of the base)" in text, told)
                    self.assertNotRegex(text, "fixed: |(new|moved|better) .lines of the base")
        report = json.loads((GOLDEN / "format-json-review.json").read_text(encoding="utf-8"))
        for route in report["routes"]:
            for told in [route, *route["findings"]]:
                self.assertEqual(told["in_base"], told["change"] == "fixed")

    def test_messages_hold_no_numbers(self):
        """A bot takes a line for new if its text is."""
        for sample in ("full", "review"):
            text = (GOLDEN / f"format-gcc-{sample}.txt").read_text(encoding="utf-8")
            for line in text.splitlines():
                message = line.split(": ", 2)[-1]
                if " [pfncheck:" in message and "crashed (signal" not in message:
                    self.assertNotRegex(message, r"\d")

    def test_markdown(self):
        tags = re.compile(r"</?(code|details|summary|br)>")
        for sample, _, text in texts("markdown", "md"):
            with self.subTest(sample):
                self.assertLess(len(text), 65536)
                self.assertNotIn("<", tags.sub("", text))
                self.assertNotIn("`", text)
                self.assertNotRegex(text, r"(?<!&#)\b@|[^(]https?://")
                for tag in ("code", "details", "summary"):
                    self.assertEqual(text.count(f"<{tag}>"), text.count(f"</{tag}>"))
                rows = [line for line in text.splitlines() if line.startswith("|")]
                self.assertLessEqual(len({line.count("|") for line in rows}), 1)
                self.assertNotIn("\u202e", html.unescape(text))

    def test_no_golden_is_forgotten(self):
        names = {path.name.split("-", 2)[1] for path in GOLDEN.glob("format-*")}
        for name in names:
            found = {path.stem.split("-", 2)[2] for path in GOLDEN.glob(f"format-{name}-*")}
            wanted = set(SAMPLES)
            if name in ("text", "json"):
                wanted -= {"full", "clean", "hostile"}
            self.assertEqual(found, wanted, name)


if __name__ == "__main__":
    unittest.main()

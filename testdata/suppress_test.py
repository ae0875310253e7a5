#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Findings that somebody allows: by a file, and by comments if the caller honours them.

usage: suppress_test.py PFNCHECK [TEST...]
"""

import shutil

import end_to_end
import fake_tree
from end_to_end import Case

BAD = "drivers/bad/bad.c"
STORE = "\tvmf->page ="
OPS = "static const struct dma_buf_ops bad_ops"
COMMENT = "/* pfncheck: allow page-insert: only tests map it */"

PAGES = "exporter: bad_ops\nrule: page-insert\nreason: only tests map it\n"
FLAG = "exporter: bad_ops\nrule: missing-pfnmap\nreason: it is old\nwho: A. Person\n"


def line_of(text, words):
    return text[:text.index(words)].count("\n") + 1


class Suppressed(Case):
    def allow(self, text):
        file = self.directory / "allow"
        file.write_text(text)
        return "--allow", file

    def comment_bad(self, before, comment=COMMENT):
        """Puts a comment on a line of its own above these words of the bad driver."""
        text = fake_tree.BAD_C.replace(before, comment + "\n" + before, 1)
        self.assertNotEqual(text, fake_tree.BAD_C)
        self.write(BAD, text)
        return line_of(text, comment)

    @staticmethod
    def route(report, name="bad_ops"):
        return next(r for r in report["routes"] if r["ops"]["name"] == name)

    def rules(self, report):
        """rule -> who suppressed it, or None."""
        return {f["rule"]: f["suppressor"] for f in self.route(report)["findings"]}

    @staticmethod
    def notes(report):
        return "\n".join(note for note in report["coverage"]["notes"]
                         if not note.startswith("stubbed header"))

    def setUp(self):
        super().setUp()
        report, _ = self.report(status=1)
        self.assertEqual(self.rules(report), {"page-insert": None, "missing-pfnmap": None})


class Files(Suppressed):
    def test_all(self):
        option, file = self.allow(PAGES + "\n" + FLAG)
        report, _ = self.report(option, file, status=0)
        self.assertEqual(self.rules(report),
                         {"page-insert": f"{file}:1", "missing-pfnmap": f"{file}:5"})
        route = self.route(report)
        self.assertEqual((route["verdict"], route["level"]), ("violation", "error"))
        self.assertEqual(route["suppressed"], "only tests map it")
        reasons = {f["rule"]: (f["suppressed"], f["by_comment"]) for f in route["findings"]}
        self.assertEqual(reasons["missing-pfnmap"], ("it is old (A. Person)", False))
        self.assertEqual(self.notes(report), "")

    def test_text(self):
        options = self.allow(PAGES + "\n" + FLAG)
        plain = self.audit(*options)
        self.assertEqual(plain.status, 0)
        self.assertIn("nothing else found; 2 suppressed (-v shows them)", plain.out)
        self.assertIn("(suppressed)", plain.out)
        self.assertNotIn("[pfncheck:", plain.out)
        self.assertNotIn("only tests", plain.out)
        verbose = self.audit("-v", *options)
        self.assertIn("[pfncheck:page-insert]", verbose.out)
        self.assertIn(f"suppressed: only tests map it ({options[1]}:1)", verbose.out)
        explained = self.run_words([end_to_end.program, "explain", "bad_ops", str(self.tree),
                                    "--no-kbuild", "--cache", str(self.cache),
                                    *map(str, options)])
        self.assertIn(f"suppressed: only tests map it ({options[1]}:1)", explained.out)

    def test_one_of_two_is_not_enough(self):
        report, _ = self.report(*self.allow(PAGES), status=1)
        self.assertIsNone(self.route(report)["suppressed"])
        self.assertIsNotNone(self.rules(report)["page-insert"])

    def test_what_an_entry_is_for(self):
        rest = "rule: page-insert\nreason: so\n"
        for scope, counts in ((f"exporter: {BAD}:bad_ops\n", True),
                              ("exporter: good_ops\n", False),
                              ("exporter: drivers/good/good.c:bad_ops\n", False),
                              (f"file: {BAD}\n", True),
                              ("file: drivers/bad\n", False),
                              ("exporter: bad_ops\nfile: drivers/good/good.c\n", False),
                              ("table: bad_ops\n", False)):
            report, _ = self.report(*self.allow(scope + rest))
            self.assertEqual(self.rules(report)["page-insert"] is not None, counts, scope)
            self.assertEqual("no such finding" in self.notes(report), not counts, scope)

    def test_until(self):
        both = PAGES + "until: 2026-05-31\n\n" + FLAG
        for day, status in (("1780185600", 0), ("1780271999", 0), ("1780272000", 1)):
            report, _ = self.report(*self.allow(both), env={"SOURCE_DATE_EPOCH": day},
                                    status=status)
            self.assertEqual("expired on 2026-05-31" in self.notes(report), status == 1)
        self.assertIn(":1: ", self.notes(report))
        report, _ = self.report(*self.allow(PAGES + "until: 2001-01-01\n"), status=1)
        self.assertIn("expired on 2001-01-01; what it allowed counts", self.notes(report))

    def test_unknown_verdict(self):
        shutil.rmtree(self.tree / "drivers/bad")
        self.write("drivers/odd/odd.c", fake_tree.exporter("odd", "return odd_unknown(vma);"))
        self.report(status=1)
        options = self.allow("exporter: odd_ops\nrule: unknown\nreason: no source\n")
        report, _ = self.report(*options, status=0)
        self.assertEqual(self.route(report, "odd_ops")["suppressed"], "no source")
        self.assertIn("1 suppressed", self.audit(*options).out)
        self.assertIn("suppressed: no source", self.audit("-v", *options).out)

    def test_bad_files(self):
        for text, line in (("exporter: bad_ops\nrule: page-insert\n", 1),
                           (PAGES + "\nnonsense\n", 5),
                           ("exporter: bad_ops\nrule: odd\nreason: so\n", 1),
                           (PAGES + "until: soon\n", 1)):
            option, file = self.allow(text)
            self.assert_refused(self.audit(option, file), f"{file}:{line}: ")
        self.assert_refused(self.audit("--allow", self.directory / "none"), "none")
        self.assert_refused(self.audit("--allow", self.directory), str(self.directory))
        self.assert_refused(self.audit("--allow", ""), "--allow")


class Comments(Suppressed):
    def test_nothing_in_the_tree_silences(self):
        line = self.comment_bad(STORE)
        report, _ = self.report(status=1)
        self.assertIsNone(self.rules(report)["page-insert"])
        self.assertEqual(self.notes(report), "")
        report, _ = self.report("-v", status=1)
        self.assertIsNone(self.rules(report)["page-insert"])
        self.assertIn(f"{BAD}:{line}: a comment would allow page-insert", self.notes(report))

    def test_places(self):
        for before in (STORE, OPS):
            line = self.comment_bad(before)
            report, _ = self.report("--allow-comments", status=1)
            self.assertEqual(self.rules(report),
                             {"page-insert": f"{BAD}:{line}", "missing-pfnmap": None}, before)
        self.assertTrue(all(f["by_comment"] == (f["suppressor"] is not None)
                            for f in self.route(report)["findings"]))

    def test_elsewhere(self):
        line = self.comment_bad("static vm_fault_t bad_fault")
        report, _ = self.report("--allow-comments", status=1)
        self.assertIsNone(self.rules(report)["page-insert"])
        self.assertIn(f"{BAD}:{line}: ", self.notes(report))
        self.assertIn("no such finding", self.notes(report))

    def test_above_another(self):
        self.comment_bad(OPS, COMMENT + "\n/* pfncheck: allow missing-pfnmap: nor does it */")
        self.report("--allow-comments", status=0)

    def test_faults(self):
        """What the tree has wrong stops nobody: it is told, and allows nothing."""
        for comment, said in (("/* pfncheck: allow page-insert: */", "no reason"),
                              ("/* pfncheck: allow pages: so */", "no rule 'pages'"),
                              ("/* pfncheck: off */", "allow RULE: REASON")):
            line = self.comment_bad(STORE, comment)
            report, _ = self.report("--allow-comments", status=1)
            self.assertIsNone(self.rules(report)["page-insert"])
            self.assertIn(f"{BAD}:{line}: a comment allows nothing: ", self.notes(report))
            self.assertIn(said, self.notes(report))

    def test_hostile(self):
        reason = "\x1b[31m" + "x" * 100000
        self.comment_bad(STORE, f"/* pfncheck: allow page-insert: {reason} */")
        result = self.audit("--allow-comments", "-v")
        self.assertIn("suppressed: \\x1b[31mxxx", result.out)
        self.assertNotIn("\x1b", result.out)
        self.assertLess(max(map(len, result.out.splitlines())), 1000)
        self.comment_bad(STORE, "/* pfncheck: x */\n" * 1000)
        report, _ = self.report("--allow-comments")
        self.assertLess(len(report["coverage"]["notes"]), 100)
        self.assertIn("950 more", self.notes(report))


class Saved(Suppressed):
    def test_against(self):
        """What was suppressed did not count: it is new when it does, and not before."""
        options = self.allow(PAGES + "\n" + FLAG)
        saved = self.directory / "saved.json"
        self.audit("--format=json", "--output", saved, *options)
        report, _ = self.report("--against", saved, *options, status=0)
        self.assertEqual(report["against"]["findings"], 0)
        report, _ = self.report("--against", saved, status=1)
        self.assertFalse(self.route(report)["known"])
        self.assertEqual(self.rules(report), {"page-insert": None, "missing-pfnmap": None})
        self.audit("--format=json", "--output", saved)
        report, _ = self.report("--against", saved, *options, status=0)
        self.assertEqual(report["against"]["findings"], 2)


if __name__ == "__main__":
    end_to_end.main()

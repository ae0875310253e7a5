#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pfncheck review: what commits and patches change, in every form they come in.

usage: review_test.py PFNCHECK [TEST...]
"""

import json
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import Case

GOOD = "drivers/good/good.c"
BAD = "drivers/bad/bad.c"
NEW = "drivers/new/new.c"
NEW_C = fake_tree.exporter("new", "return vm_insert_page(vma, 0, 0);")


class ReviewCase(Case):
    """The tree is a git repository with one commit."""

    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "A. Tester")
        self.git("config", "user.email", "tester@example.org")
        self.git("config", "commit.gpgsign", "false")
        self.base = self.commit("base")

    def git(self, *words, cwd=None, **options):
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        env.update({"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
                    "HOME": str(self.directory)})
        done = subprocess.run(["git", *map(str, words)], cwd=cwd or self.tree, env=env,
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **options)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def commit(self, subject):
        """Commits all that differs; the new commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def edit(self, name, old, new, count=1):
        text = (self.tree / name).read_text()
        self.assertIn(old, text)
        self.write(name, text.replace(old, new, count))

    def edit_and_commit(self, name, old, new):
        self.edit(name, old, new)
        return self.commit(f"{name}: {new}")

    def break_good(self, subject="good: insert pages"):
        self.write(GOOD, fake_tree.exporter("good", "return vm_insert_page(vma, 0, 0);"))
        return self.commit(subject)

    def command(self, *options, tree=None, cache=None, kbuild=False, binary=None):
        words = [str(binary or end_to_end.program), "review"]
        if not kbuild:
            words.append("--no-kbuild")
        words += ["--cache", str(cache or self.cache)]
        words += [str(option) for option in options]
        if "--against" not in words and tree is None:
            tree = self.tree
        return words + ([str(tree)] if tree is not None else [])

    def changes(self, *options, status=None, **more):
        """ops name -> verdict of the routes that a review has."""
        report, result = self.report(*options, status=status, **more)
        return {route["ops"]["name"]: route["verdict"] for route in report["routes"]}, result

    def merge_topic(self):
        """A merge of a branch that breaks the rule into one that went on."""
        self.git("checkout", "-q", "-b", "topic")
        self.break_good()
        self.git("checkout", "-q", "main")
        self.write("drivers/other.c", "int other;\n")
        self.commit("other")
        self.git("merge", "-q", "--no-edit", "topic")

    def assert_untouched(self, before):
        now = fake_tree.state(self.tree)
        different = {k for k in now | before if now.get(k) != before.get(k)}
        # An object that a patch makes and that is there gets a new time from git.
        self.assertEqual({k for k in different if "/.git/objects/" not in k}, set())
        self.assertEqual(set(now), set(before))

    def patch(self, *revisions, name="series.mbox"):
        file = self.directory / name
        file.write_text(self.git("format-patch", "--stdout", "--cover-letter", *revisions) + "\n")
        return file


class Commits(ReviewCase):
    def test_nothing_changed(self):
        self.edit(GOOD, "#include", "/* lines\n * that\n * move all others */\n#include")
        self.commit("good: a comment")
        found, result = self.changes("HEAD", status=0)
        self.assertEqual(found, {})
        self.assertEqual(result.err, "")

    def test_one_breaks(self):
        self.break_good()
        for words in (["HEAD"], [], ["HEAD~1..HEAD"], ["main~1...main"], [f"{self.base}.."]):
            if not words:
                result = self.run_words(self.command("--format=json", tree="HEAD"),
                                        cwd=self.tree)
                found = self.verdicts(json.loads(result.out))
            else:
                found, result = self.changes(*words)
            self.assertEqual(found, {"good_ops": "violation"}, words)
            self.assertEqual(result.status, 1, words)

    def test_a_finding_that_moves(self):
        """Into a helper: it is told, but it is no news."""
        self.break_good()
        self.write(GOOD, fake_tree.exporter("good", "return helper(vma);").replace(
            "static", "static int helper(struct vm_area_struct *vma)\n{\n"
            "\treturn vm_insert_page(vma, 0, 0);\n}\n\nstatic", 1))
        self.commit("good: a helper")
        report, _ = self.report("HEAD", status=0)
        route, = report["routes"]
        self.assertEqual((route["change"], {f["change"] for f in route["findings"]}),
                         ("none", {"moved"}))

    def test_a_new_exporter(self):
        self.write(NEW, NEW_C)
        self.write("drivers/new/Makefile", "obj-m += new.o\n")
        self.commit("new: add a driver")
        found, _ = self.changes("HEAD", status=1)
        self.assertEqual(found, {"new_ops": "violation"})

    def test_a_new_exporter_that_is_fine(self):
        self.write(NEW, fake_tree.FILES[GOOD].replace("good", "new"))
        self.commit("new: add a driver")
        found, _ = self.changes("HEAD", status=0)
        self.assertEqual(found, {"new_ops": "pass"})

    def test_fixed(self):
        self.write(BAD, fake_tree.exporter("bad", "return -1;"))
        self.commit("bad: refuse")
        _, result = self.changes("HEAD", status=0)
        self.assertIn("bad_ops", result.out)

    def test_a_driver_is_deleted(self):
        (self.tree / BAD).unlink()
        self.commit("bad: remove")
        found, _ = self.changes("HEAD", status=0)
        self.assertEqual(found, {"bad_ops": "violation"})

    def test_a_range_is_what_head_has_more(self):
        self.git("checkout", "-q", "-b", "topic")
        self.break_good()
        self.git("checkout", "-q", "main")
        (self.tree / BAD).unlink()
        self.commit("bad: remove")
        found, _ = self.changes("main..topic", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_broken_and_mended(self):
        self.break_good()
        self.write(GOOD, fake_tree.FILES[GOOD])
        self.commit("good: as before")
        found, _ = self.changes(f"{self.base}..HEAD", status=0)
        self.assertEqual(found, {})
        _, result = self.changes(f"{self.base}..HEAD", "--each", status=1)
        self.assertEqual(result.out.count('"name": "good_ops"'), 2)

    def test_a_merge_is_compared_with_its_first_parent(self):
        self.merge_topic()
        found, _ = self.changes("HEAD", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_only(self):
        self.write(BAD, fake_tree.exporter("bad", "return -1;"))
        self.break_good()
        found, _ = self.changes("HEAD", "--only=new,worse", status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        found, _ = self.changes("HEAD", "--only=fixed,better", status=0)
        self.assertNotIn("good_ops", found)
        result = self.audit("HEAD", "--only=moved")
        self.assertEqual(result.status, 0)
        self.assertIn("but of others", result.out)

    def test_the_work_tree_stays(self):
        self.break_good()
        self.edit(GOOD, "return", "return 1 ? 0 :")
        self.write("untracked.c", "int untracked;\n")
        self.git("add", "untracked.c")
        status = self.git("status", "--porcelain")
        before = fake_tree.state(self.tree)
        found, _ = self.changes("HEAD")
        self.assertEqual(found, {"good_ops": "violation"})
        self.assert_untouched(before)
        self.assertEqual(self.git("status", "--porcelain"), status)

    def test_a_bare_repository(self):
        self.break_good()
        bare = self.directory / "bare.git"
        self.git("clone", "-q", "--bare", self.tree, bare)
        found, _ = self.changes("HEAD", tree=bare)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_from_a_subdirectory(self):
        self.break_good()
        found, _ = self.changes("HEAD", tree=self.tree / "drivers")
        self.assertEqual(found, {"good_ops": "violation"})

    def test_a_second_repository_in_the_same_cache(self):
        self.break_good()
        first, _ = self.changes("HEAD")
        other = fake_tree.make(self.directory / "other")
        self.tree = other
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "A. Tester")
        self.git("config", "user.email", "tester@example.org")
        self.commit("base")
        (other / "include/linux/types.h").write_text(
            fake_tree.FILES["include/linux/types.h"] + "\n/* other */\n")
        self.break_good()
        found, _ = self.changes("HEAD")
        self.assertEqual(found, first)

    def audits(self, cache):
        """What the audits say that reviews saved in a cache."""
        saved = [json.loads(file.read_bytes())
                 for file in (cache / "review" / "audits").glob("*.json")]
        return sorted(json.dumps([audit["routes"], audit["coverage"]], sort_keys=True)
                      for audit in saved)

    def test_each_is_what_it_is_alone(self):
        """A run keeps what it traced for the next state, which must not show."""
        helper = "int helper(struct vm_area_struct *vma)\n{\n\treturn %s;\n}\n"
        head = "#include <linux/dma-buf.h>\n#include <linux/mm.h>\n"
        self.write("drivers/helper.c", head + helper % "remap_pfn_range(vma, 0, 0, 0, 0)")
        self.write(GOOD, fake_tree.exporter("good", "return helper(vma);").replace(
            "static", "int helper(struct vm_area_struct *vma);\n\nstatic", 1))
        steps = [
            self.commit("good: a helper elsewhere"),
            self.edit_and_commit("drivers/helper.c", "remap_pfn_range(vma, 0, 0, 0, 0)",
                                 "vm_insert_page(vma, 0, 0)"),
            self.edit_and_commit("drivers/helper.c", "\treturn",
                                 "\tif (vma->vm_start)\n\t\tvma->vm_ops = NULL;\n\treturn"),
            self.edit_and_commit(BAD, "#include", "/* a line more */\n#include"),
        ]
        self.write("drivers/third.c", fake_tree.exporter("third", "return helper(vma);").replace(
            "static", "int helper(struct vm_area_struct *vma);\n\nstatic", 1))
        steps.append(self.commit("third"))
        (self.tree / GOOD).unlink()
        steps.append(self.commit("good goes"))
        self.git("revert", "--no-edit", "HEAD")
        steps.append(self.git("rev-parse", "HEAD"))
        # What was compiled in advance of a header is of no use once that is another one.
        header = (self.tree / "include/linux/mm.h").read_text()
        self.write("include/linux/mm.h", header + "#define remap_pfn_range(v, a, p, s, f) "
                                                  "vm_insert_page(v, a, (void *)p)\n")
        steps += [self.commit("mm: no pfns"),
                  self.edit_and_commit(BAD, "#include", "#include <linux/file.h>\n#include"),
                  self.edit_and_commit("drivers/third.c", "helper(vma)",
                                       "remap_pfn_range(vma, 0, 0, 0, 0)")]
        self.write("include/linux/mm.h", header)
        steps.append(self.commit("mm: pfns again"))
        (self.tree / "drivers/helper.c").unlink()
        steps.append(self.commit("the helper goes"))
        each, alone = self.directory / "each", self.directory / "alone"
        report, _ = self.report("--each", f"{self.base}..HEAD", cache=each)
        self.assertEqual(len(report["review"]["commits"]), len(steps))
        for step in steps:
            self.report(step, cache=alone)
        self.assertEqual(self.audits(each), self.audits(alone))
        self.assertGreaterEqual(len(set(self.audits(each))), len(steps) - 1)

    def test_output_does_not_vary(self):
        self.break_good()
        _, first = self.changes("HEAD")
        _, again = self.changes("HEAD")
        self.assertEqual(again.out, first.out)
        _, fresh = self.changes("HEAD", cache=self.directory / "fresh")
        self.assertEqual(fresh.out, first.out)
        for words in (["--format=text"], ["--format=text", "--no-cache"]):
            first = self.audit("HEAD", *words)
            again = self.audit("HEAD", *words)
            self.assertEqual(again.out, first.out)


class Patches(ReviewCase):
    def setUp(self):
        super().setUp()
        self.break_good()
        self.edit(BAD, "#include", "/* moved */\n#include")
        self.commit("bad: move lines")
        self.mailbox = self.patch(f"{self.base}..HEAD")
        self.git("reset", "-q", "--hard", self.base)

    def test_a_series(self):
        found, _ = self.changes("--patch", self.mailbox, status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_standard_input(self):
        result = self.run_words(self.command("--patch=-", "--format=json"),
                                stdin=open(self.mailbox, "rb"))
        self.assertEqual(self.verdicts(json.loads(result.out)), {"good_ops": "violation"})

    def test_crlf_replies_and_a_shuffled_mailbox(self):
        text = self.mailbox.read_text()
        mails = ["From " + mail for mail in ("\n" + text).split("\nFrom ")[1:]]
        reply = ("From x Mon Sep 17 00:00:00 2001\nFrom: B <b@example.org>\n"
                 "Subject: Re: [PATCH 1/2] good: insert pages\n\n> ---\nI would rather:\n"
                 "---\ndiff --git a/drivers/bad/bad.c b/drivers/bad/bad.c\n"
                 "--- a/drivers/bad/bad.c\n+++ b/drivers/bad/bad.c\n@@ -1,1 +1,1 @@\n-x\n+y\n\n")
        mails = [mail + "\n" for mail in mails]
        self.mailbox.write_text("".join([mails[2], reply, mails[0], mails[1]])
                                .replace("\n", "\r\n"))
        found, _ = self.changes("--patch", self.mailbox, status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_a_bare_diff(self):
        file = self.directory / "x.diff"
        self.write(GOOD, fake_tree.exporter("good", "return vm_insert_page(vma, 0, 0);"))
        file.write_text(self.git("diff") + "\n")
        self.git("checkout", "-q", ".")
        found, _ = self.changes("--patch", file, status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_another_base(self):
        self.write(GOOD, "int nothing;\n")
        self.commit("good: empty")
        self.assert_refused(self.audit("--patch", self.mailbox), "patch 1", "does not apply",
                            GOOD, "--base")
        found, _ = self.changes("--patch", self.mailbox, "--base=HEAD~1", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_nothing_is_written_to_the_repository(self):
        before = fake_tree.state(self.tree)
        self.changes("--patch", self.mailbox)
        self.assert_untouched(before)

    def test_hostile_names(self):
        for name in ("../../x", "/etc/x", ".git/config", "a/../../x"):
            text = (f"From: E <e@example.org>\nSubject: [PATCH] \x1b[31m`touch x` $(id) --help\n\n"
                    f"---\ndiff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n"
                    f"+++ b/{name}\n@@ -0,0 +1 @@\n+x\n")
            file = self.directory / "hostile"
            file.write_text(text)
            result = self.audit("--patch", file)
            self.assert_refused(result, "patch 1")
            self.assertNotIn("\x1b", result.err)
            self.assertFalse((self.directory / "x").exists())

    def test_odd_names_are_files_like_others(self):
        names = ["--output=x", "drivers/a b/it's \"q\".c", "drivers/\x01\x1b[31m.c",
                 "drivers/caf\u00e9.c", "drivers/new\nline.c"]
        for name in names:
            self.write(name, NEW_C.replace("new", f"n{names.index(name)}"))
        self.commit("odd \x1b[31m names")
        mailbox = self.patch("HEAD~1..HEAD", name="odd")
        self.git("reset", "-q", "--hard", self.base)
        found, result = self.changes("--patch", mailbox, status=1)
        self.assertEqual(found, {f"n{i}_ops": "violation" for i in range(1, 5)})
        result = self.audit("--patch", mailbox)
        self.assertNotIn("\x1b", result.out + result.err)

    def test_a_binary_patch(self):
        self.write("logo.png", b"\x89PNG\0\1\2\3" * 64)
        self.break_good()
        mailbox = self.patch("HEAD~1..HEAD", name="binary")
        diff = self.directory / "binary.diff"
        diff.write_text(self.git("diff", "HEAD~1..HEAD") + "\n")
        self.git("reset", "-q", "--hard", self.base)
        found, _ = self.changes("--patch", mailbox, status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        self.assert_refused(self.audit("--patch", diff), "binary", "logo.png")

    def test_a_rename(self):
        self.git("mv", "drivers/bad", "drivers/other")
        self.commit("bad: to another directory")
        mailbox = self.patch("-M", "HEAD~1..HEAD", name="rename")
        self.git("reset", "-q", "--hard", self.base)
        _, result = self.changes("--patch", mailbox, status=0)
        self.assertIn("drivers/other/bad.c", result.out)

    def test_no_patch(self):
        file = self.directory / "empty"
        for text in ("", "\n", "Subject: hello\n\nno patch here\n", "\0\1\2"):
            file.write_text(text)
            self.assert_refused(self.audit("--patch", file), "no patch")
        self.assert_refused(self.audit("--patch", self.directory / "absent"), "absent")


class Refusals(ReviewCase):
    def test_revisions(self):
        self.assert_refused(self.audit("no-such"), "no-such")
        self.assert_refused(self.audit("HEAD..no-such"), "no-such")
        self.assert_refused(self.audit("HEAD..HEAD"), "nothing to review")
        self.assert_refused(self.audit("HEAD"), "no parent")
        self.assert_refused(self.audit("--", "--help"), "--help")
        self.git("checkout", "-q", "--orphan", "alone")
        self.commit("alone")
        self.assert_refused(self.audit("main..alone"), "no history in common")

    def test_a_shallow_clone(self):
        self.break_good()
        shallow = self.directory / "shallow"
        self.git("clone", "-q", "--depth=1", f"file://{self.tree}", shallow)
        self.assert_refused(self.audit("HEAD", tree=shallow), "shallow", "git fetch")

    def test_a_partial_clone(self):
        self.break_good()
        self.git("config", "uploadpack.allowFilter", "true")
        partial = self.directory / "partial"
        self.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{self.tree}", partial)
        self.assert_refused(self.audit("HEAD", tree=partial), "partial clone", "git fetch")

    def test_no_repository(self):
        plain = fake_tree.make(self.directory / "plain")
        self.assert_refused(self.audit("HEAD", tree=plain), "git")
        self.assert_refused(self.audit("HEAD", tree=self.directory / "absent"), "absent")

    def test_options(self):
        self.assert_refused(self.audit("HEAD", "--base=x"), "--base")
        self.assert_refused(self.audit("HEAD", "--only=bad"), "--only")
        self.assert_refused(self.audit("HEAD", "--patch=x"), "TREE")
        self.assert_refused(self.audit("--patch=x", "--against=y"), "--against")
        self.assert_refused(self.audit("HEAD", "--timeout=0"), "--timeout")


OTHER = "drivers/other/other.c"


class WhatMatters(ReviewCase):
    """Only what an audit depends on is looked at again."""

    more = {OTHER: "int other(void)\n{\n\treturn 1;\n}\n",
            "drivers/other/other.h": "int other(void);\n"}

    def looked(self, *options):
        """Whether the head was audited, and the changes."""
        file = self.directory / "stats.json"
        file.unlink(missing_ok=True)
        found, _ = self.changes(*options, "--stats", file)
        return json.loads(file.read_text())["files_scanned"] > 0, found

    def setUp(self):
        super().setUp()
        # The base is known from an earlier review.
        self.write("README", "about\n")
        self.commit("readme")
        self.looked("HEAD")

    def test_what_does_not(self):
        for name, text in (("README", "more about\n"),
                           (OTHER, "int other(void)\n{\n\tint x = more(2);\n\treturn x;\n}\n"),
                           ("drivers/other/third.c", "int third(void)\n{\n\treturn 1;\n}\n"),
                           ("scripts/checkpatch.pl", "#!/usr/bin/perl\n")):
            self.write(name, text)
            self.commit(f"change {name}")
            looked, found = self.looked("HEAD")
            self.assertEqual((looked and not name.startswith("scripts"), found), (False, {}), name)

    def test_what_does(self):
        for name, text in ((GOOD, "/* comment */\n" + fake_tree.FILES[GOOD]),
                           ("drivers/bad/bad.h", "/* comment */\n" + fake_tree.FILES["drivers/bad/bad.h"]),
                           ("include/linux/mm.h", fake_tree.FILES["include/linux/mm.h"] + "\n"),
                           (OTHER, fake_tree.exporter("other")),
                           # Found before the one in include/.
                           ("drivers/good/linux/mm.h", "#include_next <linux/mm.h>\n")):
            self.write(name, text)
            self.commit(f"change {name}")
            self.assertTrue(self.looked("HEAD")[0], name)

    def test_what_other_mappings_call(self):
        """Of a file with mappings of its own matter the functions that the scan was asked of."""
        maps = "drivers/other/maps.c"
        text = ("struct vm_area_struct;\n\n"
                "int maps(struct vm_area_struct *vma)\n{\n\treturn first(vma);\n}\n")
        self.write("mm/helper.c", "#include <linux/mm.h>\n\n"
                   "static int deep(struct vm_area_struct *vma)\n{\n"
                   "\treturn vm_insert_page(vma, 0, NULL);\n}\n\n"
                   "int helper(struct vm_area_struct *vma)\n{\n\treturn deep(vma);\n}\n"
                   "EXPORT_SYMBOL_GPL(helper);\n")
        self.write(maps, text)
        start = self.commit("mm: a helper")
        self.looked("HEAD")
        for after, looked in (
                (text.replace("first", "second"), False),
                (text.replace("\treturn", "\tthird(vma);\n\treturn"), False),
                (text.replace("int maps", "int other_maps"), False),
                (text + "int fourth(struct vm_area_struct *vma)\n{\n\treturn 1;\n}\n", False),
                (text.replace("first", "helper"), True),
                (text.replace("int maps", "int deep"), True),
                (text + "#define deep(x) vm_insert_page(x, 0, NULL)\n", True)):
            self.git("reset", "-q", "--hard", start)
            self.write(maps, after)
            self.commit("maps: change")
            self.assertEqual(self.looked("HEAD"), (looked, {}), after)

    def test_a_function_that_is_asked_for(self):
        self.write(GOOD, fake_tree.exporter("good", "return helper(vma);")
                   .replace("static", "int helper(struct vm_area_struct *vma);\nstatic", 1))
        self.commit("good: call a helper")
        self.assertEqual(self.looked("HEAD")[1], {"good_ops": "unknown"})
        self.write(OTHER, "int helper(void *vma)\n{\n\treturn -1;\n}\n")
        self.commit("other: define it")
        self.assertTrue(self.looked("HEAD")[0])


class Build(ReviewCase):
    """How files are compiled is what the base says."""

    def test_a_new_driver_that_breaks_the_rule(self):
        self.write(NEW, NEW_C)
        self.write("drivers/new/Makefile", "obj-m += new.o\n")
        self.commit("new: add a driver")
        report, _ = self.report("HEAD", status=1)
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["change"]), ("violation", "new"))
        self.assertIn("drivers/new/Makefile", " ".join(route["notes"]))
        self.assertEqual({f["confidence"] for f in route["findings"]}, {"likely"})

    def test_one_that_does_not(self):
        self.write("drivers/new/new.c", fake_tree.FILES[GOOD].replace("good", "new"))
        self.write("drivers/new/Makefile", "obj-m += new.o\n")
        self.commit("new: add a driver")
        report, _ = self.report("HEAD", status=1)
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["reason"]),
                         ("unknown", "build description changed: drivers/new/Makefile"))
        self.assertIn("build description changed: drivers/new/Makefile", self.audit("HEAD").out)

    def verdicts_after(self, name, text):
        self.write(name, text)
        self.commit(f"change {name}")
        found, _ = self.changes("HEAD")
        self.git("reset", "-q", "--hard", self.base)
        return found

    def test_what_a_makefile_bears_on(self):
        good = fake_tree.FILES["drivers/good/Makefile"]
        top = fake_tree.FILES["Makefile"]
        both = {"good_ops": "unknown"}
        for name, text, found in (
                ("drivers/good/Makefile", good + "ccflags-y += -DX\n", both),
                ("drivers/good/Makefile", good + "# comment\n", {}),
                ("drivers/good/Makefile", good + "obj-m += other.o\n", {}),
                ("drivers/good/Makefile", "obj-$(CONFIG_GOOD) += good.o\n", both),
                ("drivers/good/Makefile", "obj-m += x.o\nx-y := \\\n\tgood.o\n", both),
                ("drivers/Makefile", "obj-y += good/\n", both),
                ("drivers/Makefile", "obj-y += fine/\n", {}),
                ("drivers/Makefile", "subdir-ccflags-y += -DX\n", both),
                ("Makefile", top + "KBUILD_CFLAGS += -DX\n", both),
                ("arch/x86/Makefile", "KBUILD_CFLAGS += -DX\n", both),
                ("arch/arm/boot/Makefile", "KBUILD_CFLAGS += -DX\n", {}),
                ("Makefile", top.replace("VERSION = 6", "VERSION = 7"), {}),
                ("scripts/Makefile.lib", "x := 1\n", both),
                ("scripts/kconfig/x.c", "int x;\n", both),
                ("scripts/checkpatch.pl", "1;\n", {}),
                ("drivers/Kconfig", "config OTHER\n\tbool\n", {})):
            self.assertEqual(self.verdicts_after(name, text), found, f"{name}: {text}")

    def test_a_neighbour(self):
        """A driver more in the same Makefile, with an option of its own."""
        self.write("drivers/good/Makefile", "obj-$(CONFIG_GOOD) += good.o\n")
        self.write("drivers/good/Kconfig", "config GOOD\n\ttristate \"good\"\n")
        self.commit("good: with an option")
        self.write("drivers/good/Makefile", "obj-$(CONFIG_GOOD) += good.o\n"
                   "obj-$(CONFIG_NEXT)\t+= next.o\nnext-y := a.o \\\n\tb.o\n")
        self.write("drivers/good/Kconfig", "config GOOD\n\ttristate \"good\"\n\n"
                   "config NEXT\n\ttristate \"next\"\n\tdepends on GOOD\n\thelp\n\t  Say Y.\n")
        self.write("drivers/good/next.c", "int next;\n")
        self.commit("next: add a driver")
        found, _ = self.changes("HEAD", status=0)
        self.assertEqual(found, {})

    def test_what_an_option_bears_on(self):
        self.write("drivers/good/Makefile", "obj-$(CONFIG_GOOD) += good.o\n")
        self.edit(BAD, "#include", "#ifdef CONFIG_BADLY\n#endif\n#include")
        text = ("config GOOD\n\ttristate \"good\"\n\thelp\n\t  Say Y.\n\n"
                "config BADLY\n\tbool\n")
        self.write("drivers/Kconfig", text)
        self.base = self.commit("with options")
        for new, found in ((text.replace("Say Y", "Say N"), {}),
                           (text.replace("tristate", "bool"), {"good_ops": "unknown"}),
                           # A violation stays one.
                           (text + "\tdepends on X\n", {}),
                           ("if X\n" + text + "endif\n", {"good_ops": "unknown"}),
                           (text + "config THIRD\n\tbool\n", {})):
            self.assertEqual(self.verdicts_after("drivers/Kconfig", new), found, new)


class Undecided(ReviewCase):
    def test_what_does_not_parse_is_not_fixed(self):
        self.edit(BAD, "#include", "#include \"missing.h\"\n#include")
        self.commit("bad: a header is missing")
        report, _ = self.report("HEAD")
        self.assertEqual([f for r in report["routes"] for f in r["findings"]
                          if f["change"] == "fixed"], [])
        self.assertEqual([r["change"] for r in report["routes"] if r["change"] == "fixed"], [])
        self.assertEqual([e["file"] for e in report["coverage"]["files_failed"]], [BAD])

    def test_the_commit_is_named(self):
        commit = self.break_good()
        report, _ = self.report("HEAD", status=1)
        route, = report["routes"]
        self.assertEqual({route["commit"]} | {f["commit"] for f in route["findings"]}, {commit})


class Comments(ReviewCase):
    def test_a_comment_that_is_added_shows(self):
        self.edit(BAD, "#include", "/* pfncheck: allow page-insert: I know better */\n#include")
        self.commit("bad: allow it")
        for options in ([], ["--allow-comments"]):
            report, _ = self.report("HEAD", *options)
            self.assertTrue([n for n in report["coverage"]["notes"]
                             if BAD in n and "page-insert: I know better" in n], report["coverage"])
            self.assertIn("I know better", self.audit("HEAD", *options).out)
        self.edit(BAD, "#include", "/* more */\n#include")
        self.commit("bad: more")
        report, _ = self.report("HEAD")
        self.assertEqual(report["coverage"]["notes"], [])


class Anchor(ReviewCase):
    def test_the_step_that_the_diff_touches(self):
        self.write(GOOD, fake_tree.exporter("good", "return helper(vma);").replace(
            "static", "static int helper(struct vm_area_struct *vma)\n{\n"
            "\treturn -1;\n}\n\nstatic", 1))
        self.commit("good: a helper that refuses")
        self.edit(GOOD, "return -1;", "return vm_insert_page(vma, 0, 0);")
        self.commit("good: a helper that does not")
        self.edit(GOOD, "return helper(vma);", "return  helper(vma);")
        self.commit("good: a step of the path")
        # Against the first state: the insertion is the last step that is new.
        for words, line in ((["HEAD~1"], "return vm_insert_page"),
                            (["HEAD~2..HEAD"], "return vm_insert_page")):
            touched = self.audit(*words, "--format=gcc", "--anchor=diff")
            number = int(touched.out.split(":")[1])
            text = (self.tree / GOOD).read_text().splitlines()
            self.assertIn(line, text[number - 1], touched.out)

    def test_a_finding_elsewhere(self):
        """The insertion was there; what is new is the callback that comes to it."""
        self.write("drivers/good/helper.h", "static int helper(struct vm_area_struct *vma)\n{\n"
                   "\treturn vm_insert_page(vma, 0, 0);\n}\n")
        self.commit("good: a helper")
        self.write(GOOD, fake_tree.exporter("good", "return helper(vma);").replace(
            "static", "#include \"helper.h\"\n\nstatic", 1))
        self.commit("good: use it")
        own = self.audit("HEAD", "--format=gcc")
        self.assertTrue(own.out.startswith("drivers/good/helper.h:3:"), own.out)
        touched = self.audit("HEAD", "--format=gcc", "--anchor=diff")
        self.assertTrue(touched.out.startswith(GOOD + ":"), touched.out)
        self.assertIn("helper.h:3:", touched.out)


FAULT_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

static vm_fault_t late_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, 1);
}

static const struct vm_operations_struct late_vm_ops = {
	.fault = late_fault,
};

static int late_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vm_flags_set(vma, VM_DONTEXPAND);
	vma->vm_ops = &late_vm_ops;
	return 0;
}

const struct dma_buf_ops late_ops = {
	.mmap = late_mmap,
};
"""


class LeftWithout(ReviewCase):
    """A mapping that is left without VM_PFNMAP, which its handler needs."""

    LATE = "drivers/late/late.c"

    def line(self, revision, text):
        lines = self.git("show", f"{revision}:{self.LATE}").splitlines()
        return 1 + next(i for i, line in enumerate(lines) if text in line)

    def setUp(self):
        super().setUp()
        self.write(self.LATE, FAULT_C)
        self.commit("late")

    def missing(self):
        report, _ = self.report("HEAD", status=1)
        route, = report["routes"]
        return next(f for f in route["findings"] if f["rule"] == "missing-pfnmap")

    def test_where_the_base_set_it(self):
        self.edit(self.LATE, "\tvm_flags_set(vma, VM_PFNMAP);\n", "")
        self.commit("late: no flag")
        step, = self.missing()["was"]
        line = self.line("HEAD~1", "VM_PFNMAP")
        self.assertEqual((step["file"], step["line"], step["function"], step["note"]),
                         (self.LATE, line, "late_mmap", "sets VM_PFNMAP"))
        for form in ("text", "gcc", "markdown", "sarif", "b4", "junit"):
            said = self.audit("HEAD", f"--format={form}").out
            self.assertIn("sets VM_PFNMAP (lines of the base)", said, form)

    def test_what_the_head_sets_as_well(self):
        """In the same function, but on another way."""
        self.edit(self.LATE, "\tvm_flags_set(vma, VM_PFNMAP);\n",
                  "\tif (dmabuf->size)\n\t\tvm_flags_set(vma, VM_PFNMAP);\n")
        self.commit("late: a flag for some")
        self.assertEqual(self.missing()["was"], [])

    def test_no_handler_stands_for_it(self):
        self.edit(self.LATE, "\tvm_flags_set(vma, VM_PFNMAP);\n", "")
        self.edit(self.LATE, "vmf->address, 1", "vmf->address, 2")
        self.edit(self.LATE, "vm_flags_set", "/* one\n\t * more\n\t */\n\tvm_flags_set")
        self.commit("late: no flag, and another page")
        said = self.audit("HEAD", "--format=gcc", "--anchor=diff").out
        place, = [line for line in said.splitlines() if "[pfncheck:missing-pfnmap]" in line]
        self.assertTrue(place.startswith(f"{self.LATE}:{self.line('HEAD', '/* one')}:"), place)

    def test_the_place_where_it_was(self):
        """In the part of the diff that takes the flag away."""
        self.edit(self.LATE, "VM_PFNMAP", "VM_IO")
        self.commit("late: another flag")
        for form in ("gcc", "checkpatch"):
            said = self.audit("HEAD", f"--format={form}", "--anchor=diff").out
            place = next(line for line in said.splitlines() if "without VM_PFNMAP" in line)
            self.assertTrue(place.startswith(f"{self.LATE}:{self.line('HEAD', 'VM_IO')}:"), place)


FAKE_KERNEL = Path(__file__).resolve().parent / "fake-kernel"


class Trusted(ReviewCase):
    """--trust-tree: the head is configured too, where it can do no harm."""

    def setUp(self):
        super().setUp()
        shutil.copytree(FAKE_KERNEL, self.tree, dirs_exist_ok=True)
        top = (FAKE_KERNEL / "drivers/Makefile").read_text()
        self.write("drivers/Makefile", top + "obj-y += good/ bad/\n")
        self.write("include/linux/kconfig.h", "")
        # A driver that keeps the rule unless its Makefile says something else.
        self.write(GOOD, fake_tree.FILES[GOOD].replace(
            "return remap_pfn_range", "#ifdef INSERT_PAGES\n\treturn vm_insert_page(vma, 0, 0);\n"
            "#endif\n\treturn remap_pfn_range"))
        self.base = self.commit("kernel")
        self.mark = self.directory / "mark"
        probe = self.run_words([end_to_end.program, "sandbox", str(self.directory), "true"])
        if probe.status:
            self.skipTest(f"no sandbox here: {probe.err}")

    def change_makefile(self, more):
        self.edit("drivers/good/Makefile", "obj-m", more + "obj-m")
        self.commit("good: other flags")

    def test_the_flags_of_the_head(self):
        self.change_makefile("ccflags-y += -DINSERT_PAGES\n")
        found, _ = self.changes("HEAD", kbuild=True, status=1)
        self.assertEqual(found, {"good_ops": "unknown"})
        found, _ = self.changes("HEAD", "--trust-tree", kbuild=True, status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_what_its_make_can_do(self):
        outside = [self.mark, self.tree / "mark", self.cache / "mark",
                   self.cache / "review/tree-0/mark", self.cache / "review/tree-1/mark"]
        run = "; ".join(f"touch {path}" for path in outside)
        self.change_makefile(f"$(shell {run}; cat /proc/net/dev > $$TMPDIR/net)"
                             "\nccflags-y += -DINSERT_PAGES\n")
        found, _ = self.changes("HEAD", "--trust-tree", kbuild=True, status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        self.assertEqual([path for path in outside if path.exists()], [])
        made = list(self.cache.glob("conf-*/tmp/net"))
        self.assertTrue(made)
        for name in made:
            devices = [line.split(":")[0].strip() for line in name.read_text().splitlines()[2:]]
            self.assertEqual(devices, ["lo"])

    def test_what_its_make_leaves_behind(self):
        """By what lies in the build directory it could have us write, read or run something."""
        victim = self.directory / "victim"
        victim.mkdir()
        (victim / "kept").write_text("kept\n")
        tricks = ["rm -rf pfncheck", "mv pfncheck elsewhere", f"ln -sfn {victim} pfncheck",
                  "echo > pfncheck/flags", "echo > pfncheck/flags.log", "touch planted",
                  f"ln -s {victim} link", f"ln -s {victim} include/link", "mkfifo pipe"]
        run = "; ".join(f"{{ {trick} && echo '{trick}' >> done; }}" for trick in tricks)
        self.change_makefile(f"$(shell ({run}) >/dev/null 2>&1)\nccflags-y += -DINSERT_PAGES\n"
                             "$(obj)/good.o: ../../escaped.h\n../../escaped.h: ;\n")
        found, _ = self.changes("HEAD", "--trust-tree", kbuild=True, status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        build, = (path.parent for path in self.cache.glob("conf-*/planted"))
        self.assertEqual(set((build / "done").read_text().splitlines()), set(tricks[-4:]))
        self.assertTrue((build / "pfncheck/flags").read_text().startswith("pfncheck-flags "))
        self.assertEqual([name for name in build.rglob("*")
                          if name.is_symlink() or not (name.is_file() or name.is_dir())], [])
        self.assertEqual([name.name for name in victim.iterdir()], ["kept"])
        self.assertEqual(list(self.directory.rglob("escaped.h")), [])

    def test_what_its_make_made_serves_no_other_state(self):
        self.change_makefile("$(shell touch planted)\n")
        self.audit("HEAD", "--trust-tree", kbuild=True)
        sandboxed, = self.cache.glob("conf-*/planted")
        for more in ([], ["--trust-tree"]):
            self.git("reset", "-q", "--hard", self.base)
            self.edit("drivers/bad/Makefile", "obj-m", f"# another state {more}\nobj-m")
            self.commit("bad: a remark")
            self.break_good()
            self.audit("HEAD", *more, kbuild=True)
            self.assertEqual(list(self.cache.glob("conf-*/planted")), [sandboxed])
        self.assertFalse((sandboxed.parent / "pfncheck/prepared").exists())
        self.assertGreater(len(list(self.cache.glob("conf-*/pfncheck/prepared"))), 1)

    def test_the_head_does_not_configure(self):
        self.edit("Kconfig", "mainmenu", "BROKEN\nmainmenu")
        self.commit("kconfig: broken")
        result = self.audit("HEAD", "--trust-tree", kbuild=True)
        self.assertEqual(result.status, 2, str(result))
        self.assertIn("syntax error", result.err)
        self.assertNotIn("no sandbox", result.err)


class Against(ReviewCase):
    def test_a_saved_audit(self):
        saved = self.directory / "saved.json"
        words = [end_to_end.program, "audit", str(self.tree), "--no-kbuild", "--cache",
                 str(self.cache), "--format=json", "--output", str(saved)]
        self.assertEqual(self.run_words(words).status, 1)
        found, _ = self.changes("--against", saved, self.tree, status=0)
        self.assertEqual(found, {})
        self.break_good()
        found, _ = self.changes("--against", saved, self.tree, status=1)
        self.assertEqual(found, {"good_ops": "violation"})


class Bots(ReviewCase):
    """What a program that runs it relies on."""

    def test_where_it_is_run(self):
        self.break_good()
        place = self.directory / "elsewhere"
        place.mkdir()
        for words in (["--format=json"], ["--format=text"], ["--format=markdown"]):
            want = self.audit("HEAD", *words)
            self.assertEqual((want.status, want.err), (1, ""))
            for env in ({"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}, {"LC_ALL": "C"},
                        {"TZ": "Pacific/Kiritimati"}, {"COLUMNS": "20"}, {"COLUMNS": "400"},
                        {"TERM": None, "HOME": str(place), "PWD": "/"}):
                again = self.audit("HEAD", *words, env=env, cwd=place)
                self.assertEqual((again.status, again.out, again.err), (1, want.out, ""))
            for more in ("-j1", "-j4", "--no-cache", "--no-pch"):
                again = self.audit("HEAD", *words, more)
                self.assertEqual((again.status, again.out, again.err), (1, want.out, ""))
            fresh = self.audit("HEAD", *words, cache=self.directory / f"fresh{words[0]}")
            self.assertEqual(fresh.out, want.out)
        other = self.directory / "else/where"
        self.git("clone", "-q", self.tree, other, cwd=self.directory)
        self.assertEqual(self.audit("HEAD", "--format=json", tree=other).out,
                         self.audit("HEAD", "--format=json").out)

    def test_terminal(self):
        self.break_good()
        result = self.audit("HEAD", "-v")
        self.assertNotIn("\x1b", result.out + result.err)
        self.assertNotIn("\r", result.out + result.err)
        shown = self.on_terminal("HEAD")
        self.assertEqual(shown.status, 1)
        self.assertRegex(shown.out, r"\x1b\[[0-9;]*31m")
        self.assertNotRegex(self.on_terminal("HEAD", env={"NO_COLOR": "1"}).out,
                            r"\x1b\[[0-9;]*m")

    def test_statuses(self):
        """What was fixed fails nothing, and what is not told decides nothing."""
        self.break_good()
        self.write(BAD, fake_tree.exporter("bad", "return -1;"))
        self.write("drivers/odd/odd.c", fake_tree.exporter("odd", "return odd_unknown(vma);"))
        self.commit("one fixed, one not decided")
        for commits, options, status in (
                ("HEAD", [], 1),                          # not decided: a warning
                ("HEAD", ["--fail-on=note"], 1),
                ("HEAD", ["--fail-on=error"], 0),
                ("HEAD", ["--fail-on=none"], 0),
                ("HEAD", ["--only=fixed"], 0),
                ("HEAD", ["--only=fixed", "--fail-on=note"], 0),
                ("HEAD", ["--only=new"], 1),
                ("HEAD", ["--only=new", "--fail-on=error"], 0),
                ("HEAD~1", ["--fail-on=error"], 1),
                ("HEAD~1", ["--only=new"], 1),
                ("HEAD~1", ["--only=fixed,better,moved"], 0),
                ("HEAD~2..HEAD", ["--fail-on=error"], 1),
                ("HEAD~2..HEAD", ["--each", "--fail-on=error"], 1),
                ("HEAD~2..HEAD", ["--each", "--only=fixed"], 0)):
            for words in ([], ["--format=json"], ["--format=gcc"], ["--format=b4"]):
                result = self.audit(commits, *options, *words)
                self.assertEqual(result.status, status, f"{commits} {options}: {result}")

    def assert_over(self, run, status, *words):
        """A run that ends in its time, with all that it started."""
        below = set()
        while run.process.poll() is None:
            below |= set(end_to_end.descendants(run.process.pid))
            time.sleep(0.05)
        result = run.end()
        self.assertLess(result.seconds, 6 * (5 if end_to_end.SANITIZED else 1))
        end_to_end.wait_until(lambda: not any(end_to_end.is_running(pid) for pid in below), 3,
                              "processes that are left over")
        self.assertEqual(result.status, status, str(result))
        for word in words:
            self.assertIn(word, result.out + result.err)
        return result

    def test_time_is_up(self):
        self.break_good()
        self.changes("HEAD")
        self.write("drivers/aaa/slow.c", end_to_end.slow() + fake_tree.exporter("aaa"))
        self.edit(GOOD, "vma, 0, 0", "vma, 1, 0")
        self.write(NEW, NEW_C)
        self.commit("slow")
        place = self.directory / "tmp"
        place.mkdir()
        for words, forms in ((["HEAD"], ("json", "sarif")), (["HEAD~2..HEAD"], ("json",)),
                             (["HEAD~2..HEAD", "--each"], ("json", "text"))):
            for form in forms:
                run = self.start(*words, f"--format={form}", "--timeout=3", "-j2",
                                 env={"TMPDIR": str(place)})
                result = self.assert_over(run, 3, "new_ops")
                if form == "json":
                    report = json.loads(result.out)
                    self.assertEqual(report["stopped"], "time limit")
                    self.assertEqual(report["coverage"]["files_not_reached"],
                                     ["drivers/aaa/slow.c"])
                    found = self.verdicts(report)
                    self.assertEqual((found["new_ops"], found["aaa_ops"]),
                                     ("violation", "unknown"))
                self.assertEqual(os.listdir(place), [])
        # Half an answer is not kept.
        (self.tree / "drivers/aaa/slow.c").unlink()
        self.commit("quick")
        found, _ = self.changes("HEAD~2..HEAD", status=1)
        self.assertEqual(found, {"new_ops": "violation"})

    def test_time_is_up_before_anything_is_known(self):
        self.write("Makefile", fake_tree.MAKEFILE + "%:\n\t@sleep 600\n")
        self.commit("a build that hangs")
        self.break_good()
        mailbox = self.patch("HEAD~1..HEAD")
        for words in (["HEAD"], ["--patch", mailbox, "--base=HEAD~1"]):
            for form in end_to_end.FORMATS:
                run = self.start(words=self.command(*words, "--timeout=1", f"--format={form}",
                                                    kbuild=True))
                result = self.assert_over(run, 3, "nothing is known yet")
                self.assert_nothing_known(form, result.out, "tree", "nothing was compared")
                if form == "json":
                    compared = json.loads(result.out)["review"]
                    self.assertEqual(compared["base"], self.git("rev-parse", "HEAD~1")[:12])
                    self.assertEqual(len(compared["commits"]), 1)
        left = [name for name in os.listdir(self.cache / "review") if name.startswith("mails")]
        self.assertEqual(left, [])
        self.assertEqual(self.changes("HEAD")[0], {"good_ops": "violation"})

    def test_time_is_up_for_a_saved_audit(self):
        """What the head was not asked for is not fixed."""
        saved = self.directory / "saved.json"
        words = ["--format=json", "--output", saved, self.tree]
        self.assertEqual(self.run_words([str(end_to_end.program), "audit", "--no-kbuild",
                                         "--no-coccinelle", "--cache", str(self.cache),
                                         *map(str, words)]).status, 1)
        shutil.rmtree(self.cache)
        shutil.rmtree(self.tree / "drivers/bad")
        self.write("drivers/aaa/slow.c", end_to_end.slow() + fake_tree.exporter("aaa"))
        for options, status in ((["--timeout=3"], 3), ([], 0)):
            found, _ = self.report("--against", saved, "-j2", *options, tree=self.tree,
                                   status=status)
            changes = {route["change"] for route in found["routes"]}
            self.assertEqual("fixed" in changes, status == 0, found["routes"])
            shutil.rmtree(self.tree / "drivers/aaa", ignore_errors=True)

    def test_no_question_is_asked(self):
        """Standard input is not read, or a hook's would be eaten."""
        self.break_good()
        reader, writer = os.pipe()
        os.write(writer, b"refs\n")
        result = self.run_words(self.command("HEAD"), stdin=reader)
        self.assertEqual(result.status, 1)
        os.close(writer)
        self.assertEqual(os.read(reader, 100), b"refs\n")
        os.close(reader)


class Hostile(ReviewCase):
    """What the tree under review holds is not run."""

    def test_nothing_of_the_head_is_run(self):
        mark = self.directory / "mark"
        run = f"$(shell touch {mark})\n"
        for name in ("Makefile", "arch/x86/Makefile", "drivers/good/Makefile", "Kbuild"):
            text = fake_tree.FILES.get(name, "")
            self.write(name, text + run)
        self.write("Kconfig", fake_tree.FILES["Kconfig"] + f'config X\n\tdef_bool $(shell,touch {mark})\n')
        self.write(".gitattributes", "* filter=evil diff=evil merge=evil\n*.c eol=crlf ident\n")
        self.write(".gitconfig", f'[filter "evil"]\n\tsmudge = touch {mark}\n')
        self.git("config", "filter.evil.smudge", f"touch {mark}; cat")
        self.git("config", "diff.evil.command", f"touch {mark}")
        self.git("config", "diff.evil.textconv", f"touch {mark};")
        self.git("config", "core.fsmonitor", f"touch {mark}")
        hooks = self.tree / ".git/hooks"
        for hook in ("post-checkout", "post-index-change", "reference-transaction"):
            (hooks / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
            (hooks / hook).chmod(0o755)
        self.break_good()
        mark.unlink(missing_ok=True)
        found, _ = self.changes("HEAD")
        self.assertEqual(found.get("good_ops"), "violation")
        self.assertFalse(mark.exists())

    # What a head could bring to be taken for the caller's.
    planted = {
        "compile_commands.json": "[",
        ".config": "CONFIG_X=y\n",
        "include/config/auto.conf": "CONFIG_X=y\n",
        ".cocciconfig": "[spatch]\n\toptions = --cache-limit 0\n",
        ".clang-format": "---\n",
        ".clang-tidy": "Checks: '-*'\n",
        ".clangd": "CompileFlags:\n  Add: -Dvm_insert_page=x\n",
        ".gitattributes": "*.c -diff binary filter=evil\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ../../../../evil\n',
        ".lgtm.yml": "path_classifiers: {}\n",
        ".pfncheck": "fail-on=none\n",
        ".pfncheck.json": "{}\n",
        "pfncheck.allow": "exporter: good_ops\nrule: page-insert\nreason: planted\n",
        "PFNCHECK_ALLOW": "rule: page-insert\nfile: drivers/good/good.c\nreason: planted\n",
        "config": "[core]\n\tfsmonitor = touch planted\n",
        "HEAD": "ref: refs/heads/main\n",
    }

    def test_what_the_head_brings_decides_nothing(self):
        _, want = self.break_and_review()
        for name, text in self.planted.items():
            self.write(name, text)
        self.git("add", "-Af")
        self.git("commit", "-q", "-m", "plant")
        report, result = self.report("HEAD", status=0)
        self.assertEqual(report["routes"], [])
        self.assertEqual(sorted(note.split(":")[0] for note in report["coverage"]["notes"]),
                         [".config", "compile_commands.json", "include/config/auto.conf"])
        found, result = self.changes("HEAD~2..HEAD", status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        route, = json.loads(result.out)["routes"]
        self.assertEqual([f["fingerprint"] for f in route["findings"]],
                         [f["fingerprint"] for f in json.loads(want.out)["routes"][0]["findings"]])
        self.assertEqual([f for f in route["findings"] if f.get("suppressed")], [])
        # The next base has them.
        self.edit(GOOD, "vma, 0, 0", "vma, 1, 0")
        self.commit("good: again")
        self.assertEqual(self.changes("HEAD", status=0)[0], {})

    def break_and_review(self):
        self.break_good()
        return self.changes("HEAD", status=1)

    def test_generated_headers_that_a_head_brings(self):
        """The build makes them anew, so they say nothing for what is committed."""
        for name in ("include/generated/autoconf.h", "include/generated/bounds.h",
                     "arch/x86/include/generated/asm/x.h"):
            self.write(name, "#define vm_insert_page(a, b, c) (-1)\n")
        self.git("add", "-Af")
        self.break_good()
        found, _ = self.changes("HEAD", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_environment_of_git(self):
        _, want = self.break_and_review()
        mark = self.directory / "mark"
        other = self.directory / "other"
        self.git("init", "-q", other, cwd=self.directory)
        for env in ({"GIT_DIR": str(other / ".git")},
                    {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other),
                     "GIT_INDEX_FILE": str(other / ".git/index"),
                     "GIT_OBJECT_DIRECTORY": str(other / ".git/objects")},
                    {"GIT_DIR": str(self.directory / "absent")},
                    {"GIT_DIR": str(self.tree / ".git"), "GIT_WORK_TREE": str(other),
                     "GIT_PREFIX": "drivers/", "GIT_INDEX_FILE": str(self.directory / "absent")},
                    {"GIT_EXTERNAL_DIFF": f"touch {mark}", "GIT_PAGER": f"touch {mark}",
                     "GIT_SSH_COMMAND": f"touch {mark}", "GIT_EDITOR": f"touch {mark}",
                     "GIT_ASKPASS": f"touch {mark}", "GIT_PROXY_COMMAND": f"touch {mark}"},
                    {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.fsmonitor",
                     "GIT_CONFIG_VALUE_0": f"touch {mark}", "GIT_CONFIG_KEY_1": "diff.external",
                     "GIT_CONFIG_VALUE_1": f"touch {mark}"},
                    {"GIT_CONFIG_PARAMETERS": f"'core.pager=touch {mark}'"},
                    {"GIT_DIFF_OPTS": "-u5", "GIT_LITERAL_PATHSPECS": "1", "GIT_FLUSH": "1",
                     "GIT_NAMESPACE": "x", "GIT_ICASE_PATHSPECS": "1",
                     "GIT_TRACE": str(mark), "GIT_TRACE2": str(mark),
                     "GIT_REDIRECT_STDERR": "off"}):
            result = self.audit("HEAD", "--format=json", env=env)
            if "GIT_TRACE" in env:
                # Where the repository is, git is asked as the caller would ask it.
                mark.unlink(missing_ok=True)
            self.assertEqual((result.status, result.out, result.err),
                             (1, want.out, ""), str(env))
            self.assertFalse(mark.exists(), env)

    def test_settings_of_the_repository(self):
        """They are the user's, but they do not change what is found."""
        _, want = self.break_and_review()
        for name, value in (("diff.noprefix", "true"), ("diff.interHunkContext", "99"),
                            ("diff.algorithm", "patience"), ("color.ui", "always"),
                            ("core.quotePath", "false"), ("log.showSignature", "true"),
                            ("core.autocrlf", "true"), ("core.eol", "crlf"),
                            ("format.pretty", "fuller"), ("diff.renames", "copies"),
                            ("core.attributesFile", str(self.tree / "Makefile")),
                            ("protocol.file.allow", "always"), ("core.bare", "true")):
            self.git("config", name, value)
        (self.tree / ".git/info/attributes").write_text("* binary -diff eol=crlf\n")
        _, again = self.changes("HEAD", "--no-cache", status=1)
        self.assertEqual(again.out, want.out)
        touched = self.audit("HEAD", "--format=gcc", "--anchor=diff")
        self.assertTrue(touched.out.startswith(GOOD), touched.out)

    def test_odd_revisions(self):
        self.break_good()
        blob = self.git("rev-parse", "HEAD:Makefile")
        for name in ("-v", "--upload-pack=x", "-", "--help", "--output=x"):
            (self.tree / ".git/packed-refs").write_text(
                f"# pack-refs with: peeled fully-peeled sorted \n"
                f"{self.git('rev-parse', 'HEAD')} refs/heads/{name}\n")
            for revision in (name, f"refs/heads/{name}", f"{name}~1..{name}"):
                result = self.audit("--format=json", "--", revision)
                if result.status == 2 and name == "-":
                    continue
                self.assertEqual(result.status, 1, f"{revision}: {result}")
                self.assertEqual(self.verdicts(json.loads(result.out)), {"good_ops": "violation"})
        (self.tree / ".git/packed-refs").unlink()
        self.git("tag", "tree", "HEAD^{tree}")
        self.git("tag", "blob", blob)
        for revision in ("tree", "blob", "HEAD:drivers", "", "..", "...", "^HEAD", "HEAD^!",
                         "--all", "HEAD\n--all", "\x1b[31m", "@{u}", "a b", "HEAD..--all",
                         "--exec=x..HEAD", ":/", "refs/*", "HEAD...tree", "HEAD..blob"):
            result = self.audit("--", revision)
            self.assert_refused(result)
            self.assertNotIn("\x1b", result.err)
        self.git("tag", "-a", "-m", "annotated", "annotated")
        found, _ = self.changes("annotated", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_objects_from_elsewhere(self):
        _, want = self.break_and_review()
        shared = self.directory / "shared"
        self.git("clone", "-q", "--shared", self.tree, shared)
        _, result = self.changes("HEAD", tree=shared, status=1)
        self.assertEqual(result.out, want.out)
        alternates = shared / ".git/objects/info/alternates"
        alternates.write_text(os.path.relpath(self.tree / ".git/objects",
                                              shared / ".git/objects") + "\n")
        _, result = self.changes("HEAD", tree=shared, cache=self.directory / "fresh", status=1)
        self.assertEqual(result.out, want.out)

    def test_a_linked_work_tree(self):
        linked = self.directory / "linked"
        self.git("worktree", "add", "-q", "-b", "topic", linked)
        self.break_good()
        self.assert_refused(self.audit("main..HEAD", tree=linked), "nothing to review")
        found, _ = self.changes("topic..main", tree=linked, status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_git_ends(self):
        """One git that reads objects ends before it was asked, and after an answer; the next one does."""
        tools = self.directory / "tools"
        tools.mkdir()
        real = shutil.which("git")
        self.break_good()
        for number, command in enumerate(("exit 1", f"head -n 1 | {real} \"$@\" | head -c 90")):
            mark = self.directory / f"mark{number}"
            (tools / "git").write_text(
                f"#!/bin/sh\ncase \"$*\" in *cat-file*) [ -e {mark} ] || {{ : >{mark}; "
                f"{command}; exit 1; }};; esac\nexec {real} \"$@\"\n")
            (tools / "git").chmod(0o755)
            env = {"PATH": f"{tools}:{os.environ['PATH']}"}
            result = self.audit("HEAD", cache=self.directory / f"cache{number}", env=env)
            self.assertEqual((result.status, result.err), (1, ""), str(result))
            self.assertTrue(mark.exists())

    def test_a_submodule_in_place_of_a_driver(self):
        self.git("rm", "-rq", "drivers/bad")
        self.git("update-index", "--add", "--cacheinfo", f"160000,{self.base},drivers/bad")
        self.git("commit", "-q", "-m", "bad: to a submodule")
        report, _ = self.report("HEAD", status=0)
        route, = report["routes"]
        self.assertEqual((route["ops"]["name"], route["change"]), ("bad_ops", "fixed"))

    def test_a_link_in_place_of_a_driver(self):
        outside = self.directory / "outside.c"
        outside.write_text(fake_tree.FILES[GOOD])
        for target in (str(outside), "../../../outside.c", "../bad/bad.c", "good.c", "/dev/zero"):
            (self.tree / GOOD).unlink()
            os.symlink(target, self.tree / GOOD)
            self.commit("good: a link")
            result = self.audit("HEAD", "--format=json")
            self.assertIn(result.status, (0, 1), str(result))
            self.git("reset", "-q", "--hard", self.base)

    def hook(self, repository, name, *words):
        """A hook that writes what pfncheck says to the file "said"."""
        hook = repository / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        line = " ".join(shlex.quote(str(word)) for word in words)
        hook.write_text(f"#!/bin/sh\nread old new ref\n"
                        f"{line} --format=json --output={self.directory}/said $old..$new .\n")
        hook.chmod(0o755)

    def test_in_a_hook(self):
        """What is being pushed is in a place of its own until the hook says yes."""
        bare = self.directory / "bare.git"
        self.git("clone", "-q", "--bare", self.tree, bare)
        words = self.command(tree="")[:-1]
        self.hook(bare, "pre-receive", *words)
        self.break_good()
        with self.assertRaises(subprocess.CalledProcessError):
            self.git("push", "-q", bare, "main")
        said = json.loads((self.directory / "said").read_text())
        self.assertEqual(self.verdicts(said), {"good_ops": "violation"})
        self.assertEqual(self.git("rev-parse", "main", cwd=bare), self.base)
        self.git("reset", "-q", "--hard", self.base)
        self.edit(GOOD, "#include", "/* fine */\n#include")
        new = self.commit("good: fine")
        self.git("push", "-q", bare, "main")
        self.assertEqual(self.git("rev-parse", "main", cwd=bare), new)

    def test_links_lead_nowhere(self):
        outside = self.directory / "outside"
        outside.mkdir()
        os.symlink(outside, self.tree / "drivers/link")
        self.commit("a link")
        (self.tree / "drivers/link").unlink()
        self.write("drivers/link/x.c", NEW_C)
        self.commit("a directory in its place")
        found, _ = self.changes("HEAD")
        self.assertEqual(found, {"new_ops": "violation"})
        self.git("checkout", "-q", "HEAD~1")
        found, _ = self.changes("HEAD", status=0)
        self.assertEqual(list(outside.iterdir()), [])


if __name__ == "__main__":
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pfncheck review: what commits and patches change, in every form they come in.

usage: review_test.py PFNCHECK [TEST...]
"""

import json
import os
import shutil
import subprocess
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

    def commit(self, subject, **files):
        """Commits all that differs; the new commit."""
        del files
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def edit(self, name, old, new, count=1):
        text = (self.tree / name).read_text()
        self.assertIn(old, text)
        self.write(name, text.replace(old, new, count))

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
        self.git("checkout", "-q", "-b", "topic")
        self.break_good()
        self.git("checkout", "-q", "main")
        self.write("drivers/other.c", "int other;\n")
        self.commit("other")
        self.git("merge", "-q", "--no-edit", "topic")
        found, _ = self.changes("HEAD", status=1)
        self.assertEqual(found, {"good_ops": "violation"})

    def test_only(self):
        self.write(BAD, fake_tree.exporter("bad", "return -1;"))
        self.break_good()
        found, _ = self.changes("HEAD", "--only=new,worse", status=1)
        self.assertEqual(found, {"good_ops": "violation"})
        found, _ = self.changes("HEAD", "--only=fixed,better", status=0)
        self.assertNotIn("good_ops", found)

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
                         ("unknown", "build description changed"))

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

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pfncheck review on a whole kernel: a series of commits, in every form it can come in.

usage: review_kernel_test.py PFNCHECK [TEST...]

The kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh unpacked; without either
the test is skipped.  It becomes a bare git repository with a commit for each of
SERIES: mutants, of which their rows say what they come to, and what drivers and the
core go through besides.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "mutants"))

import end_to_end
import rows
from edits import Mutant
from end_to_end import SKIPPED, environment
from git_kernel import Repository
from kernel_test import KERNEL, SECONDS
from operators import OPERATORS
from run import Overlay
from sites import Tree, is_named, key_of

# Mutants by file and number. What they do has to show, and of refactorings, which
# move a finding to another function at most, it must not.
MUTANTS = ("1:2", "1:13", "1:16", "1:20", "1:45", "1:14", "1:28", "1:22", "2:5", "1:52")
SAME = ("1:60", "1:66", "1:76", "1:90", "1:104", "1:114")

BREAKS = {"page-insert", "missing-pfnmap", "mixedmap", "cleared-pfnmap"}
BADNESS = {"violation": 2, "conditional": 1}
CHANGES = ("new", "worse", "fixed", "better", "moved")

ADDED = """\
// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

static int added_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, dmabuf->priv);
}

static const struct dma_buf_ops added_ops = {
	.mmap = added_mmap,
};

static long added_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	info.ops = &added_ops;
	info.size = PAGE_SIZE;
	info.priv = file->private_data;
	return PTR_ERR_OR_ZERO(dma_buf_export(&info));
}

static const struct file_operations added_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = added_ioctl,
};

static struct miscdevice added_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "added",
	.fops = &added_fops,
};
module_misc_device(added_device);
MODULE_LICENSE("GPL");
"""


def badness(verdict):
    return BADNESS.get(verdict, 0)


def changed(before, now):
    """What a review calls it when one verdict becomes another."""
    if before == now:
        return "none"
    if "unknown" in (before, now):
        return "worse" if now == "unknown" or badness(now) else "better"
    if badness(before) == badness(now):
        return "none"
    return "worse" if badness(now) > badness(before) else "better"


def rules_of(route, *changes):
    """The rules of a route's findings, of those with these changes."""
    return {finding["rule"] for finding in route["findings"]
            if not changes or finding["change"] in changes}


def without(text, line):
    """A text without one of its lines."""
    lines = text.splitlines(keepends=True)
    lines.remove(line + "\n")
    return "".join(lines)


class Series:
    """The commits: what each is for, and its id."""

    def __init__(self, repository, tree):
        self.repository = repository
        self.tree = tree
        self.files = {}
        self.rows = {}
        self.by_mutants = {}
        self.ids = {}
        for name in ("seed-1", "seed-2"):
            for row in rows.read(HERE / f"mutants/{name}.tsv"):
                self.rows[f"{name[-1]}:{row.id}"] = row

    def text(self, path):
        return self.files.get(path) or self.tree.text(path).text

    def add(self, name, subject, files):
        self.files.update({path: text for path, text in files.items() if isinstance(text, str)})
        self.ids[name] = self.repository.commit(subject, files)

    def add_mutant(self, name):
        row = self.rows[name]
        mutant = Mutant(self.tree, row.place(), row.id, None if row.choice == "-" else row.choice)
        OPERATORS[row.operator].edit(mutant)
        files = self.by_mutants[name] = mutant.results()
        if set(files) & set(self.files):
            raise AssertionError(f"{name}: another mutant has its file")
        self.add(name, f"{row.file}: {row.operator}", files)

    def add_all(self):
        for name in SAME[:3] + MUTANTS + SAME[3:]:
            self.add_mutant(name)
        self.mutants = self.ids[SAME[-1]]
        self.add("outside", "ext4: say more", {
            "fs/ext4/super.c": self.text("fs/ext4/super.c") + "\nint ext4_more;\n",
            "Documentation/index.rst": "More.\n"})
        self.add("delete", "misc: remove fastrpc", {
            "drivers/misc/fastrpc.c": None,
            "drivers/misc/Makefile": without(self.text("drivers/misc/Makefile"),
                                             "obj-$(CONFIG_QCOM_FASTRPC)\t+= fastrpc.o"),
            "drivers/misc/Kconfig": self.without_option("drivers/misc/Kconfig", "QCOM_FASTRPC")})
        self.add("rename", "mbochs: another name for its file", {
            "samples/vfio-mdev/mbochs.c": ["samples/vfio-mdev/bochs-display.c"],
            "samples/vfio-mdev/Makefile": self.text("samples/vfio-mdev/Makefile")
                                          .replace("mbochs.o", "bochs-display.o")})
        self.add("add", "misc: add a driver", {
            "drivers/misc/added.c": ADDED,
            "drivers/misc/Makefile": self.text("drivers/misc/Makefile")
                                     + "obj-$(CONFIG_ADDED) += added.o\n",
            "drivers/misc/Kconfig": self.text("drivers/misc/Kconfig")
                                    .replace("endmenu", "config ADDED\n\ttristate \"Added\"\n"
                                                        "\nendmenu")})
        self.add("header", "mm: a comment", {
            "include/linux/mm.h": "/* about mm */\n" + self.text("include/linux/mm.h")})

    def without_option(self, path, name):
        """A Kconfig file without the stanza of an option."""
        head, _, rest = self.text(path).partition(f"config {name}\n")
        return head + "config " + rest.partition("\nconfig ")[2]


class Review(unittest.TestCase):
    maxDiff = 10000

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="pfncheck-review-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.cache = cls.directory / "cache"
        cls.repository = Repository(cls.directory / "kernel.git", KERNEL)
        cls.series = Series(cls.repository, Tree(KERNEL))
        cls.series.add_all()
        cls.saved = cls.directory / "base.json"
        cls.overlay = Overlay(KERNEL, cls.directory / "tree")
        cls.run_words("audit", cls.overlay.root, "--no-coccinelle", "--format=json", "--output",
                      cls.saved)
        routes = json.loads(cls.saved.read_bytes())["routes"]
        cls.before = {}
        for route in routes:
            cls.before.setdefault(key_of(route), []).append(route)

    @classmethod
    def run_words(cls, command, *words, status=(0, 1), **options):
        words = list(map(str, [end_to_end.program, command, "--cache", cls.cache, *words]))
        options.setdefault("stdin", subprocess.DEVNULL)
        begun = time.monotonic()
        done = subprocess.run(words, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment(), timeout=SECONDS,
                              check=False, **options)
        what = " ".join([command] + [Path(word).name for word in words[4:]])
        said = done.stderr.decode("utf-8", "replace")
        print(f"  {time.monotonic() - begun:6.2f} s: {what}", flush=True)
        if done.returncode not in status or "CRITICAL" in said or "Sanitizer" in said:
            raise AssertionError(f"{what}: status {done.returncode}\n{said}")
        return done

    def review(self, *words, tree=None, **options):
        """The JSON of a review, and its exit status."""
        done = self.run_words("review", "--format=json", *words,
                              tree or self.repository.directory, **options)
        return json.loads(done.stdout), done.returncode

    # What is expected

    def assert_mutant(self, name, routes, commit):
        """Routes that a commit changes are those its row names, as it says."""
        row = self.series.rows[name]
        found = {key_of(route): route for route in routes}
        named = set()
        for verdict, rules, keys in row.expected():
            for key in (full for full in self.before
                        if any(is_named(full, key) for key in keys)):
                named.add(key)
                base, = self.before[key]
                if (base["verdict"], rules_of(base) | set(rules)) == (verdict, rules_of(base)):
                    continue
                self.assertIn(key, found, f"{name}: is not reported")
                self.assert_route(found[key], base, verdict, rules)
        self.assertEqual(set(found) - named, set(), f"{name}: not named in its row")
        self.assertTrue(found, name)
        self.assert_commit(routes, commit)

    def assert_route(self, route, base, verdict, rules):
        self.assertEqual((route["verdict"], route["change"]),
                         (verdict, changed(base["verdict"], verdict)), route["id"])
        if route["change"] != "none":
            self.assertEqual(route["before"], base["verdict"], route["id"])
        known = {finding["fingerprint"] for finding in base["findings"]}
        again = Counter(finding["fingerprint"] for finding in route["findings"])
        for finding in route["findings"]:
            mark = finding["fingerprint"]
            if finding["change"] == "fixed":
                self.assertIn(mark, known, finding["message"])
            elif finding["change"] in ("new", "moved") and again[mark] == 1:
                self.assertNotIn(mark, known, finding["message"])
        self.assertLessEqual(set(rules) - rules_of(base), rules_of(route, "new"), route["id"])
        if verdict not in BADNESS:
            self.assertEqual(rules_of(route, "fixed") & BREAKS, rules_of(base) & BREAKS)
            self.assertEqual(rules_of(route, "new", "worse") & BREAKS, set(), route["id"])

    def assert_commit(self, routes, commit):
        if commit:
            said = {finding["commit"] for route in routes for finding in route["findings"]}
            self.assertLessEqual(said | {route["commit"] for route in routes
                                         if route["change"] != "none"}, {commit})

    def assert_same(self, name, routes):
        """A refactoring moves findings to other functions, at most."""
        self.assertEqual([(key_of(route), route["change"], finding["rule"], finding["change"])
                          for route in routes for finding in route["findings"]
                          if (route["change"], finding["change"]) != ("none", "moved")], [], name)

    def assert_build(self, name, routes):
        found = {(key_of(route), route["verdict"], route["change"]) for route in routes}
        self.assertEqual(found, {
            "delete": {("fastrpc_dma_buf_ops", "conditional", "fixed")},
            "rename": {("mbochs_dmabuf_ops", "violation", "moved")},
            "add": {("added_ops", "violation", "new")},
            "outside": set(),
            "header": set(),
        }[name])
        if name == "add":
            self.assertEqual(rules_of(routes[0], "new") & BREAKS, {"page-insert"})

    def assert_step(self, name, routes, commit=None):
        if name in MUTANTS:
            self.assert_mutant(name, routes, commit)
        elif name in SAME:
            self.assert_same(name, routes)
        else:
            self.assert_build(name, routes)

    @staticmethod
    def status_of(routes):
        """The exit status that what is new or worse comes to."""
        counts = [thing for route in routes for thing in [route] + route["findings"]
                  if thing["change"] in ("new", "worse")]
        return int(any(thing["level"] in ("warning", "error") for thing in counts))

    @staticmethod
    def told(report):
        """What a report says changed, to be compared with what another says."""
        return sorted((key_of(route), route["id"], route["verdict"], route["change"],
                       sorted((finding["rule"], finding["fingerprint"], finding["change"])
                              for finding in route["findings"]))
                      for route in report["routes"])

    @staticmethod
    def marks(report, change):
        """What a report has of one kind of change."""
        return sorted([route["id"] for route in report["routes"] if route["change"] == change] +
                      [route["id"] + finding["fingerprint"] for route in report["routes"]
                       for finding in route["findings"] if finding["change"] == change])

    # Tests, in the order of their names: what is known by then is not made again.

    def test_1_rows(self):
        """No two mutants have a route in common, so that each row holds in the series."""
        named = [key for key in self.before for name in MUTANTS
                 if self.series.rows[name].names(key)]
        self.assertEqual(len(named), len(set(named)))
        self.assertGreaterEqual(len(self.series.ids), 12)

    def test_2_one_commit(self):
        """Each commit alone; those that come after another configuration are left to --each."""
        for name, commit in self.series.ids.items():
            if name in ("rename", "add", "header"):
                continue
            with self.subTest(name):
                report, status = self.review(commit)
                self.assert_step(name, report["routes"])
                self.assertEqual(status, self.status_of(report["routes"]))
                self.assertEqual([c["id"] for c in report["review"]["commits"]], [commit])
                text = self.run_words("review", commit, self.repository.directory).stdout.decode()
                self.assertEqual(text.splitlines()[0].endswith("no change for any exporter"),
                                 not report["routes"], text)

    def test_3_timeout(self):
        """All that includes mm.h is to be parsed, for which there is no time."""
        begun = time.monotonic()
        report, status = self.review(f"{self.repository.base}..{self.series.ids['header']}",
                                     "--timeout=4", status=(3,))
        self.assertLess(time.monotonic() - begun, 30)
        self.assertTrue(report["stopped"])
        self.assertEqual([route for route in report["routes"]
                          if route["change"] not in ("new", "worse")], [])

    def test_4_each(self):
        report, status = self.review(f"{self.repository.base}..{self.series.ids['header']}",
                                     "--each")
        self.assertEqual(status, 1)
        self.assertEqual([c["id"] for c in report["review"]["commits"]],
                         list(self.series.ids.values()))
        for name, commit in self.series.ids.items():
            with self.subTest(name):
                self.assert_step(name, [route for route in report["routes"] if commit in
                                        [route["commit"]] + [finding["commit"] for finding
                                                             in route["findings"]]], commit)

    def mutants(self):
        """The range that touches no build file."""
        return f"{self.repository.base}..{self.series.mutants}"

    def test_5_range(self):
        """The whole says what the commits say one by one, and names them."""
        report, status = self.review(self.mutants())
        self.assertEqual(status, 1)
        for name in MUTANTS:
            commit = self.series.ids[name]
            with self.subTest(name):
                row = self.series.rows[name]
                self.assert_mutant(name, [route for route in report["routes"]
                                          if row.names(key_of(route))], commit)
        self.assert_same("refactorings", [
            route for route in report["routes"]
            if not any(self.series.rows[name].names(key_of(route)) for name in MUTANTS)])
        for change in CHANGES:
            part, _ = self.review(self.mutants(), f"--only={change}")
            self.assertEqual([self.marks(part, kind) for kind in CHANGES],
                             [self.marks(report, kind) if kind == change else []
                              for kind in CHANGES])

    def test_6_mailbox(self):
        """The patches of the same range, with a cover letter, from a file and from a pipe."""
        mailbox = self.repository.format_patch(self.mutants(), self.directory / "series.mbox")
        whole, _ = self.review(self.mutants())
        names = {commit: f"patch {number}" for number, commit
                 in enumerate(self.series.ids.values(), 1)}
        file, status = self.review("--patch", mailbox, "--base", self.repository.base)
        self.assertEqual(status, 1)
        with open(mailbox, "rb") as pipe:
            piped, _ = self.review("--patch=-", "--base", self.repository.base, stdin=pipe)
        self.assertEqual(self.told(file), self.told(whole))
        self.assertEqual({(key_of(route), route["commit"]) for route in file["routes"]},
                         {(key_of(route), names.get(route["commit"]))
                          for route in whole["routes"]})
        self.assertEqual(piped["routes"], file["routes"])
        each, _ = self.review("--patch", mailbox, "--base", self.repository.base, "--each")
        self.assertEqual(len(each["review"]["commits"]), len(MUTANTS) + len(SAME))

    def test_7_saved_audit(self):
        """The same files without git, compared with an audit that was saved."""
        self.overlay.put({path: text for name in self.series.by_mutants
                          for path, text in self.series.by_mutants[name].items()})
        saved, status = self.review("--against", self.saved, tree=self.overlay.root)
        whole, _ = self.review(self.mutants())
        self.assertEqual(status, 1)
        self.assertEqual(self.told(saved), self.told(whole))

    def test_8_clone(self):
        """A repository with a work tree, which is not looked at: nothing is checked out."""
        clone = self.directory / "clone"
        self.repository.git("clone", "-q", "--shared", "--no-checkout", ".", clone)
        (clone / "Makefile").write_text("all:\n")
        name = MUTANTS[0]
        report, _ = self.review(self.series.ids[name], tree=clone)
        self.assert_step(name, report["routes"])
        self.assertEqual(sorted(path.name for path in clone.iterdir()), [".git", "Makefile"])


if __name__ == "__main__":
    if not (KERNEL / "Makefile").is_file():
        print(f"skipped: no kernel at {KERNEL}")
        sys.exit(SKIPPED)
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The recipes for bots, run as those who use them run them.

usage: recipes_test.py PFNCHECK [TEST...]
"""

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import end_to_end
import fake_tree
from review_test import BAD, GOOD, ReviewCase

RECIPES = Path(__file__).resolve().parent / "recipes"
BROKEN = fake_tree.exporter("good", "return vm_insert_page(vma, 0, 0);")


class RecipeCase(ReviewCase):
    """pfncheck is in the PATH, with a cache of its own and without kbuild."""

    def setUp(self):
        super().setUp()
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        wrapper = self.bin / "pfncheck"
        wrapper.write_text("#!/bin/sh\n"
                           "[ $# -eq 0 ] || { command=$1; shift; }\n"
                           f"exec {shlex.quote(str(end_to_end.program))} \"$command\" "
                           f"--cache {shlex.quote(str(self.cache))} --no-kbuild \"$@\"\n")
        wrapper.chmod(0o755)
        for recipe in RECIPES.glob("b4*.sh"):
            (self.bin / recipe.name).symlink_to(recipe)
        self.env = {key: value for key, value in end_to_end.environment().items()
                    if not key.startswith("GIT_")}
        self.env.update({"PATH": f"{self.bin}:{self.env['PATH']}", "HOME": str(self.directory),
                         "GIT_CONFIG_SYSTEM": "/dev/null"})

    def run_recipe(self, *words, cwd=None, env=None, **options):
        done = subprocess.run([str(word) for word in words], cwd=cwd or self.tree,
                              env={**self.env, **(env or {})}, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=end_to_end.PATIENCE, **options)
        return end_to_end.Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def add_undecided(self, name="odd"):
        self.write(f"drivers/{name}/{name}.c",
                   fake_tree.exporter(name, f"return {name}_unknown(vma);"))
        return self.commit(f"{name}: not decided")

    def add_harmless(self, text="/* harmless */"):
        self.edit(GOOD, "#include", f"{text}\n#include")
        return self.commit("good: harmless")


class PlainJob(RecipeCase):
    def job(self, *words, **options):
        return self.run_recipe(RECIPES / "ci.sh", *words, **options)

    def test_statuses(self):
        self.add_harmless()
        result = self.job(self.base)
        self.assertEqual(result.status, 0, str(result))
        self.assertIn("no change", result.out)
        self.break_good()
        result = self.job(self.base)
        self.assertEqual(result.status, 1, str(result))
        self.assertIn("page-insert", result.out)
        report = json.loads((self.tree / "pfncheck.json").read_text())
        self.assertEqual(self.verdicts(report), {"good_ops": "violation"})
        self.assertEqual(self.job(self.base, "HEAD~1").status, 0)
        self.assertEqual(self.job("no-such").status, 2)
        self.assertEqual(self.job().status, 2)

    def test_time(self):
        text = (RECIPES / "ci.sh").read_text()
        self.assertIn("--timeout=3600", text)
        hasty = self.directory / "hasty.sh"
        hasty.write_text(text.replace("--timeout=3600", "--timeout=2"))
        self.write("drivers/aaa/slow.c", end_to_end.slow() + fake_tree.exporter("aaa"))
        self.commit("slow")
        result = self.run_recipe("sh", hasty, self.base)
        self.assertEqual(result.status, 3, str(result))


class PrePush(RecipeCase):
    def setUp(self):
        super().setUp()
        self.remote = self.directory / "remote.git"
        self.git("clone", "-q", "--bare", self.tree, self.remote)
        self.git("remote", "add", "origin", self.remote)
        self.git("fetch", "-q", "origin")
        hooks = self.tree / ".git/hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "pre-push").write_bytes((RECIPES / "pre-push").read_bytes())
        (hooks / "pre-push").chmod(0o755)

    def push(self, *words, ok):
        result = self.run_recipe("git", "push", "-q", *words)
        self.assertEqual(result.status == 0, ok, str(result))
        return result

    def at_remote(self, ref):
        found = self.git("ls-remote", self.remote, ref)
        return found.split()[0] if found else None

    def test_what_is_fine(self):
        new = self.add_harmless()
        self.push("origin", "main", ok=True)
        self.assertEqual(self.at_remote("refs/heads/main"), new)

    def test_what_is_not(self):
        self.break_good()
        result = self.push("origin", "main", ok=False)
        self.assertIn("page-insert", result.err)
        self.assertEqual(self.at_remote("refs/heads/main"), self.base)
        self.push("--no-verify", "origin", "main", ok=True)
        # What is there is not held against what comes next.
        self.add_harmless()
        self.push("origin", "main", ok=True)

    def test_new_branches(self):
        self.git("checkout", "-q", "-b", "topic")
        self.push("origin", "topic", ok=True)
        self.git("checkout", "-q", "-b", "other")
        self.break_good()
        self.push("origin", "other", ok=False)
        self.assertIsNone(self.at_remote("refs/heads/other"))
        self.push(self.remote, "other", ok=False)
        self.push("origin", ":topic", ok=True)

    def test_several(self):
        """One that is not fine holds up all, and each is looked at."""
        self.git("checkout", "-q", "-b", "broken")
        self.break_good()
        self.git("checkout", "-q", "-b", "fine", "main")
        self.add_harmless()
        result = self.push("origin", "fine", "broken", ok=False)
        self.assertEqual(result.err.count("page-insert"), 1)
        result = self.push("origin", "broken", "fine", ok=False)
        self.assertEqual(result.err.count("page-insert"), 1)
        self.push("origin", "fine", ok=True)

    def test_rewritten(self):
        self.add_harmless()
        self.push("origin", "main", ok=True)
        self.git("commit", "-q", "--amend", "-m", "other words")
        self.push("-f", "origin", "main", ok=True)
        self.write(GOOD, BROKEN)
        self.git("commit", "-q", "-a", "--amend", "-m", "broken")
        self.push("-f", "origin", "main", ok=False)

    def test_from_elsewhere(self):
        """From a linked work tree, and from below."""
        linked = self.directory / "linked"
        self.git("worktree", "add", "-q", "-b", "topic", linked)
        (linked / GOOD).write_text(BROKEN)
        self.git("commit", "-q", "-a", "-m", "broken", cwd=linked)
        for place in (linked, linked / "drivers"):
            result = self.run_recipe("git", "push", "-q", "origin", "topic", cwd=place)
            self.assertNotEqual(result.status, 0)
            self.assertIn("page-insert", result.err)

    def test_a_remote_of_which_nothing_is_known(self):
        empty = self.directory / "empty.git"
        self.git("init", "-q", "--bare", empty)
        self.git("remote", "remove", "origin")
        result = self.push(empty, "main", ok=False)
        self.assertIn("git fetch", result.err)


class EachCommit(RecipeCase):
    def test_loop(self):
        self.add_harmless()
        broken = self.break_good()
        self.add_harmless("/* more */")
        odd = self.add_undecided()
        result = self.run_recipe(RECIPES / "each-commit.sh", f"{self.base}..HEAD")
        self.assertEqual((result.status, result.err), (1, ""), str(result))
        self.assertEqual(re.findall("^commit: (.*)$", result.out, re.M), [broken, odd])
        new = [line for line in result.out.splitlines() if line.startswith(">> ")]
        self.assertEqual(len(new), 2, result.out)
        self.assertTrue(new[0].startswith(f">> {GOOD}:6:9: error: new: "), new)
        self.assertTrue(new[1].startswith(">> drivers/odd/odd.c:"), new)
        self.assertIn(f"\n   {GOOD}:", result.out)
        result = self.run_recipe(RECIPES / "each-commit.sh", "-1", broken + "~1")
        self.assertEqual((result.status, result.out), (0, ""))

    def test_a_commit_that_cannot_be_looked_at(self):
        result = self.run_recipe(RECIPES / "each-commit.sh", "HEAD")
        self.assertEqual(result.status, 2)
        self.assertIn("no parent", result.err)
        self.assertIn("ended with 2", result.out)


class Nipa(RecipeCase):
    def nipa(self, **env):
        """As core/test.py of NIPA runs a test: in the tree, with a pipe for the description."""
        place = RECIPES / "nipa/pfncheck"
        info = json.loads((place / "info.json").read_text())
        self.assertEqual(len(info["run"]), 1)
        reader, writer = os.pipe()
        result = self.run_recipe(place / info["run"][0], env={"DESC_FD": str(writer), **env},
                                 pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as stream:
            return result, stream.read()

    def test_statuses(self):
        self.add_harmless()
        result, said = self.nipa()
        self.assertEqual(result.status, 0, str(result))
        self.assertRegex(said, r"\A[^\n]*no change[^\n]*\n\Z")
        self.add_undecided()
        result, said = self.nipa()
        self.assertEqual(result.status, 250, str(result))
        self.assertIn("not decided", result.out)
        self.assertRegex(said, r"\A[^\n]+\n\Z")
        self.break_good()
        result, said = self.nipa()
        self.assertEqual(result.status, 1, str(result))
        self.assertIn("page-insert", result.out)
        self.assertRegex(said, r"\A[^\n]*1 new[^\n]*\n\Z")
        self.write(GOOD, fake_tree.FILES[GOOD])
        self.commit("good: as before")
        self.assertEqual(self.nipa()[0].status, 0)

    def test_cannot_run(self):
        self.git("checkout", "-q", "--orphan", "alone")
        self.commit("alone")
        result, said = self.nipa()
        self.assertNotIn(result.status, (0, 250))
        self.assertIn("no parent", result.err)
        self.assertIn("could not run", said)


class B4(RecipeCase):
    """What b4 does with the commands of its configuration."""

    def setUp(self):
        super().setUp()
        text = subprocess.run(["git", "config", "--file", RECIPES / "b4.gitconfig", "--list"],
                              check=True, stdout=subprocess.PIPE).stdout.decode()
        self.commands = dict(line.split("=", 1) for line in text.splitlines())
        self.break_good()
        self.edit(BAD, "#include", "/* moved */\n#include")
        self.commit("bad: move lines")
        mailbox = self.patch(f"{self.base}..HEAD").read_text()
        self.mails = ["From " + mail for mail in ("\n" + mailbox).split("\nFrom ")[1:]]
        self.branch = self.git("rev-parse", "HEAD")
        self.git("reset", "-q", "--hard", self.base)

    def run_check(self, name, mail, **env):
        """b4 splits the command as a shell does, and hands over a mail without its mailbox line."""
        words = shlex.split(self.commands["b4." + name])
        return self.run_recipe(*words, input=mail.split("\n", 1)[1].encode(), env=env)

    def test_am(self):
        result = self.run_check("am-perpatch-check-cmd", self.mails[1])
        self.assertEqual(result.err, "")
        line, = result.out.splitlines()
        self.assertRegex(line, rf"\A{GOOD}:\d+: ERROR:")
        result = self.run_check("am-perpatch-check-cmd", self.mails[2])
        self.assertEqual((result.status, result.out, result.err), (0, "", ""))
        # Said of a patch that needs another one.
        self.edit(BAD, "#include", "/* other */\n#include")
        self.commit("other")
        result = self.run_check("am-perpatch-check-cmd", self.mails[2])
        self.assertEqual((result.status, result.out, result.err.count("\n")), (2, "", 1))

    def status_of(self, result):
        entry, = json.loads(result.out)
        self.assertEqual(entry["tool"], "pfncheck")
        self.assertIsInstance(entry["summary"], str)
        self.assertIsInstance(entry["details"], str)
        return entry["status"]

    def test_review(self):
        name = "review-perpatch-check-cmd"
        self.assertEqual(self.status_of(self.run_check(name, self.mails[1])), "fail")
        self.assertEqual(self.status_of(self.run_check(name, self.mails[2])), "pass")

    def test_review_of_patches_that_need_each_other(self):
        """Each is looked at where b4 has it on a branch, on top of those before it."""
        name = "review-perpatch-check-cmd"
        self.git("checkout", "-q", "--detach", self.branch)
        self.edit(GOOD, "vm_insert_page", "vm_insert_mixed")
        self.commit("good: insert them otherwise")
        self.edit(GOOD, "#include", "/* moved */\n#include")
        last = self.commit("good: move lines")
        mailbox = self.patch(f"{self.base}..HEAD").read_text()
        mails = ["From " + mail for mail in ("\n" + mailbox).split("\nFrom ")[2:]]
        mails = [mail.replace("\nSubject:", f"\nMessage-Id:\n <{i}@example.org>\nSubject:", 1)
                 for i, mail in enumerate(mails)]
        self.commit("the commit of b4's own")
        self.git("branch", "b4/review/20261122-insert-pages")
        self.git("checkout", "-q", "main")
        # Without a series that is checked out the fourth patch does not apply.
        result = self.run_check(name, mails[3])
        self.assertEqual((result.status, result.out), (2, ""), str(result))
        self.assertIn("does not apply", result.err)
        tracking = self.directory / "tracking.json"
        series = {"change-id": "20261122-insert-pages", "base-commit": self.base,
                  "first-patch-commit": self.git("rev-parse", f"{last}~3")}
        patches = [{"header-info": {"msgid": f"{i}@example.org"}} for i in range(4)]
        for about, want in (({"series": series, "patches": patches},
                             ["fail", "pass", "fail", "pass"]),
                            ({"series": {**series, "first-patch-commit": None},
                              "patches": patches}, ["fail", "pass", "fail", "pass"]),
                            # Squashed, or another series: each patch alone.
                            ({"series": series, "patches": patches[:3]},
                             ["fail", "pass", None, None]),
                            ({"series": series, "patches": []}, ["fail", "pass", None, None])):
            tracking.write_text(json.dumps(about))
            for mail, status in zip(mails, want):
                result = self.run_check(name, mail, B4_TRACKING_FILE=str(tracking))
                if status:
                    self.assertEqual(self.status_of(result), status, str(result))
                else:
                    self.assertEqual((result.status, result.out), (2, ""), str(result))
        tracking.write_text(json.dumps({"series": {**series, "first-patch-commit": "--all"},
                                        "patches": patches}))
        result = self.run_check(name, mails[0], B4_TRACKING_FILE=str(tracking))
        self.assertEqual((result.status, result.out), (2, ""), str(result))

    def test_series(self):
        name = "review-series-check-cmd"
        tracking = self.directory / "tracking.json"
        self.git("branch", "b4/review/20261122-insert-pages", self.branch)
        self.git("checkout", "-q", "b4/review/20261122-insert-pages")
        self.commit("the commit of b4's own")
        self.git("checkout", "-q", "main")
        first = self.git("rev-parse", f"{self.branch}~1")
        for series, status in (
                ({"base-commit": self.base, "first-patch-commit": first}, "fail"),
                ({"base-commit": self.base}, "fail"),
                # Only the second patch.
                ({"base-commit": self.base, "first-patch-commit": self.branch}, "pass")):
            series["change-id"] = "20261122-insert-pages"
            tracking.write_text(json.dumps({"series": series, "patches": []}))
            result = self.run_check(name, self.mails[0], B4_TRACKING_FILE=str(tracking))
            self.assertEqual(self.status_of(result), status, str(result))
        result = self.run_check(name, self.mails[0])
        self.assertEqual((result.status, json.loads(result.out)), (0, []))
        for series in ({"change-id": "x", "base-commit": "--output=x"},
                       {"change-id": "x", "base-commit": self.base}, {}):
            tracking.write_text(json.dumps({"series": series}))
            result = self.run_check(name, self.mails[0], B4_TRACKING_FILE=str(tracking))
            self.assertEqual((result.status, result.out), (2, ""), str(result))


def steps(text, key):
    """The commands of a YAML file that stand after "key:", in a block or as a list."""
    found = []
    lines = text.splitlines()
    for i, line in enumerate(lines):
        match = re.fullmatch(rf"(\s*(?:- )?){key}:\s*(.*)", line)
        if not match:
            continue
        indent = len(match[1])
        block = []
        for below in lines[i + 1:]:
            depth = len(below) - len(below.lstrip())
            if below.strip() and depth <= indent:
                break
            block.append(below.strip())
        if match[2] == "|":
            found.append("\n".join(block).strip())
        elif match[2]:
            found.append(match[2])
        else:
            found += [entry.removeprefix("- ") for entry in block if entry]
    return found


class Services(RecipeCase):
    """The commands of the files for GitHub and GitLab, and what those would make of them."""

    def parse(self, name):
        text = (RECIPES / name).read_text()
        self.assertNotIn("\t", text)
        try:
            import yaml
        except ImportError:
            return text, None
        return text, yaml.safe_load(text)

    def pull_request(self):
        """A clone as deep as the job wants it, of a merge into what went on."""
        self.merge_topic()

    def test_github(self):
        text, parsed = self.parse("github.yml")
        commands = steps(text, "run")
        if parsed:
            job, = parsed["jobs"].values()
            self.assertEqual(commands, [step["run"].strip() for step in job["steps"]
                                        if "run" in step])
            self.assertEqual(parsed["permissions"]["security-events"], "write")
        depth = re.search(r"fetch-depth: (\d+)", text)[1]
        self.pull_request()
        checkout = self.directory / "checkout"
        self.git("clone", "-q", f"--depth={depth}", f"file://{self.tree}", checkout,
                 cwd=self.directory)
        env = {"GITHUB_WORKSPACE": str(checkout),
               "GITHUB_STEP_SUMMARY": str(self.directory / "summary")}
        results = [self.run_recipe("sh", "-e", "-c", command, cwd=checkout, env=env)
                   for command in commands]
        self.assertEqual([result.status for result in results], [0, 0, 1],
                         "\n".join(map(str, results)))
        self.assertIn(str(checkout), (self.directory / ".gitconfig").read_text())
        name = re.search(r"sarif_file: (\S+)", text)[1]
        sarif = json.loads((checkout / name).read_text())
        rules = [result["ruleId"] for run in sarif["runs"] for result in run["results"]]
        self.assertIn("page-insert", " ".join(rules))
        self.assertIn("good_ops", (self.directory / "summary").read_text())
        self.assertIn("page-insert", results[2].out)
        # Upload takes what is there, also where nothing changed.
        self.git("checkout", "-q", "HEAD~1", cwd=self.tree)
        self.add_harmless()
        results = [self.run_recipe("sh", "-e", "-c", command, cwd=self.tree,
                                   env={**env, "GITHUB_WORKSPACE": str(self.tree)})
                   for command in commands]
        self.assertEqual([result.status for result in results], [0, 0, 0])
        self.assertEqual([run["results"] for run in
                          json.loads((self.tree / name).read_text())["runs"]], [[]])
        # Nor is there an alert for what is mended.
        (self.tree / BAD).write_text(fake_tree.exporter("bad"))
        self.commit("bad: map nothing")
        results = [self.run_recipe("sh", "-e", "-c", command, cwd=self.tree,
                                   env={**env, "GITHUB_WORKSPACE": str(self.tree)})
                   for command in commands]
        self.assertEqual([result.status for result in results], [0, 0, 0])
        self.assertIn("fixed", (self.directory / "summary").read_text())
        self.assertEqual([run["results"] for run in
                          json.loads((self.tree / name).read_text())["runs"]], [[]])

    def test_gitlab(self):
        text, parsed = self.parse("gitlab-ci.yml")
        commands = steps(text, "script")
        if parsed:
            job, = parsed.values()
            self.assertEqual(commands, job["script"])
            self.assertEqual(job["allow_failure"]["exit_codes"], 3)
        self.git("checkout", "-q", "-b", "topic")
        head = self.break_good()
        env = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base, "CI_COMMIT_SHA": head}
        results = [self.run_recipe("sh", "-c", command, env=env) for command in commands]
        self.assertEqual([result.status for result in results], [0, 0, 1],
                         "\n".join(map(str, results)))
        name = re.search(r"junit: (\S+)", text)[1]
        suites = xml.etree.ElementTree.parse(self.tree / name)
        self.assertEqual(len(list(suites.iter("failure"))), 1)
        self.assertIn("good_ops", (self.tree / "pfncheck.md").read_text())


class Files(RecipeCase):
    def test_words(self):
        """No place of one machine; only options that there are."""
        helped = self.run_words([end_to_end.program, "help", "review"]).out
        files = [path for path in RECIPES.rglob("*") if path.is_file()]
        self.assertGreaterEqual(len(files), 9)
        for path in files:
            text = path.read_text()
            self.assertNotRegex(text, r"(?<![\w/.])/(home|root|tmp|work|opt|mnt)/", path)
            for line in text.splitlines():
                if "pfncheck review" not in line or line.lstrip().startswith("#"):
                    continue
                for option in re.findall(r" (--[a-z-]+)(?=[ =])", line.split("pfncheck review")[1]):
                    if option != "--":
                        self.assertIn(option, helped, f"{path}: {line}")

    def test_readme(self):
        """What the README names is there, and what is there the README names."""
        text = (end_to_end.SOURCE / "README.md").read_text()
        named = set(re.findall(r"testdata/recipes/([\w./-]*\w)", text))
        self.assertEqual({name for name in named if not (RECIPES / name).exists()}, set())
        tops = {path.name for path in RECIPES.iterdir()}
        self.assertEqual({name.split("/")[0] for name in named}, tops)


if __name__ == "__main__":
    sys.exit(end_to_end.main())

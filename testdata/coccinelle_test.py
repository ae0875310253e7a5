#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Audits with the semantic patches: spatch as it is, and stand-ins that misbehave.

usage: coccinelle_test.py PFNCHECK [TEST...]
"""

import json
import shutil
import signal
import unittest

import end_to_end

# What a stand-in does with each run, after its --version; $list has the names of its files.
STAND_IN = """\
#!/bin/sh
if [ "$1" = --version ]; then
	{version}
	exit
fi
for list; do :; done
files=$(cat "$list")
cat $files | grep -o 'struct dma_buf_ops [a-z_]*' >> {log}
{behaviour}
"""
VERSION = "echo 'spatch version 1.1.1 compiled with OCaml version 4.13.1'"
# Runs the rest for the file that has bad_ops.
IF_BAD = "grep -q bad_ops $files || exit 0\n"


class Case(end_to_end.Case):
    coccinelle = True

    def setUp(self):
        super().setUp()
        self.log = self.directory / "log"

    def stand_in(self, behaviour, version=VERSION):
        """The environment of a run in which a script stands in for spatch."""
        program = self.directory / "stand-in"
        program.write_text(STAND_IN.format(version=version, behaviour=behaviour, log=self.log))
        program.chmod(0o755)
        return {"PFNCHECK_SPATCH": str(program), "PFNCHECK_SPATCH_SECONDS": "2"}

    def files_seen(self):
        """Which objects were in the files of runs since the last time."""
        seen = self.log.read_text().split("\n") if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return {line.split()[-1] for line in seen if line}

    def plain(self):
        """The report without spatch, that of every run with one that does not work."""
        report, _ = self.report("--no-coccinelle")
        self.assertIsNone(report["coverage"]["coccinelle"])
        return report

    def both(self, env, *options):
        """What coverage says of Coccinelle, of a run that is otherwise as without it."""
        report, result = self.report(*options, env=env)
        self.assertEqual(result.err, "")
        found = report["coverage"]["coccinelle"]
        report["coverage"]["coccinelle"] = None
        self.assertEqual(report, self.plain())
        return found

    def assert_alone(self, found, *words):
        """Clang alone, for a reason with these words."""
        for word in words:
            self.assertIn(word, found["reason"])
        for name in ("only_clang", "only_coccinelle"):
            self.assertEqual(found[name], [])


class NoProgram(Case):
    def test_none(self):
        found = self.both({"PFNCHECK_SPATCH": ""})
        self.assert_alone(found, "not installed", "coccinelle")
        self.assertEqual((found["version"], found["files"], found["failed"]), (None, 0, []))

    def test_not_in_path(self):
        found = self.both({"PFNCHECK_SPATCH": None, "PATH": str(self.directory)})
        self.assert_alone(found, "not installed")

    def test_named_but_not_there(self):
        self.assert_alone(self.both({"PFNCHECK_SPATCH": "/nowhere/spatch"}), "/nowhere/spatch")

    def test_one_line_of_text(self):
        shown = self.audit(env={"PFNCHECK_SPATCH": ""})
        without = self.audit("--no-coccinelle")
        self.assertEqual(shown.status, without.status)
        note = [line for line in shown.out.splitlines() if line not in without.out.splitlines()]
        self.assertEqual(len(note), 1)
        self.assertIn("spatch is not installed", note[0])

    def test_versions(self):
        for version, word in (("1.0.8", "1.1.1 or newer is needed"),
                              ("1.1", "1.1.1 or newer is needed"),
                              ("0.9.99", "1.1.1 or newer is needed"),
                              ("soup", "does not say its version"),
                              ("", "does not say its version")):
            with self.subTest(version=version):
                env = self.stand_in("", f"echo 'spatch version {version}'")
                self.assert_alone(self.both(env), word)
        for version in ("1.1.1-00170-g0a1b", "1.2", "2"):
            with self.subTest(version=version):
                found = self.both(self.stand_in("", f"echo 'spatch version {version}'"))
                self.assertEqual((found["version"], found["reason"]), (version, None))

    def test_version_fails(self):
        for version, word in (("kill -SEGV $$", "signal 11"), ("exit 5", "status 5"),
                              ("echo; kill -KILL $$", "signal 9"),
                              (VERSION + "; echo Python scripting support: no", "Python")):
            with self.subTest(version=version):
                self.assert_alone(self.both(self.stand_in("", version)), word)


class Installed(Case):
    def install(self, *patches):
        """The program in a place of its own; patches: where it may look for them."""
        program = self.directory / "usr/bin/pfncheck"
        program.parent.mkdir(parents=True)
        shutil.copy(end_to_end.program, program)
        for path in patches:
            shutil.copytree(end_to_end.SOURCE / "semantic-patches", self.directory / path)
        words = self.command("--format=json", binary=program)
        result = self.run_words(words, self.stand_in(""))
        return json.loads(result.out)["coverage"]["coccinelle"]

    def test_where_they_are_installed(self):
        self.assertIsNone(self.install("usr/share/pfncheck/semantic-patches")["reason"])
        self.assertEqual(self.files_seen(), {"bad_ops", "good_ops"})

    def test_nowhere(self):
        self.assert_alone(self.install(), "semantic patches", "install it anew")


class Misbehaves(Case):
    def test_on_every_file(self):
        for behaviour, word in (("kill -SEGV $$", "crashed (signal 11)"),
                                ("exit 7", "exited with status 7"),
                                ("echo soup", "no report"),
                                ("head -c 100 /dev/zero", "no report"),
                                ("yes", "printed more than"),
                                ("sleep 600", "took longer than 2 s")):
            with self.subTest(behaviour=behaviour):
                found = self.both(self.stand_in(behaviour))
                self.assert_alone(found, "fails on every file", word)
                self.assertEqual({entry["file"] for entry in found["failed"]},
                                 {"drivers/bad/bad.c", "drivers/good/good.c"})

    def test_on_one_file(self):
        for behaviour, word in (("kill -SEGV $$", "crashed (signal 11)"),
                                ("exit 7", "exited with status 7"),
                                ("echo 0.c:1:1-2: soup", "no report"),
                                ("echo 77.c:1:1-2: dma_buf_ops x: no mmap", "no report"),
                                ("echo 0.c:1:1-2: dma_buf_ops x", "no report"),
                                ("printf '0.c:1:1-2: dma_buf_ops \\377: no mmap\\n'", "no report"),
                                ("exec sleep 600", "took longer than 2 s"),
                                ("echo EXN: Stack overflow in $files >&2", "Stack overflow")):
            with self.subTest(behaviour=behaviour):
                found = self.both(self.stand_in(IF_BAD + behaviour), "--no-cache")
                self.assertIsNone(found["reason"])
                self.assertEqual({entry["file"] for entry in found["failed"]},
                                 {"drivers/bad/bad.c"})
                for entry in found["failed"]:
                    self.assertIn(word, entry["reason"])
                    self.assertIn(".cocci: ", entry["reason"])

    def test_no_room(self):
        env = {**self.stand_in(""), "TMPDIR": str(self.directory / "nowhere")}
        found = self.both(env)
        self.assert_alone(found, "no room for temporary files", "TMPDIR")
        self.assertEqual(self.files_seen(), set())

    def test_nothing_is_left(self):
        room = self.directory / "room"
        room.mkdir()
        for behaviour in ("", "exit 7", IF_BAD + "sleep 600 &"):
            self.both({**self.stand_in(behaviour), "TMPDIR": str(room)}, "--no-cache")
            self.assertEqual(list(room.iterdir()), [])

    def test_is_told_in_text(self):
        result = self.audit(env=self.stand_in(IF_BAD + "exit 7"))
        self.assertIn("without Coccinelle: drivers/bad/bad.c: exporters.cocci: exited with status 7",
                      result.out)


# An exporter whose code depends on the configuration, which has neither macro.
HIDDEN_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

#ifdef CONFIG_PAGES
static vm_fault_t hidden_fault(struct vm_fault *vmf)
{
	vmf->page = vmf->vma->vm_private_data;
	return 0;
}

static vm_fault_t called_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, vmf->page);
}

static const struct vm_operations_struct hidden_vm_ops = { .fault = hidden_fault };
static const struct vm_operations_struct called_vm_ops = { .fault = called_fault };
#endif

static int shown_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
#ifdef CONFIG_PAGES
	vma->vm_ops = dmabuf->priv ? &hidden_vm_ops : &called_vm_ops;
	vma->vm_ops = &hidden_vm_ops;
	vma->vm_ops = &called_vm_ops;
	return 0;
#else
	return remap_pfn_range(vma, vma->vm_start, dmabuf->size,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
#endif
}

static const struct dma_buf_ops shown_ops = {
	.mmap = shown_mmap,
};

#ifdef __arm__
static const struct dma_buf_ops arm_ops = {
	.mmap = shown_mmap,
};
#endif

struct dma_buf *shown_export(struct dma_buf_export_info *info)
{
	info->ops = &shown_ops;
	return dma_buf_export(info);
}
"""
HIDDEN = "drivers/hidden/hidden.c"


def line_of(text, part):
    return next(i for i, line in enumerate(text.split("\n"), 1) if part in line)


def left_out(report):
    """Places that are not in the configuration, wherever they are told."""
    findings = report["left_out"] + [f for route in report["routes"] for f in route["findings"]]
    return sorted((f["file"], f["line"]) for f in findings if f["rule"] == "not-in-this-config")


class Compared(Case):
    """Reports of a stand-in against what clang proves."""
    more = {HIDDEN: HIDDEN_C}

    def saying(self, *lines):
        """The environment in which a semantic patch says a line of the file that holds a text."""
        cases = "".join(
            f"case $* in *{script}.cocci*) grep -q '{text}' $file && "
            f"echo \"$file:{place}: {message}\";; esac\n"
            for script, text, place, message in lines)
        return self.stand_in(f"for file in $files; do\n:\n{cases}\ndone\ntrue")

    def said(self, *lines, options=()):
        """The report then."""
        report, result = self.report("--no-cache", *options, env=self.saying(*lines))
        self.assertEqual(result.err, "")
        return report

    def test_a_proof_stands(self):
        at = line_of(HIDDEN_C, "return remap_pfn_range(")
        line = ("page-insert", "shown_ops", f"{at}:4-9", "WARNING: shown_mmap() inserts pages")
        report = self.said(line)
        self.assertEqual(self.verdicts(report)["shown_ops"], "pass")
        plain = self.plain()
        self.assertEqual(report["routes"], plain["routes"])
        self.assertEqual(report["left_out"], plain["left_out"])
        found = report["coverage"]["coccinelle"]["only_coccinelle"]
        self.assertEqual(found, [{
            "file": HIDDEN, "line": at, "column": 5, "rule": "page-insert", "name": "shown_mmap",
            "clang": "the routes of this file are judged pass, unknown",
            "coccinelle": "shown_mmap() inserts pages", "reported": False}])
        shown = self.audit("--no-cache", env=self.saying(line))
        told = [text for text in shown.out.splitlines() if text.startswith("only Coccinelle: ")]
        self.assertEqual(told, [f"only Coccinelle: {HIDDEN}:{at}: page-insert, shown_mmap: "
                                "shown_mmap() inserts pages; clang: "
                                "the routes of this file are judged pass, unknown"])

    def test_left_out_is_told(self):
        at = line_of(HIDDEN_C, "vmf->page = ")
        report = self.said(("page-insert", "shown_ops", f"{at}:1-2", "WARNING: f() inserts"))
        self.assertIn((HIDDEN, at), left_out(report))
        self.assertNotIn((HIDDEN, at), left_out(self.plain()))
        entry, = (f for f in report["left_out"] if f["line"] == at)
        self.assertEqual((entry["level"], entry["confidence"], entry["message"]),
                         ("note", "likely", "f() inserts, in code that the configuration leaves out"))
        entry, = report["coverage"]["coccinelle"]["only_coccinelle"]
        self.assertTrue(entry["reported"])

    def test_once(self):
        for part in ("vmf_insert_page(", "arm_ops = "):
            at = line_of(HIDDEN_C, part)
            with self.subTest(part=part):
                self.assertEqual(left_out(self.plain()).count((HIDDEN, at)), 1)
                report = self.said(
                    ("page-insert", "shown_ops", f"{at}:1-2", "WARNING: f() inserts"),
                    ("exporters", "shown_ops", f"{at}:1-2", "dma_buf_ops arm_ops: mmap is f"))
                self.assertEqual(left_out(report).count((HIDDEN, at)), 1)

    def test_only_clang(self):
        found = self.said()["coverage"]["coccinelle"]["only_clang"]
        self.assertIn(("exporters", "bad_ops"), {(d["rule"], d["name"]) for d in found})
        self.assertIn(("page-insert", "bad_fault"), {(d["rule"], d["name"]) for d in found})

    def test_saved(self):
        at = line_of(HIDDEN_C, "vmf->page = ")
        line = ("page-insert", "shown_ops", f"{at}:1-2", "WARNING: f() inserts")
        saved = self.directory / "saved.json"
        saved.write_text(json.dumps(self.said(line)))
        report = self.said(line, options=("--against", saved))
        self.assertEqual((report["left_out"], report["routes"]), ([], []))


@unittest.skipUnless(shutil.which("spatch"), "no spatch")
class Real(Case):
    ODD = ["-D/it's \"here\".c", "drivers/-rf.c", "drivers/two words/$(x) ;.c", "drivers/a\nb/c.c"]
    more = {HIDDEN: HIDDEN_C,
            **{name: HIDDEN_C.replace("shown", f"odd{i}") for i, name in enumerate(ODD)}}

    def test_what_only_coccinelle_sees(self):
        report, _ = self.report()
        stored = line_of(HIDDEN_C, "vmf->page = ")
        told = left_out(report)
        self.assertEqual(len(told), len(set(told)))
        for name in (HIDDEN, *self.ODD):
            # The store to vmf->page is no call, so only Coccinelle has it.
            for part in ("vmf->page = ", "vmf_insert_page(", "arm_ops = "):
                self.assertIn((name, line_of(HIDDEN_C, part)), told)
        found = report["coverage"]["coccinelle"]
        self.assertEqual((found["failed"], found["reason"]), ([], None))
        self.assertEqual({d["line"] for d in found["only_coccinelle"] if d["reported"]}, {stored})
        self.assertEqual([d for d in found["only_clang"] if d["file"] in (HIDDEN, *self.ODD)], [])
        self.assertEqual({name: verdict for name, verdict in self.verdicts(report).items()
                          if name != "arm_ops"}, self.verdicts_without_arm())

    def verdicts_without_arm(self):
        return {name: verdict for name, verdict in self.verdicts(self.plain()).items()
                if name != "arm_ops"}

    def test_the_same_bytes(self):
        runs = [self.audit("--format=json", *options).out
                for options in (("-j1", "--no-cache"), ("-j4",), ("-j2",), ())]
        self.assertEqual(len(set(runs)), 1)


class Killed(Case):
    def start_hanging(self):
        run = end_to_end.Running(self.command(), env=self.stand_in("exec sleep 600"))
        self.addCleanup(run.process.kill)
        end_to_end.wait_until(self.log.exists, end_to_end.PATIENCE, "spatch")
        return run, end_to_end.descendants(run.process.pid)

    def test_no_process_is_left(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(signal=number):
                self.log.unlink(missing_ok=True)
                run, processes = self.start_hanging()
                self.assertTrue(processes)
                run.process.send_signal(number)
                run.end(30)
                end_to_end.wait_until(
                    lambda processes=processes: not any(map(end_to_end.is_running, processes)),
                    10, "processes that were left")


class Kept(Case):
    def test_what_did_not_change(self):
        env = self.stand_in("")
        self.both(env)
        self.assertEqual(self.files_seen(), {"bad_ops", "good_ops"})
        self.both(env)
        self.assertEqual(self.files_seen(), set())
        good = self.tree / "drivers/good/good.c"
        good.write_text(good.read_text() + "\n/* more */\n")
        self.both(env)
        self.assertEqual(self.files_seen(), {"good_ops"})

    def test_versions_apart(self):
        self.both(self.stand_in(""))
        self.files_seen()
        self.both(self.stand_in("", "echo 'spatch version 1.1.2'"))
        self.assertEqual(self.files_seen(), {"bad_ops", "good_ops"})

    def test_not_what_failed(self):
        self.both(self.stand_in(IF_BAD + "exit 7"))
        self.files_seen()
        found = self.both(self.stand_in(""))
        self.assertEqual(found["failed"], [])
        self.assertEqual(self.files_seen(), {"bad_ops"})


if __name__ == "__main__":
    end_to_end.main()

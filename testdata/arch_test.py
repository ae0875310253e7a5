#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Several configurations: merged routes, what none of them compiles, bad lists.

usage: arch_test.py PFNCHECK [TEST...]
"""

import shutil
import unittest
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import Case

FAKE_KERNEL = Path(__file__).resolve().parent / "fake-kernel"

BOTH = "drivers/both/both.c"
GOOD = "return remap_pfn_range(vma, vma->vm_start, 1, 4096, vma->vm_page_prot);"
BAD = "return vm_insert_page(vma, vma->vm_start, (struct page *)4096);"
FORWARD = "return dma_buf_mmap(dmabuf->priv, vma, 0);"
REFUSE = "return -EINVAL;"
UNKNOWN = "return both_unknown(vma);"
IF_PRIVATE = f"if (dmabuf->priv)\n\t\t{BAD}\n\t{GOOD}"


def on_arm(arm, others):
    """A callback's body that differs by architecture."""
    return f"#ifdef __arm__\n\t{arm}\n#else\n\t{others}\n#endif"


class Arches(Case):
    """A tree of three architectures without a driver but the test's own."""

    more = {f"arch/{arch}/{name}": "" for arch in ("arm", "arm64") for name in ("Kconfig",
                                                                                "Makefile")}

    def setUp(self):
        super().setUp()
        for driver in ("bad", "good"):
            shutil.rmtree(self.tree / "drivers" / driver)

    def route(self, body, arches="x86,arm", **more):
        """The one route of an exporter whose callback has that body, and its report."""
        self.write(BOTH, "int dma_buf_mmap(struct dma_buf *, struct vm_area_struct *, "
                         "unsigned long);\n" + fake_tree.exporter("both", body))
        # The declaration needs the types.
        text = (self.tree / BOTH).read_text()
        first, rest = text.split("\n", 1)
        self.write(BOTH, "#include <linux/dma-buf.h>\n" + first + "\n" + rest)
        report, _ = self.report(f"--arch={arches}", **more)
        self.assertEqual(len(report["routes"]), 1, report["routes"])
        return report["routes"][0]

    def breaking(self, route):
        return [finding for finding in route["findings"] if finding["rule"] == "page-insert"]


class Merged(Arches):
    def test_same_everywhere(self):
        route = self.route(BAD, "x86,arm,arm64")
        self.assertEqual((route["verdict"], route["level"]), ("violation", "error"))
        self.assertEqual(route["configs"], [0, 1, 2])
        findings = self.breaking(route)
        self.assertEqual(len(findings), 1)
        self.assertEqual((findings[0]["configs"], findings[0]["level"]), ([0, 1, 2], "error"))
        self.assertEqual(route["conditions"] + findings[0]["conditions"], [])
        self.assertEqual(len(route["inserts"]), 1)

    def test_one_breaks(self):
        route = self.route(on_arm(BAD, GOOD), "x86,arm,arm64")
        self.assertEqual((route["verdict"], route["level"]), ("conditional", "warning"))
        self.assertEqual(route["configs"], [0, 1, 2])
        self.assertEqual([(c["expr"], c["kind"], c["breaks_when"]) for c in route["conditions"]],
                         [("ARCH=arm no-kbuild", "config", True)])
        self.assertEqual(route["guards"], [])
        self.assertEqual((route["flags"]["set"], route["flags"]["clear"]),
                         (["VM_PFNMAP", "VM_MIXEDMAP"], ["VM_PFNMAP"]))
        self.assertEqual({insert["helper"] for insert in route["inserts"]},
                         {"remap_pfn_range", "vm_insert_page"})
        finding, = self.breaking(route)
        self.assertEqual((finding["configs"], finding["level"]), ([1], "warning"))
        self.assertEqual([c["expr"] for c in finding["conditions"]], ["ARCH=arm no-kbuild"])

    def test_two_break(self):
        route = self.route(on_arm(GOOD, BAD), "x86,arm,arm64")
        self.assertEqual(route["verdict"], "conditional")
        self.assertEqual([c["expr"] for c in route["conditions"]],
                         ["ARCH=x86 no-kbuild or ARCH=arm64 no-kbuild"])
        finding, = self.breaking(route)
        self.assertEqual(finding["configs"], [0, 2])

    def test_conditional_in_one(self):
        route = self.route(on_arm(IF_PRIVATE, GOOD))
        self.assertEqual(route["verdict"], "conditional")
        self.assertEqual([(c["expr"], c["kind"]) for c in route["conditions"]],
                         [("ARCH=arm no-kbuild", "config"), ("dmabuf->priv", "object")])

    def test_conditional_and_violation(self):
        route = self.route(on_arm(IF_PRIVATE, BAD))
        self.assertEqual(route["verdict"], "conditional")
        self.assertEqual([c["expr"] for c in route["conditions"]], ["ARCH=x86 no-kbuild"])
        self.assertEqual([c["expr"] for c in route["guards"]], ["dmabuf->priv"])

    def test_conditional_everywhere(self):
        route = self.route(IF_PRIVATE)
        self.assertEqual([c["expr"] for c in route["conditions"] + route["guards"]],
                         ["dmabuf->priv"])

    def test_what_does_not_weigh(self):
        for other in (REFUSE, FORWARD):
            with self.subTest(other):
                route = self.route(on_arm(BAD, other))
                self.assertEqual((route["verdict"], route["level"]), ("violation", "error"))
                self.assertEqual(route["conditions"], [])
                finding, = self.breaking(route)
                self.assertEqual([c["expr"] for c in finding["conditions"]],
                                 ["ARCH=arm no-kbuild"])
                self.assertEqual(self.route(on_arm(GOOD, other))["verdict"], "pass")
        self.assertEqual(self.route(on_arm(REFUSE, FORWARD))["verdict"], "forward")

    def test_unknown_in_one(self):
        route = self.route(on_arm(UNKNOWN, GOOD))
        self.assertEqual((route["verdict"], route["level"]), ("unknown", "warning"))
        self.assertTrue(route["reason"].startswith("with ARCH=arm no-kbuild: "), route["reason"])
        # What was proved keeps its level.
        route = self.route(on_arm(UNKNOWN, BAD))
        self.assertEqual(route["verdict"], "unknown")
        finding, = self.breaking(route)
        self.assertEqual((finding["configs"], finding["level"]), ([0], "error"))

    def test_unknown_everywhere(self):
        self.assertFalse(self.route(UNKNOWN)["reason"].startswith("with"))

    def test_callback_in_one(self):
        text = fake_tree.exporter("both", GOOD)
        self.write(BOTH, text.replace("\t.mmap", "#ifdef __arm__\n\t.mmap").replace(
            "= both_mmap,", "= both_mmap,\n#endif"))
        report, _ = self.report("--arch=x86,arm")
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["mmap"]), ("pass", "both_mmap"))

    def test_exporter_in_one(self):
        text = fake_tree.exporter("both", GOOD)
        self.write(BOTH, text.replace("static", "#ifdef __arm__\nstatic", 1) + "#endif\n")
        report, _ = self.report("--arch=x86,arm")
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["configs"], route["findings"]),
                         ("pass", [1], []))
        report, _ = self.report("--arch=x86,arm64")
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["configs"]), ("unknown", [0, 1]))
        self.assertEqual([f["rule"] for f in route["findings"]], ["not-in-this-config"])

    def test_broken_in_one(self):
        """What one configuration builds and cannot compile is not decided."""
        self.write(BOTH, fake_tree.exporter("both", GOOD).replace(
            "const struct dma_buf_ops", "#ifdef __arm__\nmissing_t missing;\nconst struct "
            "missing_ops\n#else\nconst struct dma_buf_ops\n#endif\n"))
        report, _ = self.report("--arch=x86,arm")
        route, = report["routes"]
        self.assertEqual((route["verdict"], route["configs"]), ("unknown", [0, 1]))
        self.assertTrue(route["reason"].startswith("with ARCH=arm no-kbuild: the file does not "
                                                   "compile"), route["reason"])

    def test_order(self):
        """The order of the list is that of the configurations, and decides nothing else."""
        first = self.route(on_arm(BAD, GOOD), "x86,arm")
        second = self.route(on_arm(BAD, GOOD), "arm,x86")
        self.assertEqual(first["conditions"], second["conditions"])
        self.assertEqual((first["verdict"], first["id"]), (second["verdict"], second["id"]))
        self.assertEqual(second["configs"], [0, 1])

    def test_repeated_run(self):
        self.route(on_arm(BAD, GOOD))
        shutil.rmtree(self.cache)
        first = self.audit("--format=json", "--arch=x86,arm,arm64", "-j1")
        second = self.audit("--format=json", "--arch=x86,arm,arm64", "-j3")
        self.assertEqual(first.out, second.out)

    def test_text(self):
        self.route(on_arm(BAD, GOOD))
        result = self.audit("--arch=x86,arm")
        self.assertIn("when `ARCH=arm no-kbuild`", result.out)
        self.assertEqual(result.out.count("[pfncheck:page-insert]"), 1)

    def test_against_one(self):
        """What one configuration had already is not new with a second one."""
        self.route(BAD)
        file = self.directory / "saved.json"
        self.audit("--format=json", "--output", file, "--arch=x86")
        self.assertEqual(self.audit("--against", file, "--arch=x86,arm").status, 0)


class Lists(Arches):
    def test_refused(self):
        for words in (["vax"], ["x86", "vax"], ["vax", "x86"]):
            result = self.audit("--arch=" + ",".join(words))
            self.assert_refused(result, "vax", "arm, arm64, x86")
        for value in ("", ",", "x86,", "x86,,arm", "x86, arm"):
            self.assert_refused(self.audit(f"--arch={value}"), "--arch")

    def test_repeated(self):
        for value in ("x86,x86", "x86,x86_64", "x86_64,x86"):
            report, _ = self.report(f"--arch={value}")
            self.assertEqual([config["arch"] for config in report["configs"]], ["x86"])


class LeftOut(Arches):
    """Places that no configuration compiles are listed, others are not."""

    def left_out(self, arches="x86"):
        report, _ = self.report(f"--arch={arches}")
        return [(f["line"], f["message"]) for f in report["left_out"]]

    def write_below(self, text):
        """An exporter, and text from line 12 on."""
        self.write(BOTH, fake_tree.exporter("both", GOOD) + text)

    def test_call(self):
        self.write_below("#ifdef NEVER\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#endif\n")
        self.assertEqual(self.left_out(),
                         [(15, "the call of vm_insert_page is left out by the configuration")])
        self.assertEqual(self.left_out("x86,arm"),
                         [(15, "the call of vm_insert_page is left out by every configuration")])
        self.assertEqual(self.audit("--fail-on=note").status, 1)
        self.assertIn(f"{BOTH}:15:9: note: the call of vm_insert_page is left out by the "
                      "configuration [pfncheck:not-in-this-config]\n", self.audit().out)

    def test_compiled_somewhere(self):
        self.write_below("#ifdef __arm__\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#endif\n")
        self.assertEqual(len(self.left_out("x86")), 1)
        self.assertEqual(self.left_out("arm"), [])
        self.assertEqual(self.left_out("x86,arm"), [])

    def test_other_branch(self):
        self.write_below("#ifndef NEVER\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#else\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{GOOD}\n}}\n"
                         "#endif\n")
        self.assertEqual(self.left_out(),
                         [(20, "the call of remap_pfn_range is left out by the configuration")])

    def test_what_does_not_compile(self):
        """The preprocessor knows all the same."""
        self.write_below("#ifdef NEVER\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#else\n"
                         f"static int most(struct vm_area_struct *vma)\n{{\n\t{GOOD}\n}}\n"
                         "#endif\nmissing_t missing;\n#include <linux/none.h>\n")
        self.assertEqual(self.left_out(),
                         [(15, "the call of vm_insert_page is left out by the configuration")])

    def test_what_cannot_be_read(self):
        """Nobody knows what is left out of it."""
        self.write_below("#ifdef NEVER\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#endif\n")
        self.write(BOTH, (self.tree / BOTH).read_text() + end_to_end.slow())
        report, _ = self.report(env={"PFNCHECK_WORKER_SECONDS": "1"})
        self.assertEqual(list(self.failed(report)), [BOTH])
        self.assertEqual([(f["line"], f["message"]) for f in report["left_out"]],
                         [(15, "the call of vm_insert_page is inside of #if, and the file could "
                               "not be analysed")])

    def test_table(self):
        handler = "static vm_fault_t more_fault(struct vm_fault *vmf) { return 0; }\n"
        table = "static const struct vm_operations_struct more_ops = {\n\t%s\n};\n"
        self.write_below("#ifdef NEVER\n" + handler + table % ".fault = more_fault," + "#endif\n")
        self.assertEqual(self.left_out(),
                         [(14, "more_ops (struct vm_operations_struct) is left out by the "
                               "configuration")])
        # No callback of it maps.
        self.write_below("#ifdef NEVER\n" + handler + table % ".open = NULL," + "#endif\n")
        self.assertEqual(self.left_out(), [])

    def test_no_places(self):
        """Dead code, declarations, and files of drivers that export nothing."""
        self.write_below(f"#if 0\nint dead(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n#endif\n"
                         "#ifdef NEVER\nint vm_insert_page(struct vm_area_struct *vma);\n#endif\n")
        self.write("drivers/other/other.c",
                   "#include <linux/mm.h>\n#ifdef NEVER\n"
                   f"int other(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n#endif\n")
        self.assertEqual(self.left_out(), [])

    def test_another_file_of_the_driver(self):
        """One that no route leads to."""
        self.write_below("")
        self.write("drivers/both/more.c",
                   "#include <linux/mm.h>\n#ifdef NEVER\n"
                   f"int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n#endif\n"
                   f"int most(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n")
        report, _ = self.report()
        self.assertEqual([(f["file"], f["line"]) for f in report["left_out"]],
                         [("drivers/both/more.c", 5)])
        self.assertEqual(self.verdicts(report), {"both_ops": "pass"})

    def test_against(self):
        self.write_below("#ifdef NEVER\n"
                         f"static int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n"
                         "#endif\n")
        file = self.directory / "saved.json"
        self.audit("--format=json", "--output", file)
        report, _ = self.report("--against", file)
        self.assertEqual((report["left_out"], report["against"]["findings"]), ([], 1))
        self.assertEqual(self.audit("--against", file, "--fail-on=note").status, 0)


class Kbuild(Case):
    """A tree whose kbuild builds drivers/off for arm and drivers/alpha for x86 only."""

    def setUp(self):
        super().setUp()
        if shutil.which("make") is None:
            self.skipTest("no make")
        shutil.rmtree(self.tree)
        shutil.copytree(FAKE_KERNEL, self.tree)
        for name, text in fake_tree.FILES.items():
            if name.startswith("include/"):
                self.write(name, text)
        self.home = {"HOME": str(self.directory)}

    def look(self, arches, status=None):
        return self.report(f"--arch={arches}", kbuild=True, env=self.home, status=status)[0]

    def test_built_by_one(self):
        """Who does not build a file has no say in it, and does not parse it."""
        text = fake_tree.exporter("off", on_arm(GOOD, BAD)).replace("__arm__", "CONFIG_OFF_MODULE")
        self.write("drivers/off/off_drv.c", "#include <generated/autoconf.h>\n" + text)
        self.write("drivers/alpha/single.c", fake_tree.exporter("alpha", GOOD))
        report = self.look("x86,arm")
        self.assertEqual(self.verdicts(report), {"off_ops": "pass", "alpha_ops": "pass"})
        self.assertEqual({route["ops"]["name"]: route["configs"] for route in report["routes"]},
                         {"off_ops": [1], "alpha_ops": [0]})
        self.assertEqual([route["findings"] for route in report["routes"]], [[], []])
        self.assertEqual([(f["file"], f["line"], f["message"]) for f in report["left_out"]],
                         [("drivers/off/off_drv.c", 10, "the call of vm_insert_page is left out "
                                                        "by every configuration")])
        # Alone it is read as well as it can be, and said to be left out.
        report = self.look("x86")
        self.assertEqual(self.verdicts(report), {"off_ops": "violation", "alpha_ops": "pass"})
        off, = [route for route in report["routes"] if route["ops"]["name"] == "off_ops"]
        self.assertIn("not-in-this-config", [f["rule"] for f in off["findings"]])

    def test_built_by_none(self):
        self.write("drivers/off/off_drv.c", fake_tree.exporter("off", GOOD))
        self.write("drivers/off/inner/deep.c", "int deep;\n")
        self.write("drivers/off/more.c",
                   "#include <linux/mm.h>\n"
                   f"int more(struct vm_area_struct *vma)\n{{\n\t{BAD}\n}}\n")
        report = self.look("x86")
        self.assertEqual([(f["file"], f["line"], f["message"]) for f in report["left_out"]],
                         [("drivers/off/more.c", 4, "the call of vm_insert_page is in a file that "
                                                    "the configuration does not build"),
                          ("drivers/off/off_drv.c", 6, "the call of remap_pfn_range is in a file "
                                                       "that the configuration does not build")])
        report = self.look("x86,arm")
        self.assertEqual([(f["file"], f["message"]) for f in report["left_out"]],
                         [("drivers/off/more.c", "the call of vm_insert_page is in a file that no "
                                                 "configuration builds")])

    def test_fails_for_one(self):
        """Told with what to do, before anything is analysed."""
        (self.tree / "arch/arm/all.config").unlink()
        result = self.audit("--arch=x86,arm", kbuild=True, env=self.home)
        result.err = result.err.splitlines(keepends=True)[-1]
        self.assert_refused(result, "for arm failed", "leave arm out of --arch")

    def test_bad_name_comes_first(self):
        """No time is lost on configuring what the list begins with."""
        result = self.audit("--arch=x86,vax", kbuild=True, env=self.home)
        self.assert_refused(result, "vax")
        self.assertFalse((self.directory / "made").exists())


if __name__ == "__main__":
    end_to_end.main()

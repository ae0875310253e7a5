#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The mode patch on a real kernel, judged by pfncheck.

usage: semantic_patches_fix_test.py PFNCHECK [TEST...]

Files of linux-source-6.12 are patched in a tree that is linked to another directory,
and so are the drivers in semantic-patches/drivers, which have what 6.12 lacks. Each
then parses as well as before, its routes pass without a finding, and no other route
says anything else. The kernel is $PFNCHECK_KERNEL, or the one that bootstrap.sh
unpacked; without either the test is skipped.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import end_to_end
from end_to_end import SKIPPED, environment
from kernel_test import CACHE, KERNEL, take_configurations
from semantic_patches_kernel_test import release
from semantic_patches_test import CASES, SCRIPTS, options_of, script_for

sys.path.insert(0, str(Path(__file__).resolve().parent / "mutants"))
from run import Overlay  # noqa: E402

# For one audit or one patch, on a busy machine.
SECONDS = 1500

# What a script repairs in Linux 6.12: the file and the tables of the routes.
REAL = {
    "samples/vfio-mdev/mbochs.c": ("page-insert", ("mbochs_dmabuf_ops",)),
    "drivers/gpu/drm/omapdrm/omap_gem.c": ("mixedmap", ("omap_gem_object_funcs",)),
    "drivers/gpu/drm/msm/msm_gem.c": ("cow-pfnmap", ("msm_gem_object_funcs",)),
    "drivers/gpu/drm/etnaviv/etnaviv_gem.c": ("cow-pfnmap", ("etnaviv_gem_object_funcs",
                                                             "etnaviv_gem_shmem_ops")),
}
# Where the drivers are put: a directory that is built whatever is configured.
DRIVERS = "drivers/dma-buf"
# Files that kbuild does not know are said to be left out.
ALLOWED = {"not-in-this-config"}


def audit(cache, tree):
    out = cache.parent / "report.json"
    with open(out, "wb") as file:
        done = subprocess.run([end_to_end.program, "audit", tree, "--cache", cache,
                               "--no-coccinelle", "--format=json"], stdin=subprocess.DEVNULL, stdout=file,
                              stderr=subprocess.PIPE, env=environment(), timeout=SECONDS,
                              check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"status {done.returncode}: {done.stderr.decode()}")
    return json.loads(out.read_text(encoding="utf-8"))


def routes(report):
    """The verdict of each route and the rules that it breaks, by the names of its tables."""
    return {tuple((table["file"], table["name"]) for table in [route["ops"]] + route["tables"]):
            (route["verdict"], sorted(finding["rule"] for finding in route["findings"]
                                      if finding["rule"] not in ALLOWED))
            for route in report["routes"]}


def patched(script, file):
    """The text of a file after the mode patch."""
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "patched.c"
        done = subprocess.run(["spatch", "-D", "patch", "--very-quiet", *options_of(script),
                               "--cocci-file", script, "-o", target, file],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS, check=False)
        if done.returncode or not target.exists():
            raise AssertionError(f"{script.name} leaves {file} as it is: {done.stderr.decode()}")
        return target.read_text()


class Fixes(unittest.TestCase):
    maxDiff = None

    def test_what_is_repaired_passes(self):
        directory = Path(tempfile.mkdtemp(prefix="pfncheck-fix-"))
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        cache = directory / "cache"
        take_configurations(CACHE, cache)
        overlay = Overlay(KERNEL, directory / "tree")

        drivers = {f"{DRIVERS}/{file.name}": file
                   for file in sorted((CASES / "drivers").glob("*.c"))}
        self.assertTrue(drivers)
        overlay.put({path: file.read_text() for path, file in drivers.items()})
        before = audit(cache, overlay.root)

        changed = {path: patched(script_for(file), file) for path, file in drivers.items()}
        changed.update({path: patched(SCRIPTS / f"{script}.cocci", KERNEL / path)
                        for path, (script, _) in REAL.items()})
        overlay.put(changed)
        after = audit(cache, overlay.root)

        self.assertEqual(after["coverage"]["files_failed"], before["coverage"]["files_failed"])
        old, new = routes(before), routes(after)
        self.assertEqual(old.keys(), new.keys())
        repaired = {key for key in old if old[key] != new[key]}
        for key in repaired:
            with self.subTest(route=key):
                self.assertEqual(new[key], ("pass", []))
        expected = {key for key in old
                    if key[0][0] in drivers or
                    any(tables == tuple(name for _, name in key[-len(tables):])
                        for _, tables in REAL.values())}
        self.assertEqual(len(expected), len(drivers) + len(REAL))
        self.assertEqual(repaired, expected)


if __name__ == "__main__":
    if (not (KERNEL / "Makefile").is_file() or not shutil.which("spatch") or
            release() != "6.12"):
        print(f"no Linux 6.12 at {KERNEL}, or no spatch: the test needs both")
        sys.exit(SKIPPED)
    end_to_end.main()

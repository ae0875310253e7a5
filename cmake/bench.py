#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure an audit of a kernel tree against plain clang on the same files, and the
semantic patches on the same tree.

usage: bench.py PFNCHECK CLANG

The tree is $PFNCHECK_KERNEL or the one that bootstrap.sh unpacked. Everything is
measured in a cache of its own that starts empty: a run from nothing, a warm run,
and a run with the configuration but without facts, whose CPU time is compared
with that of clang -fsyntax-only over every file that it parsed, with the same
flags and as many processes. Then a copy of the tree in which one driver is
edited, reviews in a git repository of the tree, and at last the same as at first
for several architectures, each of these with a cache of its own.
"""

import concurrent.futures
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "testdata"))

from git_kernel import Repository

ARCHES = "x86,arm64,arm"
KERNEL_NAME = "linux-source-6.12"
# No findings, and findings.
AUDIT_STATUSES = (0, 1)
PATCHES = Path(__file__).resolve().parents[1] / "semantic-patches"
# What listing the exporters, and all semantic patches together, may take on two cores.
LIST_SECONDS = 20
# A cold audit after configuration, one with nothing changed, and one of an edited driver.
COLD_SECONDS = 20
WARM_SECONDS = 1
EDIT_SECONDS = 1.2
# Reviews of a commit to one driver, of one to nothing that matters, and of a series.
REVIEW_SECONDS = 2
OUTSIDE_SECONDS = 0.5
EACH_COMMITS = 50
EACH_SECONDS = 60
# CPU time of a cold audit to that of clang.
CLANG_RATIO = 0.25
# What is kept for one kernel, in KiB.
STORE_KIB = 64 << 10
# An audit with both engines to one with clang alone.
COCCINELLE_RATIO = 1.33
PATCHES_SECONDS = 60
# What kbuild says of a file's module, which --dump=tree keeps to itself.
MODULE_FLAGS = ['-DKBUILD_BASENAME="pfncheck"', '-DKBUILD_MODNAME="pfncheck"',
                '-DKBUILD_MODFILE="pfncheck"', "-D__KBUILD_MODNAME=kmod_pfncheck"]
# In flags that --dump=tree prints.
MACHINE_PATH = re.compile(r"(?:^|(?<=^-I)|(?<=[=\"]))(TREE|BUILD)(?=/|$)")


def fail(message):
    sys.exit(f"bench: {message}")


def cache_home():
    home = os.environ.get("XDG_CACHE_HOME", "")
    return Path(home) if home.startswith("/") else Path.home() / ".cache"


def find_kernel():
    given = os.environ.get("PFNCHECK_KERNEL")
    tree = Path(given) if given else cache_home() / "pfncheck" / KERNEL_NAME
    if not (tree / "Makefile").is_file():
        fail(f"no kernel tree at {tree}: set PFNCHECK_KERNEL, or let "
             "cmake/bootstrap.sh audit unpack one")
    return tree.resolve()


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Run:
    """One run of pfncheck, with the wall clock and the CPU time of all its processes."""

    def __init__(self, program, tree, cache, *options, name="audit", coccinelle=False):
        stats_file = cache / "bench-stats.json"
        stats_file.unlink(missing_ok=True)
        command = [program, name, *options, tree, "--cache", cache, "--stats", stats_file]
        if name == "audit" and not coccinelle:
            command.append("--no-coccinelle")
        cpu = cpu_of_children()
        start = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        self.wall = time.monotonic() - start
        self.cpu = cpu_of_children() - cpu
        self.output = done.stdout
        if done.returncode not in AUDIT_STATUSES:
            fail(f"pfncheck {name} exited with {done.returncode}: {done.stderr.strip()}")
        try:
            self.stats = json.loads(stats_file.read_text())
        except (OSError, ValueError) as error:
            fail(f"pfncheck {name} --stats left no statistics: {error}")

    def stat(self, name):
        return self.stats.get(name, float("nan"))


def read_sources(tree):
    """Brings the tree into the page cache: disks are not what is measured."""
    for source in tree.rglob("*.[ch]"):
        if source.is_file():
            source.read_bytes()


def find_build(cache):
    """The build directory of the one configuration in a cache."""
    for header in cache.glob("**/include/generated/autoconf.h"):
        return header.parents[2]
    fail(f"no configured kernel in {cache}")


def parse_flags(dump, tree, build):
    """The flags of each file, from --dump=tree, which has names for machine paths."""
    paths = {"TREE": tree, "BUILD": build}
    files = {}
    for line in dump.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "file":
            flags = files.setdefault(rest.split(" ")[0], [])
        elif kind == "flag":
            flags.append(MACHINE_PATH.sub(lambda match: str(paths[match[0]]), rest))
    return files


def parse_with_clang(clang, tree, build, files, jobs):
    """CPU seconds for all files, and how many were refused."""
    def parse(item):
        path, flags = item
        command = [clang, *flags, *MODULE_FLAGS, "-fsyntax-only", tree / path]
        return subprocess.run(command, cwd=build, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode

    cpu = cpu_of_children()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        refused = sum(status != 0 for status in pool.map(parse, sorted(files.items())))
    return cpu_of_children() - cpu, refused


def measure_patches(tree, jobs):
    """Each semantic patch over the whole tree; their limits on two idle cores."""
    total = 0.0
    for patch in sorted(PATCHES.glob("*.cocci")):
        options = re.search(r"(?m)^// Options:(.*)$", patch.read_text())[1].split()
        cpu = cpu_of_children()
        start = time.monotonic()
        done = subprocess.run(["spatch", "-D", "report", "--no-show-diff", "--very-quiet",
                               "--cocci-file", patch, *options, "--dir", tree,
                               "--jobs", str(jobs), "--chunksize", "1"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        wall = time.monotonic() - start
        if done.returncode:
            fail(f"spatch exited with {done.returncode} on {patch.name}: {done.stderr.strip()}")
        lines = sum(str(tree) in line for line in done.stdout.splitlines())
        limit = f", limit {LIST_SECONDS} s" if patch.stem == "exporters" else ""
        show(patch.name, seconds(wall),
             f"{seconds(cpu_of_children() - cpu)} CPU, {lines} reports{limit}")
        total += wall
    show("all semantic patches", seconds(total), f"limit {PATCHES_SECONDS} s")


def kept_files(cache):
    """What of a cache is neither the configuration nor the flags."""
    return [*cache.glob("store.sqlite*"), *cache.glob("scan-*"),
            *cache.glob("conf-*/pfncheck/headers*")]


def drop_facts(cache):
    """Leaves the configuration and the flags; whether there was more."""
    kept = kept_files(cache)
    for file in kept:
        file.unlink()
    return bool(kept)


def measure_edit(program, tree, cache):
    """The audit of a tree in which one file was edited that defines an exporter."""
    with tempfile.TemporaryDirectory(prefix="pfncheck-bench-") as directory:
        copy = Path(directory) / tree.name
        subprocess.run(["cp", "-a", "--reflink=auto", tree, copy], check=True)
        Run(program, copy, cache)
        # What is written just before it is read has to be read again.
        time.sleep(3)
        Run(program, copy, cache)
        dump = Run(program, copy, cache, "--dump=scan").output
        objects = re.findall(r"(?m)^object\t([^\t:]+\.c):", dump)
        if not objects:
            fail("pfncheck audit --dump=scan names no exporter to edit")
        with open(copy / objects[0], "a", encoding="utf-8") as file:
            file.write("\nstatic int __maybe_unused pfncheck_bench;\n")
        run = Run(program, copy, cache)
        parse = run.stat("files_extracted")
        again = Run(program, copy, cache)
    show("audit after an edit", seconds(run.wall),
         f"{seconds(run.cpu)} CPU; {parse} file parsed, limit {EDIT_SECONDS} s besides that")
    show("the same again", seconds(again.wall), f"{seconds(again.cpu)} CPU")


def parsed_files(program, tree, cache):
    """The files whose facts the last audit in a cache has used."""
    dump = Run(program, tree, cache, "--dump=store").output
    files = sorted(set(re.findall(r"(?m)^row ([^ ]+\.c) ", dump)))
    if not files:
        fail("pfncheck audit --dump=store names no files to edit")
    return files


def measure_review(program, tree, files):
    """Reviews of commits to files that an audit parses, to others, and to a header.

    Of the others, some have nothing to do with mappings, some with mappings of files.
    """
    drivers = [file for file in files if file.startswith("drivers/")]
    chosen = drivers[::max(1, len(drivers) // EACH_COMMITS)][:EACH_COMMITS + 1]

    def edit(path, number):
        text = (tree / path).read_text(encoding="utf-8", errors="surrogateescape")
        if path.endswith(".h"):
            return {path: f"{text}\n/* edited by commit {number} */\n"}
        return {path: f"{text}\nstatic int __maybe_unused pfncheck_bench(int n)\n"
                      f"{{\n\treturn n + {number};\n}}\n"}

    with tempfile.TemporaryDirectory(prefix="pfncheck-bench-") as directory:
        cache = Path(directory)
        start = time.monotonic()
        repository = Repository(cache / "kernel.git", tree)
        show("git repository", seconds(time.monotonic() - start), "of the tree, as it is")
        outside = repository.commit("outside", edit("fs/ext4/super.c", 0))
        another = repository.commit("another outside", edit("fs/ext4/namei.c", 0))
        mappings = repository.commit("other mappings", edit("fs/ext4/inode.c", 0))
        series = [repository.commit(path, edit(path, number))
                  for number, path in enumerate(chosen, 1)]
        header = repository.commit("header", edit("include/linux/mm.h", 0))

        def review(*options):
            return Run(program, repository.directory, cache, *options, name="review")

        first = review(outside)
        show("first review", seconds(first.wall - first.stat("configure_s")),
             f"after {seconds(first.stat('configure_s'))} of configuration: "
             "the base is unpacked and audited")
        again = review(another)
        show("review, outside", seconds(again.wall),
             f"{seconds(again.cpu)} CPU; {again.stat('files_scanned')} files scanned, "
             f"limit {OUTSIDE_SECONDS} s")
        others = review(mappings)
        show("review, other mappings", seconds(others.wall),
             f"{seconds(others.cpu)} CPU; {others.stat('files_scanned')} files scanned, "
             f"{others.stat('files_extracted')} parsed, limit {OUTSIDE_SECONDS} s")
        driver = review(series[0])
        show("review, one driver", seconds(driver.wall),
             f"{seconds(driver.cpu)} CPU; {driver.stat('files_extracted')} file parsed, "
             f"limit {REVIEW_SECONDS} s")
        each = review("--each", f"{series[0]}..{series[-1]}")
        show("review --each", seconds(each.wall),
             f"{seconds(each.cpu)} CPU; {len(series) - 1} commits, a file each, "
             f"limit {EACH_SECONDS} s")
        common = review(header)
        show("review, common header", seconds(common.wall),
             f"{seconds(common.cpu)} CPU; {common.stat('files_extracted')} files parsed")


def measure_coccinelle(program, tree, cache, cold, warm):
    """The same runs with the semantic patches; what they add is to be at most a third."""
    drop_facts(cache)
    for name, alone in (("cold", cold), ("warm", warm)):
        run = Run(program, tree, cache, coccinelle=True)
        show(f"{name} audit with Coccinelle", seconds(run.wall),
             f"{seconds(run.cpu)} CPU; {run.wall / alone.wall:.2f} times that without, "
             f"limit {COCCINELLE_RATIO}")


def show(name, value, note=""):
    print(f"{name:<34}{value:>12}  {note}".rstrip(), flush=True)


def seconds(value):
    return f"{value:.2f} s"


def mebibytes(kib):
    return f"{kib / 1024:.0f} MiB"


def measure_arches(program, tree):
    """One run for several architectures from nothing, and a warm one."""
    with tempfile.TemporaryDirectory(prefix="pfncheck-bench-") as directory:
        cache = Path(directory)
        first = Run(program, tree, cache, f"--arch={ARCHES}")
        configure = first.stat("configure_s")
        warm = Run(program, tree, cache, f"--arch={ARCHES}")
    show(f"{ARCHES} configuration", seconds(configure), "once for each kernel")
    show(f"{ARCHES} cold", seconds(first.wall - configure),
         f"peak {mebibytes(first.stat('parent_peak_kib'))}, "
         f"{first.stat('files_extracted')} times a file was parsed")
    show(f"{ARCHES} warm", seconds(warm.wall),
         f"{seconds(warm.cpu)} CPU; peak {mebibytes(warm.stat('parent_peak_kib'))}")


def main():
    if len(sys.argv) != 3:
        fail("usage: bench.py PFNCHECK CLANG")
    program, clang = sys.argv[1:]
    tree = find_kernel()
    jobs = os.cpu_count() or 1
    read_sources(tree)
    print(f"{tree.name}, {jobs} x {platform.machine()}, {Path(clang).name}")

    with tempfile.TemporaryDirectory(prefix="pfncheck-bench-") as directory:
        cache = Path(directory)

        first = Run(program, tree, cache)
        show("configuration", seconds(first.stat("configure_s")), "once for each kernel")
        show("cold audit", seconds(first.wall - first.stat("configure_s")),
             f"after it, flags of all files included; limit {COLD_SECONDS} s")
        size = sum(file.stat().st_size for file in kept_files(cache)) >> 10
        show("store", mebibytes(size),
             "of one kernel, with what the scan and the compiler keep; "
             f"limit {mebibytes(STORE_KIB)}")

        warm = Run(program, tree, cache)
        show("warm audit", seconds(warm.wall),
             f"{seconds(warm.cpu)} CPU; limit {WARM_SECONDS} s")

        again = Run(program, tree, cache) if drop_facts(cache) else warm
        show("cold audit, flags known", seconds(again.wall),
             f"{seconds(again.cpu)} CPU; scan {seconds(again.stat('scan_s'))}, "
             f"extract {seconds(again.stat('extract_s'))}")

        if shutil.which("spatch"):
            measure_coccinelle(program, tree, cache, again, warm)

        show("peak of the parent", mebibytes(max(run.stat("parent_peak_kib")
                                                 for run in (first, warm, again))))
        show("peak of the largest worker", mebibytes(max(run.stat("worker_peak_kib")
                                                         for run in (first, again))))
        show("files scanned", first.stat("files_scanned"))
        show("files parsed", first.stat("files_parsed"))

        build = find_build(cache)
        dump = Run(program, tree, cache, "--dump=tree").output
        files = parse_flags(dump, tree, build)
        if not files:
            fail("pfncheck audit --dump=tree names no files to give to clang")
        cpu, refused = parse_with_clang(clang, tree, build, files, jobs)
        show(f"{Path(clang).name} -fsyntax-only", seconds(cpu),
             f"CPU for {len(files)} files" + (f", {refused} of them refused" if refused else ""))
        if refused * 10 > len(files):
            fail("so many were refused that there is nothing to compare with")
        show("audit : clang", f"{again.cpu / cpu:.2f}",
             f"CPU of the cold audit with known flags to that of clang; limit {CLANG_RATIO}")
        parsed = parsed_files(program, tree, cache)
        measure_edit(program, tree, cache)

    measure_review(program, tree, parsed)
    measure_arches(program, tree)

    if shutil.which("spatch"):
        measure_patches(tree, jobs)
    else:
        show("semantic patches", "-", "no spatch: install coccinelle")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""cmake/bootstrap.sh on machines that lack things.

Each test makes a machine of its own: a directory of programs that is the whole
PATH, in which those that the script installs with or builds with are stand-ins
that write down how they were called.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("PFNCHECK_SOURCE", Path(__file__).parents[2]))
ARCHIVE = Path("/usr/src/linux-source-6.12.tar.xz")

# What every system has.
BASE = """awk cat cksum cmp cp cut dirname env false find flock getconf grep head mkdir
mktemp mv paste printf rm sed sh sleep sort stat tail touch tr true uname xz""".split()
# What the script looks for by name.
TOOLS = "gcc make git bc flex bison spatch pkg-config python3".split()
CLANG_TOOLS = "clang clang-query clang-format".split()

LOGGED = '#!/bin/sh\necho "${0##*/} $*" >>"$LOG"\n'


class Machine:
    """A PATH, a home with a blank in its name, and a log of calls."""

    def __init__(self, root, missing=(), uid=0, apt=True, sudo=False):
        self.root = Path(root)
        self.bin = self.root / "bin"
        self.bin.mkdir()
        self.home = self.root / "a home"
        self.home.mkdir()
        self.log_file = self.root / "log"
        self.log_file.touch()
        for name in BASE:
            os.symlink(shutil.which(name), self.bin / name)
        for name in TOOLS + [f"{tool}-{v}" for tool in CLANG_TOOLS for v in (19, 22)]:
            if name not in missing:
                self.stub(name)
        self.stub("id", f"echo {uid}\n")
        # Configuring makes the program, which answers with its arguments.
        self.stub("cmake", """
case $1 in
-S)
	touch "$4/CMakeCache.txt"
	printf '#!/bin/sh\\nprintf "<%%s>" "$@"\\nexit 3\\n' >"$4/pfncheck"
	chmod +x "$4/pfncheck"
	;;
esac
""")
        self.link("chmod")
        self.stub("tar", """
while [ "$1" != -C ]; do shift; done
mkdir "$2/linux-source-6.12"
echo VERSION = 6 >"$2/linux-source-6.12/Makefile"
[ ! -e "$ROOT/slow" ] || sleep 30
[ ! -e "$ROOT/broken" ] || { echo 'tar: short read' >&2; exit 1; }
""")
        if apt:
            self.stub("apt-cache", """
shift
for package; do
	grep -q "^$package\\$" "$ROOT/not-offered" 2>/dev/null || echo '  Candidate: 1'
done
""")
            self.stub("apt-get", """
if [ "$1" = update ]; then
	[ ! -e "$ROOT/offered-by-update" ] || rm "$ROOT/not-offered"
	exit
fi
[ ! -e "$ROOT/offline" ] || exit 100
shift
for package; do
	case $package in
	coccinelle) package=spatch ;;
	clang-tools-*) package=clang-query-${package##*-} ;;
	esac
	printf '#!/bin/sh\\n' >"$ROOT/bin/$package"
	chmod +x "$ROOT/bin/$package"
done
echo 'Setting up packages'
""")
        if sudo:
            self.stub("sudo", 'exec "$@"\n')

    def link(self, name):
        os.symlink(shutil.which(name), self.bin / name)

    def stub(self, name, body=""):
        path = self.bin / name
        path.write_text(LOGGED + body)
        path.chmod(0o755)

    def environment(self, **changes):
        environment = {"PATH": str(self.bin), "HOME": str(self.home),
                       "LOG": str(self.log_file), "ROOT": str(self.root)}
        environment.update(changes)
        return {name: value for name, value in environment.items() if value is not None}

    def start(self, *arguments, **changes):
        return subprocess.Popen([str(SOURCE / "cmake/bootstrap.sh"), *arguments],
                                env=self.environment(**changes), cwd=self.root, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True)

    def run(self, *arguments, **changes):
        process = self.start(*arguments, **changes)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def calls(self, program):
        return [line for line in self.log_file.read_text().splitlines()
                if line.split()[0] == program]

    @property
    def cache(self):
        return self.home / ".cache/pfncheck"


class BootstrapTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="pfncheck bootstrap ")
        self.addCleanup(self.directory.cleanup)

    def machine(self, **options):
        return Machine(self.directory.name, **options)

    def assert_one_line(self, result, *words):
        status, out, err = result
        self.assertEqual(status, 2, err)
        self.assertEqual(out, "")
        self.assertEqual(err.count("\n"), 1, err)
        for word in words:
            self.assertIn(word, err)


# The programs of a libclang can be left out of the PATH, its library cannot be left out.
LIBCLANGS = unittest.skipUnless(
    all(Path(f"/usr/lib/llvm-{v}/include/clang-c/Index.h").exists() for v in (19, 22)),
    "libclang-19-dev and libclang-22-dev are not both installed")


class Usage(BootstrapTest):
    def test_no_or_unknown_command(self):
        machine = self.machine()
        for arguments in ([], ["adit"], ["--tree"]):
            status, out, err = machine.run(*arguments)
            self.assertEqual((status, out), (2, ""))
            self.assertIn("usage:", err)

    def test_help(self):
        machine = self.machine()
        for arguments in (["help"], ["--help"], ["audit", "--help"]):
            status, out, err = machine.run(*arguments)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("audit [TREE]", out)
        self.assertEqual(machine.log_file.read_text(), "")

    def test_odd_arguments(self):
        machine = self.machine()
        self.assert_one_line(machine.run("audit", ""), "empty")
        self.assert_one_line(machine.run("test", "fast"), "fast")

    def test_no_place_for_the_cache(self):
        machine = self.machine()
        self.assert_one_line(machine.run("audit", "x", HOME=None), "HOME", "XDG_CACHE_HOME")
        self.assert_one_line(machine.run("audit", "x", HOME=""), "HOME")
        self.assert_one_line(machine.run("audit", "x", HOME="/dev/null"), "/dev/null")


class Installing(BootstrapTest):
    def test_nothing_missing(self):
        machine = self.machine()
        status, out, err = machine.run("audit", "a tree", "--format", "json")
        self.assertEqual((status, out), (3, "<audit><a tree><--format><json>"), err)
        self.assertNotIn("install", err)
        self.assertEqual(machine.calls("apt-get") + machine.calls("apt-cache"), [])

        # Once it is built there is nothing to say.
        self.assertEqual(machine.run("audit", "a tree"), (3, "<audit><a tree>", ""))

    def test_as_root(self):
        machine = self.machine(missing=["bc", "spatch"])
        status, out, err = machine.run("audit", "tree")
        self.assertEqual((status, out), (3, "<audit><tree>"), err)
        self.assertEqual(machine.calls("apt-get"),
                         ["apt-get install -q -y --no-install-recommends coccinelle bc"])
        reason = err.index("coccinelle             runs the semantic patches")
        self.assertLess(reason, err.index("Setting up packages"))

    def test_with_sudo(self):
        machine = self.machine(missing=["flex"], uid=1000, sudo=True)
        status, _, err = machine.run("audit", "tree")
        self.assertEqual(status, 3, err)
        self.assertIn("apt-get install", machine.calls("sudo")[0])

    def test_neither_root_nor_sudo(self):
        machine = self.machine(missing=["flex"], uid=1000)
        self.assert_one_line(machine.run("audit", "tree"), "root", "apt-get install flex")
        self.assertEqual(machine.calls("apt-get"), [])

    def test_no_apt(self):
        machine = self.machine(missing=["flex", "spatch", "clang-19", "clang-22"], apt=False)
        self.assert_one_line(machine.run("audit", "tree"), "flex", "spatch", "libclang 17 or later")

    def test_old_lists(self):
        machine = self.machine(missing=["bc"])
        (machine.root / "not-offered").write_text("bc\n")
        (machine.root / "offered-by-update").touch()
        status, _, err = machine.run("audit", "tree")
        self.assertEqual(status, 3, err)
        self.assertEqual([call.split()[1] for call in machine.calls("apt-get")],
                         ["update", "install"])

    def test_not_offered(self):
        machine = self.machine(missing=["bc"])
        (machine.root / "not-offered").write_text("bc\n")
        status, out, err = machine.run("audit", "tree")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("lack bc: add one", err.splitlines()[-1])
        self.assertEqual(machine.calls("apt-get"), ["apt-get update -q"])

    def test_offline(self):
        machine = self.machine(missing=["bc"])
        (machine.root / "offline").touch()
        status, out, err = machine.run("audit", "tree")
        self.assertEqual((status, out), (2, ""))
        self.assertTrue(err.endswith("pfncheck: apt-get could not install: bc\n"), err)

    @LIBCLANGS
    def test_libclang_22_before_19(self):
        machine = self.machine(missing=["clang-19", "clang-format-22"])
        status, _, err = machine.run("audit", "tree")
        self.assertEqual(status, 3, err)
        self.assertTrue(machine.calls("apt-get")[0].endswith(" clang-format-22"))

    @LIBCLANGS
    def test_libclang_19_where_there_is_no_22(self):
        machine = self.machine(missing=["clang-22", "clang-query-19"])
        (machine.root / "not-offered").write_text("clang-22\n")
        status, _, err = machine.run("audit", "tree")
        self.assertEqual(status, 3, err)
        self.assertTrue(machine.calls("apt-get")[-1].endswith(" clang-tools-19"))

    def test_no_libclang_to_be_had(self):
        versions = range(17, 25)
        machine = self.machine(missing=["clang-19", "clang-22"])
        (machine.root / "not-offered").write_text("".join(f"clang-{v}\n" for v in versions))
        status, out, err = machine.run("audit", "tree")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("libclang 17 or later", err.splitlines()[-1])


class Building(BootstrapTest):
    def test_failure(self):
        machine = self.machine()
        machine.stub("cmake", "echo 'no such compiler'\nexit 1\n")
        status, out, err = machine.run("audit", "tree")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("no such compiler\n", err)
        self.assertIn("failed", err.splitlines()[-1])

    def test_outside_of_the_source(self):
        machine = self.machine()
        machine.run("audit", "tree", XDG_CACHE_HOME=str(machine.root / "other cache"))
        configured = [call for call in machine.calls("cmake") if " -S " in call]
        self.assertIn(f" -B {machine.root}/other cache/pfncheck/build-", configured[0])
        self.assertIn("-DWERROR=ON", configured[0])


@unittest.skipUnless(ARCHIVE.exists() and importlib.util.find_spec("jsonschema"),
                     f"{ARCHIVE} and python3-jsonschema are not both installed")
class Testing(BootstrapTest):
    """What "test" makes of the results of ctest."""

    def run_suite(self, failures, status):
        machine = self.machine()
        machine.stub("ctest", f"""
cat >"$2/results.xml" <<EOF
<testsuite name="Linux-cc"
	tests="5"
	failures="{failures}"
	disabled="0"
	skipped="1"
>
	<testcase name="unit-audit"
	tests="99"
EOF
exit {status}
""")
        status, out, err = machine.run("test")
        return status, out.splitlines(), err, machine

    def test_pass(self):
        status, out, err, machine = self.run_suite(0, 0)
        self.assertEqual(status, 0, err)
        runs = machine.calls("ctest")
        self.assertEqual(out[-1], f"{4 * len(runs)} passed, 0 failed")
        self.assertEqual(out[-3], f"{len(runs)} skipped, named above")
        self.assertIn("-sanitize-", runs[1])
        self.assertIn("-L ^(unit|cases|cli|robust|golden)$", runs[1])
        for run in runs[:2]:
            self.assertNotIn("-LE", run)
        for run in runs[2:]:
            self.assertIn("-LE ^once$", run)

    def test_fail(self):
        status, out, err, machine = self.run_suite(2, 8)
        self.assertEqual(status, 1, err)
        runs = len(machine.calls("ctest"))
        self.assertEqual(out[-1], f"{2 * runs} passed, {2 * runs} failed")

    def test_ctest_gives_up(self):
        status, _, err, _ = self.run_suite(0, 1)
        self.assertEqual(status, 1, err)


@unittest.skipUnless(ARCHIVE.exists(), f"{ARCHIVE} is not installed")
class Unpacking(BootstrapTest):
    def kernel(self, machine):
        return machine.cache / "linux-source-6.12"

    def leftovers(self, machine):
        return list(machine.cache.glob(".linux-source-6.12.*"))

    def test_once(self):
        machine = self.machine()
        for arguments in ([], ["-v"]):
            status, out, err = machine.run("audit", *arguments)
            self.assertEqual(status, 3, err)
            self.assertTrue(out.startswith(f"<audit><{self.kernel(machine)}>"), out)
        self.assertEqual(len(machine.calls("tar")), 1)
        self.assertEqual(self.leftovers(machine), [])

    def test_again_when_the_package_changes(self):
        machine = self.machine()
        machine.run("audit")
        (self.kernel(machine) / ".pfncheck-unpacked").write_text("an older one\n")
        (self.kernel(machine) / "stale.c").touch()
        self.assertEqual(machine.run("audit")[0], 3)
        self.assertEqual(len(machine.calls("tar")), 2)
        self.assertFalse((self.kernel(machine) / "stale.c").exists())
        self.assertEqual(self.leftovers(machine), [])

    def test_two_at_once(self):
        machine = self.machine()
        runs = [machine.start("audit") for _ in range(2)]
        for run in runs:
            _, err = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 3, err)
        self.assertEqual(len(machine.calls("tar")), 1)

    def test_killed_half_way(self):
        machine = self.machine()
        (machine.root / "slow").touch()
        run = machine.start("audit")
        for _ in range(600):
            if machine.calls("tar"):
                break
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate(timeout=60)
        self.assertFalse(self.kernel(machine).exists())

        (machine.root / "slow").unlink()
        self.assertEqual(machine.run("audit")[0], 3)
        self.assertTrue((self.kernel(machine) / "Makefile").exists())
        self.assertEqual(self.leftovers(machine), [])

    def test_failure(self):
        machine = self.machine()
        (machine.root / "broken").touch()
        status, out, err = machine.run("audit")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("could not unpack", err.splitlines()[-1])
        self.assertFalse(self.kernel(machine).exists())
        self.assertEqual(self.leftovers(machine), [])


if __name__ == "__main__":
    unittest.main()

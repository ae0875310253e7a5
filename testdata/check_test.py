#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Called by a build for each file, as sparse is: make C=1 CHECK=pfncheck.

usage: check_test.py PFNCHECK [TEST...]

The calls have the words that kbuild's cmd_checksrc has; nothing is built.
"""

import os
import shutil
import subprocess
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import Case

BAD = "drivers/bad/bad.c"

# What the kernel's Makefile tells sparse.
CHECKFLAGS = ["-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__", "-Wbitwise",
              "-Wno-return-void", "-Wno-unknown-attribute", "-D__x86_64__", "--arch=x86",
              "-mlittle-endian", "-m64"]

# An exporter whose fault handler is in another file of the driver.
SPLIT_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

vm_fault_t split_fault(struct vm_fault *vmf);

static const struct vm_operations_struct split_vm_ops = {
	.fault = split_fault,
};

static int split_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &split_vm_ops;
	return 0;
}

const struct dma_buf_ops split_ops = {
	.mmap = split_mmap,
};
"""

SPLIT_FAULT_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

vm_fault_t split_fault(struct vm_fault *vmf)
{
	vmf->page = (struct page *)vmf->pgoff;
	return 0;
}
"""

# An exporter that leaves the flags to another file.
LATE_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

void late_flags(struct vm_area_struct *vma);

static vm_fault_t late_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct late_vm_ops = {
	.fault = late_fault,
};

static int late_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	late_flags(vma);
	vma->vm_ops = &late_vm_ops;
	return 0;
}

const struct dma_buf_ops late_ops = {
	.mmap = late_mmap,
};
"""

LATE_FLAGS_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

void late_flags(struct vm_area_struct *vma)
{
	vm_flags_set(vma, %s);
}
"""

# As kernels try a checker before they use it: a file of one function, without a suffix, and
# whoever says the wrong word is not used.
HANDSHAKE = """\
#!/bin/sh
set -e
file=$(mktemp "$1/probe.XXXXXX")
shift
cat > "$file" <<'END'
static inline int first(const int *from)
{
	__typeof_unqual__(*from) value = *from;

	return value;
}
END
if "$@" "$file" 2>&1 | grep -q error; then echo 0; else echo 1; fi
"""

GENERATED = ("asm-offsets", "autoconf", "bounds", "compile", "timeconst", "utsrelease")


class Checked(Case):
    def setUp(self):
        super().setUp()
        self.build = self.directory / "build"
        for name in GENERATED:
            fake_tree.write(self.build, f"include/generated/{name}.h", "")
        for name in ("kconfig", "compiler_types", "compiler-version"):
            self.write(f"include/linux/{name}.h", "")

    def words(self, file, root=None, checkflags=None, more=()):
        """What kbuild calls a checker with for a file of the tree, or elsewhere."""
        root = root or self.tree
        path = Path(file)
        stem = path.stem
        return [*(CHECKFLAGS if checkflags is None else checkflags),
                f"-Wp,-MMD,{path.parent}/.{stem}.o.d", "-nostdinc",
                f"-I{root}/arch/x86/include", "-I./arch/x86/include/generated",
                f"-I{root}/include", "-I./include",
                "-include", f"{root}/include/linux/compiler-version.h",
                "-include", f"{root}/include/linux/kconfig.h",
                "-include", f"{root}/include/linux/compiler_types.h",
                "-D__KERNEL__", "-fmacro-prefix-map=/=", "-Werror", "-std=gnu11", "-Wall",
                "-fshort-wchar", "-mno-sse", "-falign-jumps=1", "-fconserve-stack",
                "--param", "asan-stack=1", "-DMODULE",
                f'-DKBUILD_BASENAME="{stem}"', f'-DKBUILD_MODNAME="{stem}"',
                f"-D__KBUILD_MODNAME=kmod_{stem}", *more,
                str(path if path.is_absolute() else root / path)]

    def check(self, *files, ours=(), status=0, cwd=None, env=None, **more):
        """A call; what it says, with the tree called TREE."""
        words = [end_to_end.program, "check", "--cache", str(self.cache), *map(str, ours)]
        for file in files:
            words += self.words(file, **more)
        return self.call(words, status, cwd, env)

    def call(self, words, status=0, cwd=None, env=None):
        result = self.run_words([str(word) for word in words], env, cwd=cwd or self.build)
        self.assertEqual((result.status, result.out), (status, ""), str(result))
        for word in ("Sanitizer", "CRITICAL", "WARNING **"):
            self.assertNotIn(word, result.err)
        return result.err.replace(str(self.tree), "TREE")


class Warnings(Checked):
    def test_shape(self):
        lines = self.check(BAD).splitlines()
        self.assertEqual(lines, [
            f"TREE/{BAD}:13:2: warning: bad_fault hands struct pages to user space through "
            "vmf->page: get_user_pages() works on this dma-buf mapping [pfncheck:page-insert]",
            f"TREE/{BAD}:25:2: warning: bad_mmap leaves a dma-buf mapping without VM_PFNMAP "
            "[pfncheck:missing-pfnmap]"])
        self.assertEqual(self.check("drivers/good/good.c"), "")
        # Again, from the store.
        self.assertEqual(self.check(BAD).splitlines(), lines)

    def test_without_the_word_check(self):
        env = {"XDG_CACHE_HOME": str(self.directory / "home")}
        words = [end_to_end.program, *self.words(BAD)]
        self.assertIn("[pfncheck:page-insert]", self.call(words, env=env))
        self.assertTrue((self.directory / "home/pfncheck/store.sqlite").exists())

    def test_in_the_tree(self):
        """A build in the tree itself: paths are relative to it."""
        for name in GENERATED:
            self.write(f"include/generated/{name}.h", "")
        said = self.check(BAD, root=Path("."), cwd=self.tree)
        self.assertTrue(said.startswith(f"{BAD}:13:2: warning: "), said)

    def test_beside_the_tree(self):
        said = self.check(BAD, root=Path("../tree"))
        self.assertTrue(said.startswith(f"../tree/{BAD}:13:2: warning: "), said)

    def test_module_outside(self):
        """M=: a module that is not of the kernel's tree."""
        module = self.directory / "module"
        fake_tree.write(module, "src/bad.c", fake_tree.BAD_C)
        fake_tree.write(module, "src/bad.h", fake_tree.BAD_H)
        for env in ({"KBUILD_EXTMOD": str(module)}, {}):
            said = self.check(module / "src/bad.c", env=env)
            self.assertTrue(said.startswith(f"{module}/src/bad.c:13:2: warning: "), said)
            self.assertEqual(said.count("\n"), 2)

    def test_two_files(self):
        """What one file alone does not tell is told once the other is there."""
        self.write("drivers/split/split.c", SPLIT_C)
        self.write("drivers/split/fault.c", SPLIT_FAULT_C)
        self.assertEqual(self.check("drivers/split/split.c"), "")
        self.assertIn("not decided", self.check("drivers/split/split.c", ours=["--verbose"]))
        said = self.check("drivers/split/fault.c")
        self.assertIn("TREE/drivers/split/fault.c:6:2: warning: split_fault hands", said)
        self.assertEqual(said.count("\n"), 1)
        said = self.check("drivers/split/split.c")
        self.assertIn("TREE/drivers/split/split.c:", said)
        self.assertIn("[pfncheck:page-insert]", said)
        # It is what an edit changes.
        self.write("drivers/split/fault.c", SPLIT_FAULT_C.replace(
            "vmf->page = (struct page *)vmf->pgoff;\n\treturn 0;",
            "return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);"))
        self.assertEqual(self.check("drivers/split/fault.c"), "")
        said = self.check("drivers/split/split.c")
        self.assertEqual((said.count("\n"), said.count("[pfncheck:cow-pfnmap]")), (1, 1), said)

    def test_no_alarm_before_all_is_there(self):
        """What a file that is yet to come may do is not taken for undone."""
        self.write("drivers/late/late.c", LATE_C)
        self.write("drivers/late/flags.c", LATE_FLAGS_C % "VM_PFNMAP")
        self.assertEqual(self.check("drivers/late/late.c"), "")
        self.assertEqual(self.check("drivers/late/flags.c"), "")
        self.assertEqual(self.check("drivers/late/late.c"), "")
        self.write("drivers/late/flags.c", LATE_FLAGS_C % "VM_DONTEXPAND")
        self.check("drivers/late/flags.c")
        self.assertIn("[pfncheck:missing-pfnmap]", self.check("drivers/late/late.c"))

    def test_files_of_others(self):
        """A file is not told what another one does."""
        self.write("drivers/one/one.c", fake_tree.exporter("one", "return 0;"))
        self.check(BAD)
        self.assertEqual(self.check("drivers/one/one.c"), "")

    def test_at_the_same_time(self):
        names = [f"n{i}" for i in range(8)]
        body = "return vm_insert_page(vma, vma->vm_start, (struct page *)1);"
        runs = []
        for name in names:
            self.write(f"drivers/{name}/{name}.c", fake_tree.exporter(name, body))
        for name in names:
            words = [end_to_end.program, "check", "--cache", str(self.cache),
                     *self.words(f"drivers/{name}/{name}.c")]
            runs.append(subprocess.Popen(words, cwd=self.build, stderr=subprocess.PIPE,
                                         env=end_to_end.environment()))
        for name, run in zip(names, runs):
            said = run.communicate(timeout=end_to_end.PATIENCE)[1].decode()
            self.assertEqual(run.returncode, 0)
            self.assertIn(f"drivers/{name}/{name}.c:6:9: warning: {name}_mmap inserts", said)
            self.assertNotIn("pfncheck: ", said.replace("[pfncheck:", ""))

    def test_suppressed(self):
        text = fake_tree.BAD_C.replace(
            "\tvmf->page =", "\t/* pfncheck: allow page-insert: so */\n\tvmf->page =")
        self.write(BAD, text)
        self.assertIn("page-insert", self.check(BAD))
        self.assertNotIn("page-insert", self.check(BAD, ours=["--allow-comments"]))
        allow = self.directory / "allow"
        allow.write_text("exporter: bad_ops\nrule: page-insert\nreason: so\n")
        self.assertNotIn("page-insert", self.check(BAD, ours=["--allow", allow]))
        self.assertIn("missing-pfnmap", self.check(BAD, ours=[f"--allow={allow}"]))


class Store(Checked):
    def test_notes(self):
        """There is one of each file, however often it was compiled."""
        files = sorted(p.relative_to(self.tree) for p in self.tree.glob("drivers/*/*.c"))
        for file in files + files:
            self.check(file)
        names = list((self.cache).glob("built-*/????????????????????????????????"))
        self.assertEqual(len(names), len(files))

    def test_what_cannot_matter(self):
        """A file without a word that matters costs nothing, not even a cache."""
        self.write("lib/sort.c", "int sort(int a, int b)\n{\n\treturn a < b;\n}\n" * 500)
        self.assertEqual(self.check("lib/sort.c"), "")
        self.assertFalse(self.cache.exists())

    def test_contributes(self):
        """A file that matters but has no routes has facts in the store."""
        self.write("lib/map.c", "#include <linux/mm.h>\nint map(struct vm_area_struct *vma)\n"
                                "{\n\treturn vma->vm_flags;\n}\n")
        self.assertEqual(self.check("lib/map.c"), "")
        self.assertTrue((self.cache / "store.sqlite").exists())


class Trouble(Checked):
    """Whatever is wrong, the build goes on."""

    def test_handshake(self):
        script = self.directory / "handshake"
        script.write_text(HANDSHAKE)
        script.chmod(0o755)
        for checker in ([end_to_end.program, *CHECKFLAGS], [end_to_end.program, "check"],
                        [end_to_end.program, "check", *CHECKFLAGS]):
            done = subprocess.run([script, self.directory, *map(str, checker)], check=True,
                                  stdout=subprocess.PIPE, env=end_to_end.environment(),
                                  timeout=end_to_end.PATIENCE)
            self.assertEqual(done.stdout, b"1\n")

    def test_no_file(self):
        for words in ([], CHECKFLAGS, ["--cache"], ["--odd"], ["-I"], ["@"], ["-"], [""]):
            said = self.call([end_to_end.program, "check", *words])
            self.assertEqual(said, "pfncheck: no file to check\n")
        self.assertEqual(self.call([end_to_end.program, *CHECKFLAGS]),
                         "pfncheck: no file to check\n")

    def test_file_missing(self):
        self.assertEqual(self.check("drivers/none.c"),
                         "pfncheck: TREE/drivers/none.c: No such file or directory\n")
        self.assertIn("not a file", self.check(self.tree / "drivers"))
        self.assertIn("\\x1b", self.check("drivers/\x1b[31m.c"))

    def test_no_flags(self):
        words = [end_to_end.program, "check", "--cache", self.cache]
        self.assertEqual(self.call([*words, self.tree / BAD]), "")
        said = self.call([*words, "--verbose", self.tree / BAD])
        self.assertIn("do not tell where the kernel is", said)

    def test_flags_it_does_not_know(self):
        more = ["-fno-such-flag", "-Wno-such-warning", "-mno-such-thing", "--no-such", "-Zfoo",
                "-fplugin=/none.so", "-Xclang", "-load", "-specs=none", "--param", "x=y",
                "@none", "-Wp,-x"]
        self.assertIn("page-insert", self.check(BAD, more=more))

    def test_response_file(self):
        file = self.directory / "arguments"
        words = self.words(BAD)
        file.write_text("\n".join(f"'{word}'" for word in words))
        said = self.call([end_to_end.program, "check", "--cache", self.cache, f"@{file}"])
        self.assertIn("page-insert", said)

    def test_file_that_does_not_compile(self):
        for text in ("#error no\n#include <linux/dma-buf.h>\n", "struct dma_buf_ops\n",
                     "struct dma_buf_ops x = { .mmap = none };\n" * 3, "vm_fault\0", "vm_fault("):
            self.write("drivers/odd/odd.c", text)
            self.assertNotIn("error", self.check("drivers/odd/odd.c"))

    def test_damaged_store(self):
        self.cache.mkdir()
        (self.cache / "store.sqlite").write_bytes(b"nothing that SQLite wrote" * 100)
        said = self.check(BAD)
        self.assertIn("page-insert", said)
        self.assertIn("set aside", said)
        self.assertNotIn("set aside", self.check(BAD))

    def test_damaged_notes(self):
        self.check(BAD)
        for file in self.cache.glob("built-*/*"):
            file.write_bytes(b"pfncheck-compiled 1\nend\n\xff\0")
        self.assertIn("page-insert", self.check(BAD))

    def test_cache_that_cannot_be_made(self):
        self.cache.write_text("in the way")
        said = self.check(BAD)
        self.assertIn("page-insert", said)
        self.assertIn("choose another one with --cache", said)
        self.assertEqual(len(said.splitlines()), 3, said)

    def test_cache_that_cannot_be_written(self):
        self.cache.mkdir(0o555)
        words = [end_to_end.program, "check", "--cache", self.cache, *self.words(BAD)]
        drop = {}
        if os.geteuid() == 0:
            # Where it was built may be closed to others.
            words[0] = self.directory / "pfncheck"
            shutil.copy(end_to_end.program, words[0])
            nobody = end_to_end.NOBODY
            drop = {"user": nobody, "group": nobody, "extra_groups": []}
        try:
            result = self.run_words([str(word) for word in words], cwd=self.build, **drop)
        except (OSError, subprocess.SubprocessError) as error:
            self.skipTest(f"cannot run without root's rights: {error}")
        self.assertEqual(result.status, 0)
        self.assertIn("page-insert", result.err)
        self.assertIn("Permission denied", result.err)

    def test_allow_file_that_cannot_be_read(self):
        said = self.check(BAD, ours=["--allow", self.directory / "none"])
        self.assertIn("none", said)
        self.assertIn("page-insert", said)

    def test_tree_is_left_alone(self):
        before = fake_tree.state(self.tree), fake_tree.state(self.build)
        self.check(BAD)
        self.assertEqual((fake_tree.state(self.tree), fake_tree.state(self.build)), before)

    def test_deleted_file(self):
        """What was compiled once and is gone plays no part."""
        self.check(BAD)
        shutil.rmtree(self.tree / "drivers/bad")
        self.assertEqual(self.check("drivers/good/good.c"), "")


if __name__ == "__main__":
    end_to_end.main()

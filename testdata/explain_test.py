#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pfncheck explain: what names mean, that each quoted line is in the source, goldens.

usage: explain_test.py PFNCHECK [TEST...]

PFNCHECK_UPDATE_GOLDENS=1 in the environment writes golden/explain-*.txt instead.
"""

import os
import re
import sys
from pathlib import Path

import end_to_end
import fake_tree
from end_to_end import Case

GOLDEN = Path(__file__).resolve().parent / "golden"
UPDATE = os.environ.get("PFNCHECK_UPDATE_GOLDENS") == "1"
PLACE = re.compile(r"^  ([^ :]+):(\d+):(\d+): (?!note:|warning:|error:)")
QUOTE = re.compile(r"^ *(\d+) \| (.*)$")

# Objects with a table of their own: routes that differ in the table.
THING_C = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

struct thing;

struct thing_funcs {
	int (*mmap)(struct thing *thing, struct vm_area_struct *vma);
	const struct vm_operations_struct *vm_ops;
};

struct thing {
	const struct thing_funcs *funcs;
	struct dma_buf *other;
	unsigned long pfn;
	struct page *page;
	bool cached;
};

int dma_buf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma, unsigned long pgoff);

static vm_fault_t thing_fault(struct vm_fault *vmf)
{
	struct thing *thing = vmf->vma->vm_private_data;

	if (vmf->pgoff)
		return VM_FAULT_SIGBUS;
	if (thing->cached)
		return vmf_insert_pfn(vmf->vma, vmf->address, thing->pfn);
	return vmf_insert_pfn(vmf->vma, vmf->address, thing->pfn + 1);
}

static const struct vm_operations_struct thing_vm_ops = {
	.fault = thing_fault,
};

static int thing_fault_mmap(struct thing *thing, struct vm_area_struct *vma)
{
	unsigned long flags = VM_DONTEXPAND;

	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE)
		return -EINVAL;
	if (thing->cached)
		vm_flags_set(vma, VM_PFNMAP | flags);	/* \x1b[31m \u202e */
	return 0;
}

static int thing_forward_mmap(struct thing *thing, struct vm_area_struct *vma)
{
	return dma_buf_mmap(thing->other, vma, 0);
}

static int thing_never_mmap(struct thing *thing, struct vm_area_struct *vma)
{
	return -EINVAL;
}

static const struct thing_funcs thing_fault_funcs = {
	.mmap = thing_fault_mmap,
	.vm_ops = &thing_vm_ops,
};

static const struct thing_funcs thing_forward_funcs = {
	.mmap = thing_forward_mmap,
};

static const struct thing_funcs thing_never_funcs = {
	.mmap = thing_never_mmap,
};

static void thing_init(struct thing *thing, const struct thing_funcs *funcs)
{
	thing->funcs = funcs;
}

void thing_setup(struct thing *thing, bool import)
{
	if (import)
		thing->funcs = &thing_forward_funcs;
	else
		thing_init(thing, &thing_fault_funcs);
}

static int thing_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct thing *thing = dmabuf->priv;

	vma->vm_ops = thing->funcs->vm_ops;
	return thing->funcs->mmap(thing, vma);
}

static const struct dma_buf_ops thing_ops = {
	.mmap = thing_mmap,
};

struct dma_buf *thing_export(struct dma_buf_export_info *exp_info)
{
	exp_info->ops = &thing_ops;
	return dma_buf_export(exp_info);
}
"""

# Private mappings come to the BUG_ON of the helper.
COW_C = """\
#include <linux/dma-buf.h>

static vm_fault_t cow_fault(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address, vmf->pgoff);
}

static const struct vm_operations_struct cow_vm_ops = {
	.fault = cow_fault,
};

static int cow_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP);
	vma->vm_ops = &cow_vm_ops;
	return 0;
}

static const struct dma_buf_ops cow_ops = {
	.mmap = cow_mmap,
};
"""
MEMORY_C = """\
#include <linux/mm.h>

#define BUG() __builtin_unreachable()
#define BUG_ON(condition) do { if (condition) BUG(); } while (0)

typedef struct { unsigned long pte; } pte_t;
void set_pte_at(void *mm, unsigned long addr, pte_t *ptep, pte_t pte);
pte_t pte_mkspecial(pte_t pte);

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	pte_t pte = { pfn };

	BUG_ON((vma->vm_flags & VM_PFNMAP) && (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) ==
	       VM_MAYWRITE);
	set_pte_at(NULL, addr, &pte, pte_mkspecial(pte));
	return VM_FAULT_NOPAGE;
}
"""

# One name in two files, no callback, something that is not known, text only.
TWIN_C = """\
#include <linux/dma-buf.h>

const struct dma_buf_ops mute_ops = {
	.attach = (void *)0,
};

#ifdef CONFIG_NEVER
const struct dma_buf_ops hidden_ops = {
};
#endif
"""
TWINS = {f"drivers/twin/{name}.c":
         fake_tree.exporter("twin", body).replace("const struct", "static const struct")
         for name, body in (("a", "return -EINVAL;"), ("b", "return twin_unknown(vma);"))}
EXPLAINED = ("thing_ops", "cow_ops", "bad_ops", "good_ops", "twin_ops", "mute_ops", "hidden_ops")


def many_tables(count):
    """A driver with that many routes."""
    text = fake_tree.exporter("many", "return ((struct many *)dmabuf->priv)->funcs->mmap(vma);")
    head, rest = text.split("static int", 1)
    head += ("struct many_funcs { int (*mmap)(struct vm_area_struct *vma); };\n"
             "struct many { const struct many_funcs *funcs; };\n"
             "static int none(struct vm_area_struct *vma) { return -EINVAL; }\n")
    for i in range(count):
        head += f"const struct many_funcs many_{i:02}_funcs = {{ .mmap = none }};\n"
    return head + "static int" + rest


class Explain(Case):
    more = {"mm/memory.c": MEMORY_C, "drivers/cow/cow.c": COW_C,
            "drivers/thing/thing.c": THING_C, "drivers/twin/mute.c": TWIN_C, **TWINS}

    def explain(self, *words, env=None, **more):
        result = self.run_words([end_to_end.program, "explain"] + [str(w) for w in words] +
                                [str(self.tree), "--no-kbuild", "--cache", str(self.cache)],
                                env, **more)
        self.assertIn(result.status, (0, 2, 3), str(result))
        self.assertNotIn("Sanitizer", result.err)
        self.assertNotIn("CRITICAL", result.err)
        return result

    def proof(self, *words, **more):
        """The text of a run that has nothing else to say."""
        result = self.explain(*words, **more)
        self.assertEqual((result.status, result.err), (0, ""), str(result))
        return result.out

    def source(self, name, line):
        text = (self.tree / name).read_text(encoding="utf-8").split("\n")[line - 1]
        return text.expandtabs().replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")


class Names(Explain):
    def test_same_verdicts_as_audit(self):
        report, _ = self.report(status=1)
        routes = report["routes"]
        self.assertGreater(len(routes), 8)
        for route in routes:
            name = ":".join([route["ops"]["file"], route["ops"]["name"]] +
                            [table["name"] for table in route["tables"]])
            first = self.proof(name).split("\n")[0]
            said = " > ".join(name.split(":")[1:])
            self.assertTrue(first.startswith(f"{said}: {route['verdict']}"), first)

    def test_index(self):
        text = self.proof("thing_ops")
        self.assertEqual(text.split("\n\n")[0].split("\n"),
                         ["conditional  thing_ops:thing_fault_funcs",
                          "forward      thing_ops:thing_forward_funcs",
                          "reject       thing_ops:thing_never_funcs"])
        self.assertIn("\nthing_ops > thing_forward_funcs: forward", text)
        alone = self.proof("thing_ops:thing_forward_funcs")
        self.assertTrue(alone.startswith("thing_ops > thing_forward_funcs: forward"), alone)
        self.assertIn(alone, text)
        self.assertEqual(self.proof(":thing_forward_funcs"), alone)

    def test_two_files(self):
        both = self.proof("twin_ops")
        self.assertIn("reject   drivers/twin/a.c:twin_ops\n", both)
        self.assertIn("unknown  drivers/twin/b.c:twin_ops\n", both)
        one = self.proof("drivers/twin/b.c:twin_ops")
        self.assertTrue(one.startswith("twin_ops: unknown"), one)
        self.assertIn(one, both)

    def test_many(self):
        self.write("drivers/many/many.c", many_tables(9))
        text = self.proof("many_ops")
        self.assertEqual(text.count("\nreject "), 8)
        self.assertIn("9 routes", text)
        self.assertNotIn("1. where", text)
        self.assertEqual(self.explain("many_ops", "--verbose").out.count("1. where"), 9)
        self.assertEqual(self.proof("many_ops:many_03_funcs").count("1. where"), 1)

    def test_nothing(self):
        for words, said in (
                (["good_op"], "did you mean good_ops?"),
                (["bad"], "did you mean bad_ops"),
                (["xyzzy_plugh"], "'pfncheck audit' lists them"),
                (["good_ops:foo"], "leave out 'foo'"),
                (["thing_ops:thing_fault_func"], "did you mean thing_fault_funcs"),
                (["thing_ops:thing_fault_funcs:thing_never_funcs"], "and the rest"),
                (["drivers/bad/bad.c:good_ops"], "but in drivers/good/good.c"),
                ([":thing_fault_fun"], "thing_fault_funcs"),
                (["a\x1b[31mb"], r"a\x1b[31mb"),
                ([":"], "[FILE:]EXPORTER[:TABLE]"),
                ([""], "EXPORTER"),
                (["good_ops:"], "[FILE:]EXPORTER[:TABLE]"),
                (["good_ops", "--format=json"], "--format"),
                (["good_ops", "--arch=vax"], "vax")):
            self.assert_refused(self.explain(*words), said)
        self.assert_refused(self.run_words([end_to_end.program, "explain"]), "EXPORTER")

    def test_output(self):
        plain = self.proof("bad_ops")
        self.assertNotIn("\x1b", plain)
        file = self.directory / "proof.txt"
        self.assertEqual(self.proof("bad_ops", "--output", file), "")
        self.assertEqual(file.read_text(encoding="utf-8"), plain)
        colour = self.proof("bad_ops", "--color=always")
        self.assertIn("\x1b[", colour)
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", colour), plain)
        self.assert_refused(self.explain("bad_ops", "--output", self.directory / "none/file"),
                            "none/file")


class Proofs(Explain):
    def test_every_quoted_line_is_there(self):
        for name in EXPLAINED:
            place = None
            lines = self.proof(name).split("\n")
            quoted = 0
            for number, line in enumerate(lines):
                found = PLACE.match(line)
                if found:
                    place = found
                    # The first quote below is of this very line.
                    self.assertEqual(QUOTE.match(lines[number + 1])[1], place[2], line)
                found = QUOTE.match(line)
                if found:
                    quoted += 1
                    text = self.source(place[1], int(found[1]))
                    self.assertTrue(text.startswith(found[2]) and found[2].strip(), line)
            self.assertGreaterEqual(quoted, 1, name)

    def test_goldens(self):
        for name in EXPLAINED:
            with self.subTest(name):
                text = self.proof(name)
                self.assertEqual(self.proof(name, "-j1", "--no-pch", "--no-cache"), text)
                self.assertNotIn(str(self.directory), text)
                golden = GOLDEN / f"explain-{name}.txt"
                if UPDATE:
                    golden.write_text(text, encoding="utf-8")
                    print(f"wrote {golden.name}", file=sys.stderr)
                else:
                    self.assertEqual(text, golden.read_text(encoding="utf-8"))
        self.assertEqual({file.name for file in GOLDEN.glob("explain-*")},
                         {f"explain-{name}.txt" for name in EXPLAINED})


if __name__ == "__main__":
    end_to_end.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Drives pfncheck into each bound of its analysis, with sources made for it.

A bound that matters makes the route unknown, with a reason that names it; one that
only costs precision never makes a route pass that does not.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PFNCHECK = os.environ.get("PFNCHECK", "pfncheck")

HEAD = """// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>

static int insert_pfn(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, 1, PAGE_SIZE, vma->vm_page_prot);
}

"""
OPS = "static const struct dma_buf_ops bounds_ops = { .mmap = bounds_mmap };\n"


def mmap(body):
    return ("static int bounds_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)\n"
            "{\n" + body + "}\n\n" + OPS)


def depth(n):
    """A chain of n calls."""
    text = "static int step0(struct vm_area_struct *vma)\n{\n\treturn insert_pfn(vma);\n}\n\n"
    for i in range(1, n):
        text += (f"static int step{i}(struct vm_area_struct *vma)\n"
                 f"{{\n\treturn step{i - 1}(vma);\n}}\n\n")
    return HEAD + text + mmap(f"\treturn step{n - 1}(vma);\n")


def recursion():
    """A function that inserts at the end of its own recursion."""
    return (HEAD + "static int again(struct vm_area_struct *vma, struct page **pages)\n{\n"
            "\tif (*pages)\n\t\treturn again(vma, pages + 1);\n\treturn insert_pfn(vma);\n}\n\n"
            + mmap("\treturn again(vma, dmabuf->priv);\n"))


def questions(n, ask_again):
    """n questions about fields, all asked twice, that leave 2^n states."""
    fields = "".join(f"\tbool f{i};\n" for i in range(n))
    body = "\tstruct buffer *b = dmabuf->priv;\n\tint x = 0;\n\n"
    body += "".join(f"\tif (b->f{i})\n\t\tx |= {1 << i};\n" for i in range(n))
    body += ask_again
    return HEAD + "struct buffer {\n" + fields + "};\n\n" + mmap(body + "\treturn insert_pfn(vma);\n")


def points(n):
    return questions(n, "".join(f"\tif (b->f{i} && x == {i})\n\t\treturn -EINVAL;\n"
                                for i in range(n)))


def assumptions(n, last):
    """n conditions that hold from here on; a page is inserted where the first does not."""
    fields = "".join(f"\tbool f{i:02d};\n" for i in range(n))
    body = "\tstruct buffer *b = dmabuf->priv;\n\n"
    body += "".join(f"\tif (!b->f{i:02d})\n\t\treturn -EINVAL;\n" for i in range(n))
    body += "".join(f"\tif ({last}b->f{i:02d})\n"
                    "\t\treturn vm_insert_page(vma, vma->vm_start, NULL);\n" for i in range(n))
    return HEAD + "struct buffer {\n" + fields + "};\n\n" + mmap(body + "\treturn insert_pfn(vma);\n")


def members(n):
    """A local object of n members, the last of which says that pages are inserted."""
    fields = "".join(f"\tint f{i:03d};\n" for i in range(n))
    body = "\tstruct request r = { 0 };\n\n"
    body += "".join(f"\tr.f{i:03d} = {i + 1};\n" for i in range(n))
    body += (f"\tif (r.f{n - 1:03d} == {n})\n"
             "\t\treturn vm_insert_page(vma, vma->vm_start, NULL);\n")
    return HEAD + "struct request {\n" + fields + "};\n\n" + mmap(body + "\treturn insert_pfn(vma);\n")


def events(n):
    """A function of n calls."""
    body = "\tstruct page *page = dmabuf->priv;\n\n" + "\tget_page(page);\n" * n
    return HEAD + mmap(body + "\treturn insert_pfn(vma);\n")


def nesting(n):
    """An expression in n parentheses."""
    return HEAD + mmap("\tif (" + "(" * n + "dmabuf->priv" + " + 1)" * n + " != NULL)\n"
                       "\t\treturn insert_pfn(vma);\n\treturn -EINVAL;\n")


def routes(n):
    """n tables that an object may have."""
    text = ("struct object;\n\nstruct object_funcs {\n"
            "\tint (*mmap)(struct object *obj, struct vm_area_struct *vma);\n};\n\n"
            "struct object {\n\tconst struct object_funcs *funcs;\n};\n\n"
            "static int object_mmap(struct object *obj, struct vm_area_struct *vma)\n"
            "{\n\treturn insert_pfn(vma);\n}\n\n")
    text += "".join(f"const struct object_funcs funcs_{i} = {{ .mmap = object_mmap }};\n"
                    for i in range(n))
    return HEAD + text + "\n" + mmap("\tstruct object *obj = dmabuf->priv;\n\n"
                                     "\treturn obj->funcs->mmap(obj, vma);\n")


def tables(n):
    """Tables of one type in n files: a header, the exporter's file and others."""
    text = routes(0)
    end = text.index("static int bounds_mmap")
    start = text.index("struct object;")
    shared = text[start:end].replace("static int object_mmap", "int object_mmap")
    head, body = shared.split("int object_mmap", 1)
    files = {"object.h": "/* SPDX-License-Identifier: GPL-2.0-only */\n#include <linux/mm.h>\n\n"
                         + head + "int object_mmap(struct object *obj, "
                         "struct vm_area_struct *vma);\n",
             "bounds.c": HEAD + '#include "object.h"\n\nint object_mmap' + body + text[end:]}
    for i in range(n):
        files[f"table{i}.c"] = ('// SPDX-License-Identifier: GPL-2.0-only\n#include "object.h"\n\n'
                                f"const struct object_funcs funcs_{i} = {{ .mmap = object_mmap }};\n")
    return files


# name: source, verdicts that may come out, what a reason of an unknown route contains
CASES = {
    "depth": (depth(40), {"unknown"}, "nest deeper than the bound"),
    "depth-below": (depth(25), {"pass"}, None),
    "recursion": (recursion(), {"unknown"}, "nest deeper than the bound at again"),
    "points": (points(17), {"unknown"}, "bound hit: points of a graph"),
    "points-below": (points(4), {"pass"}, None),
    "assumptions-bad": (assumptions(40, ""), {"violation", "conditional"}, None),
    "assumptions-good": (assumptions(40, "!"), {"pass", "violation", "conditional"}, None),
    "assumptions-below": (assumptions(10, "!"), {"pass"}, None),
    "members-bad": (members(80), {"violation", "conditional"}, None),
    "members-below": (members(20), {"violation"}, None),
    "events": (events(20001), {"unknown"}, "more than the bound of events"),
    "nesting": (nesting(130), {"unknown"}, "nested deeper than the bound"),
    "nesting-below": (nesting(40), {"pass"}, None),
    "routes": (routes(420), {"pass", "unknown"}, "bound hit: routes of an exporter"),
    "routes-below": (routes(30), {"pass"}, None),
    "tables": (tables(115), {"unknown"}, "more tables than the bound for object_funcs::mmap"),
    "tables-below": (tables(20), {"pass"}, None),
}


def audit(root, name, source):
    tree = root / name
    shutil.copytree(HERE / "core/base", tree)
    shutil.copytree(HERE / "include", tree / "include")
    directory = tree / "drivers/bounds"
    directory.mkdir(parents=True)
    files = source if isinstance(source, dict) else {"bounds.c": source}
    objects = [f[:-2] + ".o" for f in files if f.endswith(".c")]
    for file, text in files.items():
        (directory / file).write_text(text, encoding="utf-8")
    (directory / "Makefile").write_text(f"obj-m += {' '.join(objects)}\n", encoding="utf-8")
    with open(tree / "drivers/Makefile", "a", encoding="utf-8") as makefile:
        makefile.write("obj-y += bounds/\n")
    run = subprocess.run([PFNCHECK, "audit", str(tree), "--no-kbuild", "--cache", str(root / "cache"),
                          "--no-coccinelle", "--format=json"], capture_output=True, text=True, timeout=300, check=False)
    if run.returncode not in (0, 1) or run.stderr:
        raise SystemExit(f"{name}: exit status {run.returncode}: {run.stderr}")
    return [r for r in json.loads(run.stdout)["routes"] if r["ops"]["name"] == "bounds_ops"]


def check(name, found, verdicts, reason):
    """What is wrong, or None."""
    got = {r["verdict"] for r in found}
    reasons = {r["reason"] for r in found if r["verdict"] == "unknown"}
    if not found:
        return "no route"
    if got - verdicts or (len(verdicts) == 1 and got != verdicts):
        return f"{sorted(got)}, expected {sorted(verdicts)}; {sorted(reasons)}"
    if reason and not any(reason in r for r in reasons):
        return f"no reason says {reason!r}: {sorted(reasons)}"
    if name == "routes" and len([r for r in found if r["verdict"] == "unknown"]) != 1:
        return "what is left out is not one route"
    return None


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, (source, verdicts, reason) in CASES.items():
            if len(sys.argv) > 1 and name not in sys.argv[1:]:
                continue
            wrong = check(name, audit(pathlib.Path(directory), name, source), verdicts, reason)
            failed += wrong is not None
            print(f"{name}: {wrong or 'as expected'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

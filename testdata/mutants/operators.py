# SPDX-License-Identifier: GPL-2.0-only
"""What mutants do.  An operator has a name, its sites, perhaps choices, and an edit.

CHANGES may change the verdict; what is expected of each mutant stands in its row.
SAME are refactorings: verdict, rules, conditions and insertions stay what they were.
CORE are edits of code that is no driver's, each at one place.
"""

import re
from dataclasses import dataclass
from typing import Callable

from edits import AS_MIXED, AS_PAGE, AS_PFN, filled, move_behind
from sites import DMA_HELPERS, FAULT_HELPERS, MMAP_HELPERS, Site

CHANGES, SAME, CORE = {}, {}, {}

# Branches for what was unconditional: two that the environment decides, one that
# user space does.
BRANCHES = ("capable(CAP_SYS_RAWIO)", "system_state == SYSTEM_RUNNING",
            "{vma}->vm_flags & VM_WRITE")
BEHIND = ("function", "macro", "header", "pointer", "file")
POINTERS = ("table", "variable", "local")


@dataclass
class Operator:
    name: str
    sites: Callable
    edit: Callable
    says: str
    choices: Callable


def register(table, name, sites, choices=None):
    """Registers an edit; its documentation says what it does."""
    def add(edit):
        says = edit.__doc__.strip().splitlines()[0].rstrip(".")
        table[name] = Operator(name, sites, edit, says, choices or (lambda mutant: [None]))
        return edit
    return add


def of(choices):
    return lambda mutant: list(choices)


def pfn_calls(routes):
    return routes.calls(AS_PAGE)


def all_calls(routes):
    return routes.calls(FAULT_HELPERS + MMAP_HELPERS + DMA_HELPERS)


def set_flags(mutant):
    """Span, vma and the masks of a vm_flags_set() statement."""
    begin, end = mutant.statement()
    call = mutant.text.calls("vm_flags_set", begin, end)[0]
    return begin, end, call.arguments[0], [mask.strip() for mask in call.arguments[1].split("|")]


def without(masks, mask):
    return " | ".join(m for m in masks if m != mask) or "0"


#
# What changes verdicts
#

@register(CHANGES, "page-for-pfn", pfn_calls)
def page_for_pfn(mutant):
    """The helper inserts struct pages instead of pfns."""
    call = mutant.call()
    mutant.replace(call.begin, call.end, filled(AS_PAGE[call.name], call.arguments))


@register(CHANGES, "pfn-for-page", lambda routes: routes.calls(AS_PFN))
def pfn_for_page(mutant):
    """The helper inserts pfns instead of struct pages."""
    call = mutant.call()
    mutant.include("linux/pfn_t.h")
    mutant.replace(call.begin, call.end, filled(AS_PFN[call.name], call.arguments))


@register(CHANGES, "mixed-for-pfn", lambda routes: routes.calls(AS_MIXED))
def mixed_for_pfn(mutant):
    """The helper of VM_MIXEDMAP stands in for that of VM_PFNMAP."""
    call = mutant.call()
    mutant.include("linux/pfn_t.h")
    mutant.replace(call.begin, call.end, filled(AS_MIXED[call.name], call.arguments))


@register(CHANGES, "page-on-branch", lambda routes: routes.calls(FAULT_HELPERS[:2]), of(BRANCHES))
def page_on_branch(mutant):
    """The helper inserts struct pages on one side of a new branch."""
    call = mutant.call()
    branch = mutant.choice.format(vma=call.arguments[0])
    mutant.include("linux/capability.h")
    mutant.replace(call.begin, call.end, f"(({branch}) ? "
                   f"{filled(AS_PAGE[call.name], call.arguments)} : "
                   f"{mutant.text.text[call.begin:call.end]})")


@register(CHANGES, "flag-dropped", lambda routes: routes.sets_pfnmap())
def flag_dropped(mutant):
    """VM_PFNMAP is no longer set."""
    begin, end, vma, masks = set_flags(mutant)
    mutant.replace(begin, end, f"vm_flags_set({vma}, {without(masks, 'VM_PFNMAP')});")


@register(CHANGES, "flag-on-branch", lambda routes: routes.sets_pfnmap(), of(BRANCHES))
def flag_on_branch(mutant):
    """VM_PFNMAP is set on one side of a new branch only."""
    begin, end, vma, masks = set_flags(mutant)
    mutant.include("linux/capability.h")
    mutant.replace(begin, end, f"vm_flags_set({vma}, {without(masks, 'VM_PFNMAP')});\n"
                   f"\tif ({mutant.choice.format(vma=vma)})\n"
                   f"\t\tvm_flags_set({vma}, VM_PFNMAP);")


@register(CHANGES, "flag-cleared", lambda routes: routes.sets_pfnmap() + routes.statements(
    r"\b(io_)?remap_pfn_range\s*\("))
def flag_cleared(mutant):
    """VM_PFNMAP is cleared after it was set."""
    begin, end = mutant.statement()
    vma = mutant.function.parameter("vm_area_struct")
    mutant.replace(begin, end, f"{{\n\t\t{mutant.text.text[begin:end]}\n"
                   f"\t\tvm_flags_clear({vma}, VM_PFNMAP);\n\t}}")


def register_behind(how):
    choices = {"pointer": of(POINTERS), "file": lambda mutant: mutant.companions()}.get(how)
    noun = {"function": "a wrapper", "macro": "a macro", "header": "an inline of a header",
            "pointer": "a function pointer", "file": "a function of another file"}[how]

    def page(mutant):
        name = mutant.call().name
        move_behind(mutant, how, AS_PAGE[name])
    page.__doc__ = f"The helper inserts struct pages, behind {noun}."
    register(CHANGES, f"page-behind-{how}", pfn_calls, choices)(page)

    def wrapped(mutant):
        name = mutant.call().name
        count = mutant.call().arguments
        same = ", ".join("{%d}" % i for i in range(len(count)))
        move_behind(mutant, how, f"{name}({same})")
    wrapped.__doc__ = f"The same helper is called, behind {noun}."
    register(SAME, f"wrapped-{how}", all_calls, choices)(wrapped)


for way in BEHIND:
    register_behind(way)


@register(CHANGES, "slow-path", lambda routes: routes.fault_handlers(), of(("insert", "store")))
def slow_path(mutant):
    """A handler inserts the zero page when a fault was tried before."""
    vmf = mutant.function.parameter("vm_fault")
    if mutant.choice == "insert":
        then = f"return vmf_insert_page({vmf}->vma, {vmf}->address, ZERO_PAGE(0));"
    else:
        then = (f"{{\n\t\t{vmf}->page = ZERO_PAGE(0);\n\t\tget_page({vmf}->page);\n"
                f"\t\treturn 0;\n\t}}")
    mutant.at_start_of_body(f"if ({vmf}->flags & FAULT_FLAG_TRIED)\n\t\t{then}")


def page_table(mutant):
    """Text of a table whose fault handler hands out the zero page, and its name."""
    fault, table = mutant.name("fault"), mutant.name("vm_ops")
    return table, (f"static vm_fault_t {fault}(struct vm_fault *vmf)\n{{\n"
                   f"\tvmf->page = ZERO_PAGE(0);\n\tget_page(vmf->page);\n\treturn 0;\n}}\n\n"
                   f"static const struct vm_operations_struct {table} = {{\n"
                   f"\t.fault = {fault},\n}};")


@register(CHANGES, "vm-ops-stored", lambda routes: routes.statements(r"->vm_ops\s*=\s*&"))
def vm_ops_stored(mutant):
    """The vm_ops that mmap stores have a handler that hands out struct pages."""
    table, definition = page_table(mutant)
    begin, end = mutant.statement()
    mutant.include("linux/mm.h")
    mutant.before_function(definition)
    left = mutant.text.text[begin:end].split("=")[0]
    mutant.replace(begin, end, f"{left}= &{table};")


@register(CHANGES, "vm-ops-of-object",
          lambda routes: routes.members("drm_gem_object_funcs", "vm_ops"))
def vm_ops_of_object(mutant):
    """The vm_ops of the object's table have a handler that hands out struct pages."""
    table, definition = page_table(mutant)
    begin, end = mutant.member()
    mutant.include("linux/mm.h")
    mutant.before_table(definition)
    mutant.replace(begin, end, f".vm_ops = &{table}")


@register(CHANGES, "handlers-dropped", lambda routes: routes.members("drm_gem_object_funcs", "vm_ops")
          + routes.statements(r"->vm_ops\s*=\s*&"), of(("tentative", "empty")))
def handlers_dropped(mutant):
    """The vm_ops have no handler."""
    table = mutant.name("vm_ops")
    initializer = " = { }" if mutant.choice == "empty" else ""
    definition = f"static const struct vm_operations_struct {table}{initializer};"
    mutant.include("linux/mm.h")
    if mutant.site.text.startswith("."):
        begin, end = mutant.member()
        mutant.before_table(definition)
        mutant.replace(begin, end, f".vm_ops = &{table}")
    else:
        begin, end = mutant.statement()
        mutant.before_function(definition)
        mutant.replace(begin, end, f"{mutant.text.text[begin:end].split('=')[0]}= &{table};")


@register(CHANGES, "cow-allowed", lambda routes: routes.refusals())
def cow_allowed(mutant):
    """Private mappings are no longer refused."""
    begin, end = mutant.conditional()
    mutant.replace(begin, end, ";")


@register(CHANGES, "callback-dropped", lambda routes: [
    site for site in routes.members("dma_buf_ops", "mmap")
    if not site.text.endswith(("drm_gem_dmabuf_mmap", "i915_gem_dmabuf_mmap"))])
def callback_dropped(mutant):
    """The exporter has no mmap callback."""
    begin, end = mutant.member()
    mutant.replace(begin, end, ".mmap = NULL")


@register(CHANGES, "refused", lambda routes: routes.implementations())
def refused(mutant):
    """The callback refuses every mapping."""
    mutant.at_start_of_body("return -ENODEV;")


#
# Refactorings
#

def statics(routes):
    return routes.whole(lambda text, function: function.is_static)


@register(SAME, "renamed-function", statics)
def renamed_function(mutant):
    """A function has another name."""
    rename(mutant, mutant.function.name, mutant.name("renamed"))


def rename(mutant, old, new):
    for found in re.finditer(rf"(?<!\.)(?<!->)\b{old}\b(?!\s*=[^=])", mutant.text.code):
        mutant.replace(found.start(), found.end(), new)
    for found in re.finditer(rf"(?<!\.)(?<!->)\b{old}(?=\s*=\s*\{{)", mutant.text.code):
        mutant.replace(found.start(), found.end(), new)
    mutant.renamed[old] = new


def vm_ops_tables(routes):
    out = []
    for path in sorted(path for path in routes.files if path.endswith(".c")):
        text = routes.tree.text(path)
        for found in re.finditer(r"\bstatic const struct vm_operations_struct (\w+) = \{",
                                 text.code):
            keys = [key for key, names in routes.vm_ops_of(path) if found.group(1) in names]
            if keys:
                out.append(Site(path, found.group(1), found.group(1), routes=keys))
    return out


@register(SAME, "renamed-table", vm_ops_tables)
def renamed_table(mutant):
    """A table of handlers has another name."""
    rename(mutant, mutant.site.function, mutant.name("table"))


@register(SAME, "split-function", lambda routes: routes.whole())
def split_function(mutant):
    """A function hands over to one that has its body."""
    function, inner = mutant.function, mutant.name("inner")
    head = re.sub(rf"\b{function.name}(?=\s*\()", inner, function.header)
    head = re.sub(r"^(static )?", "static ", head, count=1)
    body = mutant.text.text[function.brace:function.end + 1]
    leave = "" if function.result == "void" else "return "
    mutant.before_function(f"{head}\n{body}")
    mutant.replace(function.brace, function.end + 1,
                   f"{{\n\t{leave}{inner}({', '.join(function.names())});\n}}")


@register(SAME, "flags-function", lambda routes: routes.sets_pfnmap())
def flags_function(mutant):
    """A function of its own sets the flags."""
    begin, end, vma, masks = set_flags(mutant)
    new = mutant.name("flags")
    mutant.before_function(f"static void {new}(struct vm_area_struct *vma)\n{{\n"
                           f"\tvm_flags_set(vma, {' | '.join(masks)});\n}}")
    mutant.replace(begin, end, f"{new}({vma});")


@register(SAME, "flags-argument", lambda routes: routes.sets_pfnmap())
def flags_argument(mutant):
    """A function that is handed the mask sets the flags."""
    begin, end, vma, masks = set_flags(mutant)
    new = mutant.name("flags")
    mutant.before_function(f"static int {new}(struct vm_area_struct *vma, vm_flags_t flags)\n{{\n"
                           f"\tif (!flags)\n\t\treturn -EINVAL;\n"
                           f"\tvm_flags_set(vma, flags);\n\treturn 0;\n}}")
    mutant.replace(begin, end, f"{new}({vma}, {' | '.join(masks)});")


@register(SAME, "flags-local", lambda routes: routes.sets_pfnmap())
def flags_local(mutant):
    """The mask is built up in a local."""
    begin, end, vma, masks = set_flags(mutant)
    local = mutant.name("flags")
    built = "".join(f"\t\t{local} |= {mask};\n" for mask in masks[1:])
    mutant.replace(begin, end, f"{{\n\t\tvm_flags_t {local} = {masks[0]};\n\n{built}"
                   f"\t\tvm_flags_set({vma}, {local});\n\t}}")


@register(SAME, "flags-again", lambda routes: routes.sets_pfnmap())
def flags_again(mutant):
    """The flag is cleared and set again."""
    begin, end, vma, masks = set_flags(mutant)
    mutant.replace(begin, end, f"{{\n\t\tvm_flags_set({vma}, {' | '.join(masks)});\n"
                   f"\t\tvm_flags_clear({vma}, VM_PFNMAP);\n"
                   f"\t\tvm_flags_mod({vma}, VM_PFNMAP, VM_HUGEPAGE);\n\t}}")


@register(SAME, "vma-alias", lambda routes: routes.sets_pfnmap())
def vma_alias(mutant):
    """The flags are set through another pointer to the vma."""
    begin, end, vma, masks = set_flags(mutant)
    local = mutant.name("vma")
    mutant.replace(begin, end, f"{{\n\t\tstruct vm_area_struct *{local} = {vma};\n\n"
                   f"\t\tvm_flags_set({local}, {' | '.join(masks)});\n\t}}")


@register(SAME, "vm-ops-local", lambda routes: routes.statements(r"->vm_ops\s*=\s*&"))
def vm_ops_local(mutant):
    """The vm_ops go through a local."""
    begin, end = mutant.statement()
    left, right = mutant.text.text[begin:end].rstrip(";").split("=")
    local = mutant.name("table")
    mutant.replace(begin, end, f"{{\n\t\tconst struct vm_operations_struct *{local} = "
                   f"{right.strip()};\n\n\t\t{left.strip()} = {local};\n\t}}")


def early_returns(text, function):
    body = text.code[function.brace:function.end]
    return len(re.findall(r"\breturn\b", body)) > 1 and function.result != "void"


@register(SAME, "return-by-goto", lambda routes: routes.whole(early_returns))
def return_by_goto(mutant):
    """Every return is a goto to one at the end."""
    function, code = mutant.function, mutant.text.code
    result, out = mutant.name("result"), mutant.name("out")
    for found in re.finditer(r"\breturn\b([^;]*);", code[function.brace:function.end]):
        begin, end = function.brace + found.start(), function.brace + found.end()
        value = mutant.text.text[begin + len("return"):end - 1].strip()
        mutant.replace(begin, end, f"{{ {result} = {value}; goto {out}; }}")
    mutant.at_start_of_body(f"{function.result} {result};")
    mutant.insert(function.end, f"{out}:\n\treturn {result};\n")


@register(SAME, "moved-to-end", lambda routes: routes.whole())
def moved_to_end(mutant):
    """A function stands at the end of its file, declared where it was."""
    function = mutant.function
    mutant.replace(function.begin, function.end + 1, function.header + ";")
    mutant.at_end(mutant.text.text[function.begin:function.end + 1])


@register(SAME, "moved-to-header", lambda routes: routes.whole())
def moved_to_header(mutant):
    """A function stands in a header that is included where it was."""
    function, header = mutant.function, mutant.name("body.h")
    mutant.create(mutant.beside(header), "/* SPDX-License-Identifier: GPL-2.0-only */\n"
                  + mutant.text.text[function.begin:function.end + 1] + "\n")
    mutant.replace(function.begin, function.end + 1, f'#include "{header}"')


@register(SAME, "dead-page", lambda routes: routes.implementations(),
          of(("if (0)", "if (IS_ENABLED(CONFIG_MUTANT))", "while (0)")))
def dead_page(mutant):
    """A call that inserts a page stands where nothing reaches it."""
    vma = mutant.function.parameter("vm_area_struct")
    mutant.include("linux/kconfig.h")
    mutant.at_start_of_body(f"{mutant.choice}\n\t\tvm_insert_page({vma}, {vma}->vm_start, "
                            f"ZERO_PAGE(0));")


@register(SAME, "unrelated-page", lambda routes: routes.elsewhere(), of(("insert", "store")))
def unrelated_page(mutant):
    """A handler that no exporter's mapping has inserts the zero page."""
    slow_path(mutant)


#
# Core code, each edit at one place
#

def place(path, function, text):
    return lambda routes: [Site(path, function, text)]


@register(CORE, "core-iommu-pfn", place(
    "drivers/iommu/dma-iommu.c", "iommu_dma_mmap",
    "if (pages) return vm_map_pages(vma, pages, nr_pages);"))
def core_iommu_pfn(mutant):
    """iommu_dma_mmap() maps pages with remap_pfn_range() too."""
    begin, end = mutant.conditional()
    mutant.replace(begin, end, "if (pages)\n\t\t\treturn remap_pfn_range(vma, vma->vm_start,\n"
                   "\t\t\t\t\tpage_to_pfn(pages[0]) + off,\n"
                   "\t\t\t\t\tvma->vm_end - vma->vm_start, vma->vm_page_prot);")


@register(CORE, "core-iommu-noncontiguous", place(
    "drivers/iommu/dma-iommu.c", "iommu_dma_mmap_noncontiguous",
    "vm_map_pages(vma, sgt_handle(sgt)->pages, count)"))
def core_iommu_noncontiguous(mutant):
    """iommu_dma_mmap_noncontiguous() maps with remap_pfn_range()."""
    call = mutant.call()
    mutant.replace(call.begin, call.end, filled(AS_PFN["vm_map_pages"], call.arguments))


@register(CORE, "core-prime-clears", place(
    "drivers/gpu/drm/drm_prime.c", "drm_gem_prime_mmap", "vma->vm_private_data = obj;"))
def core_prime_clears(mutant):
    """drm_gem_prime_mmap() clears VM_PFNMAP after the object's callback."""
    begin, end = mutant.statement()
    mutant.replace(begin, end, "vma->vm_private_data = obj;\n\t\tvm_flags_clear(vma, VM_PFNMAP);")


@register(CORE, "core-gem-default", place(
    "drivers/gpu/drm/drm_gem.c", "drm_gem_mmap_obj",
    "vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);"))
def core_gem_default(mutant):
    """drm_gem_mmap_obj() sets VM_MIXEDMAP instead of VM_PFNMAP."""
    begin, end, vma, masks = set_flags(mutant)
    masks = ["VM_MIXEDMAP" if mask == "VM_PFNMAP" else mask for mask in masks]
    mutant.replace(begin, end, f"vm_flags_set({vma}, {' | '.join(masks)});")


OPERATORS = {**CHANGES, **SAME, **CORE}

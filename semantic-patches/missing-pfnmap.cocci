// SPDX-License-Identifier: GPL-2.0-only
///
/// The handlers of a dma-buf's mapping insert pfns, but its mmap does not set
/// VM_PFNMAP: vmf_insert_pfn() stops the kernel on a mapping that has neither
/// VM_PFNMAP nor VM_MIXEDMAP, and under VM_MIXEDMAP pages could be inserted too.
///
//# Silent where the mmap hands its vma to code outside of its file, or sets flags
//# that are not constant, since VM_PFNMAP can be set there. A call through a
//# pointer is followed to the functions that the file stores in members of that
//# name. In the mode patch, with Confidence: Moderate, the mmap gets VM_PFNMAP, and
//# refuses private mappings if nothing in it does. Before Linux 6.3, where there is
//# no vm_flags_set(), add SPFLAGS="-D before_6_3".
//
// Confidence: Moderate
// Options: --no-includes

virtual report
virtual org
virtual context
virtual patch
virtual before_6_3

//----------------------------------------------------------
//  The functions and vm_ops of this file that map dma-bufs:
//  the same text in every script that asks for them
//----------------------------------------------------------

@initialize:python@
@@

class Mappings:
    """What one file says about the functions that map dma-bufs."""

    def __init__(self):
        self.of_buffers = set() # mmap callbacks of dma_buf_ops
        self.table_mmap = {}    # drm_gem_object_funcs -> its mmap
        self.table_ops = {}     # drm_gem_object_funcs -> its vm_ops
        self.exporting = set()  # drm_gem_object_funcs with an export of their own
        self.defined = set()    # functions that are handed a vma
        self.calls = {}         # function -> functions that it hands a vma or vmf
        self.through = {}       # function -> members that it calls with one
        self.members = {}       # member -> functions that are stored in it
        self.installs = {}      # function -> vm_ops
        self.handlers = {}      # vm_ops -> functions
        self.marks = {}         # what a script notes -> functions

    def reached(self, functions):
        found, left = set(), list(functions)
        while left:
            function = left.pop()
            if function not in found:
                found.add(function)
                left.extend(self.calls.get(function, ()))
                for member in self.through.get(function, ()):
                    left.extend(self.members.get(member, ()))
        return found

    def tables(self):
        """GEM tables whose objects a dma-buf can map: not if their own export refuses."""
        refused = self.of_buffers and not any(
            function in self.calls or function in self.through for function in self.of_buffers)
        return [table for table in set(self.table_mmap) | set(self.table_ops)
                if not (refused and table in self.exporting)]

    def roots(self):
        return self.of_buffers | {self.table_mmap[table] for table in self.tables()
                                  if table in self.table_mmap}

    def installed(self, root):
        """The vm_ops of mappings that a callback makes."""
        found = {ops for function in self.reached([root])
                 for ops in self.installs.get(function, ())}
        return found | {self.table_ops[table] for table in self.tables()
                        if self.table_mmap.get(table) == root and table in self.table_ops}

    def handling(self, vm_ops):
        return self.reached(handler for ops in vm_ops for handler in self.handlers.get(ops, ()))

    def mapping(self):
        return self.reached(self.roots())

    def faulting(self):
        """Handlers of every mapping of a dma-buf, and what they call."""
        vm_ops = {self.table_ops[table] for table in self.tables() if table in self.table_ops}
        for root in self.roots():
            vm_ops |= self.installed(root)
        return self.handling(vm_ops)

def add(rows, key, value):
    rows.setdefault(key, set()).add(value)

@initialize:python depends on !org@
@@

def show(position, message):
    coccilib.report.print_report(position, message)

@initialize:python depends on org@
@@

def show(position, message):
    coccilib.org.print_todo(position, message.replace("[", "@(").replace("]", ")"))

@candidate@
@@

(
 struct dma_buf_ops
|
 struct drm_gem_object_funcs
)

@export_info@
declarer name DEFINE_DMA_BUF_EXPORT_INFO;
identifier x;
@@

 DEFINE_DMA_BUF_EXPORT_INFO(x);

@script:python depends on candidate || export_info@
@@

here = Mappings()

@buffer_mmap depends on candidate || export_info@
identifier o, f, s, T;
expression m;
@@

(
 struct dma_buf_ops o = { .mmap = f, };
|
 struct T o = { .s = { .map_dma_buf = m, .mmap = f, }, };
|
 struct T o = { .s.map_dma_buf = m, .s.mmap = f, };
)

@script:python@
f << buffer_mmap.f;
@@

here.of_buffers.add(f)

@table_mmap depends on candidate || export_info@
identifier o, f;
@@

 struct drm_gem_object_funcs o = { .mmap = f, };

@script:python@
o << table_mmap.o;
f << table_mmap.f;
@@

here.table_mmap[o] = f

@table_ops depends on candidate || export_info@
identifier o, v;
@@

 struct drm_gem_object_funcs o = { .vm_ops = &v, };

@script:python@
o << table_ops.o;
v << table_ops.v;
@@

here.table_ops[o] = v

@table_export depends on candidate || export_info@
identifier o;
expression e != NULL;
@@

 struct drm_gem_object_funcs o = { .export = e, };

@script:python@
o << table_export.o;
@@

here.exporting.add(o)

@takes_vma depends on candidate || export_info@
identifier func, v;
@@

 func(..., struct vm_area_struct *v, ...) { ... }

@script:python@
func << takes_vma.func;
@@

here.defined.add(func)

@call depends on candidate || export_info@
identifier func, g;
struct vm_area_struct *area;
struct vm_fault *vf;
@@

 func(...) { <...
(
 g(..., area, ...)
|
 g(..., vf, ...)
|
 g(..., vf->vma, ...)
)
 ...> }

@script:python@
func << call.func;
g << call.g;
@@

add(here.calls, func, g)

@call_member depends on candidate || export_info@
identifier func, m;
expression e;
struct vm_area_struct *area;
struct vm_fault *vf;
@@

 func(...) { <...
(
 e->m(..., area, ...)
|
 e.m(..., area, ...)
|
 e->m(..., vf, ...)
|
 e.m(..., vf, ...)
)
 ...> }

@script:python@
func << call_member.func;
m << call_member.m;
@@

add(here.through, func, m)

@member@
identifier call_member.m, o, h;
identifier T != { file_operations, vm_operations_struct };
@@

 struct T o = { .m = h, };

@script:python@
m << call_member.m;
h << member.h;
@@

add(here.members, m, h)

@install depends on candidate || export_info@
identifier func, v;
expression e;
@@

 func(...) { <...
 e->vm_ops = &v
 ...> }

@script:python@
func << install.func;
v << install.v;
@@

add(here.installs, func, v)

@handler depends on candidate || export_info@
identifier v, h;
identifier m = { fault, huge_fault, map_pages, page_mkwrite, pfn_mkwrite };
@@

 struct vm_operations_struct v = { .m = h, };

@script:python@
v << handler.v;
h << handler.h;
@@

add(here.handlers, v, h)

//----------------------------------------------------------
//  What becomes of VM_PFNMAP, and who refuses private
//  mappings: the same text in every script that asks for it
//----------------------------------------------------------

@initialize:python@
@@

# Handed a vma, these leave VM_PFNMAP as it is, or are looked at by themselves.
QUIET = set("""
dev_dbg dev_err drm_dbg drm_gem_vm_close drm_gem_vm_open is_cow_mapping pr_debug pr_err
remap_vmalloc_range remap_vmalloc_range_partial vm_flags_clear vm_flags_init vm_flags_mod
vm_flags_reset vm_flags_reset_once vm_flags_set vm_insert_mixed vm_insert_page vm_insert_pages
vm_insert_pfn vm_insert_pfn_prot vm_map_pages vm_map_pages_zero vma_pages vma_set_file
vma_set_page_prot vmf_insert_mixed vmf_insert_mixed_mkwrite vmf_insert_mixed_prot vmf_insert_page
vmf_insert_pfn vmf_insert_pfn_pmd vmf_insert_pfn_prot vmf_insert_pfn_pud
""".split())
QUIET_MEMBERS = {"close", "open"}

def marked(mark, functions):
    return here.marks.get(mark, set()) & set(functions)

def any_marked(mark, functions):
    return bool(marked(mark, functions))

def strange(function):
    """It hands its vma to code outside of this file, or sets flags that are not constant."""
    return (function in here.marks.get("variable", ()) or
            any(callee not in here.defined and callee not in QUIET
                for callee in here.calls.get(function, ())) or
            any(member not in here.members and member not in QUIET_MEMBERS
                for member in here.through.get(function, ())))

def undecided(root):
    return root not in here.defined or any(strange(function) for function in here.reached([root]))

def roots_of(function):
    """The callbacks that reach a function and whose flags are all known."""
    return [root for root in sorted(here.roots())
            if function in here.reached([root]) and not undecided(root)]

def inserts_pfns(vm_ops):
    return any_marked("pfn", here.handling([vm_ops]))

def without_pfnmap(root):
    return not any_marked("sets", here.reached([root]))

@sets depends on candidate || export_info@
identifier func;
expression e;
@@

 func(...) { <+...
(
 vm_flags_set(e, <+... VM_PFNMAP ...+>)
|
 vm_flags_init(e, <+... VM_PFNMAP ...+>)
|
 vm_flags_mod(e, <+... VM_PFNMAP ...+>, ...)
|
 e->vm_flags |= <+... VM_PFNMAP ...+>
|
 e->vm_flags = <+... VM_PFNMAP ...+>
)
 ...+> }

@script:python@
func << sets.func;
@@

add(here.marks, "sets", func)

@clears depends on candidate || export_info@
identifier func;
expression e, s;
@@

 func(...) { <+...
(
 vm_flags_clear(e, <+... VM_PFNMAP ...+>)
|
 vm_flags_mod(e, s, <+... VM_PFNMAP ...+>)
|
 e->vm_flags &= ~<+... VM_PFNMAP ...+>
)
 ...+> }

@script:python@
func << clears.func;
@@

add(here.marks, "clears", func)

@variable depends on candidate || export_info@
identifier func, m;
local idexpression i;
expression e, x;
@@

 func(...) { <+...
(
 \(vm_flags_set\|vm_flags_init\|vm_flags_reset\|vm_flags_reset_once\)(e, <+... i ...+>)
|
 vm_flags_mod(e, <+... i ...+>, ...)
|
 \(vm_flags_set\|vm_flags_init\|vm_flags_reset\|vm_flags_reset_once\)(e, <+... x->m ...+>)
|
 vm_flags_mod(e, <+... x->m ...+>, ...)
|
 e->vm_flags |= <+... \(i\|x->m\) ...+>
|
 e->vm_flags = i
)
 ...+> }

@script:python@
func << variable.func;
@@

add(here.marks, "variable", func)

@pfn_insert depends on candidate || export_info@
identifier func;
identifier helper = { vm_insert_pfn, vm_insert_pfn_prot, vmf_insert_pfn, vmf_insert_pfn_pmd,
	vmf_insert_pfn_prot, vmf_insert_pfn_pud };
@@

 func(...) { <+... helper(...) ...+> }

@script:python@
func << pfn_insert.func;
@@

add(here.marks, "pfn", func)

@refuses depends on candidate || export_info@
identifier func;
@@

 func(...) { <+...
(
 is_cow_mapping(...)
|
 VM_SHARED
|
 VM_MAYSHARE
|
 VM_MAYWRITE
)
 ...+> }

@script:python@
func << refuses.func;
@@

add(here.marks, "refuses", func)

//----------------------------------------------------------
//  Mappings without VM_PFNMAP
//----------------------------------------------------------

@initialize:python@
@@

def unflagged(function):
    return any(without_pfnmap(root) for root in roots_of(function))

def table_unflagged(function):
    return unflagged(function) and any(
        inserts_pfns(here.table_ops[table]) for table in here.tables()
        if here.table_mmap.get(table) == function and table in here.table_ops)

def inserting(vm_ops):
    return "(), ".join(sorted(marked("pfn", here.handling(vm_ops))))

@missing depends on !patch && (candidate || export_info)@
identifier func : script:python() { unflagged(func) };
identifier v : script:python() { inserts_pfns(v) };
expression e;
position p;
@@

 func(...) { <...
* e->vm_ops =@p &v
 ...> }

@script:python depends on (report || org) && (candidate || export_info)@
p << missing.p;
func << missing.func;
v << missing.v;
@@

show(p[0], "ERROR: %s() maps a dma-buf without VM_PFNMAP, and %s() inserts pfns"
     % (func, inserting([v])))

@missing_in_table depends on !patch && (candidate || export_info)@
identifier func : script:python() { table_unflagged(func) };
position p;
@@

* func@p(...) { ... }

@script:python depends on (report || org) && (candidate || export_info)@
p << missing_in_table.p;
func << missing_in_table.func;
@@

show(p[0], "ERROR: %s() maps a dma-buf without VM_PFNMAP, and %s() inserts pfns"
     % (func, inserting(here.installed(func))))

@script:python depends on patch && (candidate || export_info)@
@@

for root in here.roots():
    if (root in roots_of(root) and without_pfnmap(root) and
            not any_marked("clears", here.reached([root])) and
            any(inserts_pfns(ops) for ops in here.installed(root))):
        add(here.marks, "repair", root)

//----------------------------------------------------------
//  VM_PFNMAP in the callbacks that are marked "repair": the
//  same text in every script that adds it
//----------------------------------------------------------

@initialize:python@
@@

def is_to_repair(function):
    return function in here.marks.get("repair", ())

def is_to_set(function):
    return is_to_repair(function) and without_pfnmap(function)

def is_to_refuse(function):
    return is_to_repair(function) and not any_marked("refuses", here.reached([function]))

def is_to_replace(function):
    return function in here.reached(here.marks.get("repair", ()))

// vmf_insert_pfn() stops the kernel on a mapping that has both
@replace depends on patch && (candidate || export_info)@
identifier func : script:python() { is_to_replace(func) };
@@

 func(...) { <+...
- VM_MIXEDMAP
+ VM_PFNMAP
 ...+> }

@script:python depends on patch && (candidate || export_info)@
func << replace.func;
@@

add(here.marks, "sets", func)

@by_function depends on candidate || export_info@
@@

 \(vm_flags_set\|vm_flags_clear\|vm_flags_mod\|vm_flags_init\|vm_flags_reset\)(...)

@direct depends on !by_function && (candidate || export_info)@
expression e, x;
@@

(
 e->vm_flags |= x
|
 e->vm_flags &= x
|
 e->vm_flags = x
)

@add_flag depends on patch && (candidate || export_info)@
identifier func : script:python() { is_to_set(func) };
expression v, x;
@@

 func(...) {
 ...
(
- vm_flags_set(v, x);
+ vm_flags_set(v, VM_PFNMAP | x);
|
- v->vm_flags |= x;
+ v->vm_flags |= VM_PFNMAP | x;
)
 ... when any
 }

@script:python depends on patch && (candidate || export_info)@
func << add_flag.func;
@@

add(here.marks, "sets", func)

@set_direct depends on patch && (direct || before_6_3) && (candidate || export_info)@
identifier func : script:python() { is_to_set(func) };
identifier v;
identifier ops : script:python() { inserts_pfns(ops) };
@@

 func(..., struct vm_area_struct *v, ...) { <+...
+	v->vm_flags |= VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
 	v->vm_ops = &ops;
 ...+> }

@set depends on patch && !direct && !before_6_3 && (candidate || export_info)@
identifier func : script:python() { is_to_set(func) };
identifier v;
identifier ops : script:python() { inserts_pfns(ops) };
@@

 func(..., struct vm_area_struct *v, ...) { <+...
+	vm_flags_set(v, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
 	v->vm_ops = &ops;
 ...+> }

@script:python depends on patch && (candidate || export_info)@
func << set_direct.func;
@@

add(here.marks, "sets", func)

@script:python depends on patch && (candidate || export_info)@
func << set.func;
@@

add(here.marks, "sets", func)

@set_first_direct depends on patch && (direct || before_6_3) && (candidate || export_info)@
identifier func : script:python() { is_to_set(func) };
identifier v;
statement S, S1;
@@

 int func(..., struct vm_area_struct *v, ...)
 {
 ... when != S1
+	v->vm_flags |= VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
 S
 ... when any
 }

@set_first depends on patch && !direct && !before_6_3 && (candidate || export_info)@
identifier func : script:python() { is_to_set(func) };
identifier v;
statement S, S1;
@@

 int func(..., struct vm_area_struct *v, ...)
 {
 ... when != S1
+	vm_flags_set(v, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
 S
 ... when any
 }

//----------------------------------------------------------
//  A refusal: the same text in every script that adds one
//----------------------------------------------------------

@refuse depends on patch && (candidate || export_info)@
identifier func : script:python() { is_to_refuse(func) };
identifier v;
statement S, S1;
@@

 int func(..., struct vm_area_struct *v, ...)
 {
 ... when != S1
+	if (is_cow_mapping(v->vm_flags))
+		return -EINVAL;
 S
 ... when any
 }

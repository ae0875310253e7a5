// SPDX-License-Identifier: GPL-2.0-only
///
/// The mapping of a dma-buf is to be VM_PFNMAP with pfns only: struct pages in
/// it let get_user_pages() take references that the exporter does not expect.
/// Find the helpers, and the stores to vmf->page, that put pages there.
///
//# Looks at what the mmap of a dma_buf_ops or of a GEM object reaches within its
//# file, and at the handlers of the vm_ops that it installs. A call through a
//# pointer is followed to the functions that the file stores in members of that
//# name. Whether the condition of a call can hold is not asked.
//
// Confidence: Moderate
// Options: --no-includes

virtual report
virtual org
virtual context

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
//  Pages
//----------------------------------------------------------

@initialize:python@
@@

def maps(function):
    return function in here.mapping() or function in here.faulting()

@insert depends on candidate || export_info@
identifier func : script:python() { maps(func) };
identifier helper = { filemap_fault, filemap_map_pages, remap_vmalloc_range,
	remap_vmalloc_range_partial, vm_insert_page, vm_insert_pages, vm_map_pages,
	vm_map_pages_zero, vmf_insert_folio_pmd, vmf_insert_folio_pud, vmf_insert_page,
	vmf_insert_page_mkwrite };
position p;
@@

 func(...) { <...
* helper@p(...)
 ...> }

@script:python depends on (report || org) && (candidate || export_info)@
p << insert.p;
func << insert.func;
helper << insert.helper;
@@

show(p[0], "WARNING: %s() inserts struct pages with %s() into the mapping of a dma-buf"
     % (func, helper))

@store depends on candidate || export_info@
identifier func : script:python() { maps(func) };
struct vm_fault *vf;
expression e != NULL;
position p;
@@

 func(...) { <...
* vf->page@p = e
 ...> }

@script:python depends on (report || org) && (candidate || export_info)@
p << store.p;
func << store.func;
@@

show(p[0], "WARNING: %s() hands struct pages to the mapping of a dma-buf through vmf->page" % func)

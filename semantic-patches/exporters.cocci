// SPDX-License-Identifier: GPL-2.0-only
///
/// List every dma_buf_ops object with what maps its buffers into user space,
/// and every drm_gem_object_funcs object likewise: the dma-bufs of most DRM
/// drivers are mapped by the mmap and the vm_ops of their GEM objects.
///
//# A list, nothing in it is wrong as such. All #ifdef branches are read. An
//# object that a macro makes is not seen. A member of another struct is taken
//# for a dma_buf_ops if it has a map_dma_buf, which every dma_buf_ops must have.
//
// Confidence: High
// Options: --no-includes

virtual report
virtual org
virtual context

// spatch reads the files that hold the words of some rule. It forgets a rule with
// more words only for a later one with fewer, so for each struct the rule that asks
// for fewest words comes last.

@initialize:python@
@@

def plain(text):
    """An expression as it is usually written."""
    for spaced, usual in ((" -> ", "->"), (" . ", "."), ("& ", "&"), ("* ", "*")):
        text = text.replace(spaced, usual)
    return text

def path(*names):
    return ".".join(name for name in names if name)

def show(position, message):
    coccilib.report.print_report(position, message)

@initialize:python depends on org@
@@

def show(position, message):
    coccilib.org.print_todo(position, message.replace("[", "@(").replace("]", ")"))

//----------------------------------------------------------
//  dma_buf_ops
//----------------------------------------------------------

@mmap@
identifier o;
expression f != NULL;
expression i;
position p;
@@

(
 struct dma_buf_ops o@p = {
*	.mmap = f,
 };
|
 struct dma_buf_ops o@p = {
*	mmap: f,
 };
|
 struct dma_buf_ops o@p[...] = { [i] = {
*	.mmap = f,
 }, };
|
 struct dma_buf_ops o@p[...] = { ..., {
*	.mmap = f,
 }, ..., };
)

@script:python depends on report || org@
p << mmap.p;
o << mmap.o;
f << mmap.f;
@@

show(p[0], "dma_buf_ops %s: mmap is %s" % (o, plain(f)))

@literal@
expression f != NULL;
position p;
@@

(
 (struct dma_buf_ops@p) {
*	.mmap = f,
 }
|
 (const struct dma_buf_ops@p) {
*	.mmap = f,
 }
)

@script:python depends on report || org@
p << literal.p;
f << literal.f;
@@

show(p[0], "dma_buf_ops compound literal: mmap is %s" % plain(f))

@store disable fld_to_ptr@
struct dma_buf_ops x;
struct dma_buf_ops *px;
expression f;
position p;
@@

(
* x.mmap@p = f
|
* px->mmap@p = f
)

@script:python depends on report || org@
p << store.p;
x << store.x = "";
px << store.px = "";
f << store.f;
@@

show(p[0], "dma_buf_ops %s: mmap becomes %s" % (plain(x or px), plain(f)))

@copy@
struct dma_buf_ops *from;
expression to, e;
position p;
@@

(
* to =@p *from
|
* memcpy@p(to, from, ...)
|
* to = \(kmemdup@p\|kmemdup_const@p\)(from, ...)
|
* to = devm_kmemdup@p(e, from, ...)
)

@script:python depends on report || org@
p << copy.p;
to << copy.to;
source << copy.from;
@@

show(p[0], "dma_buf_ops %s: copied from %s" % (plain(to), plain(source)))

@by_position@
identifier o;
expression e;
position p;
@@

* struct dma_buf_ops o@p = { e, ..., };

@script:python depends on report || org@
p << by_position.p;
o << by_position.o;
@@

show(p[0], "dma_buf_ops %s: initialised by position, mmap is not known" % o)

@no_mmap@
identifier o;
position p != { mmap.p, by_position.p };
@@

(
* struct dma_buf_ops o@p = { ..., };
|
* struct dma_buf_ops o@p[...] = { ..., };
)

@script:python depends on report || org@
p << no_mmap.p;
o << no_mmap.o;
@@

show(p[0], "dma_buf_ops %s: no mmap" % o)

@member_mmap@
identifier o, s, s2, T;
expression f != NULL;
expression m;
position p;
@@

(
 struct T o@p = { .s = { .map_dma_buf = m,
*	.mmap = f,
 }, };
|
 struct T o@p = { .s.map_dma_buf = m,
*	.s.mmap = f,
 };
|
 struct T o@p = { .s2 = { .s = { .map_dma_buf = m,
*	.mmap = f,
 }, }, };
)

@script:python depends on report || org@
p << member_mmap.p;
o << member_mmap.o;
s2 << member_mmap.s2 = "";
s << member_mmap.s;
f << member_mmap.f;
@@

show(p[0], "dma_buf_ops %s: mmap is %s" % (path(o, s2, s), plain(f)))

@member_no_mmap@
identifier o, s, s2, T;
expression m;
position p != member_mmap.p;
@@

(
 struct T o@p = { .s = {
*	.map_dma_buf = m,
 }, };
|
 struct T o@p = {
*	.s.map_dma_buf = m,
 };
|
 struct T o@p = { .s2 = { .s = {
*	.map_dma_buf = m,
 }, }, };
)

@script:python depends on report || org@
p << member_no_mmap.p;
o << member_no_mmap.o;
s2 << member_no_mmap.s2 = "";
s << member_no_mmap.s;
@@

show(p[0], "dma_buf_ops %s: no mmap" % path(o, s2, s))

//----------------------------------------------------------
//  drm_gem_object_funcs
//----------------------------------------------------------

@gem_mmap@
identifier o;
expression f != NULL;
position p;
@@

(
 struct drm_gem_object_funcs o@p = {
*	.mmap = f,
 };
|
 struct drm_gem_object_funcs o@p = {
*	mmap: f,
 };
)

@script:python depends on report || org@
p << gem_mmap.p;
o << gem_mmap.o;
f << gem_mmap.f;
@@

show(p[0], "drm_gem_object_funcs %s: mmap is %s" % (o, plain(f)))

@gem_vm_ops@
identifier o;
expression v != NULL;
position p != gem_mmap.p;
@@

 struct drm_gem_object_funcs o@p = {
*	.vm_ops = v,
 };

@script:python depends on report || org@
p << gem_vm_ops.p;
o << gem_vm_ops.o;
v << gem_vm_ops.v;
@@

show(p[0], "drm_gem_object_funcs %s: no mmap, vm_ops is %s" % (o, plain(v)))

@gem_none@
identifier o;
position p != { gem_mmap.p, gem_vm_ops.p };
@@

* struct drm_gem_object_funcs o@p = { ..., };

@script:python depends on report || org@
p << gem_none.p;
o << gem_none.o;
@@

show(p[0], "drm_gem_object_funcs %s: no mmap, no vm_ops" % o)

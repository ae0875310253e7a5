// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of lower: each construct of C as a graph, and initialisers as members.
 *
 * A graph is compared as text, one node a line:
 *
 *	0 if %0 "a" 1 else 2	a branch and its two ways
 *	1 %1 = #3 -> 2		an assignment, and what comes next
 *	2 %2 = !f(%1) -> 3	a call
 */
#include "lower.h"

#include <string.h>

#define HEAD                                                                                     \
	"#define NULL ((void *)0)\n"                                                             \
	"#define unlikely(x) __builtin_expect(!!(x), 0)\n"                                       \
	"#define BUG() do { __asm__ volatile(\"ud2\"); __builtin_unreachable(); } while (0)\n"   \
	"#define BUG_ON(x) do { if (unlikely(x)) BUG(); } while (0)\n"                           \
	"#define WARN_ON(x) ({ int r = !!(x); if (unlikely(r)) "                                 \
	"__asm__ volatile(\"ud2\"); unlikely(r); })\n"                                           \
	"struct in { int x; int y; };\n"                                                         \
	"struct rec { int a; struct in in; int (*run)(int); struct rec *next; int many[2]; };\n" \
	"int f(int a); int g(void); void h(int a, ...); extern struct rec other;\n"

struct lower_case {
	const char *name;
	const char *source; /* of "t", a function, or "v", a variable; after HEAD */
	const char *expected;
};

/* clang-format off */
static const struct lower_case graph_cases[] = {
	{ "if",
	  "void t(int a) { if (a) g(); h(1); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 %1 = !g() -> 2\n"
	  "2 !h(#1) -> 3\n"
	  "3 end\n" },
	{ "if-else",
	  "int t(int a) { if (a == 1) return 2; else g(); return 3; }",
	  "0 if b== %0 #1 \"a == 1\" 1 else 2\n"
	  "1 return #2\n"
	  "2 %1 = !g() -> 3\n"
	  "3 return #3\n" },
	{ "and",
	  "void t(int a, int b) { if (a && b) g(); }",
	  "0 if %0 \"a\" 1 else 3\n"
	  "1 if %1 \"b\" 2 else 3\n"
	  "2 %2 = !g() -> 3\n"
	  "3 end\n" },
	{ "or",
	  "void t(int a, int b) { if (a || b) g(); }",
	  "0 if %0 \"a\" 2 else 1\n"
	  "1 if %1 \"b\" 2 else 3\n"
	  "2 %2 = !g() -> 3\n"
	  "3 end\n" },
	{ "not",
	  "void t(int a, int b) { if (!(a && !b)) g(); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 if %1 \"b\" 2 else 3\n"
	  "2 %2 = !g() -> 3\n"
	  "3 end\n" },
	{ "not-value",
	  "int t(int a) { return !a; }",
	  "0 return u! %0\n" },
	{ "and-value",
	  "int t(int a, int b) { return a && b; }",
	  "0 if %0 \"a\" 1 else 3\n"
	  "1 if %1 \"b\" 2 else 3\n"
	  "2 %2 = #1 -> 4\n"
	  "3 %2 = #0 -> 4\n"
	  "4 return %2\n" },
	{ "conditional",
	  "int t(int a) { return a ? g() : 2; }",
	  "0 if %0 \"a\" 1 else 3\n"
	  "1 %2 = !g() -> 2\n"
	  "2 %1 = %2 -> 4\n"
	  "3 %1 = #2 -> 4\n"
	  "4 return %1\n" },
	{ "conditional-nested",
	  "int t(int a, int b) { return f(a ? b ? 1 : 2 : 3); }",
	  "0 if %0 \"a\" 1 else 5\n"
	  "1 if %1 \"b\" 2 else 3\n"
	  "2 %3 = #1 -> 4\n"
	  "3 %3 = #2 -> 4\n"
	  "4 %2 = %3 -> 6\n"
	  "5 %2 = #3 -> 6\n"
	  "6 %4 = !f(%2) -> 7\n"
	  "7 return %4\n" },
	{ "conditional-condition",
	  "void t(int a, int b) { if (a ? b : 0) g(); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 %2 = %1 -> 3\n"
	  "2 %2 = #0 -> 3\n"
	  "3 if %2 \"a ? b : 0\" 4 else 5\n"
	  "4 %3 = !g() -> 5\n"
	  "5 end\n" },
	{ "constant-conditions",
	  "int t(int a) { if (0) h(1); if (1) g(); else h(2); return 0 && a ? 1 : 2; }",
	  "0 %1 = !g() -> 1\n"
	  "1 %2 = #2 -> 2\n"
	  "2 return %2\n" },
	{ "call-arguments",
	  "int t(int a) { return f(f(a) + 1); }",
	  "0 %1 = !f(%0) -> 1\n"
	  "1 %2 = !f(b+ %1 #1) -> 2\n"
	  "2 return %2\n" },
	{ "call-field",
	  "int t(struct rec *r) { return r->run(1) + (*r->run)(2); }",
	  "0 %1 = .rec::run fn %0(#1) -> 1\n"
	  "1 %2 = .rec::run fn %0(#2) -> 2\n"
	  "2 return b+ %1 %2\n" },
	{ "call-pointer",
	  "int t(int (*p)(int)) { return p(1); }",
	  "0 %1 = %0(#1) -> 1\n"
	  "1 return %1\n" },
	{ "assign-compound",
	  "void t(int a, struct rec *r) { a += 2; r->a |= a; r->in.x++; }",
	  "0 %0 = b+ %0 #2 -> 1\n"
	  "1 .rec::a i %1 = b| .rec::a i %1 %0 -> 2\n"
	  "2 .in::x i .rec::in in %1 = b+ .in::x i .rec::in in %1 #1 -> 3\n"
	  "3 end\n" },
	{ "assign-chain",
	  "void t(int a, struct rec *r) { a = r->a = 3; }",
	  "0 .rec::a i %1 = #3 -> 1\n"
	  "1 %0 = #3 -> 2\n"
	  "2 end\n" },
	{ "comma",
	  "int t(int a) { return (g(), a); }",
	  "0 %1 = !g() -> 1\n"
	  "1 return %0\n" },
	{ "switch",
	  "void t(int a) { switch (a) { case 1: g(); break; case 3: h(3); break; } h(4); }",
	  "0 switch %0 1..1: 1 3..3: 2 else 3\n"
	  "1 %1 = !g() -> 3\n"
	  "2 !h(#3) -> 3\n"
	  "3 !h(#4) -> 4\n"
	  "4 end\n" },
	{ "switch-fallthrough",
	  "void t(int a) { switch (a) { case 1: case 2: g(); case 3: h(3); } }",
	  "0 switch %0 1..1: 1 2..2: 1 3..3: 2 else 3\n"
	  "1 %1 = !g() -> 2\n"
	  "2 !h(#3) -> 3\n"
	  "3 end\n" },
	{ "switch-default",
	  "int t(int a) { switch (a) { default: g(); break; case -1: return 1; } return 2; }",
	  "0 switch %0 -1..-1: 2 else 1\n"
	  "1 %1 = !g() -> 3\n"
	  "2 return #1\n"
	  "3 return #2\n" },
	{ "switch-range",
	  "int t(int a) { switch (a) { case 1 ... 5: return 1; case 'a': return 2; } return 3; }",
	  "0 switch %0 1..5: 1 97..97: 2 else 3\n"
	  "1 return #1\n"
	  "2 return #2\n"
	  "3 return #3\n" },
	{ "switch-continue",
	  "void t(int a) { while (a) { switch (g()) { case 1: continue; case 2: break; } h(1); } }",
	  "0 loop -> 1\n"
	  "1 if %0 \"a\" 2 else 5\n"
	  "2 %1 = !g() -> 3\n"
	  "3 switch %1 1..1: 0 2..2: 4 else 4\n"
	  "4 !h(#1) -> 0\n"
	  "5 end\n" },
	{ "while",
	  "void t(int a) { while (a) a = g(); h(1); }",
	  "0 loop -> 1\n"
	  "1 if %0 \"a\" 2 else 4\n"
	  "2 %1 = !g() -> 3\n"
	  "3 %0 = %1 -> 0\n"
	  "4 !h(#1) -> 5\n"
	  "5 end\n" },
	{ "while-break",
	  "void t(int a) { while (1) { if (g()) break; if (a) continue; h(1); } h(2); }",
	  "0 loop -> 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 if %1 \"g()\" 5 else 3\n"
	  "3 if %0 \"a\" 0 else 4\n"
	  "4 !h(#1) -> 0\n"
	  "5 !h(#2) -> 6\n"
	  "6 end\n" },
	{ "do",
	  "void t(int a) { do { a = g(); if (a == 3) continue; h(1); } while (a); }",
	  "0 loop -> 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 %0 = %1 -> 3\n"
	  "3 if b== %0 #3 \"a == 3\" 5 else 4\n"
	  "4 !h(#1) -> 5\n"
	  "5 if %0 \"a\" 0 else 6\n"
	  "6 end\n" },
	{ "do-once",
	  "void t(int a) { do { g(); if (a) break; h(1); } while (0); h(2); }",
	  "0 %1 = !g() -> 1\n"
	  "1 if %0 \"a\" 3 else 2\n"
	  "2 !h(#1) -> 3\n"
	  "3 !h(#2) -> 4\n"
	  "4 end\n" },
	{ "for",
	  "void t(int a) { int i; for (i = 0; i < a; i++) g(); h(i); }",
	  "0 %1 = #0 -> 1\n"
	  "1 loop -> 2\n"
	  "2 if b< %1 %0 \"i < a\" 3 else 5\n"
	  "3 %2 = !g() -> 4\n"
	  "4 %1 = b+ %1 #1 -> 1\n"
	  "5 !h(%1) -> 6\n"
	  "6 end\n" },
	{ "for-declaration",
	  "void t(int a) { for (int i = 0, j = a; i < j; i++, j--) { if (i == 2) continue; g(); } }",
	  "0 %1 = #0 -> 1\n"
	  "1 %2 = %0 -> 2\n"
	  "2 loop -> 3\n"
	  "3 if b< %1 %2 \"i < j\" 4 else 8\n"
	  "4 if b== %1 #2 \"i == 2\" 6 else 5\n"
	  "5 %3 = !g() -> 6\n"
	  "6 %1 = b+ %1 #1 -> 7\n"
	  "7 %2 = b- %2 #1 -> 2\n"
	  "8 end\n" },
	{ "for-no-initialiser",
	  "void t(int a) { for (; a; a--) g(); }",
	  "0 loop -> 1\n"
	  "1 if %0 \"a\" 2 else 4\n"
	  "2 %1 = !g() -> 3\n"
	  "3 %0 = b- %0 #1 -> 0\n"
	  "4 end\n" },
	{ "for-no-condition",
	  "void t(int a) { for (a = 0; ; a++) if (g()) break; }",
	  "0 %0 = #0 -> 1\n"
	  "1 loop -> 2\n"
	  "2 %1 = !g() -> 3\n"
	  "3 if %1 \"g()\" 5 else 4\n"
	  "4 %0 = b+ %0 #1 -> 1\n"
	  "5 end\n" },
	{ "for-no-step",
	  "void t(int a) { for (a = 0; a < 2;) a = g(); }",
	  "0 %0 = #0 -> 1\n"
	  "1 loop -> 2\n"
	  "2 if b< %0 #2 \"a < 2\" 3 else 5\n"
	  "3 %1 = !g() -> 4\n"
	  "4 %0 = %1 -> 1\n"
	  "5 end\n" },
	{ "for-condition-only",
	  "void t(int a) { for (; a;) a = g(); }",
	  "0 loop -> 1\n"
	  "1 if %0 \"a\" 2 else 4\n"
	  "2 %1 = !g() -> 3\n"
	  "3 %0 = %1 -> 0\n"
	  "4 end\n" },
	{ "for-step-only",
	  "void t(int a) { for (;; a++) if (g()) return; }",
	  "0 loop -> 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 if %1 \"g()\" 3 else 4\n"
	  "3 return -\n"
	  "4 %0 = b+ %0 #1 -> 0\n" },
	{ "for-nothing",
	  "void t(void) { for (;;) if (g()) break; }",
	  "0 loop -> 1\n"
	  "1 %0 = !g() -> 2\n"
	  "2 if %0 \"g()\" 3 else 0\n"
	  "3 end\n" },
	{ "for-empty",
	  "void t(int a) { for (; g();) ; }",
	  "0 loop -> 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 if %1 \"g()\" 0 else 3\n"
	  "3 end\n" },
	{ "goto-forward",
	  "int t(int a) { if (a) goto out; g(); out: return a; }",
	  "0 if %0 \"a\" 2 else 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 return %0\n" },
	{ "goto-backward",
	  "void t(int a) { again: a = g(); if (a) goto again; h(a); }",
	  "0 loop -> 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 %0 = %1 -> 3\n"
	  "3 if %0 \"a\" 0 else 4\n"
	  "4 !h(%0) -> 5\n"
	  "5 end\n" },
	{ "goto-into-block",
	  "void t(int a) { if (a) { in: g(); return; } h(1); goto in; }",
	  "0 if %0 \"a\" 1 else 4\n"
	  "1 loop -> 2\n"
	  "2 %1 = !g() -> 3\n"
	  "3 return -\n"
	  "4 !h(#1) -> 1\n" },
	{ "unreachable",
	  "int t(int a) { return a; g(); h(1); }",
	  "0 return %0\n" },
	{ "statement-expression",
	  "int t(int a) { return ({ int b = a + 1; g(); b; }); }",
	  "0 %1 = b+ %0 #1 -> 1\n"
	  "1 %2 = !g() -> 2\n"
	  "2 return %1\n" },
	{ "statement-expression-void",
	  "void t(int a) { ({ if (a) g(); }); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 %1 = !g() -> 2\n"
	  "2 end\n" },
	{ "compound-literal",
	  "void t(struct rec *r) { *r = (struct rec){ .a = 1, .in = { .y = 2 } }; }",
	  "0 * rec %0 = ?rec -> 1\n"
	  "1 .rec::a i * rec %0 = #1 -> 2\n"
	  "2 .in::y i .rec::in in * rec %0 = #2 -> 3\n"
	  "3 end\n" },
	{ "compound-literal-address",
	  "void t(struct rec *r) { r->next = &(struct rec){ .a = 1 }; }",
	  "0 %1 = #0 -> 1\n"
	  "1 .rec::a i %1 = #1 -> 2\n"
	  "2 .rec::next *rec %0 = & *rec %1 -> 3\n"
	  "3 end\n" },
	{ "compound-literal-local",
	  "void t(int a) { struct rec r; r = (struct rec){ .a = a }; }",
	  "0 %1 = #0 -> 1\n"
	  "1 .rec::a i %1 = %0 -> 2\n"
	  "2 end\n" },
	{ "initialiser-designated",
	  "void t(int a) { struct rec r = { .run = f, .in.y = a, }; g(); }",
	  "0 %1 = #0 -> 1\n"
	  "1 .rec::run fn %1 = !f -> 2\n"
	  "2 .in::y i .rec::in in %1 = %0 -> 3\n"
	  "3 %2 = !g() -> 4\n"
	  "4 end\n" },
	{ "initialiser-array",
	  "void t(int a) { int many[4] = { 1, [2] = a, 3 }; }",
	  "0 %1 = #0 -> 1\n"
	  "1 [ i %1 #0 = #1 -> 2\n"
	  "2 [ i %1 #2 = %0 -> 3\n"
	  "3 [ i %1 #3 = #3 -> 4\n"
	  "4 end\n" },
	{ "initialiser-array-literal",
	  "void t(void) { h(2, (const int []){ 5, 6 }); }",
	  "0 %0 = #0 -> 1\n"
	  "1 [ i %0 #0 = #5 -> 2\n"
	  "2 [ i %0 #1 = #6 -> 3\n"
	  "3 !h(#2, %0) -> 4\n"
	  "4 end\n" },
	{ "initialiser-empty",
	  "void t(void) { struct rec r = { }; h(1, r); }",
	  "0 %0 = #0 -> 1\n"
	  "1 !h(#1, %0) -> 2\n"
	  "2 end\n" },
	{ "initialiser-positional",
	  "void t(int a) { struct rec r = { a, { 1, 2 }, f }; }",
	  "0 %1 = #0 -> 1\n"
	  "1 .rec::a i %1 = %0 -> 2\n"
	  "2 .in::x - .rec::in in %1 = #1 -> 3\n"
	  "3 .in::y - .rec::in in %1 = #2 -> 4\n"
	  "4 .rec::run fn %1 = !f -> 5\n"
	  "5 end\n" },
	{ "initialiser-mixed",
	  "void t(int a) { struct rec r = { .in = { 1, a }, f, .a = 4 }; }",
	  "0 %1 = #0 -> 1\n"
	  "1 .in::x - .rec::in in %1 = #1 -> 2\n"
	  "2 .in::y i .rec::in in %1 = %0 -> 3\n"
	  "3 .rec::run fn %1 = !f -> 4\n"
	  "4 .rec::a i %1 = #4 -> 5\n"
	  "5 end\n" },
	{ "increment",
	  "int t(int a) { a++; ++a; return a++ + --a; }",
	  "0 %0 = b+ %0 #1 -> 1\n"
	  "1 %0 = b+ %0 #1 -> 2\n"
	  "2 %1 = %0 -> 3\n"
	  "3 %0 = b+ %0 #1 -> 4\n"
	  "4 %0 = b- %0 #1 -> 5\n"
	  "5 return b+ %1 %0\n" },
	{ "increment-member",
	  "int t(struct rec *r) { return r->a--; }",
	  "0 %1 = .rec::a i %0 -> 1\n"
	  "1 .rec::a i %0 = b- .rec::a i %0 #1 -> 2\n"
	  "2 return %1\n" },
	{ "initialiser-copy",
	  "void t(struct rec *p) { struct rec r = *p; r = other; }",
	  "0 %1 = * rec %0 -> 1\n"
	  "1 %1 = $other rec -> 2\n"
	  "2 end\n" },
	{ "address",
	  "void t(struct rec *r) { r->next = &other; r = r[1].next; *r = *&other; h(r->many[r->a]); }",
	  "0 .rec::next *rec %0 = & *rec $other rec -> 1\n"
	  "1 %0 = .rec::next *rec [ rec %0 #1 -> 2\n"
	  "2 * rec %0 = $other rec -> 3\n"
	  "3 !h([ i .rec::many []i %0 .rec::a i %0) -> 4\n"
	  "4 end\n" },
	{ "cast-typeof",
	  "void t(struct rec *r, void *p) { r = (typeof(r))p; }",
	  "0 %0 = ( *rec %1 -> 1\n"
	  "1 end\n" },
	{ "cast",
	  "void t(void *p) { struct rec *r = (struct rec *)p; int a = (int)(long)p; h(a); }",
	  "0 %1 = ( *rec %0 -> 1\n"
	  "1 %2 = %0 -> 2\n"
	  "2 !h(%2) -> 3\n"
	  "3 end\n" },
	{ "container",
	  "struct rec *t(struct in *p) { return (struct rec *)((char *)p - __builtin_offsetof(struct rec, in)); }",
	  "0 return ( *rec b- %0 ?-\n" },
	{ "sizeof",
	  "int t(struct rec *r) { return sizeof(*r) + sizeof(f(1)); }",
	  "0 return #44\n" },
	{ "enum",
	  "enum { one = 1, two }; int t(void) { return two; }",
	  "0 return #2\n" },
	{ "macro-once",
	  "#define ONCE(x) do { if (x) g(); } while (0)\n"
	  "void t(int a) { if (a) ONCE(a == 2); else h(1); }",
	  "0 if %0 \"a\" 1 else 3\n"
	  "1 if b== %0 #2 \"a == 2\" 2 else 4\n"
	  "2 %1 = !g() -> 4\n"
	  "3 !h(#1) -> 4\n"
	  "4 end\n" },
	{ "bug",
	  "void t(int a) { BUG_ON(a == 1); h(1); }",
	  "0 if b== %0 #1 \"a == 1\" 1 else 2\n"
	  "1 bug BUG_ON\n"
	  "2 !h(#1) -> 3\n"
	  "3 end\n" },
	{ "bug-always",
	  "int t(int a) { if (a) return 1; BUG(); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 return #1\n"
	  "2 bug BUG\n" },
	{ "warn",
	  "int t(int a) { if (WARN_ON(a)) return 1; return 2; }",
	  "0 %1 = u! u! %0 -> 1\n"
	  "1 if %1 \"WARN_ON(a)\" 2 else 3\n"
	  "2 warn WARN_ON -> 3\n"
	  "3 if u! u! %1 \"WARN_ON(a)\" 4 else 5\n"
	  "4 return #1\n"
	  "5 return #2\n" },
	{ "unlikely",
	  "void t(int a) { if (unlikely(!a)) g(); }",
	  "0 if %0 \"a\" 2 else 1\n"
	  "1 %1 = !g() -> 2\n"
	  "2 end\n" },
	{ "static-local",
	  "int t(void) { static struct rec r = { .run = f }; return r.a; }",
	  "0 return .rec::a i $t.c:t.r rec\n" },
	{ "declaration-only",
	  "int t(void) { extern int there; return there; }",
	  "0 return $there i\n" },
	{ "attribute",
	  "void t(int a) { switch (a) { case 1: g(); __attribute__((fallthrough)); case 2: h(1); } }",
	  "0 switch %0 1..1: 1 2..2: 2 else 3\n"
	  "1 %1 = !g() -> 2\n"
	  "2 !h(#1) -> 3\n"
	  "3 end\n" },
	{ "end",
	  "void t(void) { }",
	  "0 end\n" },
	{ "goto-computed",
	  "void t(int a) { void *p = a ? &&x : &&y; goto *p; x: g(); y: h(1); }",
	  "0 if %0 \"a\" 1 else 2\n"
	  "1 %1 = ?- -> 3\n"
	  "2 %1 = ?- -> 3\n"
	  "3 %2 = %1\n"
	  "truncated: a computed goto\n" },
};
/* clang-format on */

/* clang-format off */
static const struct lower_case member_cases[] = {
	{ "designated",
	  "struct rec v = { .a = 1, .run = f, .next = &other };",
	  "a rec::a #1\n"
	  "run rec::run !f\n"
	  "next rec::next & *rec $other rec\n" },
	{ "positional",
	  "struct rec v = { 1, { 2, 3 }, f };",
	  "a rec::a #1\n"
	  "in rec::in -\n"
	  "in.x in::x #2\n"
	  "in.y in::y #3\n"
	  "run rec::run !f\n" },
	{ "nested",
	  "struct rec v = { .in = { .y = 5 }, .run = f };",
	  "in rec::in -\n"
	  "in.y in::y #5\n"
	  "run rec::run !f\n" },
	{ "nested-designator",
	  "struct rec v = { .in.y = 5, .run = &f };",
	  "in rec::in -\n"
	  "in.y in::y #5\n"
	  "run rec::run !f\n" },
	{ "mixed",
	  "struct rec v = { .in = { 1 }, f, NULL };",
	  "in rec::in -\n"
	  "in.x in::x #1\n"
	  "run rec::run !f\n"
	  "next rec::next #0\n" },
	{ "array",
	  "struct rec v[] = { { .run = f }, { 1, { 2 }, f } };",
	  "[0] - -\n"
	  "[0].run rec::run !f\n"
	  "[1] - -\n"
	  "[1].in rec::in -\n"
	  "[1].run rec::run !f\n" },
	{ "literal",
	  "struct rec v = (struct rec){ .run = f };",
	  "run rec::run !f\n" },
	{ "literal-member",
	  "struct rec v = { .in = (struct in){ 1, 2 } };",
	  "in rec::in -\n"
	  "in.x in::x #1\n"
	  "in.y in::y #2\n" },
	{ "macro",
	  "#define IN(n) { .x = n }\n"
	  "struct rec v = { .in = IN(3) };",
	  "in rec::in -\n"
	  "in.x in::x #3\n" },
	{ "null",
	  "struct rec v = { .run = NULL };",
	  "run rec::run #0\n" },
	{ "cast",
	  "struct rec v = { .run = (int (*)(int))g };",
	  "run rec::run !g\n" },
	{ "bare",
	  "struct rec v;",
	  "" },
};
/* clang-format on */

static void print_expr(const struct expr *e, GString *out)
{
	if (e)
		expr_print(e, out);
	else
		g_string_append_c(out, '-');
}

static void print_node(const struct fact_node *n, unsigned int index, GString *out)
{
	g_string_append_printf(out, "%u ", index);
	switch (n->kind) {
	case NODE_BRANCH:
		g_string_append(out, "if ");
		print_expr(n->a, out);
		g_string_append_printf(out, " \"%s\" %d else %d\n", n->text, n->next[0],
				       n->next[1]);
		return;
	case NODE_SWITCH:
		g_string_append(out, "switch ");
		print_expr(n->a, out);
		for (unsigned int i = 0; i < n->n_cases; i++)
			g_string_append_printf(out, " %d..%d: %d", (int)n->cases[i].low,
					       (int)n->cases[i].high, n->cases[i].next);
		g_string_append_printf(out, " else %d\n", n->next[0]);
		return;
	case NODE_ASSIGN:
		print_expr(n->a, out);
		g_string_append(out, " = ");
		print_expr(n->b, out);
		break;
	case NODE_CALL:
		if (n->result >= 0)
			g_string_append_printf(out, "%%%d = ", n->result);
		print_expr(n->a, out);
		for (unsigned int i = 0; i < n->n_args; i++) {
			g_string_append(out, i ? ", " : "(");
			print_expr(n->args[i], out);
		}
		g_string_append(out, n->n_args ? ")" : "()");
		break;
	case NODE_RETURN:
		g_string_append(out, "return ");
		print_expr(n->a, out);
		break;
	case NODE_BUG:
	case NODE_WARN:
		g_string_append_printf(out, "%s %s", node_kind_name(n->kind), n->text);
		break;
	case NODE_NOP:
	case NODE_LOOP:
	case NODE_END:
		g_string_append(out, node_kind_name(n->kind));
		break;
	}
	if (n->next[0] >= 0)
		g_string_append_printf(out, " -> %d", n->next[0]);
	g_string_append_c(out, '\n');
}

static void add_function(struct ast_unit *unit, const struct ast_function *f, void *data)
{
	lower_function(data, unit, f);
}

static void add_variable(struct ast_unit *unit, const struct ast *var, const char *id,
			 const char *file, void *data)
{
	lower_variable(data, unit, var, id, file);
}

/* The facts of a source, which has to be free of errors. */
static struct facts *lower_source(const char *source)
{
	static const char *const flags[] = { "-std=gnu11", "-w", NULL };
	g_autofree char *content = g_strconcat(HEAD, source, NULL);
	g_autofree char *why = NULL;
	struct ast_options options = {
		.file = "/pfncheck/t.c",
		.root = "/pfncheck",
		.flags = flags,
		.content = content,
	};
	struct ast_unit *unit = ast_parse(&options, &why);
	struct facts *facts = facts_new("t.c");
	bool fatal;

	g_assert_nonnull(unit);
	g_assert_cmpuint(ast_errors(unit, &fatal)->len, ==, 0);
	ast_each_variable(unit, add_variable, facts);
	ast_each_function(unit, add_function, facts);
	ast_close(unit);
	return facts;
}

/* What is lowered comes back from its text unchanged. */
static void check_text(const struct facts *facts)
{
	g_autoptr(GString) first = g_string_new(NULL);
	g_autoptr(GString) second = g_string_new(NULL);
	const char *why;
	struct facts *again;

	facts_print(facts, first);
	again = facts_parse(first->str, first->len, &why);
	g_assert_nonnull(again);
	facts_print(again, second);
	g_assert_cmpstr(first->str, ==, second->str);
	facts_free(again);
}

static void test_graph(gconstpointer data)
{
	const struct lower_case *c = data;
	struct facts *facts = lower_source(c->source);
	const struct fact_function *f = g_ptr_array_index(facts->functions, 0);
	g_autoptr(GString) graph = g_string_new(NULL);

	g_assert_cmpuint(facts->functions->len, ==, 1);
	g_assert_cmpstr(f->name, ==, "t");
	for (unsigned int i = 0; i < f->n_nodes; i++)
		print_node(&f->nodes[i], i, graph);
	if (f->truncated)
		g_string_append_printf(graph, "truncated: %s\n", f->truncated);
	g_assert_cmpstr(graph->str, ==, c->expected);
	check_text(facts);
	facts_free(facts);
}

static void test_members(gconstpointer data)
{
	const struct lower_case *c = data;
	struct facts *facts = lower_source(c->source);
	g_autoptr(GString) members = g_string_new(NULL);
	const struct fact_table *t = NULL;

	for (unsigned int i = 0; i < facts->tables->len; i++)
		if (!strcmp(((struct fact_table *)facts->tables->pdata[i])->name, "v"))
			t = facts->tables->pdata[i];
	g_assert_nonnull(t);
	g_assert_cmpstr(t->record, ==, "rec");
	g_assert_cmpint(t->has_initializer, ==, strchr(c->source, '=') != NULL);
	for (unsigned int i = 0; i < t->n_members; i++) {
		g_string_append_printf(members, "%s %s ", t->members[i].path,
				       *t->members[i].field ? t->members[i].field : "-");
		print_expr(t->members[i].value, members);
		g_string_append_c(members, '\n');
	}
	g_assert_cmpstr(members->str, ==, c->expected);
	check_text(facts);
	facts_free(facts);
}

/* Depth and size are bounded, and the function says so. */
static void test_bounds(void)
{
	g_autoptr(GString) deep = g_string_new("int t(int a) { return ");
	g_autoptr(GString) large = g_string_new("void t(void) {");
	const struct fact_function *f;
	struct facts *facts;

	for (int i = 0; i < 200; i++)
		g_string_append(deep, "f(");
	g_string_append_c(deep, 'a');
	for (int i = 0; i < 200; i++)
		g_string_append_c(deep, ')');
	g_string_append(deep, "; }");
	facts = lower_source(deep->str);
	f = g_ptr_array_index(facts->functions, 0);
	g_assert_cmpstr(f->truncated, ==, "nested deeper than the bound");
	check_text(facts);
	facts_free(facts);

	for (int i = 0; i < 20100; i++)
		g_string_append(large, "g();");
	g_string_append(large, "}");
	facts = lower_source(large->str);
	f = g_ptr_array_index(facts->functions, 0);
	g_assert_cmpstr(f->truncated, ==, "more than the bound of events");
	check_text(facts);
	facts_free(facts);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(graph_cases); i++) {
		g_autofree char *path = g_strconcat("/lower/graph/", graph_cases[i].name, NULL);

		g_test_add_data_func(path, &graph_cases[i], test_graph);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(member_cases); i++) {
		g_autofree char *path = g_strconcat("/lower/members/", member_cases[i].name, NULL);

		g_test_add_data_func(path, &member_cases[i], test_members);
	}
	g_test_add_func("/lower/bounds", test_bounds);
	return g_test_run();
}

"""Machine code of small functions, instruction for instruction, where a pass of the code generator is to show."""

from __future__ import annotations

import re

import pytest

import ebpfcc

CASES = {
    # the comparison is a branch over the increment, not a value that is added
    "int f(const unsigned char *p, unsigned n) { int c = 0; for (unsigned i = 0; i < 64; i++) c += p[i] > n; return c; }": """
        w4 = 0
        w0 = 0
        r3 = r1
        r3 += r4
        r3 = *(u8 *)(r3 + 0)
        if w3 <= w2 goto
        w0 += 1
        w4 += 1
        if w4 < 64 goto
        exit""",
    # what is above 32 bits goes also where the increment is skipped
    "unsigned long f(unsigned long a, int b) { return (unsigned)a + (b > 3); }": """
        w0 = w1
        if w2 s<= 3 goto
        w0 += 1
        exit""",
    # the index and the next one share a register: no copy on the way back
    "unsigned f(const unsigned char *p) { unsigned i = 0; while (p[i]) { i += 1; if (i > 100) break; } return i; }": """
        w0 = 0
        r2 = r1
        r2 += r0
        r2 = *(u8 *)(r2 + 0)
        if w2 == 0 goto
        w0 += 1
        if w0 <= 100 goto
        exit""",
    # the constant result before the branch that returns it
    "int f(int *p) { if (!p) return 7; return p[1]; }": """
        w0 = 7
        if r1 == 0 goto
        r0 = *(u32 *)(r1 + 4)
        exit""",
    # but not where a loop may call the function
    "static __attribute__((noinline)) int f(int *p) { if (!p) return 7; return p[1]; }\nint g(int *p) { return f(p) + f(p + 1); }": """
        if r1 == 0 goto
        r0 = *(u32 *)(r1 + 4)
        exit
        w0 = 7
        exit""",
    # a binary search, no comparison for what the others leave
    "void g(int); void f(unsigned x) { switch (x & 3) { case 0: g(5); break; case 1: g(7); break; case 2: g(9); break; case 3: g(4); } }": """
        w1 &= 3
        if w1 >= 2 goto
        if w1 == 0 goto
        w1 = 7
        call g
        goto
        if w1 == 2 goto
        w1 = 4""",
    # two inlined copies of an end are one
    "struct s { int a, b; }; void g(struct s *, int);\n"
    "static inline __attribute__((always_inline)) int end(struct s *k, int why) { k->a = k->b * 3; g(k, k->a); return 1; }\n"
    "int f(struct s *k, int x) { if (x == 5) { g(k, 7); return end(k, 1); } g(k, 8); return end(k, 2); }": """
        r6 = r1
        if w2 == 5 goto
        r1 = r6
        w2 = 8
        call g
        r2 = *(u32 *)(r6 + 4)
        w2 *= 3
        *(u32 *)(r6 + 0) = r2
        r1 = r6
        call g
        w0 = 1
        exit
        r1 = r6
        w2 = 7
        call g
        goto""",
    # stores of one constant share its register (below -mcpu=v4, where the pointer may be a context)
    'void f(char *p) { __builtin_memcpy(p, "ABAB", 4); }': """
        w2 = 65
        *(u8 *)(r1 + 0) = r2
        w3 = 66
        *(u8 *)(r1 + 1) = r3
        *(u8 *)(r1 + 2) = r2
        *(u8 *)(r1 + 3) = r3""",
    # a flag that a loop sets is set out of the way: the verifier goes round without it first
    "int n(void); int f(int x) { int seen = 0; for (int i = 0; i < 100; i++) { int v = n(); if (v == x) seen = 1; if (v == 0) break; } return seen; }": """
        r6 = r1
        w8 = 0
        w7 = 0
        call n
        if w0 == w6 goto
        if w0 == 0 goto
        w8 += 1
        if w8 < 100 goto
        goto
        w7 = 1
        goto
        r0 = r7
        exit""",
    # what a loop writes before it goes on falls through: the verifier meets the written memory first
    "int n(void); void f(char *p) { for (int i = 0; i < 100; i++) { if (n() == 7) p[1] = 1; p[i] = 3; } }": """
        r6 = r1
        w7 = 0
        call n
        if w0 != 7 goto
        w1 = 1
        *(u8 *)(r6 + 1) = r1
        r1 = r6
        r1 += r7
        w2 = 3
        *(u8 *)(r1 + 0) = r2
        w7 += 1
        if w7 < 100 goto""",
    # an offset is a difference: before Linux 6.17 the verifier knows nothing of what a negation gives
    "char *f(char *p, unsigned long n) { return p - (n & 7); }": """
        r0 = r1
        r2 &= 7
        r1 = 0
        r1 -= r2
        r0 += r1
        exit""",
    "long f(long n) { return -n; }": """
        r0 = r1
        r0 = -r0
        exit""",
    # a branch on bits, which has no inverse
    "int f(unsigned x, int *p) { if (x & 8) p[1] = 3; return x + *p; }": """
        if w1 & 8 goto
        goto
        w3 = 3
        *(u32 *)(r2 + 4) = r3
        r2 = *(u32 *)(r2 + 0)
        r0 = r1
        w0 += w2
        exit""",
    "int f(unsigned long x, unsigned long y, int *p) { if (!(x & y)) p[1] = 3; if (!(x & 0x80000000)) p[2] = 4; return *p; }": """
        if r1 & r2 goto
        w2 = 3
        *(u32 *)(r3 + 4) = r2
        if w1 & -2147483648 goto
        w1 = 4
        *(u32 *)(r3 + 8) = r1
        r0 = *(u32 *)(r3 + 0)
        exit""",
    # nothing behind an assembly that leaves, which the verifier could not reach
    'int f(int *p) { if (!p) { asm volatile("r0 = %0; exit" : : "i"(2) : "r0"); __builtin_unreachable(); } return *p; }': """
        if r1 == 0 goto
        r0 = *(u32 *)(r1 + 0)
        exit
        r0 = 2
        exit""",
    # an output that the assembly does not name is not set by it
    'int f(int *p) { long a, b; asm("%0 = 5" : "=r"(a), "=r"(b)); return a + b; }': """
        r1 = 0
        r2 = 5
        r2 += r1""",
}


@pytest.mark.parametrize("source", CASES, ids=lambda s: s[:40])
def test_code(source: str) -> None:
    result = ebpfcc.compile(text=source, flags=["-O2", "-mcpu=v3", "-S"])
    assert result.ok and result.text is not None
    body = result.text[result.text.index("\nf:") :]
    body = body[: body.index(".Lfunc_end")] if ".Lfunc_end" in body else body
    found = [re.sub(r"goto \S+", "goto", line.strip()) for line in body.splitlines() if re.match(r"\t(?!\.)", line)]
    wanted = [line.strip() for line in CASES[source].strip().splitlines()]
    assert found[: len(wanted)] == wanted

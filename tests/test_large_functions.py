"""Functions of many terms, values and blocks: compiled right, on 512 bytes of stack, in time that grows with their length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import ebpfcc
from ebpfcc.codegen import generate, pressure
from ebpfcc.ir.core import Function
from ebpfcc.ir.verify import verify
from ebpfcc.sim import Simulator

M = (1 << 64) - 1
K = range(2, 202)


def nested(op: str, terms: list[str]) -> str:
    return f"{op}(".join(terms) + ")" * (len(terms) - 1)


def ring(x: int) -> int:
    return x * x + 1 & M


def powers(values: list[int]) -> int:
    total = 0
    for v in values:
        total = total * 3 + v & M
    return total


def chain(x: int) -> int:
    values = [x, x + 1]
    for _ in K:
        values.append(values[-1] * 3 + values[-2] & M)
    return sum(values[2:]) & M


WORDS = [(n * 2654435761) % (1 << 32) for n in range(210)]
VALUES = "".join(f"u64 v{k} = w[{k}]; " for k in K)
SUM = "u64 s = 0; "
MANY: dict[str, tuple[str, Callable[[int], int]]] = {
    "terms that come twice": ("return " + " + ".join(f"x * {2 + k % 97}" for k in K) + ";", lambda x: sum(x * (2 + k % 97) for k in K) & M),
    "exclusive or": ("return " + " ^ ".join(f"(x * {2 + k % 97} >> 3)" for k in K[:-30]) + ";", lambda x: powers_xor([(x * (2 + k % 97) & M) >> 3 for k in K[:-30]])),
    "loads that come twice": ("return " + " + ".join(f"w[{k % 97}] * {k}ul" for k in K) + ";", lambda x: sum(WORDS[k % 97] * k for k in K) & M),
    "from the right": ("return " + nested("+", [f"w[{k}]" for k in K]) + ";", lambda x: sum(WORDS[k] for k in K) & 0xFFFFFFFF),
    "calls from the right": ("return " + nested("+", [f"g(x + {k})" for k in K]) + ";", lambda x: sum(ring(x + k) for k in K) & M),
    "values in order": (VALUES + SUM + "".join(f"s = s * 3 + v{k}; " for k in K) + "return s;", lambda x: powers([WORDS[k] for k in K])),
    "values backwards": (VALUES + SUM + "".join(f"s = s * 3 + v{k}; " for k in reversed(K)) + "return s;", lambda x: powers([WORDS[k] for k in reversed(K)])),
    "values thrice": (
        "".join(f"u64 v{k} = x * {k} + 5; " for k in K) + SUM + "".join(f"s = s * 3 + v{k}; " for k in K) + "return s + " + " + ".join(f"v{k} * v{k}" for k in K) + ";",
        lambda x: powers([x * k + 5 for k in K]) + sum((x * k + 5) ** 2 for k in K) & M,
    ),
    "a recurrence": ("u64 v0 = x, v1 = x + 1; " + "".join(f"u64 v{k} = v{k - 1} * 3 + v{k - 2}; " for k in K) + "return " + " + ".join(f"v{k}" for k in K) + ";", chain),
    "in two blocks": (
        "".join(f"u64 v{k} = x * {k}; " for k in K) + SUM + "if (w[3] & 1) { " + "".join(f"s = s * 3 + v{k}; " for k in K) + "} else { "
        + "".join(f"s = s * 3 + v{k}; " for k in reversed(K)) + "} return s;",
        lambda x: powers([x * k & M for k in (K if WORDS[3] & 1 else reversed(K))]),
    ),
}  # fmt: skip


def powers_xor(values: list[int]) -> int:
    total = 0
    for v in values:
        total ^= v
    return total


def program(body: str) -> str:
    words = ", ".join(f"{n}u" for n in WORDS)
    return f"""typedef unsigned long u64;
unsigned int w[] = {{ {words} }};
static __attribute__((noinline)) u64 g(u64 x) {{ return x * x + 1; }}
u64 f(u64 x) {{ {body} }}
"""


@pytest.mark.parametrize("level", ["-O0", "-O1", "-O2"])
@pytest.mark.parametrize("what", MANY)
def test_many_values_on_a_small_stack(what: str, level: str) -> None:
    body, expected = MANY[what]
    if level == "-O0" and " v2 = " in body:
        level = "-O1"  # each variable has its place at -O0
    result = ebpfcc.compile(text=program(body), name="t.c", flags=[level, "-mcpu=v3"])
    assert result.data is not None, result.diag.text()
    for x in (0, 1, 0x123456789ABCDEF, M):
        assert Simulator(result.data).call("f", x) == expected(x)


def test_what_is_checked_is_not_made_again() -> None:
    """The verifier learns of the value that was compared."""
    checked = "".join(f"u64 v{k} = x & {k | 64}; if (v{k} > 70) return 1; " for k in K)
    result = ebpfcc.compile(text=program(checked + "return " + " + ".join(f"w[v{k}]" for k in K) + ";"), name="t.c", flags=["-O2"])
    assert result.data is None and "above the limit of 512" in result.diag.text()


FORCED = """typedef unsigned long u64; typedef unsigned int u32;
struct s { u32 a, b; u64 c; char d[16]; };
static __attribute__((noinline)) u64 h(struct s *p, u32 n) { p->a += n; return p->c ^ n; }
u64 f(u64 x, u64 y) {
  struct s s = { x, y, x * y, "text" }; u64 r = 0;
  for (u32 i = 0; i < (y & 15); i++) {
    u64 before = s.c; s.d[i & 15] = i; s.c += h(&s, i) + (before * 3 | i);
    r = r * 31 + (s.a + (s.b + (before + (s.d[3] + (s.c ^ x)))));
    asm volatile ("%0 += %1" : "+r"(r) : "r"(s.a));
    if (s.a > 100) { r += s.b; s.a = 0; } else s.b = s.a * 2 + (x >> (i & 63));
    switch (r & 3) { case 0: s.d[1]++; break; case 1: r ^= s.d[1]; case 2: r -= s.c; }
  }
  return r + s.a + s.d[3];
}
"""


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("cpu", ["v1", "v3", "v4"])
def test_the_order_is_right_where_it_is_not_needed(level: str, cpu: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores, calls and assembly stay where they are, and loads on their side of them."""
    flags = [level, f"-mcpu={cpu}"]
    plain = ebpfcc.compile(text=FORCED, name="t.c", flags=flags)
    code_of = generate.code_of

    def ordered(fn: Function, *rest: object) -> object:
        pressure.run(fn)
        verify(fn)
        return code_of(fn, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(generate, "code_of", ordered)
    forced = ebpfcc.compile(text=FORCED, name="t.c", flags=flags)
    assert plain.data is not None and forced.data is not None
    for x, y in ((0, 0), (1, 2), (0xFEDCBA9876543210, 15), (M, 7)):
        assert Simulator(forced.data).call("f", x, y) == Simulator(plain.data).call("f", x, y)


GROWING: dict[str, Callable[[int], str]] = {
    "terms": lambda n: "long f(long x) { return " + " + ".join(f"x * {k}" for k in range(n)) + "; }",
    "terms that come twice": lambda n: "long f(long x) { return " + " + ".join(f"x * {2 + k % (n // 2)}" for k in range(n)) + "; }",
    "conditions": lambda n: "int f(int x, int y) { return " + " || ".join(f"x * {k} == y" for k in range(2, n)) + "; }",
    "choices": lambda n: "int f(int x, int y) { return " + " + ".join(f"(x > {k} ? y * {k} : {k})" for k in range(n)) + "; }",
    "comparisons": lambda n: "int f(int x) { return " + " + ".join(f"(x > {k})" for k in range(n)) + "; }",
    "values at once": lambda n: "int f(int *x, int y) { " + "".join(f"int v{k} = x[{k}] * y; " for k in range(n)) + "int s = 0; "
    + "".join(f"s = s * 3 + v{k}; " for k in range(n)) + "s ^= y; " + "".join(f"s = s * 5 + v{k}; " for k in range(n)) + "return s; }",
    "else if": lambda n: "int f(int x, int y) { int r = 0; " + "else ".join(f"if (x < {k * 3}) r = y + {k * 7}; " for k in range(n)) + "return r; }",
    "returns": lambda n: "int f(int x) { " + "else ".join(f"if (x == {k * 3}) return {k * 7}; " for k in range(n)) + "return 0; }",
    "cases": lambda n: "int f(int x) { int r = 0; switch (x) { " + "".join(f"case {k}: r += x * {k}; " for k in range(n)) + "} return r; }",
    "functions in a chain": lambda n: "static int f0(int x) { return x * 3; } "
    + "".join(f"static int f{k}(int x) {{ return f{k - 1}(x) * 5 + {k}; }} " for k in range(1, 4 * n)) + f"int g(int x) {{ return f{4 * n - 1}(x); }}",
    "stores": lambda n: "void f(int *p, int x) { " + "".join(f"p[{k}] = x + {k}; " for k in range(n)) + "}",
    "a choice in a choice": lambda n: "int f(int x) { return " + "x ? " * n + "x" + " : x" * n + "; }",
    "objects at once": lambda n: "int g(int *); int f(int x) { " + "".join(f"int a{k} = x; g(&a{k}); " for k in range(n)) + "return x; }",
    "objects in turn": lambda n: "int g(int *); int f(int x) { " + "".join(f"{{ int a{k} = x; g(&a{k}); }} " for k in range(n)) + "return x; }",
}  # fmt: skip


@pytest.mark.parametrize("what", GROWING)
def test_time_grows_with_the_length(what: str) -> None:
    """Eight times as much takes eight times as long, and not 64 times; of two tries, for the machine's other work."""
    taken = []
    for n in (250, 2000):
        tries = []
        for _ in range(2):
            began = time.process_time()
            ebpfcc.compile(text=GROWING[what](n), name="t.c", flags=["-O1"])
            tries.append(time.process_time() - began)
        taken.append(min(tries))
    assert taken[1] < 20 * taken[0] + 0.5, taken

"""Random C functions without undefined behaviour, and the long campaign that compares what the engines make of them.

    python tests/generate_c.py --count 20000 --seed 7

Signed overflow wraps (the host compiles with -fwrapv), shift counts are masked, divisors are never 0 nor -1, indices stay inside."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

INTS = (
    ("_Bool", 1), ("signed char", 8), ("unsigned char", 8), ("short", 16), ("unsigned short", 16), ("int", 32), ("unsigned int", 32),
    ("long", 64), ("unsigned long", 64), ("long long", 64), ("unsigned long long", 64),
)  # fmt: skip
WIDE = (("int", 32), ("unsigned int", 32), ("long long", 64), ("unsigned long long", 64))
CONSTANTS = (
    "0", "1", "2", "3", "7", "8", "16", "31", "100", "127", "128", "255", "256", "32767", "32768", "65535", "65536", "2147483647", "4294967295U",
    "-1", "-2", "-128", "-129", "-32769", "(-2147483647 - 1)", "2147483648LL", "4294967296LL", "0x8000000000000000ULL", "9223372036854775807LL",
    "0x123456789abcdefULL", "-4294967297LL", "0xff00ff00U",
)  # fmt: skip
DIVISORS = ("1", "2", "3", "4", "5", "7", "8", "10", "16", "64", "100", "1000", "65536", "-2", "-3", "-8", "-10", "0x7fffffff")
INPUTS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 1 << 63, (1 << 63) - 1, (1 << 64) - 1)
MAX_STACK = 200  # of the objects of one function, in bytes


class Node:
    """Text with holes: `{}` takes the next child. A node of kind "list" joins its children; "expr" may be replaced by an operand."""

    __slots__ = ("kind", "template", "children")

    def __init__(self, kind: str, template: str, children: list[Node] | None = None) -> None:
        self.kind = kind
        self.template = template
        self.children = children if children is not None else []

    def text(self) -> str:
        if self.kind == "list":
            return "\n".join(c.text() for c in self.children)
        parts = self.template.split("{}")
        return parts[0] + "".join(c.text() + p for c, p in zip(self.children, parts[1:], strict=True))


class Generator:
    """One program: static functions and `unsigned long long test<N>(4 x unsigned long long)`."""

    def __init__(self, seed: int, name: str) -> None:
        self.random = random.Random(seed)
        self.name = name
        self.scope: list[tuple[str, str]] = []  # integer lvalues: (expression, "const" or "")
        self.arrays: list[tuple[str, str, int]] = []
        self.records: list[str] = []
        self.functions: list[tuple[str, int]] = []
        self.count = 0
        self.stack = 0
        self.budget = 0
        self.loops = 0

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    # -- expressions ---------------------------------------------------------------------------------------------------
    def expr(self, depth: int) -> Node:
        r = self.random
        if depth <= 0 or self.chance(15):
            return self.leaf()
        kind = r.randrange(17)

        def sub() -> Node:
            return self.expr(depth - 1)

        name, bits = r.choice(WIDE)
        if kind < 4:
            return Node("expr", f"({{}} {r.choice(['+', '-', '*'])} {{}})", [sub(), sub()])
        if kind < 6:
            return Node("expr", f"({{}} {r.choice(['&', '|', '^'])} {{}})", [sub(), sub()])
        if kind == 6:
            count = Node("expr", str(r.randrange(bits))) if self.chance(60) else Node("expr", f"({{}} & {bits - 1})", [sub()])
            return Node("expr", f"(({name}){{}} {r.choice(['<<', '>>'])} {{}})", [sub(), count])
        if kind == 7:
            op = r.choice("/%")
            if self.chance(50):
                return Node("expr", f"(({name}){{}} {op} {r.choice(DIVISORS)})", [sub()])
            if name.startswith("u"):
                return Node("expr", f"(({name}){{}} {op} (({name}){{}} | 1))", [sub(), sub()])
            return Node("expr", f"(({name}){{}} {op} (({name})({{}} & 15) + 1))", [sub(), sub()])
        if kind < 10:
            return Node("expr", f"({{}} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {{}})", [sub(), sub()])
        if kind == 10:
            return Node("expr", f"({{}} {r.choice(['&&', '||'])} {{}})", [sub(), sub()])
        if kind == 11:
            return Node("expr", "({} ? {} : {})", [sub(), sub(), sub()])
        if kind < 14:
            return Node("expr", f"(({r.choice(INTS)[0]}){{}})", [sub()])
        if kind == 14:
            return Node("expr", f"({r.choice(['-', '~', '!'])} {{}})", [sub()])
        if kind == 15:
            return self.builtin(sub)
        if self.functions:
            callee, params = r.choice(self.functions)
            return Node("expr", f"{callee}({', '.join(['{}'] * params)})", [self.expr(min(depth - 1, 1)) for _ in range(params)])
        return sub()

    def builtin(self, sub: Callable[[], Node]) -> Node:
        which = self.random.randrange(6)
        if which < 3:
            return Node("expr", f"__builtin_bswap{(16, 32, 64)[which]}({{}})", [sub()])
        if which == 3:
            return Node("expr", f"__builtin_popcount{self.random.choice(['', 'll'])}({{}})", [sub()])
        if which == 4:
            return Node("expr", "__builtin_clzll({} | 1ULL)", [sub()])
        return Node("expr", "__builtin_ffs({})", [sub()])

    def leaf(self) -> Node:
        r = self.random
        kind = r.randrange(10)
        if kind < 3:
            return Node("expr", r.choice(CONSTANTS))
        if kind < 5 and self.arrays:
            name, _, size = r.choice(self.arrays)
            if self.chance(40):
                return Node("expr", f"{name}[{r.randrange(size)}]")
            return Node("expr", f"{name}[(unsigned){{}} & {size - 1}]", [Node("expr", self.readable())])
        return Node("expr", self.readable())

    def readable(self) -> str:
        """A variable's value. GCC gives a bit-field that is wider than int a type of its own, which clang does not."""
        name = self.random.choice(self.scope)[0]
        return f"((unsigned long long){name})" if name.endswith(".d") else name

    def place(self) -> Node:
        """An lvalue."""
        r = self.random
        if self.arrays and self.chance(35):
            name, _, size = r.choice([a for a in self.arrays if a[1] != "const"] or [("", "const", 0)])
            if name:
                return Node("place", f"{name}[(unsigned){{}} & {size - 1}]", [self.expr(1)])
        writable = [name for name, mode in self.scope if mode != "const"]
        return Node("place", r.choice(writable))

    # -- statements ----------------------------------------------------------------------------------------------------
    def statements(self, depth: int, n: int) -> Node:
        scope, arrays, records = len(self.scope), len(self.arrays), len(self.records)
        out = Node("list", "")
        for _ in range(n):
            if self.budget <= 0:
                break
            self.budget -= 1
            out.children.append(self.statement(depth))
        del self.scope[scope:], self.arrays[arrays:], self.records[records:]
        return out

    def statement(self, depth: int) -> Node:
        r = self.random
        kind = r.randrange(20 if depth > 0 else 8)
        if kind < 3:
            return self.declaration()
        if kind < 6:
            op = r.choice(["=", "=", "=", "+=", "-=", "*=", "&=", "|=", "^="])
            return Node("statement", f"{{}} {op} {{}};", [self.place(), self.expr(3)])
        if kind == 6:
            return Node("statement", r.choice(["{}++;", "--{};", "{} <<= 1;", "{} >>= 3;", "{} /= 3;", "{} %= 10;"]), [self.place()])
        if kind == 7 and self.chance(60):
            return self.special()
        if kind == 7:
            if len(self.records) > 1:
                a, b = r.choice(self.records), r.choice(self.records)
                kind = r.randrange(2)
                return Node("statement", f"{a} = {b};" if kind else f"__builtin_memcpy(&{a}, &{b}, sizeof {a});") if a != b else Node("statement", ";")
            return Node("statement", "{} = {};", [self.place(), self.expr(4)])
        if kind < 12:
            children = [self.expr(3), self.statements(depth - 1, r.randint(1, 3))]
            if self.chance(50):
                return Node(
                    "statement",
                    "if ({}) {{\n{}\n}} else {{\n{}\n}}".replace("{{", "{").replace("}}", "}"),
                    [*children, self.statements(depth - 1, r.randint(1, 3))],
                )
            return Node("statement", "if ({}) {\n{}\n}", children)
        if kind < 16:
            return self.loop(depth)
        if kind < 18:
            return self.switch(depth)
        if kind == 18 and self.loops:
            return Node("statement", f"if ({{}}) {r.choice(['break', 'continue'])};", [self.expr(2)])
        if self.chance(40):
            label = self.fresh("l")
            return Node("statement", f"if ({{}}) goto {label};\n{{\n{{}}\n}}\n{label}:;", [self.expr(2), self.statements(depth - 1, r.randint(1, 3))])
        return Node("statement", "{\n{}\n}", [self.statements(depth - 1, r.randint(1, 4))])

    def special(self) -> Node:
        """Statements of one operation that expressions have not."""
        r = self.random
        if self.chance(40):
            return self.memory()
        kind = r.randrange(7)
        name = self.fresh("w")
        base, _ = r.choice([*WIDE, ("short", 16), ("unsigned char", 8)])
        if kind < 2:
            op = r.choice(["add", "sub", "mul"])
            text = f"{{ {base} {name}; int {name}o = __builtin_{op}_overflow({{}}, {{}}, &{name});\n{{}} = {name} + {name}o; }}"
            return Node("statement", text, [self.expr(2), self.expr(2), self.place()])
        if kind == 2:
            kind64 = r.choice(["long long", "unsigned long long"])
            op = r.choice(["__sync_fetch_and_add(&{0}, {{}});", "__sync_fetch_and_sub(&{0}, {{}});", "__atomic_fetch_add(&{0}, {{}}, __ATOMIC_RELAXED);"])
            text = f"{{ {kind64} {name} = {{}}; {op.format(name)}\n{{}} = {name}; }}"
            return Node("statement", text, [self.expr(2), self.expr(2), self.place()])
        if kind == 3 and self.records:
            record = r.choice(self.records)
            return Node("statement", f"__builtin_memset(&{record}, {r.choice((0, 1, 255, 128))}, sizeof {record});")
        if kind == 4 and self.records:
            return Node("statement", f"{{}} = change(&{r.choice(self.records)}, {{}});", [self.place(), self.expr(2)])
        arrays = [(a, size) for a, mode, size in self.arrays if mode != "const" and size > 2]
        if kind == 5 and arrays:
            (array, size), step = r.choice(arrays), r.choice((1, 2))
            text = f"{{ __typeof__(&{array}[0]) {name} = {array} + ({{}} & {size // 2 - 1});\n*{name} += {{}}; {name} += {step}; {{}} = {name}[-{step}] - {name}[0]; }}"
            return Node("statement", text, [self.expr(1), self.expr(2), self.place()])
        if self.stack >= MAX_STACK:
            return Node("statement", ";")
        self.stack += 16
        if kind == 6:
            text = f"{{ union punned {name}; {name}.q = {{}}; {name}.{r.choice(['w[1]', 'b[3]', 'h[2]'])} = {{}};\n{{}} = {name}.{r.choice(['q', 'w[0]', 'b[3]', 'h[3]', 'h[{} & 3]', 'b[{} & 7]'])}; }}"
            return Node("statement", text, [self.expr(2), self.expr(2), self.place(), *([self.expr(1)] if "& " in text.split("\n")[1] else [])])
        text = f"{{ struct packed {name} = {{ {{}}, {{}}, {{}} }}; {name}.{r.choice('abc')} ^= {{}};\n{{}} = {name}.a + {name}.b * {name}.c; }}"
        return Node("statement", text, [self.expr(2), self.expr(2), self.expr(1), self.expr(1), self.place()])

    def memory(self) -> Node:
        """Statements about what passes may know of memory: see the functions of PRELUDE."""
        r = self.random
        name = self.fresh("m")
        if self.stack >= MAX_STACK:
            return Node("statement", ";")
        self.stack += 16
        choices = (
            # a value that is set on one way only, and read only there
            (
                f"{{ struct maybe {name} = perhaps({{}}, {{}}); {name} = {name}.valid ? {name} : perhaps({{}}, 3);\n{{}} = {name}.valid ? {name}.value : 5; }}",
                "eeep",
            ),
            # an address that a called function keeps
            (
                f"{{ struct node {name}a = {{ 0, {{}} }}, {name}b = {{ 0, {{}} }}; put_before(&{name}a, &{name}b); {name}a.value ^= {{}};\n"
                f"{{}} = {name}b.next->value + {name}b.value; }}",
                "eeep",
            ),
            # two names of one variable
            (
                "first_name[0] = 5; second_name[1] = {}; first_name[2] = second_name[3] = 8; first_name[{} & 3] ^= {}; second_name[{} & 3] += {};\n"
                "{} = first_name[{} & 3];",
                "eeeeepe",
            ),
            # an old value that one copy of a function's body needs and another does not
            (f"{{ long long {name} = {{}}; take(&{name}, {{}}); {{}} = take(&{name}, {{}}) + {name}; }}", "eepe"),
            # members without alignment, read with their sign
            (f"{{ struct odd {name} = {{ {{}}, {{}}, {{}}, {{}} }}; {name}.{r.choice('swq')} -= {{}};\n{{}} = odd_sum(&{name}) + {name}.s; }}", "eeeeep"),
            # small records in registers
            (f"{{ struct pair {name} = {{ {{}}, {{}} }}; {name} = swapped({name});\n{{}} = {name}.a * 3 + first_of((struct single){{ {{}} }}); }}", "eepe"),
            # what the compiler may not look into
            (f'{{ long long {name} = {{}}; asm volatile("" : "+r"({name})); asm volatile("" : : : "memory");\n{{}} = {name} + {{}}; }}', "epe"),
        )
        text, holes = r.choice(choices)
        return Node("statement", text, [self.place() if hole == "p" else self.expr(2) for hole in holes])

    def declaration(self) -> Node:
        r = self.random
        kind = r.randrange(6)
        base, bits = r.choice(INTS)
        if kind == 4 and self.stack < MAX_STACK:
            size = r.choice((2, 4, 8))
            self.stack += size * max(bits, 8) // 8
            name = self.fresh("t")
            values = ", ".join(["{}"] * size)
            node = Node("statement", f"{base} {name}[{size}] = {{ {values} }};".replace("{ {}", "{ {}"), [self.expr(1) for _ in range(size)])
            self.arrays.append((name, "", size))
            return node
        if kind == 5 and self.stack < MAX_STACK:
            self.stack += 24
            name = self.fresh("s")
            fields = record_fields()
            node = Node("statement", f"struct record {name} = {{ {', '.join(['{}'] * len(fields))} }};", [self.expr(1) for _ in fields])
            self.records.append(name)
            self.scope += [(f"{name}.{f}", "") for f in fields]
            return node
        name = self.fresh("v")
        volatile = "volatile " if self.chance(4) and self.stack < MAX_STACK else ""
        self.stack += 8 if volatile else 0
        node = Node("statement", f"{volatile}{base} {name} = {{}};", [self.expr(3)])
        self.scope.append((name, ""))
        return node

    def loop(self, depth: int) -> Node:
        r = self.random
        i = self.fresh("i")
        kind, _ = r.choice(INTS[1:])
        bound = str(r.randrange(1, 9)) if self.chance(60) else "({} & 7)"
        self.scope.append((i, "const"))
        self.loops += 1
        inner = [self.statements(depth - 1, r.randint(1, 3))]
        self.loops -= 1
        self.scope.remove((i, "const"))
        limit = [self.expr(2)] if "{}" in bound else []
        step = r.choice(("1", "1", "2", "3"))
        pragma = r.choice(["", "", "", "#pragma unroll\n", "#pragma nounroll\n"])
        form = r.randrange(4)
        n = self.fresh("n")
        if form == 0:
            return Node("statement", f"{{ int {n} = {bound};\n{pragma}for ({kind} {i} = 0; {i} < {n}; {i} += {step}) {{\n{{}}\n}} }}", [*limit, *inner])
        if form == 1:
            start = r.randrange(1, 9)
            return Node("statement", f"{pragma}for (int {i} = {start}; {i} > 0; {i}--) {{\n{{}}\n}}", inner)
        if form == 2:
            return Node("statement", f"{{ int {i} = {bound};\nwhile ({i}-- > 0) {{\n{{}}\n}} }}", [*limit, *inner])
        return Node("statement", f"{{ unsigned {i} = 0;\ndo {{\n{{}}\n}} while (++{i} < {r.randrange(1, 7)}); }}", inner)

    def switch(self, depth: int) -> Node:
        r = self.random
        kinds, children = [], [self.expr(2)]
        loops, self.loops = self.loops, 0
        mask = r.choice((3, 7, 15))
        labels = r.sample(range(mask + 1), r.randint(1, min(6, mask + 1)))
        for label in labels:
            span = f"case {label}:" if self.chance(85) or label + 2 in labels or label + 1 in labels else f"case {label} ... {label + 1}:"
            kinds.append(f"{span} {{\n{{}}\n}}{' break;' if self.chance(75) else ''}")
            children.append(self.statements(depth - 1, r.randint(1, 2)))
        if self.chance(60):
            at = r.randrange(len(kinds) + 1)
            kinds.insert(at, "default: {\n{}\n} break;")
            children.insert(at + 1, self.statements(depth - 1, 1))
        self.loops = loops
        kind = r.choice(("int", "unsigned", "long long", "unsigned char"))
        return Node("statement", f"switch (({kind}){{}} & {mask}) {{\n" + "\n".join(kinds) + "\n}", children)

    # -- functions -----------------------------------------------------------------------------------------------------
    def function(self, name: str, params: list[str], ret: str, head: str, budget: int) -> Node:
        r = self.random
        self.scope = [(f"p{n}", "") for n in range(len(params))]
        self.arrays = [("table", "const", 8)]
        self.records = []
        self.stack = 0
        self.budget = budget
        declared = Node("list", "", [self.declaration() for _ in range(r.randint(1, 4))])
        scope, arrays, records = list(self.scope), list(self.arrays), list(self.records)
        rest = self.statements(3, budget)
        self.scope, self.arrays, self.records = scope, arrays, records
        sums = Node("list", "")
        for v, _ in scope:
            sums.children.append(Node("statement", f"h = h * 31 + (unsigned long long){v};"))
        for a, mode, size in arrays:
            if mode != "const":
                sums.children += [Node("statement", f"h = h * 31 + (unsigned long long){a}[{n}];") for n in range(size)]
        signature = ", ".join(f"{t} p{n}" for n, t in enumerate(params))
        text = f"{head} {ret} {name}({signature}) {{\nunsigned long long h = 0;\n{{}}\n{{}}\n{{}}\nreturn ({ret})h;\n}}"
        return Node("function", text, [declared, rest, sums])

    def program(self) -> Node:
        r = self.random
        out = Node("list", "")
        for _ in range(r.randint(0, 3)):
            name = f"{self.name}_{self.fresh('f')}"
            params = [r.choice(INTS)[0] for _ in range(r.randint(1, 4))]
            head = r.choice(["static", "static inline", "static __attribute__((noinline))", "static __attribute__((always_inline)) inline"])
            out.children.append(self.function(name, params, r.choice(INTS)[0], head, r.randint(1, 6)))
            self.functions.append((name, len(params)))
        out.children.append(self.function(self.name, ["unsigned long long"] * 4, "unsigned long long", "", r.randint(3, 14)))
        return out


def record_fields() -> list[str]:
    return ["a", "b", "c", "d", "e", "g", "i"]


PRELUDE = """\
struct record { signed char a; unsigned b : 5; int c : 11; unsigned long long d : 37; short e; int g; long long i : 20; };
union punned { unsigned long long q; unsigned w[2]; unsigned char b[8]; short h[4]; };
struct packed { unsigned char a; int b; unsigned short c; } __attribute__((packed));
static __attribute__((noinline)) int change(struct record *r, int by) { r->g += by; r->b -= by; return r->c + r->a; }
struct maybe { unsigned long long valid, value; };
static inline struct maybe perhaps(unsigned long long a, int b) { struct maybe m; m.valid = a & 1; if (a & 1) m.value = a ^ b; return m; }
struct node { struct node *next; long long value; };
static __attribute__((noinline)) int put_before(struct node *n, struct node *head) { head->next = n; return 1; }
static int first_name[4] = { 5, -6, 7, -8 };
extern int second_name[4] __attribute__((alias("first_name")));
static inline long long take(long long *p, long long by) { return __sync_fetch_and_add(p, by); }
struct odd { signed char c; short s; int w; long long q; } __attribute__((packed));
static __attribute__((noinline)) long long odd_sum(struct odd *p) { return p->c + (unsigned)p->s + p->w + p->q; }
struct pair { short a; unsigned short b; }; struct single { int v; };
static __attribute__((noinline)) struct pair swapped(struct pair p) { struct pair q = { p.b, p.a }; return q; }
static int first_of(struct single s) { return s.v; }
static const int table[8] = { 3, -1, 400, -70000, 2147483647, 6, -8, 9 };
"""


def generate(seed: int, name: str) -> Node:
    return Generator(seed, name).program()


def inputs(seed: int, count: int) -> list[tuple[int, int, int, int]]:
    """Arguments for one function."""
    r = random.Random(seed ^ 0x5EED)

    def value() -> int:
        return r.choice(INPUTS) if r.randrange(3) else r.getrandbits(64)

    return [(value(), value(), value(), value()) for _ in range(count)]


# -- reduction ---------------------------------------------------------------------------------------------------------
def candidates(node: Node) -> Iterator[Callable[[], Callable[[], None]]]:
    """Changes that make the program smaller: each call applies one and returns what takes it back."""
    if node.kind == "list":
        for n in range(len(node.children) - 1, -1, -1):
            yield lambda n=n: remove(node, n)  # type: ignore[misc]
    for n, child in enumerate(node.children):
        if child.kind == "expr":
            for simple in (Node("expr", "0"), Node("expr", "1"), *(c for c in child.children if c.kind == "expr")):
                if simple.template != child.template:
                    yield lambda n=n, simple=simple: put(node, n, simple)  # type: ignore[misc]
        elif child.kind == "statement":
            for inner in child.children:
                if inner.kind == "list":
                    yield lambda n=n, inner=inner: put(node, n, inner)  # type: ignore[misc]
    for child in list(node.children):
        yield from candidates(child)


def remove(node: Node, n: int) -> Callable[[], None]:
    if n >= len(node.children):
        return lambda: None
    child = node.children.pop(n)
    return lambda: node.children.insert(n, child)


def put(node: Node, n: int, new: Node) -> Callable[[], None]:
    if n >= len(node.children):
        return lambda: None
    old, node.children[n] = node.children[n], new

    def back() -> None:
        node.children[n] = old

    return back


def reduce(program: Node, is_bad: Callable[[str], bool], seconds: float = 120) -> str:
    """The smallest program found that is still bad."""
    end = time.monotonic() + seconds
    size = len(program.text())
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for apply in list(candidates(program)):
            back = apply()
            text = program.text()
            if len(text) < size and is_bad(text):
                size = len(text)
                changed = True
            else:
                back()
            if time.monotonic() > end:
                break
    return program.text()


def main() -> int:
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]
    import engines

    parser = argparse.ArgumentParser(description="Compares the engines on random C functions; 1 if two of them differ.")
    parser.add_argument("--count", type=int, default=1000, help="functions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=50, help="functions of one source")
    parser.add_argument("--no-reduce", action="store_true")
    arguments = parser.parse_args()
    done = 0
    started = time.monotonic()
    while done < arguments.count:
        seeds = [arguments.seed + done + n for n in range(min(arguments.batch, arguments.count - done))]
        bad = engines.compare(seeds)
        done += len(seeds)
        print(f"{done} functions, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        if bad:
            for seed, message in bad:
                print(f"seed {seed}: {message}")
            if not arguments.no_reduce:
                seed, message = bad[0]
                print(reduce(generate(seed, f"test{seed}"), lambda text: engines.kind_of_failure(seed, text) == message.split(":")[0]))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

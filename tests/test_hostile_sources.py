"""Sources made to break a compiler: each is compiled, or refused at its place, in bounded time and memory."""

from __future__ import annotations

import random
import time

import pytest

import ebpfcc
from ebpfcc.c import atomics, bits, builtins, generic_builtins, library, overflow
from ebpfcc.obj.read_btf import Btf
from ebpfcc.obj.read_elf import read_elf
from ebpfcc.obj.read_ext import Object
from ebpfcc.sim import Simulator
from ebpfcc.source.files import SPLICE, TRIGRAPH, TRIGRAPHS, File


def ok(text: str | bytes, *flags: str) -> bytes:
    result = ebpfcc.compile(text=text, name="t.c", flags=["-O2", "-g", *flags])
    assert result.data is not None, result.diag.text()
    return result.data


def refused(text: str, *flags: str) -> str:
    """The first message; each has a place."""
    result = ebpfcc.compile(text=text, name="t.c", flags=["-O2", "-g", *flags])
    assert result.data is None and not result.ok
    assert all(d.line > 0 for d in result.diagnostics)
    return str(next(d for d in result.diagnostics if d.severity != "warning").message)


# -- constants and declarations ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", ["1e400", "0x1p99999", "-1e400", "1e999999999999", "0x1p-99999", "1e-400", "1e30", "(float)1e30", "1e400 - 1e400"])
def test_floating_constants_beyond_all_bounds(number: str) -> None:
    ok(f"int x = {number}; unsigned char y = {number}; _Bool z = {number}; long f(void) {{ return {number}; }}")


def test_a_typedef_has_no_body() -> None:
    assert refused("typedef int f(int a) { return 0; }\n") == "function definition declared 'typedef'"


def test_pack_of_any_spelling() -> None:
    """Numbers of any base, macros, labels, inside a function as outside (clang 19 has each of these)."""
    ok("""
#define N 1
#define SIZE(n) _Static_assert(sizeof(struct { char a; int b; }) == n, "")
#pragma pack(0x1)
SIZE(5);
#pragma pack(2u)
SIZE(6);
#pragma pack(push, N)
SIZE(5);
#pragma pack(push, outer, 02)
#pragma pack(push, inner)
#pragma pack(push, 1)
SIZE(5);
#pragma pack(pop, outer)
SIZE(5);
#pragma pack(pop, 2)
SIZE(6);
#pragma pack()
SIZE(8);
int f(void) {
#pragma pack(1)
  struct s { char a; int b; };
  _Static_assert(sizeof(struct s) == 5, "");
  return ({
#pragma pack(2)
  sizeof(struct { char a; int b; }); });
}
SIZE(6);
""")
    ok('#pragma pack(2)\n#pragma pack()\n_Static_assert(sizeof(struct { char a; int b; }) == 5, "");', "-fpack-struct=1")


def test_sections_whose_names_end_in_digits_that_are_none() -> None:
    ok('const int x __attribute__((section(".rodata.str\u00b2"))) = 1; const int y __attribute__((section(".rodata.str\u0663.1"))) = 1;')


@pytest.mark.parametrize("epoch", ["\u00b2", "-1", "1x", "253402300800", "9" * 5000])
def test_times_that_are_none(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert refused("const char *s = __DATE__;").startswith("environment variable 'SOURCE_DATE_EPOCH'")


@pytest.mark.parametrize("line", [4194303, 4194304, 2147483647])
def test_line_numbers_that_btf_cannot_hold(line: int) -> None:
    """Line information has 22 bits for a line: those beyond have none."""
    obj = Object(ok(f'#line {line}\n__attribute__((section("xdp"))) int f(int x) {{ return x; }}\n'))
    (found,) = {info.line for _, lines in obj.lines.values() for info in lines}
    assert found == (line if line < 1 << 22 else 0)


@pytest.mark.parametrize("member", ["int a[]", "int *a[]"])
def test_flexible_arrays_have_the_bound_of_all_data(member: str) -> None:
    result = ebpfcc.compile(text=f"int o; struct {{ int n; {member}; }} p = {{1, {{[99999999] = 0}}}};", name="t.c")
    assert result.data is None and any("initialized object is too large" in d.message for d in result.diagnostics)


def test_map_sizes_of_32_bits() -> None:
    data = ok('struct { int (*type)[1]; int (*max_entries)[0xffffffff]; int (*big)[4294967295]; } m __attribute__((section(".maps")));')
    section = read_elf(data).section(".BTF")
    assert section is not None
    btf = Btf(section.data, False)
    ((_, number, _, _),) = btf.variables(".maps")
    assert btf.map_definition(number).numbers["max_entries"] == 0xFFFFFFFF
    assert (
        "too large" in refused("int a[0x100000000];")
        and "too large" in refused("long a[0xffffffff];")
        and "too large" in refused("int (*a)[0x7fffffffffffffff];")
    )


@pytest.mark.parametrize(
    "text",
    [
        "char a[0x1fffffff] = { 1 };", "char a[40000000] = { 1 }; char b[40000000] = { 2 };", "int a __attribute__((aligned(1 << 27))) = 1;",
        "char *p = (char[0x1fffffff]){ 1 };", "void g(char *); void f(void) { char a[0x1fffffff] = { 1 }; g(a); }", "int a __attribute__((aligned(1ul << 40)));",
        "struct s { char c[0x1ffffff0]; }; void f(struct s *a, struct s *b) { *a = *b; }", "void f(char *p) { __builtin_memset(p, 0, 0xfffffff0); }",
        "struct s { int } a; }; void f(struct s *p) { (*p)++; }", "struct s; void f(struct s *p) { *p += 1; }", "struct s; int g(struct s); int f(struct s *p) { return g(*p); }",
        "struct s; void f(struct s *p, struct s *q) { *p = *q; }", "int p(const char *, ...) __attribute__((format(int, 1, 2)));  int x = ;",
    ],
)  # fmt: skip
def test_refused_at_its_place(text: str) -> None:
    began = time.process_time()
    assert refused(text)
    assert time.process_time() - began < 5


def test_addresses_far_from_their_symbol() -> None:
    data = ok("static char a[4]; extern char b[]; char *f(void) { return a + 0x123456789; } long g(void) { return (f() - a) + (a[1] = 2); }")
    assert Simulator(data).call("g") == 0x123456789 + 2


@pytest.mark.parametrize("what", ["int a{};", "// {}\nint a = b;", '#include "a{}"', "#error {}", 'char a[] = "{}";', 'asm("{}");', '#line 1 "{}"\nint a = b;'])
@pytest.mark.parametrize("half", ["\ud800", "\udfff", "\udc80", "\0"])
def test_halves_of_surrogate_pairs(what: str, half: str) -> None:
    """A caller's text may hold them, a file's cannot: they are bytes of no character."""
    result = ebpfcc.compile(text=what.format(half * 3), name="t.c", flags=["-g"])
    assert result.ok or all(d.line > 0 for d in result.diagnostics)
    assert result.diag.text().encode("utf-8").isascii()


def test_characters_that_no_argument_has() -> None:
    for flags in (["-DX=\ud800"], ["-I\0"], ["-include", "a\0.h"]):
        with pytest.raises(ebpfcc.UsageError, match="null character|no character"):
            ebpfcc.compile(text="int a;", flags=flags)


# -- lines ---------------------------------------------------------------------------------------------------------------------
def test_splices_behind_trigraphs() -> None:
    assert ok("int a = 1 ??/\n+ 1;\n??=define A 5\nint b = A;\n", "-std=c17")
    assert "expected expression" in refused("int a = 1 ??/\n+ ;\n") and refused("int a = 1 ??/\n+ ;\n", "-std=c17")


def test_places_behind_trigraphs_and_splices() -> None:
    """Every character of the text has its place in the file."""
    chance = random.Random(1)
    for _ in range(2000):
        text = "".join(chance.choice(["??/\n", "\\\n", "??=", "a", "b", "\n", "??/", "\\ \n", "\\"]) for _ in range(chance.randrange(12)))
        file = File("t.c", text.encode(), True)
        once, i = [], 0
        while i < len(text):
            m = TRIGRAPH.match(text, i)
            once.append((TRIGRAPHS[m[1]] if m else text[i], i))
            i = m.end() if m else i + 1
        joined, twice, i = "".join(c for c, _ in once), [], 0
        while i < len(joined):
            m = SPLICE.match(joined, i)
            if m:
                i = m.end()
            else:
                twice.append(once[i])
                i += 1
        assert file.text == "".join(c for c, _ in twice)
        assert [file.original_offset(n) for n in range(len(twice))] == [place for _, place in twice], text


def test_many_trigraphs_and_splices() -> None:
    began = time.process_time()
    File("t.c", b"??/\n" * 200_000, True)
    assert time.process_time() - began < 5


# -- size and depth -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("depth", [1000, 100_000])
def test_parentheses_in_conditions(depth: int) -> None:
    text = "#if " + "(" * depth + "1" + ")" * depth + "\nint x;\n#endif\n"
    if depth > 1000 or not ebpfcc.compile(text=text).ok:
        assert "nested too deeply" in refused(text)


@pytest.mark.parametrize("term", ["x", "2 * x", "1"])
def test_thirty_thousand_terms(term: str) -> None:
    result = ebpfcc.compile(text=f"long f(long x) {{ return {' + '.join([term] * 30_000)}; }}", flags=["-O2"])
    if result.ok:
        assert result.data is not None and Simulator(result.data).call("f", 3) == 30_000 * {"x": 3, "2 * x": 6, "1": 1}[term]
    else:
        assert [(d.message, d.line) for d in result.diagnostics] == [("the source is nested too deeply", 1)]


@pytest.mark.parametrize(
    "row", ["int f{0}(void) {{ return gone{0}; }}\n", "int x{0} = ;\n", "int f{0}(void) {{ return + ; }}\n", "#error x\n", "}}\n", "gone{0} x{0};\n", "int f{0}(void) {{ gone{0}(); }}\n"]
)  # fmt: skip
def test_ten_thousand_errors(row: str) -> None:
    """In linear time: ten times as many cost about ten times as much."""
    took = []
    for count in (1000, 10_000):
        began = time.process_time()
        result = ebpfcc.compile(text="".join(row.format(n) for n in range(count)), flags=["-ferror-limit=0"])
        took.append(time.process_time() - began)
        assert result.diag.errors == count
    assert took[1] < 25 * took[0] + 1


def test_many_warnings_on_one_line() -> None:
    began = time.process_time()
    ok("int f(int x) { return " + ", ".join(["x"] * 3000) + "; }\n", "-Wall")
    assert time.process_time() - began < 10


def test_dominators_of_many_ways_to_one_block() -> None:
    """As `a || b || ...` makes them: eight times as many must not cost sixty-four times as much."""
    from ebpfcc.ir import cfg
    from ebpfcc.ir.parse import parse

    took = []
    for count in (500, 4000):
        rows = "".join(f"b{n}:\n  br %x, out, b{n + 1}\n" for n in range(count))
        module = parse(f"func @f -> i32 {{\nentry(%x: i32):\n  jmp b0\n{rows}b{count}:\n  jmp out\nout:\n  ret %x\n}}\n")
        fn = module.functions["f"]
        cfg.compute_preds(fn)
        began = time.process_time()
        idom = cfg.dominators(fn)
        took.append(time.process_time() - began)
        out = next(b for b in fn.blocks if b.name == "out")
        assert idom[out].name == "b0"
    assert took[1] < 24 * took[0] + 0.2


def test_elements_that_are_no_records_are_not_relocated() -> None:
    ok("""int f(int *p, double *d, void **v) { return __builtin_preserve_access_index(p[1]) + (long)__builtin_preserve_access_index(&d[1])
        + !__builtin_preserve_access_index(v[2]); }""")


# -- builtins ---------------------------------------------------------------------------------------------------------------
OPERANDS = """struct S { int a; int b : 3; } s; struct T *q; struct S *p; double d; void v(void); union U { int a; } u; __int128 wide;
int n, a[4]; void *vp; struct T; enum E { A } e;
"""
KINDS = ("1", ".5f", "v()", '"str"', "int", "struct S", "q", "v", "&d", "s", "s.b", "&s", "&n", "vp", "A", "wide", "&wide", "a", "(void)0", "({ })")


@pytest.mark.parametrize("flags", [["-O2", "-g"], ["-O0", "-mcpu=v4"]])
def test_builtins_with_operands_of_any_number_and_kind(flags: list[str]) -> None:
    """Each is compiled or refused. 0 to 5 operands of one kind, and others whose kinds differ."""
    names = sorted({name for module in (atomics, bits, builtins, generic_builtins, library, overflow) for name in module.TABLE})
    chance = random.Random(1)
    for name in names:
        if not name.isidentifier():
            continue
        lists = [", ".join([kind] * count) for count in range(6) for kind in (KINDS if count in (1, 3) else KINDS[:1])]
        lists += [", ".join(chance.choice(KINDS) for _ in range(count)) for count in (2, 2, 2, 3, 3, 3, 4, 4, 6)]
        calls = "\n".join(f"void f{i}(void) {{ {name}({operands}); }}" for i, operands in enumerate(lists))
        result = ebpfcc.compile(text=OPERANDS + calls, name="t.c", flags=[*flags, "-ferror-limit=0"])
        assert all(d.line > 0 for d in result.diagnostics), name

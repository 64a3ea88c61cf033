"""Random C: IR as lowered, optimised IR at several levels and the host's compiler give the same results, and code is generated.

The long campaign is `python tests/generate_c.py --count 20000 --seed N`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engines
import generate_c

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def test_a_batch_agrees() -> None:
    assert engines.compare(list(range(1_000_000, 1_000_030))) == []


def test_a_big_endian_batch_agrees() -> None:
    assert engines.compare_big_endian(list(range(2_000_000, 2_000_030))) == []


@settings(max_examples=4, deadline=None, suppress_health_check=SLOW, derandomize=True)
@given(st.lists(st.integers(0, 2**31), min_size=3, max_size=6, unique=True))
def test_any_program_agrees(seeds: list[int]) -> None:
    assert engines.compare(seeds) == []


def test_a_wrong_engine_is_found_and_the_program_reduced() -> None:
    def wrong(source: str) -> engines.Runner:
        run = engines.REFERENCE[1](source)
        return lambda name, args: run(name, args) ^ ("switch" in source)

    def differs(text: str) -> bool:
        return bool(engines.compare_texts({seed: text}, [("wrong", wrong)]))

    seed = next(n for n in range(100) if "switch" in generate_c.generate(n, f"test{n}").text())
    assert differs(generate_c.generate(seed, f"test{seed}").text())
    small = generate_c.reduce(generate_c.generate(seed, f"test{seed}"), differs, seconds=3)
    assert differs(small)
    assert len(small) < len(generate_c.generate(seed, f"test{seed}").text())


def test_programs_are_the_same_each_time() -> None:
    assert generate_c.generate(5, "test5").text() == generate_c.generate(5, "test5").text()


# Programs that were compiled wrong, reduced. Each defines test1.
FOUND = {
    "blocks of an expression that was only asked for its type": """
        unsigned long long test1(unsigned long long p0, unsigned long long p1, unsigned long long p2, unsigned long long p3) {
            unsigned long long v = (p3 ? 0 : (((int)p3) ^ (0 || 1)));
            return v; }""",
    "an instruction next to the one that a range makes needless": """
        unsigned long long test1(unsigned long long p0, unsigned long long p1, unsigned long long p2, unsigned long long p3) {
            signed char v = (unsigned long long)0 % (p1 | 1);
            struct record s = { 0, 0, 0, 0, 0, table[(unsigned)v & 7], 0 };
            return v + s.g; }""",
    "a loop that nothing enters reads a variable": """
        unsigned long long test1(unsigned long long p0, unsigned long long p1, unsigned long long p2, unsigned long long p3) {
            for (int i = 0; i < 3; i++) { break; while (p0) p1 += p0; }
            return p1; }""",
    "an address whose object was promoted": """
        static signed char f(int p0, long long p1, short p2) { unsigned long t[2] = { 0, 5 }; return t[(unsigned)p2 & 1]; }
        unsigned long long test1(unsigned long long p0, unsigned long long p1, unsigned long long p2, unsigned long long p3) { return f(0, 0, 3); }""",
}


@pytest.mark.parametrize("name", FOUND)
def test_found_before(name: str) -> None:
    assert engines.compare_texts({1: FOUND[name]}) == []


WIDTHS = ("signed char", "unsigned short", "int", "unsigned int", "long long", "unsigned long long")
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0xFFFFFFFF80000000, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)


@pytest.mark.skipif(not engines.HAS_CC, reason="no compiler of the host")
@pytest.mark.parametrize("op", ["add", "sub", "mul"])
def test_overflow_builtins_on_all_types(op: str) -> None:
    """Against the host's compiler: both operand types, the result type, and constants."""
    operands = [f"({a})x" for a in WIDTHS[2:]] + ["1", "-1", "4294967295u", "18446744073709551615ull"]
    names, source = [], ""
    for a in operands:
        for b in WIDTHS[2:]:
            for t in WIDTHS:
                names.append(f"o{len(names)}")
                body = f"{t} r; int o = __builtin_{op}_overflow({a}, ({b})y, &r); return (unsigned long long)r * 2 + o;"
                source += f"unsigned long long {names[-1]}(unsigned long long x, unsigned long long y) {{ {body} }}\n"
    ours, host = engines.REFERENCE[1](source), engines.native(source)
    for name in names:
        for x in EDGES:
            for y in EDGES[:: 1 if x > 0xFFFF else 3]:
                assert ours(name, (x, y)) == host(name, (x, y)), (source.split("\n")[int(name[1:])], x, y)


def test_v4_extends_a_signed_load_to_all_64_bits() -> None:
    options = engines.options("2", 4)
    options.action = "assembly"
    source = "static const int t[8] = { 3, -1, 400 };\nlong f(unsigned long i) { return t[i & 7]; }\n"
    text = engines.driver.compile_source(("t.c", source), options).text
    assert text is not None
    assert "(s32 *)" in text

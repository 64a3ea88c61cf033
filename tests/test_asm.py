"""Inline assembly: operands in the source's numbering, directives, what is refused."""

from __future__ import annotations

import ebpfcc


def assembly(text: str) -> list[str]:
    """The instructions of f, as -S has them."""
    result = ebpfcc.compile(text=text, flags=["-O2", "-S"])
    assert result.ok and result.text is not None, [d.message for d in result.diagnostics]
    body = result.text[result.text.index("\nf:") :].split("\n")
    return [line.strip() for line in body[2:] if line.startswith("\t") and not line.strip().startswith((".", "#"))]


def message(text: str) -> str:
    result = ebpfcc.compile(text=text, flags=["-O2"])
    assert not result.ok and result.diagnostics[0].line > 0
    return str(result.diagnostics[0].message)


def test_an_operand_that_is_read_and_written_has_one_number() -> None:
    assert "r0 -= r2" in assembly('long f(long a, long b) { asm("%0 -= %1" : "+r"(a) : "r"(b)); return a; }')


def test_memory_operands_are_numbered_where_they_stand() -> None:
    code = assembly('long f(long a, long b) { long x; asm("*(u64 *)%0 = %2; %1 = %3" : "=m"(x), "=r"(a) : "r"(b), "r"(b)); return x + a; }')
    assert any(line.startswith("*(u64 *)(r10 - 8) = r2") for line in code)


def test_matching_constraints_count_the_source_s_operands() -> None:
    code = assembly('long f(long a) { long x, y; asm("%1 += 1; *(u64 *)%0 = %1" : "=m"(x), "=r"(y) : "1"(a)); return y; }')
    assert "r0 += 1" in code


def test_a_narrow_operand_is_the_whole_register() -> None:
    code = assembly('int f(long a) { asm volatile goto("if %0 == 1 goto %l1" :: "r"((short)a) :: out); return 1; out: return 2; }')
    assert not any("<<=" in line for line in code)


def test_conditions_and_repetitions() -> None:
    assert assembly('long f(void) { asm volatile(".ifc r1, r2; r1 = 1; .else; r1 = 2; .endif; .rept 2; r1 += 1; .endr" ::: "r1"); return 0; }')[:3] == [
        "r1 = 2",
        "r1 += 1",
        "r1 += 1",
    ]


def test_what_is_refused() -> None:
    assert message('void f(void) { asm volatile(".if 1; r0 = 0"); }').startswith("'.endif' is missing")
    assert message('void f(void) { asm volatile(".endr"); }').startswith("'.endr' without '.rept'")
    assert message('void f(long a) { asm volatile("%0 += 1" :: "7"(a)); }') == "invalid input constraint '7' in asm"

"""Inline assembly: operands in the source's numbering, directives, what is refused."""

from __future__ import annotations

import io
import struct

import pytest
from elftools.elf.elffile import ELFFile

import ebpfcc
from ebpfcc.sim import Simulator


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


FILE_SCOPE = r"""
asm(".globl seven\n.type seven,@function\nseven: r0 = 7; exit\n.size seven, .-seven\n local: r0 = 3; exit");
asm(".set K, 21\n.data\n.globl table\ntable: .quad seven+8, 5\n.long 1, K*2\n.asciz \"a;b#\"\n.p2align 3\n.pushsection .note.x,\"a\"\n.ascii \"n\\101\"\n"
    ".popsection\nlast: .8byte last - table");
int seven(void);
extern long table[];
long f(void) { return seven() + table[1]; }
long calls(void);
asm(".text; .globl calls; calls: call seven; call local; r1 = table ll; r1 = *(u64 *)(r1 + 8); r0 += r1; exit");
long g(void) { return calls(); }
"""


@pytest.mark.parametrize("big_endian", [False, True])
def test_file_scope_assembly(big_endian: bool) -> None:
    result = ebpfcc.compile(text=FILE_SCOPE, flags=["-O2", "--target=bpfeb" if big_endian else "--target=bpfel"])
    assert result.ok and result.data is not None, result.diag.text()
    elf = ELFFile(io.BytesIO(result.data))
    symbols = {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}
    assert (symbols["seven"]["st_value"], symbols["seven"]["st_size"], symbols["seven"]["st_info"]["type"]) == (0, 16, "STT_FUNC")
    assert [symbols[name]["st_info"]["bind"] for name in ("local", "last", "table", "calls")] == ["STB_LOCAL"] * 2 + ["STB_GLOBAL"] * 2
    data, order = elf.get_section_by_name(".data").data(), ">" if big_endian else "<"
    assert struct.unpack(order + "QQII8sQ", data) == (8, 5, 1, 42, b"a;b#\0\0\0\0", 32)
    assert elf.get_section_by_name(".note.x").data() == b"nA"
    relocations = [(r["r_offset"], r["r_info_type"]) for r in elf.get_section_by_name(".rel.data").iter_relocations()]
    assert relocations == [(0, 2)]
    simulator = Simulator(result.data)
    assert simulator.call("f") == 12 and simulator.call("g") == 8


def test_assembly_of_the_file_stands_in_its_text() -> None:
    text = ebpfcc.compile(text='asm(".globl x\\nx: .long 1");\nint f(void) { return 0; }\n', flags=["-S"]).text
    assert text is not None and ".globl x\nx: .long 1\n" in text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('asm("bogus thing");', "invalid instruction: 'bogus thing'"),
        ('asm("a: r0 = 1");\nasm("a: exit");', "symbol 'a' is already defined: 'a: exit'"),
        ('asm(".foo 1");', "unknown directive: '.foo 1'"),
        ('asm(".popsection");', "'.popsection' without '.pushsection': '.popsection'"),
        ('asm("goto nowhere");', "undefined symbol: 'nowhere'"),
        ('asm("r11 = 1");', "invalid register: 'r11'"),
        ('asm(".byte 1; .text; r0 = 1; .byte 2");', "assembly is not a whole number of instructions: '.text'"),
        ('void f(void) { asm volatile("a: r0 = 1; a: r0 = 2"); }', "symbol 'a' is already defined: 'a: r0 = 2'"),
        ('void f(void) { asm volatile("1: r0 = 1; 1: r0 = 2; .fill 3"); }', "unknown directive: '.fill 3'"),
        ('void f(void) { asm volatile(".pushsection .x; .byte 1; .popsection"); }', "sections cannot be changed in a function's assembly: '.pushsection .x'"),
    ],
)
def test_bad_assembly(source: str, text: str) -> None:
    assert message(source) == text

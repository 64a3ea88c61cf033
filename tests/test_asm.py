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
        ('asm("a: r0 = 1");\nasm("a: exit");', "symbol 'a' is already defined: 'a:'"),
        ('asm(".foo 1");', "unknown directive: '.foo 1'"),
        ('asm(".popsection");', "'.popsection' without '.pushsection': '.popsection'"),
        ('asm("goto nowhere");', "undefined symbol: 'nowhere'"),
        ('asm("r11 = 1");', "invalid register: 'r11'"),
        ('asm(".byte 1; .text; r0 = 1; .byte 2");', "assembly is not a whole number of instructions: '.text'"),
        ('void f(void) { asm volatile("a: r0 = 1; a: r0 = 2"); }', "symbol 'a' is already defined: 'a:'"),
        ('void f(void) { asm volatile("1: r0 = 1; 1: r0 = 2; .fill 3"); }', "unknown directive: '.fill 3'"),
        ('void f(void) { asm volatile(".section .x; .byte 1; .text"); }', "sections cannot be changed in a function's assembly: '.section .x'"),
    ],
)
def test_bad_assembly(source: str, text: str) -> None:
    assert message(source) == text


JUMP_TABLE = r"""
__attribute__((naked, section("socket"))) long pick(void)
{
	asm volatile(".pushsection .jumptables,\"\",@progbits; jt_%=:; .quad one_%= - pick; .quad two_%= - pick; .size jt_%=, 16;"
		".global jt_%=; .type jt_%=,@object; .popsection;"
		"r0 = jt_%= ll; r0 = 1; exit; one_%=: r0 = 2; exit; two_%=: r0 = 3; exit" ::: "all");
}
long plain(long a)
{
	asm volatile("1: %0 += 1; .pushsection .places,\"a\"; .long 1b - plain, 2f - 1b; .quad 2f; .popsection; 2: %0 += 2" : "+r"(a));
	return a;
}
"""
MACROS = r"""
asm(".macro pair a, b=7, rest:vararg; .long \\a, \\b; .ifnb \\rest; pair \\rest; .endif; .endm\n"
    ".data; .globl numbers; numbers: pair 1; pair 2, 3; pair b=5, a=4; pair 6, 7, 8, 9\n"
    ".irp n, 10, 11; .long \\n; .endr; .irpc c, 12; .long \\c; .endr; .rept 2; .byte 1, 2; .endr\n"
    ".set K, 3; .if K == 3 && !(K > 3); .long K << 1 | 1; .else; .long 99; .endif; .size numbers, . - numbers");
long f(void)
{
	long r = 0;
	asm(".macro bump r, by; .if \\by > 2; \\r += \\by; .else; \\r += 1; .endif; .endm; bump %0, 1; bump %0, 5; .rept 3; bump %0, 10; .endr" : "+r"(r));
	return r;
}
"""


def section_data(text: str, name: str) -> tuple[ELFFile, bytes]:
    result = ebpfcc.compile(text=text, flags=["-O2"])
    assert result.ok and result.data is not None, [d.message for d in result.diagnostics]
    elf = ELFFile(io.BytesIO(result.data))
    return elf, elf.get_section_by_name(name).data()


def test_sections_of_a_function() -> None:
    elf, table = section_data(JUMP_TABLE, ".jumptables")
    assert struct.unpack("<2Q", table) == (32, 48)
    symbols = {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}
    name = next(n for n in symbols if n.startswith("jt_"))
    assert symbols[name]["st_size"] == 16 and symbols[name]["st_info"]["bind"] == "STB_GLOBAL"
    load = next(iter(elf.get_section_by_name(".relsocket").iter_relocations()))
    assert elf.get_section_by_name(".symtab").get_symbol(load["r_info_sym"]).name == name
    _, places = section_data(JUMP_TABLE, ".places")
    first, distance, _ = struct.unpack("<2IQ", places)
    assert distance == 8 and first % 8 == 0


def test_macros() -> None:
    _, data = section_data(MACROS, ".data")
    assert struct.unpack("<14I", data[:56]) == (1, 7, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) and data[56:60] == b"\1\2\1\2"
    assert struct.unpack("<I", data[60:64]) == (7,)
    result = ebpfcc.compile(text=MACROS, flags=["-O2"])
    assert result.data is not None and Simulator(result.data).call("f") == 36


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("3 == 3", -1), ("3 != 3", 0), ("2 < 1", 0), ("1 <= 2", -1), ("2 <> 3", -1), ("!0", 1), ("!5", 0), ("1 + 2 | 4", 7), ("1 && 2", 1), ("0 || 2", 1),
        ("7 / -2", -3), ("-7 % 3", -1), ("1 << 2 + 1", 5), ("~1 & 7", 6), ("6 ^ 3 + 1", 6), ("(3 > 2) + 5", 4), ("010 + 0x10", 24), ("5ull - 1", 4),
    ],
)  # fmt: skip
def test_expressions(expression: str, value: int) -> None:
    """The values are those of LLVM 19's assembler."""
    _, data = section_data(f'asm(".data; .long {expression}");', ".data")
    assert struct.unpack("<i", data) == (value,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('asm(".macro m a:req; .long \\\\a; .endm; m");', "missing value for required parameter 'a' of a macro: 'm'"),
        ('asm(".macro m a; .long \\\\a; .endm; m 1, 2");', "too many arguments of a macro: 'm 1, 2'"),
        ('asm(".macro m; m; .endm; m");', "macros are nested too deeply: 'm'"),
        ('asm(".macro m; .long 1");', "'.endm' is missing: '.macro m'"),
        ('void f(void) { asm volatile(".pushsection .x; .long 1"); }', "'.popsection' is missing: '.pushsection .x; .long 1'"),
        ('asm(".data; .long 1 +");', "invalid expression: '1 +'"),
        ('asm(".data; .long a - b");', "expression with several symbols: 'a - b'"),
    ],
)
def test_macros_and_expressions_that_are_wrong(text: str, told: str) -> None:
    assert message(text) == told


# -- numbers, counts and bounds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 << 3", 17), ("1 | 2 + 4", 7), ("010", 8), ("0x10", 16), ("-7 / 2", -3), ("-7 % 2", -1), ("~0", -1), ("- - 5", 5), ("2 * (3 + 4)", 14),
        ("1 << 31 >> 3", 1 << 28), ("6 & 3 ^ 1", 3), ("0xffffffff & 0xff", 255),
    ],
)  # fmt: skip
def test_expressions_have_the_precedence_of_gnu_as(expression: str, value: int) -> None:
    assert f"r0 = {value}" in assembly(f'long f(void) {{ asm volatile("r0 = {expression}" ::: "r0"); asm volatile("" ::: "r0"); return 0; }}')


@pytest.mark.parametrize(
    "text",
    [
        "r0 = 9**9**9", "r0 = 1 << 99999999999", "r0 = 1 << 64", "r0 = 1 / 0", "r0 = 1 +", "r0 = )", "r0 = (1", "r0 = 1 2", "r0 = 99999999999999999999999", "r0 = 09",
        "r99999999999999999999 = 1", "r0 = addr_space_cast(r1, x, 1)", "r0 = addr_space_cast(r1, 99999, 1)", "goto +40000", "gotol +99999999999", "*(u8 *)(r10 + 70000) = 1",
        ".rept 99999999999\nr0 = 0\n.endr", ".rept -1\nr0 = 0\n.endr", ".rept 1000\n.rept 1000\nr0 = 0\n.endr\n.endr", "r0 = x + 99999999999 ll", "r0 = " + "(" * 5000 + "1",
        "r0 = " + "-" * 5000,
    ],
)  # fmt: skip
def test_odd_numbers_are_refused(text: str) -> None:
    escaped = text.replace("\n", "\\n")
    assert message(f'long f(void) {{ asm volatile("{escaped}" ::: "r0"); return 0; }}')


@pytest.mark.parametrize(
    "text",
    [
        ".zero 99999999999", ".zero -1", ".p2align 99999", ".p2align 40", ".balign 1 << 40", ".skip 1 << 30", ".rept 5", "x: .size x, 5", "x: .type x, @object; .size x, -1",
        ".p2align -1", ".byte 1 << 99",
    ],
)  # fmt: skip
def test_odd_directives_are_refused(text: str) -> None:
    assert message(f'asm("{text}"); int f(void) {{ return 0; }}')


def test_a_section_may_hold_nothing_but_a_symbol() -> None:
    for text in ('asm(".section .other, \\"aw\\"; x:"); int f(void) { return 0; }', 'struct { } x __attribute__((section("other")));'):
        result = ebpfcc.compile(text=text)
        assert result.data is not None and any(s.name == "x" for s in ELFFile(io.BytesIO(result.data)).get_section_by_name(".symtab").iter_symbols())


def test_unclosed_comments_cost_linear_time() -> None:
    assert ebpfcc.compile(text='asm("' + "/* " * 40_000 + '");').ok
    result = ebpfcc.compile(text='void f(void) { asm volatile("r0 = 0 ' + "/* " * 40_000 + '" ::: "r0"); }')
    assert result.ok


def test_large_zeros() -> None:
    result = ebpfcc.compile(text='asm(".data; .globl x; x: .zero 4000000; .size x, 4000000"); int f(void) { return 0; }')
    assert result.data is not None and len(result.data) > 4_000_000
    assert ELFFile(io.BytesIO(result.data)).get_section_by_name(".data").data_size == 4_000_000

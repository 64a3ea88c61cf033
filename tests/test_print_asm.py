"""-S reads back: the text of an instruction assembles to the same bytes."""

from __future__ import annotations

import struct

import pytest

import ebpfcc
from ebpfcc.codegen.asm import assemble
from ebpfcc.codegen.print_asm import TARGET, bytes_text, decode, symbol_name

OPS = (0, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xA0, 0xB0, 0xC0)
ALU = [(op | cls | x, 3, 4 if x else 0, 0, 0 if x else -7) for op in OPS for cls in (4, 7) for x in (0, 8)]
SIGNED = [(op | cls | x, 3, 4 if x else 0, 1, 0 if x else 9) for op in (0x30, 0x90) for cls in (4, 7) for x in (0, 8)]
EXTENDED = [(0xBF, 1, 2, n, 0) for n in (8, 16, 32)] + [(0xBC, 1, 2, n, 0) for n in (8, 16)]
SWAPS = [(code, 5, 0, 0, n) for code in (0xD4, 0xDC, 0xD7) for n in (16, 32, 64)]
MEMORY = [(0x60 | size | cls, 1, 2 if cls != 2 else 0, -8, 5 if cls == 2 else 0) for size in (0, 8, 0x10, 0x18) for cls in (1, 2, 3)]
SIGN_LOADS = [(0x81 | size, 1, 2, 300, 0) for size in (0, 8, 0x10)]
PACKET = [(0x20 | size, 0, 0, 0, 14) for size in (0, 8, 0x10)] + [(0x40 | size, 0, 7, 0, 0) for size in (0, 8, 0x10)]
ATOMICS = [(0xC3 | size, 1, 2, 16, op) for size in (0, 0x18) for op in (0, 0x40, 0x50, 0xA0, 1, 0x41, 0x51, 0xA1, 0xE1, 0xF1)]
ORDERED = [(0xC3 | size, 1, 2, 4, op) for size in (0, 8, 0x10, 0x18) for op in (0x100, 0x110)]
JUMPS = [(op | cls | x, 1, 2 if x else 0, 3, 0 if x else 100) for op in (0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xA0, 0xB0, 0xC0, 0xD0)
         for cls in (5, 6) for x in (0, 8)]  # fmt: skip
OTHERS = [(0x05, 0, 0, -1, 0), (0x06, 0, 0, 0, 70000), (0x85, 0, 0, 0, 12), (0x8D, 3, 0, 0, 0), (0x95, 0, 0, 0, 0), (0xE5, 0, 0, 2, 0), (0x87, 4, 0, 0, 0),
          (0x84, 4, 0, 0, 0), (0xBF, 1, 2, 1, 1 << 16)]  # fmt: skip


ALL = ALU + SIGNED + EXTENDED + SWAPS + MEMORY + SIGN_LOADS + PACKET + ATOMICS + ORDERED + JUMPS + OTHERS


@pytest.mark.parametrize("insn", ALL, ids=lambda i: "%02x_%d_%d_%d_%x" % i)
def test_instruction_reads_back(insn: tuple[int, int, int, int, int]) -> None:
    code, dst, src, off, imm = insn
    data = struct.pack("<BBhi", code, src << 4 | dst, off, imm)
    ((slot, text, target),) = decode(data, False)
    assert slot == 0 and not text.startswith(".byte")
    if TARGET in text:
        assert target is not None
        text = text.replace(TARGET, f"{target - 1:+d}")
    slots: list[tuple[int, int, int, int, int]] = []
    assemble(text, 4).emit(slots, [], [])
    assert slots == [insn]
    swapped = struct.pack(">BBhi", code, dst << 4 | src, off, imm)
    assert decode(swapped, True) == decode(data, False)


def test_wide_constants_and_what_is_no_instruction() -> None:
    wide = struct.pack("<BBhiBBhi", 0x18, 6, 0, 0x55667788, 0, 0, 0, 0x11223344)
    assert decode(wide, False) == [(0, "r6 = 1234605616436508552 ll", None)]
    assert decode(b"\xff" * 8, False) == [(0, ".byte\t255, 255, 255, 255, 255, 255, 255, 255", None)]


def test_data() -> None:
    assert bytes_text(b'a"b\\\n\0') == '\t.asciz\t"a\\"b\\\\\\012"\n'
    assert bytes_text(bytes(9)) == "\t.zero\t9\n"
    assert bytes_text(b"\x01\x02" + bytes(8)) == "\t.byte\t1, 2\n\t.zero\t8\n"
    assert symbol_name("a.b") == "a.b" and symbol_name("a/b") == '"a/b"'


def test_lines_and_helpers_are_named() -> None:
    """A source line once, where it begins; the columns of what follows on it."""
    text = """\
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int prog(struct xdp_md *ctx)
{
\tlong now = bpf_ktime_get_ns(), id = bpf_get_smp_processor_id();
\treturn now > id;
}
"""
    made = ebpfcc.compile(text=text, name="/p.c", flags="-O2 -g -S").text or ""
    assert made.count("# /p.c:5:13: long now = bpf_ktime_get_ns(), id = bpf_get_smp_processor_id();\n") == 1
    assert "\tcall 5  # bpf_ktime_get_ns\n" in made and "\tcall 8  # bpf_get_smp_processor_id\n" in made
    assert any(line.startswith("\t# /p.c:5:") and line.count(":") == 2 for line in made.splitlines())
    assert "# /p.c" not in (ebpfcc.compile(text=text, name="/p.c", flags="-O2 -S").text or "")

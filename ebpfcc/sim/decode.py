"""Bytes of a section to instructions, by the table of target/isa.py."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ..target.isa import INSTRUCTIONS, LD, Row, X


class Insn(NamedTuple):
    """name: mnemonic, "" if the bytes are no instruction. imm: signed; lddw's has 64 bits. reg: whether the second operand is a register."""

    name: str
    code: int
    dst: int
    src: int
    off: int
    imm: int
    reg: bool


ROWS: dict[int, list[Row]] = {}
for each in INSTRUCTIONS:
    ROWS.setdefault(each[2], []).append(each)
LDDW = 0x18


def fits(field: int | str, value: int) -> bool:
    return field == value if isinstance(field, int) else field != "reg" or value <= 10


def decode(data: bytes, big_endian: bool) -> list[Insn | None]:
    """One entry for each slot of 8 bytes; None for the second of lddw."""
    layout = struct.Struct(">BBhi" if big_endian else "<BBhi")
    insns: list[Insn | None] = []
    slots = list(layout.iter_unpack(data[: len(data) // 8 * 8]))
    while len(insns) < len(slots):
        code, registers, off, imm = slots[len(insns)]
        high, low = registers >> 4, registers & 15
        dst, src = (high, low) if big_endian else (low, high)
        name = ""
        for row in ROWS.get(code, ()):
            if fits(row[3], dst) and fits(row[4], src) and fits(row[5], off) and fits(row[6], imm):
                name = row[0]
                break
        if code == LDDW and name and len(insns) + 1 < len(slots):
            imm = imm & 0xFFFFFFFF | slots[len(insns) + 1][3] << 32
            insns += [Insn(name, code, dst, src, off, imm, False), None]
        else:
            insns.append(Insn(name if code != LDDW else "", code, dst, src, off, imm, bool(code & X) and code & 7 != LD))
    return insns

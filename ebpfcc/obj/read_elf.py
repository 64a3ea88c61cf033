"""Reads a relocatable ELF64 object for EM_BPF, of either byte order (System V gABI)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .elf import NOBITS, REL, RELA, SYMTAB

EM_BPF = 247
SHN_ABS, SHN_COMMON = 0xFFF1, 0xFFF2


class ElfError(ValueError):
    """The bytes are no such object."""


class Section(NamedTuple):
    """data: the bytes of the file; zeros for NOBITS."""

    name: str
    type: int
    flags: int
    data: bytes
    link: int
    info: int
    align: int
    entsize: int


class Symbol(NamedTuple):
    """section: index; 0 if undefined. type, bind: STT_* and STB_* numbers. value: offset in the section."""

    name: str
    section: int
    value: int
    size: int
    type: int
    bind: int


class Relocation(NamedTuple):
    """addend: RELA's; for REL it stands at `offset`. type: R_BPF_* number."""

    offset: int
    type: int
    symbol: Symbol
    addend: int


class Elf(NamedTuple):
    """relocations: by the index of the section they change."""

    big_endian: bool
    sections: list[Section]
    symbols: list[Symbol]
    relocations: dict[int, list[Relocation]]

    def section(self, name: str) -> Section | None:
        return next((s for s in self.sections if s.name == name), None)


def read_elf(data: bytes) -> Elf:
    """Raises ElfError."""
    if data[:5] != b"\x7fELF\x02" or len(data) < 64 or data[5] not in (1, 2):
        raise ElfError("not an ELF64 object")
    e = "<" if data[5] == 1 else ">"
    try:
        return read_sections(data, e)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise error if isinstance(error, ElfError) else ElfError(f"damaged ELF object: {error}") from error


def read_sections(data: bytes, e: str) -> Elf:
    machine = struct.unpack_from(e + "H", data, 18)[0]
    if machine != EM_BPF:
        raise ElfError(f"an object for machine {machine}, not for BPF")
    (start,) = struct.unpack_from(e + "Q", data, 40)
    entry, count, names = struct.unpack_from(e + "HHH", data, 58)
    headers = [struct.unpack_from(e + "IIQQQQIIQQ", data, start + n * entry) for n in range(count)]
    bodies = [bytes(h[5]) if h[1] == NOBITS else data[h[4] : h[4] + h[5]] for h in headers]
    sections = [Section(text_at(bodies[names], h[0]), h[1], h[2], body, h[6], h[7], h[8], h[9]) for h, body in zip(headers, bodies)]
    table = next((s for s in sections if s.type == SYMTAB), None)
    symbols = read_symbols(table.data, sections[table.link].data, e, sections) if table is not None else []
    relocations: dict[int, list[Relocation]] = {}
    for section in sections:
        if section.type in (REL, RELA):
            size = 24 if section.type == RELA else 16
            found = relocations.setdefault(section.info, [])
            for at in range(0, len(section.data) - size + 1, size):
                offset, info = struct.unpack_from(e + "QQ", section.data, at)
                addend = struct.unpack_from(e + "q", section.data, at + 16)[0] if section.type == RELA else 0
                found.append(Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32], addend))
    return Elf(e == ">", sections, symbols, relocations)


def read_symbols(data: bytes, strings: bytes, e: str, sections: list[Section]) -> list[Symbol]:
    found = []
    for at in range(0, len(data) - 23, 24):
        name, info, _, section, value, size = struct.unpack_from(e + "IBBHQQ", data, at)
        kind = info & 15
        text = sections[section].name if kind == 3 and section < len(sections) else text_at(strings, name)
        found.append(Symbol(text, section if section < len(sections) else 0, value, size, kind, info >> 4))
    return found


def text_at(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode("utf-8", "surrogateescape")

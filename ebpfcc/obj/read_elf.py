"""Reads a relocatable ELF64 object for EM_BPF, of either byte order (System V gABI)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ..diag import visible
from .elf import NOBITS, NULL, REL, RELA, RELOC_TYPES, SYMTAB
from .names import Names

EM_BPF, ET_REL = 247, 1
SHN_LORESERVE, SHN_XINDEX = 0xFF00, 0xFFFF  # from here on: absolute symbols, common ones, and an index that stands elsewhere
STT_OBJECT, STT_FUNC, STT_SECTION = 1, 2, 3
MOST_ZEROS = 1 << 27  # bytes of all sections without data
RELOC_SIZES = {RELOC_TYPES["R_BPF_64_ABS32"]: 4, RELOC_TYPES["R_BPF_64_NODYLD32"]: 4}


class ElfError(ValueError):
    """The bytes are no such object; its text says where."""


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
    kind, machine = struct.unpack_from(e + "HH", data, 16)
    if machine != EM_BPF:
        raise ElfError(f"an object for machine {machine}, not for BPF")
    if kind != ET_REL:
        raise ElfError(f"an ELF file of type {kind}, not a relocatable object")
    sections = read_sections(data, e)
    tables = [s for s in sections if s.type == SYMTAB]
    symbols = read_symbols(tables[0], sections, e) if tables else []
    return Elf(e == ">", sections, symbols, read_relocations(sections, symbols, e))


def read_sections(data: bytes, e: str) -> list[Section]:
    (start,) = struct.unpack_from(e + "Q", data, 40)
    entry, count, names = struct.unpack_from(e + "HHH", data, 58)
    header = struct.Struct(e + "IIQQQQIIQQ")
    if not start:
        return []
    if entry < header.size or start + header.size > len(data):
        raise ElfError(f"the section headers, of {entry} bytes each from {start} on, do not lie in the file's {len(data)} bytes")
    first = header.unpack_from(data, start)
    count = count or first[5]  # more than the header's 16 bits hold: System V gABI, "Section Header"
    names = first[6] if names == SHN_XINDEX else names
    if start + count * entry > len(data):
        raise ElfError(f"the {count} section headers do not lie in the file's {len(data)} bytes")
    headers = [header.unpack_from(data, start + n * entry) for n in range(count)]
    bodies = section_bodies(data, headers)
    if names >= count:
        raise ElfError(f"the names of sections are in section {names} of {count}")
    strings = Names(bodies[names], ElfError, "the names of sections")
    return [Section(strings.at(h[0]), h[1], h[2], body, h[6], h[7], h[8], h[9]) for h, body in zip(headers, bodies)]


def section_bodies(data: bytes, headers: list[tuple[int, ...]]) -> list[bytes]:
    """The bytes of each section. Those of the file do not overlap, so they are no more than it has."""
    bodies = []
    file_left, zeros_left = len(data), MOST_ZEROS
    for number, h in enumerate(headers):
        kind, offset, size = h[1], h[4], h[5]
        if kind == NOBITS:
            zeros_left -= size
            if zeros_left < 0:
                raise ElfError(f"section {number}: its {size} bytes of zeros are too many")
            bodies.append(bytes(size))
            continue
        if kind == NULL:
            bodies.append(b"")
            continue
        file_left -= size
        if offset + size > len(data):
            raise ElfError(f"section {number}: its {size} bytes at {offset} do not lie in the file's {len(data)}")
        if file_left < 0:
            raise ElfError(f"section {number}: it overlaps others")
        bodies.append(data[offset : offset + size])
    return bodies


def read_symbols(table: Section, sections: list[Section], e: str) -> list[Symbol]:
    if table.link >= len(sections):
        raise ElfError(f"{visible(table.name)}: its names are in section {table.link} of {len(sections)}")
    strings = Names(sections[table.link].data, ElfError, "the names of symbols")
    found = []
    for number, (name, info, _, section, value, size) in enumerate(struct.Struct(e + "IBBHQQ").iter_unpack(table.data[: len(table.data) // 24 * 24])):
        kind = info & 15
        if SHN_LORESERVE <= section:
            section = 0
        elif section >= len(sections):
            raise ElfError(f"symbol {number}: it is in section {section} of {len(sections)}")
        elif section and value + (size if kind in (STT_OBJECT, STT_FUNC) else 0) > len(sections[section].data):
            raise ElfError(f"symbol {number}: its {size} bytes at {value} do not lie in section {visible(sections[section].name)}")
        text = sections[section].name if kind == STT_SECTION else strings.at(name)
        found.append(Symbol(text, section, value, size, kind, info >> 4))
    return found


def read_relocations(sections: list[Section], symbols: list[Symbol], e: str) -> dict[int, list[Relocation]]:
    relocations: dict[int, list[Relocation]] = {}
    for section in sections:
        if section.type not in (REL, RELA):
            continue
        if not 0 < section.info < len(sections):
            raise ElfError(f"{visible(section.name)}: it is for section {section.info} of {len(sections)}")
        size = len(sections[section.info].data)
        found = relocations.setdefault(section.info, [])
        row = struct.Struct(e + ("QQq" if section.type == RELA else "QQ"))
        for number, (offset, info, *addend) in enumerate(row.iter_unpack(section.data[: len(section.data) // row.size * row.size])):
            if info >> 32 >= len(symbols):
                raise ElfError(f"{visible(section.name)}, relocation {number}: it names symbol {info >> 32} of {len(symbols)}")
            if offset + RELOC_SIZES.get(info & 0xFFFFFFFF, 8) > size:
                raise ElfError(f"{visible(section.name)}, relocation {number}: it changes byte {offset} of {size}")
            found.append(Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32], addend[0] if addend else 0))
    return relocations

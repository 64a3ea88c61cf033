"""Writes a relocatable ELF64 object for EM_BPF (System V gABI; relocations as in the kernel's Documentation/bpf/llvm_reloc.rst)."""

from __future__ import annotations

import struct

RELOC_TYPES = {"R_BPF_NONE": 0, "R_BPF_64_64": 1, "R_BPF_64_ABS64": 2, "R_BPF_64_ABS32": 3, "R_BPF_64_NODYLD32": 4, "R_BPF_64_32": 10}
NULL, PROGBITS, SYMTAB, STRTAB, RELA, NOBITS, REL = 0, 1, 2, 3, 4, 8, 9
WRITE, ALLOC, EXEC, MERGE, STRINGS = 1, 2, 4, 0x10, 0x20
PAGE = 4096  # a greater alignment is of use in memory, not in the file
BIND = {"local": 0, "global": 1, "weak": 2}
TYPE = {"notype": 0, "object": 1, "func": 2, "section": 3, "file": 4}


class Section:
    """data None: NOBITS of `size`. relocs: (offset, R_BPF_* name, symbol name, addend kept in place by the caller)."""

    __slots__ = ("name", "type", "flags", "data", "size", "align", "entsize", "relocs")

    def __init__(self, name: str, type: int = PROGBITS, flags: int = 0, align: int = 1, entsize: int = 0) -> None:
        self.name = name
        self.type = type
        self.flags = flags
        self.data = bytearray()
        self.size = 0
        self.align = align
        self.entsize = entsize
        self.relocs: list[tuple[int, str, str]] = []


class Symbol:
    """section None: undefined."""

    __slots__ = ("name", "section", "value", "size", "type", "bind", "hidden")

    def __init__(self, name: str, section: str | None, value: int, size: int, type: str, bind: str, hidden: bool = False) -> None:
        self.name = name
        self.section = section
        self.value = value
        self.size = size
        self.type = type
        self.bind = bind
        self.hidden = hidden


class Strings:
    __slots__ = ("data", "known")

    def __init__(self) -> None:
        self.data = bytearray(b"\0")
        self.known: dict[str, int] = {"": 0}

    def add(self, text: str) -> int:
        off = self.known.get(text)
        if off is None:
            off = self.known[text] = len(self.data)
            self.data += text.encode("utf-8", "surrogateescape") + b"\0"
        return off


def write_elf(sections: list[Section], symbols: list[Symbol], big_endian: bool = False) -> bytes:
    """The object's bytes. A relocation against a section's name uses its section symbol."""
    e = ">" if big_endian else "<"
    strings = Strings()
    headers: list[list[int]] = [[0] * 10]
    index = {s.name: n + 1 for n, s in enumerate(sections)}
    wanted = {name for s in sections for _, _, name in s.relocs if name in index and not any(x.name == name for x in symbols)}
    section_symbols = [Symbol(s.name, s.name, 0, 0, "section", "local") for s in sections if s.name in wanted]
    ordered = [s for s in symbols if s.bind == "local"] + section_symbols + [s for s in symbols if s.bind != "local"]
    number = {s.name: n + 1 for n, s in enumerate(ordered)}
    first_global = 1 + sum(s.bind == "local" for s in ordered)
    symtab = bytearray(24)
    for symbol in ordered:
        at = 0 if symbol.type == "section" else strings.add(symbol.name)
        shndx = index[symbol.section] if symbol.section is not None else 0
        info = BIND[symbol.bind] << 4 | TYPE[symbol.type]
        symtab += struct.pack(e + "IBBHQQ", at, info, 2 if symbol.hidden else 0, shndx, symbol.value, symbol.size)
    body = bytearray(64)
    rel_sections: list[tuple[int, Section]] = []
    for s in sections:
        pad(body, min(s.align, PAGE))
        nobits = s.type == NOBITS
        headers.append([strings.add(s.name), s.type, s.flags, 0, len(body), s.size if nobits else len(s.data), 0, 0, s.align, s.entsize])
        if not nobits:
            body += s.data
    symtab_index = len(sections) + 1 + sum(bool(s.relocs) for s in sections)
    for n, s in enumerate(sections):
        if not s.relocs:
            continue
        pad(body, 8)
        data = bytearray()
        for off, kind, name in sorted(s.relocs):
            data += struct.pack(e + "QQ", off, number[name] << 32 | RELOC_TYPES[kind])
        headers.append([strings.add(".rel" + s.name), REL, 0x40, 0, len(body), len(data), symtab_index, n + 1, 8, 16])
        body += data
        rel_sections.append((n, s))
    pad(body, 8)
    headers.append([strings.add(".symtab"), SYMTAB, 0, 0, len(body), len(symtab), symtab_index + 1, first_global, 8, 24])
    body += symtab
    headers.append([strings.add(".strtab"), STRTAB, 0, 0, len(body), 0, 0, 0, 1, 0])
    headers[-1][5] = len(strings.data)
    body += strings.data
    pad(body, 8)
    shoff = len(body)
    for h in headers:
        body += struct.pack(e + "IIQQQQIIQQ", *h)
    ident = b"\x7fELF" + bytes((2, 2 if big_endian else 1, 1, 0)) + bytes(8)
    body[:64] = ident + struct.pack(e + "HHIQQQIHHHHHH", 1, 247, 1, 0, 0, shoff, 0, 64, 0, 0, 64, len(headers), len(headers) - 1)
    return bytes(body)


def pad(data: bytearray, align: int) -> None:
    if align > 1 and len(data) % align:
        data += bytes(align - len(data) % align)

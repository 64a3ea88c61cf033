"""Reads what a loader's messages need of an object: its functions, and of each instruction the C line that .BTF.ext gives."""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import NamedTuple

from .btf import DECL_TAG, FUNC, PTR, STRUCT
from .print_btf import string_at
from .read_btf import Btf
from .read_elf import Symbol, read_elf

STT_OBJECT, STT_FUNC, STT_SECTION, SHF_EXECINSTR = 1, 2, 3, 4
WHOLE = 0xFFFFFFFF  # a tag's index, if it is not one of a member or parameter


class Line(NamedTuple):
    """Where an instruction comes from; text is the whole source line."""

    file: str
    line: int
    col: int
    text: str


class Function(NamedTuple):
    """start, size: in instructions of its section."""

    name: str
    section: int
    start: int
    size: int


class ObjectError(ValueError):
    """The bytes are no object that this reader understands."""


class Object:
    """A relocatable object. Raises ObjectError for bytes that are none."""

    def __init__(self, data: bytes) -> None:
        elf = read_elf(data)
        self.order = ">" if elf.big_endian else "<"
        self.sections = elf.sections
        self.symbols = elf.symbols
        self.relocations: dict[int, dict[int, Symbol]] = {s: {r.offset: r.symbol for r in found} for s, found in elf.relocations.items()}
        self.functions = [
            Function(s.name, s.section, s.value // 8, s.size // 8)
            for s in sorted(elf.symbols, key=lambda s: (s.section, s.value))
            if s.type == STT_FUNC and self.executable(s.section)
        ]
        self.lines: dict[int, tuple[list[int], list[Line]]] = {}  # section -> instructions, lines
        btf, ext = elf.section(".BTF"), elf.section(".BTF.ext")
        self.btf = Btf(btf.data, elf.big_endian) if btf else None
        if btf and ext:
            try:
                self._lines(ext.data, self.btf.strings if self.btf else b"")
            except (struct.error, IndexError) as error:
                raise ValueError(f"damaged .BTF.ext: {error}") from error

    def _lines(self, ext: bytes, names: bytes) -> None:
        base, _, _, lines, size = struct.unpack_from(self.order + "IIIII", ext, 4)
        where = {s.name: i for i, s in enumerate(self.sections)}
        at, end = base + lines + 4, base + lines + size
        width = struct.unpack_from(self.order + "I", ext, base + lines)[0] if size else 0
        while width and at < end:
            name, count = struct.unpack_from(self.order + "II", ext, at)
            rows = [struct.unpack_from(self.order + "IIII", ext, at + 8 + i * width) for i in range(count)]
            found = [Line(string_at(names, file), place >> 10, place & 1023, string_at(names, text)) for _, file, text, place in rows]
            self.lines[where.get(string_at(names, name), 0)] = [row[0] // 8 for row in rows], found
            at += 8 + count * width

    # -- questions ----------------------------------------------------------------------------------------------------
    def executable(self, section: int) -> bool:
        return 0 < section < len(self.sections) and bool(self.sections[section].flags & SHF_EXECINSTR)

    def line_of(self, section: int, instruction: int) -> Line | None:
        """The C line of an instruction: of the last record at or before it."""
        offsets, lines = self.lines.get(section, ([], []))
        i = bisect_right(offsets, instruction)
        return lines[i - 1] if i else None

    def function_at(self, section: int, instruction: int) -> Function | None:
        return next((f for f in self.functions if f.section == section and f.start <= instruction < f.start + f.size), None)

    def variable_at(self, section: int, offset: int) -> str:
        """The name of a variable by its place; "" if none is there."""
        return next((s.name for s in self.symbols if s.section == section and s.type == STT_OBJECT and s.value <= offset < s.value + max(s.size, 1)), "")

    def use_of(self, name: str) -> Line | None:
        """Where code first refers to a symbol."""
        uses = ((s, at // 8) for s, found in self.relocations.items() if self.executable(s) for at, symbol in sorted(found.items()) if symbol.name == name)
        return next((self.line_of(section, instruction) for section, instruction in uses), None)

    def tags(self, function: str, prefix: str) -> list[str]:
        """What follows a prefix in the tags of a function."""
        types = self.btf.types if self.btf else []
        tags = (t for t in types if t.kind == DECL_TAG and t.words[0] == WHOLE and types[t.value].kind == FUNC and types[t.value].name == function)
        return [t.name[len(prefix) :] for t in tags if t.name.startswith(prefix)]

    def member_at(self, struct_name: str, offset: int) -> str:
        """The member of a struct that begins at a byte; "" if it is not known."""
        for t in self.btf.types if self.btf else ():
            if self.btf and t.kind == STRUCT and t.name == struct_name:
                return next((m.name for m in self.btf.members(t) if m.offset == offset), "")
        return ""

    def parameter(self, function: str, number: int) -> tuple[str, str]:
        """(name, the name of the struct it points to) of a parameter, counted from 0; "" for what is not known."""
        btf = self.btf
        prototype = next((btf.types[t.value] for t in btf.types if t.kind == FUNC and t.name == function), None) if btf else None
        if btf is None or prototype is None or 2 * number >= len(prototype.words):
            return "", ""
        name, kind = prototype.words[2 * number : 2 * number + 2]
        t = btf.strip(kind)
        return string_at(btf.strings, name), btf.strip(t.value).name if t.kind == PTR else ""

"""Reads what a loader's messages need of an object: its functions, and of each instruction the C line that .BTF.ext gives."""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from .btf import DECL_TAG, FUNC, PTR, STRUCT, UNION
from .names import Names
from .read_btf import MAGIC, Btf, BtfError
from .read_elf import ElfError, Symbol, read_elf

STT_OBJECT, STT_FUNC, STT_SECTION, SHF_EXECINSTR = 1, 2, 3, 4
HEADER = 24  # bytes, without the CO-RE relocations' place
ROW = struct.Struct("=IIII")  # instruction's offset, file, text of the line, its number and column
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
        try:
            elf = read_elf(data)
            btf, ext = elf.section(".BTF"), elf.section(".BTF.ext")
            self.btf = Btf(btf.data, elf.big_endian) if btf else None
        except (ElfError, BtfError) as error:
            raise ObjectError(str(error)) from error
        self.order = ">" if elf.big_endian else "<"
        self.sections = elf.sections
        self.symbols = elf.symbols
        self.relocations: dict[int, dict[int, Symbol]] = {s: {r.offset: r.symbol for r in found} for s, found in elf.relocations.items()}
        self.functions = [
            Function(s.name, s.section, s.value // 8, s.size // 8)
            for s in sorted(elf.symbols, key=lambda s: (s.section, s.value))
            if s.type == STT_FUNC and self.executable(s.section)
        ]
        self.starts: dict[int, tuple[list[int], list[Function]]] = {}  # section -> first instructions of its functions, functions
        for f in self.functions:
            places, functions = self.starts.setdefault(f.section, ([], []))
            places.append(f.start)
            functions.append(f)
        self.declared: dict[str, Line] = {}  # functions and variables, if whoever made the object tells where
        self.lines: dict[int, tuple[list[int], list[Line]]] = {}  # section -> instructions, lines
        if self.btf is not None and ext:
            self._lines(ext.data, Names(self.btf.names.data, ObjectError, "the texts of lines"))

    def _lines(self, ext: bytes, names: Names) -> None:
        magic, header = struct.unpack_from(self.order + "HxxI", ext) if len(ext) >= HEADER else (0, 0)
        if magic != MAGIC or header < HEADER:
            raise ObjectError(f".BTF.ext: its {len(ext)} bytes begin with no header of it")
        lines, size = struct.unpack_from(self.order + "II", ext, 16)
        at, end = header + lines, header + lines + size
        if end > len(ext):
            raise ObjectError(f".BTF.ext: its {size} bytes of line information at {at} do not lie in its {len(ext)}")
        if size < 4:
            return
        (width,) = struct.unpack_from(self.order + "I", ext, at)
        if width < ROW.size:
            raise ObjectError(f".BTF.ext: a line has {width} bytes, fewer than {ROW.size}")
        where = {s.name: i for i, s in enumerate(self.sections)}
        row = struct.Struct(self.order + ROW.format[1:])
        at += 4
        while at < end:
            if at + 8 > end:
                raise ObjectError(".BTF.ext: its line information is cut off")
            name, count = struct.unpack_from(self.order + "II", ext, at)
            at += 8
            if count * width > end - at:
                raise ObjectError(f".BTF.ext: {count} lines at {at} of {end} bytes")
            found = []
            for i in range(count):
                offset, file, text, place = row.unpack_from(ext, at + i * width)
                found.append((offset // 8, Line(names.at(file), place >> 10, place & 1023, names.at(text))))
            found.sort(key=lambda line: line[0])
            self.lines[where.get(names.at(name), 0)] = [offset for offset, _ in found], [line for _, line in found]
            at += count * width

    # -- questions ----------------------------------------------------------------------------------------------------
    def executable(self, section: int) -> bool:
        return 0 < section < len(self.sections) and bool(self.sections[section].flags & SHF_EXECINSTR)

    def line_of(self, section: int, instruction: int) -> Line | None:
        """The C line of an instruction: of the last record at or before it."""
        offsets, lines = self.lines.get(section, ([], []))
        i = bisect_right(offsets, instruction)
        return lines[i - 1] if i else None

    def function_at(self, section: int, instruction: int) -> Function | None:
        places, functions = self.starts.get(section, ([], []))
        i = bisect_right(places, instruction)
        first = functions[bisect_left(places, places[i - 1])] if i else None  # of those that begin there, as aliases do
        return first if first is not None and instruction < first.start + first.size else None

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
        btf = self.btf
        record = next((t for t in btf.types if t.kind == STRUCT and t.name == struct_name), None) if btf else None
        while btf is not None and record is not None:
            inside = [m for m in btf.members(record) if m.offset <= offset]
            exact = next((m.name for m in inside if m.name and m.offset == offset), "")
            if exact or not inside or inside[-1].name:
                return exact
            offset -= inside[-1].offset
            within = btf.strip(inside[-1].type)  # an anonymous struct or union
            record = within if within.kind in (STRUCT, UNION) else None
        return ""

    def parameter(self, function: str, number: int) -> tuple[str, str]:
        """(name, the name of the struct it points to) of a parameter, counted from 0; "" for what is not known."""
        btf = self.btf
        prototype = next((btf.types[t.value] for t in btf.types if t.kind == FUNC and t.name == function), None) if btf else None
        if btf is None or prototype is None or 2 * number >= len(prototype.words):
            return "", ""
        name, kind = prototype.words[2 * number : 2 * number + 2]
        t = btf.strip(kind)
        return btf.names.at(name), btf.strip(t.value).name if t.kind == PTR else ""

"""Reads .BTF: types by number, and the definitions of maps in .maps (kernel Documentation/bpf/btf.rst; libbpf's BTF-defined maps)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .btf import ARRAY, CONST, DATASEC, ENUM64, FLOAT, INT, PTR, RESTRICT, STRUCT, TYPE_TAG, TYPEDEF, UNION, VAR, VOLATILE
from .print_btf import EXTRA, KINDS, string_at

MAGIC = 0xEB9F
TRANSPARENT = {TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG}
SIZED = {INT, STRUCT, UNION, FLOAT, ENUM64, 6}  # 6: ENUM
MAP_NUMBERS = ("type", "key_size", "value_size", "max_entries", "map_flags", "numa_node", "map_extra")


class BtfError(ValueError):
    """The bytes are no BTF, or a type of theirs makes no sense where it stands."""


class Type(NamedTuple):
    """value: size or type, as the kind has it. words: those that follow the first three."""

    kind: int
    name: str
    vlen: int
    flag: bool
    value: int
    words: tuple[int, ...]


class Member(NamedTuple):
    """offset: bytes from the record's start."""

    name: str
    type: int
    offset: int


class MapDefinition(NamedTuple):
    """numbers: those of MAP_NUMBERS that are given, with the sizes of key and value types. values: offset in the definition of the elements
    that it gives, None if none. inner: of a map of maps."""

    numbers: dict[str, int]
    values: int | None
    inner: MapDefinition | None


class Btf:
    """Types; number 0 is void."""

    def __init__(self, data: bytes, big_endian: bool) -> None:
        self.e = ">" if big_endian else "<"
        self.types = [Type(0, "void", 0, False, 0, ())]
        self.strings = b""
        try:
            self.read(data)
        except (struct.error, ValueError, IndexError) as error:
            raise BtfError(f"damaged BTF: {error}") from error

    def read(self, data: bytes) -> None:
        magic, _, _, header, type_off, type_len, str_off, str_len = struct.unpack_from(self.e + "HBBIIIII", data)
        if magic != MAGIC:
            raise ValueError("its magic number is wrong")
        self.strings = data[header + str_off : header + str_off + str_len]
        words = struct.unpack_from(f"{self.e}{type_len // 4}I", data, header + type_off)
        at = 0
        while at < len(words):
            name, info, value = words[at : at + 3]
            kind, count = info >> 24 & 31, info & 0xFFFF
            fixed, each = EXTRA.get(KINDS[kind], (0, 0))
            self.types.append(Type(kind, string_at(self.strings, name), count, bool(info >> 31), value, words[at + 3 : at + 3 + fixed + each * count]))
            at += 3 + fixed + each * count

    def strip(self, number: int) -> Type:
        """Without names and qualifiers."""
        while self.types[number].kind in TRANSPARENT:
            number = self.types[number].value
        return self.types[number]

    def size(self, number: int) -> int:
        """Bytes; 0 for what has no size."""
        t = self.strip(number)
        if t.kind == PTR:
            return 8
        if t.kind == ARRAY:
            return self.size(t.words[0]) * t.words[2]
        if t.kind == VAR:
            return self.size(t.value)
        return t.value if t.kind in SIZED else 0

    def members(self, t: Type) -> list[Member]:
        mask = 0xFFFFFF if t.flag else 0xFFFFFFFF
        rows = [t.words[3 * n : 3 * n + 3] for n in range(t.vlen)]
        return [Member(string_at(self.strings, name), number, (bits & mask) // 8) for name, number, bits in rows]

    def variables(self, section: str) -> list[tuple[str, int, int, int]]:
        """(name, type, offset, size) of the variables in a section; offsets are 0 before the object is linked."""
        for t in self.types:
            if t.kind == DATASEC and t.name == section:
                rows = [t.words[3 * n : 3 * n + 3] for n in range(t.vlen)]
                return [(self.types[number].name, self.types[number].value, offset, size) for number, offset, size in rows]
        return []

    def map_definition(self, number: int) -> MapDefinition:
        """Of the type of a variable in .maps. Raises BtfError."""
        t = self.strip(number)
        if t.kind != STRUCT:
            raise BtfError(f"a map is defined by a struct, not by type {number}")
        numbers: dict[str, int] = {}
        values, inner = None, None
        for member in self.members(t):
            target = self.strip(member.type)
            if member.name in MAP_NUMBERS:
                numbers[member.name] = self.number(target)
            elif member.name in ("key", "value"):
                numbers[member.name + "_size"] = self.size(target.value)
            elif member.name == "values":
                values = member.offset
                element = self.strip(target.words[0]) if target.kind == ARRAY else target
                record = self.strip(element.value) if element.kind == PTR else element
                if record.kind == STRUCT:
                    inner = self.map_definition(element.value)
        return MapDefinition(numbers, values, inner)

    def number(self, t: Type) -> int:
        """What __uint and __ulong hide in a type."""
        if t.kind == PTR:
            array = self.strip(t.value)
            if array.kind == ARRAY:
                return array.words[2]
        if t.kind == ENUM64:
            return t.words[1] | t.words[2] << 32
        raise BtfError("a number in a map's definition is neither __uint nor __ulong")

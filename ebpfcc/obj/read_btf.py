"""Reads .BTF: types by number, and the definitions of maps in .maps (kernel Documentation/bpf/btf.rst; libbpf's BTF-defined maps)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .btf import ARRAY, CONST, DATASEC, ENUM64, FLOAT, INT, PTR, RESTRICT, STRUCT, TYPE_TAG, TYPEDEF, UNION, VAR, VOLATILE
from .check_btf import check_types
from .names import Names
from .print_btf import EXTRA, KINDS

MAGIC, HEADER = 0xEB9F, 24
SIZES = tuple(EXTRA.get(kind, (0, 0)) for kind in KINDS)
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
    """Types; number 0 is void. Those that are here name types that are here, and none is part of itself. Raises BtfError."""

    def __init__(self, data: bytes, big_endian: bool) -> None:
        self.e = ">" if big_endian else "<"
        self.types = [Type(0, "void", 0, False, 0, ())]
        self.read(data)
        wrong = check_types(self.types)
        if wrong:
            raise BtfError(wrong)

    def read(self, data: bytes) -> None:
        if len(data) < HEADER:
            raise BtfError(f"{len(data)} bytes are no BTF: its header has {HEADER}")
        magic, version, _, header, type_off, type_len, str_off, str_len = struct.unpack_from(self.e + "HBBIIIII", data)
        if magic != MAGIC:
            raise BtfError(f"no BTF: its magic number is {magic:#x}")
        if version != 1:
            raise BtfError(f"BTF of version {version}")
        for what, at, size in (("types", header + type_off, type_len), ("names", header + str_off, str_len)):
            if header < HEADER or at + size > len(data):
                raise BtfError(f"the {what}, {size} bytes at {at}, do not lie in its {len(data)} bytes")
        names = self.names = Names(data[header + str_off : header + str_off + str_len], BtfError, "the names of types")
        if names.data[-1:] != b"\0":
            raise BtfError("the names of types have no end")
        words = struct.unpack_from(f"{self.e}{type_len // 4}I", data, header + type_off)
        at, end, types, name_at = 0, len(words), self.types, names.at
        while at < end:
            if at + 3 > end:
                raise BtfError(f"type {len(types)}: it is cut off")
            name, info, value = words[at : at + 3]
            kind, count = info >> 24 & 31, info & 0xFFFF
            if not 0 < kind < len(SIZES):
                raise BtfError(f"type {len(types)}: its kind is {kind}")
            fixed, each = SIZES[kind]
            after = at + 3 + fixed + each * count
            if after > end:
                raise BtfError(f"type {len(types)}: it is cut off")
            if each and kind != DATASEC and max(words[at + 3 : after : each], default=0) >= str_len:
                raise BtfError(f"type {len(types)}: a name in it is none")
            types.append(Type(kind, name_at(name), count, info > 0x7FFFFFFF, value, words[at + 3 : after]))
            at = after

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
        return [Member(self.names.at(name), number, (bits & mask) // 8) for name, number, bits in rows]

    def variables(self, section: str) -> list[tuple[str, int, int, int]]:
        """(name, type, offset, size) of the variables in a section; offsets are 0 before the object is linked."""
        for t in self.types:
            if t.kind == DATASEC and t.name == section:
                rows = [t.words[3 * n : 3 * n + 3] for n in range(t.vlen)]
                return [(self.types[number].name, self.types[number].value, offset, size) for number, offset, size in rows]
        return []

    def map_definition(self, number: int, is_inner: bool = False) -> MapDefinition:
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
                if target.kind != PTR:
                    raise BtfError(f"the {member.name} of a map is given by no pointer to its type")
                numbers[member.name + "_size"] = self.size(target.value)
            elif member.name == "values":
                values = member.offset
                element = self.strip(target.words[0]) if target.kind == ARRAY else target
                record = self.strip(element.value) if element.kind == PTR else element
                if record.kind == STRUCT and is_inner:
                    raise BtfError(f"type {number}: a map of maps of maps")
                if record.kind == STRUCT and element.kind == PTR:
                    inner = self.map_definition(element.value, True)
        return MapDefinition(numbers, values, inner)

    def number(self, t: Type) -> int:
        """What __uint and __ulong hide in a type."""
        if t.kind == PTR:
            array = self.strip(t.value)
            if array.kind == ARRAY:
                return array.words[2]
        if t.kind == ENUM64 and t.vlen:
            return t.words[1] | t.words[2] << 32
        raise BtfError("a number in a map's definition is neither __uint nor __ulong")

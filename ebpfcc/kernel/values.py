"""C values as Python has them, by their BTF type: keys and values of maps, global variables, records of ring buffers.

| C                       | read as                                   | may be written as                            |
| integers, enums         | int, bool                                 | int, bool; the name of an enumerator         |
| pointers                | int                                       | int                                          |
| char[N]                 | str, to its first NUL                     | str or bytes of at most N bytes              |
| unsigned char[N]        | bytes                                     | bytes or numbers, at most N                  |
| arrays                  | tuple                                     | a sequence of at most as many elements       |
| structs, unions         | namedtuple (anonymous members: theirs)    | a mapping of members, or all in order        |

Each may be written as bytes of exactly its size as well. What a shorter text, array or mapping leaves out is unchanged:
0 where nothing was.
"""

from __future__ import annotations

import struct
import sys
from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from ..obj.btf import ARRAY, ENUM, ENUM64, FLOAT, INT, PTR, STRUCT, TYPEDEF, UNION
from ..obj.read_btf import Btf, Type

ORDER = sys.byteorder
SIGNED, BOOL = 1, 4  # of an INT's encoding
FLOATS = {4: struct.Struct("=f"), 8: struct.Struct("=d")}


class Plain:
    """Bytes of which nothing else is known."""

    __slots__ = ("size", "name")

    def __init__(self, size: int, name: str) -> None:
        self.size = size
        self.name = name

    def read(self, data: bytes, at: int = 0) -> Any:
        """The value that begins at a byte."""
        return data[at : at + self.size]

    def write(self, data: bytearray, at: int, value: Any) -> None:
        """Raises TypeError or ValueError."""
        if isinstance(value, (bytes, bytearray, memoryview)) and len(value) == self.size:
            data[at : at + self.size] = value
        else:
            self.convert(data, at, value)

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        """What is no bytes of the right size."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            raise ValueError(f"{len(value)} bytes for {self.name}, which has {self.size}")
        raise TypeError(f"{self.name} is written as bytes, not as {value!r}")

    def packed(self, value: Any) -> bytes:
        data = bytearray(self.size)
        self.write(data, 0, value)
        return bytes(data)


class Number(Plain):
    """bits, shift: of a bit-field, in the bytes that hold it."""

    __slots__ = ("signed", "is_bool", "names", "bits", "shift")

    def __init__(
        self,
        size: int,
        name: str,
        signed: bool,
        is_bool: bool = False,
        names: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(size, name)
        self.signed = signed
        self.is_bool = is_bool
        self.names = names or {}
        self.bits = size * 8
        self.shift = 0

    def read(self, data: bytes, at: int = 0) -> Any:
        value = int.from_bytes(data[at : at + self.size], ORDER) >> self.shift & (1 << self.bits) - 1
        if self.is_bool:
            return bool(value)
        return value - (1 << self.bits) if self.signed and value >> self.bits - 1 else value

    def write(self, data: bytearray, at: int, value: Any) -> None:
        if self.bits == self.size * 8:
            super().write(data, at, value)
        else:
            self.convert(data, at, value)

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        if isinstance(value, str) and self.names:
            if value not in self.names:
                raise ValueError(f"{self.name} has no '{value}'")
            value = self.names[value]
        if isinstance(value, (bytes, bytearray)):
            super().convert(data, at, value)
        if not isinstance(value, int):
            raise TypeError(f"{self.name} is written as a whole number, not as {value!r}")
        half = 1 << self.bits - 1
        lowest, highest = (-half, half - 1) if self.signed else (0, 1 if self.is_bool else 2 * half - 1)
        if not lowest <= value <= highest:
            raise ValueError(f"{value} does not fit in {self.name}, which holds {lowest} to {highest}")
        mask = (1 << self.bits) - 1 << self.shift
        old = int.from_bytes(data[at : at + self.size], ORDER)
        data[at : at + self.size] = (old & ~mask | value << self.shift & mask).to_bytes(self.size, ORDER)


class Real(Plain):
    __slots__ = ()

    def read(self, data: bytes, at: int = 0) -> Any:
        return FLOATS[self.size].unpack_from(data, at)[0]

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        FLOATS[self.size].pack_into(data, at, value)


class Text(Plain):
    """char[N]"""

    __slots__ = ()

    def read(self, data: bytes, at: int = 0) -> Any:
        return data[at : at + self.size].split(b"\0", 1)[0].decode("utf-8", "surrogateescape")

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        if not isinstance(value, (str, bytes, bytearray)):
            raise TypeError(f"{self.name} is written as text, not as {value!r}")
        given = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
        if len(given) > self.size:
            raise ValueError(f"{value!r} has {len(given)} bytes, more than {self.name}")
        data[at : at + self.size] = given.ljust(self.size, b"\0")


class Items(Plain):
    """An array."""

    __slots__ = ("element", "count")

    def __init__(self, element: Plain, count: int, name: str) -> None:
        super().__init__(element.size * count, name)
        self.element = element
        self.count = count

    def read(self, data: bytes, at: int = 0) -> Any:
        element = self.element
        if type(element) is Number and element.size == 1 and not element.signed and not element.is_bool:
            return data[at : at + self.size]
        size = self.element.size
        return tuple(self.element.read(data, at + n * size) for n in range(self.count))

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise TypeError(f"{self.name} is written as a sequence of its elements, not as {value!r}")
        if len(value) > self.count:
            raise ValueError(f"{len(value)} elements for {self.name}, which has {self.count}")
        for n, element in enumerate(value):
            self.element.write(data, at + n * self.element.size, element)


class Fields(Plain):
    """A struct or union. members: (name, type, byte)"""

    __slots__ = ("members", "places", "record")

    def __init__(self, size: int, name: str, members: list[tuple[str, Plain, int]]) -> None:
        super().__init__(size, name)
        self.members = members
        self.places = {member: (value, at) for member, value, at in members}
        # members that Python cannot name (its keywords, a leading underscore) are _0, _1 ... by their place
        called = name.rpartition(" ")[2].strip("<>")
        self.record: Any = namedtuple(called, [m[0] for m in members], rename=True)  # type: ignore[misc]

    def read(self, data: bytes, at: int = 0) -> Any:
        return self.record(*[value.read(data, at + offset) for _, value, offset in self.members])

    def convert(self, data: bytearray, at: int, value: Any) -> None:
        if isinstance(value, Mapping):
            for name, given in value.items():
                if name not in self.places:
                    raise ValueError(f"{self.name} has no member '{name}'")
                member, offset = self.places[name]
                self.set(name, member, data, at + offset, given)
        elif isinstance(value, (tuple, list)):
            if len(value) != len(self.members):
                raise ValueError(f"{len(value)} values for the {len(self.members)} members of {self.name}")
            for (name, member, offset), given in zip(self.members, value):
                self.set(name, member, data, at + offset, given)
        elif isinstance(value, (bytes, bytearray)):
            super().convert(data, at, value)
        else:
            way = "as a mapping of its members, or all of them in order"
            raise TypeError(f"{self.name} is written {way}, not as {value!r}")

    def set(self, name: str, member: Plain, data: bytearray, at: int, value: Any) -> None:
        try:
            member.write(data, at, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None


# -- from BTF ----------------------------------------------------------------------------------------------------------
def type_of(btf: Btf, number: int) -> Plain:
    """Of a type of this machine's byte order."""
    t = btf.strip(number)
    name = name_of(btf, number)
    if t.kind == INT:
        return Number(t.value, name, bool(t.words[0] >> 24 & SIGNED), bool(t.words[0] >> 24 & BOOL))
    if t.kind == PTR:
        return Number(8, name, False)
    if t.kind in (ENUM, ENUM64):
        return Number(t.value, name, t.flag, names=enumerators(btf, t))
    if t.kind == FLOAT and t.value in FLOATS:
        return Real(t.value, name)
    if t.kind == ARRAY:
        element, count = btf.strip(t.words[0]), t.words[2]
        if element.kind == INT and element.name == "char":
            return Text(count, name)
        return Items(type_of(btf, t.words[0]), count, name)
    if t.kind in (STRUCT, UNION):
        return Fields(t.value, name, list(members_of(btf, t)))
    return Plain(btf.size(number), name)


def members_of(btf: Btf, t: Type) -> list[tuple[str, Plain, int]]:
    found: list[tuple[str, Plain, int]] = []
    for n in range(t.vlen):
        name, number, place = t.words[3 * n : 3 * n + 3]
        bit, bits = (place & 0xFFFFFF, place >> 24) if t.flag else (place, 0)
        value = type_of(btf, number)
        if btf.names.at(name):
            found.append(
                (
                    btf.names.at(name),
                    *(bit_field(value, bit, bits) if bits and isinstance(value, Number) else (value, bit // 8)),
                )
            )
        elif isinstance(value, Fields):
            found += [(member, inner, bit // 8 + offset) for member, inner, offset in value.members]
    return found


def bit_field(whole: Number, bit: int, bits: int) -> tuple[Number, int]:
    """(type, byte) of a field of so many bits."""
    size = (bit % 8 + bits + 7) // 8
    field = Number(size, f"{whole.name}:{bits}", whole.signed, whole.is_bool, whole.names)
    field.bits = bits
    field.shift = bit % 8 if ORDER == "little" else size * 8 - bit % 8 - bits
    return field, bit // 8


def enumerators(btf: Btf, t: Type) -> dict[str, int]:
    step = 2 if t.kind == ENUM else 3
    found = {}
    for n in range(t.vlen):
        name, low, *high = t.words[step * n : step * n + step]
        value = low | high[0] << 32 if high else low
        width = 64 if high else 32
        found[btf.names.at(name)] = value - (1 << width) if t.flag and value >> width - 1 else value
    return found


def name_of(btf: Btf, number: int) -> str:
    """As C writes a type, for messages."""
    t = btf.types[number]
    if t.kind == ARRAY:
        return f"{name_of(btf, t.words[0])}[{t.words[2]}]"
    if t.kind == PTR:
        return f"{name_of(btf, t.value)} *"
    if t.kind in (STRUCT, UNION, ENUM, ENUM64):
        return f"{'struct' if t.kind == STRUCT else 'union' if t.kind == UNION else 'enum'} {t.name or '<anonymous>'}"
    return t.name or (name_of(btf, t.value) if t is not btf.strip(number) else "a value")


def find(btf: Btf, wanted: str) -> int | None:
    """The number of a type by its name, with or without `struct`, `union` or `enum`."""
    keyword, _, name = wanted.rpartition(" ")
    kinds = {"struct": (STRUCT,), "union": (UNION,), "enum": (ENUM, ENUM64)}.get(keyword)
    if kinds is None:
        name, kinds = wanted, (STRUCT, UNION, ENUM, ENUM64, INT, FLOAT)
    found = next((n for n, t in enumerate(btf.types) if t.kind in kinds and t.name == name), None)
    if found is None and name == wanted:
        found = next((n for n, t in enumerate(btf.types) if t.kind == TYPEDEF and t.name == name), None)
    return found

"""The global variables of an object by name: .rodata, .data, .bss and sections of such names.

Until the object is loaded they are libbpf's initial values. Then those of .data and .bss are the kernel's, shared with
the programs, and those of .rodata are constants.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator, MutableMapping
from typing import Any, NamedTuple

from ..obj.btf import DATASEC
from ..obj.read_btf import Btf
from ..obj.read_ext import STT_OBJECT, Object
from .load_error import LoadError, failed
from .values import Plain, type_of

MMAPABLE = 1 << 10  # BPF_F_MMAPABLE
SECTIONS = (".rodata", ".data", ".bss")


class Place(NamedTuple):
    section: str
    offset: int
    type: Plain


def places(obj: Object) -> dict[str, Place]:
    """Offsets are the symbols': those in the BTF of an object that was not linked are 0."""
    found: dict[str, Place] = {}
    btf = obj.btf
    if btf is None:
        return found
    for section in sorted({t.name for t in btf.types if t.kind == DATASEC and is_data(t.name)}):
        number = next((n for n, s in enumerate(obj.sections) if s.name == section), 0)
        symbols = {s.name: s.value for s in obj.symbols if s.section == number and s.type == STT_OBJECT}
        for name, type_number, offset, size in btf.variables(section):
            place = Place(section, symbols.get(name, offset), variable(btf, type_number, size))
            found.setdefault(name, place)
    return found


def is_data(section: str) -> bool:
    return section in SECTIONS or section.startswith(tuple(f"{name}." for name in SECTIONS))


def variable(btf: Btf, number: int, size: int) -> Plain:
    found = type_of(btf, number)
    return found if found.size == size else Plain(size, found.name)


class Memory:
    """A section's bytes."""

    def __init__(self, lib: ctypes.CDLL, pointer: int) -> None:
        """pointer: libbpf's map."""
        self.lib = lib
        self.pointer = pointer
        size = ctypes.c_size_t()
        initial = lib.bpf_map__initial_value(pointer, ctypes.byref(size))
        self.size = size.value
        self.initial = (ctypes.c_char * self.size).from_address(initial) if initial else None
        self.mapped: mmap.mmap | None = None
        self.fd = -1

    def enter_kernel(self) -> None:
        """The object is loaded."""
        self.initial = None
        self.fd = self.lib.bpf_map__fd(self.pointer)
        if self.lib.bpf_map__map_flags(self.pointer) & MMAPABLE:
            pages = -(-self.size // mmap.PAGESIZE) * mmap.PAGESIZE
            self.mapped = mmap.mmap(self.fd, pages, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)

    def read(self) -> bytes:
        if self.initial is not None:
            return bytes(self.initial.raw)
        if self.mapped is not None:
            return self.mapped[: self.size]
        value = ctypes.create_string_buffer(self.size)
        self._check(self.lib.bpf_map_lookup_elem(self.fd, bytes(4), value))
        return value.raw

    def write(self, offset: int, data: bytes) -> None:
        if self.initial is not None:
            ctypes.memmove(ctypes.addressof(self.initial) + offset, data, len(data))
        elif self.mapped is not None:
            self.mapped[offset : offset + len(data)] = data
        else:  # a section of static variables only, which libbpf does not share: what programs write meanwhile is lost
            whole = bytearray(self.read())
            whole[offset : offset + len(data)] = data
            self._check(self.lib.bpf_map_update_elem(self.fd, bytes(4), bytes(whole), 0))

    def _check(self, status: int) -> None:
        if status < 0:
            raise failed("global variables", status)

    def close(self) -> None:
        if self.mapped is not None:
            self.mapped.close()


class Globals(MutableMapping[str, Any]):
    """g["name"], g["name"] = value"""

    def __init__(self, lib: ctypes.CDLL, obj: int, elf: Object) -> None:
        """obj: libbpf's, opened."""
        self._places = places(elf)
        self._memories: dict[str, Memory] = {}
        self._loaded = False
        for section in dict.fromkeys(place.section for place in self._places.values()):
            pointer = lib.bpf_object__find_map_by_name(obj, section.encode())
            if pointer:
                self._memories[section] = Memory(lib, pointer)
        self._places = {name: place for name, place in self._places.items() if place.section in self._memories}

    def enter_kernel(self) -> None:
        self._loaded = True
        for section, memory in self._memories.items():
            if not section.startswith(".rodata"):
                memory.enter_kernel()

    def __getitem__(self, name: str) -> Any:
        place = self._places[name]
        return place.type.read(self._memories[place.section].read()[place.offset : place.offset + place.type.size])

    def __setitem__(self, name: str, value: Any) -> None:
        place = self._places.get(name)
        if place is None:
            raise KeyError(f"the object has no global variable '{name}'")
        if self._loaded and place.section.startswith(".rodata"):
            raise LoadError(f"'{name}' is const: it can be given a value only in load(..., globals={{'{name}': ...}})")
        memory = self._memories[place.section]
        data = bytearray(memory.read()[place.offset : place.offset + place.type.size])
        try:
            place.type.write(data, 0, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
        memory.write(place.offset, bytes(data))

    def __delitem__(self, name: str) -> None:
        raise TypeError("a global variable stays")

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        for memory in self._memories.values():
            memory.close()
        self._places = {}

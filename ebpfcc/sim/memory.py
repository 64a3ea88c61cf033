"""Memory of separate objects. An address is the object's number << SHIFT | offset, so that every access outside an object is noticed.

Numbers are 16 apart: an offset that wrapped in 32 bits leads to a number that no object has, and no address has zeros in its low 32 bits.

Objects that programs may not write are `bytes`, the others `bytearray`. Stack frames have numbers of their own, from FRAMES on.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Literal

from .errors import BadAccess, LimitReached, SimError, Unset

SHIFT = 28
OFFSET = (1 << SHIFT) - 1
APART = 16  # numbers
FRAMES = 1 << 29 | 1
STACK = 512  # bytes of a frame
MOST_MEMORY = 1 << 29  # bytes of all objects; each is counted with what it costs here
OBJECT_COST = 200
UNLIMITED = 1 << 62  # while no program runs
PAST_END = (KeyError, struct.error, TypeError, IndexError)

Load = Callable[[int], int]
Store = Callable[[int, int], None]


def refuse(*_: object) -> bool:
    raise Unset("a register is used that holds nothing")


OPERATORS = "add radd sub rsub mul rmul floordiv rfloordiv mod rmod and rand or ror xor rxor lshift rlshift rshift rrshift".split()
OPERATORS += "neg pos abs invert divmod pow eq ne lt le gt ge bool index int float hash format len iter contains getitem call".split()
# In registers that hold nothing, such as r1 to r5 after a call: any use raises Unset.
NOTHING: int = type("Nothing", (), {f"__{name}__": refuse for name in OPERATORS})()


class Memory:
    """blocks: the objects that live, by number. special: objects whose loads and stores are calculated (contexts)."""

    def __init__(self, big_endian: bool) -> None:
        self.e = ">" if big_endian else "<"
        self.order: Literal["big", "little"] = "big" if big_endian else "little"
        self.blocks: dict[int, bytes | bytearray] = {}
        self.names: dict[int, str] = {}
        self.next = APART + 1
        self.next_frame = FRAMES
        self.special: dict[int, tuple[Callable[[int, int], int], Callable[[int, int, int], None]]] = {}
        self.loads: dict[int, Load] = {size: self.load_of(size, code) for size, code in zip((1, 2, 4, 8), "BHIQ")}
        self.room = MOST_MEMORY
        self.work = UNLIMITED  # bytes that helpers may still handle in this run
        self.stores: dict[int, Store] = {size: self.store_of(size, code) for size, code in zip((1, 2, 4, 8), "BHIQ")}

    def new(self, data: bytes | bytearray, name: str) -> int:
        """Address of an object's first byte; the object is `data` itself. Raises SimError if there is no room."""
        self.hold(len(data), name)
        number = self.next
        self.next += APART
        self.blocks[number] = data
        self.names[number] = name
        return number << SHIFT

    def zeros(self, size: int, name: str) -> int:
        """The address of a new object of zeros."""
        if size > min(self.room, OFFSET):
            raise self.full(size, name)
        return self.new(bytearray(size), name)

    def hold(self, size: int, name: str) -> None:
        """Counts bytes that stay. Raises SimError if there is no room."""
        if size > OFFSET or size + OBJECT_COST > self.room:
            raise self.full(size, name)
        self.room -= size + OBJECT_COST

    def release(self, size: int) -> None:
        self.room += size + OBJECT_COST

    def full(self, size: int, name: str) -> SimError:
        return SimError(f"the simulator has no room for {size} bytes, {name}: an object may have {OFFSET}, all of them {MOST_MEMORY}")

    def charge(self, size: int) -> None:
        """Counts the work of a helper. Raises LimitReached."""
        self.work -= size
        if self.work < 0:
            raise LimitReached("helpers handle more bytes than the limit of instructions allows")

    def reserve(self, name: str) -> int:
        """An address without memory behind it."""
        number = self.next
        self.next += APART
        self.names[number] = name
        return number << SHIFT

    def free(self, address: int) -> None:
        block = self.blocks.pop(address >> SHIFT, None)
        if block is not None:
            self.release(len(block))
        self.special.pop(address >> SHIFT, None)
        self.names.pop(address >> SHIFT, None)

    def frame(self, data: bytearray) -> int:
        """The number of a stack frame."""
        self.next_frame += APART
        self.blocks[self.next_frame] = data
        return self.next_frame

    def drop_frames(self) -> None:
        """Those that an error has left behind."""
        for number in [n for n in self.blocks if n >= FRAMES]:
            del self.blocks[number]

    def load_of(self, size: int, code: str) -> Load:
        blocks, unpack, slow = self.blocks, struct.Struct(self.e + code).unpack_from, self.load_slowly

        def load(address: int) -> int:
            try:
                return unpack(blocks[address >> SHIFT], address & OFFSET)[0]  # type: ignore[no-any-return]
            except PAST_END:
                return slow(address, size)

        return load

    def store_of(self, size: int, code: str) -> Store:
        blocks, pack, slow, mask = self.blocks, struct.Struct(self.e + code).pack_into, self.store_slowly, (1 << size * 8) - 1

        def store(address: int, value: int) -> None:
            try:
                pack(blocks[address >> SHIFT], address & OFFSET, value & mask)
            except PAST_END:
                slow(address, size, value & mask)

        return store

    def load_slowly(self, address: int, size: int) -> int:
        special = self.special.get(address >> SHIFT)
        if special is None:
            raise self.bad("load", address, size)
        return special[0](address & OFFSET, size)

    def store_slowly(self, address: int, size: int, value: int) -> None:
        special = self.special.get(address >> SHIFT)
        if special is None:
            raise self.bad("store", address, size)
        special[1](address & OFFSET, size, value)

    def bad(self, what: str, address: int, size: int) -> BadAccess:
        number, offset = address >> SHIFT, address & OFFSET
        block = self.blocks.get(number)
        if number in self.special or block is not None or number in self.names:
            name = self.names.get(number, "a stack frame")
            if block is None:
                where = f"{name} is not memory"
            elif offset + size <= len(block):
                where = f"{name} may not be written"
            else:
                where = f"offset {offset} of {name}, which has {len(block)} bytes"
        elif offset > OFFSET - (1 << 20) and number + 1 in self.blocks:
            where = f"offset {offset - OFFSET - 1} of {self.names.get(number + 1, 'a stack frame')}"
        elif number == 0:
            where = "no memory is there" if address else "the null pointer"
        elif number < self.next or FRAMES < number <= self.next_frame:
            where = "memory that was freed"
        else:
            where = "no memory is there"
        return BadAccess(f"{what} of {size} byte{'s' * (size != 1)} at {address:#x}: {where}", address)

    def check(self, what: str, address: int, size: int) -> tuple[bytes | bytearray, int]:
        """The object and the offset. Raises BadAccess unless `size` bytes are there."""
        block = self.blocks.get(address >> SHIFT)
        if block is None or (address & OFFSET) + size > len(block):
            raise self.bad(what, address, size)
        return block, address & OFFSET

    def read(self, address: int, size: int) -> bytes:
        """Raises BadAccess."""
        if not size:
            return b""
        block, at = self.check("load", address, size)
        self.charge(size)
        return bytes(block[at : at + size])

    def write(self, address: int, data: bytes) -> None:
        """Raises BadAccess."""
        if not data:
            return
        block, at = self.check("store", address, len(data))
        if isinstance(block, bytes):
            raise self.bad("store", address, len(data))
        self.charge(len(data))
        block[at : at + len(data)] = data

    def text(self, address: int, most: int = 1 << 12) -> bytes:
        """Bytes up to a zero, the object's end or `most`."""
        block, at = self.check("load", address, 1)
        self.charge(min(most, len(block) - at))
        return bytes(block[at : at + most]).split(b"\0")[0]

    def atomic(self, address: int, size: int, change: Callable[[int, int], int], operand: int) -> int:
        """Stores change(old, operand). -> old"""
        if address % size:
            raise BadAccess(f"an atomic operation on {size} bytes at {address:#x}: not aligned", address)
        old = self.loads[size](address)
        self.stores[size](address, change(old, operand))
        return old

    def compare_exchange(self, address: int, size: int, expected: int, new: int) -> int:
        """-> old"""
        mask = (1 << size * 8) - 1
        return self.atomic(address, size, lambda old, _: new if old == expected & mask else old, 0)

"""Maps, with one processor. Each value is an object of its own in memory, so that a program's access past its end is noticed.

lookup, update, delete and items are for users and take bytes; find gives the address that a program gets. What fails gives a negative errno.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from ..target import map_types as t
from .errors import BadArgument, SimError
from .memory import SHIFT, Memory

ENOENT, E2BIG, EEXIST, EINVAL = 2, 7, 17, 22
Value = Any  # bytes; a Map in maps of maps; a function's name in program arrays


BYTES = (bytes, bytearray, memoryview)
COST_OF_PREFIX = 2048  # bytes' worth of a helper's work, to look at one
BY_INDEX = frozenset((t.ARRAY, t.PERCPU_ARRAY, t.PROG_ARRAY, t.PERF_EVENT_ARRAY, t.ARRAY_OF_MAPS, t.DEVMAP, t.CPUMAP, t.XSKMAP))
BY_KEY = frozenset((t.HASH, t.PERCPU_HASH, t.LRU_HASH, t.LRU_PERCPU_HASH, t.HASH_OF_MAPS, t.DEVMAP_HASH))
IN_ORDER = frozenset((t.QUEUE, t.STACK))
OF_NUMBERS = frozenset((t.PROG_ARRAY, t.PERF_EVENT_ARRAY, t.ARRAY_OF_MAPS, t.HASH_OF_MAPS, t.XSKMAP))
SIZED = BY_INDEX | BY_KEY | IN_ORDER | {t.LPM_TRIE, t.RINGBUF}
MOST_KEY, PREFIX = 512, 4  # the kernel's: a stack's bytes; the length of an LPM key's prefix


def wrong_definition(type: int, key_size: int, value_size: int, max_entries: int) -> str:
    """Why the kernel would not make such a map (the map_alloc_check functions of kernel/bpf); "" if it would."""
    if type in BY_INDEX and key_size != 4:
        return f"keys of {key_size} bytes, where the kernel wants an index of 4"
    if type in BY_KEY and not 0 < key_size <= MOST_KEY or type == t.LPM_TRIE and not PREFIX < key_size <= PREFIX + 256:
        return f"keys of {key_size} bytes, which the kernel does not take for a map of type {type}"
    if type in IN_ORDER and key_size or type == t.RINGBUF and (key_size or value_size):
        return "it has neither keys nor sizes of values in the kernel" if type == t.RINGBUF else f"keys of {key_size} bytes, where it has none"
    if type in OF_NUMBERS and value_size != 4 and type != t.XSKMAP or type in SIZED - {t.RINGBUF} and not value_size:
        return f"values of {value_size} bytes, which the kernel does not take for a map of type {type}"
    if not max_entries and type in SIZED:
        return "max_entries is 0, and the kernel makes no such map"
    return ""


class Map:
    """A map that programs may name, but of a kind that does not work here. Sizes in bytes."""

    def __init__(self, memory: Memory, name: str, type: int, key_size: int, value_size: int, max_entries: int, flags: int = 0) -> None:
        self.memory = memory
        self.name = name
        self.type = type
        self.key_size = key_size
        self.value_size = value_size
        self.max_entries = max_entries
        self.flags = flags
        self.address = memory.reserve(f"the map '{name}' itself")
        self.sound = False  # its definition was looked at; users may set sizes before that
        self.template: Map | None = None  # of a map of maps: what its elements are like
        self.retired: list[int] = []  # values replaced or deleted; the kernel keeps them until no program runs

    def check_definition(self) -> None:
        """Raises SimError for a map that the kernel would not make."""
        wrong = wrong_definition(self.type, self.key_size, self.value_size, self.max_entries)
        if wrong:
            raise SimError(f"the map '{self.name}': {wrong}")
        self.sound = True

    def unsupported(self, what: str) -> SimError:
        return SimError(f"the simulator has no {what} for the map '{self.name}' of type {self.type}")

    def find(self, key: bytes) -> int:
        raise self.unsupported("lookup")

    def lookup(self, key: bytes) -> bytes | None:
        address = self.find(self.checked(key))
        return self.memory.read(address, self.value_size) if address else None

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        raise self.unsupported("update")

    def delete(self, key: bytes) -> int:
        raise self.unsupported("deletion")

    def keys(self) -> Iterable[bytes]:
        raise self.unsupported("iteration")

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        for key in self.keys():
            value = self.lookup(key)
            if value is not None:
                yield key, value

    def push(self, value: bytes, flags: int) -> int:
        return -EINVAL

    def take(self, remove: bool) -> bytes | None:
        """The next value of a queue or stack; None if there is none."""
        raise self.unsupported("values in order")

    def checked(self, key: bytes) -> bytes:
        if not self.sound:
            self.check_definition()
        if not isinstance(key, BYTES):
            raise BadArgument(f"a key is bytes, not {type(key).__name__}")
        if len(key) != self.key_size:
            raise BadArgument(f"a key of {len(key)} bytes; the map '{self.name}' has keys of {self.key_size}")
        return bytes(key)

    def fitting(self, value: Value) -> bytes:
        if not isinstance(value, BYTES):
            raise BadArgument(f"a value of the map '{self.name}' is bytes, not {type(value).__name__}")
        if len(value) != self.value_size:
            raise BadArgument(f"a value of {len(value)} bytes; the map '{self.name}' has values of {self.value_size}")
        return bytes(value)

    def settle(self) -> None:
        """No program runs any more."""
        for address in self.retired:
            self.memory.free(address)
        self.retired.clear()


class Array(Map):
    """Values come to be when they are first asked for."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.values: dict[int, int] = {}

    def index(self, key: bytes) -> int:
        return int(struct.unpack(self.memory.e + "I", key)[0])

    def find(self, key: bytes) -> int:
        index = self.index(key)
        if index >= self.max_entries:
            return 0
        address = self.values.get(index)
        if address is None:
            address = self.values[index] = self.memory.zeros(self.value_size, f"a value of '{self.name}'")
        return address

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        address = self.find(self.checked(key))
        if not address:
            return -E2BIG
        if flags & 3 == t.NOEXIST:
            return -EEXIST
        self.memory.write(address, self.fitting(value))
        return 0

    def delete(self, key: bytes) -> int:
        return -EINVAL

    def keys(self) -> Iterable[bytes]:
        return (struct.pack(self.memory.e + "I", n) for n in range(self.max_entries))


class Variables(Map):
    """A data section: one value, which is memory already."""

    base: int

    def find(self, key: bytes) -> int:
        return 0 if any(key) else self.base

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        if any(self.checked(key)):
            return -E2BIG
        number, data = self.base >> SHIFT, self.fitting(value)
        old = self.memory.blocks[number]
        if isinstance(old, bytearray):
            old[:] = data
        else:
            self.memory.blocks[number] = data
        return 0

    def delete(self, key: bytes) -> int:
        return -EINVAL

    def keys(self) -> Iterable[bytes]:
        return [bytes(4)]


class Hash(Map):
    """An update replaces the value: pointers got before keep seeing the old one, as in the kernel."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.table: dict[bytes, int] = {}

    def find(self, key: bytes) -> int:
        return self.table.get(key, 0)

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        key, value = self.checked(key), self.fitting(value)
        old = self.table.get(key)
        exists = flags & ~t.LOCK
        if exists > t.EXIST:
            return -EINVAL
        if old is None and exists == t.EXIST:
            return -ENOENT
        if old is not None and exists == t.NOEXIST:
            return -EEXIST
        if old is not None and (flags & t.LOCK or self.type in (t.PERCPU_HASH, t.LRU_PERCPU_HASH)):
            self.memory.write(old, value)
            return 0
        if old is not None:
            self.retired.append(old)
        elif len(self.table) >= self.max_entries and not self.make_room():
            return -E2BIG
        self.table.pop(key, None)  # to the end: the latest
        self.table[key] = self.memory.new(bytearray(value), f"a value of '{self.name}'")
        return 0

    def make_room(self) -> bool:
        return False

    def delete(self, key: bytes) -> int:
        address = self.table.pop(self.checked(key), None)
        if address is None:
            return -ENOENT
        self.retired.append(address)
        return 0

    def keys(self) -> Iterable[bytes]:
        return list(self.table)


class LruHash(Hash):
    """Exactly the least recently used goes; the kernel's choice is near that."""

    def find(self, key: bytes) -> int:
        address = self.table.pop(key, 0)
        if address:
            self.table[key] = address
        return address

    def lookup(self, key: bytes) -> bytes | None:
        address = super().find(self.checked(key))  # a user's look is no use
        return self.memory.read(address, self.value_size) if address else None

    def make_room(self) -> bool:
        return self.delete(next(iter(self.table))) == 0


class LpmTrie(Hash):
    """Keys: the prefix's length in bits (u32), then the prefix."""

    def parts(self, key: bytes) -> tuple[int, int]:
        length = min(int(struct.unpack_from(self.memory.e + "I", key)[0]), (self.key_size - 4) * 8)
        return length, int.from_bytes(key[4:], "big") >> (self.key_size - 4) * 8 - length

    def find(self, key: bytes) -> int:
        self.memory.charge(COST_OF_PREFIX * len(self.table))
        length, prefix = self.parts(key)
        best, found = -1, 0
        for other, address in self.table.items():
            n, bits = self.parts(other)
            if best < n <= length and prefix >> length - n == bits:
                best, found = n, address
        return found

    def same(self, key: bytes) -> bytes:
        """The key under which the table has this prefix; bits past it do not count."""
        self.memory.charge(COST_OF_PREFIX * len(self.table))
        return next((k for k in self.table if self.parts(k) == self.parts(key)), key)

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        if struct.unpack_from(self.memory.e + "I", self.checked(key))[0] > (self.key_size - 4) * 8:
            return -EINVAL
        return super().update(self.same(key), value, flags)

    def delete(self, key: bytes) -> int:
        return super().delete(self.same(self.checked(key)))


class Programs(Map):
    """Function names by index."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.functions: dict[int, str] = {}

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        index = int.from_bytes(self.checked(key), self.memory.order)
        if not isinstance(value, str):
            raise BadArgument(f"the map '{self.name}' holds programs: a value is a program's name, which programs cannot give")
        if index >= self.max_entries:
            return -E2BIG
        self.functions[index] = value
        return 0

    def delete(self, key: bytes) -> int:
        index = int.from_bytes(self.checked(key), self.memory.order)
        return 0 if self.functions.pop(index, None) is not None else -ENOENT


class MapOfMaps(Map):
    """update takes a Map, such as new_inner() makes."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.inner: dict[bytes, Map] = {}

    def find(self, key: bytes) -> int:
        found = self.inner.get(key)
        return found.address if found is not None else 0

    def map(self, key: bytes) -> Map | None:
        return self.inner.get(self.checked(key))

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        if not isinstance(value, Map):
            raise BadArgument(f"the map '{self.name}' holds maps: a value is a map, such as new_inner() makes, which programs cannot give")
        key = self.checked(key)
        full = len(self.inner) >= self.max_entries and key not in self.inner
        if full or self.type == t.ARRAY_OF_MAPS and int.from_bytes(key, self.memory.order) >= self.max_entries:
            return -E2BIG
        self.inner[key] = value
        return 0

    def delete(self, key: bytes) -> int:
        return 0 if self.inner.pop(self.checked(key), None) is not None else -ENOENT

    def keys(self) -> Iterable[bytes]:
        return list(self.inner)


class Queue(Map):
    """Also a stack, by its type."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.values: deque[bytes] = deque()

    def find(self, key: bytes) -> int:
        return 0

    def push(self, value: bytes, flags: int = 0) -> int:
        if flags & ~t.EXIST:
            return -EINVAL
        if len(self.values) >= self.max_entries:
            if flags != t.EXIST:
                return -E2BIG
            self.memory.release(len(self.values.popleft()))
        value = self.fitting(value)
        self.memory.hold(len(value), f"a value of '{self.name}'")
        self.values.append(value)
        return 0

    def take(self, remove: bool) -> bytes | None:
        if not self.values:
            return None
        at = -1 if self.type == t.STACK else 0
        value = self.values[at]
        if remove:
            del self.values[at]
            self.memory.release(len(value))
        return value


class Records(Map):
    """A ring buffer, or the buffers of perf events: what programs put out, oldest first."""

    HEADER = 8

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.records: list[bytes] = []
        self.reserved: dict[int, int] = {}  # address -> size
        self.used = 0
        self.position = 0

    def room_for(self, size: int) -> bool:
        return self.used + (size + self.HEADER + 7 & ~7) <= self.max_entries

    def take_room(self, size: int) -> None:
        self.used += size + self.HEADER + 7 & ~7
        self.position += size + self.HEADER + 7 & ~7

    def reserve(self, size: int) -> int:
        """An address, or 0 if there is no room."""
        if not self.room_for(size):
            return 0
        self.take_room(size)
        address = self.memory.zeros(size, f"a record of '{self.name}'")
        self.reserved[address] = size
        return address

    def add(self, record: bytes) -> None:
        self.memory.hold(len(record), f"a record of '{self.name}'")
        self.records.append(record)

    def drain(self) -> list[bytes]:
        """The records; the buffer is empty afterwards."""
        for record in self.records:
            self.memory.release(len(record))
        found, self.records, self.used = self.records, [], sum(size + self.HEADER + 7 & ~7 for size in self.reserved.values())
        return found


class Devices(Array):
    """Targets of redirect_map."""

    def find(self, key: bytes) -> int:
        return self.values.get(self.index(key), 0)

    def update(self, key: bytes, value: Value, flags: int = 0) -> int:
        if self.index(self.checked(key)) >= self.max_entries:
            return -E2BIG
        self.memory.write(super().find(key), self.fitting(value))
        return 0

    def delete(self, key: bytes) -> int:
        return 0 if self.values.pop(self.index(self.checked(key)), None) is not None else -ENOENT

    def keys(self) -> Iterable[bytes]:
        return [struct.pack(self.memory.e + "I", n) for n in self.values]


CLASSES: dict[int, type[Map]] = {
    t.HASH: Hash,
    t.ARRAY: Array,
    t.PROG_ARRAY: Programs,
    t.PERF_EVENT_ARRAY: Records,
    t.PERCPU_HASH: Hash,
    t.PERCPU_ARRAY: Array,
    t.LRU_HASH: LruHash,
    t.LRU_PERCPU_HASH: LruHash,
    t.LPM_TRIE: LpmTrie,
    t.ARRAY_OF_MAPS: MapOfMaps,
    t.HASH_OF_MAPS: MapOfMaps,
    t.DEVMAP: Devices,
    t.CPUMAP: Devices,
    t.XSKMAP: Devices,
    t.DEVMAP_HASH: Hash,
    t.QUEUE: Queue,
    t.STACK: Queue,
    t.RINGBUF: Records,
}


def new_map(memory: Memory, name: str, type: int, key_size: int, value_size: int, max_entries: int, flags: int = 0) -> Map:
    return CLASSES.get(type, Map)(memory, name, type, key_size, value_size, max_entries, flags)

"""Maps of a loaded object as dictionaries, and the queues among them, which have no keys."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import ItemsView, Iterator, MutableMapping, Sequence, ValuesView
from typing import Any

from ..obj.read_btf import Btf, BtfError
from ..target import map_types
from .load_error import LoadError, failed
from .values import Number, Plain, type_of

PER_CPU = frozenset((map_types.PERCPU_HASH, map_types.PERCPU_ARRAY, map_types.LRU_PERCPU_HASH,
                     map_types.PERCPU_CGROUP_STORAGE))  # fmt: skip
WHOLE = frozenset((map_types.ARRAY, map_types.PERCPU_ARRAY))  # each index has a value, always
HOLDS_FDS = frozenset((map_types.PROG_ARRAY, map_types.PERF_EVENT_ARRAY, map_types.CGROUP_ARRAY,
                       map_types.ARRAY_OF_MAPS, map_types.HASH_OF_MAPS, map_types.SOCKMAP, map_types.SOCKHASH, map_types.XSKMAP,
                       map_types.REUSEPORT_SOCKARRAY))  # fmt: skip


class Shape:
    """A map as it is in the kernel: its descriptor, and what its keys and values are."""

    __slots__ = ("lib", "name", "fd", "kind", "max_entries", "key", "value", "processors")

    def __init__(self, lib: ctypes.CDLL, pointer: int, btf: Btf | None, definition: int | None) -> None:
        """definition: the type of the variable in .maps."""
        self.lib = lib
        self.name: str = lib.bpf_map__name(pointer).decode("utf-8", "replace")
        self.fd: int = lib.bpf_map__fd(pointer)
        self.kind: int = lib.bpf_map__type(pointer)
        self.max_entries: int = lib.bpf_map__max_entries(pointer)
        types = element_types(btf, definition) if btf is not None and definition is not None else {}
        self.key = self._typed(types.get("key"), lib.bpf_map__key_size(pointer), "the key")
        self.value = self._typed(types.get("value"), lib.bpf_map__value_size(pointer), "the value")
        if self.kind in WHOLE or self.kind in HOLDS_FDS:
            self.key = self.key if "key" in types or self.key.size != 4 else Number(4, "the index", False)
        if self.kind in HOLDS_FDS and "value" not in types and self.value.size == 4:
            self.value = Number(4, "the value", False)
        self.processors: int = lib.libbpf_num_possible_cpus() if self.kind in PER_CPU else 0

    def _typed(self, found: Plain | None, size: int, what: str) -> Plain:
        return found if found is not None and found.size == size else Plain(size, f"{what} of map '{self.name}'")


def element_types(btf: Btf, definition: int) -> dict[str, Plain]:
    """The types that __type(key, ...) and __type(value, ...) name."""
    record = btf.strip(definition)
    try:
        members = [m for m in btf.members(record) if m.name in ("key", "value")]
        return {m.name: type_of(btf, btf.strip(m.type).value) for m in members}
    except BtfError:
        return {}


class Map(MutableMapping[Any, Any]):
    """m[key], m[key] = value, del m[key], key in m, len(m), m.items() ...

    A per-CPU map has a list of values for each key, one for each processor that may come up. raw: the map in bytes."""

    def __init__(self, shape: Shape, raw: bool = False) -> None:
        self.shape = shape
        self._key = Plain(shape.key.size, shape.key.name) if raw else shape.key
        self._value = Plain(shape.value.size, shape.value.name) if raw else shape.value
        self._step = (shape.value.size + 7) // 8 * 8  # from one processor's value to the next
        self._bytes = self._step * shape.processors if shape.processors else shape.value.size

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def max_entries(self) -> int:
        return self.shape.max_entries

    @property
    def raw(self) -> Map:
        return Map(self.shape, raw=True)

    def fileno(self) -> int:
        """The descriptor; maps of maps take a map as a value by it."""
        return self.shape.fd

    def __repr__(self) -> str:
        return f"<Map '{self.name}', at most {self.max_entries} entries>"

    # -- one entry -----------------------------------------------------------------------------------------------------
    def __getitem__(self, key: Any) -> Any:
        value = ctypes.create_string_buffer(self._bytes)
        status = self.shape.lib.bpf_map_lookup_elem(self.shape.fd, self._key.packed(key), value)
        if status == -errno.ENOENT:
            raise KeyError(key)
        if status < 0:
            raise failed(f"map '{self.name}', key {key!r}", status)
        if not self.shape.processors:
            return self._value.read(value.raw)
        return [self._value.read(value.raw, n * self._step) for n in range(self.shape.processors)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.update_one(key, value, map_types.ANY)

    def update_one(self, key: Any, value: Any, flags: int) -> None:
        """flags: 1, as BPF_NOEXIST, only a new key; 2, as BPF_EXIST, only one that is there."""
        status = self.shape.lib.bpf_map_update_elem(self.shape.fd, self._key.packed(key), self._packed(value), flags)
        if status == -errno.E2BIG and self.shape.kind in WHOLE:
            raise KeyError(key)
        if status == -errno.E2BIG:
            raise LoadError(f"map '{self.name}' is full: it has its {self.max_entries} entries", errno.E2BIG)
        if status < 0:
            raise failed(f"map '{self.name}', key {key!r}", status)

    def _packed(self, value: Any) -> bytes:
        if not self.shape.processors:
            if self.shape.kind in HOLDS_FDS and hasattr(value, "fileno"):
                value = value.fileno()
            return self._value.packed(value)
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != self.shape.processors:
            wanted = f"{self.shape.processors} values for each key, one for each processor"
            raise TypeError(f"map '{self.name}' has {wanted}; this is {value!r}")
        return b"".join(self._value.packed(one).ljust(self._step, b"\0") for one in value)

    def __delitem__(self, key: Any) -> None:
        status = self.shape.lib.bpf_map_delete_elem(self.shape.fd, self._key.packed(key))
        if status == -errno.ENOENT:
            raise KeyError(key)
        if status == -errno.EINVAL and self.shape.kind in WHOLE:
            raise LoadError(f"map '{self.name}' is an array: each of its indexes has a value, always", errno.EINVAL)
        if status < 0:
            raise failed(f"map '{self.name}', key {key!r}", status)

    # -- all of them ---------------------------------------------------------------------------------------------------
    def __iter__(self) -> Iterator[Any]:
        return (self._key.read(key) for key in self._keys())

    def _keys(self) -> Iterator[bytes]:
        """The next one is asked for before one is handed out, which may then be deleted. Where another has gone
        meanwhile the kernel begins again: no more are told than there can be."""
        key = self._after(None)
        for _ in range(self.max_entries):
            if key is None:
                return
            following = self._after(key)
            yield key
            key = following

    def _after(self, key: bytes | None) -> bytes | None:
        following = ctypes.create_string_buffer(self._key.size)
        status = self.shape.lib.bpf_map_get_next_key(self.shape.fd, key, following)
        if status < 0 and status != -errno.ENOENT:
            raise failed(f"map '{self.name}'", status)
        return following.raw if status == 0 else None

    def __len__(self) -> int:
        return self.max_entries if self.shape.kind in WHOLE else sum(1 for _ in self._keys())

    def items(self) -> ItemsView[Any, Any]:
        return Items(self)

    def values(self) -> ValuesView[Any]:
        return Values(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash(id(self))


ABSENT = object()


class Items(ItemsView[Any, Any]):
    """Without those that a program deletes meanwhile."""

    def __init__(self, map: Map) -> None:
        super().__init__(map)
        self.map = map

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for key in self.map:
            value = self.map.get(key, ABSENT)
            if value is not ABSENT:
                yield key, value


class Values(ValuesView[Any]):
    def __init__(self, map: Map) -> None:
        super().__init__(map)
        self.map = map

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self.map.items())


class Queue:
    """A map of type QUEUE or STACK."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def push(self, value: Any) -> None:
        status = self.shape.lib.bpf_map_update_elem(self.shape.fd, None, self.shape.value.packed(value), map_types.ANY)
        if status < 0:
            raise failed(f"queue '{self.shape.name}'", status)

    def pop(self) -> Any:
        """Raises IndexError if it is empty."""
        return self._take(self.shape.lib.bpf_map_lookup_and_delete_elem)

    def peek(self) -> Any:
        """The next one, which stays."""
        return self._take(self.shape.lib.bpf_map_lookup_elem)

    def _take(self, take: Any) -> Any:
        value = ctypes.create_string_buffer(self.shape.value.size)
        status = take(self.shape.fd, None, value)
        if status == -errno.ENOENT:
            raise IndexError(f"queue '{self.shape.name}' is empty")
        if status < 0:
            raise failed(f"queue '{self.shape.name}'", status)
        return self.shape.value.read(value.raw)

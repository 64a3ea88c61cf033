"""ebpfcc.load: an object in the running kernel, by the machine's libbpf, for as long as a `with` lasts.

    with ebpfcc.load(result, globals={"target": os.getpid()}) as loaded:
        loaded.attach()
        for key, value in loaded.maps["counts"].items(): ...

libbpf runs in this process, unlike under ebpfcc.verify: what it makes of an object is shared with the caller.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..diag import Record
from ..disk import MOST_OBJECT, read_named
from ..obj.read_ext import Line, Object, ObjectError
from ..target import map_types
from ..target.map_rules import name_of
from .attach import Link, link
from .attempt import Attempt, OpenOptions, captured, reason
from .events import Events, PerfBuffer, RingBuffer
from .layout import Program as Layout
from .libbpf import each, library, why_not
from .load_error import LoadError, failed
from .loaded_program import Program
from .maps import Map, Queue, Shape
from .program_globals import Globals
from .refusal import Refusal
from .values import Plain, find, type_of
from .verifier_log import Log
from .verify import Compiled, libbpf_errors

LOG_SIZE = 1 << 24  # bytes for each program: of the only path that is looked at when it is refused
QUEUES = (map_types.QUEUE, map_types.STACK)


class HasObject(Compiled, Protocol):
    """A Result of ebpfcc.compile()."""

    @property
    def diagnostics(self) -> list[Record]: ...


def load(
    source: bytes | str | os.PathLike[str] | HasObject,
    *,
    globals: Mapping[str, Any] | None = None,
    max_entries: Mapping[str, int] | None = None,
    programs: Iterable[str] | None = None,
    name: str = "",
) -> Loaded:
    """Load an object (its bytes, a path, a Result) into the running kernel; nothing is attached yet.

    globals: values of global variables from the start, the only way to set those that are const. max_entries: sizes of
    maps by name. programs: only these. name: the object's, which libbpf gives to the maps of its global variables.
    Raises LoadError.
    """
    data, name = bytes_of(source, name)
    why = why_not()
    if why:
        raise LoadError(why)
    try:
        elf = Object(data)
    except ObjectError as error:
        where = f"{os.fspath(source)}: " if isinstance(source, (str, os.PathLike)) else ""
        raise LoadError(f"{where}{error}") from error
    if not isinstance(source, (bytes, str, os.PathLike)):
        elf.declared = {name: Line(*place) for name, place in source.places.items()}
    return Loaded(data, elf, name, globals or {}, max_entries or {}, None if programs is None else set(programs))


def bytes_of(source: bytes | str | os.PathLike[str] | HasObject, name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or "object"
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        try:
            return read_named(path, MOST_OBJECT), name or os.path.basename(path).partition(".")[0]
        except OSError as error:
            raise LoadError(f"{path}: {error.strerror}", error.errno or 0) from error
    if source.data is None:
        raise LoadError(str(source) or "the result has no object", diagnostics=source.diagnostics)
    return source.data, name or "object"


class Loaded:
    """An object in the kernel, until close() or the end of the `with`.

    programs, maps (those of .maps) and globals are by name; links: what is attached."""

    def __init__(
        self,
        data: bytes,
        elf: Object,
        name: str,
        values: Mapping[str, Any],
        sizes: Mapping[str, int],
        wanted: set[str] | None,
    ) -> None:
        lib = library()
        assert lib is not None
        self._lib = lib
        self._elf = elf
        self._obj: int | None = None
        self._events: list[Events] = []
        self.links: list[Link] = []
        self.programs: dict[str, Program] = {}
        self.maps: dict[str, Map] = {}
        self.globals: Globals
        options = OpenOptions(ctypes.sizeof(OpenOptions), name.encode("utf-8", "surrogateescape")[:15])
        with captured(lib) as lines:
            self._obj = lib.bpf_object__open_mem(data, len(data), ctypes.byref(options))
            if not self._obj:
                raise self._refused_by_libbpf(lines or [os.strerror(ctypes.get_errno())], ctypes.get_errno())
        try:
            self._prepare(values, sizes, wanted)
            self._load()
        except BaseException:
            self.close()
            raise

    def _prepare(self, values: Mapping[str, Any], sizes: Mapping[str, int], wanted: set[str] | None) -> None:
        assert self._obj is not None
        self.globals = Globals(self._lib, self._obj, self._elf)
        for variable, value in values.items():
            self.globals[variable] = value
        for name, size in sizes.items():
            status = self._lib.bpf_map__set_max_entries(self._map(name), size)
            if status < 0:
                raise failed(f"map '{name}' of {size} entries", status)
        if wanted is not None:
            pointers = self._pointers()
            if wanted - set(pointers):
                raise KeyError(f"the object has no program '{min(wanted - set(pointers))}'")
            for name, pointer in pointers.items():
                self._lib.bpf_program__set_autoload(pointer, name in wanted)

    def _pointers(self) -> dict[str, int]:
        found = each(self._lib.bpf_object__next_program, self._obj)
        return {self._lib.bpf_program__name(p).decode("utf-8", "replace"): p for p in found}

    def _map(self, name: str) -> int:
        found: int | None = self._lib.bpf_object__find_map_by_name(self._obj, name.encode())
        if not found:
            raise KeyError(f"the object has no map '{name}'")
        return found

    def _load(self) -> None:
        """libbpf asks for the log of a program that is refused, and only then; a log takes memory as it is written."""
        pointers = {n: p for n, p in self._pointers().items() if self._lib.bpf_program__autoload(p)}
        logs = {name: mmap.mmap(-1, LOG_SIZE) for name in pointers}
        for name, pointer in pointers.items():
            self._lib.bpf_program__set_log_buf(pointer, (ctypes.c_char * LOG_SIZE).from_buffer(logs[name]), LOG_SIZE)
        with captured(self._lib) as lines:
            status = self._lib.bpf_object__load(self._obj)
        if status < 0:
            raise self._refused(status, logs, lines)
        self.globals.enter_kernel()
        definitions = {name: number for name, number, _, _ in self._elf.btf.variables(".maps")} if self._elf.btf else {}
        for pointer in each(self._lib.bpf_object__next_map, self._obj):
            name = self._lib.bpf_map__name(pointer).decode("utf-8", "replace")
            if name in definitions or self._lib.bpf_map__type(pointer) == map_types.STRUCT_OPS:
                self.maps[name] = Map(Shape(self._lib, pointer, self._elf.btf, definitions.get(name)))
        for name, pointer in pointers.items():
            self.programs[name] = Program(self._lib, name, pointer, self.links)

    # -- why not -------------------------------------------------------------------------------------------------------
    def _refused(self, status: int, logs: dict[str, mmap.mmap], lines: list[str]) -> LoadError:
        for name, memory in logs.items():
            text = memory[: max(memory.find(b"\0"), 0)].decode("utf-8", "replace")
            if text:
                log = Log(text)
                section = self._lib.bpf_program__section_name(self._pointers()[name]).decode("utf-8", "replace")
                message = log.message or reason(Attempt(status, text, False, lines))
                records = Refusal(Layout(self._elf, name), name, section, log, message).records
                return LoadError("\n".join(r.text for r in records), -status, log=text, diagnostics=records)
        return self._refused_by_libbpf(reason(Attempt(status, "", False, lines)), -status, "\n".join(lines))

    def _refused_by_libbpf(self, lines: list[str], errno: int, whole: str = "") -> LoadError:
        named = re.search(r"prog '([^']+)'", "\n".join(lines))
        pointer = self._pointers().get(named[1]) if named and self._obj else None
        section = self._lib.bpf_program__section_name(pointer).decode("utf-8", "replace") if pointer else ""
        start = Layout(self._elf, named[1]).line(0) if named else None
        records, _ = libbpf_errors(lines, self._elf, named[1] if named else "", start, section)
        return LoadError("\n".join(r.text for r in records), errno, log=whole or "\n".join(lines), diagnostics=records)

    # -- in use --------------------------------------------------------------------------------------------------------
    def attach(self) -> list[Link]:
        """Every program to what its section says, and maps of struct_ops. Others have methods of their own for it."""
        new: list[Link] = []
        for program in self.programs.values():
            made = program.attach_by_section()
            if made is not None:
                new.append(made)
        for name, one in self.maps.items():
            if one.shape.kind == map_types.STRUCT_OPS:
                new.append(link(self._lib, f"struct_ops '{name}'", "bpf_map__attach_struct_ops", self._map(name)))
                self.links.append(new[-1])
        if not new:
            sections = ", ".join(f"'{p.section}'" for p in self.programs.values())
            way = "use attach_xdp(), attach_tc() ... of the programs"
            raise LoadError(f"sections that do not say what to attach to ({sections}): {way}")
        return new

    def ring_buffer(self, name: str, type: str = "") -> RingBuffer:
        """The records of a map of type RINGBUF. type: their C type, as `struct event`; without it they are bytes."""
        events = RingBuffer(self._lib, name, self._of_kind(name, map_types.RINGBUF), self._type(type))
        self._events.append(events)
        return events

    def perf_buffer(self, name: str, type: str = "", pages: int = 64) -> PerfBuffer:
        """The records of a map of type PERF_EVENT_ARRAY."""
        events = PerfBuffer(self._lib, name, self._of_kind(name, map_types.PERF_EVENT_ARRAY), self._type(type), pages)
        self._events.append(events)
        return events

    def queue(self, name: str) -> Queue:
        """A map of type QUEUE or STACK."""
        shape = self.maps[name].shape
        if shape.kind not in QUEUES:
            raise TypeError(f"map '{name}' is neither a queue nor a stack")
        return Queue(shape)

    def _of_kind(self, name: str, kind: int) -> int:
        """The descriptor of a map that has to be of that type."""
        found = self.maps[name]
        if found.shape.kind != kind:
            raise TypeError(f"map '{name}' is of type {name_of(found.shape.kind)}, not {name_of(kind)}")
        return found.fileno()

    def _type(self, name: str) -> Plain | None:
        if not name:
            return None
        btf = self._elf.btf
        number = find(btf, name) if btf is not None else None
        if btf is None or number is None:
            those = "those that maps, global variables and functions name"
            raise LoadError(f"the object's BTF has no type '{name}': it has {those}")
        return type_of(btf, number)

    def close(self) -> None:
        """Detach what is attached, and unload all."""
        for events in self._events:
            events.close()
        try:
            for one in reversed(self.links):
                one.detach()
        finally:
            self._events, self.links[:] = [], []
            if self._obj:
                if hasattr(self, "globals"):
                    self.globals.close()
                self._lib.bpf_object__close(self._obj)
            self._obj = None
            self.programs, self.maps = {}, {}

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Loaded {', '.join(self.programs)}>" if self._obj else "<Loaded closed>"

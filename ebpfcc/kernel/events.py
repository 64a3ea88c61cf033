"""What programs send to user space: ring buffers, and the perf buffers that came before them."""

from __future__ import annotations

import ctypes
import errno
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from .load_error import LoadError, failed
from .values import Plain

SAMPLE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
PERF_SAMPLE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
PERF_LOST = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64)


class Events:
    """Records as they come: `for record in events` goes on until interrupted.

    type: what each record is; without it they are bytes. lost: how many programs could not send, where the kernel
    tells."""

    kind = ""

    def __init__(self, lib: ctypes.CDLL, name: str, fd: int, type: Plain | None) -> None:
        self.lib = lib
        self.name = name
        self.type = type
        self.lost = 0
        self._arrived: list[bytes] = []
        self._callbacks: list[Any] = []  # as long as libbpf has their addresses
        self._buffer: int | None = self._open(fd)
        if not self._buffer:
            raise failed(f"{self.kind} buffer '{name}'", -ctypes.get_errno())

    def _open(self, fd: int) -> int | None:
        raise NotImplementedError

    def _call(self, function: str) -> Callable[..., int]:
        found: Callable[..., int] = getattr(self.lib, f"{self.kind}_buffer__{function}")
        return found

    def fileno(self) -> int:
        """For select() and asyncio: ready when there are records; then read(0)."""
        return self._call("epoll_fd")(self._opened())

    def read(self, timeout: float | None = None) -> list[Any]:
        """All records that are there; if there are none, waits for some, so many seconds at most."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            status = self._call("poll")(self._opened(), -1 if timeout is None else max(0, math.ceil(left * 1000)))
            if status < 0 and status != -errno.EINTR:
                raise failed(f"{self.kind} buffer '{self.name}'", status)
            if self._arrived or time.monotonic() >= end:
                break
        arrived, self._arrived = self._arrived, []
        return [self._record(data) for data in arrived]

    def _record(self, data: bytes) -> Any:
        if self.type is None:
            return data
        if len(data) < self.type.size:
            wanted = f"'{self.type.name}', which has {self.type.size}"
            raise LoadError(f"{self.kind} buffer '{self.name}': a record of {len(data)} bytes is no {wanted}")
        return self.type.read(data)

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield from self.read()

    def _opened(self) -> int:
        if not self._buffer:
            raise LoadError(f"{self.kind} buffer '{self.name}' is closed")
        return self._buffer

    def close(self) -> None:
        if self._buffer:
            self._call("free")(self._buffer)
        self._buffer = None


class RingBuffer(Events):
    kind = "ring"

    def _open(self, fd: int) -> int | None:
        def take(_: int, data: int, size: int) -> int:
            self._arrived.append(ctypes.string_at(data, size))
            return 0

        self._callbacks = [SAMPLE(take)]
        opened: int | None = self.lib.ring_buffer__new(fd, self._callbacks[0], None, None)
        return opened


class PerfBuffer(Events):
    """pages: of each processor's buffer, a power of two."""

    kind = "perf"

    def __init__(self, lib: ctypes.CDLL, name: str, fd: int, type: Plain | None, pages: int) -> None:
        self.pages = pages
        super().__init__(lib, name, fd, type)

    def _open(self, fd: int) -> int | None:
        def take(_: int, processor: int, data: int, size: int) -> None:
            self._arrived.append(ctypes.string_at(data, size))

        def lose(_: int, processor: int, count: int) -> None:
            self.lost += count

        self._callbacks = [PERF_SAMPLE(take), PERF_LOST(lose)]
        opened: int | None = self.lib.perf_buffer__new(fd, self.pages, *self._callbacks, None, None)
        return opened

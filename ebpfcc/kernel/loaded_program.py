"""A program in the kernel: run on data given, or attached."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from typing import NamedTuple

from . import attach as to
from .attach import Link
from .attempt import captured
from .libbpf import TestRun
from .load_error import LoadError, failed

GROWTH = 4096  # bytes that a program may add to a packet


class Run(NamedTuple):
    """What BPF_PROG_TEST_RUN gives. nanoseconds: of one run, on average."""

    result: int
    data: bytes
    context: bytes
    nanoseconds: int


class Program:
    """attach...() return a Link; what is still attached when the object is closed is detached then."""

    def __init__(self, lib: ctypes.CDLL, name: str, pointer: int, links: list[Link]) -> None:
        self._lib = lib
        self._pointer = pointer
        self._links = links
        self.name = name
        self.section: str = lib.bpf_program__section_name(pointer).decode("utf-8", "replace")

    def fileno(self) -> int:
        """The descriptor; a map of programs takes a program as a value by it."""
        fd: int = self._lib.bpf_program__fd(self._pointer)
        return fd

    def __repr__(self) -> str:
        return f"<Program {self.name} ({self.section})>"

    def run(self, data: bytes = b"", *, context: bytes = b"", repeat: int = 1) -> Run:
        """Once, or more often to measure it, on a packet or a context of its type. Raises LoadError."""
        out = ctypes.create_string_buffer(len(data) + GROWTH)
        after = ctypes.create_string_buffer(max(len(context), 1))
        options = TestRun(sz=ctypes.sizeof(TestRun))
        if data:
            options.data_in, options.data_size_in, options.repeat = data, len(data), repeat
            options.data_out, options.data_size_out = ctypes.cast(out, ctypes.c_char_p), len(out)
        if context:
            options.ctx_in, options.ctx_size_in = context, len(context)
            if data:
                options.ctx_out, options.ctx_size_out = ctypes.cast(after, ctypes.c_char_p), len(after)
        status = self._lib.bpf_prog_test_run_opts(self.fileno(), ctypes.byref(options))
        if status < 0:
            raise failed(f"{self._title()} cannot be run", status)
        packet, changed = out.raw[: options.data_size_out], after.raw[: options.ctx_size_out]
        return Run(options.retval, packet, changed, options.duration)

    # -- attached ------------------------------------------------------------------------------------------------------
    def attach_by_section(self) -> Link | None:
        """Where SEC() says; None if it says nothing of that."""
        found = to.by_section(self._lib, self._title(), self._pointer)
        return None if found is None else self._kept(found)

    def attach(self) -> Link:
        """Where SEC() says: kprobe/FUNCTION, tp/GROUP/NAME, raw_tp/NAME, fentry/FUNCTION, lsm/HOOK ..."""
        found = self.attach_by_section()
        if found is None:
            way = "its section does not say what to attach to, use attach_xdp(), attach_tc() ..."
            raise LoadError(f"{self._title()} cannot be attached: {way}", errno.EOPNOTSUPP)
        return found

    def attach_xdp(self, interface: str | int) -> Link:
        return self._link("bpf_program__attach_xdp", to.index_of(interface))

    def attach_tc(self, interface: str | int, *, egress: bool = False) -> Link:
        return self._kept(to.to_tc(self._lib, self._title(), self.fileno(), to.index_of(interface), egress))

    def attach_socket(self, sock: socket.socket) -> Link:
        """A socket filter."""
        return self._kept(to.to_socket(self._title(), self.fileno(), sock))

    def attach_cgroup(self, path: str | os.PathLike[str]) -> Link:
        return self._kept(to.to_path(self._lib, self._title(), "bpf_program__attach_cgroup", self._pointer, path))

    def attach_netns(self, path: str | os.PathLike[str] = "/proc/self/ns/net") -> Link:
        return self._kept(to.to_path(self._lib, self._title(), "bpf_program__attach_netns", self._pointer, path))

    def attach_kprobe(self, function: str, *, returns: bool = False) -> Link:
        """returns: where the function returns, not where it begins."""
        return self._link("bpf_program__attach_kprobe", returns, function.encode())

    def attach_uprobe(
        self,
        path: str,
        function: str = "",
        *,
        offset: int = 0,
        process: int = -1,
        returns: bool = False,
    ) -> Link:
        """To a function of a program or library, or an offset in it. process: 0 for this one, -1 for all."""
        at = {"offset": offset, "process": process}
        made = to.to_uprobe(self._lib, self._title(), self._pointer, path, function, returns=returns, **at)
        return self._kept(made)

    def attach_usdt(self, path: str, provider: str, probe: str, *, process: int = -1) -> Link:
        names = (os.fsencode(path), provider.encode(), probe.encode())
        return self._link("bpf_program__attach_usdt", process, *names, None)

    def attach_tracepoint(self, group: str, name: str) -> Link:
        return self._link("bpf_program__attach_tracepoint", group.encode(), name.encode())

    def attach_raw_tracepoint(self, name: str) -> Link:
        return self._link("bpf_program__attach_raw_tracepoint", name.encode())

    def attach_perf_event(self, fd: int) -> Link:
        """fd: of perf_event_open(), which the link takes over."""
        return self._link("bpf_program__attach_perf_event", fd)

    def read_iterator(self) -> bytes:
        """All that an iterator (SEC("iter/...")) writes."""
        with to.link(self._lib, self._title(), "bpf_program__attach_iter", self._pointer, None) as made:
            with captured(self._lib) as lines:
                fd = self._lib.bpf_iter_create(made.fd)
            if fd < 0:
                raise failed(f"{self._title()} cannot be read", fd, lines)
            with open(fd, "rb") as file:
                return file.read()

    def _title(self) -> str:
        return f"program '{self.name}' (section '{self.section}')"

    def _link(self, function: str, *arguments: object) -> Link:
        return self._kept(to.link(self._lib, self._title(), function, self._pointer, *arguments))

    def _kept(self, made: Link) -> Link:
        self._links.append(made)
        return made

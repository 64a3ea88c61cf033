"""The ways in which libbpf attaches a loaded program, and the links that take it away again."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from .attempt import captured
from .load_error import LoadError, failed

INGRESS, EGRESS = 1, 2  # enum bpf_tc_attach_point
SO_ATTACH_BPF, SO_DETACH_BPF = 50, 27  # asm-generic/socket.h


class UprobeOptions(ctypes.Structure):
    """The beginning of struct bpf_uprobe_opts."""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("ref_ctr_offset", ctypes.c_size_t),
        ("bpf_cookie", ctypes.c_uint64),
        ("retprobe", ctypes.c_bool),
        ("func_name", ctypes.c_char_p),
    ]


class TcHook(ctypes.Structure):
    """struct bpf_tc_hook"""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("ifindex", ctypes.c_int),
        ("attach_point", ctypes.c_int),
        ("parent", ctypes.c_uint32),
    ]


class TcOptions(ctypes.Structure):
    """struct bpf_tc_opts"""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("prog_fd", ctypes.c_int),
        ("flags", ctypes.c_uint32),
        ("prog_id", ctypes.c_uint32),
        ("handle", ctypes.c_uint32),
        ("priority", ctypes.c_uint32),
    ]


class Link:
    """One attachment; detach(), or the end of a `with`, takes it away."""

    def __init__(self, name: str, remove: Callable[[], int], fd: int = -1) -> None:
        self.name = name
        self.fd = fd
        self._remove: Callable[[], int] | None = remove

    @property
    def attached(self) -> bool:
        return self._remove is not None

    def detach(self) -> None:
        remove, self._remove = self._remove, None
        status = remove() if remove is not None else 0
        if status < 0:
            raise failed(f"{self.name} cannot be detached", status)

    def __enter__(self) -> Link:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def __repr__(self) -> str:
        return f"<Link of {self.name}{'' if self.attached else ', detached'}>"


def link(lib: ctypes.CDLL, name: str, function: str, *arguments: Any) -> Link:
    """By a function of libbpf that returns a link."""
    with captured(lib) as lines:
        found = getattr(lib, function)(*arguments)
        status = -ctypes.get_errno()
    if not found:
        raise failed(f"{name} cannot be attached", status, lines)
    return Link(name, lambda: int(lib.bpf_link__destroy(found)), lib.bpf_link__fd(found))


def by_section(lib: ctypes.CDLL, name: str, program: int) -> Link | None:
    """Where the program's section says; None if it says nothing of that."""
    try:
        return link(lib, name, "bpf_program__attach", program)
    except LoadError as error:
        if error.errno == errno.EOPNOTSUPP:
            return None
        raise


def to_path(lib: ctypes.CDLL, name: str, function: str, program: int, path: str | os.PathLike[str]) -> Link:
    """To what an open file stands for: a control group, a network namespace."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return link(lib, name, function, program, fd)
    finally:
        os.close(fd)


def to_uprobe(
    lib: ctypes.CDLL,
    name: str,
    program: int,
    path: str,
    function: str,
    *,
    offset: int,
    process: int,
    returns: bool,
) -> Link:
    options = UprobeOptions(sz=ctypes.sizeof(UprobeOptions), retprobe=returns, func_name=function.encode() or None)
    at = (process, os.fsencode(path), offset, ctypes.byref(options))
    return link(lib, name, "bpf_program__attach_uprobe_opts", program, *at)


def to_socket(name: str, program: int, sock: socket.socket) -> Link:
    """As a filter. The socket keeps it, unless detached, for as long as it is open."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_BPF, program)
    except OSError as error:
        raise failed(f"{name} cannot be attached", -(error.errno or errno.EINVAL)) from None

    def remove() -> int:
        if sock.fileno() >= 0:
            sock.setsockopt(socket.SOL_SOCKET, SO_DETACH_BPF, 0)
        return 0

    return Link(name, remove)


def to_tc(lib: ctypes.CDLL, name: str, program: int, interface: int, egress: bool) -> Link:
    """By a classifier of the interface's clsact queue, which is made if there is none, and then taken away too."""
    hook = TcHook(sz=ctypes.sizeof(TcHook), ifindex=interface, attach_point=EGRESS if egress else INGRESS)
    options = TcOptions(sz=ctypes.sizeof(TcOptions), prog_fd=program)
    with captured(lib) as lines:
        made = lib.bpf_tc_hook_create(ctypes.byref(hook))
        status = made
        if made in (0, -errno.EEXIST):
            status = lib.bpf_tc_attach(ctypes.byref(hook), ctypes.byref(options))
    if status < 0:
        raise failed(f"{name} cannot be attached", status, lines)

    def remove() -> int:
        options.prog_fd = options.flags = options.prog_id = 0
        status: int = lib.bpf_tc_detach(ctypes.byref(hook), ctypes.byref(options))
        if made == 0:
            hook.attach_point = INGRESS | EGRESS  # the queue itself
            status = lib.bpf_tc_hook_destroy(ctypes.byref(hook)) or status
        return status

    return Link(name, remove)


def index_of(interface: str | int) -> int:
    """Raises LoadError."""
    if isinstance(interface, int):
        return interface
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise LoadError(f"there is no network interface '{interface}'", error.errno or 0) from None

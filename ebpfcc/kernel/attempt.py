"""One program of an object loaded, alone, for what the verifier says of it; nothing is attached or pinned, and all of it is closed again."""

from __future__ import annotations

import ctypes
import mmap
import os
import re
from _thread import RLock
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from .libbpf import each, library, size_maps

PATH, ALL, STATISTICS = 1, 2, 4  # what the log holds
SMALL = 1 << 20
WHOLE = 1 << 29  # bytes of a whole log, of which only those that the verifier writes take memory; the kernel's limit is twice that
WARNING = 0
PRINT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
PRINTING = RLock()  # libbpf has one place for messages in the process


class OpenOptions(ctypes.Structure):
    """The beginning of struct bpf_object_open_opts."""

    _fields_ = [("sz", ctypes.c_size_t), ("object_name", ctypes.c_char_p)]


class Attempt(NamedTuple):
    """One load. status: 0 or -errno. log: the verifier's; cut: its beginning (before Linux 6.4 its end) is lost. warnings: libbpf's lines."""

    status: int
    log: str
    cut: bool
    warnings: list[str]


class Opened:
    """An object in memory, opened as often as one of its programs is tried."""

    def __init__(self, data: bytes, name: str) -> None:
        lib = library()
        assert lib is not None
        self.lib = lib
        self.data = data
        self.options = OpenOptions(ctypes.sizeof(OpenOptions), name.encode("utf-8", "surrogateescape")[:15])
        self.warnings: list[str] = []
        self.programs: list[tuple[str, str]] = []  # (name, section)
        self.sized: list[tuple[str, int]] = []  # maps that have no size of their own, and the size that they got
        with captured(lib) as self.warnings:
            obj = self._open()
        self.ok = bool(obj)
        if obj:
            for program in each(lib.bpf_object__next_program, obj):
                called, section = lib.bpf_program__name(program), lib.bpf_program__section_name(program)
                self.programs.append((called.decode("utf-8", "replace"), section.decode("utf-8", "replace")))
            lib.bpf_object__close(obj)

    def _open(self) -> int | None:
        obj: int | None = self.lib.bpf_object__open_mem(self.data, len(self.data), ctypes.byref(self.options))
        self.sized = size_maps(self.lib, obj)
        for one in each(self.lib.bpf_object__next_map, obj) if obj else ():
            self.lib.bpf_map__set_pin_path(one, None)
        return obj

    def load(self, index: int, level: int, size: int) -> tuple[int, bytes, list[str]]:
        """Load the program with this number. -> (status, log, warnings)"""
        memory = mmap.mmap(-1, size)
        log = (ctypes.c_char * size).from_buffer(memory)
        with captured(self.lib) as warnings:
            obj = self._open()
            for i, program in enumerate(each(self.lib.bpf_object__next_program, obj)):
                self.lib.bpf_program__set_autoload(program, i == index)
                if i == index:
                    self.lib.bpf_program__set_log_buf(program, log, size)
                    self.lib.bpf_program__set_log_level(program, level)
            status = self.lib.bpf_object__load(obj)
            self.lib.bpf_object__close(obj)
        end = memory.find(b"\0")
        return status, memory[: end if end >= 0 else size], warnings


@contextmanager
def captured(lib: ctypes.CDLL) -> Iterator[list[str]]:
    """libbpf's warnings meanwhile, line by line."""
    lines: list[str] = []
    libc = ctypes.CDLL(None)
    libc.vsnprintf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p]

    def take(level: int, form: bytes, arguments: int) -> int:
        if level == WARNING and b"-- BEGIN PROG LOAD LOG --" not in form:  # a va_list is a pointer, or passed by one, wherever BPF programs run
            text = ctypes.create_string_buffer(2048)
            libc.vsnprintf(text, len(text), form, arguments)
            lines.extend(line.removeprefix("libbpf: ") for line in text.value.decode("utf-8", "replace").splitlines() if line)
        return 0

    callback = PRINT(take)
    with PRINTING:
        lib.libbpf_set_print(ctypes.cast(callback, ctypes.c_void_p))
        try:
            yield lines
        finally:
            lib.libbpf_set_print(None)


def refused_by_libbpf(attempt: Attempt) -> bool:
    """Whether loading ended before the verifier had said anything."""
    return attempt.status < 0 and not attempt.log and not attempt.cut


def reason(attempt: Attempt) -> list[str]:
    """libbpf's last warnings that say something."""
    said = [line for line in attempt.warnings if not re.match(r"failed to load object|permission error while|prog '.*': failed to load: -|.*-- END PROG", line)]
    return said[-3:] or [os.strerror(-attempt.status)]

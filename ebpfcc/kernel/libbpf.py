"""Loading objects with the machine's libbpf.so.1, found when asked for; nothing is attached."""

from __future__ import annotations

import ctypes
import functools
import os
import re

from ..target.host import KERNEL_BTF
from .prototypes import declare

BPF_MAP_TYPE_ARRAY = 2
LOG_SIZE = 1 << 22
SIZED = {27: 1 << 18, 31: 1 << 18}  # ring buffers; other maps whose size is left to user space get 8 entries
SIZED_BY_LIBBPF = 4  # perf event arrays: an entry for each processor
UNSIZED = {0, 8, 19, 20, 21, 24, 26, 28, 29, 30, 32, 33}  # maps without a size, or whose size is not ours to set


@functools.cache
def library() -> ctypes.CDLL | None:
    """libbpf, or LIBBPF in the environment; None if the machine has none."""
    try:
        lib = ctypes.CDLL(os.environ.get("LIBBPF", "libbpf.so.1"), use_errno=True)
        declare(lib)
    except (OSError, AttributeError):
        return None
    lib.libbpf_set_print(None)
    return lib


def why_not() -> str:
    """Why nothing can be loaded here; "" if it can."""
    lib = library()
    if lib is None:
        return "no libbpf.so.1 on this machine"
    if os.geteuid() and not capable():
        return "only root, or a process with CAP_BPF, may load programs"
    fd = lib.bpf_map_create(BPF_MAP_TYPE_ARRAY, None, 4, 4, 1, None)
    if fd < 0:
        return f"the kernel allows no bpf() here: {os.strerror(-fd)}"
    os.close(fd)
    return "" if os.path.exists(KERNEL_BTF) else f"no type information of the kernel in {KERNEL_BTF}"


def capable() -> bool:
    """Whether this process has CAP_SYS_ADMIN or CAP_BPF."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            found = re.search(r"^CapEff:\s*([0-9a-f]+)", status.read(), re.M)
    except OSError:
        return False
    return found is not None and bool(int(found[1], 16) & (1 << 21 | 1 << 39))


def load(path: str) -> dict[str, str]:
    """Load an object; if that fails, each of its programs alone. -> {program: "" or why the kernel refuses it}"""
    lib = library()
    assert lib is not None
    obj = open_sized(lib, path)
    if not obj:
        return {"": f"libbpf cannot read the object: {os.strerror(ctypes.get_errno())}"}
    names = [lib.bpf_program__name(p).decode() for p in each(lib.bpf_object__next_program, obj)]
    status = lib.bpf_object__load(obj)
    lib.bpf_object__close(obj)
    if status == 0:
        return dict.fromkeys(names, "")
    return {name: load_one(lib, path, i) for i, name in enumerate(names)} or {"": os.strerror(-status)}


class TestRun(ctypes.Structure):
    """struct bpf_test_run_opts"""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("data_in", ctypes.c_char_p),
        ("data_out", ctypes.c_char_p),
        ("data_size_in", ctypes.c_uint32),
        ("data_size_out", ctypes.c_uint32),
        ("ctx_in", ctypes.c_char_p),
        ("ctx_out", ctypes.c_char_p),
        ("ctx_size_in", ctypes.c_uint32),
        ("ctx_size_out", ctypes.c_uint32),
        ("retval", ctypes.c_uint32),
        ("repeat", ctypes.c_int),
        ("duration", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("cpu", ctypes.c_uint32),
        ("batch_size", ctypes.c_uint32),
    ]


def load_one(lib: ctypes.CDLL, path: str, index: int) -> str:
    obj = open_sized(lib, path)
    log = ctypes.create_string_buffer(LOG_SIZE)
    for i, program in enumerate(each(lib.bpf_object__next_program, obj)):
        lib.bpf_program__set_autoload(program, i == index)
        if i == index:
            lib.bpf_program__set_log_buf(program, log, LOG_SIZE)
    status = lib.bpf_object__load(obj)
    lib.bpf_object__close(obj)
    return "" if status == 0 else last_word(log.value.decode(errors="replace")) or os.strerror(-status)


def last_word(log: str) -> str:
    """What the verifier says at its end, without its statistics."""
    lines = [line for line in log.splitlines() if line and not re.match(r"processed |verification time|stack depth|peak_states|-- |mark_precise", line)]
    return lines[-1][:200] if lines else ""


def open_sized(lib: ctypes.CDLL, path: str) -> int | None:
    obj: int | None = lib.bpf_object__open_file(os.fsencode(path), None)
    size_maps(lib, obj)
    return obj


def size_maps(lib: ctypes.CDLL, obj: int | None) -> list[tuple[str, int]]:
    """Sizes for maps that get theirs from user space. -> (name, size) of those that libbpf would not make without it"""
    sized = []
    for one in each(lib.bpf_object__next_map, obj) if obj else ():
        kind = lib.bpf_map__type(one)
        if not lib.bpf_map__max_entries(one) and kind not in UNSIZED:
            size = SIZED.get(kind, 8)
            lib.bpf_map__set_max_entries(one, size)
            if kind != SIZED_BY_LIBBPF:
                sized.append((lib.bpf_map__name(one).decode("utf-8", "replace"), size))
    return sized


def each(following: ctypes._NamedFuncPointer, obj: int | None) -> list[int]:
    found: list[int] = []
    while (item := following(obj, found[-1] if found else None)) is not None:
        found.append(item)
    return found

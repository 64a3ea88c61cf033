"""Whether an object's programs do in this kernel what their tags expect: accepted or refused, with the verifier's words, returning what
they should; and the same result in the simulator. Nothing is attached."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

from . import libbpf
from .expectations import RETURNS, TEST_DATA, Expectation, first_missing, read_expectations

PROG_TYPE_SYSCALL = 31
MAP_TYPE_STRUCT_OPS = 26
LOG_SIZE = 1 << 24


def prototypes(lib: ctypes.CDLL) -> None:
    lib.bpf_program__set_log_level.argtypes = lib.bpf_program__set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    lib.bpf_program__flags.argtypes = lib.bpf_program__type.argtypes = [ctypes.c_void_p]
    lib.bpf_program__flags.restype = ctypes.c_uint32


def check(path: str) -> dict[str, dict[str, str]]:
    """{program: {"kernel": "" or what is not as expected, "simulator": the same, if it was run there}}. Requires root."""
    with open(path, "rb") as file:
        data = file.read()
    expected = read_expectations(data, os.uname().machine)
    lib = libbpf.library()
    assert lib is not None
    prototypes(lib)
    log = ctypes.create_string_buffer(LOG_SIZE)
    out: dict[str, dict[str, str]] = {}
    for name, wish in expected.items():
        if wish.elsewhere or (wish.accepted is None and not wish.messages and wish.result is None):
            continue
        outcome = check_one(lib, path, name, wish, {n for n, e in expected.items() if e.auxiliary}, log)
        if outcome is None:
            continue  # a subprogram
        out[name] = {"kernel": outcome}
        if outcome == "" and wish.result is not None and wish.result != RETURNS["POINTER_VALUE"]:
            simulated = simulate(data, name, wish.result)
            if simulated is not None:
                out[name]["simulator"] = simulated
    return out


def check_one(lib: ctypes.CDLL, path: str, name: str, wish: Expectation, auxiliary: set[str], log: Any) -> str | None:
    obj = libbpf.open_sized(lib, path)
    if not obj:
        return "libbpf cannot read the object"
    try:
        chosen = None
        for program in libbpf.each(lib.bpf_object__next_program, obj):
            this = lib.bpf_program__name(program).decode()
            lib.bpf_program__set_autoload(program, this == name or this in auxiliary)
            if this == name:
                chosen = program
        if chosen is None:
            return None
        log[0] = b"\0"
        lib.bpf_program__set_log_buf(chosen, log, LOG_SIZE)
        lib.bpf_program__set_log_level(chosen, wish.log_level)
        lib.bpf_program__set_flags(chosen, lib.bpf_program__flags(chosen) | wish.flags)
        status = lib.bpf_object__load(obj)
        text = log.value.decode(errors="replace")
        if (status == 0) != (wish.accepted is not False):
            return "accepted, not refused" if status == 0 else f"refused: {libbpf.last_word(text) or os.strerror(-status)}"
        missing = first_missing(text, wish.messages)
        if missing is not None:
            return f"the verifier does not say '{missing}'"
        maps = libbpf.each(lib.bpf_object__next_map, obj)
        if wish.result is None or status or any(lib.bpf_map__type(m) == MAP_TYPE_STRUCT_OPS for m in maps):
            return ""
        return run(lib, chosen, wish.result)
    finally:
        lib.bpf_object__close(obj)


def run(lib: ctypes.CDLL, program: int, wish: int) -> str:
    data = ctypes.create_string_buffer(TEST_DATA)
    out = ctypes.create_string_buffer(TEST_DATA << 2)
    options = libbpf.TestRun(sz=ctypes.sizeof(libbpf.TestRun))
    if lib.bpf_program__type(program) != PROG_TYPE_SYSCALL:
        options.data_in, options.data_size_in = ctypes.cast(data, ctypes.c_char_p), TEST_DATA
        options.data_out, options.data_size_out = ctypes.cast(out, ctypes.c_char_p), TEST_DATA << 2
        options.repeat = 1
    status = lib.bpf_prog_test_run_opts(lib.bpf_program__fd(program), ctypes.byref(options))
    if status:
        return f"cannot be run: {os.strerror(-status)}"
    got = ctypes.c_int32(options.retval).value
    return "" if got == ctypes.c_int32(wish).value or wish == RETURNS["POINTER_VALUE"] else f"returns {got}, not {wish}"


def simulate(data: bytes, name: str, wish: int) -> str | None:
    """None if the simulator does not know the kind of program or something that it uses."""
    try:
        result = subprocess_simulation(data, name)
    except OSError:
        return None
    if result is None:
        return None
    got = ctypes.c_int32(result).value
    return "" if got == ctypes.c_int32(wish).value else f"returns {got}, not {wish}"


def subprocess_simulation(data: bytes, name: str) -> int | None:
    import subprocess
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(data)
        file.flush()
        code = (
            "import sys\nfrom ebpfcc.sim import SimError, Simulator\n"
            "try:\n    s = Simulator(open(sys.argv[1], 'rb').read())\n    print(s.run(sys.argv[2], data=bytes(64)))\n"
            "except SimError as e:\n    sys.exit(3)\n"
        )
        done = subprocess.run([sys.executable, "-c", code, file.name, name], capture_output=True, text=True, timeout=60, check=False)
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip().lstrip("-").isdigit() else None


if __name__ == "__main__":
    json.dump(check(sys.argv[1]), sys.stdout)

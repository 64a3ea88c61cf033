"""What runs a C function in the differential tests. An engine takes a source and gives a runner: (name, arguments) -> result.

The interpreter on IR as lowered is the reference; further engines (a simulator, the kernel's test run) are further rows of ENGINES."""

from __future__ import annotations

import ctypes
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate_c import PRELUDE, generate, inputs

from ebpfcc import driver
from ebpfcc.ir.core import Module
from ebpfcc.ir.interp import Trap, interpret
from ebpfcc.ir.verify import VerifyError, verify_module
from ebpfcc.kernel import libbpf
from ebpfcc.opt import pipeline
from ebpfcc.options import Options
from ebpfcc.sim import Simulator
from ebpfcc.sim.errors import SimError

Runner = Callable[[str, tuple[int, ...]], int]
STEPS = 200_000
REFUSED: list[tuple[str, int]] = []  # (engine, seed) of what the kernel did not take
INPUTS_EACH = 3


class Failed(Exception):
    """An engine refuses the source."""


def options(level: str, cpu: int) -> Options:
    o = Options()
    o.target, o.cpu, o.opt_level, o.action = "bpfel", cpu, level, "compile"
    o.wrapping = True  # as the native code that it is compared with
    o.warnings = ["#silent"]
    return o


def compile_module(source: str, level: str | None, cpu: int, generate_code: bool = False) -> Module:
    """IR as lowered (level None) or optimised, verified after every pass; with code generated too, if asked for."""
    module: list[Module] = []
    run = pipeline.optimise_module

    def optimise(m: Module, _level: str, _trace: Any = None, _cpu: int = 3) -> None:
        module.append(m)
        verify_module(m)
        if level is not None:
            run(m, level, pipeline.verifying, cpu)
            verify_module(m)

    chosen = options(level or "0", cpu)
    if not generate_code:
        chosen.emit = "ir"
    pipeline.optimise_module = optimise  # type: ignore[assignment]
    try:
        result = driver.compile_source(("test.c", source), chosen)
    except driver.InternalError as e:
        raise Failed(f"{type(e.__cause__).__name__} {e}: {e.__cause__}") from e
    finally:
        pipeline.optimise_module = run
    if not result.ok:
        errors = [r for r in result.diag.text().split("\n") if "error:" in r and "stack" not in r and "generated" not in r]
        if errors or not module:
            raise Failed("refused: " + "; ".join(errors[:3]))
    return module[0]


def on_ir(level: str | None, cpu: int, generate_code: bool = False) -> Callable[[str], Runner]:
    def start(source: str) -> Runner:
        module = compile_module(source, level, cpu, generate_code)
        return lambda name, args: interpret(module, name, list(args), steps=STEPS)

    return start


def native(source: str) -> Runner:
    """The host's compiler; the library is unloaded with the process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test.c")
        file.write_text(source)
        library = Path(folder, "test.so")
        done = subprocess.run(
            ["cc", "-w", "-O1", "-fwrapv", "-fno-strict-aliasing", "-shared", "-fPIC", "-o", str(library), str(file)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise Failed("cc: " + done.stderr[:300])
        loaded = ctypes.CDLL(str(library))

    def run(name: str, args: tuple[int, ...]) -> int:
        function = getattr(loaded, name)
        function.restype = ctypes.c_uint64
        return int(function(*map(ctypes.c_uint64, args)))

    return run


class Refused(Exception):
    """The kernel's verifier gives this function up as too much to verify; nothing is to be compared."""


ENTRY = """
__attribute__((section("syscall"), used)) int run_{name}(struct arguments *c) {{ c->r = {name}(c->a[0], c->a[1], c->a[2], c->a[3]); return 0; }}
"""


def refuse(name: str, args: tuple[int, ...]) -> int:
    raise Refused(name)


def in_kernel(level: str, cpu: int) -> Callable[[str], Runner]:
    """Each function behind a program of its own, run with BPF_PROG_TEST_RUN; what the verifier refuses is left out."""

    def start(source: str) -> Runner:
        names = re.findall(r"^ *unsigned long long (test\d+)\(", source, re.M)
        entries = "struct arguments { unsigned long long a[4], r; };" + "".join(ENTRY.format(name=name) for name in names)
        result = driver.compile_source(
            ("test.c", re.sub(r"^ *(unsigned long long test\d+\()", r"static \1", source, flags=re.M) + entries), options(level, cpu)
        )
        errors = re.findall(r"error: (.*)", result.diag.text())
        if errors and len(names) == 1 and all(LIMITS[0] in error for error in errors):
            return refuse
        if result.data is None:
            raise Failed("refused: " + result.diag.text()[:300])
        with tempfile.NamedTemporaryFile(suffix=".o") as file:
            file.write(result.data)
            file.flush()
            programs = KernelPrograms(file.name, [f"run_{name}" for name in names])
        return lambda name, args: programs.run(f"run_{name}", args)

    return start


def in_simulator(level: str, cpu: int, big_endian: bool = False) -> Callable[[str], Runner]:
    """The machine code, without a kernel."""

    def start(source: str) -> Runner:
        chosen = options(level, cpu)
        if big_endian:
            chosen.target, chosen.big_endian = "bpfeb", True
        result = driver.compile_source(("test.c", source), chosen)
        if result.data is None:
            raise Failed("refused: " + result.diag.text()[:300])
        simulator = Simulator(result.data)

        def run(name: str, args: tuple[int, ...]) -> int:
            try:
                return simulator.call(name, *args, limit=STEPS * 50)
            except SimError as error:
                raise Trap(str(error)) from error

        return run

    return start


# What a correct program may exceed, and what the verifier never takes: an address on the stack that a called function keeps.
LIMITS = (
    "above the limit of 512",
    "BPF program is too large",
    "jumps is too complex",
    "combined stack size",
    "cannot spill pointers to stack into stack frame of the caller",
)


def libbpf_log(lib: Any, path: str, name: str) -> str:
    """What the verifier says of the program that it refuses."""
    obj = libbpf.open_sized(lib, path)
    log = ctypes.create_string_buffer(1 << 16)
    for program in libbpf.each(lib.bpf_object__next_program, obj):
        wanted = lib.bpf_program__name(program).decode() == name
        lib.bpf_program__set_autoload(program, wanted)
        if wanted:
            lib.bpf_program__set_log_buf(program, log, len(log))
            lib.bpf_program__set_log_level(program, 4)  # the statistics and the reason, not every instruction
    lib.bpf_object__load(obj)
    lib.bpf_object__close(obj)
    return log.value.decode(errors="replace")


class KernelPrograms:
    """The programs of an object, each loaded alone; one that the verifier refuses has no descriptor."""

    def __init__(self, path: str, names: list[str]) -> None:
        self.lib = libbpf.library()
        assert self.lib is not None
        self.objects: list[int] = []
        self.fds: dict[str, int] = {}
        self.wrongly_refused: dict[str, str] = {}
        for name in names:  # together, one that the verifier gives up after a million instructions would cost all of them again
            self.load(path, name)

    def load(self, path: str, name: str) -> None:
        obj = libbpf.open_sized(self.lib, path)
        assert obj is not None
        programs = {self.lib.bpf_program__name(p).decode(): p for p in libbpf.each(self.lib.bpf_object__next_program, obj)}
        for other, program in programs.items():
            self.lib.bpf_program__set_autoload(program, other == name)
        if self.lib.bpf_object__load(obj):
            self.lib.bpf_object__close(obj)
            why = libbpf_log(self.lib, path, name)
            if not any(limit in why for limit in LIMITS):
                self.wrongly_refused[name] = why[-300:]
            return
        self.objects.append(obj)
        self.fds[name] = self.lib.bpf_program__fd(programs[name])

    def run(self, name: str, args: tuple[int, ...]) -> int:
        if name in self.wrongly_refused:
            raise Trap(f"the verifier refuses it: {self.wrongly_refused[name]}")
        if name not in self.fds:
            raise Refused(name)
        context = ctypes.create_string_buffer(struct.pack("=5Q", *args, 0), 40)
        test = libbpf.TestRun(sz=ctypes.sizeof(libbpf.TestRun), ctx_in=ctypes.cast(context, ctypes.c_char_p), ctx_size_in=40)
        status = self.lib.bpf_prog_test_run_opts(self.fds[name], ctypes.byref(test))
        if status:
            raise Failed(f"test run: {status}")
        return int(struct.unpack("=5Q", context.raw)[4])

    def __del__(self) -> None:
        for obj in self.objects:
            self.lib.bpf_object__close(obj)


REFERENCE = ("lowered", on_ir(None, 3))
ENGINES: list[tuple[str, Callable[[str], Runner]]] = [
    ("O0 v1", on_ir("0", 1, True)),
    ("O1 v2", on_ir("1", 2, True)),
    ("O2 v3", on_ir("2", 3, True)),
    ("O2 v4", on_ir("2", 4, True)),
    ("simulator O0 v1", in_simulator("0", 1)),
    ("simulator O1 v2", in_simulator("1", 2)),
    ("simulator O2 v3", in_simulator("2", 3)),
    ("simulator O2 v4", in_simulator("2", 4)),
]
# A program may see the byte order: big-endian code is compared with big-endian code that was hardly optimised.
BIG_REFERENCE = ("big O0 v1", in_simulator("0", 1, True))
BIG_ENGINES = [(f"big O{level} v{cpu}", in_simulator(level, cpu, True)) for level, cpu in (("1", 2), ("2", 1), ("2", 3), ("2", 4))]
if not libbpf.why_not():
    ENGINES += [
        ("kernel O2 v3", in_kernel("2", 3)),
        ("kernel O2 v4", in_kernel("2", 4)),
        ("kernel O1 v2", in_kernel("1", 2)),
        ("kernel O0 v1", in_kernel("0", 1)),
    ]
HAS_CC = shutil.which("cc") is not None
if HAS_CC:
    ENGINES.append(("native", native))


def compare(seeds: list[int], engines: list[tuple[str, Callable[[str], Runner]]] | None = None) -> list[tuple[int, str]]:
    """(seed, what differs) of the functions on which an engine disagrees with the reference."""
    texts = {seed: generate(seed, f"test{seed}").text() for seed in seeds}
    return compare_texts(texts, engines)


def compare_big_endian(seeds: list[int]) -> list[tuple[int, str]]:
    return compare_texts({seed: generate(seed, f"test{seed}").text() for seed in seeds}, BIG_ENGINES, BIG_REFERENCE)


def compare_texts(
    texts: dict[int, str],
    engines: list[tuple[str, Callable[[str], Runner]]] | None = None,
    against: tuple[str, Callable[[str], Runner]] = REFERENCE,
) -> list[tuple[int, str]]:
    source = PRELUDE + "\n".join(texts.values())
    bad: list[tuple[int, str]] = []
    wanted: dict[int, list[tuple[tuple[int, int, int, int], int]]] = {}
    try:
        reference = against[1](source)
        runners = [(name, start(source)) for name, start in (ENGINES if engines is None else engines)]
    except (Failed, VerifyError) as e:
        if len(texts) == 1:
            return [(seed, f"{type(e).__name__} {e}") for seed in texts]
        half = len(texts) // 2
        items = list(texts.items())
        return compare_texts(dict(items[:half]), engines, against) + compare_texts(dict(items[half:]), engines, against)
    for seed in texts:
        for args in inputs(seed, INPUTS_EACH):
            try:
                wanted.setdefault(seed, []).append((args, reference(f"test{seed}", args)))
            except Trap as e:
                if "too many steps" not in str(e):
                    bad.append((seed, f"lowered: {e} with {args}"))
                break
    for name, run in runners:
        for seed, cases in wanted.items():
            for args, result in cases:
                try:
                    got: int | str = run(f"test{seed}", args)
                except Refused:
                    REFUSED.append((name, seed))
                    break
                except Trap as e:
                    got = str(e)
                if got != result:
                    bad.append((seed, f"{name}: {got} in place of {result} with {args}"))
                    break
    return bad


def kind_of_failure(seed: int, text: str) -> str:
    """The engine that disagrees, or the start of its refusal; "" if all agree."""
    found = compare_texts({seed: text})
    return found[0][1].split(":")[0] if found else ""

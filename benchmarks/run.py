"""`make bench`: ebpfcc beside clang where there is one: seconds to compile the example programs, with a vmlinux.h of the whole running
kernel where there is its type information, and instructions in the objects. Ratios below 1 speak for ebpfcc."""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from elftools.elf.elffile import ELFFile

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "ebpfcc" / "include"
BTF = "/sys/kernel/btf/vmlinux"
EXECUTABLE = 4  # SHF_EXECINSTR
RUNS = 5


def vmlinux(folder: str) -> str:
    """A directory with the whole kernel's vmlinux.h, else the one with our own."""
    if not os.path.exists(BTF):
        return str(INCLUDE)
    command = [sys.executable, "-m", "ebpfcc.btf2c", BTF]
    if shutil.which("bpftool"):
        command = ["bpftool", "btf", "dump", "file", BTF, "format", "c"]
    with open(f"{folder}/vmlinux.h", "wb") as out:
        subprocess.run(command, stdout=out, check=True)
    return folder


def seconds(command: list[str]) -> float:
    """The median of some runs, the first not counted."""
    taken = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def instructions(path: str) -> int:
    with open(path, "rb") as stream:
        return sum(s["sh_size"] // 8 for s in ELFFile(stream).iter_sections() if s["sh_flags"] & EXECUTABLE)


def mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def main() -> int:
    clang = next((c for c in ("clang-19", "clang") if shutil.which(c)), None)
    with tempfile.TemporaryDirectory(prefix="ebpfcc-") as folder:
        directory = vmlinux(folder)
        lines = len(Path(directory, "vmlinux.h").read_text().splitlines())
        flags = ["-O2", "-g", "-w", "-nostdinc", f"-I{directory}", f"-I{INCLUDE}", f"-I{INCLUDE / 'std'}", "-D__TARGET_ARCH_x86", "-mcpu=v3"]
        print(f"vmlinux.h of {lines} lines; clang: {clang or 'none, so no ratios'}")
        print(f"{'':18} {'seconds':>17} {'ratio':>6} {'instructions':>17} {'ratio':>6}")
        times, sizes = [], []
        for source in sorted((ROOT / "examples").glob("*.bpf.c")):
            tail = [*flags, "-c", str(source), "-o"]
            ours = [sys.executable, "-m", "ebpfcc", *tail, f"{folder}/ours.o"]
            t, n = seconds(ours), instructions(f"{folder}/ours.o")
            if clang is None:
                print(f"{source.name:18} {t:8.3f} {'':15} {n:8}")
                continue
            their_t = seconds([clang, "--target=bpf", *tail, f"{folder}/clang.o"])
            their_n = instructions(f"{folder}/clang.o")
            times.append(t / their_t)
            sizes.append(n / their_n)
            print(f"{source.name:18} {t:8.3f} {their_t:8.3f} {times[-1]:6.2f} {n:8} {their_n:8} {sizes[-1]:6.2f}")
        if times:
            print(f"{'geometric mean':18} {'':17} {mean(times):6.2f} {'':17} {mean(sizes):6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

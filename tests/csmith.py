"""`python tests/csmith.py [--count N] [--seed N]`: programs of csmith (Yang, Chen, Eide, Regehr, PLDI 2011), by ebpfcc in the simulator
and by the host's compiler: their checksums agree.

Needs csmith with its headers, and a host compiler. Each program is compiled at one level and for one cpu, by turns. What wants more stack,
parameters or time than there is is counted, not compared. Exit status 1 if a checksum differs or the compiler has a defect."""

from __future__ import annotations

import argparse
import ctypes
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import ebpfcc
from ebpfcc.sim import Simulator
from ebpfcc.sim.errors import SimError

CSMITH = ["csmith", "--no-argc", "--concise", "--max-funcs", "5", "--max-block-size", "3", "--max-array-len-per-dim", "5"]
# In place of csmith.h, which prints: the checksum is what main returns.
HEADER = """\
#include <stdint.h>
#include <limits.h>
#define STATIC static
#define platform_main_begin()
#define platform_main_end(crc, flag) return (int)(crc)
#define assert(x)
static uint32_t crc32_context = 0xFFFFFFFFUL;
static void crc32_byte(uint8_t b) {
  crc32_context ^= b;
  for (int k = 0; k < 8; k++)
    crc32_context = crc32_context >> 1 ^ (crc32_context & 1 ? 0xEDB88320UL : 0);
}
static void crc32_gentab(void) {}
static void transparent_crc(uint64_t val, char *name, int flag) {
  for (int k = 0; k < 8; k++)
    crc32_byte(val >> 8 * k);
}
#define FUNC_NAME(x) safe_##x
#define LOG_INDEX
#define LOG_EXEC
#define UNDEFINED(x) (x)
#define printf(...) 0
"""
MATH = Path("/usr/include/csmith/safe_math.h")
LEVELS = ("O0", "O1", "O2", "Os")
STEPS = 3_000_000


def native(source: Path, headers: list[str]) -> int | None:
    """What main returns; None if it takes too long."""
    program = source.with_suffix(".so")
    runner = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).test())"
    cc = ["cc", "-O1", "-w", "-fPIC", "-shared", "-fno-strict-aliasing", "-Dmain=test", *headers, str(source), "-o", str(program)]
    subprocess.run(cc, check=True, timeout=60)
    try:
        done = subprocess.run([sys.executable, "-c", runner, str(program)], capture_output=True, text=True, timeout=2, check=False)
    except subprocess.TimeoutExpired:
        return None
    return ctypes.c_uint32(int(done.stdout)).value if done.returncode == 0 else None


def outcome(seed: int, folder: Path, headers: list[str]) -> str:
    made = subprocess.run([*CSMITH, "--seed", str(seed)], capture_output=True, text=True, timeout=60, check=True)
    source = folder / f"{seed}.c"
    source.write_text(made.stdout)
    level, cpu = LEVELS[seed % 4], seed // 4 % 4 + 1
    result = ebpfcc.compile(source, flags=[f"-{level}", f"-mcpu=v{cpu}", "-w", "-Dmain=test", *headers])
    if result.data is None:
        said = next((d.message for d in result.diagnostics if d.severity == "error"), "no message")
        return "no room: " + ("stack" if "stack" in said else said)
    wanted = native(source, headers)
    if wanted is None:
        return "takes too long"
    try:
        simulator = Simulator(result.data)
        got = simulator.call("test", limit=STEPS) & 0xFFFFFFFF
    except SimError as e:
        return "takes too long" if "limit" in str(e) or "instructions" in str(e) else f"WRONG (-{level} -mcpu=v{cpu}): {e}"
    return "right" if got == wanted else f"WRONG (-{level} -mcpu=v{cpu}): {got:#x} in place of {wanted:#x}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("csmith") is None:
        parser.error("csmith is not installed")
    counts: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        functions = [part.partition("\n}\n")[0] for part in MATH.read_text().split("\nSTATIC ")[1:]]
        of_integers = [f"STATIC {f}\n}}\n" for f in functions if "float" not in f and "double" not in f]
        (folder / "csmith.h").write_text(HEADER + "".join(of_integers))
        headers = [f"-I{folder}"]
        for seed in range(options.seed, options.seed + options.count):
            try:
                found = outcome(seed, folder, headers)
            except Exception as e:  # a defect of ours has a seed, too
                found = f"WRONG: {type(e).__name__}: {e}"
            if found.startswith("WRONG"):
                wrong += 1
                print(f"seed {seed}: {found}", flush=True)
            counts[found.split(" (")[0].split(":")[0] if found.startswith("WRONG") else found] += 1
            for file in folder.glob(f"{seed}.*"):
                file.unlink()
            if (seed - options.seed) % 100 == 99:
                print(dict(counts), flush=True)
    print(dict(counts))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

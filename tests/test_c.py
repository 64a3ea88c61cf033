"""C features: every function t_* of tests/c/*.c gives in all engines the results that clang's host code gives.

The last lines of a file hold a checksum of each function's results. `python tests/test_c.py --update` asks clang for them again.
A function whose name starts with tle_ shows the order of bytes, so that big-endian code has another result. What gives a result of an
atomic instruction needs cpu v3: atomics.c.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engines import Failed, Runner, in_simulator, on_ir

FILES = sorted((Path(__file__).parent / "c").glob("*.c"))
VALUES = (0, 1, 2, 5, 0xFF, 0x80, 2**31 - 1, 2**31, 2**32 - 1, 0x123456789ABCDEF0, 2**63, 2**64 - 1, 2**64 - 7, 7, 64, 300)
ARGUMENTS = [tuple(VALUES[(i * step + start) % 16] for step, start in ((1, 0), (7, 3), (5, 1), (3, 2))) for i in range(16)]
LEVELS = (("0", 1), ("g", 3), ("1", 2), ("2", 1), ("2", 3), ("2", 4), ("s", 3), ("3", 4))
ENGINES = [("lowered", 3, False, on_ir(None, 3))]
ENGINES += [(f"O{level} v{cpu}", cpu, False, in_simulator(level, cpu)) for level, cpu in LEVELS]
ENGINES += [(f"O{level} v{cpu} big", cpu, True, in_simulator(level, cpu, True)) for level, cpu in (("2", 3), ("0", 4))]
PRELUDE = """\
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;
typedef int s32;
typedef unsigned short u16;
typedef short s16;
typedef unsigned char u8;
typedef signed char s8;
#define NI __attribute__((noinline))
"""
FOLDED = {"strings": "needs strings that are known", "floating": "floating point is not supported"}  # what takes an optimiser, and its error
FUNCTION = re.compile(r"^u64 (t\w+)\(", re.M)
SUM = re.compile(r"^// (t\w+) ([0-9a-f]{8})$", re.M)


def checksum(run: Runner, name: str) -> str:
    return f"{zlib.crc32(b''.join(run(name, args).to_bytes(8, 'little') for args in ARGUMENTS)):08x}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_results(file: Path) -> None:
    source = file.read_text()
    wanted = dict(SUM.findall(source))
    assert list(wanted) == FUNCTION.findall(source)
    wrong = []
    for engine, cpu, big, start in ENGINES:
        if file.stem == "atomics" and cpu < 3:
            with pytest.raises(Failed, match="with a result needs -mcpu=v3"):
                start(PRELUDE + source)
            continue
        if file.stem in FOLDED and engine.startswith("O0"):
            with pytest.raises(Failed, match=FOLDED[file.stem]):
                start(PRELUDE + source)
            continue
        run = start(PRELUDE + source)
        wrong += [(engine, name) for name in wanted if not (big and name.startswith("tle")) and checksum(run, name) != wanted[name]]
    assert not wrong


def update(file: Path) -> None:
    source = SUM.sub("", file.read_text()).rstrip("\n") + "\n\n"
    with tempfile.TemporaryDirectory() as folder:
        library, whole = Path(folder, "c.so"), Path(folder, "c.c")
        whole.write_text(PRELUDE + source)
        subprocess.run(["clang-19", "-w", "-O1", "-fwrapv", "-fno-strict-aliasing", "-shared", "-fPIC", "-o", str(library), str(whole)], check=True)
        loaded = ctypes.CDLL(str(library))

    def run(name: str, args: tuple[int, ...]) -> int:
        function = getattr(loaded, name)
        function.restype = ctypes.c_uint64
        return int(function(*map(ctypes.c_uint64, args)))

    file.write_text(source + "".join(f"// {name} {checksum(run, name)}\n" for name in FUNCTION.findall(source)))


if __name__ == "__main__" and "--update" in sys.argv:
    for path in FILES:
        update(path)

"""The fuzzer: a few cases of each target in this process, that it is the same ones each time, and that it finds what is wrong.

Nothing here is random and nothing measured by the clock: what fails here fails again, on any machine. `make fuzz` tries new cases.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

FUZZ = Path(__file__).resolve().parent / "fuzz"
SECONDS = 120  # of processor time for a case; the slowest takes less than two
CASES = {"source": 100, "object": 40, "packet": 40, "assembly": 100, "command": 40}


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    monkeypatch.syspath_prepend(str(FUZZ))
    monkeypatch.setenv("EBPFCC_VMLINUX", "")
    monkeypatch.chdir(tmp_path)
    import targets as found

    monkeypatch.setattr(found, "sources", found.programs)
    yield found


@pytest.fixture
def limit() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"a case takes more than {SECONDS} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("target", CASES)
def test_a_few(targets: object, target: str, limit: None) -> None:
    for number in range(CASES[target]):
        case = targets.TARGETS[target](random.Random(f"{target}:test:{number}"))  # type: ignore[attr-defined]
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        case()


def test_cases_are_known_by_their_number() -> None:
    program = "import sys, random; sys.path.insert(0, sys.argv[1]); import mutate; print(mutate.text(random.Random('x'), open(sys.argv[2]).read(), 'int x;'))"
    outputs = {subprocess.run([sys.executable, "-c", program, str(FUZZ), __file__], capture_output=True, check=True).stdout for _ in range(3)}
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("broken", "kind"),
    [("while True: pass", "Hang"), ("os.kill(os.getpid(), 11)", "killed by status -11"), ("bytearray(3 << 30)", "MemoryError"), ("[][0]", "IndexError")],
)
def test_it_finds_what_is_wrong(tmp_path: Path, broken: str, kind: str) -> None:
    """A compiler that raises, hangs, dies or takes too much memory."""
    for file in FUZZ.glob("*.py"):
        text = file.read_text().replace("SECONDS = 10 ", "SECONDS = 1 ")
        if file.name == "targets.py":
            text = text.replace("parent.parent\nSTEPS", f"parent.parent\nTESTS = Path({str(FUZZ.parent)!r})\nSTEPS")
            text = text.replace('    result = ebpfcc.compile(text=text, name="fuzz.c"', f'    {broken}\n    result = ebpfcc.compile(text=text, name="fuzz.c"')
        (tmp_path / file.name).write_text(text)
    done = subprocess.run([sys.executable, str(tmp_path), "--only", "source", "--cases", "1", "--seconds", "36000"], capture_output=True, text=True)
    assert done.returncode == 1 and kind in done.stdout and "--case source:0:0" in done.stdout, done.stdout + done.stderr

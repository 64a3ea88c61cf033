"""The fuzzer: a few cases of each target in this process, that it is the same ones each time, and that it finds what is wrong."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parent / "fuzz"
CASES = {"source": 100, "object": 40, "packet": 40, "assembly": 100, "command": 40}


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    monkeypatch.syspath_prepend(str(FUZZ))
    monkeypatch.setenv("EBPFCC_VMLINUX", "")
    monkeypatch.chdir(tmp_path)
    import targets as found

    yield found


@pytest.mark.parametrize("target", CASES)
def test_a_few(targets: object, target: str) -> None:
    for number in range(CASES[target]):
        case = targets.TARGETS[target](random.Random(f"{target}:test:{number}"))  # type: ignore[attr-defined]
        case()


def test_cases_are_known_by_their_number() -> None:
    program = "import sys, random; sys.path.insert(0, sys.argv[1]); import mutate; print(mutate.text(random.Random('x'), open(sys.argv[2]).read(), 'int x;'))"
    outputs = {subprocess.run([sys.executable, "-c", program, str(FUZZ), __file__], capture_output=True, check=True).stdout for _ in range(3)}
    assert len(outputs) == 1


@pytest.mark.parametrize("broken", ["while True: pass", "import os; os.kill(os.getpid(), 11)", "bytearray(3 << 30)"])
def test_it_finds_what_is_wrong(tmp_path: Path, broken: str) -> None:
    """A compiler that raises, hangs, dies or takes too much memory."""
    for file in FUZZ.glob("*.py"):
        text = file.read_text().replace("SECONDS = 10 ", "SECONDS = 1 ")
        if file.name == "targets.py":
            text = text.replace("parent.parent\nSTEPS", f"parent.parent\nTESTS = Path({str(FUZZ.parent)!r})\nSTEPS")
            text = text.replace("    result = ebpfcc.compile(text=text,", f"    {broken}\n    result = ebpfcc.compile(text=text,")
        (tmp_path / file.name).write_text(text)
    done = subprocess.run([sys.executable, str(tmp_path), "--only", "source", "--cases", "1", "--seconds", "40"], capture_output=True, text=True)
    assert done.returncode == 1 and "--case source:0:" in done.stdout, done.stdout + done.stderr

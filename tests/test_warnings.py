"""Warnings are clang's: tests/warnings/*.c, whose first line has the flags. NAME.expected has clang's messages, by line; where clang is
present it is asked again. The files in tests/warnings/ours are about what clang does not look into."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import ebpfcc

HERE = Path(__file__).resolve().parent / "warnings"
CLANG = next((c for c in ("clang-19",) if shutil.which(c)), None)
CLANGS = sorted(HERE.glob("*.c"))
OURS = sorted((HERE / "ours").glob("*.c"))
MESSAGE = re.compile(r"[^:]+:(\d+):\d+: (warning|error): (.*)")


def flags_of(file: Path) -> list[str]:
    return file.read_text().split("\n", 1)[0].lstrip("/ ").split()


def expected(file: Path) -> list[str]:
    return file.with_suffix(".expected").read_text().splitlines()


def ours(file: Path, *more: str) -> list[str]:
    result = ebpfcc.compile(file, flags=["-O2", "-g", *flags_of(file), *more])
    return sorted(f"{d.line}: {d.message} [{d.flag}]" for d in result.diagnostics if d.severity != "note")


@pytest.mark.parametrize("file", CLANGS + OURS, ids=lambda file: file.stem)
def test_warnings(file: Path) -> None:
    assert ours(file) == expected(file)


@pytest.mark.parametrize("file", CLANGS, ids=lambda file: file.stem)
def test_clang_says_the_same(file: Path) -> None:
    if CLANG is None:
        pytest.skip("no clang-19")
    command = [CLANG, "--target=bpf", "-fsyntax-only", "-fno-caret-diagnostics", *flags_of(file), str(file)]
    output = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr
    found = [m for m in map(MESSAGE.match, output.splitlines()) if m is not None]
    assert sorted(f"{m[1]}: {m[3]}" for m in found) == expected(file)


@pytest.mark.parametrize("file", CLANGS + OURS, ids=lambda file: file.stem)
def test_each_can_be_turned_off_and_made_an_error(file: Path) -> None:
    names = sorted({line.rpartition("[-W")[2].rstrip("]") for line in expected(file)})
    assert ours(file, *(f"-Wno-{name}" for name in names)) == []
    for name in names:
        errors = ours(file, f"-Werror={name}")
        assert [line for line in errors if line.endswith(f"[-Werror,-W{name}]")], name


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_werror_makes_none_an_error_that_clang_does_not_have(file: Path) -> None:
    assert ours(file, "-Werror") == expected(file)

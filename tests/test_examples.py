"""The example programs compile with our headers alone and without, and the kernel takes them where we may ask it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "ebpfcc" / "include"
STANDARD = ROOT / "ebpfcc" / "resource" / "include"
EXAMPLES = sorted((ROOT / "examples").glob("*.bpf.c"))


def compiled(path: Path, flags: list[str]) -> bytes:
    result = ebpfcc.compile(path, flags=["-O2", "-g", "-Wall", *flags])
    assert [d.message for d in result.diagnostics] == []
    assert result.data is not None
    return result.data


def test_there_are_five() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
@pytest.mark.parametrize("flags", [[], ["-nostdinc", f"-I{INCLUDE}", f"-I{STANDARD}"]], ids=["plain", "ours-alone"])
def test_compiles(path: Path, flags: list[str]) -> None:
    data = compiled(path, flags)
    for section in (b"license", b".BTF", b".BTF.ext"):
        assert section + b"\0" in data


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_loads(path: Path, tmp_path: Path, libbpf: ModuleType) -> None:
    file = tmp_path / "example.o"
    file.write_bytes(compiled(path, []))
    outcome = libbpf.load(str(file))
    assert outcome and all(error == "" for error in outcome.values()), outcome


def test_demo() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(ROOT / "examples" / "demo.py")], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "filter.bpf.c" in done.stdout

"""What a user installs: the wheel and the source distribution, their size, and what they need."""

from __future__ import annotations

import ast
import compileall
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pycparser
import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MEGABYTE = 1_000_000
WITHOUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "dist", "build.log")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both distributions."""
    pytest.importorskip("setuptools", "77")
    folder = tmp_path_factory.mktemp("dist")
    shutil.copytree(ROOT, folder / "source", ignore=WITHOUT)
    shutil.rmtree(folder / "source" / "build", ignore_errors=True)  # of another version
    code = f"from setuptools import build_meta as b; b.build_wheel({str(folder)!r}); b.build_sdist({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder / "source", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "Deprecat" not in done.stderr, done.stderr
    return folder


@pytest.fixture
def installed(built: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    return tmp_path / "installed"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_it_is_small(installed: Path) -> None:
    assert size(installed) < 3 * MEGABYTE
    with_parser = size(installed) + sum(path.stat().st_size for path in Path(pycparser.__file__).parent.glob("*.py"))
    assert with_parser < 3 * MEGABYTE
    assert compileall.compile_dir(installed, quiet=2)
    assert size(installed) < 6 * MEGABYTE


def test_the_wheel_works_with_pycparser_alone(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(Path(pycparser.__file__).parent, installed / "pycparser")
    (tmp_path / "prog.c").write_text('#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int f(struct xdp_md *c) { return XDP_PASS; }\n')
    code = f"import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p] + [{str(installed)!r}]; from ebpfcc.cli import command; command()"
    arguments = [sys.executable, "-I", "-S", "-c", code, "-O2", "-g", "-c", str(tmp_path / "prog.c"), "-o", str(tmp_path / "prog.o")]
    done = subprocess.run(arguments, capture_output=True, text=True, env={"PATH": os.defpath}, timeout=120)
    assert (done.returncode, done.stderr) == (0, "") and (tmp_path / "prog.o").read_bytes()[:4] == b"\x7fELF"
    assert [name.partition(">")[0] for name in PROJECT["dependencies"]] == ["pycparser"]


def test_what_is_imported_is_required() -> None:
    optional = {"llvmlite"}
    found = set()
    for path in (ROOT / "ebpfcc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    assert found - set(sys.stdlib_module_names) - optional - {"setuptools"} <= {"pycparser", "ebpfcc"}


def test_what_the_distributions_hold(built: Path, installed: Path) -> None:
    names = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert {"ebpfcc/py.typed", "ebpfcc/build/ebpfcc.cmake", "ebpfcc/include/bpf/bpf_helpers.h", "ebpfcc/kernel/rules.txt"} <= names
    assert not any(name.startswith(("tests/", "docs/")) for name in names)
    (data,) = installed.glob("*.data")
    assert (data / "data/share/man/man1/ebpfcc.1").exists()
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    ours = {str(path.relative_to(ROOT)) for folder in ("ebpfcc", "tests", "docs", "examples") for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} <= held
    assert {"Makefile", "CHANGELOG.md", "LICENSE", "README.md", "share/ebpfcc.1"} <= held


def test_versions_agree() -> None:
    import ebpfcc

    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"\n## {ebpfcc.__version__}" in changes and changes.index(f"## {ebpfcc.__version__}") == changes.index("## ")

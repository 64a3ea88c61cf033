"""The Python API: what a typed program can use, as docs/api.md and the README tell it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.diag import Record
from ebpfcc.kernel.verify import Verified, VerifyResult

ROOT = Path(__file__).resolve().parent.parent
LISTINGS = [
    (f"{page}_{number}", text)
    for page in ("docs/api.md", "README.md")
    for number, text in enumerate(re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S))
]
PROGRAM = """\
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int prog(struct xdp_md *ctx) { return XDP_PASS; }
char LICENSE[] SEC("license") = "GPL";
"""
WRONG = "int f(void) { return x; }\n"


# -- what the pages show -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", [text for _, text in LISTINGS if "Simulator" not in text], ids=[name for name, text in LISTINGS if "Simulator" not in text])
def test_listings_run(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prog.c").write_text(PROGRAM)
    exec(compile(text, "listing.py", "exec"), {"__name__": "listing"})
    if "prog.o" in text:
        assert (tmp_path / "prog.o").read_bytes()[:4] == b"\x7fELF"


def test_listings_and_examples_are_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    for name, text in LISTINGS:
        if "Simulator" not in text:
            (tmp_path / (re.sub(r"\W", "_", name) + ".py")).write_text(text)
    shutil.copy(ROOT / "examples" / "demo.py", tmp_path)
    shutil.copytree(ROOT / "examples" / "package" / "traffic", tmp_path / "traffic")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), "--follow-imports", "silent", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "MYPYPATH": str(ROOT)}, timeout=600)
    assert done.returncode == 0 and "no issues" in done.stdout, done.stdout + done.stderr
    assert (ROOT / "ebpfcc" / "py.typed").exists() and '"py.typed"' in (ROOT / "pyproject.toml").read_text()


def test_a_package_that_is_built_with_its_program(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    shutil.copytree(ROOT / "examples" / "package", tmp_path / "package")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=tmp_path / "package", capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "traffic" / "count.bpf.o").read_bytes()[:4] == b"\x7fELF"
    source = tmp_path / "package" / "traffic" / "count.bpf.c"
    source.write_text(source.read_text().replace("packets, 1", "packet, 1"))
    done = subprocess.run(command, cwd=tmp_path / "package", capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert done.returncode != 0 and "count.bpf.c:9:24: error: use of undeclared identifier 'packet'" in done.stderr, done.stderr


# -- results, as a person reads them ------------------------------------------------------------------------------------
def test_results_read_as_text() -> None:
    good = ebpfcc.compile(text=PROGRAM, flags="-O2 -g")
    assert good.data is not None
    assert repr(good) == f"<Result object of {len(good.data)} bytes>" and str(good) == ""
    assert repr(ebpfcc.compile(text="int x;", flags="-E")) == "<Result text>"
    bad = ebpfcc.compile(text=WRONG, name="w.c")
    assert repr(bad) == "<Result no object, 1 error>"
    assert str(bad) == str(bad.diagnostics[0]) == bad.diagnostics[0].text
    assert str(bad).startswith("w.c:1:22: error: use of undeclared identifier 'x'\n    1 | int f(void) { return x; }\n")
    assert repr(bad.diagnostics[0]) == "<Record w.c:1:22: error: use of undeclared identifier 'x'>"
    warned = ebpfcc.compile(text="int f(void) { int x; return 0; }", name="w.c", flags=["-Wall"])
    assert repr(warned.diagnostics[0]) == "<Record w.c:1:19: warning: unused variable 'x' [-Wunused-variable]>"
    assert repr(warned).endswith(" bytes, 1 warning>")


def test_what_the_verifier_said_is_complete() -> None:
    def message(text: str) -> Record:
        return Record("error", "", 0, 0, text, "verifier", f"error: {text} [verifier]", None)

    result = VerifyResult()
    good, bad = Verified("good", "xdp"), Verified("bad", "tc")
    good.accepted, bad.rule, bad.diagnostics = True, "null-dereference", [message("refused")]
    result.programs = [good, bad]
    assert not result.ok and [d.message for d in result.diagnostics] == ["refused"]
    assert repr(result) == "<VerifyResult 1 of 2 programs accepted>"
    assert str(result) == "good (xdp): accepted\nerror: refused [verifier]"
    assert repr(bad) == "<Verified bad (tc) refused: null-dereference, 0 instructions processed>"
    result.of_object = [message("not opened")]
    assert [d.message for d in result.diagnostics] == ["not opened", "refused"]
    assert repr(result) == "<VerifyResult the object cannot be opened>"


def test_errors_can_be_exceptions(tmp_path: Path) -> None:
    with pytest.raises(ebpfcc.CompileError) as caught:
        ebpfcc.compile(text=WRONG, name="w.c", raise_on_error=True)
    assert str(caught.value) == str(caught.value.result)
    assert [d.line for d in caught.value.diagnostics] == [1]
    assert ebpfcc.compile(text=PROGRAM, raise_on_error=True).ok
    with pytest.raises(ValueError):
        caught.value.result.write(tmp_path / "x.o")
    assert not list(tmp_path.iterdir())


# -- flags ---------------------------------------------------------------------------------------------------------------
def test_flags_as_text_or_list() -> None:
    text = ebpfcc.compile(text="int x = A; char *s = B;", flags="-E -P '-DA=1 + 2' -DB='\"b c\"'").text
    assert text == 'int x = 1 + 2; char *s = "b c";\n'
    assert ebpfcc.compile(text="A", flags=iter(["-E", "-P", "-DA=3"]), defines={"A": 4}).text is not None


@pytest.mark.parametrize(
    "flags, named",
    [
        ("-O2 -foo", "-foo"), (["-o", "x.o"], "-o"), ("--verify", "--verify"), ("--version", "--version"), ("-###", "-###"), ("-save-temps", "-save-temps"),
        (["-D"], "-D"), ("-mcpu=v9", "v9"), ("--target=riscv64", "riscv64"), (["/dev/null"], "/dev/null"), (["absent.c"], "absent.c"),
        ("-fverify-log=x", "-fverify-log="),
    ],
)  # fmt: skip
def test_wrong_flags_are_refused_by_name(flags: str | list[str], named: str) -> None:
    with pytest.raises(ebpfcc.UsageError) as caught:
        ebpfcc.compile(text=PROGRAM, flags=flags)
    assert f"'{named}'" in str(caught.value)


def test_flags_that_are_no_text() -> None:
    with pytest.raises(TypeError, match="PosixPath"):
        ebpfcc.compile(text=PROGRAM, flags=[Path("include")])  # type: ignore[list-item]

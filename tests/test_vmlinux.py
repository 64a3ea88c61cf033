"""<vmlinux.h>: whose types it has is never left to chance, and --emit-vmlinux-h prints it, or what sources use of it."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc import cli
from ebpfcc.source import kernel_types

ROOT = Path(__file__).resolve().parent.parent
CORE = str(ROOT / "ebpfcc" / "include" / "vmlinux.h")
KERNEL = Path("/sys/kernel/btf/vmlinux")
SMALL = "struct list_head { struct list_head *next; }; struct only_here { int x; struct list_head l; }; typedef int s32; struct only_here here;\n"
USES = "#include <vmlinux.h>\nint f(struct only_here *p) { return p->x; }\n"
needs_btf = pytest.mark.skipif(not KERNEL.exists(), reason="no type information of the kernel")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with BTF in an object and raw, and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EBPFCC_VMLINUX", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = ebpfcc.compile(text=SMALL, flags=["-g", "-O2"])
    assert made.data is not None
    (tmp_path / "types.o").write_bytes(made.data)
    from elftools.elf.elffile import ELFFile

    with open(tmp_path / "types.o", "rb") as file:
        (tmp_path / "types.btf").write_bytes(ELFFile(file).get_section_by_name(".BTF").data())
    (tmp_path / "types.h").write_text(SMALL)
    (tmp_path / "uses.c").write_text(USES)
    return tmp_path


@pytest.mark.parametrize("name", ["types.o", "types.btf", "types.h"])
@pytest.mark.parametrize("cache", ["cache", "/proc/nowhere"])
def test_a_header_or_btf(here: Path, monkeypatch: pytest.MonkeyPatch, name: str, cache: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / cache))
    monkeypatch.setenv("EBPFCC_VMLINUX", str(here / name))
    for _ in range(2):  # made, and found in the cache
        result = ebpfcc.compile(text=USES)
        assert result.ok, str(result)
        assert CORE not in result.dependencies
    assert not ebpfcc.compile(text=USES.replace("only_here", "task_struct")).ok


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("none.h", None, "No such file or directory (EBPFCC_VMLINUX names it)"),
        ("bad.btf", b"\x9f\xeb\x01\x00junk", "its BTF is damaged: "),
        ("bad.o", b"\x7fELF\x02\x01junk", "its BTF is damaged: "),
    ],
)
def test_what_cannot_be_had_is_an_error(here: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (here / name).write_bytes(content)
    monkeypatch.setenv("EBPFCC_VMLINUX", name)
    result = ebpfcc.compile(text=USES, name="t.c")
    assert not result.ok and [d.severity for d in result.diagnostics] == ["fatal error"]
    message = str(result)
    assert f": fatal error: cannot open file '{name}': " in message and words in message and "(EBPFCC_VMLINUX names it)" in message


def test_the_core_types_are_told_of_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no BTF, and only if something is missing."""
    monkeypatch.setattr(kernel_types, "KERNEL_BTF", str(here / "none"))
    text = "#include <vmlinux.h>\nint f(struct nft_chain *p, struct task_struct *t, nft_thing_t x) { return p->x + t->no_such + NFT_CONSTANT; }\n"
    for source, notes in ((text, 1), (text.replace("nft_thing_t", "int"), 1), ("#include <vmlinux.h>\nint f(void) { return 1 +; }\n", 0)):
        result = ebpfcc.compile(text=source)
        told = [d.message for d in result.diagnostics if d.severity == "note"]
        assert not result.ok and len(told) == notes, str(result)
        assert all(f"the core set of types that comes with ebpfcc here ({here}/none: No such file" in note and "EBPFCC_VMLINUX" in note for note in told)
    assert ebpfcc.compile(text="#include <vmlinux.h>\nint f(struct task_struct *t) { return t->pid; }\n").diagnostics == []
    assert "note" not in str(ebpfcc.compile(text=text.replace("<vmlinux.h>", "<linux/types.h>")))


def test_the_reason_for_the_core_types(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = USES.replace("only_here", "nft_chain")
    assert "(the program is for another machine than this one)" in str(ebpfcc.compile(text=text, flags=["-D__TARGET_ARCH_s390"]))
    monkeypatch.setenv("EBPFCC_VMLINUX", "")
    assert "(EBPFCC_VMLINUX is empty)" in str(ebpfcc.compile(text=text))
    (here / "broken").write_bytes(b"\x9f\xeb\x01\x00junk")
    monkeypatch.delenv("EBPFCC_VMLINUX")
    monkeypatch.setattr(kernel_types, "KERNEL_BTF", str(here / "broken"))
    assert "broken: its BTF is damaged" in str(ebpfcc.compile(text=text))


def test_another_build_of_the_kernel_is_another_header(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same release, and with as many bytes of types."""
    monkeypatch.setattr(kernel_types, "KERNEL_BTF", str(here / "types.btf"))
    first = kernel_types.of_running_kernel()
    system = os.uname()

    class Other:
        release, version, machine, sysname, nodename = system.release, system.version + " rebuilt", system.machine, system.sysname, system.nodename

    monkeypatch.setattr(os, "uname", Other)
    assert kernel_types.of_running_kernel()[0] != first[0]


# -- --emit-vmlinux-h -----------------------------------------------------------------------------------------------------
def test_the_whole_header(here: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setenv("EBPFCC_VMLINUX", "types.btf")
    assert cli.main(["--emit-vmlinux-h"]) == 0
    text = capfdbinary.readouterr().out
    assert text.startswith(b"#ifndef __VMLINUX_H__\n") and b"struct only_here {\n" in text and text.endswith(kernel_types.WHOLE)
    assert cli.main(["--emit-vmlinux-h", "-o", "vmlinux.h"]) == 0
    assert Path("vmlinux.h").read_bytes() == text


def test_no_header_without_types(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(kernel_types, "KERNEL_BTF", "none")
    assert cli.main(["--emit-vmlinux-h", "-o", "vmlinux.h"]) == 1
    assert capsys.readouterr().err.endswith(": error: --emit-vmlinux-h: none: No such file or directory\n")
    monkeypatch.setenv("EBPFCC_VMLINUX", "none.h")
    assert cli.main(["--emit-vmlinux-h", "-o", "vmlinux.h"]) == 1
    assert "No such file or directory (EBPFCC_VMLINUX names it)" in capsys.readouterr().err
    assert not Path("vmlinux.h").exists()


@needs_btf
@pytest.mark.parametrize("names", [["ancestors"], ["opens", "syscalls"]])
def test_a_slim_header(here: Path, names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of what the sources use: they compile with it to the same instructions, here and with clang, whatever vmlinux.h is there already."""
    flags = ["-O2", "-g", "-D__TARGET_ARCH_x86"]
    sources = [str(ROOT / "examples" / f"{name}.bpf.c") for name in names]
    Path("vmlinux.h").write_text("struct former;\n")
    wanted = [argument for source in sources for argument in ("--for", source)]
    assert cli.main([*flags, "-I.", "--emit-vmlinux-h", *wanted, "-o", "vmlinux.h"]) == 0, capsys.readouterr().err
    text = Path("vmlinux.h").read_text()
    assert len(text) < 50_000 and text.startswith("#ifndef __VMLINUX_H__\n") and text.endswith(kernel_types.WHOLE.decode())
    for source in sources:
        full, slim = ebpfcc.compile(source, flags=flags), ebpfcc.compile(source, flags=[*flags, "-I."])
        assert "./vmlinux.h" in slim.dependencies and full.data is not None and slim.data == full.data, str(slim)
        if shutil.which("clang-19"):
            command = ["clang-19", "-Wall", "-Werror", "--target=bpf", *flags, "-I.", f"-I{ROOT}/ebpfcc/include", "-c", source, "-o", "clang.o"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


@needs_btf
def test_a_header_with_macros_stays_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, text, _ = kernel_types.of_running_kernel()
    Path("mine.h").write_bytes(text.replace(b"\nstruct list_head {", b"\n#define MINE 4\n\nstruct list_head {", 1))
    monkeypatch.setenv("EBPFCC_VMLINUX", "mine.h")
    Path("uses.c").write_text("#include <vmlinux.h>\nint f(struct list_head *p) { return MINE; }\n")
    assert cli.main(["--emit-vmlinux-h", "--for", "uses.c", "-o", "vmlinux.h"]) == 0
    assert Path("vmlinux.h").read_bytes() == Path("mine.h").read_bytes()


@needs_btf
def test_no_slim_header_of_wrong_sources(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.c").write_text("#include <vmlinux.h>\nint f(struct task_struct *t) { return t->no_such; }\n")
    assert cli.main(["--emit-vmlinux-h", "--for", "wrong.c", "-o", "vmlinux.h"]) == 1
    assert "no member named 'no_such'" in capsys.readouterr().err and not Path("vmlinux.h").exists()
    assert cli.main(["--emit-vmlinux-h", "--for"]) == 1
    assert cli.main(["--emit-vmlinux-h", "--for", "none.c"]) == 1
    assert "no such file or directory: 'none.c'" in capsys.readouterr().err
    done = subprocess.run(
        [sys.executable, "-m", "ebpfcc", "--emit-vmlinux-h", "--for", "uses.c"], env={**os.environ, "PYTHONPATH": str(ROOT), "EBPFCC_VMLINUX": "types.o"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "struct only_here {" in done.stdout


@needs_btf
def test_making_the_header_is_told_on_a_terminal(tmp_path: Path) -> None:
    """Once: it takes a second or two."""
    (tmp_path / "a.c").write_text("#include <vmlinux.h>\nint f(struct task_struct *t) { return t->pid; }\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TERM": "xterm"}
    environment.pop("EBPFCC_VMLINUX", None)
    shown = []
    for _ in range(2):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "ebpfcc", "-c", "a.c", "-o", "a.o"]
        subprocess.run(command, cwd=tmp_path, stderr=theirs, env=environment, check=True, timeout=120)
        os.write(theirs, b"end")
        shown.append(b"")
        while not shown[-1].endswith(b"end"):
            shown[-1] += os.read(ours, 1000)
        os.close(ours)
        os.close(theirs)
    assert shown == [b"making <vmlinux.h> of /sys/kernel/btf/vmlinux ...\r\x1b[Kend", b"end"]

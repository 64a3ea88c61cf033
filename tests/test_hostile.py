"""Files that others put in the way: links, other people's folders, devices, pipes, what the kernel makes; and text that would steer a terminal.

What is promised stands in docs/security.md.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc import disk
from ebpfcc.source import kernel_types

ROOT = Path(__file__).resolve().parent.parent
GOOD = "int f(int x) { return x; }\n"
ESCAPE = "\x1b]0;title\x07\x1b[2J"


def command(here: Path, *arguments: str, text: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    program = [sys.executable, "-m", "ebpfcc", "--target=bpf", *arguments]
    return subprocess.run(program, cwd=here, env=env, input=text.decode(), capture_output=True, text=True, errors="replace", timeout=60, check=False)


# -- written safely ------------------------------------------------------------------------------------------------------
def test_a_link_in_place_of_the_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name cannot be guessed; if it were, what it leads to stays as it is."""
    (tmp_path / "victim").write_text("precious")
    monkeypatch.setattr(disk.os, "urandom", lambda n: bytes(n))
    for name in (f".out.o.{bytes(8).hex()}.tmp", f"out.o.{os.getpid()}.tmp"):
        (tmp_path / name).symlink_to("victim")
    with pytest.raises(FileExistsError):
        disk.write_file(str(tmp_path / "out.o"), b"object")
    assert (tmp_path / "victim").read_text() == "precious" and not (tmp_path / "out.o").exists()


def test_names_are_random(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    rename = os.replace

    def note(source: str, target: str, **folders: int) -> None:
        names.append(source)
        rename(source, target, **folders)

    monkeypatch.setattr(disk.os, "replace", note)
    for _ in range(3):
        disk.write_file(str(tmp_path / "out.o"), b"object")
    assert len(set(names)) == 3 and os.listdir(tmp_path) == ["out.o"]


@pytest.mark.parametrize("flags", [["-o", "link"], ["-MD", "-MF", "link", "-o", "out.o"], ["-S", "-o", "link"], ["-E", "-o", "link"]], ids=lambda f: f[0])
def test_a_link_at_the_output_is_replaced(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "a.c").write_text(GOOD)
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "link").symlink_to("victim")
    assert command(tmp_path, "-c", "a.c", *flags).returncode == 0
    assert (tmp_path / "victim").read_text() == "precious" and not (tmp_path / "link").is_symlink()


def test_the_mode_is_the_umask_s(tmp_path: Path) -> None:
    for mask in (0o022, 0o077, 0o002):
        before = os.umask(mask)
        try:
            disk.write_file(str(tmp_path / "out"), b"x")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o666 & ~mask


def test_devices_pipes_and_own_streams(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(GOOD)
    assert command(tmp_path, "-c", "a.c", "-o", "/dev/null").returncode == 0 and stat.S_ISCHR(os.stat("/dev/null").st_mode)
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    assert command(tmp_path, "-c", "a.c", "-o", "pipe").returncode == 0
    reader.join()
    assert got[0][:4] == b"\x7fELF" and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    with (tmp_path / "out").open("wb") as out:  # a redirected /dev/stdout is an ordinary file by its name
        program = [sys.executable, "-m", "ebpfcc", "--target=bpf", "-c", "a.c", "-o", "/dev/stdout"]
        subprocess.run(program, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, check=True)
    assert (tmp_path / "out").read_bytes()[:4] == b"\x7fELF" and os.path.islink("/dev/stdout")


def test_a_file_in_a_folder_that_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a sandbox gives it: one file may be written, and nothing beside it."""

    def refuse(*_: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(disk, "create", refuse)
    target = tmp_path / "out.o"
    target.write_bytes(b"former and longer")
    disk.write_file(str(target), b"object")
    assert target.read_bytes() == b"object"
    (tmp_path / "other").hardlink_to(target)
    with pytest.raises(PermissionError):
        disk.write_file(str(target), b"more")
    with pytest.raises(PermissionError):
        disk.write_file(str(tmp_path / "new"), b"more")
    assert target.read_bytes() == b"object"


def test_nothing_is_left_of_a_write_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    (tmp_path / "out.o").write_bytes(b"former")
    monkeypatch.setattr(disk.os, "write", full)
    with pytest.raises(OSError, match="No space"):
        disk.write_file(str(tmp_path / "out.o"), b"object")
    assert os.listdir(tmp_path) == ["out.o"] and (tmp_path / "out.o").read_bytes() == b"former"


# -- the cache -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "ebpfcc"


def test_the_cache_keeps(home: Path) -> None:
    with disk.Cache() as cache:
        assert cache.read("x") is None and not cache.write("x", b"1") and not home.exists()
    with disk.Cache(make=True) as cache:
        assert cache.write("x", b"text") and cache.read("x") == b"text"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("spoil", ["empty", "others may write", "link", "folder others may write", "folder is a link", "somebody else's"])
def test_a_cache_that_is_not_trusted(home: Path, spoil: str) -> None:
    with disk.Cache(make=True) as cache:
        cache.write("x", b"text")
    if spoil == "empty":
        (home / "x").write_bytes(b"")
    elif spoil == "others may write":
        (home / "x").chmod(0o666)
    elif spoil == "link":
        (home / "x").rename(home.parent / "x")
        (home / "x").symlink_to(home.parent / "x")
    elif spoil == "folder others may write":
        home.chmod(0o777)
    elif spoil == "folder is a link":
        home.rename(home.parent / "real")
        home.symlink_to(home.parent / "real")
    elif os.geteuid():
        pytest.skip("only root may give files away")
    else:
        os.chown(home / "x", 12345, 12345)
    with disk.Cache() as cache:
        assert cache.read("x") is None


@pytest.mark.parametrize(("cache", "folder"), [("relative", ""), ("", "relative"), ("", ""), ("", "~")])
def test_no_folder_is_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str, folder: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.setenv("HOME", folder)
    with disk.Cache(make=True) as found:
        assert not found.write("x", b"text")
    assert os.listdir(tmp_path) == []


def test_the_header_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is used all the same, and a broken copy is made anew."""
    monkeypatch.delenv("EBPFCC_VMLINUX", raising=False)
    monkeypatch.setattr(kernel_types, "KERNEL_BTF", "/proc/self/status")
    made: list[int] = []

    def made_of(data: bytes) -> bytes:
        made.append(1)
        return b"#ifndef V\nstruct only_here { int x; };\n" + kernel_types.WHOLE

    monkeypatch.setattr(kernel_types, "made_of", made_of)
    text = "#include <vmlinux.h>\nint f(struct only_here *p) { return p->x; }\n"
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    for _ in range(2):
        assert ebpfcc.compile(text=text).ok
    assert len(made) == 2
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in range(2):
        assert ebpfcc.compile(text=text).ok
    assert len(made) == 3
    (kept,) = (tmp_path / "ebpfcc").iterdir()
    kept.write_bytes(kept.read_bytes()[:30])
    assert ebpfcc.compile(text=text).ok and len(made) == 4


# -- read safely ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/dev/zero", "/proc/self/environ", "/proc/self/mem", "/proc/kmsg", "/dev/stdin", "/dev", "pipe", "socket"])
@pytest.mark.parametrize("quotes", ['""', "<>"])
def test_included(tmp_path: Path, path: str, quotes: str) -> None:
    """An error at the #include, at once."""
    if path == "pipe":
        os.mkfifo(tmp_path / path)
    elif path == "socket":
        os.mknod(tmp_path / path, stat.S_IFSOCK | 0o600)
    (tmp_path / "a.c").write_text(f"\n#include {quotes[0]}{path}{quotes[1]}\nint x;\n")
    read, write = os.pipe()
    done = subprocess.Popen(
        [sys.executable, "-m", "ebpfcc", "--target=bpf", "-I.", "-c", "a.c"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET": "secret"}, stdin=read, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    messages = done.communicate(timeout=60)[1]
    os.close(read)
    os.close(write)
    assert done.returncode == 1 and "a.c:2:" in messages and "fatal error: " in messages and "secret" not in messages
    assert not (tmp_path / "a.o").exists()


def test_the_null_device_is_an_empty_header(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text('#include "/dev/null"\nint x;\n')
    assert command(tmp_path, "-c", "a.c", "-include", "/dev/null").returncode == 0


def test_what_the_user_names_may_be_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int x = A;\n")
    assert command(tmp_path, "-c", "a.c", "-include", "/dev/stdin", text=b"#define A 5\n").returncode == 0
    assert command(tmp_path, "-c", "-x", "c", "/dev/stdin", "-o", "b.o", text=b"int y;\n").returncode == 0


@pytest.mark.parametrize("arguments", [["-x", "c", "/dev/zero"], ["a.c", "-include", "/dev/zero"], ["a.c", "-imacros", "/dev/zero"]], ids=lambda a: a[-2])
def test_endless_input(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "a.c").write_text(GOOD)
    done = command(tmp_path, "-c", *arguments, "-o", "out.o")
    assert done.returncode == 1 and "larger than 64 MiB" in done.stderr and not (tmp_path / "out.o").exists()


def test_endless_standard_input(tmp_path: Path) -> None:
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-m", "ebpfcc", "--target=bpf", "-c", "-x", "c", "-", "-o", "out.o"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=zeros, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1 and "larger than 64 MiB" in done.stderr


def test_a_file_that_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends where it ended when it was opened."""
    (tmp_path / "a.h").write_bytes(b"int x;\n")
    read = os.read

    def grow(fd: int, size: int) -> bytes:
        with (tmp_path / "a.h").open("ab") as file:
            file.write(b"int y;\n" * 1000)
        return read(fd, size)

    monkeypatch.setattr(disk.os, "read", grow)
    assert disk.read_included(str(tmp_path / "a.h")) == b"int x;\n"


def test_files_of_arguments(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(GOOD)
    for n in range(15):
        (tmp_path / f"r{n}").write_text(f"@r{n + 1} @r{n + 1} @r{n + 1}\n")
    (tmp_path / "r15").write_text("-O2\n")
    done = command(tmp_path, "-c", "a.c", "@r0")
    assert done.returncode == 1 and "more than 100000 arguments" in done.stderr
    (tmp_path / "self").write_text("@self")
    assert "includes itself" in command(tmp_path, "-c", "a.c", "@self").stderr


# -- what is shown -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        f"#error {ESCAPE}", f"#warning {ESCAPE}\n", f'_Static_assert(0, "{ESCAPE}");', '_Static_assert(0, "\\033]0;x\\007");', f"int x = {ESCAPE};",
        f'#line 1 "{ESCAPE}"\nint x = y;', '#line 1 "a\\033\\012b"\nint x = y;', f'#include "{ESCAPE}"', "int x = \x85\u202e\u2066 y;", "int a\x9b;\nint b = '\x1b\x1b';",
        f'int f(void) {{ asm("{ESCAPE}"); return 0; }}',
        f"#pragma GCC error \"{ESCAPE}\"\n", f"#pragma message \"{ESCAPE}\"\n", b"int x = \xff\xfe\x9b\x1b;",
    ],
)  # fmt: skip
def test_messages_cannot_steer_a_terminal(text: str | bytes) -> None:
    result = ebpfcc.compile(text=text, name="a\x1b\nb.c", flags=["-Wall"])
    shown = result.diag.text()
    assert shown.replace("\n", "").replace("\t", "").isprintable() and result.diagnostics
    for d in result.diagnostics:
        assert d.message.replace("\t", "").isprintable() and d.file.isprintable()


def test_the_caret_stands_under_its_character() -> None:
    (d,) = ebpfcc.compile(text=b"int a = \x1b\xff\xc3\xa9\xf0\x9f\x98\x80 + ;", name="t.c").diagnostics[:1]
    line, caret = d.text.split("\n")[1:3]
    assert line.index("<U+001B>") == caret.index("^")


def test_generated_text_has_no_lines_of_a_source_s_making(tmp_path: Path) -> None:
    names = '#line 1 "a\\012int injected;\\012b.c"\n'
    text = names + 'int f(int x) asm("g\\n\\tcall 5\\n"); int f(int x) { return x + 1; }\nint v __attribute__((section(".rodata.str1.1\\ninjected"))) = 5;\n'
    preprocessed = ebpfcc.compile(text=text, flags=["-E"])
    assert preprocessed.text is not None and "\nint injected" not in preprocessed.text
    again = ebpfcc.compile(text=preprocessed.text + "int y = z;", flags=["-fpreprocessed"])
    assert "injected" in again.diagnostics[-1].file and "<U+000A>" in again.diagnostics[-1].file
    assembly = ebpfcc.compile(text=text, flags=["-S", "-g", "-O2"])
    assert assembly.text is not None and not any(line.startswith(("int injected", "injected", "\tcall 5")) for line in assembly.text.split("\n"))
    (tmp_path / "a\nall: x.c").write_text(GOOD)
    done = command(tmp_path, "-M", "-x", "c", "a\nall: x.c")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("flags", [["-g"], ["-E", "-g"], ["-S"], ["-fdiagnostics-format=sarif"]])
def test_a_working_directory_that_is_no_more(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "a.c").write_text("int f(int x) { return x; }\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); from ebpfcc.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["--target=bpf", *flags, "-c", str(tmp_path / "a.c"), "-o", str(tmp_path / "a.o")]
    path = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=gone, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.o").stat().st_size

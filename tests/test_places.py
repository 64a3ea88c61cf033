"""-E -g and then the compiler give the object that the compiler gives at once, wherever the text is compiled."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.source import places

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = [ROOT / "examples" / name for name in ("filter.bpf.c", "steady.bpf.c")]  # without and with <vmlinux.h>
HEADER = """\
#define TWICE(x) ((x) + /* again */ (x))
#define KIND __attribute__((noinline))
struct packet { int size; };
static KIND int\tin_header(struct packet *p)
{
\treturn\tTWICE(p->size);   // a comment
}
"""
SOURCE = """\
#include "own.h"
#define SEC(name) _Pragma("GCC diagnostic push") __attribute__((section(name), used)) _Pragma("GCC diagnostic pop")
#define PROG(name, arg) int name(void *ctx); \\
  static int ____##name(arg); int name(void *ctx) { _Pragma("GCC diagnostic push") return ____##name(ctx); _Pragma("GCC diagnostic pop") } static int ____##name(arg)
int f(struct { int bits : 3; } *unnamed)
{
\treturn unnamed->bits;
}

SEC("socket") PROG(prog, struct packet *p)
{
\tint ä = 1, b = TWICE(ä) * TWICE(p->size); /* "é" */ char *s = "*/ /* \\\\";
\tif (b == TWICE(p
\t          ->size) && in_header(p) &&
\t    s[b & 3])
\t\treturn \\
           __LINE__ + ä;
  asm volatile("r0 = \\
r0");
\treturn b;
}
#line 1000 "generated.y"
int g(int x) { return x / TWICE(3)
   + TWICE(x); }
"""


def built(path: str, *flags: str) -> bytes:
    result = ebpfcc.compile(path, flags=["-O2", "-g", *flags], raise_on_error=True)
    assert result.data is not None
    return result.data


def preprocessed(path: str, *flags: str) -> str:
    text = ebpfcc.compile(path, flags=["-O2", "-g", "-E", *flags], raise_on_error=True).text
    assert text is not None
    return text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "own.h").write_text(HEADER)
    (folder / "prog.c").write_text(SOURCE)
    monkeypatch.chdir(folder)
    return tmp_path


@pytest.mark.parametrize("flags", [[], ["-O0"], ["-O2", "-mcpu=v4"], ["-g0"], ["--target=bpfeb"], ["-C"]])
def test_the_same_object_elsewhere(here: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]) -> None:
    """Where neither the sources nor the directory are."""
    direct, text = built("prog.c", *flags), preprocessed("prog.c", *flags)
    (here / "away").mkdir()
    (here / "away" / "x.i").write_text(text)
    shutil.rmtree(here / "sources")
    monkeypatch.chdir(here / "away")
    assert built("x.i", *flags) == direct


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples(path: Path, tmp_path: Path) -> None:
    (tmp_path / "x.i").write_text(preprocessed(str(path)))
    assert built(str(tmp_path / "x.i")) == built(str(path))


def test_prefix_maps_are_for_the_compiler(here: Path) -> None:
    """-E leaves the names as they are, as clang and GCC do."""
    for flags in (["-ffile-prefix-map=.=/there"], [f"-fdebug-prefix-map={here}=/there"], ["-fdebug-compilation-dir", "."], ["-ffile-prefix-map=prog=p"]):
        text = preprocessed("prog.c", *flags)
        assert '# 1 "prog.c"' in text
        (here / "x.i").write_text(text)
        assert built(str(here / "x.i"), *flags) == built("prog.c", *flags), flags


def test_messages_show_the_source(here: Path) -> None:
    (here / "sources" / "wrong.c").write_text("#define TWICE(x) (x) * 2\nint f(int y)\n{\n\tint z = TWICE(y); // two\n\treturn TWICE(z) + undeclared;\n}\n")
    (here / "wrong.i").write_text(preprocessed("wrong.c"))
    direct, again = (ebpfcc.compile(path, flags="-g") for path in ("wrong.c", str(here / "wrong.i")))
    assert [(d.file, d.line, d.col, d.message) for d in direct.diagnostics] == [(d.file, d.line, d.col, d.message) for d in again.diagnostics]
    assert "return TWICE(z) + undeclared;" in str(again) and str(again) == str(direct)


def test_only_with_debug_information_and_marks(here: Path) -> None:
    assert places.TITLE in preprocessed("prog.c") and f'# 1 "{here}/sources//"\n' in preprocessed("prog.c")
    assert f'"{here}/sources//"' not in preprocessed("prog.c", "-fno-working-directory")
    for flags in (["-g0"], ["-P"]):
        assert "/* ebpfcc" not in preprocessed("prog.c", *flags) and '//"\n' not in preprocessed("prog.c", *flags)


def test_others_see_a_comment(here: Path) -> None:
    cc = shutil.which("gcc")
    if cc is None:
        pytest.skip("no gcc on this machine")
    (here / "sources" / "plain.c").write_text('#include "own.h"\nint f(char *s) { s = "*/ /* \\\\"; return TWICE(*s); /* one */ }\n')
    (here / "x.i").write_text(preprocessed("plain.c"))
    assert places.TITLE in (here / "x.i").read_text()
    done = subprocess.run([cc, "-Wall", "-Wno-unused", "-fsyntax-only", str(here / "x.i")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_rows_are_read_back() -> None:
    for text in ("a */ b", "/* /*/ \\", "\\*/", "*\\/", "\\\\*/*/", "//*\\"):
        escaped = places.escaped(text)
        assert "*/" not in escaped and "/*" not in escaped
        read = places.read(f"x{places.TITLE}12 5=7 9=7|{escaped}\n{places.END}")
        assert read is not None and read == (2, {12: (text, [(5, 7), (9, 7)])})
    assert [places.source_column([(5, 7), (9, 7)], n) for n in (1, 5, 6, 9, 10)] == [1, 7, 8, 7, 8]


@pytest.mark.parametrize("rows", ["", "12", "x|y\n", "1 2|t\n", "1 2=|t\n", "9999999999|t\n", "1|a\nb\n", "-1|t\n"])
def test_what_is_no_row_is_a_comment(rows: str) -> None:
    """Such a text is compiled as it stands."""
    text = f"int f(void) {{ return 0; }}\n{places.TITLE}{rows}{places.END}"
    assert rows == "" or places.read(text) is None
    assert ebpfcc.compile(text=text, name="x.i", flags="-g").ok

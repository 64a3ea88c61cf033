"""Objects that are damaged or made to do harm: each reader refuses them by its own exception, and says where; libbpf never gets them in our
process."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from types import ModuleType

import pytest

import ebpfcc
from ebpfcc import btf2c
from ebpfcc.kernel import child
from ebpfcc.obj.read_btf import Btf, BtfError
from ebpfcc.obj.read_elf import ElfError, read_elf
from ebpfcc.obj.read_ext import Object, ObjectError
from ebpfcc.sim import SimError, Simulator

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(1, 20)
SOURCE = """#define __uint(n, v) int (*n)[v]
typedef int key_type;
struct { __uint(type, 1); __uint(max_entries, 1); key_type *key; int *value; } m __attribute__((section(".maps"), used));
const char text[] = "text";
__attribute__((noinline)) int g(int x) { return x + 1; }
__attribute__((section("xdp"), used)) int p(void *c) { return g(text[0]) + ((long)&m != 0); }
"""


@cache
def good() -> bytes:
    result = ebpfcc.compile(text=SOURCE, flags=["-O2", "-g"])
    assert result.data is not None
    return result.data


def refused(data: bytes) -> str:
    """What the readers of objects say. All say something, and nothing else happens."""
    said = []
    for reader, error in ((Object, ObjectError), (Simulator, SimError)):
        with pytest.raises(error) as raised:
            reader(data)
        said.append(str(raised.value))
    return said[0]


def patched(section: str, at: int, value: int, form: str = "I") -> bytes:
    """The good object with a word of a section changed."""
    data = bytearray(good())
    body = next(s.data for s in read_elf(bytes(data)).sections if s.name == section)
    struct.pack_into("<" + form, data, bytes(data).index(body) + at, value)
    return bytes(data)


def first_type(kind: int) -> tuple[int, int]:
    """(number, place of its first word in .BTF)"""
    section = read_elf(good()).section(".BTF")
    assert section is not None
    at = 24
    for number, t in enumerate(Btf(section.data, False).types[1:], 1):
        if t.kind == kind:
            return number, at
        at += 12 + 4 * len(t.words)
    raise AssertionError(kind)


# -- ELF -----------------------------------------------------------------------------------------------------------------
def test_cut_anywhere() -> None:
    data = good()
    assert Object(data).functions and Simulator(data).run("p") == ord("t") + 2
    for at in range(0, len(data), 7):
        with pytest.raises(ElfError):
            read_elf(data[:at])
        refused(data[:at])
        with pytest.raises(BtfError):
            btf2c.header_of(data[:at])


@pytest.mark.parametrize(
    ("at", "form", "value", "text"),
    [
        (4, "B", 1, "not an ELF64"), (5, "B", 3, "not an ELF64"), (16, "H", 2, "type 2"), (18, "H", 62, "machine 62"), (40, "Q", 1 << 63, "section headers"),
        (58, "H", 8, "section headers"), (60, "H", 60000, "section headers"), (62, "H", 999, "names of sections"),
    ],
)  # fmt: skip
def test_elf_header(at: int, form: str, value: int, text: str) -> None:
    data = bytearray(good())
    struct.pack_into("<" + form, data, at, value)
    assert text in refused(bytes(data))


@pytest.mark.parametrize(
    ("name", "field", "value", "text"),
    [
        (".text", 24, 1 << 62, "do not lie in the file"), (".text", 32, 1 << 62, "do not lie in the file"), ("xdp", 32, 1 << 20, "do not lie in the file"),
        (".symtab", 40, 500, "in section 500"), (".relxdp", 44, 500, "for section 500"), (".rodata", 0, 1 << 30, "names of sections"),
    ],
)  # fmt: skip
def test_section_header(name: str, field: int, value: int, text: str) -> None:
    data = bytearray(good())
    (table,) = struct.unpack_from("<Q", data, 40)
    number = next(n for n, s in enumerate(read_elf(bytes(data)).sections) if s.name == name)
    struct.pack_into("<Q" if field in (24, 32) else "<I", data, table + 64 * number + field, value)
    assert text in refused(bytes(data))


def test_zeros_without_end() -> None:
    """A section without bytes in the file may claim any size."""
    data = bytearray(good())
    (table,) = struct.unpack_from("<Q", data, 40)
    number = next(n for n, s in enumerate(read_elf(bytes(data)).sections) if s.name == ".rodata")
    struct.pack_into("<I", data, table + 64 * number + 4, 8)
    struct.pack_into("<Q", data, table + 64 * number + 32, 1 << 60)
    assert "too many" in refused(bytes(data))


def test_sections_that_overlap() -> None:
    """60,000 views of one megabyte are 60 gigabytes."""
    count = 60_000
    header = struct.pack("<IIQQQQIIQQ", 0, 1, 0, 0, 0, 1 << 20, 0, 0, 1, 0)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    data = ident + struct.pack("<HHIQQQIHHHHHH", 1, 247, 1, 0, 0, 64, 0, 64, 0, 0, 64, count, 0) + header * count
    assert "overlaps" in refused(data)


@pytest.mark.parametrize(
    ("at", "form", "value", "text"),
    [(0, "I", 1 << 30, "no name"), (6, "H", 99, "section 99"), (8, "Q", 1 << 40, "do not lie"), (16, "Q", 1 << 40, "do not lie")],
)
def test_symbols(at: int, form: str, value: int, text: str) -> None:
    number = next(n for n, s in enumerate(read_elf(good()).symbols) if s.name == "p")
    assert text in refused(patched(".symtab", 24 * number + at, value, form))


@pytest.mark.parametrize(("at", "value", "text"), [(0, 1 << 40, "changes byte"), (8, 5000 << 32, "names symbol 5000")])
def test_relocations(at: int, value: int, text: str) -> None:
    assert text in refused(patched(".relxdp", at, value, "Q"))


# -- BTF -----------------------------------------------------------------------------------------------------------------
def raw_btf(*types: tuple[str, int, int, int, tuple[int, ...]], big: bool = False) -> bytes:
    """types: (name, kind, vlen, size or type, further words)"""
    e = ">" if big else "<"
    strings, body = b"\0", b""
    for name, kind, vlen, value, words in types:
        offset = len(strings) if name else 0
        strings += name.encode("utf-8", "surrogateescape") + b"\0" if name else b""
        body += struct.pack(f"{e}3I{len(words)}I", offset, kind << 24 | vlen, value, *words)
    return struct.pack(e + "HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(body), len(body), len(strings)) + body + strings


SIGNED = ("int", INT, 0, 4, (1 << 24 | 32,))


@pytest.mark.parametrize("kind", [TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, PTR])
def test_a_type_that_is_itself(kind: int) -> None:
    for types in ((("a", kind, 0, 1, ()),), (("a", kind, 0, 2, ()), ("b", kind, 0, 1, ()))):
        if kind == TYPEDEF and len(types) == 1 or kind != TYPEDEF:
            types = tuple((name if kind in (TYPEDEF, TYPE_TAG) else "", *rest) for name, *rest in types)  # type: ignore[assignment]
        with pytest.raises(BtfError, match="part of itself"):
            Btf(raw_btf(*types), False)
        with pytest.raises(BtfError, match="part of itself"):
            btf2c.header_of(raw_btf(*types))


@pytest.mark.parametrize(
    "types",
    [
        [("", ARRAY, 0, 0, (1, 1, 2))], [("s", STRUCT, 1, 4, (0, 1, 0))], [("", STRUCT, 1, 8, (0, 2, 0)), ("", PTR, 0, 1, ())],
        [("s", STRUCT, 1, 8, (0, 2, 0)), ("", ARRAY, 0, 0, (1, 2, 2))], [("", PROTO, 1, 0, (0, 2)), ("", PTR, 0, 1, ())], [("", PROTO, 0, 1, ())],
        [("v", VAR, 0, 1, (0,))],
    ],
)  # fmt: skip
def test_types_inside_themselves(types: list[tuple[str, int, int, int, tuple[int, ...]]]) -> None:
    with pytest.raises(BtfError, match="part of itself"):
        Btf(raw_btf(*types), False)


def test_types_that_name_themselves_as_c_can() -> None:
    types = [("s", STRUCT, 2, 16, (0, 2, 0, 0, 3, 64)), ("", PTR, 0, 1, ()), ("", PTR, 0, 4, ()), ("t", TYPEDEF, 0, 1, ())]
    assert "struct s {" in btf2c.header_of(raw_btf(*types))
    for big in (False, True):
        assert Btf(raw_btf(*types, big=big), big).size(1) == 16


def test_nesting_and_doubling() -> None:
    deep = [SIGNED, *(("", PTR, 0, n, ()) for n in range(1, 20_000))]
    with pytest.raises(BtfError, match="too many types"):
        Btf(raw_btf(*deep), False)
    double = [SIGNED, *(("", STRUCT, 2, 0, (0, n, 0, 0, n, 0)) for n in range(1, 64)), ("t", TYPEDEF, 0, 64, ())]
    with pytest.raises(BtfError, match="too many types"):
        btf2c.header_of(raw_btf(*double))
    calls = [SIGNED, *(row for n in range(1, 100, 2) for row in (("", PROTO, 2, 0, (0, n, 0, n)), ("", PTR, 0, n + 1, ()))), ("t", TYPEDEF, 0, 101, ())]
    with pytest.raises(BtfError, match="too many types"):
        btf2c.header_of(raw_btf(*calls))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ((0, "H", 0xEB9E), "magic number"), ((2, "B", 9), "version 9"), ((4, "I", 8), "do not lie"), ((12, "I", 1 << 31), "do not lie"),
        ((16, "I", 1 << 31), "do not lie"), ((24, "I", 1 << 31), "no name"), ((28, "I", 31 << 24), "kind is 31"), ((28, "I", STRUCT << 24 | 0xFFFF), "cut off"),
        ((12, "I", 14), "cut off"), ((20, "I", 4), "no end"),
    ],
)  # fmt: skip
def test_btf_fields(change: tuple[int, str, int], text: str) -> None:
    data = bytearray(raw_btf(SIGNED, ("s", STRUCT, 1, 4, (1, 1, 0))))
    struct.pack_into("<" + change[1], data, change[0], change[2])
    with pytest.raises(BtfError, match=text):
        Btf(bytes(data), False)


@pytest.mark.parametrize("kind", [TYPEDEF, PTR, ARRAY, CONST, FUNC, VAR])
def test_types_that_are_not_there(kind: int) -> None:
    words = (9999, 9999, 1) if kind == ARRAY else (0,) if kind == VAR else ()
    with pytest.raises(BtfError, match="names type 9999 of 3"):
        Btf(raw_btf(SIGNED, ("a" if kind in (TYPEDEF, FUNC, VAR) else "", kind, 0, 9999, words)), False)


def test_the_three_objects_that_killed_python(libbpf: ModuleType) -> None:
    """A typedef that is itself, an array of itself, a pointer to no type: libbpf in our process followed them."""
    typedef, array, pointer = first_type(TYPEDEF), first_type(ARRAY), first_type(PTR)
    for at, value in ((typedef[1] + 8, typedef[0]), (array[1] + 12, array[0]), (pointer[1] + 8, 9999)):
        data = patched(".BTF", at, value)
        assert "type " in refused(data)
        with pytest.raises(ObjectError):
            ebpfcc.verify(data)
        with pytest.raises(BtfError):
            btf2c.header_of(data)


# -- .BTF.ext ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "value", "text"),
    [(0, 0, "no header"), (4, 4, "no header"), (16, 1 << 30, "do not lie"), (20, 1 << 30, "do not lie")],
)  # fmt: skip
def test_ext(at: int, value: int, text: str) -> None:
    with pytest.raises(ObjectError, match=text):
        Object(patched(".BTF.ext", at, value))


def test_lines_of_ext() -> None:
    section = read_elf(good()).section(".BTF.ext")
    assert section is not None
    at = 32 + struct.unpack_from("<I", section.data, 16)[0]
    for offset, value, text in ((0, 4, "fewer than 16"), (4, 1 << 30, "no name"), (8, 1 << 30, "lines at"), (16, 1 << 30, "no name")):
        with pytest.raises(ObjectError, match=text):
            Object(patched(".BTF.ext", at + offset, value))


# -- headers of BTF ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["x;\nint injected;\nint", "a b", "x */", "\x1b[2J", "x{}", "a\udc80", "1a", "é", "x\\\n#include"])
def test_a_name_is_only_a_name(name: str) -> None:
    types = [
        SIGNED, (name, STRUCT, 1, 4, (1, 1, 0)), (name, TYPEDEF, 0, 1, ()), (name, ENUM, 1, 4, (1, 5)), (name, FWD, 0, 0, ()), (name, INT, 0, 4, (32,)),
        ("user", STRUCT, 2, 8, (0, 6, 0, 5, 1, 32)),
    ]  # fmt: skip
    data = bytearray(raw_btf(*types))
    text = btf2c.header_of(bytes(data))
    assert "injected;" not in text.replace("int_injected", "") and "*/" not in text.replace("#endif /* __VMLINUX_H__ */", "") and text.isascii()
    assert len(text.splitlines()) == len(btf2c.header_of(raw_btf(*((n.replace(name, "plain"), *rest) for n, *rest in types))).splitlines())  # type: ignore[misc]


def test_padding_has_an_end() -> None:
    with pytest.raises(BtfError, match="padding"):
        btf2c.header_of(raw_btf(SIGNED, ("s", STRUCT, 1, 0xFFFFFFFF, (1, 1, 0))))
    with pytest.raises(BtfError, match="padding"):
        btf2c.header_of(raw_btf(SIGNED, ("s", STRUCT, 1, 4, (1, 1, 0x7FFFFFFF))))


# -- libbpf in a process of its own ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ends", "text"),
    [
        (lambda: "import os; os.kill(os.getpid(), 11)", "signal 11"), (lambda: "raise SystemExit(3)", "status 3"),
        (lambda: child.COMMAND.format(child.PACKAGES).replace("serve()", "from ebpfcc.kernel.attempt import Opened; import os; "
                                                              "Opened.load = lambda *_: os.kill(os.getpid(), 6); serve()"), "signal 6"),
    ],
    ids=["opening", "status", "loading"],
)  # fmt: skip
def test_libbpf_may_die(libbpf: ModuleType, monkeypatch: pytest.MonkeyPatch, ends: Callable[[], str], text: str) -> None:
    monkeypatch.setattr(child, "COMMAND", ends().replace("{", "{{").replace("}", "}}"))
    result = ebpfcc.verify(good())
    told = [d for d in result.diagnostics if d.severity == "error"]
    assert not result.ok and len(told) == 1 and text in told[0].message


def test_nothing_is_imported_from_where_the_command_runs(libbpf: ModuleType, tmp_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("json", "struct", "ctypes", "subprocess"):
        with open(f"{tmp_path}/{name}.py", "w") as file:
            file.write("raise SystemExit('imported from the working directory')\n")
    assert ebpfcc.verify(good()).ok

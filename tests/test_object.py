"""Objects as their readers see them: pyelftools, our own reader of BTF, bpftool's linker and skeletons, libbpf with the kernel."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from elftools.elf.elffile import ELFFile

import ebpfcc
from ebpfcc.obj import btf as kinds
from ebpfcc.obj.read_btf import Btf
from ebpfcc.obj.read_elf import read_elf
from ebpfcc.sim import Simulator

FLAGS = ["-O2", "-g", "-mcpu=v3"]
HEAD = """\
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define __tagged(name) __attribute__((btf_type_tag(#name)))
char _license[] SEC("license") = "GPL";
"""
FIRST = """\
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, int); __type(value, long); } here SEC(".maps");
extern struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, long); } there SEC(".maps");
extern int shared;
const volatile int limit = 5;
static int calls;
int twice(int n);
static __noinline int count(int n) { calls += n; return calls; }
SEC("socket") int first(struct __sk_buff *ctx) {
  int key = 0;
  long *v = bpf_map_lookup_elem(&here, &key), *w = bpf_map_lookup_elem(&there, &key);
  return (v ? *v : 0) + (w ? *w : 0) + twice(shared) + count(limit);
}
"""
SECOND = """\
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, long); } there SEC(".maps");
int shared = 21;
static int calls = 3;
int twice(int n) { calls++; return 2 * n; }
SEC("socket") int second(struct __sk_buff *ctx) { return twice(calls); }
"""
OWNED = """\
struct one { int a; long b; };
struct two { int a; };
struct three { int a; };
struct value { struct one __tagged(kptr) *p; struct two __tagged(percpu_kptr) *q[2]; struct three *r; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct value); } owners SEC(".maps");
void bpf_obj_drop_impl(void *p, void *meta) __ksym;
SEC("tc") int drop(struct __sk_buff *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&owners, &key);
  void *p = v ? bpf_kptr_xchg(&v->p, 0) : 0;
  if (p)
    bpf_obj_drop_impl(p, 0);
  return 0;
}
"""
PROGRAMS = {"first": FIRST, "second": SECOND, "owned": OWNED}


def compiled(body: str, *flags: str) -> bytes:
    result = ebpfcc.compile(text=HEAD + body, name="t.c", flags=[*FLAGS, "-Wall", "-Werror", *flags])
    assert result.data is not None, [d.text for d in result.diagnostics]
    return result.data


def types(data: bytes) -> Btf:
    section = read_elf(data).section(".BTF")
    assert section is not None
    return Btf(section.data, data[5] == 2)


@pytest.mark.parametrize("flag", ["-mlittle-endian", "-mbig-endian"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_elf(name: str, flag: str) -> None:
    """What the gABI demands, as another reader sees it."""
    data = compiled(PROGRAMS[name], flag)
    elf = ELFFile(io.BytesIO(data))
    assert elf["e_machine"] == "EM_BPF" and elf["e_type"] == "ET_REL" and elf.little_endian == (flag == "-mlittle-endian")
    names = [section.name for section in elf.iter_sections()]
    assert len(names) == len(set(names)) and {"license", ".BTF", ".BTF.ext", ".symtab"} <= set(names)
    table = elf.get_section_by_name(".symtab")
    symbols = list(table.iter_symbols())
    local = [symbol["st_info"]["bind"] == "STB_LOCAL" for symbol in symbols]
    assert local == [True] * table["sh_info"] + [False] * (len(symbols) - table["sh_info"])
    for section in elf.iter_sections():
        assert (
            section["sh_offset"] % max(1, section["sh_addralign"]) == 0
            and section["sh_offset"] + section.data_size <= len(data)
            or section["sh_type"] == "SHT_NOBITS"
        )
        if section["sh_type"] == "SHT_REL":
            target = elf.get_section(section["sh_info"])
            assert all(r["r_offset"] < target["sh_size"] and r["r_info_sym"] < len(symbols) for r in section.iter_relocations())
    for symbol in symbols:
        if isinstance(symbol["st_shndx"], int):
            assert symbol["st_value"] + symbol["st_size"] <= elf.get_section(symbol["st_shndx"])["sh_size"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_byte_orders_have_the_same_types(name: str) -> None:
    little, big = (types(compiled(PROGRAMS[name], flag)) for flag in ("-mlittle-endian", "-mbig-endian"))
    assert little.types == big.types and len(little.types) > 10


def test_records_behind_owning_pointers_are_defined() -> None:
    """The kernel refuses a kptr to what is only declared; behind other pointers of members clang's rule holds."""
    found = {t.name: t.kind for t in types(compiled(OWNED)).types if t.kind in (kinds.STRUCT, kinds.FWD) and t.name}
    assert found.items() >= {"one": kinds.STRUCT, "two": kinds.STRUCT, "three": kinds.FWD}.items()


def test_a_local_kptr_loads(libbpf: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "owned.o"
    path.write_bytes(compiled(OWNED))
    assert libbpf.load(str(path)) == {"drop": ""}


@pytest.fixture
def bpftool() -> str:
    path = shutil.which("bpftool", path="/usr/sbin:/sbin:/usr/local/sbin:/usr/bin")
    if path is None:
        pytest.skip("no bpftool")
    return path


def run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.byteorder == "big", reason="bpftool links objects of its own byte order")
def test_linking(bpftool: str, tmp_path: Path) -> None:
    """Two objects linked; linked again, and again, which changes nothing more; then skeletons."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.o").write_bytes(compiled(PROGRAMS[name]))
    one, two, three = (tmp_path / f"linked{n}.o" for n in (1, 2, 3))
    run(bpftool, "gen", "object", one, tmp_path / "first.o", tmp_path / "second.o")
    run(bpftool, "gen", "object", two, one)
    run(bpftool, "gen", "object", three, two)
    assert two.read_bytes() == three.read_bytes()
    skeleton = run(bpftool, "gen", "skeleton", three, "name", "both")
    for declaration in (
        "struct bpf_map *here;",
        "struct bpf_map *there;",
        "struct bpf_program *first;",
        "struct bpf_program *second;",
        "int limit;",
        "int shared;",
    ):
        assert f"\t{declaration}\n" in skeleton
    assert "int *limit;" in run(bpftool, "gen", "subskeleton", three, "name", "both")
    assert "struct both {" in run(bpftool, "gen", "skeleton", "-L", three, "name", "both")
    text = run(bpftool, "btf", "dump", "file", three, "format", "c")
    assert "int twice(int n)" not in text and "struct __sk_buff {" in text


def test_linked_objects_load(bpftool: str, libbpf: ModuleType, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}.o").write_bytes(compiled(PROGRAMS[name]))
    run(bpftool, "gen", "object", tmp_path / "one.o", tmp_path / "first.o", tmp_path / "second.o")
    run(bpftool, "gen", "object", tmp_path / "two.o", tmp_path / "one.o")  # libbpf gives the extern map its place only here
    assert libbpf.load(str(tmp_path / "two.o")) == {"first": "", "second": ""}


def core_relocations(data: bytes) -> dict[str, list[tuple[str, int]]]:
    """Section -> (access string, kind) of each CO-RE relocation (struct bpf_core_relo, uapi/linux/bpf.h)."""
    elf = ELFFile(io.BytesIO(data))
    ext = elf.get_section_by_name(".BTF.ext").data()
    btf = elf.get_section_by_name(".BTF").data()
    header, offset, length = (struct.unpack_from("<I", ext, at)[0] for at in (4, 24, 28))
    strings = btf[struct.unpack_from("<I", btf, 4)[0] + struct.unpack_from("<I", btf, 16)[0] :]

    def text(at: int) -> str:
        return strings[at : strings.index(b"\0", at)].decode()

    found: dict[str, list[tuple[str, int]]] = {}
    at, end = header + offset + 4, header + offset + length
    while at < end:
        section, count = struct.unpack_from("<II", ext, at)
        records = [struct.unpack_from("<IIII", ext, at + 8 + 16 * n) for n in range(count)]
        found[text(section)] = [(text(access), kind) for _, _, access, kind in records]
        at += 8 + 16 * count
    return found


RELOCATED = """\
struct in { long q; int z; };
struct s { int pad; struct in i; int c; unsigned b : 3; } __attribute__((preserve_access_index));
#define offsetof(TYPE, MEMBER) ((unsigned long)&((TYPE *)0)->MEMBER)
long ext(void *p);
__attribute__((section("offset"))) long f1(void) { return offsetof(struct s, i.z); }
__attribute__((section("constant"))) long f2(void) { static char a[offsetof(struct s, c)]; return sizeof(a) + offsetof(struct s, pad); }
__attribute__((section("initial"))) long f3(int x) { struct s l = { .c = x, .i = { .z = 3 } }; return ext(&l); }
__attribute__((section("constants"))) long f4(void) { struct s l = { .c = 5 }; return ext(&l); }
"""


def test_offsets_and_initialisers_are_relocated() -> None:
    """libbpf's offsetof, and the members that a non-constant initialiser names; constants are copied as they are (as clang has it)."""
    result = ebpfcc.compile(text=RELOCATED, flags=FLAGS)
    assert result.ok and result.data is not None
    assert core_relocations(result.data) == {
        "offset": [("0:1", 0)],
        "constant": [("0:0", 0)],
        "initial": [("0:2", 0), ("0:1", 0)],
    }


def test_gcc_forms_of_the_core_builtins() -> None:
    source = """
struct s { int a; long b; } __attribute__((preserve_access_index));
enum e { E1 = 3, E2 = 77 };
__attribute__((section("field"))) long f1(struct s *p) { return __builtin_preserve_field_info(&(p->b), 1); }
__attribute__((section("enum"))) long f2(void) { return __builtin_preserve_enum_value((enum e *)0, E2, 1); }
static int checker(const char *fmt, ...) { return fmt[0]; }
__attribute__((section("variadic"))) long f3(int x) { return checker("a", x++) + x; }
"""
    result = ebpfcc.compile(text=source, flags=FLAGS)
    assert result.ok and result.data is not None
    assert core_relocations(result.data) == {"field": [("0:1", 1)], "enum": [("1", 11)]}
    simulator = Simulator(result.data)
    assert simulator.call("f2") == 77 and simulator.call("f3", 4) == ord("a") + 5

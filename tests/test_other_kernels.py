"""The same objects on other kernels, in virtual machines: they load, run, and find in that kernel's types what its types say."""

from __future__ import annotations

import importlib.util
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.obj.btf import ENUM, INT, STRUCT, UNION
from ebpfcc.obj.read_btf import Btf

HERE = Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("machine_boot", HERE / "machine" / "boot.py")
assert spec is not None and spec.loader is not None
machine = importlib.util.module_from_spec(spec)
sys.modules["machine_boot"] = machine  # its annotations are read by name
spec.loader.exec_module(machine)

WHY_NOT = machine.why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
EXAMPLES = sorted((HERE.parent / "examples").glob("*.bpf.c"))
RELOCATIONS = "relocations.o"
NONE = 0xFFFFFFFF  # what the program answers for a member that there is not
FIELDS = [
    ("task_struct", "pid"), ("task_struct", "in_execve"), ("task_struct", "no_such_member"), ("sk_buff", "pkt_type"), ("sk_buff", "ip_summed"),
    ("sk_buff", "queue_mapping"), ("tcp_sock", "repair"),
]  # fmt: skip


def compiled(path: Path) -> bytes:
    result = ebpfcc.compile(path, flags=["-O2", "-g", "-Wall"])
    assert result.data is not None and [d.message for d in result.diagnostics] == []
    return result.data


@pytest.fixture(scope="module", params=machine.kernels(), ids=lambda path: path.name)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[machine.Told]:
    folder = tmp_path_factory.mktemp("machine")
    init = machine.build_init(folder)
    if init is None:
        pytest.skip("the virtual machine's program cannot be linked: a C compiler and the loader's, libelf's and zlib's static libraries are needed")
    objects = {path.name.split(".")[0] + ".o": compiled(path) for path in EXAMPLES}
    objects[RELOCATIONS] = compiled(HERE / "machine" / "relocations.bpf.c")
    told = machine.boot(request.param, init, objects, folder)
    if not told.types:
        pytest.skip(f"kernel {told.release} carries no BTF")
    yield told


def test_everything_loads(told: machine.Told) -> None:
    assert len(told.loads) == len(EXAMPLES) + 1
    assert not any(told.loads.values()), told.console


def test_what_runs(told: machine.Told) -> None:
    assert told.runs["filter.o", "filter"] == (0, 2)  # XDP_PASS for a packet of zeros
    assert told.runs[RELOCATIONS, "reads"] == (0, 64)


def test_fields(told: machine.Told) -> None:
    btf, found = Btf(told.types, False), results(told)
    for n, (record, member) in enumerate(FIELDS):
        assert found[6 * n : 6 * n + 6] == field(btf, record, member), (record, member)
    at = 6 * len(FIELDS)
    assert found[at : at + 3] == [member_of(btf, named(btf, "task_struct", STRUCT), "comm")[0] // 8 + 3, 1, 1]


def test_types_and_enumerators(told: machine.Told) -> None:
    btf, found = Btf(told.types, False), results(told)
    skb = named(btf, "sk_buff", STRUCT)
    maps, programs = enumerators(btf, "bpf_map_type"), enumerators(btf, "bpf_prog_type")
    assert found[48:52] == [1, 0, btf.types[skb].value, 0]
    assert found[52:54] == [skb, 1]
    assert found[54:56] == [1, 0]
    assert found[56:60] == [1, maps["BPF_MAP_TYPE_RINGBUF"], int("BPF_MAP_TYPE_ARENA" in maps), 0]
    assert found[60:62] == [int("BPF_PROG_TYPE_NETFILTER" in programs), programs["BPF_PROG_TYPE_SYSCALL"]]


def test_what_is_read(told: machine.Told) -> None:
    """The only process of the machine is its first."""
    assert results(told)[62:64] == [1, 1]
    assert told.variables[RELOCATIONS][512:517] == b"init\0"


# -- what the kernel's types say ----------------------------------------------------------------------------------------------
def results(told: machine.Told) -> list[int]:
    return list(struct.unpack("<64Q", told.variables[RELOCATIONS][:512]))


def named(btf: Btf, name: str, kind: int) -> int:
    return next(n for n, t in enumerate(btf.types) if t.kind == kind and t.name == name)


def enumerators(btf: Btf, name: str) -> dict[str, int]:
    t = btf.types[named(btf, name, ENUM)]
    return {btf.names.at(t.words[2 * n]): t.words[2 * n + 1] for n in range(t.vlen)}


def member_of(btf: Btf, number: int, name: str) -> tuple[int, int, int]:
    """(bit offset, bits of a bit-field or 0, type); of nameless members too. The type is 0 if there is none."""
    t = btf.types[number]
    for n in range(t.vlen):
        own, of, place = t.words[3 * n : 3 * n + 3]
        bit, bits = (place & 0xFFFFFF, place >> 24) if t.flag else (place, 0)
        if own and btf.names.at(own) == name:
            return bit, bits, of
        if not own and btf.strip(of).kind in (STRUCT, UNION):
            inner, bits, found = member_of(btf, btf.types.index(btf.strip(of)) if btf.types[of].kind not in (STRUCT, UNION) else of, name)
            if found:
                return bit + inner, bits, found
    return 0, 0, 0


def field(btf: Btf, record: str, name: str) -> list[int]:
    """Byte offset, size, existence, signedness, shifts: as libbpf's relo_core.c has them for a little-endian machine."""
    bit, bits, number = member_of(btf, named(btf, record, STRUCT), name)
    if not number:
        return [NONE, NONE, 0, NONE, NONE, NONE]
    t, size = btf.strip(number), btf.size(number)
    offset = bit // 8 // size * size if bits else bit // 8
    while bits and bit + bits - offset * 8 > size * 8:
        size *= 2
        offset = bit // 8 // size * size
    bits = bits or size * 8
    signed = t.kind == INT and t.words[0] >> 24 & 1
    return [offset, size, 1, int(signed), 64 - (bit + bits - offset * 8), 64 - bits]

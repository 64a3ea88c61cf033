"""The simulator: every instruction against arithmetic on Python's integers, programs compiled here and by clang, and the kernel's results."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc
from ebpfcc.obj.elf import ALLOC, EXEC, Section, Symbol, write_elf
from ebpfcc.sim import BadAccess, LimitReached, SimError, Simulator, Unset
from ebpfcc.sim.decode import decode
from ebpfcc.sim.memory import OFFSET, SHIFT, Memory
from ebpfcc.target import isa as i
from ebpfcc.target.helpers import HELPERS

Word = tuple[int, int, int, int, int]  # opcode, dst, src, off, imm
EXIT: Word = (i.JMP | i.EXIT, 0, 0, 0, 0)
MOVE: Word = (i.ALU64 | i.X | i.MOV, 0, 1, 0, 0)
VALUES = [0, 1, 2, 3, 7, 31, 32, 63, 64, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x123456789ABCDEF0, (1 << 63) - 1]
VALUES += [1 << 63, (1 << 64) - 1, (1 << 64) - 7]
IMMEDIATES = [0, 1, -1, 5, -7, 31, 33, 63, 0x7FFFFFFF, -0x80000000]
BYTES = bytes((0x80, 0x91, 0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0xF7))
ENDS = pytest.mark.parametrize("big", [False, True], ids=["little", "big"])


def words(rows: list[Word], big: bool = False) -> bytes:
    out = b""
    for code, dst, src, off, imm in rows:
        registers = dst << 4 | src if big else src << 4 | dst
        out += struct.pack(">BBhI" if big else "<BBhI", code, registers, off, imm & 0xFFFFFFFF)
    return out


def machine(functions: dict[str, list[Word]], big: bool = False) -> Simulator:
    text = Section(".text", flags=ALLOC | EXEC, align=8)
    symbols = []
    for name, rows in functions.items():
        symbols.append(Symbol(name, ".text", len(text.data), 8 * len(rows), "func", "global"))
        text.data += words(rows, big)
    return Simulator(write_elf([text], symbols, big))


def compiled(text: str, *flags: str) -> bytes:
    headers = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
    result = ebpfcc.compile(text=headers + text, flags=["-O2", "-g", *flags])
    assert result.data is not None, [d.message for d in result.diagnostics]
    return result.data


def simulator(text: str, *flags: str) -> Simulator:
    return Simulator(compiled(text, *flags))


def signed(value: int, bits: int) -> int:
    value %= 1 << bits
    return value - (1 << bits) if value >> bits - 1 else value


def quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def arithmetic(op: str, a: int, b: int, bits: int) -> int:
    """What the RFC says; a and b cut to bits."""
    sa, sb = signed(a, bits), signed(b, bits)
    results = {
        "ADD": a + b,
        "SUB": a - b,
        "MUL": a * b,
        "DIV": a // b if b else 0,
        "OR": a | b,
        "AND": a & b,
        "LSH": a << b % bits,
        "RSH": a >> b % bits,
        "MOD": a % b if b else a,
        "XOR": a ^ b,
        "MOV": b,
        "ARSH": sa >> b % bits,
        "SDIV": quotient(sa, sb) if b else 0,
        "SMOD": sa - sb * quotient(sa, sb) if b else sa,
    }
    return results[op] % (1 << bits)


@pytest.mark.parametrize("op", "ADD SUB MUL DIV OR AND LSH RSH MOD XOR MOV ARSH SDIV SMOD".split())
@pytest.mark.parametrize("bits", [32, 64])
def test_arithmetic(op: str, bits: int) -> None:
    cls, off = (i.ALU64 if bits == 64 else i.ALU), int(op in ("SDIV", "SMOD"))
    code = cls | getattr(i, op[off:])
    functions: dict[str, list[Word]] = {"reg": [MOVE, (code | i.X, 0, 2, off, 0), EXIT]}
    for n, imm in enumerate(IMMEDIATES):
        functions[f"imm{n}"] = [MOVE, (code | i.K, 0, 0, off, imm), EXIT]
    m = machine(functions)
    mask = (1 << bits) - 1
    for a in VALUES:
        for b in VALUES:
            assert m.call("reg", a, b) == arithmetic(op, a & mask, b & mask, bits), (a, b)
        for n, imm in enumerate(IMMEDIATES):
            assert m.call(f"imm{n}", a) == arithmetic(op, a & mask, imm & mask, bits), (a, imm)


def test_negation_and_sign_extension() -> None:
    moves = [(64, 8), (64, 16), (64, 32), (32, 8), (32, 16)]
    functions: dict[str, list[Word]] = {f"s{b}_{n}": [((i.ALU64 if b == 64 else i.ALU) | i.X | i.MOV, 0, 1, n, 0), EXIT] for b, n in moves}
    functions["neg64"] = [MOVE, (i.ALU64 | i.NEG, 0, 0, 0, 0), EXIT]
    functions["neg32"] = [MOVE, (i.ALU | i.NEG, 0, 0, 0, 0), EXIT]
    functions["cast"] = [(i.ALU64 | i.X | i.MOV, 0, 1, 1, 1 << 16), EXIT]
    m = machine(functions)
    for a in VALUES:
        for bits, n in moves:
            assert m.call(f"s{bits}_{n}", a) == signed(a, n) % (1 << bits)
        assert m.call("neg64", a) == -a % (1 << 64)
        assert m.call("neg32", a) == -a % (1 << 32)
        assert m.call("cast", a) == a


@ENDS
def test_byte_order(big: bool) -> None:
    functions: dict[str, list[Word]] = {}
    for name, code in (("le", i.ALU | i.END | i.TO_LE), ("be", i.ALU | i.END | i.TO_BE), ("bswap", i.ALU64 | i.END)):
        functions |= {f"{name}{bits}": [MOVE, (code, 0, 0, 0, bits), EXIT] for bits in (16, 32, 64)}
    m = machine(functions, big)
    for a in VALUES:
        for bits in (16, 32, 64):
            low = a % (1 << bits)
            swapped = int.from_bytes(low.to_bytes(bits // 8, "little"), "big")
            assert m.call(f"bswap{bits}", a) == swapped
            assert m.call(f"be{bits}", a) == (low if big else swapped)
            assert m.call(f"le{bits}", a) == (swapped if big else low)


def holds(op: str, a: int, b: int, bits: int) -> bool:
    sa, sb = signed(a, bits), signed(b, bits)
    results = {"JEQ": a == b, "JNE": a != b, "JGT": a > b, "JGE": a >= b, "JLT": a < b, "JLE": a <= b, "JSET": a & b != 0}
    return (results | {"JSGT": sa > sb, "JSGE": sa >= sb, "JSLT": sa < sb, "JSLE": sa <= sb})[op]


@pytest.mark.parametrize("op", "JEQ JNE JGT JGE JLT JLE JSET JSGT JSGE JSLT JSLE".split())
@pytest.mark.parametrize("bits", [32, 64])
def test_jumps(op: str, bits: int) -> None:
    code = (i.JMP if bits == 64 else i.JMP32) | getattr(i, op)
    one: Word = (i.ALU64 | i.MOV, 0, 0, 0, 1)
    zero: Word = (i.ALU64 | i.MOV, 0, 0, 0, 0)
    functions: dict[str, list[Word]] = {"reg": [one, (code | i.X, 1, 2, 1, 0), zero, EXIT]}
    for n, imm in enumerate(IMMEDIATES):
        functions[f"imm{n}"] = [one, (code | i.K, 1, 0, 1, imm), zero, EXIT]
    m = machine(functions)
    mask = (1 << bits) - 1
    for a in VALUES:
        for b in VALUES:
            assert m.call("reg", a, b) == holds(op, a & mask, b & mask, bits), (a, b)
        for n, imm in enumerate(IMMEDIATES):
            assert m.call(f"imm{n}", a) == holds(op, a & mask, imm & mask, bits), (a, imm)


def test_long_jumps_and_the_counted_one() -> None:
    add: Word = (i.ALU64 | i.ADD, 0, 0, 0, 1)
    m = machine(
        {
            "gotol": [(i.JMP32 | i.JA, 0, 0, 0, 1), EXIT, (i.ALU64 | i.MOV, 0, 0, 0, 9), (i.JMP | i.JA, 0, 0, -3, 0)],
            "may_goto": [(i.ALU64 | i.MOV, 0, 0, 0, 0), (i.JMP | i.JCOND, 0, 0, 2, 0), add, (i.JMP | i.JA, 0, 0, -3, 0), EXIT],
        }
    )
    assert m.call("gotol") == 9
    with pytest.raises(LimitReached):
        m.call("may_goto", limit=1000)
    assert m.call("may_goto", limit=1 << 26) == 1 << 23


@ENDS
def test_loads_and_stores(big: bool) -> None:
    functions: dict[str, list[Word]] = {}
    order = "big" if big else "little"
    sizes = {"B": 1, "H": 2, "W": 4, "DW": 8}
    for name, size in sizes.items():
        at = getattr(i, name)
        functions[f"ldx{size}"] = [(i.LDX | i.MEM | at, 0, 1, 1, 0), EXIT]
        functions[f"stx{size}"] = [(i.STX | i.MEM | at, 1, 2, 1, 0), MOVE, EXIT]
        functions[f"st{size}"] = [(i.ST | i.MEM | at, 1, 0, 1, -2), MOVE, EXIT]
        functions[f"frame{size}"] = [(i.STX | i.MEM | at, 10, 1, -size, 0), (i.LDX | i.MEM | at, 0, 10, -size, 0), EXIT]
        if size < 8:
            functions[f"ldsx{size}"] = [(i.LDX | i.MEMSX | at, 0, 1, 1, 0), EXIT]
    functions["wide"] = [(i.LD | i.IMM | i.DW, 0, 0, 0, -2), (0, 0, 0, 0, 0x12345678), EXIT]
    m = machine(functions, big)
    assert m.call("wide") == 0x12345678FFFFFFFE
    for size in sizes.values():
        place = m.new_object(b"\x11" + BYTES + b"\x22")
        value = int.from_bytes(BYTES[:size], order)  # type: ignore[arg-type]
        assert m.call(f"ldx{size}", place) == value
        assert m.call(f"frame{size}", VALUES[-1]) == VALUES[-1] % (1 << 8 * size)
        if size < 8:
            assert m.call(f"ldsx{size}", place) == signed(value, size * 8) % (1 << 64)
        for store, stored in (("stx", 0x123456789ABCDEF0), ("st", -2)):
            m.call(f"{store}{size}", place, 0x123456789ABCDEF0)
            wanted = (stored % (1 << 8 * size)).to_bytes(size, order)  # type: ignore[arg-type]
            assert m.read(place, 10) == b"\x11" + wanted + BYTES[size:] + b"\x22"


@pytest.mark.parametrize("bits", [32, 64])
def test_atomics(bits: int) -> None:
    code = i.STX | i.ATOMIC | (i.DW if bits == 64 else i.W)
    operations = {"ADD": lambda a, b: a + b, "OR": lambda a, b: a | b, "AND": lambda a, b: a & b, "XOR": lambda a, b: a ^ b}
    result: Word = (i.ALU64 | i.X | i.MOV, 0, 2, 0, 0)
    functions: dict[str, list[Word]] = {}
    for name in operations:
        functions[name] = [(code, 1, 2, 0, getattr(i, name)), result, EXIT]
        functions["F" + name] = [(code, 1, 2, 0, getattr(i, name) | i.FETCH), result, EXIT]
    functions["XCHG"] = [(code, 1, 2, 0, i.XCHG), result, EXIT]
    functions["CMPXCHG"] = [(i.ALU64 | i.X | i.MOV, 0, 3, 0, 0), (code, 1, 2, 0, i.CMPXCHG), EXIT]
    functions["ACQ"] = [(code, 0, 1, 0, i.LOAD_ACQ), EXIT]
    functions["REL"] = [(code, 1, 2, 0, i.STORE_REL), (i.ALU64 | i.MOV, 0, 0, 0, 0), EXIT]
    m = machine(functions)
    mask, size = (1 << bits) - 1, bits // 8

    def check(name: str, old: int, *arguments: int) -> tuple[int, int]:
        place = m.new_object((old & mask).to_bytes(size, "little") + b"\xee")
        got = m.call(name, place, *arguments)
        left = m.read(place, size + 1)
        assert left[-1] == 0xEE
        return got, int.from_bytes(left[:-1], "little")

    for old in VALUES[::3]:
        for new in VALUES[::2]:
            for name, operation in operations.items():
                assert check(name, old, new) == (new, operation(old, new) & mask)
                assert check("F" + name, old, new) == (old & mask, operation(old, new) & mask)
            assert check("XCHG", old, new) == (old & mask, new & mask)
            assert check("CMPXCHG", old, new, old) == (old & mask, new & mask)
            assert check("CMPXCHG", old, new, old ^ 1) == (old & mask, old & mask)
            assert check("ACQ", old) == (old & mask, old & mask)
            assert check("REL", old, new) == (0, new & mask)
    with pytest.raises(BadAccess, match="not aligned"):
        m.call("ADD", m.new_object(bytes(16)) + 2, 1)


def test_calls_have_frames_of_their_own() -> None:
    store, load = i.STX | i.MEM | i.DW, i.LDX | i.MEM | i.DW
    rows: list[Word] = [
        (store, 10, 1, -8, 0),
        (i.JMP | i.CALL, 0, i.CALL_LOCAL, 0, 2),
        (load, 0, 10, -8, 0),
        EXIT,
        (store, 10, 10, -8, 0),
        (i.ALU64 | i.MOV, 0, 0, 0, 5),
        EXIT,
    ]
    m = machine({"f": rows})
    assert m.call("f", 77) == 77
    # a pointer into a frame that is gone
    rows[2] = (load, 0, 0, -8, 0)
    rows[5] = (i.ALU64 | i.X | i.MOV, 0, 10, 0, 0)
    with pytest.raises(BadAccess, match="freed"):
        machine({"f": rows}).call("f", 77)


def test_every_row_is_decoded_to_itself() -> None:
    for name, _, code, dst, src, off, imm, level, _ in i.INSTRUCTIONS:
        fields = [1 if field == "reg" else 4 if isinstance(field, str) else field for field in (dst, src, off, imm)]
        for big in (False, True):
            found = decode(words([(code, fields[0], fields[1], fields[2], fields[3]), (0, 0, 0, 0, 0)], big), big)[0]
            assert found is not None and found.name == name
        assert 1 <= level <= 4
    assert decode(words([(0xFF, 0, 0, 0, 0)]), False)[0].name == ""  # type: ignore[union-attr]
    assert decode(words([(i.ALU64 | i.X | i.MOV, 11, 0, 0, 0)]), False)[0].name == ""  # type: ignore[union-attr]
    assert HELPERS[1] == "map_lookup_elem" and HELPERS[211] == "cgrp_storage_delete"


def test_errors_say_where() -> None:
    nothing: Word = (i.ALU64 | i.X | i.MOV, 0, 6, 0, 0)
    m = machine(
        {
            "unset": [nothing, EXIT],
            "clobbered": [(i.JMP | i.CALL, 0, 0, 0, 5), (i.ALU64 | i.X | i.ADD, 0, 1, 0, 0), EXIT],
            "invalid": [(0xFF, 0, 0, 0, 0), EXIT],
            "end": [(i.ALU64 | i.MOV, 0, 0, 0, 0)],
            "helper": [(i.JMP | i.CALL, 0, 0, 0, 209), EXIT],
            "frame": [(i.LDX | i.MEM | i.DW, 0, 10, 0, 0), EXIT],
            "null": [(i.LDX | i.MEM | i.DW, 0, 1, 16, 0), EXIT],
            "loop": [(i.JMP | i.JA, 0, 0, -1, 0)],
            "recursion": [(i.JMP | i.CALL, 0, i.CALL_LOCAL, 0, -1), EXIT],
        }
    )
    for name, reason in {
        "unset": "holds nothing",
        "clobbered": "holds nothing",
        "invalid": "opcode 0xff",
        "helper": r"helper 209 \(bpf_user_ringbuf_drain\)",
        "frame": "offset 512 of a stack frame, which has 512 bytes",
        "null": "load of 8 bytes at 0x10",
        "loop": "limit",
        "recursion": "too many calls",
    }.items():
        with pytest.raises(SimError, match=reason) as caught:
            m.call(name, 0, limit=100_000)
        assert caught.value.program == name
        if name != "loop":
            assert caught.value.instruction is not None
    with pytest.raises(Unset) as unset:
        m.call("clobbered")
    assert str(unset.value).startswith("clobbered, instruction 3: ")
    with pytest.raises(SimError, match="no function 'nowhere'"):
        m.call("nowhere")
    with pytest.raises(SimError, match="not an ELF64 object"):
        Simulator(b"no object")


# -- programs compiled here ----------------------------------------------------------------------------------------------
MAP = 'struct {{ __uint(type, BPF_MAP_TYPE_{0}); __uint(max_entries, {1}); __type(key, {2}); __type(value, {3}); }} {4} SEC(".maps");\n'


def test_functions_and_data() -> None:
    m = simulator(
        "static long total; const volatile int step = 3; int table[4] = {10, 20, 30, 40}; int *pointer = &table[2];\n"
        "__attribute__((noinline)) static long twice(long x) { total += x; return 2 * x; }\n"
        "long f(long a, int b) { return twice(a) + twice(b) + step; }\n"
        "long g(unsigned n) { return n < 4 ? table[n] : *pointer; }\n"
    )
    assert m.call("f", 5, -1) == 2 * 5 - 2 + 3
    assert m.variable("total") == struct.pack("<q", 4)
    assert [m.call("g", n) for n in range(5)] == [10, 20, 30, 40, 30]
    m.set_variable("step", struct.pack("<i", 1000))
    assert m.call("f", 0, 0) == 1000
    assert m.maps[".data"].lookup(bytes(4)) is not None
    with pytest.raises(Unset):
        m.call("f", 1)


def test_hash_array_and_lru() -> None:
    m = simulator(
        MAP.format("HASH", 2, "int", "long", "h")
        + MAP.format("ARRAY", 4, "int", "long", "a")
        + MAP.format("LRU_HASH", 2, "int", "int", "lru")
        + MAP.format("PERCPU_ARRAY", 1, "int", "long", "p")
        + "long put(int k, long v, long flags) { return bpf_map_update_elem(&h, &k, &v, flags); }\n"
        "long get(int k) { long *v = bpf_map_lookup_elem(&h, &k); return v ? *v : -1; }\n"
        "long del(int k) { return bpf_map_delete_elem(&h, &k); }\n"
        "long add(int k) { long *v = bpf_map_lookup_elem(&a, &k); return v ? __sync_fetch_and_add(v, 5) : -1; }\n"
        "long use(int k) { return bpf_map_update_elem(&lru, &k, &k, 0); }\n"
        "long past(int k) { long *v = bpf_map_lookup_elem(&a, &k); return v ? v[1] : 0; }\n"
        "long count(void) { int k = 0; long *v = bpf_map_lookup_elem(&p, &k); return v ? ++*v : -1; }\n"
        "long replaced(void) { int k = 1; long v = 6, *old = bpf_map_lookup_elem(&h, &k); bpf_map_update_elem(&h, &k, &v, 0); return old ? *old : -1; }\n"
    )
    minus = (1 << 64) - 1
    assert [m.call("put", k, 10 * k, 0) for k in (1, 2, 3)] == [0, 0, (1 << 64) - 7]
    assert (m.call("put", 1, 0, 1), m.call("put", 3, 0, 2)) == ((1 << 64) - 17, (1 << 64) - 2)
    assert [m.call("get", k) for k in (1, 2, 3)] == [10, 20, minus]
    assert (m.call("del", 2), m.call("del", 2)) == (0, (1 << 64) - 2)
    assert m.call("replaced") == 10 and m.call("get", 1) == 6
    assert dict(m.maps["h"].items()) == {struct.pack("<i", 1): struct.pack("<q", 6)}
    assert [m.call("add", k) for k in (3, 3, 4)] == [0, 5, minus]
    assert m.maps["a"].lookup(struct.pack("<i", 3)) == struct.pack("<q", 10)
    assert m.maps["a"].lookup(struct.pack("<i", 4)) is None
    for k in (1, 2, 1, 3):
        m.call("use", k)
        m.maps["lru"].lookup(struct.pack("<i", 2))
    assert sorted(m.maps["lru"].keys()) == [struct.pack("<i", 1), struct.pack("<i", 3)]
    assert [m.call("count") for _ in range(2)] == [1, 2]
    with pytest.raises(BadAccess, match="offset 8 of a value of 'a', which has 8 bytes") as caught:
        m.call("past", 0)
    assert caught.value.address & OFFSET == 8
    with pytest.raises(ValueError):
        m.maps["a"].lookup(b"")


def test_trie_queue_stack_and_maps_of_maps() -> None:
    m = simulator(
        "struct key { unsigned bits; unsigned char address[4]; };\n"
        'struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 8); __uint(map_flags, 1); __type(key, struct key); __type(value, int); } t SEC(".maps");\n'
        'struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 2); __type(value, int); } q SEC(".maps");\n'
        'struct { __uint(type, BPF_MAP_TYPE_STACK); __uint(max_entries, 2); __type(value, int); } s SEC(".maps");\n'
        'struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, int); __type(value, int); } first SEC(".maps");\n'
        'struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 3); __type(key, int); __array(values, struct inner); } outer SEC(".maps") = '
        "{ .values = { [1] = &first } };\n"
        "long route(unsigned a) { struct key k = {32, {a >> 24, a >> 16, a >> 8, a}}; int *v = bpf_map_lookup_elem(&t, &k); return v ? *v : 0; }\n"
        "long push(int a) { return bpf_map_push_elem(&q, &a, 0) + bpf_map_push_elem(&s, &a, 0); }\n"
        "long pop(void) { int a = 0, b = 0; bpf_map_pop_elem(&q, &a); bpf_map_pop_elem(&s, &b); return a * 100 + b; }\n"
        "long nested(int o, int k) { void *in = bpf_map_lookup_elem(&outer, &o); int *v; if (!in) return -1; v = bpf_map_lookup_elem(in, &k);"
        " return v ? ++*v : -2; }\n"
    )
    for bits, address, value in ((8, (10, 0, 0, 0), 1), (24, (10, 0, 1, 0), 2), (0, (0, 0, 0, 0), 3)):
        m.maps["t"].update(struct.pack("<I4B", bits, *address), struct.pack("<i", value))
    assert [m.call("route", a) for a in (0x0A000105, 0x0A020304, 0x7F000001)] == [2, 1, 3]
    assert [m.call("push", n) for n in (1, 2)] == [0, 0]
    assert [m.call("pop") for _ in range(3)] == [102, 201, 0]
    assert [m.call("nested", *a) for a in ((1, 0), (1, 0), (0, 0), (1, 2))] == [1, 2, (1 << 64) - 1, (1 << 64) - 2]
    assert m.maps["first"].lookup(bytes(4)) == struct.pack("<i", 2)
    new = m.new_inner("outer")
    m.maps["outer"].update(bytes(4), new)
    assert m.call("nested", 0, 1) == 1 and new.lookup(struct.pack("<i", 1)) == struct.pack("<i", 1)


def test_tail_calls() -> None:
    m = simulator(
        "int count;\n"
        "int one(struct xdp_md *ctx); struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 3); __uint(key_size, 4);"
        ' __array(values, int (void *)); } jumps SEC(".maps") = { .values = { [1] = (void *)&one } };\n'
        'SEC("xdp") int one(struct xdp_md *ctx) { count++; bpf_tail_call(ctx, &jumps, 1); return ctx->data_end - ctx->data; }\n'
        'SEC("xdp") int start(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 0); bpf_tail_call(ctx, &jumps, 1); return 0; }\n'
        'SEC("xdp") int two(struct xdp_md *ctx) { return 2; }\n'
    )
    assert m.run("start", data=bytes(77)) == 77
    assert m.variable("count") == struct.pack("<i", 33)
    m.maps["jumps"].update(bytes(4), "two")
    assert m.run("start", data=bytes(77)) == 2


def test_ring_buffer_perf_events_and_trace() -> None:
    m = simulator(
        'struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");\n'
        'struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");\n'
        "struct event { int a, b; };\n"
        'SEC("raw_tp") int f(int *ctx) {\n'
        "  struct event copy = {7, 8}, *e = bpf_ringbuf_reserve(&ring, sizeof *e, 0); if (!e) return 1;\n"
        "  e->a = ctx[0]; e->b = ctx[1]; bpf_ringbuf_submit(e, 0); bpf_ringbuf_output(&ring, &copy, 4, 0);\n"
        '  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &copy, 8); bpf_printk("%d is %s %x %5u|%lld", -3, "text", 255);\n'
        "  return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA); }\n"
        'SEC("raw_tp") int after(void *ctx) { int *e = bpf_ringbuf_reserve(&ring, 4, 0); if (!e) return 0; bpf_ringbuf_discard(e, 0); return *(volatile int *)e; }\n'
        'SEC("raw_tp") int printed(void *ctx) { bpf_printk("%d is %s, %08x", -3, "text", 255); return 0; }\n'
    )
    with pytest.raises(SimError, match="more directives"):
        m.run("f", ctx=struct.pack("<2i", 1, 2))
    assert m.maps["ring"].drain() == [struct.pack("<2i", 1, 2), struct.pack("<i", 7)]  # type: ignore[attr-defined]
    assert m.maps["events"].records == [struct.pack("<2i", 7, 8)]  # type: ignore[attr-defined]
    m.run("printed")
    assert m.trace == ["-3 is text, 000000ff"]
    with pytest.raises(BadAccess, match="freed"):
        m.run("after")


def test_callbacks_and_iterators() -> None:
    known = re.search(r"struct bpf_iter_num\s*\{", ebpfcc.compile(text="#include <linux/bpf.h>\n", flags="-E").text or "")  # from Linux 6.4 on
    m = simulator(
        MAP.format("ARRAY", 3, "int", "int", "a")
        + ("" if known else "struct bpf_iter_num { long state; };\n")
        + "extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym; extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;\n"
        "extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym; extern void bpf_unknown(void) __ksym;\n"
        "static int step(unsigned n, long *sum) { *sum += n; return n == 6; }\n"
        "long looped(unsigned times) { long sum = 0; return bpf_loop(times, step, &sum, 0) * 1000 + sum; }\n"
        "static long each(void *map, int *key, int *value, long *sum) { *value = *key + 1; *sum += *value; return 0; }\n"
        "long mapped(void) { long sum = 0; return bpf_for_each_map_elem(&a, each, &sum, 0) * 1000 + sum; }\n"
        "long iterated(int from, int to) { struct bpf_iter_num it; long sum = 0; int *v; bpf_iter_num_new(&it, from, to);\n"
        "  while ((v = bpf_iter_num_next(&it))) sum += *v; bpf_iter_num_destroy(&it); return sum; }\n"
        "long unknown(void) { bpf_unknown(); return 0; }\n"
    )
    assert m.call("looped", 4) == 4006 and m.call("looped", 100) == 7021
    assert m.call("mapped") == 3006
    assert m.call("iterated", -2, 5) == sum(range(-2, 5))
    with pytest.raises(SimError, match="'bpf_unknown'"):
        m.call("unknown")


PARSE = (
    'SEC("{0}") int parse({1} *ctx) {{ unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;'
    " if (p + 14 > end) return 0; p[0] = 0xaa; return p[12] << 8 | p[13]; }}\n"
)


@pytest.mark.parametrize("flags", [["-mcpu=v2"], ["-mcpu=v4"], ["--target=bpfeb"]])
def test_packets(flags: list[str]) -> None:
    e = ">" if "--target=bpfeb" in flags else "<"
    m = simulator(
        PARSE.format("xdp", "struct xdp_md") + 'SEC("tc") int mark(struct __sk_buff *skb) { skb->mark = skb->len * 2; skb->cb[1] = 7; return skb->protocol; }\n'
        'SEC("xdp") int shape(struct xdp_md *ctx) { char *p; if (bpf_xdp_adjust_head(ctx, -4) || bpf_xdp_adjust_tail(ctx, 6)) return 1;'
        " p = (void *)(long)ctx->data; if (p + 4 > (char *)(long)ctx->data_end) return 2; p[3] = 9; return ctx->data_end - ctx->data; }\n"
        'SEC("xdp") int stale(struct xdp_md *ctx) { char *p = (void *)(long)ctx->data; bpf_xdp_adjust_head(ctx, 4); return *(volatile char *)p; }\n'
        'SEC("xdp") int meta(struct xdp_md *ctx) { int *p; if (bpf_xdp_adjust_meta(ctx, -4)) return 1; p = (void *)(long)ctx->data_meta;'
        " if ((void *)(p + 1) > (void *)(long)ctx->data) return 2; *p = 5; return ctx->data - ctx->data_meta; }\n"
        'SEC("xdp") int before(struct xdp_md *ctx) { return ((volatile char *)(long)ctx->data)[-1]; }\n'
        'SEC("tc") int bytes(struct __sk_buff *skb) { char b[2] = {1, 2}; bpf_skb_store_bytes(skb, 3, b, 2, 0); return bpf_skb_load_bytes(skb, 63, b, 2); }\n',
        *flags,
    )
    packet = bytes(12) + b"\x86\xdd" + bytes(50)
    assert m.run("parse", data=packet) == 0x86DD
    assert m.packet == b"\xaa" + packet[1:]
    assert m.run("parse", data=packet[:13]) == 0
    assert m.run("mark", data=packet) == struct.unpack(e + "H", b"\x86\xdd")[0]
    assert struct.unpack_from(e + "I", m.ctx, 8) == (128,) and struct.unpack_from(e + "I", m.ctx, 52) == (7,)
    assert m.run("shape", data=packet) == 74 and m.packet == b"\0\0\0\x09" + packet + bytes(6)
    assert m.run("meta", data=packet) == 4 and m.packet == packet
    assert m.run("bytes", data=packet) == 0xFFFFFFF2 and m.packet[3:5] == b"\1\2"
    for name in ("stale", "before"):
        with pytest.raises(BadAccess):
            m.run(name, data=packet)


def test_classic_packet_loads() -> None:
    text = Section("socket", flags=ALLOC | EXEC, align=8)
    save: Word = (i.ALU64 | i.X | i.MOV, 6, 1, 0, 0)
    rows: list[Word] = [save, (i.ALU64 | i.MOV, 2, 0, 0, 2), (i.LD | i.ABS | i.H, 0, 0, 0, 1), (i.ALU64 | i.X | i.MOV, 7, 0, 0, 0)]
    rows += [(i.ALU64 | i.MOV, 2, 0, 0, 2), (i.LD | i.IND | i.B, 0, 2, 0, 1), (i.ALU64 | i.LSH, 7, 0, 0, 8), (i.ALU64 | i.X | i.OR, 0, 7, 0, 0), EXIT]
    text.data += words(rows)
    m = Simulator(write_elf([text], [Symbol("f", "socket", 0, len(text.data), "func", "global")]))
    assert m.run("f", data=bytes(range(1, 21))) == 0x020304
    assert m.run("f", data=b"ab") == 0


def test_memory_errors() -> None:
    m = simulator(
        'const volatile int fixed = 4; static const char text[] = "abc";\n'
        "long store(void) { *(volatile int *)&fixed = 5; return 0; }\n"
        "long far(unsigned n) { return ((volatile const char *)text)[n]; }\n"
        "long probe(long a) { long v = 7; return bpf_probe_read_kernel(&v, sizeof v, (void *)a) + v; }\n"
    )
    with pytest.raises(BadAccess, match=r"store, instruction \d+: store of 4 bytes at 0x\w+: the section .rodata may not be written"):
        m.call("store")
    with pytest.raises(BadAccess, match="the section .rodata"):
        m.call("far", 1000)
    assert m.call("probe", 0) == (1 << 64) - 14
    assert m.call("probe", m.new_object(struct.pack("<q", 99))) == 99


def test_checksums() -> None:
    m = simulator(
        'SEC("tc") int l3(struct __sk_buff *skb) { return bpf_l3_csum_replace(skb, 24, 0x1234, 0x4321, 2); }\n'
        'SEC("tc") int diff(struct __sk_buff *skb) { unsigned a[2] = {0x11112222, 0xffff0001}, b[1] = {0xabcd1234};'
        " return bpf_csum_diff(a, 8, b, 4, 5); }\n"
    )

    def total(data: bytes) -> int:
        value = sum(struct.unpack(f"<{len(data) // 2}H", data))
        return value % 0xFFFF

    body = bytearray(range(64))
    body[30:32] = struct.pack("<H", 0x1234)
    body[24:26] = bytes(2)
    body[24:26] = struct.pack("<H", 0xFFFF - total(bytes(body)))
    assert m.run("l3", data=bytes(body)) == 0
    changed = bytearray(m.packet)
    changed[30:32] = struct.pack("<H", 0x4321)
    assert total(bytes(changed)) == 0
    wanted = (5 + total(struct.pack("<I", 0xABCD1234)) - total(struct.pack("<2I", 0x11112222, 0xFFFF0001))) % 0xFFFF
    assert m.run("diff") == wanted


# -- others ----------------------------------------------------------------------------------------------------------
FILTER = Path(__file__).resolve().parent.parent / "examples" / "filter.bpf.c"
INCLUDE = FILTER.parent.parent / "ebpfcc" / "include"
STANDARD = FILTER.parent.parent / "ebpfcc" / "resource" / "include"
SENDERS = (bytes((10, 0, 0, 7)), bytes((10, 0, 0, 8)))


def ip_packet(sender: bytes) -> bytes:
    header = struct.pack("!BBHHHBBH", 0x45, 0, 46, 0, 0, 64, 17, 0) + sender + bytes((10, 0, 0, 1))
    return bytes(12) + b"\x08\x00" + header + bytes(26)


def verdicts(m: Simulator) -> list[int]:
    m.maps["blocked"].update(SENDERS[0], bytes((1, 0, 0, 0)))
    return [m.run("filter", data=ip_packet(sender)) for sender in SENDERS]


@pytest.mark.parametrize("level", ["-O1", "-O2"])
@pytest.mark.parametrize("cpu", ["v1", "v3", "v4"])
@pytest.mark.parametrize("target", ["bpfel", "bpfeb"])
def test_objects_of_clang(level: str, cpu: str, target: str, tmp_path: Path) -> None:
    clang = shutil.which("clang-19") or shutil.which("clang") or "/usr/lib/llvm-19/bin/clang"
    if not Path(clang).exists():
        pytest.skip("no clang on this machine")
    out = tmp_path / "filter.o"
    flags = [f"--target={target}", f"-mcpu={cpu}", level, "-g", "-nostdinc", "-w", f"-I{INCLUDE}", f"-I{STANDARD}"]
    subprocess.run([clang, *flags, "-c", str(FILTER), "-o", str(out)], check=True, timeout=60)
    m = Simulator(out.read_bytes())
    assert verdicts(m) == [1, 2]
    assert m.maps["verdicts"].lookup(struct.pack(m.image.e + "I", 1)) == struct.pack(m.image.e + "QQ", 1, 60)


def test_same_as_the_kernel(libbpf: ModuleType) -> None:
    result = ebpfcc.compile(FILTER, flags=["-O2", "-g"])
    assert result.data is not None
    m = Simulator(result.data)
    with ebpfcc.load(result) as loaded:
        loaded.maps["blocked"][SENDERS[0]] = 1
        assert verdicts(m) == [loaded.programs["filter"].run(ip_packet(sender)).result for sender in SENDERS]
        for n in range(5):
            assert m.maps["verdicts"].lookup(struct.pack("=I", n)) == loaded.maps["verdicts"].raw[struct.pack("=I", n)]


MANY = (
    MAP.format("HASH", 4, "unsigned", "long", "h")
    + MAP.format("ARRAY", 4, "unsigned", "long", "log")
    + """
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4); __array(values, int (void *)); } jumps SEC(".maps");
#define DATA (void *)(long)ctx->data
#define END (void *)(long)ctx->data_end
static void note(unsigned at, long value) { bpf_map_update_elem(&log, &at, &value, 0); }
static __attribute__((noinline)) unsigned mix(unsigned char *p, unsigned n) { return (p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]) * (n | 1) ^ n >> 3; }
SEC("xdp") int sums(struct xdp_md *ctx) { unsigned *p = DATA; if ((void *)(p + 5) > END) return 0;
  note(0, bpf_csum_diff(p, 8, p + 2, 12, 0)); note(1, bpf_csum_diff(p, 4, 0, 0, 77)); note(2, bpf_csum_diff(0, 0, p, 8, 0xffffffff));
  return bpf_csum_diff(p, 0, p, 0, 0x12345); }
SEC("xdp") int shapes(struct xdp_md *ctx) { int r = 0;
  r = r * 8 + !bpf_xdp_adjust_head(ctx, 60); r = r * 8 + !bpf_xdp_adjust_head(ctx, -300); r = r * 8 + !bpf_xdp_adjust_head(ctx, -8);
  r = r * 8 + !bpf_xdp_adjust_tail(ctx, 4000); r = r * 8 + !bpf_xdp_adjust_tail(ctx, 16); r = r * 8 + !bpf_xdp_adjust_meta(ctx, -3);
  r = r * 8 + !bpf_xdp_adjust_meta(ctx, -8); note(0, ctx->data_end - ctx->data); note(1, ctx->data - ctx->data_meta);
  note(2, ctx->ingress_ifindex * 100 + ctx->rx_queue_index); return r; }
SEC("xdp") int arithmetic(struct xdp_md *ctx) { unsigned char *p = DATA; int a, b; if (p + 16 > (unsigned char *)END) return 0;
  a = mix(p, 3); b = mix(p + 4, a); note(0, (long)a * b); note(1, b ? a / b : 0); note(2, (short)a >> 3 | (long)(signed char)b << 40); note(3, (unsigned)a % 13);
  return a - b; }
SEC("xdp") int hashed(struct xdp_md *ctx) { unsigned char *p = DATA; unsigned k; long v = 1, *o; if (p + 16 > (unsigned char *)END) return 0;
  for (int n = 0; n < 6; n++) { k = p[n] & 7; o = bpf_map_lookup_elem(&h, &k); if (o) { __sync_fetch_and_add(o, n); v += bpf_map_update_elem(&h, &k, o, 2); }
    else v = v * 3 + bpf_map_update_elem(&h, &k, &v, 1); } k = p[0] & 7; v = v * 5 + bpf_map_delete_elem(&h, &k); return v; }
static int step(unsigned n, long *sum) { *sum += n * n; return n == 20; }
SEC("xdp") int looped(struct xdp_md *ctx) { long sum = 0; sum += bpf_loop(100, step, &sum, 0) << 16; return sum; }
SEC("xdp") int jump(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 0); return 9; }
SEC("tc") int tagged(struct __sk_buff *ctx) { char b[4] = {1, 2, 3, 4}; unsigned *p; note(0, ctx->len); note(1, ctx->protocol); note(2, ctx->ifindex);
  note(3, ctx->pkt_type); ctx->mark = 6; if (bpf_skb_store_bytes(ctx, 20, b, 4, 0)) return 1; p = DATA; if ((void *)(p + 7) > END) return 2;
  return p[5] + ctx->mark + (bpf_skb_load_bytes(ctx, 2000, b, 4) == -14); }
SEC("tc") int l3(struct __sk_buff *ctx) { unsigned char *p; bpf_l3_csum_replace(ctx, 24, 0x1234, 0x9321, 2); bpf_l3_csum_replace(ctx, 26, 0x12345678, 0x9321, 4);
  bpf_l4_csum_replace(ctx, 28, 0, 0xfe0199, 0x20); p = DATA; if (p + 30 > (unsigned char *)END) return 2;
  note(0, p[24] | p[25] << 8 | p[26] << 16); return p[27] | p[28] << 8 | p[29] << 16; }
char LICENSE[] SEC("license") = "GPL";
"""
)


@pytest.mark.parametrize("flags", [("-mcpu=v1",), ("-mcpu=v3",), ("-mcpu=v4",), ("-O1",)])
def test_many_programs_same_as_the_kernel(flags: tuple[str, ...], libbpf: ModuleType) -> None:
    data = compiled(MANY, *flags)
    m = Simulator(data)
    bodies = [ip_packet(SENDERS[0]), bytes(range(100, 164)), bytes(n * 37 & 255 for n in range(99)), b"\xff" * 70]
    with ebpfcc.load(data) as loaded:
        for name in ("sums", "shapes", "arithmetic", "hashed", "looped", "jump", "tagged", "l3"):
            for body in bodies:
                assert m.run(name, data=body) == loaded.programs[name].run(body).result, (name, body)
                for n in range(4):
                    key = struct.pack("=I", n)
                    assert m.maps["log"].lookup(key) == loaded.maps["log"].raw[key], (name, n, body)
        for key, value in m.maps["h"].items():
            assert loaded.maps["h"].raw[key] == value


def test_addresses() -> None:
    """No address looks like zero in 32 bits, and an offset that wrapped there leads to no other object."""
    memory = Memory(False)
    bases = [memory.new(bytearray(64), f"object {n}") for n in range(40)] + [memory.frame(bytearray(64)) << SHIFT for _ in range(40)]
    assert all(base & 0xFFFFFFFF for base in bases) and len({base >> SHIFT for base in bases}) == 80
    for base in bases:
        memory.write(base + 8, b"x")
        for offset in (-8, 64, 0xFFFFFFF8, 0x80000000):
            with pytest.raises(BadAccess):
                memory.loads[1](base + offset)
    with pytest.raises(BadAccess, match="offset -8 of object 3"):
        memory.loads[8](bases[3] - 8)

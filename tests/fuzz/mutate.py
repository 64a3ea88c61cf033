"""Mutators: of text by tokens and lines, of two texts spliced, of bytes, and of the fields that an object's tables hold."""

from __future__ import annotations

import random
import re
import struct

TOKEN = re.compile(
    r"\s+|[A-Za-z_]\w*|\.?\d[\w.]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|<<=|>>=|\.\.\.|->|[-+&|<>=!*/%^#]=|\+\+|--|&&|\|\||<<|>>|##|.", re.S
)
NUMBERS = """0 1 -1 2 7 8 31 32 63 64 65 255 256 511 512 513 4095 32767 32768 65535 65536 0x7fffffff 0x80000000 0xffffffff 4294967296
    0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 18446744073709551616 1e400 0x1p99999 1.5 1e-400 .5f 08 0x 1ull 1uLL 0b101 100000 '\\0' 'ab'
    1000000000000000000000000000000""".split()
WORDS = """int char short long unsigned signed float double void _Bool __int128 struct union enum typedef static extern inline const volatile restrict
    register _Atomic _Static_assert _Generic _Alignas _Alignof sizeof typeof __typeof__ __auto_type __extension__ __attribute__((packed))
    __attribute__((aligned(4096))) __attribute__((section("x"))) __attribute__((noinline)) __attribute__((preserve_access_index)) __attribute__((
    if else for while do switch case default break continue goto return asm volatile goto : ; , . ... ( ) [ ] { } < > # ## #define #undef #if #ifdef #else
    #endif #include #line #error #pragma #elif defined __VA_ARGS__ __VA_OPT__ __FILE__ __LINE__ __COUNTER__ __func__ _Pragma("once") \\ ? ?: = == != <= >=
    << >> && || ! ~ & * + - / % ^ | -> ++ -- += -= <<= a x p s f T __builtin_memcpy __builtin_memset __builtin_constant_p __builtin_choose_expr
    __builtin_offsetof __builtin_types_compatible_p __builtin_preserve_access_index __builtin_preserve_field_info __builtin_preserve_enum_value
    __builtin_btf_type_id __builtin_add_overflow __builtin_expect __builtin_unreachable __builtin_trap __builtin_bswap32 __builtin_popcountll
    __builtin_ctz __builtin_alloca __builtin_va_list __sync_fetch_and_add __atomic_load_n __builtin_memcmp __builtin_object_size __imag__ __real__
    __label__ &&label _Complex _Thread_local __builtin_frame_address 0[ "a" "a""b" L"x" u8"x" 'c' /* */ // NULL SEC("xdp") __uint(type,1)
    __type(key,int) __attribute__((alias("f"))) __attribute__((cleanup(f))) __attribute__((mode(DI))) __attribute__((vector_size(16)))""".split()
INTERESTING = (0, 1, 2, 3, 4, 7, 8, 16, 24, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0)


def text(chance: random.Random, base: str, other: str) -> str:
    """One to six changes of a text, with pieces of another."""
    kind = chance.random()
    if kind < 0.15:
        base = lines(chance, base, other)
    elif kind < 0.25:
        base = splice(chance, base, other)
    elif kind < 0.30:
        return raw(chance, base)
    pieces, foreign = TOKEN.findall(base), TOKEN.findall(other)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 6))):
        change(chance, pieces, foreign)
    return "".join(pieces)


def change(chance: random.Random, pieces: list[str], foreign: list[str]) -> None:
    if not pieces or not foreign:
        return
    at = chance.randrange(len(pieces))
    length = chance.choice((1, 1, 1, 1, 2, 3, 5, 9, 20))
    what = chance.randrange(9)
    if what == 0:
        del pieces[at : at + length]
    elif what == 1:
        pieces[at:at] = pieces[at : at + length] * chance.choice((1, 1, 1, 2, 3))
    elif what == 2:
        there = chance.randrange(len(pieces))
        pieces[at], pieces[there] = pieces[there], pieces[at]
    elif what == 3:
        pieces[at] = chance.choice(pieces)
    elif what == 4:
        start = chance.randrange(len(foreign))
        pieces[at : at + chance.choice((0, 0, 1, length))] = foreign[start : start + length]
    elif what == 5:
        pieces[at : at + chance.choice((0, 1))] = [" " + chance.choice(WORDS) + " "]
    elif what == 6:
        numbers = [i for i, piece in enumerate(pieces) if piece[0].isdigit()]
        pieces[chance.choice(numbers) if numbers else at] = chance.choice(NUMBERS)
    elif what == 7:
        names = [i for i, piece in enumerate(pieces) if piece[0].isalpha()]
        if names:
            pieces[chance.choice(names)] = pieces[chance.choice(names)]
    else:
        piece = pieces[at]
        cut = chance.randrange(len(piece) + 1)
        pieces[at] = piece[:cut] + chance.choice(("", "\\", "\n", '"', "'", "\0", "\x1b", "??/\n", "\\\n", "#", "é", "\udc80", "0")) + piece[cut:]


def lines(chance: random.Random, base: str, other: str) -> str:
    rows, foreign = base.split("\n"), other.split("\n")
    for _ in range(chance.randrange(1, 4)):
        at, length = chance.randrange(len(rows)), chance.choice((1, 1, 2, 4))
        what = chance.randrange(5)
        if what == 0 and len(rows) > length:
            del rows[at : at + length]
        elif what == 1:
            rows[at:at] = rows[at : at + length]
        elif what == 2:
            there = chance.randrange(len(rows))
            rows[at], rows[there] = rows[there], rows[at]
        elif what == 3:
            rows.insert(at, chance.choice(foreign))
        else:
            rows[at] = rows[at] + chance.choice(("\\", "??/", "", ";", "{", "}", ")", "/*", "*/", "//", '"'))
    return "\n".join(rows)


def splice(chance: random.Random, base: str, other: str) -> str:
    """The head of one and the tail of the other."""
    return base[: chance.randrange(len(base) + 1)] + other[chance.randrange(len(other) + 1) :]


def raw(chance: random.Random, base: str) -> str:
    """Characters in place of others, with no heed of tokens."""
    data = list(base)
    for _ in range(chance.choice((1, 2, 4, 8))):
        if data:
            data[chance.randrange(len(data))] = chr(
                chance.choice((0, 9, 10, 27, 34, 35, 39, 40, 41, 92, 123, 125, 127, 160, 0x202E, 0xDCFF, chance.randrange(32, 127)))
            )
    return "".join(data)


def flip(chance: random.Random, data: bytes) -> bytes:
    """Bits, cuts, and pieces moved."""
    out = bytearray(data)
    what = chance.randrange(6)
    if what == 0:
        return bytes(out[: chance.randrange(len(out) + 1)])
    if what == 1:
        at, length = chance.randrange(len(out)), chance.choice((1, 4, 8, 64))
        del out[at : at + length]
        return bytes(out)
    if what == 2:
        at, length, there = chance.randrange(len(out)), chance.choice((4, 8, 24, 64)), chance.randrange(len(out))
        out[there : there + length] = out[at : at + length]
        return bytes(out)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(out))
        out[at] = out[at] ^ 1 << chance.randrange(8) if what == 3 else chance.randrange(256)
    return bytes(out)


def value(chance: random.Random, old: int, bits: int) -> int:
    what = chance.randrange(4)
    new = chance.choice(INTERESTING) if what == 0 else old + chance.choice((-8, -4, -1, 1, 4, 8)) if what == 1 else old ^ 1 << chance.randrange(bits)
    return (new if what < 3 else chance.getrandbits(bits)) & (1 << bits) - 1


def fields(chance: random.Random, data: bytes) -> bytes:
    """Of a well-formed ELF object: fields of its header, of section headers, or of words of one of its sections (BTF, symbols, relocations, code)."""
    out = bytearray(data)
    order = "<" if data[5] == 1 else ">"
    (table,) = struct.unpack_from(order + "Q", data, 40)
    size, count, _ = struct.unpack_from(order + "HHH", data, 58)
    headers = [struct.unpack_from(order + "IIQQQQIIQQ", data, table + n * size) for n in range(count)]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        what = chance.random()
        if what < 0.15:
            at, code = chance.choice(((4, "B"), (5, "B"), (16, "H"), (18, "H"), (40, "Q"), (52, "H"), (58, "H"), (60, "H"), (62, "H")))
        elif what < 0.4:
            inside, code = chance.choice(((0, "I"), (4, "I"), (8, "Q"), (24, "Q"), (32, "Q"), (40, "I"), (44, "I"), (56, "Q")))
            at = table + chance.randrange(count) * size + inside
        else:
            sections = [h for h in headers if h[1] != 8 and h[5] >= 4]
            h = chance.choice(sections)
            at, code = h[4] + chance.randrange(h[5] // 4) * 4, chance.choice("IIIHB")
        width = struct.calcsize(code)
        if at + width <= len(out):
            struct.pack_into(order + code, out, at, value(chance, struct.unpack_from(order + code, out, at)[0], 8 * width))
    return bytes(out)

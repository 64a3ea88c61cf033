"""Builtins on the bits of a number: counting, as Hacker's Delight 5-1 and 5-3 has it, without branches; swapping, reversing, rotating."""

from __future__ import annotations

from ..ir.core import Value
from . import types as T
from .builtins import arguments, integer_argument
from .convert import convert_int, value_of
from .state import FunctionState, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builtins import Builtin

UNSIGNED: dict[int, Any] = {8: T.UCHAR, 16: T.USHORT, 32: T.UINT, 64: T.ULONG}


def popcount_value(f: FunctionState, x: Value, bits: int) -> Value:
    kind = "i64" if bits == 64 else "i32"

    def c(n: int) -> Value:
        return f.const(kind, n & (1 << bits) - 1)

    ones = (1 << bits) - 1
    m1, m2, m4, h1 = ones // 3, ones // 15 * 3, ones // 255 * 15, ones // 255
    x = f.emit("sub", kind, [x, f.emit("and", kind, [f.emit("lshr", kind, [x, c(1)]), c(m1)])])
    x = f.emit("add", kind, [f.emit("and", kind, [x, c(m2)]), f.emit("and", kind, [f.emit("lshr", kind, [x, c(2)]), c(m2)])])
    x = f.emit("and", kind, [f.emit("add", kind, [x, f.emit("lshr", kind, [x, c(4)])]), c(m4)])
    return f.emit("lshr", kind, [f.emit("mul", kind, [x, c(h1)]), c(bits - 8)])


def leading_zeros(f: FunctionState, x: Value, bits: int) -> Value:
    kind = x.type
    step = 1
    while step < bits:
        x = f.emit("or", kind, [x, f.emit("lshr", kind, [x, f.const(kind, step)])])
        step *= 2
    return f.emit("sub", kind, [f.const(kind, bits), popcount_value(f, x, bits)])


def as_int(f: FunctionState, value: Value) -> Operand:
    return value_of(T.INT, f.emit("trunc", "i32", [value]) if value.type == "i64" else value)


def bit_count(name: str, bits: int) -> Builtin:
    t = T.ULONG if bits == 64 else T.UINT
    kind = ir_type(t)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        x = integer_argument(f, args[0], t)
        if x.op == "const":
            return value_of(T.INT, f.const("i32", constant_count(name, x.aux & (1 << bits) - 1, bits)))

        def c(n: int) -> Value:
            return f.const(kind, n)

        if name == "popcount":
            return as_int(f, popcount_value(f, x, bits))
        if name == "parity":
            return as_int(f, f.emit("and", kind, [popcount_value(f, x, bits), c(1)]))
        if name == "clz":
            return as_int(f, leading_zeros(f, x, bits))
        low = f.emit("and", kind, [f.emit("xor", kind, [x, c(-1)]), f.emit("sub", kind, [x, c(1)])])
        count = popcount_value(f, low, bits)
        if name == "ctz":
            return as_int(f, count)
        count = f.emit("add", kind, [count, c(1)])
        zero = f.emit("icmp", "i32", [x, c(0)], "eq")
        return as_int(f, f.emit("select", kind, [zero, c(0), count]))

    return builtin


def constant_count(name: str, x: int, bits: int) -> int:
    if name == "popcount":
        return x.bit_count()
    if name == "parity":
        return x.bit_count() & 1
    if name == "clz":
        return bits - x.bit_length()
    trailing = (x & -x).bit_length() - 1
    return trailing + 1 if name == "ffs" else max(trailing, 0)


def sign_bits(t: Any) -> Builtin:
    """clrsb: how many bits after the sign bit equal it."""
    bits = t.size * 8
    kind = ir_type(t)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        x = integer_argument(f, args[0], t)
        x = f.emit("xor", kind, [x, f.emit("ashr", kind, [x, f.const(kind, bits - 1)])])
        return as_int(f, f.emit("sub", kind, [leading_zeros(f, x, bits), f.const(kind, 1)]))

    return builtin


def swap(bits: int) -> Builtin:
    t = UNSIGNED[bits]

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        return value_of(t, f.emit("bswap", ir_type(t), [integer_argument(f, args[0], t)], bits))

    return builtin


def narrowed(f: FunctionState, t: Any, value: Value) -> Operand:
    """A value computed in 32 or 64 bits, as one of type t."""
    wide = T.ULONG if value.type == "i64" else T.UINT
    return convert_int(f, value_of(wide, value), t)


def reverse(bits: int) -> Builtin:
    """bitreverse: neighbours change places, then pairs, then halves of bytes; then the bytes."""
    t = UNSIGNED[bits]
    kind = ir_type(t)
    ones = (1 << bits) - 1

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        x = integer_argument(f, args[0], t)
        for step, mask in ((1, ones // 3), (2, ones // 15 * 3), (4, ones // 255 * 15)):
            m, count = f.const(kind, mask), f.const(kind, step)
            low = f.emit("shl", kind, [f.emit("and", kind, [x, m]), count])
            x = f.emit("or", kind, [low, f.emit("and", kind, [f.emit("lshr", kind, [x, count]), m])])
        if bits > 8:
            x = f.emit("bswap", kind, [x], bits)
        return narrowed(f, t, x)

    return builtin


def rotate(bits: int, first: str, second: str) -> Builtin:
    """rotateleft (shl, lshr), rotateright (lshr, shl): by the count modulo the width."""
    t = UNSIGNED[bits]
    kind = ir_type(t)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 2):
            return f.poison()
        x, count = integer_argument(f, args[0], t), integer_argument(f, args[1], t)
        mask = f.const(kind, bits - 1)
        back = f.emit("and", kind, [f.emit("sub", kind, [f.const(kind, 0), count]), mask])
        count = f.emit("and", kind, [count, mask])
        return narrowed(f, t, f.emit("or", kind, [f.emit(first, kind, [x, count]), f.emit(second, kind, [x, back])]))

    return builtin


def absolute(t: Any) -> Builtin:
    kind = ir_type(t)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        x = integer_argument(f, args[0], t)
        minus = f.emit("sub", kind, [f.const(kind, 0), x])
        negative = f.emit("icmp", "i32", [x, f.const(kind, 0)], "slt")
        return value_of(t, f.emit("select", kind, [negative, minus, x]))

    return builtin


TABLE: dict[str, Builtin] = {
    "abs": absolute(T.INT),
    "labs": absolute(T.LONG),
    "llabs": absolute(T.LLONG),
    "ffs": bit_count("ffs", 32),
    "ffsl": bit_count("ffs", 64),
    "ffsll": bit_count("ffs", 64),
}
NAMES = frozenset(TABLE)  # of the C library
TABLE |= {
    "__builtin_abs": absolute(T.INT),
    "__builtin_labs": absolute(T.LONG),
    "__builtin_llabs": absolute(T.LLONG),
    "__builtin_clrsb": sign_bits(T.INT),
    "__builtin_clrsbl": sign_bits(T.LONG),
    "__builtin_clrsbll": sign_bits(T.LLONG),
}
for _name in ("popcount", "parity", "clz", "ctz", "ffs"):
    TABLE["__builtin_" + _name] = bit_count(_name, 32)
    TABLE[f"__builtin_{_name}l"] = TABLE[f"__builtin_{_name}ll"] = bit_count(_name, 64)
for _bits in UNSIGNED:
    if _bits > 8:
        TABLE[f"__builtin_bswap{_bits}"] = swap(_bits)
    TABLE[f"__builtin_bitreverse{_bits}"] = reverse(_bits)
    TABLE[f"__builtin_rotateleft{_bits}"] = rotate(_bits, "shl", "lshr")
    TABLE[f"__builtin_rotateright{_bits}"] = rotate(_bits, "lshr", "shl")

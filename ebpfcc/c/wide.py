"""__int128 by halves of 64 bits: the machine has no registers for it. Division waits for the run-time library."""

from __future__ import annotations

from ..ir.core import Mem, Value
from . import types as T
from .state import FunctionState, Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Wide:
    """The value of a 128-bit integer, where a Value stands for others."""

    __slots__ = ("lo", "hi")
    op = "wide"
    type = "wide"
    aux = None
    args: tuple[Value, ...] = ()

    def __init__(self, lo: Value, hi: Value) -> None:
        self.lo = lo
        self.hi = hi


def constant(f: FunctionState, n: int) -> Wide:
    return Wide(f.const("i64", n), f.const("i64", n >> 64))


def known(value: Any) -> int | None:
    """The number, modulo 2**128, if it is constant."""
    if type(value) is Wide and value.lo.op == value.hi.op == "const":
        return int(value.hi.aux & (1 << 64) - 1) << 64 | int(value.lo.aux & (1 << 64) - 1)
    return None


def extended(f: FunctionState, value: Value, signed: bool) -> Wide:
    """Of an i64."""
    return Wide(value, f.emit("ashr", "i64", [value, f.const("i64", 63)]) if signed else f.const("i64", 0))


def load(f: FunctionState, base: Value, off: int, volatile: bool, align: int) -> Wide:
    halves = [f.load("i64", base, Mem(8, False, off + at, volatile, min(align, 8))) for at in (0, 8)]
    return Wide(*(halves[::-1] if f.unit.big_endian else halves))


def in_order(f: FunctionState, value: Wide) -> list[Value]:
    """The halves as they follow one another in memory and in registers."""
    return [value.hi, value.lo] if f.unit.big_endian else [value.lo, value.hi]


def store(f: FunctionState, base: Value, off: int, volatile: bool, align: int, value: Wide) -> None:
    for at, half in zip((0, 8), in_order(f, value)):
        f.effect("store", "void", [base, half], Mem(8, False, off + at, volatile, min(align, 8)))


def truth(f: FunctionState, value: Wide) -> Value:
    return f.emit("icmp", "i32", [f.emit("or", "i64", [value.lo, value.hi]), f.const("i64", 0)], "ne")


def add(f: FunctionState, a: Wide, b: Wide) -> Wide:
    lo = f.emit("add", "i64", [a.lo, b.lo])
    carry = f.emit("zext", "i64", [f.emit("icmp", "i32", [lo, a.lo], "ult")])
    return Wide(lo, f.emit("add", "i64", [f.emit("add", "i64", [a.hi, b.hi]), carry]))


def subtract(f: FunctionState, a: Wide, b: Wide) -> Wide:
    borrow = f.emit("zext", "i64", [f.emit("icmp", "i32", [a.lo, b.lo], "ult")])
    return Wide(f.emit("sub", "i64", [a.lo, b.lo]), f.emit("sub", "i64", [f.emit("sub", "i64", [a.hi, b.hi]), borrow]))


def product(f: FunctionState, a: Value, b: Value) -> Wide:
    """All 128 bits of a product of 64-bit numbers, by halves of 32 bits (Hacker's Delight 8-2)."""
    low, half = f.const("i64", 0xFFFFFFFF), f.const("i64", 32)

    def split(v: Value) -> tuple[Value, Value]:
        return f.emit("and", "i64", [v, low]), f.emit("lshr", "i64", [v, half])

    def times(x: Value, y: Value) -> Value:
        return f.emit("mul", "i64", [x, y])

    def plus(*terms: Value) -> Value:
        total = terms[0]
        for term in terms[1:]:
            total = f.emit("add", "i64", [total, term])
        return total

    (a0, a1), (b0, b1) = split(a), split(b)
    cross, other = split(times(a0, b1)), split(times(a1, b0))
    middle = plus(f.emit("lshr", "i64", [times(a0, b0), half]), cross[0], other[0])
    return Wide(times(a, b), plus(times(a1, b1), cross[1], other[1], f.emit("lshr", "i64", [middle, half])))


def multiply(f: FunctionState, a: Wide, b: Wide) -> Wide:
    out = product(f, a.lo, b.lo)
    for x, y in ((a.lo, b.hi), (a.hi, b.lo)):
        out.hi = f.emit("add", "i64", [out.hi, f.emit("mul", "i64", [x, y])])
    return out


def shifted(f: FunctionState, op: str, a: Wide, count: Value, signed: bool) -> Wide:
    """a << count or a >> count, count an i64 below 128."""

    def c(n: int) -> Value:
        return f.const("i64", n)

    def shift(how: str, v: Value, n: Value) -> Value:
        return f.emit(how, "i64", [v, n])

    if count.op == "const" and count.aux & 127 == 0:
        return a
    inner = f.emit("and", "i64", [count, c(63)])
    rest = f.emit("xor", "i64", [inner, c(63)])  # 63 - inner: with one more bit shifted before, no shift is by 64
    far = f.emit("icmp", "i32", [f.emit("and", "i64", [count, c(64)]), c(0)], "ne")

    def choose(x: Value, y: Value) -> Value:
        return f.emit("select", "i64", [far, x, y])

    if op == "<<":
        moved = shift("shl", a.lo, inner)
        crossing = shift("lshr", shift("lshr", a.lo, c(1)), rest)
        return Wide(choose(c(0), moved), choose(moved, f.emit("or", "i64", [shift("shl", a.hi, inner), crossing])))
    moved = shift("ashr" if signed else "lshr", a.hi, inner)
    crossing = shift("shl", shift("shl", a.hi, c(1)), rest)
    empty = shift("ashr", a.hi, c(63)) if signed else c(0)
    return Wide(choose(moved, f.emit("or", "i64", [shift("lshr", a.lo, inner), crossing])), choose(empty, moved))


def compare(f: FunctionState, op: str, a: Wide, b: Wide, signed: bool) -> Value:
    if op in ("==", "!="):
        unlike = [f.emit("xor", "i64", [x, y]) for x, y in ((a.lo, b.lo), (a.hi, b.hi))]
        return f.emit("icmp", "i32", [f.emit("or", "i64", unlike), f.const("i64", 0)], "eq" if op == "==" else "ne")
    if op in (">", "<="):
        a, b = b, a
    same = f.emit("icmp", "i32", [a.hi, b.hi], "eq")
    less = f.emit("icmp", "i32", [a.hi, b.hi], "slt" if signed else "ult")
    result = f.emit("select", "i32", [same, f.emit("icmp", "i32", [a.lo, b.lo], "ult"), less])
    return result if op in ("<", ">") else f.emit("xor", "i32", [result, f.const("i32", 1)])


def divide(f: FunctionState, op: str, a: Wide, b: Wide, signed: bool) -> Wide:
    """By a power of two; what needs a loop is not there yet."""
    n, m = known(b), known(a)
    if n and m is not None:
        return constant(f, quotient(op, m, n, signed))
    if not n or n & (n - 1) or signed and n >> 127:
        name = {"/": "div", "%": "mod"}[op]
        message = f"division of __int128 is not supported on BPF: there is no function '__{'' if signed else 'u'}{name}ti3'"
        return Wide(f.refuse(message, "i64"), f.const("i64", 0))
    mask, count = constant(f, n - 1), f.const("i64", n.bit_length() - 1)
    if not signed:
        return shifted(f, ">>", a, count, False) if op == "/" else logic(f, "and", a, mask)
    sign = f.emit("ashr", "i64", [a.hi, f.const("i64", 63)])
    bias = logic(f, "and", Wide(sign, sign), mask)
    biased = add(f, a, bias)
    if op == "/":
        return shifted(f, ">>", biased, count, True)
    return subtract(f, logic(f, "and", biased, mask), bias)


def quotient(op: str, a: int, b: int, signed: bool) -> int:
    if signed:
        a, b = (n - (1 << 128) if n >> 127 else n for n in (a, b))
    whole = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return whole if op == "/" else a - whole * b


def logic(f: FunctionState, op: str, a: Wide, b: Wide) -> Wide:
    return Wide(f.emit(op, "i64", [a.lo, b.lo]), f.emit(op, "i64", [a.hi, b.hi]))


LOGIC = {"&": "and", "|": "or", "^": "xor"}
ARITHMETIC = {"+": add, "-": subtract, "*": multiply}


def binary(f: FunctionState, op: str, a: Wide, b: Wide, t: Any) -> Operand:
    """a op b for operands of the type t, without shifts."""
    if op in ("==", "!=", "<", "<=", ">", ">="):
        return Operand("value", T.INT, compare(f, op, a, b, t.signed))
    if op in LOGIC:
        return Operand("value", t, logic(f, LOGIC[op], a, b))
    if op in ARITHMETIC:
        return Operand("value", t, ARITHMETIC[op](f, a, b))
    return Operand("value", t, divide(f, op, a, b, t.signed))


def complement(f: FunctionState, a: Wide) -> Wide:
    return logic(f, "xor", a, constant(f, -1))


def minus(f: FunctionState, a: Wide) -> Wide:
    return subtract(f, constant(f, 0), a)
